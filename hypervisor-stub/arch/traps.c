// SPDX-License-Identifier: GPL-2.0
/* What a trap from a guest leads to, and the way back into a guest: the same or another. */
#include "csr.h"
#include "domain.h"
#include "plic.h"
#include "smp.h"
#include "stub.h"
#include "vcpu.h"

static void host_interrupt(struct vcpu *v)
{
	switch (v->scause & ~SCAUSE_IRQ) {
	case IRQ_TIMER:
		vcpu_count(v, TRAP_TIMER);
		time_expire();
		break;
	case IRQ_SOFT:
		/* Somebody has left word for us: in p->resched, or as a request or interrupt of the vCPU. */
		vcpu_count(v, TRAP_IPI);
		csr_clear(CSR_SIP, SIP_SSIP);
		break;
	case IRQ_EXT:
		vcpu_count(v, TRAP_EXTERNAL);
		plic_interrupt();
		break;
	default:
		panic("interrupt %lu, which is not enabled", v->scause & ~SCAUSE_IRQ);
	}
}

/* Another vCPU's turn, fences, interrupts: what there is to do before a guest runs. Returns who runs. */
struct vcpu *leave_stub(struct vcpu *v)
{
	while (this_pcpu()->resched || v->state != VCPU_RUNNING)
		v = schedule(v);
	vcpu_do_requests(v);
	v->ops->deliver(v);
	return v;
}

struct vcpu *guest_trap(struct vcpu *v)
{
	if (unlikely((s64)v->scause < 0))
		host_interrupt(v);
	else
		v->ops->trap(v);
	return likely(!(vcpu_to_do(v) | v->csr.hvip)) ? v : leave_stub(v);
}

void run_pcpu(void)
{
	enter_guest(leave_stub(schedule(NULL)));
}

void stub_exception(u64 sp, u64 ra) __noreturn;
void stub_exception(u64 sp, u64 ra)
{
	panic("trap in the stub: scause %#lx sepc %#lx stval %#lx sp %#lx ra %#lx", csr_read(CSR_SCAUSE),
	      csr_read(CSR_SEPC), csr_read(CSR_STVAL), sp, ra);
}
