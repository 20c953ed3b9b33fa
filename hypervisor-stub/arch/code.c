// SPDX-License-Identifier: GPL-2.0
/*
 * Copies of kernel code for pv guests.
 *
 * A privileged instruction in U-mode is an illegal instruction, and firmware keeps that exception for itself:
 * OpenSBI looks at it in M-mode and hands it down, for some 450 instructions. ecall it delegates. So a page of
 * the guest's kernel that traps often is executed from a copy of it, in which the instructions that have trapped
 * are ecalls; the page itself says what they stand for. The guest sees none of it:
 *
 *  - the copy is mapped for execution only. To read the page, the guest faults and gets the page, without
 *    the right to execute; when it executes there next, it faults and gets the copy again;
 *  - a page with a copy is mapped writable nowhere, on no vCPU. To write it, a guest faults, and before it gets
 *    the page the copy is gone from all vCPUs. So fence.i, which does not trap, need not.
 *
 * writable[] and copied[] keep the second rule without looking through the shadows: a vCPU sets "writable" and
 * then looks at "copied"; who makes a copy sets "copied" and then looks at "writable". One of them sees the other.
 * "writable" is only cleared with all shadows of the domain flushed after it.
 */
#include "code.h"
#include "domain.h"
#include "pv.h"
#include "std.h"
#include "stub.h"
#include "vcpu.h"

#define HITS_WANTED	16	/* traps of a page before it gets a copy */
#define HITS_REVOKE	64	/* ... where all writable mappings must be revoked for it */
#define FLIPS_MAX	64	/* reads of the page itself: it is data as much as code */
#define HITS_NEVER	0xffff
#define POOL_SHARE	6	/* of the domain's pool, for copies */

/* The slot that va would have; the caller looks whether it has it. */
static struct code_slot *slot_of(struct code *c, u64 va)
{
	return &c->slot[(va >> PAGE_SHIFT) % CODE_SLOTS];
}

static bool test(const u64 *map, u64 n)
{
	return READ_ONCE(map[n / 64]) & BIT(n % 64);
}

static void set(u64 *map, u64 n)
{
	__atomic_fetch_or(&map[n / 64], BIT(n % 64), __ATOMIC_RELAXED);
}

static void clear(u64 *map, u64 n)
{
	__atomic_fetch_and(&map[n / 64], ~BIT(n % 64), __ATOMIC_RELAXED);
}

/* NULL: no room for it, or switched off; the guest runs all the same. */
struct code *code_create(struct domain *d)
{
	struct code *c;
	u64 words;

	if (option("nocopies"))
		return NULL;
	c = domain_pool_alloc(d, sizeof(*c));
	if (!c)
		return NULL;
	c->base = d->ram_base;
	c->frames = d->cfg.memory >> PAGE_SHIFT;
	words = (c->frames + 63) / 64;
	c->writable = domain_pool_alloc(d, words * 8);
	c->copied = domain_pool_alloc(d, words * 8);
	c->regions = domain_pool_alloc(d, (words / 512 + 1) * 8);
	c->nr_pages = d->pool_size / POOL_SHARE / PAGE_SIZE;
	c->pages = domain_pool_take(d, c->nr_pages * PAGE_SIZE);
	return c->writable && c->copied && c->regions && c->pages ? c : NULL;
}

/* The domain starts anew; none of its vCPUs runs, and their shadows will be empty. */
void code_reset(struct domain *d)
{
	struct code *c = d->code;

	if (!c)
		return;
	memset(c->slot, 0, sizeof(c->slot));
	memset(c->writable, 0, (c->frames + 63) / 64 * 8);
	memset(c->copied, 0, (c->frames + 63) / 64 * 8);
	c->next_page = 0;
}

/* --- changes, under c->lock --- */

static void lock(struct vcpu *v, struct code *c)
{
	vcpu_lock(v, &c->lock);
	WRITE_ONCE(c->holder, v);
}

static void unlock(struct code *c)
{
	WRITE_ONCE(c->holder, NULL);
	spin_unlock(&c->lock);
}

static bool try_lock(struct vcpu *v)
{
	struct code *c = v->domain->code;

	if (__atomic_exchange_n(&c->lock.held, 1, __ATOMIC_ACQUIRE))
		return false;
	WRITE_ONCE(c->holder, v);
	return true;
}

/* d's copies; v does it, mostly one of d's own vCPUs. */
static void drop(struct vcpu *v, struct domain *d, struct code_slot *s)
{
	struct code *c = d->code;

	WRITE_ONCE(s->copy, NULL);
	vcpu_fence_domain(v, d, s->va, PAGE_SIZE);
	clear(c->copied, s->frame);
	s->hits = 0;
	c->dropped++;
}

