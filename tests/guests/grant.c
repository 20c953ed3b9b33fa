// SPDX-License-Identifier: GPL-2.0
/*
 * Grants between two domains that end, die and start again while pages are mapped; and what mapping and copying cost (runs
 * with -icount, where time counts instructions). What each op answers is in xen/claims.
 *
 * Domain 2, the mapper, grants its control page to domain 1, the granter, as a way to talk: stage says how far they are.
 */
#include "guest.h"
#include <xen/xen.h>
#include <xen/errno.h>
#include <xen/grant_table.h>
#include <xen/memory.h>

#define PAGE_SIZE	4096UL
#define TABLE		0x38000000UL	/* interfaces/guest-machine.rst */
#define WINDOW		0x40000000UL
#define ROUNDS		200
#define REF		8
#define GRANTER		1
#define MAPPER		2
#define COLD_REBOOT	1
#define MS		10000UL		/* ticks */
#define MAP_RW		GNTMAP_host_map

struct control {
	volatile unsigned long stage;
};

static char pages[4][PAGE_SIZE] __attribute__((aligned(4096)));
static struct grant_entry_v1 *const table = (struct grant_entry_v1 *)TABLE;

static long call(unsigned long nr, unsigned long op, void *arg, unsigned long n)
{
	return sbi_call(XEN_RISCV_SBI_EXT, nr, 0, op, (unsigned long)arg, n, 0, 0).error;
}

static bool begin(void)
{
	struct xen_add_to_physmap a = {
		.domid = DOMID_SELF, .space = XENMAPSPACE_grant_table, .gpfn = TABLE / PAGE_SIZE
	};
	static bool done;

	if (!done)
		done = under_stub() && !call(__HYPERVISOR_memory_op, XENMEM_add_to_physmap, &a, 0);
	return done;
}

static void grant(unsigned int ref, unsigned int dom, void *page)
{
	table[ref].domid = dom;
	table[ref].frame = (unsigned long)page / PAGE_SIZE;
	mb();
	table[ref].flags = GTF_permit_access;
}

static int map(unsigned int dom, unsigned int ref, unsigned long at, grant_handle_t *h)
{
	struct gnttab_map_grant_ref m = { .host_addr = at, .flags = MAP_RW, .ref = ref, .dom = dom };

	if (call(__HYPERVISOR_grant_table_op, GNTTABOP_map_grant_ref, &m, 1))
		return 1;
	*h = m.handle;
	return m.status;
}

static int unmap(unsigned long at, grant_handle_t h)
{
	struct gnttab_unmap_grant_ref u = { .host_addr = at, .handle = h };

	return call(__HYPERVISOR_grant_table_op, GNTTABOP_unmap_grant_ref, &u, 1) ? 1 : u.status;
}

/* The other domain may not have got so far. */
#define within(ms, cond) ({						\
	unsigned long __start = rdtime();				\
	while (!(cond) && rdtime() - __start < (ms) * MS)		\
		;							\
	(bool)(cond); })

/* --- the mapper: lives through it all, but where it is to end first --- */

/* The granter has ended: what is mapped of it stays, and can be given back. */
static void mapper_survives(struct control *c)
{
	volatile unsigned long *page = (volatile unsigned long *)WINDOW;
	grant_handle_t h, h2;

	c->stage = 3;
	check(within(20000, map(GRANTER, REF, WINDOW + PAGE_SIZE, &h2) == GNTST_bad_domain || unmap(WINDOW + PAGE_SIZE, h2)));
	check_eq(0x1234, page[0]);
	page[1] = 1;
	h = c[1].stage;
	check_eq(GNTST_okay, unmap(WINDOW, h));
	check_eq(GNTST_bad_handle, unmap(WINDOW, h));
}

/* It has started again: what it has now is something else. */
static void mapper_sees_restart(struct control *c)
{
	volatile unsigned long *page = (volatile unsigned long *)WINDOW, *anew = (volatile unsigned long *)(WINDOW + PAGE_SIZE);
	grant_handle_t h = c[1].stage, h2;

	c->stage = 3;
	check(within(30000, c->stage == 4));
	page[0] = 0x666;
	check_eq(GNTST_okay, map(GRANTER, REF, WINDOW + PAGE_SIZE, &h2));
	check_eq(0x5678, anew[0]);
	check_eq(GNTST_okay, unmap(WINDOW, h));
	check_eq(0x5678, anew[0]);
	check_eq(GNTST_okay, unmap(WINDOW + PAGE_SIZE, h2));
	c->stage = 5;
}

static void mapper(void)
{
	struct control *c = (struct control *)pages[0];
	grant_handle_t h;

	if (!fdt_says("mapper")) {
		skip("not the mapper");
		return;
	}
	if (!begin())
		return;
	grant(REF, GRANTER, pages[0]);
	check(within(20000, c->stage == 1));
	check_eq(GNTST_okay, map(GRANTER, REF, WINDOW, &h));
	check_eq(0x1234, *(volatile unsigned long *)WINDOW);
	c[1].stage = h;
	c->stage = 2;
	if (fdt_says("mapper-survives"))
		mapper_survives(c);
	else if (fdt_says("mapper-sees-restart"))
		mapper_sees_restart(c);
	/* "mapper-ends": with the page mapped */
}

