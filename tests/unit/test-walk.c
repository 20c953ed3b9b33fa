// SPDX-License-Identifier: GPL-2.0
/*
 * arch/walk.c against a second reading of the specification (12.3.2, 12.4), written from its numbered steps: the guest's
 * tables are filled at random, with a liking for what is nearly right.
 */
#include "guest.h"
#include "unit.h"

#define MIB	8
#define TABLES	(GUEST_RAM_BASE + SZ_2M)	/* of the guest: pages full of random entries */
#define NR_TABLES 6

static struct domain *d;
static struct vcpu *v;
static unsigned int levels;	/* of the guest's tables */

static int setup(void **state)
{
	(void)state;
	host_harts(1);
	d = guest_make(MIB, 1, 0);
	v = d->vcpu[0];
	guest_run(v);
	return 0;
}

static bool is_memory(u64 gpa)
{
	return gpa >= GUEST_RAM_BASE && gpa < GUEST_RAM_BASE + ((u64)MIB << 20);
}

/* The steps of 12.3.2. Returns the exception's kind: 0 none, 1 page fault, 2 access fault. */
static int reference(u64 va, enum access access, u64 *gpa, u64 *size, u64 *pte_addr, u64 *leaf)
{
	u64 a = (v->csr.satp & ((1UL << 44) - 1)) * 4096, pte;
	unsigned int bits = 12 + 9 * levels;
	int i = levels - 1;

	for (unsigned int bit = bits; bit < 64; bit++)
		if (((va >> bit) & 1) != ((va >> (bits - 1)) & 1))
			return 1;
	for (;; i--) {
		u64 vpn = (va >> (12 + 9 * i)) & 0x1ff;

		*pte_addr = a + vpn * 8;
		if (!is_memory(*pte_addr))
			return 2;
		pte = *guest_u64(d, *pte_addr);
		if (!(pte & 1) || (!(pte & 2) && (pte & 4)) || pte >> 54)
			return 1;
		if (pte & (2 | 8))
			break;
		if (pte & 0xd0)	/* D, A, U of a pointer */
			return 1;
		if (!i)
			return 1;
		a = (pte >> 10 & ((1UL << 44) - 1)) * 4096;
	}
	*size = 4096UL << (9 * i);
	if (i > 0 && (pte >> 10) & ((1UL << (9 * i)) - 1))
		return 1;
	if (access == ACCESS_FETCH && !(pte & 8))
		return 1;
	if (access == ACCESS_STORE && !(pte & 4))
		return 1;
	if (access == ACCESS_LOAD && !(pte & 2) && !((pte & 8) && (v->hw_sstatus & SSTATUS_MXR)))
		return 1;
	if (v->user && !(pte & 0x10))
		return 1;
	/* SUM behaves as set for the virtual kernel; never does it execute a user page. */
	if (!v->user && (pte & 0x10) && access == ACCESS_FETCH)
		return 1;
	*leaf = pte;
	*gpa = ((pte >> 10 & ((1UL << 44) - 1)) * 4096 & ~(*size - 1)) | (va & (*size - 1));
	return 0;
}

/* Svnapot, chapter 13: an hvm guest's 64 KiB are sixteen entries that are alike; nothing else has the bit. */
static void napot(void **state)
{
	const u64 root = TABLES, l1 = TABLES + PAGE_SIZE, l0 = TABLES + 2 * PAGE_SIZE, to = GUEST_RAM_BASE + (5UL << 16);
	const u64 pte = (1UL << 63) | ((to >> 12) | 8) << 10 | 0xcf;
	struct translation t;

	(void)state;
	for (u64 at = root; at < root + 3 * PAGE_SIZE; at += 8)
		*guest_u64(d, at) = 0;
	*guest_u64(d, root) = (l1 >> 12) << 10 | 1;
	*guest_u64(d, l1) = (l0 >> 12) << 10 | 1;
	*guest_u64(d, l1 + 8) = pte;
	for (unsigned int i = 0; i < 16; i++)
		*guest_u64(d, l0 + (16 + i) * 8) = pte;
	*guest_u64(d, l0 + 8) = (pte & ~(8UL << 10)) | 4UL << 10;
	*guest_u64(d, l0 + 16) = (pte & ~(1UL << 63)) | 1UL << 61;	/* PBMT without Svpbmt is reserved */
	d->hvm = true;
	v->csr.satp = 8UL << 60 | root >> 12;
	for (u64 i = 0; i < 16; i++) {
		assert_int_equal(guest_walk(v, (16 + i) << 12 | 0x123, ACCESS_STORE, &t), 0);
		assert_int_equal(t.gpa, to + (i << 12) + 0x123);
	}
	assert_int_equal(guest_walk(v, 1UL << 12, ACCESS_LOAD, &t), EXC_LOAD_PAGE);
	assert_int_equal(guest_walk(v, 1UL << 21, ACCESS_LOAD, &t), EXC_LOAD_PAGE);
	assert_int_equal(guest_walk(v, 2UL << 12, ACCESS_LOAD, &t), EXC_LOAD_PAGE);
	d->hvm = false;
	assert_int_equal(guest_walk(v, 16UL << 12, ACCESS_LOAD, &t), EXC_LOAD_PAGE);
	v->csr.satp = 0;
}

