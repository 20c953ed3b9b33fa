// SPDX-License-Identifier: GPL-2.0
/*
 * arch/emulate.c: decoding, and every CSR in every form of access against a table of what the specification (and the
 * WARL choices of the stub) say of it. The flushes that sfence.vma asks for are watched by --wrap.
 */
#include "guest.h"
#include "pv.h"
#include "unit.h"

static struct domain *d;
static struct vcpu *v;

static struct {
	unsigned int switches, pages, asids, all, blocks;
	u64 va;
	s64 asid;
} seen;

void __real_shadow_switch(struct vcpu *v);
void __wrap_shadow_switch(struct vcpu *v);
void __wrap_shadow_switch(struct vcpu *vcpu)
{
	seen.switches++;
	__real_shadow_switch(vcpu);
}

void __wrap_shadow_flush_page(struct vcpu *v, u64 va, s32 asid);
void __wrap_shadow_flush_page(struct vcpu *vcpu, u64 va, s32 asid)
{
	assert_ptr_equal(vcpu, v);
	seen.pages++;
	seen.va = va;
	seen.asid = asid;
}

void __wrap_shadow_flush_asid(struct vcpu *v, u16 asid);
void __wrap_shadow_flush_asid(struct vcpu *vcpu, u16 asid)
{
	assert_ptr_equal(vcpu, v);
	seen.asids++;
	seen.asid = asid;
}

void __wrap_shadow_flush_all(struct vcpu *v);
void __wrap_shadow_flush_all(struct vcpu *vcpu)
{
	assert_ptr_equal(vcpu, v);
	seen.all++;
}

void __wrap_sched_block(struct vcpu *v);
void __wrap_sched_block(struct vcpu *vcpu)
{
	assert_ptr_equal(vcpu, v);
	seen.blocks++;
}

static int setup(void **state)
{
	(void)state;
	host_harts(1);
	d = guest_make(8, 1, 0);
	v = d->vcpu[0];
	guest_run(v);
	v->csr.stvec = GUEST_RAM_BASE + 0x1000;
	v->pc = GUEST_RAM_BASE + 0x400;
	memset(&seen, 0, sizeof(seen));
	return 0;
}

static void run(u32 insn)
{
	memset(&seen, 0, sizeof(seen));
	emulate_instruction(v, insn);
	assert_int_equal(v->regs[0], 0);
}

static u32 csr_insn(unsigned int op, unsigned int rd, unsigned int rs1, unsigned int csr)
{
	return csr << 20 | rs1 << 15 | op << 12 | rd << 7 | 0x73;
}

/* The exception has been delivered to the guest's kernel, and nothing else has happened. */
static void assert_illegal(u32 insn, u64 pc, u64 old_sstatus)
{
	assert_int_equal(v->pv->cause, EXC_ILLEGAL);
	assert_int_equal(v->pv->tval, insn);
	assert_int_equal(v->pv->epc, pc);
	assert_int_equal(v->pc, v->csr.stvec & ~3UL);
	assert_true(guest_sstatus(v) & SSTATUS_SPP);
	assert_false(guest_sstatus(v) & SSTATUS_SIE);
	assert_int_equal(!!(guest_sstatus(v) & SSTATUS_SPIE), !!(old_sstatus & SSTATUS_SIE));
	assert_false(v->user);
}

/* --- CSRs --- */

struct model {
	unsigned int csr;
	u64 writable;
	u64 always;	/* what reads as one whatever is written */
	bool (*refuses)(u64 val);	/* a write of this has no effect at all */
};

static bool stvec_mode_reserved(u64 val)
{
	return (val & 3) >= 2;
}

static bool satp_mode_unsupported(u64 val)
{
	return val >> 60 != 0 && (val >> 60 < 8 || val >> 60 > d->cfg.levels + 5);
}

