// SPDX-License-Identifier: GPL-2.0
/*
 * A domain's physical memory: guest physical to machine addresses, in the format of Sv39x4 (15.5.1), so
 * that one table serves both kinds of guest: with H the hart walks it, without arch/walk.c does.
 *
 * Which memory a domain owns does not depend on it: that is d->pieces, and they go back at its end (core/page.c). A
 * guest may change what is mapped where (memory_op, grant_table_op); then a piece of 2 MiB is split. Readers take no
 * lock: an entry changes in one store, and tables that have been linked stay until the domain ends or starts again.
 */
#include <xen/errno.h>
#include "csr.h"
#include "domain.h"
#include "std.h"
#include "stub.h"
#include "vcpu.h"

#define ROOT_ENTRIES	2048		/* Sv39x4: the root is four pages, aligned as one piece */
#define GPA_BITS	41
#define LEAF		(PTE_V | PTE_R | PTE_W | PTE_X | PTE_U | PTE_A | PTE_D)
/* For software (12.3.1, RSW): what is there */
#define PTE_KIND	(3UL << 8)
#define PTE_STUB	(1UL << 8)	/* P2M_STUB */
#define PTE_GRANT	(2UL << 8)	/* P2M_GRANT, without W P2M_GRANT_RO */
#define PTE_MMIO	(3UL << 8)	/* P2M_MMIO */
#define MORE_TABLES	32		/* besides those that all of its memory in pages of 4 KiB takes */

static paddr_t pte_addr(u64 pte)
{
	return ((pte >> PTE_PPN_SHIFT) & PTE_PPN_MASK) << PAGE_SHIFT;
}

static u64 make_pte(paddr_t pa, u64 flags)
{
	return (pa >> PAGE_SHIFT) << PTE_PPN_SHIFT | flags;
}

static bool is_leaf(u64 pte)
{
	return pte & PTE_R;
}

/* --- tables: all there will be are taken from the pool when the domain is built --- */

static unsigned int nr_tables(u64 memory)
{
	return memory / SZ_2M + memory / SZ_1G + 1 + MORE_TABLES;
}

u64 p2m_pool_size(u64 memory)
{
	return ROOT_ENTRIES * sizeof(u64) + nr_tables(memory) * PAGE_SIZE + memory / SZ_2M * sizeof(paddr_t) +
	       memory / PAGE_SIZE * sizeof(u32) + 2 * PAGE_SIZE;
}

static void put_table(struct domain *d, u64 *table)
{
	table[0] = (u64)d->p2m_tables;
	d->p2m_tables = table;
}

static u64 *take_table(struct domain *d)
{
	u64 *table = d->p2m_tables;

	if (table) {
		d->p2m_tables = (u64 *)table[0];
		memset(table, 0, PAGE_SIZE);
	}
	return table;
}

int p2m_init(struct domain *d)
{
	unsigned int n = nr_tables(d->cfg.memory);
	u8 *tables;

	d->p2m = domain_pool_alloc(d, ROOT_ENTRIES * sizeof(u64));
	tables = domain_pool_take(d, (u64)n * PAGE_SIZE);
	d->pieces = domain_pool_take(d, d->cfg.memory / SZ_2M * sizeof(*d->pieces));
	d->free_pages = domain_pool_take(d, d->cfg.memory / PAGE_SIZE * sizeof(*d->free_pages));
	if (!d->p2m || !tables || !d->pieces || !d->free_pages)
		return -1;
	while (n--)
		put_table(d, (u64 *)(tables + (u64)n * PAGE_SIZE));
	return 0;
}

static __attribute__((noinline)) u64 *new_table(struct domain *d, u64 *pte)
{
	u64 *table = take_table(d);

	if (table)
		__atomic_store_n(pte, make_pte(va_to_pa(table), PTE_V), __ATOMIC_RELEASE);
	return table;
}

/* The table that *pte points to; made where there is none. NULL: all are in use. */
static inline u64 *sub_table(struct domain *d, u64 *pte)
{
	return likely(*pte) ? pa_to_va(pte_addr(*pte)) : new_table(d, pte);
}

static int map_2m(struct domain *d, gpa_t gpa, paddr_t pa)
{
	u64 *l1 = sub_table(d, &d->p2m[gpa >> 30]);

	if (!l1)
		return -XEN_ENOMEM;
	l1[(gpa >> 21) & 511] = make_pte(pa, LEAF);
	d->p2m_top = MAX(d->p2m_top, gpa + SZ_2M - 1);
	return 0;
}

static const u64 flags_of[] = {
	[P2M_RAM] = LEAF,
	[P2M_STUB] = LEAF | PTE_STUB,
	[P2M_GRANT] = LEAF | PTE_GRANT,
	[P2M_GRANT_RO] = (LEAF | PTE_GRANT) & ~(PTE_W | PTE_D),
	[P2M_MMIO] = (LEAF | PTE_MMIO) & ~PTE_X,
};

int p2m_map_2m(struct domain *d, gpa_t gpa, paddr_t pa)
{
	piece_own(d, pa);
	d->pieces[d->nr_pieces++] = pa;
	d->nr_pages += SZ_2M / PAGE_SIZE;
	return map_2m(d, gpa, pa);
}

