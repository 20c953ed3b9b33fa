/* SPDX-License-Identifier: GPL-2.0 */
#ifndef XT_ARCH_H
#define XT_ARCH_H

#define ARCH_RISCV	1
#define SIE_BIT		2UL

#define csr_read(csr) ({ unsigned long v_; asm volatile("csrr %0, " #csr : "=r"(v_) : : "memory"); v_; })
#define csr_write(csr, v) asm volatile("csrw " #csr ", %0" : : "r"((unsigned long)(v)) : "memory")

struct cpu;

/* Any a0, to try those that are not 0 */
static inline long hypercall_a0(unsigned long a0, unsigned long nr, unsigned long a, unsigned long b, unsigned long c,
				unsigned long d, unsigned long e)
{
	register unsigned long r0 asm("a0") = a0;
	register unsigned long r1 asm("a1") = a;
	register unsigned long r2 asm("a2") = b;
	register unsigned long r3 asm("a3") = c;
	register unsigned long r4 asm("a4") = d;
	register unsigned long r5 asm("a5") = e;
	register unsigned long r6 asm("a6") = nr;
	register unsigned long r7 asm("a7") = XEN_RISCV_SBI_EXT;

	asm volatile("ecall" : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3), "+r"(r4), "+r"(r5), "+r"(r6) : "r"(r7) : "memory");
	return r0;
}

static inline long hypercall(unsigned long nr, unsigned long a, unsigned long b, unsigned long c, unsigned long d,
			     unsigned long e)
{
	return hypercall_a0(0, nr, a, b, c, d, e);
}

long sbi(unsigned long ext, unsigned long fid, unsigned long a, unsigned long b, unsigned long c, long *value);

static inline struct cpu *this_cpu(void)
{
	struct cpu *c;

	asm("mv %0, tp" : "=r"(c));
	return c;
}

static inline void irq_on(void)
{
	asm volatile("csrsi sstatus, 2" : : : "memory");
}

static inline void irq_off(void)
{
	asm volatile("csrci sstatus, 2" : : : "memory");
}

static inline unsigned long arch_ticks(void)
{
	unsigned long t;

	asm volatile("rdtime %0" : "=r"(t));
	return t;
}

unsigned long arch_ticks_per_second(void);

/* Waits for an interrupt, also with interrupts off */
static inline void arch_wait(void)
{
	asm volatile("wfi" : : : "memory");
}

#endif
