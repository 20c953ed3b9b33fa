// SPDX-License-Identifier: GPL-2.0
/*
 * core/sched.c and core/time.c in a simulated machine: harts run in turns of simulated time, a vCPU is a small program
 * of running and waiting. A hart that idles leaves schedule() by longjmp out of wfi, and enters it again when an
 * interrupt is pending for it: to the scheduler that is wfi taking long.
 */
#include "guest.h"
#include "unit.h"

#define NR_HARTS	MAX_PCPUS
#define NR_VCPUS	24
#define STEP		(SLICE_TICKS / 100)	/* of simulated time: 100 us */
#define MS(n)		((n) * (timebase / 1000))

static struct domain dom[4];
static struct vcpu vcpus[NR_VCPUS];
static unsigned int nr_vcpus, reaped;
static void (*while_reaping)(struct domain *d);

static struct hart {
	struct vcpu *running;	/* NULL: idle */
	bool kicked;
	jmp_buf out_of_wfi;
	bool woken;
} harts[NR_HARTS];

/* What the guest of a vCPU does: runs for a time, waits for its timer or an IPI, ...; never waits if run is 0. */
static struct program {
	u64 run, sleep, left, ran, last_ran, longest_wait;
	u64 wakes;	/* interrupts it has seen */
	u64 started;
} program[NR_VCPUS];

/* --- a vCPU --- */

static int nothing_init(struct vcpu *v, u64 size)
{
	(void)v;
	(void)size;
	return 0;
}

static void nothing(struct vcpu *v)
{
	(void)v;
}

static void load(struct vcpu *v)
{
	assert_ptr_equal(v->pcpu, this_pcpu());
	assert_ptr_equal(this_pcpu()->current, v);
}

static void reset(struct vcpu *v)
{
	program[v->id].started++;
	v->csr.sie = SIP_ALL;
}

static bool ready(struct vcpu *v)
{
	return v->sip & v->csr.sie;
}

static const struct vcpu_ops ops = {
	.init = nothing_init, .load = load, .save = nothing, .reset = reset, .irq_ready = ready, .deliver = nothing,
	.timer = nothing, .wait = sched_block,
};

static void add_vcpu(struct domain *d)
{
	struct vcpu *v = &vcpus[nr_vcpus];

	*v = (struct vcpu){ .ops = &ops, .domain = d, .id = nr_vcpus, .timer = TIME_NEVER, .state = VCPU_STOPPED,
			    .events = { .info = &v->events.dummy, .singleshot = TIME_NEVER, .periodic = TIME_NEVER } };
	d->vcpu[d->nr_vcpus++] = v;
	program[nr_vcpus++] = (struct program){ 0 };
	sched_add(v);
}

void __wrap_domain_reap(struct domain *d);
void __wrap_domain_reap(struct domain *d)
{
	assert_int_not_equal(d->end, DOMAIN_RUNNING);
	assert_int_equal(d->on_hart, 0);
	for (unsigned int i = 0; i < d->nr_vcpus; i++)
		assert_null(d->vcpu[i]->pcpu);
	reaped++;
	if (while_reaping)
		while_reaping(d);
}

/* --- a hart --- */

static void kick(struct pcpu *p)
{
	harts[p->id].kicked = true;
}

static bool interrupted(unsigned int h)
{
	return harts[h].kicked || now() >= pcpus[h].deadline;
}

static void wfi(void)
{
	struct hart *h = &harts[this_pcpu()->id];

	if (!h->woken || !interrupted(this_pcpu()->id))
		longjmp(h->out_of_wfi, 1);
	h->woken = false;
	csr_write(CSR_SIP, (h->kicked ? SIP_SSIP : 0) | (now() >= this_pcpu()->deadline ? SIP_STIP : 0));
	h->kicked = false;
}

/* No two harts run the same, and what runs knows where. */
static void check_harts(void)
{
	for (unsigned int i = 0; i < nr_pcpus; i++) {
		struct vcpu *v = harts[i].running;

		assert_ptr_equal(pcpus[i].current, v);
		if (v)
			assert_ptr_equal(v->pcpu, &pcpus[i]);
		for (unsigned int k = 0; v && k < i; k++)
			assert_ptr_not_equal(harts[k].running, v);
	}
	for (unsigned int i = 0; i < nr_vcpus; i++)
		if (vcpus[i].pcpu)
			assert_ptr_equal(harts[vcpus[i].pcpu->id].running, &vcpus[i]);
}

