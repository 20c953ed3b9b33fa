// SPDX-License-Identifier: GPL-2.0
/*
 * pv guests. The guest's kernel and user both run in the hart's U-mode; the virtual mode (v->user) says which.
 * Traps of the guest's user go to the guest's kernel; traps of its kernel are ours to answer.
 */
#include "pv.h"
#include "code.h"
#include "domain.h"
#include "event.h"
#include "smp.h"
#include "std.h"
#include "stub.h"
#include "vcpu.h"

#define DECODED(pc)	(((pc) >> 1) % DECODED_ENTRIES)

void pv_set_user(struct vcpu *v, bool user)
{
	v->user = user;
	csr_write(CSR_SCOUNTEREN, user ? v->csr.scounteren : GUEST_COUNTERS);
	shadow_load(v);
}

/* An exception or interrupt, as taken into S-mode (12.1.1, 12.1.2, 12.1.7 to 12.1.9). */
void pv_inject(struct vcpu *v, u64 cause, u64 tval)
{
	struct guest_csrs *c = &v->csr;
	u64 s = c->sstatus & ~(SSTATUS_SPP | SSTATUS_SPIE | SSTATUS_SIE);
	u64 base = c->stvec & ~3UL;

	if (unlikely(v->pc == base && !v->user && ++v->stuck > STUCK_LIMIT)) {
		vcpu_stuck(v, base, cause, tval);
		return;
	}
	if (c->sstatus & SSTATUS_SIE)
		s |= SSTATUS_SPIE;
	if (!v->user)
		s |= SSTATUS_SPP;
	c->sstatus = s;
	c->sepc = v->pc;
	c->scause = cause;
	c->stval = tval;
	v->pc = base + ((c->stvec & 1) && (cause & SCAUSE_IRQ) ? 4 * (cause & 63) : 0);
	if (v->user)
		pv_set_user(v, false);
}

static void memory_fault(struct vcpu *v, enum access access)
{
	int cause = shadow_fault(v, v->stval, access);

	if (likely(!cause)) {
		vcpu_count(v, TRAP_SHADOW);
		return;
	}
	vcpu_count(v, TRAP_PAGE_FAULT);
	pv_inject(v, cause, v->stval);
}

/* The port that EVTCHNOP_send is about: false if it is not found at once. */
static inline bool send_quick(struct vcpu *v)
{
	u64 gva = v->regs[12];
	u64 port, ok;

	/* Aligned, it is in the stub's slots or it is not. */
	if (gva % 4 || gva - STUB_VA_BASE < STUB_VA_END - STUB_VA_BASE)
		return false;
	csr_set(CSR_SSTATUS, SSTATUS_SUM);
	ok = load_word(load_word_plain, gva, &port);
	csr_clear(CSR_SSTATUS, SSTATUS_SUM);
	return ok && evtchn_send_quick(v, port);
}

static __attribute__((noinline)) void kernel_call(struct vcpu *v)
{
	bool done = IS_EVTCHN_SEND(v) && send_quick(v);

	vcpu_count(v, TRAP_SBI);
	v->pc += 4;
	if (!done)
		guest_sbi(v);
}

static __attribute__((noinline)) void environment_call(struct vcpu *v)
{
	u32 insn;

	if (v->user) {
		vcpu_count(v, TRAP_ECALL);
		pv_inject(v, EXC_ECALL_U, 0);
		return;
	}
	if (code_original(v, &insn)) {
		/* Below, another address space may have another page there. */
		if ((s64)v->pc < 0)
			v->decoded[DECODED(v->pc)] = (struct decoded){ v->pc, v->shadow.gen, insn };
		emulate_instruction(v, insn);
		return;
	}
	v->shadow.call_pc = v->pc;
	kernel_call(v);
}

/*
 * What is in memory, mostly: stval need not hold the instruction (12.1.9), and for some QEMU 7.2 leaves another there.
 * But when another vCPU changes the code meanwhile, memory may hold what does not trap: then stval is all there is.
 */
static u32 what_trapped(u32 memory, u64 stval)
{
	if (((memory & 0x7f) != OPCODE_SYSTEM || memory == INSN_ECALL) && emulate_privileged(stval))
		return stval;
	return memory;
}

static void illegal_instruction(struct vcpu *v)
{
	u32 insn;

	if (v->user) {
		vcpu_count(v, TRAP_ILLEGAL);
		pv_inject(v, EXC_ILLEGAL, v->stval);
		return;
	}
	if (!fetch_instruction(v, &insn))
		return;
	insn = what_trapped(insn, v->stval);
	code_trapped(v, insn);
	emulate_instruction(v, insn);
}