static const struct model models[] = {
	{ CSR_SSTATUS, SSTATUS_SIE | SSTATUS_SPIE | SSTATUS_SPP | SSTATUS_SUM | SSTATUS_MXR | SSTATUS_FS, SSTATUS_UXL_64, NULL },
	{ CSR_SIE, SIP_SSIP | SIP_STIP | SIP_SEIP | SIP_UPCALL, 0, NULL },
	{ CSR_SIP, SIP_SSIP, 0, NULL },
	{ CSR_STVEC, ~0UL, 0, stvec_mode_reserved },
	{ CSR_SCOUNTEREN, 7, 0, NULL },
	{ CSR_SENVCFG, SENVCFG_FIOM, 0, NULL },
	{ CSR_SSCRATCH, ~0UL, 0, NULL },
	{ CSR_SEPC, ~1UL, 0, NULL },
	{ CSR_SCAUSE, ~0UL, 0, NULL },
	{ CSR_STVAL, ~0UL, 0, NULL },
	{ CSR_SATP, ~0UL, 0, satp_mode_unsupported },
};

static u64 read_csr(unsigned int csr)
{
	u64 keep = v->regs[5], val;

	run(csr_insn(2, 5, 0, csr));	/* csrrs x5, csr, x0 */
	val = v->regs[5];
	v->regs[5] = keep;
	v->pc -= 4;
	/* SD summarises FS; the hart keeps it, and there is none here. */
	return csr == CSR_SSTATUS ? val & ~SSTATUS_SD : val;
}

/* A satp that the pool and p2m bear: any value may be written, but make the tables of most small. */
static u64 random_value(void)
{
	switch (rnd_below(4)) {
	case 0:
		return rnd();
	case 1:
		return SATP(3 + rnd_below(3), GUEST_RAM_BASE + rnd_below(8) * PAGE_SIZE, rnd_below(4));
	case 2:
		return ~0UL >> rnd_below(64);
	default:
		return 1UL << rnd_below(64);
	}
}

static void check_access(const struct model *m, unsigned int op, unsigned int rd, unsigned int rs1)
{
	u64 regs[32], old = read_csr(m->csr), want = old, src, pc = v->pc;
	bool write = (op & 3) == 1 || rs1;

	src = op & 4 ? rs1 : v->regs[rs1];
	src = (op & 3) == 1 ? src : (op & 3) == 2 ? old | src : old & ~src;
	if (write && !(m->refuses && m->refuses(src)))
		want = (src & m->writable) | (old & ~m->writable) | m->always;
	if (m->csr == CSR_SATP && !(want >> SATP_MODE_SHIFT))
		want = 0;
	memcpy(regs, v->regs, sizeof(regs));
	if (rd)
		regs[rd] = old;

	run(csr_insn(op, rd, rs1, m->csr));

	v->regs[rd] &= m->csr == CSR_SSTATUS ? ~SSTATUS_SD : ~0UL;
	assert_memory_equal(v->regs, regs, sizeof(regs));
	assert_int_equal(v->pc, pc + 4);
	assert_int_equal(seen.switches, m->csr == CSR_SATP && want != old);
	if (read_csr(m->csr) != want)
		fail_msg("csr %#x op %u: %#lx with %#lx gives %#lx, not %#lx", m->csr, op, old, src,
			 read_csr(m->csr), want);
}

static void every_csr_in_every_form(void **state)
{
	static const unsigned int ops[] = { 1, 2, 3, 5, 6, 7 };

	(void)state;
	for (int i = 0; i < 30000; i++) {
		const struct model *m = &models[rnd_below(ARRAY_SIZE(models))];
		unsigned int rs1 = rnd_below(3) ? rnd_below(32) : 0, rd = rnd_below(3) ? rnd_below(32) : 0;

		for (unsigned int r = 1; r < 32; r++)
			v->regs[r] = random_value();
		v->sip = (v->sip & SIP_SSIP) | (rnd() & (SIP_STIP | SIP_SEIP));
		d->cfg.levels = 3 + i / 10000;
		check_access(m, ops[rnd_below(6)], rd, rs1);
	}
}

