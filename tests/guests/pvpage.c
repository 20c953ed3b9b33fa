// SPDX-License-Identifier: GPL-2.0
/*
 * The page of a pv vCPU (interfaces/hypercall-abi.rst, "The page of a vCPU"): its fields and the CSRs are the same;
 * traps, returns, interrupts that wait; who may reach it; and that whatever is written there, the guest alone has the
 * loss.
 */
#include "guest.h"
#include "user.h"
#include "vm.h"
#include <xen/xen.h>
#include <xen/errno.h>

#define LOAD(op, offset) ({							\
	unsigned long __v;							\
	asm volatile(#op " %0, %1(x0)" : "=r"(__v) : "i"(offset) : "memory");	\
	__v; })
#define STORE(op, offset, v) \
	asm volatile(#op " %0, %1(x0)" : : "r"((unsigned long)(v)), "i"(offset) : "memory")
#define get(field)	LOAD(ld, XEN_PV_##field)
#define set(field, v)	STORE(sd, XEN_PV_##field, v)
#define flag()		(LOAD(lbu, XEN_PV_IRQ) & SR_SIE)
#define set_flag(v)	STORE(sb, XEN_PV_IRQ, v)

#define PV_END		0UL				/* the offsets are from here */
#define RET_VA		(PV_END + XEN_PV_RET)
#define STUB_VA		0xffffffc000000000UL
#define TRAP_BITS	(SR_SPP | SR_SPIE | SR_SUM | SR_FS)

#define NEED_PAGE()				\
	if (!show()) {				\
		skip("no pv guest");		\
		return;				\
	}

extern char trap_entry[];
void pv_user_enter(unsigned long pc, unsigned long status);

static long riscv_op(unsigned long op, void *arg)
{
	return sbi_call(XEN_RISCV_SBI_EXT, __HYPERVISOR_riscv_op, 0, op, (unsigned long)arg, 0, 0, 0).error;
}

static bool show(void)
{
	return guest_mode() == MODE_PV && !riscv_op(RISCVOP_pv_page, NULL);
}

static long set_entry(void *entry)
{
	struct xen_riscv_pv_entry e = { csr_read(stvec), (unsigned long)entry };

	return riscv_op(RISCVOP_pv_entry, &e);
}

/* Behind the instruction that exchanges tp and sscratch. */
static bool entry_on(void)
{
	return show() && !set_entry(trap_entry + 4);
}

static void entry_off(void)
{
	set_entry(NULL);
	csr_clear(sstatus, SR_FS);
	set_flag(0);
}

#define NEED_ENTRY()				\
	if (!entry_on()) {			\
		skip("no pv guest");		\
		return;				\
	}

/* U-mode at @pc by the page alone, until it traps. */
static struct trap pv_run(unsigned long pc, unsigned long status)
{
	pv_user_enter(pc, status);
	return (struct trap){ .cause = get(CAUSE), .epc = get(EPC), .tval = get(TVAL), .status = get(STATUS) };
}

asm(	".text\n"
	"	.globl pv_user_enter\n"
	"pv_user_enter:\n"
	"	addi	sp, sp, -112\n"
	"	sd	ra, 0(sp); sd s0, 8(sp); sd s1, 16(sp); sd s2, 24(sp); sd s3, 32(sp); sd s4, 40(sp)\n"
	"	sd	s5, 48(sp); sd s6, 56(sp); sd s7, 64(sp); sd s8, 72(sp); sd s9, 80(sp); sd s10, 88(sp)\n"
	"	sd	s11, 96(sp); sd gp, 104(sp)\n"
	"	sd	sp, 0(tp)\n"
	"	sd	a0, -24(x0)\n"
	"	sd	tp, -48(x0)\n"
	"	sd	a1, -16(x0)\n"
	"	ld	a0, 24+80(tp)\n"
	"	ld	a1, 24+88(tp)\n"
	"	ld	tp, 24+32(tp)\n"
	"	jalr	x0, -56(x0)\n");

/* --- the page is there, for the kernel --- */

static void not_for_others(void)
{
	struct xen_riscv_pv_entry e = { 0 };

	if (!under_stub()) {
		skip("no hypervisor");
		return;
	}
	check_eq(XEN_RISCV_OP_VERSION, riscv_op(RISCVOP_version, NULL));
	check_eq(0x10001, XEN_RISCV_OP_VERSION);
	if (guest_mode() != MODE_PV) {
		check_eq(-XEN_EOPNOTSUPP, riscv_op(RISCVOP_pv_page, NULL));
		check_eq(-XEN_EOPNOTSUPP, riscv_op(RISCVOP_pv_entry, &e));
		return;
	}
	/* Before it is asked for there is nothing. */
	check_trap(try_load(XEN_PV_PAGE, NULL), CAUSE_LOAD_ACCESS, XEN_PV_PAGE);
	check_eq(-XEN_EINVAL, riscv_op(RISCVOP_pv_entry, &e));
	check_eq(-XEN_EFAULT, riscv_op(RISCVOP_pv_entry, (void *)STUB_VA));
	/* The direct map begins with the firmware, which faults anyway: so where the stub's own memory is. */
	check_eq(-XEN_EFAULT, riscv_op(RISCVOP_pv_entry, (void *)(STUB_VA + 0x200000)));
	check_eq(-XEN_EFAULT, sbi_call(XEN_RISCV_SBI_EXT, 32, 0, 4, STUB_VA + 0x200000, 0, 0, 0).error);	/* EVTCHNOP_send */
	check_eq(-XEN_EFAULT, sbi_call(XEN_RISCV_SBI_EXT, 17, 0, 1, STUB_VA + 0x3ff000, 0, 0, 0).error);	/* extraversion: a write */
	check_eq(-XEN_EFAULT, sbi_call(XEN_RISCV_SBI_EXT, 17, 0, 1, 0xffffffc480000000UL, 0, 0, 0).error);
	check_eq(0, riscv_op(RISCVOP_pv_page, NULL));
	check_eq(0, riscv_op(RISCVOP_pv_page, NULL));
	check_none(try_load(XEN_PV_PAGE, NULL));
}

static void one_state(void)
{
	static const unsigned long values[] = { 0, ~0UL, 0x123456789abcdef0UL, 1 };
	unsigned long s;
	int i;

	NEED_PAGE();
	for (i = 0; i < ARRAY_SIZE(values); i++) {
		set(SCRATCH, values[i]);
		check_eq(values[i], csr_swap(sscratch, ~values[i]));
		check_eq(~values[i], get(SCRATCH));
		csr_write(sscratch, 0);
		set(EPC, values[i]);
		check_eq(values[i] & ~1UL, csr_read(sepc));
		set(CAUSE, values[i]);
		check_eq(values[i], csr_read(scause));
		set(TVAL, values[i]);
		check_eq(values[i], csr_read(stval));
		csr_write(stval, i);
		csr_write(scause, i + 1);
		csr_write(sepc, 4 * i);
		check_eq(i, get(TVAL));
		check_eq(i + 1, get(CAUSE));
		check_eq(4 * i, get(EPC));
	}
	for (i = 0; i < 8; i++) {
		s = (i & 1 ? SR_SPP : 0) | (i & 2 ? SR_SPIE : 0) | (i & 4 ? SR_SUM : 0);
		set(STATUS, s);
		check_eq(s, csr_read(sstatus) & (SR_SPP | SR_SPIE | SR_SUM | SR_SIE));
		csr_clear(sstatus, SR_SPP | SR_SPIE | SR_SUM);
		check_eq(0, get(STATUS) & (SR_SPP | SR_SPIE | SR_SUM));
		csr_set(sstatus, s);
		check_eq(s, get(STATUS) & (SR_SPP | SR_SPIE | SR_SUM | SR_SIE));
	}
	csr_clear(sstatus, SR_SPP | SR_SPIE | SR_SUM);
}

static void one_flag(void)
{
	NEED_PAGE();
	check_eq(0, flag());
	irq_on();
	check_eq(SR_SIE, flag());
	STORE(sb, XEN_PV_IRQ, 0);
	check_eq(0, csr_read(sstatus) & SR_SIE);
	/* A kernel's pointer has ones in its highest byte. */
	STORE(sd, -8, 0xffffffd612345678UL);
	check_eq(SR_SIE, csr_read(sstatus) & SR_SIE);
	check_eq(SR_SIE, flag());
	/* Other bits are nothing. */
	STORE(sb, XEN_PV_IRQ, 0xfd);
	check_eq(0, csr_read(sstatus) & SR_SIE);
	STORE(sb, XEN_PV_IRQ, SR_SIE);
	check_eq(SR_SIE, csr_swap(sstatus, 0) & SR_SIE);
	check_eq(0, flag());
}

/* --- in each address space, and for nobody else --- */

static void in_every_space(void)
{
	pte_t *a, *b;

	NEED_PAGE();
	a = vm_new();
	b = vm_new();
	/* In b the table next to it is the address space's own. */
	vm_map(b, XEN_PV_PAGE - PAGE, b, P_RW);
	set(MAPPED, 1);
	vm_on(a, 1);
	check_eq(1, get(MAPPED));
	set(MAPPED, 2);
	vm_on(b, 2);
	check_eq(2, get(MAPPED));
	check_none(try_load(XEN_PV_PAGE - PAGE, NULL));
	check_eq(2, get(MAPPED));
	set(MAPPED, 3);
	fence_va(XEN_PV_PAGE);
	check_eq(3, get(MAPPED));
	vm_on(a, 1);
	check_eq(3, get(MAPPED));
	check_trap(try_load(XEN_PV_PAGE - PAGE, NULL), CAUSE_LOAD_PAGE, XEN_PV_PAGE - PAGE);
	vm_off();
	check_eq(3, get(MAPPED));
}

/* What the guest maps there its kernel does not see, small or large. */
static void not_hidden(void)
{
	unsigned long *mine, top = XEN_PV_PAGE & -MEGA;
	pte_t *root;

	NEED_PAGE();
	root = vm_new();
	mine = page_alloc();
	mine[256] = 77;
	vm_map(root, XEN_PV_PAGE, mine, P_RW | P_G);
	vm_on(root, 3);
	set(MAPPED, 5);
	check_eq(5, get(MAPPED));
	check_eq(77, mine[256]);
	*vm_pte(root, XEN_PV_PAGE, 1) = PTE(mega_a, P_RW);
	fence_all();
	check_none(try_store(top, 123));
	check_eq(123, *(unsigned long *)mega_a);
	check_eq(5, get(MAPPED));
	check_none(try_store(top + PAGE, 124));
	check_eq(5, get(MAPPED));
	vm_off();
}

static void not_executable(void)
{
	NEED_PAGE();
	check_trap_epc(try_call(XEN_PV_PAGE, NULL), CAUSE_FETCH_PAGE, XEN_PV_PAGE, XEN_PV_PAGE);
	check_trap_epc(try_call(RET_VA + 8, NULL), CAUSE_FETCH_PAGE, RET_VA + 8, RET_VA + 8);
	check_none(try_amo(PV_END + XEN_PV_TVAL));
}

static void not_for_user(void)
{
	unsigned long *mine;
	pte_t *root;
	struct trap t;

	NEED_ENTRY();
	root = vm_new();
	vm_map_user(root);
	vm_on(root, 4);
	set(CAUSE, 1);
	user_set(10, PV_END + XEN_PV_SCRATCH);
	t = pv_run(user_va(user_load), SR_SPIE);
	check_eq(CAUSE_LOAD_PAGE, t.cause);
	check_eq(PV_END + XEN_PV_SCRATCH, t.tval);
	t = pv_run(user_va(user_store), SR_SPIE);
	check_eq(CAUSE_STORE_PAGE, t.cause);
	user_set(10, RET_VA);
	t = pv_run(user_va(user_jump), SR_SPIE);
	check_eq(CAUSE_FETCH_PAGE, t.cause);
	check_eq(RET_VA, t.epc);
	/* Its own at the same address is its own. */
	mine = page_alloc();
	mine[4096 / 8 - 6] = 99;
	vm_map(root, XEN_PV_PAGE, mine, P_RW | P_U);
	fence_va(XEN_PV_PAGE);
	user_set(10, PV_END + XEN_PV_SCRATCH);
	t = pv_run(user_va(user_load), SR_SPIE);
	check_eq(CAUSE_ECALL_U, t.cause);
	check_eq(99, user_reg(10));
	csr_write(sscratch, 0);
	vm_off();
	entry_off();
}

/* --- traps and returns --- */

static void system_calls(void)
{
	unsigned long i, tp = 0x1234567890UL;
	pte_t *root;
	struct trap t;

	NEED_ENTRY();
	root = vm_new();
	vm_map_user(root);
	vm_on(root, 5);
	user_set(4, tp);
	for (i = 0; i < 100; i++) {
		t = pv_run(user_va(user_ecall), SR_SPIE | SR_SUM);
		check_eq(CAUSE_ECALL_U, t.cause);
		check_eq(user_va(user_ecall) + 2, t.epc);	/* behind a nop */
		check_eq(0, t.tval);
		check_eq(SR_SPIE, t.status & (SR_SPP | SR_SPIE | SR_SUM | SR_SIE));
		check_eq(SR_UXL_64, t.status & SR_UXL);
		check_eq(0, flag());
		check_eq(tp, user_reg(4));
		check_eq(0, get(SCRATCH));
		check_eq(CAUSE_ECALL_U, csr_read(scause));
		/* Without SPIE it comes back without. */
		t = pv_run(user_va(user_ecall), 0);
		check_eq(CAUSE_ECALL_U, t.cause);
		check_eq(0, t.status & (SR_SPP | SR_SPIE | SR_SUM));
		/* By the native instructions it is the same. */
		t = user_run(user_va(user_ebreak), true);
		check_eq(CAUSE_BREAKPOINT, t.cause);
		check_eq(SR_SPIE, get(STATUS) & (SR_SPP | SR_SPIE));
	}
	vm_off();
	entry_off();
}

/* A trap of the kernel: tp is 0 at the entry, as the scratch register was, and what tp was is there. */
static void kernel_traps(void)
{
	struct trap t;

	NEED_ENTRY();
	t = try_asm("ebreak", , NONE);
	check_eq(CAUSE_BREAKPOINT, t.cause);
	check_eq(this_hart()->insn, t.epc);
	check_eq(SR_SPP | SR_SUM, t.status & (SR_SPP | SR_SPIE | SR_SUM));
	check_eq(0, get(SCRATCH));
	irq_on();
	t = try_asm("ebreak", , NONE);
	check_eq(SR_SPP | SR_SPIE | SR_SUM, t.status & (SR_SPP | SR_SPIE | SR_SUM | SR_SIE));
	check_eq(SR_SIE, csr_read(sstatus) & SR_SIE);
	irq_off();
	entry_off();
}

/* To the kernel, by the page. */
static void returns_to_kernel(void)
{
	unsigned long i, s;

	NEED_PAGE();
	for (i = 0; i < 4; i++) {
		s = SR_SPP | (i & 1 ? SR_SPIE : 0);
		if (i & 2)
			irq_on();
		asm volatile("lla t0, 1f\n\tsd t0, -24(x0)\n\tsd %0, -16(x0)\n\tjalr x0, -56(x0)\n\tebreak\n1:"
			     : : "r"(s) : "t0", "memory");
		check_eq(i & 1 ? SR_SIE : 0, flag());
		check_eq(SR_SPIE, get(STATUS) & (SR_SPP | SR_SPIE));
		irq_off();
	}
}

/* Wherever it is told to go: the fault is the user's, or the kernel's, at that address. */
static void returns_anywhere(void)
{
	static const unsigned long where[] = {
		0, 2, 1, 0x1000, VA_LOW, 0x4000000000UL, ~0UL, RET_VA, XEN_PV_PAGE, STUB_VA, 0xffffffc480000000UL,
		0x8000000000000000UL, 0x80200000UL,
	};
	struct trap t;
	pte_t *root;
	int i;

	NEED_ENTRY();
	root = vm_new();
	vm_map_user(root);
	vm_on(root, 6);
	for (i = 0; i < ARRAY_SIZE(where); i++) {
		t = pv_run(where[i], SR_SPIE);
		check_eq(CAUSE_FETCH_PAGE, t.cause);
		check_eq(where[i] & ~1UL, t.epc);
		check_eq(0, t.status & SR_SPP);
		if (where[i] == 0x80200000UL)
			continue;	/* it is our own code */
		t = pv_run(where[i], SR_SPP);
		/* At the address of the return it returns once more, now to the user. */
		check_eq(CAUSE_FETCH_PAGE, t.cause);
		check_eq(where[i] & ~1UL, t.epc);
		check_eq(where[i] == RET_VA ? 0 : SR_SPP, t.status & SR_SPP);
	}
	vm_off();
	entry_off();
}

/* --- floating point --- */

static void fp_of_the_user(void)
{
	static const unsigned long states[] = { 0, SR_FS_INITIAL, SR_FS_CLEAN, SR_FS_DIRTY };
	unsigned long i, v = 0, before;
	pte_t *root;
	struct trap t;

	if (!show()) {
		skip("no pv guest");
		return;
	}
	csr_clear(sstatus, SR_FS);
	csr_set(sstatus, SR_FS_CLEAN);
	before = csr_read(sstatus) & SR_FS;
	check(entry_on());
	check_eq(before, csr_read(sstatus) & SR_FS);
	root = vm_new();
	vm_map_user(root);
	vm_on(root, 7);
	for (i = 0; i < ARRAY_SIZE(states); i++) {
		t = pv_run(user_va(user_ecall), SR_SPIE | states[i]);
		check_eq(states[i], t.status & SR_FS);
		/* The kernel has it on, whatever it writes there. */
		csr_set(sstatus, SR_FS);
		check_eq(1, csr_read(sstatus) >> 63);
		csr_clear(sstatus, SR_FS);
		check_eq(0, csr_read(sstatus) >> 63);
		check_eq(0, get(STATUS) & SR_FS);
		asm volatile("fmv.d.x ft0, %1\n\tfmv.x.d %0, ft0" : "=r"(v) : "r"(i + 5));
		check_eq(i + 5, v);
		t = pv_run(user_va(user_fadd), SR_SPIE | states[i]);
		check_eq(states[i] ? CAUSE_ECALL_U : CAUSE_ILLEGAL, t.cause);
		check_eq(states[i] ? SR_FS_DIRTY : 0, t.status & SR_FS);
		check_eq(!!states[i], t.status >> 63);
		t = try_asm("ebreak", , NONE);
		check_eq(SR_FS_DIRTY, t.status & SR_FS);
	}
	vm_off();
	csr_clear(sstatus, SR_FS);
	csr_set(sstatus, SR_FS_CLEAN);
	check_eq(0, set_entry(NULL));
	/* What the page said is the hart's from now on. */
	check_eq(SR_FS_CLEAN, csr_read(sstatus) & SR_FS);
	entry_off();
}

/* --- interrupts that wait for the flag --- */

static void raise_soft(void)
{
	sbi2(SBI_IPI, 0, 1, this_hart()->id);
}

static void waits(void)
{
	struct hart *h = this_hart();
	unsigned long n = h->irqs[IRQ_SOFT], v = 0x1122334455667788UL, next = 0;
	struct trap t;

	csr_set(sie, IE_SSIE);
	raise_soft();
	check_eq(n, h->irqs[IRQ_SOFT]);
	/* Stores to the other fields do what they do, of each width. */
	set(CAUSE, v);
	check_eq(v, get(CAUSE));
	set(TVAL, ~v);
	check_eq(~v, csr_read(stval));
	STORE(sw, XEN_PV_CAUSE, 0);
	STORE(sh, XEN_PV_CAUSE + 4, 0xffff);
	STORE(sb, XEN_PV_CAUSE + 7, 0x99);
	check_eq(0x9922ffff00000000UL, get(CAUSE));
	STORE(sd, -8, 0);
	set_flag(0);
	set_flag(0xfd);
	check_eq(n, h->irqs[IRQ_SOFT]);
	t = try_store(XEN_PV_PAGE + 1, 1);
	check(t.cause == CAUSE_STORE_PAGE || t.cause == CAUSE_STORE_MISALIGNED || t.cause == NO_TRAP);
	check(try_amo(PV_END + XEN_PV_TVAL).cause != CAUSE_ILLEGAL);
	/* It is taken before the next instruction. */
	asm volatile("lla %0, 1f\n\tsd %1, -8(x0)\n1:\tsb x0, -1(x0)" : "=&r"(next) : "r"(-1UL) : "memory");
	check_eq(n + 1, h->irqs[IRQ_SOFT]);
	check_eq(next, h->irq.epc);
	check_eq(SR_SPP | SR_SPIE, h->irq.status & (SR_SPP | SR_SPIE));
	raise_soft();
	check_eq(n + 1, h->irqs[IRQ_SOFT]);
	STORE(sb, XEN_PV_IRQ, SR_SIE);
	check_eq(n + 2, h->irqs[IRQ_SOFT]);
	set_flag(0);
	/* By the native instruction, too. */
	raise_soft();
	irq_on();
	check_eq(n + 3, h->irqs[IRQ_SOFT]);
	irq_off();
	/* No longer enabled, or acknowledged by polling: it does not come. */
	raise_soft();
	csr_clear(sie, IE_SSIE);
	set_flag(SR_SIE);
	check_eq(n + 3, h->irqs[IRQ_SOFT]);
	set_flag(0);
	csr_set(sie, IE_SSIE);
	csr_clear(sip, IE_SSIE);
	set_flag(SR_SIE);
	set_flag(0);
	check_eq(n + 3, h->irqs[IRQ_SOFT]);
	set(CAUSE, 3);
	check_eq(3, get(CAUSE));
}

/* Of a store that only ends in the page the hart says where that part begins: it is not done at all. */
static void straddling_store(void)
{
	unsigned long below = XEN_PV_PAGE - PAGE, *page, v = 0x1122334455667788UL;
	pte_t *root;
	struct trap t;

	NEED_PAGE();
	page = page_alloc();
	root = vm_new();
	vm_map(root, below, page, P_RW);
	vm_on(root, 0);
	check_none(try_store(below + PAGE - 8, 0));
	csr_set(sie, IE_SSIE);
	raise_soft();
	/* Not compressed: those it does not do anyway. */
	t = try_asm(".option push; .option norvc; sd %[__v], -4(%[__a]); .option pop", ,
		    IN([__v] "r"(v), [__a] "r"(XEN_PV_PAGE)));
	check(t.cause == CAUSE_STORE_PAGE || t.cause == CAUSE_STORE_MISALIGNED);
	check_eq(0, page[PAGE / 8 - 1]);
	check_eq(0, *(volatile unsigned long *)XEN_PV_PAGE);
	csr_clear(sip, IE_SSIE);
	csr_clear(sie, IE_SSIE);
	vm_off();
}

static void interrupts_wait(void)
{
	NEED_PAGE();
	waits();
}

static void interrupts_wait_with_entry(void)
{
	pte_t *root;

	NEED_ENTRY();
	waits();
	root = vm_new();
	vm_map(root, XEN_PV_PAGE - PAGE, root, P_RW);
	vm_on(root, 8);
	check_none(try_load(XEN_PV_PAGE - PAGE, NULL));
	waits();
	vm_off();
	entry_off();
}

/* A return that turns the flag on takes what waits before the first instruction: of the kernel, of the user. */
static void interrupts_at_return(void)
{
	struct hart *h = this_hart();
	unsigned long n;
	struct trap t;
	pte_t *root;

	NEED_ENTRY();
	root = vm_new();
	vm_map_user(root);
	vm_on(root, 9);
	csr_set(sie, IE_SSIE);
	n = h->irqs[IRQ_SOFT];
	raise_soft();
	asm volatile("lla t0, 1f\n\tsd t0, -24(x0)\n\tsd %0, -16(x0)\n\tjalr x0, -56(x0)\n1:"
		     : : "r"(SR_SPP | SR_SPIE) : "t0", "memory");
	check_eq(n + 1, h->irqs[IRQ_SOFT]);
	set_flag(0);
	raise_soft();
	t = pv_run(user_va(user_ecall), 0);
	check_eq(CAUSE_IRQ | IRQ_SOFT, t.cause);
	check_eq(user_va(user_ecall), t.epc);
	/* Told once: it is pending no more. */
	check_eq(0, csr_read(sip) & IE_SSIE);
	t = pv_run(user_va(user_ecall), SR_SPIE);
	check_eq(CAUSE_ECALL_U, t.cause);
	/* Timer, in user code */
	csr_set(sie, IE_STIE);
	set_timer(rdtime() + 2000);
	t = pv_run(user_va(user_spin), SR_SPIE);
	check_eq(CAUSE_IRQ | IRQ_TIMER, t.cause);
	check_eq(user_va(user_spin), t.epc);
	check_eq(0, csr_read(sip) & IE_STIE);
	set_timer(-1UL);
	vm_off();
	entry_off();
}

/* Many, at any instruction of the kernel: none is lost, none comes twice. */
static void storm(void)
{
	struct hart *h = this_hart();
	unsigned long n, i, k, start;

	NEED_ENTRY();
	csr_set(sie, IE_STIE);
	for (n = h->irqs[IRQ_TIMER], i = 1; i <= 200; i++) {
		start = rdtime();
		set_timer(start + i % 40);
		for (k = 0; h->irqs[IRQ_TIMER] == n && rdtime() - start < PATIENCE; k++) {
			STORE(sd, -8, -1UL);
			set(TVAL, k);
			set_flag(0);
			set(TVAL, k + 1);
		}
		check_eq(n + 1, h->irqs[IRQ_TIMER]);
		n = h->irqs[IRQ_TIMER];
	}
	set_timer(-1UL);
	csr_clear(sie, IE_STIE);
	entry_off();
}

/* --- hints --- */

static struct xen_riscv_pv_page *page_here(void)
{
	unsigned long at = XEN_PV_PAGE;

	asm("" : "+r"(at));
	return (struct xen_riscv_pv_page *)at;
}

static void hint(unsigned long i, unsigned long addr, unsigned long nr)
{
	page_here()->mapped[i].addr = addr;
	page_here()->mapped[i].nr = nr;
	mb();
}

static void hints(void)
{
	static const unsigned long wrong[] = {
		0, ~0UL, STUB_VA, XEN_PV_PAGE, 0x80200000UL, VA_HIGH, 1UL << 38, VA_USER + PAGE,
	};
	unsigned long *data, i;
	struct trap t;
	pte_t *root;

	NEED_ENTRY();
	root = vm_new();
	vm_map_user(root);
	data = page_alloc();
	vm_on(root, 10);
	/* Not valid, read-only, valid: what is told does not change what is there. */
	user_set(10, VA_USER_DATA);
	hint(0, VA_USER_DATA, 1);
	set(MAPPED_NR, 1);
	t = pv_run(user_va(user_load), SR_SPIE);
	check_eq(CAUSE_LOAD_PAGE, t.cause);
	check_eq(0, get(MAPPED_NR));
	data[0] = 42;
	vm_map(root, VA_USER_DATA, data, P_RO | P_U);
	hint(0, VA_USER_DATA + 8, 1);
	set(MAPPED_NR, 1);
	user_set(10, VA_USER_DATA);
	t = pv_run(user_va(user_load), SR_SPIE);
	check_eq(CAUSE_ECALL_U, t.cause);
	check_eq(42, user_reg(10));
	user_set(10, VA_USER_DATA);
	t = pv_run(user_va(user_store), SR_SPIE);
	check_eq(CAUSE_STORE_PAGE, t.cause);
	vm_map(root, VA_USER_DATA, data, P_RW | P_U);
	set(MAPPED_NR, 1);
	user_set(11, 43);
	t = pv_run(user_va(user_store), SR_SPIE);
	check_eq(CAUSE_ECALL_U, t.cause);
	check_eq(43, data[0]);
	/* The kernel's pages are not the user's, though it is told so. */
	for (i = 0; i < (unsigned long)ARRAY_SIZE(wrong); i++) {
		hint(0, wrong[i], ~0UL);
		hint(1, wrong[i], 1);
		set(MAPPED_NR, i & 1 ? ~0UL : 2);
		user_set(10, wrong[i]);
		t = pv_run(user_va(user_load), SR_SPIE);
		check_eq(CAUSE_LOAD_PAGE, t.cause == 4 ? CAUSE_LOAD_PAGE : t.cause);
		check_eq(0, get(MAPPED_NR));
	}
	vm_off();
	entry_off();
}

/* --- whatever is in the page --- */

static unsigned long rnd(void)
{
	static unsigned long x = 88172645463325252UL;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return x;
}

/* The sum of all that can be seen after each is the same by whatever path of the hypervisor: it is compared. */
static void garbage(void)
{
	static char text[40];
	static const char digits[] = "0123456789abcdef";
	unsigned long i, k, status, epc, sum = 0;
	struct trap t;
	pte_t *root;

	NEED_ENTRY();
	root = vm_new();
	vm_map_user(root);
	vm_on(root, 11);
	for (i = 0; i < 3000; i++) {
		status = rnd() & ~SR_SPP;
		epc = i % 3 ? user_va(i % 3 == 1 ? user_ecall : user_ebreak) : rnd() >> (rnd() & 63);
		set(CAUSE, rnd());
		set(TVAL, rnd());
		STORE(sd, -8, rnd() & ~(SR_SIE << 56));
		if (i % 7 == 0) {
			for (k = 0; k < XEN_PV_MAPPED_MAX; k++)
				hint(k, k & 1 ? rnd() : VA_USER + (rnd() & 0xffffff), rnd() >> (rnd() & 63));
			set(MAPPED_NR, rnd() >> (rnd() & 63));
		}
		t = pv_run(epc, status);
		sum = sum * 31 + (t.status & (TRAP_BITS | SR_UXL)) + t.cause * 7 + t.epc * 3 + t.tval + flag() +
		      get(SCRATCH) + get(MAPPED_NR);
	}
	for (k = 0; k < 16; k++)
		text[k] = digits[sum >> (60 - 4 * k) & 15];
	note(text);
	check_eq(3000, i);
	vm_off();
	entry_off();
}

/* --- a second vCPU --- */

static volatile unsigned long other_sees, other_flag, other_trap;

static void second(void *arg)
{
	struct hart *h = this_hart();
	unsigned long i;

	other_sees = get(TVAL);
	other_flag = flag();
	csr_write(stvec, csr_read(stvec));	/* from here on it has the entry */
	for (i = 0; i < 20000; i++) {
		set(TVAL, i);
		if (get(TVAL) != i || csr_read(sscratch))
			other_sees = 1000;
		if (i % 16 == 0)
			other_trap += try_asm("ebreak", , NONE).cause == CAUSE_BREAKPOINT;
	}
	(void)h;
}

static void two_vcpus(void)
{
	struct hart *other;
	unsigned long i = 0;

	NEED_ENTRY();
	other = other_hart(0);
	if (!other) {
		skip("one hart");
		entry_off();
		return;
	}
	set(TVAL, 4711);
	set(CAUSE, 4712);
	set_flag(SR_SIE);
	check(hart_run(other, second, NULL));
	while (hart_status(other->id) != HSM_STOPPED && i++ < 100000) {
		set(TVAL, ~i);
		if (get(TVAL) != ~i)
			break;
	}
	check(hart_wait(other));
	check_eq(4712, get(CAUSE));
	check_eq(0, other_sees);
	check_eq(0, other_flag);
	check_eq(20000 / 16, other_trap);
	check_eq(0, other->stray);
	set_flag(0);
	entry_off();
}

TESTS(
	T(not_for_others), T(one_state), T(one_flag), T(in_every_space), T(not_hidden), T(not_executable),
	T(not_for_user), T(system_calls), T(kernel_traps), T(returns_to_kernel), T(returns_anywhere),
	T(fp_of_the_user), T(straddling_store), T(interrupts_wait), T(interrupts_wait_with_entry), T(interrupts_at_return), T(storm), T(hints), T(garbage), T(two_vcpus),
);
