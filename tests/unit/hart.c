// SPDX-License-Identifier: GPL-2.0
/* The worst hart the specification allows (12.2.1, 12.3.2); see hart.h. */
#include <stdlib.h>
#include <string.h>
#include "hart.h"

#define MAX_VA		64
#define MAX_LEAFS	512
#define MAX_TABLES	32
#define LOG_MAX		(1 << 16)

struct tables {
	unsigned int n;
	u64 pa[MAX_TABLES];
};

/* What is cached under one ASID. */
struct tlb {
	struct hart_leaf leaf[MAX_LEAFS];
	unsigned int nr_leafs;
	struct tables at[MAX_LEVELS - 1][MAX_VA];	/* below the root: by level, and address of the universe */
	struct tables stub[MAX_LEVELS - 1];		/* the same, for the stub's own pages */
	u64 log_seen;		/* fences of pages up to there have been done */
};

static u64 universe[MAX_VA];
static unsigned int nr_va;
static struct tlb *tlbs[MAX_PCPUS][1 << 16];
static u64 page_log[MAX_PCPUS][LOG_MAX], log_len[MAX_PCPUS];
static u64 highest[MAX_PCPUS];	/* ASID with anything cached */

static void add_table(struct tables *t, u64 pa)
{
	for (unsigned int i = 0; i < t->n; i++)
		if (t->pa[i] == pa)
			return;
	if (t->n == MAX_TABLES)
		host_die("hart: too many tables cached");
	t->pa[t->n++] = pa;
}

static void add_leaf(struct tlb *t, u64 va, u64 size, u64 pte)
{
	struct hart_leaf new = { va & ~(size - 1), size, (pte >> 10 & ((1UL << 44) - 1)) << 12, pte & 0xff };

	if (new.pa & (size - 1))
		return;		/* misaligned: a page fault */
	for (unsigned int i = 0; i < t->nr_leafs; i++)
		if (!memcmp(&t->leaf[i], &new, sizeof(new)))
			return;
	if (t->nr_leafs == MAX_LEAFS)
		host_die("hart: too many leafs cached");
	t->leaf[t->nr_leafs++] = new;
}

static u64 entry(u64 table, u64 va, int level)
{
	return *(u64 *)pa_to_va(table + (va >> (12 + 9 * level) & 511) * 8);
}

static bool is_pointer(u64 pte)
{
	return (pte & 0xf) == PTE_V;
}

static bool is_leaf(u64 pte)
{
	return (pte & PTE_V) && !is_pointer(pte) && (pte & (PTE_R | PTE_W)) != PTE_W;
}

static u64 target(u64 pte)
{
	return (pte >> 10 & ((1UL << 44) - 1)) << 12;
}

static u64 satp_asid(u64 satp)
{
	return satp >> SATP_ASID_SHIFT & SATP_ASID_MASK;
}

static void take(struct tlb *t, unsigned int i, u64 table, int level)
{
	u64 va = universe[i], pte = entry(table, va, level);

	if (is_pointer(pte) && level)
		add_table(&t->at[level - 1][i], target(pte));
	else if (is_leaf(pte))
		add_leaf(t, va, PAGE_SIZE << 9 * level, pte);
}

static bool canonical(u64 va, unsigned int levels)
{
	s64 high = (s64)va >> (11 + 9 * levels);

	return high == 0 || high == -1;
}

/* All of them in the same table of level 2 */
static void take_stub(struct tlb *t, u64 table, int level)
{
	if (level > 2) {
		u64 pte = entry(table, STUB_VA_BASE, level);

		if (!is_pointer(pte))
			host_die("a table that the hart may use does not lead to the stub");
		add_table(&t->stub[level - 1], target(pte));
		return;
	}
	for (u64 va = STUB_VA_BASE; va < STUB_VA_END; va += SZ_1G)
		if (entry(table, va, 2) != entry(stub_table(2), va, 2))
			host_die("a table that the hart may use does not have the stub");
}

/* Walks from every table it may have, and keeps all it meets. */
static void look(struct tlb *t, u64 root, unsigned int levels)
{
	for (unsigned int i = 0; i < nr_va; i++) {
		if (!canonical(universe[i], levels))
			continue;
		take(t, i, root, levels - 1);
		for (int level = levels - 2; level >= 0; level--)
			for (unsigned int k = 0; k < t->at[level][i].n; k++)
				take(t, i, t->at[level][i].pa[k], level);
	}
	take_stub(t, root, levels - 1);
	for (int level = levels - 2; level >= 2; level--)
		for (unsigned int k = 0; k < t->stub[level].n; k++)
			take_stub(t, t->stub[level].pa[k], level);
}

