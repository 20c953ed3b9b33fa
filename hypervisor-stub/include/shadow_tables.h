/* SPDX-License-Identifier: GPL-2.0 */
/* What arch/shadow.c and arch/shadow_fill.c share: the tables of a shadow, by the number of their page. */
#ifndef STUB_SHADOW_TABLES_H
#define STUB_SHADOW_TABLES_H

#include "pv.h"
#include "shadow.h"
#include "stub.h"

#define SLOT(va)	(((va) >> 30) & 511)
#define L1_INDEX(va)	(((va) >> 21) & 511)
#define L0_INDEX(va)	(((va) >> 12) & 511)
#define TOP_SLOT	SLOT(XEN_PV_PAGE)

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

static inline void set_entry(struct shadow *s, spage_t n, unsigned int index, u64 pte)
{
	page(s, n)[index] = pte;
	s->used[n] |= 1 << (index >> 6);
}

static inline bool test_slot(const u64 *map, unsigned int slot)
{
	return map[slot >> 6] & BIT(slot & 63);
}

static inline void set_slot(u64 *map, unsigned int slot)
{
	map[slot >> 6] |= BIT(slot & 63);
}

/* Of the kernel's addresses: what is known of instructions there is known no more. */
static inline void shadow_changed(struct shadow *s)
{
	s->gen++;
	s->call_pc = 0;
}

/* arch/shadow.c */
void shadow_want_pages(struct vcpu *v, unsigned int n);	/* so many are free then */
spage_t shadow_take_listed(struct shadow *s, spage_t *head, spage_t *tail);

#endif
