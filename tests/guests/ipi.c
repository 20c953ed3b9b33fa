// SPDX-License-Identifier: GPL-2.0
/* Software interrupts: SBI IPI (SBI 2.0 chapter 7), its legacy call, sip.SSIP. */
#include "guest.h"
#include "user.h"

#define NEED_OTHER()						\
	struct hart *other = other_hart(0);			\
	if (!other) {						\
		skip("one hart");				\
		return;						\
	}

static volatile unsigned long stop_waiting;

static bool ssip(void)
{
	return csr_read(sip) & IE_SSIE;
}

/* A hart that takes interrupts until told to stop. */
static void take_irqs(void *arg)
{
	struct hart *h = this_hart();

	h->irqs[IRQ_SOFT] = 0;
	csr_set(sie, IE_SSIE);
	irq_on();
	*(volatile int *)arg = 1;
	while (!stop_waiting)
		;
	irq_off();
}

static bool other_start(struct hart *h)
{
	static volatile int up;

	up = 0;
	stop_waiting = 0;
	return hart_run(h, take_irqs, (void *)&up) && wait_for(up);
}

static void other_stop(struct hart *h)
{
	stop_waiting = 1;
	check(hart_wait(h));
}

static void to_self(void)
{
	struct hart *h = this_hart();
	int i;

	h->irqs[IRQ_SOFT] = 0;
	csr_set(sie, IE_SSIE);
	for (i = 1; i <= 10; i++) {
		check_eq(SBI_OK, sbi2(SBI_IPI, 0, 1, h->id).error);
		check(wait_for(ssip()));
		irq_on();
		check(wait_for(h->irqs[IRQ_SOFT] == (unsigned long)i));
		irq_off();
		check(!ssip());
	}
	check_eq(CAUSE_IRQ | IRQ_SOFT, h->irq.cause);
}

/* hart_mask_base 0 and the hart's bit. */
static void to_self_by_mask(void)
{
	struct hart *h = this_hart();

	check_eq(SBI_OK, sbi2(SBI_IPI, 0, 1UL << h->id, 0).error);
	check(wait_for(ssip()));
	csr_clear(sip, IE_SSIE);
	check(!ssip());
}

/* hart_mask_base -1: all harts, whatever the mask. */
static void to_all(void)
{
	check_eq(SBI_OK, sbi2(SBI_IPI, 0, 0, -1UL).error);
	check(wait_for(ssip()));
	csr_clear(sip, IE_SSIE);
}

/* An empty mask goes to nobody. */
static void to_nobody(void)
{
	unsigned long start = rdtime();

	check_eq(SBI_OK, sbi2(SBI_IPI, 0, 0, this_hart()->id).error);
	while (rdtime() - start < 10000)
		;
	check(!ssip());
}

/* No hart with such a number: SBI_ERR_INVALID_PARAM. */
static void to_invalid(void)
{
	check_eq(SBI_INVALID_PARAM, sbi2(SBI_IPI, 0, 1, 1UL << 20).error);
	check_eq(SBI_INVALID_PARAM, sbi2(SBI_IPI, 0, 1, -2UL).error);
	check(!ssip());
}

/* Ours: one wrong bit in a mask is an error as well; OpenSBI 1.1 lets it pass. */
static void to_invalid_bit(void)
{
	if (!under_stub()) {
		skip("native");
		return;
	}
	check_eq(SBI_INVALID_PARAM, sbi2(SBI_IPI, 0, 1UL << 40, 0).error);
	check_eq(SBI_INVALID_PARAM, sbi2(SBI_IPI, 0, 2, harts[nharts - 1].id +
					 (harts[0].id > harts[nharts - 1].id)).error);
}

/* The legacy call: the mask is in memory, at a virtual address. Not everybody has it. */
static void legacy_to_self(void)
{
	unsigned long mask = 1UL << this_hart()->id;

	if (!sbi_has(SBI_LEGACY_SEND_IPI)) {
		skip("no legacy IPI");
		return;
	}
	check_eq(0, sbi1(SBI_LEGACY_SEND_IPI, 0, (unsigned long)&mask).error);
	check(wait_for(ssip()));
	csr_clear(sip, IE_SSIE);
}

