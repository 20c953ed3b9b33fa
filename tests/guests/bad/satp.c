// SPDX-License-Identifier: GPL-2.0
/* A root table where there is no memory: not even the next instruction is there. */
#include "guest.h"
#include "vm.h"

static void satp(void)
{
	say("# a root table nowhere\n");
	csr_write(satp, SATP(SATP_SV39, 0, 0x10000000000UL));
	fence_all();
}

TESTS(T(satp));
