// SPDX-License-Identifier: GPL-2.0
/* What memory_op does with pages that are granted, and with frames where something is mapped. And copies. */
#include "xt.h"

#define NOBODY	0x1234
#define HERE	grant_hole(10)
#define REF	40
#define MUST_TABLE MUST(grants)

static long list(unsigned int op, unsigned long gfn)
{
	xen_pfn_t f = gfn;
	struct xen_memory_reservation r = { .extent_start.p = &f, .nr_extents = 1, .domid = DOMID_SELF };

	return memory_op(op, &r);
}

static long take(unsigned long gfn)
{
	struct xen_remove_from_physmap r = { .domid = DOMID_SELF, .gpfn = gfn };

	return memory_op(XENMEM_remove_from_physmap, &r);
}

static long reservation(void)
{
	domid_t id = DOMID_SELF;

	return memory_op(XENMEM_current_reservation, &id);
}

/* A page of RAM that nobody misses */
static unsigned long *spare(void)
{
	static unsigned long at;
	static int left;

	if (!left) {
		at = pieces(1);
		left = at ? 512 : 0;
	}
	return left-- > 0 ? (unsigned long *)(at + left * PAGE_SIZE) : NULL;
}

static unsigned long *granted(unsigned int flags)
{
	unsigned long *p = spare();

	g_grant(REF, own_domain(), frame_of(p), flags);
	return p;
}

CLAIM("grant.memory.decrease.xsa-236", "XSA-236: a page that is mapped is given back: its frame is gone, it itself is not", 1)
{
	unsigned long *p, v = 0;
	grant_handle_t h;
	long n;

	MUST_TABLE;
	p = granted(GTF_permit_access);
	MUST(p);
	p[0] = 4711;
	MUST(!g_map(own_domain(), REF, GNTMAP_host_map, HERE, &h));
	n = list(XENMEM_decrease_reservation, frame_of(p));
	MUST(try_read((unsigned long)vm_frame(HERE), &v) && v == 4711);
	MUST(n != 1 || !try_read((unsigned long)p, NULL));
	MUST(!g_unmap(h, HERE));
	return n;
}

CLAIM("grant.memory.decrease.count", "it counts until it is unmapped", 1)
{
	unsigned long *p;
	grant_handle_t h;
	long n, between;

	MUST_TABLE;
	p = granted(GTF_permit_access);
	MUST(p);
	n = reservation();
	MUST(!g_map(own_domain(), REF, GNTMAP_host_map, HERE, &h));
	MUST(list(XENMEM_decrease_reservation, frame_of(p)) == 1);
	between = reservation();
	MUST(!g_unmap(h, HERE));
	return between == n && reservation() == n - 1;
}

CLAIM("grant.memory.decrease.anew.xsa-236", "XSA-236: nobody gets it while it is mapped", 1)
{
	unsigned long *p, v = 0;
	grant_handle_t h;
	bool ok = true;

	MUST_TABLE;
	p = granted(GTF_permit_access);
	MUST(p);
	p[0] = 4712;
	MUST(!g_map(own_domain(), REF, GNTMAP_host_map, HERE, &h));
	list(XENMEM_decrease_reservation, frame_of(p));
	for (int i = 0; i < 8; i++) {
		unsigned long *other = spare();

		MUST(other && list(XENMEM_decrease_reservation, frame_of(other)) == 1);
		if (list(XENMEM_populate_physmap, frame_of(other)) == 1)
			other[0] = 1;
	}
	ok &= try_read((unsigned long)vm_frame(HERE), &v) && v == 4712;
	MUST(!g_unmap(h, HERE));
	return ok;
}

CLAIM("grant.memory.remove", "a page that is mapped is taken away at its own frame: it is still there for who has it mapped", 1)
{
	unsigned long *p, v = 0;
	grant_handle_t h;
	bool ok;

	MUST_TABLE;
	p = granted(GTF_permit_access);
	MUST(p);
	p[0] = 4713;
	MUST(!g_map(own_domain(), REF, GNTMAP_host_map, HERE, &h));
	MUST(!take(frame_of(p)));
	ok = try_read((unsigned long)vm_frame(HERE), &v) && v == 4713;
	MUST(!g_unmap(h, HERE));
	return ok;
}

/* By a reference of its own: it stays in use. */
CLAIM("grant.memory.over-mapping", "something else put over a mapping: there is nothing to unmap there", ST(GNTST_general_error))
{
	struct xen_add_to_physmap a = { .domid = DOMID_SELF, .space = XENMAPSPACE_grant_table, .idx = 1 };
	grant_handle_t h;
	long answer;

	MUST_TABLE;
	g_grant(REF + 3, own_domain(), frame_of(spare()), GTF_permit_access);
	a.gpfn = HERE;
	MUST(!g_map(own_domain(), REF + 3, GNTMAP_host_map, HERE, &h));
	MUST(!memory_op(XENMEM_add_to_physmap, &a));
	answer = g_unmap(h, HERE);
	take(HERE);
	return answer;
}

