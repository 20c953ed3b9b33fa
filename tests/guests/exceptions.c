// SPDX-License-Identifier: GPL-2.0
/*
 * Exceptions and interrupts as they arrive: scause, sepc, stval, sstatus
 * (4.1.1, 4.1.6 to 4.1.9), from S and from U, and the way back (3.3.2).
 */
#include "guest.h"
#include "vm.h"
#include "user.h"

#define NOWHERE		0x10000000000UL		/* 1 TiB: no memory there */

extern char trap_entry[], vector_table[];
extern volatile unsigned long vector_taken;
extern const char code_ret42[], code_ret42_end[];

static void illegal32(void)
{
	check_illegal(try_asm(".word 0xffffffff", , NONE));
	check_illegal(try_asm(".word 0x0000000b", , NONE));	/* custom-0 */
	check_illegal(try_asm(".word 0x0000007f", , NONE));
}

static void illegal16(void)
{
	check_illegal(try_asm(".half 0", , NONE));
	check_illegal(try_asm(".half 0x8002", , NONE));	/* c.jr x0: reserved */
	check_illegal(try_asm(".half 0x4002", , NONE));	/* c.lwsp x0: reserved */
}

/* 3.3.1: stval of a breakpoint is 0 or the address (4.1.9). */
static void ebreak(void)
{
	struct trap t = try_asm("ebreak", , NONE);

	check_trap(t, CAUSE_BREAKPOINT, t.tval ? t.epc : 0);
	t = try_asm("c.ebreak", , NONE);
	check_trap(t, CAUSE_BREAKPOINT, t.tval ? t.epc : 0);
}

/* 4.1.1: trap from S: SPP=1, SPIE=old SIE, SIE=0. */
static void status_from_s(void)
{
	struct trap t;

	csr_write(sie, 0);
	irq_on();
	t = try_asm("ebreak", , NONE);
	check_eq(SR_SPP | SR_SPIE, t.status & (SR_SPP | SR_SPIE | SR_SIE));
	check(csr_read(sstatus) & SR_SIE);	/* sret brought it back */
	irq_off();
	t = try_asm("ebreak", , NONE);
	check_eq(SR_SPP, t.status & (SR_SPP | SR_SPIE | SR_SIE));
	check(!(csr_read(sstatus) & SR_SIE));
}

/* 4.1.1: trap from U: SPP=0, SPIE=old SIE, SIE=0. */
static void status_from_u(void)
{
	struct trap t;

	t = user_run((unsigned long)user_ecall, true);
	check_eq(SR_SPIE, t.status & (SR_SPP | SR_SPIE | SR_SIE));
	t = user_run((unsigned long)user_ecall, false);
	check_eq(0, t.status & (SR_SPP | SR_SPIE | SR_SIE));
}

/* SUM and MXR are the supervisor's and survive traps and sret (4.1.1.1). */
static void status_keeps_sum_mxr(void)
{
	struct trap t;

	csr_set(sstatus, SR_SUM | SR_MXR);
	t = try_asm("ebreak", , NONE);
	check_eq(SR_SUM | SR_MXR, t.status & (SR_SUM | SR_MXR));
	t = user_run((unsigned long)user_ecall, false);
	check_eq(SR_SUM | SR_MXR, t.status & (SR_SUM | SR_MXR));
	check_eq(SR_SUM | SR_MXR, csr_read(sstatus) & (SR_SUM | SR_MXR));
	csr_clear(sstatus, SR_SUM | SR_MXR);
	t = user_run((unsigned long)user_ecall, false);
	check_eq(0, t.status & (SR_SUM | SR_MXR));
}

/* One trap of U-mode at @pc. */
#define user_traps(pc, cause, tval) \
	check_trap_epc(user_run((unsigned long)(pc), false), cause, \
		       (unsigned long)(pc), tval)

/* user_ecall is a nop and then the ecall. 4.1.9: stval is 0. */
static void user_ecall_cause(void)
{
	struct trap t = user_run((unsigned long)user_ecall, false);

	check_eq(CAUSE_ECALL_U, t.cause);
	check(t.epc > (unsigned long)user_ecall && t.epc <= (unsigned long)user_ecall + 4);
	check_eq(0, t.tval);
}

static void user_illegal_insns(void)
{
	static const char *const code[] = {
		user_illegal, user_illegal16, user_sret, user_mret, user_sfence,
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(code); i++) {
		unsigned long pc = (unsigned long)code[i];

		check_illegal_at(__FILE__, __LINE__, user_run(pc, false), pc, insn_at(pc));
	}
}

static void user_ebreak_cause(void)
{
	struct trap t = user_run((unsigned long)user_ebreak, false);

	check_trap_epc(t, CAUSE_BREAKPOINT, (unsigned long)user_ebreak,
		       t.tval ? t.epc : 0);
}

