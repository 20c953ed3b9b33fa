// SPDX-License-Identifier: GPL-2.0
/* event_channel_op: what ports are and become. Delivery is apart. */
#include "xt.h"

#define NOBODY		0x1234
#define NO_VCPU		1000
#define FAR_PORT	0x7fffffffU

static unsigned int a, b;		/* a channel's ends */
static struct evtchn_status st;

CLAIM("evtchn.alloc_unbound.self", "a port that one may connect to oneself", 1)
{
	return ev_alloc(DOMID_SELF, DOMID_SELF) > 0;
}

CLAIM("evtchn.alloc_unbound.remote", "a port that another domain may connect to", 1)
{
	return ev_alloc(DOMID_SELF, other_domain()) > 0;
}

CLAIM("evtchn.alloc_unbound.lowest", "the lowest free port is taken", 1)
{
	long one = ev_alloc(DOMID_SELF, DOMID_SELF), two = ev_alloc(DOMID_SELF, DOMID_SELF);

	MUST(one > 0 && two > one && !ev_close(one));
	return ev_alloc(DOMID_SELF, DOMID_SELF) == one;
}

CLAIM("evtchn.alloc_unbound.other", "ports of another domain: for the initial domain only", is_dom0 ? 1 : -XEN_EPERM)
{
	long port = ev_alloc(other_domain(), DOMID_SELF);

	return port > 0 ? 1 : port;
}

CLAIM("evtchn.alloc_unbound.nobody", "in a domain that there is not", -XEN_ESRCH)
{
	return ev_alloc(NOBODY, DOMID_SELF);
}

CLAIM("evtchn.alloc_unbound.invalid", "in DOMID_INVALID", -XEN_ESRCH)
{
	return ev_alloc(DOMID_INVALID, DOMID_SELF);
}

CLAIM("evtchn.alloc_unbound.read-only", "a port that cannot be told", -XEN_EFAULT)
{
	struct evtchn_alloc_unbound v = { .dom = DOMID_SELF, .remote_dom = DOMID_SELF };
	char *page = page_get();

	memcpy(page, &v, sizeof(v));
	vm_map(AT_RO + PAGE_SIZE, (unsigned long)page, VM_RO);
	return event_op(EVTCHNOP_alloc_unbound, AT_RO + PAGE_SIZE);
}

CLAIM("evtchn.alloc_unbound.crossing", "an argument across the end of a page", 1)
{
	struct evtchn_alloc_unbound *p = crossing(sizeof(*p)), v = { .dom = DOMID_SELF, .remote_dom = DOMID_SELF };

	memcpy(p, &v, sizeof(v));
	MUST(!event_op(EVTCHNOP_alloc_unbound, p));
	memcpy(&v, p, sizeof(v));
	MUST(!ev_status(v.port, &st));
	return st.status;
}

CLAIM("evtchn.alloc_unbound.unaligned", "at any address", EVTCHNSTAT_unbound)
{
	char *p = page_get();
	struct evtchn_alloc_unbound v = { .dom = DOMID_SELF, .remote_dom = DOMID_SELF };

	memcpy(p + 1, &v, sizeof(v));
	MUST(!event_op(EVTCHNOP_alloc_unbound, p + 1));
	memcpy(&v, p + 1, sizeof(v));
	MUST(!ev_status(v.port, &st));
	return st.status;
}

CLAIM("evtchn.bind_interdomain.self", "both ends of a channel in one domain", 0)
{
	return ev_loop(&a, &b);
}

CLAIM("evtchn.bind_interdomain.pending", "the new port is pending: what was sent before may be lost", 1)
{
	MUST(!ev_loop(&a, &b));
	return pending(b);
}

CLAIM("evtchn.bind_interdomain.twice", "a port is connected once", -XEN_EINVAL)
{
	MUST(!ev_loop(&a, &b));
	return ev_bind(DOMID_SELF, a);
}

CLAIM("evtchn.bind_interdomain.port-0", "port 0 is none", -XEN_EINVAL)
{
	return ev_bind(DOMID_SELF, 0);
}

CLAIM("evtchn.bind_interdomain.closed", "a port that is closed", -XEN_EINVAL)
{
	long port = ev_alloc(DOMID_SELF, DOMID_SELF);

	MUST(port > 0 && !ev_close(port));
	return ev_bind(DOMID_SELF, port);
}

