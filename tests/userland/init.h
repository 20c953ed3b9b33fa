/* SPDX-License-Identifier: GPL-2.0 */
/*
 * pid 1 of the test initramfs.
 *
 * init.c		what the command line asks for, the verdict, the way out
 * kexec.c		pvops.cmd=kexec, kdump: out by way of another kernel
 * check.c		pvops.cmd=check: runs the checks below, one KTAP line each
 * check_*.c		the checks: does this kernel work on this (virtual) machine?
 * bench.c		pvops.cmd=bench: instructions an operation
 * bench_rows.c		the operations
 * bench_devices.c	those of disks and networks; pvops.cmd=peer: the other end
 * stress.c		pvops.cmd=stress: everything at once
 * stress_*.c		the loads
 * module.c		pvops.cmd=module: the kernel's own tests that are modules
 * driver.c		pvops.cmd=driver: what serves other domains' devices
 * disks.c		pvops.cmd=flush, cycle: what was flushed before a domain ended is there after it
 * store.c		xenstore
 */
#ifndef PVOPS_INIT_H
#define PVOPS_INIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE		4096UL
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* Ticks of the timebase; under QEMU's -icount a multiple of instructions. */
static inline uint64_t rdtime(void)
{
	uint64_t t;

	asm volatile("rdtime %0" : "=r"(t));
	return t;
}

/* Numbers into others that have nothing to do with them. */
static inline uint64_t mix(uint64_t x)
{
	x ^= x >> 29;
	x *= 0x9e3779b97f4a7c15UL;
	return x ^ x >> 32;
}

/* init.c */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
const char *option(const char *name);
const char *all_options(void);
const char *cmd_panic(void);
const char *sysrq(const char *key);	/* returns, if the kernel lives on, what to say of that */
long option_number(const char *name, long fallback);
long read_file(const char *path, char *buf, size_t size);
extern uint64_t timebase;

/*
 * A check runs in a process of its own, so that it may crash. It returns NULL
 * (passed), or a reason: "SKIP ..." or what failed.
 */
typedef const char *(*check_fn)(void);

/* kexec.c: these return only if it did not work */
const char *cmd_kexec(void);
const char *cmd_kdump(void);

const char *run_checks(void);
const char *run_bench(void);
const char *run_stress(void);
const char *run_module(void);
const char *run_crash(void);
const char *cmd_driver(void);
const char *cmd_peer(void);

/* disks.c */
const char *cmd_flush(void);
const char *cmd_cycle(void);
void watch_threads(void);
const char *cmd_victim(void);

/* check.c: printf into a static buffer, for reasons with numbers in them */
const char *why(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void *shared_page(void);
int pin(int cpu);
int cpus_online(void);

/* check_proc.c */
const char *check_mounts(void);
const char *check_cpus(void);
const char *check_exec(void);
const char *check_pipe(void);
const char *check_socket(void);
const char *check_file(void);

/* check_disk.c */
#define AGAIN		"/tmp/again"		/* a file: the end is a restart; or one that no driver hears of */
#define AGAIN_AT_ONCE	"/tmp/again-at-once"
int open_device(const char *name, char path[32]);
const char *check_disk(void);
const char *check_lives(void);
const char *disk_again(void);

/* check_net.c */
const char *net_up(const char *name, const char *address);
const char *net_ping(const char *to);
long eth0_count(const char *name);
const char *check_net(void);
const char *net_again(void);

/* check_packets.c */
const char *check_packets(void);

/* check_xen.c */
long interrupts(const char *name);
const char *check_xen(void);
const char *check_until(void);

/* check_mem.c */
const char *check_memory(void);
const char *check_addresses(void);
const char *check_mprotect(void);
const char *check_cow(void);
const char *check_kernel_memory(void);

/* check_cpu.c */
const char *check_privilege(void);
const char *check_fp_switch(void);
const char *check_fp_signal(void);
const char *check_fp_preempt(void);
const char *check_sleep(void);
const char *check_itimer(void);
const char *check_preempt(void);
const char *check_clock(void);
const char *check_ticks(void);

/* check_smp.c */
const char *check_smp_counter(void);
const char *check_smp_membarrier(void);
const char *check_smp_shootdown(void);
const char *check_smp_icache(void);

#endif
