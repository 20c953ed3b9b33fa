/* SPDX-License-Identifier: MIT */
/*
 * __HYPERVISOR_hvm_op: parameters of a domain, 64-bit values by index. By them a guest, pv or hvm, finds the pages and
 * ports that were prepared for it. A parameter that nobody has set is 0, and means that there is no such thing.
 */
#ifndef XEN_HVM_H
#define XEN_HVM_H

#include "xen.h"

/* Who may set which parameter is the hypervisor's to say: EPERM. An index that does not exist is EINVAL. */
#define HVMOP_set_param			0
#define HVMOP_get_param			1
struct xen_hvm_param {
	domid_t domid;			/* DOMID_SELF, or for who may another */
	uint16_t pad;
	uint32_t index;			/* HVM_PARAM_ */
	uint64_t value;			/* IN for set, OUT for get */
};

/*
 * How the upcall comes. The type is in the upper 8 bits. RISC-V has no type of its own, and the value is 0: the
 * interrupt is in the device tree's hypervisor node.
 */
#define HVM_PARAM_CALLBACK_IRQ		0
#define HVM_PARAM_CALLBACK_IRQ_TYPE_MASK 0xFF00000000000000ULL
#define HVM_PARAM_CALLBACK_TYPE_GSI	0	/* x86; 0 in the other bits: none */
#define HVM_PARAM_CALLBACK_TYPE_PCI_INTX 1	/* x86 */

/* xenstore: the frame of the ring, and the port to signal. */
#define HVM_PARAM_STORE_PFN		1
#define HVM_PARAM_STORE_EVTCHN		2

/* The console: the frame of struct xencons_interface (console.h), and the port to signal. */
#define HVM_PARAM_CONSOLE_PFN		17
#define HVM_PARAM_CONSOLE_EVTCHN	18

/* x86 device models, x86 hardware and tools: not on RISC-V. */
#define HVM_PARAM_IOREQ_PFN		5
#define HVM_PARAM_BUFIOREQ_PFN		6
#define HVM_PARAM_TIMER_MODE		10
#define HVM_PARAM_HPET_ENABLED		11
#define HVM_PARAM_IDENT_PT		12
#define HVM_PARAM_ACPI_S_STATE		14
#define HVM_PARAM_VM86_TSS		15
#define HVM_PARAM_VPT_ALIGN		16
#define HVM_PARAM_ACPI_IOPORTS_LOCATION	19
#define HVM_PARAM_PAGING_RING_PFN	27
#define HVM_PARAM_MONITOR_RING_PFN	28
#define HVM_PARAM_SHARING_RING_PFN	29
#define HVM_PARAM_TRIPLE_FAULT_REASON	31
#define HVM_PARAM_IOREQ_SERVER_PFN	32
#define HVM_PARAM_NR_IOREQ_SERVER_PAGES	33
#define HVM_PARAM_VM_GENERATION_ID_ADDR	34
#define HVM_PARAM_ALTP2M		35
#define HVM_PARAM_X87_FIP_WIDTH		36
#define HVM_PARAM_VM86_TSS_SIZED	37
#define HVM_PARAM_MCA_CAP		38

#define HVM_NR_PARAMS			39

#endif
