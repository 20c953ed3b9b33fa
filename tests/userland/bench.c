// SPDX-License-Identifier: GPL-2.0
/*
 * What one operation costs: rows "pvops-bench: <row> <operations> <ticks>".
 * A tick is 100 instructions on QEMU's virt (10 MHz timebase, -icount shift=0),
 * so the operations are counted such that a row has some 10,000 ticks at least.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "init.h"

/* A row's function does @n operations and returns the ticks they took. */
typedef uint64_t (*row_fn)(long n);

#define TIMED(n, what) ({						\
	uint64_t start = rdtime();					\
									\
	for (long i = 0; i < (n); i++)					\
		what;							\
	rdtime() - start;						\
})

static void die(const char *what)
{
	say("pvops-init: fail: bench: %s", what);
	_exit(1);
}

static int dev_zero, dev_null;
static char byte;

static uint64_t row_null_call(long n)
{
	return TIMED(n, syscall(SYS_getppid));
}

static uint64_t row_read(long n)
{
	return TIMED(n, if (read(dev_zero, &byte, 1) != 1) die("read"));
}

static uint64_t row_write(long n)
{
	return TIMED(n, if (write(dev_null, &byte, 1) != 1) die("write"));
}

static uint64_t row_clock_gettime(long n)
{
	struct timespec ts;

	return TIMED(n, clock_gettime(CLOCK_MONOTONIC, &ts));
}

static void on_signal(int sig)
{
	(void)sig;
}

static uint64_t row_signal(long n)
{
	pid_t pid = getpid();

	signal(SIGUSR1, on_signal);
	return TIMED(n, kill(pid, SIGUSR1));
}

static void skip_store(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	(void)sig;
	(void)info;
	uc->uc_mcontext.__gregs[REG_PC] += 4;
}

static void store(char *p)
{
	asm volatile(".option push\n.option norvc\nsb zero, 0(%0)\n.option pop"
		     :: "r"(p) : "memory");
}

static uint64_t row_protection_fault(long n)
{
	struct sigaction sa = { .sa_sigaction = skip_store, .sa_flags = SA_SIGINFO };
	char *p = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t ticks;

	sigaction(SIGSEGV, &sa, NULL);
	ticks = TIMED(n, store(p));
	signal(SIGSEGV, SIG_DFL);
	munmap(p, PAGE);
	return ticks;
}

static char *map(long pages)
{
	char *p = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		die("mmap");
	return p;
}

/* Map 64 KiB, touch a page of it, unmap. */
static uint64_t row_mmap(long n)
{
	return TIMED(n, ({ char *p = map(16); *p = 1; munmap(p, 16 * PAGE); }));
}

/* First touch of an anonymous page; mapping and unmapping do not count. */
static uint64_t row_page_fault(long n)
{
	volatile char *p = map(n);
	uint64_t ticks = TIMED(n, p[i * PAGE] = 1);

	munmap((void *)p, n * PAGE);
	return ticks;
}

static void reap(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		die("child");
}

static void fork_exit(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	reap(pid);
}

static void fork_exec(char *const argv[])
{
	pid_t pid = fork();

	if (pid == 0) {
		execv(argv[0], argv);
		_exit(127);
	}
	reap(pid);
}

static uint64_t row_fork_exit(long n)
{
	return TIMED(n, fork_exit());
}

static uint64_t row_fork_exec(long n)
{
	char *const argv[] = { "/init", "exit", "0", NULL };

	return TIMED(n, fork_exec(argv));
}

static uint64_t row_sh_c(long n)
{
	char *const argv[] = { "/bin/sh", "-c", ":", NULL };

	return access(argv[0], X_OK) ? 0 : TIMED(n, fork_exec(argv));
}

/* A byte goes once around a ring of pipes through @procs processes, @n times. */
static uint64_t ring(long n, int procs, bool sockets)
{
	int fd[17][2], in, out;
	uint64_t ticks;

	for (int i = 0; i < procs; i++)
		if (sockets ? socketpair(AF_UNIX, SOCK_STREAM, 0, fd[i]) : pipe(fd[i]))
			die("pipe");
	for (int i = 1; i < procs; i++) {
		if (fork())
			continue;
		for (int j = 0; j < procs; j++)
			if (j != i)
				close(fd[j][1]);
		in = fd[i - 1][0];
		out = fd[i][1];
		while (read(in, &byte, 1) == 1)
			if (write(out, &byte, 1) != 1)
				break;
		_exit(0);
	}
	in = fd[procs - 1][0];
	out = fd[0][1];
	for (int j = 1; j < procs; j++)
		close(fd[j][1]);
	ticks = TIMED(n, if (write(out, &byte, 1) != 1 || read(in, &byte, 1) != 1) die("ring"));
	close(out);
	for (int j = 0; j < procs; j++)
		close(fd[j][0]);
	for (int j = 1; j < procs; j++)
		wait(NULL);
	return ticks;
}

static uint64_t row_pipe(long n)
{
	return ring(n, 2, false);
}

static uint64_t row_unix(long n)
{
	return ring(n, 2, true);
}

/* One operation is one switch with its pipe call, not one round. */
static uint64_t row_ctx_2(long n)
{
	return ring(n / 2, 2, false);
}

static uint64_t row_ctx_16(long n)
{
	return ring(n / 16, 16, false);
}

static void create_delete(void)
{
	int fd = open("/tmp/bench", O_CREAT | O_EXCL | O_WRONLY, 0600);

	if (fd < 0 || close(fd) || unlink("/tmp/bench"))
		die("file");
}

static uint64_t row_file(long n)
{
	return TIMED(n, create_delete());
}

/* No memory, no system call: what the ticks alone cost. */
static uint64_t row_cpu(long n)
{
	unsigned long x = 1;

	return TIMED(n, asm volatile("slli %0, %0, 1\naddi %0, %0, 1" : "+r"(x)));
}

static const struct {
	const char *name;
	row_fn run;
	long operations;
} rows[] = {
	{ "null-call", row_null_call, 4000 },
	{ "read", row_read, 4000 },
	{ "write", row_write, 4000 },
	{ "clock-gettime", row_clock_gettime, 10000 },
	{ "signal", row_signal, 1000 },
	{ "protection-fault", row_protection_fault, 1000 },
	{ "mmap", row_mmap, 500 },
	{ "page-fault", row_page_fault, 1000 },
	{ "fork-exit", row_fork_exit, 50 },
	{ "fork-exec", row_fork_exec, 30 },
	{ "sh-c", row_sh_c, 20 },
	{ "pipe", row_pipe, 300 },
	{ "ctx-2", row_ctx_2, 400 },
	{ "ctx-16", row_ctx_16, 800 },
	{ "unix", row_unix, 300 },
	{ "file", row_file, 500 },
	{ "cpu", row_cpu, 5000000 },
};

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

const char *run_bench(void)
{
	const char *list = option("rows");

	dev_zero = open("/dev/zero", O_RDONLY);
	dev_null = open("/dev/null", O_WRONLY);
	if (dev_zero < 0 || dev_null < 0)
		return "no /dev/zero";
	/* With more CPUs a ring's neighbours would wake each other by IPI. */
	pin(0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t ticks;

		if (!wanted(list, rows[i].name))
			continue;
		/* The first operations fill caches of the kernel's and of ours. */
		rows[i].run(rows[i].operations / 10);
		ticks = rows[i].run(rows[i].operations);
		if (ticks)
			say("pvops-bench: %s %ld %llu", rows[i].name,
			    rows[i].operations, (unsigned long long)ticks);
	}
	return NULL;
}