/* 3.3.3: wfi in U may be illegal or, in bounded time, do nothing. */
static void user_wfi_returns(void)
{
	struct trap t = user_run((unsigned long)user_wfi, false);

	check(t.cause == CAUSE_ILLEGAL || t.cause == CAUSE_ECALL_U);
	if (t.cause == CAUSE_ILLEGAL)
		check_eq((unsigned long)user_wfi, t.epc);
	note(t.cause == CAUSE_ILLEGAL ? "illegal" : "returns");
}

/* All registers of U-mode are its own, over a trap and back. */
static void user_registers(void)
{
	int i;

	for (i = 1; i < 32; i++)
		user_set(i, 0x1111111111111111UL * (i & 15) + i);
	user_run((unsigned long)user_ecall, false);
	for (i = 1; i < 32; i++)
		check_eq(0x1111111111111111UL * (i & 15) + i, user_reg(i));
}

/* 3.7.1, 4.1.8: no memory at a physical address: access fault, bare. */
static void access_bare(void)
{
	check_trap(try_load(NOWHERE, NULL), CAUSE_LOAD_ACCESS, NOWHERE);
	check_trap(try_store(NOWHERE + 8, 1), CAUSE_STORE_ACCESS, NOWHERE + 8);
	check_trap_epc(try_call(NOWHERE + 32, NULL), CAUSE_FETCH_ACCESS, NOWHERE + 32,
		       NOWHERE + 32);
}

/* The same just behind RAM's end, and not just before it. */
static void access_ram_end(void)
{
	unsigned long end = ram_end();

	check_none(try_load(end - 8, NULL));
	check_trap(try_load(end, NULL), CAUSE_LOAD_ACCESS, end);
	check_trap(try_store(end, 0), CAUSE_STORE_ACCESS, end);
	check_trap(try_load(end + PAGE, NULL), CAUSE_LOAD_ACCESS, end + PAGE);
}

/*
 * What the machine has but a guest was not given. Natively these are real
 * devices, so there is nothing to compare.
 */
static void access_devices(void)
{
	static const unsigned long dev[] = {
		0x0, 0x1000, 0x100000, 0x2000000, 0x2004000, 0xc000000,
		0x10000000, 0x10001000, 0x10010000, 0x20000000, 0x30000000,
	};
	int i;

	if (!under_stub()) {
		skip("native");
		return;
	}
	for (i = 0; i < ARRAY_SIZE(dev); i++) {
		check_trap(try_load(dev[i], NULL), CAUSE_LOAD_ACCESS, dev[i]);
		check_trap(try_store(dev[i], 0), CAUSE_STORE_ACCESS, dev[i]);
	}
}

/* 4.3.1: satp Bare: U-mode has no protection, and the same faults. */
static void access_bare_user(void)
{
	unsigned long word = 0x1234;

	user_set(10, (unsigned long)&word);
	check_eq(CAUSE_ECALL_U, user_run((unsigned long)user_load, false).cause);
	check_eq(0x1234, user_reg(10));
	user_set(10, NOWHERE);
	user_traps(user_load, CAUSE_LOAD_ACCESS, NOWHERE);
	user_set(10, NOWHERE);
	user_traps(user_store, CAUSE_STORE_ACCESS, NOWHERE);
	user_set(10, NOWHERE);
	check_trap_epc(user_run((unsigned long)user_jump, false), CAUSE_FETCH_ACCESS,
		       NOWHERE, NOWHERE);
}

/* 4.3.2: a leaf to no memory: access fault, stval is the virtual address. */
static void access_paged(void)
{
	pte_t *root = vm_new();
	unsigned long va = VA_LOW + 0x5008;

	vm_map(root, va, (void *)NOWHERE, P_RWX);
	vm_on(root, 0);
	check_trap(try_load(va, NULL), CAUSE_LOAD_ACCESS, va);
	check_trap(try_store(va, 1), CAUSE_STORE_ACCESS, va);
	check_trap_epc(try_call(va, NULL), CAUSE_FETCH_ACCESS, va, va);
}

/* Page faults of S: load, store, AMO, fetch, where nothing is mapped. */
static void page_fault_s(void)
{
	unsigned long va = VA_LOW + 0x123458;

	vm_on(vm_new(), 0);
	check_trap(try_load(va, NULL), CAUSE_LOAD_PAGE, va);
	check_trap(try_store(va, 1), CAUSE_STORE_PAGE, va);
	check_trap(try_lr(va), CAUSE_LOAD_PAGE, va);
	check_trap_epc(try_call(va, NULL), CAUSE_FETCH_PAGE, va, va);
}

