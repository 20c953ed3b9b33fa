// SPDX-License-Identifier: GPL-2.0
/*
 * Grants: mapping, unmapping, copying. A domain may grant to itself, so that most of it needs no other; what does is in
 * grant_peer.c.
 */
#include "xt.h"

#define NOBODY	0x1234
#define HERE	grant_hole(10)
#define THERE	grant_hole(11)
#define REF	30

/* A page that is granted by REF, to the domain itself */
static unsigned long *granted(unsigned int flags)
{
	unsigned long *p = page_get();

	g_grant(REF, own_domain(), frame_of(p), flags);
	return p;
}

/* Maps, unmaps, and says what mapping it was */
static long try_map(unsigned int dom, grant_ref_t ref, unsigned int flags, unsigned long gfn)
{
	grant_handle_t h;
	long answer = g_map(dom, ref, flags, gfn, &h);

	if (!answer)
		MUST(!g_unmap(h, gfn));
	return answer;
}

#define NEED_TABLE	MUST(grants)

CLAIM("grant.map", "a page is mapped", 0)
{
	NEED_TABLE;
	granted(GTF_permit_access);
	return try_map(own_domain(), REF, GNTMAP_host_map, HERE);
}

CLAIM("grant.map.same", "it is the same page", 1)
{
	unsigned long *p, *there, ok;
	grant_handle_t h;

	NEED_TABLE;
	p = granted(GTF_permit_access);
	p[0] = 0x1234;
	MUST(!g_map(own_domain(), REF, GNTMAP_host_map, HERE, &h));
	there = vm_frame(HERE);
	ok = read_once(there[0]) == 0x1234;
	write_once(there[1], 0x5678);
	ok &= read_once(p[1]) == 0x5678;
	MUST(!g_unmap(h, HERE));
	return ok;
}

CLAIM("grant.map.flags", "while it is mapped it is read and written", GTF_permit_access | GTF_reading | GTF_writing)
{
	grant_handle_t h;
	long flags;

	NEED_TABLE;
	granted(GTF_permit_access);
	MUST(!g_map(own_domain(), REF, GNTMAP_host_map, HERE, &h));
	flags = read_once(grants[REF].flags);
	MUST(!g_unmap(h, HERE));
	return flags;
}

CLAIM("grant.unmap.flags", "and no longer", GTF_permit_access)
{
	grant_handle_t h;

	NEED_TABLE;
	granted(GTF_permit_access);
	MUST(!g_map(own_domain(), REF, GNTMAP_host_map, HERE, &h));
	MUST(!g_unmap(h, HERE));
	return grants[REF].flags;
}

CLAIM("grant.unmap.gone.xsa-393", "XSA-393: what is unmapped cannot be reached any more", 0)
{
	unsigned long at;
	grant_handle_t h;

	NEED_TABLE;
	granted(GTF_permit_access);
	MUST(!g_map(own_domain(), REF, GNTMAP_host_map, HERE, &h));
	at = (unsigned long)vm_frame(HERE);
	MUST(try_read(at, NULL) && try_write(at, 1));
	MUST(!g_unmap(h, HERE));
	return try_read(at, NULL) + try_write(at, 1);
}

/* On Arm the write that must not be done never ends: riscv.grant.readonly */
CLAIM("grant.map.readonly", "mapped to be read, a page can be read", 1)
{
	unsigned long *p, v = 0;
	grant_handle_t h;
	bool read;

	NEED_TABLE;
	p = granted(GTF_permit_access);
	p[0] = 77;
	MUST(!g_map(own_domain(), REF, GNTMAP_host_map | GNTMAP_readonly, HERE, &h));
	read = try_read((unsigned long)vm_frame(HERE), &v);
	MUST(!g_unmap(h, HERE));
	return read && v == 77;
}