/* rd is written after the CSR has been read, rs1 read before rd is written: csrrw x5, sscratch, x5 swaps. */
static void swap_with_itself(void **state)
{
	(void)state;
	v->pv->scratch = 111;
	v->regs[5] = 222;
	run(csr_insn(1, 5, 5, CSR_SSCRATCH));
	assert_int_equal(v->regs[5], 111);
	assert_int_equal(v->pv->scratch, 222);
}

static void other_csrs_are_illegal(void **state)
{
	(void)state;
	for (unsigned int csr = 0; csr < 4096; csr++) {
		bool known = false;
		u64 sstatus = rnd() & SSTATUS_SIE, pc = v->pc;
		u32 insn = csr_insn(1 + rnd_below(3), rnd_below(32), rnd_below(32), csr);

		for (size_t i = 0; i < ARRAY_SIZE(models); i++)
			known |= models[i].csr == csr;
		if (known)
			continue;
		guest_set_sstatus(v, sstatus);
		run(insn);
		assert_illegal(insn, pc, sstatus);
		v->stuck = 0;
	}
}

static void unknown_satp_modes_have_no_effect(void **state)
{
	u64 good = SV39(GUEST_RAM_BASE, 7);

	(void)state;
	d->cfg.levels = 4;
	v->regs[6] = good;
	run(csr_insn(1, 0, 6, CSR_SATP));
	assert_int_equal(v->csr.satp, good);
	for (u64 mode = 1; mode < 16; mode++) {
		if (mode == SATP_MODE_SV39 || mode == SATP_MODE(4))
			continue;
		v->regs[6] = mode << 60 | 0x1234;
		run(csr_insn(1, 0, 6, CSR_SATP));
		assert_int_equal(v->csr.satp, good);
		assert_int_equal(seen.switches, 0);
	}
	/* The same again is no switch; Bare is one. */
	v->regs[6] = good;
	run(csr_insn(1, 0, 6, CSR_SATP));
	assert_int_equal(seen.switches, 0);
	run(csr_insn(1, 0, 0, CSR_SATP));
	assert_int_equal(v->csr.satp, 0);
	assert_int_equal(seen.switches, 1);
	/* The hart's mode is the guest's. */
	v->regs[6] = SATP(4, GUEST_RAM_BASE, 7);
	run(csr_insn(1, 0, 6, CSR_SATP));
	assert_int_equal(v->csr.satp, v->regs[6]);
	assert_int_equal(csr_read(CSR_SATP) >> SATP_MODE_SHIFT, SATP_MODE(4));
}

static void counted_by_cause(void **state)
{
	static const struct { unsigned int csr; enum trap_cause cause; } cases[] = {
		{ CSR_SSTATUS, TRAP_SSTATUS }, { CSR_SSCRATCH, TRAP_SSCRATCH }, { CSR_SEPC, TRAP_TRAPINFO },
		{ CSR_SCAUSE, TRAP_TRAPINFO }, { CSR_STVAL, TRAP_TRAPINFO }, { CSR_SATP, TRAP_SATP },
		{ CSR_SIE, TRAP_CSR }, { CSR_SIP, TRAP_CSR }, { CSR_STVEC, TRAP_CSR }, { CSR_SENVCFG, TRAP_CSR },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		memset(v->traps, 0, sizeof(v->traps));
		run(csr_insn(2, 5, 0, cases[i].csr));
		for (int c = 0; c < TRAP_NR; c++)
			assert_int_equal(v->traps[c], c == (int)cases[i].cause);
	}
}

/* --- the others --- */

#define SRET	0x10200073u
#define WFI	0x10500073u
#define SFENCE(rs1, rs2) (0x12000073u | (rs1) << 15 | (rs2) << 20)