/* Until there is one to run, or the hart idles: harts[h].running stays NULL then. */
static struct vcpu *look_for_one(unsigned int h, struct vcpu *v)
{
	do
		v = schedule(v);
	while (pcpus[h].resched || v->state != VCPU_RUNNING);
	return v;
}

static void find_vcpu(unsigned int h, struct vcpu *prev)
{
	harts[h].woken = true;
	harts[h].running = NULL;
	if (!setjmp(harts[h].out_of_wfi))
		harts[h].running = look_for_one(h, prev);
}

/* guest_trap(), as far as it is about time and turns. */
static void hart_turn(unsigned int h)
{
	struct vcpu *v = harts[h].running;

	host_on_hart(h);
	if (!v && !interrupted(h) && !pcpus[h].resched)
		return;
	if (v) {
		if (interrupted(h)) {
			if (now() >= pcpus[h].deadline)
				time_expire();
			harts[h].kicked = false;
		}
		if (!pcpus[h].resched && v->state == VCPU_RUNNING)
			return;
	}
	find_vcpu(h, v);
}

static void guest_turn(struct vcpu *v)
{
	struct program *p = &program[v->id];

	p->ran += STEP;
	p->last_ran = now();
	if (!p->run)
		return;
	if (p->left > STEP) {
		p->left -= STEP;
		return;
	}
	/* As a kernel's idle: takes what is pending, sets its timer, waits. */
	if (v->sip) {
		p->wakes++;
		__atomic_fetch_and(&v->sip, ~(SIP_STIP | SIP_SSIP), __ATOMIC_RELAXED);
	}
	p->left = p->run;
	vcpu_set_timer(v, p->sleep ? now() + p->sleep : TIME_NEVER);
	sched_block(v);
}

static void simulate(u64 ticks)
{
	for (u64 end = now() + ticks; now() < end; host_set_time(now() + STEP)) {
		for (unsigned int h = 0; h < nr_pcpus; h++)
			hart_turn(h);
		check_harts();
		for (unsigned int h = 0; h < nr_pcpus; h++) {
			host_on_hart(h);
			if (harts[h].running)
				guest_turn(harts[h].running);
		}
		for (unsigned int i = 0; i < nr_vcpus; i++)
			if (vcpus[i].state == VCPU_RUNNABLE || vcpus[i].state == VCPU_RUNNING)
				program[i].longest_wait = MAX(program[i].longest_wait, now() - program[i].last_ran);
			else
				program[i].last_ran = now();
	}
	host_on_hart(0);
}

/* --- the tests --- */

static void machine(unsigned int nr_harts)
{
	for (unsigned int i = 0; i < nr_vcpus; i++)
		sched_remove(&vcpus[i]);
	nr_vcpus = 0;
	reaped = 0;
	while_reaping = NULL;
	memset(dom, 0, sizeof(dom));
	memset(harts, 0, sizeof(harts));
	host_harts(nr_harts);
	host_hooks.kick = kick;
	host_hooks.wfi = wfi;
	for (unsigned int h = 0; h < nr_harts; h++)
		harts[h].kicked = true;		/* each looks once, as run_pcpu() does, and idles */
	simulate(STEP);
}

static void start_all(u64 run, u64 sleep)
{
	for (unsigned int i = 0; i < nr_vcpus; i++) {
		program[i].run = program[i].left = run;
		program[i].sleep = sleep;
		program[i].last_ran = now();
		assert_true(sched_start(&vcpus[i], 0x1000 + i, i));
	}
}

/* The vCPUs of one domain, all at work. */
static void machine_of_one(unsigned int harts, unsigned int vcpus)
{
	machine(harts);
	for (unsigned int i = 0; i < vcpus; i++)
		add_vcpu(&dom[0]);
	start_all(0, 0);
}

/* By a vCPU of its own, on the hart where that is. */
static void power_off(struct domain *d, const struct vcpu *by)
{
	host_on_hart(by->pcpu->id);
	d->end = DOMAIN_POWEROFF;
	for (unsigned int i = 0; i < d->nr_vcpus; i++)
		sched_kill(d->vcpu[i]);
}

