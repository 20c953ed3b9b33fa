// SPDX-License-Identifier: GPL-2.0
/* memory_op: what a domain has, and what is where in its address space. */
#include "xt.h"

#define NOBODY	0x1234		/* a domain that there is not */

static long of_domain(unsigned int op, unsigned int dom)
{
	domid_t id = dom;

	return memory_op(op, &id);
}

static unsigned long ram_pages(void)
{
	unsigned long n = 0;

	for (int i = 0; i < machine.nr_ram; i++)
		n += machine.ram[i].size / PAGE_SIZE;
	return n;
}

/* A frame where nothing is: of the window for grants */
static unsigned long hole(int n)
{
	return machine.hypervisor[0].base / PAGE_SIZE + 16 + n;
}

static long put(unsigned int dom, unsigned int space, unsigned long idx, unsigned long gfn)
{
	struct xen_add_to_physmap a = { .domid = dom, .space = space, .idx = idx, .gpfn = gfn };

	return memory_op(XENMEM_add_to_physmap, &a);
}

static long take(unsigned int dom, unsigned long gfn)
{
	struct xen_remove_from_physmap r = { .domid = dom, .gpfn = gfn };

	return memory_op(XENMEM_remove_from_physmap, &r);
}

static long list(unsigned long op, unsigned int dom, void *frames, unsigned long n, unsigned int order,
		 unsigned int flags)
{
	struct xen_memory_reservation r = {
		.extent_start.p = frames, .nr_extents = n, .extent_order = order, .mem_flags = flags, .domid = dom,
	};

	return memory_op(op, &r);
}

static long give_back(unsigned long gfn)
{
	xen_pfn_t f = gfn;

	return list(XENMEM_decrease_reservation, DOMID_SELF, &f, 1, 0, 0);
}

static long fill(unsigned long gfn)
{
	xen_pfn_t f = gfn;

	return list(XENMEM_populate_physmap, DOMID_SELF, &f, 1, 0, 0);
}

/* A page of RAM that nobody misses, by frame */
static unsigned long spare(void)
{
	static unsigned long at;
	static int left;

	if (!left) {
		at = pieces(1);
		left = at ? 512 : 0;
	}
	return left-- > 0 ? at / PAGE_SIZE + left : 0;
}

CLAIM("memory.current_reservation", "a domain has at least the pages that the device tree shows", 1)
{
	return of_domain(XENMEM_current_reservation, DOMID_SELF) >= (long)ram_pages();
}

CLAIM("memory.maximum_reservation", "it may have at least what it has", 1)
{
	return of_domain(XENMEM_maximum_reservation, DOMID_SELF) >= of_domain(XENMEM_current_reservation, DOMID_SELF);
}

CLAIM("memory.maximum_gpfn", "the highest frame is not below the end of RAM", 1)
{
	struct bank *last = &machine.ram[machine.nr_ram - 1];

	return of_domain(XENMEM_maximum_gpfn, DOMID_SELF) >= (long)((last->base + last->size) / PAGE_SIZE - 1);
}

CLAIM("memory.maximum_ram_page", "the machine has a last page", 1)
{
	return memory_op(XENMEM_maximum_ram_page, NULL) > 0;
}

CLAIM("memory.current_reservation.nobody", "of a domain that there is not", -XEN_ESRCH)
{
	return of_domain(XENMEM_current_reservation, NOBODY);
}

CLAIM("memory.current_reservation.invalid", "of DOMID_INVALID", -XEN_ESRCH)
{
	return of_domain(XENMEM_current_reservation, DOMID_INVALID);
}

CLAIM("memory.current_reservation.other", "of another domain: for the initial domain only", is_dom0 ? 1 : -XEN_EPERM)
{
	long n = of_domain(XENMEM_current_reservation, other_domain());

	return n > 0 ? 1 : n;
}

CLAIM("memory.maximum_reservation.nobody", "of a domain that there is not", -XEN_ESRCH)
{
	return of_domain(XENMEM_maximum_reservation, NOBODY);
}

