// SPDX-License-Identifier: GPL-2.0
/* What a shadow is filled with, when the hart faults or before it would: see arch/shadow.c. */
#include "code.h"
#include "domain.h"
#include "pv.h"
#include "shadow_tables.h"
#include "stub.h"
#include "vcpu.h"

#define BARE_END	BIT(38)
#define IN_TOP_TABLE(va) ((va) >= ALIGN_DOWN(XEN_PV_PAGE, SZ_2M))	/* the vCPU's page is in the same one */

static spage_t take_table(struct shadow *s, bool shared)
{
	return shared ? shadow_take_listed(s, &s->global_head, &s->global_tail) :
			shadow_take_listed(s, &s->cur->head, &s->cur->tail);
}

/*
 * Enters a new table in one with entries of that level. Where there has been the stub's own, the new one has what was
 * in that before the hart sees it, and what the hart has of the old one goes.
 */
static void link_table(struct shadow *s, spage_t in, spage_t n, u64 va, unsigned int level)
{
	bool beside = beside_stub(va, level - 1);

	if (unlikely(beside)) {
		shadow_add_stub(s, n, level - 1);
		asm_sfence_all();
	}
	set_entry(s, in, INDEX(va, level), table_pte(s, n));
	if (unlikely(beside))
		asm_sfence_all();
}

static void fence_view(const struct shadow_ctx *c, enum shadow_view view)
{
	asm_sfence_asid(c->satp[view] >> SATP_ASID_SHIFT & SATP_ASID_MASK);
}

/*
 * The table of the root slot that a mapping belongs in. A kernel view that has no table of its own there
 * takes the shared one for a global mapping; for another it must part from the shared one.
 */
static spage_t slot_table(struct shadow *s, enum shadow_view view, u64 va, bool global)
{
	struct shadow_ctx *c = s->cur;
	spage_t root = c->root[view], n;
	unsigned int slot = SLOT(s, va);

	if (view == VIEW_KERNEL && global && !test_slot(c->own, slot)) {
		n = s->global[slot];
		if (n) {
			bool beside = beside_stub(va, s->levels - 2) && !test_slot(c->slots[view], slot);

			set_entry(s, root, slot, table_pte(s, n));
			/* The stub's own was there. */
			if (unlikely(beside))
				fence_view(c, view);
		} else {
			n = take_table(s, true);
			s->global[slot] = n;
			link_table(s, root, n, va, s->levels - 1);
		}
	} else {
		bool shared = false;

		if (test_slot(view == VIEW_KERNEL ? c->own : c->slots[view], slot))
			return pte_page(s, page(s, root)[slot]);
		n = take_table(s, false);
		set_slot(s->owned, slot);
		if (view == VIEW_KERNEL) {
			shadow_changed(s);
			forget_alone(s, va);
			set_slot(c->own, slot);
			shared = page(s, root)[slot];
		}
		link_table(s, root, n, va, s->levels - 1);
		/* The hart may hold translations of the shared table under this ASID. */
		if (shared)
			fence_view(c, view);
	}
	set_slot(c->slots[view], slot);
	return n;
}

/* The guest's page is larger than what its pieces are entered as: a flush of one of them is one of all. */
static inline void mark_splinter(struct shadow *s, spage_t n, u64 va, bool pieces, enum shadow_view view)
{
	if (likely(!pieces || s->splinter[n]))
		return;
	s->splinter[n] = 1;
	if (view == VIEW_USER)
		forget_alone(s, va);
}

/* From the table of a slot down to the one of pages of 2 MiB, with more than three levels. */
static __attribute__((noinline))
spage_t lower_table(struct shadow *s, enum shadow_view view, spage_t n, u64 va, u64 size, bool shared)
{
	for (unsigned int level = s->levels - 2; level > 1; level--) {
		spage_t below;

		mark_splinter(s, n, va, size > PAGE_SIZE << 9 * level, view);
		if (!is_table(s, page(s, n)[INDEX(va, level)])) {
			below = take_table(s, shared);
			forget_alone(s, va);
			link_table(s, n, below, va, level);
		}
		n = pte_page(s, page(s, n)[INDEX(va, level)]);
	}
	return n;
}

static u64 leaf_flags(struct vcpu *v, u64 guest_pte)
{
	u64 flags = PTE_V | PTE_U | PTE_A | (guest_pte & (PTE_R | PTE_X));

	if ((guest_pte & (PTE_W | PTE_D)) == (PTE_W | PTE_D))
		flags |= PTE_W | PTE_D;
	/* What is user's in the guest must not be executed by its kernel. */
	if (!v->user && (guest_pte & PTE_U)) {
		flags &= ~PTE_X;
		/* Execute-only, read by the kernel with MXR: without R or X the entry would be a pointer. */
		if (!(flags & PTE_R))
			flags |= PTE_R;
	}
	return flags;
}

