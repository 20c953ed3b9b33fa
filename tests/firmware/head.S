/* SPDX-License-Identifier: GPL-2.0 */
/* Entry from QEMU's reset vector, all harts at once; traps to M-mode; the way into S-mode. */
#include "fw.h"

	.section .head.text, "ax"
	.globl _start
_start:
	/* a0: hart id, a1: device tree. Harts beyond the last that there is room for wait for ever. */
	li	t0, MAX_HARTS
	bgeu	a0, t0, lost
	lla	t0, trap_entry
	csrw	mtvec, t0
	csrw	mie, zero
	jal	t5, own_stack
	call	fw_main
lost:
	wfi
	j	lost

	/* returns to t5 */
own_stack:
	csrr	t0, mhartid
	addi	t0, t0, 1
	li	t1, STACK_SIZE
	mul	t0, t0, t1
	lla	sp, stacks
	add	sp, sp, t0
	csrw	mscratch, sp
	jr	t5

	.text
	.balign	4
trap_entry:
	csrrw	sp, mscratch, sp
	addi	sp, sp, -FRAME_SIZE
	.irp	n, 1,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	sd	x\n, 8 * \n (sp)
	.endr
	csrr	t0, mepc
	sd	t0, 0(sp)
	mv	a0, sp
	call	fw_trap
	ld	t0, 0(sp)
	csrw	mepc, t0
	.irp	n, 1,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	ld	x\n, 8 * \n (sp)
	.endr
	addi	sp, sp, FRAME_SIZE
	csrrw	sp, mscratch, sp
	mret

	/* set_menvcfg(value) returns what it became: 0 where there is none */
	.globl	set_menvcfg
set_menvcfg:
	lla	t0, 1f
	csrrw	t0, mtvec, t0
	mv	t1, a0
	li	a0, 0
	csrw	0x30a, t1
	csrr	a0, 0x30a
	.balign	4
1:	csrw	mtvec, t0
	ret

	/* enter_s(a0, a1, address) */
	.globl	enter_s
enter_s:
	csrw	mepc, a2
	mret

	/* The hart is stopped: fw_park() on an empty stack. */
	.globl	restart
restart:
	jal	t5, own_stack
	call	fw_park

	.bss
	.balign	16
stacks:
	.skip	MAX_HARTS * STACK_SIZE
