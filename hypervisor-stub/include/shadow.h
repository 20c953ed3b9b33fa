/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The virtual TLB of a pv vCPU: shadow page tables that are filled on fault and dropped on the guest's
 * sfence.vma. Private to the vCPU, like the TLB of a hart: no locks, and a remote fence is a request to
 * the other vCPU. See arch/shadow.c.
 */
#ifndef STUB_SHADOW_H
#define STUB_SHADOW_H

#include "csr.h"
#include "types.h"

struct vcpu;

#define SHADOW_SETS	16	/* cached guest address spaces: sets x ways, a word of bits */
#define SHADOW_WAYS	4
#define SHADOW_MIN_PAGES 24	/* two roots, and a table for each level of the four pages of an instruction */

typedef u16 spage_t;		/* a page of the pool, by number; 0 is none */

enum shadow_view {
	VIEW_KERNEL,		/* everything the guest maps, with U set */
	VIEW_USER,		/* the guest's user pages alone */
	VIEW_NR
};

struct shadow_ctx {
	u64 key;		/* guest satp, or KEY_BARE; 0: free */
	u64 used;		/* when it was last switched to, for eviction */
	spage_t root[VIEW_NR];
	u16 number;		/* its place in shadow.ctx, and its bit in shadow.live */
	spage_t head, tail;	/* its tables, linked through shadow.link */
	u64 asid_gen;		/* generation its ASIDs belong to, and satp with them */
	u64 satp[VIEW_NR];	/* the hart's */
	u64 slots[VIEW_NR][8];	/* root entries in use */
	u64 own[8];		/* kernel view: root entries with a table of its own, not the global one */
};

/*
 * Where faults in a piece of 2 MiB of the current address space have led: to a table of the guest's, by two entries,
 * which must still be the same, and to one of ours. Good while gen is the shadow's walk_gen. What leads to those two,
 * from higher levels, is looked at again when a page there is flushed.
 */
struct walk {
	u64 key;		/* 1 + the piece's number */
	u64 gen;
	u64 *table;		/* the guest's, of 4 KiB pages */
	u64 *at[2], pte[2];	/* the entries that lead there: levels 1 and 2 */
	spage_t l0[VIEW_NR];	/* the shadow's; 0: install() knows */
	spage_t alone;		/* the user's of these, if there is nothing else to flush with one of its pages */
	u8 global;		/* G, if an entry that leads there has it */
};

struct walk_upper {
	u64 *at[MAX_LEVELS - 3], pte[MAX_LEVELS - 3];	/* levels 3 and 4 */
};

#define WALKS	16

/* Where a page that is mapped by a grant has been entered: so that unmapping it drops no more than that. */
struct shadow_grant {
	u64 gpa, va;
};

#define SHADOW_GRANTS	256

struct shadow {
	u32 gen;		/* what a kernel address means may have changed since the last */
	u64 call_pc;		/* an ecall of the kernel here is one, in this address space; or */
#define NO_PC		1UL	/* where no instruction is */
	u8 *pool;		/* nr pages; page 0 is not used */
	u16 *link;		/* next page of the list that page n is on */
	u8 *splinter;		/* table n holds pieces of one larger guest page */
	u8 *used;		/* which eighths of page n may have entries, or had when it was put back */
	unsigned int nr, free_count;
	spage_t free;
	u8 levels, shift;	/* of all tables: as the guest's last mode; of an address, to the slot of the root */
	spage_t global[512];	/* tables of the guest's global mappings, shared by all kernel views: of root slots */
	spage_t global_head, global_tail;
	u64 owned[8];		/* slots in which a context has, or had, tables of its own */
	u64 clock;
	u64 hw_gen;		/* changes when the vCPU moves to another hart: its ASIDs are void */
	struct shadow_ctx *cur;
	u64 walk_gen;		/* changes with each flush, and when a table of ours goes */
	struct walk walks[WALKS];
	struct walk_upper upper[WALKS];
	u64 by_asid[64];	/* of those, which have an ASID with these six low bits; Bare is there as well */
	u64 live;		/* contexts in use, a bit each */
	struct shadow_ctx ctx[SHADOW_SETS * SHADOW_WAYS];
	u32 nr_grants;		/* SHADOW_GRANTS + 1: more than can be remembered */
	struct shadow_grant grants[SHADOW_GRANTS];
	u64 fills, evictions, resets;
};

enum access {
	ACCESS_FETCH,
	ACCESS_LOAD,
	ACCESS_STORE,
};

/* What a guest virtual address means now. */
struct translation {
	u64 gpa;
	u64 size;		/* of the guest's page: 4 KiB, 2 MiB, 1 GiB, 512 GiB, 256 TiB */
	u64 pte;		/* permission bits of the leaf (V R W X U G A D) */
};

static inline struct walk *walk_of(struct shadow *s, u64 va)
{
	return &s->walks[(va >> 21) % WALKS];
}

static inline bool walk_known(const struct shadow *s, const struct walk *w, u64 va)
{
	return w->key == (va >> 21) + 1 && w->gen == s->walk_gen;
}

/* The guest has not changed the entries that lead to its table. */
static inline bool walk_same(const struct walk *w)
{
	return READ_ONCE(*w->at[0]) == w->pte[0] && READ_ONCE(*w->at[1]) == w->pte[1];
}

/* arch/walk.c: the exceptions by kind of access */
extern const u8 page_fault[], access_fault[];

/* 0, or the exception (EXC_*) that the access raises in the guest */
int guest_walk(struct vcpu *v, u64 va, enum access access, struct translation *t);

/* arch/shadow.c */
int shadow_init(struct vcpu *v, u8 *pool, unsigned int pages);
size_t shadow_overhead(unsigned int pages);
void shadow_switch(struct vcpu *v);		/* vsatp has changed */
void shadow_load(struct vcpu *v);		/* sets the hart's satp for the vCPU's virtual mode */
void shadow_leave(void);			/* ... for none */
#define SHADOW_UNKNOWN	(-1)
int shadow_fault(struct vcpu *v, u64 va, enum access access);
int shadow_quick_fault(struct vcpu *v, u64 va, enum access access);
u64 shadow_fill_hinted(struct vcpu *v, u64 va, u64 nr);
void shadow_reset(struct vcpu *v);		/* empties it; the vCPU is on no hart */
u64 shadow_kernel_page(const struct vcpu *v, u64 va);	/* the small page its kernel has there, or 0 */
bool shadow_is_global(const struct vcpu *v, u64 va);	/* va is looked up in the shared tables */
void shadow_fill_page(struct vcpu *v);		/* the vCPU's own page, in the kernel view */
void shadow_page_rights(struct vcpu *v);	/* v->masked has changed */
void shadow_flush_all(struct vcpu *v);
void shadow_flush_asid(struct vcpu *v, u16 asid);
void shadow_flush_page(struct vcpu *v, u64 va, s32 asid);
void shadow_flush_grants(struct vcpu *v, gpa_t start, u64 size);
void shadow_flush_range(struct vcpu *v, u64 start, u64 size, s32 asid);

#endif
