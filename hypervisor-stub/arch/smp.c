// SPDX-License-Identifier: GPL-2.0
/* The machine's harts: found in the device tree, started by SBI HSM. */
#include <libfdt.h>
#include "asm-offsets.h"
#include "csr.h"
#include "smp.h"
#include "std.h"
#include "stub.h"

#define SBI_HSM		0x48534d
#define RELAX_TURNS	256
#define START_ATTEMPTS	8
#define SBI_ERR_ALREADY_AVAILABLE -6

struct pcpu pcpus[MAX_PCPUS];
unsigned int nr_pcpus;
static unsigned int levels_in_use = 3;

static u8 stacks[MAX_PCPUS][STACK_SIZE] __attribute__((aligned(16)));

extern char secondary_entry[];
void secondary_main(struct pcpu *p) __noreturn;

/* How many ASID bits satp keeps (12.1.11): write ones, see what stays. */
static u32 asid_limit(void)
{
	u64 satp = csr_read(CSR_SATP), kept;

	csr_write(CSR_SATP, satp | SATP_ASID_MASK << SATP_ASID_SHIFT);
	kept = (csr_read(CSR_SATP) >> SATP_ASID_SHIFT) & SATP_ASID_MASK;
	csr_write(CSR_SATP, satp);
	return kept;
}

/*
 * A write of a MODE that the hart does not have has no effect (12.1.11). Only for who asks: not every hart is said to
 * survive it. The machine's tree is not asked, for QEMU's (7.2) says Sv48 of harts that have Sv57.
 */
static bool satp_keeps(unsigned int levels)
{
	u64 satp = csr_read(CSR_SATP);
	bool kept;

	csr_write(CSR_SATP, stub_satp(levels));
	kept = csr_read(CSR_SATP) == stub_satp(levels);
	csr_write(CSR_SATP, satp);
	asm_sfence_all();
	return kept;
}

bool hart_has_levels(unsigned int levels)
{
	if (levels <= levels_in_use)
		return true;
	if (levels > MAX_LEVELS || !satp_keeps(levels))
		return false;
	levels_in_use = levels;
	return true;
}

/* Puts the hart we run on into the state guests need. */
void pcpu_init_here(struct pcpu *p)
{
	p->asid_max = asid_limit();
	p->asid_gen = 1;
	p->slice_end = ~0UL;
	asm_sfence_all();
	csr_write(CSR_SCOUNTEREN, 7);
	if (have_h)
		hvm_init_hart();
	time_init_here();
	csr_write(CSR_SIE, SIP_SSIP | SIP_STIP | SIP_SEIP);
	__atomic_store_n(&p->online, true, __ATOMIC_RELEASE);
}

void secondary_main(struct pcpu *p)
{
	if (levels_in_use > 3 && !satp_keeps(levels_in_use)) {
		printk("hart %lu is left idle: it has no page tables of %u levels\n", p->hartid, levels_in_use);
		for (;;)
			asm_wfi();
	}
	pcpu_init_here(p);
	run_pcpu();
}

/*
 * A turn of waiting for another hart: after some it lets go of the processor for 100 us, for where harts take
 * turns on one (an emulator), the other would not get on otherwise.
 */
void smp_relax(unsigned int turn)
{
	if (turn < RELAX_TURNS)
		return;
	time_program(now() + timebase / 10000);
	asm_wfi();
}

static struct pcpu *pcpu_add(u64 hartid)
{
	struct pcpu *p = &pcpus[nr_pcpus];

	p->id = nr_pcpus++;
	p->hartid = hartid;
	p->stack = stacks[p->id] + STACK_SIZE;
	return p;
}

static bool cpu_is_usable(int node)
{
	const char *type = fdt_getprop(machine_fdt, node, "device_type", NULL);
	const char *mmu = fdt_getprop(machine_fdt, node, "mmu-type", NULL);
	const char *status = fdt_getprop(machine_fdt, node, "status", NULL);

	/* A hart without an MMU is a monitor core (hart 0 of the SiFive FU540), not for us. */
	return type && !strcmp(type, "cpu") && mmu && strcmp(mmu, "riscv,none") &&
	       (!status || !strcmp(status, "okay") || !strcmp(status, "ok"));
}

/*
 * More than once: OpenSBI 1.1 can let a hart in at _start instead of where it was told to, and there it stops again
 * (too_late in head.S).
 */
static void start_hart(struct pcpu *p)
{
	struct sbiret ret = { 0 };
	paddr_t image;
	u64 size, end;

	image_range(&image, &size);
	for (unsigned int attempt = 0; attempt < START_ATTEMPTS; attempt++) {
		ret = sbi_call(SBI_HSM, 0, p->hartid, image + (u64)secondary_entry - IMAGE_VA, (u64)p);
		if (ret.error && ret.error != SBI_ERR_ALREADY_AVAILABLE)
			break;
		end = now() + timebase;
		for (unsigned int turn = 0; now() < end; turn++) {
			if (__atomic_load_n(&p->online, __ATOMIC_ACQUIRE))
				return;
			smp_relax(turn);
		}
	}
	/* Its place is kept: it may come late. */
	printk("hart %lu does not start: SBI error %ld\n", p->hartid, ret.error);
}

static void pcpu_start(u64 hartid)
{
	if (nr_pcpus == MAX_PCPUS)
		printk("hart %lu is left idle: the stub runs on %d at most\n", hartid, MAX_PCPUS);
	else
		start_hart(pcpu_add(hartid));
}

/* The boot hart is pcpu 0 and is on its final stack already (see stub_main). */
void smp_boot(u64 boot_hartid)
{
	int cpus = fdt_path_offset(machine_fdt, "/cpus"), node;

	fdt_for_each_subnode(node, machine_fdt, cpus) {
		int len;
		const fdt32_t *reg = fdt_getprop(machine_fdt, node, "reg", &len);
		u64 hartid;

		if (!reg || !cpu_is_usable(node))
			continue;
		hartid = len == 8 ? (u64)fdt32_to_cpu(reg[0]) << 32 | fdt32_to_cpu(reg[1]) : fdt32_to_cpu(reg[0]);
		if (hartid != boot_hartid)
			pcpu_start(hartid);
	}
}

void smp_init_boot_hart(u64 hartid)
{
	struct pcpu *p = pcpu_add(hartid);

	asm volatile("mv tp, %0" : : "r"(p));
	pcpu_init_here(p);
}

void smp_kick(struct pcpu *p)
{
	sbi_send_ipi(p->hartid);
}
