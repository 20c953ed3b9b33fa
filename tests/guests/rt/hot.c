// SPDX-License-Identifier: GPL-2.0
/* Pages of code that are executed until they are hot. */
#include "hot.h"

void hot_write(void *at, unsigned int csr, unsigned int n, unsigned int m)
{
	unsigned int *p = at;

	p[0] = I_CSRWI(csr, n);
	p[1] = I_CSRR(csr);
	p[2] = I_ADD(m);
	p[3] = I_CSRWI(csr, 0);
	p[4] = I_RET;
}

struct sbiret hot_call(unsigned long addr, unsigned long x0, unsigned long x1,
		       unsigned long resume)
{
	register unsigned long a0 asm("a0") = x0;
	register unsigned long a1 asm("a1") = x1;
	register unsigned long a2 asm("a2") = resume;
	register unsigned long a6 asm("a6") = SBI_BASE_PROBE;
	register unsigned long a7 asm("a7") = SBI_BASE;
	register unsigned long t0 asm("t0") = addr;

	this_hart()->insn = addr;
	this_hart()->trap.cause = NO_TRAP;
	asm volatile("bnez a2, 1f\n\tlla a2, 2f\n"
		     "1:\tsd a2, %c[resume](tp)\n\t"
		     "jalr t0\n"
		     "2:\tsd zero, %c[resume](tp)"
		     : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a6), "+r"(a7), "+r"(t0)
		     : [resume] "i"(offsetof(struct hart, resume))
		     : "memory", "ra", "t1", "t2", "t3", "t4", "t5", "t6",
		       "a3", "a4", "a5");
	return (struct sbiret){ (long)a0, (long)a1 };
}

unsigned long hot_run(unsigned long addr)
{
	struct sbiret r = hot_call(addr, 0, 0, 0);
	unsigned long cause = this_hart()->trap.cause;

	return cause == NO_TRAP ? (unsigned long)r.error : 0xdead00 + cause;
}

unsigned long hot_heat(unsigned long addr, unsigned long want)
{
	unsigned long i, bad = 0;

	for (i = 0; i < 80; i++)
		bad += hot_run(addr) != want;
	return bad;
}

unsigned long hot_va(int half)
{
	static unsigned long used;

	used += 8 * PAGE;
	return half ? VA_HIGH + 512 * PAGE + used : VA_LOW + used;
}

struct spot hot_spot(int half, unsigned int n, unsigned long flags)
{
	struct spot s = { .root = vm_new(), .code = page_alloc(), .va = hot_va(half) };

	hot_write(s.code, CSR_SSCRATCH, n, 0);
	s.pte = vm_map(s.root, s.va, s.code, flags);
	fence_i();
	vm_on(s.root, 0);
	return s;
}
