/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The first instructions, behind an arm64 Image header (Documentation/arch/arm64/booting.rst). x0 is the device tree.
 * And where exceptions enter.
 */
	.section .head, "ax"
	.globl _start
_start:
	b	start
	.long	0
	.quad	0			/* text_offset */
	/* xt.lds puts the size here */
	.section .head.rest, "ax"
	.quad	0xa			/* little endian, 4 KiB pages, anywhere */
	.quad	0
	.quad	0
	.quad	0
	.ascii	"ARM\x64"
	.long	0
start:
	msr	daifset, #0xf
	mov	x20, x0
	adrp	x0, _bss_start
	add	x0, x0, :lo12:_bss_start
	adrp	x1, _end
	add	x1, x1, :lo12:_end
1:	str	xzr, [x0], #8
	cmp	x0, x1
	b.lo	1b

	/* Apply R_AARCH64_RELATIVE: *(offset + base) = addend + base. */
	adrp	x0, _rela_start
	add	x0, x0, :lo12:_rela_start
	adrp	x1, _rela_end
	add	x1, x1, :lo12:_rela_end
	adrp	x2, _start
2:	cmp	x0, x1
	b.hs	3f
	ldr	x3, [x0]
	ldr	x4, [x0, #16]
	add	x4, x4, x2
	str	x4, [x3, x2]
	add	x0, x0, #24
	b	2b
3:
	/* Written past caches that may hold older lines of all this. */
	adrp	x0, _start
	adrp	x1, _end
4:	dc	ivac, x0
	add	x0, x0, #16
	cmp	x0, x1
	b.lo	4b
	dsb	sy
	adrp	x0, cpus
	add	x0, x0, :lo12:cpus
	msr	tpidr_el1, x0
	adrp	x0, boot_stack_top
	add	x0, x0, :lo12:boot_stack_top
	mov	sp, x0
	adrp	x0, vectors
	add	x0, x0, :lo12:vectors
	msr	vbar_el1, x0
	isb
	mov	x0, x20
	bl	guest_start
5:	wfi
	b	5b

/* The second CPU, from PSCI: x0 is its struct cpu. */
	.globl	secondary_entry
secondary_entry:
	msr	daifset, #0xf
	msr	tpidr_el1, x0
	mov	x20, x0
	ldr	x1, [x0, #8]
	mov	sp, x1
	adrp	x1, vectors
	add	x1, x1, :lo12:vectors
	msr	vbar_el1, x1
	isb
	bl	arch_vm_enable
	mov	x0, x20
	bl	secondary
6:	wfi
	b	6b

	.macro	pairs op
	\op	x0, x1, [sp, #0]
	\op	x2, x3, [sp, #16]
	\op	x4, x5, [sp, #32]
	\op	x6, x7, [sp, #48]
	\op	x8, x9, [sp, #64]
	\op	x10, x11, [sp, #80]
	\op	x12, x13, [sp, #96]
	\op	x14, x15, [sp, #112]
	\op	x16, x17, [sp, #128]
	\op	x18, x29, [sp, #144]
	.endm

	/* What C preserves is left to it. */
	.macro	vector fn
	.balign	128
	sub	sp, sp, #176
	pairs	stp
	str	x30, [sp, #160]
	bl	\fn
	b	leave
	.endm

	.text
leave:
	pairs	ldp
	ldr	x30, [sp, #160]
	add	sp, sp, #176
	eret

	.balign	2048
vectors:
	.rept	4
	vector	unexpected
	.endr
	vector	exception
	vector	interrupt
	vector	unexpected
	vector	unexpected
	.rept	8
	vector	unexpected
	.endr

	.bss
	.balign	16
	.skip	16384
boot_stack_top:
