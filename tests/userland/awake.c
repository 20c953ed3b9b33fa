// SPDX-License-Identifier: GPL-2.0
/*
 * pvops.awake=1: a process of its own looks at the kernel's threads, and says which one has had a CPU to itself for eight
 * seconds and has not slept. One that has much to do for somebody waits now and then, one that is caught in a loop does not. ksoftirqd
 * is never looked at: how much there is for it is not its own affair. And which one has waited for half a minute where nothing can wake
 * it but what it waits for; the kernel then says where.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "init.h"

#define MAX_THREADS	512
#define TICKS		40		/* of 10 ms, between two looks */
#define LOOKS		20
#define LOOKS_STUCK	75

struct thread { int pid; unsigned long ticks, slept; int busy, stuck; };

static struct thread threads[MAX_THREADS];

static struct thread *thread_of(int pid)
{
	struct thread *t;

	for (t = threads; t < threads + MAX_THREADS && t->pid && t->pid != pid; t++)
		;
	return t < threads + MAX_THREADS ? t : NULL;
}

/* How often it has given its CPU away by itself */
static unsigned long slept(const char *pid)
{
	static const char name[] = "\nvoluntary_ctxt_switches:";
	char path[32], status[2048], *p;

	snprintf(path, sizeof(path), "/proc/%.10s/status", pid);
	p = read_file(path, status, sizeof(status)) > 0 ? strstr(status, name) : NULL;
	return p ? strtoul(p + sizeof(name) - 1, NULL, 10) : 0;
}

/* sysrq 'w': the stack of each task that waits so */
static void say_where(const char *name)
{
	say("pvops-awake: %s waits for ever", name);
	say("pvops-awake: %s", sysrq("w"));
}

/* proc_pid_stat(5): a kernel thread is a child of 2; field 3 is its state, field 15 its time. */
static void look_at(const char *pid)
{
	char path[32], stat[512], *name, *rest;
	struct thread *t = thread_of(atoi(pid));
	unsigned long ticks, times;
	int parent;
	char state;

	snprintf(path, sizeof(path), "/proc/%.10s/stat", pid);
	if (!t || read_file(path, stat, sizeof(stat)) <= 0)
		return;
	name = strchr(stat, '(');
	rest = strrchr(stat, ')');
	if (!name || !rest || sscanf(rest, ") %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %lu", &state, &parent, &ticks) != 3 || parent != 2 ||
	    !strncmp(name, "(ksoftirqd", 10))
		return;
	*rest = 0;
	times = slept(pid);
	t->busy = t->pid && ticks - t->ticks >= TICKS * 9 / 10 && times == t->slept ? t->busy + 1 : 0;
	t->stuck = t->pid && state == 'D' && times == t->slept ? t->stuck + 1 : 0;
	t->pid = atoi(pid);
	t->ticks = ticks;
	t->slept = times;
	if (t->busy == LOOKS)
		say("pvops-awake: %s does not sleep", name + 1);
	if (t->stuck == LOOKS_STUCK)
		say_where(name + 1);
}

void watch_threads(void)
{
	struct dirent *e;
	DIR *d;

	if (!option("awake") || fork())
		return;
	for (;; usleep(TICKS * 10000)) {
		d = opendir("/proc");
		while (d && (e = readdir(d)))
			if (e->d_name[0] > '0' && e->d_name[0] <= '9')
				look_at(e->d_name);
		if (d)
			closedir(d);
	}
}