static void drop_page(struct tlb *t, u64 va)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < t->nr_leafs; i++)
		if (va - t->leaf[i].va >= t->leaf[i].size)
			t->leaf[kept++] = t->leaf[i];
	t->nr_leafs = kept;
}

static struct tlb *current_tlb(u64 satp)
{
	unsigned int h = host_pcpu->id;
	struct tlb **t = &tlbs[h][satp_asid(satp)];

	highest[h] = MAX(highest[h], satp_asid(satp));
	if (!*t) {
		*t = calloc(1, sizeof(**t));
		(*t)->log_seen = log_len[h];
	}
	for (; (*t)->log_seen < log_len[h]; (*t)->log_seen++)
		drop_page(*t, page_log[h][(*t)->log_seen % LOG_MAX]);
	return *t;
}

static struct tlb *look_now(u64 satp)
{
	struct tlb *t;

	if (!(satp >> SATP_MODE_SHIFT))
		return NULL;
	t = current_tlb(satp);
	look(t, (satp & SATP_PPN_MASK) << PAGE_SHIFT, SATP_LEVELS(satp >> SATP_MODE_SHIFT));
	return t;
}

static void sfence_all(void)
{
	unsigned int h = host_pcpu->id;

	for (u64 a = 0; a <= highest[h]; a++) {
		free(tlbs[h][a]);
		tlbs[h][a] = NULL;
	}
	highest[h] = 0;
	look_now(csr_read(CSR_SATP));
}

/* Shadow entries are not global, so an ASID's fence takes them all. */
static void sfence_asid(u64 asid)
{
	unsigned int h = host_pcpu->id;

	asid &= SATP_ASID_MASK;
	free(tlbs[h][asid]);
	tlbs[h][asid] = NULL;
	look_now(csr_read(CSR_SATP));
}

static void sfence_page(u64 va)
{
	unsigned int h = host_pcpu->id;

	page_log[h][log_len[h]++ % LOG_MAX] = va;
	look_now(csr_read(CSR_SATP));
}

static void satp_written(u64 satp)
{
	look_now(csr_read(CSR_SATP));
	look_now(satp);
}

void hart_universe(const u64 *va, unsigned int n)
{
	memcpy(universe, va, n * sizeof(*va));
	nr_va = n;
}

void hart_reset(void)
{
	unsigned int here = host_pcpu->id;

	for (unsigned int h = 0; h < MAX_PCPUS; h++) {
		host_on_hart(h);
		csr_write(CSR_SATP, 0);
		sfence_all();
		log_len[h] = 0;
	}
	host_on_hart(here);
	host_hooks.sfence_all = sfence_all;
	host_hooks.sfence_asid = sfence_asid;
	host_hooks.sfence_page = sfence_page;
	host_hooks.satp = satp_written;
}

unsigned int hart_may_use(u64 va, struct hart_leaf *leafs, unsigned int max)
{
	struct tlb *t = look_now(csr_read(CSR_SATP));
	unsigned int n = 0;

	for (unsigned int i = 0; t && i < t->nr_leafs && n < max; i++)
		if (va - t->leaf[i].va < t->leaf[i].size)
			leafs[n++] = t->leaf[i];
	return n;
}

void hart_finds_stub(void)
{
	look_now(csr_read(CSR_SATP));
}

bool hart_walk(u64 va, struct hart_leaf *leaf)
{
	unsigned int levels = SATP_LEVELS(csr_read(CSR_SATP) >> SATP_MODE_SHIFT);
	u64 table = (csr_read(CSR_SATP) & SATP_PPN_MASK) << PAGE_SHIFT;

	if (!canonical(va, levels))
		return false;
	for (int level = levels - 1; level >= 0; level--) {
		u64 pte = entry(table, va, level), size = PAGE_SIZE << (9 * level);

		if (is_leaf(pte)) {
			*leaf = (struct hart_leaf){ va & ~(size - 1), size, target(pte), pte & 0xff };
			return IS_ALIGNED(leaf->pa, size);
		}
		if (!is_pointer(pte))
			return false;
		table = target(pte);
	}
	return false;
}
