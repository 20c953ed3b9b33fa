// SPDX-License-Identifier: GPL-2.0
/*
 * Shadow page tables of a pv vCPU: a virtual TLB.
 *
 * For each guest address space (root and ASID) there are two hardware roots: the kernel view maps all the
 * guest maps, with U set, since the guest's kernel runs in U-mode too; the user view maps the guest's user
 * pages alone. Entries are filled when the hart faults, and go when the guest flushes. Guest tables are
 * not watched: the specification gives a hart no promise about an entry it has not fenced (12.2.1).
 *
 * The guest's global mappings (G set) hang below tables that all kernel views share, so a new address
 * space finds the guest's kernel already there. A root slot with a mapping that is not global has a table
 * of its own (ctx->own), which then takes the global ones as well.
 *
 * The hart's mode is the guest's, or for Bare its last one, so that its tables have as many levels as the guest's.
 * With more than three the stub's own addresses are in tables of ours, not in the root itself: such a table has them
 * before it is entered, and is not used for anything else before the hart has other ASIDs, or a fence.
 */
#include "domain.h"
#include "pv.h"
#include "shadow_tables.h"
#include "smp.h"
#include "std.h"
#include "stub.h"
#include "vcpu.h"

#define KEY_BARE	BIT(62)
#define MAX_PAGES	0xfff0u
#define HAS_ASIDS(p)	((p)->asid_max >= VIEW_NR)

/* --- the pool --- */

static spage_t take_page(struct shadow *s)
{
	spage_t n = s->free;

	s->free = s->link[n];
	s->free_count--;
	s->splinter[n] = 0;
	/* Most tables have few entries. */
	for (u64 used = s->used[n]; used; used &= used - 1)
		clear_entries(page(s, n) + 64 * lowest_bit(used), 64);
	s->used[n] = 0;
	return n;
}

static void put_page(struct shadow *s, spage_t n)
{
	s->link[n] = s->free;
	s->free = n;
	s->free_count++;
}

spage_t shadow_take_listed(struct shadow *s, spage_t *head, spage_t *tail)
{
	spage_t n = take_page(s);

	s->link[n] = *head;
	*head = n;
	if (!*tail)
		*tail = n;
	return n;
}

static void put_list(struct shadow *s, spage_t *head, spage_t *tail)
{
	for (spage_t n = *head, next; n; n = next) {
		next = s->link[n];
		put_page(s, n);
	}
	*head = 0;
	*tail = 0;
}

/* Bytes of bookkeeping beside a pool of that many pages. */
size_t shadow_overhead(unsigned int pages)
{
	return pages * (sizeof(u16) + 2 * sizeof(u8));
}

/* pool: pages * PAGE_SIZE, page aligned, followed by shadow_overhead(pages) bytes. */
int shadow_init(struct vcpu *v, u8 *pool, unsigned int pages)
{
	struct shadow *s = &v->shadow;

	if (pages < SHADOW_MIN_PAGES || pages > MAX_PAGES)
		return -1;
	s->pool = pool;
	s->nr = pages;
	s->link = (u16 *)(pool + (u64)pages * PAGE_SIZE);
	s->splinter = (u8 *)(s->link + pages);
	s->used = s->splinter + pages;
	memset(s->used, 0xff, pages);
	/* Page 0 stays unused: its number means none. */
	for (unsigned int n = pages - 1; n > 0; n--)
		put_page(s, n);
	s->hw_gen = 1;
	s->walk_gen = 1;
	s->levels = 3;
	s->shift = SLOT_SHIFT(3);
	for (unsigned int i = 0; i < ARRAY_SIZE(s->ctx); i++)
		s->ctx[i].number = i;
	shadow_switch(v);
	return 0;
}

/* --- hardware ASIDs --- */

/*
 * Each view has an ASID of its own, so that a change of the virtual mode flushes nothing. ASIDs are used
 * once: they are given out in order on each hart, and when they run out all of the hart's are void.
 * That makes "forget this context" free: it just takes new ones.
 */
static u64 asid_generation(const struct shadow *s, const struct pcpu *p)
{
	return p->asid_gen << 32 | (u32)s->hw_gen;
}

/* True when all of them are void: the hart must forget what it has. */
static bool assign_asids(struct shadow *s, struct shadow_ctx *c)
{
	struct pcpu *p = this_pcpu();
	bool flush = p->asid_next + VIEW_NR > p->asid_max;

	if (flush) {
		/* Also the case of a hart without ASIDs (asid_max 0): every assignment flushes. */
		p->asid_gen++;
		p->asid_next = 0;
	}
	for (unsigned int view = 0; view < VIEW_NR; view++) {
		u64 asid = HAS_ASIDS(p) ? ++p->asid_next : 0;

		c->satp[view] = SATP_MODE(s->levels) << SATP_MODE_SHIFT | asid << SATP_ASID_SHIFT |
				va_to_pa(page(s, c->root[view])) >> PAGE_SHIFT;
	}
	c->asid_gen = asid_generation(s, p);
	return flush;
}

