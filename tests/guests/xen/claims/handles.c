// SPDX-License-Identifier: GPL-2.0
/*
 * Every op that has an argument, by the table in interfaces/xen/hypercalls.h: with an argument at address 0, one that is
 * not mapped, and one of which only the first half is. memory_op's lists are apart: what they cannot read they have not
 * done.
 */
#include "xt.h"
#include <xen/hypercalls.h>

#define BAD_HANDLES(call, op, id, size, want)							\
	CLAIM("handle.null." id, "the argument is at address 0, where nothing is", want)	\
	{											\
		return call(op, 0UL);								\
	}											\
	CLAIM("handle.unmapped." id, "the argument is not mapped", want)			\
	{											\
		return call(op, AT_UNMAPPED);							\
	}											\
	CLAIM("handle.half." id, "the argument's second half is not mapped", want)		\
	{											\
		if ((size) == sizeof(xen_commandline_t))					\
			return skip("as much is written as there is");				\
		memset(half_mapped(size), 0, ((size) + 1) / 2);					\
		return call(op, half_mapped(size));						\
	}

#define any_memory_op(op, arg)		memory_op(op, arg)
#define any_xen_version(op, arg)	version_op(op, arg)
#define any_sched_op(op, arg)		sched_op(op, arg)
#define any_event_channel_op(op, arg)	event_op(op, arg)
#define any_grant_table_op(op, arg)	grant_op(op, arg, 1)
#define any_hvm_op(op, arg)		hvm_op(op, arg)
#define any_riscv_op(op, arg)		hypercall2(__HYPERVISOR_arch_0, op, arg)
#define any_vcpu_op(op, arg)		vcpu_op(op, 0, arg)

/* These return how far they came. */
#define IS_LIST(op)	((op) == XENMEM_increase_reservation || (op) == XENMEM_decrease_reservation || \
			 (op) == XENMEM_populate_physmap)

#define TRY_NONE(call, op, id, size)
#define TRY_RAW(call, op, id, size)
#define TRY_IN(call, op, id, size)		BAD_HANDLES(any_##call, op, id, size, want_of(#call, op))
#define TRY_OUT(call, op, id, size)		BAD_HANDLES(any_##call, op, id, size, want_of(#call, op))
#define TRY_INOUT(call, op, id, size)	BAD_HANDLES(any_##call, op, id, size, want_of(#call, op))
#define TRY_LIST(call, op, id, size)	BAD_HANDLES(any_##call, op, id, size, want_of(#call, op))
#define TRY(call, op, name, argument, direction, errors, text)	TRY_##direction(call, op, #name, sizeof(argument))
#define TRY_VCPU(op, name, argument, direction, errors, text)	TRY_##direction(vcpu_op, op, #name, sizeof(argument))

static long want_of(const char *call, unsigned int op)
{
	return !strcmp(call, "memory_op") && IS_LIST(op) ? 0 : -XEN_EFAULT;
}

XEN_OPS(TRY)
XEN_VCPU_OPS(TRY_VCPU)
