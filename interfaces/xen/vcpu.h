/* SPDX-License-Identifier: MIT */
/*
 * __HYPERVISOR_vcpu_op(op, vcpu, arg): a vCPU of the domain. ENOENT: there is none of that number. Numbers are the
 * vCPUs' own, which begin with 0; on RISC-V they are the hart ids that the device tree of the domain has.
 */
#ifndef XEN_VCPU_H
#define XEN_VCPU_H

#include "xen.h"

/*
 * Starting and stopping. On RISC-V this is what SBI's hart state management does, with which a vCPU gets its first
 * program counter; a hypervisor need not do the first three.
 */
#define VCPUOP_initialise		0	/* gives a vCPU its first registers */
#define VCPUOP_up			1	/* starts it */
#define VCPUOP_down			2	/* stops it */
#define VCPUOP_is_up			3	/* returns 1 if it is started, 0 if stopped */

/* How long a vCPU was in each state since it exists. Also for another vCPU: what was true at one moment. */
#define VCPUOP_get_runstate_info	4
struct vcpu_runstate_info {
	int state;			/* RUNSTATE_, the one it is in */
	uint64_t state_entry_time;	/* since when, in ns of system time; and XEN_RUNSTATE_UPDATE */
	uint64_t time[4];		/* by RUNSTATE_, in ns, without what came after state_entry_time */
};

#define RUNSTATE_running	0	/* runs on a hart */
#define RUNSTATE_runnable	1	/* could run, but others do: stolen time */
#define RUNSTATE_blocked	2	/* waits for an event or interrupt */
#define RUNSTATE_offline	3	/* is stopped */

/*
 * In state_entry_time, only after VMASST_TYPE_runstate_update_flag was enabled: the hypervisor sets it, a barrier,
 * writes the rest, a barrier, and clears it. A reader takes what it read only if the flag was clear before and
 * state_entry_time is the same after. Without it only the vCPU itself can read its own, by reading state_entry_time
 * before and after.
 */
#define XEN_RUNSTATE_UPDATE	(1ULL << 63)

/*
 * From now on the hypervisor writes the vCPU's runstate there, whenever it begins to run. The address is virtual, a
 * multiple of 8 (EINVAL), and is looked up once, now: it is the memory behind it that is written. 0: no longer.
 */
#define VCPUOP_register_runstate_memory_area 5
struct vcpu_register_runstate_memory_area {
	union {
		XEN_GUEST_HANDLE(struct vcpu_runstate_info) h;
		struct vcpu_runstate_info *v;
		uint64_t p;
	} addr;
};

/* VIRQ_TIMER every period_ns, no more often than each millisecond (EINVAL). stop has no argument. */
#define VCPUOP_set_periodic_timer	6
#define VCPUOP_stop_periodic_timer	7
struct vcpu_set_periodic_timer {
	uint64_t period_ns;
};

/* VIRQ_TIMER once. Both only for the vCPU that calls (EINVAL). stop has no argument. */
#define VCPUOP_set_singleshot_timer	8
#define VCPUOP_stop_singleshot_timer	9
struct vcpu_set_singleshot_timer {
	uint64_t timeout_abs_ns;	/* ns of system time, not from now on */
	uint32_t flags;			/* VCPU_SSHOTTMR_ */
};

/* ETIME if the time has passed already. Without it the timer expires at once. */
#define _VCPU_SSHOTTMR_future	0
#define VCPU_SSHOTTMR_future	(1U << _VCPU_SSHOTTMR_future)

/*
 * Where the vCPU's vcpu_info lies: in a page of the guest's memory, not across its end. What was in the one before it
 * is copied, and evtchn_upcall_pending and all of evtchn_pending_sel are set once, so that nothing is lost. A vCPU
 * cannot register a second time (EBUSY, of older Xen, 4.17, EINVAL), and the page cannot be given back. For itself, or
 * for a vCPU that is stopped, else EINVAL. ENXIO: the offset.
 */
#define VCPUOP_register_vcpu_info	10
struct vcpu_register_vcpu_info {
	uint64_t mfn;			/* the frame, which for RISC-V is a gfn */
	uint32_t offset;		/* in bytes, a multiple of 8 */
	uint32_t rsvd;			/* 0 */
};

/* Sends an NMI: x86. */
#define VCPUOP_send_nmi			11

/* The machine's number of the hart, for who may: x86. */
#define VCPUOP_get_physid		12
struct vcpu_get_physid {
	uint64_t phys_id;
};

/* Where vcpu_time_info is kept besides: x86. */
#define VCPUOP_register_vcpu_time_memory_area 13
struct vcpu_register_time_memory_area {
	union {
		XEN_GUEST_HANDLE(struct vcpu_time_info) h;
		struct vcpu_time_info *v;
		uint64_t p;
	} addr;
};

#endif
