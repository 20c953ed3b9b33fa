// SPDX-License-Identifier: GPL-2.0
/*
 * Grants between two domains that end, die and start again while pages are mapped; and what mapping and copying cost (runs
 * with -icount, where time counts instructions). What each op answers is in xen/claims.
 *
 * Domain 2, the mapper, grants its control page to domain 1, the granter, as a way to talk: stage says how far they are.
 */
#include "peer.h"

#define WINDOW		0x40000000UL
#define ROUNDS		200
#define REF		8
#define GRANTER		1
#define MAPPER		2
#define COLD_REBOOT	1

struct control {
	volatile unsigned long stage;
};

static char pages[4][PAGE_SIZE] __attribute__((aligned(4096)));

/* --- the mapper: lives through it all, but where it is to end first --- */

/* The granter has ended: what is mapped of it stays, and can be given back. */
static void mapper_survives(struct control *c)
{
	volatile unsigned long *page = (volatile unsigned long *)WINDOW;
	grant_handle_t h, h2;

	c->stage = 3;
	check(within(20000, grant_map(GRANTER, REF, WINDOW + PAGE_SIZE, 0, &h2) == GNTST_bad_domain || grant_unmap(WINDOW + PAGE_SIZE, h2)));
	check_eq(0x1234, page[0]);
	page[1] = 1;
	h = c[1].stage;
	check_eq(GNTST_okay, grant_unmap(WINDOW, h));
	check_eq(GNTST_bad_handle, grant_unmap(WINDOW, h));
}

/* It has started again: what it has now is something else. */
static void mapper_sees_restart(struct control *c)
{
	volatile unsigned long *page = (volatile unsigned long *)WINDOW, *anew = (volatile unsigned long *)(WINDOW + PAGE_SIZE);
	grant_handle_t h = c[1].stage, h2;

	c->stage = 3;
	check(within(30000, c->stage == 4));
	page[0] = 0x666;
	check_eq(GNTST_okay, grant_map(GRANTER, REF, WINDOW + PAGE_SIZE, 0, &h2));
	check_eq(0x5678, anew[0]);
	check_eq(GNTST_okay, grant_unmap(WINDOW, h));
	check_eq(0x5678, anew[0]);
	check_eq(GNTST_okay, grant_unmap(WINDOW + PAGE_SIZE, h2));
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
	check(grants_open());
	grant(REF, GRANTER, pages[0], 0);
	check(within(20000, c->stage == 1));
	check_eq(GNTST_okay, grant_map(GRANTER, REF, WINDOW, 0, &h));
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
	check(grants_open());
	check(within(20000, !grant_map(MAPPER, REF, WINDOW, 0, &h)));
	if (c->stage >= 2) {
		/* the second time: nothing is left of the first */
		check_eq(0, page[0]);
		check_eq(0, grants[REF].flags);
		page[0] = 0x5678;
		grant(REF, MAPPER, page, 0);
		c->stage = 4;
		check(within(20000, c->stage == 5));
		check_eq(0x5678, page[0]);
		check_eq(GTF_permit_access, grants[REF].flags);
		check_eq(GNTST_okay, grant_unmap(WINDOW, h));
		return;
	}
	page[0] = 0x1234;
	grant(REF, MAPPER, page, 0);
	c->stage = 1;
	if (fdt_says("granter-survives")) {
		/* the other one ends, and its mapping with it; the page of it that is mapped here stays */
		check(within(20000, c->stage == 2));
		check(within(20000, grants[REF].flags == GTF_permit_access));
		check_eq(2, c->stage);
		check_eq(GNTST_okay, grant_unmap(WINDOW, h));
		return;
	}
	check(within(20000, c->stage == 3));
	check_eq(GTF_permit_access | GTF_reading | GTF_writing, grants[REF].flags);
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
			.host_addr = WINDOW + i * PAGE_SIZE, .flags = GNTMAP_host_map, .ref = REF, .dom = GRANTER
		};
	ok &= !xen_call(__HYPERVISOR_grant_table_op, GNTTABOP_map_grant_ref, m, n);
	for (unsigned int i = 0; i < n; i++)
		u[i] = (struct gnttab_unmap_grant_ref){ .host_addr = m[i].host_addr, .handle = m[i].handle };
	ok &= !xen_call(__HYPERVISOR_grant_table_op, GNTTABOP_unmap_grant_ref, u, n);
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

	if (!fdt_says("icount")) {
		skip("time is not instructions");
		return;
	}
	check(grants_open());
	grant(REF, GRANTER, pages[1], 0);
	report("query_size", COST(xen_call(__HYPERVISOR_grant_table_op, GNTTABOP_query_size, &q, 1)), 550);
	c.len = 64;
	report("copy of 64 bytes", COST(xen_call(__HYPERVISOR_grant_table_op, GNTTABOP_copy, &c, 1)), 1700);
	check_eq(0, c.status);
	c.len = 1448;
	c.source.offset = 2;
	report("copy of 1448 bytes, not aligned", COST(xen_call(__HYPERVISOR_grant_table_op, GNTTABOP_copy, &c, 1)), 2800);
	c.source.offset = 0;
	c.len = PAGE_SIZE;
	report("copy of 4096 bytes", COST(xen_call(__HYPERVISOR_grant_table_op, GNTTABOP_copy, &c, 1)), 2800);
	check(map_and_unmap(1));
	report("map and unmap of one page", COST(map_and_unmap(1)), 2500);
	report("map and unmap of 32 pages, each", COST(map_and_unmap(32)) / 32, 1350);
	check_eq(GTF_permit_access, grants[REF].flags);
}

TESTS(T(cost), T(mapper), T(granter));
