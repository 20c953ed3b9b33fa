/* SPDX-License-Identifier: MIT */
/*
 * __HYPERVISOR_sched_op: what the calling vCPU does with its time, and the end of a domain.
 *
 * Power-off and reboot of SBI (SRST) and the waiting of the architecture (wfi) exist besides and do the same; these
 * calls are what the code that guests share between architectures uses.
 */
#ifndef XEN_SCHED_H
#define XEN_SCHED_H

#include "event_channel.h"

/* No argument. Others may run before it goes on. */
#define SCHEDOP_yield			0

/*
 * No argument. Waits until an event or interrupt is there for the vCPU, also if interrupts are disabled, and returns at
 * once if one is. Where the upcall is masked by a byte of vcpu_info (not on RISC-V), it is unmasked by the call.
 */
#define SCHEDOP_block			1

/* Ends the domain, or for suspend stops it until it is resumed. Returns only from suspend and soft reset. */
#define SCHEDOP_shutdown		2
struct sched_shutdown {
	unsigned int reason;		/* SHUTDOWN_ */
};

#define SHUTDOWN_poweroff	0	/* it ended by its own will */
#define SHUTDOWN_reboot		1	/* it wants to be started again */
#define SHUTDOWN_suspend	2	/* it has stopped what it does, and can be saved */
#define SHUTDOWN_crash		3	/* it cannot go on */
#define SHUTDOWN_watchdog	4	/* its watchdog expired; the hypervisor's reason, as a rule */
#define SHUTDOWN_soft_reset	5	/* kexec: as new, with the memory that it has */
#define SHUTDOWN_MAX		5

/*
 * Waits until one of the ports is pending, whether masked or not, or until the time has come. The ports' upcalls may
 * come as well if they are not masked; a guest masks them, as it is to look at them after the call. Returns 0 in both
 * cases. EINVAL: more than 128 ports, or one that does not exist.
 */
#define SCHEDOP_poll			3
struct sched_poll {
	XEN_GUEST_HANDLE(evtchn_port_t) ports;
	unsigned int nr_ports;
	uint64_t timeout;		/* in ns of system time, not from now on; 0: none */
};

/* SCHEDOP_shutdown for another domain, with or without its consent. ESRCH, EPERM. */
#define SCHEDOP_remote_shutdown		4
struct sched_remote_shutdown {
	domid_t domain_id;
	unsigned int reason;		/* SHUTDOWN_ */
};

/* Latches the reason that a later end of the domain has; struct sched_shutdown. */
#define SCHEDOP_shutdown_code		5

/*
 * A timer that ends the domain (SHUTDOWN_watchdog) if it is not set again in time. A domain has few of them.
 *
 * id 0 takes a free one and returns its id; ENOSPC if there is none, EINVAL if timeout is 0. Another id is one that was
 * returned: it is set anew, or, if timeout is 0, given back.
 */
#define SCHEDOP_watchdog		6
struct sched_watchdog {
	uint32_t id;
	uint32_t timeout;		/* seconds from now */
};

/* Ties the vCPU to a hart, or, if pcpu is negative, no longer; for the initial domain of machines that need it. */
#define SCHEDOP_pin_override		7
struct sched_pin_override {
	int32_t pcpu;
};

#endif