CLAIM("memory.maximum_reservation.other", "of another domain: for the initial domain only", is_dom0 ? 1 : -XEN_EPERM)
{
	long n = of_domain(XENMEM_maximum_reservation, other_domain());

	return n > 0 ? 1 : n;
}

CLAIM("memory.maximum_gpfn.other", "of another domain: for the initial domain only", is_dom0 ? 1 : -XEN_EPERM)
{
	long n = of_domain(XENMEM_maximum_gpfn, other_domain());

	return n > 0 ? 1 : n;
}

CLAIM("memory.current_reservation.crossing", "a domain number across the end of a page", 1)
{
	domid_t *id = crossing(sizeof(*id));
	unsigned char *b = (unsigned char *)id;

	b[0] = DOMID_SELF & 0xff;
	b[1] = DOMID_SELF >> 8;
	return memory_op(XENMEM_current_reservation, id) == of_domain(XENMEM_current_reservation, DOMID_SELF);
}

CLAIM("memory.current_reservation.start-extent", "the upper bits of the op are for lists only", -XEN_EINVAL)
{
	return of_domain(XENMEM_current_reservation | 1 << MEMOP_EXTENT_SHIFT, DOMID_SELF);
}

CLAIM("memory.maximum_ram_page.start-extent", "nor for this one", -XEN_EINVAL)
{
	return memory_op(XENMEM_maximum_ram_page | 1 << MEMOP_EXTENT_SHIFT, NULL);
}

CLAIM("memory.add_to_physmap.shared_info", "the page of shared_info can be put over a page of RAM", 0)
{
	return shared_answer;
}

CLAIM("memory.add_to_physmap.shared_info.index-1", "there is only one such page", -XEN_EINVAL)
{
	return put(DOMID_SELF, XENMAPSPACE_shared_info, 1, hole(0));
}

CLAIM("memory.add_to_physmap.shared_info.index-huge", "not even a last one", -XEN_EINVAL)
{
	return put(DOMID_SELF, XENMAPSPACE_shared_info, -1UL, hole(0));
}

/* Puts shared_info somewhere else for a while, where what is done with the page would do harm. */
static long move_shared(unsigned long from, unsigned long to)
{
	long err = take(DOMID_SELF, from);

	return err ?: put(DOMID_SELF, XENMAPSPACE_shared_info, 0, to);
}

CLAIM("memory.add_to_physmap.shared_info.twice", "it is at one frame at a time: where it is already", -XEN_EBUSY)
{
	return put(DOMID_SELF, XENMAPSPACE_shared_info, 0, frame_of(shared));
}

CLAIM("memory.add_to_physmap.shared_info.elsewhere", "nor at another as well", -XEN_EBUSY)
{
	return put(DOMID_SELF, XENMAPSPACE_shared_info, 0, hole(0));
}

CLAIM("memory.add_to_physmap.shared_info.moved",
      "taken away, it can be put where nothing is, is what it was, and goes back", 0)
{
	unsigned int was = read_once(shared->wc_nsec);
	struct shared_info *s;

	write_once(shared->wc_nsec, 0x55aa);
	MUST(!move_shared(frame_of(shared), hole(0)));
	s = vm_frame(hole(0));
	MUST(read_once(s->wc_nsec) == 0x55aa);
	write_once(s->wc_nsec, was);
	return move_shared(hole(0), frame_of(shared));
}

CLAIM("memory.add_to_physmap.unknown-space", "there is no such kind of page", -XEN_ENOSYS)
{
	return put(DOMID_SELF, XENMAPSPACE_dev_mmio + 1, 0, hole(1));
}

CLAIM("memory.add_to_physmap.unknown-space-huge", "nor such a one", -XEN_ENOSYS)
{
	return put(DOMID_SELF, -1U, 0, hole(1));
}

CLAIM("memory.add_to_physmap.gmfn", "a domain does not move its own pages about by this", -XEN_ENOSYS)
{
	return put(DOMID_SELF, XENMAPSPACE_gmfn, spare(), hole(1));
}

