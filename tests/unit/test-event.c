// SPDX-License-Identifier: GPL-2.0
/*
 * Event channels: what ports may do in each state and the errors of everything else, both ABIs with a guest that plays
 * with the bits, the upcall's line, polls, timers, watchdogs, and that nothing is left of a domain that ends.
 */
#include <signal.h>
#include <sys/mman.h>
#include "guest.h"
#include "unit.h"
#include "xen.h"

#define OTHER_RAM	(GUEST_RAM_BASE + 0x10000)
#define CONTROL_GFN(n)	((OTHER_RAM >> PAGE_SHIFT) + (n))
#define ARRAY_GFN	((OTHER_RAM >> PAGE_SHIFT) + 8)
#define INFO_GFN	((OTHER_RAM >> PAGE_SHIFT) + 9)
#define P		(1U << EVTCHN_FIFO_PENDING)
#define M		(1U << EVTCHN_FIFO_MASKED)
#define L		(1U << EVTCHN_FIFO_LINKED)
#define B		(1U << EVTCHN_FIFO_BUSY)

static struct domain *d, *initial;	/* numbers 1 and 0 */
static struct vcpu *v0, *v1;

/* Two domains of two vCPUs; vCPU 0 of the first runs here. */
static void begin(void)
{
	host_harts(2);
	host_set_time(1000000);
	d = guest_make(16, 2, 0);
	initial = guest_make_initial(16, 2, 0);
	domains[0] = initial;
	domains[1] = d;
	nr_domains = 2;
	v0 = d->vcpu[0];
	v1 = d->vcpu[1];
	guest_run(v0);
	v0->call.budget = 1000;
}

static struct shared_info *shared(struct domain *dom)
{
	return dom->shared_info;
}

static long close_port(struct vcpu *v, u32 port)
{
	struct evtchn_close c = { port };

	return evtchn_close(v, &c);
}

static long send(struct vcpu *v, u32 port)
{
	struct evtchn_send s = { port };

	return evtchn_send(v, &s);
}

static long unmask(struct vcpu *v, u32 port)
{
	struct evtchn_unmask u = { port };

	return evtchn_unmask(v, &u);
}

static long move(struct vcpu *v, u32 port, u32 vcpu)
{
	struct evtchn_bind_vcpu b = { port, vcpu };

	return evtchn_bind_vcpu(v, &b);
}

static struct evtchn_status status(struct vcpu *v, u32 port)
{
	struct evtchn_status s = { .dom = DOMID_SELF, .port = port };

	assert_int_equal(evtchn_status(v, &s), 0);
	return s;
}

static u32 ipi(struct vcpu *v, u32 vcpu)
{
	struct evtchn_bind_ipi b = { .vcpu = vcpu };

	assert_int_equal(evtchn_bind_ipi(v, &b), 0);
	return b.port;
}

static u32 virq(struct vcpu *v, u32 nr, u32 vcpu)
{
	struct evtchn_bind_virq b = { .virq = nr, .vcpu = vcpu };

	assert_int_equal(evtchn_bind_virq(v, &b), 0);
	return b.port;
}

static u32 unbound(struct vcpu *v, domid_t remote)
{
	struct evtchn_alloc_unbound a = { .dom = DOMID_SELF, .remote_dom = remote };

	assert_int_equal(evtchn_alloc_unbound(v, &a), 0);
	return a.port;
}

static long connect(struct vcpu *v, domid_t remote, u32 port, u32 *local)
{
	struct evtchn_bind_interdomain b = { .remote_dom = remote, .remote_port = port };
	long rc = evtchn_bind_interdomain(v, &b);

	*local = b.local_port;
	return rc;
}

static bool pending_2l(struct domain *dom, u32 port)
{
	return shared(dom)->evtchn_pending[port / 64] >> port % 64 & 1;
}

/* --- states and errors --- */

static void ports_are_given_lowest_first(void **state)
{
	u32 first;

	begin();
	first = ipi(v0, 0);
	assert_true(first > 0);		/* port 0 is nobody's; the console has one */
	assert_int_equal(ipi(v0, 1), first + 1);
	assert_int_equal(close_port(v0, first), 0);
	assert_int_equal(status(v0, first).status, EVTCHNSTAT_closed);
	assert_int_equal(unbound(v0, 0), first);
}

static void a_port_that_is_none(void **state)
{
	static const u32 none[] = { 64, 65, 1023, 1024, 4096, 1U << 17, ~0U };
	struct evtchn_status s = { .dom = DOMID_SELF };
	struct evtchn_set_priority p = { 0 };

	begin();
	for (unsigned int i = 0; i < ARRAY_SIZE(none); i++) {
		s.port = p.port = none[i];
		assert_int_equal(close_port(v0, none[i]), -XEN_EINVAL);
		assert_int_equal(send(v0, none[i]), -XEN_EINVAL);
		assert_int_equal(unmask(v0, none[i]), -XEN_EINVAL);
		assert_int_equal(move(v0, none[i], 0), -XEN_EINVAL);
		assert_int_equal(evtchn_status(v0, &s), -XEN_EINVAL);
		assert_int_equal(evtchn_set_priority(v0, &p), -XEN_EINVAL);
		v0->regs[10] = 7;
		assert_false(evtchn_send_quick(v0, none[i]));
		assert_int_equal(v0->regs[10], 7);
	}
}

