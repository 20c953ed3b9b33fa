// SPDX-License-Identifier: GPL-2.0
/*
 * Check: packets. pvops.packets=N: so many of UDP go to the first of pvops.peer=, which sends as many at the same time. Sizes are
 * those from the smallest frame of Ethernet to the largest; what is in a packet follows from its number, so each is looked at
 * whole, by who gets it. No more are on their way than the other end has room for, so none should be lost; what is lost is
 * counted, and where the kernel says that it was.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init.h"

#define PORT		7778
#define LARGEST		1472UL		/* 1500 with the heads of IP and UDP */
#define WINDOW		64
#define ACK_EACH	16
#define ROOM		(4 << 20)	/* bytes for those that wait to be received */
#define TRIES		200

enum { DATA = 0x70766461, ASK, ACK };

/* ASK wants an ACK, which has all that is known by then; number is that of the packets sent so far, or expected next. */
struct packet {
	uint32_t type, number;
	uint64_t sum;
	union {
		uint64_t data[(LARGEST - 16) / 8];
		struct count { uint64_t good, corrupt, lost, late; } count;
	};
};

/* Bytes of packet @number of the sender with that salt, and what is in it. */
static size_t make(struct packet *p, uint64_t salt, uint32_t number)
{
	uint64_t x = mix(salt << 32 ^ number);
	size_t size = 16 + x % (LARGEST - 15);

	if (number % 8 < 2)
		size = number % 8 ? LARGEST : 16;
	p->type = DATA;
	p->number = number;
	p->sum = x ^ size;
	for (size_t i = 0; i < (size - 16 + 7) / 8; i++)
		p->data[i] = x += 0x9e3779b97f4a7c15UL;
	return size;
}

static size_t make_other(struct packet *p, int type, uint32_t number, const struct count *count)
{
	p->type = type;
	p->number = number;
	p->sum = mix(type ^ number);
	p->count = *count;
	return 16 + sizeof(*count);
}

/* --- who receives --- */

/* What came is what was sent, or counts as corrupt. */
static void look(struct count *c, uint32_t *expected, const struct packet *got, size_t size, uint64_t salt)
{
	static struct packet right;

	if (size < 16 || make(&right, salt, got->number) != size || memcmp(got, &right, size)) {
		c->corrupt++;
		return;
	}
	if (got->number < *expected) {
		c->late++;
		return;
	}
	c->good++;
	c->lost += got->number - *expected;
	*expected = got->number + 1;
}

/* Until the other end has asked what came of all of them, and for a second has not asked again. */
static void receive(int fd, uint32_t packets, uint64_t salt)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	static struct packet got, ack;
	struct sockaddr_in from;
	struct count c = { };
	uint32_t expected = 0;
	bool all = false;

	while (poll(&p, 1, all ? 1000 : 120000) > 0) {
		socklen_t len = sizeof(from);
		ssize_t n = recvfrom(fd, &got, sizeof(got), 0, (struct sockaddr *)&from, &len);
		bool asked = n >= 16 && got.type == ASK && got.sum == mix(ASK ^ got.number);

		if (n < 0)
			continue;
		if (!asked)
			look(&c, &expected, &got, n, salt);
		if (asked && got.number > expected) {
			c.lost += got.number - expected;
			expected = got.number;
		}
		all |= asked && got.number == packets;
		if (asked || expected % ACK_EACH == 0)
			sendto(fd, &ack, make_other(&ack, ACK, expected, &c), 0, (struct sockaddr *)&from, len);
	}
	say("pvops-packets: %llu received, %llu corrupt, %llu lost, %llu late", (unsigned long long)c.good,
	    (unsigned long long)c.corrupt, (unsigned long long)c.lost, (unsigned long long)c.late);
	_exit(!all || c.corrupt);
}

/* --- who sends --- */

