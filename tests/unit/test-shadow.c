// SPDX-License-Identifier: GPL-2.0
/* arch/shadow.c: that it grants nothing the guest's tables do not (paging.c), and that it keeps what it may. */
#include "guest.h"
#include "hart.h"
#include "paging.h"
#include "pv.h"
#include "unit.h"

#define STEPS 12000

static void random_steps(const struct paging_config *cfg, unsigned int steps)
{
	memset(&paging_stats, 0, sizeof(paging_stats));
	paging_start(cfg, rnd_below);
	for (unsigned int i = 0; i < steps; i++)
		paging_step();
	paging_end();
	/* Worth nothing if all is a fault or nothing is. */
	assert_true(paging_stats.faults_filled > steps / 13);
	assert_true(paging_stats.faults_reflected > steps / 50);
	assert_true(paging_stats.grants_checked > steps);
}

static void random_changes(const struct paging_config *cfg)
{
	random_steps(cfg, STEPS);
}

static void plenty_of_pages(void **state)
{
	(void)state;
	random_changes(&(struct paging_config){ .shadow_pages = 500, .vcpus = 1, .harts = 1, .asid_max = 0xffff });
	assert_int_equal(paging_stats.resets, 0);
}

static void tiny_pool(void **state)
{
	(void)state;
	random_changes(&(struct paging_config){ .shadow_pages = SHADOW_MIN_PAGES, .vcpus = 1, .harts = 1, .asid_max = 0xffff });
	assert_true(paging_stats.evictions + paging_stats.resets > 5);
}

static void few_asids(void **state)
{
	(void)state;
	random_changes(&(struct paging_config){ .shadow_pages = 64, .vcpus = 2, .harts = 1, .asid_max = 3 });
}

static void hart_without_asids(void **state)
{
	(void)state;
	random_changes(&(struct paging_config){ .shadow_pages = 64, .vcpus = 2, .harts = 1, .asid_max = 0 });
}

static void vcpus_that_move(void **state)
{
	(void)state;
	random_changes(&(struct paging_config){ .shadow_pages = 40, .vcpus = 2, .harts = 3, .asid_max = 0xffff });
	random_changes(&(struct paging_config){ .shadow_pages = 100, .vcpus = 2, .harts = 2, .asid_max = 7 });
}

/* Sv48 and Sv57, and modes that change with the address space. */
static void more_levels(void **state)
{
	(void)state;
	for (unsigned int n = 4; n <= 5; n++) {
		struct paging_config cfg = { .shadow_pages = 500, .vcpus = 1, .harts = 1, .asid_max = 0xffff, .levels = { n, n, n } };

		random_steps(&cfg, STEPS / 4);
		assert_int_equal(paging_stats.resets, 0);
		cfg.shadow_pages = SHADOW_MIN_PAGES;
		random_steps(&cfg, STEPS / 4);
		assert_true(paging_stats.evictions + paging_stats.resets > 5);
		cfg = (struct paging_config){ .shadow_pages = 64, .vcpus = 2, .harts = 2, .levels = { n, n, n }, .copies = 8 };
		random_steps(&cfg, STEPS / 4);
	}
}

static void modes_that_change(void **state)
{
	static const struct paging_config cfgs[] = {
		{ .shadow_pages = 100, .vcpus = 1, .harts = 1, .asid_max = 0xffff, .levels = { 3, 4, 5 } },
		{ .shadow_pages = 40, .vcpus = 2, .harts = 2, .asid_max = 0, .levels = { 4, 3, 3 } },
		{ .shadow_pages = 60, .vcpus = 2, .harts = 3, .asid_max = 9, .levels = { 5, 4, 5 } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cfgs); i++)
		random_steps(&cfgs[i], STEPS / 4);
}

/* The same, while the kernel's code traps, is copied, read, written and mapped elsewhere. */
static void copies_of_code(void **state)
{
	(void)state;
	random_changes(&(struct paging_config){ .shadow_pages = 200, .vcpus = 1, .harts = 1, .asid_max = 0xffff, .copies = 40 });
	assert_true(paging_stats.copies > 50);
	assert_true(paging_stats.dropped > 20);
	assert_true(paging_stats.stores > 20);
	random_changes(&(struct paging_config){ .shadow_pages = 60, .vcpus = 2, .harts = 2, .asid_max = 5, .copies = 2 });
	assert_true(paging_stats.copies > 50);
}

