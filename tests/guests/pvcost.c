// SPDX-License-Identifier: GPL-2.0
/*
 * What the hypervisor's part of a pv guest's hot paths costs, in instructions (with -icount a tick of the clock is
 * 100). The kernel here does next to nothing, and what it and its user execute is subtracted.
 */
#include "guest.h"
#include "user.h"
#include "vm.h"
#include <xen/xen.h>

#define TIMES		500UL
#define VA_FRESH	0x1c0000000UL		/* 2 MiB that are touched for the first time */

extern char trap_entry[];
void cost_enter(unsigned long pc, unsigned long status);
extern char cost_entry[];
extern const char cost_calls[], cost_touches[];
pte_t *cost_table;				/* of VA_FRESH: the handler makes its entries valid */
unsigned long cost_hint;			/* how many pages a hint is about; 0: none is given */

asm(	".text\n"
	"cost_enter:\n"
	"	addi	sp, sp, -112\n"
	"	sd	ra, 0(sp); sd s0, 8(sp); sd s1, 16(sp); sd s2, 24(sp); sd s3, 32(sp); sd s4, 40(sp)\n"
	"	sd	s5, 48(sp); sd s6, 56(sp); sd s7, 64(sp); sd s8, 72(sp); sd s9, 80(sp); sd s10, 88(sp)\n"
	"	sd	s11, 96(sp); sd gp, 104(sp)\n"
	"	sd	sp, 0(tp)\n"
	"	sd	a0, -24(x0)\n"
	"	sd	tp, -48(x0)\n"
	"	sd	a1, -16(x0)\n"
	"	ld	a0, 24+80(tp)\n"
	"	ld	a1, 24+88(tp)\n"
	"	lla	a2, cost_table\n"
	"	ld	a2, 0(a2)\n"
	"	lla	a3, cost_hint\n"
	"	ld	a3, 0(a3)\n"
	"	ld	tp, 24+32(tp)\n"
	"	jalr	x0, -56(x0)\n"
	/* ebreak ends it. a2 to a5 are ours, though it is the user's code that leaves them alone. */
	"	.balign	4\n"
	"	.globl	cost_entry\n"
	"cost_entry:\n"
	"	ld	t0, -32(x0)\n"
	"	addi	t1, t0, -8\n"
	"	bnez	t1, 1f\n"
	"	ld	t0, -24(x0)\n"
	"	addi	t0, t0, 4\n"
	"	sd	t0, -24(x0)\n"
	"	j	2f\n"
	"1:	addi	t1, t0, -15\n"
	"	bnez	t1, 3f\n"
	"	ld	t0, -40(x0)\n"
	"	slli	t1, t0, 43\n"
	"	srli	t1, t1, 55\n"
	"	slli	t1, t1, 3\n"
	"	add	t1, t1, a2\n"
	"4:	ld	t2, 0(t1)\n"
	"	ori	t2, t2, 1\n"
	"	sd	t2, 0(t1)\n"
	"	beqz	a3, 2f\n"
	"	sd	t0, -2048(x0)\n"
	"	sd	a3, -2040(x0)\n"
	"	li	t1, 1\n"
	"	sd	t1, -64(x0)\n"
	"2:	ld	t0, -48(x0)\n"
	"	sd	tp, -48(x0)\n"
	"	mv	tp, t0\n"
	"	jalr	x0, -56(x0)\n"
	"3:	lla	t0, trap_entry + 4\n"
	"	jr	t0\n"
	"	.section .user, \"ax\"\n"
	"	.balign	4\n"
	"	.globl	cost_calls\n"
	"cost_calls:\n"
	"	ecall\n"
	"	addi	a0, a0, -1\n"
	"	bnez	a0, cost_calls\n"
	"	ebreak\n"
	"	.balign	4\n"
	"	.globl	cost_touches\n"
	"cost_touches:\n"
	"	lui	t3, 1\n"
	"1:	sb	x0, 0(a1)\n"
	"	add	a1, a1, t3\n"
	"	addi	a0, a0, -1\n"
	"	bnez	a0, 1b\n"
	"	ebreak\n"
	"	.text\n");

static long riscv_op(unsigned long op, void *arg)
{
	return sbi_call(XEN_RISCV_SBI_EXT, __HYPERVISOR_riscv_op, 0, op, (unsigned long)arg, 0, 0, 0).error;
}

static void set_entry(void *entry)
{
	struct xen_riscv_pv_entry e = { csr_read(stvec), (unsigned long)entry };

	check_eq(0, riscv_op(RISCVOP_pv_entry, &e));
}

/* By the assembly paths, or without them (the stub's option nofast). */
static bool slow;

static void report(const char *what, unsigned long start, unsigned long times, unsigned long own, unsigned long limit)
{
	unsigned long each = (rdtime() - start) * 100 / times - own;

	say("# cost: %s: %lu instructions\n", what, each);
	if (!slow && each > limit) {
		say("# cost: %s: not so, %lu is the limit\n", what, limit);
		check(each <= limit);
	}
}

static pte_t *begin(void)
{
	pte_t *root;

	if (guest_mode() != MODE_PV || !fdt_says("icount")) {
		skip("not counted");
		return NULL;
	}
	slow = fdt_says("nofast");
	check_eq(0, riscv_op(RISCVOP_pv_page, NULL));
	root = vm_new();
	vm_map_user(root);
	cost_table = vm_pte(root, VA_FRESH, 0);
	vm_on(root, 1);
	set_entry(cost_entry);
	return root;
}

static void end(void)
{
	vm_off();
	set_entry(NULL);
}

static void run_user(const char *code, unsigned long times)
{
	user_set(10, times);
	user_set(11, VA_FRESH);
	cost_enter(user_va(code), SR_SPIE | SR_FS_INITIAL);
	check_eq(CAUSE_BREAKPOINT, csr_read(scause));
}

static void call(void)
{
	unsigned long start;

	if (!begin())
		return;
	run_user(cost_calls, 10);
	start = rdtime();
	run_user(cost_calls, 20 * TIMES);
	report("a system call and the return from it", start, 20 * TIMES, 14, 78);
	end();
}

/* A page touched by the user for the first time, that the kernel makes valid; without hints, and with. */
static void fault(void)
{
	static const struct { unsigned long hint, own, limit; const char *what; } ways[] = {
		{ 0, 21, 530, "a page fault, without a hint" },
		{ 1, 25, 530, "a page fault, with a hint" },
	};
	unsigned long i, k, start;

	if (!begin())
		return;
	for (i = 0; i < 2; i++) {
		/* Not valid yet; and where there is no code */
		for (k = 0; k < 512; k++)
			cost_table[k] = PTE(mega_a + k * PAGE, P_RW | P_U) & ~P_V;
		fence_all();
		cost_hint = ways[i].hint;
		run_user(cost_touches, 2);
		start = rdtime();
		run_user(cost_touches, TIMES);
		report(ways[i].what, start, TIMES, ways[i].own, ways[i].limit);
		check_eq(P_V, cost_table[TIMES - 1] & P_V);
	}
	end();
}

TESTS(T(call), T(fault));
