/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Copying from and to addresses of a guest, by the hart's own translation. A fault in here makes the function return 1:
 * stub_fault in entry.S looks at guest_copy_start and guest_copy_end. Otherwise 0. a0, a1: to, from; a2: bytes, not 0.
 */
	.macro plain_load_1 rd, at
	lb	\rd, (\at)
	.endm
	.macro plain_load_4 rd, at
	lw	\rd, (\at)
	.endm
	.macro plain_load_8 rd, at
	ld	\rd, (\at)
	.endm
	.macro plain_store_1 rs, at
	sb	\rs, (\at)
	.endm
	.macro plain_store_4 rs, at
	sw	\rs, (\at)
	.endm
	.macro plain_store_8 rs, at
	sd	\rs, (\at)
	.endm

	/* hlv.b, hlv.w, hlv.d, hsv.b, hsv.w, hsv.d: the assembler may not know the H extension */
	.macro guest_load_1 rd, at
	.insn	r 0x73, 4, 0x30, \rd, \at, x0
	.endm
	.macro guest_load_4 rd, at
	.insn	r 0x73, 4, 0x34, \rd, \at, x0
	.endm
	.macro guest_load_8 rd, at
	.insn	r 0x73, 4, 0x36, \rd, \at, x0
	.endm
	.macro guest_store_1 rs, at
	.insn	r 0x73, 4, 0x31, x0, \at, \rs
	.endm
	.macro guest_store_4 rs, at
	.insn	r 0x73, 4, 0x35, x0, \at, \rs
	.endm
	.macro guest_store_8 rs, at
	.insn	r 0x73, 4, 0x37, x0, \at, \rs
	.endm

	.macro copy_loop load, store, size
1:	\load\()_\size t0, a1
	\store\()_\size t0, a0
	addi	a1, a1, \size
	addi	a0, a0, \size
	bne	a1, a3, 1b		/* not bltu: it may end at 2^64 */
	li	a0, 0
	ret
	.endm

	/* By the largest unit that both addresses and the length are multiples of. */
	.macro copy_function name, load, store
	.globl	\name
\name:
	or	t1, a0, a1
	or	t1, t1, a2
	add	a3, a1, a2
	andi	t2, t1, 7
	bnez	t2, 4f
	copy_loop \load, \store, 8
4:	andi	t2, t1, 3
	bnez	t2, 5f
	copy_loop \load, \store, 4
5:	copy_loop \load, \store, 1
	.endm

	.text
	.globl	guest_copy_start
guest_copy_start:
	copy_function copy_plain, plain_load, plain_store
	copy_function copy_hlv, guest_load, plain_store
	copy_function copy_hsv, plain_load, guest_store

	.macro plain_load_word rd, at
	lwu	\rd, (\at)
	.endm
	.macro guest_load_word rd, at	/* hlv.wu */
	.insn	r 0x73, 4, 0x34, \rd, \at, x1
	.endm

	/* a0: from. A word in a0, and 1 in a1; when it faults 0 in a1. */
	.macro load_word name, load
	.globl	\name
\name:
	li	a1, 0
	\load	a0, a0
	li	a1, 1
	ret
	.endm
	load_word load_word_plain, plain_load_word
	load_word load_word_hlv, guest_load_word

	.globl	guest_copy_end
guest_copy_end:
