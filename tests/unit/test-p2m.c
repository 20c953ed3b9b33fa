// SPDX-License-Identifier: GPL-2.0
/* arch/p2m.c: guest physical memory, and the domain's pool its tables are from. */
#include "guest.h"
#include "unit.h"
#include "xen.h"

#define MIB	16
#define TOP	(GUEST_RAM_BASE + ((u64)MIB << 20))

static struct domain *d;

static int setup(void **state)
{
	(void)state;
	d = guest_make(MIB, 1, 0);
	return 0;
}

static void lookup(void **state)
{
	static const u64 nowhere[] = { 0, GUEST_RAM_BASE - 1, TOP, 1UL << 40, (1UL << 41) - 1, 1UL << 41, 1UL << 56, ~0UL };
	paddr_t pa, first;
	u64 size;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(nowhere); i++)
		assert_false(p2m_lookup(d, nowhere[i], &pa, &size));
	assert_true(p2m_lookup(d, GUEST_RAM_BASE, &first, &size));
	assert_int_equal(size, SZ_2M);
	assert_true(p2m_lookup(d, GUEST_RAM_BASE + SZ_2M - 1, &pa, &size));
	assert_int_equal(pa, first + SZ_2M - 1);
	/* guest_make() shuffles. */
	assert_true(p2m_lookup(d, GUEST_RAM_BASE + SZ_2M, &pa, &size));
	assert_int_not_equal(pa, first + SZ_2M);
	assert_true(p2m_lookup(d, TOP - 1, &pa, &size));
}

/* A page anywhere in 41 bits; beyond them nothing, and nothing is used up for it. */
static void map_outside(void **state)
{
	static const u64 outside[] = { 1UL << 41, 1UL << 50, ~0UL & PAGE_MASK };
	u64 *tables = d->p2m_tables, top = (1UL << 41) - PAGE_SIZE, size;
	paddr_t pa;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(outside); i++) {
		assert_int_equal(p2m_set(d, outside[i], HOST_RAM_BASE, P2M_RAM), -XEN_EINVAL);
		assert_int_equal(p2m_set(d, outside[i], 0, P2M_NONE), -XEN_EINVAL);
	}
	assert_int_equal(p2m_set(d, top, 0, P2M_NONE), 0);
	assert_ptr_equal(d->p2m_tables, tables);
	assert_int_equal(p2m_set(d, top, HOST_RAM_BASE + PAGE_SIZE, P2M_STUB), 0);
	assert_true(p2m_lookup(d, top + 5, &pa, &size));
	assert_int_equal(pa, HOST_RAM_BASE + PAGE_SIZE + 5);
	assert_int_equal(size, PAGE_SIZE);
	assert_int_equal(p2m_kind(d, top, &pa), P2M_STUB);
	assert_int_equal(d->p2m_top, top + PAGE_SIZE - 1);
	assert_false(p2m_lookup(d, top - 1, &pa, &size));
}

