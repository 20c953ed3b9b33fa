// SPDX-License-Identifier: GPL-2.0
/* Checks: privilege, floating-point state, clocks, timers and preemption. */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "init.h"

static volatile sig_atomic_t signals;

static void count_signal(int sig)
{
	(void)sig;
	signals++;
}

/* Skips the (four-byte) instruction that was refused. */
static void skip_illegal(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	(void)sig;
	(void)info;
	signals++;
	uc->uc_mcontext.__gregs[REG_PC] += 4;
}

#define REFUSED(insn) do {						\
	int before = signals;						\
	asm volatile(insn ::: "memory");				\
	if (signals != before + 1)					\
		return "not refused: " insn;				\
} while (0)

/* User space of a pv guest runs in U-mode as its kernel does: not as it. */
const char *check_privilege(void)
{
	struct sigaction sa = { .sa_sigaction = skip_illegal, .sa_flags = SA_SIGINFO };

	sigaction(SIGILL, &sa, NULL);
	REFUSED("csrr zero, sstatus");
	REFUSED("csrsi sstatus, 2");
	REFUSED("csrr zero, satp");
	REFUSED("csrw sscratch, zero");
	REFUSED("csrw stvec, zero");
	REFUSED("csrr zero, 0x600");		/* hstatus */
	REFUSED("sfence.vma");
	REFUSED("sret");
	REFUSED(".4byte 0x00000000");
	return NULL;
}

#define FP_ALL(op, base)							\
	".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,"	\
	"16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31\n"	\
	op " f\\n, 8*\\n(" base ")\n"						\
	".endr\n"

/*
 * Loads f0..f31 with numbers made from @seed, makes the system call @nr(@a, @b)
 * and looks at them again. One asm: the compiler must not see the registers.
 */
static bool fp_survives(uint64_t seed, long nr, long a, long b)
{
	register long a0 asm("a0") = a;
	register long a1 asm("a1") = b;
	register long a7 asm("a7") = nr;
	uint64_t in[32], out[32];

	for (int i = 0; i < 32; i++)
		in[i] = seed * (2 * i + 1);
	asm volatile(
		FP_ALL("fld", "%[in]")
		"ecall\n"
		FP_ALL("fsd", "%[out]")
		: "+r"(a0)
		: "r"(a1), "r"(a7), [in] "r"(in), [out] "r"(out)
		: "memory", "ft0", "ft1", "ft2", "ft3", "ft4", "ft5", "ft6", "ft7",
		  "fs0", "fs1", "fa0", "fa1", "fa2", "fa3", "fa4", "fa5", "fa6", "fa7",
		  "fs2", "fs3", "fs4", "fs5", "fs6", "fs7", "fs8", "fs9", "fs10", "fs11",
		  "ft8", "ft9", "ft10", "ft11");
	return !memcmp(in, out, sizeof(in));
}

/* Two processes on one CPU, each with numbers of its own. */
const char *check_fp_switch(void)
{
	int status = 0;
	pid_t pid;
	bool ok = true;

	pin(0);
	pid = fork();
	for (uint64_t i = 1; ok && i <= 30; i++)
		ok = fp_survives(pid ? i << 40 : i * 1234567, SYS_sched_yield, 0, 0);
	if (pid == 0)
		_exit(!ok);
	if (waitpid(pid, &status, 0) != pid || status)
		return "the child's registers changed";
	return ok ? NULL : "registers changed";
}

static void clobber_fp(int sig)
{
	(void)sig;
	signals++;
	fp_survives(0x5555555555555555, SYS_getpid, 0, 0);
}

const char *check_fp_signal(void)
{
	signal(SIGUSR1, clobber_fp);
	for (int i = 1; i <= 5; i++) {
		if (!fp_survives(i * 0x0123456789ULL, SYS_kill, getpid(), SIGUSR1))
			return "registers changed";
		if (signals != i)
			return why("%d signals, not %d", (int)signals, i);
	}
	return NULL;
}

/*
 * A handler that changes all registers returns again and again, while a process
 * that runs before any other takes the CPU away so many times, anywhere in it.
 */
