// SPDX-License-Identifier: GPL-2.0
/*
 * The shadow page tables of pv guests against a reference; see paging.h.
 *
 * The reference: for each vCPU, address space and page, all the guest's tables have said since the last fence for it.
 * A hart may go by any of that (12.2.1), and by nothing else: neither may the stub's shadow let the real hart do.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "code.h"
#include "guest.h"
#include "hart.h"
#include "paging.h"
#include "pv.h"

#define MIB		16
#define NR_ROOTS	3
#define NR_L0		6
#define BARE		(NR_ROOTS * NR_ROOTS)	/* address spaces: root and ASID, and Bare */
#define NR_SPACES	(BARE + 1)
#define NR_SLOTS	4
#define NR_L1I		2
#define NR_L0I		3
#define NR_VA		(NR_SLOTS * NR_L1I * NR_L0I)
#define MAX_SAID	80
#define MAX_VCPUS_HERE	2

/*
 * Slots of the root: user's, and memory's own in Bare; the kernel's, the same in every root and all global; and one
 * where the kernel has global mappings (first 2 MiB, shared) beside such of the one address space (the next 2 MiB).
 *
 * A root may have more levels than three: then these are in tables of that level, under one more or two.
 */
static const unsigned int slots[NR_SLOTS] = { 0, 2, 300, 301 };
static const unsigned int slots_under[NR_SLOTS] = { 1, 0, 511, 511 };	/* in the table of level 3 */
static const unsigned int l0_index[NR_L0I] = { 0, 1, 5 };
#define KERNEL_SLOT	2
#define MIXED_SLOT	3

/* The guest's tables, by page from here on. */
#define TABLES		(GUEST_RAM_BASE + 8 * SZ_2M - 64 * PAGE_SIZE)
#define ROOT(r)		(TABLES + (r) * PAGE_SIZE)
#define L1(r, slot)	(TABLES + (NR_ROOTS + (r) * NR_SLOTS + (slot)) * PAGE_SIZE)
#define L1_KERNEL	(TABLES + (NR_ROOTS + NR_ROOTS * NR_SLOTS) * PAGE_SIZE)
#define L0(n)		(L1_KERNEL + (1 + (n)) * PAGE_SIZE)
#define L0_GLOBAL(n)	L0(NR_L0 + (n))
#define UPPER(r, n)	(L0_GLOBAL(2) + ((r) * 5 + (n)) * PAGE_SIZE)
#define L2(r, slot)	(levels[r] == 3 ? ROOT(r) : UPPER(r, MIN(slot, 2U)))	/* where the slot's entry is */
#define L3(r, slot)	(levels[r] == 4 ? ROOT(r) : UPPER(r, 3 + (slot) / 2))

struct said {
	u64 gpa, size, flags;
};

struct memory {
	unsigned int n;
	struct said said[MAX_SAID];
};

static bool led[MAX_VCPUS_HERE][NR_SPACES][NR_VA];
static struct memory memory[MAX_VCPUS_HERE][NR_SPACES][NR_VA];
static u64 vas[NR_VA];
static unsigned int asid_of[NR_ROOTS], levels[NR_ROOTS];
static struct domain *d;
static struct vcpu *v;
static u64 (*number)(u64 below);
struct paging_stats paging_stats;

/* UNIT_TRACE in the environment: what has been done, for who looks for the reason. */
#define trace(...) do { if (tracing) fprintf(stderr, __VA_ARGS__); } while (0)
static bool tracing;

/* --- the reference --- */

/* From a table on; it is of that level. */
static bool table_says(u64 table, int level, u64 va, struct said *s)
{
	u64 global = 0;

	for (; level >= 0; level--) {
		u64 pte = *guest_u64(d, table + (va >> (12 + 9 * level) & 511) * 8), size = PAGE_SIZE << (9 * level);

		if (!(pte & PTE_V) || (pte & (PTE_R | PTE_W)) == PTE_W || pte >> 54)
			return false;
		global |= pte & PTE_G;
		table = (pte >> 10 & PTE_PPN_MASK) << PAGE_SHIFT;
		if (pte & (PTE_R | PTE_X)) {
			*s = (struct said){ table + (va & (size - 1)), size, (pte & 0xff) | global };
			return IS_ALIGNED(table, size);
		}
		if (pte & (PTE_A | PTE_D | PTE_U))
			return false;
	}
	return false;
}

static bool tables_say(unsigned int root, u64 va, struct said *s)
{
	s64 high = (s64)va >> (11 + 9 * levels[root]);

	return (high == 0 || high == -1) && table_says(ROOT(root), levels[root] - 1, va, s);
}

/* With more than three levels: the pointers that lead to the table of level 2. */
static bool pointers_lead(unsigned int root, unsigned int slot)
{
	u64 top = *guest_u64(d, ROOT(root) + (slot < KERNEL_SLOT ? 0 : 511) * 8);

	return (levels[root] == 4 || top == guest_pte(L3(root, slot), PTE_V)) &&
	       *guest_u64(d, L3(root, slot) + slots_under[slot] * 8) == guest_pte(L2(root, slot), PTE_V);
}

static bool space_says(unsigned int space, u64 va, struct said *s)
{
	if (space != BARE)
		return tables_say(space / NR_ROOTS, va, s);
	*s = (struct said){ va, PAGE_SIZE, PTE_V | PTE_R | PTE_W | PTE_X | PTE_A | PTE_D };
	return true;
}

static void remember(struct memory *m, const struct said *s)
{
	for (unsigned int i = 0; i < m->n; i++)
		if (!memcmp(&m->said[i], s, sizeof(*s)))
			return;
	if (m->n == MAX_SAID)
		host_die("paging: too much is remembered");
	m->said[m->n++] = *s;
}

/* A global mapping counts in every address space, also where another root has set the D of its own entry. */
static void remember_in(unsigned int space, unsigned int i, const struct said *s)
{
	bool global = s->flags & PTE_G;

	for (unsigned int n = 0; n < d->nr_vcpus; n++)
		for (unsigned int k = global ? 0 : space; k <= (global ? BARE - 1 : space); k++)
			remember(&memory[n][k][i], s);
}

/* A hart may keep a pointer by itself, until a fence, and follow it to what has changed below since. */
static void remember_by_pointers(unsigned int space, unsigned int i)
{
	unsigned int root = space / NR_ROOTS, slot = i / (NR_L1I * NR_L0I);
	bool leads;
	struct said s;

	if (space == BARE || levels[root] == 3)
		return;
	leads = pointers_lead(root, slot);
	for (unsigned int n = 0; n < d->nr_vcpus; n++) {
		led[n][space][i] |= leads;
		if (!led[n][space][i] || !table_says(L2(root, slot), 2, vas[i], &s))
			continue;
		if (s.flags & PTE_G)
			remember_in(space, i, &s);
		else
			remember(&memory[n][space][i], &s);
	}
}

/* The tables have changed: what they say now counts beside what they said. */
static void remember_all(void)
{
	struct said s;

	for (unsigned int space = 0; space < NR_SPACES; space++) {
		for (unsigned int i = 0; i < NR_VA; i++) {
			if (space_says(space, vas[i], &s))
				remember_in(space, i, &s);
			remember_by_pointers(space, i);
		}
	}
}

static unsigned int space_of(u64 satp)
{
	unsigned int root = ((satp & SATP_PPN_MASK) << PAGE_SHIFT) / PAGE_SIZE - TABLES / PAGE_SIZE;

	return satp ? root * NR_ROOTS + (satp >> SATP_ASID_SHIFT & SATP_ASID_MASK) - 1 : BARE;
}

/* A fence of v's: what it covers is as good as forgotten. all: any address; asid < 0: any, the global ones as well. */
static void forget(bool all, u64 va, int asid)
{
	trace("v%u fence %s %#lx asid %d\n", v->id, all ? "all" : "page", va, asid);
	for (unsigned int space = 0; space < BARE; space++) {
		if (asid >= 0 && space % NR_ROOTS + 1 != (unsigned int)asid)
			continue;
		for (unsigned int i = 0; i < NR_VA; i++) {
			struct memory *m = &memory[v->id][space][i];
			unsigned int kept = 0;

			for (unsigned int k = 0; k < m->n; k++) {
				const struct said *s = &m->said[k];

				if ((asid >= 0 && (s->flags & PTE_G)) || (!all && (va ^ vas[i]) & ~(s->size - 1)))
					m->said[kept++] = *s;
			}
			m->n = kept;
			if (all || (va ^ vas[i]) < PAGE_SIZE)
				led[v->id][space][i] = false;
		}
	}
	remember_all();
}

