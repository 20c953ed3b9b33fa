// SPDX-License-Identifier: GPL-2.0
/* sched_op: yielding, waiting, ending, watchdogs. */
#include "xt.h"

#define NOBODY	0x1234

static long poll(void *ports, unsigned int n, uint64_t timeout)
{
	struct sched_poll p = { .ports.p = ports, .nr_ports = n, .timeout = timeout };

	return sched_op(SCHEDOP_poll, &p);
}

static long watchdog(unsigned int id, unsigned int timeout)
{
	struct sched_watchdog w = { .id = id, .timeout = timeout };

	return sched_op(SCHEDOP_watchdog, &w);
}

CLAIM("sched.yield", "others may run first", 0)
{
	return sched_op(SCHEDOP_yield, NULL);
}

CLAIM("sched.yield.argument", "it has no argument, so none is looked at", 0)
{
	return sched_op(SCHEDOP_yield, AT_UNMAPPED);
}

CLAIM("sched.block.pending", "waiting ends at once when an event is there, though interrupts are off", 1)
{
	long port = ev_ipi(0);

	MUST(port > 0);
	set_masked(port, false);
	MUST(!ev_send(port));
	MUST(!sched_op(SCHEDOP_block, NULL));
	irq_off();		/* Arm's call switches them on */
	return pending(port) || fired[port];
}

CLAIM("sched.poll.none", "no ports and a time that has passed", 0)
{
	return poll(NULL, 0, 1);
}

CLAIM("sched.poll.pending", "a port that is pending ends it at once", 0)
{
	evtchn_port_t port = ev_ipi(0);

	MUST(!ev_send(port));
	return poll(&port, 1, 0);
}

CLAIM("sched.poll.pending.masked", "masked or not", 0)
{
	evtchn_port_t port = ev_ipi(0);

	set_masked(port, true);
	MUST(!ev_send(port));
	return poll(&port, 1, 0);
}

CLAIM("sched.poll.keeps-pending", "it does not take the event", 1)
{
	evtchn_port_t port = ev_ipi(0);

	MUST(!ev_send(port) && !poll(&port, 1, 0));
	return pending(port);
}

CLAIM("sched.poll.second-pending", "the second of two as well", 0)
{
	evtchn_port_t ports[2] = { ev_ipi(0), ev_ipi(0) };

	MUST(!ev_send(ports[1]));
	return poll(ports, 2, 0);
}

CLAIM("sched.poll.timeout", "or the time does, not before it has come", 1)
{
	evtchn_port_t port = ev_ipi(0);
	uint64_t until = system_time() + 30000000;

	MUST(!poll(&port, 1, until));
	return system_time() + 5000000 >= until;
}

CLAIM("sched.poll.past", "a time that has passed ends it", 0)
{
	evtchn_port_t port = ev_ipi(0);

	return poll(&port, 1, 1);
}

CLAIM("sched.poll.never-created.xsa-221", "XSA-221: a port that never was", -XEN_EINVAL)
{
	evtchn_port_t port = 0x7fffffff;

	return poll(&port, 1, 1);
}

CLAIM("sched.poll.not-yet.xsa-221", "XSA-221: a port in reach that is not open: no harm", 1)
{
	evtchn_port_t port = 900;
	long err = poll(&port, 1, 1);

	return err == 0 || err == -XEN_EINVAL;
}

CLAIM("sched.poll.too-many", "no more than 128 ports", -XEN_EINVAL)
{
	return poll(page_get(), 129, 1);
}

CLAIM("sched.poll.count-huge", "by far", -XEN_EINVAL)
{
	return poll((void *)AT_UNMAPPED, -1U, 1);
}

CLAIM("sched.poll.unmapped", "a list that is not mapped", -XEN_EFAULT)
{
	return poll((void *)AT_UNMAPPED, 1, 1);
}

CLAIM("sched.poll.half-mapped", "by half", -XEN_EFAULT)
{
	evtchn_port_t *p = half_mapped(4 * sizeof(*p)), port = ev_ipi(0);

	p[0] = p[1] = port;
	return poll(p, 4, 1);
}

