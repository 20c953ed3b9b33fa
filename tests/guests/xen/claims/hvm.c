// SPDX-License-Identifier: GPL-2.0
/* hvm_op: a domain's parameters. */
#include "xt.h"

static long get(unsigned int dom, unsigned int index, uint64_t *value)
{
	struct xen_hvm_param p = { .domid = dom, .index = index };
	long err = hvm_op(HVMOP_get_param, &p);

	if (value)
		*value = p.value;
	return err;
}

static long set(unsigned int dom, unsigned int index, uint64_t value)
{
	struct xen_hvm_param p = { .domid = dom, .index = index, .value = value };

	return hvm_op(HVMOP_set_param, &p);
}

#define READABLE(name)									\
	CLAIM("hvm.get_param." #name, "a domain may read this parameter of its own", 0)	\
	{										\
		return get(DOMID_SELF, HVM_PARAM_##name, NULL);				\
	}										\
	CLAIM("hvm.set_param." #name, "and not set it: that is for who makes domains", -XEN_EPERM) \
	{										\
		return set(DOMID_SELF, HVM_PARAM_##name, 1);				\
	}

#define NO_PARAM(name, index)								\
	CLAIM("hvm.get_param." name, "there is no such parameter to be read", -XEN_EINVAL) \
	{										\
		return get(DOMID_SELF, index, NULL);					\
	}										\
	CLAIM("hvm.set_param." name, "nor to be set", -XEN_EINVAL)			\
	{										\
		return set(DOMID_SELF, index, 1);					\
	}

READABLE(CALLBACK_IRQ)
READABLE(STORE_PFN)
READABLE(STORE_EVTCHN)
READABLE(CONSOLE_PFN)
READABLE(CONSOLE_EVTCHN)
NO_PARAM("PAE_ENABLED", 4)
NO_PARAM("IOREQ_PFN", HVM_PARAM_IOREQ_PFN)
NO_PARAM("TIMER_MODE", HVM_PARAM_TIMER_MODE)
NO_PARAM("PAGING_RING_PFN", HVM_PARAM_PAGING_RING_PFN)
NO_PARAM("ALTP2M", HVM_PARAM_ALTP2M)
NO_PARAM("behind-last", HVM_NR_PARAMS)
NO_PARAM("huge", -1U)

CLAIM("hvm.get_param.nobody", "of a domain that there is not", -XEN_ESRCH)
{
	return get(0x1234, HVM_PARAM_STORE_PFN, NULL);
}

CLAIM("hvm.set_param.nobody", "of a domain that there is not", -XEN_ESRCH)
{
	return set(0x1234, HVM_PARAM_STORE_PFN, 1);
}

CLAIM("hvm.get_param.other", "of another domain: for the initial domain only", is_dom0 ? 0 : -XEN_EPERM)
{
	return get(other_domain(), HVM_PARAM_STORE_PFN, NULL);
}

CLAIM("hvm.set_param.other", "of another domain, unless one may", -XEN_EPERM)
{
	if (is_dom0)
		return skip("the initial domain may");
	return set(other_domain(), HVM_PARAM_STORE_PFN, 1);
}

CLAIM("hvm.get_param.read-only", "the value cannot be written to a read-only page", -XEN_EFAULT)
{
	struct xen_hvm_param p = { .domid = DOMID_SELF, .index = HVM_PARAM_STORE_PFN };
	char *page = page_get();

	memcpy(page, &p, sizeof(p));
	vm_map(AT_RO + PAGE_SIZE, (unsigned long)page, VM_RO);
	return hvm_op(HVMOP_get_param, AT_RO + PAGE_SIZE);
}

CLAIM("hvm.get_param.crossing", "an argument across the end of a page", 0)
{
	struct xen_hvm_param *p = crossing(sizeof(*p)), v = { .domid = DOMID_SELF, .index = HVM_PARAM_STORE_PFN };
	uint64_t value;

	memcpy(p, &v, sizeof(v));
	MUST(!hvm_op(HVMOP_get_param, p));
	MUST(!get(DOMID_SELF, HVM_PARAM_STORE_PFN, &value));
	memcpy(&v, p, sizeof(v));
	return v.value != value;
}

CLAIM("hvm.get_param.padding-ignored", "padding is not looked at", 0)
{
	struct xen_hvm_param p;

	memset(&p, 0xff, sizeof(p));
	p.domid = DOMID_SELF;
	p.index = HVM_PARAM_STORE_PFN;
	return hvm_op(HVMOP_get_param, &p);
}
