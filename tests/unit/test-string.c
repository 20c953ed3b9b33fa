// SPDX-License-Identifier: GPL-2.0
/* core/string.c against the host's C library. */
#include "unit.h"

void *stub_memcpy(void *dst, const void *src, size_t n);
void *stub_memmove(void *dst, const void *src, size_t n);
void *stub_memset(void *dst, int c, size_t n);
int stub_memcmp(const void *a, const void *b, size_t n);
void *stub_memchr(const void *s, int c, size_t n);
size_t stub_strlen(const char *s);
size_t stub_strnlen(const char *s, size_t n);
int stub_strcmp(const char *a, const char *b);
int stub_strncmp(const char *a, const char *b, size_t n);
char *stub_strchr(const char *s, int c);
char *stub_strrchr(const char *s, int c);
unsigned long stub_strtoul(const char *s, char **end, int base);

#define SIZE 400

static void fill(u8 *p, size_t n)
{
	while (n--)
		*p++ = rnd();
}

static void copies(void **state)
{
	static u8 a[SIZE], b[SIZE], c[SIZE] __attribute__((aligned(64)));

	(void)state;
	for (int i = 0; i < 20000; i++) {
		/* Often aligned: that is the path with words. */
		size_t n = rnd_below(200), from = rnd_below(24), to = rnd_below(24);

		if (rnd_below(2))
			from &= ~7UL, to &= ~7UL;
		fill(a, SIZE);
		fill(b, SIZE);
		memcpy(c, b, SIZE);
		assert_ptr_equal(stub_memcpy(b + to, a + from, n), b + to);
		memcpy(c + to, a + from, n);
		assert_memory_equal(b, c, SIZE);
	}
}

static void moves_overlap(void **state)
{
	static u8 a[SIZE], b[SIZE];

	(void)state;
	for (int i = 0; i < 20000; i++) {
		size_t n = rnd_below(200), from = rnd_below(150), to = rnd_below(150);

		fill(a, SIZE);
		memcpy(b, a, SIZE);
		assert_ptr_equal(stub_memmove(a + to, a + from, n), a + to);
		memmove(b + to, b + from, n);
		assert_memory_equal(a, b, SIZE);
	}
}

static void sets(void **state)
{
	static u8 a[SIZE], b[SIZE];

	(void)state;
	for (int i = 0; i < 20000; i++) {
		size_t n = rnd_below(200), to = rnd_below(64);
		int c = rnd();

		fill(a, SIZE);
		memcpy(b, a, SIZE);
		assert_ptr_equal(stub_memset(a + to, c, n), a + to);
		memset(b + to, c, n);
		assert_memory_equal(a, b, SIZE);
	}
}

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

static void compares_and_searches(void **state)
{
	(void)state;
	for (int i = 0; i < 50000; i++) {
		/* Exact allocations: the sanitizer sees a read too many. */
		size_t la = rnd_below(12), lb = rnd_below(12), n = rnd_below(14);
		char *a = malloc(la + 1), *b = malloc(lb + 1);
		int c = "ab\xff"[rnd_below(4)];

		for (size_t k = 0; k < la; k++)
			a[k] = "ab\xff"[rnd_below(3)];
		for (size_t k = 0; k < lb; k++)
			b[k] = k < la && rnd_below(4) ? a[k] : (char)"ab\xff"[rnd_below(3)];
		a[la] = b[lb] = 0;
		assert_int_equal(stub_strlen(a), la);
		assert_int_equal(stub_strnlen(a, n), strnlen(a, n));
		assert_int_equal(sign(stub_strcmp(a, b)), sign(strcmp(a, b)));
		assert_int_equal(sign(stub_strncmp(a, b, n)), sign(strncmp(a, b, n)));
		assert_int_equal(sign(stub_memcmp(a, b, MIN(la, lb))), sign(memcmp(a, b, MIN(la, lb))));
		assert_ptr_equal(stub_strchr(a, c), strchr(a, c));
		assert_ptr_equal(stub_strrchr(a, c), strrchr(a, c));
		assert_ptr_equal(stub_memchr(a, c, la), memchr(a, c, la));
		free(a);
		free(b);
	}
}

static void strings_need_no_end(void **state)
{
	char *a = malloc(4);

	(void)state;
	memcpy(a, "abcd", 4);
	assert_int_equal(stub_strnlen(a, 4), 4);
	assert_int_equal(stub_strncmp(a, "abcdef", 4), 0);
	free(a);
}

static void numbers(void **state)
{
	static const struct { const char *s; unsigned long n; size_t used; } cases[] = {
		{ "0", 0, 1 }, { "12", 12, 2 }, { "12M", 12, 2 }, { "0x1fG", 31, 4 }, { "0XAb,", 171, 4 },
		{ "", 0, 0 }, { "G", 0, 0 }, { "010", 10, 3 }, { "18446744073709551615", ~0UL, 20 },
		{ "0xffffffffffffffff ", ~0UL, 18 }, { "12a", 12, 2 },
	};
	char *end;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(stub_strtoul(cases[i].s, &end, 0), cases[i].n);
		assert_int_equal(end - cases[i].s, cases[i].used);
	}
	assert_int_equal(stub_strtoul("7", NULL, 0), 7);
}

static void lowest_bits(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 64; i++) {
		assert_int_equal(lowest_bit(1UL << i), i);
		assert_int_equal(lowest_bit(~0UL << i), i);
	}
	for (int i = 0; i < 10000; i++) {
		u64 x = (rnd() << rnd_below(64)) | BIT(63);

		assert_int_equal(lowest_bit(x), __builtin_ctzl(x));
	}
}

/* Paths are looked through a name at a time: what is behind the one that is found is not read. */
static void strchr_stops(void **state)
{
	char *s = malloc(2);

	(void)state;
	s[0] = 'a';
	s[1] = '/';
	assert_ptr_equal(stub_strchr(s, '/'), s + 1);
	free(s);
}

UNIT_MAIN(T(strchr_stops), T(copies), T(moves_overlap), T(sets), T(compares_and_searches), T(strings_need_no_end), T(numbers), T(lowest_bits))