static void sret(void **state)
{
	(void)state;
	for (int bits = 0; bits < 8; bits++) {
		u64 s = (bits & 1 ? SSTATUS_SPP : 0) | (bits & 2 ? SSTATUS_SPIE : 0) | (bits & 4 ? SSTATUS_SIE : 0);

		v->user = false;
		guest_set_sstatus(v, s | SSTATUS_SUM);
		v->pv->epc = 0x1234567890;
		run(SRET);
		assert_int_equal(v->pc, 0x1234567890);
		assert_int_equal(!!v->user, !(s & SSTATUS_SPP));
		assert_int_equal(guest_sstatus(v), SSTATUS_SUM | SSTATUS_SPIE | (s & SSTATUS_SPIE ? SSTATUS_SIE : 0));
	}
}

static void put_insn(u64 gpa, u32 insn);
static void trap(u64 stval);

/* The hart's are the user's; the kernel, which may read all of them, gets them when it does. */
static void user_counters_are_the_guests_to_allow(void **state)
{
	const u32 rdcycle = csr_insn(2, 5, 0, CSR_CYCLE);
	u64 pc = v->pc;

	(void)state;
	v->regs[6] = 2;
	run(csr_insn(1, 0, 6, CSR_SCOUNTEREN));
	assert_int_equal(csr_read(CSR_SCOUNTEREN), 2);
	put_insn(v->pc, rdcycle);
	v->pc = pc;
	put_insn(pc, rdcycle);
	trap(rdcycle);
	assert_int_equal(v->pc, pc);
	assert_int_equal(csr_read(CSR_SCOUNTEREN), GUEST_COUNTERS);
	/* Where that does not help there is none. */
	trap(rdcycle);
	assert_int_equal(v->pv->cause, EXC_ILLEGAL);
	assert_int_equal(v->pv->epc, pc);
	guest_set_sstatus(v, 0);
	run(SRET);
	assert_true(v->user);
	assert_int_equal(csr_read(CSR_SCOUNTEREN), 2);
	trap(rdcycle);
	assert_false(v->user);
	assert_int_equal(v->pv->cause, EXC_ILLEGAL);
}

static void sfence(void **state)
{
	u64 pc = v->pc;

	(void)state;
	v->regs[7] = 0xffffffd600123456;
	v->regs[8] = 0xabcd1234;
	run(SFENCE(0, 0));
	assert_int_equal(seen.all, 1);
	assert_int_equal(seen.pages + seen.asids, 0);
	run(SFENCE(7, 0));
	assert_int_equal(seen.pages, 1);
	assert_int_equal(seen.va, v->regs[7]);
	assert_int_equal(seen.asid, FENCE_ANY_ASID);
	run(SFENCE(7, 8));
	assert_int_equal(seen.pages, 1);
	assert_int_equal(seen.asid, 0x1234);
	assert_int_equal(seen.all + seen.asids, 0);
	run(SFENCE(0, 8));
	assert_int_equal(seen.asids, 1);
	assert_int_equal(seen.asid, 0x1234);
	assert_int_equal(v->pc, pc + 16);
	assert_int_equal(v->traps[TRAP_SFENCE], 4);
	/* ASID 0 by register is ASID 0 alone, not any. */
	v->regs[8] = 0;
	run(SFENCE(7, 8));
	assert_int_equal(seen.asid, 0);
}

static void wfi(void **state)
{
	u64 pc = v->pc;

	(void)state;
	run(WFI);
	assert_int_equal(seen.blocks, 1);
	assert_int_equal(v->pc, pc + 4);
}

