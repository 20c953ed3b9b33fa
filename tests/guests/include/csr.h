/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Control and status registers of S-mode, and the instructions that touch
 * them. Section numbers in this folder are those of the privileged
 * specification, version 1.12 (volume II, 20211203), unless said otherwise.
 */
#ifndef GUEST_CSR_H
#define GUEST_CSR_H

#define SR_SIE		0x00000002UL
#define SR_SPIE		0x00000020UL
#define SR_SPP		0x00000100UL
#define SR_VS		0x00000600UL
#define SR_FS		0x00006000UL
#define SR_FS_INITIAL	0x00002000UL
#define SR_FS_CLEAN	0x00004000UL
#define SR_FS_DIRTY	0x00006000UL
#define SR_SUM		0x00040000UL
#define SR_MXR		0x00080000UL
#define SR_UXL		0x300000000UL
#define SR_UXL_64	0x200000000UL
#define SR_SD		0x8000000000000000UL

#define IRQ_SOFT	1
#define IRQ_TIMER	5
#define IRQ_EXT		9
#define IE_SSIE		(1UL << IRQ_SOFT)
#define IE_STIE		(1UL << IRQ_TIMER)
#define IE_SEIE		(1UL << IRQ_EXT)

#define CAUSE_IRQ	0x8000000000000000UL
#define CAUSE_FETCH_ACCESS	1UL
#define CAUSE_ILLEGAL		2UL
#define CAUSE_BREAKPOINT	3UL
#define CAUSE_LOAD_MISALIGNED	4UL
#define CAUSE_LOAD_ACCESS	5UL
#define CAUSE_STORE_MISALIGNED	6UL
#define CAUSE_STORE_ACCESS	7UL
#define CAUSE_ECALL_U		8UL
#define CAUSE_FETCH_PAGE	12UL
#define CAUSE_LOAD_PAGE		13UL
#define CAUSE_STORE_PAGE	15UL

#define SATP_BARE	0UL
#define SATP_SV39	8UL
#define SATP_SV48	9UL
#define SATP_SV57	10UL
#define SATP(mode, asid, pa)	\
	((unsigned long)(mode) << 60 | (unsigned long)(asid) << 44 | \
	 (unsigned long)(pa) >> 12)
#define SATP_ASID(v)	((v) >> 44 & 0xffff)
#define SATP_MODE(v)	((v) >> 60)

#define __str(x...)	#x
#define str(x...)	__str(x)

#define csr_read(csr) ({						\
	unsigned long __v;						\
	asm volatile("csrr %0, " str(csr) : "=r"(__v) : : "memory");	\
	__v; })
#define csr_write(csr, v) \
	asm volatile("csrw " str(csr) ", %0" : : "rK"((unsigned long)(v)) : "memory")
#define csr_set(csr, v) \
	asm volatile("csrs " str(csr) ", %0" : : "rK"((unsigned long)(v)) : "memory")
#define csr_clear(csr, v) \
	asm volatile("csrc " str(csr) ", %0" : : "rK"((unsigned long)(v)) : "memory")
#define csr_swap(csr, v) ({						\
	unsigned long __v;						\
	asm volatile("csrrw %0, " str(csr) ", %1"			\
		     : "=r"(__v) : "rK"((unsigned long)(v)) : "memory");	\
	__v; })

static inline unsigned long rdtime(void)
{
	unsigned long v;

	asm volatile("rdtime %0" : "=r"(v) : : "memory");
	return v;
}

static inline void mb(void)
{
	asm volatile("fence rw, rw" : : : "memory");
}

static inline void fence_i(void)
{
	asm volatile("fence.i" : : : "memory");
}

static inline void wfi(void)
{
	asm volatile("wfi" : : : "memory");
}

#endif