static void set_satp(struct vcpu *v)
{
	for (unsigned int view = 0; view < VIEW_NR; view++)
		v->satp[view] = v->shadow.cur->satp[view];
	csr_write(CSR_SATP, v->satp[v->user ? VIEW_USER : VIEW_KERNEL]);
}

/* With ASIDs that the address space does not have yet. */
static __attribute__((noinline)) void load_anew(struct vcpu *v)
{
	struct shadow *s = &v->shadow;
	bool flush = assign_asids(s, s->cur);

	/* Before, for what has led to the stub under that ASID may not any more; after, for it may be the stub's. */
	if (flush) {
		csr_write(CSR_SATP, stub_satp(3));
		asm_sfence_all();
	}
	set_satp(v);
	if (flush)
		asm_sfence_all();
	if (!HAS_ASIDS(this_pcpu()))
		memset(v->satp, 0, sizeof(v->satp));
	pv_choose_fast(v);
}

/* Sets the hart's satp to the view of the current address space that the virtual mode sees. */
void shadow_load(struct vcpu *v)
{
	const struct pcpu *p = this_pcpu();

	if (unlikely(v->shadow.cur->asid_gen != asid_generation(&v->shadow, p) || !HAS_ASIDS(p))) {
		load_anew(v);
		return;
	}
	set_satp(v);
	pv_choose_fast(v);
}

/* The roots may be freed while another vCPU, or none, runs here. */
void shadow_leave(void)
{
	csr_write(CSR_SATP, stub_satp(3));
}

static void forget_asids(struct shadow_ctx *c)
{
	c->asid_gen = 0;
}

/* --- contexts --- */

/* The stub's own addresses, into a new table beside them with entries of that level. */
void shadow_add_stub(struct shadow *s, spage_t n, unsigned int level)
{
	if (level > 2) {
		set_entry(s, n, TOP_SLOT, stub_entry(level));
		return;
	}
	memcpy(page(s, n) + STUB_SLOT, stub_root + STUB_SLOT, STUB_SLOTS * sizeof(u64));
	s->used[n] |= 1 << (STUB_SLOT >> 6);
}

static spage_t new_root(struct shadow *s, unsigned int levels)
{
	spage_t n = take_page(s);

	shadow_add_stub(s, n, levels - 1);
	return n;
}

static void clear_slots(struct shadow *s, struct shadow_ctx *c, enum shadow_view view, const u64 *mask)
{
	u64 *used = c->slots[view];
	spage_t root = c->root[view];

	/* At no time without a way to the stub: the hart may be on its way there. */
	if (unlikely(s->levels > 3) && test_slot(used, TOP_SLOT) && (!mask || test_slot(mask, TOP_SLOT))) {
		page(s, root)[TOP_SLOT] = stub_entry(s->levels - 1);
		used[TOP_SLOT >> 6] &= ~BIT(TOP_SLOT & 63);
	}
	for (unsigned int w = 0; w < 8; w++) {
		u64 bits = mask ? used[w] & mask[w] : used[w];

		used[w] &= ~bits;
		for (; bits; bits &= bits - 1)
			page(s, root)[w * 64 + lowest_bit(bits)] = 0;
	}
}

/* Drops all mappings of a context that are its own: with everything, those of the global tables as well. */
void shadow_ctx_clear(struct shadow *s, struct shadow_ctx *c, bool everything)
{
	clear_slots(s, c, VIEW_USER, NULL);
	clear_slots(s, c, VIEW_KERNEL, everything ? NULL : c->own);
	memset(c->own, 0, sizeof(c->own));
	put_list(s, &c->head, &c->tail);
	forget_asids(c);
	s->walk_gen++;
}

static void ctx_free(struct shadow *s, struct shadow_ctx *c)
{
	unsigned int number = c->number;

	s->by_asid[c->key >> SATP_ASID_SHIFT & 63] &= ~BIT(number);
	put_list(s, &c->head, &c->tail);
	put_page(s, c->root[VIEW_KERNEL]);
	put_page(s, c->root[VIEW_USER]);
	memset(c, 0, sizeof(*c));
	c->number = number;
	s->live &= ~BIT(number);
}

static void drop_global(struct shadow *s)
{
	s->walk_gen++;
	memset(s->global, 0, sizeof(s->global));
	memset(s->owned, 0, sizeof(s->owned));
	put_list(s, &s->global_head, &s->global_tail);
}

void shadow_drop_everything(struct shadow *s)
{
	struct shadow_ctx *c;

	for_each_ctx(s, c, bits) {
		if (c == s->cur)
			shadow_ctx_clear(s, c, true);
		else
			ctx_free(s, c);
	}
	drop_global(s);
	s->nr_grants = 0;
	shadow_changed(s);
}

/* Makes room: the address space not used for longest goes; when there is none but the current, everything. */
static void reclaim(struct vcpu *v)
{
	struct shadow *s = &v->shadow;
	struct shadow_ctx *oldest = NULL, *c;

	for_each_ctx(s, c, bits)
		if (c != s->cur && (!oldest || c->used < oldest->used))
			oldest = c;
	if (oldest) {
		s->evictions++;
		ctx_free(s, oldest);
	} else {
		s->resets++;
		shadow_drop_everything(s);
		/* The hart still has what the tables had: leave it behind under the old ASID. */
		shadow_load(v);
	}
}