/* A page of the user's may be a piece of a larger one of the guest's. */
static bool has_pieces(const struct shadow *s, u64 va, spage_t l0)
{
	const struct shadow_ctx *c = s->cur;
	spage_t n = pte_page(s, page(s, c->root[VIEW_USER])[SLOT(s, va)]);
	u8 pieces = s->splinter[l0] | s->splinter[n];

	for (unsigned int level = s->levels - 2; unlikely(level > 1); level--) {
		n = pte_page(s, page(s, n)[INDEX(va, level)]);
		pieces |= s->splinter[n];
	}
	return pieces;
}

/* The next page of these 2 MiB goes there as well, unless it may go into the shared table as well as into ours. */
static inline void note_table(struct shadow *s, enum shadow_view view, u64 va, spage_t l0, bool shared)
{
	struct walk *w = walk_of(s, va);

	if (!walk_known(s, w, va) || shared)
		return;
	w->l0[view] = l0;
	if (view == VIEW_USER)
		w->alone = has_pieces(s, va, l0) || (test_slot(s->cur->own, SLOT(s, va)) &&
						     shadow_l1(s, s->cur, VIEW_KERNEL, va)) ? 0 : l0;
}

/*
 * Enters a piece of memory, 2 MiB or 4 KiB, in the current view. Where a large page and a table of small ones
 * take each other's place, the hart may hold both kinds, and a later flush of one address would find only
 * the new one: so everything is flushed at once.
 */
static void install(struct vcpu *v, u64 va, const struct translation *t, paddr_t pa, u64 piece, u64 flags)
{
	struct shadow *s = &v->shadow;
	enum shadow_view view = v->user ? VIEW_USER : VIEW_KERNEL;
	struct shadow_ctx *c = s->cur;
	spage_t l1, l0;
	bool shared;
	u64 *pte;

	shadow_want_pages(v, MAX_LEVELS - 1);
	l1 = slot_table(s, view, va, t->pte & PTE_G);
	shared = view == VIEW_KERNEL && !test_slot(c->own, SLOT(s, va));
	if (unlikely(s->levels > 3))
		l1 = lower_table(s, view, l1, va, t->size, shared);
	mark_splinter(s, l1, va, t->size > SZ_2M, view);
	pte = &page(s, l1)[L1_INDEX(va)];
	if (t->size >= SZ_2M && piece >= SZ_2M) {
		bool table = *pte && !(*pte & (PTE_R | PTE_X));

		s->walk_gen += table;
		set_entry(s, l1, L1_INDEX(va), (ALIGN_DOWN(pa, SZ_2M) >> PAGE_SHIFT) << PTE_PPN_SHIFT | flags);
		if (table) {
			asm_sfence_all();
			shadow_changed(s);
		}
		return;
	}
	if (!*pte || (*pte & (PTE_R | PTE_X))) {
		bool large = *pte;

		l0 = take_table(s, shared);
		set_entry(s, l1, L1_INDEX(va), table_pte(s, l0));
		if (large)
			asm_sfence_all();
	}
	l0 = pte_page(s, *pte);
	mark_splinter(s, l0, va, t->size > PAGE_SIZE, view);
	set_entry(s, l0, L0_INDEX(va), (ALIGN_DOWN(pa, PAGE_SIZE) >> PAGE_SHIFT) << PTE_PPN_SHIFT | flags);
	note_table(s, view, va, l0, shared);
}

static inline void enter(struct vcpu *v, u64 va, const struct translation *t, paddr_t pa, u64 piece, u64 flags)
{
	const struct walk *w = walk_of(&v->shadow, va);
	spage_t l0 = w->l0[v->user ? VIEW_USER : VIEW_KERNEL];

	if (likely(t->size == PAGE_SIZE && walk_known(&v->shadow, w, va) && l0))
		set_entry(&v->shadow, l0, L0_INDEX(va), (pa >> PAGE_SHIFT) << PTE_PPN_SHIFT | flags);
	else
		install(v, va, t, pa, piece, flags);
}

/* What arch/code.c asks of a mapping: it may become smaller, lose rights, or lead to the copy of a page. */
static u64 mind_copies(struct vcpu *v, u64 va, enum access access, const struct translation *t, paddr_t *pa,
		       u64 *piece, u64 flags)
{
	bool region = code_in_region(v->domain->code, t->gpa);
	u8 *copy;

	if (region)
		*piece = PAGE_SIZE;
	if (region && access != ACCESS_STORE)
		flags &= ~(PTE_W | PTE_D);
	if (flags & PTE_W)
		code_will_write(v, v->domain, t->gpa, MIN(t->size, *piece));
	if (!region || v->user || !(t->pte & PTE_G) || !shadow_is_global(v, va))
		return flags;
	if (v->hw_sstatus & SSTATUS_MXR)
		return flags;	/* what may be executed may be read */
	if (access != ACCESS_FETCH)
		return code_for_data(v, va) ? flags & ~PTE_X : flags;
	copy = code_for_fetch(v, va, *pa);
	if (!copy)
		return flags;
	*pa = va_to_pa(copy);
	return flags & ~(PTE_R | PTE_W | PTE_D);
}