CLAIM("grant.map.readonly.flags", "then it is only read", GTF_permit_access | GTF_reading)
{
	grant_handle_t h;
	long flags;

	NEED_TABLE;
	granted(GTF_permit_access);
	MUST(!g_map(own_domain(), REF, GNTMAP_host_map | GNTMAP_readonly, HERE, &h));
	flags = read_once(grants[REF].flags);
	MUST(!g_unmap(h, HERE));
	return flags;
}

CLAIM("grant.map.readonly.argument.xsa-50", "XSA-50: and the hypervisor does not write to it for the guest", -XEN_EFAULT)
{
	unsigned long *p;
	grant_handle_t h;
	long answer;

	NEED_TABLE;
	p = granted(GTF_permit_access);
	MUST(!g_map(own_domain(), REF, GNTMAP_host_map | GNTMAP_readonly, HERE, &h));
	answer = version_op(XENVER_extraversion, vm_frame(HERE));
	MUST(!g_unmap(h, HERE));
	MUST(all_zero(p, PAGE_SIZE));
	return answer;
}

CLAIM("grant.map.readonly-grant", "a grant to read only can be mapped so", 0)
{
	NEED_TABLE;
	granted(GTF_permit_access | GTF_readonly);
	return try_map(own_domain(), REF, GNTMAP_host_map | GNTMAP_readonly, HERE);
}

CLAIM("grant.map.readonly-grant.writable", "and not otherwise", ST(GNTST_general_error))
{
	NEED_TABLE;
	granted(GTF_permit_access | GTF_readonly);
	return try_map(own_domain(), REF, GNTMAP_host_map, HERE);
}

CLAIM("grant.map.dev_bus_addr", "the machine's address of the page is told, a page's", 1)
{
	struct gnttab_map_grant_ref m = { .flags = GNTMAP_host_map, .ref = REF };

	NEED_TABLE;
	granted(GTF_permit_access);
	m.dom = own_domain();
	m.host_addr = HERE * PAGE_SIZE;
	MUST(!grant_op(GNTTABOP_map_grant_ref, &m, 1) && !m.status);
	MUST(!g_unmap(m.handle, HERE));
	return m.dev_bus_addr && !(m.dev_bus_addr % PAGE_SIZE);
}

CLAIM("grant.map.no-kind", "neither for vCPUs nor for devices", ST(GNTST_bad_gntref))
{
	NEED_TABLE;
	granted(GTF_permit_access);
	return try_map(own_domain(), REF, 0, HERE);
}

CLAIM("grant.map.readonly-alone", "readonly by itself is no kind either", ST(GNTST_bad_gntref))
{
	NEED_TABLE;
	granted(GTF_permit_access);
	return try_map(own_domain(), REF, GNTMAP_readonly, HERE);
}

CLAIM("grant.map.device", "for devices: where there is no IOMMU there is nothing to do it by", ST(GNTST_general_error))
{
	NEED_TABLE;
	granted(GTF_permit_access);
	return try_map(own_domain(), REF, GNTMAP_device_map, HERE);
}

CLAIM("grant.map.both.xsa-224", "XSA-224: nor for both; and it is not in use then", GTF_permit_access)
{
	NEED_TABLE;
	granted(GTF_permit_access);
	MUST(try_map(own_domain(), REF, GNTMAP_host_map | GNTMAP_device_map, HERE) == ST(GNTST_general_error));
	return grants[REF].flags;
}

CLAIM("grant.map.application", "the application's own kind is x86's", ST(GNTST_general_error))
{
	NEED_TABLE;
	granted(GTF_permit_access);
	return try_map(own_domain(), REF, GNTMAP_host_map | GNTMAP_application_map, HERE);
}

CLAIM("grant.map.contains_pte", "that of page table entries as well", ST(GNTST_general_error))
{
	NEED_TABLE;
	granted(GTF_permit_access);
	return try_map(own_domain(), REF, GNTMAP_host_map | GNTMAP_contains_pte, HERE);
}

