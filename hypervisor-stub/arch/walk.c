// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's page tables, walked in software: the address translation of the privileged specification
 * (12.3.2, "Virtual Address Translation Process"), for Bare, Sv39, Sv48 and Sv57. Accessed and dirty bits are set as
 * hardware that updates them would (12.3.1).
 */
#include "code.h"
#include "domain.h"
#include "shadow_tables.h"
#include "stub.h"
#include "vcpu.h"

#define GPA_MAX		BIT(56)

const u8 page_fault[] = { EXC_FETCH_PAGE, EXC_LOAD_PAGE, EXC_STORE_PAGE };
const u8 access_fault[] = { EXC_FETCH_ACCESS, EXC_LOAD_ACCESS, EXC_STORE_ACCESS };

static bool allowed(const struct vcpu *v, u64 pte, enum access access)
{
	/* The virtual kernel never executes user pages; to its loads and stores SUM is always set. */
	if (v->user ? !(pte & PTE_U) : (pte & PTE_U) && access == ACCESS_FETCH)
		return false;
	if (access == ACCESS_FETCH)
		return pte & PTE_X;
	if (access == ACCESS_STORE)
		return pte & PTE_W;
	return (pte & PTE_R) || ((pte & PTE_X) && (v->hw_sstatus & SSTATUS_MXR));
}

