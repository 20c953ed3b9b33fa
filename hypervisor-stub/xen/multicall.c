// SPDX-License-Identifier: GPL-2.0
/* Several hypercalls in one. */
#include "stub.h"
#include "xen.h"

#define CALL_COST	1

/* progress: of this entry, if it was begun before. */
static long call_one(struct vcpu *v, const struct multicall_entry *e, u32 *progress)
{
	struct hypercall_state outer = v->call;
	u64 args[6];
	long ret;

	for (unsigned int i = 0; i < ARRAY_SIZE(args); i++)
		args[i] = e->args[i];
	v->call.arg = args;
	v->call.progress = *progress;
	v->call.in_multicall = true;
	ret = hypercall_dispatch(v, e->op);
	*progress = v->call.progress;
	outer.budget = v->call.budget;
	v->call = outer;
	return ret;
}

/* Progress is the entry's number, and above it how far the entry itself is. */
static long again(struct vcpu *v, u32 i, u32 progress)
{
	v->call.progress = (u64)progress << 32 | i;
	return HYPERCALL_AGAIN;
}

long do_multicall(struct vcpu *v, const u64 *a)
{
	u32 nr = a[1], progress = v->call.progress >> 32;
	u64 entry = a[0];

	if (v->call.in_multicall)
		return -XEN_EINVAL;
	for (u32 i = v->call.progress; i < nr; i++, progress = 0) {
		struct multicall_entry e;
		u64 at = entry + (u64)i * sizeof(e);
		long ret;

		/* Also where an entry before has put the vCPU to sleep, or ended the domain. */
		if (hypercall_preempt(v, CALL_COST) || v->state != VCPU_RUNNING)
			return again(v, i, progress);
		if (copy_from_guest(v, &e, at, sizeof(e)))
			return -XEN_EFAULT;
		ret = call_one(v, &e, &progress);
		if (ret == HYPERCALL_AGAIN)
			return again(v, i, progress);
		e.result = ret;
		if (copy_to_guest(v, at + offsetof(struct multicall_entry, result), &e.result, sizeof(e.result)))
			return -XEN_EFAULT;
	}
	return 0;
}
