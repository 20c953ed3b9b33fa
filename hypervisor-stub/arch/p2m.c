// SPDX-License-Identifier: GPL-2.0
/*
 * A domain's physical memory: guest physical to machine addresses, in the format of Sv39x4 (15.5.1), so
 * that one table serves both kinds of guest: with H the hart walks it, without arch/walk.c does.
 */
#include "csr.h"
#include "domain.h"
#include "std.h"
#include "stub.h"

#define ROOT_ENTRIES	2048		/* Sv39x4: the root is four pages, aligned as one piece */
#define GPA_BITS	41
#define LEAF		(PTE_V | PTE_R | PTE_W | PTE_X | PTE_U | PTE_A | PTE_D)

static u64 *pte_table(u64 pte)
{
	return pa_to_va(((pte >> PTE_PPN_SHIFT) & PTE_PPN_MASK) << PAGE_SHIFT);
}

int p2m_init(struct domain *d)
{
	/* A second building of the same domain (reboot) keeps its memory and its tables. */
	if (!d->p2m)
		d->p2m = domain_pool_alloc(d, ROOT_ENTRIES * sizeof(u64));
	return d->p2m ? 0 : -1;
}

int p2m_map_2m(struct domain *d, gpa_t gpa, paddr_t pa)
{
	u64 *root = &d->p2m[gpa >> 30];
	u64 *l1;

	if (gpa >> GPA_BITS)
		return -1;
	if (!*root) {
		l1 = domain_pool_alloc(d, PAGE_SIZE);
		if (!l1)
			return -1;
		*root = (va_to_pa(l1) >> PAGE_SHIFT) << PTE_PPN_SHIFT | PTE_V;
	}
	l1 = pte_table(*root);
	l1[(gpa >> 21) & 511] = (pa >> PAGE_SHIFT) << PTE_PPN_SHIFT | LEAF;
	return 0;
}

/* Where gpa lies in the machine, and the size of the piece it lies in; false: no memory there. */
bool p2m_lookup(const struct domain *d, gpa_t gpa, paddr_t *pa, u64 *size)
{
	u64 pte;

	if (unlikely(gpa >> GPA_BITS))
		return false;
	pte = d->p2m[gpa >> 30];
	if (!(pte & PTE_V))
		return false;
	pte = pte_table(pte)[(gpa >> 21) & 511];
	if (!(pte & PTE_V))
		return false;
	*pa = ((pte >> PTE_PPN_SHIFT) & PTE_PPN_MASK) << PAGE_SHIFT | (gpa & (SZ_2M - 1));
	*size = SZ_2M;
	return true;
}

static int p2m_copy(struct domain *d, gpa_t gpa, u8 *buf, u64 len, bool to_guest)
{
	while (len) {
		paddr_t pa;
		u64 size, n;

		if (!p2m_lookup(d, gpa, &pa, &size))
			return -1;
		n = MIN(len, size - (gpa & (size - 1)));
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

/* Gives the domain's memory back to the machine. Neighbouring pieces go back together. */
void p2m_free(struct domain *d)
{
	paddr_t start = 0, pa;
	u64 len = 0, size;

	for (gpa_t gpa = GUEST_RAM_BASE; p2m_lookup(d, gpa, &pa, &size); gpa += size) {
		if (len && pa == start + len) {
			len += size;
			continue;
		}
		if (len)
			memory_free(start, len);
		start = pa;
		len = size;
	}
	if (len)
		memory_free(start, len);
}
