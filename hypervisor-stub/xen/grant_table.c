// SPDX-License-Identifier: GPL-2.0
/*
 * A domain's grant table: version 1, of frames of the domain's pool that the guest sees where it puts them. One lock
 * for the tables and mappings of all domains, held for some tens of instructions.
 */
#include "std.h"
#include "stub.h"
#include "xen.h"

static spinlock_t lock;

void grants_lock(void)
{
	spin_lock(&lock);
}

void grants_unlock(void)
{
	spin_unlock(&lock);
}

/* --- a domain's beginning and end --- */

static u64 nr_handles(const struct domain_config *c)
{
	return c->maptrack_frames * HANDLES_A_FRAME;
}

u64 grants_room(const struct domain_config *c)
{
	u64 frame = PAGE_SIZE + GRANTS_A_FRAME * sizeof(struct grant_use) + sizeof(u64) + sizeof(paddr_t);

	return c->grant_frames * frame + nr_handles(c) * sizeof(struct grant_pin) + 5 * PAGE_SIZE;
}

/* No frame of the table is anywhere, and nothing is mapped. */
static void forget(struct domain_grants *g)
{
	memset(g->at, 0, g->max_frames * sizeof(*g->at));
	for (u32 i = 0; i < g->nr_handles; i++)
		g->handles[i] = (struct grant_pin){ .ref = i + 1 };
	g->free_handle = 0;
}

int grants_init(struct domain *d)
{
	struct domain_grants *g = &d->xen.grants;

	g->max_frames = d->cfg.grant_frames;
	g->nr_handles = nr_handles(&d->cfg);
	g->entries = domain_pool_take(d, g->max_frames * PAGE_SIZE);
	g->use = domain_pool_take(d, g->max_frames * GRANTS_A_FRAME * sizeof(*g->use));
	g->at = domain_pool_take(d, g->max_frames * sizeof(*g->at));
	g->under = domain_pool_take(d, g->max_frames * sizeof(*g->under));
	g->handles = domain_pool_take(d, g->nr_handles * sizeof(*g->handles));
	if (!g->entries || !g->use || !g->at || !g->under || !g->handles)
		return -1;
	forget(g);
	g->frames = g->max_frames;	/* for the pool has had other users */
	grants_reset(d);
	return 0;
}

static void grants_end(struct domain_grants *g)
{
	grants_lock();
	g->life = 0;
	grants_unlock();
}

void grants_reset(struct domain *d)
{
	static u32 lives;
	struct domain_grants *g = &d->xen.grants;

	grants_end(g);
	memset(g->entries, 0, g->frames * PAGE_SIZE);
	memset(g->use, 0, g->frames * GRANTS_A_FRAME * sizeof(*g->use));
	g->frames = 1;
	grants_lock();
	g->life = ++lives ? lives : ++lives;
	grants_unlock();
}

void grants_leave(struct domain *d)
{
	struct domain_grants *g = &d->xen.grants;

	if (!g->handles)
		return;
	grants_end(g);
	for (u32 i = 0; i < g->nr_handles; i++) {
		if (!g->handles[i].mapped)
			continue;
		grants_lock();
		grant_unpin(&g->handles[i]);
		grants_unlock();
	}
	forget(g);
}

static u32 count_mapped(const struct domain_grants *g)
{
	u32 n = 0;

	for (u32 i = 0; i < g->nr_handles; i++)
		n += g->handles[i].mapped;
	return n;
}

void grants_print(void)
{
	grants_lock();
	for (unsigned int i = 0; i < nr_domains; i++) {
		const struct domain_grants *g = &domains[i]->xen.grants;

		if (g->life)
			printk("  d%u %u of %u frames, %u mappings of %u\n", domains[i]->id, g->frames, g->max_frames,
			       count_mapped(g), g->nr_handles);
	}
	grants_unlock();
}

/* --- the table --- */

static bool grow(struct domain_grants *g, u64 frames)
{
	if (frames > g->max_frames)
		return false;
	grants_lock();
	g->frames = MAX((u64)g->frames, frames);
	grants_unlock();
	return true;
}

void *grants_frame(struct domain *d, u64 idx)
{
	struct domain_grants *g = &d->xen.grants;

	return idx < g->max_frames && grow(g, idx + 1) ? (u8 *)g->entries + idx * PAGE_SIZE : NULL;
}

