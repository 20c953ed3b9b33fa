/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Code for U-mode. The instruction that should trap is at the label; behind
 * it an ecall says that it did not. a0 goes in and out.
 */
	.macro	user name:req, insn:vararg
	.balign	4
	.globl user_\name
	.hidden user_\name
user_\name:
	\insn
	ecall
	.endm

	.section .user, "ax"
	.globl user_start
	.hidden user_start
user_start:
	user	ecall, nop
	user	ebreak, ebreak
	user	illegal, .word 0xffffffff
	.balign	4
	.globl user_illegal16
	.hidden user_illegal16
user_illegal16:
	.half	0
	c.nop
	ecall
	user	load, ld a0, 0(a0)
	user	store, sd a1, 0(a0)
	user	jump, jalr a0
	user	csrr_sstatus, csrr a0, sstatus
	user	csrr_satp, csrr a0, satp
	user	csrw_sscratch, csrw sscratch, a0
	user	csrw_cycle, csrw 0xc00, a0
	user	sret, sret
	user	mret, mret
	user	wfi, wfi
	user	sfence, sfence.vma
	user	rdtime, rdtime a0
	user	rdcycle, rdcycle a0
	user	fadd, fadd.d fa0, fa0, fa1
	.globl user_spin
	.hidden user_spin
user_spin:
	j	user_spin
	.globl user_end
	.hidden user_end
user_end:
