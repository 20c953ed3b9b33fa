/* SPDX-License-Identifier: GPL-2.0 */
/* Pieces of code that are copied, patched or jumped to by the tests. */
	.section .rodata
	.balign	8
	.globl code_ret42, code_ret42_end
code_ret42:
	.option push
	.option norvc
	li	a0, 42
	ret
	.option pop
code_ret42_end:

/*
 * sbi_clobbers(ext, fid, regs): an ecall with 0x1000 + n in every register xn
 * that is free; regs[n] is what was in it afterwards. a0 is all ones: no
 * timer, no hart. sp, tp and ra of our own are kept aside.
 */
	.text
	.globl sbi_clobbers
sbi_clobbers:
	addi	sp, sp, -128
	sd	ra, 0(sp)
	sd	gp, 8(sp)
	sd	s0, 16(sp)
	sd	s1, 24(sp)
	sd	s2, 32(sp)
	sd	s3, 40(sp)
	sd	s4, 48(sp)
	sd	s5, 56(sp)
	sd	s6, 64(sp)
	sd	s7, 72(sp)
	sd	s8, 80(sp)
	sd	s9, 88(sp)
	sd	s10, 96(sp)
	sd	s11, 104(sp)
	sd	a2, 112(sp)
	mv	a7, a0
	mv	a6, a1
	.irp	n, 1,3,5,6,7,8,9,11,12,13,14,15,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	li	x\n, 0x1000 + \n
	.endr
	li	a0, -1
	ecall
	sd	a0, 120(sp)
	ld	a0, 112(sp)
	.irp	n, 1,3,5,6,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	sd	x\n, (\n * 8)(a0)
	.endr
	ld	ra, 0(sp)
	ld	gp, 8(sp)
	ld	s0, 16(sp)
	ld	s1, 24(sp)
	ld	s2, 32(sp)
	ld	s3, 40(sp)
	ld	s4, 48(sp)
	ld	s5, 56(sp)
	ld	s6, 64(sp)
	ld	s7, 72(sp)
	ld	s8, 80(sp)
	ld	s9, 88(sp)
	ld	s10, 96(sp)
	ld	s11, 104(sp)
	addi	sp, sp, 128
	ret
