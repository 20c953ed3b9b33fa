// SPDX-License-Identifier: GPL-2.0
/* Event channels, for the rest of the stub: the upcall's line, ports of its own, a domain's beginning and end. */
#include "domain.h"
#include "std.h"
#include "stub.h"
#include "vcpu.h"
#include "xen.h"

void event_settle(struct vcpu *v)
{
	const u8 *pending = &v->events.info->evtchn_upcall_pending;

	if (READ_ONCE(*pending))
		return;
	__atomic_fetch_and(&v->sip, ~v->events.line, __ATOMIC_SEQ_CST);
	/* Cleared before evtchn_upcall_pending is read: see event_upcall(). */
	smp_mb();
	if (unlikely(READ_ONCE(*pending)))
		__atomic_fetch_or(&v->sip, v->events.line, __ATOMIC_SEQ_CST);
}

/* Also of a guest whose interrupt goes without: it does no harm. */
long riscv_upcall_ack(struct vcpu *v, void *arg)
{
	event_settle(v);
	return 0;
}

/* --- from within the stub --- */

/* Under the lock. */
void evtchn_raise_virq(struct vcpu *v, u32 virq)
{
	u32 port = v->events.virq_port[virq];

	if (port)
		evtchn_set_pending(v->domain, evtchn_of(v->domain, port), port);
}

/* Asks every guest to print its state: a key of the stub's console. */
void evtchn_debug(void)
{
	event_lock();
	for (unsigned int i = 0; i < nr_domains; i++)
		for (unsigned int n = 0; domains[i]->events.live && n < domains[i]->nr_vcpus; n++)
			evtchn_raise_virq(domains[i]->vcpu[n], VIRQ_DEBUG);
	event_unlock();
}

/* A port of the domain whose other end is the stub's: notify is called when the guest signals it. */
int evtchn_alloc_for_stub(struct domain *d, bool (*notify)(struct domain *d))
{
	struct evtchn *chn;
	long rc;

	event_lock();
	rc = evtchn_new_port(d, ECS_STUB, d->vcpu[0], &chn);
	if (rc >= 0)
		chn->notify = notify;
	event_unlock();
	return rc;
}

/* Signals the guest's end, if the guest has not closed it. */
void evtchn_notify_guest(struct domain *d, u32 port)
{
	struct evtchn *chn;

	event_lock();
	chn = d->events.live ? evtchn_of(d, port) : NULL;
	if (chn && chn->state == ECS_STUB)
		evtchn_set_pending(d, chn, port);
	event_unlock();
}

/* --- a domain's beginning and end --- */

/* Under the lock. The other ends of its channels become unbound. */
static void close_all(struct domain *d)
{
	for (u32 port = 0; port < d->events.ports; port++)
		evtchn_close_port(d, port);
	evtchn_fifo_leave(d);
	for (unsigned int i = 0; i < d->nr_vcpus; i++)
		vcpu_events_reset(d->vcpu[i]);
	watchdogs_reset(d);
	d->events.ports = EVTCHN_BUCKET;
	d->events.pollers = 0;
	d->events.shutdown_latched = false;
}

int domain_events_init(struct domain *d)
{
	d->shared_info = domain_pool_alloc(d, PAGE_SIZE);
	d->events.evtchn = domain_pool_alloc(d, EVTCHN_MAX * sizeof(struct evtchn));
	if (!d->shared_info || !d->events.evtchn)
		return -XEN_ENOMEM;
	d->events.evtchn[0].state = ECS_RESERVED;	/* a port, and nobody's */
	event_lock();
	close_all(d);
	d->events.live = true;
	event_unlock();
	return 0;
}

void domain_events_reset(struct domain *d)
{
	event_lock();
	close_all(d);
	memset(d->shared_info, 0, PAGE_SIZE);
	event_unlock();
}

/* Who manages domains hears of it. */
void domain_events_destroy(struct domain *d)
{
	event_lock();
	if (d->events.live)
		close_all(d);
	d->events.live = false;
	for (unsigned int i = 0; i < nr_domains; i++)
		if (domain_is_privileged(domains[i]) && domains[i]->events.live)
			evtchn_raise_virq(domains[i]->vcpu[0], VIRQ_DOM_EXC);
	event_unlock();
}

/* SBI hart_start has cleared what was pending. */
void vcpu_events_start(struct vcpu *v)
{
	if (READ_ONCE(v->events.info->evtchn_upcall_pending))
		__atomic_fetch_or(&v->sip, v->events.line, __ATOMIC_RELEASE);
}

static bool is_masked(const struct domain *d, u32 port)
{
	const event_word_t *word = evtchn_fifo_word(d, port);

	if (!d->events.fifo)
		return READ_ONCE(d->shared_info->evtchn_mask[port / 64]) & BIT(port % 64);
	return word && READ_ONCE(*word) & 1U << EVTCHN_FIFO_MASKED;
}

static bool is_linked(const struct domain *d, u32 port)
{
	const event_word_t *word = evtchn_fifo_word(d, port);

	return word && READ_ONCE(*word) & 1U << EVTCHN_FIFO_LINKED;
}

/* What the port is, and what is at its other end */
static void name_port(char *buf, size_t size, const struct evtchn *chn)
{
	switch (chn->state) {
	case ECS_UNBOUND:
		snprintk(buf, size, "unbound, for d%u", chn->remote_dom);
		break;
	case ECS_INTERDOMAIN:
		snprintk(buf, size, "to d%u port %u", chn->remote->id, chn->remote_port);
		break;
	case ECS_VIRQ:
		snprintk(buf, size, "virq %u", chn->virq);
		break;
	case ECS_PIRQ:
		snprintk(buf, size, "pirq %u", chn->pirq);
		break;
	default:
		snprintk(buf, size, "%s", chn->state == ECS_IPI ? "ipi" : "stub");
	}
}

static void print_port(struct domain *d, u32 port, const struct evtchn *chn)
{
	char name[40];

	name_port(name, sizeof(name), chn);
	printk("  d%u port %u v%u %s%s%s%s\n", d->id, port, chn->vcpu->id, name,
	       evtchn_is_pending(d, port) ? ", pending" : "", is_masked(d, port) ? ", masked" : "",
	       is_linked(d, port) ? ", linked" : "");
}

/* A key of the stub's console. */
void evtchn_print(void)
{
	event_lock();
	for (unsigned int i = 0; i < nr_domains; i++) {
		struct domain *d = domains[i];

		for (u32 port = 1; d->events.live && port < d->events.ports; port++)
			if (evtchn_is_used(evtchn_of(d, port)))
				print_port(d, port, evtchn_of(d, port));
	}
	event_unlock();
}

u32 evtchn_count(void)
{
	u32 nr = 0;

	event_lock();
	for (unsigned int i = 0; i < nr_domains; i++)
		for (u32 port = 1; domains[i]->events.live && port < domains[i]->events.ports; port++)
			nr += evtchn_is_used(evtchn_of(domains[i], port));
	event_unlock();
	return nr;
}
