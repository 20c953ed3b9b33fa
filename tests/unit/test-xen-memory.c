// SPDX-License-Identifier: GPL-2.0
/* xen/memory.c: what is at which frame, and that every page stays accounted for. The answers are Xen's. */
#include "code.h"
#include "guest.h"
#include "unit.h"
#include "xen.h"

#define MIB	8
#define PAGES	(MIB << 8)
#define AT	(GUEST_RAM_BASE + 0x100000)	/* arguments; the guest has no paging */
#define LIST	(AT + PAGE_SIZE)
#define LIST2	(LIST + 8 * PAGE_SIZE)
#define LIST3	(LIST2 + 8 * PAGE_SIZE)
#define FRAME(n) ((GUEST_RAM_BASE >> PAGE_SHIFT) + (n))
#define HOLE	(EXTENDED_REGION >> PAGE_SHIFT)

static struct domain *d, *d0;
static struct vcpu *v;
static unsigned int pieces;

static int setup(void **state)
{
	(void)state;
	host_harts(1);
	guest_make_two(&d, &d0, MIB);
	v = d->vcpu[0];
	guest_run(v);
	return 0;
}

/* Whatever a test has done, starting again gives all of it back. */
static int teardown(void **state)
{
	(void)state;
	guest_check_memory(d);
	guest_check_memory(d0);
	xen_domain_stop(d);
	p2m_reset(d);
	assert_int_equal(xen_domain_start(d), 0);
	assert_int_equal(d->nr_pages, PAGES);
	assert_int_equal(d->nr_free, 0);
	for (u64 gfn = FRAME(0); gfn < FRAME(PAGES); gfn += 512) {
		paddr_t pa;
		u64 size;

		assert_true(p2m_lookup(d, gfn << PAGE_SHIFT, &pa, &size));
		assert_int_equal(pa, d->pieces[(gfn - FRAME(0)) / 512]);
		assert_int_equal(size, SZ_2M);
	}
	guest_check_memory(d);
	return 0;
}

static void as(struct vcpu *next)
{
	guest_switch(v, next);
	v = next;
}

static long op(u64 cmd, const void *arg, u64 size)
{
	if (arg)
		assert_int_equal(p2m_copy_to(v->domain, AT, arg, size), 0);
	v->regs[10] = 0;
	v->regs[11] = cmd;
	v->regs[12] = AT;
	v->regs[16] = __HYPERVISOR_memory_op;
	v->regs[17] = XEN_RISCV_SBI_EXT;
	pieces = 0;
	do {
		v->pc = 4;
		guest_sbi(v);
		pieces++;
	} while (!v->pc);
	return v->regs[10];
}

static long list(u64 cmd, u64 nr, unsigned int order, domid_t domid)
{
	struct xen_memory_reservation r = { .nr_extents = nr, .extent_order = order, .domid = domid };

	r.extent_start.q = LIST;
	return op(cmd, &r, sizeof(r));
}

static void frames(u64 first, u64 step, unsigned int n)
{
	for (u64 i = 0; i < n; i++) {
		u64 gfn = first + i * step;

		assert_int_equal(p2m_copy_to(v->domain, LIST + i * 8, &gfn, 8), 0);
	}
}

static long number(u64 cmd, domid_t domid)
{
	return op(cmd, &domid, sizeof(domid));
}

static long put(domid_t domid, unsigned int space, u64 idx, u64 gpfn)
{
	struct xen_add_to_physmap a = { .domid = domid, .space = space, .idx = idx, .gpfn = gpfn };

	return op(XENMEM_add_to_physmap, &a, sizeof(a));
}

static long take(domid_t domid, u64 gpfn)
{
	struct xen_remove_from_physmap r = { .domid = domid, .gpfn = gpfn };

	return op(XENMEM_remove_from_physmap, &r, sizeof(r));
}

static paddr_t machine(u64 gfn)
{
	paddr_t pa = 0;

	return p2m_kind(d, gfn << PAGE_SHIFT, &pa) == P2M_NONE ? 0 : pa;
}

