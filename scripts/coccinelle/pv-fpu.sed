# SPDX-License-Identifier: GPL-2.0
# Files: arch/riscv/kernel/fpu.S
#
# Floating-point state. What turns it on in head.S stays: early boot is native code.

s/^(\t+)csrs[ \t]+CSR_STATUS, (\w+)$/\1pv_insn_site PV_EXT_ON, csrs CSR_STATUS, \2/
s/^(\t+)csrc[ \t]+CSR_STATUS, (\w+)$/\1pv_insn_site PV_EXT_OFF, csrc CSR_STATUS, \2/