static void a_port_that_is_free(void **state)
{
	static const u32 none[] = { 0, 60 };

	begin();
	for (unsigned int i = 0; i < ARRAY_SIZE(none); i++) {
		assert_int_equal(close_port(v0, none[i]), -XEN_EINVAL);
		assert_int_equal(send(v0, none[i]), -XEN_EINVAL);
		assert_int_equal(move(v0, none[i], 0), -XEN_EINVAL);
		assert_int_equal(unmask(v0, none[i]), 0);
		assert_int_equal(status(v0, none[i]).status, EVTCHNSTAT_closed);
	}
}

static void an_interdomain_channel(void **state)
{
	struct vcpu *peer;
	u32 mine, other, no;
	struct evtchn_status s;

	begin();
	peer = initial->vcpu[0];
	mine = unbound(v0, 0);
	s = status(v0, mine);
	assert_int_equal(s.status, EVTCHNSTAT_unbound);
	assert_int_equal(s.u.unbound.dom, 0);
	assert_int_equal(send(v0, mine), 0);		/* nobody hears it */
	/* Only the domain it is for, only while it waits */
	assert_int_equal(connect(v0, DOMID_SELF, mine, &no), -XEN_EINVAL);
	assert_int_equal(connect(peer, 1, mine + 1, &no), -XEN_EINVAL);
	assert_int_equal(connect(peer, 7, mine, &no), -XEN_ESRCH);
	assert_int_equal(connect(peer, 1, mine, &other), 0);
	assert_int_equal(connect(peer, 1, mine, &no), -XEN_EINVAL);
	/* What may have been signalled before is signalled now */
	assert_true(pending_2l(initial, other));
	assert_false(pending_2l(d, mine));
	s = status(v0, mine);
	assert_int_equal(s.status, EVTCHNSTAT_interdomain);
	assert_int_equal(s.u.interdomain.dom, 0);
	assert_int_equal(s.u.interdomain.port, other);
	shared(initial)->evtchn_pending[0] = 0;
	assert_int_equal(send(v0, mine), 0);
	assert_true(pending_2l(initial, other));
	assert_int_equal(send(peer, other), 0);
	assert_true(pending_2l(d, mine));
	/* One end goes: the other waits again, for the same domain */
	assert_int_equal(close_port(peer, other), 0);
	s = status(v0, mine);
	assert_int_equal(s.status, EVTCHNSTAT_unbound);
	assert_int_equal(s.u.unbound.dom, 0);
	assert_int_equal(connect(peer, 1, mine, &other), 0);
}

static void a_channel_to_itself(void **state)
{
	u32 a, b;

	begin();
	a = unbound(v0, DOMID_SELF);
	assert_int_equal(connect(v0, DOMID_SELF, a, &b), 0);
	assert_int_equal(status(v0, a).u.interdomain.port, b);
	shared(d)->evtchn_pending[0] = 0;
	assert_int_equal(send(v0, a), 0);
	assert_true(pending_2l(d, b) && !pending_2l(d, a));
	assert_int_equal(close_port(v0, a), 0);
	assert_int_equal(status(v0, b).status, EVTCHNSTAT_unbound);
}

/* Another domain's ports: the initial domain may, the others may not. */
static void whose_ports(void **state)
{
	struct evtchn_alloc_unbound a = { .dom = 0, .remote_dom = DOMID_SELF };
	struct evtchn_status s = { .dom = 0, .port = 1 };
	struct evtchn_reset r = { 0 };

	begin();
	assert_int_equal(evtchn_alloc_unbound(v0, &a), -XEN_EPERM);
	assert_int_equal(evtchn_status(v0, &s), -XEN_EPERM);
	assert_int_equal(evtchn_reset(v0, &r), -XEN_EPERM);
	a.dom = s.dom = r.dom = 9;
	assert_int_equal(evtchn_alloc_unbound(v0, &a), -XEN_ESRCH);
	assert_int_equal(evtchn_status(v0, &s), -XEN_ESRCH);
	assert_int_equal(evtchn_reset(v0, &r), -XEN_ESRCH);
	a.dom = DOMID_INVALID;
	assert_int_equal(evtchn_alloc_unbound(v0, &a), -XEN_ESRCH);
	a.dom = s.dom = r.dom = 1;
	assert_int_equal(evtchn_alloc_unbound(initial->vcpu[0], &a), 0);
	assert_int_equal(status(v0, a.port).status, EVTCHNSTAT_unbound);
	assert_int_equal(status(v0, a.port).u.unbound.dom, 0);
	s.port = a.port;
	assert_int_equal(evtchn_status(initial->vcpu[0], &s), 0);
	assert_int_equal(evtchn_reset(initial->vcpu[0], &r), -XEN_EINVAL);	/* it is not paused */
}

