// SPDX-License-Identifier: GPL-2.0
/*
 * The scheduler: any vCPU on any hart, the one that has run least first, for a slice of 10 ms while others
 * wait. One lock: there are at most 8 harts, and it is taken on waits and wake-ups, not on traps.
 */
#include "csr.h"
#include "domain.h"
#include "plic.h"
#include "smp.h"
#include "stub.h"
#include "event.h"
#include "vcpu.h"

static spinlock_t sched_lock;
static struct vcpu *vcpus;
static u64 floor_vruntime;	/* what a vCPU that slept long starts from, so that it does not catch up on it */

void sched_add(struct vcpu *v)
{
	spin_lock(&sched_lock);
	v->next = vcpus;
	vcpus = v;
	spin_unlock(&sched_lock);
}

/* The vCPU is on no hart and never will be again: its memory goes. */
void sched_remove(struct vcpu *v)
{
	spin_lock(&sched_lock);
	for (struct vcpu **link = &vcpus; *link; link = &(*link)->next) {
		if (*link == v) {
			*link = v->next;
			break;
		}
	}
	spin_unlock(&sched_lock);
}

/* --- choosing; under sched_lock --- */

static u64 key_of(const struct vcpu *v, const struct vcpu *prev, bool slice_over)
{
	/* Who is on the hart keeps it for its slice: a change costs its translations. */
	return v == prev && !slice_over ? v->vruntime - MIN(v->vruntime, SLICE_TICKS) : v->vruntime;
}

static struct vcpu *pick(struct vcpu *prev, bool slice_over, bool *others)
{
	struct vcpu *best = NULL;

	*others = false;
	for (struct vcpu *v = vcpus; v; v = v->next) {
		if (v->state != VCPU_RUNNABLE || (v->pcpu && v != prev))
			continue;
		if (best)
			*others = true;
		if (!best || key_of(v, prev, slice_over) < key_of(best, prev, slice_over))
			best = v;
	}
	return best;
}

static void set_state(struct vcpu *v, enum vcpu_state state)
{
	runstate_change(v, state, now());
	v->state = state;
}

static void waits_no_more(struct vcpu *v)
{
	v->events.any_event = false;
	v->events.polling = false;
}

static void put_off(struct vcpu *v, u64 t)
{
	v->vruntime += t - v->run_start;
	v->runtime += t - v->run_start;
	v->run_start = t;
	if (v->state == VCPU_RUNNING)
		set_state(v, VCPU_RUNNABLE);
}

static void change(struct pcpu *p, struct vcpu *prev, struct vcpu *next)
{
	if (prev) {
		prev->ops->save(prev);
		asm_forget_reservation();	/* of an LR: the next one's SC must not find it (volume I, 8.2) */
		runstate_write(prev);
		prev->last_pcpu = p;
		prev->domain->on_hart--;
		WRITE_ONCE(prev->pcpu, NULL);
	}
	p->current = next;
	if (!next)
		return;
	next->domain->on_hart++;
	WRITE_ONCE(next->pcpu, p);
	smp_mb();	/* see posted() in core/vcpu.c */
	if (next->start_pending)
		vcpu_start(next);
	next->ops->load(next);
	next->last_pcpu = p;
}

/* --- waiting and waking --- */

static struct pcpu *hart_to_tell(void)
{
	struct pcpu *worst = NULL;

	for (unsigned int i = 0; i < nr_pcpus; i++) {
		struct pcpu *p = &pcpus[i];

		if (!p->online || p->reaps)
			continue;
		if (!p->current && !p->resched)
			return p;
		if (!p->current)
			continue;	/* has been told of another */
		if (!worst || p->current->vruntime > worst->current->vruntime)
			worst = p;
	}
	/* Even if it does not give way now: it must know that somebody waits, and start a slice. */
	return worst;
}

