// SPDX-License-Identifier: GPL-2.0
/* Physical interrupts and devices: a domain has none that the hypervisor would know of. */
#include "xen.h"

long do_physdev_op(struct vcpu *v, const u64 *a)
{
	return -XEN_ENOSYS;
}
