// SPDX-License-Identifier: GPL-2.0
/* Two clocks: the CPU's counter, and the hypervisor's system time, in which deadlines are. */
#include "xt.h"

unsigned long ticks_of_ms(unsigned long ms)
{
	return ms * (arch_ticks_per_second() / 1000);
}

static uint64_t ns_of(unsigned long ticks)
{
	unsigned long f = arch_ticks_per_second();

	return ticks / f * 1000000000UL + ticks % f * 1000000000UL / f;
}

uint64_t ns_since(unsigned long ticks)
{
	return ns_of(arch_ticks() - ticks);
}

/*
 * The ABI has no call that returns it. A runstate area says when the vCPU began to run, in system time; and that was
 * just now for one that has waited. A deadline that makes it wait is found by trying.
 */
static uint64_t find_offset(void)
{
	static struct vcpu_runstate_info area __attribute__((aligned(PAGE_SIZE)));
	struct vcpu_register_runstate_memory_area r = { .addr.v = &area };
	struct sched_poll p = { .timeout = 0 };
	uint64_t waited;
	int tries = 0;

	vcpu_op(VCPUOP_register_runstate_memory_area, 0, &r);
	waited = read_once(area.time[RUNSTATE_blocked]);
	p.timeout = read_once(area.state_entry_time);
	do
		p.timeout += 5000000;
	while (!sched_op(SCHEDOP_poll, &p) && read_once(area.time[RUNSTATE_blocked]) == waited && ++tries < 100000);
	r.addr.v = NULL;
	vcpu_op(VCPUOP_register_runstate_memory_area, 0, &r);
	return area.state_entry_time - ns_of(arch_ticks());
}

/* Whatever keeps us between the two readings makes it less than it is: so the largest is right. */
uint64_t system_time(void)
{
	static int64_t offset;
	static bool known;

	for (int i = 0; !known && i < 5; i++) {
		int64_t found = find_offset();

		offset = !i || found > offset ? found : offset;
	}
	known = true;
	return ns_of(arch_ticks()) + offset;
}