/* --- the granter --- */

static void granter(void)
{
	struct control *c = (struct control *)WINDOW;
	unsigned long *page = (unsigned long *)pages[0];
	grant_handle_t h;

	if (!fdt_says("granter")) {
		skip("not the granter");
		return;
	}
	if (!begin())
		return;
	check(within(20000, !map(MAPPER, REF, WINDOW, &h)));
	if (c->stage >= 2) {
		/* the second time: nothing is left of the first */
		check_eq(0, page[0]);
		check_eq(0, table[REF].flags);
		page[0] = 0x5678;
		grant(REF, MAPPER, page);
		c->stage = 4;
		check(within(20000, c->stage == 5));
		check_eq(0x5678, page[0]);
		check_eq(GTF_permit_access, table[REF].flags);
		check_eq(GNTST_okay, unmap(WINDOW, h));
		return;
	}
	page[0] = 0x1234;
	grant(REF, MAPPER, page);
	c->stage = 1;
	if (fdt_says("granter-survives")) {
		/* the other one ends, and its mapping with it; the page of it that is mapped here stays */
		check(within(20000, c->stage == 2));
		check(within(20000, table[REF].flags == GTF_permit_access));
		check_eq(2, c->stage);
		check_eq(GNTST_okay, unmap(WINDOW, h));
		return;
	}
	check(within(20000, c->stage == 3));
	check_eq(GTF_permit_access | GTF_reading | GTF_writing, table[REF].flags);
	if (fdt_says("granter-restarts"))
		sbi2(SBI_SRST, 0, COLD_REBOOT, 0);
	/* "granter-ends": with its own page mapped elsewhere, and another one's page here */
}

/* --- what it costs --- */

/* Ten times the instructions of a round */
#define COST(what) ({							\
	unsigned long __start = rdtime();				\
	for (int __n = 0; __n < ROUNDS; __n++)				\
		what;							\
	(rdtime() - __start) * 1000 / ROUNDS; })

static void report(const char *what, unsigned long tenths, unsigned long most)
{
	say("# cost: %s %ld.%ld\n", what, (long)tenths / 10, (long)tenths % 10);
	check(tenths <= 10 * most);
}

static bool map_and_unmap(unsigned int n)
{
	struct gnttab_map_grant_ref m[32];
	struct gnttab_unmap_grant_ref u[32];
	bool ok = true;

	for (unsigned int i = 0; i < n; i++)
		m[i] = (struct gnttab_map_grant_ref){
			.host_addr = WINDOW + i * PAGE_SIZE, .flags = MAP_RW, .ref = REF, .dom = GRANTER
		};
	ok &= !call(__HYPERVISOR_grant_table_op, GNTTABOP_map_grant_ref, m, n);
	for (unsigned int i = 0; i < n; i++)
		u[i] = (struct gnttab_unmap_grant_ref){ .host_addr = m[i].host_addr, .handle = m[i].handle };
	ok &= !call(__HYPERVISOR_grant_table_op, GNTTABOP_unmap_grant_ref, u, n);
	return ok && !m[n - 1].status && !u[n - 1].status;
}

/* Of a page of its own, which is as good as another's. */
static void cost(void)
{
	struct gnttab_copy c = {
		.source = { .u.ref = REF, .domid = GRANTER },
		.dest = { .u.gmfn = (unsigned long)pages[2] / PAGE_SIZE, .domid = DOMID_SELF },
		.flags = GNTCOPY_source_gref,
	};
	struct gnttab_query_size q = { .dom = DOMID_SELF };

	if (!fdt_says("icount") || !begin()) {
		skip("time is not instructions");
		return;
	}
	grant(REF, GRANTER, pages[1]);
	report("query_size", COST(call(__HYPERVISOR_grant_table_op, GNTTABOP_query_size, &q, 1)), 550);
	c.len = 64;
	report("copy of 64 bytes", COST(call(__HYPERVISOR_grant_table_op, GNTTABOP_copy, &c, 1)), 1700);
	check_eq(0, c.status);
	c.len = 1448;
	c.source.offset = 2;
	report("copy of 1448 bytes, not aligned", COST(call(__HYPERVISOR_grant_table_op, GNTTABOP_copy, &c, 1)), 2800);
	c.source.offset = 0;
	c.len = PAGE_SIZE;
	report("copy of 4096 bytes", COST(call(__HYPERVISOR_grant_table_op, GNTTABOP_copy, &c, 1)), 2800);
	check(map_and_unmap(1));
	report("map and unmap of one page", COST(map_and_unmap(1)), 2500);
	report("map and unmap of 32 pages, each", COST(map_and_unmap(32)) / 32, 1350);
	check_eq(GTF_permit_access, table[REF].flags);
}

TESTS(T(cost), T(mapper), T(granter));