/* --- the check --- */

static bool grants(const struct said *s, const struct hart_leaf *leaf, bool user)
{
	u64 f = s->flags;

	if (user && !(f & PTE_U) && v->csr.satp)
		return false;
	if (!user && (f & PTE_U) && (leaf->flags & PTE_X))
		return false;
	if (!(f & PTE_A))
		return false;
	/* A store must find D set in the guest's table: the shadow cannot set it. */
	if ((leaf->flags & PTE_W) && (f & (PTE_W | PTE_D)) != (PTE_W | PTE_D))
		return false;
	return !(leaf->flags & ~f & (PTE_R | PTE_X));
}

/* --- code, and copies of it (arch/code.c) --- */

#define ECALL		0x73u
#define SET_SSCRATCH(n)	(CSR_SSCRATCH << 20 | (u32)(n) << 15 | 5 << 12 | 0x73u)	/* csrrwi x0, sscratch, n */
#define WORDS		(PAGE_SIZE / 4)

static bool is_copy(u64 pa)
{
	return d->code && pa - va_to_pa(d->code->pages) < d->code->nr_pages * PAGE_SIZE;
}

/* A copy is the page as it is now, but for instructions that are ecalls in it. */
static bool copy_of(u64 copy_pa, u64 page_pa)
{
	const u32 *copy = pa_to_va(copy_pa), *page = pa_to_va(page_pa);

	for (unsigned int i = 0; i < WORDS; i++)
		if (copy[i] != page[i] && copy[i] != ECALL)
			return false;
	return true;
}

/* The pages that hold code: those that large and small pages of the guest's have at the addresses looked at. */
static u64 code_page(unsigned int n)
{
	return GUEST_RAM_BASE + n / NR_L0I * SZ_2M + l0_index[n % NR_L0I] * PAGE_SIZE;
}

static void fill_code(void)
{
	for (unsigned int n = 0; n < 5 * NR_L0I; n++) {
		u32 *p = (u32 *)guest_u64(d, code_page(n));

		for (unsigned int i = 0; i < WORDS; i++)
			p[i] = SET_SSCRATCH((n * 7 + i) & 31);
	}
}

static bool same_memory(u64 want, const struct hart_leaf *leaf, u64 pa)
{
	if (!is_copy(pa))
		return want == pa;
	return !v->user && !(leaf->flags & (PTE_R | PTE_W)) && copy_of(pa, want);
}

static void check_leaf(unsigned int i, const struct hart_leaf *leaf)
{
	struct memory *m = &memory[v->id][space_of(v->csr.satp)][i];
	u64 pa = leaf->pa + (vas[i] - leaf->va), size;
	char why[256];
	paddr_t want;

	paging_stats.grants_checked++;
	if (!(leaf->flags & PTE_U))
		return;		/* of no use to what runs in U-mode */
	for (unsigned int k = 0; k < m->n; k++)
		if (p2m_lookup(d, m->said[k].gpa, &want, &size) && same_memory(want, leaf, pa) && grants(&m->said[k], leaf, v->user))
			return;
	snprintf(why, sizeof(why), "v%u in %s of satp %#lx may use %#lx (pa %#lx flags %#lx): the guest's tables have not said so (%u sayings)",
		 v->id, v->user ? "user" : "kernel", v->csr.satp, vas[i], pa, leaf->flags, m->n);
	host_die(why);
}

static void check(void)
{
	struct hart_leaf leafs[64];

	for (unsigned int i = 0; i < NR_VA; i++) {
		unsigned int n = hart_may_use(vas[i], leafs, ARRAY_SIZE(leafs));

		for (unsigned int k = 0; k < n; k++)
			check_leaf(i, &leafs[k]);
	}
}

