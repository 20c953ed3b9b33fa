// SPDX-License-Identifier: GPL-2.0
/// Privileged work in C that has a paravirtual operation, and does not use it.
//# Some of it is right: early boot, probes, what no guest has. scripts/cocci-check
//# knows these and says nothing of them. KVM is the host, which needs the H
//# extension, and no guest of this kind has that; a native_ function is what the
//# operation is on hardware. asm statements are not seen.
//
// Confidence: Moderate
// Comments: scripts/cocci-check reports what is not on a list of those that are right
// Options: --no-includes --include-headers
// Keywords: csr_read csr_write csr_swap csr_set csr_clear native_ ALT_SFENCE_VMA

virtual report

@initialize:python@
@@
import os

def ours(p):
    host = "/arch/riscv/kvm/" in os.path.abspath(p[0].file)
    return not host and not p[0].current_element.startswith("native_")

def bypass(p, what):
    msg = "WARNING: %s in %s has a paravirtual operation" % (what, p.current_element)
    coccilib.report.print_report(p, msg)

@csr depends on report@
identifier access =~ "^csr_(read|write|swap|set|clear|read_set|read_clear)$";
identifier reg =~ "^CSR_(SATP|S?(STATUS|SCRATCH|EPC|TVAL|CAUSE))$";
position p : script:python() { ours(p) };
@@
 access@p(reg, ...)

@script:python@
p << csr.p;
access << csr.access;
reg << csr.reg;
@@
bypass(p[0], "%s %s" % (access, reg))

@op depends on report@
identifier native =~ "^(native_(save_fl|restore_fl|irq_|uaccess_|ext_|wait_for_|write_satp|flush_)|ALT_SFENCE_VMA_)";
position p : script:python() { ours(p) };
@@
 native@p(...)

@script:python@
p << op.p;
native << op.native;
@@
bypass(p[0], native)
