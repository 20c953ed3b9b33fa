// SPDX-License-Identifier: GPL-2.0
/*
 * Mappings of what other domains grant. A handle is there from the time its page is in the address space until no vCPU
 * has a translation to it any more; only then the granter may see that it is in use no longer.
 */
#include "code.h"
#include "stub.h"
#include "xen.h"

/* --- handles, under the lock --- */

static u32 take_handle(struct domain_grants *g)
{
	u32 handle = g->free_handle;

	if (handle < g->nr_handles)
		g->free_handle = g->handles[handle].ref;
	return handle;
}

static void free_handle(struct domain_grants *g, u32 handle)
{
	g->handles[handle].ref = g->free_handle;
	g->free_handle = handle;
}

/* --- map --- */

static int pin_for(struct vcpu *v, struct domain *granter, const struct gnttab_map_grant_ref *m, u32 *handle)
{
	struct domain_grants *g = &v->domain->xen.grants;
	int status = GNTST_no_space;

	grants_lock();
	*handle = take_handle(g);
	if (*handle < g->nr_handles) {
		status = grant_pin(v, granter, m->ref, !(m->flags & GNTMAP_readonly), true, &g->handles[*handle]);
		if (status)
			free_handle(g, *handle);
	}
	grants_unlock();
	return status;
}

static enum p2m_kind kind_of(const struct grant_pin *pin)
{
	return pin->write ? P2M_GRANT : P2M_GRANT_RO;
}

static void unpin(struct domain_grants *g, u32 handle)
{
	grants_lock();
	grant_unpin(&g->handles[handle]);
	free_handle(g, handle);
	grants_unlock();
}

/*
 * Puts it at its frame. What was there may be in translations; and a hart that translates by itself may have cached
 * that nothing was (12.2.1), which a shadow does not.
 */
static int enter(struct vcpu *v, struct grant_pin *pin, u64 gfn)
{
	struct domain *d = v->domain;
	enum p2m_kind old;
	int err;

	vcpu_lock(v, &d->p2m_lock);
	err = memory_replace_frame(v, d, gfn, (paddr_t)pin->mfn << PAGE_SHIFT, kind_of(pin), &old);
	if (!err) {
		pin->gfn = gfn;
		pin->mapped = true;
		v->unmaps.stale |= d->hvm || old != P2M_NONE;
	}
	spin_unlock(&d->p2m_lock);
	return err;
}

static int map(struct vcpu *v, struct domain *granter, struct gnttab_map_grant_ref *m)
{
	struct domain_grants *g = &v->domain->xen.grants;
	int status = pin_for(v, granter, m, &m->handle);
	struct grant_pin *pin;

	if (status)
		return status;
	pin = &g->handles[m->handle];
	if (pin->write && granter->code)
		code_will_write(v, granter, (gpa_t)READ_ONCE(granter->xen.grants.entries[m->ref].frame) << PAGE_SHIFT,
				PAGE_SIZE);
	if (enter(v, pin, m->host_addr >> PAGE_SHIFT)) {
		unpin(g, m->handle);
		return GNTST_general_error;
	}
	m->dev_bus_addr = (paddr_t)pin->mfn << PAGE_SHIFT;
	return GNTST_okay;
}

/* As on Arm without an IOMMU: for vCPUs alone. */
static int check_flags(u32 flags)
{
	if (!(flags & (GNTMAP_host_map | GNTMAP_device_map)))
		return GNTST_bad_gntref;
	return (flags & ~GNTMAP_readonly) == GNTMAP_host_map ? GNTST_okay : GNTST_general_error;
}

long grant_map_grant_ref(struct vcpu *v, void *arg)
{
	struct gnttab_map_grant_ref *m = arg;
	struct domain *granter;

	m->status = check_flags(m->flags);
	if (m->status)
		return 0;
	granter = m->dom == DOMID_SELF ? NULL : domain_get(v, m->dom);
	if (!granter) {
		m->status = GNTST_bad_domain;
		return 0;
	}
	m->status = map(v, granter, m);
	domain_put(v, granter);
	return 0;
}

/* --- unmap --- */

/* It must be where the handle says, and nothing have been put over it. */
static int leave(struct vcpu *v, struct grant_pin *pin, u64 gfn)
{
	struct domain *d = v->domain;
	int status = GNTST_bad_handle;

	vcpu_lock(v, &d->p2m_lock);
	if (pin->mapped) {
		status = pin->gfn == gfn &&
			 memory_clear_frame(v, d, gfn, (paddr_t)pin->mfn << PAGE_SHIFT, kind_of(pin)) ?
				 GNTST_okay : GNTST_general_error;
		pin->mapped = status;
	}
	spin_unlock(&d->p2m_lock);
	return status;
}

static bool is_mapped(const struct domain_grants *g, u32 handle)
{
	return handle < g->nr_handles && READ_ONCE(g->handles[handle].mapped);
}

static int unmap(struct vcpu *v, u32 handle, u64 gfn)
{
	struct domain_grants *g = &v->domain->xen.grants;
	struct vcpu_unmaps *u = &v->unmaps;
	int status = leave(v, &g->handles[handle], gfn);

	if (status)
		return status;
	u->first = u->nr ? MIN(u->first, g->handles[handle].gfn) : g->handles[handle].gfn;
	u->last = u->nr ? MAX(u->last, g->handles[handle].gfn) : g->handles[handle].gfn;
	u->handle[u->nr++] = handle;
	if (u->nr == UNMAPS)
		grants_settle(v);
	return GNTST_okay;
}

long grant_unmap_grant_ref(struct vcpu *v, void *arg)
{
	struct gnttab_unmap_grant_ref *u = arg;

	if (!is_mapped(&v->domain->xen.grants, u->handle))
		u->status = GNTST_bad_handle;
	else
		u->status = u->host_addr ? unmap(v, u->handle, u->host_addr >> PAGE_SHIFT) : GNTST_okay;
	return 0;
}

/* There is nothing that it could be replaced by: addresses are not those of page table entries. */
long grant_unmap_and_replace(struct vcpu *v, void *arg)
{
	struct gnttab_unmap_and_replace *u = arg;
	const struct domain_grants *g = &v->domain->xen.grants;

	u->status = is_mapped(g, u->handle) ? GNTST_general_error : GNTST_bad_handle;
	return 0;
}

void grants_settle(struct vcpu *v)
{
	struct domain_grants *g = &v->domain->xen.grants;
	struct vcpu_unmaps *u = &v->unmaps;

	if (u->stale)
		p2m_flush(v, v->domain);
	else if (u->nr)
		vcpu_fence_grants(v, (u64)u->first << PAGE_SHIFT, (u64)(u->last - u->first + 1) << PAGE_SHIFT);
	for (u32 i = 0; i < u->nr; i++)
		unpin(g, u->handle[i]);
	u->nr = 0;
	u->stale = false;
}

void grants_unmap_all(struct vcpu *v)
{
	const struct domain_grants *g = &v->domain->xen.grants;

	for (u32 i = 0; i < g->nr_handles; i++)
		if (is_mapped(g, i))
			unmap(v, i, g->handles[i].gfn);
	grants_settle(v);
}