static void legacy_clear(void)
{
	if (!sbi_has(SBI_LEGACY_CLEAR_IPI)) {
		skip("no legacy IPI");
		return;
	}
	csr_set(sip, IE_SSIE);
	sbi0(SBI_LEGACY_CLEAR_IPI, 0);
	csr_clear(sip, IE_SSIE);
	check(!ssip());
}

/* U-mode is interrupted by one. */
static void in_user_mode(void)
{
	struct trap t;

	csr_set(sie, IE_SSIE);
	sbi2(SBI_IPI, 0, 1, this_hart()->id);
	t = user_run((unsigned long)user_spin, false);
	check_trap_epc(t, CAUSE_IRQ | IRQ_SOFT, (unsigned long)user_spin, 0);
}

/* wfi ends with one. */
static void wakes_wfi(void)
{
	csr_set(sie, IE_SSIE);
	sbi2(SBI_IPI, 0, 1, this_hart()->id);
	while (!ssip())
		wfi();
	check(ssip());
}

static void to_other(void)
{
	unsigned long i;

	NEED_OTHER();
	check(other_start(other));
	for (i = 1; i <= 50; i++) {
		check_eq(SBI_OK, sbi2(SBI_IPI, 0, 1, other->id).error);
		if (wait_for(other->irqs[IRQ_SOFT] == i))
			continue;
		check_eq(i, other->irqs[IRQ_SOFT]);
		break;
	}
	check_eq(CAUSE_IRQ | IRQ_SOFT, other->irq.cause);
	check(!ssip());		/* not to us */
	other_stop(other);
}

static void to_all_harts(void)
{
	NEED_OTHER();
	check(other_start(other));
	check_eq(SBI_OK, sbi2(SBI_IPI, 0, 0, -1UL).error);
	check(wait_for(other->irqs[IRQ_SOFT] == 1));
	check(wait_for(ssip()));
	other_stop(other);
}

static void legacy_to_other(void)
{
	unsigned long mask;

	NEED_OTHER();
	if (!sbi_has(SBI_LEGACY_SEND_IPI)) {
		skip("no legacy IPI");
		return;
	}
	mask = 1UL << other->id;
	check(other_start(other));
	check_eq(0, sbi1(SBI_LEGACY_SEND_IPI, 0, (unsigned long)&mask).error);
	check(wait_for(other->irqs[IRQ_SOFT] == 1));
	other_stop(other);
}

/* Asleep in wfi, the other hart wakes each time. */
static volatile unsigned long asleep, woken;

static void sleeper(void *arg)
{
	csr_set(sie, IE_SSIE);
	asleep = 1;
	while (woken < 20) {
		while (!ssip())
			wfi();
		csr_clear(sip, IE_SSIE);
		mb();
		woken++;
	}
}

static void wakes_other(void)
{
	unsigned long i;

	NEED_OTHER();
	asleep = woken = 0;
	check(hart_run(other, sleeper, NULL));
	check(wait_for(asleep));
	for (i = 1; i <= 20; i++) {
		sbi2(SBI_IPI, 0, 1, other->id);
		if (wait_for(woken == i))
			continue;
		check_eq(i, woken);
		break;
	}
	check(woken == 20 && hart_wait(other));
}

/* HSM 9.3: a hart whose status is started executes: an IPI to it is not lost. */
static void pending_sleeper(void *arg)
{
	unsigned long start = rdtime();

	while (!ssip() && rdtime() - start < PATIENCE / 4)
		;
	woken = ssip();
}

static void to_just_started(void)
{
	int i;

	NEED_OTHER();
	for (i = 0; i < 10; i++) {
		woken = 0;
		check(hart_run(other, pending_sleeper, NULL));
		check(wait_for(hart_status(other->id) == HSM_STARTED));
		sbi2(SBI_IPI, 0, 1, other->id);
		check(hart_wait(other));
		if (woken)
			continue;
		check_eq(1, woken);
		break;
	}
}

TESTS(
	T(to_self), T(to_self_by_mask), T(to_all), T(to_nobody), T(to_invalid),
	T(to_invalid_bit), T(legacy_to_self), T(legacy_clear), T(in_user_mode),
	T(wakes_wfi), T(to_other), T(to_all_harts), T(legacy_to_other),
	T(wakes_other), T(to_just_started),
);
