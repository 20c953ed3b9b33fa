/* SPDX-License-Identifier: GPL-2.0 */
/* What the tests have of the machine that the host stands in for; host.c. */
#ifndef UNIT_HOST_H
#define UNIT_HOST_H

#include <setjmp.h>
#include "csr.h"
#include "domain.h"
#include "shadow.h"
#include "smp.h"
#include "stub.h"
#include "vcpu.h"

#define HOST_RAM_BASE	0x80000000UL
#define HOST_RAM_SIZE	(512UL << 20)

/* What a test has done wrong, or the stub: an address that is no memory, a panic nobody expected. */
extern void (*host_die)(const char *why);

/* Another piece of machine memory: exactly these bytes, so that the address sanitizer sees what is beyond. */
void host_window(paddr_t pa, void *va, u64 size);

/* The machine's console: what has been printed since host_output_clear(), and what is typed. */
const char *host_output(void);
void host_output_clear(void);
void host_type(const char *s);

/* Time goes on when the test says so. */
void host_set_time(u64 t);

/* As many levels of page tables as the harts have. */
extern unsigned int host_levels;

/* On which hart the next calls are. */
void host_on_hart(unsigned int n);
void host_harts(unsigned int n);

/*
 * Where the stub must stop (panic, power off): 0 at first, 1 after it has stopped.
 *	if (!host_catch_stop()) { ... fail(); }
 */
extern jmp_buf host_stop;
extern bool host_stop_expected, host_stop_failed;
#define host_catch_stop() (host_stop_expected = true, setjmp(host_stop))

/* The same numbers each run; UNIT_SEED in the environment makes others. */
u64 rnd(void);
u64 rnd_below(u64 n);

#endif