void shadow_want_pages(struct vcpu *v, unsigned int n)
{
	while (unlikely(v->shadow.free_count < n))
		reclaim(v);
}

/* Its roots. In the kernel's, the global table that has the stub's addresses as well: later it would take a fence. */
static void ctx_init(struct shadow *s, struct shadow_ctx *c, u64 key)
{
	c->key = key;
	c->root[VIEW_KERNEL] = new_root(s, s->levels);
	c->root[VIEW_USER] = new_root(s, s->levels);
	if (unlikely(s->levels > 3) && (key & KEY_PAGED) && s->global[TOP_SLOT]) {
		set_slot(c->slots[VIEW_KERNEL], TOP_SLOT);
		set_entry(s, c->root[VIEW_KERNEL], TOP_SLOT, table_pte(s, s->global[TOP_SLOT]));
	}
}

static struct shadow_ctx *ctx_find(struct vcpu *v, u64 key)
{
	struct shadow *s = &v->shadow;
	/* The ASID and the low bits of the root's frame number spread well enough. */
	unsigned int set = ((key >> SATP_ASID_SHIFT) ^ key ^ (key >> 4)) % SHADOW_SETS;
	struct shadow_ctx *c = &s->ctx[set * SHADOW_WAYS], *victim = NULL;

	for (unsigned int i = 0; i < SHADOW_WAYS; i++) {
		if (c[i].key == key)
			return &c[i];
		if (&c[i] != s->cur && (!victim || c[i].used < victim->used))
			victim = &c[i];
	}
	if (victim->key) {
		s->evictions++;
		ctx_free(s, victim);
	}
	shadow_want_pages(v, 2);
	s->by_asid[key >> SATP_ASID_SHIFT & 63] |= BIT(victim->number);
	s->live |= BIT(victim->number);
	ctx_init(s, victim, key);
	return victim;
}

static bool has_own_kernel(const struct shadow_ctx *c)
{
	return c->own[4] | c->own[5] | c->own[6] | c->own[7];
}

/*
 * Another mode: nothing of what there is has tables like that. The hart may have what has been in use until now; and it
 * is on the root of that until the caller has loaded another.
 */
static __attribute__((noinline)) void change_levels(struct shadow *s, unsigned int levels)
{
	shadow_drop_everything(s);
	asm_sfence_all();
	s->levels = levels;
	s->shift = SLOT_SHIFT(levels);
}

/* The guest's satp has changed: find or make its shadow. The caller loads it. */
void shadow_switch(struct vcpu *v)
{
	struct shadow *s = &v->shadow;
	u64 satp = v->csr.satp, mode = satp >> SATP_MODE_SHIFT;
	u64 key = mode ? satp : KEY_BARE;
	struct shadow_ctx *old = NULL;

	if (unlikely(mode && SATP_LEVELS(mode) != s->levels)) {
		old = s->cur;
		change_levels(s, SATP_LEVELS(mode));
	}
	s->call_pc = NO_PC;
	s->walk_gen++;
	/* Contexts with tables of their own for the kernel's half may see other things there. */
	if (s->cur && has_own_kernel(s->cur))
		shadow_changed(s);
	s->cur = ctx_find(v, key);
	if (has_own_kernel(s->cur))
		shadow_changed(s);
	s->cur->used = ++s->clock;
	if (unlikely(old))
		ctx_free(s, old);
}

bool shadow_is_global(const struct vcpu *v, u64 va)
{
	const struct shadow_ctx *c = v->shadow.cur;

	return v->csr.satp && !test_slot(c->own, SLOT(&v->shadow, va));
}

/* From a table with entries of that level down to the one of pages of 2 MiB that va is looked up in; 0: none. */
spage_t shadow_lower(const struct shadow *s, spage_t n, u64 va, unsigned int level)
{
	for (; unlikely(level > 1); level--) {
		u64 pte = page(s, n)[INDEX(va, level)];

		if (!is_table(s, pte))
			return 0;
		n = pte_page(s, pte);
	}
	return n;
}

spage_t shadow_l1(const struct shadow *s, const struct shadow_ctx *c, enum shadow_view view, u64 va)
{
	unsigned int slot = SLOT(s, va);

	if (!test_slot(c->slots[view], slot))
		return 0;
	return shadow_lower(s, pte_page(s, page(s, c->root[view])[slot]), va, s->levels - 2);
}

u64 shadow_kernel_page(const struct vcpu *v, u64 va)
{
	const struct shadow *s = &v->shadow;
	spage_t l1 = shadow_l1(s, s->cur, VIEW_KERNEL, va);
	u64 pte = l1 ? page(s, l1)[L1_INDEX(va)] : 0;

	if (!pte || (pte & (PTE_R | PTE_X)))
		return 0;
	pte = page(s, pte_page(s, pte))[L0_INDEX(va)];
	return ((pte >> PTE_PPN_SHIFT) & PTE_PPN_MASK) << PAGE_SHIFT;
}

void shadow_reset(struct vcpu *v)
{
	shadow_drop_everything(&v->shadow);
}