CLAIM("memory.add_to_physmap.gmfn_foreign", "pages of others are for add_to_physmap_batch", -XEN_ENOSYS)
{
	return put(DOMID_SELF, XENMAPSPACE_gmfn_foreign, spare(), hole(1));
}

CLAIM("memory.add_to_physmap.other", "what is where in another domain is not for a domain to say", -XEN_EPERM)
{
	if (is_dom0)
		return skip("the initial domain may");
	return put(other_domain(), XENMAPSPACE_shared_info, 0, hole(1));
}

CLAIM("memory.add_to_physmap.nobody", "in a domain that there is not", -XEN_ESRCH)
{
	return put(NOBODY, XENMAPSPACE_shared_info, 0, hole(1));
}

CLAIM("memory.add_to_physmap.frame-2^40.xsa-301", "XSA-301: a frame beyond all addresses is refused", 1)
{
	return put(DOMID_SELF, XENMAPSPACE_shared_info, 0, 1UL << 40) < 0;
}

CLAIM("memory.add_to_physmap.frame-2^52.xsa-301", "XSA-301: also one whose lower bits alone are a good one", 1)
{
	return put(DOMID_SELF, XENMAPSPACE_shared_info, 0, 1UL << 52 | hole(1)) < 0;
}

CLAIM("memory.add_to_physmap.frame-last.xsa-301", "XSA-301: and the last of all numbers", 1)
{
	return put(DOMID_SELF, XENMAPSPACE_shared_info, 0, -1UL) < 0;
}

CLAIM("memory.add_to_physmap.after-xsa-301", "memory is as good as before", 1)
{
	return try_read((unsigned long)shared, NULL) && all_zero(vm_frame(spare()), PAGE_SIZE);
}

CLAIM("memory.add_to_physmap.grant_table.index-huge.xsa-235",
      "XSA-235: a grant frame that there is not, again and again", 100)
{
	long n = 0;

	for (int i = 0; i < 100; i++)
		n += put(DOMID_SELF, XENMAPSPACE_grant_table, 0x7fffffff, hole(1)) < 0;
	return n;
}

CLAIM("memory.add_to_physmap.crossing", "an argument across the end of a page", 0)
{
	struct xen_add_to_physmap *a = crossing(sizeof(*a));
	struct xen_add_to_physmap v = { .domid = DOMID_SELF, .space = XENMAPSPACE_shared_info, .gpfn = frame_of(shared) };

	memcpy(a, &v, sizeof(v));
	MUST(!take(DOMID_SELF, frame_of(shared)));
	return memory_op(XENMEM_add_to_physmap, a);
}

CLAIM("memory.add_to_physmap.size-ignored", "size is for one kind of page only", 0)
{
	struct xen_add_to_physmap a = {
		.domid = DOMID_SELF, .size = 0xffff, .space = XENMAPSPACE_shared_info, .gpfn = frame_of(shared)
	};

	MUST(!take(DOMID_SELF, frame_of(shared)));
	return memory_op(XENMEM_add_to_physmap, &a);
}

static long batch(unsigned int dom, unsigned int space, unsigned int n, void *idxs, void *gfns, void *errs)
{
	struct xen_add_to_physmap_batch b = {
		.domid = dom, .space = space, .size = n, .idxs.p = idxs, .gpfns.p = gfns, .errs.p = errs,
	};

	return memory_op(XENMEM_add_to_physmap_batch, &b);
}

CLAIM("memory.add_to_physmap_batch", "a list of one", 0)
{
	xen_ulong_t idx = 0;
	xen_pfn_t gfn = frame_of(shared);
	int err = 1;

	MUST(!take(DOMID_SELF, frame_of(shared)));
	return batch(DOMID_SELF, XENMAPSPACE_shared_info, 1, &idx, &gfn, &err) ?: err;
}