/* --- that it is a cache --- */

#define ROOT_A	(GUEST_RAM_BASE + 0x100000)
#define ROOT_B	(GUEST_RAM_BASE + 0x101000)
#define L1_A	(GUEST_RAM_BASE + 0x102000)
#define L1_B	(GUEST_RAM_BASE + 0x103000)
#define L1_K	(GUEST_RAM_BASE + 0x104000)
#define L0_A	(GUEST_RAM_BASE + 0x105000)
#define L0_K	(GUEST_RAM_BASE + 0x106000)
#define KVA	(~0UL << 39 | 300UL << 30)
#define RWX	(PTE_V | PTE_R | PTE_W | PTE_X | PTE_A | PTE_D)

static struct domain *d;
static struct vcpu *v;

static void map(u64 table, unsigned int i, u64 gpa, u64 flags)
{
	*guest_u64(d, table + i * 8) = guest_pte(gpa, flags);
}

/* Two address spaces: user pages of their own below, the kernel's global ones above. */
static int setup(void **state)
{
	(void)state;
	memset(&host_hooks, 0, sizeof(host_hooks));
	host_harts(1);
	d = guest_make(16, 1, 0);
	v = d->vcpu[0];
	for (u64 t = ROOT_A; t <= L0_K; t += PAGE_SIZE)
		memset(guest_u64(d, t), 0, PAGE_SIZE);
	map(ROOT_A, 0, L1_A, PTE_V);
	map(ROOT_B, 0, L1_B, PTE_V);
	map(ROOT_A, 300, L1_K, PTE_V);
	map(ROOT_B, 300, L1_K, PTE_V);
	map(L1_A, 0, L0_A, PTE_V);
	map(L1_A, 1, GUEST_RAM_BASE + SZ_2M, RWX | PTE_U);
	map(L1_B, 0, L0_A, PTE_V);
	map(L1_K, 0, L0_K, PTE_V);
	map(L1_K, 1, GUEST_RAM_BASE + SZ_2M, RWX | PTE_G);
	map(L0_A, 1, GUEST_RAM_BASE + 0x1000, RWX | PTE_U);
	map(L0_K, 1, GUEST_RAM_BASE + 0x2000, RWX | PTE_G);
	guest_run(v);
	v->csr.satp = SV39(ROOT_A, 1);
	shadow_switch(v);
	shadow_load(v);
	return 0;
}

static void go(u64 satp)
{
	v->csr.satp = satp;
	shadow_switch(v);
	shadow_load(v);
}

static bool there(u64 va)
{
	struct hart_leaf leaf;

	return hart_walk(va, &leaf) && (leaf.flags & PTE_U);
}

static void global_tables_are_shared(void **state)
{
	(void)state;
	assert_int_equal(shadow_fault(v, KVA + 0x1000, ACCESS_LOAD), 0);
	assert_int_equal(shadow_fault(v, 0x1000, ACCESS_LOAD), 0);
	go(SV39(ROOT_B, 2));
	assert_false(there(0x1000));
	/* The slot is entered at the first fault in it; then all of it is there. */
	assert_int_equal(shadow_fault(v, KVA + SZ_2M, ACCESS_LOAD), 0);
	assert_true(there(KVA + 0x1000));
}

static void spaces_are_kept(void **state)
{
	(void)state;
	assert_int_equal(shadow_fault(v, 0x1000, ACCESS_STORE), 0);
	go(SV39(ROOT_B, 2));
	go(SV39(ROOT_A, 1));
	assert_true(there(0x1000));
	go(SV39(ROOT_A, 3));	/* another ASID: another address space */
	assert_false(there(0x1000));
}

static void changing_mode_flushes_nothing(void **state)
{
	struct host_counts before;

	(void)state;
	assert_int_equal(shadow_fault(v, 0x1000, ACCESS_LOAD), 0);
	pv_set_user(v, true);
	assert_false(there(0x1000));
	assert_int_equal(shadow_fault(v, 0x1000, ACCESS_LOAD), 0);
	before = host_counts;
	for (int i = 0; i < 100; i++) {
		pv_set_user(v, i & 1);
		assert_true(there(0x1000));
	}
	assert_memory_equal(&before, &host_counts, sizeof(before));
}

