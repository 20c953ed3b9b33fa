// SPDX-License-Identifier: GPL-2.0
/* Loads: processes, threads, signals, and what they talk through. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "stress.h"

/* The exit status of @pid, or -1. */
static int status_of(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

/* A tree of processes; each returns how many there are below it and itself. */
static int tree(int depth)
{
	int sum = 1;

	for (int i = 0; depth && i < 2; i++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(tree(depth - 1));
		sum += status_of(pid);
	}
	return sum;
}

const char *load_fork(long n, unsigned int worker)
{
	(void)worker;
	while (n--) {
		int count = tree(3);

		if (count != 15)
			return why("a tree of %d processes, not 15", count);
	}
	return NULL;
}

const char *load_exec(long n, unsigned int worker)
{
	char want[8];

	(void)worker;
	while (n--) {
		int got, code = stress_random() % 100;
		pid_t pid = fork();

		if (pid == 0) {
			snprintf(want, sizeof(want), "%d", code);
			execl("/init", "/init", "exit", want, NULL);
			_exit(127);
		}
		got = status_of(pid);
		if (got != code)
			return why("exec: exit status %d, not %d", got, code);
	}
	return NULL;
}

static volatile sig_atomic_t handled;

static void on_signal(int sig)
{
	(void)sig;
	handled++;
}

static void answer(long n, pid_t parent, const sigset_t *set)
{
	siginfo_t info;

	while (n--) {
		if (sigwaitinfo(set, &info) < 0)
			_exit(1);
		info.si_value.sival_int++;
		sigqueue(parent, SIGRTMIN, info.si_value);
	}
	_exit(0);
}

/* A queued signal with a number there, and the number plus one back; one to itself in between. */
const char *load_signal(long n, unsigned int worker)
{
	struct sigaction sa = { .sa_handler = on_signal };
	const long rounds = n;
	pid_t parent = getpid(), pid;
	const char *reason = NULL;
	siginfo_t info;
	sigset_t set;

	(void)worker;
	sigaction(SIGUSR1, &sa, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	pid = fork();
	if (pid == 0)
		answer(n, parent, &set);
	while (n-- && !reason) {
		union sigval value = { .sival_int = (int)n };

		kill(parent, SIGUSR1);
		if (sigqueue(pid, SIGRTMIN, value) || sigwaitinfo(&set, &info) < 0)
			reason = "sigqueue";
		else if (info.si_value.sival_int != n + 1)
			reason = why("signal: got %d, not %ld", info.si_value.sival_int, n + 1);
	}
	if (!reason && handled != rounds)
		reason = why("signal: %d of %ld handled", (int)handled, rounds);
	if (reason)
		kill(pid, SIGKILL);
	return status_of(pid) && !reason ? "signal: the other end" : reason;
}

#define RING	16

static void pass_on(int in, int out)
{
	long token;

	while (read(in, &token, sizeof(token)) == sizeof(token)) {
		token++;
		if (write(out, &token, sizeof(token)) != sizeof(token))
			break;
	}
	_exit(0);
}

/* A number goes round a ring of processes, each of which adds one. */
const char *load_switch(long n, unsigned int worker)
{
	int fd[RING][2];
	long token = 0;

	(void)worker;
	for (int i = 0; i < RING; i++)
		if (pipe(fd[i]))
			return "pipe";
	for (int i = 1; i < RING; i++) {
		if (fork())
			continue;
		for (int j = 0; j < RING; j++) {
			if (j != i - 1)
				close(fd[j][0]);
			if (j != i)
				close(fd[j][1]);
		}
		pass_on(fd[i - 1][0], fd[i][1]);
	}
	for (long i = 0; i < n; i++) {
		if (write(fd[0][1], &token, sizeof(token)) < 0 ||
		    read(fd[RING - 1][0], &token, sizeof(token)) != sizeof(token))
			return "ring";
		if (token != (i + 1) * (RING - 1))
			return why("ring: %ld after %ld rounds", token, i + 1);
	}
	for (int i = 0; i < RING; i++) {
		close(fd[i][0]);
		close(fd[i][1]);
	}
	while (wait(NULL) > 0)
		;
	return NULL;
}

#define THREADS	4

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static long turn, counted;

/* Threads take turns, each waking all others: futexes of every kind. */
static void *take_turns(void *arg)
{
	long n = counted, me = (long)(intptr_t)arg;

	for (long i = 0; i < n; i++) {
		pthread_mutex_lock(&lock);
		while (turn % THREADS != me)
			pthread_cond_wait(&changed, &lock);
		turn++;
		pthread_cond_broadcast(&changed);
		pthread_mutex_unlock(&lock);
	}
	return NULL;
}

const char *load_futex(long n, unsigned int worker)
{
	pthread_t thread[THREADS];

	(void)worker;
	counted = n / THREADS;
	for (long i = 0; i < THREADS; i++)
		if (pthread_create(&thread[i], NULL, take_turns, (void *)(intptr_t)i))
			return "no thread";
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	return turn == counted * THREADS ? NULL : why("futex: %ld turns of %ld", turn, n);
}

/* Numbers live in registers while others run. */
const char *load_fp(long n, unsigned int worker)
{
	register double a asm("fs0") = worker + 1.5;
	register double b asm("fs5") = worker * 3 + 0.25;
	register double c asm("fs11") = 1.0 / (worker + 3);

	while (n--) {
		asm volatile("" : "+f"(a), "+f"(b), "+f"(c));
		sched_yield();
		asm volatile("" : "+f"(a), "+f"(b), "+f"(c));
		if (a != worker + 1.5 || b != worker * 3 + 0.25 || c != 1.0 / (worker + 3))
			return "a floating-point register changed";
	}
	return NULL;
}

/* A timer of the process' that interrupts it, beside one that it sleeps for. */
const char *load_timer(long n, unsigned int worker)
{
	struct itimerspec every = { { 0, 1000000 }, { 0, 1000000 } };
	struct timespec last, now;
	int fd = timerfd_create(CLOCK_MONOTONIC, 0);

	(void)worker;
	if (fd < 0 || timerfd_settime(fd, 0, &every, NULL))
		return "timerfd";
	clock_gettime(CLOCK_MONOTONIC, &last);
	for (long i = 0; i < n; i++) {
		struct timespec ms = { 0, 1 + stress_random() % 1000000 };
		uint64_t expired;

		if (read(fd, &expired, sizeof(expired)) != sizeof(expired) || !expired)
			return "timerfd: not expired";
		if (nanosleep(&ms, NULL))
			return "nanosleep";
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec < last.tv_sec || (now.tv_sec == last.tv_sec && now.tv_nsec < last.tv_nsec + ms.tv_nsec))
			return "the clock went too little";
		last = now;
	}
	close(fd);
	return NULL;
}

const char *load_file(long n, unsigned int worker)
{
	char name[40], other[40], out[3000], in[3000];

	snprintf(name, sizeof(name), "/tmp/stress-%u", worker);
	snprintf(other, sizeof(other), "/tmp/stress-%u.other", worker);
	while (n--) {
		size_t size = 1 + stress_random() % sizeof(out);
		int fd = open(name, O_CREAT | O_EXCL | O_RDWR, 0600);

		memset(out, stress_random(), size);
		if (fd < 0 || write(fd, out, size) != (ssize_t)size || rename(name, other))
			return why("file: %s", strerror(errno));
		if (pread(fd, in, sizeof(in), 0) != (ssize_t)size || memcmp(in, out, size))
			return "file: another content";
		if (close(fd) || unlink(other))
			return "file: cannot put it away";
	}
	return NULL;
}

static void send_bytes(int fd, long n)
{
	unsigned char buf[5000], next = 0;

	while (n--) {
		size_t size = 1 + stress_random() % sizeof(buf);

		for (size_t i = 0; i < size; i++)
			buf[i] = next++;
		for (size_t done = 0; done < size; ) {
			ssize_t sent = write(fd, buf + done, size - done);

			if (sent <= 0)
				_exit(1);
			done += sent;
		}
	}
	_exit(0);
}

/* A stream of pieces of any size; no byte may be lost or changed. */
const char *load_socket(long n, unsigned int worker)
{
	unsigned char buf[3000], next = 0;
	ssize_t got;
	pid_t pid;
	int sv[2];

	(void)worker;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, sv))
		return "socketpair";
	pid = fork();
	if (pid == 0) {
		close(sv[0]);
		send_bytes(sv[1], n);
	}
	close(sv[1]);
	while ((got = read(sv[0], buf, 1 + stress_random() % sizeof(buf))) > 0)
		for (ssize_t i = 0; i < got; i++)
			if (buf[i] != next++)
				return "socket: a byte is wrong";
	close(sv[0]);
	return status_of(pid) ? "socket: the other end" : NULL;
}