CLAIM("evtchn.bind_interdomain.port-huge", "a port past all numbers", -XEN_EINVAL)
{
	return ev_bind(DOMID_SELF, FAR_PORT);
}

CLAIM("evtchn.bind_interdomain.port-last", "the last of all numbers", -XEN_EINVAL)
{
	return ev_bind(DOMID_SELF, -1U);
}

CLAIM("evtchn.bind_interdomain.reserved-for-other", "a port that waits for another domain", -XEN_EINVAL)
{
	long port = ev_alloc(DOMID_SELF, other_domain());

	MUST(port > 0);
	return ev_bind(DOMID_SELF, port);
}

CLAIM("evtchn.bind_interdomain.ipi", "a port of another kind", -XEN_EINVAL)
{
	long port = ev_ipi(0);

	MUST(port > 0);
	return ev_bind(DOMID_SELF, port);
}

CLAIM("evtchn.bind_interdomain.nobody", "of a domain that there is not", -XEN_ESRCH)
{
	return ev_bind(NOBODY, 1);
}

CLAIM("evtchn.bind_interdomain.leaks-nothing", "what fails takes no port", 1)
{
	long one, two;

	one = ev_alloc(DOMID_SELF, DOMID_SELF);
	MUST(one > 0 && !ev_close(one));
	for (int i = 0; i < 100; i++)
		MUST(ev_bind(DOMID_SELF, 0) == -XEN_EINVAL);
	two = ev_alloc(DOMID_SELF, DOMID_SELF);
	return one == two;
}

CLAIM("evtchn.bind_virq.timer", "a vCPU's own VIRQ", 1)
{
	return ev_virq(VIRQ_TIMER, 0) > 0;
}

CLAIM("evtchn.bind_virq.twice", "bound once", -XEN_EEXIST)
{
	MUST(ev_virq(VIRQ_TIMER, 0) > 0);
	return ev_virq(VIRQ_TIMER, 0);
}

CLAIM("evtchn.bind_virq.again", "and again when it is closed", 1)
{
	long port = ev_virq(VIRQ_TIMER, 0);

	MUST(port > 0 && !ev_close(port));
	return ev_virq(VIRQ_TIMER, 0) > 0;
}

CLAIM("evtchn.bind_virq.each-vcpu", "each vCPU binds its own", 1)
{
	if (machine.nr_cpus < 2)
		return skip("there is one vCPU");
	MUST(ev_virq(VIRQ_TIMER, 0) > 0);
	return ev_virq(VIRQ_TIMER, 1) > 0;
}

CLAIM("evtchn.bind_virq.no-vcpu", "of a vCPU that there is not", -XEN_ENOENT)
{
	return ev_virq(VIRQ_TIMER, NO_VCPU);
}

CLAIM("evtchn.bind_virq.unknown", "there is no such VIRQ", -XEN_EINVAL)
{
	return ev_virq(NR_VIRQS, 0);
}

CLAIM("evtchn.bind_virq.huge", "nor a last one", -XEN_EINVAL)
{
	return ev_virq(-1U, 0);
}

CLAIM("evtchn.bind_virq.domain", "a VIRQ of the domain is bound to vCPU 0", 1)
{
	return ev_virq(VIRQ_ARGO, 0) > 0;
}

CLAIM("evtchn.bind_virq.domain.vcpu-1", "and to no other", -XEN_EINVAL)
{
	if (machine.nr_cpus < 2)
		return skip("there is one vCPU");
	return ev_virq(VIRQ_ARGO, 1);
}

CLAIM("evtchn.bind_virq.domain.twice", "once", -XEN_EEXIST)
{
	MUST(ev_virq(VIRQ_ARGO, 0) > 0);
	return ev_virq(VIRQ_ARGO, 0);
}

CLAIM("evtchn.bind_virq.debug", "VIRQ_DEBUG is a vCPU's", 1)
{
	return ev_virq(VIRQ_DEBUG, 0) > 0;
}

CLAIM("evtchn.bind_ipi", "a port for a vCPU", 1)
{
	return ev_ipi(0) > 0;
}

CLAIM("evtchn.bind_ipi.twice", "as many as one likes", 1)
{
	long one = ev_ipi(0), two = ev_ipi(0);

	return one > 0 && two > 0 && one != two;
}

CLAIM("evtchn.bind_ipi.no-vcpu", "for a vCPU that there is not", -XEN_ENOENT)
{
	return ev_ipi(NO_VCPU);
}