/* The stub's own half is in every root, out of the guest's reach. */
static void check_stub_slots(void)
{
	struct hart_leaf leaf;

	for (u64 i = 256; i < 275; i++)
		if (!hart_walk(~0UL << 39 | i << 30, &leaf) || leaf.pa != i << 30 || (leaf.flags & PTE_U))
			host_die("the stub's slots are not in the shadow root");
	hart_finds_stub();
}

/* --- what the guest does --- */

static void set_entry(u64 at, u64 pte)
{
	trace("guest: entry %#lx = %#lx\n", at, pte);
	*guest_u64(d, at) = pte;
}

static u64 random_flags(bool global)
{
	static const u64 some[] = { PTE_R, PTE_R | PTE_W, PTE_R | PTE_X, PTE_R | PTE_W | PTE_X, PTE_X };
	u64 f = PTE_V | some[number(ARRAY_SIZE(some))] | (number(4) ? PTE_A : 0) | (number(3) ? PTE_D : 0);

	return f | (global ? PTE_G : number(2) ? PTE_U : 0);
}

static u64 random_leaf(u64 size, bool global)
{
	u64 gpa = GUEST_RAM_BASE + number(size == PAGE_SIZE ? 3 * 512 : 4) * size;

	if (d->code && size == PAGE_SIZE)
		gpa = code_page(number(5 * NR_L0I));
	if (size == SZ_1G || !number(24))	/* or where there is no memory */
		gpa = number(3) ? GUEST_RAM_BASE : 0x40000000;
	return guest_pte(gpa, random_flags(global));
}

static void set_root(void)
{
	unsigned int root = number(NR_ROOTS), slot = number(NR_SLOTS);
	u64 pte;

	if (slot == KERNEL_SLOT) {
		pte = number(4) ? guest_pte(L1_KERNEL, PTE_V | (number(2) ? PTE_G : 0)) : number(2) ? random_leaf(SZ_1G, true) : 0;
		for (root = 0; root < NR_ROOTS; root++)
			set_entry(L2(root, slot) + slots[slot] * 8, pte);
		return;
	}
	pte = guest_pte(L1(root, slot), PTE_V);
	if (slot != MIXED_SLOT && !number(3))
		pte = number(2) ? random_leaf(SZ_1G, false) : 0;
	set_entry(L2(root, slot) + slots[slot] * 8, pte);
}

/* Above that: of the user's also leaves of 512 GiB and 256 TiB, the first of which begin where there is no memory. */
static void set_upper(void)
{
	unsigned int root = number(NR_ROOTS), slot = number(NR_SLOTS), level = 3 + number(2);
	u64 pte;

	if (level >= levels[root])
		return;
	pte = guest_pte(level == 4 ? L3(root, slot) : L2(root, slot), PTE_V);
	if (!number(8))
		pte = number(2) && slot < KERNEL_SLOT ? guest_pte(number(4) ? 0 : SZ_1G, random_flags(false)) : 0;
	set_entry(level == 4 ? ROOT(root) + (slot < KERNEL_SLOT ? 0 : 511) * 8 : L3(root, slot) + slots_under[slot] * 8, pte);
}

static u64 random_l1(bool global)
{
	switch (number(4)) {
	case 0:
		return random_leaf(SZ_2M, global);
	case 1:
		return number(3) ? random_leaf(SZ_2M, global) : 0;
	default:
		return guest_pte(global ? L0_GLOBAL(number(2)) : L0(number(NR_L0)), PTE_V);
	}
}

static void set_l1(void)
{
	unsigned int root = number(NR_ROOTS), slot = number(NR_SLOTS), i = number(NR_L1I);
	u64 pte;

	if (slot == KERNEL_SLOT) {
		set_entry(L1_KERNEL + i * 8, random_l1(true));
	} else if (slot == MIXED_SLOT && i == 0) {
		/* Global: the same everywhere. */
		pte = random_l1(true);
		for (root = 0; root < NR_ROOTS; root++)
			set_entry(L1(root, slot), pte);
	} else {
		set_entry(L1(root, slot) + i * 8, random_l1(false));
	}
}

static void set_l0(void)
{
	unsigned int n = number(NR_L0 + 2);

	set_entry(L0(n) + l0_index[number(NR_L0I)] * 8, number(8) ? random_leaf(PAGE_SIZE, n >= NR_L0) : 0);
}