CLAIM("memory.add_to_physmap_batch.empty", "a list of none, from nowhere", 0)
{
	return batch(DOMID_SELF, XENMAPSPACE_shared_info, 0, NULL, NULL, NULL);
}

CLAIM("memory.add_to_physmap_batch.error", "an error is its entry's own: the list goes on", -XEN_EINVAL)
{
	xen_ulong_t idx[3] = { 7, 0, 0 };
	xen_pfn_t gfn[3] = { hole(2), frame_of(shared), hole(2) };
	int err[3] = { 1, 1, 1 };

	MUST(!take(DOMID_SELF, frame_of(shared)));
	MUST(!batch(DOMID_SELF, XENMAPSPACE_shared_info, 3, idx, gfn, err));
	MUST(!err[1] && err[2] == -XEN_EBUSY);
	return err[0];
}

CLAIM("memory.add_to_physmap_batch.indices-unmapped", "the list of indices is not mapped", -XEN_EFAULT)
{
	xen_pfn_t gfn = frame_of(shared);
	int err;

	return batch(DOMID_SELF, XENMAPSPACE_shared_info, 1, (void *)AT_UNMAPPED, &gfn, &err);
}

CLAIM("memory.add_to_physmap_batch.frames-unmapped", "the list of frames is not mapped", -XEN_EFAULT)
{
	xen_ulong_t idx = 0;
	int err;

	return batch(DOMID_SELF, XENMAPSPACE_shared_info, 1, &idx, (void *)AT_UNMAPPED, &err);
}

CLAIM("memory.add_to_physmap_batch.errors-read-only", "the list of errors cannot be written", -XEN_EFAULT)
{
	xen_ulong_t idx = 0;
	xen_pfn_t gfn = frame_of(shared);

	return batch(DOMID_SELF, XENMAPSPACE_shared_info, 1, &idx, &gfn, (void *)AT_RO);
}

CLAIM("memory.add_to_physmap_batch.nobody", "in a domain that there is not", -XEN_ESRCH)
{
	return batch(NOBODY, XENMAPSPACE_shared_info, 0, NULL, NULL, NULL);
}

CLAIM("memory.add_to_physmap_batch.other", "in another domain", -XEN_EPERM)
{
	if (is_dom0)
		return skip("the initial domain may");
	return batch(other_domain(), XENMAPSPACE_shared_info, 0, NULL, NULL, NULL);
}

CLAIM("memory.remove_from_physmap", "a page is taken away, and cannot be read any more", 0)
{
	unsigned long gfn = spare();

	MUST(!take(DOMID_SELF, gfn));
	return try_read(gfn * PAGE_SIZE, NULL);
}

CLAIM("memory.remove_from_physmap.twice", "where nothing is, nothing can be taken away", -XEN_ENOENT)
{
	unsigned long gfn = spare();

	MUST(!take(DOMID_SELF, gfn));
	return take(DOMID_SELF, gfn);
}

CLAIM("memory.remove_from_physmap.hole", "as where nothing ever was", -XEN_ENOENT)
{
	return take(DOMID_SELF, hole(3));
}

CLAIM("memory.remove_from_physmap.huge", "or can be", -XEN_ENOENT)
{
	return take(DOMID_SELF, -1UL);
}

CLAIM("memory.remove_from_physmap.keeps", "the page is not given back: the domain has as many as before", 0)
{
	long n = of_domain(XENMEM_current_reservation, DOMID_SELF);

	MUST(!take(DOMID_SELF, spare()));
	return n - of_domain(XENMEM_current_reservation, DOMID_SELF);
}

CLAIM("memory.remove_from_physmap.nobody", "of a domain that there is not", -XEN_ESRCH)
{
	return take(NOBODY, hole(3));
}

CLAIM("memory.remove_from_physmap.other", "of another domain", -XEN_EPERM)
{
	if (is_dom0)
		return skip("the initial domain may");
	return take(other_domain(), hole(3));
}

