/* SPDX-License-Identifier: MIT */
/*
 * What all hypercalls share: their numbers, how domains and ports are named, virtual interrupts, and the page that a
 * domain shares with the hypervisor. Include these headers as <xen/xen.h>: some have the names of a C library's.
 *
 * Byte order is that of the guest, which is little-endian on RISC-V. Every field has the size that its type says,
 * structures are padded as the C ABI for 64 bit does it, and padding and reserved fields are written 0 by the guest. IN
 * means that the guest writes a field before the call and the hypervisor reads it, OUT the reverse; what is not marked
 * is IN.
 *
 * Memory that both sides use at the same time (shared_info, vcpu_info, event words, rings) is read and written with
 * single accesses of the field's size, and bits that both change with atomic operations. The comments name the
 * barriers: "before" means that who looks at it on another hart sees it in that order (fence rw, rw, or less where it
 * is enough).
 */
#ifndef XEN_H
#define XEN_H

#include <stdint.h>

#include "riscv.h"

/*
 * The hypercalls' numbers. hypercalls.h says which there are; the rest is here so that nobody takes their numbers, and
 * returns -XEN_ENOSYS.
 */
#define __HYPERVISOR_set_trap_table		0
#define __HYPERVISOR_mmu_update			1
#define __HYPERVISOR_set_gdt			2
#define __HYPERVISOR_stack_switch		3
#define __HYPERVISOR_set_callbacks		4
#define __HYPERVISOR_fpu_taskswitch		5
#define __HYPERVISOR_sched_op_compat		6
#define __HYPERVISOR_platform_op		7
#define __HYPERVISOR_set_debugreg		8
#define __HYPERVISOR_get_debugreg		9
#define __HYPERVISOR_update_descriptor		10
#define __HYPERVISOR_memory_op			12
#define __HYPERVISOR_multicall			13
#define __HYPERVISOR_update_va_mapping		14
#define __HYPERVISOR_set_timer_op		15
#define __HYPERVISOR_event_channel_op_compat	16
#define __HYPERVISOR_xen_version		17
#define __HYPERVISOR_console_io			18
#define __HYPERVISOR_physdev_op_compat		19
#define __HYPERVISOR_grant_table_op		20
#define __HYPERVISOR_vm_assist			21
#define __HYPERVISOR_update_va_mapping_otherdomain 22
#define __HYPERVISOR_iret			23
#define __HYPERVISOR_vcpu_op			24
#define __HYPERVISOR_set_segment_base		25
#define __HYPERVISOR_mmuext_op			26
#define __HYPERVISOR_xsm_op			27
#define __HYPERVISOR_nmi_op			28
#define __HYPERVISOR_sched_op			29
#define __HYPERVISOR_callback_op		30
#define __HYPERVISOR_xenoprof_op		31
#define __HYPERVISOR_event_channel_op		32
#define __HYPERVISOR_physdev_op			33
#define __HYPERVISOR_hvm_op			34
#define __HYPERVISOR_sysctl			35
#define __HYPERVISOR_domctl			36
#define __HYPERVISOR_kexec_op			37
#define __HYPERVISOR_tmem_op			38
#define __HYPERVISOR_argo_op			39
#define __HYPERVISOR_xenpmu_op			40
#define __HYPERVISOR_dm_op			41
#define __HYPERVISOR_hypfs_op			42

/* The architecture's own. */
#define __HYPERVISOR_arch_0			48
#define __HYPERVISOR_arch_1			49
#define __HYPERVISOR_arch_2			50
#define __HYPERVISOR_arch_3			51
#define __HYPERVISOR_arch_4			52
#define __HYPERVISOR_arch_5			53
#define __HYPERVISOR_arch_6			54
#define __HYPERVISOR_arch_7			55

#define __HYPERVISOR_riscv_op			__HYPERVISOR_arch_0

/* Numbers of domains, 0 to DOMID_FIRST_RESERVED - 1, and names for some without knowing their number. */
typedef uint16_t domid_t;

#define DOMID_FIRST_RESERVED	0x7FF0U
#define DOMID_SELF		0x7FF0U		/* the one that makes the call */
#define DOMID_IO		0x7FF1U		/* as owner of memory: devices */
#define DOMID_XEN		0x7FF2U		/* as owner of memory: the hypervisor */
#define DOMID_COW		0x7FF3U		/* as owner of memory: pages that domains share until they write */
#define DOMID_INVALID		0x7FF4U		/* no domain */
#define DOMID_IDLE		0x7FFFU		/* what runs when no domain does */
#define DOMID_MASK		0x7FFFU