static void user_does_not_see_the_kernel(void **state)
{
	(void)state;
	assert_int_equal(shadow_fault(v, KVA + 0x1000, ACCESS_STORE), 0);
	assert_int_equal(shadow_fault(v, KVA + SZ_2M, ACCESS_STORE), 0);
	pv_set_user(v, true);
	assert_int_equal(shadow_fault(v, KVA + 0x1000, ACCESS_LOAD), EXC_LOAD_PAGE);
	assert_false(there(KVA + 0x1000));
	assert_false(there(KVA + SZ_2M));
}

/* What the guest may read by MXR alone, a device: an entry of the shadow without R would be a pointer. */
static void devices_by_mxr(void **state)
{
	struct hart_leaf leaf;

	(void)state;
	map(L0_A, 2, 0x10001000, PTE_V | PTE_X | PTE_A | PTE_U);
	assert_int_equal(p2m_set(d, 0x10001000, 0x10001000, P2M_MMIO), 0);
	v->user = true;
	assert_int_equal(shadow_fault(v, 0x2000, ACCESS_LOAD), EXC_LOAD_PAGE);
	v->hw_sstatus |= SSTATUS_MXR;
	assert_int_equal(shadow_fault(v, 0x2000, ACCESS_LOAD), 0);
	shadow_load(v);
	assert_true(hart_walk(0x2000, &leaf));
	assert_true(leaf.flags & PTE_R);
	assert_false(leaf.flags & (PTE_W | PTE_X));
}

static void superpages_stay(void **state)
{
	struct hart_leaf leaf;

	(void)state;
	assert_int_equal(shadow_fault(v, SZ_2M + 0x5000, ACCESS_LOAD), 0);
	assert_true(hart_walk(SZ_2M + 0x1ff000, &leaf));
	assert_int_equal(leaf.size, SZ_2M);
	assert_int_equal(v->shadow.fills, 1);
}

/* A store sets D first: until then the shadow is not writable. */
static void dirty_is_seen(void **state)
{
	struct hart_leaf leaf;
	u64 *pte = guest_u64(d, L0_A + 8);

	(void)state;
	*pte &= ~(PTE_A | PTE_D);
	assert_int_equal(shadow_fault(v, 0x1000, ACCESS_LOAD), 0);
	assert_int_equal(*pte & (PTE_A | PTE_D), PTE_A);
	assert_true(hart_walk(0x1000, &leaf));
	assert_false(leaf.flags & PTE_W);
	assert_int_equal(shadow_fault(v, 0x1000, ACCESS_STORE), 0);
	assert_true(*pte & PTE_D);
	assert_true(hart_walk(0x1000, &leaf));
	assert_true(leaf.flags & PTE_W);
}

/* The kernel reads an execute-only user page while MXR is set; when it is clear it may not any more. */
static void mxr_off_again(void **state)
{
	struct hart_leaf leaf;

	(void)state;
	map(L0_A, 1, GUEST_RAM_BASE + 0x1000, PTE_V | PTE_X | PTE_U | PTE_A);
	assert_int_equal(shadow_fault(v, 0x1000, ACCESS_LOAD), EXC_LOAD_PAGE);
	v->regs[5] = SSTATUS_MXR;
	emulate_instruction(v, 0x1002a073);	/* csrs sstatus, t0 */
	assert_true(v->hw_sstatus & SSTATUS_MXR);
	assert_int_equal(shadow_fault(v, 0x1000, ACCESS_LOAD), 0);
	emulate_instruction(v, 0x1002b073);	/* csrc sstatus, t0 */
	assert_false(v->hw_sstatus & SSTATUS_MXR);
	if (hart_walk(0x1000, &leaf))
		assert_false(leaf.flags & PTE_R);
}