CLAIM("evtchn.bind_ipi.vcpu-huge", "nor one past all numbers", -XEN_ENOENT)
{
	return ev_ipi(-1U);
}

CLAIM("evtchn.close", "an open port is closed", 0)
{
	long port = ev_ipi(0);

	MUST(port > 0);
	return ev_close(port);
}

CLAIM("evtchn.close.twice", "once", -XEN_EINVAL)
{
	long port = ev_ipi(0);

	MUST(port > 0 && !ev_close(port));
	return ev_close(port);
}

CLAIM("evtchn.close.port-0", "port 0 is none", -XEN_EINVAL)
{
	return ev_close(0);
}

CLAIM("evtchn.close.huge", "a port past all numbers", -XEN_EINVAL)
{
	return ev_close(FAR_PORT);
}

CLAIM("evtchn.close.other-end", "closing one end leaves the other unbound", EVTCHNSTAT_unbound)
{
	MUST(!ev_loop(&a, &b));
	MUST(!ev_close(b));
	MUST(!ev_status(a, &st));
	return st.status;
}

CLAIM("evtchn.close.other-end.again", "and it can be connected again", 1)
{
	MUST(!ev_loop(&a, &b));
	MUST(!ev_close(b));
	return ev_bind(DOMID_SELF, a) > 0;
}

CLAIM("evtchn.close.pending", "what was pending is not when the port is taken again", 0)
{
	long port = ev_ipi(0), again;

	MUST(port > 0 && !ev_send(port) && pending(port));
	MUST(!ev_close(port));
	again = ev_ipi(0);
	MUST(again == port);
	return pending(port);
}

CLAIM("evtchn.close.mask-kept", "closing leaves the mask bit as it was", 1)
{
	long port = ev_ipi(0);

	MUST(port > 0);
	set_masked(port, true);
	MUST(!ev_close(port));
	return masked(port);
}

CLAIM("evtchn.send.ipi", "an IPI is pending", 1)
{
	long port = ev_ipi(0);

	MUST(port > 0 && !ev_send(port));
	return pending(port);
}

CLAIM("evtchn.send.other-end", "what one end sends is pending at the other", 1)
{
	MUST(!ev_loop(&a, &b));
	clear_pending(b);
	MUST(!ev_send(a));
	return pending(b) && !pending(a);
}

CLAIM("evtchn.send.both-ways", "and back", 1)
{
	MUST(!ev_loop(&a, &b));
	clear_pending(b);
	MUST(!ev_send(b));
	return pending(a) && !pending(b);
}

CLAIM("evtchn.send.unbound", "what is sent where nobody listens is lost, without an error", 0)
{
	long port = ev_alloc(DOMID_SELF, DOMID_SELF);

	MUST(port > 0);
	return ev_send(port);
}

CLAIM("evtchn.send.closed", "on a port that is closed nothing is sent", -XEN_EINVAL)
{
	long port = ev_ipi(0);

	MUST(port > 0 && !ev_close(port));
	return ev_send(port);
}

CLAIM("evtchn.send.virq", "nor on a VIRQ's", -XEN_EINVAL)
{
	long port = ev_virq(VIRQ_TIMER, 0);

	MUST(port > 0);
	return ev_send(port);
}

CLAIM("evtchn.send.port-0", "nor on port 0", -XEN_EINVAL)
{
	return ev_send(0);
}

CLAIM("evtchn.send.huge", "nor on one past all numbers", -XEN_EINVAL)
{
	return ev_send(FAR_PORT);
}

CLAIM("evtchn.send.last", "nor on the last of them", -XEN_EINVAL)
{
	return ev_send(-1U);
}

CLAIM("evtchn.status.closed", "a port that is closed says so", EVTCHNSTAT_closed)
{
	long port = ev_ipi(0);

	MUST(port > 0 && !ev_close(port));
	MUST(!ev_status(port, &st));
	return st.status;
}

CLAIM("evtchn.status.port-0", "as does port 0", EVTCHNSTAT_closed)
{
	MUST(!ev_status(0, &st));
	return st.status;
}

CLAIM("evtchn.status.unbound", "an unbound port says for whom it waits", EVTCHNSTAT_unbound)
{
	long port = ev_alloc(DOMID_SELF, other_domain());

	MUST(port > 0 && !ev_status(port, &st));
	MUST(st.u.unbound.dom == other_domain());
	return st.status;
}