/* What was there is said; and only what was put there is taken away. */
static void replace_and_clear(void **state)
{
	const u64 gpa = 0x40000000UL;
	const paddr_t pa = HOST_RAM_BASE;
	u64 *tables = d->p2m_tables;
	struct p2m_old old;
	paddr_t ram;

	(void)state;
	assert_false(p2m_clear(d, gpa, pa, P2M_GRANT));
	assert_false(p2m_clear(d, ~0UL & PAGE_MASK, pa, P2M_GRANT));
	assert_int_equal(p2m_replace(d, gpa, 0, P2M_NONE, &old), 0);
	assert_int_equal(old.kind, P2M_NONE);
	assert_ptr_equal(d->p2m_tables, tables);
	assert_int_equal(p2m_replace(d, gpa, pa, P2M_GRANT, &old), 0);
	assert_int_equal(old.kind, P2M_NONE);
	assert_false(p2m_clear(d, gpa, pa, P2M_GRANT_RO));
	assert_false(p2m_clear(d, gpa, pa + PAGE_SIZE, P2M_GRANT));
	assert_false(p2m_clear(d, gpa + PAGE_SIZE, pa, P2M_GRANT));
	assert_int_equal(p2m_replace(d, gpa, pa + PAGE_SIZE, P2M_GRANT_RO, &old), 0);
	assert_true(old.kind == P2M_GRANT && old.pa == pa);
	assert_true(p2m_clear(d, gpa, pa + PAGE_SIZE, P2M_GRANT_RO));
	assert_int_equal(p2m_kind(d, gpa, &ram), P2M_NONE);
	/* The domain's own memory is in larger pieces, and is not taken for a grant. */
	assert_int_equal(p2m_kind(d, GUEST_RAM_BASE + PAGE_SIZE, &ram), P2M_RAM);
	assert_false(p2m_clear(d, GUEST_RAM_BASE + PAGE_SIZE, ram, P2M_GRANT));
	assert_int_equal(p2m_replace(d, GUEST_RAM_BASE + PAGE_SIZE, pa, P2M_STUB, &old), 0);
	assert_true(old.kind == P2M_RAM && old.pa == ram);
}

/* A piece that is split is where it was, but for what was changed. */
static void split(void **state)
{
	const u64 gpa = GUEST_RAM_BASE + SZ_2M + 5 * PAGE_SIZE;
	paddr_t first, pa;
	u64 size;

	(void)state;
	assert_true(p2m_lookup(d, GUEST_RAM_BASE + SZ_2M, &first, &size));
	assert_int_equal(p2m_set(d, gpa, 0, P2M_NONE), 0);
	for (u64 off = 0; off < SZ_2M; off += PAGE_SIZE) {
		if (GUEST_RAM_BASE + SZ_2M + off == gpa) {
			assert_false(p2m_lookup(d, gpa, &pa, &size));
			assert_int_equal(p2m_kind(d, gpa, &pa), P2M_NONE);
			continue;
		}
		assert_true(p2m_lookup(d, GUEST_RAM_BASE + SZ_2M + off + 7, &pa, &size));
		assert_int_equal(pa, first + off + 7);
		assert_int_equal(size, PAGE_SIZE);
		assert_int_equal(p2m_kind(d, GUEST_RAM_BASE + SZ_2M + off, &pa), P2M_RAM);
	}
	assert_true(p2m_lookup(d, GUEST_RAM_BASE, &pa, &size));
	assert_int_equal(size, SZ_2M);
	p2m_reset(d);
	assert_true(p2m_lookup(d, gpa, &pa, &size));
	assert_int_equal(pa, first + 5 * PAGE_SIZE);
	assert_int_equal(size, SZ_2M);
}

static unsigned int free_tables(void)
{
	unsigned int n = 0;

	for (u64 *t = d->p2m_tables; t; t = (u64 *)t[0])
		n++;
	return n;
}

/* All of its memory can be in small pages; then, some time, there is no table left: an error, and all come back. */
static void tables_run_out(void **state)
{
	unsigned int before;
	int err = 0;

	(void)state;
	p2m_reset(d);
	before = free_tables();
	for (u64 gpa = GUEST_RAM_BASE; gpa < TOP; gpa += SZ_2M)
		assert_int_equal(p2m_set(d, gpa, 0, P2M_NONE), 0);
	for (unsigned int i = 0; i <= before && !err; i++)
		err = p2m_set(d, 0x40000000UL + i * SZ_2M, HOST_RAM_BASE, P2M_STUB);
	assert_int_equal(err, -XEN_ENOMEM);
	assert_int_equal(free_tables(), 0);
	assert_int_equal(p2m_set(d, 1UL << 40, HOST_RAM_BASE, P2M_STUB), -XEN_ENOMEM);
	p2m_reset(d);
	assert_int_equal(free_tables(), before);
}

