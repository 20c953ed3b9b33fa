// SPDX-License-Identifier: GPL-2.0
/* core/printk.c against the host's snprintf, for the formats it has. */
#include "unit.h"

#define SAME(size, ...)								\
	do {									\
		char want[128], *got = malloc((size) + 1);			\
		int len_ = snprintf(want, sizeof(want), __VA_ARGS__);		\
										\
		got[size] = 0x55;						\
		assert_int_equal(snprintk(got, size, __VA_ARGS__), len_);		\
		assert_int_equal(got[size], 0x55);				\
		if (size) {							\
			want[MIN((size_t)(size) - 1, sizeof(want) - 1)] = 0;	\
			assert_string_equal(got, want);				\
		}								\
		free(got);							\
	} while (0)

static void formats(void **state)
{
	static const u64 edges[] = { 0, 1, 9, 10, 0xff, 0x7fffffff, 0x80000000, ~0U, 1UL << 63, ~0UL };

	(void)state;
	for (size_t size = 0; size < 40; size++) {
		SAME(size, "plain");
		SAME(size, "%s and %s", "one", "");
		SAME(size, "%-8s|%8s|%2s", "ab", "cd", "longer");
		SAME(size, "%c%c%%", 'x', 'y');
		for (size_t i = 0; i < ARRAY_SIZE(edges); i++) {
			u64 n = edges[i];

			SAME(size, "%d %u %x", (int)n, (unsigned int)n, (unsigned int)n);
			SAME(size, "%ld %lu %lx", (long)n, n, n);
			SAME(size, "%-20lu|%20lu", n, n);
			SAME(size, "%016lx %08x", n, (unsigned int)n);
			SAME(size, "%7d %-4u|", (int)n, (unsigned int)n);
			SAME(size, "%zu", (size_t)n);
			if (n)	/* C prints 0 without the prefix; here it always has one */
				SAME(size, "%#lx", n);
		}
	}
}

static void lines_are_the_stubs(void **state)
{
	(void)state;
	host_output_clear();
	printk("d%u: %s\n", 3, "gone");
	assert_string_equal(host_output(), "stub: d3: gone\r\n");
	host_output_clear();
}

static void long_lines_are_cut(void **state)
{
	char s[600];

	(void)state;
	memset(s, 'x', sizeof(s));
	s[sizeof(s) - 1] = 0;
	host_output_clear();
	printk("%s\n", s);
	assert_int_equal(strlen(host_output()), strlen("stub: ") + 255);
	host_output_clear();
}

static void panic_says_why_and_stops(void **state)
{
	(void)state;
	host_output_clear();
	if (!host_catch_stop()) {
		panic("no %s at %#lx", "tree", 0x123UL);
		fail();
	}
	assert_true(host_stop_failed);
	assert_printed("stub: PANIC: no tree at 0x123\r\n");
}

UNIT_MAIN(T(formats), T(lines_are_the_stubs), T(long_lines_are_cut), T(panic_says_why_and_stops))