static void numbers(void **state)
{
	(void)state;
	assert_int_equal(number(XENMEM_current_reservation, DOMID_SELF), PAGES);
	assert_int_equal(number(XENMEM_current_reservation, 1), PAGES);
	assert_int_equal(number(XENMEM_maximum_reservation, DOMID_SELF), PAGES);
	assert_int_equal(number(XENMEM_maximum_gpfn, DOMID_SELF), FRAME(PAGES) - 1);
	assert_int_equal(number(XENMEM_current_reservation, 0), -XEN_EPERM);
	assert_int_equal(number(XENMEM_current_reservation, 5), -XEN_ESRCH);
	assert_int_equal(number(XENMEM_current_reservation | 1 << MEMOP_EXTENT_SHIFT, DOMID_SELF), -XEN_EINVAL);
	as(d0->vcpu[0]);
	assert_int_equal(number(XENMEM_current_reservation, 1), PAGES);
}

/* Out and in again: at other frames, and empty. */
static void balloon(void **state)
{
	const u64 gone = FRAME(1024);
	paddr_t pa = machine(gone);
	u64 *p;

	(void)state;
	memset(pa_to_va(pa), 0x55, PAGE_SIZE);
	frames(gone, 1, 100);
	assert_int_equal(list(XENMEM_decrease_reservation, 100, 0, DOMID_SELF), 100);
	assert_int_equal(number(XENMEM_current_reservation, DOMID_SELF), PAGES - 100);
	for (u64 i = 0; i < 100; i++)
		assert_int_equal(machine(gone + i), 0);
	assert_int_not_equal(machine(gone + 100), 0);
	/* A frame that is empty ends a list. */
	frames(gone + 50, 25, 3);
	assert_int_equal(list(XENMEM_decrease_reservation, 3, 0, DOMID_SELF), 0);
	frames(gone + 100, -1UL, 2);
	assert_int_equal(list(XENMEM_decrease_reservation, 2, 0, DOMID_SELF), 1);
	/* As many come back, and no more. */
	frames(HOLE, 1, 150);
	assert_int_equal(list(XENMEM_populate_physmap, 150, 0, DOMID_SELF), 101);
	assert_int_equal(number(XENMEM_current_reservation, DOMID_SELF), PAGES);
	for (u64 i = 0; i < 101; i++) {
		p = pa_to_va(machine(HOLE + i));
		for (u64 k = 0; k < PAGE_SIZE / 8; k++)
			assert_int_equal(p[k], 0);
	}
	assert_int_equal(machine(HOLE + 101), 0);
}

static void orders(void **state)
{
	(void)state;
	frames(FRAME(512), 512, 2);
	assert_int_equal(list(XENMEM_decrease_reservation, 2, 9, DOMID_SELF), 2);
	assert_int_equal(number(XENMEM_current_reservation, DOMID_SELF), PAGES - 1024);
	assert_int_equal(list(XENMEM_decrease_reservation, 1, 10, DOMID_SELF), 0);
	assert_int_equal(list(XENMEM_decrease_reservation, 1, 63, DOMID_SELF), 0);
	assert_int_equal(list(XENMEM_decrease_reservation, 1, ~0u, DOMID_SELF), 0);
	frames(FRAME(513), 512, 2);	/* unaligned */
	assert_int_equal(list(XENMEM_populate_physmap, 2, 9, DOMID_SELF), 2);
	assert_int_equal(machine(FRAME(512)), 0);
	assert_int_not_equal(machine(FRAME(513)), 0);
	assert_int_not_equal(machine(FRAME(1536)), 0);
	/* What was at FRAME(1536) has no address any more, and counts. */
	assert_int_equal(number(XENMEM_current_reservation, DOMID_SELF), PAGES);
	frames(~0UL, 0, 1);
	assert_int_equal(list(XENMEM_decrease_reservation, 1, 0, DOMID_SELF), 0);
	assert_int_equal(list(XENMEM_populate_physmap, 1, 0, DOMID_SELF), 0);
}

/* In pieces that others may come between, and with the registers as they were (the dispatcher's test sees to that). */
static void long_list(void **state)
{
	(void)state;
	frames(FRAME(1024), 1, 1000);
	assert_int_equal(list(XENMEM_decrease_reservation, 1000, 0, DOMID_SELF), 1000);
	assert_true(pieces > 1);
	assert_int_equal(d->nr_free, 1000);
	/* The guest may say itself where to begin, as where it was told to. */
	assert_int_equal(list(XENMEM_populate_physmap | 400UL << MEMOP_EXTENT_SHIFT, 1000, 0, DOMID_SELF), 1000);
	assert_int_equal(d->nr_free, 400);
	assert_int_equal(machine(FRAME(1024 + 399)), 0);
	assert_int_not_equal(machine(FRAME(1024 + 400)), 0);
	assert_int_equal(list(XENMEM_populate_physmap | 1000UL << MEMOP_EXTENT_SHIFT, 1000, 0, DOMID_SELF), 1000);
	assert_int_equal(list(XENMEM_populate_physmap, 1UL << 26, 0, DOMID_SELF), 0);
}

