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
 */
#include "code.h"
#include "domain.h"
#include "pv.h"
#include "shadow.h"
#include "smp.h"
#include "std.h"
#include "stub.h"
#include "vcpu.h"

#define SLOT(va)	(((va) >> 30) & 511)
#define L1_INDEX(va)	(((va) >> 21) & 511)
#define L0_INDEX(va)	(((va) >> 12) & 511)
#define STUB_SLOT	SLOT(STUB_VA_BASE)
#define STUB_SLOTS	((STUB_VA_END - STUB_VA_BASE) / SZ_1G)
#define KEY_PAGED	BIT(63)
#define KEY_BARE	BIT(62)
#define MAX_PAGES	0xfff0u
#define HAS_ASIDS(p)	((p)->asid_max >= VIEW_NR)
#define TOP_SLOT	SLOT(XEN_PV_PAGE)
#define IN_TOP_TABLE(va) ((va) >= ALIGN_DOWN(XEN_PV_PAGE, SZ_2M))	/* the vCPU's page is in the same one */
#define RANGE_PAGES	64	/* a longer range is flushed as a whole address space */

/* The contexts in use, by number; and those that may have an ASID. */
#define for_each_ctx_in(s, c, bits, set) \
	for (u64 bits = (set); bits && ((c) = &(s)->ctx[lowest_bit(bits)]); bits &= bits - 1)
#define for_each_ctx(s, c, bits) for_each_ctx_in(s, c, bits, (s)->live)
#define for_each_ctx_of(s, c, bits, asid) for_each_ctx_in(s, c, bits, ctxs_of(s, asid))

static u64 ctxs_of(const struct shadow *s, s32 asid)
{
	return asid == FENCE_ANY_ASID ? s->live : s->by_asid[asid & 63];
}

static u64 *page(const struct shadow *s, spage_t n)
{
	return (u64 *)(s->pool + (u64)n * PAGE_SIZE);
}

static u64 table_pte(struct shadow *s, spage_t n)
{
	return (va_to_pa(page(s, n)) >> PAGE_SHIFT) << PTE_PPN_SHIFT | PTE_V;
}

static spage_t pte_page(const struct shadow *s, u64 pte)
{
	paddr_t pa = ((pte >> PTE_PPN_SHIFT) & PTE_PPN_MASK) << PAGE_SHIFT;

	return (pa - va_to_pa(s->pool)) >> PAGE_SHIFT;
}

static void clear_entries(u64 *p, unsigned int nr)
{
	for (u64 *end = p + nr; p < end; p += 8) {
		p[0] = 0; p[1] = 0; p[2] = 0; p[3] = 0;
		p[4] = 0; p[5] = 0; p[6] = 0; p[7] = 0;
	}
}

static void set_entry(struct shadow *s, spage_t n, unsigned int index, u64 pte)
{
	page(s, n)[index] = pte;
	s->used[n] |= 1 << (index >> 6);
}

static bool test_slot(const u64 *map, unsigned int slot)
{
	return map[slot >> 6] & BIT(slot & 63);
}

static void set_slot(u64 *map, unsigned int slot)
{
	map[slot >> 6] |= BIT(slot & 63);
}

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

static spage_t take_listed(struct shadow *s, spage_t *head, spage_t *tail)
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

/* True when all of them are void: once satp has been written, not before, the hart must forget what it has. */
static bool assign_asids(struct shadow *s, struct shadow_ctx *c)
{
	struct pcpu *p = this_pcpu();
	bool flush = p->asid_next + VIEW_NR > p->asid_max;

	if (flush) {
		/* Also the case of a hart without ASIDs (asid_max 0): every assignment flushes. */
		p->asid_gen++;
		p->asid_next = 0;
	}
	for (unsigned int view = 0; view < VIEW_NR; view++)
		c->asid[view] = HAS_ASIDS(p) ? ++p->asid_next : 0;
	c->asid_gen = asid_generation(s, p);
	return flush;
}

