// SPDX-License-Identifier: GPL-2.0
/*
 * Grants between two domains: what is in use stays what it is, whoever ends, starts again or gives memory back, and is
 * free when nobody uses it any more. What each op answers is the conformance suite's business (tests/guests/xen).
 */
#include "guest.h"
#include "hart.h"
#include "unit.h"
#include "xen.h"

#define MIB	8
#define AT	(GUEST_RAM_BASE + 0x100000)	/* arguments; the guests have no paging */
#define PAGE	(GUEST_RAM_BASE + 0x300000)	/* what is granted */
#define HERE	EXTENDED_REGION
#define REF	9

static struct domain *granter, *mapper;
static struct vcpu *v;
static u64 was_free;
static unsigned int turns;	/* that the last op() took: an interrupt and other vCPUs come in between */

static struct grant_entry_v1 *entry(u32 ref)
{
	return &granter->xen.grants.entries[ref];
}

static void grant(u32 ref, u64 gpa, u16 flags)
{
	*entry(ref) = (struct grant_entry_v1){ .flags = flags, .domid = mapper->id, .frame = gpa >> PAGE_SHIFT };
}

static void as(struct vcpu *next)
{
	if (v)
		guest_leave(v);
	v = next;
	if (v)
		guest_run(v);
}

static int setup(void **state)
{
	(void)state;
	host_harts(1);
	guest_make_two(&granter, &mapper, MIB);
	v = NULL;
	as(mapper->vcpu[0]);
	was_free = memory_available();
	grant(REF, PAGE, GTF_permit_access);
	*guest_u64(granter, PAGE) = 0x1234;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	as(NULL);
	guest_check_memory(granter);
	guest_check_memory(mapper);
	grants_leave(mapper);
	grants_leave(granter);
	return 0;
}

static long op(u64 nr, u64 cmd, void *arg, u64 size, u64 count)
{
	long ret;

	assert_int_equal(p2m_copy_to(v->domain, AT, arg, size), 0);
	v->regs[10] = 0;
	v->regs[11] = cmd;
	v->regs[12] = AT;
	v->regs[13] = count;
	v->regs[16] = nr;
	v->regs[17] = XEN_RISCV_SBI_EXT;
	turns = 0;
	do {
		v->pc = 4;
		guest_sbi(v);
		turns++;
	} while (!v->pc);
	ret = v->regs[10];
	assert_int_equal(p2m_copy_from(v->domain, arg, AT, size), 0);
	return ret;
}

static int map_at(u64 gpa, u32 ref, u32 flags, u32 *handle)
{
	struct gnttab_map_grant_ref m = { .host_addr = gpa, .flags = flags, .ref = ref, .dom = granter->id };

	assert_int_equal(op(__HYPERVISOR_grant_table_op, GNTTABOP_map_grant_ref, &m, sizeof(m), 1), 0);
	*handle = m.handle;
	return m.status;
}

static int map(u32 *handle)
{
	return map_at(HERE, REF, GNTMAP_host_map, handle);
}

static int unmap(u64 gpa, u32 handle)
{
	struct gnttab_unmap_grant_ref u = { .host_addr = gpa, .handle = handle };

	assert_int_equal(op(__HYPERVISOR_grant_table_op, GNTTABOP_unmap_grant_ref, &u, sizeof(u), 1), 0);
	return u.status;
}

static int copy(u64 from_gpa, u32 to_ref, u16 len)
{
	struct gnttab_copy c = {
		.source = { .u.gmfn = from_gpa >> PAGE_SHIFT, .domid = DOMID_SELF },
		.dest = { .u.ref = to_ref, .domid = granter->id }, .len = len, .flags = GNTCOPY_dest_gref,
	};

	assert_int_equal(op(__HYPERVISOR_grant_table_op, GNTTABOP_copy, &c, sizeof(c), 1), 0);
	return c.status;
}

/* One extent of one page, by who runs. */
static long reservation(u64 cmd, u64 gpa)
{
	struct { struct xen_memory_reservation r; u64 gfn; } a = { .gfn = gpa >> PAGE_SHIFT };

	a.r.extent_start.q = AT + offsetof(typeof(a), gfn);
	a.r.nr_extents = 1;
	a.r.domid = DOMID_SELF;
	return op(__HYPERVISOR_memory_op, cmd, &a, sizeof(a), 0);
}

