// SPDX-License-Identifier: GPL-2.0
/* The operations that the benchmark measures. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "bench.h"

static int device;
static char byte;

static void read_start(void)
{
	device = open("/dev/zero", O_RDONLY);
}

static void write_start(void)
{
	device = open("/dev/null", O_WRONLY);
}

static void device_stop(void)
{
	close(device);
}

static uint64_t row_null_call(long n)
{
	return TIMED(n, syscall(SYS_getppid));
}

static uint64_t row_read(long n)
{
	return TIMED(n, if (read(device, &byte, 1) != 1) bench_die("read"));
}

static uint64_t row_write(long n)
{
	return TIMED(n, if (write(device, &byte, 1) != 1) bench_die("write"));
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

static void signal_start(void)
{
	signal(SIGUSR1, on_signal);
}

static uint64_t row_signal(long n)
{
	pid_t pid = getpid();

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

char *bench_map(long pages)
{
	char *p = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		bench_die("mmap");
	return p;
}

static char *read_only;

static void protection_fault_start(void)
{
	struct sigaction sa = { .sa_sigaction = skip_store, .sa_flags = SA_SIGINFO };

	read_only = bench_map(1);
	mprotect(read_only, PAGE, PROT_READ);
	sigaction(SIGSEGV, &sa, NULL);
}

static void protection_fault_stop(void)
{
	signal(SIGSEGV, SIG_DFL);
	munmap(read_only, PAGE);
}

static uint64_t row_protection_fault(long n)
{
	return TIMED(n, store(read_only));
}

/* Map 64 KiB, touch a page of it, unmap. */
static uint64_t row_mmap(long n)
{
	return TIMED(n, ({ char *p = bench_map(16); *p = 1; munmap(p, 16 * PAGE); }));
}

/* First touch of an anonymous page; mapping and unmapping do not count. */
static uint64_t row_page_fault(long n)
{
	volatile char *p = bench_map(n);
	uint64_t cost = TIMED(n, p[i * PAGE] = 1);

	munmap((void *)p, n * PAGE);
	return cost;
}

static void reap(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		bench_die("child");
}

static void fork_exit(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	reap(pid);
}

void bench_fork_exec(char *const argv[])
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

	return TIMED(n, bench_fork_exec(argv));
}

static uint64_t row_sh_c(long n)
{
	char *const argv[] = { "/bin/sh", "-c", ":", NULL };

	return access(argv[0], X_OK) ? 0 : TIMED(n, bench_fork_exec(argv));
}

/*
 * With SCHED_FIFO a process that wakes another runs on until it blocks. The fair
 * scheduler decides that by virtual time, so any change of what ran before would
 * change how often a round trip sleeps: by 9 % for two identical kernels.
 */
void bench_schedule_by(int policy)
{
	struct sched_param sp = { .sched_priority = policy == SCHED_FIFO };

	if (sched_setscheduler(0, policy, &sp))
		bench_die("sched_setscheduler");
}

static void send_on(int in, int out)
{
	while (read(in, &byte, 1) == 1)
		if (write(out, &byte, 1) != 1)
			break;
	_exit(0);
}

static void round_trip(int in, int out)
{
	if (write(out, &byte, 1) != 1 || read(in, &byte, 1) != 1)
		bench_die("ring");
}

static int ring_in, ring_out, ring_procs;

/* A ring of @procs processes, each but this one on CPU @cpu; what comes in on one end goes out on the other. */
static void ring_start(int procs, bool sockets, int cpu)
{
	int fd[2];

	bench_schedule_by(SCHED_FIFO);
	ring_procs = procs;
	for (int i = 0; i < procs; i++) {
		if (sockets ? socketpair(AF_UNIX, SOCK_STREAM, 0, fd) : pipe(fd))
			bench_die("pipe");
		if (i == 0) {
			ring_out = fd[1];
		} else {
			pid_t pid = fork();

			if (pid < 0)
				bench_die("fork");
			if (pid == 0) {
				pin(cpu);
				close(ring_out);
				close(fd[0]);
				send_on(ring_in, fd[1]);
			}
			close(ring_in);
			close(fd[1]);
		}
		ring_in = fd[0];
	}
}