/* The domain's UUID, in the order in which it is printed. */
typedef uint8_t xen_domain_handle_t[16];

/* A local port of an event channel: an index into the domain's pending and mask bits, or event words. 0 is none. */
typedef uint32_t evtchn_port_t;

/*
 * Virtual interrupts: what EVTCHNOP_bind_virq connects to a port. Some are a vCPU's, and each vCPU binds its own; the
 * others ("domain") are bound once, at first to vCPU 0, and may be moved by EVTCHNOP_bind_vcpu. Those marked "initial
 * domain" are raised for nobody else.
 */
#define VIRQ_TIMER		0	/* vCPU: its timer has expired (vcpu.h) */
#define VIRQ_DEBUG		1	/* vCPU: the hypervisor asks the guest to print its state */
#define VIRQ_CONSOLE		2	/* domain, initial domain: there is input for CONSOLEIO_read */
#define VIRQ_DOM_EXC		3	/* domain, initial domain: another domain has changed its state, as by ending */
#define VIRQ_TBUF		4	/* domain, initial domain: the trace buffer has records */
#define VIRQ_DEBUGGER		6	/* domain, initial domain: a domain has stopped for a debugger */
#define VIRQ_XENOPROF		7	/* vCPU: a profiling sample */
#define VIRQ_CON_RING		8	/* domain, initial domain: the hypervisor has printed */
#define VIRQ_PCPU_STATE		9	/* domain, initial domain: a hart came or went */
#define VIRQ_MEM_EVENT		10	/* domain, initial domain: a memory event */
#define VIRQ_ARGO		11	/* domain: a message of argo */
#define VIRQ_ENOMEM		12	/* domain, initial domain: little memory is left */
#define VIRQ_XENPMU		13	/* vCPU: performance counters */
#define VIRQ_ARCH_0		16	/* the architecture's: none on RISC-V */
#define VIRQ_ARCH_1		17
#define VIRQ_ARCH_2		18
#define VIRQ_ARCH_3		19
#define VIRQ_ARCH_4		20
#define VIRQ_ARCH_5		21
#define VIRQ_ARCH_6		22
#define VIRQ_ARCH_7		23
#define NR_VIRQS		24

/*
 * __HYPERVISOR_multicall: an array of these, made one after the other as if each were a call of its own. The hypervisor
 * writes result of an entry before it begins the next. multicall itself returns 0, also if entries failed. It may
 * return to the guest in between to let interrupts be taken, with the registers changed so that the call goes on where
 * it was.
 */
struct multicall_entry {
	xen_ulong_t op;			/* __HYPERVISOR_ number */
	xen_ulong_t result;		/* OUT */
	xen_ulong_t args[6];		/* as many as the hypercall has; the first five can be used on RISC-V */
};

/* __HYPERVISOR_vm_assist: switches a way of working on (enable) or off (disable) for the domain. */
#define VMASST_CMD_enable		0
#define VMASST_CMD_disable		1

#define VMASST_TYPE_4gb_segments	0	/* x86 */
#define VMASST_TYPE_4gb_segments_notify	1	/* x86 */
#define VMASST_TYPE_writable_pagetables	2	/* x86 */
#define VMASST_TYPE_pae_extended_cr3	3	/* x86 */
#define VMASST_TYPE_architectural_iopl	4	/* x86 */
#define VMASST_TYPE_runstate_update_flag 5	/* XEN_RUNSTATE_UPDATE is kept, vcpu.h */
#define VMASST_TYPE_m2p_strict		32	/* x86 */

/*
 * The time of a vCPU: system_time is nanoseconds since the machine was started, at the moment at which the counter was
 * tsc_timestamp. Then the time at a counter t is
 *
 *	system_time + ((t - tsc_timestamp) << tsc_shift) * tsc_to_system_mul / 2^32
 *
 * where a negative tsc_shift is a shift to the right. The hypervisor writes all of it, for its own vCPU. It makes
 * version odd before it changes anything and even again after. So a reader reads version, a barrier, the rest, a
 * barrier, and version again, and does it over if the first was odd or the two differ.
 *
 * On RISC-V as on Arm there is nothing here: a guest's time is the time CSR, which all vCPUs have in common, and its
 * frequency is in the device tree. Nothing of this structure is written; it is here so that the sizes are those of Xen.
 */
