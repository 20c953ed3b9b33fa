// SPDX-License-Identifier: GPL-2.0
/*
 * Event channels: a domain's ports, what each is bound to, and signalling one. What a signal does to the bits that the
 * guest sees is in event_bits.h and event_fifo.c; event_domain.c has what the rest of the stub does with them.
 *
 * One lock for all of it: the two ends of a channel change together, and a signal ends at a vCPU of another domain,
 * which must not go away meanwhile. It is held for some tens of instructions. sched_lock may be taken inside it.
 */
#include "domain.h"
#include "event_bits.h"
#include "plic.h"
#include "smp.h"
#include "std.h"
#include "stub.h"
#include "vcpu.h"
#include "xen.h"

#define PORTS_PER_UNIT	16	/* closed for a unit of a hypercall's budget */

static spinlock_t lock;

void event_lock(void)
{
	spin_lock(&lock);
}

void event_unlock(void)
{
	spin_unlock(&lock);
}

/* NULL: no such port. One that there is may be free. */
struct evtchn *evtchn_of(const struct domain *d, u32 port)
{
	return port < d->events.ports ? &d->events.evtchn[port] : NULL;
}

/* --- the bits --- */

static bool is_vcpu_virq(u32 virq)
{
	return virq == VIRQ_TIMER || virq == VIRQ_DEBUG || virq == VIRQ_XENOPROF || virq == VIRQ_XENPMU;
}

/*
 * There is something for the vCPU to look at. The interrupt's bit in sip stays set until event_settle() has found that
 * the guest has cleared evtchn_upcall_pending: on the way into a pv guest, for hvm when the guest acknowledges it.
 */
void event_upcall(struct vcpu *v)
{
	WRITE_ONCE(v->events.info->evtchn_upcall_pending, 1);
	/* Written before sip is read. event_settle() has it the other way round: so one of us sets the line. */
	smp_mb();
	if (v->events.line & ~READ_ONCE(v->sip))
		vcpu_raise(v, v->events.line);
}

static inline void set_pending(struct domain *d, struct evtchn *chn, u64 port)
{
	if (d->events.fifo)
		evtchn_fifo_set_pending(d, chn, port);
	else
		evtchn_2l_set_pending(d, chn, port);
}

void evtchn_set_pending(struct domain *d, struct evtchn *chn, u32 port)
{
	set_pending(d, chn, port);
}

static void set_bit_of_port(struct domain *d, u32 port, bool set)
{
	u64 *word = &d->shared_info->evtchn_pending[port / 64], bit = BIT(port % 64);

	if (set)
		__atomic_fetch_or(word, bit, __ATOMIC_ACQ_REL);
	else
		__atomic_fetch_and(word, ~bit, __ATOMIC_ACQ_REL);
}

static void clear_pending(struct domain *d, struct evtchn *chn, u32 port)
{
	event_word_t *word = evtchn_fifo_word(d, port);

	chn->pending = false;
	if (!d->events.fifo)
		set_bit_of_port(d, port, false);
	else if (word)
		__atomic_fetch_and(word, ~(1U << EVTCHN_FIFO_PENDING), __ATOMIC_ACQ_REL);
}

bool evtchn_is_pending(struct domain *d, u32 port)
{
	const event_word_t *word = evtchn_fifo_word(d, port);

	if (!d->events.fifo)
		return READ_ONCE(d->shared_info->evtchn_pending[port / 64]) & BIT(port % 64);
	return word && READ_ONCE(*word) & 1U << EVTCHN_FIFO_PENDING;
}

/* Who waits for the port, or for any; also if it is masked. */
void evtchn_wake_pollers(struct domain *d, u64 port)
{
	for (unsigned int i = 0; i < d->nr_vcpus; i++)
		if (d->events.pollers & BIT(i) && !sched_poll_wake(d->vcpu[i], port))
			d->events.pollers &= ~BIT(i);
}

/* --- ports --- */