/* Each of them gets its part of the harts, within some percent. */
static void assert_fair(u64 ticks)
{
	u64 part = ticks * MIN(nr_pcpus, nr_vcpus) / nr_vcpus;

	for (unsigned int i = 0; i < nr_vcpus; i++)
		if (program[i].ran < part * 9 / 10 || program[i].ran > part * 11 / 10)
			fail_msg("%u vCPUs on %u harts: vCPU %u ran %lu of %lu us, its part is %lu", nr_vcpus, nr_pcpus, i,
				 program[i].ran * 1000000 / timebase, ticks * 1000000 / timebase,
				 part * 1000000 / timebase);
}

static void fair(unsigned int nr_harts, unsigned int n)
{
	machine(nr_harts);
	for (unsigned int i = 0; i < n; i++)
		add_vcpu(&dom[i % 2]);
	start_all(0, 0);
	simulate(MS(2000));
	assert_fair(MS(2000));
	/* Nobody waits longer than the slices of all the others. */
	for (unsigned int i = 0; i < n; i++)
		assert_true(program[i].longest_wait <= SLICE_TICKS * (n + 1));
}

static void one_vcpu(void **state)
{
	(void)state;
	fair(1, 1);
	/* Alone there is no slice to end: the hart is interrupted for the console alone. */
	assert_int_equal(pcpus[0].slice_end, TIME_NEVER);
}

static void more_vcpus_than_harts(void **state)
{
	u64 forgotten = host_counts.forgotten;

	(void)state;
	fair(1, 2);
	assert_true(host_counts.forgotten - forgotten > 50);	/* reservations: with each change */
	fair(1, 5);
	fair(2, 4);
	fair(4, 8);
}

static void vcpus_that_do_not_divide(void **state)
{
	(void)state;
	fair(2, 3);
	fair(4, 5);
	fair(3, 8);
	fair(8, 9);
}

static void no_hart_idles_while_one_waits(void **state)
{
	(void)state;
	fair(2, 2);
	fair(4, 4);
	fair(4, 2);
	fair(8, 8);
}

/* One who waits most of the time runs at once when it wakes, beside those that always run. */
static void the_interactive_one_is_not_kept_waiting(void **state)
{
	(void)state;
	machine_of_one(1, 4);
	program[0].run = program[0].left = STEP * 2;
	program[0].sleep = MS(20);
	simulate(MS(500));
	program[0].longest_wait = 0;
	simulate(MS(2000));
	/* It may wait for one slice to end. */
	assert_true(program[0].longest_wait <= SLICE_TICKS + 2 * STEP);
	assert_true(program[0].wakes >= 2000 / 35);
}

/* One that has slept for long does not then take the hart for as long. */
static void no_credit_for_sleep(void **state)
{
	u64 before;

	(void)state;
	machine_of_one(1, 2);
	program[0].run = program[0].left = STEP;
	program[0].sleep = MS(5000);
	simulate(MS(4000));
	program[0].run = 0;	/* from its next wake-up on it always runs */
	simulate(MS(1500));
	before = program[1].ran;
	simulate(MS(1000));
	if (program[1].ran - before < MS(450))
		fail_msg("beside one that had slept it ran %lu of 1000 ms", (program[1].ran - before) * 1000 / timebase);
}

/* Timers of all of them, kept on the hart each ran on last: none is lost, none much too late. */
static void timers(void **state)
{
	(void)state;
	for (unsigned int nr_harts = 1; nr_harts <= 4; nr_harts++) {
		machine(nr_harts);
		for (int i = 0; i < 8; i++)
			add_vcpu(&dom[i % 3]);
		start_all(STEP, 0);
		for (int i = 0; i < 8; i++)
			program[i].sleep = MS(3 + i);
		simulate(MS(2000));
		for (unsigned int i = 0; i < 8; i++) {
			u64 expect = 2000 / (3 + i + 1);

			if (program[i].wakes < expect * 9 / 10)
				fail_msg("%u harts: vCPU %u woke %lu times of %lu", nr_harts, i, program[i].wakes, expect);
		}
	}
}

