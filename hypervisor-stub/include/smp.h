/* SPDX-License-Identifier: GPL-2.0 */
/* Physical harts and what each of them does now. */
#ifndef STUB_SMP_H
#define STUB_SMP_H

#include "lock.h"
#include "types.h"

#define MAX_PCPUS	8

struct vcpu;

struct pcpu {
	u8 *stack;		/* top; asm-offsets.h */
	unsigned int id;
	u64 hartid;
	bool online;
	struct vcpu *current;	/* NULL: idle */
	bool resched;		/* look for another vCPU before the guest runs on */
	u64 reaps;		/* since when it takes a domain down, or starts it again; 0: it does not */
	u64 slice_end;		/* ~0: nobody else waits */
	u64 deadline;		/* what the hart's timer is set to */
	/* Hardware ASIDs are handed out in order and never taken back; see arch/shadow.c */
	u64 asid_gen;
	u32 asid_next, asid_max;
};

extern struct pcpu pcpus[MAX_PCPUS];
extern unsigned int nr_pcpus;

#ifdef __riscv
static inline struct pcpu *this_pcpu(void)
{
	struct pcpu *p;

	asm("mv %0, tp" : "=r"(p));
	return p;
}
#else
extern struct pcpu *host_pcpu;
#define this_pcpu() host_pcpu
#endif

void smp_boot(u64 boot_hartid);			/* arch/smp.c */
void smp_kick(struct pcpu *p);
void pcpu_init_here(struct pcpu *p);

#endif
