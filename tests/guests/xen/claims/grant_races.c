// SPDX-License-Identifier: GPL-2.0
/* Grants, on two vCPUs at once. */
#include "xt.h"

#define NEED_TWO	do { if (!grants || !second_cpu()) return skip("there is one vCPU"); } while (0)
#define ROUNDS		300
#define REF		60
#define HERE		grant_hole(30)
#define THERE		grant_hole(31)

static volatile bool stop;
static volatile long there;

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

static unsigned long *granted(void)
{
	unsigned long *p = page_get();

	g_grant(REF, own_domain(), frame_of(p), GTF_permit_access);
	return p;
}

static void map_always(void *gfn)
{
	grant_handle_t h;
	long n = 0;

	while (!read_once(stop))
		if (g_map(own_domain(), REF, GNTMAP_host_map, (unsigned long)gfn, &h) || g_unmap(h, (unsigned long)gfn))
			n++;
	write_once(there, n);
}

CLAIM("grant.races.map-map.xsa-228", "XSA-228: two vCPUs map and unmap one page: none fails, and at the end it is free", ROUNDS)
{
	grant_handle_t h;
	long n = 0;

	NEED_TWO;
	granted();
	begin(map_always, (void *)THERE);
	for (int i = 0; i < ROUNDS; i++)
		n += !g_map(own_domain(), REF, GNTMAP_host_map, HERE, &h) && !g_unmap(h, HERE);
	MUST(join());
	MUST(!there && grants[REF].flags == GTF_permit_access);
	return n;
}

static void unmap_once(void *h)
{
	write_once(there, g_unmap(*(grant_handle_t *)h, HERE));
}

CLAIM("grant.races.unmap-unmap.xsa-218", "XSA-218: two vCPUs unmap the same mapping: one of them does", ROUNDS)
{
	grant_handle_t h;
	long n = 0;

	NEED_TWO;
	granted();
	for (int i = 0; i < ROUNDS; i++) {
		MUST(!g_map(own_domain(), REF, GNTMAP_host_map, HERE, &h));
		begin(unmap_once, &h);
		n += !g_unmap(h, HERE);
		MUST(cpu_wait());
		n += !there;
		MUST(grants[REF].flags == GTF_permit_access);
	}
	return n;
}

static void change_always(void *unused)
{
	for (unsigned int i = 0; !read_once(stop); i++) {
		__atomic_fetch_xor((uint32_t *)&grants[REF], GTF_readonly | GTF_sub_page, __ATOMIC_SEQ_CST);
		write_once(grants[REF].frame, read_once(grants[REF].frame));
	}
}

CLAIM("grant.races.entry.xsa-295", "XSA-295: an entry that changes all the time: mapped or not, but soon", ROUNDS)
{
	grant_handle_t h;
	long n = 0;

	NEED_TWO;
	granted();
	begin(change_always, NULL);
	for (int i = 0; i < ROUNDS; i++) {
		if (!g_map(own_domain(), REF, GNTMAP_host_map, HERE, &h))
			MUST(!g_unmap(h, HERE));
		n++;
	}
	MUST(join());
	return n;
}

static void copy_always(void *page)
{
	struct gnttab_copy c = {
		.source = { .u.ref = REF, .domid = own_domain() },
		.dest = { .u.gmfn = frame_of(page), .domid = DOMID_SELF }, .len = PAGE_SIZE, .flags = GNTCOPY_source_gref,
	};
	long n = 0;

	while (!read_once(stop))
		n += g_copy(&c) != 0;
	write_once(there, n);
}

CLAIM("grant.races.copy-map.xsa-230", "XSA-230: one copies, the other maps and unmaps: at the end the page is free", GTF_permit_access)
{
	grant_handle_t h;

	NEED_TWO;
	granted();
	begin(copy_always, page_get());
	for (int i = 0; i < ROUNDS; i++) {
		MUST(!g_map(own_domain(), REF, GNTMAP_host_map, HERE, &h));
		MUST((grants[REF].flags & GTF_writing));
		MUST(!g_unmap(h, HERE));
	}
	MUST(join());
	MUST(!there);
	return grants[REF].flags;
}