/* All wait with no timer; an interrupt of one by another, from any hart, wakes it. */
static void wakes(void **state)
{
	(void)state;
	machine(3);
	for (int i = 0; i < 6; i++)
		add_vcpu(&dom[0]);
	start_all(STEP, 0);
	simulate(MS(50));
	for (int i = 0; i < 6; i++)
		assert_int_equal(vcpus[i].state, VCPU_BLOCKED);
	for (int i = 0; i < 2000; i++) {
		unsigned int n = rnd_below(6);
		u64 seen = program[n].wakes;

		host_on_hart(rnd_below(3));
		vcpu_raise(&vcpus[n], SIP_SSIP);
		simulate(STEP * (1 + rnd_below(6)));
		if (vcpus[n].state == VCPU_BLOCKED)
			assert_int_equal(program[n].wakes, seen + 1);
		simulate(MS(3));
		assert_int_equal(program[n].wakes, seen + 1);
		assert_int_equal(vcpus[n].state, VCPU_BLOCKED);
	}
}

/* Raised between the guest's look and its wait: sched_block() must look again. */
static void no_lost_wakeup(void **state)
{
	(void)state;
	machine(1);
	add_vcpu(&dom[0]);
	start_all(0, 0);
	simulate(MS(1));
	vcpus[0].sip = SIP_SSIP;
	sched_block(&vcpus[0]);
	assert_int_equal(vcpus[0].state, VCPU_RUNNING);
	/* And one that is not enabled does not wake. */
	vcpus[0].csr.sie = SIP_STIP;
	sched_block(&vcpus[0]);
	assert_int_equal(vcpus[0].state, VCPU_BLOCKED);
	vcpu_raise(&vcpus[0], SIP_SSIP);
	assert_int_equal(vcpus[0].state, VCPU_BLOCKED);
	/* Woken while it is still on its hart. */
	vcpus[0].csr.sie = SIP_ALL;
	sched_kick(&vcpus[0]);
	assert_int_equal(vcpus[0].state, VCPU_RUNNABLE);
	simulate(MS(1));
	assert_int_equal(vcpus[0].state, VCPU_RUNNING);
}

static void stop_and_start(void **state)
{
	u64 before;

	(void)state;
	machine_of_one(2, 2);
	simulate(MS(5));
	assert_int_equal(vcpus[1].pc, 0x1001);
	assert_int_equal(vcpus[1].regs[10], 1);
	assert_int_equal(vcpus[1].regs[11], 1);
	assert_false(sched_start(&vcpus[1], 0x5000, 0));
	host_on_hart(vcpus[1].pcpu->id);
	sched_stop(&vcpus[1]);
	simulate(MS(5));
	assert_int_equal(vcpus[1].state, VCPU_STOPPED);
	assert_null(vcpus[1].pcpu);
	before = program[1].ran;
	vcpu_raise(&vcpus[1], SIP_SSIP);	/* is no start */
	simulate(MS(5));
	assert_int_equal(program[1].ran, before);
	/* SBI hart_start, 9.1: a0 and a1; nothing else of the life before */
	memset(vcpus[1].regs, 0xff, sizeof(vcpus[1].regs));
	memset(vcpus[1].fpregs, 0xff, sizeof(vcpus[1].fpregs));
	vcpus[1].fcsr = 0xff;
	assert_true(sched_start(&vcpus[1], 0x5000, 0x77));
	simulate(MS(5));
	for (int i = 0; i < 32; i++) {
		assert_int_equal(vcpus[1].fpregs[i], 0);
		if (i != 10 && i != 11)
			assert_int_equal(vcpus[1].regs[i], 0);
	}
	assert_int_equal(vcpus[1].fcsr, 0);
	assert_int_equal(vcpus[1].pc, 0x5000);
	assert_int_equal(vcpus[1].regs[11], 0x77);
	assert_int_equal(vcpus[1].sip, 0);
	assert_true(program[1].ran > before);
}

/* hart_stop, and hart_start by another before the stopped one has left its hart: it must start, not go on. */
static void start_before_it_has_left(void **state)
{
	unsigned int h;

	(void)state;
	machine_of_one(2, 2);
	simulate(MS(5));
	h = vcpus[1].pcpu->id;
	host_on_hart(h);
	sched_stop(&vcpus[1]);
	host_on_hart(!h);
	assert_true(sched_start(&vcpus[1], 0x9000, 0x99));
	vcpus[1].pc = 0x1234;
	simulate(MS(5));
	assert_int_equal(program[1].started, 2);
	assert_int_equal(vcpus[1].pc, 0x9000);
	assert_int_equal(vcpus[1].regs[11], 0x99);
}

