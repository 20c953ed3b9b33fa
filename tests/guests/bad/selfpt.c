// SPDX-License-Identifier: GPL-2.0
/*
 * Page tables that change all the time, are mapped by themselves, hold random
 * entries and are written by U-mode: afterwards an honest mapping still works.
 */
#include "guest.h"
#include "vm.h"
#include "user.h"

static unsigned long seed = 42;

static unsigned long rnd(void)
{
	seed = seed * 6364136223846793005UL + 1442695040888963407UL;
	return seed >> 16;
}

/* A page of our pool or no memory at all: natively no device is touched. */
static unsigned long random_pa(void)
{
	return rnd() % 8 ? (unsigned long)mega_a + rnd() % 512 * PAGE :
		0x10000000000UL + rnd() % 4096 * PAGE;
}

static void honest(pte_t *root)
{
	unsigned long *p = page_alloc(), v;

	vm_pte(root, VA_HIGH, 0);
	vm_map(root, VA_HIGH, p, P_RW);
	fence_all();
	check_none(try_store(VA_HIGH, 0x600d));
	check_eq(0x600d, *p);
	check_none(try_load(VA_HIGH, &v));
	check_eq(0x600d, v);
}

/* Random leaves, random flags, with and without fences. */
static void random_entries(void)
{
	pte_t *root = vm_new(), *l0 = vm_pte(root, VA_LOW, 0);
	unsigned long i, va;

	vm_on(root, 0);
	for (i = 0; i < 20000; i++) {
		va = VA_LOW + rnd() % 512 * PAGE;
		l0[va >> 12 & 511] = PTE(random_pa(), rnd() & 0x3ff) |
			(rnd() % 16 ? 0 : rnd() << 54);
		if (rnd() & 1)
			fence_va(va);
		try_load(va, NULL);
		try_store(va, i);
	}
	honest(root);
}

/* All levels random: tables, leaves of 2 MiB, entries that lead back up. */
static void random_tables(void)
{
	pte_t *root = vm_new(), *t[4];
	unsigned long i, va, n;

	for (n = 0; n < 4; n++)
		t[n] = page_alloc();
	root[16] = PTE(t[0], P_V);
	vm_on(root, 0);
	for (i = 0; i < 20000; i++) {
		n = rnd() % 4;
		t[n][rnd() % 512] = rnd() & 1 ? PTE(t[rnd() % 4], P_V) :
			PTE(random_pa(), rnd() & 0x3ff);
		va = 16 * GIGA + rnd() % (512 * 512) * PAGE;
		if (rnd() & 1)
			fence_all();
		try_load(va, NULL);
	}
	honest(root);
}

/* The root as a table of its own: the whole of it is seen at one address. */
static void root_in_itself(void)
{
	pte_t *root = vm_new();
	unsigned long i, va = 300UL << 30 | 0xffffff8000000000UL;

	va |= 300UL << 21 | 300UL << 12;
	root[300] = PTE(root, P_V);
	vm_on(root, 0);
	/* level 0 of this walk is a pointer: a fault, not a loop */
	check_trap(try_load(va, NULL), CAUSE_LOAD_PAGE, va);
	root[301] = PTE(root, P_V);
	for (i = 0; i < 512; i++)
		try_load((301UL << 30 | 0xffffff8000000000UL) + i * PAGE, NULL);
	honest(root);
}

/* U-mode writes its own entries; the kernel fences, and both see the change. */
static void user_writes_tables(void)
{
	pte_t *root = vm_new(), *l0 = vm_pte(root, VA_USER_DATA, 0);
	unsigned long i, *p = NULL;

	vm_map_user(root);
	vm_map(root, VA_USER_DATA, l0, P_RW | P_U);
	vm_on(root, 0);
	for (i = 1; i < 200; i++) {
		p = i % 16 == 1 ? page_alloc() : p;
		*p = i;
		user_set(10, VA_USER_DATA + 8 * (i % 100 + 1));
		user_set(11, PTE(p, P_RW | P_U));
		check_eq(CAUSE_ECALL_U, user_run(user_va(user_store), false).cause);
		fence_va(VA_USER_DATA + (i % 100 + 1) * PAGE);
		user_set(10, VA_USER_DATA + (i % 100 + 1) * PAGE);
		check_eq(CAUSE_ECALL_U, user_run(user_va(user_load), false).cause);
		check_eq(i, user_reg(10));
	}
	honest(root);
}

TESTS(T(random_entries), T(random_tables), T(root_in_itself), T(user_writes_tables));
