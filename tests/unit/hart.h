/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A hart's address translation, as the specification allows it to be at its worst: it caches every entry of every level
 * that it can see, at once and again after each fence, and keeps all until a fence takes it. hart.c
 */
#ifndef UNIT_HART_H
#define UNIT_HART_H

#include "host.h"

struct hart_leaf {
	u64 va, size, pa, flags;
};

/* The addresses looked at: all that the test uses. */
void hart_universe(const u64 *va, unsigned int n);
void hart_reset(void);		/* forgets all, and takes the hooks of host.h */

/* What the hart of host_pcpu may use for va under its satp now; returns how many, at most max. */
unsigned int hart_may_use(u64 va, struct hart_leaf *leafs, unsigned int max);

/*
 * What the stub itself needs of that: that all the hart may go by leads to the stub's own pages, for it is there that it goes on.
 * Looked at with each fence, and here.
 */
void hart_finds_stub(void);

/* The tables alone, as a hart without caches walks them. */
bool hart_walk(u64 va, struct hart_leaf *leaf);

#endif
