// SPDX-License-Identifier: GPL-2.0
/*
 * Page tables with whatever in them. Entries at random, pointers and leaves, to tables, data and nowhere; after each few
 * a touch through them, from S-mode and U-mode: what it must do is known from the tables (4.3.2), and it does that. No
 * touch ever meets another's memory, and none of another's ever meets ours: a second guest runs the same beside this.
 * With "levels=4" or "levels=5" on the command line the tables are Sv48's or Sv57's.
 *
 * With the page of the vCPU shown, its content is random as well, but for what the return needs.
 */
#include "guest.h"
#include "user.h"
#include "vm.h"
#include <xen/riscv.h>

#define STUB		0xffffffc000000000UL	/* and what follows it */
#define TABLES		24UL
#define DATA		24UL
#define CODE		4UL
#define FAR_PAGES	2048UL			/* behind the image: 2 MiB leaves lead there */
#define EBREAKS		0x0010007300100073UL	/* as an entry it is a leaf to nowhere */
#define FLIP		(1UL << 40)
#define PTE_RSVD	(0x3ffUL << 54)
#define SHOWN		10

enum kind { KERNEL_LOAD, KERNEL_STORE, USER_LOAD, USER_STORE, USER_FETCH, KERNEL_FETCH, KINDS };

extern int pv_entry_on;

static unsigned long *tables, *data, *code, *far_away, *root, tag, seed, lowest, highest, shown, touched[KINDS], large;
static int levels;

static unsigned long rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static bool within(unsigned long pa, const unsigned long *start, unsigned long pages)
{
	return pa - (unsigned long)start < pages * PAGE;
}

/* What a word of data holds, FLIP aside: whose it is and where. Bit 0 is clear: as an entry it is not valid. */
static unsigned long pattern(unsigned long pa)
{
	return tag << 48 | (pa & 0xfffffff8UL);
}

static bool is_data(unsigned long pa)
{
	return within(pa, data, DATA) || within(pa, far_away, FAR_PAGES);
}

static unsigned long damaged(const unsigned long *start, unsigned long pages)
{
	unsigned long bad = 0;

	for (const unsigned long *p = start; within((unsigned long)p, start, pages); p++)
		bad += (*p & ~FLIP) != pattern((unsigned long)p);
	return bad;
}

static void fill(unsigned long *start, unsigned long pages)
{
	for (unsigned long *p = start; within((unsigned long)p, start, pages); p++)
		*p = pattern((unsigned long)p);
}

/* --- what is to be expected --- */

static unsigned long page_fault(enum kind kind)
{
	return kind == KERNEL_STORE || kind == USER_STORE ? CAUSE_STORE_PAGE :
	       kind == USER_FETCH || kind == KERNEL_FETCH ? CAUSE_FETCH_PAGE : CAUSE_LOAD_PAGE;
}

static unsigned long access_fault(enum kind kind)
{
	return kind == KERNEL_STORE || kind == USER_STORE ? CAUSE_STORE_ACCESS :
	       kind == USER_FETCH || kind == KERNEL_FETCH ? CAUSE_FETCH_ACCESS : CAUSE_LOAD_ACCESS;
}

static bool is_ram(unsigned long pa)
{
	return pa >= lowest && pa < highest;
}

static bool allowed(enum kind kind, unsigned long pte)
{
	switch (kind) {
	case KERNEL_LOAD:	return pte & P_R;	/* SUM behaves as set */
	case KERNEL_STORE:	return pte & P_W;
	case KERNEL_FETCH:	return (pte & P_X) && !(pte & P_U);
	case USER_LOAD:		return (pte & P_R) && (pte & P_U);
	case USER_STORE:	return (pte & P_W) && (pte & P_U);
	default:		return (pte & P_X) && (pte & P_U);
	}
}

/* Bits that do not repeat the highest one that counts. */
static bool is_wild(unsigned long va)
{
	long high = (long)va >> (11 + 9 * levels);

	return high != 0 && high != -1;
}