static u64 satp_of(const struct shadow *s, enum shadow_view view)
{
	const struct shadow_ctx *c = s->cur;

	return SATP_MODE_SV39 << SATP_MODE_SHIFT | (u64)c->asid[view] << SATP_ASID_SHIFT |
	       va_to_pa(page(s, c->root[view])) >> PAGE_SHIFT;
}

/* Sets the hart's satp to the view of the current address space that the virtual mode sees. */
void shadow_load(struct vcpu *v)
{
	struct shadow *s = &v->shadow;
	struct pcpu *p = this_pcpu();
	bool asids = HAS_ASIDS(p), flush = false;

	if (unlikely(s->cur->asid_gen != asid_generation(s, p) || !asids))
		flush = assign_asids(s, s->cur);
	for (unsigned int view = 0; view < VIEW_NR; view++)
		v->satp[view] = likely(asids) ? satp_of(s, view) : 0;
	csr_write(CSR_SATP, satp_of(s, v->user ? VIEW_USER : VIEW_KERNEL));
	if (unlikely(flush))
		asm_sfence_all();
	pv_choose_fast(v);
}

static void forget_asids(struct shadow_ctx *c)
{
	c->asid_gen = 0;
}

/* --- contexts --- */

static spage_t new_root(struct shadow *s)
{
	spage_t n = take_page(s);

	memcpy(page(s, n) + STUB_SLOT, stub_root + STUB_SLOT, STUB_SLOTS * sizeof(u64));
	s->used[n] = 1 << (STUB_SLOT >> 6);
	return n;
}

static void clear_slots(struct shadow *s, spage_t root, u64 *used, const u64 *mask)
{
	for (unsigned int w = 0; w < 8; w++) {
		u64 bits = mask ? used[w] & mask[w] : used[w];

		used[w] &= ~bits;
		for (; bits; bits &= bits - 1)
			page(s, root)[w * 64 + lowest_bit(bits)] = 0;
	}
}

/* Drops all mappings of a context that are its own: with everything, those of the global tables as well. */
static void ctx_clear(struct shadow *s, struct shadow_ctx *c, bool everything)
{
	clear_slots(s, c->root[VIEW_USER], c->slots[VIEW_USER], NULL);
	clear_slots(s, c->root[VIEW_KERNEL], c->slots[VIEW_KERNEL], everything ? NULL : c->own);
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

/* Of the kernel's addresses: what is known of instructions there is known no more. */
static void changed(struct shadow *s)
{
	s->gen++;
	s->call_pc = 0;
}

static void drop_global(struct shadow *s)
{
	s->walk_gen++;
	memset(s->global, 0, sizeof(s->global));
	put_list(s, &s->global_head, &s->global_tail);
}

static void drop_everything(struct shadow *s)
{
	struct shadow_ctx *c;

	for_each_ctx(s, c, bits) {
		if (c == s->cur)
			ctx_clear(s, c, true);
		else
			ctx_free(s, c);
	}
	drop_global(s);
	changed(s);
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
		drop_everything(s);
		/* The hart still has what the tables had: leave it behind under the old ASID. */
		shadow_load(v);
	}
}

static void want_pages(struct vcpu *v, unsigned int n)
{
	while (unlikely(v->shadow.free_count < n))
		reclaim(v);
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
	want_pages(v, 2);
	victim->key = key;
	s->by_asid[key >> SATP_ASID_SHIFT & 63] |= BIT(victim->number);
	s->live |= BIT(victim->number);
	victim->root[VIEW_KERNEL] = new_root(s);
	victim->root[VIEW_USER] = new_root(s);
	return victim;
}

static bool has_own_kernel(const struct shadow_ctx *c)
{
	return c->own[4] | c->own[5] | c->own[6] | c->own[7];
}

/* The guest's satp has changed: find or make its shadow. The caller loads it. */
void shadow_switch(struct vcpu *v)
{
	struct shadow *s = &v->shadow;
	u64 satp = v->csr.satp;
	u64 key = satp >> SATP_MODE_SHIFT ? (satp & ~(0xfUL << SATP_MODE_SHIFT)) | KEY_PAGED : KEY_BARE;

	s->call_pc = 0;
	s->walk_gen++;
	/* Contexts with tables of their own for the kernel's half may see other things there. */
	if (s->cur && has_own_kernel(s->cur))
		changed(s);
	s->cur = ctx_find(v, key);
	if (has_own_kernel(s->cur))
		changed(s);
	s->cur->used = ++s->clock;
}

/* --- filling --- */

/*
 * The table of the 1 GiB slot that a mapping belongs in. A kernel view that has no table of its own there
 * takes the shared one for a global mapping; for another it must part from the shared one.
 */
static u64 *l1_table(struct shadow *s, enum shadow_view view, unsigned int slot, bool global)
{
	struct shadow_ctx *c = s->cur;
	u64 *root = page(s, c->root[view]);
	spage_t n;

	if (view == VIEW_KERNEL && global && !test_slot(c->own, slot)) {
		n = s->global[slot];
		if (!n) {
			n = take_listed(s, &s->global_head, &s->global_tail);
			s->global[slot] = n;
		}
	} else {
		if (test_slot(view == VIEW_KERNEL ? c->own : c->slots[view], slot))
			return page(s, pte_page(s, root[slot]));
		n = take_listed(s, &c->head, &c->tail);
		if (view == VIEW_KERNEL) {
			changed(s);
			set_slot(c->own, slot);
			/* The hart may hold translations of the shared table under this ASID. */
			if (root[slot])
				asm_sfence_asid(c->asid[view]);
		}
	}
	set_slot(c->slots[view], slot);
	set_entry(s, c->root[view], slot, table_pte(s, n));
	return page(s, n);
}

static u64 leaf_flags(struct vcpu *v, u64 guest_pte)
{
	u64 flags = PTE_V | PTE_U | PTE_A | (guest_pte & (PTE_R | PTE_X));

	if ((guest_pte & (PTE_W | PTE_D)) == (PTE_W | PTE_D))
		flags |= PTE_W | PTE_D;
	/* What is user's in the guest must not be executed by its kernel. */
	if (!v->user && (guest_pte & PTE_U)) {
		flags &= ~PTE_X;
		/* Execute-only, read by the kernel with MXR: without R or X the entry would be a pointer. */
		if (!(flags & PTE_R))
			flags |= PTE_R;
	}
	return flags;
}

/*
 * Enters a piece of memory, 2 MiB or 4 KiB, in the current view. Where a large page and a table of small ones
 * take each other's place, the hart may hold both kinds, and a later flush of one address would find only
 * the new one: so everything is flushed at once.
 */
static void install(struct vcpu *v, u64 va, const struct translation *t, paddr_t pa, u64 piece, u64 flags)
{
	struct shadow *s = &v->shadow;
	enum shadow_view view = v->user ? VIEW_USER : VIEW_KERNEL;
	bool global = t->pte & PTE_G;
	u64 *l1, *pte;
	spage_t n;

	want_pages(v, 2);
	l1 = l1_table(s, view, SLOT(va), global);
	n = pte_page(s, page(s, s->cur->root[view])[SLOT(va)]);
	pte = &l1[L1_INDEX(va)];
	if (t->size >= SZ_2M && piece >= SZ_2M) {
		bool table = *pte && !(*pte & (PTE_R | PTE_X));

		s->splinter[n] |= t->size > SZ_2M;
		s->walk_gen += table;
		set_entry(s, n, L1_INDEX(va), (ALIGN_DOWN(pa, SZ_2M) >> PAGE_SHIFT) << PTE_PPN_SHIFT | flags);
		if (table) {
			asm_sfence_all();
			changed(s);
		}
		return;
	}
	if (!*pte || (*pte & (PTE_R | PTE_X))) {
		bool shared = view == VIEW_KERNEL && !test_slot(s->cur->own, SLOT(va)), large = *pte;

		set_entry(s, n, L1_INDEX(va), table_pte(s, shared ? take_listed(s, &s->global_head, &s->global_tail) :
								    take_listed(s, &s->cur->head, &s->cur->tail)));
		if (large)
			asm_sfence_all();
	}
	s->splinter[n] |= t->size > SZ_2M;
	n = pte_page(s, *pte);
	s->splinter[n] |= t->size > PAGE_SIZE;
	set_entry(s, n, L0_INDEX(va), (ALIGN_DOWN(pa, PAGE_SIZE) >> PAGE_SHIFT) << PTE_PPN_SHIFT | flags);
	/* The next one of these 2 MiB goes there as well, unless it may go into the shared table as well as into ours. */
	if (walk_known(s, walk_of(s, va), va) && (view == VIEW_USER || test_slot(s->cur->own, SLOT(va))))
		walk_of(s, va)->l0[view] = n;
}

static inline void enter(struct vcpu *v, u64 va, const struct translation *t, paddr_t pa, u64 piece, u64 flags)
{
	const struct walk *w = walk_of(&v->shadow, va);
	spage_t l0 = w->l0[v->user ? VIEW_USER : VIEW_KERNEL];

	if (likely(t->size == PAGE_SIZE && walk_known(&v->shadow, w, va) && l0))
		set_entry(&v->shadow, l0, L0_INDEX(va), (pa >> PAGE_SHIFT) << PTE_PPN_SHIFT | flags);
	else
		install(v, va, t, pa, piece, flags);
}

/* What arch/code.c asks of a mapping: it may become smaller, lose rights, or lead to the copy of a page. */
static u64 mind_copies(struct vcpu *v, u64 va, enum access access, const struct translation *t, paddr_t *pa,
		       u64 *piece, u64 flags)
{
	bool region = code_in_region(v->domain->code, t->gpa);
	u8 *copy;

	if (region)
		*piece = PAGE_SIZE;
	if (region && access != ACCESS_STORE)
		flags &= ~(PTE_W | PTE_D);
	if (flags & PTE_W)
		code_will_write(v, t->gpa, MIN(t->size, *piece));
	if (!region || v->user || !(t->pte & PTE_G) || !shadow_is_global(v, va))
		return flags;
	if (v->hw_sstatus & SSTATUS_MXR)
		return flags;	/* what may be executed may be read */
	if (access != ACCESS_FETCH)
		return code_for_data(v, va) ? flags & ~PTE_X : flags;
	copy = code_for_fetch(v, va, *pa);
	if (!copy)
		return flags;
	*pa = va_to_pa(copy);
	return flags & ~(PTE_R | PTE_W | PTE_D);
}

/*
 * Most faults: the tables are known, ours and the guest's, and the entry can go from one to the other as it is. 0, the
 * exception, or SHADOW_UNKNOWN.
 */
