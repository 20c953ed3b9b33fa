/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guest page tables that change, a reference that remembers what they said since the last fence, and the check that the
 * hart is granted nothing else. Steps are taken from a source of numbers: the unit test's random ones, or a fuzzer's.
 */
#ifndef UNIT_PAGING_H
#define UNIT_PAGING_H

#include "host.h"

struct paging_config {
	unsigned int shadow_pages, vcpus, harts;
	u32 asid_max;
	unsigned int levels[3];	/* of the page tables under each of the three roots; 0: three */
	unsigned int copies;	/* of kernel code (arch/code.c): room for so many; 0: none are made */
};

void paging_start(const struct paging_config *cfg, u64 (*number)(u64 below));
void paging_step(void);
void paging_end(void);

extern struct paging_stats {
	u64 traps, stores, copies, dropped;
	u64 faults_filled, faults_reflected, grants_checked, evictions, resets, fills;
} paging_stats;

#endif
