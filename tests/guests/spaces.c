// SPDX-License-Identifier: GPL-2.0
/*
 * Address spaces: ASIDs, global pages, many roots (4.1.11, 4.2.1, 4.3.1), and
 * more mapped pages than the stub's shadow pool can hold.
 */
#include "guest.h"
#include "vm.h"
#include "user.h"

#define ROOTS	200

static unsigned long *word_page(unsigned long v)
{
	unsigned long *p = page_alloc();

	*p = v;
	return p;
}

static bool word_is(unsigned long va, unsigned long want)
{
	unsigned long v;

	return try_load(va, &v).cause == NO_TRAP && v == want;
}

/* Switch as a kernel does: no fence, the ASID keeps the spaces apart. */
static void switch_to(pte_t *root, unsigned long asid)
{
	mb();
	csr_write(satp, vm_satp(root, asid));
}

/* One VA, two spaces, two ASIDs, no fence between. */
static void same_va_two_asids(void)
{
	pte_t *a = vm_new(), *b = vm_new();
	int i;

	if (!asid_max(a)) {
		skip("no ASIDs");
		return;
	}
	vm_map(a, VA_LOW, word_page(1), P_RW);
	vm_map(b, VA_LOW, word_page(2), P_RW);
	vm_on(a, 0);
	for (i = 0; i < 50; i++) {
		switch_to(a, 0);
		check(word_is(VA_LOW, 1));
		switch_to(b, 1);
		check(word_is(VA_LOW, 2));
	}
}

/* 4.2.1: without ASIDs (all 0) it takes a fence after each switch. */
static void same_asid_with_fence(void)
{
	pte_t *a = vm_new(), *b = vm_new();
	int i;

	vm_map(a, VA_LOW, word_page(1), P_RW);
	vm_map(b, VA_LOW, word_page(2), P_RW);
	for (i = 0; i < 50; i++) {
		switch_to(i & 1 ? b : a, 0);
		fence_asid(0);
		check(word_is(VA_LOW, 1 + (i & 1)));
	}
}

/* One root under two ASIDs; a change fenced for one ASID is seen there. */
static void same_root_two_asids(void)
{
	pte_t *root = vm_new(), *p = vm_map(root, VA_LOW, word_page(0), P_RW);
	unsigned long i;

	if (asid_max(root) < 2) {
		skip("no ASIDs");
		return;
	}
	vm_on(root, 1);
	check(word_is(VA_LOW, 0));
	switch_to(root, 2);
	check(word_is(VA_LOW, 0));
	for (i = 1; i < 20; i++) {
		unsigned long asid = 1 + (i & 1);

		*p = PTE(word_page(i), P_RW);
		fence_va_asid(VA_LOW, asid);
		switch_to(root, asid);
		check(word_is(VA_LOW, i));
		fence_va(VA_LOW);	/* all ASIDs */
		switch_to(root, 3 - asid);
		check(word_is(VA_LOW, i));
	}
}

/* A fence for another ASID than the current one is good when we get there. */
static void fence_other_asid(void)
{
	pte_t *a = vm_new(), *b = vm_new(), *p;
	unsigned long i;

	if (asid_max(a) < 2) {
		skip("no ASIDs");
		return;
	}
	p = vm_map(b, VA_LOW, word_page(0), P_RW);
	vm_on(b, 2);
	check(word_is(VA_LOW, 0));
	for (i = 1; i < 20; i++) {
		switch_to(a, 1);
		*p = PTE(word_page(i), P_RW);
		if (i & 1)
			fence_va_asid(VA_LOW, 2);
		else
			fence_asid(2);
		switch_to(b, 2);
		check(word_is(VA_LOW, i));
	}
}

/* 4.3.1: a global page is the same in all spaces; fenced by address it is gone in all. */
static void global_pages(void)
{
	pte_t *a = vm_new(), *b = vm_new(), *p;
	unsigned long i;

	p = vm_map(a, VA_HIGH, word_page(0), P_RW | P_G);
	b[VA_HIGH >> 30 & 511] = a[VA_HIGH >> 30 & 511];
	vm_on(a, 0);
	for (i = 1; i < 20; i++) {
		*p = PTE(word_page(i), P_RW | P_G);
		fence_va(VA_HIGH);
		check(word_is(VA_HIGH, i));
		switch_to(b, asid_max(b) & 1);
		fence_asid(asid_max(b) & 1);
		check(word_is(VA_HIGH, i));
		*p = 0;
		fence_va(VA_HIGH);
		check_trap(try_load(VA_HIGH, NULL), CAUSE_LOAD_PAGE, VA_HIGH);
		switch_to(a, 0);
		check_trap(try_load(VA_HIGH, NULL), CAUSE_LOAD_PAGE, VA_HIGH);
	}
}

/* G in a non-leaf makes all below it global (4.3.1); at least it translates. */
static void global_table(void)
{
	pte_t *root = vm_new();

	vm_map(root, VA_HIGH, word_page(3), P_RW);
	*vm_pte(root, VA_HIGH, 2) |= P_G;
	vm_on(root, 0);
	check(word_is(VA_HIGH, 3));
}

