/* SPDX-License-Identifier: GPL-2.0 */
#ifndef XT_ARCH_H
#define XT_ARCH_H

#define ARCH_ARM64	1

#define sys_read(reg) ({ unsigned long v_; asm volatile("mrs %0, " #reg : "=r"(v_) : : "memory"); v_; })
#define sys_write(reg, v) asm volatile("msr " #reg ", %0\n\tisb" : : "r"((unsigned long)(v)) : "memory")

struct cpu;

/* hvc #0xea1, number in x16 (xen/arch-arm.h) */
static inline long hypercall(unsigned long nr, unsigned long a, unsigned long b, unsigned long c, unsigned long d,
			     unsigned long e)
{
	register unsigned long r0 asm("x0") = a;
	register unsigned long r1 asm("x1") = b;
	register unsigned long r2 asm("x2") = c;
	register unsigned long r3 asm("x3") = d;
	register unsigned long r4 asm("x4") = e;
	register unsigned long r16 asm("x16") = nr;

	asm volatile("hvc #0xea1" : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3), "+r"(r4), "+r"(r16) : : "memory");
	return r0;
}

static inline struct cpu *this_cpu(void)
{
	return (struct cpu *)sys_read(tpidr_el1);
}

static inline void irq_on(void)
{
	asm volatile("msr daifclr, #2\n\tisb" : : : "memory");
}

static inline void irq_off(void)
{
	asm volatile("msr daifset, #2" : : : "memory");
}

static inline unsigned long arch_ticks(void)
{
	return sys_read(cntvct_el0);
}

static inline unsigned long arch_ticks_per_second(void)
{
	return sys_read(cntfrq_el0);
}

static inline void arch_wait(void)
{
	asm volatile("wfi" : : : "memory");
}

#endif