static void kill_domain(void **state)
{
	(void)state;
	machine(2);
	for (int i = 0; i < 6; i++)
		add_vcpu(&dom[i % 2]);
	start_all(0, 0);
	program[2].run = STEP;	/* one waits, */
	program[2].sleep = MS(50);
	simulate(MS(100));
	/* Of domain 0: by its vCPU on whichever hart it is. */
	for (int i = 0; !vcpus[0].pcpu && i < 1000; i++)
		simulate(STEP);
	power_off(&dom[0], &vcpus[0]);
	simulate(MS(20));
	assert_int_equal(reaped, 1);
	for (int i = 0; i < 6; i += 2) {
		u64 ran = program[i].ran;

		vcpu_raise(&vcpus[i], SIP_ALL);
		assert_false(sched_start(&vcpus[i], 0, 0));
		simulate(MS(60));
		assert_int_equal(vcpus[i].state, VCPU_DEAD);
		assert_int_equal(program[i].ran, ran);
		assert_true(program[i + 1].ran > 0);
	}
	assert_int_equal(reaped, 1);
	/* And again alive, as a reboot does it. */
	dom[0].entry = 0xabc;
	sched_begin(&dom[0]);
	assert_int_equal(dom[0].end, DOMAIN_RUNNING);
	assert_false(sched_start(&vcpus[0], 0x1000, 0));
	simulate(MS(50));
	assert_int_equal(vcpus[0].pc, 0xabc);
	assert_int_equal(vcpus[2].state, VCPU_STOPPED);
}

/* Not reaped before the last of its vCPUs has left its hart (__wrap_domain_reap() looks). */
static void kill_on_both_harts(void **state)
{
	(void)state;
	machine_of_one(2, 2);
	simulate(MS(5));
	assert_int_equal(dom[0].on_hart, 2);
	power_off(&dom[0], &vcpus[0]);
	simulate(MS(5));
	assert_int_equal(reaped, 1);
}

/* A vCPU that has ended stays where it is, also when the time comes that it has polled for; and in its next life. */
static void kill_while_polling(void **state)
{
	struct vcpu *v = &vcpus[1];

	(void)state;
	machine(2);
	for (int i = 0; i < 4; i++)
		add_vcpu(&dom[i / 2]);
	start_all(STEP, MS(2));
	program[0].run = program[0].left = 0;
	program[1].run = program[1].left = 0;
	simulate(MS(10));
	for (int life = 0; life < 2; life++) {
		for (int i = 0; v->state != VCPU_RUNNING && i < 1000; i++)
			simulate(STEP);
		host_on_hart(v->pcpu->id);
		v->events.polling = true;
		v->events.poll_end = now() + MS(30);
		sched_block(v);
		simulate(MS(5));
		assert_int_equal(v->state, VCPU_BLOCKED);
		dom[0].end = DOMAIN_REBOOT;
		for (unsigned int i = 0; i < dom[0].nr_vcpus; i++)
			sched_kill(dom[0].vcpu[i]);
		simulate(MS(life ? 60 : 5));
		assert_int_equal(v->state, VCPU_DEAD);
		assert_int_equal(reaped, life + 1);
		sched_begin(&dom[0]);
		simulate(MS(60));
		assert_int_equal(v->state, VCPU_STOPPED);
		assert_int_equal(reaped, life + 1);
		assert_true(sched_start(v, 0x1000, 0));
	}
}

static void starts_again(struct domain *d)
{
	host_set_time(now() + MS(12));
	sched_begin(d);
}

/* A domain that does nothing but end and start again: what that costs is not the other's time. */
static void restarts_cost_no_other(void **state)
{
	u64 began;

	(void)state;
	machine(1);
	for (int i = 0; i < 3; i++)
		add_vcpu(&dom[i]);
	start_all(0, 0);
	while_reaping = starts_again;
	began = now();
	while (now() - began < MS(1000)) {
		simulate(STEP);
		if (harts[0].running != &vcpus[0])
			continue;
		dom[0].end = DOMAIN_REBOOT;
		sched_kill(&vcpus[0]);
	}
	assert_true(reaped > 10);
	assert_true(program[1].ran > MS(250) && program[2].ran > MS(250));
}

