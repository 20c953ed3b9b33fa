// SPDX-License-Identifier: GPL-2.0
/* core/memory.c: the machine's free memory, against a map of its pages. */
#include "unit.h"

#define PAGES	2048
#define BASE	(HOST_RAM_BASE + (64UL << 20))
#define SIZE	(PAGES * PAGE_SIZE)
#define NR	64

static bool taken[PAGES];	/* by us or reserved */

static void mark(paddr_t start, u64 size, bool to)
{
	assert_true(IS_ALIGNED(start, PAGE_SIZE));
	for (u64 p = (start - BASE) / PAGE_SIZE; p < (start - BASE + size) / PAGE_SIZE; p++) {
		assert_in_range(p, 0, PAGES - 1);
		assert_int_equal(taken[p], !to);
		taken[p] = to;
	}
}

static u64 free_bytes(void)
{
	u64 n = 0;

	for (int i = 0; i < PAGES; i++)
		n += !taken[i];
	return n * PAGE_SIZE;
}

/* Is there a free piece of that size and alignment? */
static bool fits(u64 size, u64 align)
{
	for (u64 start = ALIGN_UP(BASE, align); start + size <= BASE + SIZE; start += align) {
		u64 p = (start - BASE) / PAGE_SIZE, n = 0;

		while (n < size / PAGE_SIZE && !taken[p + n])
			n++;
		if (n == size / PAGE_SIZE)
			return true;
	}
	return false;
}

/* Ranges as trees have them: reserved ones that overlap, lie in no memory, run over an edge, are no whole pages. */
static void ranges(void **state)
{
	(void)state;
	memory_add(BASE, SIZE / 2);
	memory_add(BASE + SIZE / 2, SIZE / 2 + 100);	/* half a page at the end is none */
	memory_add(BASE + 3 * SIZE + 1, PAGE_SIZE);	/* nor is this one */
	memory_reserve(BASE - PAGE_SIZE, 2 * PAGE_SIZE);
	memory_reserve(BASE + 10 * PAGE_SIZE, 5 * PAGE_SIZE);
	memory_reserve(BASE + 12 * PAGE_SIZE, 1 * PAGE_SIZE);
	memory_reserve(BASE + 14 * PAGE_SIZE, 4 * PAGE_SIZE + 1);
	memory_reserve(BASE + 100 * PAGE_SIZE + 1, 1);
	memory_reserve(BASE + 200 * PAGE_SIZE, 0);
	memory_reserve(BASE + (PAGES - 3) * PAGE_SIZE, SIZE);
	memory_reserve(0x1000, 0x1000);
	memset(taken, true, sizeof(taken));
	mark(BASE + 1 * PAGE_SIZE, 9 * PAGE_SIZE, false);
	mark(BASE + 19 * PAGE_SIZE, 81 * PAGE_SIZE, false);
	mark(BASE + 101 * PAGE_SIZE, (PAGES - 3 - 101) * PAGE_SIZE, false);
	memory_ready();
	assert_int_equal(memory_available(), free_bytes());
}

/* Memory that nobody has had holds nothing of the stub's own list of it. */
static void first_time(void **state)
{
	paddr_t piece[8];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(piece); i++) {
		u64 size = (i % 3 + 1) * PAGE_SIZE;
		u64 *p;

		piece[i] = memory_alloc(size, i % 2 ? 4 * PAGE_SIZE : PAGE_SIZE);
		assert_int_not_equal(piece[i], 0);
		p = pa_to_va(piece[i]);
		for (u64 k = 0; k < size / 8; k++)
			assert_int_equal(p[k], 0);
	}
	for (size_t i = 0; i < ARRAY_SIZE(piece); i++)
		memory_free(piece[i], (i % 3 + 1) * PAGE_SIZE);
}

static void random_against_model(void **state)
{
	struct { paddr_t at; u64 size; } piece[NR] = { 0 };
	bool used = false;

	(void)state;
	for (int i = 0; i < 40000; i++) {
		unsigned int n = rnd_below(NR);

		if (piece[n].size) {
			memset(pa_to_va(piece[n].at), 0xee, piece[n].size > PAGE_SIZE ? PAGE_SIZE : piece[n].size);
			memory_free(piece[n].at, piece[n].size);
			mark(piece[n].at, piece[n].size, false);
			piece[n].size = 0;
			used = true;
		} else {
			u64 size = (1 + rnd_below(rnd_below(4) ? 8 : 700)) * PAGE_SIZE;
			u64 align = PAGE_SIZE << (rnd_below(3) ? rnd_below(3) : rnd_below(10));
			bool there = fits(size, align);
			paddr_t at = memory_alloc(size, align);

			assert_int_equal(at != 0, there);
			if (!at)
				continue;
			assert_true(IS_ALIGNED(at, align));
			/* Another domain's data is not in it. */
			if (used) {
				const u64 *p = pa_to_va(at);

				for (u64 w = 0; w < PAGE_SIZE / 8; w++)
					if (p[w])
						fail_msg("word %lu of what was free is %#lx", w, p[w]);
			}
			mark(at, size, true);
			piece[n].at = at;
			piece[n].size = size;
		}
		if (i % 64 == 0)
			assert_int_equal(memory_available(), free_bytes());
	}
	for (int n = 0; n < NR; n++) {
		if (!piece[n].size)
			continue;
		memory_free(piece[n].at, piece[n].size);
		mark(piece[n].at, piece[n].size, false);
	}
	assert_int_equal(memory_available(), free_bytes());
}

/* All is back: the largest extent is one piece again, whatever the order. */
static void comes_back_as_one(void **state)
{
	u64 size = (PAGES - 3 - 101) * PAGE_SIZE;
	paddr_t at = memory_alloc(size, PAGE_SIZE);

	(void)state;
	assert_int_equal(at, BASE + 101 * PAGE_SIZE);
	assert_int_equal(memory_alloc(82 * PAGE_SIZE, PAGE_SIZE), 0);
	for (int step = 0; step < 3; step++)
		for (u64 p = step; p < size / PAGE_SIZE; p += 3)
			memory_free(at + p * PAGE_SIZE, PAGE_SIZE);
	at = memory_alloc(size, PAGE_SIZE);
	assert_int_equal(at, BASE + 101 * PAGE_SIZE);
	memory_free(at, size);
}

static void too_large(void **state)
{
	u64 before = memory_available();

	(void)state;
	assert_int_equal(memory_alloc(SIZE, PAGE_SIZE), 0);
	assert_int_equal(memory_alloc(~0UL & PAGE_MASK, PAGE_SIZE), 0);
	assert_int_equal(memory_alloc(PAGE_SIZE, SZ_1G), 0);
	assert_int_equal(memory_available(), before);
}

static void too_many_ranges(void **state)
{
	(void)state;
	host_output_clear();
	if (!host_catch_stop()) {
		for (int i = 0; i < 1000; i++)
			memory_reserve(BASE, PAGE_SIZE);
		fail();
	}
	assert_printed("memory or reserved ranges");
}

UNIT_MAIN(T(ranges), T(first_time), T(random_against_model), T(comes_back_as_one), T(too_large), T(too_many_ranges))
