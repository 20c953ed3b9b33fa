// SPDX-License-Identifier: GPL-2.0
/*
 * What a vCPU registers (vcpu_info, where its runstate is kept) and its timers. System time, in all hypercalls, is the
 * time CSR in nanoseconds.
 */
#include "code.h"
#include "domain.h"
#include "smp.h"
#include "std.h"
#include "stub.h"
#include "vcpu.h"
#include "xen.h"

#define NS		1000000000UL
#define PERIOD_MIN	1000000UL	/* ns */
#define PERIOD_MAX	(~0UL >> 2)

static u32 armed;	/* timers of all vCPUs that are set; under the event lock */

u64 ns_of(u64 ticks)
{
	return ticks / timebase * NS + ticks % timebase * NS / timebase;
}

/* Not before: rounded up. */
u64 ticks_of(u64 ns)
{
	return ns / NS * timebase + (ns % NS * timebase + NS - 1) / NS;
}

/* --- vcpu_info --- */

/*
 * The page of a frame that the domain gives us to write to from now on. It stays: the stub takes no page from a domain
 * that lives, whatever becomes of the frame.
 */
void *event_page(struct vcpu *v, u64 gfn)
{
	enum p2m_kind kind;
	paddr_t pa;

	if (gfn >> (64 - PAGE_SHIFT))
		return NULL;
	kind = p2m_kind(v->domain, gfn << PAGE_SHIFT, &pa);
	if (kind != P2M_RAM && kind != P2M_STUB)
		return NULL;
	if (kind == P2M_RAM && v->domain->code)
		code_will_write(v, v->domain, gfn << PAGE_SHIFT, PAGE_SIZE);
	return pa_to_va(pa);
}

static long register_info(struct vcpu *v, struct vcpu *target, struct vcpu_info *info)
{
	struct vcpu_events *e = &target->events;

	if (e->registered)
		return -XEN_EBUSY;
	if (target != v && READ_ONCE(target->state) != VCPU_STOPPED)
		return -XEN_EINVAL;
	*info = *e->info;
	e->registered = true;
	e->line = target->domain->hvm ? SIP_SEIP : SIP_UPCALL;
	__atomic_store_n(&e->info, info, __ATOMIC_RELEASE);
	/* Whatever came in between the two is looked for everywhere. */
	__atomic_store_n(&info->evtchn_pending_sel, ~0UL, __ATOMIC_RELEASE);
	event_upcall(target);
	return 0;
}

long vcpu_op_register_vcpu_info(struct vcpu *v, struct vcpu *target, void *arg)
{
	const struct vcpu_register_vcpu_info *r = arg;
	u8 *page;
	long rc;

	if (r->offset > PAGE_SIZE - sizeof(struct vcpu_info) || r->offset % _Alignof(struct vcpu_info))
		return -XEN_ENXIO;
	page = event_page(v, r->mfn);
	if (!page)
		return -XEN_EINVAL;
	event_lock();
	rc = register_info(v, target, (struct vcpu_info *)(page + r->offset));
	event_unlock();
	return rc;
}

/* Under the event lock. Nothing is registered, no timer is set. */
void vcpu_events_reset(struct vcpu *v)
{
	struct vcpu_events *e = &v->events;

	memset(&e->dummy, 0, sizeof(e->dummy));
	/* vCPU 0 has one from the beginning. Another could not clear what it does not have: it gets no upcall. */
	e->info = v->id ? &e->dummy : &v->domain->shared_info->vcpu_info[0];
	e->line = v->id ? 0 : v->domain->hvm ? SIP_SEIP : SIP_UPCALL;
	e->registered = false;
	__atomic_fetch_and(&v->sip, ~(SIP_SEIP | SIP_UPCALL), __ATOMIC_RELEASE);
	vcpu_timer_set(v, &e->singleshot, TIME_NEVER);
	vcpu_timer_set(v, &e->periodic, TIME_NEVER);
	sched_set_runstate_area(v, NULL);
}

/* --- running, stopping --- */

/* SBI HSM starts vCPUs: one that is stopped has nowhere to go on. */
long vcpu_op_up(struct vcpu *v, struct vcpu *target, void *arg)
{
	return READ_ONCE(target->state) == VCPU_STOPPED ? -XEN_EINVAL : 0;
}

long vcpu_op_is_up(struct vcpu *v, struct vcpu *target, void *arg)
{
	return READ_ONCE(target->state) != VCPU_STOPPED;
}

/* The last one takes the domain with it. */
long vcpu_op_down(struct vcpu *v, struct vcpu *target, void *arg)
{
	struct domain *d = v->domain;
	bool others = false;

	for (unsigned int i = 0; i < d->nr_vcpus; i++)
		others |= d->vcpu[i] != target && READ_ONCE(d->vcpu[i]->state) != VCPU_STOPPED;
	if (others)
		sched_stop(target);
	else
		domain_end(v, DOMAIN_POWEROFF);
	return 0;
}

/* --- runstate --- */

static int runstate_of(enum vcpu_state state)
{
	static const int map[] = {
		[VCPU_STOPPED] = RUNSTATE_offline, [VCPU_RUNNABLE] = RUNSTATE_runnable,
		[VCPU_RUNNING] = RUNSTATE_running, [VCPU_BLOCKED] = RUNSTATE_blocked, [VCPU_DEAD] = RUNSTATE_offline,
	};

	return map[state];
}

/* Under sched_lock: v->state is about to be another. */
void runstate_change(struct vcpu *v, enum vcpu_state state, u64 t)
{
	struct vcpu_events *e = &v->events;
	int old = runstate_of(v->state);

	if (old == runstate_of(state))
		return;
	e->runstate[old] += t - e->runstate_since;
	e->runstate_since = t;
}

