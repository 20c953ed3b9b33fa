// SPDX-License-Identifier: GPL-2.0
/*
 * The stub's own address space: root slots 256 to 274 of Sv39, which Linux leaves free. They are the same
 * in every shadow root, U clear and G set, so that stvec is valid whatever satp holds. In Sv48 and Sv57 it is where it
 * is: for the stub one root more leads to that of Sv39 by its last entry, and one more to that one. Linux has the
 * shadow of KASAN's shadow there, which is never accessed.
 */
#include "csr.h"
#include "stub.h"

extern char _start[], __rodata_start[], __data_start[], __bss_end[];

#define SLOT(va)	(((va) >> 30) & 511)
#define LEAF		(PTE_V | PTE_G | PTE_A | PTE_D)

static u64 root_table[512] __attribute__((aligned(4096)));
static u64 upper[MAX_LEVELS - 3][512] __attribute__((aligned(4096)));
static u64 image_l1[512] __attribute__((aligned(4096)));
static u64 image_l0[512] __attribute__((aligned(4096)));
static u64 device_l1[512] __attribute__((aligned(4096)));
static unsigned int nr_devices;

u64 *stub_root;
u64 dmap_offset;
static paddr_t dmap_start, image_start;

static u64 make_pte(paddr_t pa, u64 flags)
{
	return (pa >> PAGE_SHIFT) << PTE_PPN_SHIFT | flags;
}

/*
 * Runs with paging off, at the machine address: no switch tables and no pointers in data here.
 * The direct map starts at the GiB the stub was loaded in. Returns the value for satp.
 */
u64 early_map(paddr_t start);
u64 early_map(paddr_t start)
{
	paddr_t base = ALIGN_DOWN(start, SZ_1G);
	u64 text = __rodata_start - _start, rodata = __data_start - _start;
	u64 size = __bss_end - _start, off;

	for (off = 0; off < DMAP_SIZE; off += SZ_1G)
		root_table[SLOT(DMAP_VA + off)] = make_pte(base + off, LEAF | PTE_R | PTE_W);

	for (off = 0; off < size && off < SZ_2M; off += PAGE_SIZE) {
		u64 rights = off < text ? PTE_R | PTE_X : off < rodata ? PTE_R : PTE_R | PTE_W;

		image_l0[off >> PAGE_SHIFT] = make_pte(start + off, LEAF | rights);
	}
	image_l1[0] = make_pte((paddr_t)image_l0, PTE_V);
	root_table[SLOT(IMAGE_VA)] = make_pte((paddr_t)image_l1, PTE_V);
	root_table[SLOT(DEVICE_VA)] = make_pte((paddr_t)device_l1, PTE_V);
	dmap_start = base;
	image_start = start;
	dmap_offset = DMAP_VA - base;
	return SATP_MODE_SV39 << SATP_MODE_SHIFT | (paddr_t)root_table >> PAGE_SHIFT;
}

void mm_init(void)
{
	/* By its direct-map address, as all tables are known. */
	stub_root = pa_to_va(image_start + ((u64)root_table - IMAGE_VA));
	for (unsigned int i = 0; i < ARRAY_SIZE(upper); i++)
		upper[i][PTE_ENTRIES - 1] = make_pte(stub_table(2 + i), PTE_V);
}

/* The stub's own table of entries of that level, the first of which is 0; those of its roots are 2 and more. */
paddr_t stub_table(unsigned int level)
{
	return image_start + ((u64)(level == 2 ? root_table : upper[level - 3]) - IMAGE_VA);
}

/* satp for nothing but the stub */
u64 stub_satp(unsigned int levels)
{
	return SATP_MODE(levels) << SATP_MODE_SHIFT | stub_table(levels - 1) >> PAGE_SHIFT;
}

void image_range(paddr_t *start, u64 *size)
{
	*start = image_start;
	*size = __bss_end - _start;
}

paddr_t dmap_base(void)
{
	return dmap_start;
}

/* Maps a device's registers for the stub alone; NULL when they do not fit or slots have run out. */
void *map_device(paddr_t pa, u64 size)
{
	paddr_t base = ALIGN_DOWN(pa, SZ_2M);
	u64 pte = make_pte(base, LEAF | PTE_R | PTE_W);
	unsigned int i = 0;

	while (i < nr_devices && device_l1[i] != pte)
		i++;
	if (i == PTE_ENTRIES || pa + size > base + SZ_2M)
		return NULL;
	if (i == nr_devices)
		device_l1[nr_devices++] = pte;
	asm_sfence_all();
	return (void *)(DEVICE_VA + i * SZ_2M + (pa - base));
}
