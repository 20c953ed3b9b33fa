// SPDX-License-Identifier: GPL-2.0
/*
 * Sv39, or Sv48 or Sv57 (4.3.2, 4.4 to 4.6): which entries translate, which fault, who may use what,
 * and what sfence.vma makes visible (4.2.1).
 */
#include "guest.h"
#include "vm.h"
#include "user.h"

#define NOWHERE		0x10000000000UL
#define HOLE_START	0xffffffc000000000UL
#define HOLE_END	0xffffffc4fea00000UL

extern const char code_ret42[], code_ret42_end[];

static unsigned long *word_page(unsigned long v)
{
	unsigned long *p = page_alloc();

	*p = v;
	return p;
}

static void *code_page(void)
{
	void *p = page_alloc();

	memcpy(p, code_ret42, code_ret42_end - code_ret42);
	fence_i();
	return p;
}

static void check_word(unsigned long va, unsigned long want)
{
	unsigned long v;

	check_none(try_load(va, &v));
	check_eq(want, v);
}

/* A trap at @va for a load, a store and a fetch. */
static void check_no_access(unsigned long va)
{
	check_trap(try_load(va, NULL), CAUSE_LOAD_PAGE, va);
	check_trap(try_store(va, 1), CAUSE_STORE_PAGE, va);
	check_trap_epc(try_call(va, NULL), CAUSE_FETCH_PAGE, va, va);
}

static void leaf_4k(void)
{
	static const unsigned long vas[] = {
		0x1000, 0x3ffffff000, VA_LOW, VA_LOW + 511 * PAGE, VA_HIGH,
		0xfffffff000000000UL, 0xfffffffffffff000UL,
	};
	unsigned long *p = word_page(1);
	pte_t *root = vm_new();
	int i;

	for (i = 0; i < ARRAY_SIZE(vas); i++)
		vm_map(root, vas[i], p, P_RW);
	vm_on(root, 0);
	for (i = 0; i < ARRAY_SIZE(vas); i++) {
		check_word(vas[i], i + 1);
		check_none(try_store(vas[i], i + 2));
		check_eq(i + 2, *(volatile unsigned long *)p);
	}
}

static void leaf_2m(void)
{
	pte_t *root = vm_new();
	unsigned long off;

	*vm_pte(root, VA_LOW, 1) = PTE(mega_a, P_RW);
	vm_on(root, 0);
	for (off = 0; off < MEGA; off += 37 * PAGE) {
		check_none(try_store(VA_LOW + off, off + 1));
		check_eq(off + 1, *(unsigned long *)(mega_a + off));
	}
	check_none(try_store(VA_LOW + MEGA - 8, 77));
	check_eq(77, *(unsigned long *)(mega_a + MEGA - 8));
	check_no_access(VA_LOW + MEGA);
	check_no_access(VA_LOW - PAGE);
}

/* Pages at both ends of both halves of the addresses that the mode has, and nothing beyond. */
static void leaf_at_the_ends(void)
{
	unsigned long half = VM_SIZE(vm_levels()) / 2;
	const unsigned long vas[] = { half - PAGE, -half, half / 4 * 3, -(half / 2) - PAGE };
	unsigned long *p = word_page(1);
	pte_t *root = vm_new();
	int i;

	/* The lowest of Sv39's upper half is the hypervisor's. */
	for (i = 0; i < ARRAY_SIZE(vas); i++)
		vm_map(root, vas[i], p, P_RWX);
	vm_on(root, 0);
	for (i = 0; i < ARRAY_SIZE(vas); i++) {
		if (vas[i] == HOLE_START && guest_mode() == MODE_PV)
			continue;
		check_none(try_store(vas[i], i + 2));
		check_word(vas[i], i + 2);
	}
	check_no_access(half);
	check_no_access(-half - PAGE);
	check_no_access(-half + PAGE);
}

/* 512 GiB, 256 TiB: the machine's addresses from 0 on. Only a mode that has such leaves has more than three levels. */
static void leaf_of_higher_levels(void)
{
	unsigned long *p = word_page(5), pa = (unsigned long)p, end = ram_end();
	pte_t *root = vm_new();
	int level;

	if (vm_levels() == 3) {
		skip("three levels");
		return;
	}
	for (level = 3; level < vm_levels(); level++) {
		*vm_pte(root, VM_SIZE(level), level) = PTE(0, P_RW);
		*vm_pte(root, -2 * VM_SIZE(level), level) = PTE(0, P_RW | P_G);
	}
	vm_on(root, 0);
	for (level = 3; level < vm_levels(); level++) {
		const unsigned long vas[] = { VM_SIZE(level), -2 * VM_SIZE(level) };

		for (int i = 0; i < 2; i++) {
			check_word(vas[i] + pa, *p);
			check_none(try_store(vas[i] + pa, *p + 1));
			check_word(vas[i] + pa, *(volatile unsigned long *)p);
			check_none(try_load(vas[i] + end - 8, NULL));
			check_trap(try_load(vas[i] + end, NULL), CAUSE_LOAD_ACCESS, vas[i] + end);
			/* Whichever address of it is flushed. */
			*vm_pte(root, vas[i], level) = 0;
			fence_va(vas[i] + VM_SIZE(level) - PAGE);
			check_no_access(vas[i] + pa);
			check_no_access(vas[i] + end - 8);
		}
	}
}