static void the_stubs_slots_are_not_the_guests(void **state)
{
	u64 va = STUB_VA_BASE + 0x1000;

	(void)state;
	map(ROOT_A, 256, GUEST_RAM_BASE, RWX | PTE_G);
	assert_int_equal(shadow_fault(v, va, ACCESS_LOAD), EXC_LOAD_PAGE);
	assert_int_equal(shadow_fault(v, va, ACCESS_STORE), EXC_STORE_PAGE);
	assert_int_equal(shadow_fault(v, STUB_VA_END - 1, ACCESS_FETCH), EXC_FETCH_PAGE);
	go(0);
	assert_int_equal(shadow_fault(v, va, ACCESS_LOAD), EXC_LOAD_ACCESS);
}

static void stub_is_whole(void)
{
	struct hart_leaf leaf;

	for (u64 va = STUB_VA_BASE; va < STUB_VA_END; va += SZ_1G) {
		assert_true(hart_walk(va, &leaf));
		assert_int_equal(leaf.pa, (va >> 30 & 511) << 30);
		assert_false(leaf.flags & PTE_U);
	}
}

/* In Bare an address may be one that the hart's mode does not have: memory of the guest's there must not take their place. */
static void bare_beyond_the_harts_addresses(void **state)
{
	const u64 gpas[] = { 1UL << 38, 1UL << 39, 1UL << 40 };
	paddr_t pa;

	(void)state;
	p2m_kind(d, GUEST_RAM_BASE + 0x3000, &pa);
	go(0);
	for (size_t i = 0; i < ARRAY_SIZE(gpas); i++) {
		assert_int_equal(p2m_set(d, gpas[i], pa, P2M_RAM), 0);
		assert_int_equal(shadow_fault(v, gpas[i], ACCESS_STORE), EXC_STORE_ACCESS);
		assert_int_equal(shadow_fault(v, gpas[i], ACCESS_FETCH), EXC_FETCH_ACCESS);
		stub_is_whole();
	}
	assert_int_equal(p2m_set(d, (1UL << 38) - PAGE_SIZE, pa, P2M_RAM), 0);
	assert_int_equal(shadow_fault(v, (1UL << 38) - 8, ACCESS_STORE), 0);
	stub_is_whole();
}

/*
 * The same tables under one more root or two, which say that all else is one page of 512 GiB or 256 TiB, from where
 * there is no memory. Then v is in the mode.
 */
#define UP(n)	(GUEST_RAM_BASE + 0x110000 + (n) * PAGE_SIZE)

static void go_up(unsigned int levels)
{
	for (u64 t = UP(0); t <= UP(2); t += PAGE_SIZE)
		memset(guest_u64(d, t), 0, PAGE_SIZE);
	for (unsigned int level = 3; level < levels; level++) {
		u64 below = level == 3 ? ROOT_A : UP(level - 1 - 3);

		map(UP(level - 3), 511, below, PTE_V);
		map(UP(level - 3), 0, below, PTE_V);
		map(UP(level - 3), 1, 0, RWX | PTE_U);
		map(UP(level - 3), 400, 0, RWX | PTE_G);
	}
	go(SATP(levels, UP(levels - 1 - 3), 1));
}

static void stubs_slots_with_more_levels(void **state)
{
	(void)state;
	for (unsigned int n = 4; n <= 5; n++) {
		go_up(n);
		map(ROOT_A, 256, GUEST_RAM_BASE & ~(SZ_1G - 1), RWX | PTE_G);
		for (unsigned int user = 0; user < 2; user++) {
			pv_set_user(v, user);
			assert_int_equal(shadow_fault(v, STUB_VA_BASE + 0x1000, ACCESS_LOAD), EXC_LOAD_PAGE);
			assert_int_equal(shadow_fault(v, STUB_VA_END - 1, ACCESS_STORE), EXC_STORE_PAGE);
			stub_is_whole();
		}
		pv_set_user(v, false);
		/* Beside it, and after all ways to flush an address that is in its place, or is none and looks like it. */
		assert_int_equal(shadow_fault(v, KVA + 0x1000, ACCESS_LOAD), 0);
		assert_true(there(KVA + 0x1000));
		stub_is_whole();
		for (u64 va = STUB_VA_BASE; va < STUB_VA_END; va += SZ_1G / 2) {
			shadow_flush_page(v, va, FENCE_ANY_ASID);
			shadow_flush_page(v, va & ~BIT(63), FENCE_ANY_ASID);
			shadow_flush_page(v, va & ~BIT(62), 1);
			shadow_flush_page(v, va & ~(~0UL << 57), FENCE_ANY_ASID);
		}
		assert_true(there(KVA + 0x1000));
		stub_is_whole();
		shadow_flush_asid(v, 1);
		assert_true(there(KVA + 0x1000));
		shadow_flush_page(v, KVA + 0x1000, FENCE_ANY_ASID);
		assert_false(there(KVA + 0x1000));
		stub_is_whole();
		/* The other address is not valid in this mode, and not taken for this one. */
		assert_int_equal(shadow_fault(v, KVA & ~BIT(63), ACCESS_LOAD), EXC_LOAD_PAGE);
		shadow_flush_all(v);
		stub_is_whole();
	}
}

