// SPDX-License-Identifier: GPL-2.0
/*
 * The test initramfs' pid 1. The kernel command line says what it does:
 *
 *   pvops.cmd=check	the default: check that the kernel works
 *   pvops.cmd=bench	measure (pvops.rows=a,b for some rows only)
 *   pvops.cmd=stress	many loads at once (stress.c has its options)
 *   pvops.cmd=module	load modules of the initramfs and unload them again (module.c)
 *   pvops.cmd=crash	let LKDTM break the kernel (module.c)
 *   pvops.cmd=reboot	ask for a restart at once
 *   pvops.cmd=panic	make the kernel panic
 *   pvops.cmd=kexec	enter the kernel /kexec/Image with /kexec/initrd, and the same words but pvops.cmd=check
 *   pvops.cmd=kdump	the same by a panic, into the memory of crashkernel=
 *   pvops.cmd=sleep	idle for ever, for time limits
 *   pvops.cmd=hang	spin for ever, for time limits
 *   pvops.cmd=sh	a shell, if the initramfs has one
 *   pvops.cmd=run	the script /pvops-run; its exit status says whether that is a pass
 *   pvops.cmd=driver	serve the devices of other domains, until they are gone (driver.c)
 *   pvops.cmd=peer	the other end of the network rows of pvops.cmd=bench (bench_devices.c)
 *   pvops.cmd=flush	write to pvops.disk=NAME and flush it, for ever (disks.c)
 *   pvops.cmd=cycle	use pvops.disk=NAME, and pvops.net= with pvops.peer=; then end, start again or go on for ever (disks.c)
 *   pvops.cmd=victim	use each disk and interface that comes, whatever they do, until told to end; then check (victim.c)
 *   pvops.cpus=N	the check fails unless N CPUs are online
 *   pvops.mem=N	the check fails unless the kernel has most of N MiB
 *   pvops.mmu=sv48	a check fails unless the kernel's page tables are of that mode
 *   pvops.xen=no	a check fails if this is a guest of Xen; yes: unless it is; events: or has no events
 *   pvops.disk=NAME:SUM	a check fails unless /dev/NAME comes and cksum of it is SUM; pvops.write=BYTE: writes to it
 *   pvops.lives=NAME:N	start again until a count on /dev/NAME is N
 *   pvops.net=ADDRESS/BITS	a network, and who must answer there (check_net.c)
 *   pvops.packets=N	so many packets each way between two guests (check_packets.c)
 *   pvops.awake=1	the domain that serves says which of its threads never sleeps (awake.c)
 *   pvops.until=N	the disk's last part and the network are checked again and again until domain N is gone
 *   pvops.then=sh	after that a shell
 *   pvops.end=reboot	end by a restart: sifive_u has no way to switch itself off
 *
 * Every line that a script reads starts with "pvops-".
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init.h"

uint64_t timebase;

static char cmdline[4096];

/* One write a line: two domains' lines must not mix on one console. */
void say(const char *fmt, ...)
{
	char line[512];
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(line, sizeof(line) - 1, fmt, args);
	va_end(args);
	if (len < 0)
		return;
	if ((size_t)len > sizeof(line) - 2)
		len = sizeof(line) - 2;
	line[len++] = '\n';
	for (char *p = line; len > 0; ) {
		ssize_t n = write(STDOUT_FILENO, p, len);

		if (n <= 0)
			return;
		p += n;
		len -= n;
	}
}

/* The whole of a small file, with a NUL behind it. */
long read_file(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t done = 0;
	ssize_t n = 0;

	if (fd < 0)
		return -errno;
	while (done < size - 1 && (n = read(fd, buf + done, size - 1 - done)) > 0)
		done += n;
	close(fd);
	buf[done] = '\0';
	return n < 0 ? -errno : (long)done;
}

/*
 * The value of "pvops.<name>=" on the command line, or NULL. A static buffer:
 * good until the next call. The last one given counts, as in the kernel.
 */
const char *option(const char *name)
{
	static char value[256];
	char copy[sizeof(cmdline)], *save = NULL;
	size_t len = strlen(name);
	const char *found = NULL;

	strcpy(copy, cmdline);
	for (char *w = strtok_r(copy, " \n", &save); w; w = strtok_r(NULL, " \n", &save)) {
		if (strncmp(w, "pvops.", 6) || strncmp(w + 6, name, len) || w[6 + len] != '=')
			continue;
		snprintf(value, sizeof(value), "%s", w + 6 + len + 1);
		found = value;
	}
	return found;
}

long option_number(const char *name, long fallback)
{
	const char *value = option(name);

	return value ? strtol(value, NULL, 0) : fallback;
}

/* The command line, to be handed on. */
const char *all_options(void)
{
	return cmdline;
}

