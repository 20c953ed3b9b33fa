// SPDX-License-Identifier: GPL-2.0
/* Hypercalls, event channels and grants of a guest that is another one's peer. */
#include "peer.h"
#include <xen/hvm.h>
#include <xen/memory.h>
#include <xen/sched.h>

#define TABLE	0x38000000UL	/* interfaces/guest-machine.rst: nothing is there */

struct grant_entry_v1 *grants;

long xen_call(unsigned long nr, unsigned long a1, void *a2, unsigned long a3)
{
	return sbi_call(XEN_RISCV_SBI_EXT, nr, 0, a1, (unsigned long)a2, a3, 0, 0).error;
}

unsigned long xen_param(unsigned int index)
{
	struct xen_hvm_param p = { .domid = DOMID_SELF, .index = index };

	check_eq(0, xen_call(__HYPERVISOR_hvm_op, HVMOP_get_param, &p, 0));
	return p.value;
}

void yield(void)
{
	xen_call(__HYPERVISOR_sched_op, SCHEDOP_yield, NULL, 0);
}

void pause_ms(unsigned long ms)
{
	within(ms, false);
}

/* --- event channels --- */

unsigned int ev_alloc(unsigned int dom)
{
	struct evtchn_alloc_unbound a = { .dom = DOMID_SELF, .remote_dom = dom };

	return xen_call(__HYPERVISOR_event_channel_op, EVTCHNOP_alloc_unbound, &a, 0) ? NO_PORT : a.port;
}

unsigned int ev_bind(unsigned int dom, unsigned int remote)
{
	struct evtchn_bind_interdomain b = { .remote_dom = dom, .remote_port = remote };

	return xen_call(__HYPERVISOR_event_channel_op, EVTCHNOP_bind_interdomain, &b, 0) ? NO_PORT : b.local_port;
}

long ev_send(unsigned int port)
{
	struct evtchn_send s = { port };

	return xen_call(__HYPERVISOR_event_channel_op, EVTCHNOP_send, &s, 0);
}

void ev_close(unsigned int port)
{
	struct evtchn_close c = { port };

	if (port != NO_PORT)
		xen_call(__HYPERVISOR_event_channel_op, EVTCHNOP_close, &c, 0);
}

/* --- grants --- */

bool grants_open(void)
{
	for (unsigned int i = 0; !grants && i < REFS * sizeof(*grants) / PAGE_SIZE; i++) {
		struct xen_add_to_physmap a = {
			.domid = DOMID_SELF, .space = XENMAPSPACE_grant_table, .idx = i, .gpfn = TABLE / PAGE_SIZE + i,
		};

		if (xen_call(__HYPERVISOR_memory_op, XENMEM_add_to_physmap, &a, 0))
			return false;
	}
	grants = (struct grant_entry_v1 *)TABLE;
	return true;
}

void grant(unsigned int ref, unsigned int dom, const void *page, unsigned int flags)
{
	write_once(grants[ref].flags, 0);
	mb();
	write_once(grants[ref].domid, dom);
	write_once(grants[ref].frame, (unsigned long)page / PAGE_SIZE);
	mb();
	write_once(grants[ref].flags, GTF_permit_access | flags);
}

void grant_end(unsigned int ref)
{
	write_once(grants[ref].flags, 0);
	mb();
}

bool grant_is_used(unsigned int ref)
{
	return read_once(grants[ref].flags) & (GTF_reading | GTF_writing);
}

int grant_map(unsigned int dom, unsigned int ref, unsigned long at, unsigned int flags, grant_handle_t *handle)
{
	struct gnttab_map_grant_ref m = { .host_addr = at, .flags = GNTMAP_host_map | flags, .ref = ref, .dom = dom };

	if (xen_call(__HYPERVISOR_grant_table_op, GNTTABOP_map_grant_ref, &m, 1))
		return 1;
	*handle = m.handle;
	return m.status;
}

int grant_unmap(unsigned long at, grant_handle_t handle)
{
	struct gnttab_unmap_grant_ref u = { .host_addr = at, .handle = handle };

	return xen_call(__HYPERVISOR_grant_table_op, GNTTABOP_unmap_grant_ref, &u, 1) ? 1 : u.status;
}
