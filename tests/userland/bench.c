// SPDX-License-Identifier: GPL-2.0
/*
 * What one operation costs: rows "pvops-bench: <row> <operations> <instructions>
 * <batches>", the instructions of one batch of so many operations. Under QEMU's
 * -icount shift=0 an instruction is a nanosecond of the machine's time, so both
 * words mean the same here. The clock ticks every 100 of them.
 */
#include <fcntl.h>
#include <linux/random.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bench.h"

uint64_t ticks_to_ns;

void bench_die(const char *what)
{
	say("pvops-init: fail: bench: %s", what);
	_exit(1);
}

/* Is @name in the comma-separated list @list? No list: all are. */
static bool wanted(const char *list, const char *name)
{
	char key[64], all[300];

	if (!list)
		return true;
	snprintf(all, sizeof(all), ",%s,", list);
	snprintf(key, sizeof(key), ",%s,", name);
	return strstr(all, key);
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

#define MAX_BATCHES	256
#define WARM_BATCHES	3

/*
 * The mean of the middle half of the batches: a tick or a kernel thread is in few
 * of them, and where there are two ordinary costs both count by how often they are.
 */
static double measure(uint64_t (*run)(long n), long operations, long batches)
{
	static uint64_t cost[MAX_BATCHES];
	double sum = 0;
	long cut;

	for (long i = 0; i < batches; i++)
		cost[i] = run(operations);
	qsort(cost, batches, sizeof(cost[0]), by_value);
	cut = batches / 4;
	for (long i = cut; i < batches - cut; i++)
		sum += cost[i];
	return sum / (batches - 2 * cut);
}

/*
 * pvops.batches=N: at most so many. pvops.times=2: twice as many, so that what the
 * machine counts in all grows by exactly those.
 */
static void run_row(const struct row *row)
{
	long batches = option_number("batches", row->batches);
	double cost;

	if (batches < 1 || batches > row->batches)
		batches = row->batches;
	batches *= option_number("times", 1);
	if (batches < 1 || batches > MAX_BATCHES)
		bench_die("pvops.times");
	if (row->start)
		row->start();
	/* The first operations fill caches of the kernel's and of ours. */
	if (row->batches > 1)
		measure(row->run, row->operations, WARM_BATCHES);
	cost = measure(row->run, row->operations, batches);
	if (row->stop)
		row->stop();
	if (cost)
		say("pvops-bench: %s %ld %.2f %ld", row->name, row->operations, cost, batches);
}

/*
 * Until the kernel has a seed each random number takes a long way, and both fork
 * and creating a file draw one. Some machines and guests are given a seed.
 */
static void seed_kernel(void)
{
	static const struct {
		struct rand_pool_info info;
		char bytes[32];
	} seed = { .info.entropy_count = 256, .info.buf_size = 32 };
	int fd = open("/dev/random", O_WRONLY);

	if (fd < 0 || ioctl(fd, RNDADDENTROPY, &seed))
		bench_die("/dev/random");
	close(fd);
}

const char *run_bench(void)
{
	const char *given = option("rows");
	char *list = given ? strdup(given) : NULL;

	ticks_to_ns = timebase ? 1000000000 / timebase : 0;
	if (!ticks_to_ns)
		return "the clock is faster than instructions, or its rate is unknown";
	seed_kernel();
	pin(0);
	for (size_t i = 0; i < bench_nr_rows; i++)
		if (wanted(list, bench_rows[i].name) && cpus_online() >= bench_rows[i].cpus)
			run_row(&bench_rows[i]);
	return NULL;
}
