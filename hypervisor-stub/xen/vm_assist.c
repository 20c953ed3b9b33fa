// SPDX-License-Identifier: GPL-2.0
/* Ways of working that a domain may switch on. Of those there are, one means something here. */
#include "stub.h"
#include "xen.h"

long do_vm_assist(struct vcpu *v, const u64 *a)
{
	u64 *flags = &v->domain->xen.vm_assist;

	if ((u32)a[1] != VMASST_TYPE_runstate_update_flag)
		return -XEN_EINVAL;
	switch ((u32)a[0]) {
	case VMASST_CMD_enable:
		__atomic_fetch_or(flags, BIT(VMASST_TYPE_runstate_update_flag), __ATOMIC_RELAXED);
		return 0;
	case VMASST_CMD_disable:
		__atomic_fetch_and(flags, ~BIT(VMASST_TYPE_runstate_update_flag), __ATOMIC_RELAXED);
		return 0;
	default:
		return -XEN_ENOSYS;
	}
}
