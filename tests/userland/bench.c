// SPDX-License-Identifier: GPL-2.0
/*
 * What one operation costs: rows "pvops-bench: <row> <operations> <instructions>
 * <batches> <percent>", the instructions of one batch of so many operations, and
 * how far the first half of the batches is from the second ("-": one batch). Under QEMU's
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

#define MAX_BATCHES	1024
#define WARM_BATCHES	3
#define REPEATS		4
#define AGREE		1.0	/* percent */

static uint64_t cost[MAX_BATCHES];

/*
 * The mean of the middle half of @n batches: a tick or a kernel thread is in few
 * of them, and where there are two ordinary costs both count by how often they are.
 */
static double middle_mean(const uint64_t *from, long n)
{
	static uint64_t sorted[MAX_BATCHES];
	long cut = n / 4;
	double sum = 0;

	memcpy(sorted, from, n * sizeof(*from));
	qsort(sorted, n, sizeof(sorted[0]), by_value);
	for (long i = cut; i < n - cut; i++)
		sum += sorted[i];
	return sum / (n - 2 * cut);
}

/* How many percent the two halves of @n batches are apart. */
static double halves_differ(long n)
{
	double a = middle_mean(cost, n / 2), b = middle_mean(cost + n / 2, n - n / 2);

	return !a ? 0 : a < b ? 100 * (b / a - 1) : 100 * (a / b - 1);
}

/* Runs batches @from to @to, and returns the latter. */
static long run_batches(const struct row *row, long from, long to)
{
	if (to > MAX_BATCHES)
		bench_die("too many batches");
	for (long i = from; i < to; i++)
		cost[i] = row->run(row->operations);
	return to;
}

/*
 * @batches again and again until the halves agree, at most REPEATS times. With @times, more than any run without.
 */
static long measure(const struct row *row, long batches, long times)
{
	long n = run_batches(row, 0, batches);

	if (times > 1)
		return run_batches(row, n, n == 1 ? times : n * (REPEATS + times - 1));
	for (int i = 1; i < REPEATS && n > 1 && halves_differ(n) > AGREE; i++)
		n = run_batches(row, n, n + batches);
	return n;
}

/*
 * pvops.batches=N: at most so many at first. pvops.times=2: more of them, so that
 * what the machine counts in all grows by exactly those; of a row of one batch, two.
 */
static void run_row(const struct row *row)
{
	long batches = option_number("batches", row->batches);
	char apart[20] = "-";
	double each;

	if (batches < 1 || batches > row->batches)
		batches = row->batches;
	if (row->start)
		row->start();
	/* The first operations fill caches of the kernel's and of ours. */
	for (int i = 0; row->batches > 1 && i < WARM_BATCHES; i++)
		row->run(row->operations);
	batches = measure(row, batches, option_number("times", 1));
	if (row->stop)
		row->stop();
	each = middle_mean(cost, batches);
	if (batches > 1)
		snprintf(apart, sizeof(apart), "%.2f", halves_differ(batches));
	if (each)
		say("pvops-bench: %s %ld %.2f %ld %s", row->name, row->operations, each, batches, apart);
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