/* Of a page that is larger than a slot of 1 GiB, all goes with a flush of any address in it, and nothing else does. */
static void largest_pages(void **state)
{
	(void)state;
	for (unsigned int n = 4; n <= 5; n++) {
		for (unsigned int i = 0; i < 2; i++) {
			u64 size = PAGE_SIZE << 9 * (n - 1), va = (i ? ~0UL << (11 + 9 * n) | 400 * size : size) + GUEST_RAM_BASE;

			go_up(n);
			assert_int_equal(shadow_fault(v, KVA + 0x1000, ACCESS_LOAD), 0);
			assert_int_equal(shadow_fault(v, va + 0x1000, ACCESS_STORE), 0);
			assert_int_equal(shadow_fault(v, va + 2 * SZ_2M, ACCESS_STORE), 0);
			assert_true(there(va + 0x1000));
			assert_int_equal(shadow_fault(v, va - 8, ACCESS_LOAD), EXC_LOAD_ACCESS);
			shadow_flush_page(v, va + size / 4, i ? FENCE_ANY_ASID : 1);
			assert_false(there(va + 0x1000));
			assert_false(there(va + 2 * SZ_2M));
			assert_true(there(KVA + 0x1000));
			stub_is_whole();
			/* Misaligned: by half of it. */
			map(UP(n - 1 - 3), i ? 400 : 1, size / 2, RWX | (i ? PTE_G : PTE_U));
			shadow_flush_all(v);
			assert_int_equal(shadow_fault(v, va + 0x1000, ACCESS_LOAD), EXC_LOAD_PAGE);
		}
	}
}

/*
 * A flush of an address that is none in the mode: were it taken for the one that it looks like, the shadow would have lost what the
 * hart still has, and the next flush would not look there.
 */
static void flush_of_what_is_no_address(void **state)
{
	static const u64 universe[] = { KVA + 0x1000 };
	struct hart_leaf leaf[4];

	(void)state;
	for (unsigned int n = 3; n <= 5; n++) {
		hart_universe(universe, 1);
		hart_reset();
		if (n == 3)
			go(SV39(ROOT_A, 1));
		else
			go_up(n);
		assert_int_equal(shadow_fault(v, KVA + 0x1000, ACCESS_LOAD), 0);
		asm_sfence_page(0);	/* the hart sees what there is now */
		assert_int_equal(hart_may_use(KVA + 0x1000, leaf, ARRAY_SIZE(leaf)), 1);
		shadow_flush_page(v, (KVA + 0x1000) & ~BIT(63), FENCE_ANY_ASID);
		shadow_flush_page(v, (KVA + 0x1000) & ~BIT(63), 1);
		assert_true(there(KVA + 0x1000));
		shadow_flush_page(v, KVA + 0x1000, FENCE_ANY_ASID);
		assert_int_equal(hart_may_use(KVA + 0x1000, leaf, ARRAY_SIZE(leaf)), 0);
	}
	memset(&host_hooks, 0, sizeof(host_hooks));
}

/* A guest's kernel tries what there is, from the largest to Bare and back: each has what its tables say, and no other's. */
static void modes_at_run_time(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 12; i++) {
		unsigned int n = 3 + i * 7 % 3;

		if (n == 3)
			go(SV39(ROOT_A, 1));
		else
			go_up(n);
		assert_int_equal(csr_read(CSR_SATP) >> SATP_MODE_SHIFT, SATP_MODE(n));
		assert_false(there(KVA + 0x1000));
		assert_int_equal(shadow_fault(v, KVA + 0x1000, ACCESS_LOAD), 0);
		assert_true(there(KVA + 0x1000));
		stub_is_whole();
		if (i % 4 == 3)
			go(0);
		assert_int_equal(csr_read(CSR_SATP) >> SATP_MODE_SHIFT, SATP_MODE(n));
		stub_is_whole();
	}
	shadow_flush_all(v);
	assert_int_equal(v->shadow.free_count, v->shadow.nr - 1 - 2);
}

