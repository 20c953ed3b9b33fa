// SPDX-License-Identifier: GPL-2.0
/*
 * A domain's physical address space: what is at which frame. Pages never leave the domain: what it gives back waits in
 * d->free_pages until it asks for memory again; if others still use it, by grants, not before they are done. A page
 * that something else was put over, or that was removed without being given back, is the domain's and has no address
 * any more, as in Xen, until the domain ends or starts again. What is mapped by a grant is not the domain's to give
 * back or remove.
 */
#include "code.h"
#include "std.h"
#include "stub.h"
#include "xen.h"

#define ORDER_MAX	9	/* of an extent: 2 MiB */
#define PAGE_COST	1	/* clearing one is the most there is to do about it */

/* The extent the guest asks to begin with: for a list that it continues itself. */
static u64 first_extent(const struct vcpu *v)
{
	return v->call.arg[0] >> MEMOP_EXTENT_SHIFT;
}

/* --- a page at a frame; under d->p2m_lock --- */

/* A page of the stub's is there no longer, and may be put elsewhere. */
static void stub_page_left(struct domain *d, u64 gfn, paddr_t pa)
{
	struct domain_grants *g = &d->xen.grants;
	u64 idx = (pa - va_to_pa(g->entries)) >> PAGE_SHIFT;

	if (d->xen.shared_frame == gfn + 1)
		d->xen.shared_frame = 0;
	if (idx < g->max_frames && g->at[idx] == gfn + 1)
		g->at[idx] = 0;
}

/* v makes the call; d is the domain whose frame it is. What was there, *old, has no address any more. */
int memory_replace_frame(struct vcpu *v, struct domain *d, u64 gfn, paddr_t pa, enum p2m_kind kind, enum p2m_kind *old)
{
	struct p2m_old was;
	int ret;

	if (gfn >> (64 - PAGE_SHIFT))
		return -XEN_EINVAL;
	ret = p2m_replace(d, gfn << PAGE_SHIFT, pa, kind, &was);
	if (ret)
		return ret;
	*old = was.kind;
	if (was.kind == P2M_STUB)
		stub_page_left(d, gfn, was.pa);
	if (d->code)
		code_gone(v, d, gfn << PAGE_SHIFT);
	return 0;
}

int memory_set_frame(struct vcpu *v, struct domain *d, u64 gfn, paddr_t pa, enum p2m_kind kind)
{
	enum p2m_kind old;

	return memory_replace_frame(v, d, gfn, pa, kind, &old);
}

/* What was put there, if it is there still. */
bool memory_clear_frame(struct vcpu *v, struct domain *d, u64 gfn, paddr_t pa, enum p2m_kind kind)
{
	if (!p2m_clear(d, gfn << PAGE_SHIFT, pa, kind))
		return false;
	if (d->code)
		code_gone(v, d, gfn << PAGE_SHIFT);
	return true;
}

static bool give_back(struct vcpu *v, struct domain *d, u64 gfn)
{
	paddr_t pa = 0;
	enum p2m_kind kind = gfn >> (64 - PAGE_SHIFT) ? P2M_NONE : p2m_kind(d, gfn << PAGE_SHIFT, &pa);

	if ((kind != P2M_RAM && kind != P2M_STUB) || memory_set_frame(v, d, gfn, 0, P2M_NONE))
		return false;
	if (kind == P2M_RAM)
		page_give_back(d, pa);
	return true;
}

/* A direct-mapped domain has a place for each page: which are free its p2m says, and the list how many. */
static bool has_place(const struct domain *d, u64 gfn)
{
	return !d->cfg.direct_map || (gfn - (d->ram_base >> PAGE_SHIFT) < d->cfg.memory >> PAGE_SHIFT &&
				      !page_users(gfn << PAGE_SHIFT));
}

static bool take(struct vcpu *v, struct domain *d, u64 gfn)
{
	paddr_t pa;

	if (!has_place(d, gfn))
		return false;
	if (!pages_take(d, 1, &pa))
		return false;
	if (d->cfg.direct_map)
		pa = gfn << PAGE_SHIFT;
	memset(pa_to_va(pa), 0, PAGE_SIZE);
	if (!memory_set_frame(v, d, gfn, pa, P2M_RAM))
		return true;
	page_give_back(d, pa);
	return false;
}

/* --- the balloon: one extent each; false: it cannot be done --- */

static bool increase(struct vcpu *v, struct domain *d, u64 gfn, u64 pages)
{
	paddr_t pa;

	/* They have no address. */
	return pages_take(d, pages, &pa);
}

static bool decrease(struct vcpu *v, struct domain *d, u64 gfn, u64 pages)
{
	while (pages && give_back(v, d, gfn++))
		pages--;
	return !pages;
}

static bool populate(struct vcpu *v, struct domain *d, u64 gfn, u64 pages)
{
	if (READ_ONCE(d->nr_free) < pages)
		return false;
	while (pages && take(v, d, gfn++))
		pages--;
	return !pages;
}

