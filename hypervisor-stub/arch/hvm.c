// SPDX-License-Identifier: GPL-2.0
/*
 * hvm guests: the kernel in VS-mode, its memory behind the second stage (privileged specification,
 * chapter 15). What the guest takes itself is delegated; what comes here is SBI, wfi and its mistakes.
 */
#include "csr.h"
#include "domain.h"
#include "event.h"
#include "smp.h"
#include "std.h"
#include "stub.h"
#include "vcpu.h"

#define VS_IRQ(bit)	((bit) << 1)	/* hvip and hideleg: each a place above the S-mode bit */
#define HGATP_SV39X4	(8UL << 60)
#define INSN_WFI	0x10500073u
#define DELEGATED	(BIT(EXC_FETCH_MISALIGNED) | BIT(EXC_FETCH_ACCESS) | BIT(EXC_ILLEGAL) | \
			 BIT(EXC_BREAKPOINT) | BIT(EXC_LOAD_MISALIGNED) | BIT(EXC_LOAD_ACCESS) | \
			 BIT(EXC_STORE_MISALIGNED) | BIT(EXC_STORE_ACCESS) | BIT(EXC_ECALL_U) | \
			 BIT(EXC_FETCH_PAGE) | BIT(EXC_LOAD_PAGE) | BIT(EXC_STORE_PAGE))

static void hvm_fence_all(struct vcpu *v)
{
	/* hfence.gvma x0, x0; hfence.vvma x0, x0: the assembler may not know the H extension */
	asm volatile(".insn r 0x73, 0, 0x31, x0, x0, x0" : : : "memory");
	asm volatile(".insn r 0x73, 0, 0x11, x0, x0, x0" : : : "memory");
}

/* What is the same for all hvm guests of a hart. Before any of them: vsie keeps only bits that are delegated. */
void hvm_init_hart(void)
{
	csr_write(CSR_HEDELEG, DELEGATED);
	csr_write(CSR_HIDELEG, VS_IRQ(SIP_ALL));
	csr_write(CSR_HCOUNTEREN, 7);
	csr_write(CSR_HTIMEDELTA, 0);
	csr_write(CSR_HENVCFG, HENVCFG_STCE);
	csr_write(CSR_HSTATUS, HSTATUS_VSXL_64);
	csr_write(CSR_HGATP, 0);
}

static void hvm_inject(struct vcpu *v, u64 cause, u64 tval)
{
	u64 s = csr_read(CSR_VSSTATUS);
	u64 new = s & ~(SSTATUS_SPP | SSTATUS_SPIE | SSTATUS_SIE);
	u64 base = csr_read(CSR_VSTVEC) & ~3UL;

	if (v->pc == base && (v->hw_sstatus & SSTATUS_SPP) && ++v->stuck > STUCK_LIMIT) {
		vcpu_stuck(v, base, cause, tval);
		return;
	}
	if (s & SSTATUS_SIE)
		new |= SSTATUS_SPIE;
	new |= v->hw_sstatus & SSTATUS_SPP;
	csr_write(CSR_VSSTATUS, new);
	csr_write(CSR_VSEPC, v->pc);
	csr_write(CSR_VSCAUSE, cause);
	csr_write(CSR_VSTVAL, tval);
	v->pc = base;
	v->hw_sstatus |= SSTATUS_SPP;
}

/* The guest waits: what decides whether it is ready must be where others can read it. */
static void wait_for_interrupt(struct vcpu *v)
{
	v->csr.sie = csr_read(CSR_VSIE);
	v->csr.hvip = csr_read(CSR_HVIP);
	if (have_sstc)
		vcpu_set_timer(v, csr_read(CSR_VSTIMECMP));
	sched_block(v);
}

static void virtual_instruction(struct vcpu *v)
{
	if ((u32)v->stval == INSN_WFI && (v->hw_sstatus & SSTATUS_SPP)) {
		vcpu_count(v, TRAP_WFI);
		v->pc += 4;
		wait_for_interrupt(v);
		return;
	}
	/* To a guest without the H extension it is an illegal instruction. Not every hart tells which: say 0. */
	vcpu_count(v, TRAP_ILLEGAL);
	hvm_inject(v, EXC_ILLEGAL, 0);
}