/* The page of the vCPU is in the last table of every mode. */
static void page_of_the_vcpu(void **state)
{
	struct hart_leaf leaf;

	(void)state;
	d->page_shown = true;
	for (unsigned int n = 4; n <= 5; n++) {
		go_up(n);
		shadow_fill_page(v);
		for (unsigned int masked = 0; masked < 2; masked++) {
			v->masked = masked;
			shadow_page_rights(v);
			assert_true(hart_walk(XEN_PV_PAGE, &leaf));
			assert_int_equal(leaf.pa, va_to_pa((u8 *)v->pv - PV_STATE_OFFSET));
			assert_int_equal(!(leaf.flags & PTE_W), masked);
		}
		pv_set_user(v, true);
		assert_false(there(XEN_PV_PAGE));
		pv_set_user(v, false);
		stub_is_whole();
	}
}

/* Whatever has been mapped: after a flush of all, all pages but the two roots are free again. */
static void flush_gives_all_back(void **state)
{
	unsigned int all = v->shadow.free_count;

	(void)state;
	for (int i = 0; i < 50; i++) {
		for (unsigned int s = 3; s < 40; s++) {
			map(ROOT_A, s, L1_A, PTE_V);
			assert_int_equal(shadow_fault(v, ((u64)s << 30) + 0x1000, ACCESS_LOAD), 0);
		}
		go(SV39(ROOT_B, 2 + i));
		shadow_fault(v, 0x1000, ACCESS_LOAD);
		go(SV39(ROOT_A, 1));
		assert_int_equal(shadow_fault(v, KVA + 0x1000, ACCESS_LOAD), 0);
		shadow_flush_all(v);
		assert_int_equal(v->shadow.free_count, v->shadow.nr - 1 - 2);
		assert_true(v->shadow.free_count >= all);
	}
}

/* A frame with a page that is mapped by a grant, whose owner's memory stands in for another domain's. */
static void map_grant(u64 gpa, bool writable)
{
	paddr_t pa;

	p2m_kind(d, GUEST_RAM_BASE + 0x3000, &pa);
	assert_int_equal(p2m_set(d, gpa, pa, writable ? P2M_GRANT : P2M_GRANT_RO), 0);
}

#define GRANT	0x40000000UL

/* What is unmapped is in no address space any more, and nothing else goes. */
static void grants_go_by_themselves(void **state)
{
	(void)state;
	map(L0_A, 2, GRANT, RWX | PTE_U);
	map(L0_A, 3, GRANT + PAGE_SIZE, RWX | PTE_U);
	map(L0_K, 2, GRANT, RWX | PTE_G);
	map_grant(GRANT, true);
	map_grant(GRANT + PAGE_SIZE, true);
	for (u64 va = 0x1000; va <= 0x3000; va += 0x1000)
		assert_int_equal(shadow_fault(v, va, ACCESS_STORE), 0);
	assert_int_equal(shadow_fault(v, KVA + 0x1000, ACCESS_LOAD), 0);
	assert_int_equal(shadow_fault(v, KVA + 0x2000, ACCESS_LOAD), 0);
	go(SV39(ROOT_B, 2));
	assert_int_equal(shadow_fault(v, 0x2000, ACCESS_LOAD), 0);
	assert_int_equal(p2m_set(d, GRANT, 0, P2M_NONE), 0);
	vcpu_fence_grants(v, GRANT, PAGE_SIZE);
	assert_false(there(0x2000));
	assert_false(there(KVA + 0x2000));
	go(SV39(ROOT_A, 1));
	assert_false(there(0x2000));
	assert_true(there(0x1000));
	assert_true(there(0x3000));
	assert_true(there(KVA + 0x1000));
	assert_int_equal(shadow_fault(v, 0x2000, ACCESS_LOAD), EXC_LOAD_ACCESS);
}