/* A port of the FIFO ABI stays in its queue until the guest takes it out, and is no one's until then. */
static bool is_busy(const struct domain *d, u32 port)
{
	const event_word_t *word = evtchn_fifo_word(d, port);

	return word && READ_ONCE(*word) & 1U << EVTCHN_FIFO_LINKED;
}

/* The lowest that is free; or an error. */
long evtchn_new_port(struct domain *d, enum evtchn_state state, struct vcpu *v, struct evtchn **chn)
{
	for (u32 port = 1; port < EVTCHN_MAX; port++) {
		struct evtchn *c;

		if (port >= d->events.ports)
			d->events.ports += EVTCHN_BUCKET;
		c = evtchn_of(d, port);
		if (c->state != ECS_FREE || is_busy(d, port))
			continue;
		c->state = state;
		c->vcpu = v;
		c->priority = EVTCHN_FIFO_PRIORITY_DEFAULT;
		*chn = c;
		return port;
	}
	return -XEN_ENOSPC;
}

static void close_port(struct domain *d, struct evtchn *chn, u32 port)
{
	struct evtchn *peer;

	switch (chn->state) {
	case ECS_VIRQ:
		/* One of the domain's is vCPU 0's here, wherever it was moved to. */
		(is_vcpu_virq(chn->virq) ? chn->vcpu : d->vcpu[0])->events.virq_port[chn->virq] = 0;
		break;
	case ECS_INTERDOMAIN:
		peer = evtchn_of(chn->remote, chn->remote_port);
		peer->state = ECS_UNBOUND;
		peer->remote_dom = d->id;
		break;
	case ECS_PIRQ:
		pirq_unbind(chn);
		break;
	}
	clear_pending(d, chn, port);
	chn->state = ECS_FREE;
	chn->vcpu = d->vcpu[0];
}

/* --- hypercalls --- */

/* The domain that the caller means; NULL: there is none, for this caller. */
static struct domain *find(struct vcpu *v, domid_t id, long *rc)
{
	if (id == DOMID_SELF || id == v->domain->id)
		return v->domain;
	*rc = -XEN_ESRCH;
	for (unsigned int i = 0; i < nr_domains; i++) {
		if (domains[i]->id != id || !domains[i]->events.live)
			continue;
		*rc = domain_is_privileged(v->domain) ? 0 : -XEN_EPERM;
		return domains[i];
	}
	return NULL;
}

static struct vcpu *find_vcpu(struct vcpu *v, u32 id)
{
	return id < v->domain->nr_vcpus ? v->domain->vcpu[id] : NULL;
}

static domid_t own_id(struct vcpu *v, domid_t id)
{
	return id == DOMID_SELF ? v->domain->id : id;
}

static long alloc_unbound(struct vcpu *v, struct evtchn_alloc_unbound *a)
{
	struct evtchn *chn;
	long rc = 0;
	struct domain *d = find(v, a->dom, &rc);

	if (rc)
		return rc;
	rc = evtchn_new_port(d, ECS_UNBOUND, d->vcpu[0], &chn);
	if (rc < 0)
		return rc;
	chn->remote_dom = own_id(v, a->remote_dom);
	a->port = rc;
	return 0;
}

long evtchn_alloc_unbound(struct vcpu *v, void *arg)
{
	long rc;

	event_lock();
	rc = alloc_unbound(v, arg);
	event_unlock();
	return rc;
}

static long bind_interdomain(struct vcpu *v, struct evtchn_bind_interdomain *b)
{
	struct evtchn *local, *peer;
	long rc = 0;
	struct domain *d = v->domain, *remote = find(v, b->remote_dom, &rc);

	/* Whether this domain may, who allocated the port has said. */
	if (!remote)
		return rc;
	peer = evtchn_of(remote, b->remote_port);
	if (!peer || peer->state != ECS_UNBOUND || peer->remote_dom != d->id)
		return -XEN_EINVAL;
	rc = evtchn_new_port(d, ECS_INTERDOMAIN, d->vcpu[0], &local);
	if (rc < 0)
		return rc;
	local->remote = remote;
	local->remote_port = b->remote_port;
	peer->state = ECS_INTERDOMAIN;
	peer->remote = d;
	peer->remote_port = rc;
	b->local_port = rc;
	/* It may have been signalled before there was anybody to hear it. */
	evtchn_set_pending(d, local, rc);
	return 0;
}

