// SPDX-License-Identifier: GPL-2.0
/* Checks: CPUs side by side, and what one must see of the other's changes. */
#define _GNU_SOURCE
#include <linux/membarrier.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "init.h"

#define MAX_CPUS	64
#define NEED_TWO()	do { if (cpus_online() < 2) return "SKIP one CPU"; } while (0)

/* Busy waiting would burn a time slice where CPUs share one real CPU. */
static void wait_for(atomic_int *what, int value)
{
	while (atomic_load(what) != value)
		sched_yield();
}

#define STEPS	2000

static atomic_int shared_count;
static int locked_count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* One atomic and one futex-protected counter, from every CPU. */
static void *counter(void *arg)
{
	int cpu = (intptr_t)arg;

	if (pin(cpu))
		return "cannot run there";
	for (int i = 0; i < STEPS; i++) {
		atomic_fetch_add(&shared_count, 1);
		pthread_mutex_lock(&lock);
		locked_count++;
		pthread_mutex_unlock(&lock);
		if (i % 500 == 0)
			sched_yield();
	}
	return sched_getcpu() == cpu ? NULL : "ran somewhere else";
}

const char *check_smp_counter(void)
{
	pthread_t thread[MAX_CPUS];
	int cpus = cpus_online();

	if (cpus > MAX_CPUS)
		cpus = MAX_CPUS;
	for (int i = 0; i < cpus; i++)
		if (pthread_create(&thread[i], NULL, counter, (void *)(intptr_t)i))
			return why("CPU %d: no thread", i);
	for (int i = 0; i < cpus; i++) {
		void *r;

		pthread_join(thread[i], &r);
		if (r)
			return why("CPU %d: %s", i, (char *)r);
	}
	if (shared_count != cpus * STEPS || locked_count != cpus * STEPS)
		return why("%d and %d of %d counted", shared_count, locked_count, cpus * STEPS);
	return NULL;
}

static atomic_int stop, running;

static void *spin(void *arg)
{
	pin((intptr_t)arg);
	running = 1;
	while (!stop)
		;
	return NULL;
}

/* Every call interrupts the other CPU, which is in user space all the time. */
const char *check_smp_membarrier(void)
{
	pthread_t thread;

	NEED_TWO();
	pin(0);
	if (syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0))
		return "SKIP no membarrier";
	if (pthread_create(&thread, NULL, spin, (void *)1))
		return "no thread";
	wait_for(&running, 1);
	for (int i = 0; i < 20; i++)
		if (syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0))
			return "membarrier";
	stop = 1;
	pthread_join(thread, NULL);
	return NULL;
}

static _Thread_local sigjmp_buf after_fault;
static volatile int *page;
static atomic_int faulted;

static void on_fault(int sig)
{
	(void)sig;
	siglongjmp(after_fault, 1);
}

/* Writes to the page, and so keeps its translation, until that faults. */
static void *writer(void *arg)
{
	pin((intptr_t)arg);
	for (int round = 1; !stop; round++) {
		if (!sigsetjmp(after_fault, 1)) {
			running = round;
			for (;;)
				++*page;
		}
		faulted = round;
		while (running == round && !stop)
			sched_yield();
		if (stop)
			break;
		running = 0;
	}
	return NULL;
}

/*
 * mprotect() must reach the other CPU's TLB: once it is back, the page no
 * longer changes. That the writer is at work is known from the page itself.
 */
const char *check_smp_shootdown(void)
{
	struct sigaction sa = { .sa_handler = on_fault };
	const char *reason = NULL;
	pthread_t thread;

	NEED_TWO();
	sigaction(SIGSEGV, &sa, NULL);
	page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pin(0);
	if (pthread_create(&thread, NULL, writer, (void *)1))
		return "no thread";
	for (int round = 1; !stop; round++) {
		int before;

		wait_for(&running, round);
		for (before = *page; before == *page; )
			;
		mprotect((void *)page, PAGE, PROT_READ);
		before = *page;
		wait_for(&faulted, round);
		if (*page != before)
			reason = why("round %d: written to after mprotect()", round);
		mprotect((void *)page, PAGE, PROT_READ | PROT_WRITE);
		/* Before the writer goes on: it looks at this between rounds only. */
		stop = reason || round == 5;
		running = -1;
	}
	pthread_join(thread, NULL);
	return reason;
}

static int (*code)(void);
static atomic_int expected;

static void *caller(void *arg)
{
	pin((intptr_t)arg);
	for (int last = 0; last < 10; ) {
		int now = expected;

		if (now == last)
			continue;
		if (code() != now)
			return "ran old instructions";
		last = now;
		running = -now;
	}
	return NULL;
}

/* New instructions must reach the other CPU's instruction cache. */
const char *check_smp_icache(void)
{
	pthread_t thread;
	uint32_t *insn;
	void *r;

	NEED_TWO();
	insn = mmap(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (insn == MAP_FAILED)
		return "no mapping";
	code = (int (*)(void))(uintptr_t)insn;
	pin(0);
	if (pthread_create(&thread, NULL, caller, (void *)1))
		return "no thread";
	for (int i = 1; i <= 10; i++) {
		insn[0] = 0x00000513 | i << 20;		/* li a0, i */
		insn[1] = 0x00008067;			/* ret */
		__builtin___clear_cache((char *)insn, (char *)(insn + 2));
		expected = i;
		if (i < 10)
			wait_for(&running, -i);
	}
	pthread_join(thread, &r);
	return r;
}
