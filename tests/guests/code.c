// SPDX-License-Identifier: GPL-2.0
/*
 * Hot kernel code (see hot.h): what is read from it, what becomes of it when
 * it is written, and that each instruction in it does what it always does.
 */
#include "hot.h"
#include "peer.h"
#include "user.h"

#define RWX_G			(P_RWX | P_G)

static unsigned long sum(unsigned long va)
{
	const volatile unsigned long *p = (const unsigned long *)va;
	unsigned long i, s = 0;

	for (i = 0; i < PAGE / 8; i++)
		s = s * 31 + p[i];
	return s;
}

/* The bytes are those that were written, wherever they are read, hot or not. */
static void reads_back(void)
{
	for (BOTH_HALVES(half)) {
		struct spot s = hot_spot(half, 9, RWX_G);
		unsigned long alias = s.va + 4 * PAGE, want, i, v;

		vm_map(s.root, alias, s.code, P_RO | P_G);
		fence_all();
		want = sum((unsigned long)s.code);
		for (i = 0; i < 8; i++) {
			check_eq(0, hot_heat(s.va, 9));
			check_eq(want, sum(s.va));
			check_eq(0, hot_heat(s.va, 9));
			check_eq(want, sum(alias));
			check_eq(want, sum((unsigned long)s.code));
			check_none(try_load32(s.va + 4, &v));
			check_eq(I_CSRR(CSR_SSCRATCH), v);
			check_eq(I_CSRWI(CSR_SSCRATCH, 9) & 0xff, *(volatile unsigned char *)s.va);
		}
	}
}

/* sstatus.MXR gives loads the right to read what is executable (4.1.1.2). */
static void reads_with_mxr(void)
{
	for (BOTH_HALVES(half)) {
		struct spot s = hot_spot(half, 9, P_V | P_X | P_AD | P_G);
		unsigned long i, v;

		for (i = 0; i < 4; i++) {
			check_eq(0, hot_heat(s.va, 9));
			csr_set(sstatus, SR_MXR);
			check_none(try_load32(s.va, &v));
			check_eq(I_CSRWI(CSR_SSCRATCH, 9), v);
			check_eq(9, hot_run(s.va));
			check_none(try_load32(s.va + 4, &v));
			check_eq(I_CSRR(CSR_SSCRATCH), v);
			csr_clear(sstatus, SR_MXR);
			check_trap(try_load(s.va, NULL), CAUSE_LOAD_PAGE, s.va);
		}
	}
}

/* Ways to store a word. */
enum how { STORE, HALVES, SWAP, CONDITIONAL, USER, HOWS };

static void store(enum how how, unsigned long at, unsigned int insn)
{
	volatile unsigned short *h = (volatile unsigned short *)at;

	switch (how) {
	case HALVES:
		h[1] = insn >> 16;
		h[0] = insn & 0xffff;
		break;
	case SWAP:
		asm volatile("amoswap.w zero, %0, (%1)" : : "r"(insn), "r"(at) : "memory");
		break;
	case CONDITIONAL:
		asm volatile("1: lr.w t0, (%1)\n\tsc.w t0, %0, (%1)\n\tbnez t0, 1b"
			     : : "r"(insn), "r"(at) : "memory", "t0");
		break;
	case USER:	/* eight bytes: the next instruction as it is */
		user_set(10, at);
		user_set(11, insn | (unsigned long)I_CSRR(CSR_SSCRATCH) << 32);
		check_eq(CAUSE_ECALL_U, user_run(user_va(user_store), false).cause);
		break;
	default:
		hot_patch((void *)at, insn);
	}
}

/* The hot page is written by way of @alias; after fence.i the new instruction is executed. */
static void rewrite(const struct spot *s, unsigned long alias, enum how how, unsigned int *n)
{
	int i;

	for (i = 0; i < 3; i++) {
		check_eq(0, hot_heat(s->va, *n));
		*n = (*n + 7) & 31;
		store(how, alias, I_CSRWI(CSR_SSCRATCH, *n));
		fence_i();
		check_eq(*n, hot_run(s->va));
		check_eq(I_CSRWI(CSR_SSCRATCH, *n), *(volatile unsigned int *)s->va);
	}
}

