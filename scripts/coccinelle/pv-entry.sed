# SPDX-License-Identifier: GPL-2.0
# Files: arch/riscv/kernel/entry.S
#
# The registers of a trap, and the window for user access at a switch of tasks. Assembly is beyond semantic patches.

# The kernel is about to panic there, perhaps for what the backend did: hardware's registers are wanted.
/^SYM_CODE_START.*\(handle_kernel_stack_overflow\)/,/^SYM_CODE_END/b

/^SYM_FUNC_START\(__switch_to\)/,/^SYM_FUNC_END/ {
	s/^(\t+)csrr[ \t]+(\w+), CSR_STATUS$/\1pv_insn_site PV_UACCESS_SAVE, csrr \2, CSR_STATUS/
	s/^(\t+)csrs[ \t]+CSR_STATUS, (\w+)$/\1pv_insn_site PV_UACCESS_RESTORE, csrs CSR_STATUS, \2/
}

s/^(\t+)csrr[ \t]+(\w+), CSR_(SCRATCH|EPC|TVAL|CAUSE)$/\1pv_insn_site PV_TRAP_GET_\3, csrr \2, CSR_\3/
s/^(\t+)csrw[ \t]+CSR_(SCRATCH|STATUS|EPC), (\w+)$/\1pv_insn_site PV_TRAP_SET_\2, csrw CSR_\2, \3/
s/^(\t+)csrrw[ \t]+tp, CSR_SCRATCH, tp$/\1pv_insn_site PV_TRAP_SWAP_TP, csrrw tp, CSR_SCRATCH, tp/
s/^(\t+)csrrc[ \t]+(\w+), CSR_STATUS, (\w+)$/\1pv_insn_site PV_TRAP_GET_STATUS, csrrc \2, CSR_STATUS, \3/
s/^(\t+)sret$/\1pv_insn_site PV_TRAP_RET, sret/
