// SPDX-License-Identifier: GPL-2.0
/* Yielding, waiting, ending; and the watchdogs of domains. */
#include "domain.h"
#include "smp.h"
#include "stub.h"
#include "vcpu.h"
#include "xen.h"

#define POLL_MAX	128	/* ports */

static u32 watchdogs;		/* in use, of all domains; under the event lock */

long sched_op_yield(struct vcpu *v, void *arg)
{
	sched_yield(v);
	return 0;
}

long sched_op_block(struct vcpu *v, void *arg)
{
	/*
	 * Also where the upcall's interrupt is not enabled in sie: a guest that takes none need not acknowledge any,
	 * and while one is asserted the next event tells nobody.
	 */
	event_settle(v);
	v->events.any_event = true;
	v->ops->wait(v);
	return 0;
}

/* --- poll --- */

/* One of the ports is pending: 1; none: 0; or an error. */
static long look_at_ports(struct vcpu *v, const u32 *ports, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		if (!evtchn_of(v->domain, ports[i]))
			return -XEN_EINVAL;
		if (evtchn_is_pending(v->domain, ports[i]))
			return 1;
	}
	return 0;
}

long sched_op_poll(struct vcpu *v, void *arg)
{
	const struct sched_poll *p = arg;
	u32 ports[POLL_MAX];
	long rc;

	if (p->nr_ports > POLL_MAX)
		return -XEN_EINVAL;
	if (copy_from_guest(v, ports, p->ports.q, p->nr_ports * sizeof(ports[0])))
		return -XEN_EFAULT;
	/* Under the lock: who signals one of them after our look finds us waiting. */
	event_lock();
	rc = look_at_ports(v, ports, p->nr_ports);
	if (!rc) {
		v->domain->events.pollers |= BIT(v->id);
		v->events.polling = true;
		v->events.poll_irqs = v->ops->irqs_on(v);
		v->events.poll_port = p->nr_ports == 1 ? ports[0] : 0;
		v->events.poll_end = p->timeout ? ticks_of(p->timeout) : TIME_NEVER;
		v->ops->wait(v);
		time_program(v->events.poll_end);
	}
	event_unlock();
	return MIN(rc, 0L);
}

/* --- ending --- */

/* Of the domain of v, which need not be the one that runs here. */
static void end(struct vcpu *v, u8 reason)
{
	static const char *const why[] = { [SHUTDOWN_crash] = "it says that it cannot go on",
					   [SHUTDOWN_watchdog] = "its watchdog has expired" };

	switch (reason) {
	case SHUTDOWN_poweroff:
		domain_end(v, DOMAIN_POWEROFF);
		break;
	case SHUTDOWN_reboot:
		domain_end(v, DOMAIN_REBOOT);
		break;
	case SHUTDOWN_crash:
	case SHUTDOWN_watchdog:
		domain_crash(v, "%s", why[reason]);
		break;
	default:
		domain_crash(v, "it shuts down for reason %u", reason);
		break;
	}
}

/* What SCHEDOP_shutdown_code has said before. */
static u8 latched(const struct domain *d, u8 reason)
{
	return d->events.shutdown_latched ? d->events.shutdown_reason : reason;
}

long sched_op_shutdown_code(struct vcpu *v, void *arg)
{
	struct domain_events *e = &v->domain->events;

	event_lock();
	if (!e->shutdown_latched)
		e->shutdown_reason = ((struct sched_shutdown *)arg)->reason;
	e->shutdown_latched = true;
	event_unlock();
	return 0;
}

/*
 * There is nobody to save or to rebuild a domain. Suspend returns 1: it was cancelled, as by a toolstack that could
 * not. A soft reset is what the stub does itself.
 */
long sched_op_shutdown(struct vcpu *v, void *arg)
{
	u8 reason = latched(v->domain, ((struct sched_shutdown *)arg)->reason);

	if (reason == SHUTDOWN_suspend)
		return 1;
	if (reason == SHUTDOWN_soft_reset)
		return xen_domain_soft_reset(v);
	end(v, reason);
	return 0;
}

/* A domain that runs somewhere else, or nowhere. */
static void end_held(struct domain *d, u8 reason)
{
	end(d->vcpu[0], latched(d, reason));
	sched_release(d);
}

/* What would be no end if it did it itself, is one if another wants it. */
long sched_op_remote_shutdown(struct vcpu *v, void *arg)
{
	const struct sched_remote_shutdown *r = arg;
	struct domain *d;
	bool held;
	long rc;

	if (r->domain_id == DOMID_SELF)
		return -XEN_ESRCH;
	rc = domain_get_target(v, r->domain_id, &d);
	if (rc)
		return rc;
	if (!domain_is_privileged(v->domain)) {
		domain_put(v, d);
		return -XEN_EPERM;
	}
	held = sched_hold(d);
	domain_put(v, d);
	if (held)
		end_held(d, r->reason);
	return 0;
}

/* --- watchdogs --- */

static void watchdog_set(struct domain *d, unsigned int i, u64 deadline)
{
	watchdogs -= d->events.watchdog[i] && d->events.watchdog[i] != TIME_NEVER;
	watchdogs += deadline != TIME_NEVER;
	WRITE_ONCE(d->events.watchdog[i], deadline);
}

void watchdogs_reset(struct domain *d)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(d->events.watchdog); i++)
		watchdog_set(d, i, TIME_NEVER);
}

static long watchdog_new(struct domain *d, u64 deadline)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(d->events.watchdog); i++) {
		if (d->events.watchdog[i] != TIME_NEVER)
			continue;
		watchdog_set(d, i, deadline);
		return i + 1;
	}
	return -XEN_ENOSPC;
}

static long watchdog(struct domain *d, u32 id, u32 timeout)
{
	u64 deadline = now() + timeout * timebase;

	if (id > ARRAY_SIZE(d->events.watchdog))
		return -XEN_EINVAL;
	if (!id)
		return watchdog_new(d, deadline);
	if (d->events.watchdog[id - 1] == TIME_NEVER)
		return -XEN_EINVAL;
	watchdog_set(d, id - 1, timeout ? deadline : TIME_NEVER);
	return 0;
}

long sched_op_watchdog(struct vcpu *v, void *arg)
{
	const struct sched_watchdog *w = arg;
	long rc;

	event_lock();
	rc = watchdog(v->domain, w->id, w->timeout);
	event_unlock();
	return rc;
}

/* Now and then, on one hart: they are seconds. */
void watchdogs_expire(u64 t)
{
	if (likely(!READ_ONCE(watchdogs)))
		return;
	for (unsigned int i = 0; i < nr_domains; i++) {
		struct domain *d = domains[i];

		for (unsigned int n = 0; n < ARRAY_SIZE(d->events.watchdog); n++)
			if (READ_ONCE(d->events.watchdog[n]) <= t && d->events.live && sched_hold(d))
				end_held(d, SHUTDOWN_watchdog);
	}
}
