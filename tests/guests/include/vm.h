/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sv39 page tables: 4.4; with "levels=4" or "levels=5" on the command line Sv48's or Sv57's. The guest itself lives in
 * an identity-mapped 1G leaf.
 */
#ifndef GUEST_VM_H
#define GUEST_VM_H

typedef unsigned long pte_t;

#define PAGE		4096UL
#define MEGA		(512 * PAGE)
#define GIGA		(512 * MEGA)

#define P_V		0x01UL
#define P_R		0x02UL
#define P_W		0x04UL
#define P_X		0x08UL
#define P_U		0x10UL
#define P_G		0x20UL
#define P_A		0x40UL
#define P_D		0x80UL
#define P_AD		(P_A | P_D)
#define P_RW		(P_V | P_R | P_W | P_AD)
#define P_RO		(P_V | P_R | P_AD)
#define P_RX		(P_V | P_R | P_X | P_AD)
#define P_RWX		(P_RW | P_X)

#define PTE(pa, flags)	((unsigned long)(pa) >> 12 << 10 | (flags))
#define PTE_PA(pte)	((pte) << 10 >> 20 << 12)

/* Virtual addresses no test of ours has a second use for. */
#define VA_LOW		0x0000000100000000UL
#define VA_HIGH		0xffffffd600000000UL
#define VA_USER		0x0000000140000000UL
#define VA_USER_DATA	0x0000000180000000UL

/* Pages live until the end of a test. */
void *page_alloc(void);
void pages_reset(void);
unsigned long pages_left(void);
/* Two pieces of memory, each aligned to its size of 2 MiB. */
extern char mega_a[MEGA], mega_b[MEGA];

int vm_levels(void);
/* What a leaf of that level maps; 0 is a page. */
#define VM_SIZE(level)	(PAGE << 9 * (level))
unsigned long vm_satp(const pte_t *root, unsigned long asid);
pte_t *vm_new(void);
/* The entry for @va in @root's table of @level (0: 4K leaves), tables made as needed. */
pte_t *vm_pte(pte_t *root, unsigned long va, int level);
pte_t *vm_map(pte_t *root, unsigned long va, const void *pa, unsigned long flags);
/* The usual user text: section .user of this image, readable and executable. */
void vm_map_user(pte_t *root);
unsigned long user_va(const void *fn);

void vm_on(pte_t *root, unsigned long asid);
void vm_off(void);
unsigned long asid_max(pte_t *root);

static inline void fence_all(void)
{
	asm volatile("sfence.vma" : : : "memory");
}

static inline void fence_va(unsigned long va)
{
	asm volatile("sfence.vma %0" : : "r"(va) : "memory");
}

static inline void fence_asid(unsigned long asid)
{
	asm volatile("sfence.vma x0, %0" : : "r"(asid) : "memory");
}

static inline void fence_va_asid(unsigned long va, unsigned long asid)
{
	asm volatile("sfence.vma %0, %1" : : "r"(va), "r"(asid) : "memory");
}

#endif
