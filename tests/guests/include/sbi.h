/* SPDX-License-Identifier: GPL-2.0 */
/* The Supervisor Binary Interface, version 2.0, as far as the tests use it. */
#ifndef GUEST_SBI_H
#define GUEST_SBI_H

#include <stdbool.h>

#define SBI_OK			0L
#define SBI_NOT_SUPPORTED	(-2L)
#define SBI_INVALID_PARAM	(-3L)
#define SBI_INVALID_ADDRESS	(-5L)
#define SBI_ALREADY_AVAILABLE	(-6L)
#define SBI_ALREADY_STARTED	(-7L)

#define SBI_LEGACY_SET_TIMER	0UL
#define SBI_LEGACY_PUTCHAR	1UL
#define SBI_LEGACY_GETCHAR	2UL
#define SBI_LEGACY_CLEAR_IPI	3UL
#define SBI_LEGACY_SEND_IPI	4UL
#define SBI_BASE		0x10UL
#define SBI_TIME		0x54494d45UL
#define SBI_IPI			0x735049UL
#define SBI_RFENCE		0x52464e43UL
#define SBI_HSM			0x48534dUL
#define SBI_SRST		0x53525354UL
#define SBI_DBCN		0x4442434eUL

#define SBI_BASE_SPEC		0UL
#define SBI_BASE_IMPL		1UL
#define SBI_BASE_IMPL_VERSION	2UL
#define SBI_BASE_PROBE		3UL

#define SBI_RFENCE_I		0UL
#define SBI_RFENCE_VMA		1UL
#define SBI_RFENCE_VMA_ASID	2UL

#define SBI_HSM_START		0UL
#define SBI_HSM_STOP		1UL
#define SBI_HSM_STATUS		2UL
#define SBI_HSM_SUSPEND		3UL
#define HSM_STARTED		0L
#define HSM_STOPPED		1L

#define STUB_IMPL_ID		7L

struct sbiret {
	long error;
	long value;
};

struct sbiret sbi_call(unsigned long ext, unsigned long fid, unsigned long a0,
		       unsigned long a1, unsigned long a2, unsigned long a3,
		       unsigned long a4, unsigned long a5);
#define sbi0(e, f)		sbi_call(e, f, 0, 0, 0, 0, 0, 0)
#define sbi1(e, f, a)		sbi_call(e, f, a, 0, 0, 0, 0, 0)
#define sbi2(e, f, a, b)	sbi_call(e, f, a, b, 0, 0, 0, 0)
#define sbi3(e, f, a, b, c)	sbi_call(e, f, a, b, c, 0, 0, 0)

bool sbi_has(unsigned long ext);
void set_timer(unsigned long when);
void sbi_poweroff(void) __attribute__((noreturn));

/* The stub says that it is Xen's kin: implementation id 7. */
bool under_stub(void);

#endif