/* Goes through the list from extent i on; returns how many are done, or again. */
static long do_extents(struct vcpu *v, struct domain *d, const struct xen_memory_reservation *r, u64 i,
		       bool (*extent)(struct vcpu *v, struct domain *d, u64 gfn, u64 pages))
{
	u64 first = i, pages = BIT(r->extent_order), gfn = 0;
	bool more = false;

	vcpu_lock(v, &d->p2m_lock);
	for (; i < r->nr_extents; i++) {
		more = hypercall_preempt(v, pages * PAGE_COST) && i != first;
		if (more)
			break;
		if (extent != increase &&
		    copy_from_guest(v, &gfn, r->extent_start.q + i * sizeof(gfn), sizeof(gfn)))
			break;
		if (!extent(v, d, gfn, pages))
			break;
	}
	p2m_flush(v, d);
	spin_unlock(&d->p2m_lock);
	return more ? hypercall_again(v, i - first_extent(v)) : (long)i;
}

/* Whatever is wrong, the answer is how many extents were done: none. */
static long reservation(struct vcpu *v, bool (*extent)(struct vcpu *v, struct domain *d, u64 gfn, u64 pages))
{
	u64 i = first_extent(v) + hypercall_progress(v);
	struct xen_memory_reservation r;
	struct domain *d;
	long ret = i;

	if (copy_from_guest(v, &r, v->call.arg[1], sizeof(r)) || r.nr_extents > ~0u >> MEMOP_EXTENT_SHIFT ||
	    i >= r.nr_extents || domain_get_target(v, r.domid, &d))
		return i;
	if (r.extent_order <= ORDER_MAX)
		ret = do_extents(v, d, &r, i, extent);
	domain_put(v, d);
	return ret;
}

long memory_increase_reservation(struct vcpu *v, void *arg)
{
	return reservation(v, increase);
}

long memory_decrease_reservation(struct vcpu *v, void *arg)
{
	return reservation(v, decrease);
}

long memory_populate_physmap(struct vcpu *v, void *arg)
{
	return reservation(v, populate);
}

/* --- numbers --- */

long memory_maximum_ram_page(struct vcpu *v, void *arg)
{
	return first_extent(v) ? -XEN_EINVAL : (long)(memory_end() >> PAGE_SHIFT);
}

static long number_of(struct vcpu *v, const domid_t *domid, u64 (*number)(const struct domain *d))
{
	struct domain *d;
	long ret;

	if (first_extent(v))
		return -XEN_EINVAL;
	ret = domain_get_target(v, *domid, &d);
	if (ret)
		return ret;
	ret = number(d);
	domain_put(v, d);
	return ret;
}

static u64 current_pages(const struct domain *d)
{
	return READ_ONCE(d->nr_pages);
}

static u64 maximum_pages(const struct domain *d)
{
	return d->cfg.memory >> PAGE_SHIFT;
}

static u64 top_frame(const struct domain *d)
{
	return READ_ONCE(d->p2m_top) >> PAGE_SHIFT;
}

long memory_current_reservation(struct vcpu *v, void *arg)
{
	return number_of(v, arg, current_pages);
}

long memory_maximum_reservation(struct vcpu *v, void *arg)
{
	return number_of(v, arg, maximum_pages);
}

long memory_maximum_gpfn(struct vcpu *v, void *arg)
{
	return number_of(v, arg, top_frame);
}

/* An entry of 20 bytes, as the PC BIOS has it. */
long memory_memory_map(struct vcpu *v, void *arg)
{
	const struct __attribute__((packed)) {
		u64 start, size;
		u32 type;
	} ram = { v->domain->ram_base, v->domain->cfg.memory, 1 };
	struct xen_memory_map *map = arg;

	if (first_extent(v))
		return -XEN_EINVAL;
	map->nr_entries = MIN(map->nr_entries, 1u);
	return copy_to_guest(v, map->buffer.q, &ram, map->nr_entries * sizeof(ram));
}

/* --- pages of the hypervisor --- */

/* What is at a frame that a page of the hypervisor comes to. */
static paddr_t memory_under(const struct domain *d, u64 gfn)
{
	paddr_t pa;

	return p2m_kind(d, gfn << PAGE_SHIFT, &pa) == P2M_RAM ? pa : 0;
}

static void uncover(struct vcpu *v, struct domain *d, u64 at, paddr_t under)
{
	if (at)
		memory_set_frame(v, d, at - 1, under, under ? P2M_RAM : P2M_NONE);
}

void memory_uncover(struct vcpu *v, struct domain *d)
{
	struct domain_grants *g = &d->xen.grants;

	uncover(v, d, d->xen.shared_frame, d->xen.shared_under);
	for (u32 i = 0; i < g->frames; i++)
		uncover(v, d, g->at[i], g->under[i]);
}

/* It can be at one frame, so that whoever moves it has to say what becomes of the other. */
static int add_shared_info(struct vcpu *v, struct domain *d, u64 idx, u64 gfn)
{
	paddr_t under = memory_under(d, gfn);
	int ret;

	if (idx)
		return -XEN_EINVAL;
	if (d->xen.shared_frame)
		return -XEN_EBUSY;
	ret = memory_set_frame(v, d, gfn, va_to_pa(d->shared_info), P2M_STUB);
	if (ret)
		return ret;
	d->xen.shared_frame = gfn + 1;
	d->xen.shared_under = under;
	return 0;
}

