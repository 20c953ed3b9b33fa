// SPDX-License-Identifier: GPL-2.0
/* Longer jobs, with programs that are in the initramfs of "bench --jobs" only; elsewhere they are no rows. */
#include <unistd.h>

#include "bench.h"

static uint64_t run_job(long n, const char *program, const char *script)
{
	char *const argv[] = { "/bin/sh", "-c", (char *)script, NULL };
	uint64_t start = rdtime();

	if (access(program, X_OK))
		return 0;
	for (long i = 0; i < n; i++)
		bench_fork_exec(argv);
	return (rdtime() - start) * ticks_to_ns;
}

#define PATHS "export PATH=/usr/bin:/bin; set -e; "

/* 40 processes that send each other messages */
uint64_t row_job_hackbench(long n)
{
	return run_job(n, "/usr/bin/hackbench", PATHS "hackbench -g 1 -l 40 >/dev/null");
}

/* Preprocess, compile, assemble and link 700 lines. */
uint64_t row_job_compile(long n)
{
	return run_job(n, "/usr/bin/riscv64-linux-gnu-gcc-14",
		       PATHS "riscv64-linux-gnu-gcc-14 -O1 -o /tmp/cpio /src/gen_init_cpio.c");
}

#define LIBRARY "/usr/lib/riscv64-linux-gnu/libsqlite3.so.0"

uint64_t row_job_gzip(long n)
{
	return run_job(n, "/usr/bin/gzip", PATHS "gzip -c <" LIBRARY " >/tmp/z; gzip -dc </tmp/z | busybox cmp - " LIBRARY);
}

uint64_t row_job_sqlite(long n)
{
	return run_job(n, "/usr/bin/sqlite3", PATHS "busybox rm -f /tmp/db; sqlite3 /tmp/db </src/job.sql >/dev/null");
}

/* Mostly fork, exec and exit */
uint64_t row_job_shell(long n)
{
	return run_job(n, "/bin/busybox", PATHS "for i in 1 2 3 4 5 6 7 8 9 10; do "
		       "busybox ls /usr/bin | busybox grep -v x | busybox wc -l >/tmp/$i; busybox rm /tmp/$i; done");
}
