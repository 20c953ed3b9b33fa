// SPDX-License-Identifier: GPL-2.0
/* vCPUs: making one, its timer and interrupts, and what other vCPUs ask of it. */
#include "asm-offsets.h"
#include "domain.h"
#include "pv.h"
#include "smp.h"
#include "std.h"
#include "stub.h"
#include "vcpu.h"
#include "xen.h"

#define CHECK_OFFSET(type, field, value) \
	_Static_assert(offsetof(type, field) == (value), "asm-offsets.h: " #field)
CHECK_OFFSET(struct vcpu, regs, VCPU_REG(0));
CHECK_OFFSET(struct vcpu, pc, VCPU_PC);
CHECK_OFFSET(struct vcpu, hw_sstatus, VCPU_SSTATUS);
CHECK_OFFSET(struct vcpu, scause, VCPU_SCAUSE);
CHECK_OFFSET(struct vcpu, stval, VCPU_STVAL);
CHECK_OFFSET(struct vcpu, pcpu, VCPU_PCPU);
CHECK_OFFSET(struct vcpu, fast, VCPU_FAST);
CHECK_OFFSET(struct vcpu, pv, VCPU_PV);
CHECK_OFFSET(struct vcpu, entry, VCPU_ENTRY);
CHECK_OFFSET(struct vcpu, satp[VIEW_KERNEL], VCPU_SATP_KERNEL);
CHECK_OFFSET(struct vcpu, satp[VIEW_USER], VCPU_SATP_USER);
CHECK_OFFSET(struct vcpu, user, VCPU_USER);
CHECK_OFFSET(struct vcpu, traps[TRAP_SRET], VCPU_TRAP_SRET);
CHECK_OFFSET(struct vcpu, traps[TRAP_ECALL], VCPU_TRAP_ECALL);
CHECK_OFFSET(struct pv_state, mapped_nr, PV_MAPPED_NR);
CHECK_OFFSET(struct pv_state, scratch, PV_SCRATCH);
CHECK_OFFSET(struct pv_state, tval, PV_TVAL);
CHECK_OFFSET(struct pv_state, cause, PV_CAUSE);
CHECK_OFFSET(struct pv_state, epc, PV_EPC);
CHECK_OFFSET(struct pv_state, status, PV_STATUS);
CHECK_OFFSET(struct pv_state, irq[7], PV_IRQ);
CHECK_OFFSET(struct vcpu, fpregs, VCPU_FPREGS);
CHECK_OFFSET(struct vcpu, fcsr, VCPU_FCSR);
CHECK_OFFSET(struct pcpu, stack, PCPU_STACK);
_Static_assert(ASM_ECALL_U == EXC_ECALL_U && ASM_FETCH_PAGE == EXC_FETCH_PAGE && ASM_SIE == SSTATUS_SIE &&
	       ASM_SPIE == SSTATUS_SPIE && ASM_SPP == SSTATUS_SPP && ASM_FS == SSTATUS_FS && ASM_PV_RET == XEN_PV_RET,
	       "asm-offsets.h: numbers");
_Static_assert(sizeof(struct xen_riscv_pv_page) == PAGE_SIZE &&
	       offsetof(struct xen_riscv_pv_page, mapped_nr) == PV_STATE_OFFSET, "pv.h: struct pv_state");

/* pool_size: bytes of the domain's pool for the vCPU's own tables. NULL: they do not suffice. */
struct vcpu *vcpu_create(struct domain *d, unsigned int id, u64 pool_size)
{
	struct vcpu *v = domain_pool_alloc(d, sizeof(*v));

	if (!v || pool_size < sizeof(*v))
		return NULL;
	v->domain = d;
	v->id = id;
	v->timer = TIME_NEVER;
	v->events.singleshot = TIME_NEVER;
	v->events.periodic = TIME_NEVER;
	v->events.info = &v->events.dummy;
	v->state = VCPU_STOPPED;
	v->fast = FAST_NONE;
	v->ops = d->hvm ? &hvm_ops : &pv_ops;
	if (v->ops->init && v->ops->init(v, pool_size - sizeof(*v)))
		return NULL;
	d->vcpu[id] = v;
	return v;
}

/* Hart state as SBI HSM hart_start leaves it (SBI 2.0, table 9.2). */
void vcpu_start(struct vcpu *v)
{
	memset(v->regs, 0, sizeof(v->regs));
	memset(v->fpregs, 0, sizeof(v->fpregs));
	v->fcsr = 0;
	v->pc = v->start_pc;
	v->regs[10] = v->id;
	v->regs[11] = v->start_opaque;
	v->timer = TIME_NEVER;
	v->stuck = 0;
	v->ops->reset(v);
	vcpu_events_start(v);
	asm_fence_i();		/* the stub, or the domain, has written what it will execute */
	v->start_pending = false;
}

void vcpu_set_timer(struct vcpu *v, u64 deadline)
{
	__atomic_fetch_and(&v->sip, ~SIP_STIP, __ATOMIC_RELAXED);
	v->timer = deadline;
	time_program(deadline);
}

void vcpu_raise(struct vcpu *v, u64 bits)
{
	__atomic_fetch_or(&v->sip, bits, __ATOMIC_RELEASE);
	if (v->pcpu != this_pcpu())
		sched_kick(v);
}

/* --- fences for another vCPU --- */

static void posted(struct vcpu *v)
{
	WRITE_ONCE(v->req_posted, v->req_posted + 1);
	spin_unlock(&v->req_lock);
	/* After this either it sees the request on its way into the guest, or we see it on a hart. */
	smp_mb();
	if (v->pcpu && v->pcpu != this_pcpu())
		sched_kick(v);
}

void vcpu_post_fence(struct vcpu *v, const struct fence_range *r)
{
	spin_lock(&v->req_lock);
	if (v->req_count == VCPU_MAX_RANGES)
		v->req_all = true;
	else
		v->req[v->req_count++] = *r;
	posted(v);
}

void vcpu_post_fence_i(struct vcpu *v)
{
	spin_lock(&v->req_lock);
	v->req_fence_i = true;
	posted(v);
}

/* On the vCPU's own hart, before it runs a guest instruction. */
void vcpu_handle_requests(struct vcpu *v)
{
	spin_lock(&v->req_lock);
	if (v->req_fence_i)
		asm_fence_i();
	if (v->req_all)
		v->ops->fence_all(v);
	else
		for (unsigned int i = 0; i < v->req_count; i++)
			v->ops->fence(v, v->req[i].start, v->req[i].size, v->req[i].asid);
	v->req_fence_i = false;
	v->req_all = false;
	v->req_count = 0;
	__atomic_store_n(&v->req_done, v->req_posted, __ATOMIC_RELEASE);
	spin_unlock(&v->req_lock);
}

/*
 * Waits until the target has done what is posted. One that is on no hart does it before it runs again. Two
 * that wait for each other would wait for ever, so we do what is asked of us meanwhile.
 */
void vcpu_wait_fence(struct vcpu *self, struct vcpu *target)
{
	u64 ticket = READ_ONCE(target->req_posted);
	unsigned int turn = 0;

	while ((s64)(__atomic_load_n(&target->req_done, __ATOMIC_ACQUIRE) - ticket) < 0) {
		if (!READ_ONCE(target->pcpu))
			return;
		vcpu_do_requests(self);
		smp_relax(turn++);
	}
}

static void fence_domain(struct vcpu *v, struct domain *d, const struct fence_range *r)
{
	for (unsigned int i = 0; i < d->nr_vcpus; i++) {
		if (d->vcpu[i] != v) {
			vcpu_post_fence(d->vcpu[i], r);
			vcpu_post_fence_i(d->vcpu[i]);
		}
	}
	if (v->domain == d) {
		asm_fence_i();
		v->ops->fence(v, r->start, r->size, r->asid);
	}
	for (unsigned int i = 0; i < d->nr_vcpus; i++)
		if (d->vcpu[i] != v)
			vcpu_wait_fence(v, d->vcpu[i]);
}

/*
 * Flushes what d's vCPUs have cached of a range of addresses, size 0: of everything, their guest physical memory as
 * well; and their instruction caches. v runs here, and may be one of them.
 */
void vcpu_fence_domain(struct vcpu *v, struct domain *d, u64 start, u64 size)
{
	fence_domain(v, d, &(struct fence_range){ start, size, FENCE_ANY_ASID });
}

/* The same of v's own domain, for what has been mapped by grants in a range of its physical addresses. */
void vcpu_fence_grants(struct vcpu *v, u64 start, u64 size)
{
	fence_domain(v, v->domain, &(struct fence_range){ start, size, FENCE_GRANTS });
}

void vcpu_wait_lock(struct vcpu *v, spinlock_t *lock)
{
	for (unsigned int turn = 0; !spin_trylock(lock); turn++) {
		vcpu_do_requests(v);
		smp_relax(turn);
	}
}

/* Its exception handler's own first instruction faults: it would do nothing else for ever. */
void vcpu_stuck(struct vcpu *v, u64 handler, u64 cause, u64 tval)
{
	domain_crash(v, "its exception handler at %#lx faults on its first instruction, cause %lu, tval %#lx", handler,
		     cause, tval);
}

/* --- telling --- */

static const char *const trap_names[] = {
#define X(name, str) str,
	TRAP_CAUSES(X)
#undef X
};

void vcpu_print_traps(const struct vcpu *v)
{
	for (unsigned int i = 0; i < TRAP_NR; i++)
		if (v->traps[i])
			printk("trap d%uv%u %s %u\n", v->domain->id, v->id, trap_names[i], v->traps[i]);
	hypercalls_print(v);
	printk("time d%uv%u %lu\n", v->domain->id, v->id, v->runtime);
}

const char *vcpu_state_name(const struct vcpu *v)
{
	static const char *const names[] = { "stopped", "runnable", "running", "blocked", "dead" };

	return names[v->state];
}

void vcpu_dump(const struct vcpu *v)
{
	const struct guest_csrs *c = &v->csr;
	const struct pv_state *p = v->pv;
	const char *pv_mode = v->user ? "user" : "kernel", *hvm_mode = v->hw_sstatus & SSTATUS_SPP ? "VS" : "VU";

	printk("d%uv%u %s %s mode %s pc %#lx\n", v->domain->id, v->id, v->domain->hvm ? "hvm" : "pv",
	       vcpu_state_name(v), v->domain->hvm ? hvm_mode : pv_mode, v->pc);
	printk("  last trap: scause %#lx stval %#lx hw sstatus %#lx\n", v->scause, v->stval, v->hw_sstatus);
	printk("  sstatus %#lx sie %#lx sip %#lx satp %#lx\n", p ? p->status | pv_flag(v) : c->sstatus, c->sie, v->sip,
	       c->satp);
	printk("  stvec %#lx sepc %#lx scause %#lx stval %#lx\n", c->stvec, p ? p->epc : c->sepc,
	       p ? p->cause : c->scause, p ? p->tval : c->stval);
	for (unsigned int i = 0; i < 32; i += 4)
		printk("  x%-2u %016lx %016lx %016lx %016lx\n", i, v->regs[i], v->regs[i + 1], v->regs[i + 2],
		       v->regs[i + 3]);
}
