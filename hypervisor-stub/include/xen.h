/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hypercalls (xen/, one file a family), and what they use of each other. Which there are is one table,
 * interfaces/xen/hypercalls.h: prototypes and dispatcher are made of it.
 */
#ifndef STUB_XEN_H
#define STUB_XEN_H

#include <xen/xen.h>
#include <xen/console.h>
#include <xen/errno.h>
#include <xen/event_channel.h>
#include <xen/features.h>
#include <xen/grant_table.h>
#include <xen/hvm.h>
#include <xen/hypercalls.h>
#include <xen/memory.h>
#include <xen/physdev.h>
#include <xen/sched.h>
#include <xen/vcpu.h>
#include <xen/version.h>
#include "domain.h"
#include "types.h"
#include "vcpu.h"

/*
 * xen/domain.c. init: 0, or its pool is too small. stop, start: it starts again; from stop on nothing is written into
 * its memory but what its vCPUs ask for. destroy: before its memory goes.
 */
int xen_domain_init(struct domain *d);
void xen_domain_stop(struct domain *d);
int xen_domain_start(struct domain *d);
long xen_domain_soft_reset(struct vcpu *v);	/* as new, with the memory that it has; 0 or an error */
void xen_domain_destroy(struct domain *d);
u64 xen_domain_room(const struct domain *d);	/* what init takes of its pool */

/* The version whose ABI this is */
#define XEN_MAJOR		4
#define XEN_MINOR		17

/* Guest physical addresses that have no memory when the domain starts (interfaces/guest-machine.rst). */
#define GRANT_WINDOW		0x38000000UL
#define GRANT_WINDOW_SIZE	(16UL << 20)
#define MAGIC_CONSOLE		0x39000000UL
#define MAGIC_STORE		(MAGIC_CONSOLE + PAGE_SIZE)
#define EXTENDED_REGION		0x40000000UL
#define EXTENDED_REGION_SIZE	SZ_1G

/* --- xen/hypercall.c --- */

void hypercall(struct vcpu *v);				/* an ecall with XEN_RISCV_SBI_EXT; pc is past it */
long hypercall_dispatch(struct vcpu *v, u64 nr);	/* with the arguments in v->call */
void hypercalls_refuse(const char *what);		/* -EPERM for one of them, of all domains */
void hypercalls_print(const struct vcpu *v);		/* how often each was made */

/*
 * Long operations. A call has a budget, in units of very roughly 1,000 instructions. Where hypercall_preempt(v, cost)
 * says true, the handler leaves off: it returns hypercall_again(v, progress). The guest then makes the same call again,
 * after interrupts and other vCPUs had their turn, and the handler finds progress in hypercall_progress(v), which is 0
 * at first. It is to be believed no more than any argument: it was in a register of the guest.
 */
#define HYPERCALL_AGAIN		(-0x7fffffffL)

static inline bool hypercall_preempt(struct vcpu *v, int cost)
{
	v->call.budget -= cost;
	return v->call.budget < 0;
}

static inline u32 hypercall_progress(const struct vcpu *v)
{
	return v->call.progress;
}

static inline long hypercall_again(struct vcpu *v, u32 progress)
{
	v->call.progress = progress;
	return HYPERCALL_AGAIN;
}

/* --- arch/guest_access.c: 0 or -XEN_EFAULT; v is the vCPU that runs here, gva an address of its kernel --- */
long copy_from_guest(struct vcpu *v, void *dst, u64 gva, u64 len);
long copy_to_guest(struct vcpu *v, u64 gva, const void *src, u64 len);
long copy_to_guest_physical(struct vcpu *v, gpa_t gpa, const void *src, u64 len);
void *guest_to_write(struct vcpu *v, u64 gva);	/* to keep; NULL: it may not be written */

/* --- core/domain.c: other domains --- */

/* Who may manage others: the initial domain. */
static inline bool domain_is_privileged(const struct domain *d)
{
	return d->id == 0;
}

/*
 * The domain that id names: DOMID_SELF, the caller's own number, or another that lives: NULL if there is none. It stays
 * (its end waits) until domain_put(). v: who asks.
 */
struct domain *domain_get(struct vcpu *v, domid_t id);
void domain_put(struct vcpu *v, struct domain *d);
/* The same, for who wants to change it: 0, -XEN_ESRCH, or -XEN_EPERM. */
long domain_get_target(struct vcpu *v, domid_t id, struct domain **d);

/* --- the handlers: by the table's names --- */

#define XEN_PROTOTYPE(hypercall, op, name, argument, direction, errors, text) long name(struct vcpu *v, void *arg);
XEN_OPS(XEN_PROTOTYPE)
#undef XEN_PROTOTYPE

/* target: the vCPU that the call names, of the same domain; it exists. */
#define XEN_PROTOTYPE(op, name, argument, direction, errors, text) \
	long name(struct vcpu *v, struct vcpu *target, void *arg);
XEN_VCPU_OPS(XEN_PROTOTYPE)
#undef XEN_PROTOTYPE

/* Hypercalls that have no argument structures: a[0] is the guest's a1. */
long do_multicall(struct vcpu *v, const u64 *a);
long do_console_io(struct vcpu *v, const u64 *a);
long do_vm_assist(struct vcpu *v, const u64 *a);
long do_physdev_op(struct vcpu *v, const u64 *a);

/* --- xen/memory.c; under d->p2m_lock, and p2m_flush() is the caller's to do --- */
int memory_set_frame(struct vcpu *v, struct domain *d, u64 gfn, paddr_t pa, enum p2m_kind kind);
int memory_replace_frame(struct vcpu *v, struct domain *d, u64 gfn, paddr_t pa, enum p2m_kind kind, enum p2m_kind *old);
bool memory_clear_frame(struct vcpu *v, struct domain *d, u64 gfn, paddr_t pa, enum p2m_kind kind);
void memory_uncover(struct vcpu *v, struct domain *d);	/* where shared_info and grant frames are is memory again */

/* --- xen/event_channel.c, for the rest of xen/ --- */

/*
 * A port of d whose other end is the stub: what the guest sends calls notify(d), on the hart of who sends, with no lock
 * held; where it returns true there is more to do, and the guest makes its call again. Returns the guest's port, or
 * negative.
 */
int evtchn_alloc_for_stub(struct domain *d, bool (*notify)(struct domain *d));
void evtchn_notify_guest(struct domain *d, u32 port);	/* on any hart */

/* --- xen/console_io.c --- */
bool console_ring_notified(struct domain *d);	/* the guest has */
void console_ring_input(struct domain *d);	/* there is input in core/console.c */

#endif