static void change_tables(void)
{
	unsigned int what = number(8);

	if (what == 0)
		set_root();
	else if (what == 1 && number(2))
		set_upper();
	else if (what < 3)
		set_l1();
	else
		set_l0();
	remember_all();
}

static void fence(void)
{
	u64 va = vas[number(NR_VA)] + number(PAGE_SIZE);
	int asid = 1 + number(NR_ROOTS);

	switch (number(8)) {
	case 0:
		shadow_flush_all(v);
		forget(true, 0, -1);
		break;
	case 1:
	case 2:
		shadow_flush_asid(v, asid);
		forget(true, 0, asid);
		break;
	case 3:
	case 4:
		shadow_flush_page(v, va, asid);
		forget(false, va, asid);
		break;
	case 5:
		va = ALIGN_DOWN(va, PAGE_SIZE);
		shadow_flush_range(v, va + 1, 3 * PAGE_SIZE, FENCE_ANY_ASID);
		for (int i = 0; i < 4; i++)
			forget(false, va + i * PAGE_SIZE, -1);
		break;
	default:
		shadow_flush_page(v, va, FENCE_ANY_ASID);
		forget(false, va, -1);
		break;
	}
}

static void set_satp(u64 satp)
{
	if (satp == v->csr.satp)
		return;
	trace("v%u satp %#lx\n", v->id, satp);
	v->csr.satp = satp;
	shadow_switch(v);
	shadow_load(v);
}

static void switch_space(void)
{
	unsigned int root = number(NR_ROOTS);

	set_satp(number(12) ? SATP(levels[root], ROOT(root), asid_of[root]) : 0);
}

/* Two address spaces swap ASIDs; the guest fences both, on this vCPU (another's is flushed by its own fences). */
static void swap_asids(void)
{
	unsigned int a = number(NR_ROOTS), b = number(NR_ROOTS), t = asid_of[a];

	asid_of[a] = asid_of[b];
	asid_of[b] = t;
	shadow_flush_asid(v, asid_of[a]);
	forget(true, 0, asid_of[a]);
	shadow_flush_asid(v, asid_of[b]);
	forget(true, 0, asid_of[b]);
}

static void change_vcpu(void)
{
	guest_leave(v);
	host_on_hart(number(nr_pcpus));
	v = d->vcpu[number(d->nr_vcpus)];
	trace("v%u runs on hart %u\n", v->id, host_pcpu->id);
	guest_run(v);
	if (v->req_posted != v->req_done)
		vcpu_handle_requests(v);
}

/* What the hart has now is there, by what the tables say; or said, where a pointer above the two lowest has changed without a fence. */
static bool said_so(u64 va, const struct hart_leaf *leaf, unsigned int space)
{
	unsigned int i = 0;
	const struct memory *m;
	struct said s;
	paddr_t pa;
	u64 size;

	if (space_says(space, va, &s))
		return p2m_lookup(d, s.gpa, &pa, &size) &&
		       same_memory(ALIGN_DOWN(pa, PAGE_SIZE), leaf, ALIGN_DOWN(leaf->pa + (va - leaf->va), PAGE_SIZE));
	if (space == BARE || levels[space / NR_ROOTS] == 3)
		return false;
	while (vas[i] != ALIGN_DOWN(va, PAGE_SIZE))
		i++;
	m = &memory[v->id][space][i];
	for (unsigned int k = 0; k < m->n; k++)
		if (p2m_lookup(d, m->said[k].gpa, &pa, &size) && same_memory(pa, leaf, ALIGN_DOWN(leaf->pa + (va - leaf->va), PAGE_SIZE)))
			return true;
	return false;
}

/* After a fault has been answered the same access goes through, or the guest would fault for ever. */
static void must_go_through(u64 va, enum access access, unsigned int space)
{
	u64 need = access == ACCESS_FETCH ? PTE_X : access == ACCESS_STORE ? PTE_W : PTE_R;
	struct hart_leaf leaf;

	if (!hart_walk(va, &leaf) || (leaf.flags & (PTE_V | PTE_U | PTE_A | need)) != (PTE_V | PTE_U | PTE_A | need) ||
	    !said_so(va, &leaf, space))
		host_die("a fault is answered, and the access does not go through");
}

