// SPDX-License-Identifier: GPL-2.0
/* VIRQ_TIMER: vcpu_op's timers. Xen has them for x86 only. */
#include "xt.h"

static long singleshot(unsigned int vcpu, uint64_t when, unsigned int flags)
{
	struct vcpu_set_singleshot_timer t = { .timeout_abs_ns = when, .flags = flags };

	return vcpu_op(VCPUOP_set_singleshot_timer, vcpu, &t);
}

static long periodic(unsigned int vcpu, uint64_t period)
{
	struct vcpu_set_periodic_timer t = { .period_ns = period };

	return vcpu_op(VCPUOP_set_periodic_timer, vcpu, &t);
}

static long timer_port(void)
{
	long port = ev_virq(VIRQ_TIMER, 0);

	if (port > 0)
		set_masked(port, true);
	return port;
}

CLAIM("timer.singleshot", "VIRQ_TIMER at a time, not before", 1)
{
	long port = timer_port(), err;
	uint64_t when = system_time() + 20000000;

	MUST(port > 0);
	err = singleshot(0, when, 0);
	if (err)
		return err;
	MUST(wait_for(pending(port), 2000));
	return system_time() + 5000000 >= when;
}

CLAIM("timer.singleshot.once", "once", 0)
{
	long port = timer_port(), err = singleshot(0, system_time() + 1000000, 0);

	MUST(port > 0);
	if (err)
		return err;
	MUST(wait_for(pending(port), 2000));
	clear_pending(port);
	return wait_for(pending(port), 30);
}

CLAIM("timer.singleshot.past", "a time that has passed is now", 1)
{
	long port = timer_port(), err = singleshot(0, 1, 0);

	MUST(port > 0);
	return err ?: wait_for(pending(port), 1000);
}

CLAIM("timer.singleshot.past-future", "unless it is to be in the future", -XEN_ETIME)
{
	MUST(timer_port() > 0);
	return singleshot(0, 1, VCPU_SSHOTTMR_future);
}

CLAIM("timer.singleshot.last.xsa-20", "XSA-20: at the end of all time: no harm", 0)
{
	long err = singleshot(0, -1UL, 0);

	return err ?: vcpu_op(VCPUOP_stop_singleshot_timer, 0, NULL);
}

CLAIM("timer.singleshot.2^63.xsa-20", "XSA-20: where signed numbers end", 0)
{
	long err = singleshot(0, 1UL << 63, 0);

	return err ?: vcpu_op(VCPUOP_stop_singleshot_timer, 0, NULL);
}

CLAIM("timer.singleshot.stop", "a timer that is stopped does not expire", 0)
{
	long port = timer_port(), err = singleshot(0, system_time() + 30000000, 0);

	MUST(port > 0);
	if (err)
		return err;
	MUST(!vcpu_op(VCPUOP_stop_singleshot_timer, 0, NULL));
	return wait_for(pending(port), 60);
}

CLAIM("timer.singleshot.other", "a vCPU sets its own only", -XEN_EINVAL)
{
	if (machine.nr_cpus < 2)
		return skip("there is one vCPU");
	return singleshot(1, system_time(), 0);
}

CLAIM("timer.singleshot.no-vcpu", "of a vCPU that there is not", -XEN_ENOENT)
{
	return singleshot(1000, 1, 0);
}

CLAIM("timer.periodic", "VIRQ_TIMER again and again", 3)
{
	long port = timer_port(), n = 0, err = periodic(0, 5000000);

	MUST(port > 0);
	if (err)
		return err;
	for (; n < 3 && wait_for(pending(port), 1000); n++)
		clear_pending(port);
	MUST(!vcpu_op(VCPUOP_stop_periodic_timer, 0, NULL));
	return n;
}

CLAIM("timer.periodic.stop", "until it is stopped", 0)
{
	long port = timer_port(), err = periodic(0, 2000000);

	MUST(port > 0);
	if (err)
		return err;
	MUST(!vcpu_op(VCPUOP_stop_periodic_timer, 0, NULL));
	clear_pending(port);
	return wait_for(pending(port), 20);
}

CLAIM("timer.periodic.too-fast", "not more often than each millisecond", -XEN_EINVAL)
{
	return periodic(0, 999999);
}

CLAIM("timer.periodic.huge.xsa-20", "XSA-20: nor so seldom that it overflows", -XEN_EINVAL)
{
	return periodic(0, -1UL);
}

CLAIM("timer.periodic.no-vcpu", "of a vCPU that there is not", -XEN_ENOENT)
{
	return periodic(1000, 10000000);
}
