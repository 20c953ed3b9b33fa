/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The first instructions, behind a RISC-V Image header (Documentation/arch/riscv/boot-image-header.rst): whoever can load
 * a Linux Image can load us. a0 is the hart's number, a1 the device tree. And where traps enter.
 */
	.section .head, "ax"
	.option norvc
	.globl _start
_start:
	j	start
	.word	0
	.dword	0x200000		/* text_offset */
	/* xt.lds puts the size here */
	.section .head.rest, "ax"
	.option norvc
	.dword	0			/* flags: little endian */
	.word	2			/* version 0.2 */
	.word	0
	.dword	0
	.ascii	"RISCV\0\0\0"
	.ascii	"RSC\x05"
	.word	0
start:
	csrw	sie, zero
	csrci	sstatus, 2
	lla	t0, _bss_start
	lla	t1, _end
1:	sd	zero, (t0)
	addi	t0, t0, 8
	bltu	t0, t1, 1b

	/* Apply R_RISCV_RELATIVE: *(offset + base) = addend + base. */
	lla	t0, _rela_start
	lla	t1, _rela_end
	lla	t2, _start
2:	bgeu	t0, t1, 3f
	ld	t3, 0(t0)
	ld	t4, 16(t0)
	add	t3, t3, t2
	add	t4, t4, t2
	sd	t4, (t3)
	addi	t0, t0, 24
	j	2b
3:
	lla	tp, cpus
	lla	sp, boot_stack_top
	lla	t0, trap_entry
	csrw	stvec, t0
	mv	a0, a1
	call	guest_start
4:	wfi
	j	4b

/* The second CPU, from SBI HSM: a1 is its struct cpu. */
	.globl	secondary_entry
secondary_entry:
	mv	tp, a1
	ld	sp, 8(tp)
	lla	t0, trap_entry
	csrw	stvec, t0
	lla	t0, secondary_satp
	ld	t0, (t0)
	csrw	satp, t0
	sfence.vma
	mv	a0, tp
	call	secondary
5:	wfi
	j	5b

	.macro	each_reg op
	\op	x1, 8(sp)
	\op	x3, 24(sp)
	.irp	n, 5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	\op	x\n, (\n * 8)(sp)
	.endr
	.endm

	.balign	4
trap_entry:
	addi	sp, sp, -256
	each_reg sd
	call	trap
	each_reg ld
	addi	sp, sp, 256
	sret

	.bss
	.balign	16
	.skip	16384
boot_stack_top:
