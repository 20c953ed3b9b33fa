// SPDX-License-Identifier: GPL-2.0
/* Two vCPUs at once. Everything that is counted is counted on both sides. */
#include "xt.h"

#define NEED_TWO	do { if (!second_cpu()) return skip("there is one vCPU"); } while (0)
#define ROUNDS		500

static volatile bool stop;
static volatile long there;		/* what the second vCPU has counted */

/* Ends what the second one does. */
static bool join(void)
{
	write_once(stop, true);
	mb();
	return cpu_wait();
}

static void begin(void (*fn)(void *), void *arg)
{
	stop = false;
	there = 0;
	mb();
	cpu_run(fn, arg);
}

static long ipi_to(unsigned int vcpu)
{
	long port = ev_ipi(vcpu);

	if (port > 0) {
		fired[port] = 0;
		set_masked(port, false);
	}
	return port;
}

static void take_events(void *unused)
{
	irq_on();
	while (!read_once(stop))
		relax();
	irq_off();
}

/* Each event waits for the one before to be taken: so as many are taken as are sent, no more and no less. */
static long ping(unsigned int n)
{
	long port = ipi_to(1);

	MUST(port > 0);
	begin(take_events, NULL);
	for (unsigned int i = 1; i <= n; i++) {
		MUST(!ev_send(port));
		MUST(wait_for(read_once(fired[port]) >= i, 5000));
	}
	MUST(join());
	return (long)fired[port] - n;
}

CLAIM("races.storm", "many events, each taken before the next (storm=N: so many): none is lost, none comes twice", 0)
{
	NEED_TWO;
	return ping(option_value("storm", ROUNDS));
}

CLAIM("races.storm.fifo", "the same in the FIFO ABI", 0)
{
	long n;

	NEED_TWO;
	MUST(!fifo_enter());
	n = ping(option_value("storm", ROUNDS));
	MUST(!ev_reset(DOMID_SELF));
	return n;
}

static void send_all(void *port)
{
	long n = 0;

	while (!read_once(stop)) {
		if (!ev_send((long)port))
			n++;
		else
			break;
	}
	write_once(there, n);
}

/* The other one sends as fast as it can; the last event is never lost, and no more are taken than were sent. */
static long flood(void)
{
	long port = ipi_to(0), n;

	MUST(port > 0);
	begin(send_all, (void *)port);
	irq_on();
	wait_for(read_once(fired[port]) >= ROUNDS, 20000);
	irq_off();
	MUST(join());
	irq_on();
	wait_for(!pending(port), 1000);
	irq_off();
	n = read_once(fired[port]);
	MUST(!pending(port));
	return n > 0 && n <= read_once(there);
}

CLAIM("races.flood", "one sends, the other takes: not more than were sent, and at the end nothing is left", 1)
{
	NEED_TWO;
	return flood();
}

CLAIM("races.flood.fifo", "the same in the FIFO ABI", 1)
{
	long ok;

	NEED_TWO;
	MUST(!fifo_enter());
	ok = flood();
	MUST(!ev_reset(DOMID_SELF));
	return ok;
}

CLAIM("races.flood.masking", "while the taker masks and unmasks all the time, the last event is taken", 1)
{
	long port;

	NEED_TWO;
	port = ipi_to(0);
	MUST(port > 0);
	begin(send_all, (void *)port);
	irq_on();
	MUST(wait_for(read_once(fired[port]), 5000));
	for (int i = 0; i < ROUNDS; i++) {
		set_masked(port, true);
		MUST(!ev_unmask(port));
	}
	irq_off();
	MUST(join());
	irq_on();
	MUST(wait_for(!pending(port), 1000));
	irq_off();
	return fired[port] > 0;
}

static void send_always(void *port)
{
	while (!read_once(stop))
		ev_send((long)port);
}

CLAIM("races.send-close.xsa-343", "XSA-343: sending on a port that another vCPU closes and takes again", ROUNDS)
{
	long port, n = 0;

	NEED_TWO;
	port = ev_ipi(0);
	MUST(port > 0);
	begin(send_always, (void *)port);
	for (int i = 0; i < ROUNDS; i++)
		n += !ev_close(port) && ev_ipi(0) == port;
	MUST(join());
	return n;
}

CLAIM("races.send-bind.xsa-340", "XSA-340: sending on the next port, before, while and after it is made", ROUNDS)
{
	long port, n = 0;

	NEED_TWO;
	port = ev_alloc(DOMID_SELF, DOMID_SELF);
	MUST(port > 0 && !ev_close(port));
	begin(send_always, (void *)(port + 1));
	for (int i = 0; i < ROUNDS; i++) {
		long a = ev_alloc(DOMID_SELF, DOMID_SELF), b = ev_bind(DOMID_SELF, a);

		n += a == port && b == port + 1 && !ev_close(a) && !ev_close(b);
	}
	MUST(join());
	return n;
}

static void alloc_always(void *unused)
{
	long n = 0, port;

	while (!read_once(stop)) {
		port = ev_alloc(DOMID_SELF, DOMID_SELF);
		n += port > 0 && !ev_close(port);
	}
	write_once(there, n);
}

CLAIM("races.alloc-alloc", "two vCPUs take and free ports: none is given to both", ROUNDS)
{
	long n = 0, port;

	NEED_TWO;
	begin(alloc_always, NULL);
	for (int i = 0; i < ROUNDS; i++) {
		port = ev_alloc(DOMID_SELF, DOMID_SELF);
		n += port > 0 && !ev_close(port);
	}
	MUST(join());
	return n;
}

static void close_both(void *ports)
{
	unsigned int *p = ports;

	write_once(there, ev_close(p[0]));
}

