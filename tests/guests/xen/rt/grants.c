// SPDX-License-Identifier: GPL-2.0
/* Grant tables from the guest's side, both the granter's and the mapper's, by the protocols in interfaces/xen. */
#include "xt.h"

#define FIRST_HOLE	128	/* of the window for grants; below it are the table, and other claims */

struct grant_entry_v1 *grants;
long grants_answer;

/* The table's first frame, at the window's first frame */
bool grants_init(void)
{
	struct xen_add_to_physmap a = {
		.domid = DOMID_SELF,
		.space = XENMAPSPACE_grant_table,
		.gpfn = machine.hypervisor[0].base / PAGE_SIZE,
	};
	static unsigned long at = AT_GRANTS;

	if (grants)
		return true;
	if (!machine.nr_hypervisor)
		return false;
	grants_answer = memory_op(XENMEM_add_to_physmap, &a);
	if (grants_answer)
		return false;
	vm_map(at, a.gpfn * PAGE_SIZE, VM_RW);
	grants = (struct grant_entry_v1 *)at;
	return true;
}

domid_t own_domain(void)
{
	static long id = -1;
	struct evtchn_status s;
	unsigned int a, b;

	if (id < 0 && !ev_loop(&a, &b) && !ev_status(a, &s)) {
		id = s.u.interdomain.dom;
		ev_close(a);
		ev_close(b);
	}
	return id;
}

unsigned long grant_hole(int n)
{
	return machine.hypervisor[0].base / PAGE_SIZE + FIRST_HOLE + n;
}

void g_grant(grant_ref_t ref, unsigned int dom, unsigned long gfn, unsigned int flags)
{
	write_once(grants[ref].domid, dom);
	write_once(grants[ref].frame, gfn);
	mb();
	write_once(grants[ref].flags, flags);
}

/* Flags and domid at once: RISC-V has no compare and exchange of 16 bits. */
bool g_end(grant_ref_t ref)
{
	uint32_t *word = (uint32_t *)&grants[ref], old = read_once(*word);

	do {
		if (old & (GTF_reading | GTF_writing))
			return false;
	} while (!__atomic_compare_exchange_n(word, &old, old & 0xffff0000, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
	return true;
}

long g_map(unsigned int dom, grant_ref_t ref, unsigned int flags, unsigned long gfn, grant_handle_t *handle)
{
	struct gnttab_map_grant_ref m = {
		.host_addr = gfn * PAGE_SIZE, .flags = flags, .ref = ref, .dom = dom, .status = 99,
	};
	long err = grant_op(GNTTABOP_map_grant_ref, &m, 1);

	if (handle)
		*handle = m.handle;
	return err ?: ST(m.status);
}

long g_unmap(grant_handle_t handle, unsigned long gfn)
{
	struct gnttab_unmap_grant_ref u = { .host_addr = gfn * PAGE_SIZE, .handle = handle, .status = 99 };

	return grant_op(GNTTABOP_unmap_grant_ref, &u, 1) ?: ST(u.status);
}

long g_copy(struct gnttab_copy *c)
{
	c->status = 99;
	return grant_op(GNTTABOP_copy, c, 1) ?: ST(c->status);
}

long g_query(unsigned int dom, struct gnttab_query_size *q)
{
	*q = (struct gnttab_query_size){ .dom = dom, .status = 99 };
	return grant_op(GNTTABOP_query_size, q, 1) ?: ST(q->status);
}