static void page_fault_u(void)
{
	pte_t *root = vm_new();
	unsigned long va = VA_HIGH + 0x777000, pc;
	struct trap t;

	vm_map_user(root);
	vm_on(root, 0);
	user_set(10, va);
	user_traps(user_va(user_load), CAUSE_LOAD_PAGE, va);
	user_traps(user_va(user_store), CAUSE_STORE_PAGE, va);
	t = user_run(user_va(user_jump), false);
	check_trap_epc(t, CAUSE_FETCH_PAGE, va, va);
	check_eq(0, t.status & SR_SPP);
	pc = user_va(user_illegal);
	check_illegal_at(__FILE__, __LINE__, user_run(pc, false), pc, 0xffffffff);
	t = user_run(user_va(user_ecall), true);
	check_eq(CAUSE_ECALL_U, t.cause);
	check_eq(0, t.tval);
}

/* 4.1.9: an access over a page's end: stval is where the part that faults begins. */
static void page_crossing(void)
{
	pte_t *root = vm_new();
	unsigned long va = VA_LOW + 2 * PAGE, v;
	struct trap t;

	vm_map(root, va - PAGE, page_alloc(), P_RWX);
	vm_on(root, 0);
	t = try_load32(va - 2, &v);
	if (t.cause == CAUSE_LOAD_MISALIGNED)
		check_eq(va - 2, t.tval);
	else
		check_trap(t, CAUSE_LOAD_PAGE, va);
}

/* 4.1.9: likewise a 32-bit instruction; sepc is its beginning. */
static void page_crossing_fetch(void)
{
	pte_t *root = vm_new();
	unsigned long va = VA_LOW + 2 * PAGE;
	char *page = page_alloc();

	*(unsigned short *)(page + PAGE - 2) = 0x0513;	/* half of li a0, n */
	vm_map(root, va - PAGE, page, P_RWX);
	vm_on(root, 0);
	fence_i();
	check_trap_epc(try_call(va - 2, NULL), CAUSE_FETCH_PAGE, va - 2, va);
}

/*
 * Misaligned: a load or store either works or raises 4 or 6; what the machine
 * does is its own business, but the value must be right.
 */
static void misaligned(void)
{
	unsigned long words[2] = { 0x1122334455667788UL, 0x99aabbccddeeff00UL };
	unsigned long at = (unsigned long)words + 3, v;
	struct trap t = try_load(at, &v);

	if (t.cause == NO_TRAP)
		check_eq(0xeeff001122334455UL, v);
	else
		check_trap(t, CAUSE_LOAD_MISALIGNED, at);
	t = try_store(at, 0x0102030405060708UL);
	if (t.cause == NO_TRAP)
		check_eq(0x0405060708667788UL, words[0]);
	else
		check_trap(t, CAUSE_STORE_MISALIGNED, at);
	note(t.cause == NO_TRAP ? "works" : "traps");
}

/* Unprivileged, A: misaligned LR: address-misaligned or access fault. */
static void misaligned_lr(void)
{
	unsigned long words[2] = { 0, 0 }, at = (unsigned long)words + 4;
	struct trap t = try_lr(at);

	check(t.cause == CAUSE_LOAD_MISALIGNED || t.cause == CAUSE_LOAD_ACCESS);
	check_eq(at, t.tval);
}

/* 4.1.8: what an AMO raises are the store/AMO causes, also where it reads. */
static void amo_causes(void)
{
	unsigned long words[2] = { 0, 0 }, at = (unsigned long)words + 4, va = VA_LOW;
	struct trap t;

	todo("QEMU 7.2 with one hart does an AMO as a load and a store");
	t = try_amo(at);
	check(t.cause == CAUSE_STORE_MISALIGNED || t.cause == CAUSE_STORE_ACCESS);
	check_eq(at, t.tval);
	check_trap(try_amo(NOWHERE + 16), CAUSE_STORE_ACCESS, NOWHERE + 16);
	vm_on(vm_new(), 0);
	check_trap(try_amo(va), CAUSE_STORE_PAGE, va);
}

/* 3.1.9: SSIP set by ourselves, taken at once when enabled: cause, epc, status. */
static void software_irq(void)
{
	struct hart *h = this_hart();

	h->irqs[IRQ_SOFT] = 0;
	csr_set(sie, IE_SSIE);
	csr_set(sip, IE_SSIE);
	check_eq(0, h->irqs[IRQ_SOFT]);
	irq_on();
	check(wait_for(h->irqs[IRQ_SOFT] == 1));
	check_eq(CAUSE_IRQ | IRQ_SOFT, h->irq.cause);
	check_eq(0, h->irq.tval);
	check_eq(SR_SPP | SR_SPIE, h->irq.status & (SR_SPP | SR_SPIE | SR_SIE));
	check(csr_read(sstatus) & SR_SIE);
	irq_off();
	check_eq(1, h->irqs[IRQ_SOFT]);
}