CLAIM("sched.poll.128", "but 128", 0)
{
	evtchn_port_t *p = page_get(), port = ev_ipi(0);

	for (int i = 0; i < 128; i++)
		p[i] = port;
	return poll(p, 128, 1);
}

static void send_later(void *port)
{
	wait_for(false, 20);
	ev_send((long)port);
}

CLAIM("sched.poll.woken", "an event from another vCPU ends it, long before its time", 1)
{
	evtchn_port_t port;
	unsigned long start;

	if (!second_cpu())
		return skip("there is one vCPU");
	port = ev_ipi(0);
	set_masked(port, true);
	start = arch_ticks();
	cpu_run(send_later, (void *)(long)port);
	MUST(!poll(&port, 1, system_time() + 10000000000UL));
	MUST(cpu_wait());
	return pending(port) && ns_since(start) < 5000000000UL;
}

CLAIM("sched.poll.woken.one-of-several", "whichever port it is for", 1)
{
	evtchn_port_t ports[3];

	if (!second_cpu())
		return skip("there is one vCPU");
	for (int i = 0; i < 3; i++) {
		ports[i] = ev_ipi(0);
		set_masked(ports[i], true);
	}
	cpu_run(send_later, (void *)(long)ports[2]);
	MUST(!poll(ports, 3, system_time() + 10000000000UL));
	MUST(cpu_wait());
	return pending(ports[2]);
}

CLAIM("sched.remote_shutdown.nobody", "a domain that there is not cannot be ended", -XEN_ESRCH)
{
	struct sched_remote_shutdown r = { .domain_id = NOBODY, .reason = SHUTDOWN_poweroff };

	return sched_op(SCHEDOP_remote_shutdown, &r);
}

CLAIM("sched.remote_shutdown.self", "DOMID_SELF is no other domain", -XEN_ESRCH)
{
	struct sched_remote_shutdown r = { .domain_id = DOMID_SELF, .reason = SHUTDOWN_poweroff };

	return sched_op(SCHEDOP_remote_shutdown, &r);
}

CLAIM("sched.remote_shutdown.other", "another domain, without the right to", -XEN_EPERM)
{
	struct sched_remote_shutdown r = { .domain_id = other_domain(), .reason = SHUTDOWN_poweroff };

	if (is_dom0)
		return skip("the initial domain may");
	return sched_op(SCHEDOP_remote_shutdown, &r);
}

CLAIM("sched.watchdog.new", "a new one gets the first number", 1)
{
	long id = watchdog(0, 1000);

	MUST(id > 0 && !watchdog(id, 0));
	return id;
}

CLAIM("sched.watchdog.set-again", "it can be set again", 0)
{
	long id = watchdog(0, 1000), err;

	MUST(id > 0);
	err = watchdog(id, 2000);
	MUST(!watchdog(id, 0));
	return err;
}

CLAIM("sched.watchdog.given-back", "one that was given back is none", -XEN_EINVAL)
{
	long id = watchdog(0, 1000);

	MUST(id > 0 && !watchdog(id, 0));
	return watchdog(id, 1000);
}

CLAIM("sched.watchdog.given-back-twice", "nor is it given back twice", -XEN_EINVAL)
{
	long id = watchdog(0, 1000);

	MUST(id > 0 && !watchdog(id, 0));
	return watchdog(id, 0);
}

CLAIM("sched.watchdog.unknown", "a number that none has", -XEN_EINVAL)
{
	return watchdog(1000, 1000);
}

CLAIM("sched.watchdog.huge", "nor the last of all", -XEN_EINVAL)
{
	return watchdog(-1U, 1000);
}

CLAIM("sched.watchdog.limit", "there are two", -XEN_ENOSPC)
{
	long one = watchdog(0, 1000), two = watchdog(0, 1000), three = watchdog(0, 1000);

	MUST(one > 0 && two > 0);
	if (three > 0)
		watchdog(three, 0);
	MUST(!watchdog(one, 0) && !watchdog(two, 0));
	return three;
}

CLAIM("sched.shutdown_code", "the reason of a later end can be said before", 0)
{
	struct sched_shutdown s = { .reason = SHUTDOWN_poweroff };

	return sched_op(SCHEDOP_shutdown_code, &s);
}
