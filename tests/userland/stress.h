/* SPDX-License-Identifier: GPL-2.0 */
/* pvops.cmd=stress: stress.c runs the loads side by side; they are in stress_*.c. */
#ifndef PVOPS_STRESS_H
#define PVOPS_STRESS_H

#include "init.h"

/*
 * Does @n operations and checks what comes of each. NULL, or what was wrong.
 * @worker is this process' number among those of the same load.
 */
struct load {
	const char *name;
	const char *(*run)(long n, unsigned int worker);
	long operations;
};

extern const struct load stress_loads[];
extern const size_t stress_nr_loads;

/* stress.c: the same numbers in every run of the same worker */
uint32_t stress_random(void);

/* stress_proc.c */
const char *load_fork(long n, unsigned int worker);
const char *load_exec(long n, unsigned int worker);
const char *load_signal(long n, unsigned int worker);
const char *load_switch(long n, unsigned int worker);
const char *load_futex(long n, unsigned int worker);
const char *load_fp(long n, unsigned int worker);
const char *load_timer(long n, unsigned int worker);
const char *load_file(long n, unsigned int worker);
const char *load_socket(long n, unsigned int worker);

/* stress_mem.c */
const char *load_cow(long n, unsigned int worker);
const char *load_mmap(long n, unsigned int worker);
const char *load_sparse(long n, unsigned int worker);
const char *load_shootdown(long n, unsigned int worker);
const char *load_fill(long n, unsigned int worker);

#endif
