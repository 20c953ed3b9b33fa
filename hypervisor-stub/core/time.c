// SPDX-License-Identifier: GPL-2.0
/*
 * Time. Each hart has one timer, set to the first of: the end of the slice, the timers of the vCPUs that ran
 * here last, the next look at the console. A deadline that moves away is left to fire: cheaper than to search.
 */
#include "csr.h"
#include "event.h"
#include "smp.h"
#include "stub.h"

static u64 next_poll;
static bool use_stimecmp;

u64 now(void)
{
	return csr_read(CSR_TIME);
}

void time_init(void)
{
	use_stimecmp = have_sstc;
	next_poll = now() + POLL_TICKS;
}

static void set_hart_timer(u64 t)
{
	if (use_stimecmp)
		csr_write(CSR_STIMECMP, t);
	else
		sbi_set_timer(t);
}

void time_init_here(void)
{
	this_pcpu()->deadline = TIME_NEVER;
	set_hart_timer(TIME_NEVER);
	if (this_pcpu()->id == 0)
		time_program(next_poll);
}

void time_program(u64 t)
{
	struct pcpu *p = this_pcpu();

	if (t >= p->deadline)
		return;
	p->deadline = t;
	set_hart_timer(t);
}

void time_expire(void)
{
	struct pcpu *p = this_pcpu();
	u64 t = now(), first = p->slice_end;

	if (t >= p->slice_end) {
		p->resched = true;
		first = TIME_NEVER;	/* schedule() starts the next */
	}
	first = MIN(first, sched_expire_timers(p, t));
	first = MIN(first, event_expire_timers(t));
	if (p->id == 0) {
		if (t >= next_poll) {
			console_poll();
			watchdogs_expire(t);
			next_poll = t + POLL_TICKS;
		}
		first = MIN(first, next_poll);
	}
	p->deadline = first;
	set_hart_timer(first);
}
