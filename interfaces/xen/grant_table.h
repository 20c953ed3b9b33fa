/* SPDX-License-Identifier: MIT */
/*
 * __HYPERVISOR_grant_table_op: a domain lets another one use pages of its memory.
 *
 * The granter writes an entry into its grant table, and tells the other domain the entry's index, the reference. The
 * other maps the page into its own address space (map, unmap), or has the hypervisor copy (copy). Frame numbers and
 * addresses are each domain's own, for hvm and pv guests; but for dev_bus_addr.
 *
 * The ops take a list: a2 is the first of a3 elements, each of which has a status of its own, GNTST_. The result is 0
 * if the list was gone through, whatever became of each. It is negative where that could not be done: then the elements
 * up to the one that is to blame have been done. Ops that are not for lists want a3 to be 1.
 */
#ifndef XEN_GRANT_TABLE_H
#define XEN_GRANT_TABLE_H

#include "xen.h"

typedef uint32_t grant_ref_t;		/* an index into a grant table */
typedef uint32_t grant_handle_t;	/* a mapping, by the domain that has made it */

/*
 * The table: frames that a domain shares with the hypervisor, of entries of version 1 one behind the other. The guest
 * puts them into its address space by XENMEM_add_to_physmap, XENMAPSPACE_grant_table, which makes the table larger if
 * the frame is not in it yet.
 *
 * To grant, write domid and frame, then, after a barrier (fence w, w), flags. To take it back, see in flags that
 * neither GTF_reading nor GTF_writing is set, and change that flags to 0 by compare and exchange. If one of the two is
 * set the page is in use, and there is no way to take it back before the other domain has let go of it. To make a grant
 * read-only, set GTF_readonly by compare and exchange while GTF_writing is not set.
 */
struct grant_entry_v1 {
	uint16_t flags;			/* GTF_; GTF_reading and GTF_writing are the hypervisor's */
	domid_t domid;			/* who may use it */
	uint32_t frame;			/* of the granter */
};

#define GNTTAB_NR_RESERVED_ENTRIES	8	/* those below are for tools that build domains */
#define GNTTAB_RESERVED_CONSOLE		0
#define GNTTAB_RESERVED_XENSTORE	1

#define GTF_invalid		(0U << 0)	/* no grant */
#define GTF_permit_access	(1U << 0)	/* domid may map and copy */
#define GTF_accept_transfer	(2U << 0)	/* domid may give a page: for domains without addresses of their own */
#define GTF_transitive		(3U << 0)	/* of version 2 */
#define GTF_type_mask		(3U << 0)

#define GTF_readonly		(1U << 2)	/* domid may only read */
#define GTF_reading		(1U << 3)	/* domid has it mapped, or is copying from it */
#define GTF_writing		(1U << 4)	/* the same, and may write */
#define GTF_PWT			(1U << 5)	/* x86 */
#define GTF_PCD			(1U << 6)	/* x86 */
#define GTF_PAT			(1U << 7)	/* x86 */
#define GTF_sub_page		(1U << 8)	/* of version 2 */
#define GTF_transfer_committed	(1U << 2)	/* of GTF_accept_transfer */
#define GTF_transfer_completed	(1U << 3)

/* Version 2 of the table. Not offered: GNTTABOP_set_version refuses it. */
struct grant_entry_header {
	uint16_t flags;
	domid_t domid;
};

union grant_entry_v2 {
	struct grant_entry_header hdr;
	struct {
		struct grant_entry_header hdr;
		uint32_t pad0;
		uint64_t frame;
	} full_page;
	struct {
		struct grant_entry_header hdr;
		uint16_t page_off;
		uint16_t length;
		uint64_t frame;
	} sub_page;
	struct {
		struct grant_entry_header hdr;
		domid_t trans_domid;
		uint16_t pad0;
		grant_ref_t gref;
	} transitive;
	uint32_t __spacer[4];
};

typedef uint16_t grant_status_t;

/*
 * Maps a granted page at host_addr, a guest physical address; what was there has no address any more. The guest may
 * write to it unless GNTMAP_readonly is set. The page stays there, whatever the granter does, until it is unmapped: a
 * guest must not give the frame back or put something else there before.
 */
#define GNTTABOP_map_grant_ref		0
struct gnttab_map_grant_ref {
	uint64_t host_addr;
	uint32_t flags;			/* GNTMAP_ */
	grant_ref_t ref;
	domid_t dom;			/* the granter; not DOMID_SELF */
	int16_t status;			/* OUT: GNTST_ */
	grant_handle_t handle;		/* OUT, if status is GNTST_okay */
	uint64_t dev_bus_addr;		/* OUT: the page's address in the machine, as devices without an IOMMU see it */
};

#define GNTMAP_device_map		(1 << 0)	/* for devices */
#define GNTMAP_host_map			(1 << 1)	/* for the guest's vCPUs, at host_addr */
#define GNTMAP_readonly			(1 << 2)
#define GNTMAP_application_map		(1 << 3)	/* x86 */
#define GNTMAP_contains_pte		(1 << 4)	/* x86 */
#define GNTMAP_guest_avail_mask		((uint32_t)~0 << 16)	/* x86 */