static void virqs(void **state)
{
	struct evtchn_bind_virq b = { .virq = VIRQ_TIMER };
	u32 timer, debug;

	begin();
	timer = virq(v0, VIRQ_TIMER, 1);
	assert_int_equal(status(v0, timer).u.virq, VIRQ_TIMER);
	assert_int_equal(status(v0, timer).vcpu, 1);
	b.vcpu = 1;
	assert_int_equal(evtchn_bind_virq(v0, &b), -XEN_EEXIST);
	b.vcpu = 2;
	assert_int_equal(evtchn_bind_virq(v0, &b), -XEN_ENOENT);
	b = (struct evtchn_bind_virq){ .virq = NR_VIRQS };
	assert_int_equal(evtchn_bind_virq(v0, &b), -XEN_EINVAL);
	b = (struct evtchn_bind_virq){ .virq = VIRQ_DOM_EXC, .vcpu = 1 };
	assert_int_equal(evtchn_bind_virq(v0, &b), -XEN_EINVAL);
	assert_int_equal(send(v0, timer), -XEN_EINVAL);
	assert_int_equal(move(v0, timer, 0), -XEN_EINVAL);	/* a vCPU's own stays */
	debug = virq(v0, VIRQ_DOM_EXC, 0);
	assert_int_equal(move(v0, debug, 1), 0);		/* the domain's may move */
	assert_int_equal(close_port(v0, debug), 0);
	assert_int_equal(virq(v0, VIRQ_DOM_EXC, 0), debug);
	assert_int_equal(close_port(v0, timer), 0);
	assert_int_equal(virq(v0, VIRQ_TIMER, 1), timer);
	event_lock();
	evtchn_raise_virq(v1, VIRQ_TIMER);
	evtchn_raise_virq(v0, VIRQ_TIMER);			/* not bound: nothing */
	event_unlock();
	assert_true(pending_2l(d, timer));
}

static void ipis_and_moves(void **state)
{
	struct evtchn_bind_ipi b = { .vcpu = 2 };
	struct evtchn_bind_pirq q = { 0 };
	u32 port, open;

	begin();
	assert_int_equal(evtchn_bind_ipi(v0, &b), -XEN_ENOENT);
	assert_int_equal(evtchn_bind_pirq(v0, &q), -XEN_EINVAL);
	port = ipi(v0, 1);
	assert_int_equal(status(v0, port).status, EVTCHNSTAT_ipi);
	assert_int_equal(move(v0, port, 0), -XEN_EINVAL);
	open = unbound(v0, 0);
	assert_int_equal(move(v0, open, 2), -XEN_ENOENT);
	assert_int_equal(move(v0, open, 1), 0);
	assert_int_equal(status(v0, open).vcpu, 1);
	assert_int_equal(close_port(v0, open), 0);
	assert_int_equal(status(v0, unbound(v0, 0)).vcpu, 0);	/* as new */
}

static void there_are_so_many(void **state)
{
	struct evtchn_bind_ipi b = { .vcpu = 0 };
	struct evtchn_reset r = { DOMID_SELF };
	unsigned int n = 0;

	begin();
	while (!evtchn_bind_ipi(v0, &b))
		n++;
	assert_int_equal(n, EVTCHN_MAX - 3);	/* without 0, the console's and xenstore's */
	assert_int_equal(evtchn_bind_ipi(v0, &b), -XEN_ENOSPC);
	/* All closed again, in pieces where there is little time */
	v0->call.budget = 10;
	v0->call.progress = 0;
	for (n = 0; evtchn_reset(v0, &r) == HYPERCALL_AGAIN; n++)
		v0->call.budget = 10;
	assert_true(n >= 4 && n < 20);
	assert_int_equal(ipi(v0, 0), 1);
}

static unsigned int notified;

static bool notify(struct domain *dom)
{
	assert_ptr_equal(dom, d);
	evtchn_notify_guest(dom, 0);		/* the lock is free */
	return ++notified % 2;	/* it is done the second time */
}

static void the_stubs_own_end(void **state)
{
	int port;

	begin();
	port = evtchn_alloc_for_stub(d, notify);
	assert_true(port > 0);
	notified = 0;
	assert_int_equal(send(v0, port), HYPERCALL_AGAIN);	/* there is more to do */
	assert_int_equal(send(v0, port), 0);
	assert_int_equal(notified, 2);
	assert_false(evtchn_send_quick(v0, port));
	evtchn_notify_guest(d, port);
	assert_true(pending_2l(d, port));
	assert_int_equal(status(v0, port).status, EVTCHNSTAT_interdomain);
	assert_int_equal(close_port(v0, port), 0);
	evtchn_notify_guest(d, port);
	evtchn_notify_guest(d, ~0U);
	assert_false(pending_2l(d, port));
	assert_int_equal(send(v0, port), -XEN_EINVAL);
}

/* --- the upcall --- */

static struct vcpu_info *info(unsigned int n)
{
	return (struct vcpu_info *)guest_u64(d, (INFO_GFN << PAGE_SHIFT) + n * 64);
}

static long register_info(struct vcpu *v, struct vcpu *target, u64 gfn, u32 offset)
{
	struct vcpu_register_vcpu_info r = { .mfn = gfn, .offset = offset };

	return vcpu_op_register_vcpu_info(v, target, &r);
}