static u64 random_pte(void)
{
	static const u64 leafs[] = { 0xcf, 0xdf, 0xff, 0xc7, 0xd7, 0x47, 0x0f, 0xcb, 0xd9, 0xc9, 0xef };
	u64 to = TABLES + rnd_below(NR_TABLES) * PAGE_SIZE, pte;

	switch (rnd_below(8)) {
	case 0:
		return 0;
	case 1:
		pte = rnd();
		break;
	case 2:		/* a large page, aligned to 2 MiB, 1 GiB or anything */
		to = rnd_below(4) ? rnd_below(2) ? GUEST_RAM_BASE : GUEST_RAM_BASE + rnd_below(6) * SZ_2M : 0;
		pte = guest_pte(to, leafs[rnd_below(ARRAY_SIZE(leafs))]);
		break;
	case 3:
	case 4:
		pte = guest_pte(GUEST_RAM_BASE + rnd_below(2048) * PAGE_SIZE, leafs[rnd_below(ARRAY_SIZE(leafs))]);
		break;
	default:
		pte = guest_pte(to, PTE_V | (rnd_below(4) ? 0 : PTE_G));
		break;
	}
	if (!rnd_below(16))
		pte ^= BIT(rnd_below(64));
	return pte;
}

static u64 random_va(void)
{
	/* Few indexes: so that the same entries are met at each level. */
	unsigned int top = 12 + 9 * (levels - 1);
	u64 va = rnd_below(4096);

	for (unsigned int level = 0; level < levels; level++)
		va |= (u64)rnd_below(4) << (12 + 9 * level);
	if (rnd_below(2))
		va |= ~0UL << (top + 8) | (u64)rnd_below(508) << top;
	return rnd_below(32) ? va : va ^ BIT(rnd_below(64));
}

static void fill_tables(void)
{
	for (int t = 0; t < NR_TABLES; t++) {
		u64 *table = guest_u64(d, TABLES + t * PAGE_SIZE);

		for (int i = 0; i < 4; i++)
			table[i] = random_pte();
		for (int i = 256; i < 512; i += 1 + rnd_below(40))
			table[i] = random_pte();
	}
}

static void random_tables_of(unsigned int n)
{
	static const int page_fault[] = { EXC_FETCH_PAGE, EXC_LOAD_PAGE, EXC_STORE_PAGE };
	static const int access_fault[] = { EXC_FETCH_ACCESS, EXC_LOAD_ACCESS, EXC_STORE_ACCESS };
	unsigned int hits = 0, sizes[MAX_LEVELS] = { 0 };

	levels = n;
	for (int i = 0; i < 150000 << 2 * (n - 3); i++) {	/* the deeper, the more often a fault on the way */
		u64 va = random_va(), gpa = 0, size = 0, pte_addr = 0, leaf = 0, want_pte;
		enum access access = rnd_below(3);
		struct translation t = { 0 };
		int kind, cause;

		if (i % 64 == 0)
			fill_tables();
		v->csr.satp = SATP(levels, rnd_below(64) ? TABLES + rnd_below(NR_TABLES) * PAGE_SIZE : rnd() & ((1UL << 56) - 1), 1);
		v->shadow.walk_gen++;	/* as shadow_switch() does */
		v->user = rnd_below(2);
		v->hw_sstatus = rnd_below(2) ? SSTATUS_MXR : 0;

		kind = reference(va, access, &gpa, &size, &pte_addr, &leaf);
		cause = guest_walk(v, va, access, &t);
		assert_int_equal(cause, kind == 0 ? 0 : kind == 1 ? page_fault[access] : access_fault[access]);
		if (kind)
			continue;
		hits++;
		sizes[(__builtin_ctzl(size) - 12) / 9]++;
		assert_int_equal(t.gpa, gpa);
		assert_int_equal(t.size, size);
		/* The bits are set in the guest's table, and nothing else of the entry changes. */
		want_pte = leaf | PTE_A | (access == ACCESS_STORE ? PTE_D : 0);
		assert_int_equal(*guest_u64(d, pte_addr), want_pte);
		assert_int_equal(t.pte & ~PTE_G, want_pte & 0xff & ~PTE_G);
		if (leaf & PTE_G)
			assert_true(t.pte & PTE_G);
	}
	/* The test is worth nothing when all is a fault. */
	assert_true(hits > 10000);
	for (unsigned int i = 0; i < levels; i++)
		assert_true(sizes[i] > (i < 2 ? 1000 : 300));
}

static void random_tables_sv39(void **state)
{
	(void)state;
	random_tables_of(3);
}

static void random_tables_sv48(void **state)
{
	(void)state;
	random_tables_of(4);
}

static void random_tables_sv57(void **state)
{
	(void)state;
	random_tables_of(5);
}

