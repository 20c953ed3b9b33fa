// SPDX-License-Identifier: GPL-2.0
/* Grants between two domains: the other one (peer on its command line) grants two pages from its start. */
#include "xt.h"

#define HERE	grant_hole(20)
#define THERE	grant_hole(21)
#define NEED_PEER do { if (!peer_grants()) return skip("no other domain grants anything"); } while (0)

static bool try_peer(void)
{
	grant_handle_t h;

	return !g_map(other_domain(), PEER_RW, GNTMAP_host_map, HERE, &h) && !g_unmap(h, HERE);
}

static bool peer_grants(void)
{
	static int known = -1;

	if (known < 0)
		known = wait_for(try_peer(), 20000);
	return known;
}

CLAIM("grant.peer.map", "another domain's page is mapped, and is its", 1)
{
	grant_handle_t h;
	unsigned long v = 0;

	NEED_PEER;
	MUST(!g_map(other_domain(), PEER_RW, GNTMAP_host_map, HERE, &h));
	MUST(try_read((unsigned long)vm_frame(HERE), &v));
	MUST(!g_unmap(h, HERE));
	return v == PEER_PATTERN;
}

CLAIM("grant.peer.write", "what is written to it is seen by who maps it next", 1)
{
	unsigned long *p;
	grant_handle_t h;
	bool ok;

	NEED_PEER;
	MUST(!g_map(other_domain(), PEER_RW, GNTMAP_host_map, HERE, &h));
	p = vm_frame(HERE);
	write_once(p[100], 0x77);
	MUST(!g_unmap(h, HERE));
	MUST(!g_map(other_domain(), PEER_RW, GNTMAP_host_map | GNTMAP_readonly, THERE, &h));
	p = vm_frame(THERE);
	ok = read_once(p[100]) == 0x77;
	MUST(!g_unmap(h, THERE));
	return ok;
}

CLAIM("grant.peer.readonly", "a page to be read only is not mapped to be written", ST(GNTST_general_error))
{
	grant_handle_t h;

	NEED_PEER;
	return g_map(other_domain(), PEER_RO, GNTMAP_host_map, HERE, &h);
}

CLAIM("grant.peer.not-granted", "what it has not granted", ST(GNTST_general_error))
{
	grant_handle_t h;

	NEED_PEER;
	return g_map(other_domain(), PEER_RO + 1, GNTMAP_host_map, HERE, &h);
}

CLAIM("grant.peer.copy", "from one of its pages to the other way round", 1)
{
	unsigned long *p;
	struct gnttab_copy c;

	NEED_PEER;
	p = page_get();
	p[0] = 0x1357;
	c = (struct gnttab_copy){
		.source = { .u.gmfn = frame_of(p), .domid = DOMID_SELF },
		.dest = { .u.ref = PEER_RW, .domid = other_domain(), .offset = 256 }, .len = 8, .flags = GNTCOPY_dest_gref,
	};
	MUST(!g_copy(&c));
	c = (struct gnttab_copy){
		.source = { .u.ref = PEER_RW, .domid = other_domain(), .offset = 256 },
		.dest = { .u.gmfn = frame_of(p), .domid = DOMID_SELF, .offset = 8 }, .len = 8, .flags = GNTCOPY_source_gref,
	};
	MUST(!g_copy(&c));
	return p[1] == 0x1357;
}

CLAIM("grant.peer.copy.readonly", "to one that may only be read", ST(GNTST_general_error))
{
	struct gnttab_copy c;

	NEED_PEER;
	c = (struct gnttab_copy){
		.source = { .u.gmfn = frame_of(page_get()), .domid = DOMID_SELF },
		.dest = { .u.ref = PEER_RO, .domid = other_domain() }, .len = 8, .flags = GNTCOPY_dest_gref,
	};
	return g_copy(&c);
}

CLAIM("grant.peer.copy.third", "between two pages of another", 0)
{
	struct gnttab_copy c;

	NEED_PEER;
	c = (struct gnttab_copy){
		.source = { .u.ref = PEER_RO, .domid = other_domain() },
		.dest = { .u.ref = PEER_RW, .domid = other_domain(), .offset = 512 }, .len = 8,
		.flags = GNTCOPY_source_gref | GNTCOPY_dest_gref,
	};
	return g_copy(&c);
}

CLAIM("grant.peer.map.grant-on", "another's page cannot be granted on", ST(GNTST_bad_page))
{
	grant_handle_t h, h2;
	long answer;

	NEED_PEER;
	MUST(grants);
	MUST(!g_map(other_domain(), PEER_RW, GNTMAP_host_map, HERE, &h));
	g_grant(50, own_domain(), HERE, GTF_permit_access);
	answer = g_map(own_domain(), 50, GNTMAP_host_map, THERE, &h2);
	if (!answer)
		MUST(!g_unmap(h2, THERE));
	MUST(!g_unmap(h, HERE));
	return answer;
}

CLAIM("grant.peer.memory", "nor given back", 0)
{
	xen_pfn_t f = HERE;
	struct xen_memory_reservation r = { .extent_start.p = &f, .nr_extents = 1, .domid = DOMID_SELF };
	grant_handle_t h;
	long n;

	NEED_PEER;
	MUST(!g_map(other_domain(), PEER_RW, GNTMAP_host_map, HERE, &h));
	n = memory_op(XENMEM_decrease_reservation, &r);
	MUST(n || !g_unmap(h, HERE));
	return n;
}

CLAIM("grant.peer.remove", "nor taken away but by unmapping it", -XEN_ENOENT)
{
	struct xen_remove_from_physmap r = { .domid = DOMID_SELF, .gpfn = HERE };
	grant_handle_t h;
	long answer;

	NEED_PEER;
	MUST(!g_map(other_domain(), PEER_RW, GNTMAP_host_map, HERE, &h));
	answer = memory_op(XENMEM_remove_from_physmap, &r);
	g_unmap(h, HERE);
	return answer;
}

CLAIM("grant.peer.copy.mapped", "nor copied from as if it were one's own", ST(GNTST_bad_page))
{
	struct gnttab_copy c = { .len = 8, .source.domid = DOMID_SELF, .dest.domid = DOMID_SELF };
	grant_handle_t h;
	long answer;

	NEED_PEER;
	MUST(!g_map(other_domain(), PEER_RW, GNTMAP_host_map, HERE, &h));
	c.source.u.gmfn = HERE;
	c.dest.u.gmfn = frame_of(page_get());
	answer = g_copy(&c);
	MUST(!g_unmap(h, HERE));
	return answer;
}

CLAIM("grant.peer.event_page", "nor can the hypervisor keep anything in it", 1)
{
	struct evtchn_expand_array e = { .array_gfn = HERE };
	grant_handle_t h;
	long answer;

	NEED_PEER;
	MUST(!fifo_enter());
	MUST(!g_map(other_domain(), PEER_RW, GNTMAP_host_map, HERE, &h));
	answer = event_op(EVTCHNOP_expand_array, &e);
	MUST(!ev_reset(DOMID_SELF));
	MUST(!g_unmap(h, HERE));
	return answer < 0;
}
