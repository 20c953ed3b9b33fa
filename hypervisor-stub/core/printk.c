// SPDX-License-Identifier: GPL-2.0
/* Printing: the stub's lines start with "stub: ". */
#include "lock.h"
#include "std.h"
#include "stub.h"

struct out {
	char *buf;
	size_t size, len;
};

static void put(struct out *o, char c)
{
	if (o->len + 1 < o->size)
		o->buf[o->len] = c;
	o->len++;
}

static void put_padded(struct out *o, const char *s, size_t len, unsigned int width, bool left, char pad)
{
	size_t fill = width > len ? width - len : 0;

	while (!left && fill) {
		put(o, pad);
		fill--;
	}
	while (len--)
		put(o, *s++);
	while (fill--)
		put(o, ' ');
}

static size_t format_number(char *out, u64 n, unsigned int base, bool prefix)
{
	char digits[20];
	size_t len = 0, d = 0;

	do {
		digits[d++] = "0123456789abcdef"[n % base];
		n /= base;
	} while (n);
	if (prefix) {
		out[len++] = '0';
		out[len++] = 'x';
	}
	while (d)
		out[len++] = digits[--d];
	return len;
}

/* %s %c %d %u %x with l, #, -, 0 and a width. What kernel people expect of those. */
int vsnprintk(char *buf, size_t size, const char *fmt, va_list ap)
{
	struct out o = { buf, size, 0 };

	for (; *fmt; fmt++) {
		bool left = false, alt = false, is_long = false;
		unsigned int width = 0;
		char pad = ' ', num[24];
		const char *s;
		size_t len = 0;
		u64 n;

		if (*fmt != '%') {
			put(&o, *fmt);
			continue;
		}
		for (fmt++; *fmt == '-' || *fmt == '#' || *fmt == '0'; fmt++) {
			left |= *fmt == '-';
			alt |= *fmt == '#';
			pad = *fmt == '0' ? '0' : pad;
		}
		for (; *fmt >= '0' && *fmt <= '9'; fmt++)
			width = width * 10 + *fmt - '0';
		for (; *fmt == 'l' || *fmt == 'z'; fmt++)
			is_long = true;
		switch (*fmt) {
		case 's':
			s = va_arg(ap, const char *);
			put_padded(&o, s, strlen(s), width, left, ' ');
			continue;
		case 'c':
			put(&o, va_arg(ap, int));
			continue;
		case 'd':
			n = is_long ? va_arg(ap, long) : va_arg(ap, int);
			if ((s64)n < 0) {
				num[len++] = '-';
				n = -n;
			}
			len += format_number(num + len, n, 10, false);
			break;
		case 'u':
		case 'x':
			n = is_long ? va_arg(ap, u64) : va_arg(ap, unsigned int);
			len = format_number(num, n, *fmt == 'x' ? 16 : 10, alt);
			break;
		default:
			put(&o, *fmt);
			continue;
		}
		put_padded(&o, num, len, width, left, pad);
	}
	if (size)
		buf[MIN(o.len, size - 1)] = 0;
	return o.len;
}

int snprintk(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintk(buf, size, fmt, ap);
	va_end(ap);
	return n;
}

void printk(const char *fmt, ...)
{
	char line[256];
	va_list ap;
	size_t n;

	va_start(ap, fmt);
	n = vsnprintk(line, sizeof(line), fmt, ap);
	va_end(ap);
	console_stub(line, MIN(n, sizeof(line) - 1));
}

/* The stub itself cannot go on. */
void panic(const char *fmt, ...)
{
	char why[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintk(why, sizeof(why), fmt, ap);
	va_end(ap);
	printk("PANIC: %s\n", why);
	sbi_shutdown(true);
}