static __attribute__((noinline)) bool change_pte(struct vcpu *v, u64 gpa, u64 *ptep, u64 *pte, u64 want)
{
	u64 done = v->req_done;
	paddr_t pa;

	/* Of a page that is not to be written, or no longer there, which a fence is to follow: as if it had been. */
	if (!p2m_writable(v->domain, gpa, &pa) || pa_to_va(pa) != ptep) {
		*pte = want;
		return true;
	}
	if (v->domain->code)
		code_will_write(v, v->domain, gpa, PAGE_SIZE);
	if (unlikely(done != v->req_done) ||
	    !__atomic_compare_exchange_n(ptep, pte, want, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		return false;
	*pte = want;
	return true;
}

/* Sets A, and D for a store. False: the guest changed the entry meanwhile, or what is at its address: look again. */
static inline bool set_accessed(struct vcpu *v, u64 gpa, u64 *ptep, u64 *pte, enum access access)
{
	u64 want = *pte | PTE_A | (access == ACCESS_STORE ? PTE_D : 0);

	return want == *pte || change_pte(v, gpa, ptep, pte, want);
}

static int walk_bare(u64 va, enum access access, struct translation *t)
{
	if (va >= GPA_MAX)
		return access_fault[access];
	t->gpa = va;
	t->size = SZ_1G;
	t->pte = PTE_V | PTE_R | PTE_W | PTE_X | PTE_A | PTE_D;
	return 0;
}

/*
 * Reserved bits. Svpbmt is offered to nobody (henvcfg.PBMTE is 0), Svnapot to hvm guests: N is for 64 KiB, by pages of
 * 4 KiB whose frame numbers end in 8 in the table.
 */
static bool bad_reserved(const struct vcpu *v, u64 pte, int level)
{
	if (!v->domain->hvm || (pte & PTE_RESERVED & ~PTE_N))
		return true;
	return pte & PTE_N && (level || ((pte >> PTE_PPN_SHIFT) & 15) != 8);
}

/* The table of 4 KiB pages has been found. */
static inline void remember(const struct vcpu *v, u64 va, struct walk *w, u64 *ptep, u64 global)
{
	w->key = (va >> 21) + 1;
	w->gen = v->shadow.walk_gen;
	w->table = (u64 *)ALIGN_DOWN((u64)ptep, PAGE_SIZE);
	w->l0[VIEW_KERNEL] = 0;
	w->l0[VIEW_USER] = 0;
	w->alone = 0;
	w->global = global;
}

/* Inlined: with three levels, nearly every fault of a pv guest comes here. */
static inline __attribute__((always_inline)) int walk(struct vcpu *v, u64 va, enum access access,
						      struct translation *t, unsigned int levels, bool cached)
{
	u64 table, global, size, pte, left, gpa;
	paddr_t pa;
	struct walk *w = walk_of(&v->shadow, va);
	u64 *ptep;

	if (!is_canonical(va, levels))
		return page_fault[access];
again:
	/* Its tables are where they were, as far as it says so. */
	if (cached && walk_known(&v->shadow, w, va) && walk_same(w)) {
		gpa = ((w->pte[0] >> PTE_PPN_SHIFT) << PAGE_SHIFT) + ((va >> PAGE_SHIFT) & 511) * 8;
		ptep = &w->table[(va >> PAGE_SHIFT) & 511];
		global = w->global;
		pte = READ_ONCE(*ptep);
		if (!(pte & PTE_V) || !(pte & (PTE_R | PTE_X)) || (pte & (PTE_R | PTE_W)) == PTE_W ||
		    (pte & PTE_RESERVED))
			return page_fault[access];
		table = ((pte >> PTE_PPN_SHIFT) & PTE_PPN_MASK) << PAGE_SHIFT;
		global |= pte & PTE_G;
		size = PAGE_SIZE;
		goto leaf;
	}
	if (cached)
		w->key = 0;
	table = (v->csr.satp & SATP_PPN_MASK) << PAGE_SHIFT;
	global = 0;
	for (int level = levels - 1; ; level--) {
		gpa = table + ((va >> (PAGE_SHIFT + 9 * level)) & 511) * 8;
		if (!p2m_lookup(v->domain, gpa, &pa, &left))
			return access_fault[access];
		ptep = pa_to_va(pa);
		pte = READ_ONCE(*ptep);
		if (cached && !level) {
			remember(v, va, w, ptep, global);
		} else if (cached && (levels == 3 || level <= 2)) {
			w->at[level - 1] = ptep;
			w->pte[level - 1] = pte;
		} else if (cached) {
			struct walk_upper *u = &v->shadow.upper[w - v->shadow.walks];

			u->at[level - 3] = ptep;
			u->pte[level - 3] = pte;
		}
		if (!(pte & PTE_V) || (pte & (PTE_R | PTE_W)) == PTE_W)
			return page_fault[access];
		if (unlikely(pte & PTE_RESERVED) && bad_reserved(v, pte, level))
			return page_fault[access];
		global |= pte & PTE_G;
		table = ((pte >> PTE_PPN_SHIFT) & PTE_PPN_MASK) << PAGE_SHIFT;
		if (pte & (PTE_R | PTE_X)) {
			size = PAGE_SIZE << (9 * level);
			if (unlikely(pte & PTE_N))
				table = (table & ~0xffffUL) | (va & 0xf000);
			break;
		}
		/* In a pointer A, D and U are reserved, and below level 0 there is nothing to point to. */
		if ((pte & (PTE_A | PTE_D | PTE_U)) || !level)
			return page_fault[access];
	}
leaf:
	if (!IS_ALIGNED(table, size) || !allowed(v, pte, access))
		return page_fault[access];
	if (!set_accessed(v, gpa, ptep, &pte, access))
		goto again;
	t->gpa = table | (va & (size - 1));
	t->size = size;
	t->pte = (pte & 0xff) | global;
	return 0;
}

static __attribute__((noinline)) int walk_any(struct vcpu *v, u64 va, enum access access, struct translation *t)
{
	return walk(v, va, access, t, SATP_LEVELS(v->csr.satp >> SATP_MODE_SHIFT), !v->domain->hvm);
}

int guest_walk(struct vcpu *v, u64 va, enum access access, struct translation *t)
{
	u64 mode = v->csr.satp >> SATP_MODE_SHIFT;

	if (likely(mode == SATP_MODE_SV39 && !v->domain->hvm))
		return walk(v, va, access, t, 3, true);
	return mode ? walk_any(v, va, access, t) : walk_bare(va, access, t);
}