/* A gigabyte, of which not all need be memory. */
static void leaf_1g(void)
{
	unsigned long *p = word_page(5), pa = (unsigned long)p, end = ram_end();
	pte_t *root = vm_new();

	*vm_pte(root, VA_HIGH & -GIGA, 2) = PTE(pa & -GIGA, P_RW);
	vm_on(root, 0);
	check_word((VA_HIGH & -GIGA) + (pa & (GIGA - 1)), 5);
	if ((end - 1) / GIGA == pa / GIGA && end % GIGA) {
		unsigned long va = (VA_HIGH & -GIGA) + end % GIGA;

		check_trap(try_load(va, NULL), CAUSE_LOAD_ACCESS, va);
		check_trap(try_store(va, 1), CAUSE_STORE_ACCESS, va);
		check_none(try_load(va - 8, NULL));
	}
}

/* 4.3.2 step 6: a superpage whose address is not aligned: page fault. */
static void misaligned_superpage(void)
{
	pte_t *root = vm_new();

	*vm_pte(root, VA_LOW, 1) = PTE(mega_a + PAGE, P_RWX);
	*vm_pte(root, VA_LOW + MEGA, 1) = PTE(mega_a + 256 * PAGE, P_RWX);
	*vm_pte(root, VA_HIGH & -GIGA, 2) = PTE(((unsigned long)_start & -GIGA) + MEGA, P_RWX);
	*vm_pte(root, (VA_HIGH & -GIGA) + GIGA, 2) =
		PTE(((unsigned long)_start & -GIGA) + PAGE, P_RWX);
	vm_on(root, 0);
	check_no_access(VA_LOW);
	check_no_access(VA_LOW + MEGA + 0x5000);
	check_no_access(VA_HIGH & -GIGA);
	check_no_access((VA_HIGH & -GIGA) + GIGA);
	vm_off();
	for (int level = 3; level < vm_levels(); level++)
		for (int bit = 12; bit < 12 + 9 * level; bit++) {
			*vm_pte(root, VM_SIZE(level), level) = PTE(1UL << bit, P_RWX);
			vm_on(root, 0);
			check_trap(try_load(VM_SIZE(level) + 0x80200000, NULL), CAUSE_LOAD_PAGE, VM_SIZE(level) + 0x80200000);
			vm_off();
		}
}

/* 4.3.2 step 3: V=0, or R=0 and W=1. */
static void invalid_encodings(void)
{
	static const unsigned long flags[] = {
		0, P_R | P_W | P_X | P_AD, P_V | P_W | P_AD, P_V | P_W | P_X | P_AD,
	};
	pte_t *root = vm_new();
	int i;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		vm_map(root, VA_LOW + i * PAGE, page_alloc(), flags[i]);
		*vm_pte(root, VA_HIGH + i * MEGA, 1) = PTE(mega_a, flags[i]);
	}
	vm_on(root, 0);
	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		check_no_access(VA_LOW + i * PAGE);
		check_no_access(VA_HIGH + i * MEGA);
	}
}

/* 4.4.1: bits 54 to 60 are reserved, PBMT and N without their extensions: page fault. */
static void reserved_bits(void)
{
	pte_t *root = vm_new(), *p = vm_map(root, VA_LOW, word_page(3), P_RW);
	pte_t good = *p;
	int bit;

	vm_on(root, 0);
	for (bit = 54; bit < 64; bit++) {
		*p = good | 1UL << bit;
		fence_all();
		check_no_access(VA_LOW);
		*p = good;
		fence_all();
		check_word(VA_LOW, 3);
	}
}

/* The same bits in an entry that leads to the next table. */
static void reserved_bits_table(void)
{
	pte_t *root = vm_new(), *p, good;
	int bit;

	vm_map(root, VA_LOW, word_page(3), P_RW);
	p = vm_pte(root, VA_LOW, 1);
	good = *p;
	vm_on(root, 0);
	for (bit = 54; bit < 64; bit++) {
		*p = good | 1UL << bit;
		fence_all();
		check_no_access(VA_LOW);
	}
	*p = good;
	fence_all();
	check_word(VA_LOW, 3);
}