/* Those that others still use are no longer its own: they see nothing of what it does from now on. */
static int replace_used(struct domain *d)
{
	for (unsigned int i = 0; i < d->nr_pieces; i++) {
		paddr_t pa;

		if (!piece_is_used(d->pieces[i]))
			continue;
		/* Nowhere else can it have the machine's addresses. */
		pa = d->cfg.direct_map ? 0 : memory_alloc(SZ_2M, SZ_2M);
		if (!pa)
			return -XEN_ENOMEM;
		if (piece_leave(d->pieces[i]))
			memory_free(d->pieces[i], SZ_2M);
		piece_own(d, pa);
		d->pieces[i] = pa;
	}
	return 0;
}

/*
 * The domain starts again: its memory is where it was at first, and nothing else is. It grants nothing now. Negative:
 * the machine has no memory in place of what others use.
 */
int p2m_reset(struct domain *d)
{
	if (replace_used(d))
		return -XEN_ENOMEM;
	for (unsigned int i = 0; i < ROOT_ENTRIES; i++) {
		u64 *l1;

		if (!d->p2m[i])
			continue;
		l1 = pa_to_va(pte_addr(d->p2m[i]));
		for (unsigned int k = 0; k < PTE_ENTRIES; k++)
			if (l1[k] && !is_leaf(l1[k]))
				put_table(d, pa_to_va(pte_addr(l1[k])));
		put_table(d, l1);
		d->p2m[i] = 0;
	}
	d->p2m_top = 0;
	d->nr_free = 0;
	d->nr_pages = (u64)d->nr_pieces * (SZ_2M / PAGE_SIZE);
	/* The tables that this takes were enough when it was built. */
	for (unsigned int i = 0; i < d->nr_pieces; i++)
		map_2m(d, d->ram_base + i * SZ_2M, d->pieces[i]);
	return 0;
}

/* --- looking up --- */

static u64 entry_4k(u64 l1_pte, gpa_t gpa)
{
	return l1_pte ? READ_ONCE(((u64 *)pa_to_va(pte_addr(l1_pte)))[(gpa >> PAGE_SHIFT) & 511]) : 0;
}

static __attribute__((noinline)) bool lookup_4k(u64 l1_pte, gpa_t gpa, paddr_t *pa, u64 *size)
{
	u64 pte = entry_4k(l1_pte, gpa);

	*pa = pte_addr(pte) | (gpa & (PAGE_SIZE - 1));
	*size = PAGE_SIZE;
	return pte && (pte & PTE_KIND) != PTE_MMIO;
}

/* Where gpa lies in the machine, and the size of the piece it lies in; false: no memory there. Every fault asks. */
bool p2m_lookup(const struct domain *d, gpa_t gpa, paddr_t *pa, u64 *size)
{
	u64 pte;

	if (unlikely(gpa >> GPA_BITS))
		return false;
	pte = READ_ONCE(d->p2m[gpa >> 30]);
	if (!(pte & PTE_V))
		return false;
	pte = READ_ONCE(((u64 *)pa_to_va(pte_addr(pte)))[(gpa >> 21) & 511]);
	if (unlikely(!is_leaf(pte)))
		return lookup_4k(pte, gpa, pa, size);
	*pa = pte_addr(pte) | (gpa & (SZ_2M - 1));
	*size = SZ_2M;
	return true;
}

/* What p2m_lookup() does not find, for it is no memory: a device's page. */
bool p2m_mmio(const struct domain *d, gpa_t gpa, paddr_t *pa)
{
	u64 pte, size;

	if (gpa >> GPA_BITS || p2m_lookup(d, gpa, pa, &size))
		return false;
	pte = READ_ONCE(d->p2m[gpa >> 30]);
	if (pte)
		pte = READ_ONCE(((u64 *)pa_to_va(pte_addr(pte)))[(gpa >> 21) & 511]);
	pte = entry_4k(pte, gpa);
	*pa = pte_addr(pte) | (gpa & (PAGE_SIZE - 1));
	return (pte & PTE_KIND) == PTE_MMIO;
}

/* Of the entry of a page of 4 KiB */
static inline enum p2m_kind kind_of(u64 pte, gpa_t gpa, paddr_t *pa)
{
	if (!pte || (pte & PTE_KIND) == PTE_MMIO)
		return P2M_NONE;
	*pa = pte_addr(pte) | (gpa & (PAGE_SIZE - 1));
	if (unlikely((pte & PTE_KIND) == PTE_GRANT))
		return pte & PTE_W ? P2M_GRANT : P2M_GRANT_RO;
	return (pte & PTE_KIND) == PTE_STUB ? P2M_STUB : P2M_RAM;
}

enum p2m_kind p2m_kind(const struct domain *d, gpa_t gpa, paddr_t *pa)
{
	u64 pte;

