// SPDX-License-Identifier: GPL-2.0
/* What is RISC-V's own: calling convention, detection, __HYPERVISOR_riscv_op. Xen 4.17 has no answers to it. */
#include "xt.h"

#ifdef ARCH_RISCV

#define SBI_BASE	0x10UL
#define SBI_TIME	0x54494D45UL

CLAIM("riscv.convention.a0",
      "a0 is 0 in a hypercall; what another value does is not defined, and the domain goes on", 1)
{
	for (unsigned long a0 = 1; a0; a0 <<= 3)
		hypercall_a0(a0, __HYPERVISOR_xen_version, XENVER_version, 0, 0, 0, 0);
	hypercall_a0(-1UL, __HYPERVISOR_multicall, 0, 0, 0, 0, 0);
	return 1;
}

CLAIM("riscv.convention.registers", "all registers but a0 and a1 are as they were", 0)
{
	register unsigned long r0 asm("a0") = 0;
	register unsigned long r1 asm("a1") = XENVER_version;
	register unsigned long r2 asm("a2") = 0x22;
	register unsigned long r3 asm("a3") = 0x33;
	register unsigned long r4 asm("a4") = 0x44;
	register unsigned long r5 asm("a5") = 0x55;
	register unsigned long r6 asm("a6") = __HYPERVISOR_xen_version;
	register unsigned long r7 asm("a7") = XEN_RISCV_SBI_EXT;
	register unsigned long t0 asm("t0") = 0x100;
	register unsigned long t6 asm("t6") = 0x600;

	asm volatile("ecall" : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3), "+r"(r4), "+r"(r5), "+r"(r6), "+r"(r7), "+r"(t0),
		     "+r"(t6) : : "memory");
	return r2 != 0x22 || r3 != 0x33 || r4 != 0x44 || r5 != 0x55 || r6 != __HYPERVISOR_xen_version ||
		r7 != XEN_RISCV_SBI_EXT || t0 != 0x100 || t6 != 0x600;
}

CLAIM("riscv.detection.node", "the device tree has a node compatible with xen,xen", 1)
{
	return machine.nr_hypervisor > 0;
}

CLAIM("riscv.detection.version", "whose first compatible says the version: xen,xen-", 0)
{
	machine.compatible[8] = 0;
	return strcmp(machine.compatible, "xen,xen-");
}

CLAIM("riscv.detection.upcall", "and which interrupt the upcall is", 1)
{
	return machine.upcall_irq[0] > 0 && machine.upcall_irq[0] < 64;
}

CLAIM("riscv.detection.sbi", "SBI's implementation is 7, Xen", 7)
{
	long value = -1;

	MUST(!sbi(SBI_BASE, 1, 0, 0, 0, &value));
	return value;
}

CLAIM("riscv.detection.probe", "and has the extension of hypercalls", 1)
{
	long value = 0;

	MUST(!sbi(SBI_BASE, 3, XEN_RISCV_SBI_EXT, 0, 0, &value));
	return value != 0;
}

CLAIM("riscv.op.version", "RISCVOP_version returns major << 16 | minor", 1)
{
	return hypercall1(__HYPERVISOR_riscv_op, RISCVOP_version) >> 16;
}

CLAIM("riscv.op.unknown", "there is no such op", -XEN_ENOSYS)
{
	return hypercall1(__HYPERVISOR_riscv_op, 1000);
}

CLAIM("riscv.op.huge", "nor a last one", -XEN_ENOSYS)
{
	return hypercall1(__HYPERVISOR_riscv_op, -1UL);
}

CLAIM("riscv.op.upcall_ack", "acknowledging when there is nothing to acknowledge", 0)
{
	return hypercall1(__HYPERVISOR_riscv_op, RISCVOP_upcall_ack);
}