/* host_addr and dev_bus_addr: as they were mapped; or 0: that stays. When the call returns nobody has a translation. */
#define GNTTABOP_unmap_grant_ref	1
struct gnttab_unmap_grant_ref {
	uint64_t host_addr;
	uint64_t dev_bus_addr;
	grant_handle_t handle;
	int16_t status;			/* OUT */
};

/* Makes a domain's table at least so many frames large, and tells at which frames they are, ~0: nowhere. No list. */
#define GNTTABOP_setup_table		2
struct gnttab_setup_table {
	domid_t dom;
	uint32_t nr_frames;
	int16_t status;			/* OUT */
	/* of nr_frames, written */
	XEN_GUEST_HANDLE(xen_pfn_t) frame_list;
};

/* For the hypervisor's console. No list. */
#define GNTTABOP_dump_table		3
struct gnttab_dump_table {
	domid_t dom;
	int16_t status;			/* OUT */
};

/* Gives a page to another domain: for domains without addresses of their own. */
#define GNTTABOP_transfer		4
struct gnttab_transfer {
	xen_pfn_t mfn;
	domid_t domid;
	grant_ref_t ref;
	int16_t status;			/* OUT */
};

/*
 * Copies len bytes from one page to another. Each side is a grant (of domid, by ref), or a frame of the caller (domid
 * is DOMID_SELF). Neither may reach over the end of its page.
 */
#define GNTTABOP_copy			5
struct gnttab_copy {
	struct gnttab_copy_ptr {
		union {
			grant_ref_t ref;
			xen_pfn_t gmfn;
		} u;
		domid_t domid;
		uint16_t offset;
	} source, dest;
	uint16_t len;
	uint16_t flags;			/* GNTCOPY_ */
	int16_t status;			/* OUT */
};

#define GNTCOPY_source_gref		(1 << 0)
#define GNTCOPY_dest_gref		(1 << 1)

/* How large a domain's table is, in frames, and how large it may be. No list. */
#define GNTTABOP_query_size		6
struct gnttab_query_size {
	domid_t dom;
	uint32_t nr_frames;		/* OUT */
	uint32_t max_nr_frames;		/* OUT */
	int16_t status;			/* OUT */
};

/* Unmaps, and puts something else there at the same time: x86. */
#define GNTTABOP_unmap_and_replace	7
struct gnttab_unmap_and_replace {
	uint64_t host_addr;
	uint64_t new_addr;
	grant_handle_t handle;
	int16_t status;			/* OUT */
};

/* Which version the table has from now on; OUT: has. No list. */
#define GNTTABOP_set_version		8
struct gnttab_set_version {
	uint32_t version;
};

/* The frames of status words of version 2. No list. */
#define GNTTABOP_get_status_frames	9
struct gnttab_get_status_frames {
	uint32_t nr_frames;
	domid_t dom;
	int16_t status;			/* OUT */
	/* of nr_frames, written */
	XEN_GUEST_HANDLE(uint64_t) frame_list;
};

/* No list. */
#define GNTTABOP_get_version		10
struct gnttab_get_version {
	domid_t dom;
	uint16_t pad;
	uint32_t version;		/* OUT */
};

/* Exchanges two entries of the caller that nobody uses. */
#define GNTTABOP_swap_grant_ref		11
struct gnttab_swap_grant_ref {
	grant_ref_t ref_a;
	grant_ref_t ref_b;
	int16_t status;			/* OUT */
};

/* Cache maintenance of a part of a granted page, for devices that do not look into caches. The result is the last's. */
#define GNTTABOP_cache_flush		12
struct gnttab_cache_flush {
	union {
		uint64_t dev_bus_addr;
		grant_ref_t ref;
	} a;
	uint16_t offset;		/* in the page */
	uint16_t length;
	uint32_t op;			/* GNTTAB_CACHE_ */
};

#define GNTTAB_CACHE_CLEAN		(1u << 0)
#define GNTTAB_CACHE_INVAL		(1u << 1)
#define GNTTAB_CACHE_SOURCE_GREF	(1u << 31)	/* a is a ref */

#define GNTST_okay			(0)
#define GNTST_general_error		(-1)
#define GNTST_bad_domain		(-2)	/* there is no such domain */
#define GNTST_bad_gntref		(-3)	/* no such entry, or not for this use */
#define GNTST_bad_handle		(-4)	/* no such mapping */
#define GNTST_bad_virt_addr		(-5)
#define GNTST_bad_dev_addr		(-6)
#define GNTST_no_device_space		(-7)
#define GNTST_permission_denied		(-8)
#define GNTST_bad_page			(-9)	/* the frame is not memory of the domain */
#define GNTST_bad_copy_arg		(-10)	/* over the end of a page */
#define GNTST_address_too_big		(-11)
#define GNTST_eagain			(-12)	/* not now */
#define GNTST_no_space			(-13)	/* no mapping is left */

#endif
