// SPDX-License-Identifier: GPL-2.0
/* Checks: file systems, processes and what they talk through. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init.h"

#define ROUNDS	50

const char *check_mounts(void)
{
	char buf[256];
	struct stat st;

	if (read_file("/proc/version", buf, sizeof(buf)) <= 0 ||
	    strncmp(buf, "Linux version ", 14))
		return "no /proc";
	if (read_file("/sys/devices/system/cpu/online", buf, sizeof(buf)) <= 0)
		return "no /sys";
	if (stat("/dev/null", &st) || !S_ISCHR(st.st_mode))
		return "no /dev";
	return NULL;
}

const char *check_cpus(void)
{
	long want = option_number("cpus", 0), have = cpus_online();

	if (want && have != want)
		return why("%ld CPUs online, not %ld", have, want);
	return have >= 1 ? NULL : "no CPU online";
}

const char *check_exec(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		execl("/init", "/init", "exit", "42", NULL);
		_exit(1);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return "no child";
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 42)
		return why("status 0x%x", status);
	return NULL;
}

/* Sends the numbers it gets back, each plus one. */
static void echo(int in, int out)
{
	int i;

	while (read(in, &i, sizeof(i)) == sizeof(i)) {
		i++;
		if (write(out, &i, sizeof(i)) != sizeof(i))
			_exit(1);
	}
	_exit(0);
}

static const char *converse(int in, int out)
{
	for (int i = 0; i < ROUNDS; i++) {
		int n = i * 3;

		if (write(out, &n, sizeof(n)) != sizeof(n))
			return "cannot write";
		if (read(in, &n, sizeof(n)) != sizeof(n))
			return "cannot read";
		if (n != i * 3 + 1)
			return why("round %d: got %d", i, n);
	}
	return NULL;
}

const char *check_pipe(void)
{
	int there[2], back[2];
	const char *reason;
	int status = 0;
	pid_t pid;

	if (pipe(there) || pipe(back))
		return "no pipe";
	pid = fork();
	if (pid == 0) {
		close(there[1]);
		echo(there[0], back[1]);
	}
	reason = converse(back[0], there[1]);
	close(there[1]);
	if (reason)
		return reason;
	if (waitpid(pid, &status, 0) != pid || status)
		return why("the other end: status 0x%x", status);
	return NULL;
}

const char *check_socket(void)
{
	const char *reason;
	int sv[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, sv))
		return "no socketpair";
	pid = fork();
	if (pid == 0) {
		close(sv[0]);
		echo(sv[1], sv[1]);
	}
	reason = converse(sv[0], sv[0]);
	close(sv[0]);
	close(sv[1]);
	waitpid(pid, NULL, 0);
	return reason;
}

/* A page written through a mapping is seen by read(), and the other way. */
const char *check_file(void)
{
	int fd = open("/tmp/file", O_RDWR | O_CREAT | O_EXCL, 0600);
	char buf[8] = "", *map;

	if (fd < 0 || ftruncate(fd, 3 * PAGE))
		return "no file";
	map = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return "no mapping";
	strcpy(map + PAGE, "mapped");
	if (pread(fd, buf, 7, PAGE) != 7 || strcmp(buf, "mapped"))
		return "read() does not see the mapping's write";
	if (pwrite(fd, "written", 8, 2 * PAGE) != 8 || strcmp(map + 2 * PAGE, "written"))
		return "the mapping does not see write()";
	if (map[0] || munmap(map, 3 * PAGE) || close(fd) || unlink("/tmp/file"))
		return "cannot put it away";
	return access("/tmp/file", F_OK) ? NULL : "still there";
}