int shadow_quick_fault(struct vcpu *v, u64 va, enum access access)
{
	static const u8 wanted[] = { PTE_A | PTE_R | PTE_X, PTE_A | PTE_R, PTE_A | PTE_R | PTE_W | PTE_D };
	struct walk *w = walk_of(&v->shadow, va);
	const struct code *c = v->domain->code;
	spage_t l0 = w->l0[v->user ? VIEW_USER : VIEW_KERNEL];
	u64 pte, gpa, flags;
	paddr_t pa;

	if (!walk_known(&v->shadow, w, va) || !walk_same(w))
		return SHADOW_UNKNOWN;
	pte = READ_ONCE(w->table[L0_INDEX(va)]);
	if (!(pte & PTE_V))
		return page_fault[access];
	if (!l0 || (pte & wanted[access]) != wanted[access] || (pte & PTE_RESERVED) ||
	    (v->user ? !(pte & PTE_U) : access == ACCESS_FETCH))
		return SHADOW_UNKNOWN;
	gpa = (pte >> PTE_PPN_SHIFT & PTE_PPN_MASK) << PAGE_SHIFT;
	flags = leaf_flags(v, pte);
	if (!p2m_quick(v->domain, gpa, &pa) ||
	    (c && (code_in_region(c, gpa) || ((flags & PTE_W) && !code_is_writable(c, gpa)))))
		return SHADOW_UNKNOWN;
	set_entry(&v->shadow, l0, L0_INDEX(va), (pa >> PAGE_SHIFT) << PTE_PPN_SHIFT | flags);
	v->shadow.fills++;
	asm_sfence_page(va);
	return 0;
}

/*
 * The hart is here: what else may be entered of pages from va on, in the same 2 MiB, as a hart that walks ahead would. Only
 * what the guest has accessed before, and with a right to write only what it has written.
 */
static void fill_ahead(struct vcpu *v, u64 va, unsigned int nr)
{
	const u64 wanted = PTE_V | PTE_R | PTE_U | PTE_A;
	const struct walk *w = walk_of(&v->shadow, va);
	const struct code *c = v->domain->code;
	spage_t l0 = w->l0[v->user ? VIEW_USER : VIEW_KERNEL];
	unsigned int i = L0_INDEX(va), end = MIN(i + nr, 512U);
	u64 pte, gpa, flags;
	paddr_t pa;

	if (!walk_known(&v->shadow, w, va) || !l0)
		return;
	for (; i < end; i++) {
		pte = READ_ONCE(w->table[i]);
		if ((pte & wanted) != wanted || (pte & PTE_RESERVED) || page(&v->shadow, l0)[i])
			continue;
		gpa = (pte >> PTE_PPN_SHIFT & PTE_PPN_MASK) << PAGE_SHIFT;
		if (!p2m_quick(v->domain, gpa, &pa) || (c && code_in_region(c, gpa)))
			continue;
		flags = leaf_flags(v, pte);
		if (c && !code_is_writable(c, gpa))
			flags &= ~(PTE_W | PTE_D);
		set_entry(&v->shadow, l0, i, (pa >> PAGE_SHIFT) << PTE_PPN_SHIFT | flags);
	}
}

/* nr pages from va on are likely to be accessed now. Returns for how many the work has been done, at least one. */
u64 shadow_fill_hinted(struct vcpu *v, u64 va, u64 nr)
{
	u64 left = 512 - L0_INDEX(va);

	/* The first one by itself: then the tables are known, and it may be written if it has been written. */
	if (shadow_quick_fault(v, va, ACCESS_LOAD) == SHADOW_UNKNOWN)
		shadow_fault(v, va, ACCESS_LOAD);
	if (nr > 1)
		fill_ahead(v, va, nr);
	return MIN(nr, left);
}

/* The hart faulted at va. 0: the shadow has the page now; else the exception the guest gets. */
int shadow_fault(struct vcpu *v, u64 va, enum access access)
{
	struct translation t;
	paddr_t pa;
	u64 piece, flags, done;
	int cause;

	/* The stub's own slots: for a pv guest there is nothing there, whatever its tables say. */
	if (v->csr.satp && va - STUB_VA_BASE < STUB_VA_END - STUB_VA_BASE)
		return page_fault[access];
	do {
		done = v->req_done;
		cause = guest_walk(v, va, access, &t);
		if (cause)
			return cause;
		if (!p2m_lookup(v->domain, t.gpa, &pa, &piece))
			return access_fault[access];
		flags = leaf_flags(v, t.pte);
		if (unlikely(IN_TOP_TABLE(va)) && v->domain->page_shown)
			piece = PAGE_SIZE;
		if (v->domain->code)
			flags = mind_copies(v, va, access, &t, &pa, &piece, flags);
		/* Waiting for another vCPU it may have done a fence for one: the walk is from before that. */
	} while (unlikely(done != v->req_done));
	enter(v, va, &t, pa, piece, flags);
	v->shadow.fills++;
	/* A hart may have cached that the entry was invalid (12.2.1). */
	asm_sfence_page(va);
	return 0;
}