static void rewrite_all(int half, unsigned long flags)
{
	struct spot s = hot_spot(half, 3, RWX_G);
	unsigned long before = s.va + 2 * PAGE, after = s.va + 4 * PAGE, round;
	unsigned int n = 3;
	int how;

	vm_map_user(s.root);
	vm_map(s.root, before, s.code, P_RW | flags);
	fence_all();
	hot_patch((void *)before, I_CSRWI(CSR_SSCRATCH, n));
	for (how = STORE; how < USER; how++) {
		rewrite(&s, s.va, how, &n);
		rewrite(&s, (unsigned long)s.code, how, &n);
		rewrite(&s, before, how, &n);
		/* mapped while the page is hot, and gone again */
		for (round = 0; round < 2; round++) {
			pte_t *p = vm_pte(s.root, after + round * PAGE, 0);

			check_eq(0, hot_heat(s.va, n));
			*p = PTE(s.code, P_RW | flags);
			fence_va(after + round * PAGE);
			rewrite(&s, after + round * PAGE, how, &n);
			*p = 0;
			fence_va(after + round * PAGE);
		}
	}
	vm_map(s.root, VA_USER_DATA, s.code, P_RW | P_U);
	fence_all();
	rewrite(&s, VA_USER_DATA, USER, &n);
}

static void rewrite_local_alias(void)
{
	for (BOTH_HALVES(half))
		rewrite_all(half, 0);
}

static void rewrite_global_alias(void)
{
	for (BOTH_HALVES(half))
		rewrite_all(half, P_G);
}

/* By a grant to itself the domain has the page at two addresses of its memory. */
static void rewrite_by_grant(void)
{
	const unsigned long at = 0x40000000UL;		/* the extended region: nothing is there */

	NEED_XEN();
	check(grants_open());
	for (BOTH_HALVES(half)) {
		struct spot s = hot_spot(half, 9, RWX_G);
		unsigned long alias = s.va + 4 * PAGE;
		grant_handle_t h;

		vm_off();
		grant(8, 1, s.code, 0);
		check_eq(0, grant_map(1, 8, at, 0, &h));
		vm_map(s.root, alias, (void *)at, P_RW | P_G);
		vm_on(s.root, 0);
		for (unsigned int m = 1; m < 4; m++) {
			check_eq(0, hot_heat(s.va, 9 + m - 1));
			hot_patch((void *)(alias + 8), I_ADD(m));
			fence_i();
			check_eq(9 + m, hot_run(s.va));
		}
		vm_off();
		check_eq(0, grant_unmap(at, h));
		check(!grant_is_used(8));
		grant_end(8);
	}
}

/* A page that has been hot before: written by who maps it, by a copy, and by a hypercall's result. */
static void rewrite_hot_for_others(void)
{
	const unsigned long at = 0x40000000UL;
	static unsigned int word[1024] __attribute__((aligned(4096)));

	NEED_XEN();
	check(grants_open());
	for (BOTH_HALVES(half)) {
		struct spot s = hot_spot(half, 9, RWX_G);
		struct gnttab_copy c = { .source = { .u.gmfn = (unsigned long)word / PAGE, .domid = DOMID_SELF },
					 .dest = { .u.ref = 8, .domid = 1, .offset = 8 }, .len = 4, .flags = GNTCOPY_dest_gref };
		grant_handle_t h;

		vm_off();
		grant(8, 1, s.code, 0);
		vm_on(s.root, 0);
		check_eq(0, hot_heat(s.va, 9));
		check_eq(0, grant_map(1, 8, at, 0, &h));
		vm_off();
		hot_patch((void *)(at + 8), I_ADD(5));
		vm_on(s.root, 0);
		fence_i();
		check_eq(14, hot_run(s.va));
		vm_off();
		check_eq(0, grant_unmap(at, h));
		vm_on(s.root, 0);
		check_eq(0, hot_heat(s.va, 14));
		word[0] = I_ADD(6);
		check_eq(0, xen_call(__HYPERVISOR_grant_table_op, GNTTABOP_copy, &c, 1));
		check_eq(0, c.status);
		fence_i();
		check_eq(15, hot_run(s.va));
		check_eq(0, hot_heat(s.va, 15));
		check_eq(0, xen_call(__HYPERVISOR_xen_version, 8, (void *)(s.va + 16), 0));
		fence_i();
		check_eq(0xdead00 + CAUSE_ILLEGAL, hot_run(s.va));
		vm_off();
		grant_end(8);
	}
}

