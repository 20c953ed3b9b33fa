// SPDX-License-Identifier: GPL-2.0
/// Floating-point and vector state is turned on and off through the paravirtual operations.
//# Only the two fields as such: SR_FS_DIRTY and the like are about a CPU's own
//# extras and stay. KVM is the host and stays, a native_ function is what the
//# operation is on hardware.
//
// Confidence: High
// Comments: with virtual rule "patch" this is how the series was made
// Options: --no-includes --include-headers
// Keywords: csr_set csr_clear CSR_SSTATUS CSR_STATUS SR_FS SR_VS

virtual patch
virtual report

@initialize:python@
@@
import os

def ours(p):
    host = "/arch/riscv/kvm/" in os.path.abspath(p[0].file)
    return not host and not p[0].current_element.startswith("native_")

@depends on patch@
identifier csr =~ "^CSR_S?STATUS$";
identifier ext =~ "^SR_(FS|VS|VS_THEAD)$";
position p : script:python() { ours(p) };
@@
(
- csr_set@p(csr, ext)
+ pv_ext_on(ext)
|
- csr_clear@p(csr, ext)
+ pv_ext_off(ext)
)

@state depends on report@
identifier csr =~ "^CSR_S?STATUS$";
identifier ext =~ "^SR_(FS|VS|VS_THEAD)$";
position p : script:python() { ours(p) };
@@
(
 csr_set@p(csr, ext)
|
 csr_clear@p(csr, ext)
)

@script:python@
p << state.p;
@@
coccilib.report.print_report(p[0], "WARNING: floating-point and vector state has paravirtual operations")