static void ring_stop(void)
{
	close(ring_out);
	close(ring_in);
	for (int i = 1; i < ring_procs; i++)
		wait(NULL);
	bench_schedule_by(SCHED_OTHER);
}

static void pipe_start(void)
{
	ring_start(2, false, 0);
}

static void unix_start(void)
{
	ring_start(2, true, 0);
}

static void ctx_16_start(void)
{
	ring_start(16, false, 0);
}

/* pvops.procs=N of them: how the cost of a switch grows */
static void ring_of_many_start(void)
{
	ring_start(option_number("procs", 16), false, 0);
}

/* The other process has a CPU of its own, which is idle until it is woken. */
static void ipi_start(void)
{
	ring_start(2, false, 1);
}

static uint64_t row_round_trip(long n)
{
	return TIMED(n, round_trip(ring_in, ring_out));
}

/* One operation is one switch, or one wake-up, with its pipe call: not one round. */
static uint64_t row_switch(long n)
{
	return row_round_trip(n / ring_procs);
}

/* One operation is one switch, in whole rounds however many processes there are. */
static uint64_t row_ring(long n)
{
	return row_round_trip(n) / ring_procs;
}

static pthread_t sleeper[64];
static pthread_barrier_t all_there;

/* Has run on its CPU, which therefore takes part in every flush of this address space, and sleeps. */
static void *sleep_there(void *arg)
{
	pin((intptr_t)arg);
	pthread_barrier_wait(&all_there);
	pthread_barrier_wait(&all_there);
	return NULL;
}

static int sleepers(void)
{
	int n = cpus_online() - 1;

	return n < (int)ARRAY_SIZE(sleeper) ? n : (int)ARRAY_SIZE(sleeper);
}

static void flush_start(void)
{
	pthread_barrier_init(&all_there, NULL, sleepers() + 1);
	for (int i = 0; i < sleepers(); i++)
		if (pthread_create(&sleeper[i], NULL, sleep_there, (void *)(intptr_t)(i + 1)))
			bench_die("no thread");
	pthread_barrier_wait(&all_there);
}

static void flush_stop(void)
{
	pthread_barrier_wait(&all_there);
	for (int i = 0; i < sleepers(); i++)
		pthread_join(sleeper[i], NULL);
}

static void create_delete(void)
{
	int fd = open("/tmp/bench", O_CREAT | O_EXCL | O_WRONLY, 0600);

	if (fd < 0 || close(fd) || unlink("/tmp/bench"))
		bench_die("file");
}

static uint64_t row_file(long n)
{
	return TIMED(n, create_delete());
}

/*
 * Spin over a jump of the clock by 2,000 instructions or more, which is the
 * timer's interrupt, and return how many instructions from one change of the
 * clock to another were not ours: the clock's grain does not show.
 */
static uint64_t spin_over_interrupt(void)
{
	uint64_t turns = 0, changes = 0, start, last, t, d;

	asm volatile("rdtime	%[t]\n"
		     "1:	rdtime	%[last]\n"
		     "beq	%[last], %[t], 1b\n"
		     "mv	%[start], %[last]\n"
		     "2:	rdtime	%[t]\n"
		     "addi	%[turns], %[turns], 1\n"
		     "beq	%[t], %[last], 2b\n"
		     "sub	%[d], %[t], %[last]\n"
		     "mv	%[last], %[t]\n"
		     "addi	%[changes], %[changes], 1\n"
		     "bltu	%[d], %[jump], 2b\n"
		     "3:	rdtime	%[t]\n"
		     "addi	%[turns], %[turns], 1\n"
		     "beq	%[t], %[last], 3b\n"
		     : [start] "=&r"(start), [last] "=&r"(last), [t] "=&r"(t), [d] "=&r"(d),
		       [turns] "+&r"(turns), [changes] "+&r"(changes)
		     : [jump] "r"(2000 / ticks_to_ns));
	return (t - start) * ticks_to_ns - 3 * turns - 4 * changes;
}

