// SPDX-License-Identifier: GPL-2.0
/*
 * Privileged instructions of a pv guest's kernel. Each traps, since U-mode may not execute it; what it does
 * here is what the privileged specification says of S-mode, with the WARL choices of a plain hart: Sv39,
 * 16 bits of ASID, direct and vectored stvec.
 */
#include "csr.h"
#include "domain.h"
#include "pv.h"
#include "stub.h"
#include "vcpu.h"

#define OPCODE_SYSTEM	0x73u
#define INSN_SRET	0x10200073u
#define INSN_WFI	0x10500073u
#define SFENCE_MASK	0xfe007fffu
#define SFENCE_MATCH	0x12000073u

/* Fields of an instruction of the SYSTEM opcode (volume I, chapter 2.8). */
#define INSN_RD(i)	(((i) >> 7) & 31)
#define INSN_FUNCT3(i)	(((i) >> 12) & 7)
#define INSN_RS1(i)	(((i) >> 15) & 31)
#define INSN_RS2(i)	(((i) >> 20) & 31)
#define INSN_CSR(i)	((i) >> 20)
#define CSR_IS_READ_ONLY(c) (((c) >> 10) == 3)

static void illegal(struct vcpu *v, u32 insn)
{
	vcpu_count(v, TRAP_ILLEGAL);
	pv_inject(v, EXC_ILLEGAL, insn);
}

static bool csr_get(struct vcpu *v, unsigned int csr, u64 *val)
{
	struct guest_csrs *c = &v->csr;

	switch (csr) {
	case CSR_SSTATUS:
		*val = (v->hw_sstatus & PV_SSTATUS_HW) | c->sstatus;
		return true;
	case CSR_SSCRATCH:
		*val = c->sscratch;
		return true;
	case CSR_SEPC:
		*val = c->sepc;
		return true;
	case CSR_SCAUSE:
		*val = c->scause;
		return true;
	case CSR_STVAL:
		*val = c->stval;
		return true;
	case CSR_SATP:
		*val = c->satp;
		return true;
	case CSR_SIE:
		*val = c->sie;
		return true;
	case CSR_SIP:
		*val = READ_ONCE(v->sip);
		return true;
	case CSR_STVEC:
		*val = c->stvec;
		return true;
	case CSR_SCOUNTEREN:
		*val = c->scounteren;
		return true;
	case CSR_SENVCFG:
		*val = c->senvcfg;
		return true;
	default:
		return false;
	}
}

static void set_satp(struct vcpu *v, u64 val)
{
	u64 mode = val >> SATP_MODE_SHIFT;

	/* A write with an unsupported MODE has no effect at all (12.1.11): so a guest falls back to Sv39. */
	if (val == v->csr.satp || (mode != 0 && mode != SATP_MODE_SV39))
		return;
	v->csr.satp = val;
	shadow_switch(v);
	shadow_load(v);
}

static void csr_put(struct vcpu *v, unsigned int csr, u64 val)
{
	struct guest_csrs *c = &v->csr;

	switch (csr) {
	case CSR_SSTATUS:
		c->sstatus = val & PV_SSTATUS_VIRT;
		v->hw_sstatus = (v->hw_sstatus & ~PV_SSTATUS_HW_RW) | (val & PV_SSTATUS_HW_RW);
		break;
	case CSR_SSCRATCH:
		c->sscratch = val;
		break;
	case CSR_SEPC:
		c->sepc = val & ~1UL;
		break;
	case CSR_SCAUSE:
		c->scause = val;
		break;
	case CSR_STVAL:
		c->stval = val;
		break;
	case CSR_SATP:
		set_satp(v, val);
		break;
	case CSR_SIE:
		c->sie = val & SIP_ALL;
		break;
	case CSR_SIP:
		/* Of the pending bits SSIP alone is the guest's to write (12.1.3). */
		if (val & SIP_SSIP)
			__atomic_fetch_or(&v->sip, SIP_SSIP, __ATOMIC_RELAXED);
		else
			__atomic_fetch_and(&v->sip, ~SIP_SSIP, __ATOMIC_RELAXED);
		break;
	case CSR_STVEC:
		if (!(val & 2))
			c->stvec = val;
		break;
	case CSR_SCOUNTEREN:
		c->scounteren = val & PV_COUNTERS;
		break;
	case CSR_SENVCFG:
		c->senvcfg = val & SENVCFG_FIOM;
		break;
	}
}

