/* SPDX-License-Identifier: GPL-2.0 */
/* A virtual CPU: what the guest sees of a hart, and how it is scheduled. */
#ifndef STUB_VCPU_H
#define STUB_VCPU_H

#include "csr.h"
#include "event.h"
#include "grant.h"
#include "lock.h"
#include "shadow.h"
#include "smp.h"
#include "types.h"

struct domain;
struct pcpu;
struct vcpu;

/* The trap counters of a vCPU, by cause. The names are printed at a domain's end and read by scripts. */
#define TRAP_CAUSES(X)		\
	X(SSTATUS, "csr_sstatus")	/* interrupt flag, SUM, FS, ... */ \
	X(SSCRATCH, "csr_sscratch")	\
	X(TRAPINFO, "csr_trapinfo")	/* sepc, scause, stval */ \
	X(SATP, "csr_satp")		\
	X(CSR, "csr_other")		\
	X(SRET, "sret")			\
	X(SFENCE, "sfence_vma")		\
	X(WFI, "wfi")			\
	X(ILLEGAL, "illegal")		/* reflected to the guest */ \
	X(ECALL, "ecall")		/* from the guest's user: a system call */ \
	X(SBI, "sbi")			\
	X(SHADOW, "shadow_fill")	\
	X(PAGE_FAULT, "page_fault")	/* reflected to the guest */ \
	X(EXCEPTION, "exception")	/* any other, reflected */ \
	X(MASKED, "pv_masked")		/* store to the vCPU's page while an interrupt waits */ \
	X(GSTAGE, "gstage_fault")	\
	X(TIMER, "irq_timer")		\
	X(IPI, "irq_ipi")		\
	X(EXTERNAL, "irq_device")

enum trap_cause {
#define X(name, str) TRAP_##name,
	TRAP_CAUSES(X)
#undef X
	TRAP_NR
};

/*
 * scounteren's CY, TM and IR: all that a guest has of it, and set at its start as firmware sets them. A kernel that
 * never writes the register (Linux 6.12 without a PMU) reads the time in user mode.
 */
#define GUEST_COUNTERS	7UL

/* The S-mode CSRs of the guest. A running hvm vCPU has them in the hart's VS CSRs instead. */
struct guest_csrs {
	/* hvm; a pv vCPU has these in its page */
	u64 sstatus;
	u64 sscratch;
	u64 sepc;
	u64 scause;
	u64 stval;
	/* both */
	u64 sie;
	u64 stvec;
	u64 scounteren;
	u64 senvcfg;
	u64 satp;
	u64 stimecmp;		/* hvm with Sstc only */
	u64 hvip;		/* hvm: interrupts injected and not yet taken */
};

enum vcpu_state {
	VCPU_STOPPED,		/* HSM: waits for hart_start */
	VCPU_RUNNABLE,
	VCPU_RUNNING,
	VCPU_BLOCKED,		/* wfi, until an interrupt is pending and enabled */
	VCPU_DEAD,
};

/* arch/pv.c, arch/hvm.c: the two kinds of guest */
struct vcpu_ops {
	int (*init)(struct vcpu *v, u64 pool_size);	/* NULL: it has no tables of its own */
	void (*load)(struct vcpu *v);		/* the vCPU will run on this pcpu */
	void (*save)(struct vcpu *v);		/* it will not any more */
	void (*trap)(struct vcpu *v);		/* the guest has trapped */
	void (*reset)(struct vcpu *v);		/* S-mode reset state: bare, interrupts off */
	void (*fence)(struct vcpu *v, u64 start, u64 size, s32 asid);
	void (*fence_all)(struct vcpu *v);
	bool (*irqs_on)(struct vcpu *v);	/* it takes interrupts, or would if there were one; it runs here */
	bool (*irq_ready)(struct vcpu *v);	/* an interrupt is pending and enabled in sie: wfi ends */
	void (*deliver)(struct vcpu *v);	/* last thing before the guest runs: pending interrupts */
	void (*timer)(struct vcpu *v);		/* v->timer has changed; NULL: core/time.c does all there is to do */
	void (*wait)(struct vcpu *v);		/* for an interrupt that is enabled in sie */
};

#define VCPU_MAX_RANGES	4

/* A fence asked for by another vCPU; done in the context of the target, before it runs a guest instruction. */
struct fence_range {
	u64 start;
	u64 size;
	s32 asid;		/* or FENCE_ANY_ASID, FENCE_GRANTS */
};

#define FAST_NONE	(~0UL)

#define STUCK_LIMIT	1000	/* of those: it will not get out */

#define FENCE_ANY_ASID	(-1)
#define FENCE_GRANTS	(-2)	/* the range is of guest physical addresses, of what was mapped there by grants */

/* An ecall at pc stands for insn (arch/code.c); holds while the shadow's generation does. */
struct decoded {
	u64 pc;
	u32 gen;
	u32 insn;
};

#define DECODED_ENTRIES	256

#define HYPERCALL_NR	64
#define GRANT_OP_NR	16

/* The hypercall that is being made; xen.h. */
struct hypercall_state {
	u64 *arg;		/* arg[0]: the guest's a1 */
	int budget;		/* work that may be done before the others have their turn */
	u64 progress;		/* of a call that is continued */
	bool in_multicall;
};