/* Under sched_lock. */
void runstate_get(const struct vcpu *v, struct vcpu_runstate_info *r)
{
	r->state = runstate_of(v->state);
	r->state_entry_time = ns_of(v->events.runstate_since);
	for (unsigned int i = 0; i < ARRAY_SIZE(r->time); i++)
		r->time[i] = ns_of(v->events.runstate[i]);
}

/* Under sched_lock. The flag in state_entry_time is for those who read another vCPU's, and asked for it. */
void runstate_write(const struct vcpu *v)
{
	u64 *const *word = v->events.runstate_word;
	struct vcpu_runstate_info r = { 0 };

	if (!word[0])
		return;
	runstate_get(v, &r);
	if (v->domain->xen.vm_assist & BIT(VMASST_TYPE_runstate_update_flag)) {
		WRITE_ONCE(*word[1], r.state_entry_time | XEN_RUNSTATE_UPDATE);
		__atomic_thread_fence(__ATOMIC_RELEASE);
	}
	WRITE_ONCE(*word[0], r.state);
	for (unsigned int i = 0; i < ARRAY_SIZE(r.time); i++)
		WRITE_ONCE(*word[2 + i], r.time[i]);
	__atomic_store_n(word[1], r.state_entry_time, __ATOMIC_RELEASE);
}

long vcpu_op_get_runstate_info(struct vcpu *v, struct vcpu *target, void *arg)
{
	sched_get_runstate(target, arg);
	return 0;
}

/*
 * The address is looked up now, and not when it is written: then, another address space may be there. Where nothing is
 * mapped nothing will be written.
 */
long vcpu_op_register_runstate_memory_area(struct vcpu *v, struct vcpu *target, void *arg)
{
	const struct vcpu_register_runstate_memory_area *r = arg;
	u64 *word[RUNSTATE_WORDS] = { NULL };
	bool mapped = true;

	if (!r->addr.p) {
		sched_set_runstate_area(target, NULL);
		return 0;
	}
	if (r->addr.p % 8)
		return -XEN_EINVAL;
	for (unsigned int i = 0; i < RUNSTATE_WORDS; i++) {
		word[i] = guest_to_write(v, r->addr.p + 8 * i);
		mapped &= !!word[i];
	}
	sched_set_runstate_area(target, mapped ? word : NULL);
	return 0;
}

/* --- VIRQ_TIMER --- */

/* Under the event lock. */
void vcpu_timer_set(struct vcpu *v, u64 *timer, u64 deadline)
{
	armed -= *timer != TIME_NEVER;
	armed += deadline != TIME_NEVER;
	WRITE_ONCE(*timer, deadline);
	if (deadline != TIME_NEVER)
		sched_retime(v, deadline);
}

long vcpu_op_set_singleshot_timer(struct vcpu *v, struct vcpu *target, void *arg)
{
	const struct vcpu_set_singleshot_timer *s = arg;

	if (target != v)
		return -XEN_EINVAL;
	if ((s->flags & VCPU_SSHOTTMR_future) && s->timeout_abs_ns < ns_of(now()))
		return -XEN_ETIME;
	event_lock();
	vcpu_timer_set(v, &v->events.singleshot, ticks_of(s->timeout_abs_ns));
	event_unlock();
	return 0;
}

long vcpu_op_stop_singleshot_timer(struct vcpu *v, struct vcpu *target, void *arg)
{
	if (target != v)
		return -XEN_EINVAL;
	event_lock();
	vcpu_timer_set(v, &v->events.singleshot, TIME_NEVER);
	event_unlock();
	return 0;
}

long vcpu_op_set_periodic_timer(struct vcpu *v, struct vcpu *target, void *arg)
{
	u64 period = ((struct vcpu_set_periodic_timer *)arg)->period_ns;

	if (period < PERIOD_MIN || period > PERIOD_MAX)
		return -XEN_EINVAL;
	event_lock();
	target->events.period = ticks_of(period);
	vcpu_timer_set(target, &target->events.periodic, now() + target->events.period);
	event_unlock();
	return 0;
}

long vcpu_op_stop_periodic_timer(struct vcpu *v, struct vcpu *target, void *arg)
{
	event_lock();
	vcpu_timer_set(target, &target->events.periodic, TIME_NEVER);
	event_unlock();
	return 0;
}

/* The vCPU's timers that are due; returns when the next is. A period that was missed is not made up for. */
static u64 expire(struct vcpu *v, u64 t)
{
	struct vcpu_events *e = &v->events;
	bool due = false;

	if (e->singleshot <= t) {
		vcpu_timer_set(v, &e->singleshot, TIME_NEVER);
		due = true;
	}
	if (e->periodic <= t) {
		u64 late = t - e->periodic;

		vcpu_timer_set(v, &e->periodic, t - late % e->period + e->period);
		due = true;
	}
	if (due)
		evtchn_raise_virq(v, VIRQ_TIMER);
	return MIN(e->singleshot, e->periodic);
}

/* Those of vCPUs that ran here last. */
u64 event_expire_timers(u64 t)
{
	u64 first = TIME_NEVER;

	if (likely(!READ_ONCE(armed)))
		return first;
	event_lock();
	for (unsigned int i = 0; i < nr_domains; i++) {
		struct domain *d = domains[i];

		for (unsigned int n = 0; d->events.live && n < d->nr_vcpus; n++)
			if (d->vcpu[n]->last_pcpu == this_pcpu())
				first = MIN(first, expire(d->vcpu[n], t));
	}
	event_unlock();
	return first;
}