/* The domain that an op is about: GNTST_ */
static int get_target(struct vcpu *v, domid_t id, struct domain **d)
{
	long err = domain_get_target(v, id, d);

	return err == -XEN_EPERM ? GNTST_permission_denied : err ? GNTST_bad_domain : GNTST_okay;
}

/* Where its frames are, for the caller. */
static int tell_frames(struct vcpu *v, struct domain *d, const struct gnttab_setup_table *s)
{
	const struct domain_grants *g = &d->xen.grants;

	for (u32 i = 0; i < s->nr_frames; i++) {
		xen_pfn_t gfn = READ_ONCE(g->at[i]) - 1;

		if (copy_to_guest(v, s->frame_list.q + i * sizeof(gfn), &gfn, sizeof(gfn)))
			return GNTST_bad_virt_addr;
	}
	return GNTST_okay;
}

long grant_setup_table(struct vcpu *v, void *arg)
{
	struct gnttab_setup_table *s = arg;
	struct domain *d;

	s->status = get_target(v, s->dom, &d);
	if (s->status)
		return 0;
	s->status = grow(&d->xen.grants, s->nr_frames) ? tell_frames(v, d, s) : GNTST_general_error;
	domain_put(v, d);
	return 0;
}

long grant_query_size(struct vcpu *v, void *arg)
{
	struct gnttab_query_size *q = arg;
	struct domain *d;

	q->status = get_target(v, q->dom, &d);
	if (q->status)
		return 0;
	q->nr_frames = READ_ONCE(d->xen.grants.frames);
	q->max_nr_frames = d->xen.grants.max_frames;
	domain_put(v, d);
	return 0;
}

/* Two entries that nobody uses: so both words of each are the guest's; if it changes them meanwhile it harms itself. */
static int swap(struct domain_grants *g, u32 a, u32 b)
{
	struct grant_entry_v1 entry;

	if (a >= g->frames * GRANTS_A_FRAME || b >= g->frames * GRANTS_A_FRAME)
		return GNTST_bad_gntref;
	if (g->use[a].readers || g->use[a].writers || g->use[b].readers || g->use[b].writers)
		return GNTST_eagain;
	entry = g->entries[a];
	g->entries[a] = g->entries[b];
	g->entries[b] = entry;
	return GNTST_okay;
}

long grant_swap_grant_ref(struct vcpu *v, void *arg)
{
	struct gnttab_swap_grant_ref *s = arg;

	grants_lock();
	s->status = swap(&v->domain->xen.grants, s->ref_a, s->ref_b);
	grants_unlock();
	return 0;
}

/* --- what there is not --- */

/* Version 2, as on Arm. */
long grant_set_version(struct vcpu *v, void *arg)
{
	struct gnttab_set_version *s = arg;

	if (s->version == 1)
		return 0;
	return s->version == 2 ? -XEN_ENOSYS : -XEN_EINVAL;
}

long grant_get_version(struct vcpu *v, void *arg)
{
	struct gnttab_get_version *g = arg;
	struct domain *d;
	long err = domain_get_target(v, g->dom, &d);

	if (err)
		return err;
	g->version = 1;
	domain_put(v, d);
	return 0;
}

long grant_get_status_frames(struct vcpu *v, void *arg)
{
	struct gnttab_get_status_frames *s = arg;
	struct domain *d;

	s->status = get_target(v, s->dom, &d);
	if (s->status)
		return 0;
	s->status = s->nr_frames ? GNTST_general_error : GNTST_okay;
	domain_put(v, d);
	return 0;
}

long grant_transfer(struct vcpu *v, void *arg)
{
	return -XEN_EOPNOTSUPP;
}

/* Devices look into the caches on every machine that there is a guest for: all that is to be done is to look at it. */
long grant_cache_flush(struct vcpu *v, void *arg)
{
	const struct gnttab_cache_flush *f = arg;

	if (f->op & ~(GNTTAB_CACHE_CLEAN | GNTTAB_CACHE_INVAL) || f->offset >= PAGE_SIZE ||
	    f->length > PAGE_SIZE - f->offset)
		return -XEN_EINVAL;
	if (!f->op || !f->length)
		return 0;
	return memory_is_ram(f->a.dev_bus_addr, PAGE_SIZE) ? 0 : -XEN_EINVAL;
}
