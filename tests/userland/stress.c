// SPDX-License-Identifier: GPL-2.0
/*
 * Everything at once, for a bounded number of operations: each load in some
 * processes of its own, all of them side by side. Afterwards the kernel must
 * have had no warning to say.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stress.h"

const struct load stress_loads[] = {
	{ "fork", load_fork, 30 },
	{ "exec", load_exec, 20 },
	{ "signal", load_signal, 500 },
	{ "switch", load_switch, 300 },
	{ "futex", load_futex, 1000 },
	{ "fp", load_fp, 500 },
	{ "timer", load_timer, 100 },
	{ "file", load_file, 200 },
	{ "socket", load_socket, 200 },
	{ "cow", load_cow, 30 },
	{ "mmap", load_mmap, 1500 },
	{ "sparse", load_sparse, 40 },
	{ "shootdown", load_shootdown, 200 },
	{ "fill", load_fill, 3 },
};

const size_t stress_nr_loads = ARRAY_SIZE(stress_loads);

#define REASON	120

static uint32_t random_state;

uint32_t stress_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state;
}

/* pvops.loads=a,b: only these */
static bool wanted(const char *name)
{
	const char *list = option("loads");
	char key[64], all[300];

	if (!list)
		return true;
	snprintf(all, sizeof(all), ",%s,", list);
	snprintf(key, sizeof(key), ",%s,", name);
	return strstr(all, key);
}

static void start_worker(const struct load *load, long rounds, unsigned int worker, char *reason)
{
	const char *r;

	if (fork())
		return;
	random_state = 0x9e3779b9 * (worker + 1) ^ (uint32_t)(load - stress_loads + 1);
	r = load->run(load->operations * rounds, worker);
	snprintf(reason, REASON, "%s", r ? r : "");
	_exit(0);
}

/* The kernel's words from here on; -1 if it keeps none. */
static int open_log(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0)
		lseek(fd, 0, SEEK_END);
	return fd;
}

/* The first line of level "warning" or worse since then. */
static const char *warning(int log)
{
	char line[1024];
	ssize_t n;

	if (log < 0)
		return "no /dev/kmsg";
	while ((n = read(log, line, sizeof(line) - 1)) > 0 || errno == EPIPE) {
		const char *text;

		if (n <= 0)	/* overwritten: the log goes on behind it */
			continue;
		line[n] = '\0';
		text = strchr(line, ';');
		if (text && (atoi(line) & 7) <= 4)
			return why("the kernel says: %.150s", strtok((char *)text + 1, "\n"));
	}
	return NULL;
}

/* pvops.warn=WORD: a warning of the kernel's that is none, to see that it is found */
static const char *made_up_warning(const char *word)
{
	int fd = open("/dev/kmsg", O_WRONLY);
	char line[100];
	int len = snprintf(line, sizeof(line), "<4>%s\n", word);

	if (fd < 0 || write(fd, line, len) != len)
		return why("/dev/kmsg: %s", strerror(errno));
	close(fd);
	return NULL;
}

/* Starts them all, in turns, and waits for all; @reasons has one place each. */
static int run_all(char (*reasons)[REASON], long rounds, int workers)
{
	int started = 0, bad = 0, status;

	for (int w = 0; w < workers; w++)
		for (size_t i = 0; i < stress_nr_loads; i++)
			if (wanted(stress_loads[i].name)) {
				strcpy(reasons[started], "did not end");
				start_worker(&stress_loads[i], rounds, w, reasons[started]);
				started++;
			}
	for (int ended = 1; wait(&status) > 0; ended++) {
		bad += !!status;
		if (ended % 8 == 0)	/* a sign of life, for time limits */
			say("pvops-stress: %d of %d have ended", ended, started);
	}
	say("pvops-stress: %d processes, %ld rounds, %d died", started, rounds, bad);
	return started;
}

/* pvops.rounds=N: so many times the operations. pvops.workers=N: processes a load (default: 1). */
const char *run_stress(void)
{
	long rounds = option_number("rounds", 1), workers = option_number("workers", 1);
	size_t size = stress_nr_loads * workers * REASON;
	char (*reasons)[REASON];
	const char *reason = NULL;
	int log = open_log(), count;

	if (rounds < 1 || workers < 1 || workers > 64)
		return "pvops.rounds or pvops.workers";
	reasons = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (reasons == MAP_FAILED)
		return "no memory";
	reason = option("warn") ? made_up_warning(option("warn")) : NULL;
	if (reason)
		return reason;
	count = run_all(reasons, rounds, workers);
	if (!count)
		return "no such load";
	for (int i = 0; i < count; i++)
		if (*reasons[i])
			return why("worker %d: %s", i, reasons[i]);
	return warning(log);
}