CLAIM("grant.map.failed.xsa-316", "XSA-316: what could not be mapped is not in use", GTF_permit_access)
{
	NEED_TABLE;
	granted(GTF_permit_access);
	MUST(try_map(own_domain(), REF, GNTMAP_host_map | GNTMAP_contains_pte, HERE));
	return grants[REF].flags;
}

CLAIM("grant.map.self", "the granter is said by its number: DOMID_SELF is not", ST(GNTST_bad_domain))
{
	NEED_TABLE;
	granted(GTF_permit_access);
	return try_map(DOMID_SELF, REF, GNTMAP_host_map, HERE);
}

CLAIM("grant.map.nobody", "of a domain that there is not", ST(GNTST_bad_domain))
{
	return try_map(NOBODY, REF, GNTMAP_host_map, HERE);
}

CLAIM("grant.map.invalid", "of DOMID_INVALID", ST(GNTST_bad_domain))
{
	return try_map(DOMID_INVALID, REF, GNTMAP_host_map, HERE);
}

CLAIM("grant.map.ref-beyond", "a reference behind the end of the table", ST(GNTST_bad_gntref))
{
	struct gnttab_query_size q;

	MUST(!g_query(DOMID_SELF, &q));
	return try_map(own_domain(), q.nr_frames * (PAGE_SIZE / sizeof(*grants)), GNTMAP_host_map, HERE);
}

CLAIM("grant.map.ref-huge", "the last of all numbers", ST(GNTST_bad_gntref))
{
	return try_map(own_domain(), -1U, GNTMAP_host_map, HERE);
}

CLAIM("grant.map.entry-free", "an entry that grants nothing", ST(GNTST_general_error))
{
	NEED_TABLE;
	granted(GTF_invalid);
	return try_map(own_domain(), REF, GNTMAP_host_map, HERE);
}

CLAIM("grant.map.entry-transfer", "one for transfer", ST(GNTST_general_error))
{
	NEED_TABLE;
	granted(GTF_accept_transfer);
	return try_map(own_domain(), REF, GNTMAP_host_map, HERE);
}

CLAIM("grant.map.entry-transitive.xsa-226", "XSA-226: one of version 2", ST(GNTST_general_error))
{
	NEED_TABLE;
	granted(GTF_transitive);
	return try_map(own_domain(), REF, GNTMAP_host_map, HERE);
}

CLAIM("grant.map.entry-sub_page", "of version 2 as well, for copies", ST(GNTST_general_error))
{
	NEED_TABLE;
	granted(GTF_permit_access | GTF_sub_page);
	return try_map(own_domain(), REF, GNTMAP_host_map, HERE);
}

CLAIM("grant.map.entry-other", "one for another domain", ST(GNTST_general_error))
{
	NEED_TABLE;
	granted(GTF_permit_access);
	grants[REF].domid = NOBODY;
	return try_map(own_domain(), REF, GNTMAP_host_map, HERE);
}

CLAIM("grant.map.entry-reading", "flags that are the hypervisor's do not keep it from mapping", 0)
{
	NEED_TABLE;
	granted(GTF_permit_access | GTF_reading | GTF_writing);
	return try_map(own_domain(), REF, GNTMAP_host_map, HERE);
}

CLAIM("grant.map.frame-hole", "of a frame where nothing is", ST(GNTST_bad_page))
{
	NEED_TABLE;
	g_grant(REF, own_domain(), grant_hole(12), GTF_permit_access);
	return try_map(own_domain(), REF, GNTMAP_host_map, HERE);
}

CLAIM("grant.map.frame-huge", "where nothing can be", ST(GNTST_bad_page))
{
	NEED_TABLE;
	g_grant(REF, own_domain(), -1U, GTF_permit_access);
	return try_map(own_domain(), REF, GNTMAP_host_map, HERE);
}

CLAIM("grant.map.frame-hole.flags.xsa-316", "XSA-316: and the entry is not in use after it", GTF_permit_access)
{
	NEED_TABLE;
	g_grant(REF, own_domain(), grant_hole(12), GTF_permit_access);
	MUST(try_map(own_domain(), REF, GNTMAP_host_map, HERE));
	return grants[REF].flags;
}

CLAIM("grant.map.at-2^48", "to where nothing can be", ST(GNTST_general_error))
{
	NEED_TABLE;
	granted(GTF_permit_access);
	return try_map(own_domain(), REF, GNTMAP_host_map, 1UL << 36);
}

CLAIM("grant.map.at-2^48.flags.xsa-316", "XSA-316: then it is not in use", GTF_permit_access)
{
	NEED_TABLE;
	granted(GTF_permit_access);
	try_map(own_domain(), REF, GNTMAP_host_map, 1UL << 36);
	return grants[REF].flags;
}

CLAIM("grant.map.offset", "the lower bits of the address do not count", 0)
{
	struct gnttab_map_grant_ref m = { .flags = GNTMAP_host_map, .ref = REF };

	NEED_TABLE;
	granted(GTF_permit_access);
	m.dom = own_domain();
	m.host_addr = HERE * PAGE_SIZE + 0x123;
	MUST(!grant_op(GNTTABOP_map_grant_ref, &m, 1));
	if (!m.status)
		MUST(!g_unmap(m.handle, HERE));
	return ST(m.status);
}

CLAIM("grant.map.twice", "a page can be mapped twice; after one is gone it still is in use", 1)
{
	grant_handle_t a, b;
	bool ok;

	NEED_TABLE;
	granted(GTF_permit_access);
	MUST(!g_map(own_domain(), REF, GNTMAP_host_map, HERE, &a));
	MUST(!g_map(own_domain(), REF, GNTMAP_host_map | GNTMAP_readonly, THERE, &b));
	ok = a != b;
	MUST(!g_unmap(a, HERE));
	ok &= grants[REF].flags == (GTF_permit_access | GTF_reading);
	MUST(!g_unmap(b, THERE));
	return ok && grants[REF].flags == GTF_permit_access;
}

CLAIM("grant.map.revoked", "a page that is mapped cannot be taken back: the entry stays in use", 1)
{
	grant_handle_t h;
	bool ended, ok;

	NEED_TABLE;
	granted(GTF_permit_access);
	MUST(!g_map(own_domain(), REF, GNTMAP_host_map, HERE, &h));
	ended = g_end(REF);
	write_once(grants[REF].flags, 0);		/* who does so all the same */
	ok = try_read((unsigned long)vm_frame(HERE), NULL);
	MUST(!g_unmap(h, HERE));
	return !ended && ok;
}

CLAIM("grant.map.many.xsa-236", "XSA-236: one page, mapped as often as it can be, is free when all are gone", GTF_permit_access)
{
	static grant_handle_t h[1000];
	int n, i;

	NEED_TABLE;
	granted(GTF_permit_access);
	for (n = 0; n < 1000 && !g_map(own_domain(), REF, GNTMAP_host_map, grant_hole(200 + n), &h[n]); n++)
		;
	MUST(n >= 100);
	for (i = 0; i < n; i++) {
		MUST((grants[REF].flags & GTF_writing));
		MUST(!g_unmap(h[i], grant_hole(200 + i)));
	}
	return grants[REF].flags;
}

CLAIM("grant.map.list", "each of a list has its own status: the good one behind the bad one is mapped", 1)
{
	struct gnttab_map_grant_ref m[3];
	long ok;

	NEED_TABLE;
	granted(GTF_permit_access);
	for (int i = 0; i < 3; i++)
		m[i] = (struct gnttab_map_grant_ref){
			.host_addr = (HERE + i) * PAGE_SIZE, .flags = GNTMAP_host_map, .ref = REF, .dom = own_domain()
		};
	m[1].ref = -1U;
	MUST(!grant_op(GNTTABOP_map_grant_ref, m, 3));
	ok = !m[0].status && m[1].status == GNTST_bad_gntref && !m[2].status;
	MUST(!g_unmap(m[0].handle, HERE) && !g_unmap(m[2].handle, HERE + 2));
	return ok;
}