static void whose(void **state)
{
	(void)state;
	frames(FRAME(600), 1, 4);
	assert_int_equal(list(XENMEM_decrease_reservation, 4, 0, 0), 0);
	assert_int_equal(list(XENMEM_decrease_reservation, 4, 0, 5), 0);
	assert_int_equal(put(0, XENMAPSPACE_shared_info, 0, HOLE), -XEN_EPERM);
	assert_int_equal(put(5, XENMAPSPACE_shared_info, 0, HOLE), -XEN_ESRCH);
	assert_int_equal(take(0, FRAME(600)), -XEN_EPERM);
	as(d0->vcpu[0]);
	frames(FRAME(600), 1, 4);
	assert_int_equal(list(XENMEM_decrease_reservation, 4, 0, 1), 4);
	assert_int_equal(d->nr_free, 4);
	assert_int_equal(d0->nr_free, 0);
	assert_int_equal(d->users, 0);
	assert_int_equal(put(1, XENMAPSPACE_shared_info, 0, HOLE), 0);
	assert_int_equal(machine(HOLE), va_to_pa(d->shared_info));
	assert_int_equal(put(1, XENMAPSPACE_dev_mmio, 0, HOLE), -XEN_EACCES);
	assert_int_equal(d->users, 0);
	/* They did what was asked of them, before they run. */
	assert_int_not_equal(d->vcpu[0]->req_posted, d->vcpu[0]->req_done);
}

static void shared_info(void **state)
{
	paddr_t was = machine(FRAME(700));

	(void)state;
	assert_int_equal(put(DOMID_SELF, XENMAPSPACE_shared_info, 1, HOLE), -XEN_EINVAL);
	assert_int_equal(put(DOMID_SELF, XENMAPSPACE_shared_info, 0, FRAME(700)), 0);
	assert_int_equal(machine(FRAME(700)), va_to_pa(d->shared_info));
	assert_int_equal(put(DOMID_SELF, XENMAPSPACE_shared_info, 0, HOLE), -XEN_EBUSY);
	assert_int_equal(put(DOMID_SELF, XENMAPSPACE_shared_info, 0, FRAME(700)), -XEN_EBUSY);
	/* What the page hid is the domain's, and has no address. */
	assert_int_equal(number(XENMEM_current_reservation, DOMID_SELF), PAGES);
	assert_int_equal(take(DOMID_SELF, FRAME(700)), 0);
	assert_int_equal(machine(FRAME(700)), 0);
	assert_int_equal(take(DOMID_SELF, FRAME(700)), -XEN_ENOENT);
	assert_int_equal(put(DOMID_SELF, XENMAPSPACE_shared_info, 0, HOLE), 0);
	/* Given back, it is not memory: nothing is gained. */
	frames(HOLE, 1, 1);
	assert_int_equal(list(XENMEM_decrease_reservation, 1, 0, DOMID_SELF), 1);
	assert_int_equal(d->nr_free, 0);
	assert_int_equal(put(DOMID_SELF, XENMAPSPACE_shared_info, 0, HOLE), 0);
	assert_true(guest_owns(d, was));
}

/* As kexec does it: the pages that the stub's were put over are there again, and may be hidden by them again. */
/* What a kernel may have set and the next one must not find. */
static void spoil(void)
{
	struct vcpu_register_runstate_memory_area area = { .addr.p = GUEST_RAM_BASE };

	d->xen.vm_assist = 1;
	assert_int_equal(sched_op_shutdown_code(v, &(struct sched_shutdown){ SHUTDOWN_soft_reset }), 0);
	assert_int_equal(vcpu_op_register_runstate_memory_area(v, v, &area), 0);
	assert_non_null(v->events.runstate_word[0]);
	memset(d->shared_info, 0xff, PAGE_SIZE);
	memset(d->xen.console, 0xff, PAGE_SIZE);
}

static bool is_zero(const void *page)
{
	static const u8 none[PAGE_SIZE];

	return !memcmp(page, none, PAGE_SIZE);
}