static struct vcpu *sleeper;
static void wakes_another(struct domain *d)
{
	(void)d;
	for (unsigned int h = 0; h < nr_pcpus; h++)
		assert_false(pcpus[h].resched);
	vcpu_raise(sleeper, SIP_SSIP);
	for (unsigned int h = 0; h < nr_pcpus; h++)
		if (&pcpus[h] != this_pcpu() && !pcpus[h].current)
			assert_true(pcpus[h].resched && harts[h].kicked);
}

/* Nor does one wait for the hart that is at it. */
static void wakes_while_reaping(void **state)
{
	(void)state;
	machine(3);
	for (int i = 0; i < 3; i++)
		add_vcpu(&dom[i]);
	/* One computes on the first hart, one on the second, one sleeps. */
	for (unsigned int i = 0; i < 3; i++) {
		program[i].run = program[i].left = i == 2 ? STEP : 0;
		program[i].sleep = MS(1000);
		assert_true(sched_start(&vcpus[i], 0x1000, 0));
		simulate(MS(1));
	}
	assert_int_equal(vcpus[0].pcpu->id, 0);
	sleeper = &vcpus[2];
	assert_int_equal(sleeper->state, VCPU_BLOCKED);
	while_reaping = wakes_another;
	host_on_hart(0);
	dom[0].end = DOMAIN_POWEROFF;
	sched_kill(&vcpus[0]);
	simulate(MS(1));
	assert_int_equal(reaped, 1);
	assert_int_not_equal(sleeper->state, VCPU_RUNNABLE);
}

/* A timer of the life before is none of the new one. */
static void start_without_timer(void **state)
{
	(void)state;
	machine(1);
	add_vcpu(&dom[0]);
	add_vcpu(&dom[0]);
	start_all(0, 0);
	simulate(MS(50));
	host_on_hart(0);
	vcpus[1].timer = now() + MS(1);
	sched_stop(&vcpus[1]);
	simulate(STEP);
	assert_true(sched_start(&vcpus[1], 0x1000, 0));
	vcpus[1].last_pcpu = &pcpus[0];
	sched_expire_timers(&pcpus[0], now() + MS(2));
	assert_int_equal(vcpus[1].sip & SIP_STIP, 0);
}

/* Whatever happens to whom: after it all, each that has something to do runs, each that was woken has seen it. */
static void random_events(void **state)
{
	(void)state;
	for (int round = 0; round < 12; round++) {
		machine(1 + round % 4);
		for (int i = 0; i < 9; i++)
			add_vcpu(&dom[i % 3]);
		start_all(STEP * 3, MS(10));
		for (int i = 0; i < 1500; i++) {
			struct vcpu *v = &vcpus[rnd_below(9)];

			host_on_hart(rnd_below(nr_pcpus));
			switch (rnd_below(4)) {
			case 0:
				if (v->pcpu && v->state == VCPU_RUNNING) {
					host_on_hart(v->pcpu->id);
					sched_stop(v);
				}
				break;
			case 1:
				sched_start(v, 0x4000, 0);
				break;
			case 2:
				program[v->id].run = rnd_below(3) ? STEP * (1 + rnd_below(40)) : 0;
				program[v->id].sleep = MS(1 + rnd_below(30));
				break;
			default:
				vcpu_raise(v, SIP_SSIP);
			}
			simulate(STEP * rnd_below(30));
		}
		for (int i = 0; i < 9; i++)
			sched_start(&vcpus[i], 0x4000, 0);
		for (int i = 0; i < 9; i++) {
			program[i].run = STEP;
			program[i].sleep = MS(5);
		}
		simulate(MS(300));
		for (int i = 0; i < 9; i++)
			program[i].wakes = 0;
		simulate(MS(200));
		for (int i = 0; i < 9; i++)
			assert_true(program[i].wakes > 20);
	}
}

UNIT_MAIN(T(one_vcpu), T(more_vcpus_than_harts), T(vcpus_that_do_not_divide), T(no_hart_idles_while_one_waits),
	  T(the_interactive_one_is_not_kept_waiting), T(no_credit_for_sleep), T(timers), T(wakes), T(no_lost_wakeup),
	  T(stop_and_start), T(start_before_it_has_left), T(kill_domain), T(kill_on_both_harts),
	  T(kill_while_polling), T(restarts_cost_no_other), T(wakes_while_reaping), T(start_without_timer),
	  T(random_events))