/* 4.4.1: RSW is software's. */
static void rsw_ignored(void)
{
	pte_t *root = vm_new();

	vm_map(root, VA_LOW, word_page(9), P_RW | 0x300);
	*vm_pte(root, VA_LOW, 1) |= 0x300;
	vm_on(root, 0);
	check_word(VA_LOW, 9);
	check_eq(0x300, *vm_pte(root, VA_LOW, 0) & 0x300);
}

/* 4.3.2 step 4: no leaf at level 0: page fault. */
static void pointer_at_level_0(void)
{
	pte_t *root = vm_new();

	vm_map(root, VA_LOW, page_alloc(), P_V);
	vm_on(root, 0);
	check_no_access(VA_LOW);
}

/* 4.3.1: D, A, U of a non-leaf are reserved for standard use: page fault (4.3.2 step 3). */
static void pointer_with_dau(void)
{
	static const unsigned long bits[] = { P_D, P_A, P_U };
	/* Under other tables than the guest itself, at every level. */
	const unsigned long va = VM_SIZE(vm_levels()) / 4;
	pte_t *root = vm_new(), *p;
	int i, level;

	vm_map(root, va, word_page(3), P_RW);
	vm_on(root, 0);
	for (level = 1; level < vm_levels(); level++) {
		p = vm_pte(root, va, level);
		for (i = 0; i < ARRAY_SIZE(bits); i++) {
			*p |= bits[i];
			fence_all();
			check_no_access(va);
			*p &= ~bits[i];
			fence_all();
			check_word(va, 3);
		}
	}
}

/* 4.3.2 step 2: a table where there is no memory: access fault of the original kind. */
static void table_nowhere(void)
{
	pte_t *root = vm_new();

	if (guest_mode() == MODE_NATIVE)
		todo("QEMU 7.2 makes it a page fault");
	if (guest_mode() == MODE_HVM)
		todo("QEMU 7.2 says that VS-stage walks that fail are loads");
	*vm_pte(root, VA_LOW, 2) = PTE(NOWHERE, P_V);
	vm_on(root, 0);
	check_trap(try_load(VA_LOW, NULL), CAUSE_LOAD_ACCESS, VA_LOW);
	check_trap(try_store(VA_LOW, 0), CAUSE_STORE_ACCESS, VA_LOW);
	check_trap_epc(try_call(VA_LOW, NULL), CAUSE_FETCH_ACCESS, VA_LOW, VA_LOW);
}

/* What faults in table_nowhere() at least faults. */
static void table_nowhere_faults(void)
{
	pte_t *root = vm_new();
	struct trap t;

	*vm_pte(root, VA_LOW, 1) = PTE(NOWHERE, P_V);
	vm_on(root, 0);
	t = try_load(VA_LOW, NULL);
	check(t.cause == CAUSE_LOAD_ACCESS || t.cause == CAUSE_LOAD_PAGE);
	check_eq(VA_LOW, t.tval);
	check_word((unsigned long)word_page(6), 6);
}

/*
 * 4.3.1: S may not use U pages while SUM=0. Documented deviation of pv: SUM
 * behaves as set while the guest's kernel runs.
 */
static void sum(void)
{
	pte_t *root = vm_new();
	unsigned long *p = word_page(11);

	vm_map(root, VA_LOW, p, P_RW | P_U);
	vm_on(root, 0);
	csr_clear(sstatus, SR_SUM);
	if (guest_mode() == MODE_PV || guest_mode() == MODE_STUB) {
		check_none(try_load(VA_LOW, NULL));
	} else {
		check_trap(try_load(VA_LOW, NULL), CAUSE_LOAD_PAGE, VA_LOW);
		check_trap(try_store(VA_LOW, 1), CAUSE_STORE_PAGE, VA_LOW);
	}
	csr_set(sstatus, SR_SUM);
	check_word(VA_LOW, 11);
	check_none(try_store(VA_LOW, 12));
	check_eq(12, *(volatile unsigned long *)p);
}

/* 4.3.1: "S-mode can never execute from user pages", SUM or not. */
static void kernel_runs_user_page(void)
{
	pte_t *root = vm_new();

	vm_map(root, VA_LOW, code_page(), P_RWX | P_U);
	vm_on(root, 0);
	check_trap_epc(try_call(VA_LOW, NULL), CAUSE_FETCH_PAGE, VA_LOW, VA_LOW);
	csr_set(sstatus, SR_SUM);
	check_trap_epc(try_call(VA_LOW, NULL), CAUSE_FETCH_PAGE, VA_LOW, VA_LOW);
}