struct vcpu {
	/* Offsets of this part are known to arch/entry.S (asm-offsets.h). */
	u64 regs[32];		/* regs[0] stays 0 */
	u64 pc;
	u64 hw_sstatus;		/* the hart's sstatus while the guest runs: its FS, VS and MXR are the guest's */
	u64 scause;
	u64 stval;
	struct pcpu *pcpu;	/* where it runs, NULL when it does not */
	u64 fast;		/* the scause for which there is an assembly path now, or FAST_NONE */
	struct pv_state *pv;	/* pv: in its page, which the guest may write */
	u64 entry;		/* pv: where traps go in place of stvec; 0: to stvec */
	u64 satp[VIEW_NR];	/* pv: the hart's, for each view of the current address space; 0: shadow_load() knows */
	u8 user;		/* pv: not 0: the virtual privilege mode is U */
	bool fast_ok;		/* pv: its traps have assembly paths; which one now, fast says */
	bool counters_open;	/* pv: for the kernel the hart's scounteren is not its own */
	bool masked;		/* pv: an interrupt waits for the flag, and the page is read-only */
	u64 fpregs[32];
	u64 fcsr;
	u32 traps[TRAP_NR];

	const struct vcpu_ops *ops;
	unsigned int stuck;	/* exceptions taken on the first instruction of the exception handler */
	struct guest_csrs csr;
	u64 sip;		/* pending interrupts; others set bits here atomically */

	struct domain *domain;
	unsigned int id;
	struct hypercall_state call;

	/* Scheduling; under sched_lock unless said otherwise. */
	enum vcpu_state state;
	struct vcpu *next;	/* list of all vCPUs */
	struct pcpu *last_pcpu;	/* where it ran last: its timer is kept there */
	u64 vruntime;		/* ticks of run time, levelled at wake-up */
	u64 runtime;		/* ticks of run time, ever */
	u64 run_start;
	u64 timer;		/* guest's timer deadline in ticks; ~0 = none */
	struct vcpu_events events;

	/* HSM hart_start: taken over when the vCPU next runs, for it may still be leaving a hart. */
	bool start_pending;
	u64 start_pc, start_opaque;

	/* Requests from other vCPUs: fences. posted == done: nothing to do. */
	spinlock_t req_lock;
	u64 req_posted, req_done;
	bool req_fence_i, req_all;
	unsigned int req_count;
	struct fence_range req[VCPU_MAX_RANGES];

	struct vcpu_unmaps unmaps;

	/* Last: what is beyond the first 2 KiB takes an instruction more to get at. */
	struct shadow shadow;	/* pv: the virtual TLB */
	struct decoded decoded[DECODED_ENTRIES];
	/* Hypercalls by number, but for the quick ones (send, upcall_ack); what was in lists of grant_table_op */
	u32 calls[HYPERCALL_NR], grant_ops[GRANT_OP_NR];
};

extern const struct vcpu_ops pv_ops, hvm_ops;

/* xen/vcpu_op.c; under sched_lock */
void runstate_change(struct vcpu *v, enum vcpu_state state, u64 t);
void runstate_get(const struct vcpu *v, struct vcpu_runstate_info *r);
void runstate_write(const struct vcpu *v);

/* core/vcpu.c */
struct vcpu *vcpu_create(struct domain *d, unsigned int id, u64 pool_size);
void vcpu_start(struct vcpu *v);
void vcpu_set_timer(struct vcpu *v, u64 deadline);
void vcpu_raise(struct vcpu *v, u64 sip_bits);
void vcpu_post_fence(struct vcpu *v, const struct fence_range *r);
void vcpu_post_fence_i(struct vcpu *v);
void vcpu_wait_fence(struct vcpu *self, struct vcpu *target);
void vcpu_handle_requests(struct vcpu *v);
void vcpu_fence_domain(struct vcpu *v, struct domain *d, u64 start, u64 size);
void vcpu_fence_grants(struct vcpu *v, u64 start, u64 size);
void vcpu_wait_lock(struct vcpu *v, spinlock_t *lock);
void vcpu_stuck(struct vcpu *v, u64 handler, u64 cause, u64 tval);
const char *vcpu_state_name(const struct vcpu *v);
void vcpu_dump(const struct vcpu *v);
void vcpu_print_traps(const struct vcpu *v);

/* For locks whose holder may wait for a fence of ours: do what is asked of us while we wait. */
static inline void vcpu_lock(struct vcpu *v, spinlock_t *lock)
{
	if (unlikely(!spin_trylock(lock)))
		vcpu_wait_lock(v, lock);
}

/* When the first of its VIRQ_TIMERs is due. */
static inline u64 vcpu_event_timer(const struct vcpu *v)
{
	return MIN(READ_ONCE(v->events.singleshot), READ_ONCE(v->events.periodic));
}

/* On the vCPU's own hart: the fences that others wait for, if there are any. */
static inline void vcpu_do_requests(struct vcpu *v)
{
	if (READ_ONCE(v->req_posted) != v->req_done)
		vcpu_handle_requests(v);
}

/* 0: nothing of what leave_stub() looks for, as after nearly every trap; of an hvm vCPU csr.hvip counts as well */
static inline u64 vcpu_to_do(const struct vcpu *v)
{
	return READ_ONCE(this_pcpu()->resched) | ((u64)v->state ^ VCPU_RUNNING) |
	       (READ_ONCE(v->req_posted) ^ v->req_done) | READ_ONCE(v->sip);
}

static inline void vcpu_count(struct vcpu *v, enum trap_cause cause)
{
	v->traps[cause]++;
}

/* arch/entry.S */
void vcpu_fp_save(struct vcpu *v);
void vcpu_fp_load(struct vcpu *v);

#endif