CLAIM("memory.remove_from_physmap.neighbours.xsa-222",
      "XSA-222: out of a large piece of memory exactly the one page goes", 0)
{
	unsigned long at = pieces(1);

	MUST(at);
	write_once(*(unsigned long *)(at + PAGE_SIZE), 0x1111);
	write_once(*(unsigned long *)(at + 3 * PAGE_SIZE), 0x3333);
	MUST(!take(DOMID_SELF, at / PAGE_SIZE + 2));
	MUST(!try_read(at + 2 * PAGE_SIZE, NULL));
	MUST(read_once(*(unsigned long *)(at + PAGE_SIZE)) == 0x1111);
	MUST(read_once(*(unsigned long *)(at + 3 * PAGE_SIZE)) == 0x3333);
	return 0;
}

CLAIM("memory.remove_from_physmap.many.xsa-409",
      "XSA-409: pieces that are broken up do not take the hypervisor's memory: done or ENOMEM", 6)
{
	long n = 0, err;

	for (int i = 0; i < 6; i++) {
		unsigned long at = pieces(1);

		MUST(at);
		err = take(DOMID_SELF, at / PAGE_SIZE + 77);
		n += !err || err == -XEN_ENOMEM;
	}
	return n;
}

CLAIM("memory.fresh.xsa-245", "XSA-245: the memory that a domain begins with holds nothing of what was there before", 1)
{
	unsigned long at = pieces(4);

	MUST(at);
	return all_zero((void *)at, 4 * MEGA2);
}

CLAIM("memory.decrease_reservation", "giving back a page is one extent done", 1)
{
	return give_back(spare());
}

CLAIM("memory.decrease_reservation.gone.xsa-393", "XSA-393: what was given back can neither be read nor written", 0)
{
	unsigned long gfn = spare();

	write_once(*(unsigned long *)(gfn * PAGE_SIZE), 1);
	MUST(give_back(gfn) == 1);
	return try_read(gfn * PAGE_SIZE, NULL) + try_write(gfn * PAGE_SIZE, 1);
}

CLAIM("memory.decrease_reservation.twice", "it cannot be given back twice: nothing is done", 0)
{
	unsigned long gfn = spare();

	MUST(give_back(gfn) == 1);
	return give_back(gfn);
}

CLAIM("memory.decrease_reservation.hole", "nor where nothing is", 0)
{
	return give_back(hole(4));
}

CLAIM("memory.decrease_reservation.huge", "nor where nothing can be", 0)
{
	return give_back(-1UL);
}

CLAIM("memory.decrease_reservation.count", "the domain has one page less then", 1)
{
	long n = of_domain(XENMEM_current_reservation, DOMID_SELF);

	MUST(give_back(spare()) == 1);
	return n - of_domain(XENMEM_current_reservation, DOMID_SELF);
}

CLAIM("memory.decrease_reservation.keeps-maximum", "and may have as many as before", 0)
{
	long n = of_domain(XENMEM_maximum_reservation, DOMID_SELF);

	MUST(give_back(spare()) == 1);
	return n - of_domain(XENMEM_maximum_reservation, DOMID_SELF);
}

CLAIM("memory.populate_physmap", "a page that was given back can be had again", 1)
{
	unsigned long gfn = spare();

	MUST(give_back(gfn) == 1);
	return fill(gfn);
}

CLAIM("memory.populate_physmap.count", "then the domain has as many as before", 0)
{
	long n = of_domain(XENMEM_current_reservation, DOMID_SELF);
	unsigned long gfn = spare();

	MUST(give_back(gfn) == 1 && fill(gfn) == 1);
	return n - of_domain(XENMEM_current_reservation, DOMID_SELF);
}

CLAIM("memory.populate_physmap.clean.xsa-100",
      "XSA-100: a page that one gets holds nothing of anybody else's: zeros, or what one left there", 1)
{
	unsigned long gfn = spare();
	unsigned char *p = (unsigned char *)(gfn * PAGE_SIZE);

	memset(p, 0x5a, PAGE_SIZE);
	MUST(give_back(gfn) == 1 && fill(gfn) == 1);
	for (unsigned int i = 0; i < PAGE_SIZE; i++)
		MUST(p[i] == p[0]);
	return p[0] == 0 || p[0] == 0x5a;
}