static paddr_t machine(struct domain *d, u64 gpa)
{
	paddr_t pa = 0;

	return p2m_kind(d, gpa, &pa) == P2M_NONE ? 0 : pa;
}

/* As the domain's end does it; its memory goes back. */
static void end(struct domain *d)
{
	as(d == granter ? mapper->vcpu[0] : granter->vcpu[0]);
	d->end = DOMAIN_POWEROFF;
	xen_domain_destroy(d);
	p2m_free(d);
}

static void restart(struct domain *d)
{
	as(d == granter ? mapper->vcpu[0] : granter->vcpu[0]);
	grants_leave(d);
	xen_domain_stop(d);
	assert_int_equal(p2m_reset(d), 0);
	assert_int_equal(xen_domain_start(d), 0);
}

static void maps(void **state)
{
	struct hart_leaf leaf;
	u32 h, h2;

	(void)state;
	assert_int_equal(map(&h), GNTST_okay);
	assert_int_equal(shadow_fault(v, HERE, ACCESS_STORE), 0);
	assert_true(hart_walk(HERE, &leaf));
	assert_int_equal(machine(mapper, HERE), machine(granter, PAGE));
	assert_int_equal(*guest_u64(mapper, HERE), 0x1234);
	assert_int_equal(entry(REF)->flags, GTF_permit_access | GTF_reading | GTF_writing);
	assert_int_equal(page_users(machine(granter, PAGE)), 1);
	assert_int_equal(map_at(HERE + PAGE_SIZE, REF, GNTMAP_host_map | GNTMAP_readonly, &h2), GNTST_okay);
	assert_int_equal(page_users(machine(granter, PAGE)), 2);
	guest_check_memory(mapper);
	guest_check_memory(granter);
	assert_int_equal(unmap(HERE, h), GNTST_okay);
	assert_false(hart_walk(HERE, &leaf));
	assert_int_equal(entry(REF)->flags, GTF_permit_access | GTF_reading);
	assert_int_equal(unmap(HERE + PAGE_SIZE, h2), GNTST_okay);
	assert_int_equal(entry(REF)->flags, GTF_permit_access);
	assert_int_equal(page_users(machine(granter, PAGE)), 0);
	assert_int_equal(machine(mapper, HERE), 0);
}

/* Two mappings of one page: each ends where it is, for what is left must not outlive its handle. */
static void one_page_twice(void **state)
{
	u32 h, h2;

	(void)state;
	assert_int_equal(map(&h), GNTST_okay);
	assert_int_equal(map_at(HERE + PAGE_SIZE, REF, GNTMAP_host_map, &h2), GNTST_okay);
	assert_int_equal(unmap(HERE + PAGE_SIZE, h), GNTST_general_error);
	assert_int_equal(unmap(HERE, h2), GNTST_general_error);
	assert_int_equal(page_users(machine(granter, PAGE)), 2);
	assert_int_equal(unmap(HERE, h), GNTST_okay);
	assert_int_equal(unmap(HERE + PAGE_SIZE, h2), GNTST_okay);
}

/* The stub itself does not write to what is mapped to be read, nor keep anything in a page of another. */
static void readonly(void **state)
{
	u64 word = 1;
	u32 h;

	(void)state;
	assert_int_equal(map_at(HERE, REF, GNTMAP_host_map | GNTMAP_readonly, &h), GNTST_okay);
	assert_int_not_equal(p2m_copy_to(mapper, HERE, &word, 8), 0);
	assert_int_equal(copy_to_guest(v, HERE, &word, 8), -XEN_EFAULT);
	assert_int_equal(copy_from_guest(v, &word, HERE, 8), 0);
	assert_int_equal(word, 0x1234);
	assert_int_equal(unmap(HERE, h), GNTST_okay);
	assert_int_equal(map(&h), GNTST_okay);
	assert_int_equal(copy_to_guest(v, HERE, &word, 8), 0);
	assert_null(guest_to_write(v, HERE));
	assert_null(event_page(v, HERE >> PAGE_SHIFT));
	assert_int_equal(unmap(HERE, h), GNTST_okay);
}

