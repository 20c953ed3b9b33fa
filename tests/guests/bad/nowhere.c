// SPDX-License-Identifier: GPL-2.0
/*
 * Jumps to nowhere with stvec unset: the trap's own handler cannot be fetched
 * either. A machine would spin for ever; the stub ends the domain.
 */
#include "guest.h"

static void nowhere(void)
{
	say("# jumping to nowhere\n");
	csr_write(stvec, 0);
	((void (*)(void))0x10000000000UL)();
}

TESTS(T(nowhere));
