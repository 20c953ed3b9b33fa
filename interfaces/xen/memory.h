/* SPDX-License-Identifier: MIT */
/*
 * __HYPERVISOR_memory_op: what is where in the domain's physical address space.
 *
 * Frame numbers are the domain's own (gfn), always, for hvm and pv guests, in pages of 4 KiB. The domain named in domid
 * is DOMID_SELF, or another for who may manage that one; else EPERM, or ESRCH where there is no such domain.
 *
 * What leaves a frame (decrease, remove, or something else put there) is gone from all vCPUs' translations before the
 * call returns: no access after it reaches the old page.
 *
 * Ops over lists may be interrupted. Then the guest sees the call not yet returned and takes its interrupts; the
 * extents done so far are in the upper bits of the op in a1, from MEMOP_EXTENT_SHIFT on. A guest passes 0 there.
 * Because of that a list may have changed when the rest is read, and what is returned is the number of extents done
 * from the first on.
 */
#ifndef XEN_MEMORY_H
#define XEN_MEMORY_H

#include "xen.h"

/* a1: the op is in the lower bits, the extent to begin with in the others. */
#define MEMOP_EXTENT_SHIFT		6
#define MEMOP_CMD_MASK			((1 << MEMOP_EXTENT_SHIFT) - 1)

/*
 * The balloon. All return how many extents were done, which may be fewer than asked for and even 0: an extent that
 * cannot be done ends the call, and it is not said why.
 *
 * increase	gets pages. In a domain with addresses of its own they have none, so there is little use for it;
 *		populate is meant for such.
 * decrease	gives pages back. Whatever is in them is lost. A frame that has no page ends the call.
 * populate	puts new pages at frames. What they contain is not said, but is nothing of another domain's.
 */
#define XENMEM_increase_reservation	0
#define XENMEM_decrease_reservation	1
#define XENMEM_populate_physmap		6
struct xen_memory_reservation {
	/*
	 * decrease and populate: IN, the first frame of each extent. increase: OUT, what was given, unless it is 0.
	 * populate writes machine frames here for domains that have no addresses of their own, and nothing for others.
	 */
	XEN_GUEST_HANDLE(xen_pfn_t) extent_start;
	xen_ulong_t nr_extents;		/* how many are in the list */
	unsigned int extent_order;	/* each is 2^extent_order pages, and aligned to that */
	unsigned int mem_flags;		/* XENMEMF_: which memory is wanted; not for decrease */
	domid_t domid;			/* whose */
};

/* How many bits a machine address of the memory may have, for devices; 0: any. In mem_flags. */
#define XENMEMF_address_bits(x)		(x)
#define XENMEMF_get_address_bits(x)	((x) & 0xffu)
/* Which node of the machine. */
#define XENMEMF_node(x)			(((x) + 1) << 8)
#define XENMEMF_get_node(x)		((((x) >> 8) - 1) & 0xffu)
#define XENMEMF_populate_on_demand	(1 << 16)	/* not before it is used */
#define XENMEMF_exact_node_request	(1 << 17)	/* no other node */
#define XENMEMF_exact_node(n)		(XENMEMF_node(n) | XENMEMF_exact_node_request)
#define XENMEMF_vnode			(1 << 18)	/* the node is one of the domain's */

/* No argument. Returns the frame number behind the machine's memory. */
#define XENMEM_maximum_ram_page		2

/*
 * How many pages the domain has (current), how many it may have (maximum), the highest frame number at which it has
 * anything (maximum_gpfn). Returned.
 */
#define XENMEM_current_reservation	3
#define XENMEM_maximum_reservation	4
#define XENMEM_maximum_gpfn		14
struct xen_memory_domain {
	domid_t domid;
};

/* Exchanges pages for others, contiguous in the machine: nothing a domain with addresses of its own can ask for. */
#define XENMEM_exchange			11

/* Whose pages add_to_physmap puts at a frame, and what idx counts. */
#define XENMAPSPACE_shared_info		0	/* struct shared_info; idx 0 */
#define XENMAPSPACE_grant_table		1	/* frames of the grant table, or of status words */
#define XENMAPSPACE_gmfn		2	/* a page of the domain, which moves: idx is the frame where it was */
#define XENMAPSPACE_gmfn_range		3	/* size of those; only in add_to_physmap */
#define XENMAPSPACE_gmfn_foreign	4	/* frame idx of foreign_domid; only in add_to_physmap_batch */
#define XENMAPSPACE_dev_mmio		5	/* a device's registers; Arm; only in add_to_physmap_batch */

/* In idx for XENMAPSPACE_grant_table: the status words of version 2, not the entries. */
#define XENMAPIDX_grant_table_status	0x80000000

/*
 * Puts a page at a frame. What was there before stays the domain's but has no address any more: it is not freed. A page
 * of the hypervisor is at one frame at a time. EBUSY: it is at another; remove_from_physmap takes it away there.
 */
#define XENMEM_add_to_physmap		7
struct xen_add_to_physmap {
	domid_t domid;			/* in whose address space */
	uint16_t size;			/* XENMAPSPACE_gmfn_range: how many pages; else ignored */
	unsigned int space;		/* XENMAPSPACE_ */
	xen_ulong_t idx;
	xen_pfn_t gpfn;			/* the frame */
};

/*
 * The same for a list. Returns 0 if the list was gone through, whatever became of each: that is in errs, 0 or a
 * negative errno.
 */
#define XENMEM_add_to_physmap_batch	23
struct xen_add_to_physmap_batch {
	domid_t domid;			/* in whose address space */
	uint16_t space;			/* XENMAPSPACE_ */
	uint16_t size;			/* of the three lists */
	union xen_add_to_physmap_batch_extra {
		domid_t foreign_domid;	/* XENMAPSPACE_gmfn_foreign: whose pages */
		uint16_t res0;		/* XENMAPSPACE_dev_mmio: 0 */
	} u;
	XEN_GUEST_HANDLE(xen_ulong_t) idxs;
	XEN_GUEST_HANDLE(xen_pfn_t) gpfns;
	XEN_GUEST_HANDLE(int) errs;	/* OUT */
};

/* Takes away what is at a frame. Memory of the domain itself is not freed by this; decrease_reservation does that. */
#define XENMEM_remove_from_physmap	15
struct xen_remove_from_physmap {
	domid_t domid;
	xen_pfn_t gpfn;
};

/*
 * The memory that the domain was started with, as a list in address order; what became of it since is not in it.
 * machine_memory_map is that of the machine, for the initial domain of x86 only.
 */
#define XENMEM_memory_map		9
#define XENMEM_machine_memory_map	10
struct xen_memory_map {
	/* IN: how many entries buffer has. OUT: how many were written. */
	unsigned int nr_entries;
	/*
	 * OUT: entries as the PC BIOS's call INT 15h, AX=E820h, returns them: 20 bytes without padding, of which 8 are
	 * the address, 8 the size, 4 the type; 1 is RAM.
	 */
	XEN_GUEST_HANDLE(void) buffer;
};

/* Sets that list for a domain: for tools. */
#define XENMEM_set_memory_map		13
struct xen_foreign_memory_map {
	domid_t domid;
	struct xen_memory_map map;
};

#endif
