// SPDX-License-Identifier: GPL-2.0
/* Copies between pages, of which each is granted, or the caller's own. */
#include "code.h"
#include "std.h"
#include "stub.h"
#include "xen.h"

#define BYTES_A_UNIT	512	/* of a call's budget: as many as it may take a thousand instructions to copy */

/* One side: its page, which stays what it is while it is copied. */
struct side {
	struct domain *d;	/* NULL: nothing is held */
	bool granted;
	u8 *at;
	struct grant_pin pin;	/* of one that is the caller's own, mfn alone */
};

static int use_granted(struct vcpu *v, struct side *s, u32 ref, bool write)
{
	int status;

	grants_lock();
	status = grant_pin(v, s->d, ref, write, false, &s->pin);
	grants_unlock();
	s->granted = !status;
	return status;
}

static int use_own(struct side *s, u64 gfn)
{
	paddr_t pa;

	if (gfn >> (64 - PAGE_SHIFT) || !page_get(s->d, gfn << PAGE_SHIFT, &pa))
		return GNTST_bad_page;
	s->pin.mfn = pa >> PAGE_SHIFT;
	return GNTST_okay;
}

static void drop(struct vcpu *v, struct side *s)
{
	if (s->granted) {
		grants_lock();
		grant_unpin(&s->pin);
		grants_unlock();
	} else if (s->at) {
		page_put((paddr_t)s->pin.mfn << PAGE_SHIFT);
	}
	if (s->d)
		domain_put(v, s->d);
}

static int use(struct vcpu *v, struct side *s, const struct gnttab_copy_ptr *ptr, bool by_ref, bool write)
{
	u64 gfn = ptr->u.gmfn;
	int status;

	if (!by_ref && ptr->domid != DOMID_SELF)
		return GNTST_permission_denied;
	s->d = domain_get(v, ptr->domid);
	if (!s->d)
		return GNTST_bad_domain;
	status = by_ref ? use_granted(v, s, ptr->u.ref, write) : use_own(s, gfn);
	if (status)
		return status;
	s->at = (u8 *)pa_to_va((paddr_t)s->pin.mfn << PAGE_SHIFT) + ptr->offset;
	if (write && s->d->code) {
		if (by_ref)
			gfn = READ_ONCE(s->d->xen.grants.entries[ptr->u.ref].frame);
		code_will_write(v, s->d, gfn << PAGE_SHIFT, PAGE_SIZE);
	}
	return GNTST_okay;
}

static int copy(struct vcpu *v, const struct gnttab_copy *c)
{
	struct side from = { .d = NULL }, to = { .d = NULL };
	int status;

	if (c->source.offset + c->len > PAGE_SIZE || c->dest.offset + c->len > PAGE_SIZE)
		return GNTST_bad_copy_arg;
	status = use(v, &from, &c->source, c->flags & GNTCOPY_source_gref, false);
	if (!status)
		status = use(v, &to, &c->dest, c->flags & GNTCOPY_dest_gref, true);
	if (!status) {
		memmove(to.at, from.at, c->len);
		v->call.budget -= c->len / BYTES_A_UNIT;
	}
	drop(v, &to);
	drop(v, &from);
	return status;
}

long grant_copy(struct vcpu *v, void *arg)
{
	struct gnttab_copy *c = arg;

	c->status = copy(v, c);
	return 0;
}
