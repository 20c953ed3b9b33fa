// SPDX-License-Identifier: GPL-2.0
/* Page tables, built from a small pool that is emptied after each test. */
#include "guest.h"
#include "vm.h"
#include "user.h"

#define POOL_PAGES	1280

static char pool[POOL_PAGES][PAGE] __attribute__((aligned(PAGE)));
static unsigned long pool_used;
char mega_a[MEGA] __attribute__((aligned(MEGA)));
char mega_b[MEGA] __attribute__((aligned(MEGA)));

void *page_alloc(void)
{
	if (pool_used == POOL_PAGES) {
		say("# no page left\n");
		test_abort();
	}
	return memset(pool[pool_used++], 0, PAGE);
}

void pages_reset(void)
{
	pool_used = 0;
}

unsigned long pages_left(void)
{
	return POOL_PAGES - pool_used;
}

int vm_levels(void)
{
	static int levels;

	if (!levels)
		levels = fdt_says("levels=5") ? 5 : fdt_says("levels=4") ? 4 : 3;
	return levels;
}

unsigned long vm_satp(const pte_t *root, unsigned long asid)
{
	return SATP(SATP_SV39 + vm_levels() - 3, asid, root);
}

static int vpn(unsigned long va, int level)
{
	return (int)(va >> (12 + 9 * level) & 511);
}

/* The image, its stacks and pool: one gigabyte or two, identity-mapped. */
pte_t *vm_new(void)
{
	pte_t *root = page_alloc();
	unsigned long pa;

	for (pa = (unsigned long)_start & -GIGA; pa < (unsigned long)_end; pa += GIGA)
		*vm_pte(root, pa, 2) = PTE(pa, P_RWX);
	return root;
}

pte_t *vm_pte(pte_t *root, unsigned long va, int level)
{
	pte_t *table = root;
	int l;

	for (l = vm_levels() - 1; l > level; l--) {
		pte_t *p = &table[vpn(va, l)];

		if (!(*p & P_V))
			*p = PTE(page_alloc(), P_V);
		table = (pte_t *)PTE_PA(*p);
	}
	return &table[vpn(va, level)];
}

pte_t *vm_map(pte_t *root, unsigned long va, const void *pa, unsigned long flags)
{
	pte_t *p = vm_pte(root, va, 0);

	*p = PTE(pa, flags);
	return p;
}

void vm_map_user(pte_t *root)
{
	vm_map(root, VA_USER, user_start, P_RX | P_U);
}

unsigned long user_va(const void *fn)
{
	return VA_USER + ((unsigned long)fn - (unsigned long)user_start);
}

void vm_on(pte_t *root, unsigned long asid)
{
	mb();
	csr_write(satp, vm_satp(root, asid));
	fence_all();
}

void vm_off(void)
{
	csr_write(satp, 0);
	fence_all();
}

/* The highest ASID: satp keeps as many low bits as there are (4.1.11). */
unsigned long asid_max(pte_t *root)
{
	unsigned long old = csr_read(satp), got;

	csr_write(satp, vm_satp(root, 0xffff));
	got = SATP_ASID(csr_read(satp));
	csr_write(satp, old);
	fence_all();
	return got;
}