/* Rewritten with the tables off, and by a mapping of 2 MiB. */
static void rewrite_from_bare(void)
{
	for (BOTH_HALVES(half)) {
		struct spot s = hot_spot(half, 1, RWX_G);
		unsigned long big = half ? 0xfffffff000000000UL : 0x200000000UL;
		unsigned int n;

		*vm_pte(s.root, big, 1) = PTE((unsigned long)s.code & -MEGA, P_RW | P_G);
		fence_all();
		for (n = 2; n < 10; n++) {
			check_eq(0, hot_heat(s.va, n - 1));
			if (n & 1) {
				vm_off();
				hot_patch(s.code, I_CSRWI(CSR_SSCRATCH, n));
				fence_i();
				vm_on(s.root, 0);
			} else {
				hot_patch((void *)(big + ((unsigned long)s.code & (MEGA - 1))),
					  I_CSRWI(CSR_SSCRATCH, n));
				fence_i();
			}
			check_eq(n, hot_run(s.va));
		}
	}
}

/* The probe that an ecall of hot_call() is. */
static void check_probe(unsigned long va)
{
	struct sbiret r = hot_call(va, SBI_TIME, 0, 0);

	check_eq(NO_TRAP, this_hart()->trap.cause);
	check_eq(SBI_OK, r.error);
	check(r.value != 0);
	r = hot_call(va, 0x12345678, 5, 0);
	check_eq(SBI_OK, r.error);
	check_eq(0, r.value);
}

/* A privileged instruction becomes a real ecall, and again itself. */
static void to_ecall_and_back(void)
{
	for (BOTH_HALVES(half)) {
		struct spot s = hot_spot(half, 0, RWX_G);
		unsigned int i, n;

		for (i = 1; i < 12; i++) {
			unsigned int *at = i & 1 ? (unsigned int *)s.va : s.code;

			at[0] = I_CSRWI(CSR_SSCRATCH, i);
			at[1] = I_CSRR(CSR_SSCRATCH);
			fence_i();
			check_eq(0, hot_heat(s.va, i));
			hot_patch(&at[1], I_ECALL);
			at[2] = I_NOP;
			fence_i();
			for (n = 0; n < (i & 4 ? 1 : 40); n++)
				check_probe(s.va);
			at[2] = I_ADD(0);
		}
	}
}

/* An ecall that always was one, between instructions that are hot. */
static void ecall_in_hot(void)
{
	for (BOTH_HALVES(half)) {
		struct spot s = hot_spot(half, 0, RWX_G);
		int i;

		s.code[1] = I_ECALL;
		s.code[2] = I_CSRWI(CSR_SSCRATCH, 3);
		fence_i();
		for (i = 0; i < 150; i++)
			check_probe(s.va);
	}
}

/* The page reads and writes itself while it is executed. */
static void code_and_data(void)
{
	for (BOTH_HALVES(half)) {
		struct spot s = hot_spot(half, 5, RWX_G);
		unsigned long i, bad = 0;

		s.code[2] = 0x0005b603;		/* ld a2, 0(a1) */
		s.code[3] = 0x00c50533;		/* add a0, a0, a2 */
		s.code[4] = I_CSRWI(CSR_SSCRATCH, 0);
		s.code[5] = I_RET;
		fence_i();
		s.code[512] = 1000;
		for (i = 0; i < 400; i++)
			bad += hot_call(s.va, 0, s.va + 2048, 0).error != 1005;
		check_eq(0, bad);
		s.code[3] = 0x00160613;		/* addi a2, a2, 1 */
		s.code[4] = 0x00c5b023;		/* sd a2, 0(a1) */
		s.code[5] = I_CSRWI(CSR_SSCRATCH, 0);
		s.code[6] = I_RET;
		fence_i();
		for (i = 0; i < 400; i++)
			bad += hot_call(s.va, 0, s.va + 2048, 0).error != 5;
		check_eq(0, bad);
		check_eq(1400, *(volatile unsigned long *)(s.va + 2048));
	}
}