static void global_by_any_level(void **state)
{
	struct translation t;

	(void)state;
	v->user = false;
	for (levels = 3; levels <= MAX_LEVELS; levels++) {
		v->csr.satp = SATP(levels, TABLES, 0);
		for (unsigned int bits = 0; bits < BIT(levels); bits++) {
			for (unsigned int i = 0; i + 1 < levels; i++)
				*guest_u64(d, TABLES + i * PAGE_SIZE) =
					guest_pte(TABLES + (i + 1) * PAGE_SIZE, PTE_V | (bits & BIT(i) ? PTE_G : 0));
			*guest_u64(d, TABLES + (levels - 1) * PAGE_SIZE) =
				guest_pte(GUEST_RAM_BASE, PTE_V | PTE_R | (bits & BIT(levels - 1) ? PTE_G : 0));
			v->shadow.walk_gen++;
			assert_int_equal(guest_walk(v, 0x123, ACCESS_LOAD, &t), 0);
			assert_int_equal(!!(t.pte & PTE_G), bits != 0);
		}
	}
}

static void bare(void **state)
{
	struct translation t;

	(void)state;
	v->csr.satp = 0;
	for (int user = 0; user < 2; user++) {
		v->user = user;
		assert_int_equal(guest_walk(v, GUEST_RAM_BASE + 0x1234, ACCESS_STORE, &t), 0);
		assert_int_equal(t.gpa, GUEST_RAM_BASE + 0x1234);
		assert_int_equal(t.pte & (PTE_R | PTE_W | PTE_X), PTE_R | PTE_W | PTE_X);
		assert_int_equal(guest_walk(v, ~0UL, ACCESS_LOAD, &t), EXC_LOAD_ACCESS);
		assert_int_equal(guest_walk(v, 1UL << 56, ACCESS_FETCH, &t), EXC_FETCH_ACCESS);
	}
}

static void not_canonical(void **state)
{
	struct translation t;

	(void)state;
	*guest_u64(d, TABLES) = guest_pte(0, PTE_V | PTE_R | PTE_W);
	*guest_u64(d, TABLES + 8 * 511) = *guest_u64(d, TABLES);
	v->user = false;
	for (levels = 3; levels <= MAX_LEVELS; levels++) {
		unsigned int bits = 12 + 9 * levels;

		v->csr.satp = SATP(levels, TABLES, 0);
		assert_int_equal(guest_walk(v, 0, ACCESS_STORE, &t), 0);
		assert_int_equal(guest_walk(v, ~0UL, ACCESS_STORE, &t), 0);
		assert_int_equal(guest_walk(v, ~0UL << bits, ACCESS_STORE, &t), EXC_STORE_PAGE);
		for (unsigned int bit = bits - 1; bit < 64; bit++) {
			assert_int_equal(guest_walk(v, BIT(bit), ACCESS_STORE, &t), EXC_STORE_PAGE);
			assert_int_equal(guest_walk(v, ~BIT(bit), ACCESS_STORE, &t), EXC_STORE_PAGE);
		}
	}
}

/*
 * A table in a page that another domain grants for reading is never written, neither while it is mapped nor, by what
 * the vCPU remembers of it, after another vCPU has unmapped it and before the fence.
 */
static void table_of_another_domain(void **state)
{
	const u64 table = 0x40000000UL, va = 0x1000, pte = (GUEST_RAM_BASE >> PAGE_SHIFT) << PTE_PPN_SHIFT | 0x17;
	struct translation t;
	paddr_t pa;
	u64 *entry;

	(void)state;
	p2m_kind(d, TABLES + 3 * PAGE_SIZE, &pa);
	memset(guest_u64(d, TABLES), 0, 4 * PAGE_SIZE);
	*guest_u64(d, TABLES) = ((TABLES >> PAGE_SHIFT) + 1) << PTE_PPN_SHIFT | PTE_V;
	*guest_u64(d, TABLES + PAGE_SIZE) = (table >> PAGE_SHIFT) << PTE_PPN_SHIFT | PTE_V;
	entry = guest_u64(d, TABLES + 3 * PAGE_SIZE + 8);
	*entry = pte;
	assert_int_equal(p2m_set(d, table, pa, P2M_GRANT_RO), 0);
	v->csr.satp = SV39(TABLES, 0);
	v->user = true;
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(guest_walk(v, va, ACCESS_STORE, &t), 0);
		assert_int_equal(t.pte & (PTE_A | PTE_D), PTE_A | PTE_D);
		assert_int_equal(*entry, pte);
		assert_int_equal(p2m_set(d, table, 0, P2M_NONE), 0);
	}
	shadow_flush_all(v);
	assert_int_equal(guest_walk(v, va, ACCESS_STORE, &t), EXC_STORE_ACCESS);
}

#define E(name) cmocka_unit_test_setup(name, setup)
UNIT_MAIN(E(random_tables_sv39), E(random_tables_sv48), E(random_tables_sv57), E(global_by_any_level), E(bare), E(not_canonical), E(table_of_another_domain), E(napot))
