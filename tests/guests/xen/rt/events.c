// SPDX-License-Identifier: GPL-2.0
/* Event channels from the guest's side, by the protocols in interfaces/xen: both ABIs. */
#include "xt.h"

#define SWEEP	64		/* so many free ports in a row: there are no more */

static char shared_page[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
static struct {
	struct vcpu_info info __attribute__((aligned(64)));
} infos[MAX_CPUS] __attribute__((aligned(PAGE_SIZE)));
static struct evtchn_fifo_control_block controls[MAX_CPUS] __attribute__((aligned(PAGE_SIZE)));
static event_word_t words[PAGE_SIZE / sizeof(event_word_t)] __attribute__((aligned(PAGE_SIZE)));
static uint32_t heads[MAX_CPUS][EVTCHN_FIFO_MAX_QUEUES];
static bool kept[SWEEP];		/* ports that were there before us */

struct shared_info *shared = (struct shared_info *)shared_page;
long shared_answer, vcpu_info_answer;
volatile unsigned int fired[MAX_PORTS], upcalls[MAX_CPUS];
volatile bool fifo;

struct vcpu_info *vcpu_info_of(int cpu)
{
	return &infos[cpu].info;
}

event_word_t *fifo_word(unsigned int port)
{
	return &words[port];
}

struct evtchn_fifo_control_block *fifo_control(int cpu)
{
	return &controls[cpu];
}

bool pending(unsigned int port)
{
	if (fifo)
		return read_once(words[port]) >> EVTCHN_FIFO_PENDING & 1;
	return read_once(shared->evtchn_pending[port / 64]) >> port % 64 & 1;
}

bool masked(unsigned int port)
{
	if (fifo)
		return read_once(words[port]) >> EVTCHN_FIFO_MASKED & 1;
	return read_once(shared->evtchn_mask[port / 64]) >> port % 64 & 1;
}

void clear_pending(unsigned int port)
{
	if (fifo)
		__atomic_fetch_and(&words[port], ~(1U << EVTCHN_FIFO_PENDING), __ATOMIC_SEQ_CST);
	else
		__atomic_fetch_and(&shared->evtchn_pending[port / 64], ~(1UL << port % 64), __ATOMIC_SEQ_CST);
}

void set_masked(unsigned int port, bool on)
{
	if (fifo && on)
		__atomic_fetch_or(&words[port], 1U << EVTCHN_FIFO_MASKED, __ATOMIC_SEQ_CST);
	else if (fifo)
		__atomic_fetch_and(&words[port], ~(1U << EVTCHN_FIFO_MASKED), __ATOMIC_SEQ_CST);
	else if (on)
		__atomic_fetch_or(&shared->evtchn_mask[port / 64], 1UL << port % 64, __ATOMIC_SEQ_CST);
	else
		__atomic_fetch_and(&shared->evtchn_mask[port / 64], ~(1UL << port % 64), __ATOMIC_SEQ_CST);
}

static void fire(unsigned int port)
{
	clear_pending(port);
	__atomic_fetch_add(&fired[port], 1, __ATOMIC_SEQ_CST);
}

static void drain_2l(struct vcpu_info *v)
{
	unsigned long sel = __atomic_exchange_n(&v->evtchn_pending_sel, 0, __ATOMIC_SEQ_CST), bits;
	unsigned int word;

	for (; sel; sel &= sel - 1) {
		word = first_bit(sel);
		bits = read_once(shared->evtchn_pending[word]) & ~read_once(shared->evtchn_mask[word]);
		for (; bits; bits &= bits - 1)
			fire(word * 64 + first_bit(bits));
	}
}

/* Takes the first event of a queue off it; false if that was the last. */
static bool take_one(struct evtchn_fifo_control_block *c, uint32_t *head, unsigned int q)
{
	uint32_t port = *head, old, new;

	if (!port) {
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		port = read_once(c->head[q]);
	}
	old = read_once(words[port]);
	do {
		new = old & ~(1U << EVTCHN_FIFO_LINKED) & ~(uint32_t)EVTCHN_FIFO_LINK_MASK;
	} while (!__atomic_compare_exchange_n(&words[port], &old, new, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
	*head = old & EVTCHN_FIFO_LINK_MASK;
	if (new >> EVTCHN_FIFO_PENDING & 1 && !(new >> EVTCHN_FIFO_MASKED & 1))
		fire(port);
	return *head;
}

static void drain_fifo(int cpu)
{
	struct evtchn_fifo_control_block *c = &controls[cpu];
	uint32_t ready = __atomic_exchange_n(&c->ready, 0, __ATOMIC_SEQ_CST);
	unsigned int q;

	while (ready) {
		q = first_bit(ready);
		if (!take_one(c, &heads[cpu][q], q))
			ready &= ~(1U << q);
		ready |= __atomic_exchange_n(&c->ready, 0, __ATOMIC_SEQ_CST);
	}
}

void upcall(void)
{
	int cpu = this_cpu()->id;
	struct vcpu_info *v = vcpu_info_of(cpu);

	write_once(upcalls[cpu], upcalls[cpu] + 1);
	write_once(v->evtchn_upcall_pending, 0);
	arch_upcall_ack();
	mb();
	if (fifo)
		drain_fifo(cpu);
	else
		drain_2l(v);
}

long vcpu_info_register(int cpu)
{
	struct vcpu_register_vcpu_info r = {
		.mfn = frame_of(&infos[cpu]),
		.offset = (unsigned long)&infos[cpu] % PAGE_SIZE,
	};

	return vcpu_op(VCPUOP_register_vcpu_info, cpu, &r);
}

static void mask_all(void)
{
	for (unsigned int i = 0; i < 64; i++)
		shared->evtchn_mask[i] = -1UL;
}

void events_init(void)
{
	struct xen_add_to_physmap a = {
		.domid = DOMID_SELF,
		.space = XENMAPSPACE_shared_info,
		.gpfn = frame_of(shared_page),
	};
	struct evtchn_status s;

	shared_answer = memory_op(XENMEM_add_to_physmap, &a);
	mask_all();
	vcpu_info_answer = vcpu_info_register(0);
	for (unsigned int port = 1; port < SWEEP; port++)
		kept[port] = !ev_status(port, &s) && s.status != EVTCHNSTAT_closed;
	arch_upcall_on();
}

void close_all(void)
{
	struct evtchn_status s;
	unsigned int port, closed = 0;

	for (port = 1; closed < SWEEP && port < MAX_PORTS; port++) {
		if (port < SWEEP && kept[port])
			continue;
		if (ev_status(port, &s) || s.status == EVTCHNSTAT_closed) {
			closed++;
			continue;
		}
		closed = 0;
		set_masked(port, true);
		ev_close(port);
		clear_pending(port);
		fired[port] = 0;
	}
	for (port = 0; port < SWEEP; port++)
		fired[port] = 0;
}

static long init_control(int cpu)
{
	struct evtchn_init_control c = {
		.control_gfn = frame_of(&controls[cpu]),
		.offset = (unsigned long)&controls[cpu] % PAGE_SIZE,
		.vcpu = cpu,
	};

	memset(&controls[cpu], 0, sizeof(controls[cpu]));
	memset(heads[cpu], 0, sizeof(heads[cpu]));
	return event_op(EVTCHNOP_init_control, &c);
}

long fifo_enter(void)
{
	struct evtchn_expand_array e = { .array_gfn = frame_of(words) };
	long err = 0;

	if (fifo)
		return 0;
	for (unsigned int i = 0; i < ARRAY_SIZE(words); i++)
		words[i] = 1U << EVTCHN_FIFO_MASKED;
	for (int cpu = 0; cpu < machine.nr_cpus && !err; cpu++)
		err = init_control(cpu);
	if (!err)
		err = event_op(EVTCHNOP_expand_array, &e);
	fifo = !err;
	return err;
}

long ev_alloc(unsigned int dom, unsigned int remote)
{
	struct evtchn_alloc_unbound a = { .dom = dom, .remote_dom = remote };

	return event_op(EVTCHNOP_alloc_unbound, &a) ?: (long)a.port;
}

long ev_bind(unsigned int remote, unsigned int remote_port)
{
	struct evtchn_bind_interdomain b = { .remote_dom = remote, .remote_port = remote_port };

	return event_op(EVTCHNOP_bind_interdomain, &b) ?: (long)b.local_port;
}

long ev_ipi(unsigned int vcpu)
{
	struct evtchn_bind_ipi b = { .vcpu = vcpu };

	return event_op(EVTCHNOP_bind_ipi, &b) ?: (long)b.port;
}

long ev_virq(unsigned int virq, unsigned int vcpu)
{
	struct evtchn_bind_virq b = { .virq = virq, .vcpu = vcpu };

	return event_op(EVTCHNOP_bind_virq, &b) ?: (long)b.port;
}

long ev_close(unsigned int port)
{
	struct evtchn_close c = { .port = port };

	return event_op(EVTCHNOP_close, &c);
}

long ev_send(unsigned int port)
{
	struct evtchn_send s = { .port = port };

	return event_op(EVTCHNOP_send, &s);
}

long ev_unmask(unsigned int port)
{
	struct evtchn_unmask u = { .port = port };

	return event_op(EVTCHNOP_unmask, &u);
}

long ev_bind_vcpu(unsigned int port, unsigned int vcpu)
{
	struct evtchn_bind_vcpu b = { .port = port, .vcpu = vcpu };

	return event_op(EVTCHNOP_bind_vcpu, &b);
}

long ev_status(unsigned int port, struct evtchn_status *status)
{
	*status = (struct evtchn_status){ .dom = DOMID_SELF, .port = port };
	return event_op(EVTCHNOP_status, status);
}

unsigned int vcpu_of(unsigned int port)
{
	struct evtchn_status s;

	return ev_status(port, &s) ? -1U : s.vcpu;
}

/* Closes everything, and is back with the 2-level ABI. */
long ev_reset(unsigned int dom)
{
	struct evtchn_reset r = { .dom = dom };
	long err = event_op(EVTCHNOP_reset, &r);

	if (err || dom != DOMID_SELF)
		return err;
	fifo = false;
	memset(kept, 0, sizeof(kept));
	mask_all();
	for (int cpu = 0; cpu < MAX_CPUS; cpu++) {
		write_once(vcpu_info_of(cpu)->evtchn_upcall_pending, 0);
		write_once(vcpu_info_of(cpu)->evtchn_pending_sel, 0);
	}
	return 0;
}

long ev_loop(unsigned int *a, unsigned int *b)
{
	long port = ev_alloc(DOMID_SELF, DOMID_SELF);

	if (port < 0)
		return port;
	*a = port;
	port = ev_bind(DOMID_SELF, *a);
	*b = port;
	return port < 0 ? port : 0;
}
