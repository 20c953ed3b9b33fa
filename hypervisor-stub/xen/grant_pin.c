// SPDX-License-Identifier: GPL-2.0
/*
 * An entry of a grant table in use: GTF_reading and GTF_writing are set in it, and its page has a user more. The entry
 * is the guest's to write at any time, so it is read once, and what was read is what counts until it is in use no more.
 */
#include "stub.h"
#include "xen.h"

#define TRIES		4		/* against a guest that changes it all the time */
#define USES_MAX	255
#define DOMID_SHIFT	16		/* of the word that is flags and domid */

_Static_assert(offsetof(struct grant_entry_v1, flags) == 0 && offsetof(struct grant_entry_v1, domid) == 2,
	       "flags and domid are one word");

static u32 *word_of(struct domain *d, u32 ref)
{
	return (u32 *)&d->xen.grants.entries[ref];
}

/* GTF_sub_page is for copies only, so it is in Xen. */
static bool is_granted(u32 word, domid_t to, bool write, bool map)
{
	u32 mask = GTF_type_mask | (map ? GTF_sub_page : 0) | (write ? GTF_readonly : 0);

	return (word & mask) == GTF_permit_access && word >> DOMID_SHIFT == to;
}

static bool set_in_use(u32 *word, domid_t to, bool write, bool map)
{
	u32 bits = GTF_reading | (write ? GTF_writing : 0);
	u32 old = __atomic_load_n(word, __ATOMIC_ACQUIRE);	/* before the frame, which was written first */

	for (unsigned int i = 0; i < TRIES; i++) {
		if (!is_granted(old, to, write, map))
			return false;
		if ((old & bits) == bits)
			return true;
		if (__atomic_compare_exchange_n(word, &old, old | bits, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
			return true;
	}
	return false;
}

/* What is left of its users. */
static void clear_in_use(struct domain *d, u32 ref)
{
	const struct grant_use *use = &d->xen.grants.use[ref];
	u32 bits = use->writers ? 0 : use->readers ? GTF_writing : GTF_writing | GTF_reading;

	__atomic_fetch_and(word_of(d, ref), ~bits, __ATOMIC_SEQ_CST);
}

int grant_pin(struct vcpu *v, struct domain *d, u32 ref, bool write, bool map, struct grant_pin *pin)
{
	struct domain_grants *g = &d->xen.grants;
	u8 *users;
	paddr_t pa;

	if (!g->life)
		return GNTST_bad_domain;
	if (ref >= g->frames * GRANTS_A_FRAME)
		return GNTST_bad_gntref;
	users = write ? &g->use[ref].writers : &g->use[ref].readers;
	if (*users == USES_MAX || !set_in_use(word_of(d, ref), v->domain->id, write, map))
		return GNTST_general_error;
	if (!page_get(d, (gpa_t)READ_ONCE(g->entries[ref].frame) << PAGE_SHIFT, &pa)) {
		clear_in_use(d, ref);
		return GNTST_bad_page;
	}
	++*users;
	pin->granter = d->id;
	pin->life = g->life;
	pin->ref = ref;
	pin->write = write;
	pin->mfn = pa >> PAGE_SHIFT;
	return GNTST_okay;
}

/* Under the lock. NULL: it has ended, or started again, and its table with it. */
static struct domain *granter_of(const struct grant_pin *pin)
{
	for (unsigned int i = 0; i < nr_domains; i++)
		if (domains[i]->id == pin->granter && domains[i]->xen.grants.life == pin->life)
			return domains[i];
	return NULL;
}

void grant_unpin(const struct grant_pin *pin)
{
	struct domain *d = granter_of(pin);

	if (d) {
		struct grant_use *use = &d->xen.grants.use[pin->ref];

		--*(pin->write ? &use->writers : &use->readers);
		clear_in_use(d, pin->ref);
	}
	page_put((paddr_t)pin->mfn << PAGE_SHIFT);
}
