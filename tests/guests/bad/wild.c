// SPDX-License-Identifier: GPL-2.0
/*
 * A page of garbage, run with no care at all: anything may become of this
 * domain. The claim is the other domains': they run on.
 */
#include "guest.h"
#include "vm.h"

static void wild(void)
{
	unsigned int *code = (unsigned int *)mega_a;
	unsigned long i, seed = 4711;

	for (i = 0; i < MEGA / 4; i++) {
		seed = seed * 6364136223846793005UL + 1442695040888963407UL;
		code[i] = (unsigned int)(seed >> 32);
		if (i & 1)	/* every second word a SYSTEM instruction */
			code[i] = (code[i] & ~0x7fU) | 0x73;
	}
	fence_i();
	say("# running wild\n");
	csr_write(stvec, (unsigned long)mega_a + PAGE);
	((void (*)(void))mega_a)();
}

TESTS(T(wild));
