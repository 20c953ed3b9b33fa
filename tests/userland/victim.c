// SPDX-License-Identifier: GPL-2.0
/*
 * pvops.cmd=victim: whoever serves this domain's devices means ill (tests/guests/hostile/backend.c). Each disk that comes is read, each
 * network interface sent on, by a process of its own, which may never come back. When data/end is in xenstore, and
 * with all of that as it is, the domain must still pass the ordinary checks.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "init.h"
#include "store.h"

#define MAX_DEVICES	200

static char seen[MAX_DEVICES][16];
static int nr_seen;

/* An error is not the end, unless it is always one. */
static void read_disk(const char *name)
{
	static char buf[PAGE] __attribute__((aligned(PAGE)));
	char path[32];
	int fd, errors = 0;

	snprintf(path, sizeof(path), "/dev/%.20s", name);
	fd = open(path, O_RDONLY | O_DIRECT);
	for (long i = 0; errors < 50; i++) {
		errors = pread(fd, buf, PAGE, i % 64 * PAGE) == PAGE ? 0 : errors + 1;
		usleep(2000);
	}
	say("pvops-victim: %s: %s", name, strerror(errno));
}

static void send_packets(const char *name)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = INADDR_BROADCAST };
	static char buf[600];
	char address[32];
	int fd, on = 1;

	snprintf(address, sizeof(address), "10.1.%d.2/24", nr_seen);
	if (net_up(name, address))
		return;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, strlen(name) + 1);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	while (if_nametoindex(name)) {
		sendto(fd, buf, sizeof(buf), 0, (struct sockaddr *)&to, sizeof(to));
		usleep(5000);
	}
}

static bool is_new(const char *name)
{
	for (int i = 0; i < nr_seen; i++)
		if (!strcmp(seen[i], name))
			return false;
	if (nr_seen == MAX_DEVICES)
		return false;
	snprintf(seen[nr_seen++], sizeof(seen[0]), "%.15s", name);
	return true;
}

static void use(const char *name, void (*f)(const char *name))
{
	if (!is_new(name))
		return;
	say("pvops-victim: %s has come", name);
	if (!fork()) {
		f(name);
		_exit(0);
	}
}

static void use_nets(void)
{
	DIR *d = opendir("/sys/class/net");
	struct dirent *e;

	while (d && (e = readdir(d)))
		if (!strncmp(e->d_name, "eth", 3))
			use(e->d_name, send_packets);
	if (d)
		closedir(d);
}

/*
 * A disk is read when the kernel says that it is there. It can be read before, while xenwatch looks for partitions on it; what the back
 * end leaves without an answer would then be what xenwatch waits for.
 */
static void use_disks(int uevents)
{
	char event[2048], *name;
	ssize_t n;

	while ((n = recv(uevents, event, sizeof(event) - 1, MSG_DONTWAIT)) > 0) {
		event[n] = 0;
		name = strrchr(event, '/');
		if (!strncmp(event, "add@", 4) && strstr(event, "/block/") && !strncmp(name, "/xvd", 4))
			use(name + 1, read_disk);
	}
}

/* Of those that were there before: the kernel says so again when it is asked. */
static void ask_for_disks(void)
{
	DIR *d = opendir("/sys/block");
	struct dirent *e;
	char path[64];
	int fd;

	while (d && (e = readdir(d))) {
		snprintf(path, sizeof(path), "/sys/block/%.20s/uevent", e->d_name);
		fd = strncmp(e->d_name, "xvd", 3) ? -1 : open(path, O_WRONLY | O_CLOEXEC);
		if (fd >= 0 && write(fd, "add", 3) != 3)
			say("pvops-victim: %s: %s", path, strerror(errno));
		close(fd);
	}
	if (d)
		closedir(d);
}

static int open_uevents(void)
{
	struct sockaddr_nl to_all = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);

	return fd < 0 || bind(fd, (struct sockaddr *)&to_all, sizeof(to_all)) ? -1 : fd;
}

const char *cmd_victim(void)
{
	int uevents = open_uevents();

	if (uevents < 0)
		return why("the kernel says nothing of devices: %s", strerror(errno));
	ask_for_disks();
	if (!store_open())
		return "no device for xenstore";
	while (!store_get("data/end")) {
		use_disks(uevents);
		use_nets();
		usleep(20000);
	}
	return run_checks();
}
