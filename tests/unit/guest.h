/* SPDX-License-Identifier: GPL-2.0 */
/* A pv domain to test with: memory in shuffled pieces, vCPUs with pools of a size to choose; guest.c. */
#ifndef UNIT_GUEST_H
#define UNIT_GUEST_H

#include "host.h"
#include "pv.h"

/* One at a time; its page tables may have as many levels as there are. Memory from GUEST_RAM_BASE on; vCPUs, each with about that many shadow pages (0: plenty). */
struct domain *guest_make(unsigned int mib, unsigned int vcpus, unsigned int shadow_pages);

/* Domain 0 beside it, which may manage it. */
struct domain *guest_make_initial(unsigned int mib, unsigned int vcpus, unsigned int shadow_pages);

/* Both, as the stub has them in its list: *d with two vCPUs, domain 0 with one. */
void guest_make_two(struct domain **d, struct domain **initial, unsigned int mib);

/* Lets v run here, as the scheduler would. */
void guest_run(struct vcpu *v);
void guest_leave(struct vcpu *v);
void guest_switch(struct vcpu *from, struct vcpu *to);

/* The guest's memory as it sees it. */
u64 *guest_u64(struct domain *d, u64 gpa);

/* Each of its pages is at one frame, or free, or lost until it ends; nothing of others is mapped. xen-check.c */
void guest_check_memory(const struct domain *d);

/* Memory of the domain? */
bool guest_owns(struct domain *d, paddr_t pa);

/* A page table entry. */
static inline u64 guest_pte(u64 gpa, u64 flags)
{
	return (gpa >> PAGE_SHIFT) << PTE_PPN_SHIFT | flags;
}

#define SATP(levels, root_gpa, asid) \
	((u64)SATP_MODE(levels) << SATP_MODE_SHIFT | (u64)(asid) << SATP_ASID_SHIFT | (root_gpa) >> PAGE_SHIFT)
#define SV39(root_gpa, asid) SATP(3, root_gpa, asid)

/* sstatus of a pv vCPU, as its kernel means it: what is not the hart's own */
static inline u64 guest_sstatus(const struct vcpu *v)
{
	return v->pv->status | pv_flag(v);
}

static inline void guest_set_sstatus(struct vcpu *v, u64 val)
{
	v->pv->status = val & ~SSTATUS_SIE;
	pv_set_flag(v, val & SSTATUS_SIE);
}

#endif
