// SPDX-License-Identifier: GPL-2.0
/*
 * The machine's memory: a list of free extents, sorted by address, each described in its own first bytes.
 * Domains take theirs when they are built and give it back when they end; nothing else allocates.
 */
#include "lock.h"
#include "std.h"
#include "stub.h"

#define MAX_RANGES	64

struct range {
	paddr_t start, end;
};

struct extent {
	struct extent *next;
	u64 size;
};

static struct range ram[MAX_RANGES], reserved[MAX_RANGES];
static unsigned int nr_ram, nr_reserved;
static struct extent *free_list;
static spinlock_t lock;
static bool used_before;	/* something has been given back: what is handed out must be wiped */

static void add_range(struct range *list, unsigned int *nr, paddr_t start, paddr_t end)
{
	if (*nr == MAX_RANGES)
		panic("the device tree has more than %d memory or reserved ranges", MAX_RANGES);
	list[(*nr)++] = (struct range){ start, end };
}

void memory_add(paddr_t start, u64 size)
{
	add_range(ram, &nr_ram, ALIGN_UP(start, PAGE_SIZE), ALIGN_DOWN(start + size, PAGE_SIZE));
}

void memory_reserve(paddr_t start, u64 size)
{
	add_range(reserved, &nr_reserved, ALIGN_DOWN(start, PAGE_SIZE), ALIGN_UP(start + size, PAGE_SIZE));
}

/* All of it is memory of the machine, and in one piece. */
bool memory_is_ram(paddr_t start, u64 size)
{
	for (unsigned int i = 0; i < nr_ram; i++)
		if (start >= ram[i].start && start < ram[i].end && size <= ram[i].end - start)
			return true;
	return false;
}

paddr_t memory_start(void)
{
	paddr_t start = ~0UL;

	for (unsigned int i = 0; i < nr_ram; i++)
		start = MIN(start, ram[i].start);
	return start;
}

bool memory_has_ram(paddr_t start, paddr_t end)
{
	for (unsigned int i = 0; i < nr_ram; i++)
		if (start < ram[i].end && ram[i].start < end)
			return true;
	return false;
}

paddr_t memory_end(void)
{
	paddr_t end = 0;

	for (unsigned int i = 0; i < nr_ram; i++)
		end = MAX(end, ram[i].end);
	return end;
}

/* The lowest reserved range that ends above start, or NULL. */
static const struct range *next_reserved(paddr_t start)
{
	const struct range *first = NULL;

	for (unsigned int i = 0; i < nr_reserved; i++)
		if (reserved[i].end > start && (!first || reserved[i].start < first->start))
			first = &reserved[i];
	return first;
}

/* All ranges are known: what is memory and not reserved is free. */
void memory_ready(void)
{
	for (unsigned int i = 0; i < nr_ram; i++) {
		paddr_t start = ram[i].start;

		while (start < ram[i].end) {
			const struct range *r = next_reserved(start);
			paddr_t end = r ? MIN(r->start, ram[i].end) : ram[i].end;

			if (end > start)
				memory_free(start, end - start);
			start = r ? MAX(r->end, start) : ram[i].end;
		}
	}
	used_before = false;
}

u64 memory_available(void)
{
	u64 sum = 0;

	spin_lock(&lock);
	for (struct extent *e = free_list; e; e = e->next)
		sum += e->size;
	spin_unlock(&lock);
	return sum;
}

static void insert(struct extent **link, paddr_t start, u64 size)
{
	struct extent *e = pa_to_va(start);

	e->next = *link;
	e->size = size;
	*link = e;
}

/* Takes [start, start + size) out of *link, leaving what is before and after. */
static void cut(struct extent **link, paddr_t start, u64 size)
{
	struct extent *e = *link;
	paddr_t from = va_to_pa(e), to = from + e->size;

	*link = e->next;
	if (to > start + size)
		insert(link, start + size, to - start - size);
	if (start > from)
		insert(link, from, start - from);
}

/* size and align in bytes, multiples of a page; 0 when there is no such piece. Never another domain's data. */
paddr_t memory_alloc(u64 size, u64 align)
{
	paddr_t start = 0;

	spin_lock(&lock);
	for (struct extent **link = &free_list; *link; link = &(*link)->next) {
		paddr_t from = va_to_pa(*link), at = ALIGN_UP(from, align);

		if (at - from <= (*link)->size && (*link)->size - (at - from) >= size) {
			cut(link, at, size);
			start = at;
			break;
		}
	}
	spin_unlock(&lock);
	/* What was handed out before, and our own list: it was in the first bytes. */
	if (start)
		memset(pa_to_va(start), 0, used_before ? size : sizeof(struct extent));
	return start;
}

void memory_free(paddr_t start, u64 size)
{
	struct extent **link = &free_list, *e;

	spin_lock(&lock);
	used_before = true;
	while (*link && va_to_pa(*link) + (*link)->size < start)
		link = &(*link)->next;
	e = *link;
	if (e && va_to_pa(e) + e->size == start)
		e->size += size;		/* behind the one before */
	else
		insert(link, start, size);
	e = *link;
	if (e->next && va_to_pa(e) + e->size == va_to_pa(e->next)) {
		e->size += e->next->size;	/* and up to the one after */
		e->next = e->next->next;
	}
	spin_unlock(&lock);
}
