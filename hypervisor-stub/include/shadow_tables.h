/* SPDX-License-Identifier: GPL-2.0 */
/* What arch/shadow.c and arch/shadow_fill.c share: the tables of a shadow, by the number of their page. */
#ifndef STUB_SHADOW_TABLES_H
#define STUB_SHADOW_TABLES_H

#include "pv.h"
#include "shadow.h"
#include "stub.h"

#define INDEX(va, level) (((va) >> (PAGE_SHIFT + 9 * (level))) & 511)
#define L1_INDEX(va)	INDEX(va, 1)
#define L0_INDEX(va)	INDEX(va, 0)
#define SLOT(s, va)	(((va) >> (s)->shift) & 511)	/* of the root */
#define SLOT_SHIFT(levels) (PAGE_SHIFT + 9 * ((levels) - 1))
#define TOP_SLOT	511UL		/* the slot of XEN_PV_PAGE, and but for Sv39 the stub's as well */
#define STUB_SLOT	INDEX(STUB_VA_BASE, 2)
#define STUB_SLOTS	((STUB_VA_END - STUB_VA_BASE) / SZ_1G)

#define KEY_PAGED	BIT(63)	/* of a context's key: the first bit of MODE, for Sv39 and all after it */

/* The contexts in use, by number; all, or those of a set. */
#define for_each_ctx_in(s, c, bits, set) \
	for (u64 bits = (set); bits && ((c) = &(s)->ctx[lowest_bit(bits)]); bits &= bits - 1)
#define for_each_ctx(s, c, bits) for_each_ctx_in(s, c, bits, (s)->live)

static inline u64 *page(const struct shadow *s, spage_t n)
{
	return (u64 *)(s->pool + (u64)n * PAGE_SIZE);
}

static inline u64 table_pte(struct shadow *s, spage_t n)
{
	return (va_to_pa(page(s, n)) >> PAGE_SHIFT) << PTE_PPN_SHIFT | PTE_V;
}

static inline spage_t pte_page(const struct shadow *s, u64 pte)
{
	paddr_t pa = ((pte >> PTE_PPN_SHIFT) & PTE_PPN_MASK) << PAGE_SHIFT;

	return (pa - va_to_pa(s->pool)) >> PAGE_SHIFT;
}

/* A table of ours, and neither none nor the stub's own. */
static inline bool is_table(const struct shadow *s, u64 pte)
{
	paddr_t pa = ((pte >> PTE_PPN_SHIFT) & PTE_PPN_MASK) << PAGE_SHIFT;

	return !(pte & (PTE_R | PTE_X)) && pa - va_to_pa(s->pool) < (u64)s->nr << PAGE_SHIFT;
}

/* In a table with entries of that level where va is, there are the stub's own addresses as well. */
static inline bool beside_stub(u64 va, unsigned int level)
{
	return level > 1 && !((va ^ STUB_VA_BASE) >> (PAGE_SHIFT + 9 * (level + 1)));
}

/* What such an entry has that leads to the stub and to nothing else. */
static inline u64 stub_entry(unsigned int level)
{
	return (stub_table(level - 1) >> PAGE_SHIFT) << PTE_PPN_SHIFT | PTE_V;
}

static inline void set_entry(struct shadow *s, spage_t n, unsigned int index, u64 pte)
{
	page(s, n)[index] = pte;
	s->used[n] |= 1 << (index >> 6);
}

static inline void clear_entries(u64 *p, unsigned int nr)
{
	for (u64 *end = p + nr; p < end; p += 8) {
		p[0] = 0; p[1] = 0; p[2] = 0; p[3] = 0;
		p[4] = 0; p[5] = 0; p[6] = 0; p[7] = 0;
	}
}

static inline bool test_slot(const u64 *map, unsigned int slot)
{
	return map[slot >> 6] & BIT(slot & 63);
}

static inline bool is_canonical(u64 va, unsigned int levels)
{
	unsigned int shift = 64 - PAGE_SHIFT - 9 * levels;	/* bits that repeat the highest one */

	return (u64)((s64)(va << shift) >> shift) == va;
}

static inline void set_slot(u64 *map, unsigned int slot)
{
	map[slot >> 6] |= BIT(slot & 63);
}

/* Of the kernel's addresses: what is known of instructions there is known no more. */
static inline void shadow_changed(struct shadow *s)
{
	s->gen++;
	s->call_pc = NO_PC;
}

/* A flush of one page of the same slot may have more to do now. */
static inline void forget_alone(struct shadow *s, u64 va)
{
	for (struct walk *w = s->walks; w < s->walks + WALKS; w++)
		if (w->alone && SLOT(s, (w->key - 1) << 21) == SLOT(s, va))
			w->alone = 0;
}

/* arch/shadow.c */
void shadow_ctx_clear(struct shadow *s, struct shadow_ctx *c, bool everything);
void shadow_drop_everything(struct shadow *s);
void shadow_add_stub(struct shadow *s, spage_t n, unsigned int level);
spage_t shadow_lower(const struct shadow *s, spage_t n, u64 va, unsigned int level);
spage_t shadow_l1(const struct shadow *s, const struct shadow_ctx *c, enum shadow_view view, u64 va);
void shadow_want_pages(struct vcpu *v, unsigned int n);	/* so many are free then */
spage_t shadow_take_listed(struct shadow *s, spage_t *head, spage_t *tail);

#endif