static void registering(void **state)
{
	u32 port;

	begin();
	v1->state = VCPU_STOPPED;
	assert_int_equal(register_info(v0, v1, INFO_GFN, PAGE_SIZE - 40), -XEN_ENXIO);
	assert_int_equal(register_info(v0, v1, INFO_GFN, 4), -XEN_ENXIO);
	assert_int_equal(register_info(v0, v1, 0x1234, 0), -XEN_EINVAL);
	assert_int_equal(register_info(v0, v1, ~0UL, 0), -XEN_EINVAL);
	assert_int_equal(register_info(v0, v1, 1UL << 52, 0), -XEN_EINVAL);
	v1->state = VCPU_RUNNABLE;
	assert_int_equal(register_info(v0, v1, INFO_GFN, 64), -XEN_EINVAL);	/* another's, that runs */
	v1->state = VCPU_STOPPED;
	/* Pending before: seen after */
	port = ipi(v0, 1);
	shared(d)->evtchn_mask[0] = 0;
	assert_int_equal(send(v0, port), 0);
	assert_int_equal(v1->sip & SIP_UPCALL, 0);
	assert_int_equal(register_info(v0, v1, INFO_GFN, 64), 0);
	assert_int_equal(info(1)->evtchn_upcall_pending, 1);
	assert_true(info(1)->evtchn_pending_sel & 1);
	assert_true(v1->sip & SIP_UPCALL);
	assert_int_equal(register_info(v0, v1, INFO_GFN, 64), -XEN_EBUSY);	/* once */
	assert_int_equal(register_info(v0, v0, INFO_GFN, 0), 0);
}

/* asserted exactly while evtchn_upcall_pending is set */
static void the_line(void **state)
{
	u32 port;

	begin();
	register_info(v0, v0, INFO_GFN, 0);
	info(0)->evtchn_upcall_pending = 0;
	event_settle(v0);
	assert_int_equal(v0->sip & SIP_UPCALL, 0);
	info(0)->evtchn_pending_sel = 0;
	port = ipi(v0, 0);
	shared(d)->evtchn_mask[0] = ~0UL;
	assert_int_equal(send(v0, port), 0);		/* masked */
	assert_true(pending_2l(d, port));
	assert_int_equal(info(0)->evtchn_pending_sel, 0);
	assert_int_equal(v0->sip & SIP_UPCALL, 0);
	assert_int_equal(unmask(v0, port), 0);
	assert_int_equal(info(0)->evtchn_pending_sel, 1);
	assert_int_equal(info(0)->evtchn_upcall_pending, 1);
	assert_true(v0->sip & SIP_UPCALL);
	event_settle(v0);
	assert_true(v0->sip & SIP_UPCALL);
	info(0)->evtchn_upcall_pending = 0;
	event_settle(v0);
	assert_int_equal(v0->sip & SIP_UPCALL, 0);
	/* It is pending still: the next signal is the same event */
	assert_int_equal(send(v0, port), 0);
	assert_int_equal(v0->sip & SIP_UPCALL, 0);
	shared(d)->evtchn_pending[0] = 0;
	info(0)->evtchn_pending_sel = 0;
	assert_true(evtchn_send_quick(v0, port));
	assert_true(v0->sip & SIP_UPCALL);
}

/* --- FIFO --- */

static event_word_t *word(u32 port)
{
	return (event_word_t *)guest_u64(d, ARRAY_GFN << PAGE_SHIFT) + port;
}

static struct evtchn_fifo_control_block *control(unsigned int n)
{
	return (struct evtchn_fifo_control_block *)guest_u64(d, CONTROL_GFN(n) << PAGE_SHIFT);
}

static long init_control(u32 vcpu, u64 gfn, u32 offset)
{
	struct evtchn_init_control c = { .control_gfn = gfn, .offset = offset, .vcpu = vcpu };

	return evtchn_init_control(v0, &c);
}

static long expand(u64 gfn)
{
	struct evtchn_expand_array e = { gfn };

	return evtchn_expand_array(v0, &e);
}

static void begin_fifo(void)
{
	begin();
	register_info(v0, v0, INFO_GFN, 0);
	v1->state = VCPU_STOPPED;
	register_info(v0, v1, INFO_GFN, 64);
	for (unsigned int i = 0; i < 2; i++) {
		memset(control(i), 0, PAGE_SIZE);
		assert_int_equal(init_control(i, CONTROL_GFN(i), 0), 0);
		info(i)->evtchn_upcall_pending = 0;
	}
	memset(word(0), 0, PAGE_SIZE);
	assert_int_equal(expand(ARRAY_GFN), 0);
}

static void fifo_errors(void **state)
{
	struct evtchn_set_priority p = { 1, 0 };

	begin();
	assert_int_equal(expand(ARRAY_GFN), -XEN_EOPNOTSUPP);
	assert_int_equal(evtchn_set_priority(v0, &p), -XEN_ENOSYS);
	assert_int_equal(init_control(2, CONTROL_GFN(0), 0), -XEN_ENOENT);
	assert_int_equal(init_control(0, CONTROL_GFN(0), 4), -XEN_EINVAL);
	assert_int_equal(init_control(0, CONTROL_GFN(0), PAGE_SIZE - 64), -XEN_EINVAL);
	assert_int_equal(init_control(0, 0x1234, 0), -XEN_EINVAL);
	assert_false(d->events.fifo);
	assert_int_equal(init_control(0, CONTROL_GFN(0), 8), 0);
	assert_int_equal(init_control(0, CONTROL_GFN(0), 8), -XEN_EINVAL);
	assert_int_equal(expand(0x1234), -XEN_EINVAL);
	p.priority = 16;
	assert_int_equal(evtchn_set_priority(v0, &p), -XEN_EINVAL);
	p.port = 50;
	assert_int_equal(evtchn_set_priority(v0, &p), -XEN_EACCES);
	for (unsigned int i = 0; i < EVTCHN_FIFO_NR_CHANNELS / 1024; i++)
		assert_int_equal(expand(ARRAY_GFN), 0);
	assert_int_equal(expand(ARRAY_GFN), -XEN_ENOSPC);
}