/* Big endian, one cell; 0 where there is no device tree. */
static uint64_t read_timebase(void)
{
	unsigned char cell[8];

	if (read_file("/sys/firmware/devicetree/base/cpus/timebase-frequency",
		      (char *)cell, sizeof(cell)) != 4)
		return 0;
	return (uint64_t)cell[0] << 24 | cell[1] << 16 | cell[2] << 8 | cell[3];
}

static const char *cmd_reboot(void)
{
	say("pvops-init: pass");
	reboot(RB_AUTOBOOT);
	return "reboot() came back";
}

const char *sysrq(const char *key)
{
	int fd = open("/proc/sysrq-trigger", O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, key, 1) == 1;

	close(fd);
	if (!done)
		return "no sysrq-trigger";
	return "the kernel lives on";
}

const char *cmd_panic(void)
{
	return sysrq("c");
}

static __attribute__((noreturn)) const char *cmd_sleep(void)
{
	for (;;)
		pause();
}

static __attribute__((noreturn)) const char *cmd_hang(void)
{
	for (;;)
		asm volatile("" ::: "memory");
}

/* The status of a program with these words, as of wait(); -1: it does not start. */
static int program(const char *words[])
{
	int status = 0;
	pid_t pid;

	pid = fork();
	if (pid == 0) {
		setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
		setenv("HOME", access("/root", X_OK) ? "/" : "/root", 1);
		execv(words[0], (char **)words);
		_exit(127);
	}
	/* pid 1 also reaps whatever the program leaves behind. */
	while (pid > 0 && wait(&status) != pid)
		;
	return pid < 0 || status == (127 << 8) ? -1 : status;
}

/* cttyhack finds the real terminal, so that ^C works. */
static const char *cmd_sh(void)
{
	const char *shell = access("/bin/bash", X_OK) ? "sh" : "bash";

	if (access("/bin/busybox", X_OK))
		return "no /bin/busybox in this initramfs";
	return program((const char *[]){ "/bin/busybox", "setsid", "cttyhack", shell, "-l", NULL }) < 0 ?
	       "cannot start the shell" : NULL;
}

static const char *cmd_run(void)
{
	return program((const char *[]){ "/pvops-run", NULL }) ? "/pvops-run has failed" : NULL;
}

static const struct {
	const char *name;
	const char *(*run)(void);
} commands[] = {
	{ "check", run_checks },
	{ "bench", run_bench },
	{ "stress", run_stress },
	{ "module", run_module },
	{ "crash", run_crash },
	{ "reboot", cmd_reboot },
	{ "panic", cmd_panic },
	{ "kexec", cmd_kexec },
	{ "kdump", cmd_kdump },
	{ "sleep", cmd_sleep },
	{ "hang", cmd_hang },
	{ "sh", cmd_sh },
	{ "run", cmd_run },
	{ "driver", cmd_driver },
	{ "peer", cmd_peer },
	{ "flush", cmd_flush },
	{ "cycle", cmd_cycle },
	{ "victim", cmd_victim },
};

static const char *run_command(void)
{
	const char *cmd = option("cmd");

	if (!cmd)
		cmd = "check";
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(cmd, commands[i].name))
			return commands[i].run();
	return "unknown pvops.cmd";
}

int main(int argc, char **argv)
{
	uint64_t start = rdtime();
	const char *reason, *end;

	/* What the exec check and the exec benchmark run. */
	if (argc == 3 && !strcmp(argv[1], "exit"))
		_exit(atoi(argv[2]));
	if (getpid() != 1) {
		fprintf(stderr, "this is pid 1 of a test initramfs\n");
		return 1;
	}

	/* Failures show in check_mounts(); without /proc there is no command. */
	mount("sys", "/sys", "sysfs", 0, NULL);
	timebase = read_timebase();
	say("pvops-init: start %llu %llu", (unsigned long long)start,
	    (unsigned long long)timebase);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("dev", "/dev", "devtmpfs", 0, NULL);
	mount("tmp", "/tmp", "tmpfs", 0, NULL);
	read_file("/proc/cmdline", cmdline, sizeof(cmdline));

	watch_threads();
	reason = run_command();
	if (reason)
		say("pvops-init: fail: %s", reason);
	else
		say("pvops-init: pass");
	if (option("then"))
		cmd_sh();
	/* A root that is a disk is left as it is meant to be. */
	sync();
	mount(NULL, "/", NULL, MS_REMOUNT | MS_RDONLY, NULL);
	if (!access(AGAIN_AT_ONCE, F_OK))
		sysrq("b");
	end = option("end");
	reboot((end && !strcmp(end, "reboot")) || !access(AGAIN, F_OK) ? RB_AUTOBOOT : RB_POWER_OFF);
	/* pid 1 must not return, or the kernel panics on a machine without a switch. */
	for (;;)
		pause();
}
