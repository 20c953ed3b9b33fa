/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The first instructions, behind a RISC-V Image header
 * (Documentation/arch/riscv/boot-image-header.rst): whoever can load a Linux
 * Image can load us. a0 is the hart id, a1 the device tree.
 */
	.section .head0, "ax"
	.option norvc
	.globl _start
_start:
	j	start
	.word	0
	.dword	0x200000		/* text_offset */
	.section .head, "ax"		/* between the two guest.lds puts the image's size */
	.option norvc
	.dword	0			/* flags: little endian */
	.word	2			/* version 0.2 */
	.word	0
	.dword	0
	.ascii	"RISCV\0\0\0"
	.ascii	"RSC\x05"
	.word	0
	.option rvc
start:
	csrw	sie, zero
	csrci	sstatus, 2
	/* Under load OpenSBI 1.1 now and then lets two harts in; as in Linux, the first one is it. */
	lla	t0, first_come
	li	t1, 1
	amoadd.w t1, t1, (t0)
	bnez	t1, too_late
	lla	t0, _bss_start
	lla	t1, _end
1:	sd	zero, (t0)
	addi	t0, t0, 8
	bltu	t0, t1, 1b

	/* Apply R_RISCV_RELATIVE: *(offset + delta) = addend + delta. */
	lla	t0, _rela_start
	lla	t1, _rela_end
	lla	t2, _start
	li	t3, 0x80200000
	sub	t2, t2, t3
2:	bgeu	t0, t1, 3f
	ld	t3, 0(t0)
	ld	t4, 16(t0)
	add	t3, t3, t2
	add	t4, t4, t2
	sd	t4, (t3)
	addi	t0, t0, 24
	j	2b
3:
	lla	tp, harts
	lla	sp, stacks + STACK_SIZE
	lla	t0, trap_entry
	csrw	stvec, t0
	csrw	sscratch, zero
	call	guest_start
4:	wfi
	j	4b

too_late:
	li	a7, 0x48534d		/* SBI HSM: hart_stop */
	li	a6, 1
	ecall
	j	too_late

	.data
	.balign	4
	.globl	first_come
first_come:
	.word	0			/* not in .bss, which the first hart clears */

	.section .head, "ax"
/* A second hart, from SBI HSM: a0 hart id, a1 its struct hart. */
	.globl secondary_entry
secondary_entry:
	mv	tp, a1
	ld	sp, HART_SP(tp)
	lla	t0, trap_entry
	csrw	stvec, t0
	csrw	sscratch, zero
	call	secondary_start
5:	wfi
	j	5b
