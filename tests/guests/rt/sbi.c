// SPDX-License-Identifier: GPL-2.0
/* SBI calls: a7 extension, a6 function, a0 and a1 error and value. */
#include "guest.h"

struct sbiret sbi_call(unsigned long ext, unsigned long fid, unsigned long x0,
		       unsigned long x1, unsigned long x2, unsigned long x3,
		       unsigned long x4, unsigned long x5)
{
	register unsigned long a0 asm("a0") = x0;
	register unsigned long a1 asm("a1") = x1;
	register unsigned long a2 asm("a2") = x2;
	register unsigned long a3 asm("a3") = x3;
	register unsigned long a4 asm("a4") = x4;
	register unsigned long a5 asm("a5") = x5;
	register unsigned long a6 asm("a6") = fid;
	register unsigned long a7 asm("a7") = ext;

	asm volatile("ecall" : "+r"(a0), "+r"(a1)
		     : "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a6), "r"(a7)
		     : "memory");
	return (struct sbiret){ (long)a0, (long)a1 };
}

bool sbi_has(unsigned long ext)
{
	struct sbiret r = sbi1(SBI_BASE, SBI_BASE_PROBE, ext);

	return r.error == SBI_OK && r.value != 0;
}

bool under_stub(void)
{
	return sbi0(SBI_BASE, SBI_BASE_IMPL).value == STUB_IMPL_ID;
}

void set_timer(unsigned long when)
{
	sbi1(SBI_TIME, 0, when);
}

void sbi_poweroff(void)
{
	sbi2(SBI_SRST, 0, 0, 0);
	for (;;)
		wfi();
}