static __attribute__((noinline)) void slow_trap(struct vcpu *v)
{
	switch (v->scause) {
	case EXC_ILLEGAL:
		illegal_instruction(v);
		break;
	case EXC_ECALL_U:
		environment_call(v);
		break;
	case EXC_FETCH_PAGE:
	case EXC_LOAD_PAGE:
	case EXC_STORE_PAGE:
		memory_fault(v, v->scause == EXC_FETCH_PAGE ? ACCESS_FETCH :
				v->scause == EXC_LOAD_PAGE ? ACCESS_LOAD : ACCESS_STORE);
		break;
	default:
		vcpu_count(v, TRAP_EXCEPTION);
		pv_inject(v, v->scause, v->stval);
		break;
	}
}

/* Nearly all traps are instructions that have been ecalls in a copy before; of the others, many are calls. */
static void pv_trap(struct vcpu *v)
{
	const struct decoded *d = &v->decoded[DECODED(v->pc)];

	if (v->scause == EXC_ECALL_U && !v->user && d->pc == v->pc && d->gen == v->shadow.gen)
		emulate_instruction(v, d->insn);
	else if (v->scause == EXC_ECALL_U && !v->user && v->shadow.call_pc == v->pc)
		kernel_call(v);
	else
		slow_trap(v);
}

/* sip as the guest sees it: the upcall is asserted while evtchn_upcall_pending of its vcpu_info is set. */
u64 pv_sip(struct vcpu *v)
{
	if (unlikely(READ_ONCE(v->sip) & SIP_UPCALL))
		event_settle(v);
	return READ_ONCE(v->sip);
}

static bool pv_irqs_on(struct vcpu *v)
{
	return v->user || (v->csr.sstatus & SSTATUS_SIE);
}

static bool pv_irq_ready(struct vcpu *v)
{
	return pv_sip(v) & v->csr.sie;
}

static void pv_deliver(struct vcpu *v)
{
	u64 ready = pv_sip(v) & v->csr.sie;
	unsigned int irq;

	if (likely(!ready) || !pv_irqs_on(v))
		return;
	/* External before software before timer (12.1.3), and what is ours after them */
	irq = ready & SIP_SEIP ? IRQ_EXT : ready & SIP_SSIP ? IRQ_SOFT : ready & SIP_STIP ? IRQ_TIMER : IRQ_UPCALL;
	pv_inject(v, SCAUSE_IRQ | irq, 0);
}

static int pv_init(struct vcpu *v, u64 pool_size)
{
	/* The pool takes whole pages and the bookkeeping of each behind them. */
	unsigned int pages = MIN(pool_size / (PAGE_SIZE + shadow_overhead(1)), 0xfff0UL);
	u8 *pool = domain_pool_take(v->domain, (u64)pages * PAGE_SIZE + shadow_overhead(pages));

	return pool ? shadow_init(v, pool, pages) : -1;
}

static void pv_reset(struct vcpu *v)
{
	memset(&v->csr, 0, sizeof(v->csr));
	v->csr.scounteren = GUEST_COUNTERS;
	v->user = false;
	/* SPP clear: sret goes to U-mode. FS starts Off, as on a hart out of reset. */
	v->hw_sstatus = SSTATUS_SPIE | SSTATUS_UXL_64;
	shadow_reset(v);
	shadow_switch(v);
}

static void pv_load(struct vcpu *v)
{
	struct pcpu *p = this_pcpu();

	if (v->last_pcpu != p) {
		v->shadow.hw_gen++;	/* what another hart cached under our ASIDs is not this hart's */
		asm_fence_i();		/* the guest's own fence.i was for that hart */
	}
	if (have_h)
		csr_write(CSR_HSTATUS, HSTATUS_VSXL_64);	/* SPV clear: sret goes to U, not VU */
	if (have_fp)
		vcpu_fp_load(v);
	pv_set_user(v, v->user);
}

static void pv_save(struct vcpu *v)
{
	if (have_fp)
		vcpu_fp_save(v);
	/* The roots may be freed while another vCPU, or none, runs here: leave them. */
	csr_write(CSR_SATP, SATP_MODE_SV39 << SATP_MODE_SHIFT | va_to_pa(stub_root) >> PAGE_SHIFT);
}

static void pv_fence(struct vcpu *v, u64 start, u64 size, s32 asid)
{
	shadow_flush_range(v, start, size, asid);
}

const struct vcpu_ops pv_ops = {
	.init = pv_init,
	.reset = pv_reset,
	.load = pv_load,
	.save = pv_save,
	.trap = pv_trap,
	.fence = pv_fence,
	.fence_all = shadow_flush_all,
	.irqs_on = pv_irqs_on,
	.irq_ready = pv_irq_ready,
	.deliver = pv_deliver,
	.wait = sched_block,
};
