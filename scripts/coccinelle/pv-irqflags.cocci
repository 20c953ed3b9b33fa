// SPDX-License-Identifier: GPL-2.0
/// The interrupt flag through the paravirtual operations, instead of the CSR itself.
//# KVM is left alone: it is the host, which needs the H extension, and no guest
//# of this kind has that. A native_ function is what the operation is on hardware.
//# A read of the whole register is the flag's only where the caller says so.
//
// Confidence: High
// Comments: with virtual rule "patch" this is how the series was made
// Options: --no-includes --include-headers
// Keywords: csr_set csr_clear csr_read csr_read_clear CSR_STATUS SR_IE

virtual patch
virtual report

@initialize:python@
@@
import os

def ours(p):
    host = "/arch/riscv/kvm/" in os.path.abspath(p[0].file)
    return not host and not p[0].current_element.startswith("native_")

def saves(p):
    return p[0].current_element == "arch_local_save_flags"

@depends on patch@
expression flags;
position p : script:python() { ours(p) };
position q : script:python() { saves(q) };
@@
(
- csr_set@p(CSR_STATUS, SR_IE)
+ pv_irq_enable()
|
- csr_clear@p(CSR_STATUS, SR_IE)
+ pv_irq_disable()
|
- csr_read_clear@p(CSR_STATUS, SR_IE)
+ pv_irq_save()
|
- csr_set@p(CSR_STATUS, flags & SR_IE)
+ pv_restore_fl(flags)
|
- csr_read@p(CSR_STATUS)
+ pv_save_fl()
  & SR_IE
|
- csr_read@q(CSR_STATUS)
+ pv_save_fl()
)

@flag depends on report@
expression flags;
position p : script:python() { ours(p) };
position q : script:python() { saves(q) };
@@
(
 csr_set@p(CSR_STATUS, SR_IE)
|
 csr_clear@p(CSR_STATUS, SR_IE)
|
 csr_read_clear@p(CSR_STATUS, SR_IE)
|
 csr_set@p(CSR_STATUS, flags & SR_IE)
|
 csr_read@p(CSR_STATUS) & SR_IE
|
 csr_read@p@q(CSR_STATUS)
)

@script:python@
p << flag.p;
@@
coccilib.report.print_report(p[0], "WARNING: the interrupt flag has paravirtual operations")