CLAIM("grant.map.list.half", "a list whose second half is not mapped", -XEN_EFAULT)
{
	struct gnttab_map_grant_ref *m = (void *)(AT_HOLE - sizeof(*m)), good;
	long answer;

	NEED_TABLE;
	granted(GTF_permit_access);
	good = (struct gnttab_map_grant_ref){
		.host_addr = HERE * PAGE_SIZE, .flags = GNTMAP_host_map, .ref = REF, .dom = own_domain()
	};
	memcpy(m, &good, sizeof(good));
	answer = grant_op(GNTTABOP_map_grant_ref, m, 2);
	MUST(!m->status);
	MUST(!g_unmap(m->handle, HERE));
	return answer;
}

CLAIM("grant.map.over-ram", "over a page of RAM: that one has no address any more", 0)
{
	unsigned long *over = (unsigned long *)pieces(1), at = (unsigned long)over;
	grant_handle_t h;

	NEED_TABLE;
	MUST(over);
	granted(GTF_permit_access)[0] = 42;
	over[0] = 1;
	MUST(!g_map(own_domain(), REF, GNTMAP_host_map, at / PAGE_SIZE, &h));
	MUST(read_once(over[0]) == 42);
	MUST(!g_unmap(h, at / PAGE_SIZE));
	return try_read(at, NULL);
}

CLAIM("grant.map.again", "what is mapped cannot be granted on", ST(GNTST_bad_page))
{
	grant_handle_t h;
	long answer;

	NEED_TABLE;
	granted(GTF_permit_access);
	MUST(!g_map(own_domain(), REF, GNTMAP_host_map, HERE, &h));
	g_grant(REF + 1, own_domain(), HERE, GTF_permit_access);
	answer = try_map(own_domain(), REF + 1, GNTMAP_host_map, THERE);
	MUST(!g_unmap(h, HERE));
	return answer;
}

CLAIM("grant.map.table", "nor can the table itself be", ST(GNTST_bad_page))
{
	NEED_TABLE;
	g_grant(REF, own_domain(), machine.hypervisor[0].base / PAGE_SIZE, GTF_permit_access);
	return try_map(own_domain(), REF, GNTMAP_host_map, HERE);
}

static long unmap(grant_handle_t handle, unsigned long host, unsigned long dev)
{
	struct gnttab_unmap_grant_ref u = { .host_addr = host, .dev_bus_addr = dev, .handle = handle, .status = 99 };

	return grant_op(GNTTABOP_unmap_grant_ref, &u, 1) ?: ST(u.status);
}

CLAIM("grant.unmap.handle-free", "a handle that is none", ST(GNTST_bad_handle))
{
	return unmap(50, HERE * PAGE_SIZE, 0);
}

CLAIM("grant.unmap.handle-huge", "the last of all numbers", ST(GNTST_bad_handle))
{
	return unmap(-1U, HERE * PAGE_SIZE, 0);
}

CLAIM("grant.unmap.twice.xsa-218", "XSA-218: what is unmapped cannot be unmapped again", ST(GNTST_bad_handle))
{
	grant_handle_t h;

	NEED_TABLE;
	granted(GTF_permit_access);
	MUST(!g_map(own_domain(), REF, GNTMAP_host_map, HERE, &h));
	MUST(!g_unmap(h, HERE));
	return g_unmap(h, HERE);
}

