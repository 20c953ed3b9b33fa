/* SPDX-License-Identifier: GPL-2.0 */
/* pv guests: kernel and user in U-mode, told apart by the vCPU's virtual mode. */
#ifndef STUB_PV_H
#define STUB_PV_H

#include "csr.h"
#include "types.h"

struct vcpu;

/*
 * sstatus of a pv guest is in two places: these bits are only the guest's idea, in csr.sstatus ...
 */
#define PV_SSTATUS_VIRT	(SSTATUS_SIE | SSTATUS_SPIE | SSTATUS_SPP | SSTATUS_SUM)
/* ... and these are the hart's own while the guest runs, in hw_sstatus. VS is not offered to pv guests. */
#define PV_SSTATUS_HW_RW (SSTATUS_FS | SSTATUS_MXR)
#define PV_SSTATUS_HW	(PV_SSTATUS_HW_RW | SSTATUS_XS | SSTATUS_UXL_64 | SSTATUS_SD)
#define OPCODE_SYSTEM	0x73u
#define INSN_ECALL	0x73u

bool emulate_privileged(u32 insn);
u64 pv_sip(struct vcpu *v);
void pv_inject(struct vcpu *v, u64 cause, u64 tval);
void pv_set_user(struct vcpu *v, bool user);

#endif