CLAIM("grant.memory.vcpu_info", "nothing of the hypervisor's can be registered in such a page", 1)
{
	struct vcpu_register_vcpu_info r = { 0 };
	grant_handle_t h;
	long answer;

	MUST_TABLE;
	MUST(granted(GTF_permit_access));
	MUST(!g_map(own_domain(), REF, GNTMAP_host_map, HERE, &h));
	r.mfn = HERE;
	answer = vcpu_op(VCPUOP_register_vcpu_info, 0, &r);
	MUST(!g_unmap(h, HERE));
	return answer < 0;
}

/* --- copies --- */

static unsigned long *from, *to;
static struct gnttab_copy c;

/* A copy between two pages of the domain, by frame or by reference, of 16 bytes at 8 */
static bool prepare(unsigned int flags, unsigned int entry_flags)
{
	if (!grants)
		return false;
	from = page_get();
	to = page_get();
	for (unsigned int i = 0; i < 512; i++)
		from[i] = 0xf000 + i;
	g_grant(REF, own_domain(), frame_of(from), entry_flags);
	g_grant(REF + 1, own_domain(), frame_of(to), entry_flags);
	c = (struct gnttab_copy){
		.source = { .u.gmfn = frame_of(from), .domid = DOMID_SELF, .offset = 8 },
		.dest = { .u.gmfn = frame_of(to), .domid = DOMID_SELF, .offset = 16 },
		.len = 16, .flags = flags,
	};
	if (flags & GNTCOPY_source_gref) {
		c.source.u.gmfn = REF;
		c.source.domid = own_domain();
	}
	if (flags & GNTCOPY_dest_gref) {
		c.dest.u.gmfn = REF + 1;
		c.dest.domid = own_domain();
	}
	return true;
}

static bool copied(void)
{
	return !to[1] && to[2] == 0xf001 && to[3] == 0xf002 && !to[4];
}

CLAIM("grant.copy", "from a granted page to one's own", 1)
{
	MUST(prepare(GNTCOPY_source_gref, GTF_permit_access));
	MUST(!g_copy(&c));
	return copied();
}

CLAIM("grant.copy.to", "from one's own page to a granted one", 1)
{
	MUST(prepare(GNTCOPY_dest_gref, GTF_permit_access));
	MUST(!g_copy(&c));
	return copied();
}

CLAIM("grant.copy.both", "from one granted page to another", 1)
{
	MUST(prepare(GNTCOPY_source_gref | GNTCOPY_dest_gref, GTF_permit_access));
	MUST(!g_copy(&c));
	return copied();
}

CLAIM("grant.copy.own", "from one's own page to another", 1)
{
	MUST(prepare(0, GTF_permit_access));
	MUST(!g_copy(&c));
	return copied();
}

CLAIM("grant.copy.page", "a whole page", 1)
{
	MUST(prepare(GNTCOPY_source_gref, GTF_permit_access));
	c.source.offset = c.dest.offset = 0;
	c.len = PAGE_SIZE;
	MUST(!g_copy(&c));
	for (unsigned int i = 0; i < 512; i++)
		MUST(to[i] == 0xf000 + i);
	return 1;
}

CLAIM("grant.copy.odd", "any bytes", 1)
{
	unsigned char *a, *b;

	MUST(prepare(GNTCOPY_source_gref, GTF_permit_access));
	a = (unsigned char *)from;
	b = (unsigned char *)to;
	c.source.offset = 4091;
	c.dest.offset = 3;
	c.len = 5;
	MUST(!g_copy(&c));
	return !b[2] && b[3] == a[4091] && b[7] == a[4095] && !b[8];
}

CLAIM("grant.copy.nothing", "nothing", 0)
{
	MUST(prepare(GNTCOPY_source_gref, GTF_permit_access));
	c.len = 0;
	return g_copy(&c);
}

CLAIM("grant.copy.source-over", "over the end of the source", ST(GNTST_bad_copy_arg))
{
	MUST(prepare(GNTCOPY_source_gref, GTF_permit_access));
	c.source.offset = PAGE_SIZE - 15;
	return g_copy(&c);
}

CLAIM("grant.copy.dest-over", "over the end of the destination", ST(GNTST_bad_copy_arg))
{
	MUST(prepare(GNTCOPY_source_gref, GTF_permit_access));
	c.dest.offset = PAGE_SIZE - 15;
	return g_copy(&c);
}

CLAIM("grant.copy.offset-huge", "an offset and a length whose sum has 17 bits", ST(GNTST_bad_copy_arg))
{
	MUST(prepare(GNTCOPY_source_gref, GTF_permit_access));
	c.dest.offset = 0xffff;
	c.len = 0xffff;
	return g_copy(&c);
}

CLAIM("grant.copy.flags", "after it the page is not in use", GTF_permit_access)
{
	MUST(prepare(GNTCOPY_source_gref | GNTCOPY_dest_gref, GTF_permit_access));
	MUST(!g_copy(&c));
	MUST(grants[REF].flags == GTF_permit_access);
	return grants[REF + 1].flags;
}