/* What was pending before goes over, and comes when its word does. */
static void fifo_takes_over(void **state)
{
	u32 early, port;

	begin();
	early = ipi(v0, 0);
	shared(d)->evtchn_mask[0] = ~0UL;
	assert_int_equal(send(v0, early), 0);
	assert_int_equal(init_control(0, CONTROL_GFN(0), 0), 0);
	port = ipi(v0, 0);
	assert_int_equal(send(v0, port), 0);		/* it has no word yet */
	memset(word(0), 0, PAGE_SIZE);
	assert_int_equal(expand(ARRAY_GFN), 0);
	assert_int_equal(*word(early), P | L | port);
	assert_int_equal(*word(port), P | L);
	assert_int_equal(control(0)->head[EVTCHN_FIFO_PRIORITY_DEFAULT], early);
	assert_int_equal(control(0)->ready, 1U << EVTCHN_FIFO_PRIORITY_DEFAULT);
}

static void fifo_queues(void **state)
{
	struct evtchn_set_priority p;
	u32 a, b, c, high;

	begin_fifo();
	a = ipi(v0, 1);
	b = ipi(v0, 1);
	c = ipi(v0, 1);
	high = ipi(v0, 1);
	p = (struct evtchn_set_priority){ high, 0 };
	assert_int_equal(evtchn_set_priority(v0, &p), 0);
	*word(c) = M;
	send(v0, a);
	send(v0, b);
	send(v0, c);
	send(v0, high);
	send(v0, a);
	assert_int_equal(control(1)->head[7], a);
	assert_int_equal(*word(a), P | L | b);
	assert_int_equal(*word(b), P | L);
	assert_int_equal(*word(c), P | M);
	assert_int_equal(control(1)->head[0], high);
	assert_int_equal(control(1)->ready, 1U << 7 | 1U << 0);
	assert_int_equal(info(1)->evtchn_upcall_pending, 1);
	assert_true(v1->sip & SIP_UPCALL);
	unmask(v0, c);
	assert_int_equal(*word(b), P | L | c);
	assert_int_equal(*word(c), P | L);
	/* The guest takes all; then the next begins a new queue */
	*word(a) = *word(b) = *word(c) = 0;
	control(1)->ready = 0;
	send(v0, b);
	assert_int_equal(control(1)->head[7], b);
	assert_int_equal(*word(b), P | L);
	assert_int_equal(control(1)->ready, 1U << 7);
}

/* In another queue than last time: the old one must not lead into the new one. */
static void fifo_changes_queues(void **state)
{
	struct evtchn_set_priority p;
	u32 a, b;

	begin_fifo();
	a = ipi(v0, 1);
	b = ipi(v0, 1);
	send(v0, a);
	*word(a) = 0;			/* taken; it was the last of queue 7 */
	p = (struct evtchn_set_priority){ a, 3 };
	evtchn_set_priority(v0, &p);
	send(v0, a);
	assert_int_equal(control(1)->head[3], a);
	send(v0, b);
	assert_int_equal(control(1)->head[7], b);
	assert_int_equal(*word(a), P | L);	/* and not linked to b */
}

/* A port whose word is still in a queue is given to nobody. */
static void fifo_port_stays_until_taken(void **state)
{
	u32 a;

	begin_fifo();
	a = ipi(v0, 0);
	send(v0, a);
	assert_int_equal(close_port(v0, a), 0);
	assert_int_equal(*word(a), L);
	assert_int_not_equal(ipi(v0, 0), a);
	*word(a) = 0;
	assert_int_equal(ipi(v0, 0), a);
}

/* All that a guest can write into its words, against all that it can call: it ends, and touches nothing else. */
static void fifo_hostile(void **state)
{
	static u8 guard[2][PAGE_SIZE];
	u32 ports[40];

	begin_fifo();
	memset(guest_u64(d, (ARRAY_GFN - 1) << PAGE_SHIFT), 0x5a, PAGE_SIZE);
	memset(guest_u64(d, (INFO_GFN + 1) << PAGE_SHIFT), 0x5a, PAGE_SIZE);
	memset(guard, 0x5a, sizeof(guard));
	for (unsigned int i = 0; i < ARRAY_SIZE(ports); i++)
		ports[i] = ipi(v0, rnd_below(2));
	for (unsigned int i = 0; i < 200000; i++) {
		struct evtchn_set_priority p = { ports[rnd_below(ARRAY_SIZE(ports))], rnd_below(16) };
		u32 port = ports[rnd_below(ARRAY_SIZE(ports))];
		unsigned int n;

		switch (rnd_below(8)) {
		case 0:
			*word(rnd_below(1024)) = rnd();
			break;
		case 1:
			*word(port) &= ~(L | EVTCHN_FIFO_LINK_MASK);
			break;
		case 2:
			control(rnd_below(2))->ready = rnd();
			control(rnd_below(2))->head[rnd_below(16)] = rnd();
			break;
		case 3:
			unmask(v0, port);
			break;
		case 4:
			evtchn_set_priority(v0, &p);
			break;
		case 5:
			n = rnd_below(ARRAY_SIZE(ports));
			if (!close_port(v0, ports[n])) {
				*word(ports[n]) &= ~L;		/* else none may be left for it to have */
				ports[n] = ipi(v0, rnd_below(2));
			}
			break;
		default:
			send(v0, port);
		}
	}
	assert_memory_equal(guest_u64(d, (ARRAY_GFN - 1) << PAGE_SHIFT), guard[0], PAGE_SIZE);
	assert_memory_equal(guest_u64(d, (INFO_GFN + 1) << PAGE_SHIFT), guard[1], PAGE_SIZE);
	/* With words that are as they should be, all is well again. */
	memset(word(0), 0, PAGE_SIZE);
	memset(control(0), 0, sizeof(struct evtchn_fifo_control_block));
	memset(control(1), 0, sizeof(struct evtchn_fifo_control_block));
	for (unsigned int i = 0; i < ARRAY_SIZE(ports); i++)
		assert_int_equal(send(v0, ports[i]), 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(ports); i++)
		assert_int_equal(*word(ports[i]) & (P | L | B), P | L);
}