/* U-mode in one space after the other: its data are that space's. */
static void user_spaces(void)
{
	pte_t *root[8];
	unsigned long i, n, max;

	for (i = 0; i < 8; i++) {
		root[i] = vm_new();
		vm_map_user(root[i]);
		vm_map(root[i], VA_USER_DATA, word_page(100 + i), P_RW | P_U);
	}
	max = asid_max(root[0]);
	vm_on(root[0], 0);
	for (n = 0; n < 80; n++) {
		i = n * 5 % 8;
		switch_to(root[i], i & max);
		if (max < 7)
			fence_all();
		user_set(10, VA_USER_DATA);
		check_eq(CAUSE_ECALL_U, user_run(user_va(user_load), false).cause);
		check_eq(100 + i, user_reg(10));
	}
}

/* Two hundred spaces, in two orders; then each loses its page and gets another. */
static pte_t *many_root[ROOTS];
static unsigned long many_asids;

static void many_switch(unsigned long i)
{
	switch_to(many_root[i], i % many_asids);
	if (many_asids < ROOTS)
		fence_asid(i % many_asids);
}

static void many_check(unsigned long step, unsigned long add)
{
	unsigned long n, i, bad = 0;

	for (n = 0; n < ROOTS; n++) {
		i = n * step % ROOTS;
		many_switch(i);
		bad += !word_is(VA_LOW, i + add);
		bad += !word_is(VA_HIGH, 7777);
	}
	check_eq(0, bad);
}

static void many_spaces(void)
{
	unsigned long i, *common = word_page(7777);
	pte_t *high = NULL;

	for (i = 0; i < ROOTS; i++) {
		many_root[i] = vm_new();
		vm_map(many_root[i], VA_LOW, word_page(i), P_RW);
		if (!high)
			vm_map(many_root[0], VA_HIGH, common, P_RW | P_G);
		high = many_root[0];
		many_root[i][VA_HIGH >> 30 & 511] = high[VA_HIGH >> 30 & 511];
	}
	many_asids = asid_max(high) + 1;
	if (many_asids > ROOTS)
		many_asids = ROOTS;
	vm_on(high, 0);
	many_check(1, 0);
	many_check(77, 0);
	many_check(ROOTS - 1, 0);
	for (i = 0; i < ROOTS; i++) {
		*(unsigned long *)PTE_PA(*vm_pte(many_root[i], VA_LOW, 0)) = i + 1000;
		if (i % 2) {
			*vm_pte(many_root[i], VA_LOW, 0) = 0;
			fence_va_asid(VA_LOW, i % many_asids);
		}
	}
	for (i = 0; i < ROOTS; i++) {
		many_switch(i);
		if (i % 2)
			check_trap(try_load(VA_LOW, NULL), CAUSE_LOAD_PAGE, VA_LOW);
		else
			check(word_is(VA_LOW, i + 1000));
	}
}

/*
 * 8,192 pieces of 2 MiB, all through one and the same two tables: three pages
 * here, but a shadow of 32 MiB if it were kept whole.
 */
static void more_than_the_pool(void)
{
	pte_t *root = vm_new(), *l1 = page_alloc(), *l0 = page_alloc();
	unsigned long i, pass, bad = 0;

	for (i = 0; i < 512; i++) {
		l1[i] = PTE(l0, P_V);
		l0[i] = i < 8 ? PTE(word_page(0), P_RW) : l0[i % 8];
	}
	for (i = 0; i < 8; i++)
		*(unsigned long *)PTE_PA(l0[i]) = 40 + i;
	for (i = 16; i < 32; i++)
		root[i] = PTE(l1, P_V);
	vm_on(root, 0);
	for (pass = 0; pass < 2; pass++)
		for (i = 0; i < 16 * 512; i++)
			bad += !word_is(16 * GIGA + i * MEGA + (i & 7) * PAGE, 40 + (i & 7));
	check_eq(0, bad);
	l0[3] = 0;
	fence_all();
	for (i = 0; i < 16 * 512; i += 101)
		bad += try_load(16 * GIGA + i * MEGA + 3 * PAGE, NULL).cause != CAUSE_LOAD_PAGE;
	check_eq(0, bad);
}

/* Pages written through many aliases, the pool turning over all the while. */
static void writes_survive(void)
{
	pte_t *root = vm_new(), *l1 = page_alloc(), *l0 = page_alloc();
	unsigned long i, *p = word_page(0), bad = 0;

	for (i = 0; i < 512; i++)
		l1[i] = PTE(l0, P_V);
	l0[0] = PTE(p, P_RW & ~P_AD);
	for (i = 16; i < 20; i++)
		root[i] = PTE(l1, P_V);
	vm_on(root, 0);
	for (i = 0; i < 4 * 512; i++) {
		bad += try_store(16 * GIGA + i * MEGA, i + 1).cause != NO_TRAP;
		bad += *(volatile unsigned long *)p != i + 1;
	}
	check_eq(0, bad);
}

TESTS(
	T(same_va_two_asids), T(same_asid_with_fence), T(same_root_two_asids),
	T(fence_other_asid), T(global_pages), T(global_table), T(user_spaces),
	T(many_spaces), T(more_than_the_pool), T(writes_survive),
);