/* Where the run times of those that run or wait stand: who wakes starts from there. */
static u64 run_level(void)
{
	u64 low = TIME_NEVER, t = now();

	for (const struct vcpu *v = vcpus; v; v = v->next) {
		if (v->state == VCPU_RUNNING)
			low = MIN(low, v->vruntime + ((v->pcpu->reaps ?: t) - v->run_start));
		else if (v->state == VCPU_RUNNABLE)
			low = MIN(low, v->vruntime);
	}
	if (low != TIME_NEVER)
		floor_vruntime = MAX(floor_vruntime, low);
	return floor_vruntime - MIN(floor_vruntime, SLICE_TICKS);
}

/*
 * What ends its wait: an enabled interrupt; for SCHEDOP_block any event; for SCHEDOP_poll an interrupt that it would
 * take, its ports and its timeout are looked at elsewhere.
 */
static bool ready(struct vcpu *v)
{
	const struct vcpu_events *e = &v->events;

	if (e->any_event && READ_ONCE(e->info->evtchn_upcall_pending))
		return true;
	return (!e->polling || e->poll_irqs) && v->ops->irq_ready(v);
}

static void make_runnable(struct vcpu *v)
{
	struct pcpu *p;

	v->vruntime = MAX(v->vruntime, run_level());
	set_state(v, VCPU_RUNNABLE);
	waits_no_more(v);
	if (v->pcpu)
		return;		/* still on its way off a hart, which will see it */
	p = hart_to_tell();
	if (!p)
		return;
	WRITE_ONCE(p->resched, true);
	if (p != this_pcpu())
		smp_kick(p);
}

void sched_block(struct vcpu *v)
{
	spin_lock(&sched_lock);
	if (!ready(v) && v->state == VCPU_RUNNING)
		set_state(v, VCPU_BLOCKED);
	else
		waits_no_more(v);
	spin_unlock(&sched_lock);
}

void sched_kick(struct vcpu *v)
{
	spin_lock(&sched_lock);
	if (v->state == VCPU_BLOCKED && ready(v))
		make_runnable(v);
	else if (v->pcpu && v->pcpu != this_pcpu())
		smp_kick(v->pcpu);
	spin_unlock(&sched_lock);
}

/* False when the vCPU does not wait for a port any more. */
bool sched_poll_wake(struct vcpu *v, u32 port)
{
	const struct vcpu_events *e = &v->events;
	bool polling;

	spin_lock(&sched_lock);
	if (e->polling && v->state == VCPU_BLOCKED && (!e->poll_port || e->poll_port == port))
		make_runnable(v);
	polling = e->polling;
	spin_unlock(&sched_lock);
	return polling;
}

static void leave_hart(struct vcpu *v)
{
	if (!v->pcpu)
		return;
	WRITE_ONCE(v->pcpu->resched, true);
	if (v->pcpu != this_pcpu())
		smp_kick(v->pcpu);
}

/* v need not be the one that runs here. */
void sched_stop(struct vcpu *v)
{
	spin_lock(&sched_lock);
	if (v->state != VCPU_DEAD) {
		set_state(v, VCPU_STOPPED);
		waits_no_more(v);
		leave_hart(v);
	}
	spin_unlock(&sched_lock);
}

/* Whoever waits goes first, once. */
void sched_yield(struct vcpu *v)
{
	u64 low = TIME_NEVER;

	spin_lock(&sched_lock);
	for (const struct vcpu *other = vcpus; other; other = other->next)
		if (other->state == VCPU_RUNNABLE && !other->pcpu)
			low = MIN(low, other->vruntime);
	if (low != TIME_NEVER) {
		v->vruntime = MAX(v->vruntime, low + 1);
		v->pcpu->slice_end = 0;
		v->pcpu->resched = true;
	}
	spin_unlock(&sched_lock);
}

