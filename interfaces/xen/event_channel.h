/* SPDX-License-Identifier: MIT */
/*
 * __HYPERVISOR_event_channel_op: event channels, the guest's interrupts. A channel connects two ports: of two domains
 * (interdomain), of the vCPUs of one (IPI), or of a domain and the hypervisor (VIRQ). Signalling it sets a bit that
 * stays set until the guest clears it, so signals that come before it does are one.
 *
 * There are two ABIs for the bits. A domain begins with the 2-level one, whose bits are in shared_info (xen.h), and may
 * switch to the FIFO one, below, by EVTCHNOP_init_control. A port's number means the same in both.
 *
 * A port is in one of the states of EVTCHNSTAT_. Port 0 is never given, and none while its event word is LINKED; which
 * one it is else is the hypervisor's.
 */
#ifndef XEN_EVENT_CHANNEL_H
#define XEN_EVENT_CHANNEL_H

#include "xen.h"

#define EVTCHNOP_bind_interdomain	0
#define EVTCHNOP_bind_virq		1
#define EVTCHNOP_bind_pirq		2
#define EVTCHNOP_close			3
#define EVTCHNOP_send			4
#define EVTCHNOP_status			5
#define EVTCHNOP_alloc_unbound		6
#define EVTCHNOP_bind_ipi		7
#define EVTCHNOP_bind_vcpu		8
#define EVTCHNOP_unmask			9
#define EVTCHNOP_reset			10
#define EVTCHNOP_init_control		11
#define EVTCHNOP_expand_array		12
#define EVTCHNOP_set_priority		13

/*
 * Allocates a port of dom, to which remote_dom may connect. dom is DOMID_SELF, or, for who may, another; remote_dom may
 * be DOMID_SELF.
 */
struct evtchn_alloc_unbound {
	domid_t dom;
	domid_t remote_dom;
	evtchn_port_t port;		/* OUT */
};

/*
 * Connects a new port of the caller to remote_port of remote_dom, which has to be unbound and for this domain.
 * remote_dom may be DOMID_SELF. The new port notifies vCPU 0. It is pending at once: whether the other side signalled
 * before there was anybody to hear it is not known.
 */
struct evtchn_bind_interdomain {
	domid_t remote_dom;
	evtchn_port_t remote_port;
	evtchn_port_t local_port;	/* OUT */
};

/*
 * Binds a VIRQ to a new port that notifies vcpu. Of a VIRQ that is not the vCPUs' own vcpu must be 0 (EINVAL). A VIRQ
 * that is bound already: EEXIST. No such vCPU: ENOENT.
 */
struct evtchn_bind_virq {
	uint32_t virq;			/* VIRQ_ */
	uint32_t vcpu;
	evtchn_port_t port;		/* OUT */
};

/* Binds a physical interrupt, for those who have such. */
struct evtchn_bind_pirq {
	uint32_t pirq;
	uint32_t flags;			/* BIND_PIRQ__ */
	evtchn_port_t port;		/* OUT */
};

#define BIND_PIRQ__WILL_SHARE	1	/* other domains may bind it as well */

/* A new port by which any vCPU notifies this one. */
struct evtchn_bind_ipi {
	uint32_t vcpu;
	evtchn_port_t port;		/* OUT */
};

/*
 * Closes a port, which then is free for the next. Its pending bit is cleared. The other end of an interdomain channel
 * becomes unbound, for the domain that closed.
 */
struct evtchn_close {
	evtchn_port_t port;
};

/*
 * Signals the other end: of an interdomain channel the remote port, of an IPI the port itself. Nothing happens for a
 * port that is unbound. EINVAL: any other.
 */
struct evtchn_send {
	evtchn_port_t port;
};

struct evtchn_status {
	domid_t dom;			/* whose port: DOMID_SELF, or for who may another */
	evtchn_port_t port;
	uint32_t status;		/* OUT: EVTCHNSTAT_ */
	uint32_t vcpu;			/* OUT: which vCPU it notifies */
	union {				/* OUT */
		struct {
			domid_t dom;	/* who may connect */
		} unbound;		/* EVTCHNSTAT_unbound */
		struct {
			domid_t dom;	/* the other side, and its port */
			evtchn_port_t port;
		} interdomain;		/* EVTCHNSTAT_interdomain */
		uint32_t pirq;		/* EVTCHNSTAT_pirq */
		uint32_t virq;		/* EVTCHNSTAT_virq */
	} u;
};

#define EVTCHNSTAT_closed	0	/* free */
#define EVTCHNSTAT_unbound	1	/* waits for another domain to connect */
#define EVTCHNSTAT_interdomain	2	/* connected to a port of another domain, or of the same */
#define EVTCHNSTAT_pirq		3	/* a physical interrupt */
#define EVTCHNSTAT_virq		4	/* a virtual interrupt */
#define EVTCHNSTAT_ipi		5	/* between vCPUs */

/*
 * Which vCPU a port notifies from now on. An event that is pending stays with the vCPU that it was for. EINVAL: the
 * port of an IPI or of a vCPU's own VIRQ, which cannot be moved, or a closed one. ENOENT: no such vCPU.
 */
struct evtchn_bind_vcpu {
	evtchn_port_t port;
	uint32_t vcpu;
};

/* Clears the port's mask bit, and if the port is pending notifies its vCPU, as if it had just been signalled. */
struct evtchn_unmask {
	evtchn_port_t port;
};

/*
 * Closes all ports of a domain, those of the console and of xenstore as well, which a soft reset gives again. If it
 * used the FIFO ABI, that is left, and its pages are the domain's alone again. EINVAL: another domain, not paused.
 */