long evtchn_bind_interdomain(struct vcpu *v, void *arg)
{
	long rc;

	event_lock();
	rc = bind_interdomain(v, arg);
	event_unlock();
	return rc;
}

long evtchn_bind_virq(struct vcpu *v, void *arg)
{
	struct evtchn_bind_virq *b = arg;
	struct vcpu *target = find_vcpu(v, b->vcpu);
	struct evtchn *chn;
	long rc = -XEN_EEXIST;

	if (b->virq >= NR_VIRQS || (b->vcpu && !is_vcpu_virq(b->virq)))
		return -XEN_EINVAL;
	if (!target)
		return -XEN_ENOENT;
	event_lock();
	if (!target->events.virq_port[b->virq])
		rc = evtchn_new_port(v->domain, ECS_VIRQ, target, &chn);
	if (rc >= 0) {
		chn->virq = b->virq;
		target->events.virq_port[b->virq] = rc;
		b->port = rc;
	}
	event_unlock();
	return MIN(rc, 0L);
}

long evtchn_bind_ipi(struct vcpu *v, void *arg)
{
	struct evtchn_bind_ipi *b = arg;
	struct vcpu *target = find_vcpu(v, b->vcpu);
	struct evtchn *chn;
	long rc;

	if (!target)
		return -XEN_ENOENT;
	event_lock();
	rc = evtchn_new_port(v->domain, ECS_IPI, target, &chn);
	event_unlock();
	b->port = rc;
	return MIN(rc, 0L);
}

long evtchn_close(struct vcpu *v, void *arg)
{
	u32 port = ((struct evtchn_close *)arg)->port;
	struct evtchn *chn;
	long rc = -XEN_EINVAL;

	event_lock();
	chn = evtchn_of(v->domain, port);
	if (evtchn_is_used(chn)) {
		close_port(v->domain, chn, port);
		rc = 0;
	}
	event_unlock();
	return rc;
}

/* Under the lock. 1: the other end is the stub's. */
static inline long send(struct domain *d, u64 port)
{
	struct evtchn *chn = &d->events.evtchn[port];

	if (unlikely(port >= d->events.ports))
		return -XEN_EINVAL;
	if (likely(chn->state == ECS_IPI)) {
		set_pending(d, chn, port);
		return 0;
	}
	if (likely(chn->state == ECS_INTERDOMAIN)) {
		set_pending(chn->remote, &chn->remote->events.evtchn[chn->remote_port], chn->remote_port);
		return 0;
	}
	if (chn->state == ECS_STUB)
		return 1;
	return chn->state == ECS_UNBOUND ? 0 : -XEN_EINVAL;	/* unbound: nobody hears it */
}

long evtchn_send(struct vcpu *v, void *arg)
{
	u32 port = ((struct evtchn_send *)arg)->port;
	struct domain *d = v->domain;
	bool (*notify)(struct domain *d) = NULL;
	long rc;

	event_lock();
	rc = send(d, port);
	if (rc > 0)
		notify = evtchn_of(d, port)->notify;
	event_unlock();
	if (!notify)
		return rc;
	/* Without the lock: it may signal the guest. */
	return notify(d) ? hypercall_again(v, 0) : 0;
}

/*
 * The hottest of all hypercalls, past the dispatcher (tests/guests/evtchn.c counts its instructions). True: it is done,
 * and returns the 0 that is in a0. False: it is not as simple as that, nothing has happened.
 */
bool evtchn_send_quick(struct vcpu *v, u64 port)
{
	long rc;

	if (unlikely(!spin_trylock(&lock)))
		return false;
	rc = send(v->domain, port);
	spin_unlock(&lock);
	return likely(!rc);
}