/* The port that EVTCHNOP_send is about: false if it is not found at once. */
static inline bool send_quick(struct vcpu *v)
{
	u64 port;

	if (unlikely(!load_word(load_word_hlv, v->regs[12], &port))) {
		csr_set(CSR_HSTATUS, HSTATUS_SPV);	/* the fault was taken from V=0, and says so there */
		return false;
	}
	return evtchn_send_quick(v, port);
}

static void hvm_trap(struct vcpu *v)
{
	bool done;

	switch (v->scause) {
	case EXC_ECALL_VS:
		/* The two that make up most of what a busy guest calls: how often, the number of upcalls says. */
		done = IS_EVTCHN_SEND(v) && send_quick(v);
		if (!done && IS_UPCALL_ACK(v)) {
			event_settle(v);
			done = true;
		}
		vcpu_count(v, TRAP_SBI);
		v->pc += 4;
		if (!done)
			guest_sbi(v);
		break;
	case EXC_VIRTUAL_INSN:
		virtual_instruction(v);
		break;
	case EXC_FETCH_GUEST_PAGE:
	case EXC_LOAD_GUEST_PAGE:
	case EXC_STORE_GUEST_PAGE:
		/* All its memory is mapped: there is none at that address. 20, 21, 23 become 1, 5, 7. */
		vcpu_count(v, TRAP_GSTAGE);
		hvm_inject(v, v->scause == EXC_FETCH_GUEST_PAGE ? EXC_FETCH_ACCESS :
			      v->scause == EXC_LOAD_GUEST_PAGE ? EXC_LOAD_ACCESS : EXC_STORE_ACCESS, v->stval);
		break;
	default:
		vcpu_count(v, TRAP_EXCEPTION);
		hvm_inject(v, v->scause, v->stval);
		break;
	}
}

static bool hvm_irqs_on(struct vcpu *v)
{
	return !(v->hw_sstatus & SSTATUS_SPP) || (csr_read(CSR_VSSTATUS) & SSTATUS_SIE);
}

static bool hvm_irq_ready(struct vcpu *v)
{
	return (READ_ONCE(v->sip) | v->csr.hvip >> 1) & v->csr.sie;
}

/*
 * A software interrupt moves from v->sip, where others raise it, to hvip, where the guest clears it: so
 * none that is raised while the guest clears another is lost. Timer and external are levels of ours.
 */
static void hvm_deliver(struct vcpu *v)
{
	u64 sip = READ_ONCE(v->sip);

	if (sip & SIP_SSIP) {
		__atomic_fetch_and(&v->sip, ~SIP_SSIP, __ATOMIC_ACQ_REL);
		csr_set(CSR_HVIP, VS_IRQ(SIP_SSIP));
	}
	if (unlikely((sip ^ v->csr.hvip >> 1) & (SIP_STIP | SIP_SEIP))) {
		u64 level = VS_IRQ(SIP_STIP | SIP_SEIP);

		/* That was for the time it waited: vstimecmp is on the hart, and it alone is the guest's to clear. */
		if (have_sstc) {
			__atomic_fetch_and(&v->sip, ~SIP_STIP, __ATOMIC_RELAXED);
			sip &= ~SIP_STIP;
		}
		v->csr.hvip = (csr_read(CSR_HVIP) & ~level) | (VS_IRQ(sip) & level);
		csr_write(CSR_HVIP, v->csr.hvip);
	}
}

static void hvm_reset(struct vcpu *v)
{
	memset(&v->csr, 0, sizeof(v->csr));
	v->csr.scounteren = GUEST_COUNTERS;
	v->csr.sstatus = SSTATUS_UXL_64;
	v->csr.stimecmp = ~0UL;
	/* The guest's own vsstatus.FS decides; ours is on. */
	v->hw_sstatus = SSTATUS_SPP | SSTATUS_SPIE | SSTATUS_FS_DIRTY | SSTATUS_UXL_64;
}