	if (unlikely(gpa >> GPA_BITS))
		return P2M_NONE;
	pte = READ_ONCE(d->p2m[gpa >> 30]);
	if (!(pte & PTE_V))
		return P2M_NONE;
	pte = READ_ONCE(((u64 *)pa_to_va(pte_addr(pte)))[(gpa >> 21) & 511]);
	if (!is_leaf(pte))
		return kind_of(entry_4k(pte, gpa), gpa, pa);
	*pa = pte_addr(pte) | (gpa & (SZ_2M - 1));
	return P2M_RAM;
}

static int p2m_copy(struct domain *d, gpa_t gpa, u8 *buf, u64 len, bool to_guest)
{
	while (len) {
		u64 n = MIN(len, PAGE_SIZE - (gpa & (PAGE_SIZE - 1)));
		paddr_t pa;

		if (to_guest ? !p2m_writable(d, gpa, &pa) : p2m_kind(d, gpa, &pa) == P2M_NONE)
			return -1;
		memcpy(to_guest ? pa_to_va(pa) : (void *)buf, to_guest ? (void *)buf : pa_to_va(pa), n);
		gpa += n;
		buf += n;
		len -= n;
	}
	return 0;
}

int p2m_copy_to(struct domain *d, gpa_t gpa, const void *src, u64 len)
{
	return p2m_copy(d, gpa, (u8 *)src, len, true);
}

int p2m_copy_from(struct domain *d, void *dst, gpa_t gpa, u64 len)
{
	return p2m_copy(d, gpa, dst, len, false);
}

/* --- changing, under d->p2m_lock --- */

/* A piece of 2 MiB becomes 512 pages that are where it was. */
static u64 *split(struct domain *d, u64 *pte)
{
	u64 *table = take_table(d);

	if (!table)
		return NULL;
	for (u64 i = 0; i < PTE_ENTRIES; i++)
		table[i] = *pte + (i << PTE_PPN_SHIFT);
	__atomic_store_n(pte, make_pte(va_to_pa(table), PTE_V), __ATOMIC_RELEASE);
	return table;
}

/* What the entry of a page was is old's, too: a walk is what setting one mostly costs. */
int p2m_replace(struct domain *d, gpa_t gpa, paddr_t pa, enum p2m_kind kind, struct p2m_old *old)
{
	u64 *table, *pte;

	old->kind = P2M_NONE;
	if (gpa >> GPA_BITS)
		return -XEN_EINVAL;
	pte = &d->p2m[gpa >> 30];
	if (!*pte && kind == P2M_NONE)
		return 0;
	table = sub_table(d, pte);
	if (!table)
		return -XEN_ENOMEM;
	pte = &table[(gpa >> 21) & 511];
	if (!*pte && kind == P2M_NONE)
		return 0;
	table = is_leaf(*pte) ? split(d, pte) : sub_table(d, pte);
	if (!table)
		return -XEN_ENOMEM;
	pte = &table[(gpa >> PAGE_SHIFT) & 511];
	/* A device's stays: shadows may have it, and of a grant alone nobody flushes them. */
	if ((*pte & PTE_KIND) == PTE_MMIO && (kind == P2M_GRANT || kind == P2M_GRANT_RO))
		return -XEN_EINVAL;
	old->kind = kind_of(*pte, gpa, &old->pa);
	if (kind != P2M_NONE) {
		WRITE_ONCE(*pte, make_pte(pa, flags_of[kind]));
		d->p2m_top = MAX(d->p2m_top, gpa | (PAGE_SIZE - 1));
	} else if (old->kind != P2M_NONE) {
		WRITE_ONCE(*pte, 0);
	}
	return 0;
}

int p2m_set(struct domain *d, gpa_t gpa, paddr_t pa, enum p2m_kind kind)
{
	struct p2m_old old;

	return p2m_replace(d, gpa, pa, kind, &old);
}

/* Only if it is what it was made. */
bool p2m_clear(struct domain *d, gpa_t gpa, paddr_t pa, enum p2m_kind kind)
{
	u64 *pte = &d->p2m[gpa >> 30 & (ROOT_ENTRIES - 1)];

	if (gpa >> GPA_BITS || !*pte)
		return false;
	pte = (u64 *)pa_to_va(pte_addr(*pte)) + ((gpa >> 21) & 511);
	if (!*pte || is_leaf(*pte))
		return false;
	pte = (u64 *)pa_to_va(pte_addr(*pte)) + ((gpa >> PAGE_SHIFT) & 511);
	if (*pte != make_pte(pa, flags_of[kind]))
		return false;
	WRITE_ONCE(*pte, 0);
	return true;
}

/* On every vCPU of d, of all that is cached of its memory. v: who waits for that. */
void p2m_flush(struct vcpu *v, struct domain *d)
{
	vcpu_fence_domain(v, d, 0, 0);
}

/* Gives the domain's memory back to the machine, at the latest when nobody else uses it. */
void p2m_free(struct domain *d)
{
	u64 used = 0;

	for (unsigned int i = 0; i < d->nr_pieces; i++) {
		if (piece_leave(d->pieces[i]))
			memory_free(d->pieces[i], SZ_2M);
		else
			used += SZ_2M;
	}
	if (used)
		printk("d%u: %lu KiB of its memory stay until others have unmapped pages of it\n", d->id, used >> 10);
	d->nr_pieces = 0;
}