/* A page for a copy: when all are taken, the one taken first gives way. */
static u8 *take_page(struct vcpu *v)
{
	struct code *c = v->domain->code;
	u8 *page = c->pages + (u64)(c->next_page++ % c->nr_pages) * PAGE_SIZE;

	if (c->next_page > c->nr_pages)
		for (unsigned int i = 0; i < CODE_SLOTS; i++)
			if (c->slot[i].copy == page)
				drop(v, v->domain, &c->slot[i]);
	return page;
}

static void revoke_writable(struct vcpu *v, u64 frame)
{
	struct code *c = v->domain->code;

	set(c->regions, frame / 512);
	for (u64 i = 0; i < (c->frames + 63) / 64; i++)
		WRITE_ONCE(c->writable[i], 0);
	smp_mb();		/* cleared before the flush: what is set from now on counts */
	vcpu_fence_domain(v, v->domain, 0, 0);
	c->revoked++;
}

static void make_copy(struct vcpu *v, struct code_slot *s, paddr_t pa, u64 gpa)
{
	struct code *c = v->domain->code;
	u64 frame = (gpa - c->base) >> PAGE_SHIFT;
	u8 *page;

	if (test(c->copied, frame))
		return;		/* under another address: one copy is enough to look after */
	if (page_users(pa))
		return;		/* see below */
	if (test(c->writable, frame) || !test(c->regions, frame / 512)) {
		if (s->hits < HITS_REVOKE)
			return;
		revoke_writable(v, frame);
	}
	page = take_page(v);
	set(c->copied, frame);
	smp_mb();		/* "copied" before "writable": see the head of this file */
	/* Who has it by a grant, and be it the domain itself, may write it without setting that. */
	if (test(c->writable, frame) || page_users(pa)) {
		clear(c->copied, frame);
		s->hits = 0;
		return;
	}
	memcpy(page, pa_to_va(pa), PAGE_SIZE);
	s->orig = pa;
	s->frame = frame;
	s->flips = 0;
	__atomic_store_n(&s->copy, page, __ATOMIC_RELEASE);
	/* What executes from the page itself now shall from the copy. */
	vcpu_fence_domain(v, v->domain, s->va, PAGE_SIZE);
	c->made++;
}

/* --- on traps --- */

static u32 instruction_in(const u8 *page, u64 pc)
{
	const u16 *at = (const u16 *)(page + (pc & (PAGE_SIZE - 1)));

	return at[0] | (u32)at[1] << 16;
}

static void patch(struct code_slot *s, u64 pc)
{
	u16 *at = (u16 *)(s->copy + (pc & (PAGE_SIZE - 1)));

	/* The CSR number first: with it 0 no half of what is there is another instruction of the kernel's. */
	WRITE_ONCE(at[1], INSN_ECALL >> 16);
	WRITE_ONCE(at[0], INSN_ECALL & 0xffff);
	/* A hart that does not see it yet traps as it did before. */
	asm_fence_i();
}

/* An instruction across two pages is left alone. */
static bool crosses(u64 pc)
{
	return (pc & (PAGE_SIZE - 1)) == PAGE_SIZE - 2;
}

static void consider_copy(struct vcpu *v, struct code_slot *s, u64 va)
{
	const struct code *c = v->domain->code;
	struct translation t;
	paddr_t pa;

	/* Global mappings alone: va then means the same everywhere. Its own memory: others are not watched. */
	if (shadow_is_global(v, va) && !guest_walk(v, va, ACCESS_FETCH, &t) && (t.pte & PTE_G) &&
	    (t.gpa - c->base) >> PAGE_SHIFT < c->frames && p2m_kind(v->domain, t.gpa, &pa) == P2M_RAM)
		make_copy(v, s, pa, t.gpa);
}

void code_trapped(struct vcpu *v, u32 insn)
{
	struct code *c = v->domain->code;
	u64 va = v->pc & PAGE_MASK;
	struct code_slot *s;

	if (!c || crosses(v->pc) || !emulate_privileged(insn))
		return;
	c->illegal++;
	s = slot_of(c, va);
	if (s->va == va && !s->copy && (s->hits == HITS_NEVER || ++s->hits < HITS_WANTED))
		return;
	if (!try_lock(v))
		return;		/* the next trap will do */
	if (s->va != va && !s->copy) {
		s->va = va;
		s->orig = 0;
		s->hits = 0;
	} else if (s->va == va) {
		if (!s->copy)
			consider_copy(v, s, va);
		/* The guest may have mapped another page there since. */
		if (s->copy && instruction_in(pa_to_va(s->orig), v->pc) == insn)
			patch(s, v->pc);
	}
	unlock(c);
}

/*
 * True if what the hart executes at pc is a copy: our shadow says so. Another vCPU may be about to drop the copy, but
 * what drop() waits for, that we acknowledge its fence, we do after we are done with this trap: until then neither
 * our shadow nor the page itself changes.
 */
bool code_original(struct vcpu *v, u32 *insn)
{
	struct code *c = v->domain->code;
	const struct code_slot *s;
	paddr_t executed;

	if (!c || crosses(v->pc))
		return false;
	executed = shadow_kernel_page(v, v->pc);
	if (executed - va_to_pa(c->pages) >= (u64)c->nr_pages * PAGE_SIZE)
		return false;
	s = slot_of(c, v->pc);
	*insn = instruction_in(pa_to_va(s->orig), v->pc);
	return *insn != INSN_ECALL;
}

/* --- on filling a shadow --- */

/* The page va, which the guest maps to pa, is executed: returns its copy, or NULL. */
u8 *code_for_fetch(struct vcpu *v, u64 va, paddr_t pa)
{
	struct code *c = v->domain->code;
	struct code_slot *s = slot_of(c, va);

	if (s->va != (va & PAGE_MASK) || !s->orig)
		return NULL;
	if (s->orig == ALIGN_DOWN(pa, PAGE_SIZE))
		return __atomic_load_n(&s->copy, __ATOMIC_ACQUIRE);
	/* The guest maps another page there now. */
	lock(v, c);
	if (s->copy)
		drop(v, v->domain, s);
	s->orig = 0;
	unlock(c);
	return NULL;
}

/* The page va is read or written: true if it has a copy, so that it must not be executed itself. */
bool code_for_data(struct vcpu *v, u64 va)
{
	struct code *c = v->domain->code;
	struct code_slot *s = slot_of(c, va);

	if (s->va != (va & PAGE_MASK) || !s->copy)
		return false;
	if (++s->flips <= FLIPS_MAX)
		return true;
	lock(v, c);
	if (s->copy)
		drop(v, v->domain, s);
	s->hits = HITS_NEVER;
	unlock(c);
	return false;
}

static u64 any_copied(const struct code *c, u64 first, u64 n)
{
	u64 any = 0;

	if (n == 1)
		return test(c->copied, first);
	for (u64 i = first; i < first + n; i += 64)
		any |= READ_ONCE(c->copied[i / 64]);
	return any;
}

static void drop_range(struct vcpu *v, struct domain *d, u64 first, u64 n)
{
	struct code *c = d->code;
	bool held = READ_ONCE(c->holder) == v;	/* a walk on the way to a copy sets a bit in a page table */

	if (!held)
		lock(v, c);
	for (unsigned int i = 0; i < CODE_SLOTS; i++)
		if (c->slot[i].copy && c->slot[i].frame - first < n)
			drop(v, d, &c->slot[i]);
	if (!held)
		unlock(c);
}

/*
 * Before a piece of d's memory, 4 KiB or 2 MiB, is written by the stub or for another domain, or a writable mapping of
 * it is entered in the shadow. Of what is not the domain's memory from the start there are no copies.
 */
void code_will_write(struct vcpu *v, struct domain *d, u64 gpa, u64 size)
{
	struct code *c = d->code;
	u64 first = (ALIGN_DOWN(gpa, size) - c->base) >> PAGE_SHIFT, n = size >> PAGE_SHIFT;

	if (unlikely(first >= c->frames))
		return;
	smp_mb();		/* a grant's user is counted before that: see make_copy() */
	/* Then there is no copy: and whoever makes one flushes what is entered now. */
	if (n == 1 && test(c->writable, first))
		return;
	for (;;) {
		if (n == 1)
			set(c->writable, first);
		else
			for (u64 i = first; i < first + n; i += 64)
				WRITE_ONCE(c->writable[i / 64], ~0UL);
		smp_mb();	/* "writable" before "copied": see the head of this file */
		if (likely(!any_copied(c, first, n)))
			return;
		drop_range(v, d, first, n);
	}
}

/* Something else is at a page of d's memory now, or nothing: shadows do not have it any more when this is called. */
void code_gone(struct vcpu *v, struct domain *d, u64 gpa)
{
	u64 frame = (gpa - d->code->base) >> PAGE_SHIFT;

	if (frame < d->code->frames && test(d->code->copied, frame))
		drop_range(v, d, frame, 1);
}