CLAIM("races.close-both-ends", "both ends of a channel are closed at once", 300)
{
	unsigned int p[2];
	long n = 0;

	NEED_TWO;
	for (int i = 0; i < 300; i++) {
		MUST(!ev_loop(&p[0], &p[1]));
		begin(close_both, p);
		n += !ev_close(p[1]);
		MUST(cpu_wait());
		MUST(!there);
	}
	return n;
}

CLAIM("races.bind_vcpu", "a port moves to and fro while events come: none is lost at the end", 1)
{
	unsigned int a, b;

	NEED_TWO;
	MUST(!ev_loop(&a, &b));
	fired[b] = 0;
	set_masked(b, false);
	begin(send_always, (void *)(unsigned long)a);
	irq_on();
	for (int i = 0; i < ROUNDS; i++)
		MUST(!ev_bind_vcpu(b, i & 1));
	MUST(!ev_bind_vcpu(b, 0));
	irq_off();
	MUST(join());
	/* what came while it was the other one's is for that one to take, which does not: so it is sent again */
	clear_pending(b);
	fired[b] = 0;
	MUST(!ev_send(a));
	irq_on();
	wait_for(read_once(fired[b]), 1000);
	irq_off();
	return fired[b];
}

CLAIM("races.reset-send.xsa-343", "XSA-343: a reset while another vCPU sends", 100)
{
	long n = 0, port;

	NEED_TWO;
	MUST(!ev_reset(DOMID_SELF));
	begin(send_always, (void *)1);
	for (int i = 0; i < 100; i++) {
		port = ev_ipi(0);
		n += port == 1 && !ev_reset(DOMID_SELF);
	}
	MUST(join());
	return n;
}

CLAIM("races.reset-alloc.xsa-343",
      "XSA-343: a reset while another vCPU takes ports: it ends, or says that it has to be made again", 1)
{
	long err = 0;

	NEED_TWO;
	begin(alloc_always, NULL);
	for (int i = 0; i < 100; i++) {
		err = ev_reset(DOMID_SELF);
		MUST(!err || err == -XEN_EAGAIN || err == -XEN_EBUSY);
	}
	MUST(join());
	MUST(!ev_reset(DOMID_SELF));
	return 1;
}

CLAIM("races.init_control-send.xsa-358", "XSA-358: the FIFO ABI is begun while another vCPU sends", 50)
{
	long n = 0;

	NEED_TWO;
	MUST(!ev_reset(DOMID_SELF));
	begin(send_always, (void *)1);
	for (int i = 0; i < 50; i++) {
		MUST(ev_ipi(0) == 1);
		n += !fifo_enter() && !ev_reset(DOMID_SELF);
	}
	MUST(join());
	return n;
}

static void hammer(void *unused)
{
	while (!read_once(stop)) {
		__atomic_fetch_or(&shared->evtchn_pending[63], 1, __ATOMIC_SEQ_CST);
		__atomic_fetch_and(&shared->evtchn_pending[0], -1UL, __ATOMIC_SEQ_CST);
	}
}

CLAIM("races.atomics.xsa-295",
      "XSA-295: a guest that writes to the shared words all the time does not hold up who sends", ROUNDS)
{
	long port, n = 0;

	NEED_TWO;
	port = ev_ipi(0);
	MUST(port > 0);
	begin(hammer, NULL);
	for (int i = 0; i < ROUNDS; i++) {
		n += !ev_send(port) && pending(port);
		clear_pending(port);
	}
	MUST(join());
	shared->evtchn_pending[63] = 0;
	return n;
}

static void close_later(void *port)
{
	wait_for(false, 10);
	ev_send(((unsigned int *)port)[0]);
	ev_close(((unsigned int *)port)[1]);
}

CLAIM("races.poll-close", "a port that is closed under a vCPU that polls it", 0)
{
	static unsigned int p[2];
	struct sched_poll s = { .nr_ports = 1 };
	evtchn_port_t port;

	NEED_TWO;
	MUST(!ev_loop(&p[0], &p[1]));
	set_masked(p[1], true);
	clear_pending(p[1]);
	port = p[1];
	s.ports.p = &port;
	s.timeout = system_time() + 300000000;
	begin(close_later, p);
	MUST(!sched_op(SCHEDOP_poll, &s));
	return !cpu_wait();
}

static void memory_always(void *gfn)
{
	xen_pfn_t f = (unsigned long)gfn;
	struct xen_memory_reservation r = { .extent_start.p = &f, .nr_extents = 1, .domid = DOMID_SELF };

	while (!read_once(stop)) {
		memory_op(XENMEM_decrease_reservation, &r);
		memory_op(XENMEM_populate_physmap, &r);
	}
}

CLAIM("races.memory", "a page that comes and goes while another vCPU reads it: there, or a fault", ROUNDS)
{
	unsigned long at;
	long n = 0;

	NEED_TWO;
	at = pieces(1);
	MUST(at);
	begin(memory_always, (void *)(at / PAGE_SIZE));
	for (int i = 0; i < ROUNDS; i++) {
		try_read(at, NULL);
		n++;
	}
	MUST(join());
	return n;
}

CLAIM("races.memory.handle", "an argument in such a page: read, or EFAULT", ROUNDS)
{
	unsigned long at;
	long n = 0, err;

	NEED_TWO;
	at = pieces(1);
	MUST(at);
	memset((void *)at, 0, PAGE_SIZE);
	begin(memory_always, (void *)(at / PAGE_SIZE));
	for (int i = 0; i < ROUNDS; i++) {
		err = version_op(XENVER_get_features, at);
		n += !err || err == -XEN_EFAULT;
	}
	MUST(join());
	return n;
}