/* Sv39x4 as a hart would walk it (15.5.1): the root is 16 KiB, aligned to that. */
static void is_what_a_hart_walks(void **state)
{
	paddr_t root = va_to_pa(d->p2m), pa, want;
	u64 size;

	(void)state;
	assert_true(IS_ALIGNED(root, 4 * PAGE_SIZE));
	for (u64 gpa = GUEST_RAM_BASE; gpa < TOP; gpa += SZ_2M) {
		u64 *l2 = pa_to_va(root + (gpa >> 30) * 8), *l1;

		assert_int_equal(*l2 & 0xff, PTE_V);
		l1 = pa_to_va((*l2 >> 10 << 12) + ((gpa >> 21) & 511) * 8);
		assert_int_equal(*l1 & 0xff, PTE_V | PTE_R | PTE_W | PTE_X | PTE_U | PTE_A | PTE_D);
		pa = *l1 >> 10 << 12;
		assert_true(IS_ALIGNED(pa, SZ_2M));
		assert_true(p2m_lookup(d, gpa, &want, &size));
		assert_int_equal(pa, want);
	}
}

static void copies(void **state)
{
	enum { LEN = 3 << 20 };
	u8 *a = malloc(LEN), *b = malloc(LEN);

	(void)state;
	for (int i = 0; i < LEN; i++)
		a[i] = rnd();
	for (int i = 0; i < 12; i++) {
		u64 len = rnd_below(LEN), gpa = GUEST_RAM_BASE + rnd_below((MIB << 20) - len + 1);

		memset(b, 0, len);
		assert_int_equal(p2m_copy_to(d, gpa, a, len), 0);
		assert_int_equal(p2m_copy_from(d, b, gpa, len), 0);
		assert_memory_equal(a, b, len);
		if (len)
			assert_int_equal(((u8 *)guest_u64(d, (gpa + len - 1) & ~7UL))[(gpa + len - 1) & 7], a[len - 1]);
	}
	free(a);
	free(b);
}

static void copies_end_where_memory_does(void **state)
{
	u8 buf[64] = { 0 };

	(void)state;
	assert_int_equal(p2m_copy_to(d, TOP - 64, buf, 64), 0);
	assert_int_not_equal(p2m_copy_to(d, TOP - 63, buf, 64), 0);
	assert_int_not_equal(p2m_copy_from(d, buf, GUEST_RAM_BASE - 1, 2), 0);
	assert_int_not_equal(p2m_copy_from(d, buf, ~0UL - 3, 64), 0);
	assert_int_equal(p2m_copy_from(d, buf, ~0UL, 0), 0);
}

static void pool(void **state)
{
	u8 *p, *last = d->pool + d->pool_used;

	(void)state;
	for (int i = 0; i < 3000; i++) {
		static const u64 sizes[] = { 1, 8, 64, 100, 1000, 4096, 5000, 8192, 16384, 12288, 65536 };
		u64 size = sizes[rnd_below(ARRAY_SIZE(sizes))];
		bool zeroed = rnd_below(2);

		p = zeroed ? domain_pool_alloc(d, size) : domain_pool_take(d, size);
		if (!p)
			break;
		assert_true(p >= last && p + size <= d->pool + d->pool_size);
		assert_true(IS_ALIGNED((u64)p, size >= PAGE_SIZE ? PAGE_SIZE : 64));
		for (u64 k = 0; zeroed && k < size; k++)
			assert_int_equal(p[k], 0);
		last = p + size;
	}
	assert_null(domain_pool_take(d, d->pool_size + 1));
	assert_null(domain_pool_take(d, ~0UL));
	assert_true(d->pool_used <= d->pool_size);
}

#define E(name) cmocka_unit_test_setup(name, setup)
UNIT_MAIN(E(lookup), E(map_outside), E(replace_and_clear), E(split), E(tables_run_out), E(is_what_a_hart_walks), E(copies),
	  E(copies_end_where_memory_does), E(pool))
