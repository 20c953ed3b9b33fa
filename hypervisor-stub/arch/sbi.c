// SPDX-License-Identifier: GPL-2.0
/* Calls to the firmware (RISC-V Supervisor Binary Interface 1.0), with the legacy ones for the console alone. */
#include "csr.h"
#include "stub.h"

#define SBI_TIME	0x54494d45
#define SBI_IPI		0x735049
#define SBI_SRST	0x53525354
#define SBI_LEGACY_PUTCHAR 1
#define SBI_LEGACY_GETCHAR 2
#define SBI_LEGACY_SHUTDOWN 8

struct sbiret sbi_call(u64 ext, u64 fid, u64 arg0, u64 arg1, u64 arg2)
{
	register u64 a0 asm("a0") = arg0;
	register u64 a1 asm("a1") = arg1;
	register u64 a2 asm("a2") = arg2;
	register u64 a6 asm("a6") = fid;
	register u64 a7 asm("a7") = ext;

	asm volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a6), "r"(a7) : "memory");
	return (struct sbiret){ a0, a1 };
}

void sbi_console_putc(char c)
{
	sbi_call(SBI_LEGACY_PUTCHAR, 0, (u8)c, 0, 0);
}

int sbi_console_getc(void)
{
	return sbi_call(SBI_LEGACY_GETCHAR, 0, 0, 0, 0).error;
}

void sbi_set_timer(u64 t)
{
	sbi_call(SBI_TIME, 0, t, 0, 0);
}

void sbi_send_ipi(u64 hartid)
{
	sbi_call(SBI_IPI, 0, 1, hartid, 0);
}

void sbi_shutdown(bool failed)
{
	sbi_call(SBI_SRST, 0, 0, failed, 0);
	sbi_call(SBI_LEGACY_SHUTDOWN, 0, 0, 0, 0);
	for (;;)
		asm_wfi();
}