/* A timer of the vCPU is set to this: the hart that looks after it must know. */
void sched_retime(struct vcpu *v, u64 deadline)
{
	if (v->last_pcpu == this_pcpu()) {
		time_program(deadline);
		return;
	}
	spin_lock(&sched_lock);
	/* schedule() programs the timers of whom it puts on a hart. */
	if (v->state == VCPU_BLOCKED)
		make_runnable(v);
	else
		leave_hart(v);
	spin_unlock(&sched_lock);
}

void sched_get_runstate(struct vcpu *v, struct vcpu_runstate_info *r)
{
	spin_lock(&sched_lock);
	runstate_get(v, r);
	r->time[r->state] += ns_of(now()) - r->state_entry_time;
	spin_unlock(&sched_lock);
}

/* NULL: nowhere */
void sched_set_runstate_area(struct vcpu *v, u64 *const *word)
{
	spin_lock(&sched_lock);
	for (unsigned int i = 0; i < RUNSTATE_WORDS; i++)
		v->events.runstate_word[i] = word ? word[i] : NULL;
	runstate_write(v);
	spin_unlock(&sched_lock);
}

static void start(struct vcpu *v, u64 pc, u64 opaque)
{
	v->start_pc = pc;
	v->start_opaque = opaque;
	v->start_pending = true;
	/* Now: what is raised from here on is for the new start. */
	v->sip = 0;
	v->timer = TIME_NEVER;
	make_runnable(v);
}

bool sched_start(struct vcpu *v, u64 pc, u64 opaque)
{
	bool stopped;

	spin_lock(&sched_lock);
	stopped = v->state == VCPU_STOPPED;
	if (stopped)
		start(v, pc, opaque);
	spin_unlock(&sched_lock);
	return stopped;
}

/* Never runs again (until its domain begins anew), whatever it waits for. */
void sched_kill(struct vcpu *v)
{
	spin_lock(&sched_lock);
	set_state(v, VCPU_DEAD);
	waits_no_more(v);
	leave_hart(v);
	spin_unlock(&sched_lock);
}

/* Who ends a domain from outside: it is not reaped before sched_release(). False: it has ended already. */
bool sched_hold(struct domain *d)
{
	bool running;

	spin_lock(&sched_lock);
	running = d->end == DOMAIN_RUNNING;
	d->on_hart += running;
	spin_unlock(&sched_lock);
	return running;
}

/*
 * What that takes is not the time of a vCPU that happens to be on the hart: a domain that does nothing but end and
 * start again pays for it, in sched_begin(). Meanwhile the hart is none that can be told of something.
 */
static void reap(struct domain *d)
{
	struct pcpu *p = this_pcpu();

	domain_reap(d);
	spin_lock(&sched_lock);
	if (p->current)
		p->current->run_start += now() - p->reaps;
	p->reaps = 0;
	WRITE_ONCE(p->resched, true);	/* for whoever is runnable since */
	spin_unlock(&sched_lock);
}

void sched_release(struct domain *d)
{
	bool ended;

	spin_lock(&sched_lock);
	ended = !--d->on_hart && d->end != DOMAIN_RUNNING;
	if (ended)
		this_pcpu()->reaps = now();
	spin_unlock(&sched_lock);
	if (ended)
		reap(d);
}

/*
 * A domain begins, or begins anew: all its vCPUs are as hart_stop leaves them, but for the first one. At once, for from
 * here on others may end it.
 */
void sched_begin(struct domain *d)
{
	spin_lock(&sched_lock);
	for (unsigned int i = 0; i < d->nr_vcpus; i++)
		set_state(d->vcpu[i], VCPU_STOPPED);
	d->end = DOMAIN_RUNNING;
	start(d->vcpu[0], d->entry, d->fdt);
	if (this_pcpu()->reaps)
		d->vcpu[0]->vruntime += now() - this_pcpu()->reaps;
	spin_unlock(&sched_lock);
}

