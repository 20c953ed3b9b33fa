/* SPDX-License-Identifier: GPL-2.0 */
/* Entry from the firmware: boot hart at _start, the others at secondary_entry, both with paging off. */
#include "asm-offsets.h"

	.section .head.text, "ax"
	.globl _start
_start:
	/* The header of a Linux Image (Documentation/arch/riscv/boot-image-header.rst): boots like one. */
	.option push
	.option norvc
	j	boot
	nop
	.option pop
	.dword	0x200000		/* text_offset */
	.dword	__image_size
	.dword	0			/* flags: little endian */
	.word	2			/* version 0.2 */
	.word	0
	.dword	0
	.ascii	"RISCV\0\0\0"
	.ascii	"RSC\x05"
	.word	0

boot:
	csrw	sie, zero
	/* Firmware of before SBI HSM lets all harts in, OpenSBI 1.1 now and then two: the first is it. */
	lla	t0, first_come
	li	t1, 1
	amoadd.w t1, t1, (t0)
	bnez	t1, too_late
	mv	s0, a0			/* hart id */
	mv	s1, a1			/* device tree */
	lla	t0, __bss_start
	lla	t1, __bss_end
1:	sd	zero, (t0)
	addi	t0, t0, 8
	bltu	t0, t1, 1b
	lla	sp, boot_stack + STACK_SIZE
	lla	a0, _start
	call	early_map		/* returns the value for satp */
	lla	t0, boot_satp
	sd	a0, (t0)
	jal	t1, paging_on
	lla	sp, boot_stack + STACK_SIZE
	mv	a0, s0
	mv	a1, s1
	call	stub_main

	/* a0: hart id, a1: struct pcpu, by its virtual address */
	.globl	secondary_entry
secondary_entry:
	csrw	sie, zero
	mv	s1, a1
	lla	t0, boot_satp
	ld	a0, (t0)
	jal	t1, paging_on
	mv	tp, s1
	ld	sp, PCPU_STACK(tp)
	mv	a0, tp
	call	secondary_main

	/*
	 * satp = a0, and return to the virtual address of t1. The instruction after the write of satp is
	 * not mapped where it runs: its page fault goes to stvec, which is the same place at its new address.
	 */
paging_on:
	lla	t0, _start
	ld	t2, image_va
	sub	t0, t2, t0
	add	t1, t1, t0
	lla	t2, 1f
	add	t2, t2, t0
	csrw	stvec, t2
	sfence.vma
	csrw	satp, a0
	.balign	4
1:	lla	t0, trap_entry
	csrw	stvec, t0
	csrw	sscratch, zero
	jr	t1

too_late:
	li	a7, 0x48534d		/* SBI HSM: hart_stop; smp_boot() starts it again */
	li	a6, 1
	ecall
	j	too_late

	.data
first_come:
	.word	0			/* not in .bss, which the first hart clears */

	.text
	.balign	8
image_va:
	.dword	_start

	.bss
	.balign	16
	.globl	boot_stack
boot_stack:
	.skip	STACK_SIZE
boot_satp:
	.skip	8
