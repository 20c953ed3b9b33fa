// SPDX-License-Identifier: GPL-2.0
/*
 * Maps pages it does not own: every gigabyte of physical addresses up to 512
 * GiB, and some far beyond, by leaves of all sizes. Whatever is not its own
 * RAM must give an access fault: never memory, never a device, never a crash.
 */
#include "guest.h"
#include "vm.h"

#define RAM_START	0x80000000UL
#define CONSOLE_RING	0x39000000UL	/* a page that the hypervisor shares with the domain */

static bool mine(unsigned long pa)
{
	return (pa >= RAM_START && pa < ram_end()) || pa == CONSOLE_RING;
}

/* 512 leaves of 1G would cover our own text too: windows of 64 instead. */
static void by_gigabyte(void)
{
	unsigned long pa, va, n, bad = 0;
	pte_t *root = vm_new();

	ram_end();
	vm_on(root, 0);
	for (n = 0; n < 512; n++) {
		va = (16 + n % 64) * GIGA;
		root[16 + n % 64] = PTE(n * GIGA, P_RW);
		fence_va(va);
		for (pa = n * GIGA; pa < (n + 1) * GIGA; pa += n < 8 ? 2 * MEGA : 64 * MEGA) {
			struct trap t = try_load(va + pa % GIGA, NULL);

			if (mine(pa))
				bad += t.cause != NO_TRAP;
			else
				bad += t.cause != CAUSE_LOAD_ACCESS;
		}
	}
	check_eq(0, bad);
}

/* Around the edges of our RAM by small pages: one page off is not ours. */
static void edges(void)
{
	unsigned long end = ram_end(), i;
	pte_t *root = vm_new(), *p = vm_pte(root, VA_LOW, 0);

	vm_on(root, 0);
	for (i = 0; i < 64; i++) {
		*p = PTE(end - 32 * PAGE + i * PAGE, P_RO);
		fence_va(VA_LOW);
		check_eq(i < 32 ? NO_TRAP : CAUSE_LOAD_ACCESS, try_load(VA_LOW, NULL).cause);
		*p = PTE(RAM_START - 32 * PAGE + i * PAGE, P_RO);
		fence_va(VA_LOW);
		check_eq(i < 32 ? CAUSE_LOAD_ACCESS : NO_TRAP, try_load(VA_LOW, NULL).cause);
	}
}

/* The highest frames there can be: 56 bits. */
static void far_away(void)
{
	static const unsigned long pas[] = {
		1UL << 40, 1UL << 41, 1UL << 48, 1UL << 50, 1UL << 55,
		(1UL << 56) - PAGE, (1UL << 55) + RAM_START, (1UL << 41) + RAM_START + MEGA,
	};
	pte_t *root = vm_new(), *p = vm_pte(root, VA_LOW, 0);
	int i;

	vm_on(root, 0);
	for (i = 0; i < ARRAY_SIZE(pas); i++) {
		*p = PTE(pas[i], P_RWX);
		fence_va(VA_LOW);
		check_trap(try_load(VA_LOW, NULL), CAUSE_LOAD_ACCESS, VA_LOW);
		check_trap(try_store(VA_LOW, 1), CAUSE_STORE_ACCESS, VA_LOW);
		check_trap_epc(try_call(VA_LOW, NULL), CAUSE_FETCH_ACCESS, VA_LOW, VA_LOW);
	}
}

/* Tables there: the walk itself must not read them. */
static void tables_far_away(void)
{
	static const unsigned long pas[] = { 0x10000000UL, 0x2000000UL, 1UL << 40, (1UL << 56) - PAGE };
	pte_t *root = vm_new();
	int i, level;

	if (guest_mode() == MODE_HVM)
		todo("QEMU 7.2 says that VS-stage walks that fail are loads");
	vm_on(root, 0);
	for (i = 0; i < ARRAY_SIZE(pas); i++)
		for (level = 1; level <= 2; level++) {
			unsigned long va = level == 1 ? VA_LOW : VA_HIGH;

			*vm_pte(root, va, level) = PTE(pas[i], P_V);
			fence_all();
			check_trap(try_load(va, NULL), CAUSE_LOAD_ACCESS, va);
			check_trap(try_store(va, 1), CAUSE_STORE_ACCESS, va);
		}
}

/* A device it was not given, bare and mapped. */
static void device(void)
{
	unsigned long uart = 0x10000000UL;
	pte_t *root = vm_new();

	check_trap(try_store(uart, 'X'), CAUSE_STORE_ACCESS, uart);
	check_trap(try_load(uart, NULL), CAUSE_LOAD_ACCESS, uart);
	vm_map(root, VA_LOW, (void *)uart, P_RW);
	vm_on(root, 0);
	check_trap(try_store(VA_LOW, 'X'), CAUSE_STORE_ACCESS, VA_LOW);
	check_trap(try_load(VA_LOW, NULL), CAUSE_LOAD_ACCESS, VA_LOW);
}

TESTS(T(by_gigabyte), T(edges), T(far_away), T(tables_far_away), T(device));
