// SPDX-License-Identifier: GPL-2.0
/* Checks: memory, its protection, and what user space must never reach. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init.h"

#define PAGES	256

static sigjmp_buf after_fault;
static volatile siginfo_t fault;

static void on_fault(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	fault = *info;
	siglongjmp(after_fault, 1);
}

static void catch_faults(void)
{
	struct sigaction sa = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };

	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
}

enum access { LOAD, STORE, JUMP };

/* Does this access fault, with the right address and si_code? */
static const char *must_fault(volatile char *p, enum access access, int code)
{
	fault.si_code = 0;
	if (!sigsetjmp(after_fault, 1)) {
		switch (access) {
		case LOAD:
			(void)*p;
			break;
		case STORE:
			*p = 1;
			break;
		case JUMP:
			((void (*)(void))(uintptr_t)p)();
			break;
		}
		return why("access %d at %p went through", access, (void *)p);
	}
	if (fault.si_addr != (void *)p)
		return why("fault at %p, reported as %p", (void *)p, fault.si_addr);
	if (code && fault.si_code != code)
		return why("si_code %d at %p", fault.si_code, (void *)p);
	return NULL;
}

static long meminfo(const char *key)
{
	char buf[4096], *p;

	if (read_file("/proc/meminfo", buf, sizeof(buf)) <= 0)
		return -1;
	p = strstr(buf, key);
	return p ? strtol(p + strlen(key), NULL, 10) : -1;
}

/* Fresh pages are zero and keep what is written, each its own. */
const char *check_memory(void)
{
	long total = meminfo("MemTotal:"), free = meminfo("MemFree:");
	long want = option_number("mem", 0) * 1024;
	unsigned long *p;

	if (total < 8 * 1024 || free <= 0 || free > total)
		return why("MemTotal %ld kB, MemFree %ld kB", total, free);
	/* The kernel keeps its image, the page array and the tables. */
	if (want && (total > want || total < want * 3 / 4))
		return why("MemTotal %ld kB of %ld kB", total, want);

	p = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return "no mapping";
	for (long i = 0; i < PAGES; i++) {
		if (p[i * PAGE / sizeof(*p)])
			return why("page %ld is not zero", i);
		p[i * PAGE / sizeof(*p)] = i + 1;
	}
	for (long i = 0; i < PAGES; i++)
		if (p[i * PAGE / sizeof(*p)] != (unsigned long)i + 1)
			return why("page %ld lost its content", i);
	return munmap(p, PAGES * PAGE) ? "munmap" : NULL;
}

const char *check_mprotect(void)
{
	const char *r;
	char *p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return "no mapping";
	catch_faults();
	p[0] = 7;
	if (mprotect(p, PAGE, PROT_READ))
		return "mprotect(PROT_READ)";
	r = must_fault(p, STORE, SEGV_ACCERR);
	if (r)
		return r;
	r = must_fault(p, JUMP, SEGV_ACCERR);
	if (r)
		return r;
	if (p[0] != 7)
		return "the content changed";
	if (mprotect(p, PAGE, PROT_NONE))
		return "mprotect(PROT_NONE)";
	r = must_fault(p, LOAD, SEGV_ACCERR);
	if (r)
		return r;
	if (mprotect(p, PAGE, PROT_READ | PROT_WRITE))
		return "mprotect(PROT_WRITE)";
	p[0]++;
	if (munmap(p, 2 * PAGE))
		return "munmap";
	return must_fault(p, LOAD, SEGV_MAPERR);
}

const char *check_cow(void)
{
	volatile int *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int status = 0;
	pid_t pid;

	*p = 1;
	pid = fork();
	if (pid == 0) {
		*p += 1;
		_exit(*p == 2 ? 0 : 1);
	}
	if (waitpid(pid, &status, 0) != pid || status)
		return why("child's status 0x%x", status);
	return *p == 1 ? NULL : "the child wrote into its parent";
}

/* The mode of the kernel's page tables, by /proc/cpuinfo: "sv39" */
static const char *mmu_mode(char *text, size_t size)
{
	FILE *f = fopen("/proc/cpuinfo", "r");
	char line[256];
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f))
		found = !strncmp(line, "mmu\t", 4) && sscanf(strchr(line, ':') ?: "", ": %15s", line) == 1;
	if (f)
		fclose(f);
	snprintf(text, size, "%s", found ? line : "?");
	return text;
}

/* A process has the lower half of the addresses that the mode has, up to its end, and nothing beyond. */
const char *check_addresses(void)
{
	static const struct { const char *mode; int bits; } modes[] = { { "sv39", 38 }, { "sv48", 47 }, { "sv57", 56 } };
	const char *want = option("mmu");
	char mode[256];

	mmu_mode(mode, sizeof(mode));
	if (want && strcmp(mode, want))
		return why("the mode is %s, not %s", mode, want);
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		char *end = (char *)(1UL << modes[i].bits) - 64 * 4096, *p;

		/* Before the stack, and where it is not. */
		p = mmap(end - (2UL << 30), 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
		if (strcmp(mode, modes[i].mode) < 0) {
			if (p != MAP_FAILED)
				return why("%s has memory at %p", mode, p);
			continue;
		}
		if (p == MAP_FAILED)
			return why("%s has no memory at %p", mode, end - (2UL << 30));
		*p = 1;
		if (munmap(p, 4096))
			return "munmap";
	}
	return NULL;
}

/*
 * Nothing in the upper half is the user's: the kernel's image, the fixmap, the
 * linear maps of Sv39, Sv48 and Sv57, nor the slots a hypervisor may live in.
 */
const char *check_kernel_memory(void)
{
	static const unsigned long addresses[] = {
		0xffffffff80000000, 0xffffffff80200000, 0xffffffff80002000,
		0xffffffd600000000, 0xffffffd680000000, 0xffffffc000000000,
		0xffffffc4fea00000, 0xffffffc800000000, 0xffffaf8000000000,
		0xff60000000000000, 0xfffffffffffff000,
	};

	catch_faults();
	for (size_t i = 0; i < ARRAY_SIZE(addresses); i++) {
		for (int access = LOAD; access <= JUMP; access++) {
			const char *r = must_fault((char *)addresses[i], access, 0);

			if (r)
				return r;
		}
	}
	return NULL;
}
