// SPDX-License-Identifier: GPL-2.0
/*
 * pv guests. The guest's kernel and user both run in the hart's U-mode; the virtual mode (v->user) says which.
 * Traps of the guest's user go to the guest's kernel; traps of its kernel are ours to answer.
 */
#include "pv.h"
#include "asm-offsets.h"
#include "code.h"
#include "domain.h"
#include "event.h"
#include "smp.h"
#include "std.h"
#include "stub.h"
#include "vcpu.h"

/* csrrs and the like of cycle, time and instret */
#define IS_COUNTER(insn) (((insn) & 0x7f) == OPCODE_SYSTEM && ((insn) >> 12 & 3) && (insn) >> 20 >= CSR_CYCLE && \
			  (insn) >> 20 <= CSR_INSTRET)

static bool no_fast_paths;

#define DECODED(pc)	(((pc) >> 1) % DECODED_ENTRIES)

/*
 * Which trap has an assembly path now (entry.S). What such a path relies on changes in C only, and then this is called.
 */
static inline void choose_for_mode(struct vcpu *v)
{
	v->fast = unlikely(!v->fast_ok) ? FAST_NONE : !v->user ? EXC_FETCH_PAGE : pv_flag(v) ? EXC_ECALL_U : FAST_NONE;
}

void pv_choose_fast(struct vcpu *v)
{
	v->fast_ok = v->entry && !v->masked && v->satp[VIEW_USER] && !v->counters_open && !no_fast_paths;
	choose_for_mode(v);
}

/*
 * The hart's scounteren is what the guest allows its user. Its kernel needs nobody's leave: when it reads a counter
 * that its user may not, it gets all of them until it returns to its user.
 */
void pv_set_counters(struct vcpu *v, bool open)
{
	v->counters_open = open;
	csr_write(CSR_SCOUNTEREN, open ? GUEST_COUNTERS : v->csr.scounteren);
	pv_choose_fast(v);
}

void pv_set_user(struct vcpu *v, bool user)
{
	u64 satp = v->satp[user ? VIEW_USER : VIEW_KERNEL];

	v->user = user;
	if (unlikely(v->counters_open) && user)
		pv_set_counters(v, false);
	if (likely(satp))
		csr_write(CSR_SATP, satp);
	else
		shadow_load(v);
	choose_for_mode(v);
}

/* Where there are assembly paths there is a satp for both, and nothing else to mind. */
static inline void set_user(struct vcpu *v, bool user)
{
	if (unlikely(!v->fast_ok)) {
		pv_set_user(v, user);
		return;
	}
	v->user = user;
	csr_write(CSR_SATP, v->satp[user ? VIEW_USER : VIEW_KERNEL]);
	choose_for_mode(v);
}

/*
 * The kernel's stvec, or the address that goes with it, has changed. With an entry of its own, sstatus.FS of the hart
 * is on while the kernel runs, and what it was before is in the page.
 */
void pv_find_entry(struct vcpu *v)
{
	const struct domain *d = v->domain;
	u64 entry = v->csr.stvec == d->pv_stvec ? d->pv_entry & ~1UL : 0, status = v->pv->status;

	if (entry && !v->entry) {
		v->pv->status = (status & PV_SSTATUS_VIRT) |
				(v->hw_sstatus & (SSTATUS_FS | SSTATUS_SD | SSTATUS_UXL_64));
		v->hw_sstatus |= SSTATUS_FS;
	} else if (!entry && v->entry) {
		v->hw_sstatus = (v->hw_sstatus & ~SSTATUS_FS) | (status & SSTATUS_FS);
	}
	v->entry = entry;
	pv_choose_fast(v);
}

/* The status that a trap leaves (12.1.1). */
static inline u64 trap_status(const struct vcpu *v)
{
	u64 s = pv_flag(v) ? SSTATUS_SPIE : 0;

	if (!v->entry)
		return s | (v->pv->status & SSTATUS_SUM) | (v->user ? 0 : SSTATUS_SPP);
	return s | (v->hw_sstatus & PV_SSTATUS_HW) | (v->user ? 0 : SSTATUS_SPP | SSTATUS_SUM);
}

