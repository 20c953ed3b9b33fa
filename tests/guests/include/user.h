/* SPDX-License-Identifier: GPL-2.0 */
/* U-mode's pieces of code: rt/user.S. Position independent. */
#ifndef GUEST_USER_H
#define GUEST_USER_H

extern const char user_start[], user_end[];
extern const char user_ecall[], user_ebreak[], user_illegal[], user_illegal16[];
extern const char user_load[], user_store[], user_jump[], user_spin[];
extern const char user_csrr_sstatus[], user_csrw_sscratch[], user_sret[];
extern const char user_wfi[], user_sfence[], user_rdtime[], user_rdcycle[], user_fadd[];
extern const char user_mret[], user_csrr_satp[], user_csrw_cycle[];

#endif