/* The end of a poll, if that is due; returns when it is, if it is not. */
static u64 expire_poll(struct vcpu *v, u64 t)
{
	if (!v->events.polling || v->state != VCPU_BLOCKED)
		return TIME_NEVER;
	if (v->events.poll_end > t)
		return v->events.poll_end;
	make_runnable(v);
	return TIME_NEVER;
}

/* Raises what is due of the timers kept on p; returns when the next is. */
u64 sched_expire_timers(struct pcpu *p, u64 t)
{
	u64 first = TIME_NEVER;

	spin_lock(&sched_lock);
	for (struct vcpu *v = vcpus; v; v = v->next) {
		if (v->last_pcpu != p)
			continue;
		first = MIN(first, expire_poll(v, t));
		if (v->timer == TIME_NEVER)
			continue;
		if (v->timer > t) {
			first = MIN(first, v->timer);
			continue;
		}
		v->timer = TIME_NEVER;
		__atomic_fetch_or(&v->sip, SIP_STIP, __ATOMIC_RELEASE);
		if (v->state == VCPU_BLOCKED && ready(v))
			make_runnable(v);
		else if (v->pcpu && v->pcpu != p)
			smp_kick(v->pcpu);
	}
	spin_unlock(&sched_lock);
	return first;
}

/* --- the way from one vCPU to the next --- */

static void idle(void)
{
	u64 sip;

	asm_wfi();
	sip = csr_read(CSR_SIP);
	if (sip & SIP_SSIP)
		csr_clear(CSR_SIP, SIP_SSIP);
	if (sip & SIP_STIP)
		time_expire();
	if (sip & SIP_SEIP)
		plic_interrupt();
}

/* Who waits here waits for any hart: none of them runs on without a slice. */
static void start_slices(const struct pcpu *here)
{
	for (unsigned int i = 0; i < nr_pcpus; i++) {
		struct pcpu *p = &pcpus[i];

		if (p == here || !p->current || p->slice_end != TIME_NEVER || p->resched)
			continue;
		WRITE_ONCE(p->resched, true);
		smp_kick(p);
	}
}

static void start_slice(struct pcpu *p, u64 t, bool others)
{
	if (others)
		start_slices(p);
	if (!others) {
		p->slice_end = TIME_NEVER;
	} else if (p->slice_end == TIME_NEVER || p->slice_end <= t) {
		p->slice_end = t + SLICE_TICKS;
		time_program(p->slice_end);
	}
}

/* The domain that has ended, and of which prev is the last vCPU on a hart: nobody gets that one before it is reaped. */
static struct domain *ended_with(const struct vcpu *prev)
{
	if (!prev || prev->state != VCPU_DEAD || prev->domain->on_hart > 1)
		return NULL;
	return prev->domain;
}

/* Returns the vCPU to run; waits until there is one. prev: what has run here, or NULL. */
struct vcpu *schedule(struct vcpu *prev)
{
	struct pcpu *p = this_pcpu();

	for (;;) {
		struct vcpu *next = NULL;
		struct domain *ended;
		bool others = false;
		u64 t = now();

		spin_lock(&sched_lock);
		WRITE_ONCE(p->resched, false);
		if (prev)
			put_off(prev, t);
		ended = ended_with(prev);
		if (ended)
			p->reaps = t;
		else
			next = pick(prev, t >= p->slice_end, &others);
		/* Also one that was stopped and has been started again before it left. */
		if (next != prev || (next && next->start_pending)) {
			change(p, prev, next);
			p->slice_end = TIME_NEVER;
		}
		if (next) {
			set_state(next, VCPU_RUNNING);
			next->run_start = t;
			floor_vruntime = MAX(floor_vruntime, next->vruntime);
			if (next != prev)
				runstate_write(next);
			start_slice(p, t, others);
		}
		spin_unlock(&sched_lock);
		if (ended)
			reap(ended);
		if (next) {
			time_program(MIN(next->timer, vcpu_event_timer(next)));
			return next;
		}
		prev = NULL;
		if (!ended)
			idle();
	}
}