CLAIM("memory.populate_physmap.usable", "it is memory: what is written there is read there", 0x1234)
{
	unsigned long gfn = spare();

	MUST(give_back(gfn) == 1 && fill(gfn) == 1);
	write_once(*(unsigned long *)(gfn * PAGE_SIZE), 0x1234);
	return read_once(*(unsigned long *)(gfn * PAGE_SIZE));
}

CLAIM("memory.populate_physmap.elsewhere", "it can be had at a frame where there was none", 1)
{
	unsigned long *p;

	MUST(give_back(spare()) == 1);
	MUST(fill(hole(5)) == 1);
	p = vm_frame(hole(5));
	write_once(*p, 77);
	MUST(read_once(*p) == 77);
	return give_back(hole(5));
}

CLAIM("memory.populate_physmap.frame-huge.xsa-32", "XSA-32: a frame that cannot be gets no page", 0)
{
	long n;

	MUST(give_back(spare()) == 1);
	n = fill(1UL << 52);
	return n;
}

CLAIM("memory.populate_physmap.on-demand.xsa-14",
      "XSA-14: memory that comes when it is used is not for all: no harm, whatever is said", 1)
{
	xen_pfn_t gfn = spare();
	long n;

	MUST(give_back(gfn) == 1);
	n = list(XENMEM_populate_physmap, DOMID_SELF, &gfn, 1, 0, XENMEMF_populate_on_demand);
	return n <= 1;
}

CLAIM("memory.populate_physmap.flags-reserved", "bits of mem_flags that nobody knows are ignored", 1)
{
	xen_pfn_t gfn = spare();

	MUST(give_back(gfn) == 1);
	return list(XENMEM_populate_physmap, DOMID_SELF, &gfn, 1, 0, 0xfff00000);
}

CLAIM("memory.decrease_reservation.flags-ignored", "giving back has no flags: they are ignored", 1)
{
	xen_pfn_t gfn = spare();

	return list(XENMEM_decrease_reservation, DOMID_SELF, &gfn, 1, 0, -1U);
}

/* Lists, the same for all three */
CLAIM("memory.list.empty", "a list of none is done", 0)
{
	return list(XENMEM_decrease_reservation, DOMID_SELF, NULL, 0, 0, 0);
}

CLAIM("memory.list.huge-count", "a list longer than can be counted in the op's upper bits is not begun", 0)
{
	return list(XENMEM_decrease_reservation, DOMID_SELF, (void *)AT_UNMAPPED, -1UL, 0, 0);
}

CLAIM("memory.list.huge-count.populate", "nor by populate", 0)
{
	return list(XENMEM_populate_physmap, DOMID_SELF, (void *)AT_UNMAPPED, -1UL, 0, 0);
}

CLAIM("memory.list.unmapped", "of a list that is not mapped nothing is done", 0)
{
	return list(XENMEM_decrease_reservation, DOMID_SELF, (void *)AT_UNMAPPED, 2, 0, 0);
}

CLAIM("memory.list.half-mapped", "of one that is mapped by half, the half", 2)
{
	xen_pfn_t *f = half_mapped(4 * sizeof(*f));

	f[0] = spare();
	f[1] = spare();
	return list(XENMEM_decrease_reservation, DOMID_SELF, f, 4, 0, 0);
}

CLAIM("memory.list.crossing", "one across the end of a page, all", 4)
{
	xen_pfn_t *f = crossing(4 * sizeof(*f));

	for (int i = 0; i < 4; i++)
		f[i] = spare();
	return list(XENMEM_decrease_reservation, DOMID_SELF, f, 4, 0, 0);
}

CLAIM("memory.list.stops-at-error", "it ends where one cannot be done", 1)
{
	xen_pfn_t f[3] = { spare(), hole(6), spare() };

	return list(XENMEM_decrease_reservation, DOMID_SELF, f, 3, 0, 0);
}

