// SPDX-License-Identifier: GPL-2.0
/*
 * Privileged garbage: pseudo-random instruction words, one at a time, with
 * a handler that skips what traps. The seed is fixed, so is the bound. Survival is
 * the claim. Left out is what would rightly end us or lose our handler: sret,
 * ecall, writes to stvec, satp and sscratch, and wfi with nothing to wait for.
 */
#include "guest.h"
#include "vm.h"

#define WORDS	20000

static unsigned long seed = 20260101;

static unsigned int rnd(void)
{
	seed = seed * 6364136223846793005UL + 1442695040888963407UL;
	return (unsigned int)(seed >> 33);
}

static bool allowed(unsigned int insn)
{
	unsigned int funct3 = insn >> 12 & 7, csr = insn >> 20;

	if (funct3 == 0)	/* ecall, ebreak, uret, sret, wfi, mret, and fences */
		return csr != 0 && csr != 0x102 && csr != 0x105;
	if (funct3 == 4)	/* hypervisor loads and stores: of random addresses */
		return (insn >> 15 & 31) == 0;
	return csr != 0x105 && csr != 0x180 && csr != 0x140 && csr != 0x100;
}

/* SYSTEM with random fields, rd one of a0 to a7 or x0; rs1 anything. */
static unsigned int system_word(void)
{
	unsigned int insn;

	do {
		insn = rnd() << 12 | (rnd() & 1 ? 0 : (10 + (rnd() & 7)) << 7) | 0x73;
		if (rnd() & 1)	/* more of what exists: 0x000, 0x100 to 0x1ff, 0x600 */
			insn = (insn & 0x000fffff) | (0x100 + (rnd() & 0x7f)) << 20;
	} while (!allowed(insn));
	return insn;
}

static unsigned int *slot;

static bool run(unsigned int insn)
{
	slot[0] = insn;
	slot[1] = 0x00008067;	/* ret */
	fence_i();
	return try_call((unsigned long)slot, NULL).cause == NO_TRAP;
}

static void system_words(void)
{
	unsigned long i, ran = 0;

	slot = page_alloc();
	for (i = 0; i < WORDS; i++) {
		ran += run(system_word());
		csr_write(sie, 0);
		irq_off();
		csr_clear(sstatus, SR_MXR | SR_FS);
	}
	say("# %ld of %ld did not trap\n", ran, i);
	check(ran < i);
}

/* Opcodes nobody has, compressed words that are reserved, AMOs and FP of anything. */
static void reserved_words(void)
{
	static const unsigned int opcodes[] = { 0x0b, 0x2b, 0x57, 0x5b, 0x6b, 0x77, 0x7b, 0x7f };
	unsigned long i, ran = 0;

	slot = page_alloc();
	for (i = 0; i < WORDS; i++)
		ran += run((rnd() & ~0xfffU) | opcodes[i & 7]);
	check_eq(0, ran);
}

/* Fences of every kind, with any operand. */
static void fences(void)
{
	unsigned long i;

	vm_on(vm_new(), 0);
	for (i = 0; i < WORDS; i++) {
		fence_va_asid((unsigned long)rnd() << (rnd() & 63), rnd());
		fence_va((unsigned long)rnd() << (rnd() & 63));
		fence_asid((unsigned long)rnd() << (rnd() & 63));
	}
	check_eq(SATP_SV39, SATP_MODE(csr_read(satp)));
}

/* SBI calls with random arguments; not SRST, HSM stop or suspend, nor a console full of noise. */
static void calls(void)
{
	static const unsigned long ext[] = {
		SBI_BASE, SBI_TIME, SBI_IPI, SBI_RFENCE, SBI_LEGACY_SET_TIMER, 0x0a000007UL,
	};
	unsigned long i;

	for (i = 0; i < WORDS / 4; i++) {
		unsigned long e = i & 1 ? ext[rnd() % ARRAY_SIZE(ext)] : (unsigned long)rnd() << 8 | 0x80;

		if (e == SBI_SRST || e == SBI_HSM || e == SBI_DBCN)
			continue;
		sbi_call(e, rnd() & 7, (unsigned long)rnd() << (rnd() & 63), rnd() & 1 ? -1UL : rnd(),
			 (unsigned long)rnd() << (rnd() & 63), rnd(), rnd(), rnd());
	}
	set_timer(-1UL);
	check_eq(SBI_OK, sbi0(SBI_BASE, SBI_BASE_SPEC).error);
}

TESTS(T(system_words), T(reserved_words), T(fences), T(calls));
