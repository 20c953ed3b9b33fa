/* SPDX-License-Identifier: GPL-2.0 */
/* What head.S and sbi.c both know. */
#ifndef FW_H
#define FW_H

#define MAX_HARTS	8
#define STACK_SIZE	4096
#define FRAME_SIZE	256		/* 32 registers, by number; x0's place is mepc */
#define FW_BASE		0x80000000
#define FW_SIZE		0x200000
#define KERNEL_AT	(FW_BASE + FW_SIZE)

#endif
