// SPDX-License-Identifier: GPL-2.0
/*
 * Handles in hypercalls are virtual addresses, so there is paging: everything at its own address but page 0, and a
 * window in which it is known what is mapped and what is not. Tables of 512 entries in three levels are the same on both
 * architectures (Sv39; VMSAv8-64 with 4 KiB pages and 39 bits), only the entries differ.
 */
#include "xt.h"

#define TABLES		48
#define FRAMES		16		/* vm_frame() */
#define AT_FRAMES	(WINDOW + 0x100000)
#define POOL		64		/* pages of page_get() */
#define BACKING		8

typedef uint64_t table_t[512];

static table_t tables[TABLES] __attribute__((aligned(PAGE_SIZE)));
static int nr_tables;
static char pool[POOL][PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
static int taken;
static char backing[BACKING][PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
static unsigned long next_piece;

static unsigned int slot(unsigned long va, int level)
{
	return va >> (12 + 9 * level) & 511;
}

static uint64_t *next_table(uint64_t *entry)
{
	uint64_t *t;

	if (!*entry) {
		t = tables[nr_tables++];
		*entry = arch_pte_table((unsigned long)t);
		return t;
	}
	for (int i = 0; i < nr_tables; i++)
		if (arch_pte_table((unsigned long)tables[i]) == *entry)
			return tables[i];
	return NULL;
}

static void set_entry(unsigned long va, int level, uint64_t pte)
{
	uint64_t *t = tables[0];

	for (int l = 2; l > level; l--)
		t = next_table(&t[slot(va, l)]);
	write_once(t[slot(va, level)], pte);
}

void vm_map(unsigned long va, unsigned long pa, unsigned int how)
{
	set_entry(va, 0, how & VM_NONE ? 0 : arch_pte(pa, how, 0));
	arch_vm_flush();
}

/* 2 MiB of addresses by a table of entries that lies at a frame; 0: by none */
void vm_table(unsigned long va, unsigned long gfn)
{
	set_entry(va, 1, gfn ? arch_pte_table(gfn * PAGE_SIZE) : 0);
	arch_vm_flush();
}

static bool is_ram(unsigned long at, unsigned long size)
{
	for (int i = 0; i < machine.nr_ram; i++)
		if (at < machine.ram[i].base + machine.ram[i].size && at + size > machine.ram[i].base)
			return true;
	return false;
}

/* What holds RAM, and the first GiB for page 0's sake, in pieces of 2 MiB; else a GiB at once. */
static void map_giga(unsigned long at)
{
	unsigned long va;

	if (at && !is_ram(at, 1UL << 30)) {
		set_entry(at, 2, arch_pte(at, VM_DEVICE, 2));
		return;
	}
	for (va = at ? at : MEGA2; va < at + (1UL << 30); va += MEGA2)
		set_entry(va, 1, arch_pte(va, is_ram(va, MEGA2) ? VM_RW : VM_DEVICE, 1));
}

/* The neighbours in the window are not so in memory: who does not translate each page writes elsewhere. */
static void map_window(void)
{
	vm_map(AT_RW, (unsigned long)backing[3], VM_RW);
	vm_map(AT_RW + PAGE_SIZE, (unsigned long)backing[1], VM_RW);
	vm_map(AT_RO, (unsigned long)backing[5], VM_RO);
	vm_map(AT_USER, (unsigned long)backing[7], VM_RW | VM_USER);
}

void vm_init(void)
{
	unsigned long at;

	nr_tables = 1;
	for (at = 0; at < WINDOW; at += 1UL << 30)
		map_giga(at);
	arch_vm_on(tables[0]);
	map_window();
	next_piece = ((unsigned long)_end + MEGA2 - 1) & -MEGA2;
}

void *vm_frame(unsigned long gfn)
{
	static int next;
	unsigned long va = AT_FRAMES + PAGE_SIZE * (next++ % FRAMES);

	vm_map(va, gfn * PAGE_SIZE, VM_RW);
	return (void *)va;
}

unsigned long frame_of(const void *p)
{
	return (unsigned long)p / PAGE_SIZE;
}

void *page_get(void)
{
	return taken < POOL ? memset(pool[taken++], 0, PAGE_SIZE) : NULL;
}

void pages_reset(void)
{
	taken = 0;
}

unsigned long pieces(int n)
{
	unsigned long at = next_piece;

	if (!is_ram(at + n * MEGA2 - 1, 1))
		return 0;
	next_piece += n * MEGA2;
	return at;
}