/*
 * Most faults: the tables are known, ours and the guest's, and the entry can go from one to the other as it is. 0, the
 * exception, or SHADOW_UNKNOWN.
 */
int shadow_quick_fault(struct vcpu *v, u64 va, enum access access)
{
	static const u8 wanted[] = { PTE_A | PTE_R | PTE_X, PTE_A | PTE_R, PTE_A | PTE_R | PTE_W | PTE_D };
	struct walk *w = walk_of(&v->shadow, va);
	const struct code *c = v->domain->code;
	spage_t l0 = w->l0[v->user ? VIEW_USER : VIEW_KERNEL];
	u64 pte, gpa, flags;
	paddr_t pa;

	if (!walk_known(&v->shadow, w, va) || !walk_same(w))
		return SHADOW_UNKNOWN;
	pte = READ_ONCE(w->table[L0_INDEX(va)]);
	if (!(pte & PTE_V))
		return page_fault[access];
	if (!l0 || (pte & wanted[access]) != wanted[access] || (pte & PTE_RESERVED) ||
	    (v->user ? !(pte & PTE_U) : access == ACCESS_FETCH))
		return SHADOW_UNKNOWN;
	gpa = (pte >> PTE_PPN_SHIFT & PTE_PPN_MASK) << PAGE_SHIFT;
	flags = leaf_flags(v, pte);
	if (!p2m_quick(v->domain, gpa, &pa) ||
	    (c && (code_in_region(c, gpa) || ((flags & PTE_W) && !code_is_writable(c, gpa)))))
		return SHADOW_UNKNOWN;
	set_entry(&v->shadow, l0, L0_INDEX(va), (pa >> PAGE_SHIFT) << PTE_PPN_SHIFT | flags);
	v->shadow.fills++;
	asm_sfence_page(va);
	return 0;
}

/*
 * The hart is here: what else may be entered of pages from va on, in the same 2 MiB, as a hart that walks ahead would.
 * Only what the guest has accessed before, and with a right to write only what it has written.
 */
static void fill_ahead(struct vcpu *v, u64 va, unsigned int nr)
{
	const u64 wanted = PTE_V | PTE_R | PTE_U | PTE_A;
	const struct walk *w = walk_of(&v->shadow, va);
	const struct code *c = v->domain->code;
	spage_t l0 = w->l0[v->user ? VIEW_USER : VIEW_KERNEL];
	unsigned int i = L0_INDEX(va), end = MIN(i + nr, 512U);
	u64 pte, gpa, flags;
	paddr_t pa;

	if (!walk_known(&v->shadow, w, va) || !l0)
		return;
	for (; i < end; i++) {
		pte = READ_ONCE(w->table[i]);
		if ((pte & wanted) != wanted || (pte & PTE_RESERVED) || page(&v->shadow, l0)[i])
			continue;
		gpa = (pte >> PTE_PPN_SHIFT & PTE_PPN_MASK) << PAGE_SHIFT;
		if (!p2m_quick(v->domain, gpa, &pa) || (c && code_in_region(c, gpa)))
			continue;
		flags = leaf_flags(v, pte);
		if (c && !code_is_writable(c, gpa))
			flags &= ~(PTE_W | PTE_D);
		set_entry(&v->shadow, l0, i, (pa >> PAGE_SHIFT) << PTE_PPN_SHIFT | flags);
	}
}

/* nr pages from va on are likely to be accessed now. Returns for how many the work has been done, at least one. */
u64 shadow_fill_hinted(struct vcpu *v, u64 va, u64 nr)
{
	u64 left = 512 - L0_INDEX(va);

	/* The first one by itself: then the tables are known, and it may be written if it has been written. */
	if (shadow_quick_fault(v, va, ACCESS_LOAD) == SHADOW_UNKNOWN)
		shadow_fault(v, va, ACCESS_LOAD);
	if (nr > 1)
		fill_ahead(v, va, nr);
	return MIN(nr, left);
}

/*
 * Of what is mapped by a grant: shadow_flush_grants() finds it by this. After it has been entered, for what makes room
 * for that may drop everything, these notes as well.
 */
static void note_grant(struct shadow *s, gpa_t gpa, u64 va)
{
	if (s->nr_grants < SHADOW_GRANTS)
		s->grants[s->nr_grants++] = (struct shadow_grant){ ALIGN_DOWN(gpa, PAGE_SIZE), va };
	else
		s->nr_grants = SHADOW_GRANTS + 1;
}

