// SPDX-License-Identifier: GPL-2.0
/* What the guest flushes of its shadow (arch/shadow.c), and what goes with that. */
#include "shadow_tables.h"
#include "stub.h"
#include "vcpu.h"

#define RANGE_PAGES	64	/* a longer range is flushed as a whole address space */

#define for_each_ctx_of(s, c, bits, asid) for_each_ctx_in(s, c, bits, ctxs_of(s, asid))

/* Those that may have the ASID */
static u64 ctxs_of(const struct shadow *s, s32 asid)
{
	return asid == FENCE_ANY_ASID ? s->live : s->by_asid[asid & 63];
}

/* All that the guest has in a table with entries of that level. */
static void clear_table(struct shadow *s, spage_t n, u64 va, unsigned int level)
{
	u64 *p = page(s, n);

	if (likely(!beside_stub(va, level))) {
		clear_entries(p, PTE_ENTRIES);
		return;
	}
	for (unsigned int i = 0; i < PTE_ENTRIES; i++)
		if (level > 2 || i - STUB_SLOT >= STUB_SLOTS)
			p[i] = level > 2 && i == TOP_SLOT ? stub_entry(level) : 0;
}

/* From the table of a slot, where there are more than three levels. 0: there is nothing to be removed further down. */
static __attribute__((noinline)) spage_t zap_upper(struct shadow *s, spage_t n, u64 va, unsigned int level)
{
	for (; level > 1 && n; level--) {
		u64 pte = page(s, n)[INDEX(va, level)];

		if (s->splinter[n]) {
			clear_table(s, n, va, level);
			s->walk_gen++;
			asm_sfence_all();
			return 0;
		}
		n = is_table(s, pte) ? pte_page(s, pte) : 0;
	}
	return n;
}

/*
 * Removes what covers va from the table of a slot, with entries of that level. Of what the shadow does not hold, the
 * hart holds nothing.
 */
static void zap(struct shadow *s, spage_t l1, u64 va, unsigned int level)
{
	spage_t pieces;
	u64 *pte;

	if (unlikely(level > 1))
		l1 = zap_upper(s, l1, va, level);
	if (!l1)
		return;
	pte = &page(s, l1)[L1_INDEX(va)];
	pieces = s->splinter[l1] ? l1 : 0;
	if (!pieces && *pte && !(*pte & (PTE_R | PTE_X))) {
		spage_t l0 = pte_page(s, *pte);

		pieces = s->splinter[l0] ? l0 : 0;
		pte = &page(s, l0)[L0_INDEX(va)];
	}
	if (pieces) {
		/* The guest flushes its page, which is larger than ours: all pieces of it go. */
		clear_entries(page(s, pieces), PTE_ENTRIES);
		s->walk_gen++;		/* tables may have hung there */
		asm_sfence_all();
	} else if (*pte) {
		*pte = 0;
		asm_sfence_page(va);
	}
}

static void zap_ctx(struct shadow *s, struct shadow_ctx *c, u64 va, unsigned int slot, unsigned int level)
{
	if (test_slot(c->slots[VIEW_USER], slot))
		zap(s, pte_page(s, page(s, c->root[VIEW_USER])[slot]), va, level);
	if (test_slot(c->own, slot))
		zap(s, pte_page(s, page(s, c->root[VIEW_KERNEL])[slot]), va, level);
}

static bool ctx_has_asid(const struct shadow_ctx *c, s32 asid)
{
	return asid == FENCE_ANY_ASID ||
	       ((c->key & KEY_PAGED) && ((c->key >> SATP_ASID_SHIFT) & SATP_ASID_MASK) == (u64)asid);
}

/* Mostly it is a page of the current user alone, and its tables are known. */
static inline bool flush_quick(struct shadow *s, u64 va, s32 asid)
{
	const struct walk *w = walk_of(s, va);
	struct shadow_ctx *c = s->cur;

	if (asid == FENCE_ANY_ASID || s->by_asid[asid & 63] != BIT(c->number) || !ctx_has_asid(c, asid) ||
	    !walk_known(s, w, va) || !w->alone)
		return false;
	page(s, w->alone)[L0_INDEX(va)] = 0;
	asm_sfence_page(va);
	return true;
}

