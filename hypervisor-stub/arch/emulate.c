// SPDX-License-Identifier: GPL-2.0
/*
 * Privileged instructions of a pv guest's kernel. Each traps, since U-mode may not execute it; what it does
 * here is what the privileged specification says of S-mode, with the WARL choices of a plain hart: Sv39 and as
 * many modes beyond it as the domain has, 16 bits of ASID, direct and vectored stvec.
 */
#include "csr.h"
#include "domain.h"
#include "pv.h"
#include "stub.h"
#include "vcpu.h"

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

static void illegal(struct vcpu *v, u32 insn)
{
	vcpu_count(v, TRAP_ILLEGAL);
	pv_inject(v, EXC_ILLEGAL, insn);
}

/*
 * The CSRs that are no more than a register: where, in the page or in struct vcpu, which bits there are, and what a
 * trap counts as. By the low seven bits of the number; the others of S-mode have an offset of 0.
 */
static const struct plain_csr {
	u16 offset;
	u8 cause;
	bool in_page;
	u64 mask;
} plain[128] = {
#define IN_PAGE(name, field, trap, bits) \
	[CSR_##name & 127] = { offsetof(struct pv_state, field), TRAP_##trap, true, (bits) }
	IN_PAGE(SSCRATCH, scratch, SSCRATCH, ~0UL),
	IN_PAGE(SEPC, epc, TRAPINFO, ~1UL),
	IN_PAGE(SCAUSE, cause, TRAPINFO, ~0UL),
	IN_PAGE(STVAL, tval, TRAPINFO, ~0UL),
#undef IN_PAGE
	[CSR_SIE & 127] = { offsetof(struct vcpu, csr.sie), TRAP_CSR, false, SIP_ALL | SIP_UPCALL },
	[CSR_SENVCFG & 127] = { offsetof(struct vcpu, csr.senvcfg), TRAP_CSR, false, SENVCFG_FIOM },
};

static void set_satp(struct vcpu *v, u64 old, u64 val)
{
	u64 mode = val >> SATP_MODE_SHIFT;

	/* Bare has no ASID and no PPN (12.1.11): satp is 0 or there is a table. */
	if (!mode)
		val = 0;
	/* A write with an unsupported MODE has no effect at all (12.1.11): so a guest falls back to what there is. */
	if (val == old || (mode && mode - SATP_MODE_SV39 > SATP_MODE(v->domain->cfg.levels) - SATP_MODE_SV39))
		return;
	v->csr.satp = val;
	shadow_switch(v);
	shadow_load(v);
}

static void set_sip(struct vcpu *v, u64 old, u64 val)
{
	/* Of the pending bits SSIP alone is the guest's to write (12.1.3). What others raise since we read it stays. */
	if (!((old ^ val) & SIP_SSIP))
		return;
	if (val & SIP_SSIP)
		__atomic_fetch_or(&v->sip, SIP_SSIP, __ATOMIC_RELAXED);
	else
		__atomic_fetch_and(&v->sip, ~SIP_SSIP, __ATOMIC_RELAXED);
}

static void set_stvec(struct vcpu *v, u64 old, u64 val)
{
	if (val & 2)		/* modes 2 and 3 are reserved */
		return;
	v->csr.stvec = val;
	pv_find_entry(v);
}

static void set_scounteren(struct vcpu *v, u64 old, u64 val)
{
	v->csr.scounteren = val & GUEST_COUNTERS;
	pv_set_counters(v, false);
}

/* csrrw, csrrs, csrrc and their immediate forms (volume I, chapter 6): what is written to a CSR that holds old. */
static inline u64 new_value(const struct vcpu *v, u32 insn, u64 old)
{
	unsigned int op = INSN_FUNCT3(insn), rs1 = INSN_RS1(insn);
	u64 src = op & 4 ? rs1 : v->regs[rs1];

	switch (op & 3) {
	case 2:
		return old | src;
	case 3:
		return old & ~src;
	default:
		return src;
	}
}

/* csrrs and csrrc with x0 or 0 do not write, whatever the CSR holds. */
static inline bool writes(u32 insn)
{
	return (INSN_FUNCT3(insn) & 3) == 1 || INSN_RS1(insn);
}

static inline void finish(struct vcpu *v, u32 insn, u64 old)
{
	if (INSN_RD(insn))
		v->regs[INSN_RD(insn)] = old;
	v->pc += 4;
}

static void emulate_sstatus(struct vcpu *v, u32 insn)
{
	/* FS is in the page, too, where the kernel has it on whatever it says; and SD says what FS is (12.1.1). */
	u64 in_page = PV_SSTATUS_VIRT | (v->entry ? SSTATUS_FS | SSTATUS_SD : 0);
	u64 old = (v->hw_sstatus & PV_SSTATUS_HW & ~in_page) | (READ_ONCE(v->pv->status) & in_page) | pv_flag(v);
	u64 val;

	if (v->entry)
		old = (old & SSTATUS_FS) == SSTATUS_FS ? old | SSTATUS_SD : old & ~SSTATUS_SD;
	val = new_value(v, insn, old);
	vcpu_count(v, TRAP_SSTATUS);
	/* With nothing to write val is old, and writing that changes nothing. */
	v->pv->status = val & (in_page | SSTATUS_UXL_64);
	pv_set_flag(v, val & SSTATUS_SIE);
	if (likely(!v->entry))
		in_page = 0;
	v->hw_sstatus = (v->hw_sstatus & ~(PV_SSTATUS_HW_RW & ~in_page)) | (val & PV_SSTATUS_HW_RW & ~in_page);
	if (unlikely((old ^ val) & SSTATUS_MXR))
		shadow_flush_all(v);	/* with MXR set no copy of code is mapped: it could be read */
	finish(v, insn, old);
}

static __attribute__((noinline)) void emulate_rare_csr(struct vcpu *v, u32 insn)
{
	static const struct {
		u16 csr, cause;
		void (*set)(struct vcpu *v, u64 old, u64 val);
	} rare[] = {
		{ CSR_SATP, TRAP_SATP, set_satp },
		{ CSR_SIP, TRAP_CSR, set_sip },
		{ CSR_STVEC, TRAP_CSR, set_stvec },
		{ CSR_SCOUNTEREN, TRAP_CSR, set_scounteren },
	};
	unsigned int csr = INSN_CSR(insn), i = 0;
	u64 old;

	while (i < ARRAY_SIZE(rare) && rare[i].csr != csr)
		i++;
	if (i == ARRAY_SIZE(rare)) {
		illegal(v, insn);
		return;
	}
	vcpu_count(v, rare[i].cause);
	old = csr == CSR_SATP ? v->csr.satp : csr == CSR_SIP ? pv_sip(v) : csr == CSR_STVEC ? v->csr.stvec :
	      v->csr.scounteren;
	if (writes(insn))
		rare[i].set(v, old, new_value(v, insn, old));
	finish(v, insn, old);
}

static inline void emulate_csr(struct vcpu *v, u32 insn)
{
	unsigned int csr = INSN_CSR(insn);
	const struct plain_csr *p = &plain[csr & 127];
	u64 *reg = (u64 *)((p->in_page ? (u8 *)v->pv : (u8 *)v) + p->offset), old;

	if (csr == CSR_SSTATUS) {
		emulate_sstatus(v, insn);
	} else if (likely(csr >> 7 == CSR_SSTATUS >> 7 && p->offset)) {
		v->traps[p->cause]++;
		old = READ_ONCE(*reg) & p->mask;
		if (writes(insn))
			*reg = new_value(v, insn, old) & p->mask;
		finish(v, insn, old);
	} else {
		emulate_rare_csr(v, insn);
	}
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

static void emulate_other(struct vcpu *v, u32 insn)
{
	if (insn == INSN_SRET) {
		pv_return(v);
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

/*
 * S-mode's to execute and not U-mode's, whatever state the hart is in. CSRs by bits 9:8 of their number: fcsr is for
 * all, and legal or not by sstatus.FS.
 */
bool emulate_privileged(u32 insn)
{
	if ((insn & 0x7f) != OPCODE_SYSTEM)
		return false;
	if (INSN_FUNCT3(insn) & 3)
		return (INSN_CSR(insn) >> 8 & 3) == 1;
	return insn == INSN_SRET || insn == INSN_WFI || (insn & SFENCE_MASK) == SFENCE_MATCH;
}

/* An instruction of the guest's kernel that the hart found illegal in U-mode. */
void emulate_instruction(struct vcpu *v, u32 insn)
{
	if (likely((insn & 0x7f) == OPCODE_SYSTEM && (INSN_FUNCT3(insn) & 3)))
		emulate_csr(v, insn);
	else
		emulate_other(v, insn);
}
