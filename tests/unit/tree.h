/* SPDX-License-Identifier: GPL-2.0 */
/* Device trees to test with, made with libfdt. */
#ifndef UNIT_TREE_H
#define UNIT_TREE_H

#include <libfdt.h>
#include "host.h"

#define TREE_SIZE	(64 << 10)
#define TREE_PA		(HOST_RAM_BASE + HOST_RAM_SIZE + SZ_1G)	/* a window of host.h: exactly the tree */

/* A machine with this much memory and these harts, and nothing to boot. */
void tree_machine(u64 memory, unsigned int cpus, const char *options);

/* Properties; nodes come into being as they are named. */
void tree_set(const char *path, const char *name, const void *val, int len);
void tree_string(const char *path, const char *name, const char *val);
void tree_cells(const char *path, const char *name, unsigned int n, ...);	/* of u32 */
void tree_u64s(const char *path, const char *name, unsigned int n, ...);
void tree_compatible(const char *path, const char *one, const char *two);
void tree_remove(const char *path, const char *name);

/* A domain: memory in KiB. A module of it; what: "kernel" or "ramdisk". */
void tree_domain(const char *name, u64 kib, u32 cpus);
void tree_module(const char *path, const char *what, paddr_t at, u64 size, const char *bootargs);

/* The tree as the stub gets it, in memory of exactly its size. */
paddr_t tree_done(void);

/* A RISC-V Image (Documentation/arch/riscv/boot-image-header.rst) at that address of the machine. */
void put_image(paddr_t at, u64 size, u64 text_offset, u64 image_size);

#endif
