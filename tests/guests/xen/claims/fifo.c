// SPDX-License-Identifier: GPL-2.0
/* The FIFO ABI: control blocks, event words, priorities; and back to the 2-level one by a reset. */
#include "xt.h"

#define NO_VCPU	1000

static char control_page[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
static struct evtchn_status st;

static long init_at(unsigned long gfn, unsigned int offset, unsigned int vcpu)
{
	struct evtchn_init_control c = { .control_gfn = gfn, .offset = offset, .vcpu = vcpu };
	long err = event_op(EVTCHNOP_init_control, &c);

	return err;
}

static long expand(unsigned long gfn)
{
	struct evtchn_expand_array e = { .array_gfn = gfn };

	return event_op(EVTCHNOP_expand_array, &e);
}

static long priority(unsigned int port, unsigned int p)
{
	struct evtchn_set_priority s = { .port = port, .priority = p };

	return event_op(EVTCHNOP_set_priority, &s);
}

/* Interrupts on for a moment */
static void take(void)
{
	irq_on();
	wait_for(false, 5);
	irq_off();
}

static long new_ipi(unsigned int vcpu)
{
	long port = ev_ipi(vcpu);

	if (port > 0) {
		fired[port] = 0;
		set_masked(port, false);
	}
	return port;
}

/* First what is refused: the domain stays with the 2-level ABI. */
CLAIM("fifo.init_control.offset-unaligned", "a control block is aligned to 8", -XEN_EINVAL)
{
	return init_at(frame_of(control_page), 4, 0);
}

CLAIM("fifo.init_control.crossing", "and not across the end of the page", -XEN_EINVAL)
{
	return init_at(frame_of(control_page), PAGE_SIZE - 8, 0);
}

CLAIM("fifo.init_control.offset-huge", "in the page", -XEN_EINVAL)
{
	return init_at(frame_of(control_page), 1U << 31, 0);
}

CLAIM("fifo.init_control.no-vcpu", "of a vCPU that there is", -XEN_ENOENT)
{
	return init_at(frame_of(control_page), 0, NO_VCPU);
}

CLAIM("fifo.init_control.hole.xsa-188", "XSA-188: a frame without memory is refused", -XEN_EINVAL)
{
	return init_at(machine.hypervisor[0].base / PAGE_SIZE + 40, 0, 0);
}

CLAIM("fifo.init_control.huge.xsa-32", "XSA-32: as is one past all memory", -XEN_EINVAL)
{
	return init_at(-1UL, 0, 0);
}

CLAIM("fifo.expand_array.after-failure.xsa-188", "XSA-188: after that there is no FIFO ABI half begun", -XEN_EOPNOTSUPP)
{
	MUST(init_at(-1UL, 0, 0) == -XEN_EINVAL);
	return expand(frame_of(control_page));
}

CLAIM("fifo.2-level-still", "events come as before", 1)
{
	long port = new_ipi(0);

	MUST(port > 0 && !ev_send(port));
	take();
	return fired[port];
}

CLAIM("fifo.enter", "control blocks of all vCPUs and a page of words: the domain has the FIFO ABI", 0)
{
	return fifo_enter();
}

CLAIM("fifo.init_control.link-bits", "a link has 17 bits", EVTCHN_FIFO_LINK_BITS)
{
	struct evtchn_init_control c = { .control_gfn = frame_of(control_page) };

	MUST(!ev_reset(DOMID_SELF));
	memset(control_page, 0, sizeof(control_page));
	MUST(!event_op(EVTCHNOP_init_control, &c));
	MUST(!ev_reset(DOMID_SELF));
	return c.link_bits;
}

CLAIM("fifo.init_control.second-time", "a vCPU's control block stays where it is", -XEN_EINVAL)
{
	MUST(!fifo_enter());
	return init_at(frame_of(control_page), 0, 0);
}

CLAIM("fifo.send", "an event gets to its handler", 1)
{
	long port;

	MUST(!fifo_enter());
	port = new_ipi(0);
	MUST(port > 0 && !ev_send(port));
	take();
	return fired[port];
}

CLAIM("fifo.word", "pending and linked are set in its word, and the queue is ready", 1)
{
	long port;
	uint32_t w;

	MUST(!fifo_enter());
	port = new_ipi(0);
	MUST(port > 0 && !ev_send(port));
	w = read_once(*fifo_word(port));
	return w >> EVTCHN_FIFO_PENDING & 1 && w >> EVTCHN_FIFO_LINKED & 1 &&
		read_once(fifo_control(0)->ready) == 1U << EVTCHN_FIFO_PRIORITY_DEFAULT &&
		read_once(fifo_control(0)->head[EVTCHN_FIFO_PRIORITY_DEFAULT]) == port;
}

CLAIM("fifo.shared_info-unused", "the 2-level bits are not touched", 0)
{
	long port;

	MUST(!fifo_enter());
	port = new_ipi(0);
	MUST(port > 0);
	shared->evtchn_pending[port / 64] = 0;
	MUST(!ev_send(port));
	return shared->evtchn_pending[port / 64] != 0;
}

CLAIM("fifo.masked", "a masked event is pending and not linked", 1)
{
	long port;
	uint32_t w;

	MUST(!fifo_enter());
	port = new_ipi(0);
	MUST(port > 0);
	take();
	set_masked(port, true);
	MUST(!ev_send(port));
	w = read_once(*fifo_word(port));
	return w >> EVTCHN_FIFO_PENDING & 1 && !(w >> EVTCHN_FIFO_LINKED & 1);
}

CLAIM("fifo.unmask", "unmasking delivers it", 1)
{
	long port;

	MUST(!fifo_enter());
	port = new_ipi(0);
	MUST(port > 0);
	set_masked(port, true);
	MUST(!ev_send(port) && !ev_unmask(port));
	take();
	return fired[port];
}

CLAIM("fifo.masked-while-linked", "masked after it was linked, it is not taken, and comes when it is unmasked", 1)
{
	long port;

	MUST(!fifo_enter());
	port = new_ipi(0);
	MUST(port > 0 && !ev_send(port));
	set_masked(port, true);
	take();
	MUST(!fired[port] && pending(port));
	MUST(!ev_unmask(port));
	take();
	return fired[port];
}

CLAIM("fifo.order", "events of a queue come in the order in which they were sent", 8)
{
	long port[8];
	uint32_t link;
	long n = 1;

	MUST(!fifo_enter());
	take();
	for (int i = 0; i < 8; i++)
		port[i] = new_ipi(0);
	for (int i = 0; i < 8; i++)
		MUST(!ev_send(port[7 - i]));
	MUST(read_once(fifo_control(0)->head[EVTCHN_FIFO_PRIORITY_DEFAULT]) == port[7]);
	for (int i = 7; i > 0; i--) {
		link = read_once(*fifo_word(port[i])) & EVTCHN_FIFO_LINK_MASK;
		n += link == port[i - 1];
	}
	return n;
}

CLAIM("fifo.set_priority", "a port's queue is its priority's", 1)
{
	long port;

	MUST(!fifo_enter());
	take();
	port = new_ipi(0);
	MUST(port > 0 && !priority(port, 3) && !ev_send(port));
	return read_once(fifo_control(0)->ready) == 1U << 3;
}

CLAIM("fifo.set_priority.highest", "0 is one", 1)
{
	long port;

	MUST(!fifo_enter());
	take();
	port = new_ipi(0);
	MUST(port > 0 && !priority(port, EVTCHN_FIFO_PRIORITY_MAX) && !ev_send(port));
	return read_once(fifo_control(0)->ready) == 1;
}

CLAIM("fifo.set_priority.lowest", "15 is one", 1)
{
	long port;

	MUST(!fifo_enter());
	take();
	port = new_ipi(0);
	MUST(port > 0 && !priority(port, EVTCHN_FIFO_PRIORITY_MIN) && !ev_send(port));
	return read_once(fifo_control(0)->ready) == 1U << 15;
}

CLAIM("fifo.set_priority.16", "16 is none", -XEN_EINVAL)
{
	long port;

	MUST(!fifo_enter());
	port = new_ipi(0);
	return priority(port, 16);
}

CLAIM("fifo.set_priority.huge", "nor the last of all numbers", -XEN_EINVAL)
{
	long port;

	MUST(!fifo_enter());
	port = new_ipi(0);
	return priority(port, -1U);
}

CLAIM("fifo.set_priority.port-huge", "of a port past all numbers", -XEN_EINVAL)
{
	MUST(!fifo_enter());
	return priority(0x7fffffff, 1);
}

CLAIM("fifo.set_priority.reset-by-close", "a port that is taken again has the default priority", 1)
{
	long port;

	MUST(!fifo_enter());
	take();
	port = new_ipi(0);
	MUST(port > 0 && !priority(port, 3) && !ev_close(port));
	MUST(new_ipi(0) == port && !ev_send(port));
	return read_once(fifo_control(0)->ready) == 1U << EVTCHN_FIFO_PRIORITY_DEFAULT;
}

CLAIM("fifo.close.linked", "a port that is closed while it is linked is not delivered", 0)
{
	long port;

	MUST(!fifo_enter());
	port = new_ipi(0);
	MUST(port > 0 && !ev_send(port) && !ev_close(port));
	take();
	return fired[port];
}

CLAIM("fifo.bind_vcpu", "an event that was linked here and moves comes there", 1)
{
	unsigned int a, b;

	if (!second_cpu())
		return skip("there is one vCPU");
	MUST(!fifo_enter());
	take();
	MUST(!ev_loop(&a, &b));
	clear_pending(b);
	set_masked(b, false);
	MUST(!ev_bind_vcpu(b, 1) && !ev_send(a));
	return read_once(fifo_control(1)->ready) == 1U << EVTCHN_FIFO_PRIORITY_DEFAULT && !read_once(fifo_control(0)->ready);
}

CLAIM("fifo.expand_array.hole", "a frame without memory holds no words", -XEN_EINVAL)
{
	MUST(!fifo_enter());
	return expand(machine.hypervisor[0].base / PAGE_SIZE + 40);
}

CLAIM("fifo.expand_array.huge.xsa-32", "XSA-32: nor one past all memory", -XEN_EINVAL)
{
	MUST(!fifo_enter());
	return expand(-1UL);
}

CLAIM("fifo.expand_array.limit", "more pages than ports can be are refused", -XEN_ENOSPC)
{
	static char page[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
	long err = 0;

	MUST(!fifo_enter());
	for (int i = 0; i < 200 && !err; i++)
		err = expand(frame_of(page));
	return err;
}

CLAIM("fifo.reset", "a reset is back at the 2-level ABI", 1)
{
	long port;

	MUST(!fifo_enter());
	MUST(!ev_reset(DOMID_SELF));
	port = new_ipi(0);
	MUST(port > 0 && !ev_send(port));
	MUST(shared->evtchn_pending[port / 64] >> port % 64 & 1);
	take();
	return fired[port];
}

CLAIM("fifo.reset.again", "and the FIFO ABI can be begun again", 1)
{
	long port;

	MUST(!ev_reset(DOMID_SELF) && !fifo_enter());
	port = new_ipi(0);
	MUST(port > 0 && !ev_send(port));
	take();
	return fired[port];
}

CLAIM("fifo.reset.memory", "pages that held words and control blocks are the domain's alone again", 0)
{
	char *page = page_get();
	long port;

	MUST(!ev_reset(DOMID_SELF) && !fifo_enter());
	MUST(!ev_reset(DOMID_SELF));
	memset(fifo_control(0), 0x77, sizeof(*fifo_control(0)));
	port = new_ipi(0);
	MUST(port > 0 && !ev_send(port));
	take();
	for (unsigned int i = 0; i < sizeof(*fifo_control(0)); i++)
		MUST(((char *)fifo_control(0))[i] == 0x77);
	return page[0];
}

CLAIM("fifo.no-control-block.xsa-107", "XSA-107: an event for a vCPU that has no control block is no harm", 0)
{
	long port, err;

	if (machine.nr_cpus < 2)
		return skip("there is one vCPU");
	MUST(!ev_reset(DOMID_SELF));
	memset(control_page, 0, sizeof(control_page));
	MUST(!init_at(frame_of(control_page), 0, 0));
	port = ev_ipi(1);
	MUST(port > 0);
	err = ev_send(port);
	MUST(!ev_reset(DOMID_SELF));
	return err;
}

CLAIM("fifo.no-array", "an event without a word is lost without an error", 0)
{
	long port, err;

	MUST(!ev_reset(DOMID_SELF));
	memset(control_page, 0, sizeof(control_page));
	MUST(!init_at(frame_of(control_page), 0, 0));
	port = ev_ipi(0);
	MUST(port > 0);
	err = ev_send(port);
	MUST(!ev_reset(DOMID_SELF));
	return err;
}

CLAIM("fifo.hostile-links", "words that the guest fills with nonsense do the hypervisor no harm", 1)
{
	long port = 0;

	MUST(!ev_reset(DOMID_SELF) && !fifo_enter());
	for (int i = 0; i < 50; i++) {
		for (int w = 0; w < 64; w++)
			write_once(*fifo_word(w), (uint32_t)(i * 0x9e3779b9U + w * 0x7f4a7c15U) & ~(1U << EVTCHN_FIFO_BUSY));
		port = ev_ipi(0);
		MUST(port > 0);
		ev_send(port);
		ev_unmask(port);
	}
	MUST(!ev_reset(DOMID_SELF));
	MUST(!fifo_enter());
	port = new_ipi(0);
	MUST(port > 0 && !ev_send(port));
	take();
	return fired[port];
}

CLAIM("fifo.reset.status.xsa-338",
      "XSA-338: ports of the larger ABI are none when the domain is back with the smaller", 1)
{
	MUST(!ev_reset(DOMID_SELF) && !fifo_enter());
	MUST(!ev_reset(DOMID_SELF));
	return ev_send(5000) == -XEN_EINVAL && ev_close(5000) == -XEN_EINVAL && ev_status(5000, &st) == -XEN_EINVAL;
}
