/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Copies of a pv guest's kernel code, in which instructions that trap are replaced by ones that trap for less.
 * See arch/code.c.
 */
#ifndef STUB_CODE_H
#define STUB_CODE_H

#include "domain.h"
#include "lock.h"
#include "types.h"
#include "vcpu.h"

#define CODE_SLOTS	1024	/* by virtual page number: 4 MiB of kernel text without a collision */

struct code_slot {
	u64 va;			/* of the page */
	paddr_t orig;		/* what it maps, once it has had a copy */
	u64 frame;		/* the same, by number in the bitmaps */
	u8 *copy;		/* NULL: none so far, or any more */
	u16 hits, flips;
};

struct code {
	spinlock_t lock;	/* makes and drops copies */
	struct vcpu *holder;	/* who has it */
	u64 base, frames;	/* guest memory, for the bitmaps */
	u64 *writable;		/* frame n: a vCPU may have it mapped writable */
	u64 *copied;		/* frame n: there is a copy of it */
	u64 *regions;		/* 2 MiB piece n: has had a copy; is mapped in small pages from then on */
	u8 *pages;		/* room for copies */
	unsigned int nr_pages, next_page;
	struct code_slot slot[CODE_SLOTS];
	u32 made, dropped, revoked;
	u32 illegal;		/* traps that came by way of the firmware */
};

struct code *code_create(struct domain *d);
void code_reset(struct domain *d);
void code_trapped(struct vcpu *v, u32 insn);		/* at pc, as an illegal instruction */
bool code_original(struct vcpu *v, u32 *insn);		/* an ecall at pc stands for another instruction */
void code_gone(struct vcpu *v, struct domain *d, u64 gpa);

/* For arch/shadow.c, where d->code is not NULL. */
u8 *code_for_fetch(struct vcpu *v, u64 va, paddr_t pa);
bool code_for_data(struct vcpu *v, u64 va);
void code_will_write(struct vcpu *v, struct domain *d, u64 gpa, u64 size);

/* A page of memory is mapped writable: then it has no copy, and whoever makes one flushes what is entered before. */
static inline bool code_is_writable(const struct code *c, u64 gpa)
{
	u64 frame = (gpa - c->base) >> PAGE_SHIFT;

	return frame < c->frames && READ_ONCE(c->writable[frame / 64]) & BIT(frame % 64);
}

/* Small pages only, and writable only on a store: so that a page of it may have a copy. */
static inline bool code_in_region(const struct code *c, u64 gpa)
{
	u64 piece = (gpa - c->base) >> 21;

	return piece < c->frames / 512 && READ_ONCE(c->regions[piece / 64]) & BIT(piece % 64);
}

#endif
