// SPDX-License-Identifier: GPL-2.0
/*
 * Loops in faults: paging is on and stvec points to an unmapped page. In
 * VS-mode these faults never reach the stub (they are delegated), so an hvm
 * guest may spin in its own time; others must not notice.
 */
#include "guest.h"
#include "vm.h"

static void faultloop(void)
{
	vm_on(vm_new(), 0);
	say("# looping in faults\n");
	csr_write(stvec, VA_LOW);
	*(volatile long *)VA_HIGH = 1;
}

TESTS(T(faultloop));