CLAIM("memory.list.start-extent", "the upper bits of the op say where to begin: the count is from the list's begin", 4)
{
	xen_pfn_t f[4] = { hole(6), hole(6), spare(), spare() };

	return list(XENMEM_decrease_reservation | 2 << MEMOP_EXTENT_SHIFT, DOMID_SELF, f, 4, 0, 0);
}

CLAIM("memory.list.start-extent.end", "beginning at the end, all is done", 4)
{
	xen_pfn_t f[4] = { 0 };

	return list(XENMEM_decrease_reservation | 4 << MEMOP_EXTENT_SHIFT, DOMID_SELF, f, 4, 0, 0);
}

CLAIM("memory.list.start-extent.beyond", "behind the end, as much", 9)
{
	xen_pfn_t f[4] = { 0 };

	return list(XENMEM_decrease_reservation | 9 << MEMOP_EXTENT_SHIFT, DOMID_SELF, f, 4, 0, 0);
}

CLAIM("memory.list.many.xsa-45", "XSA-45: a long list is done to its end, however often it is interrupted", 512)
{
	xen_pfn_t *f = page_get();
	unsigned long at = pieces(1);

	MUST(at);
	for (int i = 0; i < 512; i++)
		f[i] = at / PAGE_SIZE + i;
	return list(XENMEM_decrease_reservation, DOMID_SELF, f, 512, 0, 0);
}

CLAIM("memory.order.2-mib", "an extent of 512 pages can be given back at once", 1)
{
	xen_pfn_t f = pieces(1) / PAGE_SIZE;

	MUST(f);
	return list(XENMEM_decrease_reservation, DOMID_SELF, &f, 1, 9, 0);
}

CLAIM("memory.order.64.decrease.xsa-31", "XSA-31: an order that no number of pages has", 0)
{
	xen_pfn_t f = spare();

	return list(XENMEM_decrease_reservation, DOMID_SELF, &f, 1, 64, 0);
}

CLAIM("memory.order.64.populate.xsa-31", "XSA-31: the same of populate", 0)
{
	xen_pfn_t f = hole(7);

	return list(XENMEM_populate_physmap, DOMID_SELF, &f, 1, 64, 0);
}

CLAIM("memory.order.64.increase.xsa-31", "XSA-31: the same of increase", 0)
{
	return list(XENMEM_increase_reservation, DOMID_SELF, NULL, 1, 64, 0);
}

CLAIM("memory.order.huge.xsa-31", "XSA-31: the largest there is", 0)
{
	xen_pfn_t f = spare();

	return list(XENMEM_decrease_reservation, DOMID_SELF, &f, 1, -1U, 0);
}

CLAIM("memory.list.nobody", "for a domain that there is not nothing is done", 0)
{
	xen_pfn_t f = spare();

	return list(XENMEM_decrease_reservation, NOBODY, &f, 1, 0, 0);
}

CLAIM("memory.decrease_reservation.other", "of another domain nothing is done", 0)
{
	xen_pfn_t f = 0x40100;

	if (is_dom0)
		return skip("the initial domain may");
	return list(XENMEM_decrease_reservation, other_domain(), &f, 1, 0, 0);
}

CLAIM("memory.populate_physmap.other", "for another domain nothing is done", 0)
{
	xen_pfn_t f = 0x40100;

	if (is_dom0)
		return skip("the initial domain may");
	return list(XENMEM_populate_physmap, other_domain(), &f, 1, 0, 0);
}

CLAIM("memory.increase_reservation.other", "for another domain nothing is done", 0)
{
	if (is_dom0)
		return skip("the initial domain may");
	return list(XENMEM_increase_reservation, other_domain(), NULL, 1, 0, 0);
}

CLAIM("memory.increase_reservation.empty", "no extents are done", 0)
{
	return list(XENMEM_increase_reservation, DOMID_SELF, NULL, 0, 0, 0);
}