/* The entry is the guest's, and changes while it is in use: what was mapped stays, and is what is given back. */
static void entry_changes(void **state)
{
	paddr_t pa = machine(granter, PAGE);
	u32 h;

	(void)state;
	assert_int_equal(map(&h), GNTST_okay);
	grant(REF, PAGE + PAGE_SIZE, 0);
	assert_int_equal(machine(mapper, HERE), pa);
	assert_int_equal(page_users(pa), 1);
	assert_int_equal(unmap(HERE, h), GNTST_okay);
	assert_int_equal(page_users(pa), 0);
	assert_int_equal(entry(REF)->flags, 0);
}

static void given_back(void **state)
{
	paddr_t pa = machine(granter, PAGE);
	u64 pages = granter->nr_pages;
	u32 h;

	(void)state;
	assert_int_equal(map(&h), GNTST_okay);
	as(granter->vcpu[0]);
	assert_int_equal(reservation(XENMEM_decrease_reservation, PAGE), 1);
	assert_int_equal(granter->nr_pages, pages);
	assert_int_equal(granter->nr_free, 0);
	assert_int_equal(reservation(XENMEM_populate_physmap, PAGE), 0);
	as(mapper->vcpu[0]);
	assert_int_equal(*guest_u64(mapper, HERE), 0x1234);
	/* Not the mapper's to give back, nor to have counted. */
	assert_int_equal(reservation(XENMEM_decrease_reservation, HERE), 0);
	assert_int_equal(mapper->nr_free, 0);
	assert_int_equal(unmap(HERE, h), GNTST_okay);
	assert_int_equal(granter->nr_pages, pages - 1);
	assert_int_equal(granter->nr_free, 1);
	as(granter->vcpu[0]);
	assert_int_equal(reservation(XENMEM_populate_physmap, PAGE), 1);
	assert_int_equal(machine(granter, PAGE), pa);
	assert_int_equal(*guest_u64(granter, PAGE), 0);
}

static void granter_ends(void **state)
{
	u32 h;

	(void)state;
	assert_int_equal(map(&h), GNTST_okay);
	host_output_clear();
	grants_print();
	assert_printed("d0 1 of 2 frames, 1 mappings of 256");
	end(granter);
	assert_printed("2048 KiB of its memory stay");
	/* All but the piece that is in use */
	assert_int_equal(memory_available(), was_free + (MIB - 2) * (1UL << 20));
	assert_int_equal(*guest_u64(mapper, HERE), 0x1234);
	assert_int_equal(unmap(HERE, h), GNTST_okay);
	assert_int_equal(memory_available(), was_free + MIB * (1UL << 20));
	assert_int_equal(map(&h), GNTST_bad_domain);
}

static void mapper_ends(void **state)
{
	paddr_t pa = machine(granter, PAGE);
	u32 h;

	(void)state;
	assert_int_equal(map(&h), GNTST_okay);
	assert_int_equal(map_at(HERE + PAGE_SIZE, REF, GNTMAP_host_map, &h), GNTST_okay);
	end(mapper);
	assert_int_equal(page_users(pa), 0);
	assert_int_equal(entry(REF)->flags, GTF_permit_access);
	assert_int_equal(memory_available(), was_free + MIB * (1UL << 20));
}

/* Both end, the granter first: whoever is last gives the page back. */
static void both_end(void **state)
{
	u32 h;

	(void)state;
	assert_int_equal(map(&h), GNTST_okay);
	as(NULL);
	xen_domain_destroy(granter);
	p2m_free(granter);
	xen_domain_destroy(mapper);
	p2m_free(mapper);
	assert_int_equal(memory_available(), was_free + 2 * MIB * (1UL << 20));
}