/* 4.1.3: in U-mode interrupts of S are on whatever SIE says. */
static void software_irq_in_u(void)
{
	struct trap t;

	csr_set(sie, IE_SSIE);
	csr_set(sip, IE_SSIE);
	t = user_run((unsigned long)user_spin, false);
	check_trap_epc(t, CAUSE_IRQ | IRQ_SOFT, (unsigned long)user_spin, 0);
	check_eq(0, t.status & SR_SPP);
}

/* 3.1.9: order: of SSI and STI pending together, SSI goes first. */
static void irq_priority(void)
{
	unsigned long start = rdtime();
	struct trap t;

	set_timer(0);
	wait_for(rdtime() - start > 10000);
	csr_set(sip, IE_SSIE);
	csr_set(sie, IE_SSIE | IE_STIE);
	t = user_run((unsigned long)user_spin, false);
	check_eq(CAUSE_IRQ | IRQ_SOFT, t.cause);
	csr_clear(sip, IE_SSIE);
	t = user_run((unsigned long)user_spin, false);
	check_eq(CAUSE_IRQ | IRQ_TIMER, t.cause);
}

/* 4.1.2: vectored: interrupts at base + 4 * cause, exceptions at base. */
static void vectored(void)
{
	struct hart *h = this_hart();
	struct trap t;

	csr_write(stvec, (unsigned long)vector_table | 1);
	csr_set(sie, IE_SSIE | IE_STIE);
	irq_on();
	vector_taken = 0;
	t = try_asm("ebreak", , NONE);
	check_eq(CAUSE_BREAKPOINT, t.cause);
	check_eq(0, vector_taken);
	h->irqs[IRQ_SOFT] = 0;
	csr_set(sip, IE_SSIE);
	check(wait_for(h->irqs[IRQ_SOFT] == 1));
	check_eq(IRQ_SOFT, vector_taken);
	h->irqs[IRQ_TIMER] = 0;
	set_timer(rdtime() + 1000);
	check(wait_for(h->irqs[IRQ_TIMER] == 1));
	check_eq(IRQ_TIMER, vector_taken);
	irq_off();
	csr_write(stvec, (unsigned long)trap_entry);
}

/* 3.3.2: sret: SIE=SPIE, SPIE=1, mode=SPP, SPP=0, pc=sepc. */
static void sret_to_s(void)
{
	unsigned long want, v;

	csr_write(sie, 0);
	for (want = 0; want <= 1; want++) {
		csr_clear(sstatus, SR_SIE | SR_SPIE);
		if (want)
			csr_set(sstatus, SR_SPIE);
		else
			csr_set(sstatus, SR_SIE);
		asm volatile("csrs sstatus, %1\n\tlla %0, 1f\n\tcsrw sepc, %0\n\tsret\n\t"
			     "ebreak\n1:" : "=&r"(v) : "r"(SR_SPP) : "memory");
		v = csr_read(sstatus);
		check_eq(want, !!(v & SR_SIE));
		check(v & SR_SPIE);
		check(!(v & SR_SPP));
	}
	irq_off();
}

/* 3.3.3: wfi ends when an interrupt is pending and enabled in sie, SIE or not. */
static void wfi_pending(void)
{
	struct hart *h = this_hart();

	h->irqs[IRQ_SOFT] = 0;
	csr_set(sie, IE_SSIE);
	csr_set(sip, IE_SSIE);
	wfi();
	wfi();
	check_eq(0, h->irqs[IRQ_SOFT]);
	check(csr_read(sip) & IE_SSIE);
}

/* Exceptions one after another, from both modes, many times: nothing leaks. */
static void many(void)
{
	unsigned long bad = 0, i;

	for (i = 0; i < 2000; i++) {
		bad += try_asm("ebreak", , NONE).cause != CAUSE_BREAKPOINT;
		bad += try_load(NOWHERE, NULL).cause != CAUSE_LOAD_ACCESS;
		bad += user_run((unsigned long)user_ecall, i & 1).cause != CAUSE_ECALL_U;
	}
	check_eq(0, bad);
}

TESTS(
	T(illegal32), T(illegal16), T(ebreak), T(status_from_s), T(status_from_u),
	T(status_keeps_sum_mxr), T(user_ecall_cause), T(user_illegal_insns),
	T(user_ebreak_cause), T(user_wfi_returns), T(user_registers),
	T(access_bare), T(access_ram_end), T(access_devices), T(access_bare_user),
	T(access_paged), T(page_fault_s), T(page_fault_u), T(page_crossing),
	T(page_crossing_fetch), T(misaligned), T(misaligned_lr), T(amo_causes), T(software_irq),
	T(software_irq_in_u), T(irq_priority), T(vectored), T(sret_to_s),
	T(wfi_pending), T(many),
);