struct evtchn_reset {
	domid_t dom;			/* DOMID_SELF, or for who may another */
};

/*
 * The FIFO ABI. Each port has an event word, and each vCPU a control block with a queue for each priority; events of a
 * queue are taken in the order in which they came, queues of higher priority first.
 *
 * The words are in pages of the guest, the event array, which it adds in order by EVTCHNOP_expand_array: word n is in
 * page n / (page size / 4). What is signalled before the port's word is there is delivered when the page is added.
 * Control blocks and array are the hypervisor's and the guest's in common until EVTCHNOP_reset, and may not be given
 * back before it.
 *
 * An event word has four flags and the link, the port of the next event in the queue, 0 at its end:
 *
 *	PENDING	set by the hypervisor when the port is signalled, cleared by the guest before it runs the handler
 *	MASKED	set by the guest: the event is not put into a queue. Cleared by the guest or EVTCHNOP_unmask
 *	LINKED	set by the hypervisor when it puts the event into a queue, cleared by the guest when it takes it out
 *	BUSY	set by the hypervisor while it changes the link of a word that is in a queue; the guest does not clear
 *		MASKED while it is set, and tries again
 *
 * All changes are atomic operations on the word. The hypervisor writes the link by compare-and-exchange, and only while
 * LINKED is set; the guest clears LINKED and the link together when it takes the event out.
 *
 * Raising. The hypervisor
 *	1. sets PENDING; if MASKED is set, or the word is LINKED already, there is no more to do
 *	2. sets LINKED, and puts the event at the end of the queue: writes its port as the link of the queue's last
 *	   word, if that is still LINKED, or else, the queue being empty, into head of the control block
 *	3. if the queue was empty: after that, sets the priority's bit in ready, and if this was clear sets
 *	   vcpu_info.evtchn_upcall_pending and asserts the upcall's interrupt
 *
 * Taking. In the upcall the guest, after evtchn_upcall_pending is 0 (xen.h),
 *	1. reads and clears ready, in one atomic exchange, and adds what it read to a copy of its own
 *	2. takes the lowest bit of the copy, which is the highest priority, p
 *	3. if it holds no next port for p, reads head[p], after 1
 *	4. clears LINKED and the link of that port's word, in one atomic operation: the old link is the next port for p,
 *	   and where that is 0 the queue is empty and the bit of p in the copy goes
 *	5. if the word is PENDING and not MASKED clears PENDING and runs the handler
 *	6. goes on at 1 until no bit is left
 *
 * Unmasking: the guest clears MASKED by compare-and-exchange, with BUSY clear, unless the word is PENDING. Then the
 * event may be in no queue, and EVTCHNOP_unmask is to be called, which puts it there.
 */
typedef uint32_t event_word_t;

#define EVTCHN_FIFO_PENDING		31
#define EVTCHN_FIFO_MASKED		30
#define EVTCHN_FIFO_LINKED		29
#define EVTCHN_FIFO_BUSY		28

#define EVTCHN_FIFO_LINK_BITS		17
#define EVTCHN_FIFO_LINK_MASK		((1 << EVTCHN_FIFO_LINK_BITS) - 1)

/* How many ports there can be at most, of each ABI. A hypervisor may allow a domain fewer. Port 0 is one of them. */
#define EVTCHN_FIFO_NR_CHANNELS		(1 << EVTCHN_FIFO_LINK_BITS)
#define EVTCHN_2L_NR_CHANNELS		(sizeof(xen_ulong_t) * sizeof(xen_ulong_t) * 64)

#define EVTCHN_FIFO_PRIORITY_MAX	0	/* taken first */
#define EVTCHN_FIFO_PRIORITY_DEFAULT	7	/* of a port for which none was set */
#define EVTCHN_FIFO_PRIORITY_MIN	15	/* taken last */

#define EVTCHN_FIFO_MAX_QUEUES		(EVTCHN_FIFO_PRIORITY_MIN + 1)

/* A vCPU's. Aligned to 8, and not across the end of a page. */
struct evtchn_fifo_control_block {
	uint32_t ready;			/* bit p: queue p has got events. Set by the hypervisor, cleared by the guest */
	uint32_t _rsvd;			/* 0 */
	event_word_t head[EVTCHN_FIFO_MAX_QUEUES];	/* the first port of a queue, written by the hypervisor alone */
};

/*
 * Registers a vCPU's control block. The first call of a domain switches it to the FIFO ABI; ports that are bound go
 * over with it. EINVAL: offset is not a multiple of 8, the block does not fit into the page, or the vCPU has one.
 * ENOENT: no such vCPU.
 */
struct evtchn_init_control {
	uint64_t control_gfn;		/* the frame that it lies in */
	uint32_t offset;		/* and where, in bytes */
	uint32_t vcpu;
	uint8_t link_bits;		/* OUT: how many bits a link has, at most EVTCHN_FIFO_LINK_BITS */
	uint8_t _pad[7];
};

/*
 * Adds a page to the event array: the guest has written MASKED to each word, or 0. EOPNOTSUPP: the domain has not
 * switched to the FIFO ABI. ENOSPC: there is a word for each port.
 */
struct evtchn_expand_array {
	uint64_t array_gfn;
};

/* The priority for what is signalled from now on. EINVAL: it is over 15. ENOSYS: the domain uses the 2-level ABI. */
struct evtchn_set_priority {
	evtchn_port_t port;
	uint32_t priority;		/* EVTCHN_FIFO_PRIORITY_MAX, the highest, to _MIN */
};

#endif