/* Nor from one it has just read, when a TLB may know the page already. */
static void kernel_runs_read_user_page(void)
{
	pte_t *root = vm_new();

	if (guest_mode() != MODE_PV)
		todo("QEMU 7.2 fills its TLB with X as well");
	vm_map(root, VA_LOW, code_page(), P_RWX | P_U);
	vm_on(root, 0);
	csr_set(sstatus, SR_SUM);
	check_word(VA_LOW, *(unsigned long *)code_ret42);
	check_trap_epc(try_call(VA_LOW, NULL), CAUSE_FETCH_PAGE, VA_LOW, VA_LOW);
}

/* The other way round: U gets at no page without U. */
static void user_view(void)
{
	pte_t *root = vm_new();
	unsigned long va = VA_USER_DATA, kernel = (unsigned long)_start;

	vm_map_user(root);
	vm_map(root, va, code_page(), P_RWX);
	vm_map(root, va + PAGE, word_page(21), P_RW | P_U);
	vm_on(root, 0);
	check_none(try_load(va, NULL));		/* the kernel has seen it */
	user_set(10, va);
	check_trap_epc(user_run(user_va(user_load), false), CAUSE_LOAD_PAGE,
		       user_va(user_load), va);
	check_trap_epc(user_run(user_va(user_store), false), CAUSE_STORE_PAGE,
		       user_va(user_store), va);
	check_trap_epc(user_run(user_va(user_jump), false), CAUSE_FETCH_PAGE, va, va);
	user_set(10, kernel);
	check_trap_epc(user_run(user_va(user_load), false), CAUSE_LOAD_PAGE,
		       user_va(user_load), kernel);
	user_set(10, va + PAGE);
	check_eq(CAUSE_ECALL_U, user_run(user_va(user_load), false).cause);
	check_eq(21, user_reg(10));
}

/* What U loses when its page becomes the kernel's, and back. */
static void user_bit_changes(void)
{
	pte_t *root = vm_new(), *p;
	unsigned long va = VA_USER_DATA;
	int i;

	vm_map_user(root);
	p = vm_map(root, va, word_page(31), P_RW | P_U);
	vm_on(root, 0);
	for (i = 0; i < 3; i++) {
		user_set(10, va);
		check_eq(CAUSE_ECALL_U, user_run(user_va(user_load), false).cause);
		check_eq(31, user_reg(10));
		*p &= ~P_U;
		fence_va(va);
		user_set(10, va);
		check_trap_epc(user_run(user_va(user_load), false), CAUSE_LOAD_PAGE,
			       user_va(user_load), va);
		check_word(va, 31);
		*p |= P_U;
		fence_va(va);
	}
}

/* 4.1.1.1: MXR makes X pages readable, in S and in U. */
static void mxr(void)
{
	pte_t *root = vm_new();
	unsigned long va = VA_USER_DATA;

	vm_map_user(root);
	vm_map(root, VA_LOW, word_page(8), P_V | P_X | P_AD);
	vm_map(root, va, word_page(9), P_V | P_X | P_U | P_AD);
	vm_on(root, 0);
	check_trap(try_load(VA_LOW, NULL), CAUSE_LOAD_PAGE, VA_LOW);
	user_set(10, va);
	check_trap_epc(user_run(user_va(user_load), false), CAUSE_LOAD_PAGE,
		       user_va(user_load), va);
	csr_set(sstatus, SR_MXR);
	check_word(VA_LOW, 8);
	check_trap(try_store(VA_LOW, 1), CAUSE_STORE_PAGE, VA_LOW);
	user_set(10, va);
	check_eq(CAUSE_ECALL_U, user_run(user_va(user_load), false).cause);
	check_eq(9, user_reg(10));
	csr_clear(sstatus, SR_MXR);
	check_trap(try_load(VA_LOW, NULL), CAUSE_LOAD_PAGE, VA_LOW);
}

/* R, W, X: each needs its bit. */
static void rwx(void)
{
	pte_t *root = vm_new();
	void *code = code_page();
	unsigned long v, va = VA_LOW, first = *(unsigned long *)code_ret42;

	vm_map(root, va, code, P_V | P_R | P_AD);
	vm_map(root, va + PAGE, code, P_RW);
	vm_map(root, va + 2 * PAGE, code, P_RX);
	vm_map(root, va + 3 * PAGE, code, P_V | P_X | P_AD);
	vm_on(root, 0);
	check_word(va, first);
	check_trap(try_store(va, first), CAUSE_STORE_PAGE, va);
	check_trap_epc(try_call(va, NULL), CAUSE_FETCH_PAGE, va, va);
	check_none(try_store(va + PAGE, first));
	check_trap_epc(try_call(va + PAGE, NULL), CAUSE_FETCH_PAGE, va + PAGE, va + PAGE);
	check_none(try_call(va + 2 * PAGE, &v));
	check_eq(42, v);
	check_trap(try_store(va + 2 * PAGE, 1), CAUSE_STORE_PAGE, va + 2 * PAGE);
	check_none(try_call(va + 3 * PAGE, &v));
	check_eq(42, v);
	check_trap(try_load(va + 3 * PAGE, NULL), CAUSE_LOAD_PAGE, va + 3 * PAGE);
}

