/* SPDX-License-Identifier: MIT */
/*
 * __HYPERVISOR_physdev_op: the machine's interrupts, for domains that drive devices. A pirq is the number that the
 * device's interrupt has in the domain's device tree, where the interrupt controller is the hypervisor's node. It is
 * bound to a port by EVTCHNOP_bind_pirq. When it comes, it is signalled on the port and does not come again before
 * PHYSDEVOP_eoi; one that is level-triggered and still asserted then comes again at once.
 *
 * All other numbers return -XEN_ENOSYS, and in a domain without devices these two as well.
 */
#ifndef XEN_PHYSDEV_H
#define XEN_PHYSDEV_H

#include "xen.h"

#define PHYSDEVOP_irq_status_query	5
#define PHYSDEVOP_set_iopl		6
#define PHYSDEVOP_set_iobitmap		7
#define PHYSDEVOP_apic_read		8
#define PHYSDEVOP_apic_write		9
#define PHYSDEVOP_alloc_irq_vector	10
#define PHYSDEVOP_free_irq_vector	11
#define PHYSDEVOP_eoi			12
#define PHYSDEVOP_map_pirq		13
#define PHYSDEVOP_unmap_pirq		14
#define PHYSDEVOP_manage_pci_add	15
#define PHYSDEVOP_manage_pci_remove	16
#define PHYSDEVOP_restore_msi		19
#define PHYSDEVOP_manage_pci_add_ext	20
#define PHYSDEVOP_setup_gsi		21
#define PHYSDEVOP_get_free_pirq		23
#define PHYSDEVOP_pci_mmcfg_reserved	24
#define PHYSDEVOP_pci_device_add	25
#define PHYSDEVOP_pci_device_remove	26
#define PHYSDEVOP_restore_msi_ext	27
#define PHYSDEVOP_dbgp_op		29
#define PHYSDEVOP_prepare_msix		30
#define PHYSDEVOP_release_msix		31

/* PHYSDEVOP_eoi: the device has been seen to */
struct physdev_eoi {
	uint32_t irq;		/* IN: the pirq */
};

/* PHYSDEVOP_irq_status_query */
struct physdev_irq_status_query {
	uint32_t irq;		/* IN: the pirq */
	uint32_t flags;		/* OUT: XENIRQSTAT_ */
};

#define XENIRQSTAT_needs_eoi	(1U << 0)	/* it does not come again without PHYSDEVOP_eoi: always so here */
#define XENIRQSTAT_shared	(1U << 1)	/* other domains have it too: never so here */

#endif
