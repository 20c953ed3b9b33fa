/* SPDX-License-Identifier: GPL-2.0 */
/* pvops.cmd=bench: bench.c runs what bench_rows.c measures. */
#ifndef PVOPS_BENCH_H
#define PVOPS_BENCH_H

#include "init.h"

struct row {
	const char *name;
	/* does @n operations and returns the instructions they took */
	uint64_t (*run)(long n);
	long operations, batches;
	/* before the first and after the last batch; they do not count */
	void (*start)(void), (*stop)(void);
	int cpus;
};

extern const struct row bench_rows[];
extern const size_t bench_nr_rows;

/* bench_rows.c */
void bench_fork_exec(char *const argv[]);

/* bench_jobs.c */
uint64_t row_job_hackbench(long n);
uint64_t row_job_compile(long n);
uint64_t row_job_gzip(long n);
uint64_t row_job_sqlite(long n);
uint64_t row_job_shell(long n);

/* bench.c */
extern uint64_t ticks_to_ns;
void bench_die(const char *what);

#endif