static void all_else_is_illegal(void **state)
{
	static const u32 words[] = {
		0x00000073,		/* ecall: is no illegal instruction to the hart */
		0x00100073, 0x00200073, 0x30200073,	/* ebreak, uret, mret */
		SRET | 1 << 7, SRET | 1 << 15, WFI | 1 << 7, WFI | 2 << 15,	/* with registers in them */
		SFENCE(3, 4) | 5 << 7,	/* rd is reserved */
		0x16000073, 0x18000073, 0x18100073,	/* sinval.vma, sfence.w.inval, sfence.inval.ir: not offered */
		0x22000073, 0x62000073,	/* hfence.vvma, hfence.gvma */
		0x6000c073,		/* hlv.b: funct3 4 */
		0x0000000f, 0x0000100b, 0xffffffff, 0x00008067, 0x02000053,
		0x9002, 0x0001,		/* compressed */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		u64 pc = v->pc;

		guest_set_sstatus(v, SSTATUS_SIE);
		run(words[i]);
		assert_illegal(words[i], pc, SSTATUS_SIE);
		assert_int_equal(seen.all + seen.pages + seen.asids + seen.blocks + seen.switches, 0);
		v->stuck = 0;
	}
	assert_int_equal(v->traps[TRAP_ILLEGAL], ARRAY_SIZE(words));
}

/* --- the instruction is read from the guest's memory: what the hart tells of it may be wrong --- */

static void put_insn(u64 gpa, u32 insn)
{
	for (int i = 0; i < 2; i++, gpa += 2)
		((u16 *)guest_u64(d, gpa & ~7UL))[(gpa & 7) / 2] = insn >> (16 * i);
}

static void trap(u64 stval)
{
	v->scause = EXC_ILLEGAL;
	v->stval = stval;
	v->ops->trap(v);
}

static void fetched(void **state)
{
	/* Also one that lies across two pages, and across two pieces of the machine's memory. */
	static const u64 at[] = { GUEST_RAM_BASE + 0x404, GUEST_RAM_BASE + 0xffe, GUEST_RAM_BASE + SZ_2M - 2 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(at); i++) {
		v->pv->scratch = 77 + i;
		v->pc = at[i];
		put_insn(at[i], csr_insn(2, 9, 0, CSR_SSCRATCH));
		trap(0);
		assert_int_equal(v->regs[9], 77 + i);
		assert_int_equal(v->pc, at[i] + 4);
	}
}

static void fetch_of_nothing(void **state)
{
	(void)state;
	v->pc = 0x1000;
	trap(0);
	assert_int_equal(v->pv->cause, EXC_FETCH_ACCESS);
	assert_int_equal(v->pv->tval, 0x1000);
	assert_int_equal(v->pv->epc, 0x1000);
	/* The second half is not there. */
	v->pc = GUEST_RAM_BASE + (8 << 20) - 2;
	((u16 *)guest_u64(d, v->pc - 6))[3] = 0x2073;
	trap(0);
	assert_int_equal(v->pv->cause, EXC_FETCH_ACCESS);
	assert_int_equal(v->pv->tval, GUEST_RAM_BASE + (8 << 20));
}

static void zeros_are_illegal(void **state)
{
	u64 pc = v->pc;

	(void)state;
	put_insn(pc, 0);
	trap(0);
	assert_illegal(0, pc, 0);
}

/* The guest's user does not get privileged instructions emulated. */
static void not_for_users(void **state)
{
	u64 pc = v->pc;

	(void)state;
	put_insn(pc, csr_insn(2, 9, 0, CSR_SSCRATCH));
	v->pv->scratch = 1234;
	pv_set_user(v, true);
	trap(csr_insn(2, 9, 0, CSR_SSCRATCH));
	assert_int_not_equal(v->regs[9], 1234);
	assert_int_equal(v->pv->cause, EXC_ILLEGAL);
	assert_int_equal(v->pv->epc, pc);
	assert_false(guest_sstatus(v) & SSTATUS_SPP);
	assert_false(v->user);
}

/* --- traps and interrupts delivered to the guest (12.1.1, 12.1.2, 12.1.3) --- */

static void system_call(void **state)
{
	u64 pc = v->pc;

	(void)state;
	guest_set_sstatus(v, SSTATUS_SIE);
	pv_set_user(v, true);
	v->scause = EXC_ECALL_U;
	v->ops->trap(v);
	assert_int_equal(v->pv->cause, EXC_ECALL_U);
	assert_int_equal(v->pv->epc, pc);
	assert_int_equal(guest_sstatus(v) & (SSTATUS_SPP | SSTATUS_SIE | SSTATUS_SPIE), SSTATUS_SPIE);
	assert_int_equal(v->pc, v->csr.stvec);
	assert_false(v->user);
}