static int add_grant_frame(struct vcpu *v, struct domain *d, u64 idx, u64 gfn)
{
	struct domain_grants *g = &d->xen.grants;
	paddr_t under = memory_under(d, gfn);
	void *frame = grants_frame(d, idx);
	int ret;

	if (!frame)
		return -XEN_EINVAL;
	if (g->at[idx])
		return -XEN_EBUSY;
	ret = memory_set_frame(v, d, gfn, va_to_pa(frame), P2M_STUB);
	if (ret)
		return ret;
	g->at[idx] = gfn + 1;
	g->under[idx] = under;
	return 0;
}

/* Under d->p2m_lock, and flushed later. */
static int add_page(struct vcpu *v, struct domain *d, u32 space, u64 idx, u64 gfn)
{
	switch (space) {
	case XENMAPSPACE_shared_info:
		return add_shared_info(v, d, idx, gfn);
	case XENMAPSPACE_grant_table:
		return add_grant_frame(v, d, idx, gfn);
	default:
		return -XEN_ENOSYS;
	}
}

/* No domain drives devices of the machine. */
static long get_target_for(struct vcpu *v, domid_t domid, u32 space, struct domain **d)
{
	long ret = domain_get_target(v, domid, d);

	if (ret || space != XENMAPSPACE_dev_mmio)
		return ret;
	domain_put(v, *d);
	return -XEN_EACCES;
}

long memory_add_to_physmap(struct vcpu *v, void *arg)
{
	const struct xen_add_to_physmap *a = arg;
	struct domain *d;
	long ret;

	if (first_extent(v) >> 16)
		return -XEN_EDOM;	/* size has 16 bits */
	if (a->space == XENMAPSPACE_gmfn_foreign)
		return -XEN_ENOSYS;	/* but in a batch, where it is said whose */
	ret = get_target_for(v, a->domid, a->space, &d);
	if (ret)
		return ret;
	vcpu_lock(v, &d->p2m_lock);
	ret = add_page(v, d, a->space, a->idx, a->gpfn);
	p2m_flush(v, d);
	spin_unlock(&d->p2m_lock);
	domain_put(v, d);
	return ret;
}

/* The i-th of a batch; what becomes of it is in errs. */
static long add_one(struct vcpu *v, struct domain *d, const struct xen_add_to_physmap_batch *b, u32 i)
{
	xen_ulong_t idx;
	xen_pfn_t gpfn;
	int err;

	if (copy_from_guest(v, &idx, b->idxs.q + i * sizeof(idx), sizeof(idx)) ||
	    copy_from_guest(v, &gpfn, b->gpfns.q + i * sizeof(gpfn), sizeof(gpfn)))
		return -XEN_EFAULT;
	err = add_page(v, d, b->space, idx, gpfn);
	return copy_to_guest(v, b->errs.q + i * sizeof(err), &err, sizeof(err));
}

static long add_batch(struct vcpu *v, struct domain *d, const struct xen_add_to_physmap_batch *b, u64 i)
{
	u64 first = i;
	bool more = false;
	long ret = 0;

	vcpu_lock(v, &d->p2m_lock);
	for (; i < b->size && !ret; i++) {
		more = hypercall_preempt(v, PAGE_COST) && i != first;
		if (more)
			break;
		ret = add_one(v, d, b, i);
	}
	p2m_flush(v, d);
	spin_unlock(&d->p2m_lock);
	return more ? hypercall_again(v, i - first_extent(v)) : ret;
}

long memory_add_to_physmap_batch(struct vcpu *v, void *arg)
{
	const struct xen_add_to_physmap_batch *b = arg;
	u64 i = first_extent(v) + hypercall_progress(v);
	struct domain *d;
	long ret;

	if (first_extent(v) >> 16)
		return -XEN_EDOM;
	if (b->space == XENMAPSPACE_gmfn_range)
		return -XEN_EOPNOTSUPP;
	ret = get_target_for(v, b->domid, b->space, &d);
	if (ret)
		return ret;
	ret = i > b->size ? -XEN_EILSEQ : add_batch(v, d, b, i);
	domain_put(v, d);
	return ret;
}

long memory_remove_from_physmap(struct vcpu *v, void *arg)
{
	const struct xen_remove_from_physmap *r = arg;
	enum p2m_kind kind;
	struct domain *d;
	paddr_t pa;
	long ret;

	if (first_extent(v))
		return -XEN_EINVAL;
	ret = domain_get_target(v, r->domid, &d);
	if (ret)
		return ret;
	vcpu_lock(v, &d->p2m_lock);
	kind = r->gpfn >> (64 - PAGE_SHIFT) ? P2M_NONE : p2m_kind(d, r->gpfn << PAGE_SHIFT, &pa);
	ret = kind == P2M_RAM || kind == P2M_STUB ? memory_set_frame(v, d, r->gpfn, 0, P2M_NONE) : -XEN_ENOENT;
	p2m_flush(v, d);
	spin_unlock(&d->p2m_lock);
	domain_put(v, d);
	return ret;
}