/* As arch/pv.c asks: mostly what is at hand is enough, and when it says something, it is right. */
static int fault(u64 va, enum access access)
{
	int cause = number(4) ? shadow_quick_fault(v, va, access) : SHADOW_UNKNOWN;

	return cause == SHADOW_UNKNOWN ? shadow_fault(v, va, access) : cause;
}

static void hint(void)
{
	u64 va = vas[number(NR_VA)], nr = 1 + number(20), done;

	pv_set_user(v, number(8));
	done = shadow_fill_hinted(v, va, nr);
	trace("v%u %s hint %#lx %lu pages: %lu\n", v->id, v->user ? "user" : "kernel", va, nr, done);
	if (!done || done > nr)
		host_die("a hint: more or less than there was");
	remember_all();
}

static void access_memory(void)
{
	u64 va = vas[number(NR_VA)] + number(PAGE_SIZE);
	enum access access = number(3);
	int cause;

	pv_set_user(v, number(2));
	cause = fault(va, access);
	trace("v%u %s access %u at %#lx: %d\n", v->id, v->user ? "user" : "kernel", access, va, cause);
	if (cause) {
		paging_stats.faults_reflected++;
		return;
	}
	paging_stats.faults_filled++;
	remember_all();		/* A and D are set */
	must_go_through(va, access, space_of(v->csr.satp));
}

/* What an instruction at va may have been: any that the reference allows. */
static bool allowed_code(unsigned int i, unsigned int word, u64 sscratch)
{
	struct memory *m = &memory[v->id][space_of(v->csr.satp)][i];
	u64 size;
	paddr_t pa;

	for (unsigned int k = 0; k < m->n; k++)
		if (p2m_lookup(d, m->said[k].gpa, &pa, &size) &&
		    ((u32 *)pa_to_va(pa))[word] == SET_SSCRATCH(sscratch))
			return true;
	return false;
}

/* The guest's kernel executes an instruction that traps; by which exception depends on what its hart sees there. */
static void execute(unsigned int i, unsigned int word)
{
	struct hart_leaf leaf;
	u64 va = vas[i] + word * 4;
	u32 insn;

	if (!hart_walk(va, &leaf) || !(leaf.flags & PTE_X) || !(leaf.flags & PTE_U))
		return;
	insn = *(u32 *)pa_to_va(leaf.pa + (va - leaf.va));
	if (insn != ECALL && insn != SET_SSCRATCH(insn >> 15 & 31))
		return;		/* tables, or nothing: of no interest */
	v->pc = va;
	v->scause = insn == ECALL ? EXC_ECALL_U : EXC_ILLEGAL;
	v->stval = 0;
	v->pv->scratch = ~0UL;
	v->stuck = 0;
	v->csr.stvec = GUEST_RAM_BASE;
	v->ops->trap(v);
	paging_stats.traps++;
	remember_all();
	if (v->pv->scratch == ~0UL && v->pc == GUEST_RAM_BASE && v->pv->epc == va &&
	    (v->pv->cause == EXC_FETCH_PAGE || v->pv->cause == EXC_FETCH_ACCESS))
		return;		/* the guest has changed its tables meanwhile */
	if (v->pc != va + 4 || !allowed_code(i, word, v->pv->scratch))
		host_die("another instruction has been emulated than the guest has there");
}

static void execute_often(void)
{
	unsigned int i = KERNEL_SLOT * NR_L1I * NR_L0I + number(NR_L1I * NR_L0I + NR_L0I), times = 1 << number(8);

	pv_set_user(v, false);
	trace("v%u executes %u times at %#lx\n", v->id, times, vas[i]);
	while (times--) {
		if (!fault(vas[i], ACCESS_FETCH))
			execute(i, number(16));
		remember_all();
	}
}

