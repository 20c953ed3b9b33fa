/* SPDX-License-Identifier: GPL-2.0 */
/* pv guests: kernel and user in U-mode, told apart by the vCPU's virtual mode. */
#ifndef STUB_PV_H
#define STUB_PV_H

#include <xen/riscv.h>
#include "csr.h"
#include "types.h"
#include "vcpu.h"

/*
 * The end of struct xen_riscv_pv_page. A guest that has the page shown writes it at any time: what is read from here is
 * read once, and any value must do.
 */
struct pv_state {
	u64 mapped_nr;
	u64 ret;
	u64 scratch;
	u64 tval;
	u64 cause;
	u64 epc;
	u64 status;		/* the bits in PV_SSTATUS_VIRT; with v->entry also FS, of what was interrupted */
	u8 irq[8];		/* the last one: SSTATUS_SIE, other bits mean nothing */
};

#define PV_STATE_OFFSET	(PAGE_SIZE - sizeof(struct pv_state))
#define PV_RET_VA	(XEN_PV_PAGE + PAGE_SIZE + XEN_PV_RET)

/*
 * sstatus of a pv guest is in two places: these bits are only the guest's idea, in its page, as SIE is ...
 */
#define PV_SSTATUS_VIRT	(SSTATUS_SPIE | SSTATUS_SPP | SSTATUS_SUM)
/* ... and these are the hart's own while the guest runs, in hw_sstatus. VS is not offered to pv guests. */
#define PV_SSTATUS_HW_RW (SSTATUS_FS | SSTATUS_MXR)
#define PV_SSTATUS_HW	(PV_SSTATUS_HW_RW | SSTATUS_XS | SSTATUS_UXL_64 | SSTATUS_SD)
#define OPCODE_SYSTEM	0x73u
#define OPCODE_STORE	0x23u
#define INSN_ECALL	0x73u
#define INSN_EBREAK	0x100073u

bool emulate_privileged(u32 insn);
u64 pv_sip(struct vcpu *v);
void pv_inject(struct vcpu *v, u64 cause, u64 tval);
void pv_set_user(struct vcpu *v, bool user);
void pv_set_counters(struct vcpu *v, bool open);
bool pv_return(struct vcpu *v);
void pv_find_entry(struct vcpu *v);
void pv_choose_fast(struct vcpu *v);

/* arch/pv_page.c */
void pv_set_masked(struct vcpu *v, bool masked);
void pv_page_fault(struct vcpu *v);
void pv_take_hints(struct vcpu *v, u64 count);

/* sstatus.SIE */
static inline u64 pv_flag(const struct vcpu *v)
{
	return READ_ONCE(v->pv->irq[7]) & SSTATUS_SIE;
}

static inline void pv_set_flag(struct vcpu *v, u64 sie)
{
	WRITE_ONCE(v->pv->irq[7], sie);
}

#define in_own_page(v, va) (unlikely((va) >= XEN_PV_PAGE) && !(v)->user && (v)->domain->page_shown)

#endif
