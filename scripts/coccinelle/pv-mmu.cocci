// SPDX-License-Identifier: GPL-2.0
/// satp at a switch of tasks, and flushes of the CPU's TLB, through the paravirtual operations.
//# satp is written at boot, for probes, kexec and suspend as well. These are no
//# switches between two address spaces, and some run before alternatives are
//# applied, so only the functions that switch_mm() consists of are converted.
//# KVM is the host and stays, a native_ function is what the operation is on
//# hardware. Where a flush is an asm statement, which semantic patches do not
//# see, pv-flush.sed converts it.
//
// Confidence: High
// Comments: with virtual rule "patch" this is how the series was made
// Options: --no-includes --include-headers
// Keywords: csr_write CSR_SATP ALT_SFENCE_VMA_ASID ALT_SFENCE_VMA_ADDR ALT_SFENCE_VMA_ADDR_ASID

virtual patch
virtual report

@initialize:python@
@@
import os

def ours(p):
    host = "/arch/riscv/kvm/" in os.path.abspath(p[0].file)
    return not host and not p[0].current_element.startswith("native_")

def switches(p):
    return p[0].current_element in ("set_mm", "set_mm_asid", "set_mm_noasid", "switch_mm")

@depends on patch@
expression satp, addr, asid;
position p : script:python() { ours(p) };
position q : script:python() { switches(q) };
@@
(
- csr_write@q(CSR_SATP, satp)
+ pv_write_satp(satp)
|
- ALT_SFENCE_VMA_ASID@p(asid)
+ pv_flush_asid(asid)
|
- ALT_SFENCE_VMA_ADDR@p(addr)
+ pv_flush_page(addr)
|
- ALT_SFENCE_VMA_ADDR_ASID@p(addr, asid)
+ pv_flush_page_asid(addr, asid)
)

@mmu depends on report@
expression satp, addr, asid;
position p : script:python() { ours(p) };
position q : script:python() { switches(q) };
@@
(
 csr_write@p@q(CSR_SATP, satp)
|
 ALT_SFENCE_VMA_ASID@p(asid)
|
 ALT_SFENCE_VMA_ADDR@p(addr)
|
 ALT_SFENCE_VMA_ADDR_ASID@p(addr, asid)
)

@script:python@
p << mmu.p;
@@
coccilib.report.print_report(p[0], "WARNING: satp and the TLB's flushes have paravirtual operations")