/* It has other memory where it is in use, and what the mapper does there it does not see. */
static void granter_restarts(void **state)
{
	paddr_t pa = machine(granter, PAGE);
	u32 h, h2;

	(void)state;
	memory_free(HOST_RAM_BASE + (160UL << 20), 2 * SZ_2M);
	was_free = memory_available();
	assert_int_equal(map(&h), GNTST_okay);
	restart(granter);
	assert_int_not_equal(machine(granter, PAGE), pa);
	assert_int_equal(memory_available(), was_free - SZ_2M);
	*guest_u64(mapper, HERE) = 0x666;
	assert_int_equal(*guest_u64(granter, PAGE), 0);
	/* The same reference means another grant now: that one stays in use when the old one goes. */
	grant(REF, PAGE, GTF_permit_access);
	assert_int_equal(map_at(HERE + PAGE_SIZE, REF, GNTMAP_host_map, &h2), GNTST_okay);
	assert_int_equal(unmap(HERE, h), GNTST_okay);
	assert_int_equal(memory_available(), was_free);
	assert_int_equal(entry(REF)->flags, GTF_permit_access | GTF_reading | GTF_writing);
	assert_int_equal(unmap(HERE + PAGE_SIZE, h2), GNTST_okay);
}

static void granter_cannot_restart(void **state)
{
	u32 h;

	(void)state;
	while (memory_alloc(SZ_2M, SZ_2M))
		;
	assert_int_equal(map(&h), GNTST_okay);
	as(mapper->vcpu[0]);
	grants_leave(granter);
	assert_int_equal(p2m_reset(granter), -XEN_ENOMEM);
	assert_int_equal(*guest_u64(mapper, HERE), 0x1234);
	grants_reset(granter);
	assert_int_equal(unmap(HERE, h), GNTST_okay);
}

static void mapper_restarts(void **state)
{
	u32 h;

	(void)state;
	assert_int_equal(map(&h), GNTST_okay);
	restart(mapper);
	assert_int_equal(entry(REF)->flags, GTF_permit_access);
	assert_int_equal(machine(mapper, HERE), 0);
	as(mapper->vcpu[0]);
	assert_int_equal(unmap(HERE, h), GNTST_bad_handle);
}

static void handles_run_out(void **state)
{
	u32 h[HANDLES_A_FRAME], extra;

	(void)state;
	for (unsigned int i = 0; i < HANDLES_A_FRAME; i++) {
		grant(REF + i / 128, PAGE, GTF_permit_access);
		assert_int_equal(map_at(HERE + i * PAGE_SIZE, REF + i / 128, GNTMAP_host_map, &h[i]), GNTST_okay);
	}
	assert_int_equal(map_at(HERE + HANDLES_A_FRAME * PAGE_SIZE, REF, GNTMAP_host_map, &extra), GNTST_no_space);
	assert_int_equal(unmap(HERE + 77 * PAGE_SIZE, h[77]), GNTST_okay);
	assert_int_equal(map_at(HERE, REF, GNTMAP_host_map, &extra), GNTST_okay);
	assert_int_equal(extra, h[77]);
}

/* As kexec does it: the grant is free again, nothing of it is reachable, and all handles are there. */
static void mapper_resets(void **state)
{
	struct sched_shutdown s = { SHUTDOWN_soft_reset };
	u32 h, first;

	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(map_at(HERE + i * PAGE_SIZE, REF, GNTMAP_host_map, &h), GNTST_okay);
	grant(0, PAGE, GTF_permit_access);
	assert_int_equal(map_at(0, 0, GNTMAP_host_map, &first), GNTST_okay);
	assert_int_equal(sched_op_shutdown(v, &s), 0);
	assert_int_equal(entry(REF)->flags, GTF_permit_access);
	assert_int_equal(entry(0)->flags, GTF_permit_access);
	assert_int_equal(machine(mapper, 0), 0);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(machine(mapper, HERE + i * PAGE_SIZE), 0);
	assert_int_equal(unmap(HERE + 2 * PAGE_SIZE, h), GNTST_bad_handle);
	handles_run_out(state);
}

