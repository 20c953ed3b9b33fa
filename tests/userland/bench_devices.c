// SPDX-License-Identifier: GPL-2.0
/*
 * Rows of devices. Disks: pvops.disk=NAME. Networks: the other end is a process of ours, on the loopback interface; with
 * pvops.wire=ADDRESS/BITS on eth1, which has a wire to eth0 (pvops.net=ADDRESS/BITS); with pvops.peer=ADDRESS another machine
 * that does pvops.cmd=peer. Where there is no such device they are no rows. A peer has one connection, and ends with it: so of
 * these rows there is one a boot.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define LARGE		(128UL << 10)
#define READ_AHEAD	(512UL << 10)

/* --- disks --- */

static int disk;		/* 0: there is none */
static char *buffer;
static uint64_t size, at;
static bool cached;

/* It may yet come: another domain serves it. */
static void open_disk(int flags)
{
	const char *name = option("disk");
	char path[32];

	if (!name)
		return;
	snprintf(path, sizeof(path), "/dev/%.20s", name);
	for (int i = 0; (disk = open(path, O_RDWR | flags)) < 0 && i < 1000; i++)
		usleep(10000);
	if (disk < 0 || ioctl(disk, BLKGETSIZE64, &size) || size < 64 * LARGE)
		bench_die("no disk, or too small");
	buffer = bench_map(LARGE / PAGE);
	memset(buffer, 1, LARGE);
	bench_schedule_by(SCHED_FIFO);
}

void disk_start(void)
{
	open_disk(O_DIRECT);
}

/* By the page cache, which reads ahead: as much of every disk, whatever its driver says about large requests. */
void disk_cached_start(void)
{
	open_disk(0);
	if (disk && ioctl(disk, BLKRASET, READ_AHEAD / 512))
		bench_die("read-ahead");
	cached = true;
}

void disk_stop(void)
{
	if (disk)
		close(disk);
}

static uint64_t place(size_t len, bool anywhere)
{
	static uint64_t random = 1;

	random = random * 6364136223846793005 + 1442695040888963407;
	at = anywhere ? (random >> 20) * len % (size - len) & ~(len - 1) : at + len < size - len ? at + len : 0;
	return at;
}

static uint64_t transfer(long n, size_t len, bool write, bool anywhere)
{
	uint64_t from = at, cost;

	if (!disk)
		return 0;
	cost = TIMED(n, if ((write ? pwrite(disk, buffer, len, place(len, anywhere)) :
			     pread(disk, buffer, len, place(len, anywhere))) != (ssize_t)len) bench_die("disk"));
	/* Memory that is given back because it is short would be another cost. What has been read ahead stays. */
	if (cached && from < at)
		posix_fadvise(disk, from, at - from, POSIX_FADV_DONTNEED);
	return cost;
}

uint64_t row_read_4k(long n)
{
	return transfer(n, PAGE, false, false);
}

uint64_t row_random_4k(long n)
{
	return transfer(n, PAGE, false, true);
}

uint64_t row_write_4k(long n)
{
	return transfer(n, PAGE, true, false);
}

uint64_t row_read_128k(long n)
{
	return transfer(n, LARGE, false, false);
}

uint64_t row_write_128k(long n)
{
	return transfer(n, LARGE, true, false);
}

/* --- networks --- */

#define PORT	7778
#define CHUNK	(64UL << 10)

static int net;			/* connected; 0: there is none */
static char chunk[CHUNK];

static int new_socket(const char *interface)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	if (fd < 0 || setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) ||
	    (interface && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface, strlen(interface))))
		bench_die("socket");
	return fd;
}

static int listen_on(const char *interface)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int fd = new_socket(interface);

	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) || listen(fd, 1))
		bench_die("listen");
	return fd;
}

/* The first byte says what is wanted: 'e', each comes back, or anything else. */
static void serve_one(int listening)
{
	int fd = accept(listening, NULL, NULL);
	char kind = 0;

	bench_schedule_by(SCHED_FIFO);
	if (read(fd, &kind, 1) != 1)
		bench_die("peer");
	while (read(fd, chunk, kind == 'e' ? 1 : CHUNK) > 0)
		if (kind == 'e' && write(fd, chunk, 1) != 1)
			break;
	close(fd);
}

const char *cmd_peer(void)
{
	const char *bad = net_up("eth0", option("net"));

	if (!bad)
		serve_one(listen_on(NULL));
	return bad;
}

static void fork_peer(const char *interface)
{
	int fd = listen_on(interface);
	pid_t pid = fork();

	if (!pid) {
		serve_one(fd);
		_exit(0);
	}
	close(fd);
}

/*
 * Both ends of the wire are this kernel's: routes go by the interface that a socket is bound to, and that a packet comes
 * from our own address must not surprise.
 */
static void make_wire(const char *address)
{
	int fd = open("/proc/sys/net/ipv4/conf/all/accept_local", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "1", 1) != 1 || net_up("eth1", address))
		bench_die("no wire");
	close(fd);
	fork_peer("eth1");
}

static const char *find_peer(char *address, const char **interface)
{
	const char *wire = option("wire"), *peer = option("peer");

	snprintf(address, 32, "%s", wire ?: peer ?: "127.0.0.1");
	address[strcspn(address, "/")] = 0;
	*interface = wire ? "eth0" : NULL;
	if (wire) {
		make_wire(wire);
	} else if (!peer) {
		fork_peer(NULL);
		return net_up("lo", "127.0.0.1/8");
	}
	return net_up("eth0", option("net"));
}

static void connect_to_peer(char kind)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	const char *interface;
	char address[32];

	if (access("/proc/net/tcp", F_OK))
		return;
	if (find_peer(address, &interface) || !inet_aton(address, &addr.sin_addr))
		bench_die("no network");
	for (int i = 0; i < 1000; i++) {
		net = new_socket(interface);
		if (!connect(net, (struct sockaddr *)&addr, sizeof(addr)))
			break;
		close(net);
		usleep(10000);
	}
	if (write(net, &kind, 1) != 1)
		bench_die("peer");
	bench_schedule_by(SCHED_FIFO);
}

void stream_start(void)
{
	connect_to_peer('s');
}

void net_round_trip_start(void)
{
	connect_to_peer('e');
}

/* The peer has seen the end before we are gone: what is still to be sent would go with us. */
void net_stop(void)
{
	if (!net)
		return;
	shutdown(net, SHUT_WR);
	while (read(net, chunk, CHUNK) > 0)
		;
	close(net);
	bench_schedule_by(SCHED_OTHER);
	if (!option("peer"))
		wait(NULL);
}

uint64_t row_stream(long n)
{
	return net ? TIMED(n, if (write(net, chunk, CHUNK) != (ssize_t)CHUNK) bench_die("stream")) : 0;
}

uint64_t row_net_round_trip(long n)
{
	return net ? TIMED(n, if (write(net, chunk, 1) != 1 || read(net, chunk, 1) != 1) bench_die("round trip")) : 0;
}
