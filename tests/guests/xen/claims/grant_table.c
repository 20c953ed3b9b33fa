// SPDX-License-Identifier: GPL-2.0
/* grant_table_op: the table itself, and what is answered where there is little to do. Answers: see ST(). */
#include "xt.h"

#define NOBODY	0x1234		/* a domain that there is not */

static struct gnttab_query_size q;

static long setup(unsigned int dom, unsigned int n, void *list)
{
	struct gnttab_setup_table s = { .dom = dom, .nr_frames = n, .frame_list.p = list, .status = 99 };

	return grant_op(GNTTABOP_setup_table, &s, 1) ?: ST(s.status);
}

static long add(unsigned long idx, unsigned long gfn)
{
	struct xen_add_to_physmap a = {
		.domid = DOMID_SELF, .space = XENMAPSPACE_grant_table, .idx = idx, .gpfn = gfn
	};

	return memory_op(XENMEM_add_to_physmap, &a);
}

static long take(unsigned long gfn)
{
	struct xen_remove_from_physmap r = { .domid = DOMID_SELF, .gpfn = gfn };

	return memory_op(XENMEM_remove_from_physmap, &r);
}

CLAIM("grant.query", "a domain has a grant table", 0)
{
	return g_query(DOMID_SELF, &q);
}

CLAIM("grant.query.max", "which may have a frame or more, and not fewer than it has", 1)
{
	MUST(!g_query(DOMID_SELF, &q));
	return q.max_nr_frames >= 1 && q.nr_frames <= q.max_nr_frames;
}

CLAIM("grant.query.own-number", "a domain may say its own number, too", 0)
{
	return g_query(own_domain(), &q);
}

CLAIM("grant.query.nobody", "of a domain that there is not", ST(GNTST_bad_domain))
{
	return g_query(NOBODY, &q);
}

CLAIM("grant.query.invalid", "of DOMID_INVALID", ST(GNTST_bad_domain))
{
	return g_query(DOMID_INVALID, &q);
}

CLAIM("grant.query.other", "of another domain: for the initial domain only", is_dom0 ? 0 : ST(GNTST_permission_denied))
{
	return g_query(other_domain(), &q);
}

CLAIM("grant.query.count-0", "it is no list: none", -XEN_EINVAL)
{
	return grant_op(GNTTABOP_query_size, &q, 0);
}

CLAIM("grant.query.count-2", "it is no list: two", -XEN_EINVAL)
{
	struct gnttab_query_size two[2] = { { .dom = DOMID_SELF }, { .dom = DOMID_SELF } };

	return grant_op(GNTTABOP_query_size, two, 2);
}

CLAIM("grant.count-negative", "a list of 2^31", -XEN_EINVAL)
{
	return grant_op(GNTTABOP_map_grant_ref, &q, 1U << 31);
}

CLAIM("grant.count-0", "a list of none, from nowhere", 0)
{
	return grant_op(GNTTABOP_map_grant_ref, NULL, 0);
}

CLAIM("grant.unknown-op", "there is no such op", -XEN_ENOSYS)
{
	return grant_op(GNTTABOP_cache_flush + 1, &q, 1);
}

CLAIM("grant.unknown-op.huge", "one whose upper bits are set", -XEN_EINVAL)
{
	return grant_op(0xfffffUL, &q, 1);
}

CLAIM("grant.op-upper-bits", "the upper bits of the op are not for the guest", -XEN_EINVAL)
{
	return grant_op(GNTTABOP_query_size | 1 << 20, &q, 1);
}

CLAIM("grant.table.add", "the first frame of the table can be put where nothing is", 0)
{
	grants_init();
	return grants_answer;
}

CLAIM("grant.table.frames", "then the table has a frame", 1)
{
	MUST(!g_query(DOMID_SELF, &q));
	return q.nr_frames;
}

CLAIM("grant.table.empty", "and nothing is in it", 1)
{
	MUST(grants);
	return all_zero(grants, PAGE_SIZE);
}

CLAIM("grant.table.twice.xsa-384", "XSA-384: it is at one frame at a time", -XEN_EBUSY)
{
	return add(0, grant_hole(0));
}

