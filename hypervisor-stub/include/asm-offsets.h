/* SPDX-License-Identifier: GPL-2.0 */
/* Where arch/entry.S finds things in struct vcpu and struct pcpu; core/vcpu.c asserts each. */
#ifndef STUB_ASM_OFFSETS_H
#define STUB_ASM_OFFSETS_H

#define VCPU_REG(n)	((n) * 8)
#define VCPU_PC		256
#define VCPU_SSTATUS	264
#define VCPU_SCAUSE	272
#define VCPU_STVAL	280
#define VCPU_PCPU	288
#define VCPU_FAST	296
#define VCPU_PV		304
#define VCPU_ENTRY	312
#define VCPU_SATP_KERNEL 320
#define VCPU_SATP_USER	328
#define VCPU_USER	336
#define VCPU_FPREGS	344
#define VCPU_FCSR	600
#define VCPU_TRAP_SRET	628
#define VCPU_TRAP_ECALL	644

/* struct pv_state */
#define PV_MAPPED_NR	0
#define PV_SCRATCH	16
#define PV_TVAL		24
#define PV_CAUSE	32
#define PV_EPC		40
#define PV_STATUS	48
#define PV_IRQ		63

/* What csr.h and interfaces/xen/riscv.h have for C alone */
#define ASM_ECALL_U	8
#define ASM_FETCH_PAGE	12
#define ASM_SIE		0x2
#define ASM_SPIE	0x20
#define ASM_SPP		0x100
#define ASM_FS		0x6000
#define ASM_PV_RET	(-56)

/* What light_trap() returns, beside the vCPU */
#define LIGHT_TRAP	1
#define LIGHT_LEAVE	2

#define PCPU_STACK	0

#define STACK_SIZE	8192

#endif