/* A list is done a part at a time, and its translations are gone before a granter hears of it. */
static void lists(void **state)
{
	struct gnttab_map_grant_ref m[70];
	struct gnttab_unmap_grant_ref u[70];

	(void)state;
	for (unsigned int i = 0; i < 70; i++) {
		grant(i, PAGE + i * PAGE_SIZE, GTF_permit_access);
		m[i] = (struct gnttab_map_grant_ref){
			.host_addr = HERE + i * PAGE_SIZE, .flags = GNTMAP_host_map, .ref = i, .dom = granter->id
		};
	}
	assert_int_equal(op(__HYPERVISOR_grant_table_op, GNTTABOP_map_grant_ref, m, sizeof(m), 70), 0);
	for (unsigned int i = 0; i < 70; i++) {
		assert_int_equal(m[i].status, GNTST_okay);
		u[i] = (struct gnttab_unmap_grant_ref){ .host_addr = m[i].host_addr, .handle = m[i].handle };
	}
	assert_int_equal(op(__HYPERVISOR_grant_table_op, GNTTABOP_unmap_grant_ref, u, sizeof(u), 70), 0);
	for (unsigned int i = 0; i < 70; i++) {
		assert_int_equal(u[i].status, GNTST_okay);
		assert_int_equal(entry(i)->flags, GTF_permit_access);
	}
}

/* No guest keeps its hart for as long as it likes: a list is left off, the sooner the more each of it copies. */
static void lists_are_left_off(void **state)
{
	static struct gnttab_copy c[150];
	unsigned int whole_pages;

	(void)state;
	for (u16 len = PAGE_SIZE; len; len = len == PAGE_SIZE ? 4 : 0) {
		for (unsigned int i = 0; i < 150; i++)
			c[i] = (struct gnttab_copy){
				.source = { .u.gmfn = PAGE >> PAGE_SHIFT, .domid = DOMID_SELF },
				.dest = { .u.ref = REF, .domid = granter->id }, .len = len, .flags = GNTCOPY_dest_gref,
			};
		assert_int_equal(op(__HYPERVISOR_grant_table_op, GNTTABOP_copy, c, sizeof(c), 150), 0);
		for (unsigned int i = 0; i < 150; i++)
			assert_int_equal(c[i].status, GNTST_okay);
		if (len == PAGE_SIZE)
			whole_pages = turns;
	}
	assert_int_not_equal(turns, 1);
	assert_true(whole_pages > 2 * turns);
}

static void copies(void **state)
{
	(void)state;
	*guest_u64(mapper, PAGE) = 0x4711;
	assert_int_equal(copy(PAGE, REF, 8), GNTST_okay);
	assert_int_equal(*guest_u64(granter, PAGE), 0x4711);
	assert_int_equal(page_users(machine(granter, PAGE)), 0);
	assert_int_equal(page_users(machine(mapper, PAGE)), 0);
	assert_int_equal(copy(PAGE, REF + 1, 8), GNTST_general_error);
	assert_int_equal(copy(HERE, REF, 8), GNTST_bad_page);
	assert_int_equal(page_users(machine(granter, PAGE)), 0);
	grant(REF, PAGE, GTF_permit_access | GTF_readonly);
	assert_int_equal(copy(PAGE, REF, 8), GNTST_general_error);
	assert_int_equal(page_users(machine(mapper, PAGE)), 0);
}

#define F(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
/* After these there is no domain to look at. */
#define G(name) cmocka_unit_test_setup(name, setup)

/* A device of the mapper's stays where it is: nobody would flush it. */
static void over_a_device(void **state)
{
	u32 h;

	(void)state;
	assert_int_equal(p2m_set(mapper, HERE, 0x10001000, P2M_MMIO), 0);
	assert_int_equal(map(&h), GNTST_general_error);
	assert_int_equal(entry(REF)->flags, GTF_permit_access);
	assert_int_equal(map_at(HERE + PAGE_SIZE, REF, GNTMAP_host_map, &h), GNTST_okay);
	assert_int_equal(unmap(HERE + PAGE_SIZE, h), GNTST_okay);
}

UNIT_MAIN(F(maps), F(one_page_twice), F(readonly), F(entry_changes), F(given_back), G(granter_ends), G(mapper_ends), G(both_end),
	  F(granter_restarts), G(granter_cannot_restart), F(mapper_restarts), F(mapper_resets), F(handles_run_out), F(lists), F(lists_are_left_off),
	  F(copies), F(over_a_device))
