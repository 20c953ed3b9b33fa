# SPDX-License-Identifier: GPL-2.0
# Files: arch/riscv/include/asm/tlbflush.h
#
# The flush that is an asm statement, which semantic patches do not see. pv-mmu.cocci has the others.

/^static inline void local_flush_tlb_all\(void\)/,/^}/s/__asm__ __volatile__ \("sfence.vma" : : : "memory"\);/pv_flush_all();/
