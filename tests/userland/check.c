// SPDX-License-Identifier: GPL-2.0
/*
 * The checks' runner: each in a process of its own, one KTAP line each, all of
 * them even when one fails.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init.h"

static const struct {
	const char *name;
	check_fn run;
} checks[] = {
	{ "mounts", check_mounts },
	{ "cpus", check_cpus },
	{ "memory", check_memory },
	{ "exec", check_exec },
	{ "pipe", check_pipe },
	{ "socket", check_socket },
	{ "file", check_file },
	{ "mprotect", check_mprotect },
	{ "cow", check_cow },
	{ "kernel-memory", check_kernel_memory },
	{ "addresses", check_addresses },
	{ "privilege", check_privilege },
	{ "fp-switch", check_fp_switch },
	{ "fp-signal", check_fp_signal },
	{ "clock", check_clock },
	{ "sleep", check_sleep },
	{ "itimer", check_itimer },
	{ "preempt", check_preempt },
	{ "ticks", check_ticks },
	{ "xen", check_xen },
	{ "disk", check_disk },
	{ "net", check_net },
	{ "packets", check_packets },
	{ "until", check_until },
	{ "lives", check_lives },
	{ "smp-counter", check_smp_counter },
	{ "smp-membarrier", check_smp_membarrier },
	{ "smp-shootdown", check_smp_shootdown },
	{ "smp-icache", check_smp_icache },
	{ "fp-preempt", check_fp_preempt },
};

const char *why(const char *fmt, ...)
{
	static char reason[200];
	va_list args;

	va_start(args, fmt);
	vsnprintf(reason, sizeof(reason), fmt, args);
	va_end(args);
	return reason;
}

/* Memory that a fork does not copy. */
void *shared_page(void)
{
	void *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

int pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set);
}

int cpus_online(void)
{
	return sysconf(_SC_NPROCESSORS_ONLN);
}

/* Runs one check in a child; its reason comes back in @reason, "" if passed. */
static void run_one(check_fn run, char *reason)
{
	int status;
	pid_t pid;

	strcpy(reason, "did not end");
	pid = fork();
	if (pid == 0) {
		const char *r = run();

		snprintf(reason, 200, "%s", r ? r : "");
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		strcpy(reason, "no process");
	else if (WIFSIGNALED(status))
		snprintf(reason, 200, "killed by signal %d", WTERMSIG(status));
	else if (WEXITSTATUS(status))
		snprintf(reason, 200, "exit status %d", WEXITSTATUS(status));
}

const char *run_checks(void)
{
	char *reason = shared_page();
	const char *first = NULL;
	char what[256];

	if (!reason)
		return "no shared memory";
	say("KTAP version 1");
	say("1..%zu", ARRAY_SIZE(checks));
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		run_one(checks[i].run, reason);
		if (!*reason) {
			say("ok %zu %s", i + 1, checks[i].name);
		} else if (!strncmp(reason, "SKIP ", 5)) {
			say("ok %zu %s # %s", i + 1, checks[i].name, reason);
		} else {
			say("not ok %zu %s # %s", i + 1, checks[i].name, reason);
			if (!first)
				snprintf(what, sizeof(what), "%s: %s", checks[i].name, reason);
			first = what;
		}
	}
	return first ? why("%s", first) : NULL;
}
