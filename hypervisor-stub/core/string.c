// SPDX-License-Identifier: GPL-2.0
/* What of the C library the stub, libfdt and the compiler call. Plain, but for memcpy and memset of pages. */
#include "std.h"
#include "types.h"

void *memcpy(void *dst, const void *src, size_t n)
{
	u8 *d = dst;
	const u8 *s = src;

	if ((((uintptr_t)d | (uintptr_t)s) & 7) == 0) {
		for (; n >= 64; n -= 64, d += 64, s += 64) {
			u64 *dw = (u64 *)d;
			const u64 *sw = (const u64 *)s;
			u64 a = sw[0], b = sw[1], c = sw[2], e = sw[3], f = sw[4], g = sw[5], h = sw[6], i = sw[7];

			dw[0] = a; dw[1] = b; dw[2] = c; dw[3] = e;
			dw[4] = f; dw[5] = g; dw[6] = h; dw[7] = i;
		}
	}
	while (n--)
		*d++ = *s++;
	return dst;
}

void *memmove(void *dst, const void *src, size_t n)
{
	u8 *d = dst;
	const u8 *s = src;

	if (d <= s || d >= s + n)
		return memcpy(dst, src, n);
	while (n--)
		d[n] = s[n];
	return dst;
}

void *memset(void *dst, int c, size_t n)
{
	u8 *d = dst;
	u64 word = (u8)c * 0x0101010101010101UL;

	for (; n && ((uintptr_t)d & 7); n--)
		*d++ = c;
	for (; n >= 32; n -= 32, d += 32) {
		u64 *w = (u64 *)d;

		w[0] = word; w[1] = word; w[2] = word; w[3] = word;
	}
	while (n--)
		*d++ = c;
	return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const u8 *x = a, *y = b;

	for (; n; n--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}

void *memchr(const void *s, int c, size_t n)
{
	for (const u8 *p = s; n; n--, p++)
		if (*p == (u8)c)
			return (void *)p;
	return NULL;
}

size_t strnlen(const char *s, size_t max)
{
	size_t n = 0;

	while (n < max && s[n])
		n++;
	return n;
}

size_t strlen(const char *s)
{
	return strnlen(s, ~0UL);
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n; n--, a++, b++)
		if (*a != *b || !*a)
			return (u8)*a - (u8)*b;
	return 0;
}

int strcmp(const char *a, const char *b)
{
	return strncmp(a, b, ~0UL);
}

char *strchr(const char *s, int c)
{
	return memchr(s, c, strlen(s) + 1);
}

char *strrchr(const char *s, int c)
{
	char *last = NULL;

	for (; s; s = *s ? s + 1 : NULL)
		if (*s == (char)c)
			last = (char *)s;
	return last;
}

/* Decimal, or hexadecimal with 0x; base is taken as 0, which is all that is asked for. */
unsigned long strtoul(const char *s, char **end, int base)
{
	unsigned long n = 0;

	(void)base;
	base = s[0] == '0' && (s[1] | 32) == 'x' ? 16 : 10;
	for (s += base == 16 ? 2 : 0; ; s++) {
		unsigned int digit = *s >= '0' && *s <= '9' ? *s - '0' :
				     (*s | 32) >= 'a' && (*s | 32) <= 'f' ? (*s | 32) - 'a' + 10 : 99;

		if (digit >= (unsigned int)base)
			break;
		n = n * base + digit;
	}
	if (end)
		*end = (char *)s;
	return n;
}

/* The number of the lowest bit set; x is not 0. RV64 without Zbb has no instruction for it (de Bruijn, 64 bits). */
unsigned int lowest_bit(u64 x)
{
	static const u8 place[64] = {
		0, 1, 2, 53, 3, 7, 54, 27, 4, 38, 41, 8, 34, 55, 48, 28,
		62, 5, 39, 46, 44, 42, 22, 9, 24, 35, 59, 56, 49, 18, 29, 11,
		63, 52, 6, 26, 37, 40, 33, 47, 61, 45, 43, 21, 23, 58, 17, 10,
		51, 25, 36, 32, 60, 20, 57, 16, 50, 31, 19, 15, 30, 14, 13, 12,
	};

	return place[((x & -x) * 0x022fdd63cc95386dUL) >> 58];
}
