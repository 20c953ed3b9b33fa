// SPDX-License-Identifier: GPL-2.0
/* What only RISC-V has; riscv_upcall_ack() is with the events. */
#include "pv.h"
#include "stub.h"
#include "xen.h"

long riscv_version(struct vcpu *v, void *arg)
{
	return XEN_RISCV_OP_VERSION;
}

/* Each vCPU finds it there by a fault. What it has cached of another page there is the guest's own, and it knows. */
long riscv_pv_page(struct vcpu *v, void *arg)
{
	if (v->domain->hvm)
		return -XEN_EOPNOTSUPP;
	WRITE_ONCE(v->domain->page_shown, true);
	return 0;
}

/* For the others of the domain, from their next write of stvec on. */
long riscv_pv_entry(struct vcpu *v, void *arg)
{
	const struct xen_riscv_pv_entry *e = arg;
	struct domain *d = v->domain;

	if (d->hvm)
		return -XEN_EOPNOTSUPP;
	if (!d->page_shown)
		return -XEN_EINVAL;
	d->pv_stvec = e->stvec;
	d->pv_entry = e->entry;
	pv_find_entry(v);
	return 0;
}