static void reset_leaves_fifo(void **state)
{
	struct evtchn_reset r = { DOMID_SELF };
	u32 port;

	begin_fifo();
	port = ipi(v0, 0);
	v0->call.budget = 1000;
	v0->call.progress = 0;
	assert_int_equal(evtchn_reset(v0, &r), 0);
	assert_int_equal(status(v0, port).status, EVTCHNSTAT_closed);
	assert_int_equal(expand(ARRAY_GFN), -XEN_EOPNOTSUPP);
	port = ipi(v0, 0);
	memset(word(0), 0, PAGE_SIZE);
	send(v0, port);
	assert_true(pending_2l(d, port));
	assert_int_equal(*word(port), 0);
	assert_int_equal(init_control(0, CONTROL_GFN(0), 0), 0);
}

/* --- waiting --- */

static void block_and_wake(void **state)
{
	u32 port;

	begin();
	register_info(v0, v0, INFO_GFN, 0);
	/* Something is there: no wait */
	assert_int_equal(sched_op_block(v0, NULL), 0);
	assert_int_equal(v0->state, VCPU_RUNNING);
	port = ipi(v0, 0);
	shared(d)->evtchn_mask[0] = 0;
	/* Its interrupt is not even enabled in sie, and nobody acknowledges it */
	for (int i = 0; i < 3; i++) {
		assert_true(v0->sip & SIP_UPCALL);
		info(0)->evtchn_upcall_pending = 0;
		info(0)->evtchn_pending_sel = 0;
		shared(d)->evtchn_pending[0] = 0;
		assert_int_equal(sched_op_block(v0, NULL), 0);
		assert_int_equal(v0->state, VCPU_BLOCKED);
		guest_leave(v0);
		v0->state = VCPU_BLOCKED;
		send(v1, port);
		assert_int_equal(v0->state, VCPU_RUNNABLE);
		guest_run(v0);
	}
}

static void poll_and_wake(void **state)
{
	struct sched_poll p = { .nr_ports = 129 };
	u32 a, b;

	begin();
	register_info(v0, v0, INFO_GFN, 0);
	info(0)->evtchn_upcall_pending = 0;
	event_settle(v0);
	assert_int_equal(sched_op_poll(v0, &p), -XEN_EINVAL);
	a = ipi(v0, 0);
	b = ipi(v0, 0);
	shared(d)->evtchn_mask[0] = ~0UL;
	*guest_u64(d, GUEST_RAM_BASE) = a | (u64)70 << 32;
	p = (struct sched_poll){ .nr_ports = 2, .ports.q = GUEST_RAM_BASE };
	assert_int_equal(sched_op_poll(v0, &p), -XEN_EINVAL);	/* no such port */
	p.ports.q = 0x1000;
	assert_int_equal(sched_op_poll(v0, &p), -XEN_EFAULT);
	p = (struct sched_poll){ .nr_ports = 1, .ports.q = GUEST_RAM_BASE };
	assert_int_equal(sched_op_poll(v0, &p), 0);
	assert_int_equal(v0->state, VCPU_BLOCKED);
	guest_leave(v0);
	v0->state = VCPU_BLOCKED;
	send(v1, b);			/* another port */
	assert_int_equal(v0->state, VCPU_BLOCKED);
	send(v1, a);			/* masked, and wakes */
	assert_int_equal(v0->state, VCPU_RUNNABLE);
	guest_run(v0);
	assert_int_equal(sched_op_poll(v0, &p), 0);	/* pending already */
	assert_int_equal(v0->state, VCPU_RUNNING);
	/* Until a time */
	shared(d)->evtchn_pending[0] = 0;
	p.timeout = ns_of(now()) + 1000000;
	assert_int_equal(sched_op_poll(v0, &p), 0);
	assert_int_equal(v0->state, VCPU_BLOCKED);
	assert_int_equal(this_pcpu()->deadline, ticks_of(p.timeout));
	sched_expire_timers(this_pcpu(), ticks_of(p.timeout) - 1);
	assert_int_equal(v0->state, VCPU_BLOCKED);
}

