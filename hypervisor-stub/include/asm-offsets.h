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
#define VCPU_FPREGS	296
#define VCPU_FCSR	552

#define PCPU_STACK	0

#define STACK_SIZE	8192

#endif
