# SPDX-License-Identifier: GPL-2.0
# Files: arch/riscv/kernel/fpu.S
#
# Floating-point state. What turns it on in head.S stays: early boot is native code.

s/^(\t+)csrs[ \t]+CSR_STATUS, (\w+)$/\1pv_site_arg PV_EXT_ON, \2, csrs CSR_STATUS, \2/
s/^(\t+)csrc[ \t]+CSR_STATUS, (\w+)$/\1pv_site_arg PV_EXT_OFF, \2, csrc CSR_STATUS, \2/