/* The walk of 4.3.2: NO_TRAP and the address, or the cause. */
static unsigned long expect(unsigned long va, enum kind kind, unsigned long *pa, unsigned long *leaf)
{
	unsigned long table = (unsigned long)root, size = VM_SIZE(levels - 1), pte;
	int level;

	if (va - STUB < 19 * GIGA || is_wild(va))
		return page_fault(kind);
	for (level = levels - 1; ; level--, size >>= 9) {
		if (!is_ram(table))
			return access_fault(kind);
		pte = ((volatile unsigned long *)table)[va >> (12 + 9 * level) & 511];
		if (!(pte & P_V) || (pte & (P_R | P_W)) == P_W || (pte & PTE_RSVD))
			return page_fault(kind);
		table = PTE_PA(pte);
		if (pte & (P_R | P_X))
			break;
		if (!level || (pte & (P_A | P_D | P_U)))
			return page_fault(kind);
	}
	if ((table & (size - 1)) || !allowed(kind, pte))
		return page_fault(kind);
	*pa = table | (va & (size - 1));
	*leaf = size;
	return is_ram(*pa) ? NO_TRAP : access_fault(kind);
}

/* --- what is done --- */

static unsigned long some_frame(void)
{
	unsigned long r = rnd();

	switch (r & 15) {
	case 0:			/* anywhere at all */
		return rnd() >> 20;
	case 1:			/* below our memory: devices, perhaps */
		return rnd() % (lowest >> 12);
	case 2: case 3:		/* where the machine may have the memory of others, and the hypervisor its own */
		return (highest >> 12) + rnd() % 0x20000;
	case 4:			/* the page tables of the return to us */
		return (unsigned long)root >> 12;
	case 5: case 6: case 7:
		return ((unsigned long)far_away >> 12) + (r & 16 ? rnd() % FAR_PAGES : (rnd() & 3) << 9);
	case 8:
		return ((unsigned long)code >> 12) + rnd() % CODE;
	default:
		return ((unsigned long)data >> 12) + rnd() % DATA;
	}
}

static unsigned long some_entry(void)
{
	unsigned long r = rnd(), flags = rnd() & 0x3ff, frame;

	if (r % 8 < 3) {	/* a pointer, mostly a good one */
		flags = P_V | (r & 0x300) | (r & 0xc00 ? 0 : flags & (P_U | P_A | P_D | P_G));
		frame = r & 0x1000 ? ((unsigned long)tables >> 12) + rnd() % TABLES : some_frame();
	} else {
		flags |= r & 0x70000 ? P_V : 0;
		frame = r & 0x80000 && r % 8 == 7 ? ((unsigned long)tables >> 12) + rnd() % TABLES : some_frame();
	}
	return (frame & ((1UL << 44) - 1)) << 10 | flags | (r >> 20 & 31 ? 0 : 1UL << (54 + (r >> 25) % 10));
}

/*
 * Of each table few entries are used, so that a touch meets what has been changed; with more than three levels also those
 * that lead to where the hypervisor has its own.
 */
static unsigned long some_index(void)
{
	static const unsigned long few[] = { 0, 1, 2, 510, 256, 274, 275, 511 };

	return few[rnd() & (levels > 3 && !(rnd() & 3) ? 7 : 3)];
}

/* Of the root: not what leads to the guest itself. */
static unsigned long some_slot(void)
{
	static const unsigned long few[] = { 0, 1, 7, 255, 256, 274, 275, 510 };
	unsigned long slot = few[rnd() & 7];

	return slot || levels == 3 ? slot : 511;
}

static unsigned long some_address(void)
{
	unsigned long slot = some_slot(), va = rnd() & 0xff8;
	int level;

	for (level = 0; level < levels - 1; level++)
		va |= some_index() * VM_SIZE(level);
	va |= slot * VM_SIZE(level);
	if (slot & 256)
		va |= -1UL << (11 + 9 * levels);
	return rnd() & 63 ? va : va ^ 1UL << (12 + 9 * levels + rnd() % (52 - 9 * levels));
}

static void mutate(void)
{
	unsigned long table = rnd() % (TABLES + 4);

	if (table < TABLES)
		tables[table * 512 + some_index()] = some_entry();
	else
		root[some_slot()] = some_entry();
}

/* A table at random */
static pte_t *some_table(void)
{
	return &tables[rnd() % TABLES * 512];
}

/* An entry, and what leads to it, as a kernel would have it: of the tables those that come. */
static pte_t *some_way(unsigned long va, int level)
{
	pte_t *p = &root[va >> (12 + 9 * (levels - 1)) & 511];

	for (int l = levels - 2; l >= level; l--) {
		pte_t *table = some_table();

		*p = PTE(table, P_V);
		p = &table[va >> (12 + 9 * l) & 511];
	}
	return p;
}

/*
 * Now and then what leads to an address is as a kernel would have it, to the last entry or one before; then the address
 * is one of memory of ours, in a page as large as that. Returns it.
 */
static unsigned long mend(unsigned long va)
{
	static const unsigned long rights[] = { P_R, P_R | P_W, P_X, P_R | P_X, P_RWX };
	unsigned long r = rnd(), flags = rights[r % 5] | P_V | (rnd() & (P_U | P_G | P_AD)), to, size;
	int level = r & 0xf000000 ? 0 : 1 + (r >> 28) % (levels > 3 ? levels - 1 : 1);

	if (level < 2) {
		to = r & 0x10000 ? (unsigned long)code + (r >> 20) % CODE * PAGE : (unsigned long)data + (r >> 20) % DATA * PAGE;
		to = level ? (unsigned long)far_away + (r >> 40 & 3) * MEGA : to;
		*some_way(va, level) = PTE(to, flags);
		return va;
	}
	size = VM_SIZE(level);
	to = (unsigned long)far_away + (r >> 40) % FAR_PAGES * PAGE;
	va = (va & -size) | (to & (size - 1)) | (va & 0xff8);
	*some_way(va, level) = PTE(to & -size, flags);
	return va;
}

/* The page of the vCPU, from one end to the other; the return to U-mode sets what it needs. */
static void scribble(void)
{
	unsigned long at = XEN_PV_PAGE, n;
	struct xen_riscv_pv_page *page;

	if (!pv_entry_on)
		return;
	asm("" : "+r"(at));
	page = (struct xen_riscv_pv_page *)at;
	for (n = 0; n < 8; n++)
		((volatile unsigned long *)page)[rnd() % 504] = rnd();
	for (n = rnd() & 3; n; n--) {
		page->mapped[n - 1].addr = some_address();
		page->mapped[n - 1].nr = rnd() & 1 ? 1 : rnd() >> (rnd() & 63);
	}
	page->mapped_nr = rnd() & 1 ? rnd() & 3 : rnd() >> (rnd() & 63);
	page->ret = rnd();
	page->tval = rnd();
	page->cause = rnd();
	page->status = rnd();
	mb();
}

static struct trap touch(unsigned long va, enum kind kind, unsigned long *v)
{
	struct trap t;

	switch (kind) {
	case KERNEL_LOAD:
		return try_load(va, v);
	case KERNEL_STORE:
		return try_store(va, *v);
	case KERNEL_FETCH:
		return try_call(va, NULL);
	default:
		scribble();
		user_set(10, va);
		user_set(11, *v);
		t = user_run(kind == USER_FETCH ? va : user_va(kind == USER_LOAD ? user_load : user_store), true);
		*v = user_reg(10);
		if (kind != USER_FETCH && t.cause == CAUSE_ECALL_U)
			t.cause = NO_TRAP;
		return t;
	}
}

static void wrong(const char *what, unsigned long va, enum kind kind, unsigned long want, unsigned long got)
{
	if (shown++ < SHOWN)
		say("# not so: %s: kind %d at 0x%lx: 0x%lx expected, 0x%lx seen\n", what, kind, va, want, got);
}

/* The tables are as they are, and have been fenced. */
static void touch_known(unsigned long va, enum kind kind)
{
	unsigned long pa = 0, size = 0, want = expect(va, kind, &pa, &size), v = 0;
	bool table = within(pa, tables, TABLES);
	struct trap t;

	if (want == NO_TRAP) {
		if (kind >= USER_FETCH) {
			if (!within(pa, code, CODE))
				return;
			want = CAUSE_BREAKPOINT;
		} else if (kind == KERNEL_STORE || kind == USER_STORE) {
			if (!is_data(pa) && !table)
				return;
			v = table ? some_entry() : *(unsigned long *)pa ^ FLIP;
		} else if (!is_data(pa) && !table && !within(pa, code, CODE)) {
			return;
		}
	}
	touched[kind] += want == NO_TRAP || want == CAUSE_BREAKPOINT;
	large += want == NO_TRAP && size > MEGA;
	t = touch(va, kind, &v);
	if (t.cause != want)
		wrong("the trap", va, kind, want, t.cause);
	else if (want == NO_TRAP && kind != USER_STORE && v != *(volatile unsigned long *)pa)
		wrong("what is there", va, kind, *(volatile unsigned long *)pa, v);
	else if (want != NO_TRAP && want != CAUSE_BREAKPOINT && t.tval != va)
		wrong("the address", va, kind, va, t.tval);
}