/* An answer of 0, and the mapping is still there: then it is taken away otherwise. */
static long unmap_elsewhere(unsigned long gfn)
{
	struct xen_remove_from_physmap r = { .domid = DOMID_SELF, .gpfn = HERE };
	grant_handle_t h;
	long answer;

	g_map(own_domain(), REF, GNTMAP_host_map, HERE, &h);
	answer = unmap(h, gfn * PAGE_SIZE, 0);
	if (answer)
		MUST(grants[REF].flags & GTF_writing && try_read((unsigned long)vm_frame(HERE), NULL) && !g_unmap(h, HERE));
	else
		memory_op(XENMEM_remove_from_physmap, &r);
	return answer;
}

CLAIM("grant.unmap.elsewhere.xsa-234", "XSA-234: the address is not the mapping's: it stays", ST(GNTST_general_error))
{
	NEED_TABLE;
	granted(GTF_permit_access);
	return unmap_elsewhere(THERE);
}

CLAIM("grant.unmap.own-page.xsa-234", "XSA-234: the address is that of the page itself: both stay", 1)
{
	unsigned long *p = (unsigned long *)pieces(1);
	long answer;

	NEED_TABLE;
	MUST(p);
	g_grant(REF, own_domain(), frame_of(p), GTF_permit_access);
	answer = unmap_elsewhere(frame_of(p));
	return answer && try_read((unsigned long)p, NULL);
}

CLAIM("grant.unmap.other-page.xsa-234", "XSA-234: the address is that of another mapping: both stay", 1)
{
	grant_handle_t h, h2;
	long answer;

	NEED_TABLE;
	granted(GTF_permit_access);
	g_grant(REF + 1, own_domain(), frame_of(page_get()), GTF_permit_access);
	MUST(!g_map(own_domain(), REF, GNTMAP_host_map, HERE, &h));
	MUST(!g_map(own_domain(), REF + 1, GNTMAP_host_map, THERE, &h2));
	answer = unmap(h, THERE * PAGE_SIZE, 0);
	MUST(try_read((unsigned long)vm_frame(HERE), NULL) && try_read((unsigned long)vm_frame(THERE), NULL));
	MUST(!g_unmap(h, HERE) && !g_unmap(h2, THERE));
	return answer < 0;
}

CLAIM("grant.unmap.nothing", "neither of the two: nothing happens", 0)
{
	grant_handle_t h;
	long answer;

	NEED_TABLE;
	granted(GTF_permit_access);
	MUST(!g_map(own_domain(), REF, GNTMAP_host_map, HERE, &h));
	answer = unmap(h, 0, 0);
	MUST(grants[REF].flags & GTF_writing);
	MUST(!g_unmap(h, HERE));
	return answer;
}

CLAIM("grant.unmap.dev_bus_addr", "the machine's address does not count where it is not mapped for devices", 0)
{
	grant_handle_t h;

	NEED_TABLE;
	granted(GTF_permit_access);
	MUST(!g_map(own_domain(), REF, GNTMAP_host_map, HERE, &h));
	return unmap(h, HERE * PAGE_SIZE, 123 * PAGE_SIZE);
}

CLAIM("grant.unmap_and_replace", "is for x86: it stays mapped", ST(GNTST_general_error))
{
	struct gnttab_unmap_and_replace u = { .status = 99 };
	grant_handle_t h;

	NEED_TABLE;
	granted(GTF_permit_access);
	MUST(!g_map(own_domain(), REF, GNTMAP_host_map, HERE, &h));
	u.host_addr = HERE * PAGE_SIZE;
	u.new_addr = THERE * PAGE_SIZE;
	u.handle = h;
	MUST(!grant_op(GNTTABOP_unmap_and_replace, &u, 1));
	MUST(!g_unmap(h, HERE));
	return ST(u.status);
}

CLAIM("grant.unmap_and_replace.handle", "and with a handle that is none", ST(GNTST_bad_handle))
{
	struct gnttab_unmap_and_replace u = { .handle = 51, .status = 99 };

	u.host_addr = HERE * PAGE_SIZE;
	u.new_addr = THERE * PAGE_SIZE;
	MUST(!grant_op(GNTTABOP_unmap_and_replace, &u, 1));
	return ST(u.status);
}