static uint64_t row_timer_tick(long n)
{
	uint64_t sum = 0;

	for (long i = 0; i < n; i++)
		sum += spin_over_interrupt();
	return sum;
}

/* A long job without memory and system calls: what the ticks alone cost. */
static uint64_t row_cpu(long n)
{
	unsigned long x = 1;

	return TIMED(n * 10000000, asm volatile("slli %0, %0, 1\naddi %0, %0, 1" : "+r"(x)));
}

/*
 * A batch is a million instructions or so natively: shorter than the distance of
 * two ticks, so in most there is none. More batches where their costs differ,
 * because the kernel does some of an operation's work only every now and then.
 */
#define ROW(name_, run_, operations_, batches_, ...) \
	{ .name = name_, .run = row_##run_, .operations = operations_, .batches = batches_, __VA_ARGS__ }

const struct row bench_rows[] = {
	ROW("null-call", null_call, 4000, 21),
	ROW("read", read, 2500, 21, .start = read_start, .stop = device_stop),
	ROW("write", write, 2500, 21, .start = write_start, .stop = device_stop),
	ROW("clock-gettime", clock_gettime, 16000, 21),
	ROW("signal", signal, 250, 21, .start = signal_start),
	ROW("protection-fault", protection_fault, 200, 21, .start = protection_fault_start, .stop = protection_fault_stop),
	ROW("mmap", mmap, 80, 21),
	ROW("page-fault", page_fault, 400, 21),
	ROW("fork-exit", fork_exit, 4, 121),
	ROW("fork-exec", fork_exec, 2, 81),
	ROW("sh-c", sh_c, 1, 101),
	ROW("pipe", round_trip, 100, 21, .start = pipe_start, .stop = ring_stop),
	ROW("ctx-2", switch, 200, 21, .start = pipe_start, .stop = ring_stop),
	ROW("ctx-16", switch, 160, 21, .start = ctx_16_start, .stop = ring_stop),
	ROW("unix", round_trip, 70, 21, .start = unix_start, .stop = ring_stop),
	ROW("file", file, 70, 61),
	ROW("ipi", switch, 100, 21, .start = ipi_start, .stop = ring_stop, .cpus = 2),
	ROW("timer-tick", timer_tick, 1, 25),
	ROW("cpu", cpu, 1, 2),
	ROW("ring", ring, 4, 9, .start = ring_of_many_start, .stop = ring_stop),
	ROW("flush", mmap, 80, 21, .start = flush_start, .stop = flush_stop),
	ROW("disk-read-4k", read_4k, 64, 7, .start = disk_start, .stop = disk_stop),
	ROW("disk-random-4k", random_4k, 64, 7, .start = disk_start, .stop = disk_stop),
	ROW("disk-write-4k", write_4k, 64, 7, .start = disk_start, .stop = disk_stop),
	ROW("disk-read-128k", read_128k, 16, 7, .start = disk_start, .stop = disk_stop),
	ROW("disk-write-128k", write_128k, 16, 7, .start = disk_start, .stop = disk_stop),
	ROW("disk-cached-128k", read_128k, 64, 5, .start = disk_cached_start, .stop = disk_stop),
	ROW("net-stream", stream, 64, 5, .start = stream_start, .stop = net_stop),
	ROW("net-round-trip", net_round_trip, 32, 7, .start = net_round_trip_start, .stop = net_stop),
	ROW("job-hackbench", job_hackbench, 1, 1),
	ROW("job-compile", job_compile, 1, 1),
	ROW("job-gzip", job_gzip, 1, 1),
	ROW("job-sqlite", job_sqlite, 1, 1),
	ROW("job-shell", job_shell, 1, 1),
};

const size_t bench_nr_rows = ARRAY_SIZE(bench_rows);