static void timers(void **state)
{
	struct vcpu_set_singleshot_timer s = { .flags = VCPU_SSHOTTMR_future };
	struct vcpu_set_periodic_timer p = { 999999 };
	u32 port;
	u64 t;

	begin();
	port = virq(v0, VIRQ_TIMER, 0);
	assert_int_equal(vcpu_op_set_singleshot_timer(v0, v1, &s), -XEN_EINVAL);
	assert_int_equal(vcpu_op_stop_singleshot_timer(v0, v1, NULL), -XEN_EINVAL);
	assert_int_equal(vcpu_op_set_singleshot_timer(v0, v0, &s), -XEN_ETIME);
	assert_int_equal(vcpu_op_set_periodic_timer(v0, v0, &p), -XEN_EINVAL);
	p.period_ns = ~0UL;
	assert_int_equal(vcpu_op_set_periodic_timer(v0, v0, &p), -XEN_EINVAL);
	s.timeout_abs_ns = ns_of(now()) + 5000;
	assert_int_equal(vcpu_op_set_singleshot_timer(v0, v0, &s), 0);
	t = ticks_of(s.timeout_abs_ns);
	assert_int_equal(this_pcpu()->deadline, t);
	assert_int_equal(event_expire_timers(t - 1), t);
	assert_false(pending_2l(d, port));
	assert_int_equal(event_expire_timers(t), TIME_NEVER);
	assert_true(pending_2l(d, port));
	/* Periodic: also late, none is made up for */
	shared(d)->evtchn_pending[0] = 0;
	p.period_ns = 1000000;
	assert_int_equal(vcpu_op_set_periodic_timer(v0, v0, &p), 0);
	t = now() + ticks_of(1000000);
	assert_int_equal(event_expire_timers(t + 3 * ticks_of(1000000) + 7), t + 4 * ticks_of(1000000));
	assert_true(pending_2l(d, port));
	assert_int_equal(vcpu_op_stop_periodic_timer(v0, v0, NULL), 0);
	assert_int_equal(event_expire_timers(TIME_NEVER - 1), TIME_NEVER);
	/* No rounding down, no overflow */
	for (unsigned int i = 0; i < 10000; i++) {
		u64 ns = rnd() >> rnd_below(64);

		assert_true(ns_of(ticks_of(ns)) >= ns || ns > 1UL << 62);
		assert_true(ticks_of(ns) <= ns / (1000000000 / timebase) + 1);
	}
}

static void watchdogs(void **state)
{
	struct sched_watchdog w = { 3, 1 };

	begin();
	assert_int_equal(sched_op_watchdog(v0, &w), -XEN_EINVAL);
	w.id = ~0U;
	assert_int_equal(sched_op_watchdog(v0, &w), -XEN_EINVAL);
	w.id = 1;
	assert_int_equal(sched_op_watchdog(v0, &w), -XEN_EINVAL);	/* not in use */
	w.id = 0;
	assert_int_equal(sched_op_watchdog(v0, &w), 1);
	assert_int_equal(sched_op_watchdog(v0, &w), 2);
	assert_int_equal(sched_op_watchdog(v0, &w), -XEN_ENOSPC);
	w = (struct sched_watchdog){ 1, 0 };
	assert_int_equal(sched_op_watchdog(v0, &w), 0);
	w = (struct sched_watchdog){ 2, 100 };
	assert_int_equal(sched_op_watchdog(v0, &w), 0);
	watchdogs_expire(now() + 99 * timebase);
	assert_int_equal(d->end, DOMAIN_RUNNING);
	d->on_hart = 1;
	watchdogs_expire(now() + 100 * timebase);
	assert_int_equal(d->end, DOMAIN_CRASHED);
}

static void shutdowns(void **state)
{
	struct sched_remote_shutdown r = { 0, SHUTDOWN_poweroff };
	struct sched_shutdown s = { SHUTDOWN_suspend };

	begin();
	assert_int_equal(sched_op_shutdown(v0, &s), 1);
	assert_int_equal(d->end, DOMAIN_RUNNING);
	assert_int_equal(sched_op_remote_shutdown(v0, &r), -XEN_EPERM);
	r.domain_id = 9;
	assert_int_equal(sched_op_remote_shutdown(v0, &r), -XEN_ESRCH);
	r.domain_id = DOMID_SELF;
	assert_int_equal(sched_op_remote_shutdown(v0, &r), -XEN_ESRCH);
	r.domain_id = 1;
	assert_int_equal(sched_op_remote_shutdown(v0, &r), -XEN_EPERM);
	d->on_hart = 1;
	assert_int_equal(sched_op_remote_shutdown(initial->vcpu[0], &r), 0);
	assert_int_equal(d->end, DOMAIN_POWEROFF);
	assert_int_equal(d->on_hart, 1);
	/* As new, and it lives on */
	begin_fifo();
	s.reason = SHUTDOWN_soft_reset;
	assert_int_equal(sched_op_shutdown(v0, &s), 0);
	assert_false(d->events.fifo);
	assert_int_equal(register_info(v0, v0, INFO_GFN, 0), 0);
	assert_int_equal(d->end, DOMAIN_RUNNING);
}

/* The reason that was latched first counts, whatever is said at the end. */
static void shutdown_code(void **state)
{
	struct sched_shutdown s = { SHUTDOWN_suspend };

	begin();
	assert_int_equal(sched_op_shutdown_code(v0, &s), 0);
	s.reason = SHUTDOWN_crash;
	assert_int_equal(sched_op_shutdown_code(v0, &s), 0);
	assert_int_equal(sched_op_shutdown(v0, &s), 1);
	assert_int_equal(d->end, DOMAIN_RUNNING);
}

static u64 sum(const struct vcpu_runstate_info *r)
{
	return r->time[0] + r->time[1] + r->time[2] + r->time[3];
}

