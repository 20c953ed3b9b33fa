// SPDX-License-Identifier: GPL-2.0
/*
 * Floating point: sstatus.FS (3.1.6.6), off, initial, clean, dirty, and the
 * registers, which are nobody else's.
 */
#include "guest.h"
#include "user.h"

static unsigned long fs(void)
{
	return csr_read(sstatus) & SR_FS;
}

static void fs_set(unsigned long v)
{
	csr_clear(sstatus, SR_FS);
	csr_set(sstatus, v);
}

/* FS=Off: every instruction that touches FP state is illegal, fcsr too. */
static void off_traps(void)
{
	unsigned long v = 0, word = 0;
	register unsigned long *at asm("a0");

	fs_set(0);
	check_illegal(try_asm("fadd.d fa0, fa0, fa1", , NONE));
	check_illegal(try_asm("fld fa0, 0(%[a])", , IN([a] "r"(&word))));
	check_illegal(try_asm("fsd fa0, 0(%[a])", , IN([a] "r"(&word))));
	check_illegal(try_asm("fmv.x.d %[v], fa0", OUT([v] "+r"(v)), NONE));
	at = &word;
	check_illegal(try_asm("c.fld fa0, 0(%[a])", , IN([a] "r"(at))));
	check_illegal(try_asm("csrr %[v], fcsr", OUT([v] "+r"(v)), NONE));
	check_illegal(try_asm("csrr %[v], frm", OUT([v] "+r"(v)), NONE));
	check_illegal(try_asm("csrw fflags, %[v]", , IN([v] "r"(v))));
	check_eq(0, fs());
}

static void off_traps_in_u(void)
{
	unsigned long pc = (unsigned long)user_fadd;

	fs_set(0);
	check_illegal_at(__FILE__, __LINE__, user_run(pc, false), pc, insn_at(pc));
	fs_set(SR_FS_INITIAL);
	check_eq(CAUSE_ECALL_U, user_run(pc, false).cause);
	check_eq(SR_FS_DIRTY, fs());
}

/* A write makes FS dirty, from initial and from clean; SD follows. */
static void becomes_dirty(void)
{
	static const unsigned long from[] = { SR_FS_INITIAL, SR_FS_CLEAN };
	int i;

	for (i = 0; i < ARRAY_SIZE(from); i++) {
		fs_set(from[i]);
		check_eq(from[i], fs());
		check(!(csr_read(sstatus) & SR_SD));
		asm volatile("fmv.d.x fa0, zero");
		check_eq(SR_FS_DIRTY, fs());
		check(csr_read(sstatus) & SR_SD);
	}
}

/* So does a write of fcsr. */
static void fcsr_dirty(void)
{
	fs_set(SR_FS_INITIAL);
	csr_write(fcsr, 0);
	check_eq(SR_FS_DIRTY, fs());
	csr_write(fcsr, 0xff);
	check_eq(0xff, csr_read(fcsr));
	csr_write(frm, 1);
	check_eq(0x3f, csr_read(fcsr));
	csr_write(fcsr, 0);
}

/* Only reading, FS stays, or is dirty all the same (an implementation may). */
static void reading(void)
{
	unsigned long v;

	fs_set(SR_FS_CLEAN);
	asm volatile("fmv.x.d %0, fa0" : "=r"(v));
	check(fs() == SR_FS_CLEAN || fs() == SR_FS_DIRTY);
	note(fs() == SR_FS_CLEAN ? "stays clean" : "dirty");
}

#define EACH_F(op) \
	op(0) op(1) op(2) op(3) op(4) op(5) op(6) op(7) op(8) op(9) op(10) \
	op(11) op(12) op(13) op(14) op(15) op(16) op(17) op(18) op(19) op(20) \
	op(21) op(22) op(23) op(24) op(25) op(26) op(27) op(28) op(29) op(30) \
	op(31)
#define FILL(n) asm volatile("fmv.d.x f" #n ", %0" : : "r"(seed + n));
#define TEST(n)	asm volatile("fmv.x.d %0, f" #n : "=r"(v)); bad += v != seed + n;

static void fill(unsigned long seed)
{
	EACH_F(FILL)
}

static unsigned long differ(unsigned long seed)
{
	unsigned long v, bad = 0;

	EACH_F(TEST)
	return bad;
}

/* All 32 registers and fcsr, over exceptions, SBI calls, U-mode, off and on. */
static void survive_traps(void)
{
	fs_set(SR_FS_INITIAL);
	fill(0x4000000000000000UL);
	csr_write(fcsr, 0x25);
	try_asm("ebreak", , NONE);
	sbi0(SBI_BASE, SBI_BASE_SPEC);
	user_run((unsigned long)user_ecall, false);
	check_eq(0, differ(0x4000000000000000UL));
	fs_set(0);
	check_illegal(try_asm("fmv.d.x fa0, zero", , NONE));
	fs_set(SR_FS_CLEAN);
	check_eq(0, differ(0x4000000000000000UL));
	check_eq(0x25, csr_read(fcsr));
	csr_write(fcsr, 0);
}

static void survive_interrupts(void)
{
	struct hart *h = this_hart();
	unsigned long rounds, bad = 0;

	fs_set(SR_FS_INITIAL);
	fill(77);
	h->irqs[IRQ_TIMER] = 0;
	csr_set(sie, IE_STIE);
	irq_on();
	for (rounds = 0; rounds < 30; rounds++) {
		set_timer(rdtime() + 1000);
		check(wait_for(h->irqs[IRQ_TIMER] == rounds + 1));
		bad += differ(77);
	}
	irq_off();
	check_eq(0, bad);
}

/* Two harts, each with values of its own, long enough to be scheduled away. */
static volatile unsigned long other_bad;

static void compute(void *arg)
{
	unsigned long seed = (unsigned long)arg, start = rdtime(), bad = 0;

	fs_set(SR_FS_INITIAL);
	fill(seed);
	while (rdtime() - start < 500000)
		bad += differ(seed);
	if (seed > 5000)
		other_bad += bad;
	else
		check_eq(0, bad);
}

static void two_harts(void)
{
	struct hart *other = other_hart(0);

	if (!other) {
		skip("one hart");
		return;
	}
	other_bad = 0;
	check(hart_run(other, compute, (void *)9000));
	compute((void *)3000);
	check(hart_wait(other));
	check_eq(0, other_bad);
}

TESTS(
	T(off_traps), T(off_traps_in_u), T(becomes_dirty), T(fcsr_dirty),
	T(reading), T(survive_traps), T(survive_interrupts), T(two_harts),
);