/* True: the other end has said what it expects next, within so many milliseconds. */
static bool acked(int fd, int ms, uint32_t *expected, struct count *count)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	struct packet ack;

	while (poll(&p, 1, ms) > 0) {
		/* an error is an ICMP message: nobody listens there yet */
		if (recv(fd, &ack, sizeof(ack), 0) != 16 + sizeof(*count) || ack.type != ACK || ack.sum != mix(ACK ^ ack.number))
			continue;
		*expected = ack.number;
		*count = ack.count;
		return true;
	}
	return false;
}

/* The other end is asked until it answers. */
static bool ask(int fd, uint32_t sent, uint32_t *expected, struct count *count)
{
	struct packet p;
	size_t size;

	for (int i = 0; i < TRIES; i++) {
		size = make_other(&p, ASK, sent, count);
		if (send(fd, &p, size, 0) != (ssize_t)size)
			usleep(100000);
		while (acked(fd, 500, expected, count))
			if (*expected >= sent)
				return true;
	}
	return false;
}

static const char *send_all(int fd, uint32_t packets, uint64_t salt, struct count *count)
{
	static struct packet p;
	uint32_t expected = 0;

	if (!ask(fd, 0, &expected, count))
		return "nobody is there for packets";
	for (uint32_t i = 0; i < packets; i++) {
		ssize_t size = make(&p, salt, i);

		if (send(fd, &p, size, 0) != size)
			return why("packet %u: %s", i, strerror(errno));
		while (i + 1 - expected >= WINDOW)
			if (!acked(fd, 500, &expected, count) && !ask(fd, i + 1, &expected, count))
				return why("no answer after packet %u", i);
	}
	return ask(fd, packets, &expected, count) ? NULL : "no answer after the last packet";
}

static int bound(uint16_t port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), room = ROOM;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	return bind(fd, (struct sockaddr *)&addr, sizeof(addr)) ? -1 : fd;
}

/* Number @column of the second line of /proc/net/snmp that begins with Udp: */
static long udp_count(int column)
{
	char text[4096], *line = text;

	if (read_file("/proc/net/snmp", text, sizeof(text)) <= 0)
		return -1;
	for (int i = 0; i < 2; i++) {
		line = strstr(line, "\nUdp: ");
		if (!line++)
			return -1;
	}
	while (column-- && (line = strchr(line, ' ')))
		line++;
	return line ? atol(line) : -1;
}

/* The salt of a sender is its number in the network. */
const char *check_packets(void)
{
	uint32_t packets = option_number("packets", 0), mine = 0, theirs = 0;
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	struct count c = { };
	char address[32];
	const char *bad;
	int fd, status;
	pid_t pid;

	if (!packets)
		return "SKIP pvops.packets= wants none";
	snprintf(address, sizeof(address), "%.*s", (int)strcspn(option("net") ?: "", "/"), option("net") ?: "");
	mine = inet_addr(address);
	snprintf(address, sizeof(address), "%.*s", (int)strcspn(option("peer") ?: "", ","), option("peer") ?: "");
	theirs = to.sin_addr.s_addr = inet_addr(address);
	fd = bound(PORT);
	pid = fork();
	if (!pid)
		receive(fd, packets, ntohl(theirs));
	close(fd);
	fd = bound(0);
	if (pid < 0 || fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)))
		return why("no sockets: %s", strerror(errno));
	bad = send_all(fd, packets, ntohl(mine), &c);
	if (waitpid(pid, &status, 0) != pid || status)
		bad = bad ?: "what was sent to us is corrupt, or did not come";
	say("pvops-packets: %u sent to %s: there %llu received, %llu corrupt, %llu lost, %llu late", packets, address,
	    (unsigned long long)c.good, (unsigned long long)c.corrupt, (unsigned long long)c.lost, (unsigned long long)c.late);
	say("pvops-packets: not taken: %ld by UDP, of which %ld for want of room, %ld for their sum; %ld by eth0; not sent: %ld",
	    udp_count(3), udp_count(5), udp_count(7), eth0_count("rx_dropped") + eth0_count("rx_errors"),
	    eth0_count("tx_dropped") + eth0_count("tx_errors"));
	return bad ?: c.corrupt || c.good + c.lost != packets ? why("%llu packets are corrupt there", (unsigned long long)c.corrupt) : NULL;
}