CLAIM("evtchn.status.interdomain", "a connected one says to which port", EVTCHNSTAT_interdomain)
{
	MUST(!ev_loop(&a, &b));
	MUST(!ev_status(a, &st));
	MUST(st.u.interdomain.port == b);
	return st.status;
}

CLAIM("evtchn.status.virq", "a VIRQ's says which", EVTCHNSTAT_virq)
{
	long port = ev_virq(VIRQ_DEBUG, 0);

	MUST(port > 0 && !ev_status(port, &st));
	MUST(st.u.virq == VIRQ_DEBUG);
	return st.status;
}

CLAIM("evtchn.status.ipi", "an IPI's", EVTCHNSTAT_ipi)
{
	long port = ev_ipi(0);

	MUST(port > 0 && !ev_status(port, &st));
	return st.status;
}

CLAIM("evtchn.status.vcpu", "and the vCPU that it notifies", 1)
{
	long port;

	if (machine.nr_cpus < 2)
		return skip("there is one vCPU");
	port = ev_ipi(1);
	MUST(port > 0 && !ev_status(port, &st));
	return st.vcpu;
}

CLAIM("evtchn.status.huge", "of a port past all numbers", -XEN_EINVAL)
{
	return ev_status(FAR_PORT, &st);
}

CLAIM("evtchn.status.nobody", "of a domain that there is not", -XEN_ESRCH)
{
	st = (struct evtchn_status){ .dom = NOBODY, .port = 1 };
	return event_op(EVTCHNOP_status, &st);
}

CLAIM("evtchn.status.other", "of another domain: for the initial domain only", is_dom0 ? 0 : -XEN_EPERM)
{
	st = (struct evtchn_status){ .dom = other_domain(), .port = 1 };
	return event_op(EVTCHNOP_status, &st);
}

CLAIM("evtchn.bind_vcpu.unbound", "which vCPU a port notifies can be said before it is connected", 1)
{
	long port;

	if (machine.nr_cpus < 2)
		return skip("there is one vCPU");
	port = ev_alloc(DOMID_SELF, DOMID_SELF);
	MUST(port > 0 && !ev_bind_vcpu(port, 1));
	return vcpu_of(port);
}

CLAIM("evtchn.bind_vcpu.interdomain", "and after", 1)
{
	if (machine.nr_cpus < 2)
		return skip("there is one vCPU");
	MUST(!ev_loop(&a, &b));
	MUST(!ev_bind_vcpu(a, 1));
	return vcpu_of(a);
}

CLAIM("evtchn.bind_vcpu.domain-virq", "of a VIRQ of the domain as well", 1)
{
	long port;

	if (machine.nr_cpus < 2)
		return skip("there is one vCPU");
	port = ev_virq(VIRQ_ARGO, 0);
	MUST(port > 0 && !ev_bind_vcpu(port, 1));
	return vcpu_of(port);
}

CLAIM("evtchn.bind_vcpu.ipi", "an IPI stays where it is", -XEN_EINVAL)
{
	long port = ev_ipi(0);

	MUST(port > 0);
	return ev_bind_vcpu(port, 0);
}

CLAIM("evtchn.bind_vcpu.vcpu-virq", "as does a VIRQ of a vCPU", -XEN_EINVAL)
{
	long port = ev_virq(VIRQ_TIMER, 0);

	MUST(port > 0);
	return ev_bind_vcpu(port, 0);
}

CLAIM("evtchn.bind_vcpu.no-vcpu", "to a vCPU that there is not", -XEN_ENOENT)
{
	MUST(!ev_loop(&a, &b));
	return ev_bind_vcpu(a, NO_VCPU);
}

CLAIM("evtchn.bind_vcpu.vcpu-huge", "nor to one past all numbers", -XEN_ENOENT)
{
	MUST(!ev_loop(&a, &b));
	return ev_bind_vcpu(a, -1U);
}

CLAIM("evtchn.bind_vcpu.closed", "of a port that is closed", -XEN_EINVAL)
{
	long port = ev_ipi(0);

	MUST(port > 0 && !ev_close(port));
	return ev_bind_vcpu(port, 0);
}

CLAIM("evtchn.bind_vcpu.huge", "of a port past all numbers", -XEN_EINVAL)
{
	return ev_bind_vcpu(FAR_PORT, 0);
}

