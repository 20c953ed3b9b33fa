// SPDX-License-Identifier: GPL-2.0
/*
 * Each hart has S-mode's registers for itself, also where a hypervisor runs several vCPUs on one hart. Two of the registers
 * have no copy for VS-mode: scounteren and senvcfg are the hart's own, whoever writes them.
 */
#include "guest.h"

#define WHILE	500000UL	/* ticks: many time slices */

/* Written first, then compared for a while; the exceptions of the machine's own are none meanwhile. */
struct registers {
	unsigned long scounteren, senvcfg, sscratch, sepc, scause, stval;
};

static bool have_senvcfg;
static unsigned long other_bad;

static unsigned long differ(const struct registers *r)
{
	unsigned long bad = 0;

	/* CY and IR may be hard-wired to 0 (4.1.10). */
	bad += (csr_read(scounteren) & 2) != (r->scounteren & 2);
	if (have_senvcfg)
		bad += (csr_read(0x10a) & 1) != r->senvcfg;
	bad += csr_read(sscratch) != r->sscratch;
	bad += csr_read(sepc) != r->sepc;
	bad += csr_read(scause) != r->scause;
	bad += csr_read(stval) != r->stval;
	return bad;
}

static unsigned long keep(const struct registers *r)
{
	const unsigned long counters = csr_read(scounteren), scratch = csr_read(sscratch);
	unsigned long start = rdtime(), bad = 0;

	csr_write(scounteren, r->scounteren);
	if (have_senvcfg)
		csr_write(0x10a, r->senvcfg);
	csr_write(sscratch, r->sscratch);
	csr_write(sepc, r->sepc);
	csr_write(scause, r->scause);
	csr_write(stval, r->stval);
	while (rdtime() - start < WHILE)
		bad += differ(r);
	csr_write(scounteren, counters);
	csr_write(sscratch, scratch);
	return bad;
}

static void other(void *arg)
{
	other_bad = keep(arg);
}

static void registers_of_two(void)
{
	static struct registers
		mine = { .scounteren = 7, .senvcfg = 0, .sscratch = 0x1000, .sepc = 0x1230, .scause = 5, .stval = 0x123 },
		its = { .scounteren = 0, .senvcfg = 1, .sscratch = 0x2000, .sepc = 0x4560, .scause = 7, .stval = 0x456 };
	struct hart *h = other_hart(0);
	unsigned long old = 0;

	if (!h) {
		skip("one hart");
		return;
	}
	/* 4.1.12: senvcfg came with 1.12, and FIOM may be hard-wired to 0. */
	have_senvcfg = try_csrr(0x10a, old).cause == NO_TRAP;
	if (have_senvcfg) {
		csr_write(0x10a, old | 1);
		have_senvcfg = csr_read(0x10a) & 1;
		csr_write(0x10a, old);
	}
	other_bad = 0;
	check(hart_run(h, other, &its));
	check_eq(0, keep(&mine));
	check(hart_wait(h));
	check_eq(0, other_bad);
}

TESTS(T(registers_of_two));