/* An exception or interrupt, as taken into S-mode (12.1.1, 12.1.2, 12.1.7 to 12.1.9). */
void pv_inject(struct vcpu *v, u64 cause, u64 tval)
{
	u64 base = v->csr.stvec & ~3UL, handler = v->entry ? v->entry : base;
	struct pv_state *p = v->pv;

	if (unlikely(v->pc == handler && !v->user)) {
		if (++v->stuck > STUCK_LIMIT) {
			vcpu_stuck(v, handler, cause, tval);
			return;
		}
	} else {
		v->stuck = 0;
	}
	p->status = trap_status(v);
	pv_set_flag(v, 0);
	p->epc = v->pc;
	p->cause = cause;
	p->tval = tval;
	if (v->entry) {
		u64 scratch = READ_ONCE(p->scratch);

		p->scratch = v->regs[4];
		v->regs[4] = scratch;
		v->hw_sstatus |= SSTATUS_FS;
		v->pc = handler;
	} else {
		v->pc = base + ((v->csr.stvec & 1) && (cause & SCAUSE_IRQ) ? 4 * (cause & 63) : 0);
	}
	if (v->user)
		set_user(v, false);
}

/* The usual one: the page of the fault that is returned from. */
static inline bool take_hint(struct vcpu *v, u64 count)
{
	const struct xen_riscv_pv_page *page = (void *)((u8 *)v->pv - PV_STATE_OFFSET);

	if (count != 1 || READ_ONCE(page->mapped[0].nr) != 1 ||
	    shadow_quick_fault(v, READ_ONCE(page->mapped[0].addr), ACCESS_LOAD) == SHADOW_UNKNOWN)
		return false;
	v->pv->mapped_nr = 0;
	return true;
}

/* sret: SIE = SPIE, SPIE = 1, SPP = U (12.1.1). Always possible: true. */
bool pv_return(struct vcpu *v)
{
	struct pv_state *p = v->pv;
	u64 s = READ_ONCE(p->status), hints;

	p->status = (s & ~SSTATUS_SPP) | SSTATUS_SPIE;
	pv_set_flag(v, s & SSTATUS_SPIE ? SSTATUS_SIE : 0);
	v->pc = READ_ONCE(p->epc) & ~1UL;
	vcpu_count(v, TRAP_SRET);
	if (s & SSTATUS_SPP)
		return true;
	if (v->entry)
		v->hw_sstatus = (v->hw_sstatus & ~SSTATUS_FS) | (s & SSTATUS_FS);
	set_user(v, true);
	hints = READ_ONCE(p->mapped_nr);
	if (hints && !take_hint(v, hints))
		pv_take_hints(v, hints);
	return true;
}

static inline void reflect(struct vcpu *v, int cause)
{
	vcpu_count(v, TRAP_PAGE_FAULT);
	pv_inject(v, cause, v->stval);
}

