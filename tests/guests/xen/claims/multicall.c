// SPDX-License-Identifier: GPL-2.0
/* multicall: several hypercalls at once. */
#include "xt.h"

static struct multicall_entry *entries(int n)
{
	struct multicall_entry *e = page_get();

	for (int i = 0; i < n; i++)
		e[i] = (struct multicall_entry){ .op = __HYPERVISOR_xen_version, .args = { XENVER_pagesize }, .result = 77 };
	return e;
}

CLAIM("multicall.empty", "no calls at all", 0)
{
	return multicall(NULL, 0);
}

CLAIM("multicall.one", "a call's result is in its entry", 4096)
{
	struct multicall_entry *e = entries(1);

	return multicall(e, 1) ?: (long)e->result;
}

CLAIM("multicall.returns-0", "multicall returns 0, whatever the calls return", 0)
{
	struct multicall_entry *e = entries(2);

	e[0].op = 0;
	return multicall(e, 2);
}

CLAIM("multicall.unknown", "a call that there is not has its own result", -XEN_ENOSYS)
{
	struct multicall_entry *e = entries(3);

	e[1].op = 11;
	MUST(!multicall(e, 3));
	MUST(e[0].result == 4096 && e[2].result == 4096);
	return e[1].result;
}

CLAIM("multicall.unknown-huge", "also one past all numbers", -XEN_ENOSYS)
{
	struct multicall_entry *e = entries(1);

	e->op = -1UL;
	return multicall(e, 1) ?: (long)e->result;
}

CLAIM("multicall.error", "an error is its call's own: the others are made", -XEN_EFAULT)
{
	struct multicall_entry *e = entries(3);

	e[1] = (struct multicall_entry){ .op = __HYPERVISOR_event_channel_op, .args = { EVTCHNOP_send, AT_UNMAPPED } };
	MUST(!multicall(e, 3));
	MUST(e[2].result == 4096);
	return e[1].result;
}

CLAIM("multicall.nested", "no multicall in a multicall", -XEN_EINVAL)
{
	struct multicall_entry *e = entries(2);

	e[0] = (struct multicall_entry){ .op = __HYPERVISOR_multicall, .args = { (unsigned long)&e[1], 1 } };
	MUST(!multicall(e, 1));
	MUST(e[1].result == 77);
	return e[0].result;
}

CLAIM("multicall.effect", "calls have their effect: a port is there", 1)
{
	struct multicall_entry *e = entries(1);
	struct evtchn_bind_ipi b = { .vcpu = 0 };
	struct evtchn_status s;

	e[0] = (struct multicall_entry){
		.op = __HYPERVISOR_event_channel_op, .args = { EVTCHNOP_bind_ipi, (unsigned long)&b }
	};
	MUST(!multicall(e, 1) && !e->result);
	MUST(!ev_status(b.port, &s));
	return s.status == EVTCHNSTAT_ipi;
}

CLAIM("multicall.arguments-kept", "arguments are as they were after", 0)
{
	struct multicall_entry *e = entries(1);

	for (int i = 1; i < 6; i++)
		e->args[i] = 0x100 + i;
	e->args[1] = 0;
	MUST(!multicall(e, 1));
	MUST(e->op == __HYPERVISOR_xen_version && e->args[0] == XENVER_pagesize);
	return e->args[5] - 0x105;
}

CLAIM("multicall.null", "the calls are at address 0, where nothing is", -XEN_EFAULT)
{
	return multicall(NULL, 1);
}

CLAIM("multicall.unmapped", "the calls are not mapped", -XEN_EFAULT)
{
	return multicall(AT_UNMAPPED, 1);
}

CLAIM("multicall.huge-count", "of more calls than are mapped the first are made", 4096)
{
	struct multicall_entry *e = half_mapped(2 * sizeof(*e));

	*e = (struct multicall_entry){ .op = __HYPERVISOR_xen_version, .args = { XENVER_pagesize } };
	MUST(multicall(e, 1000) == -XEN_EFAULT);
	return e->result;
}

CLAIM("multicall.read-only", "a result that cannot be written", -XEN_EFAULT)
{
	struct multicall_entry *e = entries(1);

	vm_map(AT_RO + PAGE_SIZE, (unsigned long)e, VM_RO);
	return multicall(AT_RO + PAGE_SIZE, 1);
}

CLAIM("multicall.crossing", "calls across the end of a page", 4096)
{
	struct multicall_entry *e = crossing(sizeof(*e)), v = {
		.op = __HYPERVISOR_xen_version, .args = { XENVER_pagesize }
	};

	memcpy(e, &v, sizeof(v));
	MUST(!multicall(e, 1));
	memcpy(&v, e, sizeof(v));
	return v.result;
}

CLAIM("multicall.unaligned", "at any address", 4096)
{
	char *p = page_get();
	struct multicall_entry v = { .op = __HYPERVISOR_xen_version, .args = { XENVER_pagesize } };

	memcpy(p + 5, &v, sizeof(v));
	MUST(!multicall(p + 5, 1));
	memcpy(&v, p + 5, sizeof(v));
	return v.result;
}

CLAIM("multicall.continued.xsa-145",
      "XSA-145: a multicall of calls that are themselves interrupted is done to its end", 8)
{
	struct multicall_entry *e = entries(8);
	struct xen_memory_reservation r = { .domid = DOMID_SELF, .nr_extents = 512 };
	xen_pfn_t *f = page_get();
	unsigned long at = pieces(1);
	long n = 0;

	MUST(at);
	for (int i = 0; i < 512; i++)
		f[i] = at / PAGE_SIZE + i;
	r.extent_start.p = f;
	for (int i = 1; i < 7; i += 2)
		e[i] = (struct multicall_entry){
			.op = __HYPERVISOR_memory_op,
			.args = { i == 1 ? XENMEM_decrease_reservation : XENMEM_populate_physmap, (unsigned long)&r }
		};
	e[5].args[0] = XENMEM_decrease_reservation;
	MUST(!multicall(e, 8));
	for (int i = 0; i < 8; i++)
		n += e[i].result == (i % 2 && i < 7 ? 512 : 4096);
	return n;
}

CLAIM("multicall.many", "a thousand calls", 1000)
{
	static struct multicall_entry e[1000];
	long n = 0;

	for (int i = 0; i < 1000; i++)
		e[i] = (struct multicall_entry){ .op = __HYPERVISOR_xen_version, .args = { XENVER_pagesize } };
	MUST(!multicall(e, 1000));
	for (int i = 0; i < 1000; i++)
		n += e[i].result == 4096;
	return n;
}