static void interrupts(void **state)
{
	static const struct { u64 pending, enabled; bool sie, user; unsigned int taken; } cases[] = {
		{ SIP_STIP, SIP_ALL, true, false, IRQ_TIMER },
		{ SIP_STIP | SIP_SSIP, SIP_ALL, true, false, IRQ_SOFT },
		{ SIP_ALL, SIP_ALL, true, false, IRQ_EXT },
		{ SIP_ALL, SIP_STIP, true, false, IRQ_TIMER },
		{ SIP_ALL, SIP_ALL, false, false, 0 },		/* the kernel has them off */
		{ SIP_ALL, SIP_ALL, false, true, IRQ_EXT },	/* which does not hold for the user */
		{ SIP_SSIP, SIP_STIP, true, true, 0 },
		{ 0, SIP_ALL, true, true, 0 },
	};

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_SIZE(cases); i++) {
		bool vectored = i & 1;
		u64 pc = 0x8000, base = GUEST_RAM_BASE + 0x1000;

		v->pc = pc;
		v->csr.stvec = base | vectored;
		v->sip = cases[i / 2].pending;
		v->csr.sie = cases[i / 2].enabled;
		guest_set_sstatus(v, cases[i / 2].sie ? SSTATUS_SIE : 0);
		pv_set_user(v, cases[i / 2].user);
		v->ops->deliver(v);
		assert_int_equal(v->ops->irq_ready(v), !!(cases[i / 2].pending & cases[i / 2].enabled));
		if (!cases[i / 2].taken) {
			assert_int_equal(v->pc, pc);
			continue;
		}
		assert_int_equal(v->pv->cause, SCAUSE_IRQ | cases[i / 2].taken);
		assert_int_equal(v->pv->epc, pc);
		assert_int_equal(v->pc, base + (vectored ? 4 * cases[i / 2].taken : 0));
		assert_int_equal(!!(guest_sstatus(v) & SSTATUS_SPP), !cases[i / 2].user);
		assert_int_equal(!!(guest_sstatus(v) & SSTATUS_SPIE), cases[i / 2].sie);
		assert_false(v->user);
	}
}

/* An exception goes to the base, vectored or not. */
static void exceptions_are_not_vectored(void **state)
{
	(void)state;
	v->csr.stvec = GUEST_RAM_BASE + 0x1001;
	pv_inject(v, EXC_BREAKPOINT, 5);
	assert_int_equal(v->pc, GUEST_RAM_BASE + 0x1000);
	assert_int_equal(v->pv->tval, 5);
}

/* A guest whose exception handler faults at once is ended, not the machine's time. */
static void stuck_guest_dies(void **state)
{
	(void)state;
	sched_add(v);
	for (int i = 0; i < 2000 && d->end == DOMAIN_RUNNING; i++)
		pv_inject(v, EXC_FETCH_ACCESS, 0);
	sched_remove(v);
	assert_int_equal(d->end, DOMAIN_CRASHED);
	assert_non_null(strstr(d->reason, "exception handler"));
	assert_int_equal(v->state, VCPU_DEAD);
}

#define E(name) cmocka_unit_test_setup(name, setup)
UNIT_MAIN(E(every_csr_in_every_form), E(swap_with_itself), E(other_csrs_are_illegal), E(unknown_satp_modes_have_no_effect),
	  E(counted_by_cause), E(sret), E(user_counters_are_the_guests_to_allow), E(sfence), E(wfi), E(all_else_is_illegal),
	  E(fetched), E(fetch_of_nothing), E(zeros_are_illegal), E(not_for_users), E(system_call), E(interrupts),
	  E(exceptions_are_not_vectored), E(stuck_guest_dies))