static void as_new(void)
{
	assert_int_equal(d->xen.vm_assist, 0);
	assert_false(d->events.shutdown_latched);
	assert_null(v->events.runstate_word[0]);
	assert_true(is_zero(d->shared_info));
	assert_true(is_zero(d->xen.console));
}

static void soft_reset(void **state)
{
	struct sched_shutdown s = { SHUTDOWN_soft_reset };
	paddr_t was[] = { machine(FRAME(700)), machine(FRAME(701)) };

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(put(DOMID_SELF, XENMAPSPACE_shared_info, 0, FRAME(700)), 0);
		assert_int_equal(put(DOMID_SELF, XENMAPSPACE_grant_table, 0, FRAME(701)), 0);
		assert_int_equal(put(DOMID_SELF, XENMAPSPACE_grant_table, 1, HOLE), 0);
		assert_int_equal(machine(FRAME(701)), va_to_pa(d->xen.grants.entries));
		spoil();
		assert_int_equal(sched_op_shutdown(v, &s), 0);
		as_new();
		assert_int_equal(machine(FRAME(700)), was[0]);
		assert_int_equal(machine(FRAME(701)), was[1]);
		assert_int_equal(machine(HOLE), 0);
		guest_check_memory(d);
	}
}

static void other_spaces(void **state)
{
	(void)state;
	assert_int_equal(put(DOMID_SELF, XENMAPSPACE_grant_table, d->cfg.grant_frames, HOLE), -XEN_EINVAL);
	assert_int_equal(put(DOMID_SELF, XENMAPSPACE_gmfn, FRAME(0), HOLE), -XEN_ENOSYS);
	assert_int_equal(put(DOMID_SELF, XENMAPSPACE_gmfn_foreign, FRAME(0), HOLE), -XEN_ENOSYS);
	assert_int_equal(put(DOMID_SELF, XENMAPSPACE_dev_mmio, FRAME(0), HOLE), -XEN_EACCES);
	assert_int_equal(put(DOMID_SELF, ~0u, 0, HOLE), -XEN_ENOSYS);
	assert_int_equal(put(DOMID_SELF, XENMAPSPACE_shared_info, 0, 1UL << 29), -XEN_EINVAL);
	assert_int_equal(put(DOMID_SELF, XENMAPSPACE_shared_info, 0, 1UL << 52 | HOLE), -XEN_EINVAL);
	assert_int_equal(put(DOMID_SELF, XENMAPSPACE_shared_info, 0, ~0UL), -XEN_EINVAL);
	assert_int_equal(d->xen.shared_frame, 0);
}

static void batch(void **state)
{
	struct xen_add_to_physmap_batch b = { .domid = DOMID_SELF, .space = XENMAPSPACE_shared_info, .size = 1000 };
	u64 idx[1000], gpfn[1000];
	int errs[1000];

	(void)state;
	for (u64 i = 0; i < 1000; i++) {
		idx[i] = i == 500 ? 0 : 1 + i;
		gpfn[i] = HOLE + i;
		errs[i] = 99;
	}
	b.idxs.q = LIST;
	b.gpfns.q = LIST2;
	b.errs.q = LIST3;
	p2m_copy_to(d, LIST, idx, sizeof(idx));
	p2m_copy_to(d, LIST2, gpfn, sizeof(gpfn));
	p2m_copy_to(d, LIST3, errs, sizeof(errs));
	assert_int_equal(op(XENMEM_add_to_physmap_batch, &b, sizeof(b)), 0);
	assert_true(pieces > 1);
	p2m_copy_from(d, errs, LIST3, sizeof(errs));
	for (int i = 0; i < 1000; i++)
		assert_int_equal(errs[i], i == 500 ? 0 : -XEN_EINVAL);
	assert_int_equal(machine(HOLE + 500), va_to_pa(d->shared_info));
	assert_int_equal(op(XENMEM_add_to_physmap_batch | 1001UL << MEMOP_EXTENT_SHIFT, NULL, 0), -XEN_EILSEQ);
	assert_int_equal(op(XENMEM_add_to_physmap_batch | 1UL << 16 << MEMOP_EXTENT_SHIFT, NULL, 0), -XEN_EDOM);
	b.space = XENMAPSPACE_gmfn_range;
	assert_int_equal(op(XENMEM_add_to_physmap_batch, &b, sizeof(b)), -XEN_EOPNOTSUPP);
	b.space = XENMAPSPACE_shared_info;
	b.errs.q = 8;
	assert_int_equal(op(XENMEM_add_to_physmap_batch, &b, sizeof(b)), -XEN_EFAULT);
}