static __attribute__((noinline)) void flush_page(struct vcpu *v, u64 va, s32 asid)
{
	struct shadow *s = &v->shadow;
	unsigned int slot = SLOT(s, va), level = s->levels - 2;
	struct shadow_ctx *c;

	/* It is not a valid address: no effect (12.2.1), on the hart either. Ours would be taken for another's. */
	if (!is_canonical(va, s->levels))
		return;
	/* Not where there are the kernel's global tables alone, as mostly in its half. */
	for_each_ctx_in(s, c, bits, test_slot(s->owned, slot) ? ctxs_of(s, asid) : 0)
		if (ctx_has_asid(c, asid))
			zap_ctx(s, c, va, slot, level);
	if (asid == FENCE_ANY_ASID && s->global[slot]) {
		zap(s, s->global[slot], va, level);
		shadow_changed(s);
	}
}

/* Where there are more than two entries that lead to the guest's table: the others may have changed as well. */
static __attribute__((noinline)) void look_at_upper(struct shadow *s, u64 va)
{
	struct walk *w = walk_of(s, va);
	const struct walk_upper *u = &s->upper[w - s->walks];

	for (unsigned int i = 0; walk_known(s, w, va) && i < s->levels - 3U; i++)
		if (READ_ONCE(*u->at[i]) != u->pte[i])
			w->key = 0;
}

/* sfence.vma va, asid: of global mappings only "any ASID" is a flush (12.2.1). */
void shadow_flush_page(struct vcpu *v, u64 va, s32 asid)
{
	v->shadow.call_pc = NO_PC;
	if (unlikely(v->shadow.levels > 3))
		look_at_upper(&v->shadow, va);
	if (!flush_quick(&v->shadow, va, asid))
		flush_page(v, va, asid);
}

void shadow_flush_asid(struct vcpu *v, u16 asid)
{
	struct shadow *s = &v->shadow;
	struct shadow_ctx *c;

	s->call_pc = NO_PC;
	s->walk_gen++;
	for_each_ctx_of(s, c, bits, asid)
		if (ctx_has_asid(c, asid))
			shadow_ctx_clear(s, c, false);
	shadow_load(v);
}

void shadow_flush_all(struct vcpu *v)
{
	shadow_drop_everything(&v->shadow);
	shadow_load(v);
}

/* Of the guest's physical addresses: what was mapped there by grants. */
void shadow_flush_grants(struct vcpu *v, gpa_t start, u64 size)
{
	struct shadow *s = &v->shadow;

	if (s->nr_grants > SHADOW_GRANTS) {
		shadow_flush_all(v);
		return;
	}
	for (u32 i = s->nr_grants; i-- > 0; ) {
		if (s->grants[i].gpa - start >= size)
			continue;
		shadow_flush_page(v, s->grants[i].va, FENCE_ANY_ASID);
		s->grants[i] = s->grants[--s->nr_grants];
	}
	/* Tables of the guest may have been there, or code. */
	s->walk_gen++;
	shadow_changed(s);
}

void shadow_flush_range(struct vcpu *v, u64 start, u64 size, s32 asid)
{
	u64 end = start + size;

	if ((start == 0 && size == 0) || size > RANGE_PAGES * PAGE_SIZE || end < start) {
		if (asid == FENCE_ANY_ASID)
			shadow_flush_all(v);
		else
			shadow_flush_asid(v, asid);
		return;
	}
	/* Counted: the last page of the address space has none behind it. */
	start = ALIGN_DOWN(start, PAGE_SIZE);
	for (u64 n = (end - start + PAGE_SIZE - 1) >> PAGE_SHIFT; n; n--, start += PAGE_SIZE)
		shadow_flush_page(v, start, asid);
}