/* Each round stores the next instruction but one, fence.i, and executes it. */
static void self_modifying(void)
{
	static const unsigned int insn[] = {
		I_CSRR(CSR_SSCRATCH), I_LI(11), I_CSRWI(CSR_SSCRATCH, 4) | 10 << 7, I_NOP,
		0x14002573 | 1 << 15 | 1 << 14, /* csrrsi a0, sscratch, 1 */
	};
	static const unsigned long want[] = { 7, 11, 7, 99, 7 };

	for (BOTH_HALVES(half)) {
		struct spot s = hot_spot(half, 0, RWX_G);
		unsigned long i, bad = 0;

		s.code[0] = 0x00b2aa23;		/* sw a1, 20(t0): hot_call() has our address in t0 */
		s.code[1] = I_FENCE_I;
		s.code[2] = I_CSRWI(CSR_SSCRATCH, 7);
		s.code[3] = I_CSRR(CSR_SSCRATCH) | 1 << 7;	/* into a1 */
		s.code[4] = I_LI(99);
		s.code[6] = I_CSRWI(CSR_SSCRATCH, 0);
		s.code[7] = I_RET;
		fence_i();
		for (i = 0; i < 1000; i++)
			bad += (unsigned long)hot_call(s.va, 0, insn[i % 5], 0).error != want[i % 5];
		check_eq(0, bad);
	}
}

/* No instruction at all, in a hot page: the trap says which and where, each time. */
static void illegal_in_hot(void)
{
	static const unsigned int insn[] = {
		0x0000000b, 0xffffffff, 0x30002573, 0x30200073, 0x1ff02573, 0xc0059073,
		0x00000073 | 1 << 15,
	};

	for (BOTH_HALVES(half)) {
		struct spot s = hot_spot(half, 0, RWX_G);
		unsigned long i, n;

		for (n = 0; n < ARRAY_SIZE(insn); n++) {
			hot_write(s.code, CSR_SSCRATCH, 0, n);
			s.code[8] = insn[n];
			fence_i();
			check_eq(0, hot_heat(s.va, n));
			for (i = 0; i < 40; i++) {
				hot_call(s.va + 32, 0, 0, 0);
				check_illegal_at(__FILE__, __LINE__, this_hart()->trap, s.va + 32, insn[n]);
				check_eq(n, hot_run(s.va));
			}
		}
	}
}

/* An illegal instruction of two bytes: the one behind it is as good as before. */
static void illegal16_in_hot(void)
{
	static const unsigned short tail[] = {
		0x0000, 0x0505, 0x0505, 0x0505, 0x8082	/* illegal; c.addi a0, 1 three times; c.jr ra */
	};

	for (BOTH_HALVES(half)) {
		struct spot s = hot_spot(half, 6, RWX_G);
		int i;

		memcpy(s.code + 4, tail, sizeof(tail));
		fence_i();
		for (i = 0; i < 120; i++) {
			check_eq(9, hot_call(s.va, 0, 0, s.va + 18).error);
			check_illegal_at(__FILE__, __LINE__, this_hart()->trap, s.va + 16, 0);
		}
	}
}

/* Illegal with sstatus.FS off, legal with it on. */
static void fp_in_hot(void)
{
	static const unsigned int insn[] = { 0x02b57553, 0x00302573, 0x00101073 };
	/* fadd.d fa0, fa0, fa1; frcsr a0; fsflags zero */

	for (BOTH_HALVES(half)) {
		struct spot s = hot_spot(half, 6, RWX_G);
		unsigned long i, n, k;

		for (n = 0; n < ARRAY_SIZE(insn); n++) {
			hot_write(s.code, CSR_SSCRATCH, n, 0);
			s.code[8] = insn[n];
			s.code[9] = I_LI(3);
			s.code[10] = I_RET;
			fence_i();
			for (i = 0; i < 10; i++) {
				check_eq(0, hot_heat(s.va, n));
				csr_clear(sstatus, SR_FS);
				for (k = 0; k < 5; k++) {
					hot_call(s.va + 32, 0, 0, 0);
					check_illegal_at(__FILE__, __LINE__, this_hart()->trap,
							 s.va + 32, insn[n]);
				}
				csr_set(sstatus, SR_FS_INITIAL);
				for (k = 0; k < 5; k++)
					check_eq(3, hot_run(s.va + 32));
			}
			csr_clear(sstatus, SR_FS);
		}
	}
}

