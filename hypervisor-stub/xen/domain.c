// SPDX-License-Identifier: GPL-2.0
/* What the hypercalls keep of a domain, from its start to its end. */
#include "std.h"
#include "stub.h"
#include "xen.h"
#include "xenstore.h"

/*
 * Pages of the pool that the domain finds at fixed addresses, and the parameters that say so. The wall clock in
 * shared_info stays 0: the stub drives no clock of the machine, and nothing sets it.
 */
static int give_pages(struct domain *d)
{
	struct domain_xen *x = &d->xen;
	int port = evtchn_alloc_for_stub(d, console_ring_notified);

	if (port < 0 || p2m_set(d, MAGIC_CONSOLE, va_to_pa(x->console), P2M_STUB))
		return -1;
	x->console_port = port;
	x->params[HVM_PARAM_CONSOLE_PFN] = MAGIC_CONSOLE >> PAGE_SHIFT;
	x->params[HVM_PARAM_CONSOLE_EVTCHN] = port;
	return xenstore_start(d);
}

#define XEN_ROOM	(64UL << 10)	/* shared pages and ports */

u64 xen_domain_room(const struct domain *d)
{
	return XEN_ROOM + grants_room(&d->cfg) + xenstore_pool_size(d);
}

int xen_domain_init(struct domain *d)
{
	d->xen.console = domain_pool_alloc(d, PAGE_SIZE);
	if (!d->xen.console || domain_events_init(d) || grants_init(d) || xenstore_init(d))
		return -1;
	return give_pages(d);
}

void xen_domain_stop(struct domain *d)
{
	xenstore_stop(d);
	domain_events_reset(d);
}

int xen_domain_start(struct domain *d)
{
	struct domain_xen *x = &d->xen;

	grants_reset(d);
	memset(x->console, 0, PAGE_SIZE);
	memset(x->params, 0, sizeof(x->params));
	x->console_used = false;
	x->shared_frame = 0;
	x->vm_assist = 0;
	return give_pages(d);
}

/* Its other vCPUs should be stopped; if they are not, the domain harms itself. */
long xen_domain_soft_reset(struct vcpu *v)
{
	struct domain *d = v->domain;
	long ret;

	grants_unmap_all(v);
	vcpu_lock(v, &d->p2m_lock);
	memory_uncover(v, d);
	xen_domain_stop(d);
	ret = xen_domain_start(d) ? -XEN_ENOMEM : 0;
	p2m_flush(v, d);
	spin_unlock(&d->p2m_lock);
	return ret;
}

void xen_domain_destroy(struct domain *d)
{
	xenstore_stop(d);
	grants_leave(d);
	domain_events_destroy(d);
}