static void memory_map(void **state)
{
	struct xen_memory_map map = { .nr_entries = 0 };
	struct __attribute__((packed)) { u64 start, size; u32 type; } ram[2];

	(void)state;
	map.buffer.q = LIST;
	assert_int_equal(op(XENMEM_memory_map, &map, sizeof(map)), 0);
	map.nr_entries = 5;
	assert_int_equal(op(XENMEM_memory_map, &map, sizeof(map)), 0);
	p2m_copy_from(d, &map, AT, sizeof(map));
	assert_int_equal(map.nr_entries, 1);
	p2m_copy_from(d, ram, LIST, sizeof(ram));
	assert_int_equal(ram[0].start, GUEST_RAM_BASE);
	assert_int_equal(ram[0].size, MIB << 20);
	assert_int_equal(ram[0].type, 1);
}

/* When there is no table left, what needs one fails, and what was there is there. */
static void no_tables(void **state)
{
	u64 *tables = d->p2m_tables;
	paddr_t was = machine(FRAME(700));

	(void)state;
	d->p2m_tables = NULL;
	frames(FRAME(700), 1, 1);
	assert_int_equal(list(XENMEM_decrease_reservation, 1, 0, DOMID_SELF), 0);
	assert_int_equal(put(DOMID_SELF, XENMAPSPACE_shared_info, 0, FRAME(700)), -XEN_ENOMEM);
	assert_int_equal(take(DOMID_SELF, FRAME(700)), -XEN_ENOMEM);
	assert_int_equal(machine(FRAME(700)), was);
	assert_int_equal(number(XENMEM_current_reservation, DOMID_SELF), PAGES);
	d->p2m_tables = tables;
}

/* Each change is fenced on all vCPUs before the call returns. */
static void fenced(void **state)
{
	u64 posted = d->vcpu[1]->req_posted;

	(void)state;
	host_counts.fence_i = 0;
	assert_int_equal(take(DOMID_SELF, FRAME(800)), 0);
	assert_true(d->vcpu[1]->req_posted > posted);
	assert_int_equal(d->vcpu[1]->req[0].size, 0);		/* everything */
	assert_true(host_counts.fence_i > 0);
}

/* A pv kernel's page of which there is a copy. */
static void copies(void **state)
{
	struct code *c = code_create(d);
	struct translation t;
	u64 frame = 700;

	(void)state;
	assert_non_null(c);
	d->code = c;
	c->slot[3].copy = c->pages;
	c->slot[3].frame = frame;
	c->slot[3].orig = machine(FRAME(frame));
	c->copied[frame / 64] |= BIT(frame % 64);
	assert_int_equal(take(DOMID_SELF, FRAME(frame)), 0);
	assert_null(c->slot[3].copy);
	assert_int_equal(c->copied[frame / 64], 0);
	/* Beyond its memory there are none to look for. */
	assert_int_equal(put(DOMID_SELF, XENMAPSPACE_shared_info, 0, HOLE), 0);
	code_will_write(v, v->domain, HOLE << PAGE_SHIFT, PAGE_SIZE);
	/* The SBI writes, too. */
	c->slot[3].copy = c->pages;
	c->slot[3].frame = 800;
	c->copied[800 / 64] |= BIT(800 % 64);
	assert_int_equal(copy_to_guest_physical(v, FRAME(800) << PAGE_SHIFT, "x", 1), 0);
	assert_null(c->slot[3].copy);
	/* So does a walk that sets A in a page table. */
	c->slot[3].copy = c->pages;
	c->slot[3].frame = 801;
	c->copied[801 / 64] |= BIT(801 % 64);
	*guest_u64(d, FRAME(801) << PAGE_SHIFT) = guest_pte(0, PTE_V | PTE_R);
	v->csr.satp = SV39(FRAME(801) << PAGE_SHIFT, 1);
	assert_int_equal(guest_walk(v, 0, ACCESS_LOAD, &t), 0);
	assert_true(*guest_u64(d, FRAME(801) << PAGE_SHIFT) & PTE_A);
	assert_null(c->slot[3].copy);
	v->csr.satp = 0;
	d->code = NULL;
}

#define E(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
UNIT_MAIN(E(numbers), E(balloon), E(orders), E(long_list), E(whose), E(shared_info), E(soft_reset), E(other_spaces), E(batch),
	  E(memory_map), E(no_tables), E(fenced), E(copies))
