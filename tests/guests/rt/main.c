// SPDX-License-Identifier: GPL-2.0
/* From head.S to the table of tests. */
#include "guest.h"
#include "vm.h"
#include <xen/xen.h>

#define STACK_SIZE_C	16384

int pv_entry_on;
unsigned long boot_hartid;
const unsigned int *boot_fdt;
char stacks[MAX_HARTS][STACK_SIZE_C] __attribute__((aligned(16)));

void guest_start(unsigned long hartid, const unsigned int *fdt);
void smp_init(unsigned long hartid);
void run_tests(void);

static unsigned int big_endian(unsigned int v)
{
	return v << 24 | (v & 0xff00) << 8 | (v >> 8 & 0xff00) | v >> 24;
}

/*
 * The runner writes guest=native, guest=pv or guest=hvm on the command line.
 * Looking for these bytes in the blob is all that is done with the tree.
 */
bool fdt_says(const char *word)
{
	const char *p = (const char *)boot_fdt;
	unsigned long i, n, size;

	if (!boot_fdt || big_endian(boot_fdt[0]) != 0xd00dfeed)
		return false;
	size = big_endian(boot_fdt[1]);
	for (i = 0; i < size; i++) {
		for (n = 0; word[n] && i + n < size && p[i + n] == word[n]; n++)
			;
		if (!word[n])
			return true;
	}
	return false;
}

enum mode guest_mode(void)
{
	static int mode = -1;

	if (mode >= 0)
		return mode;
	if (!under_stub())
		mode = MODE_NATIVE;
	else if (fdt_says("guest=pv"))
		mode = MODE_PV;
	else
		mode = fdt_says("guest=hvm") ? MODE_HVM : MODE_STUB;
	return mode;
}

/* Where RAM ends: the first 2 MiB above us that cannot be read. */
unsigned long ram_end(void)
{
	static unsigned long end;

	if (end)
		return end;
	end = ((unsigned long)_end + MEGA - 1) & -MEGA;
	while (try_load(end, NULL).cause == NO_TRAP)
		end += MEGA;
	return end;
}

/*
 * With "pventry" on the command line a pv guest takes its traps by the page of the vCPU, and returns to U-mode by it.
 * Its other harts have it as soon as they write stvec.
 */
static void pv_entry_start(void)
{
	extern char trap_entry[];
	struct xen_riscv_pv_entry e = { (unsigned long)trap_entry, (unsigned long)trap_entry + 4 };

	if (!fdt_says("pventry"))
		return;
	pv_entry_on = !sbi_call(XEN_RISCV_SBI_EXT, __HYPERVISOR_riscv_op, 0, RISCVOP_pv_page, 0, 0, 0, 0).error &&
		      !sbi_call(XEN_RISCV_SBI_EXT, __HYPERVISOR_riscv_op, 0, RISCVOP_pv_entry, (unsigned long)&e,
				0, 0, 0).error;
	if (!pv_entry_on)
		say("# no entry of a pv vCPU\n");
}

void guest_start(unsigned long hartid, const unsigned int *fdt)
{
	boot_hartid = hartid;
	boot_fdt = fdt;
	smp_init(hartid);
	pv_entry_start();
	run_tests();
}