CLAIM("grant.table.moved", "taken away, it can be put elsewhere, is what it was, and goes back", 0)
{
	unsigned long home = machine.hypervisor[0].base / PAGE_SIZE;
	struct grant_entry_v1 *g;

	MUST(grants);
	write_once(grants[300].frame, 0x5a5a);
	MUST(!take(home) && !add(0, grant_hole(0)));
	g = vm_frame(grant_hole(0));
	MUST(read_once(g[300].frame) == 0x5a5a);
	write_once(g[300].frame, 0);
	MUST(!take(grant_hole(0)));
	return add(0, home);
}

CLAIM("grant.table.grow", "a frame that is not in it yet makes it larger", 2)
{
	MUST(!add(1, grant_hole(1)));
	MUST(!g_query(DOMID_SELF, &q));
	MUST(all_zero(vm_frame(grant_hole(1)), PAGE_SIZE));
	MUST(!take(grant_hole(1)));
	return q.nr_frames;
}

CLAIM("grant.table.beyond", "not larger than it may be", -XEN_EINVAL)
{
	MUST(!g_query(DOMID_SELF, &q));
	return add(q.max_nr_frames, grant_hole(1));
}

CLAIM("grant.table.beyond-2^32", "nor where the lower half alone is a good index", -XEN_EINVAL)
{
	long answer = add(1UL << 32 | 1, grant_hole(1));

	if (!answer)
		MUST(!take(grant_hole(1)));
	return answer;
}

CLAIM("grant.table.status.xsa-382", "XSA-382: of version 2 there are no frames", -XEN_EINVAL)
{
	return add(XENMAPIDX_grant_table_status, grant_hole(1));
}

CLAIM("grant.table.status-huge.xsa-382", "XSA-382: not the last either", -XEN_EINVAL)
{
	return add(XENMAPIDX_grant_table_status | 0x7fffffff, grant_hole(1));
}

CLAIM("grant.setup", "tells where its frames are", 1)
{
	xen_pfn_t f = 7;

	MUST(!setup(DOMID_SELF, 1, &f));
	return f == machine.hypervisor[0].base / PAGE_SIZE;
}

CLAIM("grant.setup.nowhere", "and of those that are nowhere, that", -1)
{
	xen_pfn_t f[2] = { 7, 7 };

	MUST(!setup(DOMID_SELF, 2, f));
	return f[1];
}

CLAIM("grant.setup.none", "none at all", 0)
{
	return setup(DOMID_SELF, 0, NULL);
}

CLAIM("grant.setup.beyond", "more than there may be", ST(GNTST_general_error))
{
	static xen_pfn_t f[2];

	MUST(!g_query(DOMID_SELF, &q));
	return setup(DOMID_SELF, q.max_nr_frames + 1, f);
}

CLAIM("grant.setup.huge", "all there can be", ST(GNTST_general_error))
{
	static xen_pfn_t f[2];

	return setup(DOMID_SELF, -1U, f);
}

CLAIM("grant.setup.unmapped", "the list is not mapped", ST(GNTST_bad_virt_addr))
{
	return setup(DOMID_SELF, 1, (void *)AT_UNMAPPED);
}

CLAIM("grant.setup.read-only", "the list cannot be written", ST(GNTST_bad_virt_addr))
{
	return setup(DOMID_SELF, 1, (void *)AT_RO);
}

CLAIM("grant.setup.nobody", "for a domain that there is not", ST(GNTST_bad_domain))
{
	xen_pfn_t f;

	return setup(NOBODY, 1, &f);
}

CLAIM("grant.setup.other", "for another domain: the initial domain may", is_dom0 ? 0 : ST(GNTST_permission_denied))
{
	xen_pfn_t f;

	return setup(other_domain(), 1, &f);
}

CLAIM("grant.setup.count-2", "it is no list", -XEN_EINVAL)
{
	struct gnttab_setup_table two[2] = { { .dom = DOMID_SELF }, { .dom = DOMID_SELF } };

	return grant_op(GNTTABOP_setup_table, two, 2);
}