static void count_csr(struct vcpu *v, unsigned int csr)
{
	if (csr == CSR_SSTATUS)
		vcpu_count(v, TRAP_SSTATUS);
	else if (csr == CSR_SSCRATCH)
		vcpu_count(v, TRAP_SSCRATCH);
	else if (csr >= CSR_SEPC && csr <= CSR_STVAL)
		vcpu_count(v, TRAP_TRAPINFO);
	else
		vcpu_count(v, csr == CSR_SATP ? TRAP_SATP : TRAP_CSR);
}

/* csrrw, csrrs, csrrc and their immediate forms (volume I, chapter 6). */
static void emulate_csr(struct vcpu *v, u32 insn)
{
	unsigned int csr = INSN_CSR(insn), op = INSN_FUNCT3(insn), rs1 = INSN_RS1(insn), rd = INSN_RD(insn);
	u64 src = op & 4 ? rs1 : v->regs[rs1];
	bool write = (op & 3) == 1 || rs1;
	u64 old;

	if ((write && CSR_IS_READ_ONLY(csr)) || !csr_get(v, csr, &old)) {
		illegal(v, insn);
		return;
	}
	if (write) {
		if ((op & 3) == 2)
			src = old | src;
		else if ((op & 3) == 3)
			src = old & ~src;
		csr_put(v, csr, src);
	}
	if (rd)
		v->regs[rd] = old;
	v->pc += 4;
	count_csr(v, csr);
}

static void emulate_sret(struct vcpu *v)
{
	u64 s = v->csr.sstatus;
	bool user = !(s & SSTATUS_SPP);

	/* SIE = SPIE, SPIE = 1, SPP = U (12.1.1) */
	v->csr.sstatus = (s & ~(SSTATUS_SIE | SSTATUS_SPP)) | SSTATUS_SPIE |
			 (s & SSTATUS_SPIE ? SSTATUS_SIE : 0);
	v->pc = v->csr.sepc;
	v->stuck = 0;
	vcpu_count(v, TRAP_SRET);
	if (user)
		pv_set_user(v, true);
}

static void emulate_sfence(struct vcpu *v, u32 insn)
{
	unsigned int rs1 = INSN_RS1(insn), rs2 = INSN_RS2(insn);
	u16 asid = v->regs[rs2] & SATP_ASID_MASK;

	if (rs1)
		shadow_flush_page(v, v->regs[rs1], rs2 ? asid : FENCE_ANY_ASID);
	else if (rs2)
		shadow_flush_asid(v, asid);
	else
		shadow_flush_all(v);
	v->pc += 4;
	vcpu_count(v, TRAP_SFENCE);
}

/* An instruction of the guest's kernel that the hart found illegal in U-mode. */
void emulate_instruction(struct vcpu *v)
{
	u32 insn = v->stval;

	/* stval may be zero where a hart does not tell (12.1.9): read the instruction then. */
	if (unlikely(!insn) && !fetch_instruction(v, &insn))
		return;
	if ((insn & 0x7f) != OPCODE_SYSTEM) {
		illegal(v, insn);
	} else if (INSN_FUNCT3(insn) & 3) {
		emulate_csr(v, insn);
	} else if (insn == INSN_SRET) {
		emulate_sret(v);
	} else if ((insn & SFENCE_MASK) == SFENCE_MATCH) {
		emulate_sfence(v, insn);
	} else if (insn == INSN_WFI) {
		v->pc += 4;
		vcpu_count(v, TRAP_WFI);
		sched_block(v);
	} else {
		illegal(v, insn);
	}
}
