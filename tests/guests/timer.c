// SPDX-License-Identifier: GPL-2.0
/*
 * The timer: SBI TIME and its legacy call, sip.STIP, the time CSR. SBI: "sets
 * the timer ... also clears the pending timer interrupt bit"; -1 is never.
 */
#include "guest.h"
#include "user.h"

#define NO_VSTIP "QEMU before 8.1 shows VS-mode no STIP in sip"

#define FAR	(1UL << 40)	/* more than a day */
#define SHORT	20000UL		/* ticks: 2 ms on virt, 20 ms on sifive_u */

static bool stip(void)
{
	return csr_read(sip) & IE_STIE;
}

static void wait_ticks(unsigned long n)
{
	unsigned long start = rdtime();

	while (rdtime() - start < n)
		;
}

static void time_is_monotonic(void)
{
	unsigned long last = rdtime(), now, bad = 0, i;

	for (i = 0; i < 10000; i++) {
		now = rdtime();
		bad += now < last;
		last = now;
	}
	check_eq(0, bad);
	check(wait_for(rdtime() > last));
}

/* U-mode's clock is ours. */
static void time_in_user_mode(void)
{
	unsigned long before, after, i;

	csr_write(scounteren, 7);
	for (i = 0; i < 20; i++) {
		before = rdtime();
		check_eq(CAUSE_ECALL_U, user_run((unsigned long)user_rdtime, false).cause);
		after = rdtime();
		check(before <= user_reg(10) && user_reg(10) <= after);
	}
}

static void past_is_pending(void)
{
	if (guest_mode() == MODE_HVM) {
		skip(NO_VSTIP);
		return;
	}
	set_timer(0);
	check(wait_for(stip()));
	set_timer(rdtime() + FAR);
	check(!stip());
	set_timer(0);
	check(wait_for(stip()));
	set_timer(-1UL);
	check(!stip());
}

/* Fires once, with the right cause, not before its time. */
static void fires(void)
{
	struct hart *h = this_hart();
	unsigned long when;
	int i;

	csr_set(sie, IE_STIE);
	irq_on();
	for (i = 1; i <= 5; i++) {
		h->irqs[IRQ_TIMER] = 0;
		when = rdtime() + SHORT;
		set_timer(when);
		check(wait_for(h->irqs[IRQ_TIMER]));
		check(rdtime() >= when);
		check_eq(CAUSE_IRQ | IRQ_TIMER, h->irq.cause);
		check_eq(1, h->irqs[IRQ_TIMER]);
	}
	irq_off();
}

static void far_future(void)
{
	struct hart *h = this_hart();

	h->irqs[IRQ_TIMER] = 0;
	csr_set(sie, IE_STIE);
	irq_on();
	set_timer(rdtime() + FAR);
	wait_ticks(5 * SHORT);
	set_timer(1UL << 63);
	wait_ticks(SHORT);
	check_eq(0, h->irqs[IRQ_TIMER]);
	check(!stip());
	irq_off();
}

/* A later timer replaces the earlier one; tried again if the host was too slow. */
static void replaced(void)
{
	struct hart *h = this_hart();
	unsigned long when;

	csr_set(sie, IE_STIE);
	irq_on();
	do {
		set_timer(-1UL);
		h->irqs[IRQ_TIMER] = 0;
		when = rdtime() + 5 * SHORT;
		set_timer(when);
		set_timer(when + FAR);
	} while (rdtime() >= when);
	wait_ticks(6 * SHORT);
	check_eq(0, h->irqs[IRQ_TIMER]);
	irq_off();
}

/* Masked in sie or by SIE it stays pending, and is taken when let. */
static void masked(void)
{
	struct hart *h = this_hart();

	if (guest_mode() == MODE_HVM) {
		skip(NO_VSTIP);
		return;
	}
	h->irqs[IRQ_TIMER] = 0;
	set_timer(0);
	check(wait_for(stip()));
	irq_on();
	wait_ticks(SHORT);
	check_eq(0, h->irqs[IRQ_TIMER]);
	irq_off();
	csr_set(sie, IE_STIE);
	check_eq(0, h->irqs[IRQ_TIMER]);
	irq_on();
	check(wait_for(h->irqs[IRQ_TIMER] == 1));
	irq_off();
}

/* 3.3.3: wfi ends with the timer, SIE on or off. */
static void in_wfi(void)
{
	struct hart *h = this_hart();
	unsigned long when;
	int i;

	csr_set(sie, IE_STIE);
	for (i = 0; i < 10; i++) {
		when = rdtime() + SHORT;
		set_timer(when);
		h->irqs[IRQ_TIMER] = 0;
		while (rdtime() < when)
			wfi();
		irq_on();
		check(wait_for(h->irqs[IRQ_TIMER] == 1));
		irq_off();
	}
}

/* U-mode is interrupted wherever it is. */
static void in_user_mode(void)
{
	struct trap t;
	unsigned long when;
	int i;

	csr_set(sie, IE_STIE);
	for (i = 0; i < 5; i++) {
		when = rdtime() + SHORT;
		set_timer(when);
		t = user_run((unsigned long)user_spin, false);
		check_trap_epc(t, CAUSE_IRQ | IRQ_TIMER, (unsigned long)user_spin, 0);
		check(rdtime() >= when);
		set_timer(-1UL);
	}
}

/* The legacy call, extension 0: the same timer. */
static void legacy_set_timer(void)
{
	if (guest_mode() == MODE_HVM) {
		skip(NO_VSTIP);
		return;
	}
	check_eq(0, sbi1(SBI_LEGACY_SET_TIMER, 0, 0).error);
	check(wait_for(stip()));
	sbi1(SBI_LEGACY_SET_TIMER, 0, -1UL);
	check(!stip());
	sbi1(SBI_LEGACY_SET_TIMER, 0, rdtime() + SHORT);
	check(wait_for(stip()));
}

/* Registers are the interrupted code's own, over a hundred interrupts. */
static void registers_survive(void)
{
	struct hart *h = this_hart();
	unsigned long n = 0, sum = 0, i, rounds = 0;

	h->irqs[IRQ_TIMER] = 0;
	csr_set(sie, IE_STIE);
	irq_on();
	while (h->irqs[IRQ_TIMER] < 100 && rounds++ < 100000) {
		set_timer(rdtime() + 50);
		sum = 0;
		for (i = 0; i < 1000; i++) {
			sum += i;
			asm volatile("" : "+r"(sum), "+r"(i));
		}
		n += sum != 499500;
	}
	irq_off();
	check_eq(0, n);
	check(h->irqs[IRQ_TIMER] >= 100);
}

TESTS(
	T(time_is_monotonic), T(time_in_user_mode), T(past_is_pending), T(fires),
	T(far_future), T(replaced), T(masked), T(in_wfi), T(in_user_mode),
	T(legacy_set_timer), T(registers_survive),
);