static long get_version(unsigned int dom)
{
	struct gnttab_get_version v = { .dom = dom, .version = 99 };

	return grant_op(GNTTABOP_get_version, &v, 1) ?: (long)v.version;
}

static long set_version(unsigned int version, unsigned int *is)
{
	struct gnttab_set_version v = { .version = version };
	long err = grant_op(GNTTABOP_set_version, &v, 1);

	*is = v.version;
	return err;
}

CLAIM("grant.version", "the table is of version 1", 1)
{
	return get_version(DOMID_SELF);
}

CLAIM("grant.version.nobody", "of a domain that there is not", -XEN_ESRCH)
{
	return get_version(NOBODY);
}

CLAIM("grant.version.other", "of another: for the initial domain only", is_dom0 ? 1 : -XEN_EPERM)
{
	return get_version(other_domain());
}

CLAIM("grant.version.set-1", "it can be set to what it is", 0)
{
	unsigned int is;

	return set_version(1, &is);
}

CLAIM("grant.version.set-1.is", "and is told", 1)
{
	unsigned int is;

	MUST(!set_version(1, &is));
	return is;
}

CLAIM("grant.version.set-2", "version 2 is not there", -XEN_ENOSYS)
{
	unsigned int is;

	return set_version(2, &is);
}

CLAIM("grant.version.set-2.stays.xsa-255", "XSA-255: and the table is what it was", 1)
{
	unsigned int is;

	set_version(2, &is);
	return get_version(DOMID_SELF);
}

CLAIM("grant.version.set-0", "there is no version 0", -XEN_EINVAL)
{
	unsigned int is;

	return set_version(0, &is);
}

CLAIM("grant.version.set-3", "nor a version 3", -XEN_EINVAL)
{
	unsigned int is;

	return set_version(3, &is);
}

static long status_frames(unsigned int dom, unsigned int n)
{
	static uint64_t list[2];
	struct gnttab_get_status_frames s = { .nr_frames = n, .dom = dom, .status = 99, .frame_list.p = list };

	return grant_op(GNTTABOP_get_status_frames, &s, 1) ?: ST(s.status);
}

CLAIM("grant.status_frames", "there are no status frames", ST(GNTST_general_error))
{
	return status_frames(DOMID_SELF, 1);
}

CLAIM("grant.status_frames.none", "none can be told", 0)
{
	return status_frames(DOMID_SELF, 0);
}

CLAIM("grant.status_frames.many.xsa-26", "XSA-26: nor a great many", ST(GNTST_general_error))
{
	return status_frames(DOMID_SELF, -1U);
}

CLAIM("grant.status_frames.nobody", "of a domain that there is not", ST(GNTST_bad_domain))
{
	return status_frames(NOBODY, 1);
}

CLAIM("grant.status_frames.other", "of another domain", is_dom0 ? ST(GNTST_general_error) : ST(GNTST_permission_denied))
{
	return status_frames(other_domain(), 1);
}

static long dump(unsigned int dom)
{
	struct gnttab_dump_table d = { .dom = dom, .status = 99 };

	return grant_op(GNTTABOP_dump_table, &d, 1) ?: ST(d.status);
}

CLAIM("grant.dump", "a table is for tools to look at", -XEN_ENOSYS)
{
	return dump(DOMID_SELF);
}

static long transfer(unsigned long gfn, unsigned int dom, grant_ref_t ref)
{
	struct gnttab_transfer t = { .mfn = gfn, .domid = dom, .ref = ref, .status = 99 };

	return grant_op(GNTTABOP_transfer, &t, 1) ?: ST(t.status);
}

CLAIM("grant.transfer", "a page cannot be given away: not by a domain with addresses of its own", -XEN_EOPNOTSUPP)
{
	MUST(grants);
	g_grant(20, own_domain(), 0, GTF_accept_transfer);
	return transfer(frame_of(page_get()), own_domain(), 20);
}

CLAIM("grant.transfer.hole", "nor where nothing is", -XEN_EOPNOTSUPP)
{
	return transfer(grant_hole(2), own_domain(), 20);
}

