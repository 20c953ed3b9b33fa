// SPDX-License-Identifier: GPL-2.0
/* What is not there is ENOSYS, and never more than that. */
#include "xt.h"

#define NO_HYPERCALL(nr)									\
	CLAIM("unknown.hypercall-" #nr, "there is no hypercall of this number here", -XEN_ENOSYS)	\
	{											\
		return hypercall(nr, 0, 0, 0, 0, 0);						\
	}

#define NO_OP(id, nr, op)									\
	CLAIM("unknown." id, "there is no such op of this hypercall", -XEN_ENOSYS)		\
	{											\
		return hypercall2(nr, op, page_get());						\
	}

/* x86's, of long ago, and those nobody has given away */
NO_HYPERCALL(0)
NO_HYPERCALL(1)
NO_HYPERCALL(2)
NO_HYPERCALL(3)
NO_HYPERCALL(4)
NO_HYPERCALL(5)
NO_HYPERCALL(8)
NO_HYPERCALL(9)
NO_HYPERCALL(10)
NO_HYPERCALL(11)
NO_HYPERCALL(14)
NO_HYPERCALL(15)
NO_HYPERCALL(16)
NO_HYPERCALL(19)
NO_HYPERCALL(22)
NO_HYPERCALL(23)
NO_HYPERCALL(25)
NO_HYPERCALL(26)
NO_HYPERCALL(28)
NO_HYPERCALL(30)
NO_HYPERCALL(31)
NO_HYPERCALL(37)
NO_HYPERCALL(38)
NO_HYPERCALL(40)
NO_HYPERCALL(43)
NO_HYPERCALL(47)
NO_HYPERCALL(49)
NO_HYPERCALL(55)
NO_HYPERCALL(56)
NO_HYPERCALL(63)
NO_HYPERCALL(64)
NO_HYPERCALL(255)
NO_HYPERCALL(0x7fffffff)
NO_HYPERCALL(0x100000011)

NO_OP("memory_op", __HYPERVISOR_memory_op, 45)
NO_OP("memory_op.last", __HYPERVISOR_memory_op, MEMOP_CMD_MASK)
NO_OP("xen_version", __HYPERVISOR_xen_version, XENVER_build_id + 1)
NO_OP("xen_version.huge", __HYPERVISOR_xen_version, -1U)
NO_OP("sched_op", __HYPERVISOR_sched_op, SCHEDOP_pin_override + 1)
NO_OP("sched_op.huge", __HYPERVISOR_sched_op, -1U)
/* 14 is how Xen itself continues a reset. */
NO_OP("event_channel_op", __HYPERVISOR_event_channel_op, EVTCHNOP_set_priority + 2)
NO_OP("event_channel_op.huge", __HYPERVISOR_event_channel_op, -1U)
NO_OP("hvm_op", __HYPERVISOR_hvm_op, 255)
NO_OP("hvm_op.huge", __HYPERVISOR_hvm_op, -1U)
NO_OP("physdev_op", __HYPERVISOR_physdev_op, 255)

CLAIM("unknown.vcpu_op", "there is no such op of vcpu_op", -XEN_EINVAL)
{
	return vcpu_op(255, 0, page_get());
}

CLAIM("unknown.vcpu_op.initialise.xsa-296",
      "XSA-296: VCPUOP_initialise, which only other architectures have", -XEN_EINVAL)
{
	return vcpu_op(VCPUOP_initialise, 0, page_get());
}

CLAIM("unknown.vcpu_op.no-vcpu", "of a vCPU that there is not", -XEN_ENOENT)
{
	return vcpu_op(255, 1000, page_get());
}

CLAIM("unknown.vm_assist.command", "vm_assist knows enable and disable", -XEN_ENOSYS)
{
	return hypercall2(__HYPERVISOR_vm_assist, 2, VMASST_TYPE_runstate_update_flag);
}

CLAIM("unknown.vm_assist.type", "there is no such mode", -XEN_EINVAL)
{
	return hypercall2(__HYPERVISOR_vm_assist, VMASST_CMD_enable, 63);
}

CLAIM("unknown.vm_assist.type-huge", "nor one past all numbers", -XEN_EINVAL)
{
	return hypercall2(__HYPERVISOR_vm_assist, VMASST_CMD_enable, -1U);
}

CLAIM("unknown.vm_assist.x86", "x86's modes are not here", -XEN_EINVAL)
{
	return hypercall2(__HYPERVISOR_vm_assist, VMASST_CMD_enable, VMASST_TYPE_4gb_segments);
}

CLAIM("unknown.vm_assist.runstate_update_flag", "the mode that all have may be switched on and off", 0)
{
	return hypercall2(__HYPERVISOR_vm_assist, VMASST_CMD_enable, VMASST_TYPE_runstate_update_flag) ?:
		hypercall2(__HYPERVISOR_vm_assist, VMASST_CMD_disable, VMASST_TYPE_runstate_update_flag);
}

CLAIM("unknown.flood.xsa-146", "XSA-146: a thousand unknown calls in a row are each answered, whatever is logged", 1000)
{
	long n = 0;

	for (int i = 0; i < 1000; i++)
		n += hypercall2(__HYPERVISOR_physdev_op, 200 + i, NULL) == -XEN_ENOSYS;
	return n;
}