/* Timer interrupts as fast as they come, while a hot page is executed. */
static void timer_storm(void)
{
	struct hart *h = this_hart();

	for (BOTH_HALVES(half)) {
		struct spot s = hot_spot(half, 0, RWX_G);
		unsigned long before = h->irqs[IRQ_TIMER], seen = before, start = rdtime(), bad = 0, i;

		hot_write(s.code, CSR_SCOUNTEREN, 5, 20);
		fence_i();
		csr_set(sie, IE_STIE);
		irq_on();
		set_timer(rdtime());
		for (i = 0; (seen - before < 300 || i < 1000) && rdtime() - start < PATIENCE; i++) {
			bad += hot_run(s.va) != 25;
			if (h->irqs[IRQ_TIMER] != seen) {
				seen = h->irqs[IRQ_TIMER];
				set_timer(rdtime() + i % 128);
			}
		}
		irq_off();
		check_eq(0, bad);
		check(seen - before >= 300);
	}
}

/* Each kind of CSR instruction, with all its effects. a0: old value. */
static void csr_kinds(void)
{
	static const struct { unsigned int f3, src; unsigned long want; } k[] = {
		{ 1, 11, 0x555 }, { 2, 11, 0x557 }, { 3, 11, 0x012 & ~0x555UL }, { 2, 0, 0x012 },
		{ 3, 0, 0x012 }, { 1, 0, 0 }, { 5, 9, 9 }, { 6, 9, 0x1b }, { 7, 9, 0x012 }, { 7, 3, 0x010 },
	};

	for (BOTH_HALVES(half)) {
		struct spot s = hot_spot(half, 0, RWX_G);
		int n, i;

		for (n = 0; n < ARRAY_SIZE(k); n++) {
			s.code[0] = I_CSRWI(CSR_SSCRATCH, 0x12);
			s.code[1] = 0x14000573 | k[n].f3 << 12 | k[n].src << 15;
			s.code[2] = I_CSRR(CSR_SSCRATCH) | 1 << 7;	/* a1 */
			s.code[3] = I_CSRWI(CSR_SSCRATCH, 0);
			s.code[4] = I_RET;
			fence_i();
			for (i = 0; i < 80; i++) {
				struct sbiret r = hot_call(s.va, 0, 0x555, 0);

				check_eq(0x12, r.error);
				check_eq(k[n].want, r.value);
			}
		}
	}
}

/* sret, sfence.vma and wfi, hot. a1 is where sret goes. */
static void other_kinds(void)
{
	for (BOTH_HALVES(half)) {
		static const unsigned int text[] = {
			0x14159073, 0x10000313, 0x10032073,	/* csrw sepc, a1; li t1, SPP; csrs sstatus, t1 */
			0x10200073, 0x00000000, 0x00000000,	/* sret; nothing */
			0x12000073, 0x12058073, 0x10500073,	/* sfence.vma; sfence.vma a1; wfi */
			I_CSRR(CSR_SSTATUS), I_RET,
		};
		struct spot s = hot_spot(half, 0, RWX_G);
		int i;

		memcpy(s.code, text, sizeof(text));
		fence_i();
		csr_write(sie, IE_SSIE);
		csr_set(sip, IE_SSIE);
		for (i = 0; i < 100; i++) {
			unsigned long st;

			csr_clear(sstatus, SR_SIE | SR_SPIE);
			st = hot_call(s.va, 0, s.va + 24, 0).error;
			check_eq(NO_TRAP, this_hart()->trap.cause);
			check_eq(SR_SPIE, st & (SR_SPP | SR_SPIE | SR_SIE));
		}
	}
}

TESTS(
	T(reads_back), T(reads_with_mxr), T(rewrite_local_alias), T(rewrite_global_alias),
	T(rewrite_by_grant), T(rewrite_hot_for_others), T(rewrite_from_bare), T(to_ecall_and_back), T(ecall_in_hot), T(code_and_data),
	T(self_modifying), T(illegal_in_hot), T(illegal16_in_hot), T(fp_in_hot),
	T(timer_storm), T(csr_kinds), T(other_kinds),
);
