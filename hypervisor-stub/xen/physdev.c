// SPDX-License-Identifier: GPL-2.0
/*
 * The machine's interrupts as event channels, for domains that have devices (core/devices.c): a pirq is a source of the
 * PLIC. All others are told that there is no such hypercall. All of it is under the event lock.
 */
#include "domain.h"
#include "plic.h"
#include "std.h"
#include "stub.h"
#include "xen.h"

static struct pirq {
	struct domain *domain;	/* whose it is; NULL: nobody's */
	u32 port;		/* 0: not bound */
	bool in_service;	/* claimed, and not completed */
} pirqs[PLIC_MAX];

/* NULL: not d's. */
static struct pirq *pirq_of(const struct domain *d, u32 n)
{
	return n < PLIC_MAX && pirqs[n].domain == d ? &pirqs[n] : NULL;
}

bool pirq_give(struct domain *d, u32 pirq)
{
	struct pirq *p = &pirqs[pirq];
	bool mine;

	event_lock();
	mine = !p->domain || p->domain == d;
	if (mine)
		p->domain = d;
	event_unlock();
	return mine;
}

/* Its ports are closed. */
void pirq_take(struct domain *d)
{
	event_lock();
	for (u32 i = 0; i < PLIC_MAX; i++)
		if (pirqs[i].domain == d)
			pirqs[i].domain = NULL;
	event_unlock();
}

static void end_service(u32 n)
{
	if (pirqs[n].in_service)
		plic_complete(n);
	pirqs[n].in_service = false;
}

/* One that is not bound is not enabled either: it came while it was closed. */
void pirq_raise(u32 n)
{
	struct pirq *p = &pirqs[n < PLIC_MAX ? n : 0];

	event_lock();
	if (p->port) {
		p->in_service = true;
		evtchn_set_pending(p->domain, evtchn_of(p->domain, p->port), p->port);
	} else {
		/* Claimed before that. Its completion counts while it is enabled only. */
		plic_enable(n, true);
		plic_complete(n);
		plic_enable(n, false);
	}
	event_unlock();
}

static long bind(struct domain *d, struct evtchn_bind_pirq *b)
{
	struct pirq *p = pirq_of(d, b->pirq);
	struct evtchn *chn;
	long port;

	if (!p)
		return -XEN_EINVAL;
	if (p->port)
		return -XEN_EEXIST;
	port = evtchn_new_port(d, ECS_PIRQ, d->vcpu[0], &chn);
	if (port < 0)
		return port;
	chn->pirq = b->pirq;
	p->port = port;
	b->port = port;
	plic_enable(b->pirq, true);
	return 0;
}

long evtchn_bind_pirq(struct vcpu *v, void *arg)
{
	long rc;

	event_lock();
	rc = bind(v->domain, arg);
	event_unlock();
	return rc;
}

/* Completed first: afterwards the PLIC would take no notice. */
void pirq_unbind(struct evtchn *chn)
{
	end_service(chn->pirq);
	plic_enable(chn->pirq, false);
	pirqs[chn->pirq].port = 0;
}

/* What is not named below, and all of it for a domain without devices, whatever the argument. */
long do_physdev_op(struct vcpu *v, const u64 *a)
{
	return -XEN_ENOSYS;
}

long physdev_eoi(struct vcpu *v, void *arg)
{
	struct physdev_eoi e;
	long rc = -XEN_EINVAL;

	if (!v->domain->cfg.nr_passed)
		return -XEN_ENOSYS;
	if (copy_from_guest(v, &e, v->call.arg[1], sizeof(e)))
		return -XEN_EFAULT;
	event_lock();
	if (pirq_of(v->domain, e.irq)) {
		end_service(e.irq);
		rc = 0;
	}
	event_unlock();
	return rc;
}

long physdev_irq_status_query(struct vcpu *v, void *arg)
{
	struct physdev_irq_status_query q;

	if (!v->domain->cfg.nr_passed)
		return -XEN_ENOSYS;
	if (copy_from_guest(v, &q, v->call.arg[1], sizeof(q)))
		return -XEN_EFAULT;
	if (!pirq_of(v->domain, q.irq))
		return -XEN_EINVAL;
	q.flags = XENIRQSTAT_needs_eoi;
	return copy_to_guest(v, v->call.arg[1], &q, sizeof(q));
}