static void tell_status(const struct evtchn *chn, struct evtchn_status *s)
{
	s->status = EVTCHNSTAT_closed;
	s->vcpu = chn->state == ECS_FREE || chn->state == ECS_RESERVED ? 0 : chn->vcpu->id;
	switch (chn->state) {
	case ECS_UNBOUND:
		s->status = EVTCHNSTAT_unbound;
		s->u.unbound.dom = chn->remote_dom;
		break;
	case ECS_INTERDOMAIN:
		s->status = EVTCHNSTAT_interdomain;
		s->u.interdomain.dom = chn->remote->id;
		s->u.interdomain.port = chn->remote_port;
		break;
	case ECS_STUB:
		s->status = EVTCHNSTAT_interdomain;
		s->u.interdomain.dom = DOMID_XEN;
		s->u.interdomain.port = 0;
		break;
	case ECS_VIRQ:
		s->status = EVTCHNSTAT_virq;
		s->u.virq = chn->virq;
		break;
	case ECS_IPI:
		s->status = EVTCHNSTAT_ipi;
		break;
	case ECS_PIRQ:
		s->status = EVTCHNSTAT_pirq;
		s->u.pirq = chn->pirq;
		break;
	}
}

long evtchn_status(struct vcpu *v, void *arg)
{
	struct evtchn_status *s = arg;
	const struct evtchn *chn;
	struct domain *d;
	long rc = 0;

	event_lock();
	d = find(v, s->dom, &rc);
	chn = d ? evtchn_of(d, s->port) : NULL;
	if (d && !chn)
		rc = -XEN_EINVAL;
	if (!rc)
		tell_status(chn, s);
	event_unlock();
	return rc;
}

static long bind_vcpu(struct evtchn *chn, struct vcpu *target)
{
	if (!evtchn_is_used(chn) || chn->state == ECS_IPI || (chn->state == ECS_VIRQ && is_vcpu_virq(chn->virq)))
		return -XEN_EINVAL;
	chn->vcpu = target;
	return 0;
}

long evtchn_bind_vcpu(struct vcpu *v, void *arg)
{
	struct evtchn_bind_vcpu *b = arg;
	struct vcpu *target = find_vcpu(v, b->vcpu);
	long rc;

	if (!target)
		return -XEN_ENOENT;
	event_lock();
	rc = bind_vcpu(evtchn_of(v->domain, b->port), target);
	event_unlock();
	return rc;
}

long evtchn_unmask(struct vcpu *v, void *arg)
{
	u32 port = ((struct evtchn_unmask *)arg)->port;
	struct domain *d = v->domain;
	struct evtchn *chn;

	event_lock();
	chn = evtchn_of(d, port);
	if (evtchn_is_used(chn) && d->events.fifo)
		evtchn_fifo_unmask(d, chn, port);
	else if (evtchn_is_used(chn))
		evtchn_2l_unmask(d, chn, port);
	event_unlock();
	return chn ? 0 : -XEN_EINVAL;
}

void evtchn_close_port(struct domain *d, u32 port)
{
	struct evtchn *chn = evtchn_of(d, port);

	if (evtchn_is_used(chn))
		close_port(d, chn, port);
}

static long reset(struct vcpu *v, domid_t id)
{
	long rc = 0;
	struct domain *d = find(v, id, &rc);

	if (rc)
		return rc;
	/* Another's only while it is paused, which nobody can here. */
	if (d != v->domain)
		return -XEN_EINVAL;
	for (u32 port = hypercall_progress(v); port < d->events.ports; port++) {
		if (port % PORTS_PER_UNIT == 0 && port && hypercall_preempt(v, 1))
			return hypercall_again(v, port);
		evtchn_close_port(d, port);
	}
	evtchn_fifo_leave(d);
	return 0;
}

long evtchn_reset(struct vcpu *v, void *arg)
{
	long rc;

	event_lock();
	rc = reset(v, ((struct evtchn_reset *)arg)->dom);
	event_unlock();
	return rc;
}
