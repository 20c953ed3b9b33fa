// SPDX-License-Identifier: GPL-2.0
/* The second CPU waits for functions to run. A third is never needed. */
#include "xt.h"

#define STACK	16384

struct cpu cpus[MAX_CPUS];
static char stacks[MAX_CPUS][STACK] __attribute__((aligned(16)));

void cpus_init(void);

void cpus_init(void)
{
	for (int i = 0; i < MAX_CPUS; i++) {
		cpus[i].id = i;
		cpus[i].stack_top = stacks[i] + STACK;
	}
}

void secondary(struct cpu *c)
{
	arch_upcall_on();
	write_once(c->up, true);
	for (;;) {
		if (!read_once(c->fn)) {
			relax();
			continue;
		}
		mb();
		c->fn(c->arg);
		irq_off();
		mb();
		write_once(c->fn, NULL);
	}
}

bool second_cpu(void)
{
	static bool tried;

	if (machine.nr_cpus < 2)
		return false;
	if (!tried) {
		tried = true;
		vcpu_info_register(1);		/* the answer is a claim's business */
		arch_cpu_start(1, &cpus[1]);
		wait_for(read_once(cpus[1].up), 5000);
	}
	return cpus[1].up && !cpus[1].lost;
}

void cpu_run(void (*fn)(void *), void *arg)
{
	cpus[1].arg = arg;
	mb();
	write_once(cpus[1].fn, fn);
}

bool cpu_wait(void)
{
	return wait_for(!read_once(cpus[1].fn) || cpus[1].lost, 30000) && !cpus[1].lost;
}

void relax(void)
{
	sched_op(SCHEDOP_yield, NULL);
}