CLAIM("grant.races.copy-end", "one copies, the other takes the grant back and gives it anew", 1)
{
	unsigned long *p;
	long n = 0;

	NEED_TWO;
	p = granted();
	begin(copy_always, page_get());
	for (int i = 0; i < ROUNDS; i++) {
		while (!g_end(REF))
			;
		n++;
		g_grant(REF, own_domain(), frame_of(p), GTF_permit_access);
	}
	MUST(join());
	MUST(grants[REF].flags == GTF_permit_access);
	return n == ROUNDS;
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

CLAIM("grant.races.memory.xsa-236", "XSA-236: a page that is given back while it is mapped and copied from", GTF_permit_access)
{
	struct gnttab_copy c = { .len = 8, .flags = GNTCOPY_source_gref };
	unsigned long at;
	grant_handle_t h;

	NEED_TWO;
	at = pieces(1);
	MUST(at);
	g_grant(REF, own_domain(), at / PAGE_SIZE, GTF_permit_access);
	c.source.u.ref = REF;
	c.source.domid = own_domain();
	c.dest.u.gmfn = frame_of(page_get());
	c.dest.domid = DOMID_SELF;
	begin(memory_always, (void *)(at / PAGE_SIZE));
	for (int i = 0; i < ROUNDS; i++) {
		if (!g_map(own_domain(), REF, GNTMAP_host_map, HERE, &h)) {
			MUST(try_read((unsigned long)vm_frame(HERE), NULL));
			MUST(!g_unmap(h, HERE));
		}
		g_copy(&c);
	}
	MUST(join());
	return grants[REF].flags;
}

static void touch_always(void *at)
{
	long n = 0;

	while (!read_once(stop))
		n += try_write((unsigned long)at, 0x600d);
	write_once(there, n);
}

/* What the other vCPU may have in its TLB must be gone when unmap returns: else it writes into the page. */
CLAIM("grant.races.tlb", "what is unmapped cannot be reached from another vCPU either", ROUNDS)
{
	unsigned long *p;
	grant_handle_t h;
	long n = 0;
	void *at;

	NEED_TWO;
	p = granted();
	at = vm_frame(HERE);
	begin(touch_always, at);
	for (int i = 0; i < ROUNDS; i++) {
		MUST(!g_map(own_domain(), REF, GNTMAP_host_map, HERE, &h));
		if (i % 16 == 0)
			wait_for(read_once(p[0]), 1);
		MUST(!g_unmap(h, HERE));
		write_once(p[0], 0);
		for (int k = 0; k < 100; k++)
			barrier();
		n += !read_once(p[0]);
	}
	MUST(join());
	return n;
}

CLAIM("grant.races.table.xsa-384", "XSA-384: the table's frame moves while another vCPU maps", 50)
{
	struct xen_add_to_physmap a = { .domid = DOMID_SELF, .space = XENMAPSPACE_grant_table };
	struct xen_remove_from_physmap r = { .domid = DOMID_SELF };
	unsigned long home;
	long n = 0;

	NEED_TWO;
	granted();
	home = machine.hypervisor[0].base / PAGE_SIZE;
	begin(map_always, (void *)THERE);
	for (int i = 0; i < 50; i++) {
		r.gpfn = home;
		a.gpfn = HERE;
		MUST(!memory_op(XENMEM_remove_from_physmap, &r) && !memory_op(XENMEM_add_to_physmap, &a));
		r.gpfn = HERE;
		a.gpfn = home;
		n += !memory_op(XENMEM_remove_from_physmap, &r) && !memory_op(XENMEM_add_to_physmap, &a);
	}
	MUST(join());
	MUST(!there);
	return n;
}
