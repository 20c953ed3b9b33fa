// SPDX-License-Identifier: GPL-2.0
/* physdev_op: guests have no physical interrupts and devices by it. */
#include "xt.h"

#define NOT_HERE(id, op)								\
	CLAIM("physdev." id, "there are no physical interrupts and devices", -XEN_ENOSYS)	\
	{										\
		return hypercall2(__HYPERVISOR_physdev_op, op, page_get());		\
	}

NOT_HERE("irq_status_query", PHYSDEVOP_irq_status_query)
NOT_HERE("set_iopl", PHYSDEVOP_set_iopl)
NOT_HERE("eoi", PHYSDEVOP_eoi)
NOT_HERE("map_pirq.xsa-16", PHYSDEVOP_map_pirq)
NOT_HERE("unmap_pirq", PHYSDEVOP_unmap_pirq)
NOT_HERE("setup_gsi", PHYSDEVOP_setup_gsi)
NOT_HERE("get_free_pirq.xsa-13", PHYSDEVOP_get_free_pirq)
NOT_HERE("huge", -1U)

CLAIM("physdev.unmapped", "the argument is not even looked at", -XEN_ENOSYS)
{
	return hypercall2(__HYPERVISOR_physdev_op, PHYSDEVOP_eoi, AT_UNMAPPED);
}
