// SPDX-License-Identifier: GPL-2.0
/* From a port to the handler: pending and mask bits, the vCPU's selector, the upcall. In the 2-level ABI. */
#include "xt.h"

#define NEED_TWO	do { if (!second_cpu()) return skip("there is one vCPU"); } while (0)

/* What has been delivered within some time, with interrupts on */
static unsigned int delivered(unsigned int port, unsigned int n, unsigned int ms)
{
	bool all;

	irq_on();
	all = wait_for(read_once(fired[port]) >= n, ms);
	irq_off();
	(void)all;
	return read_once(fired[port]);
}

static long ipi_to(unsigned int vcpu, bool mask)
{
	long port = ev_ipi(vcpu);

	if (port > 0) {
		fired[port] = 0;
		set_masked(port, mask);
	}
	return port;
}

CLAIM("delivery.ipi.self", "an event for this vCPU gets to its handler", 1)
{
	long port = ipi_to(0, false);

	MUST(port > 0 && !ev_send(port));
	return delivered(port, 1, 1000);
}

CLAIM("delivery.masked", "a masked one does not", 0)
{
	long port = ipi_to(0, true);

	MUST(port > 0 && !ev_send(port));
	return delivered(port, 1, 50);
}

CLAIM("delivery.masked.pending", "it stays pending", 1)
{
	long port = ipi_to(0, true);

	MUST(port > 0 && !ev_send(port));
	delivered(port, 1, 20);
	return pending(port);
}

CLAIM("delivery.masked.silent", "and neither the selector nor the upcall's byte say something", 0)
{
	long port = ipi_to(0, true);
	struct vcpu_info *v = vcpu_info_of(0);

	MUST(port > 0 && !ev_send(port));
	return read_once(v->evtchn_pending_sel) | read_once(v->evtchn_upcall_pending);
}

CLAIM("delivery.unmask", "unmasking delivers what is pending", 1)
{
	long port = ipi_to(0, true);

	MUST(port > 0 && !ev_send(port) && !ev_unmask(port));
	return delivered(port, 1, 1000);
}

CLAIM("delivery.unmask.nothing", "and nothing where nothing is", 0)
{
	long port = ipi_to(0, true);

	MUST(port > 0 && !ev_unmask(port));
	return delivered(port, 1, 50);
}

CLAIM("delivery.bits", "an event sets the port's bit, its word's in the selector, and the upcall's byte", 1)
{
	long port = ipi_to(0, false);
	struct vcpu_info *v = vcpu_info_of(0);

	MUST(port > 0 && !ev_send(port));
	return pending(port) && read_once(v->evtchn_pending_sel) == 1UL << port / 64 &&
		read_once(v->evtchn_upcall_pending) == 1;
}

CLAIM("delivery.once", "what is sent several times before it is taken is delivered once", 1)
{
	long port = ipi_to(0, false);

	MUST(port > 0);
	for (int i = 0; i < 5; i++)
		MUST(!ev_send(port));
	delivered(port, 1, 1000);
	return delivered(port, 2, 20);
}

CLAIM("delivery.again", "and again after it is taken", 10)
{
	long port = ipi_to(0, false);

	MUST(port > 0);
	for (unsigned int i = 1; i <= 10; i++) {
		MUST(!ev_send(port));
		MUST(delivered(port, i, 1000) == i);
	}
	return fired[port];
}

CLAIM("delivery.no-spurious", "without an event there is no upcall", 0)
{
	unsigned int before;

	irq_on();
	before = read_once(upcalls[0]);
	wait_for(false, 20);
	irq_off();
	return read_once(upcalls[0]) - before;
}

CLAIM("delivery.one-upcall", "one event, one upcall: it is not asserted again by itself", 1)
{
	long port = ipi_to(0, false);
	unsigned int before = read_once(upcalls[0]);

	MUST(port > 0 && !ev_send(port));
	delivered(port, 1, 1000);
	delivered(port, 2, 20);
	return read_once(upcalls[0]) - before;
}

