/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Control and status registers: numbers, bits and access.
 * Source: The RISC-V Instruction Set Manual, Volume II, chapters 12 (Supervisor) and 15 (Hypervisor).
 */
#ifndef STUB_CSR_H
#define STUB_CSR_H

#define CSR_SSTATUS	0x100
#define CSR_SIE		0x104
#define CSR_STVEC	0x105
#define CSR_SCOUNTEREN	0x106
#define CSR_SENVCFG	0x10a
#define CSR_SSCRATCH	0x140
#define CSR_SEPC	0x141
#define CSR_SCAUSE	0x142
#define CSR_STVAL	0x143
#define CSR_SIP		0x144
#define CSR_STIMECMP	0x14d
#define CSR_SATP	0x180
#define CSR_VSSTATUS	0x200
#define CSR_VSIE	0x204
#define CSR_VSTVEC	0x205
#define CSR_VSSCRATCH	0x240
#define CSR_VSEPC	0x241
#define CSR_VSCAUSE	0x242
#define CSR_VSTVAL	0x243
#define CSR_VSIP	0x244
#define CSR_VSTIMECMP	0x24d
#define CSR_VSATP	0x280
#define CSR_HSTATUS	0x600
#define CSR_HEDELEG	0x602
#define CSR_HIDELEG	0x603
#define CSR_HIE		0x604
#define CSR_HTIMEDELTA	0x605
#define CSR_HCOUNTEREN	0x606
#define CSR_HENVCFG	0x60a
#define CSR_HTVAL	0x643
#define CSR_HVIP	0x645
#define CSR_HGATP	0x680
#define CSR_CYCLE	0xc00
#define CSR_TIME	0xc01
#define CSR_INSTRET	0xc02

#define SSTATUS_SIE	BIT(1)
#define SSTATUS_SPIE	BIT(5)
#define SSTATUS_SPP	BIT(8)
#define SSTATUS_VS	(3UL << 9)
#define SSTATUS_FS	(3UL << 13)
#define SSTATUS_FS_DIRTY (3UL << 13)
#define SSTATUS_XS	(3UL << 15)
#define SSTATUS_SUM	BIT(18)
#define SSTATUS_MXR	BIT(19)
#define SSTATUS_UXL_64	(2UL << 32)
#define SSTATUS_SD	BIT(63)

#define HSTATUS_SPV	BIT(7)
#define HSTATUS_SPVP	BIT(8)
#define HSTATUS_VTW	BIT(21)
#define HSTATUS_VSXL_64	(2UL << 32)

#define HENVCFG_STCE	BIT(63)
#define SENVCFG_FIOM	BIT(0)

#define SCAUSE_IRQ	BIT(63)
#define IRQ_SOFT	1
#define IRQ_TIMER	5
#define IRQ_EXT		9
#define IRQ_UPCALL	24	/* pv: of those that AIA leaves to the platform */
#define SIP_SSIP	BIT(IRQ_SOFT)
#define SIP_STIP	BIT(IRQ_TIMER)
#define SIP_SEIP	BIT(IRQ_EXT)
#define SIP_UPCALL	BIT(IRQ_UPCALL)
#define SIP_ALL		(SIP_SSIP | SIP_STIP | SIP_SEIP)

/* scause without the interrupt bit (table 12.6) */
#define EXC_FETCH_MISALIGNED	0
#define EXC_FETCH_ACCESS	1
#define EXC_ILLEGAL		2
#define EXC_BREAKPOINT		3
#define EXC_LOAD_MISALIGNED	4
#define EXC_LOAD_ACCESS		5
#define EXC_STORE_MISALIGNED	6
#define EXC_STORE_ACCESS	7
#define EXC_ECALL_U		8
#define EXC_ECALL_VS		10
#define EXC_FETCH_PAGE		12
#define EXC_LOAD_PAGE		13
#define EXC_STORE_PAGE		15
#define EXC_FETCH_GUEST_PAGE	20
#define EXC_LOAD_GUEST_PAGE	21
#define EXC_VIRTUAL_INSN	22
#define EXC_STORE_GUEST_PAGE	23

#define SATP_MODE_SHIFT	60
#define SATP_MODE_SV39	8UL		/* and so on: Sv48, Sv57 */
#define MAX_LEVELS	5
#define SATP_LEVELS(mode) ((mode) - SATP_MODE_SV39 + 3)
#define SATP_MODE(levels) ((levels) - 3 + SATP_MODE_SV39)
#define SATP_ASID_SHIFT	44
#define SATP_ASID_MASK	0xffffUL
#define SATP_PPN_MASK	(BIT(44) - 1)
#define HGATP_VMID_SHIFT 44
#define HGATP_VMID_MASK	0x3fffUL

/* Page table entries (chapter 12.3 and 12.4) */
#define PTE_V		BIT(0)
#define PTE_R		BIT(1)
#define PTE_W		BIT(2)
#define PTE_X		BIT(3)
#define PTE_U		BIT(4)
#define PTE_G		BIT(5)
#define PTE_A		BIT(6)
#define PTE_D		BIT(7)
#define PTE_PPN_SHIFT	10
#define PTE_PPN_MASK	(BIT(44) - 1)
#define PTE_RESERVED	(~0UL << 54)	/* N, PBMT and bits for future use */
#define PTE_N		(1UL << 63)
#define PTE_ENTRIES	512

#ifdef __riscv
#define __csr_str2(x)	#x
#define __csr_str(x)	__csr_str2(x)
#define csr_read(csr) ({ unsigned long __v; \
	asm volatile("csrr %0, " __csr_str(csr) : "=r"(__v) : : "memory"); __v; })
#define csr_write(csr, val) \
	asm volatile("csrw " __csr_str(csr) ", %0" : : "rK"((unsigned long)(val)) : "memory")
#define csr_swap(csr, val) ({ unsigned long __v = (unsigned long)(val); \
	asm volatile("csrrw %0, " __csr_str(csr) ", %1" : "=r"(__v) : "rK"(__v) : "memory"); __v; })
#define csr_set(csr, val) \
	asm volatile("csrs " __csr_str(csr) ", %0" : : "rK"((unsigned long)(val)) : "memory")
#define csr_clear(csr, val) \
	asm volatile("csrc " __csr_str(csr) ", %0" : : "rK"((unsigned long)(val)) : "memory")

/* sfence.vma on the hart itself: all of it, one ASID, one page in every ASID */
static inline void asm_sfence_all(void)
{
	asm volatile("sfence.vma" : : : "memory");
}

static inline void asm_sfence_asid(unsigned long asid)
{
	asm volatile("sfence.vma x0, %0" : : "r"(asid) : "memory");
}

/* Accesses to devices and to memory before it come before those after it. */
static inline void asm_fence_io(void)
{
	asm volatile("fence iorw, iorw" : : : "memory");
}

static inline void asm_forget_reservation(void)
{
	unsigned int scratch;

	asm volatile("sc.w zero, zero, %0" : "=A"(scratch) : : "memory");
}

static inline void asm_fence_i(void)
{
	asm volatile("fence.i" : : : "memory");
}

/* Ends when an interrupt is pending and enabled in sie, whether interrupts are on or not (3.3.3). */
static inline void asm_wfi(void)
{
	asm volatile("wfi" : : : "memory");
}

static inline void asm_sfence_page(unsigned long va)
{
	asm volatile("sfence.vma %0" : : "r"(va) : "memory");
}
#else
#include "host-csr.h"	/* tests/unit: the same names over an array */
#endif

#endif
