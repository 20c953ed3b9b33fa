/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where guests come in and go out. While a guest runs, sscratch holds its struct vcpu; while the stub
 * runs, it holds 0 and interrupts are off, so a trap with sscratch 0 is a fault of the stub itself, or of an address
 * that a guest has given it (arch/copy.S).
 */
#include "asm-offsets.h"

	/* every register but x0 and a0 (x10) */
	.macro for_regs op
	.irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	\op	x\n, VCPU_REG(\n)(a0)
	.endr
	.endm

	.text
	.balign	4
	.globl	trap_entry
trap_entry:
	csrrw	a0, sscratch, a0
	beqz	a0, stub_fault
	for_regs sd
	csrrw	t0, sscratch, zero
	csrr	t1, sepc
	csrr	t2, sstatus
	csrr	t3, scause
	csrr	t4, stval
	ld	tp, VCPU_PCPU(a0)
	sd	t0, VCPU_REG(10)(a0)
	sd	t1, VCPU_PC(a0)
	sd	t2, VCPU_SSTATUS(a0)
	sd	t3, VCPU_SCAUSE(a0)
	sd	t4, VCPU_STVAL(a0)
	ld	sp, PCPU_STACK(tp)
	call	guest_trap		/* returns the vCPU to run now */

	.globl	enter_guest
enter_guest:
	ld	t0, VCPU_PC(a0)
	ld	t1, VCPU_SSTATUS(a0)
	csrw	sscratch, a0
	csrw	sepc, t0
	csrw	sstatus, t1
	for_regs ld
	ld	a0, VCPU_REG(10)(a0)
	sret

stub_fault:
	csrrw	a0, sscratch, zero
	csrr	t0, sepc
	lla	t1, guest_copy_start
	bltu	t0, t1, 1f
	lla	t1, guest_copy_end
	bgeu	t0, t1, 1f
	li	a0, 1			/* a guest's address: the copy function returns */
	ret
1:	mv	a0, sp
	mv	a1, ra
	call	stub_exception

	/* Floating point state of a vCPU; a0: struct vcpu. sstatus.FS is on while these run. */
	.option push
	.option arch, +d
	.macro for_fpregs op
	.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	\op	f\n, VCPU_FPREGS + \n * 8(a0)
	.endr
	.endm

	.globl	vcpu_fp_save
vcpu_fp_save:
	li	t0, 3 << 13
	csrs	sstatus, t0
	for_fpregs fsd
	frcsr	t1
	sd	t1, VCPU_FCSR(a0)
	csrc	sstatus, t0
	ret

	.globl	vcpu_fp_load
vcpu_fp_load:
	li	t0, 3 << 13
	csrs	sstatus, t0
	for_fpregs fld
	ld	t1, VCPU_FCSR(a0)
	fscsr	t1
	csrc	sstatus, t0
	ret
	.option pop