struct vcpu_time_info {
	uint32_t version;
	uint32_t pad0;
	uint64_t tsc_timestamp;
	uint64_t system_time;		/* ns */
	uint32_t tsc_to_system_mul;
	int8_t tsc_shift;
	uint8_t flags;			/* XEN_PVCLOCK_ */
	uint8_t pad1[2];
};

#define XEN_PVCLOCK_TSC_STABLE_BIT	(1 << 0)	/* the counters of all vCPUs are the same */
#define XEN_PVCLOCK_GUEST_STOPPED	(1 << 1)	/* the domain was stopped: watchdogs need not fire */

/*
 * What a vCPU shares with the hypervisor. Each registers where its own lies, by VCPUOP_register_vcpu_info, before it
 * can have events; only vCPU 0 has, until then, the one in shared_info.
 *
 * Raising an event with the 2-level ABI. The hypervisor
 *	1. sets the port's bit in shared_info.evtchn_pending, atomically; if it was set before, or the bit in
 *	   evtchn_mask is set, there is no more to do
 *	2. sets bit port / 64 in evtchn_pending_sel of the vCPU that the port notifies, atomically; if it was set, done
 *	3. writes 1 to evtchn_upcall_pending, after 2
 *	4. asserts the upcall's interrupt, and wakes the vCPU if it waits in wfi or SCHEDOP_block
 *
 * Taking it. In the interrupt's handler the guest
 *	1. clears the interrupt in sip, where that is how it is acknowledged (riscv.h), and writes 0 to
 *	   evtchn_upcall_pending
 *	2. acknowledges the interrupt by hypercall, where that is how it is done, now or after 4; a full barrier
 *	3. reads evtchn_pending_sel and clears it, in one atomic exchange
 *	4. for each bit in it looks at evtchn_pending & ~evtchn_mask of these 64 ports, and for each of those clears the
 *	   bit in evtchn_pending, atomically, before it runs the port's handler
 *	5. returns; what came in since 1 has asserted the interrupt again, or is seen by reading evtchn_upcall_pending
 *
 * Unmasking clears the bit in evtchn_mask, atomically, and then, after a full barrier, looks at the pending bit: if it
 * is set the event is still to be delivered: by EVTCHNOP_unmask, with the mask bit set again; or, on the vCPU that the
 * port notifies, by the guest itself.
 */
struct vcpu_info {
	/*
	 * 1 while there may be something in evtchn_pending_sel, or in the FIFO ABI's ready. Written 1 by the hypervisor
	 * and 0 by the vCPU. The upcall's interrupt is for this byte; that one is level triggered, and stays until it
	 * is 0 and, where that is asked for, acknowledged.
	 */
	uint8_t evtchn_upcall_pending;
	/* evtchn_upcall_mask where guests have no interrupt flag of their own. Not used on RISC-V and Arm. */
	uint8_t pad0;
	/* Which words of evtchn_pending to look at. Bits are set by the hypervisor, and cleared by the vCPU. */
	xen_ulong_t evtchn_pending_sel;
	struct arch_vcpu_info arch;
	struct vcpu_time_info time;
};

/*
 * The page that the domain shares with the hypervisor. It has no address until the guest asks for one, by
 * XENMEM_add_to_physmap with XENMAPSPACE_shared_info, and is 0 at first. So a guest sets all of evtchn_mask before it
 * enables the upcall, and clears the bits of ports that it has handlers for. Only the first vcpu_info is here, see
 * above.
 *
 * Wall-clock time is when system time was 0, in seconds and nanoseconds since 1970, UTC. The hypervisor writes
 * wc_version as vcpu_time_info's version.
 */
struct shared_info {
	struct vcpu_info vcpu_info[XEN_LEGACY_MAX_VCPUS];

	/*
	 * The 2-level ABI: bit port % 64 of word port / 64. Pending bits are set by the hypervisor, and cleared by the
	 * guest. Mask bits are written by the guest, and cleared by the hypervisor in EVTCHNOP_unmask. Neither is used
	 * any more when the domain has switched to the FIFO ABI (event_channel.h).
	 */
	xen_ulong_t evtchn_pending[sizeof(xen_ulong_t) * 8];
	xen_ulong_t evtchn_mask[sizeof(xen_ulong_t) * 8];

	uint32_t wc_version;
	uint32_t wc_sec;		/* the lower half */
	uint32_t wc_nsec;
	uint32_t wc_sec_hi;		/* the upper half */

	struct arch_shared_info arch;
};

#endif