CLAIM("delivery.handler-clears", "a handler that clears the byte and looks at nothing is not called again", 1)
{
	long port = ipi_to(0, false);
	unsigned int before = read_once(upcalls[0]);

	MUST(port > 0 && !ev_send(port));
	set_masked(port, true);		/* so that it is not taken */
	delivered(port, 1, 20);
	return read_once(upcalls[0]) - before;
}

CLAIM("delivery.interdomain", "an event from the other end gets to the handler", 1)
{
	unsigned int a, b;

	MUST(!ev_loop(&a, &b));
	set_masked(b, true);
	clear_pending(b);
	fired[b] = 0;
	set_masked(b, false);
	MUST(!ev_send(a));
	return delivered(b, 1, 1000);
}

CLAIM("delivery.closed-while-pending", "a port that is closed while it is pending is not delivered", 0)
{
	long port = ipi_to(0, false);

	MUST(port > 0 && !ev_send(port) && !ev_close(port));
	return delivered(port, 1, 20);
}

CLAIM("delivery.two-ports", "two ports, two handlers", 2)
{
	long one = ipi_to(0, false), two = ipi_to(0, false);

	MUST(one > 0 && two > 0 && !ev_send(one) && !ev_send(two));
	return delivered(one, 1, 1000) + delivered(two, 1, 1000);
}

CLAIM("delivery.wait", "a vCPU that waits goes on when an event comes, also with interrupts off", 1)
{
	long port = ipi_to(0, false);

	MUST(port > 0 && !ev_send(port));
	arch_wait();
	return pending(port);
}

/* The second vCPU takes events for a while. */
static volatile bool enough;
static void take_events(void *unused)
{
	irq_on();
	while (!enough)
		relax();
	irq_off();
}

static void start_taking(void)
{
	enough = false;
	cpu_run(take_events, NULL);
}

static bool stop_taking(void)
{
	enough = true;
	mb();
	return cpu_wait();
}

CLAIM("delivery.ipi.other", "an event for another vCPU gets to its handler there", 1)
{
	unsigned int before = read_once(upcalls[1]);
	long port;

	NEED_TWO;
	port = ipi_to(1, false);
	MUST(port > 0);
	start_taking();
	MUST(!ev_send(port));
	MUST(wait_for(read_once(fired[port]), 2000));
	MUST(stop_taking());
	return fired[port] == 1 && read_once(upcalls[1]) > before;
}

CLAIM("delivery.bind_vcpu", "an event comes where its port was moved to", 1)
{
	unsigned int a, b, before;

	NEED_TWO;
	MUST(!ev_loop(&a, &b));
	clear_pending(b);
	fired[b] = 0;
	MUST(!ev_bind_vcpu(b, 1));
	set_masked(b, false);
	before = read_once(upcalls[1]);
	start_taking();
	MUST(!ev_send(a));
	MUST(wait_for(read_once(fired[b]), 2000));
	MUST(stop_taking());
	return read_once(upcalls[1]) > before;
}

CLAIM("delivery.unmask.other", "unmasking here delivers there", 1)
{
	long port;

	NEED_TWO;
	port = ipi_to(1, true);
	MUST(port > 0 && !ev_send(port));
	start_taking();
	MUST(!ev_unmask(port));
	MUST(wait_for(read_once(fired[port]), 2000));
	MUST(stop_taking());
	return fired[port];
}

static void wait_for_interrupt(void *port)
{
	irq_on();
	while (!read_once(fired[(long)port]))
		arch_wait();
	irq_off();
}

CLAIM("delivery.wakes", "a vCPU that waits is woken by an event", 1)
{
	long port;

	NEED_TWO;
	port = ipi_to(1, false);
	MUST(port > 0);
	cpu_run(wait_for_interrupt, (void *)port);
	wait_for(false, 20);
	MUST(!ev_send(port));
	MUST(cpu_wait());
	return fired[port];
}
