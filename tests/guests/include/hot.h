/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pages of kernel code that are made at run time and executed until they are
 * hot: a hypervisor that emulates privileged instructions may by then execute
 * something else in their place (hypervisor-stub/arch/code.c), and nobody may
 * be able to tell.
 */
#ifndef GUEST_HOT_H
#define GUEST_HOT_H

#include "guest.h"
#include "vm.h"

#define CSR_SSTATUS	0x100U
#define CSR_SCOUNTEREN	0x106U
#define CSR_SSCRATCH	0x140U

#define I_NOP		0x00000013U
#define I_RET		0x00008067U
#define I_ECALL		0x00000073U
#define I_FENCE_I	0x0000100fU
#define I_LI(n)		(0x00000513U | (n) << 20)		/* li a0, n */
#define I_ADD(n)	(0x00050513U | (n) << 20)		/* addi a0, a0, n */
#define I_CSRR(csr)	(0x00002573U | (csr) << 20)		/* csrr a0, csr */
#define I_CSRWI(csr, n)	(0x00005073U | (csr) << 20 | ((n) & 31) << 15)	/* csrwi csr, n */

/*
 * The usual code: the number n goes through a CSR and comes back; n + m is
 * returned. Three privileged instructions, of which the first says n.
 */
void hot_write(void *at, unsigned int csr, unsigned int n, unsigned int m);
/* One aligned store, as those who patch running code do it. */
static inline void hot_patch(void *at, unsigned int insn)
{
	*(volatile unsigned int *)at = insn;
}

/*
 * Call code that uses no stack, with a0, a1, and a6 and a7 for an SBI base
 * probe. A trap goes on at @resume, or if that is 0 comes back here; what it
 * was is this_hart()->trap.
 */
struct sbiret hot_call(unsigned long addr, unsigned long a0, unsigned long a1,
		       unsigned long resume);
/* What the usual code returns; 0xdead00 and the cause if it trapped. */
unsigned long hot_run(unsigned long addr);
/* Run it often enough for anybody to take note (240 privileged instructions); how often it was not @want. */
unsigned long hot_heat(unsigned long addr, unsigned long want);

#define BOTH_HALVES(half)	int half = 0; half < 2; half++

/* A page of code, mapped global: half 0 is the lower one, 1 the upper one. */
struct spot {
	pte_t *root, *pte;
	unsigned long va;
	unsigned int *code;		/* the same by the identity mapping */
};
/* An address of eight pages that no test has used before. */
unsigned long hot_va(int half);
/* The usual code for n in a new page; its root is the current one. */
struct spot hot_spot(int half, unsigned int n, unsigned long flags);

#endif
