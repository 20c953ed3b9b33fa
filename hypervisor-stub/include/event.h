/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Event channels: the ports of a domain, the two ABIs of their bits, the upcall; and what else a vCPU registers with
 * its vcpu_info. All of it is under one lock of the stub's, the event lock, unless said otherwise.
 */
#ifndef STUB_EVENT_H
#define STUB_EVENT_H

#include "types.h"
#include <xen/event_channel.h>
#include <xen/vcpu.h>

struct domain;
struct vcpu;

#define EVTCHN_MAX	1024	/* ports of a domain; a page of event words of the FIFO ABI */
#define EVTCHN_BUCKET	64	/* ports come into being so many at once */
#define RUNSTATE_WORDS	(sizeof(struct vcpu_runstate_info) / 8)

enum evtchn_state { ECS_FREE, ECS_RESERVED, ECS_UNBOUND, ECS_INTERDOMAIN, ECS_VIRQ, ECS_IPI, ECS_STUB, ECS_PIRQ };

struct evtchn {
	u8 state;
	bool pending;		/* FIFO: signalled before the array had its word */
	u8 priority;
	u8 last_priority;	/* FIFO: the queue that it was put into last */
	u8 last_vcpu;
	domid_t remote_dom;	/* ECS_UNBOUND: who may connect */
	u32 remote_port;	/* ECS_INTERDOMAIN */
	union {
		struct domain *remote;			/* ECS_INTERDOMAIN */
		bool (*notify)(struct domain *d);	/* ECS_STUB: the other end is the stub's */
		u32 virq;
		u32 pirq;
	};
	struct vcpu *vcpu;	/* which it notifies */
};

struct domain_events {
	bool live;		/* between domain_events_init() and _destroy() */
	bool fifo;
	u32 ports;		/* that there are so far; the rest is no port yet */
	bool shutdown_latched;	/* SCHEDOP_shutdown_code has said shutdown_reason */
	u8 shutdown_reason;
	u32 pollers;		/* vCPUs in SCHEDOP_poll, perhaps no longer: a bit each */
	u32 fifo_pages;		/* of the event array; all words that are used are in the first */
	event_word_t *fifo_words;
	struct evtchn *evtchn;	/* a table of EVTCHN_MAX */
	u64 watchdog[2];	/* deadlines in ticks; TIME_NEVER: not in use */
};

struct vcpu_events {
	struct vcpu_info *info;	/* where the guest has registered it, in shared_info, or: */
	struct vcpu_info dummy;
	u64 line;		/* the upcall's bit in vcpu->sip; 0: nobody would take it */
	bool registered;
	u16 virq_port[NR_VIRQS];	/* 0: not bound. Those of the domain are in vCPU 0's */
	struct evtchn_fifo_control_block *control;
	u32 tail[EVTCHN_FIFO_MAX_QUEUES];	/* of its queues: the last port put there; 0: none */
	u64 singleshot, periodic, period;	/* VIRQ_TIMER: deadlines, in ticks */

	/* Under sched_lock */
	bool any_event;		/* SCHEDOP_block: evtchn_upcall_pending alone ends it */
	bool polling;		/* SCHEDOP_poll, of poll_port or 0, any; until poll_end */
	bool poll_irqs;		/* interrupts are enabled, and end it */
	u32 poll_port;
	u64 poll_end;
	u64 runstate[4];	/* ticks in each */
	u64 runstate_since;
	u64 *runstate_word[RUNSTATE_WORDS];	/* where the guest wants it; [0] NULL: nowhere */
};

/* xen/event_domain.c */
int domain_events_init(struct domain *d);
void domain_events_reset(struct domain *d);	/* as new */
void domain_events_destroy(struct domain *d);	/* before its memory goes: nobody signals it any more */
void vcpu_events_start(struct vcpu *v);		/* it begins at an entry point */
void event_settle(struct vcpu *v);
void evtchn_raise_virq(struct vcpu *v, u32 virq);	/* one of the vCPU's own; under the lock */
void evtchn_debug(void);			/* VIRQ_DEBUG for all who have bound it */
void evtchn_print(void);
u32 evtchn_count(void);				/* ports in use, of all domains */

/* xen/event_channel.c; under the lock but for the first two and the last */
void event_lock(void);
void event_unlock(void);
struct evtchn *evtchn_of(const struct domain *d, u32 port);
long evtchn_new_port(struct domain *d, enum evtchn_state state, struct vcpu *v, struct evtchn **chn);
void evtchn_close_port(struct domain *d, u32 port);	/* if it is open */
void evtchn_set_pending(struct domain *d, struct evtchn *chn, u32 port);
bool evtchn_is_pending(struct domain *d, u32 port);
void evtchn_wake_pollers(struct domain *d, u64 port);
void event_upcall(struct vcpu *v);
bool evtchn_send_quick(struct vcpu *v, u64 port);

/* Free, and port 0, are not for the guest to use. */
static inline bool evtchn_is_used(const struct evtchn *chn)
{
	return chn && chn->state > ECS_RESERVED;
}

/* xen/event_fifo.c */
void evtchn_fifo_queue(struct domain *d, struct evtchn *chn, event_word_t *word, u64 port);
void evtchn_fifo_unmask(struct domain *d, struct evtchn *chn, u32 port);
event_word_t *evtchn_fifo_word(const struct domain *d, u32 port);
void evtchn_fifo_leave(struct domain *d);

/* core/sched.c */
void sched_get_runstate(struct vcpu *v, struct vcpu_runstate_info *r);
void sched_set_runstate_area(struct vcpu *v, u64 *const *word);

/* xen/vcpu_op.c */
void *event_page(struct vcpu *v, u64 gfn);	/* of its domain's memory, to keep; NULL: there is none */
void vcpu_events_reset(struct vcpu *v);		/* nothing registered, no timer */
void vcpu_timer_set(struct vcpu *v, u64 *timer, u64 deadline);
u64 event_expire_timers(u64 t);			/* of vCPUs that ran here last; returns when the next is */
u64 ns_of(u64 ticks);
u64 ticks_of(u64 ns);

/* xen/sched_op.c */
void watchdogs_reset(struct domain *d);
void watchdogs_expire(u64 t);

/* EVTCHNOP_send: the registers are those of hypercall() in xen/hypercall.c */
#define IS_EVTCHN_SEND(v)									\
	((v)->regs[17] == XEN_RISCV_SBI_EXT && !(((v)->regs[16] ^ __HYPERVISOR_event_channel_op) |	\
						 ((v)->regs[11] ^ EVTCHNOP_send) | (v)->regs[10]))
#define IS_UPCALL_ACK(v)									\
	((v)->regs[17] == XEN_RISCV_SBI_EXT && !(((v)->regs[16] ^ __HYPERVISOR_riscv_op) |		\
						 ((v)->regs[11] ^ RISCVOP_upcall_ack) | (v)->regs[10]))

#endif