CLAIM("grant.transfer.huge.xsa-214", "XSA-214: nor where nothing can be", -XEN_EOPNOTSUPP)
{
	return transfer(-1UL, own_domain(), 20);
}

CLAIM("grant.transfer.nobody", "nor to nobody", -XEN_EOPNOTSUPP)
{
	return transfer(frame_of(page_get()), NOBODY, 20);
}

static long swap(grant_ref_t a, grant_ref_t b)
{
	struct gnttab_swap_grant_ref s = { .ref_a = a, .ref_b = b, .status = 99 };

	return grant_op(GNTTABOP_swap_grant_ref, &s, 1) ?: ST(s.status);
}

CLAIM("grant.swap", "two entries change places", 1)
{
	MUST(grants);
	g_grant(21, 3, 0x111, GTF_permit_access);
	g_grant(22, 4, 0x222, GTF_permit_access | GTF_readonly);
	MUST(!swap(21, 22));
	return grants[21].domid == 4 && grants[21].frame == 0x222 && grants[21].flags == (GTF_permit_access | GTF_readonly) &&
	       grants[22].domid == 3 && grants[22].frame == 0x111 && grants[22].flags == GTF_permit_access;
}

CLAIM("grant.swap.itself", "one with itself", 0)
{
	return swap(21, 21);
}

CLAIM("grant.swap.beyond.xsa-134", "XSA-134: with one that there is not", ST(GNTST_bad_gntref))
{
	MUST(!g_query(DOMID_SELF, &q));
	return swap(21, q.nr_frames * (PAGE_SIZE / sizeof(*grants)));
}

CLAIM("grant.swap.huge.xsa-134", "XSA-134: nor the other way round", ST(GNTST_bad_gntref))
{
	return swap(-1U, 21);
}

CLAIM("grant.swap.in-use", "not while one of them is in use", ST(GNTST_eagain))
{
	grant_handle_t h;
	long answer;

	MUST(grants);
	g_grant(23, own_domain(), frame_of(page_get()), GTF_permit_access);
	MUST(!g_map(own_domain(), 23, GNTMAP_host_map, grant_hole(3), &h));
	answer = swap(23, 24);
	MUST(!g_unmap(h, grant_hole(3)) && g_end(23));
	return answer;
}

static long flush(unsigned int op, uint64_t what, unsigned int offset, unsigned int length)
{
	struct gnttab_cache_flush f = { .a.dev_bus_addr = what, .offset = offset, .length = length, .op = op };

	return grant_op(GNTTABOP_cache_flush, &f, 1);
}

CLAIM("grant.cache_flush.nothing", "no op: nothing is done", 0)
{
	return flush(0, 0, 0, 0);
}

CLAIM("grant.cache_flush.unknown", "there is no such op", -XEN_EINVAL)
{
	return flush(1 << 5, 0, 0, 8);
}

CLAIM("grant.cache_flush.over", "over the end of a page", -XEN_EINVAL)
{
	return flush(GNTTAB_CACHE_CLEAN, 0, 4000, 200);
}

CLAIM("grant.cache_flush.offset", "an offset beyond it", -XEN_EINVAL)
{
	return flush(GNTTAB_CACHE_CLEAN, 0, PAGE_SIZE, 0);
}

CLAIM("grant.cache_flush.gref", "a reference is not taken", -XEN_EINVAL)
{
	return flush(GNTTAB_CACHE_CLEAN | GNTTAB_CACHE_SOURCE_GREF, 20, 0, 8);
}

CLAIM("grant.cache_flush.no-memory", "of an address where there is no memory", -XEN_EINVAL)
{
	return flush(GNTTAB_CACHE_CLEAN, 1UL << 46, 0, 8);
}

CLAIM("grant.cache_flush.foreign.xsa-232", "XSA-232: of a page that is neither one's own nor mapped", -XEN_EPERM)
{
	return flush(GNTTAB_CACHE_INVAL, 0, 0, 8) ? -XEN_EPERM : 0;
}
