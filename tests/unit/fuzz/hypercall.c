// SPDX-License-Identifier: GPL-2.0
/*
 * Hypercalls with any arguments, from the vCPUs of two domains, one of which may manage the other. What there is to
 * call comes from the table (interfaces/xen/hypercalls.h): an input says which entry, what is in the argument's words,
 * and where the argument lies. Each call ends, or goes on when it is made again; it changes no register but a0 and a1;
 * and every page of the domains stays accounted for.
 */
#include <stdio.h>
#include "fuzz.h"
#include "guest.h"
#include "xen.h"
#include "xenstore.h"

#define NR		2		/* vCPUs of each domain */
#define MIB		4
#define TOP		(GUEST_RAM_BASE + ((u64)MIB << 20))
#define SCRATCH		(GUEST_RAM_BASE + (1UL << 20))	/* arguments, then lists */
#define LISTS		(SCRATCH + 2 * PAGE_SIZE)
#define LIST_WORDS	64
#define GRANTS		4
#define AGAIN_MAX	10000

static struct domain *dom[2];
static bool dirty[2];		/* it, or who may manage it, has made a call */
static u64 nr_calls, nr_mapped;
static u64 memory;		/* what the machine has besides */

static const struct { u16 number, op, size; } calls[] = {
#define SIZE_NONE(type)	0
#define SIZE_RAW(type)	24
#define SIZE_IN(type)	sizeof(type)
#define SIZE_OUT(type)	sizeof(type)
#define SIZE_INOUT(type) sizeof(type)
#define SIZE_LIST(type)	sizeof(type)
#define X(hypercall, op, name, argument, direction, errors, text) \
	{ __HYPERVISOR_##hypercall, op, SIZE_##direction(argument) },
	XEN_OPS(X)
#undef X
#define X(op, name, argument, direction, errors, text) { __HYPERVISOR_vcpu_op, op, SIZE_##direction(argument) },
	XEN_VCPU_OPS(X)
#undef X
	{ __HYPERVISOR_multicall, 0, 0 },
	{ __HYPERVISOR_console_io, CONSOLEIO_write, 0 },
	{ __HYPERVISOR_console_io, CONSOLEIO_read, 0 },
	{ __HYPERVISOR_vm_assist, 0, 0 },
	{ __HYPERVISOR_physdev_op, 0, 0 },
};

/* A domain that has been ended starts again below: its memory stays. */
void __wrap_domain_reap(struct domain *d);
void __wrap_domain_reap(struct domain *d)
{
	must(d->end != DOMAIN_RUNNING && !d->on_hart);
}

/* Nobody reads what guests print, and it would take half of the time. */
void __wrap_uart_putc(char c);
void __wrap_uart_putc(char c)
{
	(void)c;
}

/*
 * Its nodes in xenstore stay where they are when a domain starts again: that is for another fuzzer, and took half of the
 * time of this one.
 */
int __real_xenstore_start(struct domain *d);
int __wrap_xenstore_start(struct domain *d);
int __wrap_xenstore_start(struct domain *d)
{
	struct xs_conn *c = d->xen.store;
	int port;

	if (xs_conns[c->slot] != c)
		return __real_xenstore_start(d);
	port = evtchn_alloc_for_stub(d, xenstore_notified);
	must(port > 0 && !p2m_set(d, MAGIC_STORE, va_to_pa(c->ring), P2M_STUB));
	memset(c->ring, 0, PAGE_SIZE);
	c->port = port;
	d->xen.params[HVM_PARAM_STORE_PFN] = MAGIC_STORE >> PAGE_SHIFT;
	d->xen.params[HVM_PARAM_STORE_EVTCHN] = port;
	return 0;
}

void __wrap_xenstore_stop(struct domain *d);
void __wrap_xenstore_stop(struct domain *d)
{
	xs_disconnect(d->xen.store);
}

/* A number that means something to some call. */
static u64 meaning(void)
{
	switch (number(12)) {
	case 0:
		return DOMID_SELF;
	case 1:
		return number(3);		/* a domain, or not */
	case 2:
		return number(40);		/* a port, a vCPU, an order, an index */
	case 3:
		return (GUEST_RAM_BASE >> PAGE_SHIFT) + number(1024 + 8);	/* a frame of memory */
	case 4:
		return (GRANT_WINDOW >> PAGE_SHIFT) + number(4);
	case 5:
		return (MAGIC_CONSOLE >> PAGE_SHIFT) + number(2);
	case 6:
		return (EXTENDED_REGION >> PAGE_SHIFT) + number(1024);
	case 7:
		return LISTS + number(LIST_WORDS) * 8;
	case 8:
		return SCRATCH + number(2 * PAGE_SIZE);
	case 9:
		return DOMID_SELF | number(8) << 16 | number(64) << 32;		/* smaller fields side by side */
	case 10:
		return number(1024);
	default:
		return value();
	}
}

/* Entries of its table, good ones mostly, for itself and the other. */
static void grant(struct domain *d)
{
	for (unsigned int i = 0; i < GRANTS; i++) {
		struct grant_entry_v1 e = {
			.flags = number(4) ? GTF_permit_access | (number(4) ? 0 : GTF_readonly) : value(),
			.domid = number(8) ? number(2) : meaning(),
			.frame = number(8) ? (GUEST_RAM_BASE >> PAGE_SHIFT) + number(1024) : meaning(),
		};

		d->xen.grants.entries[i] = e;
	}
}

/* What each input begins with */
static void grant_to_both(struct domain *d)
{
	for (unsigned int i = 0; i < GRANTS; i++)
		d->xen.grants.entries[i] = (struct grant_entry_v1){
			.flags = GTF_permit_access, .domid = i & 1, .frame = (GUEST_RAM_BASE >> PAGE_SHIFT) + 768 + i,
		};
}

static void fill(struct domain *d, u64 gpa, unsigned int words)
{
	for (unsigned int i = 0; i < words; i++) {
		u64 word = meaning();

		/* Where there is no memory any more there is nothing to fill. */
		p2m_copy_to(d, gpa + i * 8, &word, sizeof(word));
	}
}

static u64 good_frame(void)
{
	return number(2) ? (EXTENDED_REGION >> PAGE_SHIFT) + number(8) : (GUEST_RAM_BASE >> PAGE_SHIFT) + number(1024);
}

static void good_side(struct gnttab_copy_ptr *ptr, bool by_ref)
{
	ptr->offset = number(16) ? number(PAGE_SIZE) & ~7 : number(1 << 16);
	ptr->domid = by_ref ? number(2) : DOMID_SELF;
	ptr->u.gmfn = by_ref ? number(GRANTS + 1) : good_frame();
}

/* What a guest would pass that means it: numbers by chance come to nothing here. */
static void good_grant_op(struct domain *d, u64 at, unsigned int op)
{
	struct gnttab_map_grant_ref m = { .flags = GNTMAP_host_map };
	struct gnttab_unmap_grant_ref u = { .handle = number(6) };
	struct gnttab_copy c = { .flags = number(4), .len = number(2) ? 64 : number(PAGE_SIZE) };

	switch (op) {
	case GNTTABOP_map_grant_ref:
		m.host_addr = good_frame() << PAGE_SHIFT;
		m.flags |= number(4) ? 0 : GNTMAP_readonly;
		m.ref = number(GRANTS + 1);
		m.dom = number(2);
		p2m_copy_to(d, at, &m, sizeof(m));
		break;
	case GNTTABOP_unmap_grant_ref:
		u.host_addr = (u64)d->xen.grants.handles[u.handle].gfn << PAGE_SHIFT;
		p2m_copy_to(d, at, &u, sizeof(u));
		break;
	case GNTTABOP_copy:
		good_side(&c.source, c.flags & GNTCOPY_source_gref);
		good_side(&c.dest, c.flags & GNTCOPY_dest_gref);
		p2m_copy_to(d, at, &c, sizeof(c));
		break;
	}
}

/* Where the argument lies: mostly at a good place. */
static u64 place(unsigned int size)
{
	switch (number(16)) {
	case 0:
		return value();
	case 1:
		return SCRATCH + PAGE_SIZE - number(size + 1);		/* across a page's end */
	case 2:
		return TOP - number(size + 1);
	case 3:
		return MAGIC_CONSOLE + number(PAGE_SIZE);
	default:
		return SCRATCH + number(64) * 8;
	}
}

/* Map, unmap and copy are among the five from here on: chosen often, for they go together. */
static unsigned int first_grant_op(void)
{
	unsigned int n = 0;

	while (calls[n].number != __HYPERVISOR_grant_table_op)
		n++;
	return n;
}

static void arguments(struct domain *d, u64 *a, u64 *nr)
{
	unsigned int n = number(4) ? number(ARRAY_SIZE(calls) + 1) : first_grant_op() + number(5);

	for (unsigned int i = 0; i < 5; i++)
		a[i] = i < 3 ? meaning() : 0;
	if (n == ARRAY_SIZE(calls)) {
		*nr = value();
		return;
	}
	*nr = calls[n].number;
	if (calls[n].size) {
		u64 at = place(calls[n].size);

		fill(d, at, (calls[n].size + 7) / 8);
		a[*nr == __HYPERVISOR_vcpu_op ? 2 : 1] = at;
	}
	if (*nr == __HYPERVISOR_grant_table_op && number(4))
		good_grant_op(d, a[1], calls[n].op);
	if (*nr == __HYPERVISOR_grant_table_op)
		a[2] = number(8) ? 1 : number(5);
	if (*nr == __HYPERVISOR_vcpu_op)
		a[1] = number(NR + 1);
	if (*nr == __HYPERVISOR_multicall) {
		a[0] = SCRATCH;
		a[1] = number(6);
		return;
	}
	a[0] = number(16) ? calls[n].op : value();
	if (*nr == __HYPERVISOR_memory_op && !number(8))
		a[0] |= number(70000) << MEMOP_EXTENT_SHIFT;
}

/* Entries of a multicall are calls, too. */
static void fill_multicall(struct domain *d)
{
	struct multicall_entry e = { 0 };
	unsigned int n = number(6);

	for (unsigned int i = 0; i < n; i++) {
		u64 op;

		arguments(d, (u64 *)e.args, &op);
		e.op = op;
		p2m_copy_to(d, SCRATCH + i * sizeof(e), &e, sizeof(e));
	}
}

/* As after a reboot, but for what is in memory. */
static void fresh(struct domain *d)
{
	d->end = DOMAIN_RUNNING;
	grants_leave(d);
	xen_domain_stop(d);
	must(!p2m_reset(d));
	must(!xen_domain_start(d));
	must(!d->nr_free && d->nr_pages == d->cfg.memory >> PAGE_SHIFT);
	for (unsigned int i = 0; i < NR; i++) {
		d->vcpu[i]->state = VCPU_RUNNABLE;
		vcpu_start(d->vcpu[i]);
		if (d->vcpu[i]->req_posted != d->vcpu[i]->req_done)
			vcpu_handle_requests(d->vcpu[i]);
	}
}

static void call(struct vcpu *v)
{
	u64 before[32], pc = v->pc;

	for (unsigned int i = 0; i < 32; i++)
		v->regs[i] = i;
	arguments(v->domain, &v->regs[11], &v->regs[16]);
	if (v->regs[16] == __HYPERVISOR_multicall)
		fill_multicall(v->domain);
	v->regs[17] = XEN_RISCV_SBI_EXT;
	v->regs[10] = number(16) ? 0 : value();
	memcpy(before, v->regs, sizeof(before));
	nr_calls++;
	for (unsigned int i = 0; ; i++) {
		v->pc = pc + 4;
		guest_sbi(v);
		before[10] = v->regs[10];
		must(!memcmp(before, v->regs, sizeof(before)));
		must(v->req_posted == v->req_done || v->domain->end != DOMAIN_RUNNING);
		if (v->pc == pc + 4 || v->state != VCPU_RUNNING)
			break;
		must(v->pc == pc && i < AGAIN_MAX);
	}
	v->pc = pc;
}

static void say_calls(void)
{
	fprintf(stderr, "stat::number_of_executed_units (hypercalls): %lu\n", (unsigned long)nr_calls);
	fprintf(stderr, "stat::number_of_executed_units (calls with a page mapped): %lu\n", (unsigned long)nr_mapped);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	input = data;
	input_end = data + size;
	if (!dom[0]) {
		atexit(say_calls);
		host_harts(2);
		dom[0] = guest_make(MIB, NR, 40);
		dom[1] = guest_make_initial(MIB, NR, 40);
		/* In place of what is in use when a domain starts again. */
		memory_free(HOST_RAM_BASE + (160UL << 20), 2UL * MIB << 20);
		memory = memory_available();
		for (unsigned int i = 0; i < 2; i++) {
			domains[nr_domains++] = dom[i];
			for (unsigned int n = 0; n < NR; n++)
				sched_add(dom[i]->vcpu[n]);
		}
	}
	for (unsigned int i = 0; i < 2; i++)
		grant_to_both(dom[i]);
	while (input_left()) {
		bool initial = number(4) == 3;
		struct vcpu *v = dom[initial]->vcpu[number(NR)];

		dirty[0] = true;
		dirty[1] |= initial;
		fill(v->domain, LISTS, 4);
		if (!number(8))
			grant(v->domain);
		guest_run(v);
		if (v->req_posted != v->req_done)
			vcpu_handle_requests(v);
		call(v);
		nr_mapped += v->domain->xen.grants.free_handle != 0;
		if (v->pcpu)
			guest_leave(v);
		for (unsigned int i = 0; i < 2; i++)
			if (dom[i]->end != DOMAIN_RUNNING)
				fresh(dom[i]);
	}
	for (unsigned int i = 0; i < 2; i++) {
		if (!dirty[i])
			continue;
		guest_check_memory(dom[i]);
		fresh(dom[i]);
		dirty[i] = false;
	}
	must(memory_available() == memory);
	return 0;
}