/* --- the vCPU's own page --- */

static u64 page_pte(const struct vcpu *v)
{
	u64 flags = PTE_V | PTE_U | PTE_R | PTE_A | (v->masked ? 0 : PTE_W | PTE_D);

	return (va_to_pa(v->pv) >> PAGE_SHIFT) << PTE_PPN_SHIFT | flags;
}

/* In the kernel view. It is the vCPU's, whatever the address space: global, but for Bare, which shares no tables. */
void shadow_fill_page(struct vcpu *v)
{
	const struct translation t = { .size = PAGE_SIZE, .pte = v->csr.satp ? PTE_G : 0 };

	install(v, XEN_PV_PAGE, &t, ALIGN_DOWN(va_to_pa(v->pv), PAGE_SIZE), PAGE_SIZE, page_pte(v) & 0xff);
	v->shadow.fills++;
	asm_sfence_page(XEN_PV_PAGE);
}

static void set_rights(const struct vcpu *v, spage_t l1)
{
	const struct shadow *s = &v->shadow;
	u64 pte = page(s, l1)[L1_INDEX(XEN_PV_PAGE)];

	if (pte && !(pte & (PTE_R | PTE_X)) && page(s, pte_page(s, pte))[L0_INDEX(XEN_PV_PAGE)])
		page(s, pte_page(s, pte))[L0_INDEX(XEN_PV_PAGE)] = page_pte(v);
}

void shadow_page_rights(struct vcpu *v)
{
	struct shadow *s = &v->shadow;
	struct shadow_ctx *c;

	if (s->global[TOP_SLOT])
		set_rights(v, s->global[TOP_SLOT]);
	for_each_ctx(s, c, bits)
		if (test_slot(c->own, TOP_SLOT))
			set_rights(v, pte_page(s, page(s, c->root[VIEW_KERNEL])[TOP_SLOT]));
	asm_sfence_page(XEN_PV_PAGE);
}

/* --- flushing --- */

bool shadow_is_global(const struct vcpu *v, u64 va)
{
	return v->csr.satp && !test_slot(v->shadow.cur->own, SLOT(va));
}

u64 shadow_kernel_page(const struct vcpu *v, u64 va)
{
	const struct shadow *s = &v->shadow;
	u64 pte = page(s, s->cur->root[VIEW_KERNEL])[SLOT(va)];

	if (pte)
		pte = page(s, pte_page(s, pte))[L1_INDEX(va)];
	if (!pte || (pte & (PTE_R | PTE_X)))
		return 0;
	pte = page(s, pte_page(s, pte))[L0_INDEX(va)];
	return ((pte >> PTE_PPN_SHIFT) & PTE_PPN_MASK) << PAGE_SHIFT;
}

void shadow_reset(struct vcpu *v)
{
	drop_everything(&v->shadow);
}

/* Removes what covers va from the table of a slot. Of what the shadow does not hold, the hart holds nothing. */
static void zap(struct shadow *s, spage_t l1, u64 va)
{
	u64 *pte = &page(s, l1)[L1_INDEX(va)];
	spage_t pieces = s->splinter[l1] ? l1 : 0;

	if (!pieces && *pte && !(*pte & (PTE_R | PTE_X))) {
		spage_t l0 = pte_page(s, *pte);

		pieces = s->splinter[l0] ? l0 : 0;
		pte = &page(s, l0)[L0_INDEX(va)];
	}
	if (pieces) {
		/* The guest flushes its page, which is larger than ours: all pieces of it go. */
		clear_entries(page(s, pieces), PTE_ENTRIES);
		s->walk_gen++;		/* tables may have hung there */
		asm_sfence_all();
	} else if (*pte) {
		*pte = 0;
		asm_sfence_page(va);
	}
}

