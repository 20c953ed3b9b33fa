/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The host in place of the hart: include/csr.h takes this where there is no RISC-V. CSRs are an array a hart; fences,
 * waits and kicks are counted, and a test can look at each as it happens (struct host_hooks).
 */
#ifndef UNIT_HOST_CSR_H
#define UNIT_HOST_CSR_H

#include "types.h"

struct pcpu;

struct host_hooks {
	void (*sfence_all)(void);
	void (*sfence_asid)(u64 asid);
	void (*sfence_page)(u64 va);
	void (*satp)(u64 satp);
	void (*wfi)(void);
	void (*kick)(struct pcpu *p);
	void (*relax)(unsigned int turn);
};

struct host_counts {
	u64 sfence_all, sfence_asid, sfence_page, fence_i, forgotten, wfi, kicks, fp_save, fp_load;
};

extern struct host_hooks host_hooks;
extern struct host_counts host_counts;
extern u64 host_satp_mask;	/* the bits satp keeps: a hart need not have all ASID bits */

u64 host_csr_read(unsigned int csr);
void host_csr_write(unsigned int csr, u64 val);

#define csr_read(csr)		host_csr_read(csr)
#define csr_write(csr, val)	host_csr_write(csr, (u64)(val))
#define csr_swap(csr, val)	({ u64 __new = (u64)(val), __old = host_csr_read(csr); \
				   host_csr_write(csr, __new); __old; })
#define csr_set(csr, val)	host_csr_write(csr, host_csr_read(csr) | (u64)(val))
#define csr_clear(csr, val)	host_csr_write(csr, host_csr_read(csr) & ~(u64)(val))

void asm_sfence_all(void);
void asm_sfence_asid(unsigned long asid);
void asm_sfence_page(unsigned long va);
void asm_fence_i(void);
void asm_forget_reservation(void);
void asm_fence_io(void);
void asm_wfi(void);

#endif
