// SPDX-License-Identifier: GPL-2.0
/* Sets a watchdog, keeps it away for a while, and then spins. */
#include "guest.h"
#include <xen/xen.h>
#include <xen/sched.h>

static long watchdog(unsigned int id, unsigned int seconds)
{
	struct sched_watchdog w = { id, seconds };

	return sbi_call(XEN_RISCV_SBI_EXT, __HYPERVISOR_sched_op, 0, SCHEDOP_watchdog, (unsigned long)&w, 0, 0, 0).error;
}

static void spin(void)
{
	long id = watchdog(0, 1);
	int i;

	check(id > 0);
	for (i = 0; i < 15; i++) {
		unsigned long start = rdtime();

		while (rdtime() - start < 1000000)	/* 0.1 s */
			;
		check_eq(0, watchdog(id, 1));
	}
	say("# it is set no more\n");
	for (;;)
		;
}

TESTS(T(spin));