/*
 * What is at the address, and what it may be used for; false: nothing, or not for this. Another vCPU may unmap it
 * meanwhile: so where it is and whether it is a grant are of one reading, and what is entered after that the fence
 * finds.
 */
static bool memory_at(struct vcpu *v, const struct translation *t, enum access how, paddr_t *pa, u64 *piece,
		      u64 *flags, bool *grant)
{
	*piece = SZ_2M;
	*grant = false;
	if (likely(p2m_quick(v->domain, t->gpa, pa)))
		return true;
	*piece = PAGE_SIZE;
	switch (p2m_kind(v->domain, t->gpa, pa)) {
	case P2M_NONE:
		/* Readable by MXR alone it was X alone: without either the entry would be a pointer. */
		*flags = (*flags & ~PTE_X) | PTE_R;
		return how != ACCESS_FETCH && p2m_mmio(v->domain, t->gpa, pa);
	case P2M_GRANT_RO:
		*flags &= ~(PTE_W | PTE_D);
		*grant = true;
		return how != ACCESS_STORE;
	case P2M_GRANT:
		*grant = true;
		return true;
	default:
		return true;
	}
}

/* The hart faulted at va. 0: the shadow has the page now; else the exception the guest gets. */
int shadow_fault(struct vcpu *v, u64 va, enum access access)
{
	struct translation t;
	paddr_t pa;
	u64 piece, flags, done;
	bool grant;
	int cause;

	/*
	 * The stub's own slots: for a pv guest there is nothing there, whatever its tables say. Nor, in Bare, where the
	 * hart's mode may have no address.
	 */
	if (v->csr.satp ? va - STUB_VA_BASE < STUB_VA_END - STUB_VA_BASE : va >= BARE_END)
		return v->csr.satp ? page_fault[access] : access_fault[access];
	do {
		done = v->req_done;
		cause = guest_walk(v, va, access, &t);
		if (cause)
			return cause;
		flags = leaf_flags(v, t.pte);
		if (!memory_at(v, &t, access, &pa, &piece, &flags, &grant))
			return access_fault[access];
		if (unlikely(IN_TOP_TABLE(va)) && v->domain->page_shown)
			piece = PAGE_SIZE;
		if (v->domain->code)
			flags = mind_copies(v, va, access, &t, &pa, &piece, flags);
		/* Waiting for another vCPU it may have done a fence for one: the walk is from before that. */
	} while (unlikely(done != v->req_done));
	enter(v, va, &t, pa, piece, flags);
	if (unlikely(grant))
		note_grant(&v->shadow, t.gpa, va);
	v->shadow.fills++;
	/* A hart may have cached that the entry was invalid (12.2.1). */
	asm_sfence_page(va);
	return 0;
}

/* --- the vCPU's own page --- */

static u64 page_pte(const struct vcpu *v)
{
	u64 flags = PTE_V | PTE_U | PTE_R | PTE_A | (v->masked ? 0 : PTE_W | PTE_D);

	return (va_to_pa(v->pv) >> PAGE_SHIFT) << PTE_PPN_SHIFT | flags;
}

/* In the kernel view. It is the vCPU's, whatever the address space: global, but for Bare, which shares no tables. */
void shadow_fill_page(struct vcpu *v)
{
	const struct translation t = { .size = PAGE_SIZE, .pte = v->csr.satp ? PTE_G : 0 };

	install(v, XEN_PV_PAGE, &t, ALIGN_DOWN(va_to_pa(v->pv), PAGE_SIZE), PAGE_SIZE, page_pte(v) & 0xff);
	v->shadow.fills++;
	asm_sfence_page(XEN_PV_PAGE);
}

static void set_rights(const struct vcpu *v, spage_t l1)
{
	const struct shadow *s = &v->shadow;
	u64 pte = l1 ? page(s, l1)[L1_INDEX(XEN_PV_PAGE)] : 0;

	if (pte && !(pte & (PTE_R | PTE_X)) && page(s, pte_page(s, pte))[L0_INDEX(XEN_PV_PAGE)])
		page(s, pte_page(s, pte))[L0_INDEX(XEN_PV_PAGE)] = page_pte(v);
}

void shadow_page_rights(struct vcpu *v)
{
	struct shadow *s = &v->shadow;
	struct shadow_ctx *c;

	if (s->global[TOP_SLOT])
		set_rights(v, shadow_lower(s, s->global[TOP_SLOT], XEN_PV_PAGE, s->levels - 2));
	for_each_ctx_in(s, c, bits, test_slot(s->owned, TOP_SLOT) ? s->live : 0)
		if (test_slot(c->own, TOP_SLOT))
			set_rights(v, shadow_l1(s, c, VIEW_KERNEL, XEN_PV_PAGE));
	asm_sfence_page(XEN_PV_PAGE);
}