static void hvm_load(struct vcpu *v)
{
	const struct guest_csrs *c = &v->csr;
	struct domain *d = v->domain;

	csr_write(CSR_VSSTATUS, c->sstatus);
	csr_write(CSR_VSIE, c->sie);
	csr_write(CSR_VSTVEC, c->stvec);
	csr_write(CSR_VSSCRATCH, c->sscratch);
	csr_write(CSR_VSEPC, c->sepc);
	csr_write(CSR_VSCAUSE, c->scause);
	csr_write(CSR_VSTVAL, c->stval);
	csr_write(CSR_VSATP, c->satp);
	/* These two have no copy for VS-mode: the guest writes the hart's own. */
	csr_write(CSR_SCOUNTEREN, c->scounteren);
	csr_write(CSR_SENVCFG, c->senvcfg);
	csr_write(CSR_HSTATUS, HSTATUS_SPV | HSTATUS_SPVP | HSTATUS_VTW | HSTATUS_VSXL_64);
	if (have_sstc) {
		csr_write(CSR_VSTIMECMP, v->csr.stimecmp);
		/* From now on the hart raises it; v->timer was for the time it waited. */
		v->timer = ~0UL;
		__atomic_fetch_and(&v->sip, ~SIP_STIP, __ATOMIC_RELAXED);
		v->csr.hvip &= ~VS_IRQ(SIP_STIP);
	}
	csr_write(CSR_HVIP, v->csr.hvip);
	csr_write(CSR_HGATP, HGATP_SV39X4 | (u64)(d->id + 1) << HGATP_VMID_SHIFT | va_to_pa(d->p2m) >> PAGE_SHIFT);
	/* Another vCPU of the domain may have used the same ASIDs here; a hart need not have VMIDs; code may be new. */
	hvm_fence_all(v);
	asm_fence_i();
	if (have_fp)
		vcpu_fp_load(v);
}

static void hvm_save(struct vcpu *v)
{
	struct guest_csrs *c = &v->csr;

	c->sstatus = csr_read(CSR_VSSTATUS);
	c->sie = csr_read(CSR_VSIE);
	c->stvec = csr_read(CSR_VSTVEC);
	c->sscratch = csr_read(CSR_VSSCRATCH);
	c->sepc = csr_read(CSR_VSEPC);
	c->scause = csr_read(CSR_VSCAUSE);
	c->stval = csr_read(CSR_VSTVAL);
	c->satp = csr_read(CSR_VSATP);
	c->scounteren = csr_read(CSR_SCOUNTEREN);
	c->senvcfg = csr_read(CSR_SENVCFG);
	v->csr.hvip = csr_read(CSR_HVIP);
	if (have_sstc)
		v->csr.stimecmp = csr_read(CSR_VSTIMECMP);
	if (have_fp)
		vcpu_fp_save(v);
	csr_write(CSR_HGATP, 0);
	csr_write(CSR_HSTATUS, HSTATUS_VSXL_64);
	if (have_sstc)
		csr_write(CSR_VSTIMECMP, ~0UL);
}

static void hvm_fence(struct vcpu *v, u64 start, u64 size, s32 asid)
{
	if (asid == FENCE_GRANTS || !size || size > 64 * PAGE_SIZE || start + size < start) {
		hvm_fence_all(v);
		return;
	}
	/* hfence.vvma va, x0; counted: the last page of the address space has none behind it */
	for (u64 n = (size + (start & ~PAGE_MASK) + PAGE_SIZE - 1) >> PAGE_SHIFT; n; n--, start += PAGE_SIZE)
		asm volatile(".insn r 0x73, 0, 0x11, x0, %0, x0" : : "r"(start) : "memory");
}

static void hvm_timer(struct vcpu *v)
{
	if (!have_sstc)
		return;
	/* A guest that has Sstc and calls SBI all the same: the hart raises it, we need not. */
	csr_write(CSR_VSTIMECMP, v->timer);
	v->timer = TIME_NEVER;
}

const struct vcpu_ops hvm_ops = {
	.reset = hvm_reset,
	.load = hvm_load,
	.save = hvm_save,
	.trap = hvm_trap,
	.fence = hvm_fence,
	.fence_all = hvm_fence_all,
	.irqs_on = hvm_irqs_on,
	.irq_ready = hvm_irq_ready,
	.deliver = hvm_deliver,
	.timer = hvm_timer,
	.wait = wait_for_interrupt,
};
