// SPDX-License-Identifier: GPL-2.0
/* What of the C library the stub, libfdt and the compiler call. Plain, but for memcpy and memset. */
#include "std.h"
#include "types.h"

/* Loads before stores, 128 bytes a turn: kernels are copied when a domain is built, and that is measured. */
static void copy_blocks(u64 *d, const u64 *s, size_t blocks)
{
	for (; blocks; blocks--, d += 16, s += 16) {
		u64 a0 = s[0], a1 = s[1], a2 = s[2], a3 = s[3], a4 = s[4], a5 = s[5], a6 = s[6], a7 = s[7];
		u64 b0 = s[8], b1 = s[9], b2 = s[10], b3 = s[11], b4 = s[12], b5 = s[13], b6 = s[14], b7 = s[15];

		d[0] = a0; d[1] = a1; d[2] = a2; d[3] = a3; d[4] = a4; d[5] = a5; d[6] = a6; d[7] = a7;
		d[8] = b0; d[9] = b1; d[10] = b2; d[11] = b3; d[12] = b4; d[13] = b5; d[14] = b6; d[15] = b7;
	}
}

/* d is aligned, s is not: words of s are loaded whole, and taken apart. Returns how many bytes it has done. */
static size_t copy_shifted(u8 *d, const u8 *s, size_t n)
{
	unsigned int ahead = 8 - ((uintptr_t)s & 7), up = 8 * ahead, down = 64 - up;
	const u64 *from = (const u64 *)(s + ahead);
	u64 *to = (u64 *)d, rest = 0;
	size_t words = n >= ahead ? (n - ahead) / 8 : 0, left;

	for (unsigned int i = 0; i < ahead; i++)
		rest |= (u64)s[i] << 8 * i;
	/* Most of what guests send each other on a network lies so. */
	for (left = words; left >= 4; left -= 4, to += 4, from += 4) {
		u64 a = from[0], b = from[1], c = from[2], e = from[3];

		to[0] = rest | a << up;
		to[1] = a >> down | b << up;
		to[2] = b >> down | c << up;
		to[3] = c >> down | e << up;
		rest = e >> down;
	}
	for (; left; left--) {
		u64 next = *from++;

		*to++ = rest | next << up;
		rest = next >> down;
	}
	return words * 8;
}

static size_t copy_aligned(u8 *d, const u8 *s, size_t n)
{
	size_t done = n / 128 * 128;

	copy_blocks((u64 *)d, (const u64 *)s, n / 128);
	for (; done + 8 <= n; done += 8)
		*(u64 *)(d + done) = *(const u64 *)(s + done);
	return done;
}

void *memcpy(void *dst, const void *src, size_t n)
{
	u8 *d = dst;
	const u8 *s = src;
	size_t i = 0;

	if (!n)		/* of nothing, and to nowhere, is well */
		return dst;
	if (n >= 16)
		for (; (uintptr_t)(d + i) & 7; i++)
			d[i] = s[i];
	if (!(((uintptr_t)(d + i) | (uintptr_t)(s + i)) & 7))
		i += copy_aligned(d + i, s + i, n - i);
	else if (n >= 16)
		i += copy_shifted(d + i, s + i, n - i);
	for (; i < n; i++)
		d[i] = s[i];
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
	for (; *s != (char)c; s++)
		if (!*s)
			return NULL;
	return (char *)s;
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
