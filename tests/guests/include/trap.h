/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Expected traps. try_asm() runs one instruction and gives back what it
 * trapped with; the handler goes on behind that instruction. A trap nobody
 * expects ends the test that was running, not the guest.
 *
 * tp always points to the hart's own struct hart, in the kernel.
 */
#ifndef GUEST_TRAP_H
#define GUEST_TRAP_H

#include <stddef.h>
#include <stdbool.h>
#include "csr.h"

#define NO_TRAP		(~0UL)
#define MAX_HARTS	16

struct trap {
	unsigned long cause;	/* NO_TRAP: there was none */
	unsigned long epc;
	unsigned long tval;
	unsigned long status;	/* sstatus as the handler saw it */
};

/* The offsets of the first four members are known to rt/entry.S. */
struct hart {
	unsigned long ksp;		/* kernel stack while in U-mode */
	unsigned long resume;		/* where an expected trap goes on */
	unsigned long sp;		/* first stack pointer */
	unsigned long uregs[32];	/* U-mode's registers */
	unsigned long insn;		/* the instruction that may trap */
	struct trap trap;		/* the last exception */
	unsigned long id;		/* hart id */
	volatile unsigned long irqs[16];	/* interrupts taken, by cause */
	struct trap irq;		/* the last interrupt */
	void (*fn)(void *);		/* work for a second hart */
	void *arg;
	volatile unsigned long entered, opaque_ok, stray;
};

extern struct hart harts[MAX_HARTS];
/* Asked first of all when an interrupt comes: true if it was this one's. */
extern bool (*irq_handler)(struct hart *h, unsigned long n);

static inline struct hart *this_hart(void)
{
	struct hart *h;

	asm("mv %0, tp" : "=r"(h));
	return h;
}

#define OUT(x...)	x
#define IN(x...)	x

/* Run @text, one instruction; it may trap. The result is the trap. */
#define try_asm(text, outs, ins) ({ 					\
	this_hart()->trap.cause = NO_TRAP;				\
	asm volatile("lla t6, 97f\n\tsd t6, %c[__i](tp)\n\t"		\
		     "lla t6, 98f\n\tsd t6, %c[__r](tp)\n"		\
		     "97:\t" text "\n"					\
		     "98:\tsd zero, %c[__r](tp)"			\
		     : outs						\
		     : [__i] "i"(offsetof(struct hart, insn)),		\
		       [__r] "i"(offsetof(struct hart, resume)), ins	\
		     : "t6", "memory");					\
	this_hart()->trap; })

#define NONE	[__none] "i"(0)

/* Read and write a CSR that may not be there or not be ours. */
#define try_csrr(csr, v) \
	try_asm("csrr %[__v], " str(csr), OUT([__v] "+r"(v)), NONE)
#define try_csrw(csr, v) \
	try_asm("csrw " str(csr) ", %[__v]", , IN([__v] "r"(v)))

struct trap try_load(unsigned long addr, unsigned long *value);
struct trap try_load32(unsigned long addr, unsigned long *value);
struct trap try_store(unsigned long addr, unsigned long value);
struct trap try_amo(unsigned long addr);
struct trap try_lr(unsigned long addr);
struct trap try_sc(unsigned long addr);
struct trap try_call(unsigned long addr, unsigned long *result);

/*
 * Run U-mode at @pc until it traps, interrupts included. Its registers come
 * from, and stay in, this_hart()->uregs. @spie: interrupts on in U-mode's
 * sstatus.SIE (which has no meaning there, 3.1.6.1, but is seen as SPIE).
 */
struct trap user_run(unsigned long pc, bool spie);
static inline unsigned long user_reg(int n) { return this_hart()->uregs[n]; }
static inline void user_set(int n, unsigned long v) { this_hart()->uregs[n] = v; }

static inline void irq_on(void) { csr_set(sstatus, SR_SIE); }
static inline void irq_off(void) { csr_clear(sstatus, SR_SIE); }

#endif