/* More than are remembered: everything goes. */
static void too_many_grants(void **state)
{
	(void)state;
	for (unsigned int i = 2; i < 512; i++) {
		map(L0_A, i, GRANT + i * PAGE_SIZE, RWX | PTE_U);
		map_grant(GRANT + i * PAGE_SIZE, true);
		assert_int_equal(shadow_fault(v, i * PAGE_SIZE, ACCESS_STORE), 0);
	}
	assert_int_equal(p2m_set(d, GRANT + 511 * PAGE_SIZE, 0, P2M_NONE), 0);
	vcpu_fence_grants(v, GRANT + 511 * PAGE_SIZE, PAGE_SIZE);
	assert_false(there(511 * PAGE_SIZE));
	assert_int_equal(v->shadow.nr_grants, 0);
}

/* Room is made for it by dropping everything: it is found all the same when it is unmapped. */
static void grant_without_room(void **state)
{
	u64 resets = v->shadow.resets;

	(void)state;
	map(L0_A, 2, GRANT, RWX | PTE_U);
	map_grant(GRANT, true);
	shadow_flush_all(v);
	for (unsigned int s = 3; v->shadow.free_count >= MAX_LEVELS - 1; s++) {
		map(ROOT_A, s, L1_A, PTE_V);
		assert_int_equal(shadow_fault(v, ((u64)s << 30) + 0x1000, ACCESS_LOAD), 0);
	}
	assert_int_equal(v->shadow.resets, resets);
	assert_int_equal(shadow_fault(v, 0x2000, ACCESS_STORE), 0);
	assert_int_equal(v->shadow.resets, resets + 1);
	assert_true(there(0x2000));
	assert_int_equal(p2m_set(d, GRANT, 0, P2M_NONE), 0);
	vcpu_fence_grants(v, GRANT, PAGE_SIZE);
	assert_false(there(0x2000));
}

/* In the shadow, in the guest's own tables, and in none that lie in such a page. */
static void readonly_grants(void **state)
{
	u64 *p = guest_u64(d, GUEST_RAM_BASE + 0x3000);

	(void)state;
	map(L0_A, 2, GRANT, RWX | PTE_U);
	map(L1_A, 2, GRANT, PTE_V);
	map_grant(GRANT, false);
	assert_int_equal(shadow_fault(v, 0x2000, ACCESS_LOAD), 0);
	assert_true(there(0x2000));
	assert_int_equal(shadow_fault(v, 0x2000, ACCESS_STORE), EXC_STORE_ACCESS);
	*p = guest_pte(GUEST_RAM_BASE + 0x1000, PTE_V | PTE_R | PTE_W | PTE_U);
	assert_int_equal(shadow_fault(v, 2 * SZ_2M, ACCESS_STORE), 0);
	assert_int_equal(*p & (PTE_A | PTE_D), 0);
}

static void pool_too_small(void **state)
{
	static struct vcpu tiny;
	static u8 pool[8 * PAGE_SIZE];

	(void)state;
	assert_int_not_equal(shadow_init(&tiny, pool, 7), 0);
	assert_int_not_equal(shadow_init(&tiny, pool, SHADOW_MIN_PAGES - 1), 0);
	assert_int_not_equal(shadow_init(&tiny, pool, 0x10000), 0);
}

#define E(name) cmocka_unit_test_setup(name, setup)
UNIT_MAIN(T(plenty_of_pages), T(tiny_pool), T(few_asids), T(hart_without_asids), T(vcpus_that_move), T(more_levels), T(modes_that_change), T(copies_of_code),
	  E(global_tables_are_shared), E(spaces_are_kept), E(changing_mode_flushes_nothing), E(user_does_not_see_the_kernel),
	  E(superpages_stay), E(dirty_is_seen), E(mxr_off_again), E(the_stubs_slots_are_not_the_guests),
	  E(bare_beyond_the_harts_addresses), E(stubs_slots_with_more_levels), E(largest_pages), E(flush_of_what_is_no_address), E(modes_at_run_time), E(page_of_the_vcpu),
	  E(flush_gives_all_back), E(grants_go_by_themselves), E(too_many_grants), E(grant_without_room),
	  E(readonly_grants), E(devices_by_mxr), E(pool_too_small))
