// SPDX-License-Identifier: GPL-2.0
/*
 * The parameters of a domain. They are the hypervisor's and the toolstack's to set: a domain reads its own, the initial
 * domain reads and sets those of others.
 */
#include "stub.h"
#include "xen.h"

_Static_assert(ARRAY_SIZE(((struct domain *)0)->xen.params) == HVM_NR_PARAMS, "struct domain_xen");

/* Those that there are on this architecture. */
static bool exists(u32 index)
{
	switch (index) {
	case HVM_PARAM_CALLBACK_IRQ:
	case HVM_PARAM_STORE_PFN:
	case HVM_PARAM_STORE_EVTCHN:
	case HVM_PARAM_CONSOLE_PFN:
	case HVM_PARAM_CONSOLE_EVTCHN:
		return true;
	default:
		return false;
	}
}

static long param(struct vcpu *v, struct xen_hvm_param *p, bool set)
{
	struct domain *d;
	long ret;

	if (p->index >= HVM_NR_PARAMS)
		return -XEN_EINVAL;
	ret = domain_get_target(v, p->domid, &d);
	if (ret)
		return ret;
	if (!exists(p->index))
		ret = -XEN_EINVAL;
	else if (!set)
		p->value = READ_ONCE(d->xen.params[p->index]);
	else if (d == v->domain)
		ret = -XEN_EPERM;
	else
		WRITE_ONCE(d->xen.params[p->index], p->value);
	domain_put(v, d);
	return ret;
}

long hvm_set_param(struct vcpu *v, void *arg)
{
	return param(v, arg, true);
}

long hvm_get_param(struct vcpu *v, void *arg)
{
	return param(v, arg, false);
}
