# SPDX-License-Identifier: GPL-2.0
# Files: arch/riscv/lib/uaccess.S arch/riscv/lib/uaccess_vector.S
#
# The window for user access, in assembly.

s/^(\t+)csrs[ \t]+CSR_STATUS, (\w+)$/\1pv_insn_site PV_UACCESS_BEGIN, csrs CSR_STATUS, \2/
s/^(\t+)csrc[ \t]+CSR_STATUS, (\w+)$/\1pv_insn_site PV_UACCESS_END, csrc CSR_STATUS, \2/