/* 4.1.8: AMO and SC on a read-only page are store faults; LR is not. */
static void atomics_readonly(void)
{
	pte_t *root = vm_new();

	vm_map(root, VA_LOW, page_alloc(), P_RO);
	vm_on(root, 0);
	check_none(try_lr(VA_LOW));
	check_trap(try_amo(VA_LOW), CAUSE_STORE_PAGE, VA_LOW);
}

static void atomics_work(void)
{
	pte_t *root = vm_new();
	unsigned long *p = word_page(5), old;

	vm_map(root, VA_LOW, p, P_RW & ~P_AD);
	vm_on(root, 0);
	check_none(try_load(VA_LOW, NULL));	/* a clean page, only read so far */
	asm volatile("amoadd.d %0, %1, (%2)" : "=&r"(old)
		     : "r"(3UL), "r"(VA_LOW) : "memory");
	check_eq(5, old);
	check_eq(8, *(volatile unsigned long *)p);
	asm volatile("1: lr.d %0, (%1)\n\taddi %0, %0, 1\n\tsc.d %0, %0, (%1)\n\tbnez %0, 1b"
		     : "=&r"(old) : "r"(VA_LOW) : "memory");
	check_eq(9, *(volatile unsigned long *)p);
}

/*
 * 4.3.1: A and D: hardware sets them, or a fault asks software to. Either is
 * right; it is on the verdict line so that native and guest can be compared.
 */
static void accessed(void)
{
	pte_t *root = vm_new(), *p = vm_map(root, VA_LOW, word_page(4), P_RW & ~P_AD);
	struct trap t;

	vm_on(root, 0);
	t = try_load(VA_LOW, NULL);
	if (t.cause == NO_TRAP) {
		check_eq(P_A, *(volatile pte_t *)p & P_AD);
		note("hardware sets A");
		return;
	}
	check_trap(t, CAUSE_LOAD_PAGE, VA_LOW);
	check_eq(0, *(volatile pte_t *)p & P_AD);
	*p |= P_A;
	fence_va(VA_LOW);
	check_word(VA_LOW, 4);
	note("a fault asks for A");
}

static void dirty(void)
{
	pte_t *root = vm_new(), *p = vm_map(root, VA_LOW, word_page(4), P_RW & ~P_D);
	struct trap t;

	vm_on(root, 0);
	check_word(VA_LOW, 4);
	check_eq(P_A, *(volatile pte_t *)p & P_AD);
	t = try_store(VA_LOW, 7);
	if (t.cause == NO_TRAP) {
		check_eq(P_AD, *(volatile pte_t *)p & P_AD);
		note("hardware sets D");
		return;
	}
	check_trap(t, CAUSE_STORE_PAGE, VA_LOW);
	check_eq(P_A, *(volatile pte_t *)p & P_AD);
	*p |= P_D;
	fence_va(VA_LOW);
	check_none(try_store(VA_LOW, 7));
	note("a fault asks for D");
}

/* Cleared and flushed, A and D are set anew: what a kernel's page ageing needs. */
static void accessed_dirty_again(void)
{
	pte_t *root = vm_new(), *p = vm_map(root, VA_LOW, word_page(4), P_RW);
	int i;

	vm_on(root, 0);
	for (i = 0; i < 4; i++) {
		bool store = i & 1;
		struct trap t;

		*p &= ~P_AD;
		fence_va(VA_LOW);
		t = store ? try_store(VA_LOW, 1) : try_load(VA_LOW, NULL);
		if (t.cause != NO_TRAP) {
			skip("no hardware A and D");
			return;
		}
		check_eq(store ? P_AD : P_A, *(volatile pte_t *)p & P_AD);
	}
}

/* A of a fetch, A and D of a superpage; nothing set in the non-leaves. */
static void accessed_others(void)
{
	pte_t *root = vm_new();
	pte_t *x = vm_map(root, VA_LOW, code_page(), P_RX & ~P_AD);
	pte_t *m = vm_pte(root, VA_LOW + MEGA, 1);

	*m = PTE(mega_a, P_RW & ~P_AD);
	vm_on(root, 0);
	if (try_call(VA_LOW, NULL).cause != NO_TRAP) {
		skip("no hardware A and D");
		return;
	}
	check_eq(P_A, *(volatile pte_t *)x & P_AD);
	check_none(try_load(VA_LOW + MEGA + 5 * PAGE, NULL));
	check_eq(P_A, *(volatile pte_t *)m & P_AD);
	check_none(try_store(VA_LOW + MEGA + 9 * PAGE, 1));
	check_eq(P_AD, *(volatile pte_t *)m & P_AD);
	check_eq(0, *vm_pte(root, VA_LOW, 2) & (P_AD | P_U));
	check_eq(0, *vm_pte(root, VA_LOW, 1) & (P_AD | P_U));
}

/* A store that faults does not set D. */
static void no_dirty_on_fault(void)
{
	pte_t *root = vm_new(), *p = vm_map(root, VA_LOW, page_alloc(), P_RO & ~P_AD);

	vm_on(root, 0);
	check_trap(try_store(VA_LOW, 1), CAUSE_STORE_PAGE, VA_LOW);
	check_eq(0, *(volatile pte_t *)p & P_D);
}

/* 4.4.1: bits 63 to 39 must equal bit 38: page fault, stval is what was asked for. */
static void noncanonical(void)
{
	static const unsigned long vas[] = {
		0x4000000000UL, 0x8000000000000000UL, 0xffffff8000000000UL,	/* and in the larger modes, unmapped */
		0xffffffbffffffff8UL, 0x0000800080200000UL, 0x7fffffffffffffe0UL,
	};
	pte_t *root = vm_new();
	int i;

	vm_map(root, VA_LOW, page_alloc(), P_RWX);
	vm_on(root, 0);
	for (i = 0; i < ARRAY_SIZE(vas); i++)
		check_no_access(vas[i]);
	for (i = 11 + 9 * vm_levels(); i < 64; i++)
		check_no_access(VA_LOW | 1UL << i);
}

/* Fences: by address, by address and ASID, by ASID, all. */
static void do_fence(int kind, unsigned long va, unsigned long asid)
{
	switch (kind) {
	case 0: fence_va(va); break;
	case 1: fence_va_asid(va, asid); break;
	case 2: fence_asid(asid); break;
	default: fence_all();
	}
}

/* 4.2.1: unmapped and fenced: gone; mapped to another frame: seen. */
static void unmap_remap(void)
{
	pte_t *root = vm_new(), *p = vm_map(root, VA_LOW, word_page(0), P_RW);
	unsigned long asid = asid_max(root) & 5;
	int kind;

	vm_on(root, asid);
	for (kind = 0; kind < 4; kind++) {
		check_none(try_load(VA_LOW, NULL));
		*p = 0;
		do_fence(kind, VA_LOW, asid);
		check_no_access(VA_LOW);
		*p = PTE(word_page(100 + kind), P_RW);
		do_fence(kind, VA_LOW, asid);
		check_word(VA_LOW, 100 + kind);
		*p = PTE(word_page(200 + kind), P_RW);
		do_fence(kind, VA_LOW, asid);
		check_word(VA_LOW, 200 + kind);
	}
}

/* The same for a whole table taken out of the root, and for a superpage. */
static void unmap_tables(void)
{
	pte_t *root = vm_new(), *top, *mid, old;
	int i;

	vm_map(root, VA_LOW, word_page(1), P_RW);
	top = vm_pte(root, VA_LOW, 2);
	mid = vm_pte(root, VA_LOW, 1);
	vm_on(root, 0);
	for (i = 0; i < 2; i++) {
		pte_t *p = i ? top : mid;

		check_word(VA_LOW, 1);
		old = *p;
		*p = 0;
		fence_all();
		check_no_access(VA_LOW);
		*p = old;
		fence_all();
	}
	old = *mid;
	*(unsigned long *)mega_a = 50;
	*mid = PTE(mega_a, P_RW);
	fence_all();
	check_word(VA_LOW, 50);
	*(unsigned long *)mega_b = 60;
	*mid = PTE(mega_b, P_RW);
	fence_va(VA_LOW);
	check_word(VA_LOW, 60);
	*mid = old;
	fence_all();
	check_word(VA_LOW, 1);
}

/* RW to RO to RW, and X taken away: what mprotect does. */
static void change_permissions(void)
{
	pte_t *root = vm_new(), *p = vm_map(root, VA_LOW, code_page(), P_RWX);
	unsigned long first = *(unsigned long *)code_ret42;
	int i;

	vm_on(root, 0);
	for (i = 0; i < 3; i++) {
		check_none(try_store(VA_LOW, first));
		check_none(try_call(VA_LOW, NULL));
		*p = (*p & ~(P_W | P_X));
		fence_va(VA_LOW);
		check_trap(try_store(VA_LOW, 1), CAUSE_STORE_PAGE, VA_LOW);
		check_trap_epc(try_call(VA_LOW, NULL), CAUSE_FETCH_PAGE, VA_LOW, VA_LOW);
		check_word(VA_LOW, first);
		*p |= P_W | P_X;
		fence_va(VA_LOW);
	}
}

/*
 * 4.2.1: an entry made valid, or given more rights, without a fence: the access
 * works, or faults once and works after the fence.
 */
static void upgrade_without_fence(void)
{
	pte_t *root = vm_new(), *p = vm_pte(root, VA_LOW, 0);

	vm_on(root, 0);
	check_no_access(VA_LOW);
	*p = PTE(word_page(1), P_RO);
	if (try_load(VA_LOW, NULL).cause != NO_TRAP)
		fence_va(VA_LOW);
	check_word(VA_LOW, 1);
	*p |= P_W;
	if (try_store(VA_LOW, 2).cause != NO_TRAP)
		fence_va(VA_LOW);
	check_none(try_store(VA_LOW, 2));
}

/* A 1G leaf becomes a table of 2M leaves of the same memory; one address is fenced. */
static void split_superpage(void)
{
	pte_t *root = vm_new(), *top, *table = page_alloc();
	unsigned long base = (unsigned long)_start & -GIGA, va = VA_HIGH & -GIGA, i;
	unsigned long a = va + (unsigned long)mega_a - base;
	unsigned long b = va + (unsigned long)mega_b - base;

	top = vm_pte(root, va, 2);
	*top = PTE(base, P_RW);
	vm_on(root, 0);
	check_none(try_store(a, 1));
	check_none(try_store(b, 2));
	for (i = 0; i < 512; i++)
		table[i] = PTE(base + i * MEGA, P_RW);
	*vm_pte(root, VA_LOW, 1) = 0;
	table[(a - va) / MEGA] = PTE(mega_b, P_RW);
	*top = PTE(table, P_V);
	fence_va(a);
	check_word(a, 2);	/* a now shows mega_b */
	check_word(b, 2);
	table[(a - va) / MEGA] = PTE(mega_a, P_RW);
	fence_va(a);
	check_word(a, 1);
	table[(b - va) / MEGA] = 0;
	fence_va(b);
	check_no_access(b);
	check_word(a, 1);
}

/* A page of a table is freed, used as data, and is a table again elsewhere. */
static void table_page_reuse(void)
{
	pte_t *root = vm_new(), *l1, *l0;
	unsigned long va2 = VA_LOW + MEGA, i;

	vm_map(root, VA_LOW, word_page(1), P_RW);
	l1 = vm_pte(root, VA_LOW, 1);
	l0 = (pte_t *)PTE_PA(*l1);
	vm_on(root, 0);
	check_word(VA_LOW, 1);
	*l1 = 0;
	fence_all();
	for (i = 0; i < 512; i++)
		l0[i] = PTE(NOWHERE, P_RWX);	/* data that looks like entries */
	check_no_access(VA_LOW);
	memset(l0, 0, PAGE);
	l0[0] = PTE(word_page(2), P_RW);
	l1[1] = PTE(l0, P_V);
	fence_all();
	check_word(va2, 2);
	check_no_access(VA_LOW);
	l1[0] = PTE(l0, P_V);
	fence_all();
	check_word(VA_LOW, 2);
}

/* A root that was a data page, and a data page that was a root. */
static void root_page_reuse(void)
{
	pte_t *a = vm_new(), *b = vm_new();

	vm_map(a, VA_LOW, word_page(1), P_RW);
	vm_on(a, 0);
	check_word(VA_LOW, 1);
	vm_map(b, VA_LOW, word_page(2), P_RW);
	vm_on(b, 0);
	check_word(VA_LOW, 2);
	memcpy(a, b, PAGE);
	vm_on(a, 0);
	check_word(VA_LOW, 2);
	*vm_pte(a, VA_LOW, 2) = 0;
	fence_all();
	check_no_access(VA_LOW);
}

/* The tables seen through themselves: an entry written by its virtual address. */
static void recursive_tables(void)
{
	pte_t *root = vm_new(), *l0;
	unsigned long va = VA_LOW + 5 * PAGE;

	vm_map(root, VA_LOW, word_page(1), P_RW);
	l0 = (pte_t *)PTE_PA(*vm_pte(root, VA_LOW, 1));
	vm_map(root, VA_LOW + PAGE, l0, P_RW);
	vm_on(root, 0);
	check_none(try_store(VA_LOW + PAGE + 5 * 8, PTE(word_page(66), P_RW)));
	fence_va(va);
	check_word(va, 66);
	check_none(try_store(VA_LOW + PAGE + 5 * 8, 0));
	fence_va(va);
	check_no_access(va);
}