CLAIM("evtchn.bind_vcpu.reset-by-close", "a port that is taken again notifies vCPU 0", 0)
{
	long port;

	if (machine.nr_cpus < 2)
		return skip("there is one vCPU");
	port = ev_alloc(DOMID_SELF, DOMID_SELF);
	MUST(port > 0 && !ev_bind_vcpu(port, 1) && !ev_close(port));
	MUST(ev_alloc(DOMID_SELF, DOMID_SELF) == port);
	return vcpu_of(port);
}

CLAIM("evtchn.bind_pirq", "there are no physical interrupts for guests", 1)
{
	struct evtchn_bind_pirq p = { .pirq = 5 };

	return event_op(EVTCHNOP_bind_pirq, &p) < 0;
}

CLAIM("evtchn.bind_pirq.huge", "none of all numbers", 1)
{
	struct evtchn_bind_pirq p = { .pirq = -1U };

	return event_op(EVTCHNOP_bind_pirq, &p) < 0;
}

CLAIM("evtchn.unmask.closed", "a port that is closed can be unmasked: nothing happens", 0)
{
	long port = ev_ipi(0);

	MUST(port > 0 && !ev_close(port));
	return ev_unmask(port);
}

CLAIM("evtchn.unmask.closed.huge", "not one past all numbers", -XEN_EINVAL)
{
	return ev_unmask(FAR_PORT);
}

CLAIM("evtchn.unmask.twice", "one that is not masked as well", 0)
{
	long port = ev_ipi(0);

	MUST(port > 0 && !ev_unmask(port));
	return ev_unmask(port);
}

CLAIM("evtchn.unmask.bit", "the mask bit is clear then", 0)
{
	long port = ev_ipi(0);

	MUST(port > 0);
	set_masked(port, true);
	MUST(!ev_unmask(port));
	return masked(port);
}

CLAIM("evtchn.set_priority.2-level", "there are no priorities in the 2-level ABI", -XEN_ENOSYS)
{
	long port = ev_ipi(0);
	struct evtchn_set_priority p = { .port = port, .priority = 1 };

	return event_op(EVTCHNOP_set_priority, &p);
}

CLAIM("evtchn.set_priority.2-level.huge", "of a port past all numbers", -XEN_EINVAL)
{
	struct evtchn_set_priority p = { .port = FAR_PORT, .priority = 1 };

	return event_op(EVTCHNOP_set_priority, &p);
}

CLAIM("evtchn.expand_array.2-level", "nor an array of event words", -XEN_EOPNOTSUPP)
{
	struct evtchn_expand_array e = { .array_gfn = frame_of(page_get()) };

	return event_op(EVTCHNOP_expand_array, &e);
}

CLAIM("evtchn.reset.nobody", "of a domain that there is not", -XEN_ESRCH)
{
	return ev_reset(NOBODY);
}

CLAIM("evtchn.reset.other", "of another domain", -XEN_EPERM)
{
	if (is_dom0)
		return skip("the initial domain may");
	return ev_reset(other_domain());
}

CLAIM("evtchn.peer.answers", "what another domain is sent it hears, and the other way round", 1)
{
	bool answered = false;

	/* the first of its ports that answers: those before are not the peer's own */
	for (unsigned int p = 1; p < 16 && !answered; p++) {
		long port = ev_bind(other_domain(), p);

		if (port < 0)
			continue;
		clear_pending(port);
		MUST(!ev_send(port));
		answered = wait_for(pending(port), 2000);
	}
	return answered;
}

CLAIM("evtchn.reset", "closes all that is open", 0)
{
	unsigned int i, open = 0;

	MUST(!ev_loop(&a, &b) && ev_ipi(0) > 0 && ev_virq(VIRQ_TIMER, 0) > 0);
	MUST(!ev_reset(DOMID_SELF));
	for (i = 1; i < 64; i++)
		open += !ev_status(i, &st) && st.status != EVTCHNSTAT_closed;
	return open;
}

CLAIM("evtchn.reset.twice", "also when nothing is", 0)
{
	MUST(!ev_reset(DOMID_SELF));
	return ev_reset(DOMID_SELF);
}

CLAIM("evtchn.reset.ports-from-1", "after it the first port is 1", 1)
{
	MUST(!ev_reset(DOMID_SELF));
	return ev_ipi(0);
}
