/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Trap entry. sscratch is 0 in the kernel, and the struct hart in U-mode.
 * A trap of the kernel runs trap_kernel() on its own stack and returns; a
 * trap of U-mode ends user_enter(), so U-mode is a call that returns.
 */
#define FRAME	(32 * 8)

	.macro	each_reg op, base, off
	\op	x5, (\off + 5 * 8)(\base)
	\op	x6, (\off + 6 * 8)(\base)
	\op	x7, (\off + 7 * 8)(\base)
	.irp	n, 8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	\op	x\n, (\off + \n * 8)(\base)
	.endr
	.endm

	.macro	user_regs
	ld	x1, (HART_UREGS + 8)(tp)
	ld	x2, (HART_UREGS + 16)(tp)
	ld	x3, (HART_UREGS + 24)(tp)
	each_reg ld, tp, HART_UREGS
	ld	tp, (HART_UREGS + 32)(tp)
	.endm

	.macro	callee_saved op
	\op	ra, 0(sp)
	\op	s0, 8(sp)
	\op	s1, 16(sp)
	\op	s2, 24(sp)
	\op	s3, 32(sp)
	\op	s4, 40(sp)
	\op	s5, 48(sp)
	\op	s6, 56(sp)
	\op	s7, 64(sp)
	\op	s8, 72(sp)
	\op	s9, 80(sp)
	\op	s10, 88(sp)
	\op	s11, 96(sp)
	\op	gp, 104(sp)
	.endm

	.text
	.balign	4
	.globl trap_entry
trap_entry:
	csrrw	tp, sscratch, tp
	bnez	tp, from_user
	csrrw	tp, sscratch, zero
	addi	sp, sp, -FRAME
	sd	x1, 8(sp)
	sd	x3, 24(sp)
	each_reg sd, sp, 0
	call	trap_kernel
	ld	x1, 8(sp)
	ld	x3, 24(sp)
	each_reg ld, sp, 0
	addi	sp, sp, FRAME
	sret

from_user:
	sd	x1, (HART_UREGS + 8)(tp)
	sd	x2, (HART_UREGS + 16)(tp)
	sd	x3, (HART_UREGS + 24)(tp)
	each_reg sd, tp, HART_UREGS
	csrrw	t0, sscratch, zero
	sd	t0, (HART_UREGS + 32)(tp)
	ld	sp, HART_KSP(tp)
	callee_saved ld
	addi	sp, sp, 112
	ret

/* void user_enter(pc): returns at the next trap from U-mode */
	.globl user_enter
user_enter:
	addi	sp, sp, -112
	callee_saved sd
	sd	sp, HART_KSP(tp)
	lla	t0, pv_entry_on
	lw	t0, (t0)
	bnez	t0, 1f
	csrw	sepc, a0
	csrw	sscratch, tp
	user_regs
	sret
	/* The same by the page of a pv vCPU (interfaces/hypercall-abi.rst) */
1:	sd	a0, -24(x0)
	sd	tp, -48(x0)
	user_regs
	jalr	x0, -56(x0)

/* int context_save(unsigned long *ctx): 0, and 1 when context_restore() comes back */
	.globl context_save
context_save:
	mv	t0, sp
	mv	sp, a0
	callee_saved sd
	mv	sp, t0
	sd	sp, 112(a0)
	li	a0, 0
	ret

	.globl context_restore
context_restore:
	mv	sp, a0
	callee_saved ld
	ld	sp, 112(a0)
	li	a0, 1
	ret

/*
 * A vectored table (4.1.2): an interrupt of cause n enters at base + 4n, an
 * exception at base. Each interrupt entry leaves n in vector_taken.
 */
	.balign	256
	.globl vector_table
vector_table:
	.option	push
	.option	norvc
	j	trap_entry
	.irp	n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	j	vector_\n
	.endr
	.option	pop
	.irp	n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
vector_\n:
	addi	sp, sp, -16
	sd	t0, 0(sp)
	sd	t1, 8(sp)
	li	t0, \n
	lla	t1, vector_taken
	sd	t0, (t1)
	ld	t0, 0(sp)
	ld	t1, 8(sp)
	addi	sp, sp, 16
	j	trap_entry
	.endr
