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

/* The instructions that @n times @what take. */
#define TIMED(n, what) ({						\
	uint64_t start = rdtime();					\
									\
	for (long i = 0; i < (n); i++)					\
		what;							\
	(rdtime() - start) * ticks_to_ns;				\
})


/* bench_rows.c */
char *bench_map(long pages);
void bench_schedule_by(int policy);
void bench_fork_exec(char *const argv[]);

/* bench_jobs.c */
uint64_t row_job_hackbench(long n);
uint64_t row_job_compile(long n);
uint64_t row_job_gzip(long n);
uint64_t row_job_sqlite(long n);
uint64_t row_job_shell(long n);

/* bench_devices.c */
void disk_start(void);
void disk_cached_start(void);
void disk_stop(void);
uint64_t row_read_4k(long n);
uint64_t row_random_4k(long n);
uint64_t row_write_4k(long n);
uint64_t row_read_128k(long n);
uint64_t row_write_128k(long n);
void stream_start(void);
void net_round_trip_start(void);
void net_stop(void);
uint64_t row_stream(long n);
uint64_t row_net_round_trip(long n);

/* bench.c */
extern uint64_t ticks_to_ns;
void bench_die(const char *what);

#endif