/* With the timer's interrupt, so that a hypervisor that forgets it lets the others be asked. */
static long times_woken(long port, unsigned int times)
{
	struct vcpu_info *info = vcpu_info_of(0);
	unsigned long began = arch_ticks();
	long woken = 0;

	for (unsigned int i = 0; i < times; i++) {
		struct vcpu_set_singleshot_timer t = { .timeout_abs_ns = system_time() + 1000000 };

		clear_pending(port);
		write_once(info->evtchn_pending_sel, 0);
		write_once(info->evtchn_upcall_pending, 0);
		sbi(SBI_TIME, 0, arch_ticks() + ticks_of_ms(500), 0, 0, NULL);
		if (vcpu_op(VCPUOP_set_singleshot_timer, 0, &t) || sched_op(SCHEDOP_block, NULL))
			return -1;
		woken += pending(port) && arch_ticks() - began < ticks_of_ms(250);
	}
	return woken;
}

CLAIM("riscv.block.unacknowledged", "an event ends each wait of a guest that takes no upcall, and so acknowledges none", 3)
{
	unsigned long upcall = 1UL << machine.upcall_irq[0], timer = 1UL << 5;
	long port = ev_virq(VIRQ_TIMER, 0), ret;

	MUST(port > 0);
	set_masked(port, false);
	asm volatile("csrc sie, %0; csrs sie, %1" : : "r"(upcall), "r"(timer) : "memory");
	ret = times_woken(port, 3);
	asm volatile("csrc sie, %1; csrs sie, %0" : : "r"(upcall), "r"(timer) : "memory");
	sbi(SBI_TIME, 0, -1UL, 0, 0, NULL);
	return ret;
}

CLAIM("riscv.handle.not-canonical", "an address that Sv39 cannot have", -XEN_EFAULT)
{
	return version_op(XENVER_extraversion, 1UL << 40);
}

CLAIM("riscv.handle.top", "nor the last address there is", -XEN_EFAULT)
{
	return version_op(XENVER_extraversion, -1UL);
}

CLAIM("riscv.handle.end", "an argument that ends with the last byte is read as a whole", -XEN_ETIME)
{
	const unsigned long last = -PAGE_SIZE;
	struct vcpu_set_singleshot_timer t = { .timeout_abs_ns = 1 }, *end = (void *)(-1UL - (sizeof(t) - 1));
	long ret;

	vm_map(last, frame_of(page_get()) * PAGE_SIZE, VM_RW);
	t.flags = VCPU_SSHOTTMR_future;
	*end = t;
	t.flags = 0;
	MUST(!vcpu_op(VCPUOP_set_singleshot_timer, 0, &t));
	ret = vcpu_op(VCPUOP_set_singleshot_timer, 0, end);
	vm_map(last, 0, VM_NONE);
	return ret;
}

CLAIM("riscv.grant.readonly.xsa-50", "XSA-50: a page that is mapped to be read only cannot be written: an access fault", 1)
{
	unsigned long *p = page_get(), at;
	grant_handle_t h;
	bool wrote;

	MUST(grants);
	g_grant(70, own_domain(), frame_of(p), GTF_permit_access);
	MUST(!g_map(own_domain(), 70, GNTMAP_host_map | GNTMAP_readonly, grant_hole(40), &h));
	at = (unsigned long)vm_frame(grant_hole(40));
	MUST(try_read(at, NULL));
	wrote = try_write(at, 1);
	MUST(!g_unmap(h, grant_hole(40)));
	return !wrote && all_zero(p, PAGE_SIZE);
}

CLAIM("riscv.grant.readonly.tables", "page tables in such a page: nothing is written to them, whatever bits are wanted", 1)
{
	unsigned long *p = page_get(), *q = page_get(), v;
	struct xen_platform_parameters where;
	grant_handle_t h;

	MUST(grants && !version_op(XENVER_platform_parameters, &where));
	if (!where.virt_start)
		return skip("hvm: the hart's business, and QEMU 7.2 writes to them");
	g_grant(70, own_domain(), frame_of(p), GTF_permit_access);
	MUST(!g_map(own_domain(), 70, GNTMAP_host_map | GNTMAP_readonly, grant_hole(40), &h));
	p[0] = frame_of(q) << 10 | 0x07;		/* V R W, not A nor D */
	vm_table(AT_TABLE, grant_hole(40));
	try_read(AT_TABLE, &v);
	try_write(AT_TABLE, 1);
	version_op(XENVER_extraversion, AT_TABLE);
	vm_table(AT_TABLE, 0);
	MUST(!g_unmap(h, grant_hole(40)));
	return p[0] == (frame_of(q) << 10 | 0x07);
}

#endif