static __attribute__((noinline)) void memory_fault(struct vcpu *v, enum access access)
{
	int cause;

	if (in_own_page(v, v->stval)) {
		pv_page_fault(v);
		return;
	}
	cause = shadow_fault(v, v->stval, access);
	if (likely(!cause))
		vcpu_count(v, TRAP_SHADOW);
	else
		reflect(v, cause);
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
	if (((memory & 0x7f) != OPCODE_SYSTEM || memory == INSN_ECALL || memory == INSN_EBREAK) &&
	    emulate_privileged(stval))
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
	if (IS_COUNTER(insn) && !v->counters_open) {
		pv_set_counters(v, true);
		return;
	}
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

/* pv_return() in short, to the user with the flag on. SPP and SPIE are as they are to be. */
static inline bool light_return(struct vcpu *v)
{
	struct pv_state *p = v->pv;
	u64 s = READ_ONCE(p->status), hints = READ_ONCE(p->mapped_nr);

	if (unlikely((s & (SSTATUS_SPP | SSTATUS_SPIE)) != SSTATUS_SPIE))
		return pv_return(v);
	pv_set_flag(v, SSTATUS_SIE);
	v->pc = READ_ONCE(p->epc) & ~1UL;
	v->hw_sstatus = (v->hw_sstatus & ~SSTATUS_FS) | (s & SSTATUS_FS);
	v->user = true;
	csr_write(CSR_SATP, v->satp[VIEW_USER]);
	v->fast = EXC_ECALL_U;
	vcpu_count(v, TRAP_SRET);
	if (hints && !take_hint(v, hints))
		pv_take_hints(v, hints);
	return true;
}

/* It is the page's fault to be there once; or to be the guest's to see. */
static inline bool light_fault(struct vcpu *v, u64 va, enum access access)
{
	int cause;

	if (in_own_page(v, va))
		return false;
	cause = shadow_quick_fault(v, va, access);
	if (unlikely(cause == SHADOW_UNKNOWN))
		memory_fault(v, access);
	else if (cause)
		reflect(v, cause);
	else
		vcpu_count(v, TRAP_SHADOW);
	return true;
}

/*
 * Exceptions of a vCPU with an entry, for which its callee-saved registers have not been saved: page faults and returns
 * are done without a look at them. With one of two bits in the result they shall be saved, and more be done.
 */
u64 light_trap(struct vcpu *v)
{
	bool done = false;

	if (v->scause == EXC_STORE_PAGE)
		done = light_fault(v, v->stval, ACCESS_STORE);
	else if (v->scause == EXC_LOAD_PAGE)
		done = light_fault(v, v->stval, ACCESS_LOAD);
	else if (v->scause == EXC_FETCH_PAGE && v->user)
		done = light_fault(v, v->stval, ACCESS_FETCH);
	else if (v->scause == EXC_FETCH_PAGE && v->pc == PV_RET_VA)
		done = light_return(v);
	if (unlikely(!done))
		return (u64)v | LIGHT_TRAP;
	return likely(!vcpu_to_do(v)) ? (u64)v : (u64)v | LIGHT_LEAVE;
}

/* Nearly all traps are instructions that have been ecalls in a copy before; of the others, many are calls. */
static void pv_trap(struct vcpu *v)
{
	const struct decoded *d = &v->decoded[DECODED(v->pc)];

	if (v->scause == EXC_ECALL_U && !v->user && d->pc == v->pc && d->gen == v->shadow.gen)
		emulate_instruction(v, d->insn);
	else if (v->scause == EXC_ECALL_U && !v->user && v->shadow.call_pc == v->pc)
		kernel_call(v);
	else if (v->scause == EXC_FETCH_PAGE && v->pc == PV_RET_VA && in_own_page(v, v->stval))
		pv_return(v);
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
	return v->user || pv_flag(v);
}

static bool pv_irq_ready(struct vcpu *v)
{
	return pv_sip(v) & v->csr.sie;
}

static void pv_deliver(struct vcpu *v)
{
	u64 ready = pv_sip(v) & v->csr.sie;
	unsigned int irq;

	if (likely(!ready) || !pv_irqs_on(v)) {
		pv_set_masked(v, ready);
		return;
	}
	/* External before software before timer (12.1.3), and what is ours after them */
	irq = ready & SIP_SEIP ? IRQ_EXT : ready & SIP_SSIP ? IRQ_SOFT : ready & SIP_STIP ? IRQ_TIMER : IRQ_UPCALL;
	/*
	 * Who has an entry is told of each once; else the handler's stores to the page would trap until it is
	 * acknowledged.
	 */
	if (v->entry && irq != IRQ_EXT) {
		__atomic_fetch_and(&v->sip, ~BIT(irq), __ATOMIC_SEQ_CST);
		ready &= ~BIT(irq);
		pv_set_masked(v, ready);
	} else {
		pv_set_masked(v, true);
	}
	pv_inject(v, SCAUSE_IRQ | irq, 0);
}

/* The option shadow=: no more pages than that, to see a guest run with too few. */
static u64 pages_allowed(void)
{
	char text[16];

	return option_value("shadow", text, sizeof(text)) ? parse_size(text) : 0xfff0;
}

static int pv_init(struct vcpu *v, u64 pool_size)
{
	/* The pool takes whole pages and the bookkeeping of each behind them. */
	u64 pages = MIN((pool_size - PAGE_SIZE) / (PAGE_SIZE + shadow_overhead(1)), pages_allowed());
	u8 *page = domain_pool_take(v->domain, PAGE_SIZE);
	u8 *pool = domain_pool_take(v->domain, (u64)pages * PAGE_SIZE + shadow_overhead(pages));

	if (!page || !pool || pool_size < PAGE_SIZE)
		return -1;
	v->pv = (struct pv_state *)(page + PV_STATE_OFFSET);
	no_fast_paths = option("nofast");
	return shadow_init(v, pool, pages);
}

static void pv_reset(struct vcpu *v)
{
	memset((u8 *)v->pv - PV_STATE_OFFSET, 0, PAGE_SIZE);
	memset(&v->csr, 0, sizeof(v->csr));
	v->csr.scounteren = GUEST_COUNTERS;
	v->user = false;
	v->masked = false;
	v->entry = 0;
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
	if (have_h) {
		csr_write(CSR_HSTATUS, HSTATUS_VSXL_64);	/* SPV clear: sret goes to U, not VU */
		csr_write(CSR_SENVCFG, 0);			/* a hvm guest's own may be there */
	}
	if (have_fp)
		vcpu_fp_load(v);
	shadow_load(v);
	pv_set_counters(v, false);
}

static void pv_save(struct vcpu *v)
{
	if (have_fp)
		vcpu_fp_save(v);
	/* The roots may be freed while another vCPU, or none, runs here: leave them. */
	shadow_leave();
}

static void pv_fence(struct vcpu *v, u64 start, u64 size, s32 asid)
{
	if (asid == FENCE_GRANTS)
		shadow_flush_grants(v, start, size);
	else
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
