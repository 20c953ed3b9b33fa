/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where guests come in and go out. While a guest runs, sscratch holds its struct vcpu; while the stub
 * runs, it holds 0 and interrupts are off, so a trap with sscratch 0 is a fault of the stub itself, or of an address
 * that a guest has given it (arch/copy.S).
 */
#include "asm-offsets.h"

	/*
	 * every register but x0, t0, t1 (x5, x6) and a0 (x10): by whether a C function saves it; sp and tp are the
	 * stub's then
	 */
	.macro caller_saved op
	.irp n, 1, 2, 4, 7, 11, 12, 13, 14, 15, 16, 17, 28, 29, 30, 31
	\op	x\n, VCPU_REG(\n)(a0)
	.endr
	.endm

	.macro callee_saved op
	.irp n, 3, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27
	\op	x\n, VCPU_REG(\n)(a0)
	.endr
	.endm

	/* t0 and t1 are saved, and t0 is scause; from here on C may be called. */
	.macro save_caller_saved
	caller_saved sd
	sd	t0, VCPU_SCAUSE(a0)
	csrrw	t0, sscratch, zero
	csrr	t1, sepc
	csrr	t2, sstatus
	csrr	t4, stval
	ld	tp, VCPU_PCPU(a0)
	sd	t0, VCPU_REG(10)(a0)
	sd	t1, VCPU_PC(a0)
	sd	t2, VCPU_SSTATUS(a0)
	sd	t4, VCPU_STVAL(a0)
	ld	sp, PCPU_STACK(tp)
	.endm

	/* One more of VCPU_TRAP_\cause. */
	.macro count_trap cause
	lw	t0, \cause(a0)
	addiw	t0, t0, 1
	sw	t0, \cause(a0)
	.endm

	.text
	.balign	4
	.globl	trap_entry
trap_entry:
	csrrw	a0, sscratch, a0
	beqz	a0, stub_fault
	sd	t0, VCPU_REG(5)(a0)
	sd	t1, VCPU_REG(6)(a0)
	ld	t1, VCPU_FAST(a0)
	csrr	t0, scause
	beq	t0, t1, fast_path
	bltz	t1, slow_path		/* FAST_NONE */
	li	t1, ASM_ECALL_U
	bltz	t0, slow_path		/* an interrupt */
	bne	t0, t1, light_path
slow_path:
	save_caller_saved
	callee_saved sd
	call	guest_trap		/* returns the vCPU to run now */

	.globl	enter_guest
enter_guest:
	ld	t0, VCPU_PC(a0)
	ld	t1, VCPU_SSTATUS(a0)
	csrw	sscratch, a0
	csrw	sepc, t0
	csrw	sstatus, t1
	callee_saved ld
restore_caller_saved:
	caller_saved ld
	ld	t0, VCPU_REG(5)(a0)
	ld	t1, VCPU_REG(6)(a0)
	ld	a0, VCPU_REG(10)(a0)
	sret

	/* Page faults and returns of a pv guest that has an entry: see light_trap() */
light_path:
	csrr	t0, scause
	save_caller_saved
	call	light_trap
	andi	t2, a0, LIGHT_TRAP | LIGHT_LEAVE
	bnez	t2, 1f
	ld	t0, VCPU_PC(a0)
	ld	t1, VCPU_SSTATUS(a0)
	csrw	sscratch, a0
	csrw	sepc, t0
	csrw	sstatus, t1
	j	restore_caller_saved
1:	andi	a0, a0, -4
	callee_saved sd
	lla	ra, enter_guest
	addi	t2, t2, -LIGHT_TRAP
	bnez	t2, leave_stub
	tail	guest_trap

	/*
	 * The two traps of a system call of a pv guest that has an entry (v->entry, see pv_choose_fast()). What they do
	 * is what pv_inject() and pv_return() do. Nothing of what leave_stub() looks for need be looked for: what comes
	 * from another hart comes with an interrupt, and what is done here makes no work.
	 */
fast_path:
	li	t1, ASM_FETCH_PAGE
	beq	t0, t1, fast_return

	/*
	 * ecall of the guest's user, to its kernel. The user runs with the kernel's flag on: so what the hart's sstatus
	 * says (SPP clear, SPIE set) is what the guest's is to say.
	 */
	ld	t1, VCPU_PV(a0)
	sd	t0, PV_CAUSE(t1)
	csrr	t0, sepc
	sd	t0, PV_EPC(t1)
	csrr	t0, sstatus
	sd	t0, PV_STATUS(t1)
	sd	zero, PV_TVAL(t1)
	sb	zero, PV_IRQ(t1)
	ld	t0, PV_SCRATCH(t1)
	sd	tp, PV_SCRATCH(t1)
	mv	tp, t0
	li	t0, ASM_FS
	csrs	sstatus, t0
	ld	t0, VCPU_ENTRY(a0)
	ld	t1, VCPU_SATP_KERNEL(a0)
	csrw	sepc, t0
	csrw	satp, t1
	li	t0, ASM_FETCH_PAGE
	sd	t0, VCPU_FAST(a0)
	sb	zero, VCPU_USER(a0)
	count_trap VCPU_TRAP_ECALL
	ld	t0, VCPU_REG(5)(a0)
	ld	t1, VCPU_REG(6)(a0)
	csrrw	a0, sscratch, a0
	sret

	/* jalr x0, XEN_PV_RET(x0): sret, when it leads to the user with the flag on and there are no hints */
fast_return:
	csrr	t0, sepc
	addi	t0, t0, -ASM_PV_RET
	bnez	t0, light_path
	ld	t1, VCPU_PV(a0)
	ld	t0, PV_MAPPED_NR(t1)
	bnez	t0, light_path
	ld	t0, PV_STATUS(t1)
	andi	t1, t0, ASM_SPP | ASM_SPIE
	addi	t1, t1, -ASM_SPIE
	bnez	t1, light_path
	li	t1, ASM_FS
	not	t0, t0
	and	t0, t0, t1
	csrc	sstatus, t0		/* in the kernel it is all ones */
	ld	t1, VCPU_PV(a0)
	li	t0, ASM_SIE
	sb	t0, PV_IRQ(t1)
	sb	t0, VCPU_USER(a0)
	ld	t0, PV_EPC(t1)
	ld	t1, VCPU_SATP_USER(a0)
	andi	t0, t0, -2		/* as the hart does; QEMU 7.2 does not */
	csrw	sepc, t0
	csrw	satp, t1
	li	t0, ASM_ECALL_U
	sd	t0, VCPU_FAST(a0)
	count_trap VCPU_TRAP_SRET
	ld	t0, VCPU_REG(5)(a0)
	ld	t1, VCPU_REG(6)(a0)
	csrrw	a0, sscratch, a0
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
