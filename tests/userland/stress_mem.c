// SPDX-License-Identifier: GPL-2.0
/* Loads: mappings, page tables, copy on write, and what other CPUs still see of a page that is gone. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stress.h"

static unsigned long *map_pages(size_t pages)
{
	void *p = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

/* The first word of page @i */
static volatile unsigned long *word(unsigned long *area, size_t i)
{
	return area + i * (PAGE / sizeof(*area));
}

#define COW_PAGES	64

/* Each child writes to some pages, and sees its own there and its parent's in the others. */
static int rewrite(unsigned long *area, unsigned long salt)
{
	uint64_t mine = 0;

	for (int i = 0; i < COW_PAGES; i++)
		if (stress_random() & 1) {
			*word(area, i) = salt ^ i;
			mine |= 1UL << i;
		}
	sched_yield();
	for (int i = 0; i < COW_PAGES; i++)
		if (*word(area, i) != (mine >> i & 1 ? salt ^ i : (unsigned long)i + 1))
			return 1;
	return 0;
}

const char *load_cow(long n, unsigned int worker)
{
	unsigned long *area = map_pages(COW_PAGES);
	int status, bad = 0;

	(void)worker;
	if (!area)
		return "mmap";
	for (int i = 0; i < COW_PAGES; i++)
		*word(area, i) = i + 1;
	while (n-- && !bad) {
		for (int child = 0; child < 3; child++) {
			stress_random();
			if (!fork())
				_exit(rewrite(area, stress_random() | 1UL << 40));
		}
		while (wait(&status) > 0)
			bad |= status;
		for (int i = 0; i < COW_PAGES; i++)
			bad |= *word(area, i) != (unsigned long)i + 1;
	}
	munmap(area, COW_PAGES * PAGE);
	return bad ? "a page of another process" : NULL;
}

#define SLOTS	24

static struct slot {
	unsigned long *area, stamp;
	size_t pages;
	bool writable;
} slot[SLOTS];

static bool slot_is_right(const struct slot *s)
{
	for (size_t i = 0; i < s->pages; i++)
		if (*word(s->area, i) != s->stamp + i)
			return false;
	return true;
}

static const char *fill_slot(struct slot *s)
{
	s->pages = 1 + stress_random() % 20;
	s->area = map_pages(s->pages);
	if (!s->area)
		return "mmap";
	for (size_t i = 0; i < s->pages; i++)
		if (*word(s->area, i))
			return "a new page is not zero";
	s->stamp = (unsigned long)stress_random() << 8;
	for (size_t i = 0; i < s->pages; i++)
		*word(s->area, i) = s->stamp + i;
	s->writable = true;
	return NULL;
}

static const char *empty_slot(struct slot *s)
{
	if (munmap(s->area, s->pages * PAGE))
		return "munmap";
	s->area = NULL;
	return NULL;
}

static const char *protect_slot(struct slot *s)
{
	s->writable = !s->writable;
	return mprotect(s->area, s->pages * PAGE, PROT_READ | (s->writable ? PROT_WRITE : 0)) ? "mprotect" : NULL;
}

static const char *move_slot(struct slot *s)
{
	unsigned long *there = map_pages(s->pages);

	if (!there)
		return "mmap";
	*there = 1;	/* what was there is unmapped, and not only never touched */
	s->area = mremap(s->area, s->pages * PAGE, s->pages * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, there);
	return s->area == there ? NULL : "mremap";
}

static const char *drop_slot(struct slot *s)
{
	if (!s->writable && protect_slot(s))
		return "mprotect";
	if (madvise(s->area, s->pages * PAGE, MADV_DONTNEED))
		return "madvise";
	for (size_t i = 0; i < s->pages; i++) {
		if (*word(s->area, i))
			return "a dropped page is not zero";
		*word(s->area, i) = s->stamp + i;
	}
	return NULL;
}

/* Mappings come, move, change and go in no order; each page knows what must be in it. */
const char *load_mmap(long n, unsigned int worker)
{
	static const char *(*const change[])(struct slot *s) = {
		empty_slot, protect_slot, protect_slot, move_slot, drop_slot,
	};
	const char *reason = NULL;

	(void)worker;
	while (n-- && !reason) {
		struct slot *s = &slot[stress_random() % SLOTS];

		if (!s->area)
			reason = fill_slot(s);
		else if (!slot_is_right(s))
			reason = "a page has another content";
		else
			reason = change[stress_random() % ARRAY_SIZE(change)](s);
	}
	return reason;
}

#define SPARSE_PAGES	48
#define SPARSE_SPAN	(8UL << 30)

/* Pages far from each other: as many page tables, which all go again. */
const char *load_sparse(long n, unsigned int worker)
{
	(void)worker;
	while (n--) {
		unsigned long *area = map_pages(SPARSE_SPAN / PAGE);
		size_t at[SPARSE_PAGES];

		if (!area)
			return "mmap";
		for (int i = 0; i < SPARSE_PAGES; i++) {
			at[i] = ((size_t)i * (SPARSE_SPAN / SPARSE_PAGES) / PAGE) + stress_random() % 512;
			*word(area, at[i]) = at[i] + n;
		}
		for (int i = 0; i < SPARSE_PAGES; i++)
			if (*word(area, at[i]) != at[i] + n)
				return "a page far away has another content";
		if (munmap(area, SPARSE_SPAN))
			return "munmap";
	}
	return NULL;
}

static unsigned long *watched;
static atomic_ulong generation;
static atomic_bool stale;

/* What was written before the page was dropped must not be seen any more: that would be an old translation. */
static void *watch(void *arg)
{
	unsigned long last = (unsigned long)(uintptr_t)arg, now, seen;

	while ((now = atomic_load(&generation)) < last) {
		seen = *word(watched, 0);
		if (seen && seen < now)
			atomic_store(&stale, true);
		if (seen == now)
			sched_yield();
	}
	return NULL;
}

#define WATCHERS	3

const char *load_shootdown(long n, unsigned int worker)
{
	pthread_t thread[WATCHERS];

	(void)worker;
	watched = map_pages(1);
	if (!watched)
		return "mmap";
	for (int i = 0; i < WATCHERS; i++)
		if (pthread_create(&thread[i], NULL, watch, (void *)(uintptr_t)n))
			return "no thread";
	for (long i = 1; i <= n; i++) {
		*word(watched, 0) = i;
		sched_yield();
		if (madvise(watched, PAGE, MADV_DONTNEED))
			return "madvise";
		/* from here on nobody may find i */
		atomic_store(&generation, i + 1);
	}
	for (int i = 0; i < WATCHERS; i++)
		pthread_join(thread[i], NULL);
	munmap(watched, PAGE);
	return stale ? "a page that was dropped was still seen" : NULL;
}

/* A good part of the memory, so that pages of one are soon another's. */
const char *load_fill(long n, unsigned int worker)
{
	struct sysinfo info;
	size_t pages;

	if (sysinfo(&info))
		return "sysinfo";
	pages = info.totalram * info.mem_unit / PAGE / 64;
	while (n--) {
		unsigned long *area = map_pages(pages);
		unsigned long salt = (unsigned long)worker << 48 | (unsigned long)n << 32;

		if (!area)
			return "mmap";
		for (size_t i = 0; i < pages; i++)
			*word(area, i) = salt + i;
		sched_yield();
		for (size_t i = 0; i < pages; i++)
			if (*word(area, i) != salt + i)
				return "memory has another content";
		munmap(area, pages * PAGE);
	}
	return NULL;
}
