/* SPDX-License-Identifier: MIT */
/*
 * What the Xen guest ABI is on RISC-V: the calling convention, the types, and the hypercall of the architecture.
 * hypercall-abi.rst says the rest.
 */
#ifndef XEN_RISCV_H
#define XEN_RISCV_H

#include <stdint.h>

/*
 * A hypercall is an SBI call (SBI 2.0, chapter 3) from the guest's kernel: a7 has this extension, which is firmware
 * specific and of implementation id 7, Xen; a6 the hypercall's number; a0 is 0, and a1 to a5 are the arguments. The
 * result is in a0 alone: 0 or more, or the negative of an error of errno.h. a1 is not preserved, all other registers
 * are. Firmware that knows nothing of it returns SBI_ERR_NOT_SUPPORTED, -2, which is no error of errno.h's.
 */
#define XEN_RISCV_SBI_EXT	0x0A000007

/*
 * A pointer into the guest's memory: a virtual address of the kernel, valid in the address space that makes the call.
 * 8 bytes, aligned to 8, also where pointers are smaller.
 */
#define XEN_GUEST_HANDLE(type)	union { type *p; uint64_t q; } __attribute__((aligned(8)))

typedef uint64_t xen_pfn_t;
typedef uint64_t xen_ulong_t;

#define PRI_xen_pfn		PRIx64
#define PRI_xen_ulong		PRIx64

/* More vCPUs than this have no vcpu_info in shared_info: so each registers its own. */
#define XEN_LEGACY_MAX_VCPUS	1

/* Empty: what a pv guest has besides is in a page of its own. As in C++, and in Xen for Arm, they take no room. */
struct arch_vcpu_info {
};

struct arch_shared_info {
};

/* __HYPERVISOR_riscv_op: what only RISC-V has. -ENOSYS where there is nothing of it. */
#define RISCVOP_version		0	/* returns XEN_RISCV_OP_VERSION of the hypervisor */
#define RISCVOP_upcall_ack	1
#define RISCVOP_pv_page		2	/* pv guests only, as the next */
#define RISCVOP_pv_entry	3	/* struct xen_riscv_pv_entry */

#define XEN_RISCV_OP_VERSION	(1 << 16 | 1)

/*
 * The upcall's interrupt stays asserted until the vCPU that has it acknowledges it, as xen,upcall-ack in the hypervisor
 * node of the device tree says:
 *
 *	"sip", or no property	it clears the interrupt's bit in sip, before it clears evtchn_upcall_pending
 *	"hypercall"		it makes this call, after clearing evtchn_upcall_pending, before it looks at the ports
 *				or after
 *	"none"			clearing evtchn_upcall_pending is all
 *
 * In this order an event that comes in between asserts the interrupt again, or is seen, and none is lost.
 */

/*
 * The page of a pv vCPU, from RISCVOP_pv_page on: the vCPU's own is at this address whenever its virtual mode is S; in
 * virtual mode U the address is the user's. The upper half is in reach of one load or store whose base is x0, by the
 * offsets here. Each field is the CSR of that name: an access to one is an access to the other.
 */
#define XEN_PV_PAGE		0xfffffffffffff000UL

#define XEN_PV_MAPPED		(-2048)	/* struct xen_riscv_pv_mapped[XEN_PV_MAPPED_MAX] */
#define XEN_PV_MAPPED_NR	(-64)	/* how many of those there are; the hypervisor sets it to 0 */
#define XEN_PV_RET		(-56)	/* jalr x0, XEN_PV_RET(x0) is sret */
#define XEN_PV_SCRATCH		(-48)	/* sscratch */
#define XEN_PV_TVAL		(-40)	/* stval */
#define XEN_PV_CAUSE		(-32)	/* scause */
#define XEN_PV_EPC		(-24)	/* sepc */
#define XEN_PV_STATUS		(-16)	/* sstatus: SPP, SPIE, SUM; with an entry FS, UXL; no SIE */
#define XEN_PV_IRQ		(-1)	/* a byte: bit 1 is sstatus.SIE. The seven bytes below mean nothing */

#define XEN_PV_MAPPED_MAX	32

/* Pages that have become valid in the current address space, from the one that addr is in. */
struct xen_riscv_pv_mapped {
	uint64_t addr;
	uint64_t nr;
};

struct xen_riscv_pv_page {
	uint64_t reserved1[256];
	struct xen_riscv_pv_mapped mapped[XEN_PV_MAPPED_MAX];
	uint64_t reserved2[184];
	uint64_t mapped_nr;
	uint64_t ret;
	uint64_t scratch;
	uint64_t tval;
	uint64_t cause;
	uint64_t epc;
	uint64_t status;
	uint8_t irq[8];
};

/*
 * After RISCVOP_pv_page, else EINVAL. Traps of a vCPU whose stvec has the first value, interrupts as well, go to the
 * second address, with tp and sscratch exchanged. entry 0: no longer.
 */
struct xen_riscv_pv_entry {
	uint64_t stvec;
	uint64_t entry;
};

#endif
