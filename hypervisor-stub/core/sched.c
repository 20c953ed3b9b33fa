// SPDX-License-Identifier: GPL-2.0
/*
 * The scheduler: any vCPU on any hart, the one that has run least first, for a slice of 10 ms while others
 * wait. One lock: there are at most 8 harts, and it is taken on waits and wake-ups, not on traps.
 */
#include "csr.h"
#include "domain.h"
#include "smp.h"
#include "stub.h"
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

static void put_off(struct vcpu *v, u64 t)
{
	v->vruntime += t - v->run_start;
	v->runtime += t - v->run_start;
	v->run_start = t;
	if (v->state == VCPU_RUNNING)
		v->state = VCPU_RUNNABLE;
}

static void change(struct pcpu *p, struct vcpu *prev, struct vcpu *next)
{
	if (prev) {
		prev->ops->save(prev);
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

		if (!p->online)
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
			low = MIN(low, v->vruntime + (t - v->run_start));
		else if (v->state == VCPU_RUNNABLE)
			low = MIN(low, v->vruntime);
	}
	if (low != TIME_NEVER)
		floor_vruntime = MAX(floor_vruntime, low);
	return floor_vruntime - MIN(floor_vruntime, SLICE_TICKS);
}

static void make_runnable(struct vcpu *v)
{
	struct pcpu *p;

	v->vruntime = MAX(v->vruntime, run_level());
	v->state = VCPU_RUNNABLE;
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
	if (!v->ops->irq_ready(v) && v->state == VCPU_RUNNING)
		v->state = VCPU_BLOCKED;
	spin_unlock(&sched_lock);
}

void sched_kick(struct vcpu *v)
{
	spin_lock(&sched_lock);
	if (v->state == VCPU_BLOCKED && v->ops->irq_ready(v))
		make_runnable(v);
	else if (v->pcpu && v->pcpu != this_pcpu())
		smp_kick(v->pcpu);
	spin_unlock(&sched_lock);
}

void sched_stop(struct vcpu *v)
{
	spin_lock(&sched_lock);
	if (v->state == VCPU_RUNNING)
		v->state = VCPU_STOPPED;
	spin_unlock(&sched_lock);
}

bool sched_start(struct vcpu *v, u64 pc, u64 opaque)
{
	bool stopped;

	spin_lock(&sched_lock);
	stopped = v->state == VCPU_STOPPED;
	if (stopped) {
		v->start_pc = pc;
		v->start_opaque = opaque;
		v->start_pending = true;
		v->sip = 0;		/* now: what is raised from here on is for the new start */
		make_runnable(v);
	}
	spin_unlock(&sched_lock);
	return stopped;
}

/* Never runs again (until a reboot revives it). */
void sched_kill(struct vcpu *v)
{
	spin_lock(&sched_lock);
	v->state = VCPU_DEAD;
	if (v->pcpu) {
		WRITE_ONCE(v->pcpu->resched, true);
		if (v->pcpu != this_pcpu())
			smp_kick(v->pcpu);
	}
	spin_unlock(&sched_lock);
}

/* A dead vCPU of a domain that reboots: as hart_stop would leave it. */
void sched_revive(struct vcpu *v)
{
	spin_lock(&sched_lock);
	v->state = VCPU_STOPPED;
	spin_unlock(&sched_lock);
}

/* Raises what is due of the timers kept on p; returns when the next is. */
u64 sched_expire_timers(struct pcpu *p, u64 t)
{
	u64 first = TIME_NEVER;

	spin_lock(&sched_lock);
	for (struct vcpu *v = vcpus; v; v = v->next) {
		if (v->last_pcpu != p || v->timer == TIME_NEVER)
			continue;
		if (v->timer > t) {
			first = MIN(first, v->timer);
			continue;
		}
		v->timer = TIME_NEVER;
		__atomic_fetch_or(&v->sip, SIP_STIP, __ATOMIC_RELEASE);
		if (v->state == VCPU_BLOCKED && v->ops->irq_ready(v))
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

/* Returns the vCPU to run; waits until there is one. prev: what has run here, or NULL. */
struct vcpu *schedule(struct vcpu *prev)
{
	struct pcpu *p = this_pcpu();

	for (;;) {
		struct vcpu *next;
		struct domain *ended = NULL;
		bool others;
		u64 t = now();

		spin_lock(&sched_lock);
		WRITE_ONCE(p->resched, false);
		if (prev)
			put_off(prev, t);
		next = pick(prev, t >= p->slice_end, &others);
		/* Also one that was stopped and has been started again before it left. */
		if (next != prev || (next && next->start_pending)) {
			change(p, prev, next);
			p->slice_end = TIME_NEVER;
			if (prev && prev->domain->end != DOMAIN_RUNNING && !prev->domain->on_hart)
				ended = prev->domain;
		}
		if (next) {
			next->state = VCPU_RUNNING;
			next->run_start = t;
			floor_vruntime = MAX(floor_vruntime, next->vruntime);
			start_slice(p, t, others);
		}
		spin_unlock(&sched_lock);
		if (ended)
			domain_reap(ended);
		if (next) {
			time_program(next->timer);
			return next;
		}
		prev = NULL;
		if (!ended)
			idle();
	}
}