CLAIM("grant.copy.flags-mapped.xsa-230", "XSA-230: one that is mapped is still in use after it", 1)
{
	grant_handle_t h;
	long flags;

	MUST(prepare(GNTCOPY_source_gref, GTF_permit_access));
	MUST(!g_map(own_domain(), REF, GNTMAP_host_map, HERE, &h));
	MUST(!g_copy(&c));
	flags = grants[REF].flags;
	MUST(!g_unmap(h, HERE));
	return flags == (GTF_permit_access | GTF_reading | GTF_writing);
}

CLAIM("grant.copy.readonly-source", "from a page that may only be read", 0)
{
	MUST(prepare(GNTCOPY_source_gref, GTF_permit_access | GTF_readonly));
	return g_copy(&c);
}

CLAIM("grant.copy.readonly-dest.xsa-50", "XSA-50: to a page that may only be read", ST(GNTST_general_error))
{
	long answer;

	MUST(prepare(GNTCOPY_dest_gref, GTF_permit_access | GTF_readonly));
	answer = g_copy(&c);
	MUST(all_zero(to, PAGE_SIZE));
	return answer;
}

CLAIM("grant.copy.free", "an entry that grants nothing", ST(GNTST_general_error))
{
	MUST(prepare(GNTCOPY_source_gref, GTF_invalid));
	return g_copy(&c);
}

CLAIM("grant.copy.transitive.xsa-226", "XSA-226: one of version 2", ST(GNTST_general_error))
{
	MUST(prepare(GNTCOPY_source_gref, GTF_transitive));
	return g_copy(&c);
}

CLAIM("grant.copy.sub_page", "of version 2 as well; here it means nothing", 0)
{
	MUST(prepare(GNTCOPY_source_gref, GTF_permit_access | GTF_sub_page));
	return g_copy(&c);
}

CLAIM("grant.copy.ref-huge", "a reference behind the end", ST(GNTST_bad_gntref))
{
	MUST(prepare(GNTCOPY_source_gref, GTF_permit_access));
	c.source.u.ref = -1U;
	return g_copy(&c);
}

CLAIM("grant.copy.nobody", "of a domain that there is not", ST(GNTST_bad_domain))
{
	MUST(prepare(GNTCOPY_source_gref, GTF_permit_access));
	c.source.domid = NOBODY;
	return g_copy(&c);
}

CLAIM("grant.copy.self", "here DOMID_SELF names the granter, too", 0)
{
	MUST(prepare(GNTCOPY_source_gref, GTF_permit_access));
	c.source.domid = DOMID_SELF;
	return g_copy(&c);
}

CLAIM("grant.copy.frame-of-other", "another domain's frame without a grant", ST(GNTST_permission_denied))
{
	MUST(prepare(0, GTF_permit_access));
	c.source.domid = other_domain();
	return g_copy(&c);
}

CLAIM("grant.copy.frame-own-number", "one's own frame is DOMID_SELF's, not one's number's", ST(GNTST_permission_denied))
{
	MUST(prepare(0, GTF_permit_access));
	c.source.domid = own_domain();
	return g_copy(&c);
}

CLAIM("grant.copy.frame-hole", "a frame where nothing is", ST(GNTST_bad_page))
{
	MUST(prepare(0, GTF_permit_access));
	c.dest.u.gmfn = grant_hole(12);
	return g_copy(&c);
}

CLAIM("grant.copy.frame-huge", "where nothing can be", ST(GNTST_bad_page))
{
	MUST(prepare(0, GTF_permit_access));
	c.source.u.gmfn = -1UL;
	return g_copy(&c);
}

CLAIM("grant.copy.frame-mapped", "to where a granted page is mapped", ST(GNTST_bad_page))
{
	grant_handle_t h;
	long answer;

	MUST(prepare(0, GTF_permit_access));
	MUST(!g_map(own_domain(), REF + 1, GNTMAP_host_map, HERE, &h));
	c.dest.u.gmfn = HERE;
	answer = g_copy(&c);
	MUST(!g_unmap(h, HERE));
	return answer;
}

CLAIM("grant.copy.flags-unknown", "flags that there are not", 0)
{
	MUST(prepare(0, GTF_permit_access));
	c.flags |= 0x80;
	return g_copy(&c);
}

CLAIM("grant.copy.list.xsa-318", "XSA-318: a long list is done to its end, however often it is interrupted", 0)
{
	static struct gnttab_copy many[300];
	long n = 0;

	MUST(prepare(GNTCOPY_source_gref, GTF_permit_access));
	c.len = PAGE_SIZE;
	c.source.offset = c.dest.offset = 0;
	for (int i = 0; i < 300; i++) {
		many[i] = c;
		many[i].status = 99;
	}
	many[150].len = 1;
	many[150].source.offset = PAGE_SIZE;
	MUST(!grant_op(GNTTABOP_copy, many, 300));
	for (int i = 0; i < 300; i++)
		n += i == 150 ? many[i].status != GNTST_bad_copy_arg : many[i].status;
	return n;
}
