// SPDX-License-Identifier: GPL-2.0
/* Any instruction in any state of the CSRs: the guest's state stays one that a hart can have. */
#include "fuzz.h"
#include "guest.h"
#include "pv.h"

static struct domain *d;
static struct vcpu *v;

void __wrap_sched_block(struct vcpu *v);
void __wrap_sched_block(struct vcpu *vcpu)
{
	(void)vcpu;
}

static void set_state(void)
{
	struct guest_csrs *c = &v->csr;

	for (int i = 1; i < 32; i++)
		v->regs[i] = value();
	c->sstatus = value() & PV_SSTATUS_VIRT;
	c->sie = value() & SIP_ALL;
	c->stvec = value() & ~2UL;
	c->sscratch = value();
	c->sepc = value() & ~1UL;
	v->sip = value() & SIP_ALL;
	v->pc = value() & ~1UL;
	v->hw_sstatus = SSTATUS_SPIE | SSTATUS_UXL_64 | (value() & PV_SSTATUS_HW_RW);
}

static void check(u64 pc, u64 sepc, u64 stvec)
{
	const struct guest_csrs *c = &v->csr;
	u64 mode = c->satp >> SATP_MODE_SHIFT;

	must(v->regs[0] == 0);
	must(!(c->sstatus & ~PV_SSTATUS_VIRT));
	must(!((c->sie | v->sip) & ~(SIP_ALL | SIP_UPCALL)));
	must(!(c->stvec & 2) && !(c->sepc & 1));
	must(!(c->scounteren & ~GUEST_COUNTERS) && !(c->senvcfg & ~SENVCFG_FIOM));
	must(mode == 0 || mode - SATP_MODE_SV39 < 3);
	/* The hart returns to U-mode with interrupts on, whatever the guest writes. */
	must((v->hw_sstatus & ~PV_SSTATUS_HW_RW) == (SSTATUS_SPIE | SSTATUS_UXL_64));
	must(v->pc == pc + 4 || v->pc == sepc || v->pc == (stvec & ~3UL));
	must(mode ? csr_read(CSR_SATP) >> SATP_MODE_SHIFT == mode : (csr_read(CSR_SATP) >> SATP_MODE_SHIFT) - SATP_MODE_SV39 < 3);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	input = data;
	input_end = data + size;
	if (!d) {
		d = guest_make(8, 1, 40);
		v = d->vcpu[0];
		guest_run(v);
	}
	v->stuck = 0;
	pv_set_user(v, false);
	set_state();
	while (input_left()) {
		u64 pc = v->pc, sepc = v->pv->epc, stvec = v->csr.stvec;
		u32 insn = take(4);

		/* Most words are no instruction of interest. */
		if (insn >> 31)
			insn = (insn & ~0x7fU) | 0x73;
		emulate_instruction(v, insn);
		check(pc, sepc, stvec);
		if (v->user)
			pv_set_user(v, false);
		v->stuck = 0;
	}
	return 0;
}
