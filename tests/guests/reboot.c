// SPDX-License-Identifier: GPL-2.0
/*
 * A guest that asks for a cold reboot three times and then powers off (SBI
 * 2.0, chapter 10). Each time it must be as new: the image's own data as they
 * were built, registers and harts as at the first start. Memory outside the
 * image is what the reboot left: the SBI promises nothing about it, and the
 * stub keeps it. The count is in a page there, far behind the image, so if it
 * should be lost, time ends the test: it goes on across a reboot.
 */
#include "hot.h"
#include "peer.h"
#include <xen/errno.h>
#include <xen/memory.h>
#include <xen/riscv.h>
#include <xen/sched.h>

#define REBOOTS		3
#define MAGIC		0x7265626f6f747321UL
#define COLD_REBOOT	1
#define SHARED_INFO	0x38000000UL	/* interfaces/guest-machine.rst: nothing is there */
#define NS_A_TICK	100UL		/* of QEMU's machine */
#define POLL_TICKS	2000000UL	/* 200 ms */

static struct {
	unsigned long magic, count, first_fdt;
	unsigned long polls_until;	/* a hart, in the life before; 0: none does */
	bool failed;			/* in an earlier start: the verdict is given in the last */
} *kept;

static unsigned long data = 0x1234;		/* in .data */
static unsigned long bss;
static volatile bool running;

static void *kept_page(void)
{
	return (void *)(((unsigned long)_start & -GIGA) + 20 * MEGA);
}

static struct shared_info *map_shared_info(void)
{
	struct xen_add_to_physmap a = {
		.domid = DOMID_SELF, .space = XENMAPSPACE_shared_info, .gpfn = SHARED_INFO / PAGE_SIZE
	};

	check_eq(0, xen_call(__HYPERVISOR_memory_op, XENMEM_add_to_physmap, &a, 0));
	return (struct shared_info *)SHARED_INFO;
}

/* What is the hypervisor's and was the kernel's before. */
static void xen_as_new(void)
{
	struct xen_riscv_pv_entry e = { (unsigned long)_start, (unsigned long)_start };
	unsigned long i, used = 0, *words = (unsigned long *)map_shared_info();

	for (i = 0; i < PAGE_SIZE / 8; i++)
		used |= words[i];
	check_eq(0, used);
	if (guest_mode() == MODE_PV) {
		check_trap(try_load(XEN_PV_PAGE, NULL), CAUSE_LOAD_ACCESS, XEN_PV_PAGE);
		check_eq(-XEN_EINVAL, xen_call(__HYPERVISOR_riscv_op, RISCVOP_pv_entry, &e, 0));
	}
}

/* The last thing: nothing traps behind it. */
static void spoil_entry(void)
{
	struct xen_riscv_pv_entry e = { (unsigned long)_start, (unsigned long)_start };

	if (guest_mode() == MODE_PV) {
		check_eq(0, xen_call(__HYPERVISOR_riscv_op, RISCVOP_pv_page, NULL, 0));
		check_eq(0, xen_call(__HYPERVISOR_riscv_op, RISCVOP_pv_entry, &e, 0));
	}
}

/* The registers and memory of a start. */
static void as_new(void)
{
	unsigned long i, used = 0;

	check_eq(0x1234, data);
	check_eq(0, bss);
	check_eq(0, csr_read(satp));
	check_eq(0, csr_read(sie));
	check_eq(0, csr_read(sstatus) & (SR_SIE | SR_SUM | SR_MXR));
	check_eq(7, csr_read(scounteren) & 7);	/* CY, TM, IR */
	check_eq(0, csr_read(sip) & (IE_SSIE | IE_STIE));
	check(boot_fdt && boot_fdt[0] == 0xedfe0dd0);	/* its magic number, as a little-endian hart reads it */
	for (i = 0; i < MEGA / 8; i++)
		used |= ((unsigned long *)mega_a)[i];
	check_eq(0, used);
	xen_as_new();
	/* What a hart waited for in the life before is nothing to it. */
	while (kept->magic == MAGIC && kept->polls_until && rdtime() < kept->polls_until + POLL_TICKS / 4)
		;
	for (i = 0; i < (unsigned long)nharts; i++)
		check_eq(harts[i].id == boot_hartid ? HSM_STARTED : HSM_STOPPED, hart_status(harts[i].id));
}

/* Every other life it waits for a time that comes in the next one. */
static void poll(void)
{
	struct sched_poll p = { .timeout = kept->polls_until * NS_A_TICK };

	sbi_call(XEN_RISCV_SBI_EXT, __HYPERVISOR_sched_op, 0, SCHEDOP_poll, (unsigned long)&p, 0, 0, 0);
}

static void run_on(void *arg)
{
	vm_on(arg, 0);
	while (!running || !kept->polls_until)
		running = hot_run(VA_HIGH) < 32;
	poll();
}

/* Leave everything changed: data, tables, interrupts, hot code, a second hart at work. */
static void spoil(void)
{
	pte_t *root = vm_new();
	unsigned int *code = page_alloc();
	struct hart *other = other_hart(0);
	struct shared_info *s = (struct shared_info *)SHARED_INFO;

	for (int i = 0; i < 64; i++)
		write_once(s->evtchn_mask[i], -1UL);
	hot_write(code, CSR_SSCRATCH, kept->count, 0);
	vm_map(root, VA_HIGH, code, P_RWX | P_G);
	fence_i();
	vm_on(root, 0);
	check_eq(0, hot_heat(VA_HIGH, kept->count));	/* not what was hot there before the reboot */
	kept->polls_until = other && kept->count % 2 ? rdtime() + POLL_TICKS : 0;
	if (other) {
		check(hart_run(other, run_on, root));
		check(wait_for(running));
		hot_heat(VA_HIGH, kept->count);
	}
	data = bss = 0xbad;
	memset(mega_a, 0xff, MEGA);
	csr_write(scounteren, 0);
	set_timer(rdtime() + 200);
	csr_set(sip, IE_SSIE);
	csr_write(sie, IE_SSIE | IE_STIE);
	csr_set(sstatus, SR_SUM | SR_MXR | SR_FS);
}

static void cold_reboots(void)
{
	kept = kept_page();
	if (guest_mode() == MODE_NATIVE) {
		skip("the machine ends where it would reboot");
		return;
	}
	as_new();
	if (kept->magic != MAGIC) {
		*kept = (typeof(*kept)){ MAGIC, 0, (unsigned long)boot_fdt, 0, false };
	} else {
		check_eq(kept->first_fdt, (unsigned long)boot_fdt);
		kept->count++;
	}
	say("# start %ld\n", (long)kept->count);
	if (kept->count == REBOOTS || rdtime() > 3 * PATIENCE)
		return;
	spoil();
	spoil_entry();
	kept->failed |= test_failed();
	sbi2(SBI_SRST, 0, COLD_REBOOT, 0);
	check(!"rebooted");
}

/* A lost count would make the last test run for ever, and this one fail. */
static void counted(void)
{
	if (guest_mode() == MODE_NATIVE) {
		skip("no reboot");
		return;
	}
	check_eq(REBOOTS, kept->count);
	check(!kept->failed);
}

TESTS(
	T(cold_reboots), T(counted),
);