/* The guest writes, through any translation that its hart may have. */
static void store(void)
{
	unsigned int i = number(NR_VA), n, word = number(16);
	struct hart_leaf leafs[64];
	u32 *at;

	pv_set_user(v, number(2));
	if (number(2) && !fault(vas[i], ACCESS_STORE))
		remember_all();
	n = hart_may_use(vas[i], leafs, ARRAY_SIZE(leafs));
	for (unsigned int k = 0; k < n; k++) {
		if ((leafs[k].flags & (PTE_W | PTE_U)) != (PTE_W | PTE_U))
			continue;
		at = (u32 *)pa_to_va(leafs[k].pa + (vas[i] - leafs[k].va)) + word;
		/* Its tables are written by change_tables() alone. */
		if ((*at & ~(31u << 15)) != (SET_SSCRATCH(0) & ~(31u << 15)))
			continue;
		trace("v%u stores at %#lx\n", v->id, vas[i]);
		*at = SET_SSCRATCH(number(32));
		paging_stats.stores++;
	}
}

void paging_step(void)
{
	if (d->code && !number(12))
		execute_often();
	if (d->code && !number(6))
		store();
	switch (number(16)) {
	case 0:
	case 1:
	case 2:
		change_tables();
		break;
	case 3:
	case 4:
		fence();
		break;
	case 5:
		switch_space();
		break;
	case 6:
		pv_set_user(v, number(2));
		break;
	case 7:
		if (number(4))
			switch_space();
		else if (number(3))
			change_vcpu();
		else
			swap_asids();
		break;
	case 8:
		hint();
		/* fall through */
	default:
		access_memory();
		break;
	}
	check();
	check_stub_slots();
}

static void first_tables(void)
{
	for (unsigned int r = 0; r < NR_ROOTS; r++) {
		for (unsigned int s = 0; s < NR_SLOTS; s++) {
			*guest_u64(d, L2(r, s) + slots[s] * 8) =
				s == KERNEL_SLOT ? guest_pte(L1_KERNEL, PTE_V | PTE_G) : guest_pte(L1(r, s), PTE_V);
			if (levels[r] > 3)
				*guest_u64(d, L3(r, s) + slots_under[s] * 8) = guest_pte(L2(r, s), PTE_V);
			if (levels[r] > 4)
				*guest_u64(d, ROOT(r) + (s < KERNEL_SLOT ? 0 : 511) * 8) = guest_pte(L3(r, s), PTE_V);
		}
	}
}

void paging_start(const struct paging_config *cfg, u64 (*source)(u64 below))
{
	bool deep = false;

	number = source;
	tracing = getenv("UNIT_TRACE");
	memset(memory, 0, sizeof(memory));
	memset(led, 0, sizeof(led));
	host_harts(cfg->harts);
	for (unsigned int i = 0; i < NR_ROOTS; i++) {
		levels[i] = cfg->levels[i] ? cfg->levels[i] : 3;
		deep |= levels[i] > 3;
	}
	for (unsigned int i = 0, s = 0; s < NR_SLOTS; s++)
		for (unsigned int l1 = 0; l1 < NR_L1I; l1++)
			for (unsigned int l0 = 0; l0 < NR_L0I; l0++)
				vas[i++] = (slots[s] & 256 ? ~0UL << 39 : deep ? (u64)slots_under[s] << 39 : 0) | (u64)slots[s] << 30 |
					   l1 << 21 | l0_index[l0] << 12;
	hart_universe(vas, NR_VA);
	hart_reset();
	for (unsigned int h = 0; h < cfg->harts; h++)
		pcpus[h].asid_max = cfg->asid_max;
	d = guest_make(MIB, cfg->vcpus, cfg->shadow_pages);
	memset(guest_u64(d, TABLES), 0, 64 * PAGE_SIZE);
	if (cfg->copies) {
		d->code = code_create(d);
		if (!d->code)
			host_die("no room for copies");
		d->code->nr_pages = cfg->copies;
		fill_code();
	}
	for (unsigned int r = 0; r < NR_ROOTS; r++)
		asid_of[r] = r + 1;
	first_tables();
	v = d->vcpu[0];
	guest_run(v);
	remember_all();
}

void paging_end(void)
{
	for (unsigned int i = 0; i < d->nr_vcpus; i++) {
		paging_stats.fills += d->vcpu[i]->shadow.fills;
		paging_stats.evictions += d->vcpu[i]->shadow.evictions;
		paging_stats.resets += d->vcpu[i]->shadow.resets;
	}
	if (d->code) {
		paging_stats.copies += d->code->made;
		paging_stats.dropped += d->code->dropped;
	}
	guest_leave(v);
}