const char *check_fp_preempt(void)
{
	struct sched_param first = { .sched_priority = 1 };
	long times = option_number("fp-preempt", 0);
	pid_t pid;

	if (times <= 0)
		return "SKIP pvops.fp-preempt= says not how often";
	pin(0);
	pid = fork();
	if (pid == 0) {
		signal(SIGUSR1, clobber_fp);
		for (uint64_t i = 1;; i++)
			if (!fp_survives(i * 0x0123456789ULL, SYS_kill, getpid(), SIGUSR1))
				_exit(1);
	}
	if (pid < 0)
		return "no process";
	if (sched_setscheduler(0, SCHED_FIFO, &first)) {
		kill(pid, SIGKILL);
		return "sched_setscheduler";
	}
	for (long i = 0; i < times; i++) {
		struct timespec ts = { .tv_nsec = 20000 + i % 97 * 100 };

		nanosleep(&ts, NULL);
		if (waitpid(pid, NULL, WNOHANG) == pid)
			return why("registers changed, after %ld of %ld times", i + 1, times);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return NULL;
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/* The vDSO and the system call tell one time, and it never goes back. */
const char *check_clock(void)
{
	uint64_t last = now_ns();

	for (int i = 0; i < 50; i++) {
		struct timespec ts;
		uint64_t now;

		if (syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &ts))
			return "clock_gettime";
		now = ts.tv_sec * 1000000000ULL + ts.tv_nsec;
		if (now < last)
			return why("the system call is %llu ns behind the vDSO",
				   (unsigned long long)(last - now));
		last = now_ns();
		if (last < now)
			return why("the vDSO is %llu ns behind the system call",
				   (unsigned long long)(now - last));
	}
	return NULL;
}

#define SLEEP_NS	10000000L

const char *check_sleep(void)
{
	struct timespec ts = { .tv_nsec = SLEEP_NS };
	/* Ticks around nanoseconds: a vCPU may lose its turn between the two. */
	uint64_t ticks = rdtime(), start = now_ns(), ns;

	if (nanosleep(&ts, NULL))
		return "nanosleep";
	ns = now_ns() - start;
	ticks = rdtime() - ticks;
	if (ns < SLEEP_NS)
		return why("%llu ns are too short", (unsigned long long)ns);
	/* Both clocks count the same time: at most 1 % apart. */
	if (timebase && ticks * 1000000000 / timebase < ns / 100 * 99)
		return why("%llu ns are %llu ticks", (unsigned long long)ns,
			   (unsigned long long)ticks);
	return NULL;
}

const char *check_itimer(void)
{
	struct itimerval it = { .it_interval.tv_usec = 2000, .it_value.tv_usec = 2000 };
	sigset_t block, old;

	signal(SIGALRM, count_signal);
	sigemptyset(&block);
	sigaddset(&block, SIGALRM);
	sigprocmask(SIG_BLOCK, &block, &old);
	if (setitimer(ITIMER_REAL, &it, NULL))
		return "setitimer";
	while (signals < 3)
		sigsuspend(&old);
	return NULL;
}

/* The tick takes the CPU from a process that does not give it away. */
const char *check_preempt(void)
{
	volatile unsigned long *count = shared_page();
	uint64_t limit = now_ns() + 30000000000;	/* by the clock of a host that may be busy */
	pid_t pid;

	pin(0);
	pid = fork();
	if (pid == 0)
		for (;;)
			++*count;
	if (pid < 0)	/* kill() takes it for everybody */
		return "no process";
	while (!*count && now_ns() < limit)
		;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return *count ? NULL : "the child never ran";
}

/* The column of @cpu in the timer's line of /proc/interrupts. */
static long timer_interrupts(int cpu)
{
	char buf[8192], *line, *end;

	if (read_file("/proc/interrupts", buf, sizeof(buf)) <= 0)
		return -1;
	line = strstr(buf, "riscv-timer");
	if (!line)
		return -1;
	while (line > buf && line[-1] != '\n')
		line--;
	line = strchr(line, ':') + 1;
	for (; cpu > 0; cpu--) {
		strtol(line, &end, 10);
		line = end;
	}
	return strtol(line, NULL, 10);
}

const char *check_ticks(void)
{
	for (int cpu = 0; cpu < cpus_online(); cpu++) {
		struct timespec ts = { .tv_nsec = 1000000 };
		long before, after;

		if (pin(cpu))
			return why("CPU %d: cannot run there", cpu);
		before = timer_interrupts(cpu);
		nanosleep(&ts, NULL);
		after = timer_interrupts(cpu);
		if (before < 0 || after <= before)
			return why("CPU %d: %ld timer interrupts, then %ld", cpu, before, after);
	}
	return NULL;
}
