// SPDX-License-Identifier: GPL-2.0
/* vcpu_op: registered areas, state. The second vCPU is not started before the end of this. */
#include "xt.h"

#define NO_VCPU		1000

static long register_info(unsigned int vcpu, unsigned long gfn, unsigned int offset)
{
	struct vcpu_register_vcpu_info r = { .mfn = gfn, .offset = offset };

	return vcpu_op(VCPUOP_register_vcpu_info, vcpu, &r);
}

static long register_runstate(unsigned int vcpu, void *area)
{
	struct vcpu_register_runstate_memory_area r = { .addr.v = area };

	return vcpu_op(VCPUOP_register_runstate_memory_area, vcpu, &r);
}

/* Pages that stay the hypervisor's for ever, when something goes wrong */
static char mistaken[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
static struct vcpu_runstate_info area __attribute__((aligned(PAGE_SIZE)));

CLAIM("vcpu.register_vcpu_info", "a vCPU registers its vcpu_info", 0)
{
	return vcpu_info_answer;
}

CLAIM("vcpu.register_vcpu_info.second-time", "and cannot do so again", -XEN_EBUSY)
{
	return register_info(0, frame_of(mistaken), 0);
}

CLAIM("vcpu.register_vcpu_info.no-vcpu", "of a vCPU that there is not", -XEN_ENOENT)
{
	return register_info(NO_VCPU, frame_of(mistaken), 0);
}

CLAIM("vcpu.register_vcpu_info.vcpu-huge", "nor of one past all numbers", -XEN_ENOENT)
{
	return register_info(-1U, frame_of(mistaken), 0);
}

CLAIM("vcpu.register_vcpu_info.next-vcpu", "the first number that is no vCPU's", -XEN_ENOENT)
{
	return register_info(machine.nr_cpus, frame_of(mistaken), 0);
}

#define NEED_OFFLINE	do { if (machine.nr_cpus < 2) return skip("there is one vCPU"); } while (0)

CLAIM("vcpu.register_vcpu_info.unaligned.xsa-327", "XSA-327: it is aligned as its fields are", -XEN_ENXIO)
{
	NEED_OFFLINE;
	return register_info(1, frame_of(mistaken), 3);
}

CLAIM("vcpu.register_vcpu_info.unaligned-4.xsa-327", "XSA-327: as the largest of them", -XEN_ENXIO)
{
	NEED_OFFLINE;
	return register_info(1, frame_of(mistaken), 4);
}

CLAIM("vcpu.register_vcpu_info.crossing", "it does not go across the end of the page", -XEN_ENXIO)
{
	NEED_OFFLINE;
	return register_info(1, frame_of(mistaken), PAGE_SIZE - sizeof(struct vcpu_info) + 8);
}

CLAIM("vcpu.register_vcpu_info.offset-page", "it begins in the page", -XEN_ENXIO)
{
	NEED_OFFLINE;
	return register_info(1, frame_of(mistaken), PAGE_SIZE);
}

CLAIM("vcpu.register_vcpu_info.offset-huge", "not far behind it", -XEN_ENXIO)
{
	NEED_OFFLINE;
	return register_info(1, frame_of(mistaken), -8U);
}

CLAIM("vcpu.register_vcpu_info.hole", "there is memory", -XEN_EINVAL)
{
	NEED_OFFLINE;
	return register_info(1, machine.hypervisor[0].base / PAGE_SIZE + 40, 0);
}

CLAIM("vcpu.register_vcpu_info.frame-huge.xsa-32", "XSA-32: a frame past all memory", -XEN_EINVAL)
{
	NEED_OFFLINE;
	return register_info(1, -1UL, 0);
}

CLAIM("vcpu.register_vcpu_info.frame-2^52.xsa-32", "XSA-32: one whose lower bits are a good one", -XEN_EINVAL)
{
	NEED_OFFLINE;
	return register_info(1, 1UL << 52 | frame_of(mistaken), 0);
}

CLAIM("vcpu.register_vcpu_info.offline", "for a vCPU that is not started another may do it", 0)
{
	NEED_OFFLINE;
	return vcpu_info_register(1);
}

CLAIM("vcpu.register_vcpu_info.offline.second-time", "once", -XEN_EBUSY)
{
	NEED_OFFLINE;
	return register_info(1, frame_of(mistaken), 0);
}

CLAIM("vcpu.register_vcpu_info.nothing-lost", "a new vcpu_info says that everything may be pending", 1)
{
	NEED_OFFLINE;
	return read_once(vcpu_info_of(1)->evtchn_upcall_pending) && read_once(vcpu_info_of(1)->evtchn_pending_sel) == -1UL;
}

CLAIM("vcpu.register_runstate", "a vCPU has its runstate written to memory", 0)
{
	return register_runstate(0, &area);
}

CLAIM("vcpu.register_runstate.running", "at once: it is running", RUNSTATE_running)
{
	memset(&area, 0xff, sizeof(area));
	MUST(!register_runstate(0, &area));
	return read_once(area.state);
}

/* The time may have come before the call is made, on a machine that is busy. */
CLAIM("vcpu.register_runstate.moves", "it is written again when the vCPU has waited: it was blocked for that time", 1)
{
	uint64_t before;

	system_time();		/* the first time it registers an area of its own */
	MUST(!register_runstate(0, &area));
	before = read_once(area.time[RUNSTATE_blocked]);
	for (unsigned int i = 0; i < 50; i++) {
		struct sched_poll p = { .timeout = system_time() + 20000000 };

		MUST(!sched_op(SCHEDOP_poll, &p));
		if (read_once(area.time[RUNSTATE_blocked]) - before > 10000000)
			return 1;
	}
	return 0;
}

CLAIM("vcpu.register_runstate.again", "it may be registered again, elsewhere", 0)
{
	return register_runstate(0, page_get());
}

CLAIM("vcpu.register_runstate.crossing", "across the end of a page", 0)
{
	struct vcpu_runstate_info *r = crossing(sizeof(*r));
	long err;

	memset(r, 0xff, sizeof(*r));
	err = register_runstate(0, r);
	MUST(err || (r->state == RUNSTATE_running && r->time[RUNSTATE_offline] != -1UL));
	return err;
}

CLAIM("vcpu.register_runstate.unmapped",
      "it is only written when it is mapped then: where nothing is mapped is no error", 0)
{
	return register_runstate(0, (void *)AT_UNMAPPED);
}

CLAIM("vcpu.register_runstate.no-vcpu", "of a vCPU that there is not", -XEN_ENOENT)
{
	return register_runstate(NO_VCPU, &area);
}

CLAIM("vcpu.register_runstate.none", "address 0 ends it", 0)
{
	return register_runstate(0, NULL);
}

CLAIM("vcpu.is_up.self", "the vCPU that asks is up", 1)
{
	return vcpu_op(VCPUOP_is_up, 0, NULL);
}

CLAIM("vcpu.is_up.offline", "one that was not started is not", 0)
{
	NEED_OFFLINE;
	return vcpu_op(VCPUOP_is_up, 1, NULL);
}

CLAIM("vcpu.is_up.no-vcpu", "one that there is not is none", -XEN_ENOENT)
{
	return vcpu_op(VCPUOP_is_up, NO_VCPU, NULL);
}

CLAIM("vcpu.is_up.started", "one that was started is", 1)
{
	if (!second_cpu())
		return skip("there is one vCPU");
	return vcpu_op(VCPUOP_is_up, 1, NULL);
}

CLAIM("vcpu.register_vcpu_info.started", "for a vCPU that runs no other can register", -XEN_EBUSY)
{
	if (!second_cpu())
		return skip("there is one vCPU");
	return register_info(1, frame_of(mistaken), 0);
}

CLAIM("vcpu.up.no-vcpu", "a vCPU that there is not cannot be started", -XEN_ENOENT)
{
	return vcpu_op(VCPUOP_up, NO_VCPU, NULL);
}

CLAIM("vcpu.down.no-vcpu", "nor stopped", -XEN_ENOENT)
{
	return vcpu_op(VCPUOP_down, NO_VCPU, NULL);
}

CLAIM("vcpu.get_runstate_info", "the runstate, asked for: running", RUNSTATE_running)
{
	struct vcpu_runstate_info r = { .state = 99 };

	return vcpu_op(VCPUOP_get_runstate_info, 0, &r) ?: r.state;
}

CLAIM("vcpu.get_runstate_info.read-only", "it cannot be written to a read-only page", -XEN_EFAULT)
{
	return vcpu_op(VCPUOP_get_runstate_info, 0, AT_RO);
}