/* 4.1.11: on, off, on: bare is bare, and the tables are as left. */
static void bare_and_back(void)
{
	pte_t *root = vm_new();
	unsigned long *p = word_page(1);
	int i;

	vm_map(root, VA_LOW, p, P_RW);
	for (i = 0; i < 10; i++) {
		vm_on(root, 0);
		check_word(VA_LOW, i + 1);
		vm_off();
		check_word((unsigned long)p, i + 1);
		*p = i + 2;
	}
	check_trap(try_load(NOWHERE, NULL), CAUSE_LOAD_ACCESS, NOWHERE);
}

/* 4.1.11: from one mode to another and back, by way of Bare and without: each time it is what its own tables say. */
static void modes_and_back(void)
{
	pte_t *root = vm_new(), *sv39 = page_alloc();
	unsigned long *p = word_page(1), far = VM_SIZE(3), satp;
	int i;

	if (vm_levels() == 3) {
		skip("three levels");
		return;
	}
	vm_map(root, VA_HIGH, p, P_RW | P_G);
	vm_map(root, far, p, P_RW | P_G);
	/* The table of level 2 that has VA_HIGH is a root of Sv39 as well, but for the guest itself. */
	memcpy(sv39, (void *)((unsigned long)vm_pte(root, VA_HIGH, 2) & -PAGE), PAGE);
	for (unsigned long pa = (unsigned long)_start & -GIGA; pa < (unsigned long)_end; pa += GIGA)
		sv39[pa / GIGA] = PTE(pa, P_RWX);
	for (i = 0; i < 12; i++) {
		satp = i & 1 ? SATP(SATP_SV39, 0, sv39) : vm_satp(root, 0);
		if (i & 4)
			vm_off();
		csr_write(satp, satp);
		fence_all();
		check_eq(satp, csr_read(satp));
		check_word(VA_HIGH, i + 1);
		check_none(try_store(VA_HIGH, i + 2));
		if (i & 1)
			check_no_access(far);
		else
			check_word(far, i + 2);
	}
}

/*
 * The stub lives from 0xffffffc000000000 to 0xffffffc4fea00000 of a pv guest's
 * roots, where Linux maps nothing. Unmapped, these addresses fault as any do.
 */
static void hole_unmapped(void)
{
	pte_t *root = vm_new();
	unsigned long va;

	vm_map_user(root);
	vm_on(root, 0);
	for (va = HOLE_START; va < HOLE_END; va += 8 * MEGA) {
		check_trap(try_load(va, NULL), CAUSE_LOAD_PAGE, va);
		check_trap(try_store(va + 8, 0), CAUSE_STORE_PAGE, va + 8);
		user_set(10, va);
		check_trap_epc(user_run(user_va(user_load), false), CAUSE_LOAD_PAGE,
			       user_va(user_load), va);
	}
	check_no_access(HOLE_START);
	check_no_access(HOLE_END - 8);
	check_no_access(HOLE_END - MEGA);
	check_no_access(HOLE_START + PAGE);
}

/* Ours: mapped by a pv guest they still fault, cleanly. Elsewhere they are memory. */
static void hole_mapped(void)
{
	static const unsigned long vas[] = { HOLE_START, HOLE_START + GIGA };
	pte_t *root = vm_new();
	int i;

	for (i = 0; i < ARRAY_SIZE(vas); i++)
		vm_map(root, vas[i], word_page(70 + i), P_RWX | P_G);
	vm_on(root, 0);
	for (i = 0; i < ARRAY_SIZE(vas); i++) {
		if (guest_mode() == MODE_PV)
			check_no_access(vas[i]);
		else
			check_word(vas[i], 70 + i);
	}
}

TESTS(
	T(leaf_4k), T(leaf_2m), T(leaf_1g), T(leaf_at_the_ends), T(leaf_of_higher_levels), T(misaligned_superpage),
	T(invalid_encodings), T(reserved_bits), T(reserved_bits_table),
	T(rsw_ignored), T(pointer_at_level_0), T(pointer_with_dau),
	T(table_nowhere), T(table_nowhere_faults), T(sum),
	T(kernel_runs_user_page), T(kernel_runs_read_user_page), T(user_view), T(user_bit_changes), T(mxr),
	T(rwx), T(atomics_readonly), T(atomics_work), T(accessed), T(dirty),
	T(accessed_dirty_again), T(accessed_others), T(no_dirty_on_fault),
	T(noncanonical), T(unmap_remap), T(unmap_tables), T(change_permissions),
	T(upgrade_without_fence), T(split_superpage), T(table_page_reuse),
	T(root_page_reuse), T(recursive_tables), T(bare_and_back), T(modes_and_back),
	T(hole_unmapped), T(hole_mapped),
);