/* Without a fence it may be as it was, or as it is; but never another's. */
static void touch_stale(unsigned long va, enum kind kind)
{
	unsigned long v = 0;

	if (touch(va, kind, &v).cause == NO_TRAP && (v >> 48 == (tag ^ 1)))
		wrong("somebody else's", va, kind, tag, v >> 48);
}

static void fence(void)
{
	switch (rnd() & 3) {
	case 0:
		sbi_call(SBI_RFENCE, SBI_RFENCE_VMA, 1, this_hart()->id, 0, -1UL, 0, 0);
		break;
	case 1:
		csr_write(satp, csr_read(satp));
		/* fall through */
	default:
		fence_all();
	}
}

static void round_of(unsigned long nr)
{
	unsigned long n, va = some_address();

	if (rnd() & 1)
		va = mend(va);
	while (nr--)
		mutate();
	if (!(rnd() & 7)) {
		touch_stale(some_address(), rnd() & 1 ? KERNEL_LOAD : USER_LOAD);
		fence_va(some_address());
		touch_stale(some_address(), rnd() & 1 ? KERNEL_LOAD : USER_LOAD);
	}
	fence();
	for (n = 0; n < 6; n++) {
		touch_known(n & 1 ? some_address() : va, rnd() % KINDS);
		/* A store may have met a table. */
		if (n % 2)
			fence();
	}
}

static unsigned long *sandbox(unsigned long nr)
{
	unsigned long *first = page_alloc();

	while (--nr)
		page_alloc();
	return first;
}

static void begin(void)
{
	tag = fdt_says("tag=two") ? 0x5a5b : 0x5a5a;
	seed = 0x9e3779b97f4a7c15UL * tag;
	levels = vm_levels();
	highest = ram_end();
	for (lowest = (unsigned long)_start & -MEGA; try_load(lowest - 8, NULL).cause == NO_TRAP; lowest -= MEGA)
		;
	far_away = (unsigned long *)(((unsigned long)_end + MEGA - 1) & -MEGA);
	check((unsigned long)far_away + FAR_PAGES * PAGE <= highest);
	tables = sandbox(TABLES);
	data = sandbox(DATA);
	code = sandbox(CODE);
	fill(data, DATA);
	fill(far_away, FAR_PAGES);
	for (unsigned long i = 0; i < CODE * 512; i++)
		code[i] = EBREAKS;
	fence_i();
	root = vm_new();
	vm_map_user(root);
}

static void mutations(void)
{
	unsigned long goal = fdt_says("mutate=more") ? 75000 : 6000, done = 0, nr, i;

	if (guest_mode() != MODE_PV) {
		skip("no pv guest");
		return;
	}
	begin();
	vm_on(root, 1);
	for (i = 1; done < goal && shown < SHOWN; done += nr, i++) {
		nr = 1 + (rnd() & 3);
		round_of(nr);
		if (i % 0x1000 == 0) {
			say("# %lu mutations\n", done);
			check_eq(0, damaged(data, DATA) + damaged(far_away, FAR_PAGES));
		}
	}
	vm_off();
	check_eq(0, shown);
	check_eq(0, damaged(data, DATA) + damaged(far_away, FAR_PAGES));
	/* It has not only met faults. */
	for (i = 0; i < KINDS; i++) {
		say("# kind %lu: %lu met memory\n", i, touched[i]);
		check(touched[i] > goal / 200);
	}
	say("# %lu met it in pages of a gigabyte and more\n", large);
	check(levels == 3 || large > goal / 400);
}

TESTS(T(mutations));