static void runstates(void **state)
{
	struct vcpu_register_runstate_memory_area area = { .addr.p = GUEST_RAM_BASE + PAGE_SIZE - 16 };
	struct vcpu_runstate_info r;
	u64 *words;

	begin();
	vcpu_op_get_runstate_info(v0, v0, &r);
	assert_int_equal(r.state, RUNSTATE_running);
	assert_int_equal(sum(&r), ns_of(now()));	/* all the time there is */
	area.addr.p += 4;
	assert_int_equal(vcpu_op_register_runstate_memory_area(v0, v0, &area), -XEN_EINVAL);
	area.addr.p -= 4;
	assert_int_equal(vcpu_op_register_runstate_memory_area(v0, v0, &area), 0);
	words = guest_u64(d, area.addr.p);
	assert_int_equal(words[0], RUNSTATE_running);
	/* Blocked for 5 us: in the time of it, and of nothing else */
	sched_block(v0);
	host_set_time(now() + 50);
	vcpu_op_get_runstate_info(v0, v0, &r);
	assert_int_equal(r.state, RUNSTATE_blocked);
	assert_int_equal(r.time[RUNSTATE_blocked], ns_of(50));
	assert_int_equal(sum(&r), ns_of(now()));
	/* Nowhere, and where nothing is mapped: nothing is written */
	area.addr.p = 0x1000;
	assert_int_equal(vcpu_op_register_runstate_memory_area(v0, v0, &area), 0);
	assert_null(v0->events.runstate_word[0]);
	area.addr.p = 0;
	assert_int_equal(vcpu_op_register_runstate_memory_area(v0, v0, &area), 0);
}

static u64 words[RUNSTATE_WORDS], *guarded, seen;

/* The first store to it: what another vCPU reads at that moment. */
static void sees_state_being_written(int sig)
{
	seen = words[1];
	mprotect(guarded, PAGE_SIZE, PROT_READ | PROT_WRITE);
}

/* With the flag, who reads another's sees that it is being written. */
static void runstate_flag(void **state)
{
	void (*was)(int sig);

	begin();
	for (unsigned int i = 0; i < RUNSTATE_WORDS; i++)
		v0->events.runstate_word[i] = &words[i];
	guarded = mmap(NULL, PAGE_SIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(guarded, MAP_FAILED);
	v0->events.runstate_word[0] = guarded;
	for (unsigned int flag = 0; flag < 2; flag++) {
		d->xen.vm_assist = flag << VMASST_TYPE_runstate_update_flag;
		seen = 99;
		mprotect(guarded, PAGE_SIZE, PROT_READ);
		was = signal(SIGSEGV, sees_state_being_written);
		runstate_write(v0);
		signal(SIGSEGV, was);
		assert_int_equal(!!(seen & XEN_RUNSTATE_UPDATE), flag);
		assert_int_not_equal(seen, 99);
		assert_int_equal(*guarded, RUNSTATE_running);
		assert_int_equal(words[1] & XEN_RUNSTATE_UPDATE, 0);
	}
	v0->events.runstate_word[0] = NULL;
	munmap(guarded, PAGE_SIZE);
}

static void up_and_down(void **state)
{
	begin();
	v1->state = VCPU_STOPPED;
	assert_int_equal(vcpu_op_is_up(v0, v0, NULL), 1);
	assert_int_equal(vcpu_op_is_up(v0, v1, NULL), 0);
	assert_int_equal(vcpu_op_up(v0, v0, NULL), 0);
	assert_int_equal(vcpu_op_up(v0, v1, NULL), -XEN_EINVAL);
	v1->state = VCPU_RUNNABLE;
	assert_int_equal(vcpu_op_down(v0, v1, NULL), 0);
	assert_int_equal(v1->state, VCPU_STOPPED);
	assert_int_equal(d->end, DOMAIN_RUNNING);
	d->on_hart = 1;
	assert_int_equal(vcpu_op_down(v0, v0, NULL), 0);	/* the last one */
	assert_int_equal(d->end, DOMAIN_POWEROFF);
}

/* A domain ends: others find their ports unbound, and can do nothing with it any more. */
static void the_end(void **state)
{
	struct vcpu *peer;
	u32 mine, other, no;

	begin_fifo();
	peer = initial->vcpu[0];
	other = unbound(peer, 1);
	assert_int_equal(connect(v0, 0, other, &mine), 0);
	domain_events_destroy(d);
	assert_int_equal(status(peer, other).status, EVTCHNSTAT_unbound);
	assert_int_equal(send(peer, other), 0);
	assert_int_equal(connect(peer, 1, mine, &no), -XEN_ESRCH);
	assert_false(d->events.fifo);
	assert_int_equal(event_expire_timers(TIME_NEVER - 1), TIME_NEVER);
}

UNIT_MAIN(T(ports_are_given_lowest_first), T(a_port_that_is_none), T(a_port_that_is_free), T(an_interdomain_channel),
	  T(a_channel_to_itself), T(whose_ports), T(virqs), T(ipis_and_moves), T(there_are_so_many),
	  T(the_stubs_own_end),
	  T(registering), T(the_line), T(fifo_errors), T(fifo_takes_over), T(fifo_queues), T(fifo_changes_queues),
	  T(fifo_port_stays_until_taken), T(fifo_hostile), T(reset_leaves_fifo), T(block_and_wake), T(poll_and_wake),
	  T(timers), T(watchdogs), T(shutdowns), T(shutdown_code), T(runstates), T(runstate_flag),
	  T(up_and_down), T(the_end))
