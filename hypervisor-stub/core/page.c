// SPDX-License-Identifier: GPL-2.0
/*
 * Who uses the pages of domains. A domain owns pieces of 2 MiB; others may use pages of them, by grants. Such a page
 * stays what it is until the last of them is done, whatever its owner does: one that the owner gives back is not the
 * owner's to have anew before that, and a piece that the owner leaves, at its end or when it starts again, goes back to
 * the machine after that.
 */
#include "domain.h"
#include "std.h"
#include "stub.h"
#include "xen.h"

#define GIVEN_BACK	0x8000U
#define USERS_MAX	0x7fffU

struct piece {
	struct domain *owner;	/* NULL: none, or it has left */
	u32 users;		/* of all its pages */
};

static spinlock_t lock;		/* of all here, and of the domains' lists of free pages; the innermost one */
static paddr_t base;
static struct piece *pieces;
static u16 *pages;		/* users of each, and GIVEN_BACK */

static u64 nr_pages(paddr_t start, paddr_t end)
{
	return (ALIGN_UP(end, SZ_2M) - ALIGN_DOWN(start, SZ_2M)) >> PAGE_SHIFT;
}

u64 pages_room(paddr_t start, paddr_t end)
{
	u64 n = nr_pages(start, end);

	return ALIGN_UP(n * sizeof(*pages) + n / 512 * sizeof(*pieces), PAGE_SIZE);
}

/* room: as many bytes as pages_room() says, 8-byte aligned */
void pages_init(paddr_t start, paddr_t end, void *room)
{
	u64 n = nr_pages(start, end);

	memset(room, 0, pages_room(start, end));
	base = ALIGN_DOWN(start, SZ_2M);
	pieces = room;
	pages = (u16 *)(pieces + n / 512);
}

static struct piece *piece_of(paddr_t pa)
{
	return &pieces[(pa - base) / SZ_2M];
}

static u16 *page_of(paddr_t pa)
{
	return &pages[(pa - base) >> PAGE_SHIFT];
}

/* --- pieces --- */

void piece_own(struct domain *d, paddr_t pa)
{
	piece_of(pa)->owner = d;
}

/* The owner goes without it. True: nobody uses it; else it goes back to the machine when that is so. */
bool piece_leave(paddr_t pa)
{
	struct piece *piece = piece_of(pa);
	bool unused;

	spin_lock(&lock);
	unused = !piece->users;
	piece->owner = NULL;
	spin_unlock(&lock);
	return unused;
}

bool piece_is_used(paddr_t pa)
{
	return READ_ONCE(piece_of(pa)->users);
}

/* --- pages: users --- */

/*
 * One user more of the page of its own memory that d has at gpa. The look at the address is under the lock, so that
 * page_give_back() comes before it, and nothing is there, or after, and sees the user.
 */
bool page_get(struct domain *d, gpa_t gpa, paddr_t *pa)
{
	bool good;

	spin_lock(&lock);
	good = p2m_kind(d, gpa, pa) == P2M_RAM && (*page_of(*pa) & USERS_MAX) < USERS_MAX;
	if (good) {
		*pa = ALIGN_DOWN(*pa, PAGE_SIZE);
		++*page_of(*pa);
		piece_of(*pa)->users++;
	}
	spin_unlock(&lock);
	return good;
}

static void put_on_list(struct domain *d, paddr_t pa)
{
	d->free_pages[d->nr_free++] = pa >> PAGE_SHIFT;
	d->nr_pages--;
}

void page_put(paddr_t pa)
{
	struct piece *piece = piece_of(pa);
	u16 *page = page_of(pa);
	bool last;

	spin_lock(&lock);
	if (!(--*page & USERS_MAX)) {
		if (*page && piece->owner)
			put_on_list(piece->owner, pa);
		*page = 0;
	}
	last = !--piece->users && !piece->owner;
	spin_unlock(&lock);
	if (last)
		memory_free(ALIGN_DOWN(pa, SZ_2M), SZ_2M);
}

u32 page_users(paddr_t pa)
{
	return *page_of(pa) & USERS_MAX;
}

/* --- pages: the owner's --- */

/* d has it at no address any more, and may have another one for it. */
void page_give_back(struct domain *d, paddr_t pa)
{
	spin_lock(&lock);
	if (*page_of(pa))
		*page_of(pa) |= GIVEN_BACK;
	else
		put_on_list(d, pa);
	spin_unlock(&lock);
}

/* The last n of those that d has given back are its own again; *pa: the last one. False: there are not so many. */
bool pages_take(struct domain *d, u64 n, paddr_t *pa)
{
	bool enough;

	spin_lock(&lock);
	enough = d->nr_free >= n;
	if (enough) {
		*pa = (paddr_t)d->free_pages[d->nr_free - 1] << PAGE_SHIFT;
		d->nr_free -= n;
		d->nr_pages += n;
	}
	spin_unlock(&lock);
	return enough;
}
