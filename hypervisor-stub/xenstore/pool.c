// SPDX-License-Identifier: GPL-2.0
/* The pool of a domain: units in a bitmap, the first run that is long enough. What is in it says whose it is. */
#include "std.h"
#include "xenstore.h"

struct header {
	u32 slot;
	u32 units;
};

static bool is_used(const struct xs_conn *c, u32 unit)
{
	return c->used[unit / 64] & BIT(unit % 64);
}

static void mark(struct xs_conn *c, u32 first, u32 n)
{
	for (u32 i = first; i < first + n; i++)
		c->used[i / 64] ^= BIT(i % 64);
}

/* The first of n free units side by side, or c->units. */
static u32 find_run(struct xs_conn *c, u32 n)
{
	u32 run = 0;

	while (c->hint < c->units && is_used(c, c->hint))
		c->hint++;
	for (u32 i = c->hint; i < c->units; i++) {
		run = is_used(c, i) ? 0 : run + 1;
		if (run == n)
			return i + 1 - n;
	}
	return c->units;
}

void *xs_alloc(struct xs_conn *c, size_t size, bool reserve)
{
	u32 n = ALIGN_UP(size + sizeof(struct header), XS_UNIT) / XS_UNIT, first;
	struct header *h;

	if (c->nr_used + n > c->units - (reserve ? 0 : XS_RESERVE / XS_UNIT))
		return NULL;
	first = find_run(c, n);
	if (first == c->units)
		return NULL;
	mark(c, first, n);
	c->nr_used += n;
	h = (struct header *)(c->pool + first * XS_UNIT);
	memset(h, 0, n * XS_UNIT);
	h->slot = c->slot;
	h->units = n;
	return h + 1;
}

void xs_free(void *p)
{
	struct header *h;
	struct xs_conn *c;
	u32 first;

	if (!p)
		return;
	h = (struct header *)p - 1;
	c = xs_conns[h->slot];
	first = ((u8 *)h - c->pool) / XS_UNIT;
	mark(c, first, h->units);
	c->nr_used -= h->units;
	c->hint = MIN(c->hint, first);
}

struct xs_conn *xs_payer(const void *p)
{
	return xs_conns[((const struct header *)p - 1)->slot];
}