static void zap_ctx(struct shadow *s, struct shadow_ctx *c, u64 va)
{
	unsigned int slot = SLOT(va);

	if (test_slot(c->slots[VIEW_USER], slot))
		zap(s, pte_page(s, page(s, c->root[VIEW_USER])[slot]), va);
	if (test_slot(c->own, slot))
		zap(s, pte_page(s, page(s, c->root[VIEW_KERNEL])[slot]), va);
}

static bool ctx_has_asid(const struct shadow_ctx *c, s32 asid)
{
	return asid == FENCE_ANY_ASID ||
	       ((c->key & KEY_PAGED) && ((c->key >> SATP_ASID_SHIFT) & SATP_ASID_MASK) == (u64)asid);
}

/* Mostly it is a page of the current user alone, and its tables are known. */
static inline bool flush_quick(struct shadow *s, u64 va, s32 asid)
{
	const struct walk *w = walk_of(s, va);
	struct shadow_ctx *c = s->cur;
	spage_t l0 = w->l0[VIEW_USER];

	if (asid == FENCE_ANY_ASID || s->by_asid[asid & 63] != BIT(c->number) || !ctx_has_asid(c, asid) ||
	    !walk_known(s, w, va) || !l0 || test_slot(c->own, SLOT(va)) || s->splinter[l0] ||
	    s->splinter[pte_page(s, page(s, c->root[VIEW_USER])[SLOT(va)])])
		return false;
	page(s, l0)[L0_INDEX(va)] = 0;
	asm_sfence_page(va);
	return true;
}

static __attribute__((noinline)) void flush_page(struct vcpu *v, u64 va, s32 asid)
{
	struct shadow *s = &v->shadow;
	struct shadow_ctx *c;

	for_each_ctx_of(s, c, bits, asid)
		if (ctx_has_asid(c, asid))
			zap_ctx(s, c, va);
	if (asid == FENCE_ANY_ASID && s->global[SLOT(va)]) {
		zap(s, s->global[SLOT(va)], va);
		changed(s);
	}
}

/* sfence.vma va, asid: of global mappings only "any ASID" is a flush (12.2.1). */
void shadow_flush_page(struct vcpu *v, u64 va, s32 asid)
{
	v->shadow.call_pc = 0;
	if (!flush_quick(&v->shadow, va, asid))
		flush_page(v, va, asid);
}

void shadow_flush_asid(struct vcpu *v, u16 asid)
{
	struct shadow *s = &v->shadow;
	struct shadow_ctx *c;

	s->call_pc = 0;
	s->walk_gen++;
	for_each_ctx_of(s, c, bits, asid)
		if (ctx_has_asid(c, asid))
			ctx_clear(s, c, false);
	shadow_load(v);
}

void shadow_flush_all(struct vcpu *v)
{
	drop_everything(&v->shadow);
	shadow_load(v);
}

void shadow_flush_range(struct vcpu *v, u64 start, u64 size, s32 asid)
{
	u64 end = start + size;

	if ((start == 0 && size == 0) || size > RANGE_PAGES * PAGE_SIZE || end < start) {
		if (asid == FENCE_ANY_ASID)
			shadow_flush_all(v);
		else
			shadow_flush_asid(v, asid);
		return;
	}
	/* Counted: the last page of the address space has none behind it. */
	start = ALIGN_DOWN(start, PAGE_SIZE);
	for (u64 n = (end - start + PAGE_SIZE - 1) >> PAGE_SHIFT; n; n--, start += PAGE_SIZE)
		shadow_flush_page(v, start, asid);
}
