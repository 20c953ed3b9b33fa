// SPDX-License-Identifier: GPL-2.0
/*
 * Checks: a network. pvops.net=ADDRESS/BITS is eth0's; pvops.peer=ADDRESS,ADDRESS...: each must answer to pings. With
 * pvops.stream=KIB the first of them, which does the same at the same time, is sent so much and says what the sum of it was.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init.h"

#define PORT	7777
#define PINGS	10
#define PING	1400		/* bytes */

/* --- an interface --- */

static void set_address(struct ifreq *req, uint32_t address)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(address) };

	memcpy(&req->ifr_addr, &in, sizeof(in));
}

/* It may yet come: another domain serves it. @address as 10.0.0.1/24, or NULL. */
const char *net_up(const char *name, const char *address)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq req = { };
	struct in_addr in;
	char host[32];
	int bits = 0;

	for (int i = 0; !if_nametoindex(name) && i < 3000; i++)
		usleep(10000);
	strncpy(req.ifr_name, name, IFNAMSIZ - 1);
	if (address) {
		if (sscanf(address, "%31[0-9.]/%d", host, &bits) != 2 || !inet_aton(host, &in) || bits < 1 || bits > 32)
			return why("pvops.net=%s: not ADDRESS/BITS", address);
		set_address(&req, ntohl(in.s_addr));
		if (ioctl(fd, SIOCSIFADDR, &req))
			return why("%s: no address: %s", name, strerror(errno));
		set_address(&req, ~0u << (32 - bits));
		if (ioctl(fd, SIOCSIFNETMASK, &req))
			return why("%s: no netmask: %s", name, strerror(errno));
	}
	if (ioctl(fd, SIOCGIFFLAGS, &req))
		return why("%s: %s", name, strerror(errno));
	req.ifr_flags |= IFF_UP;
	if (ioctl(fd, SIOCSIFFLAGS, &req))
		return why("%s does not come up: %s", name, strerror(errno));
	close(fd);
	return NULL;
}

/* What the interface has counted, by the name of the file in sysfs. */
long eth0_count(const char *name)
{
	char path[80], text[32];

	snprintf(path, sizeof(path), "/sys/class/net/eth0/statistics/%s", name);
	return read_file(path, text, sizeof(text)) > 0 ? atol(text) : -1;
}

/* --- pings --- */

struct ping { struct icmphdr head; unsigned char data[PING]; };

static uint16_t icmp_sum(const struct ping *p)
{
	const uint16_t *words = (const void *)p;
	uint32_t sum = 0;

	for (size_t i = 0; i < sizeof(*p) / 2; i++)
		sum += words[i];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/* True if this very ping came back within so many milliseconds. */
static bool came_back(int fd, const struct ping *sent, int ms)
{
	struct { struct iphdr ip; struct ping ping; } got;
	struct pollfd p = { .fd = fd, .events = POLLIN };

	while (poll(&p, 1, ms) > 0) {
		if (recv(fd, &got, sizeof(got), 0) == sizeof(got) && got.ping.head.type == ICMP_ECHOREPLY &&
		    got.ping.head.un.echo.sequence == sent->head.un.echo.sequence &&
		    !memcmp(got.ping.data, sent->data, PING))
			return true;
	}
	return false;
}

/*
 * The other end may begin later, so the first answer may take some tries; after it each must come, however slow the host is
 * meanwhile, unless somebody means ill.
 */
static const char *ping(struct in_addr to)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_addr = to };
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP), good = 0;
	static struct ping p;

	if (fd < 0)
		return why("no raw socket: %s", strerror(errno));
	for (int i = 1; i <= 300 && good < PINGS; i++) {
		p.head = (struct icmphdr){ .type = ICMP_ECHO, .un.echo.sequence = htons(i) };
		for (int k = 0; k < PING; k++)
			p.data[k] = i + k;
		p.head.checksum = icmp_sum(&p);
		sendto(fd, &p, sizeof(p), 0, (struct sockaddr *)&addr, sizeof(addr));
		if (came_back(fd, &p, good ? 20000 : 200))
			good++;
		else if (good && !option("until"))
			return why("%s: ping %d is lost, after %d that were not", inet_ntoa(to), i, good);
	}
	close(fd);
	return good == PINGS ? NULL : why("%s does not answer", inet_ntoa(to));
}

/* --- a stream, both ways --- */

struct total { uint64_t bytes, sum; };

static void add(struct total *t, const unsigned char *buf, size_t n)
{
	t->bytes += n;
	for (size_t i = 0; i < n; i++)
		t->sum = (t->sum ^ buf[i]) * 0x100000001b3;
}

/* One stream is taken, and its sum is the answer. What is closed has arrived, or 5 seconds have gone. */
static void take_stream(int listening)
{
	struct linger linger = { 1, 5 };
	static unsigned char buf[65536];
	struct total t = { };
	ssize_t n;
	int fd = accept(listening, NULL, NULL);

	while ((n = read(fd, buf, sizeof(buf))) > 0)
		add(&t, buf, n);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	_exit(n < 0 || write(fd, &t, sizeof(t)) != sizeof(t) || close(fd));
}

static const char *send_stream(struct in_addr to, long kib)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_addr = to, .sin_port = htons(PORT) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct total t = { }, said = { };
	uint64_t random = rdtime() | 1;
	long bytes, packets;
	uint64_t buf[128];

	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
		return why("%s: connect: %s", inet_ntoa(to), strerror(errno));
	bytes = eth0_count("tx_bytes");
	packets = eth0_count("tx_packets");
	while (kib--) {
		for (size_t i = 0; i < ARRAY_SIZE(buf); i++) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			buf[i] = random;
		}
		add(&t, (void *)buf, sizeof(buf));
		if (write(fd, buf, sizeof(buf)) != sizeof(buf))
			return why("%s: write: %s", inet_ntoa(to), strerror(errno));
	}
	shutdown(fd, SHUT_WR);
	if (recv(fd, &said, sizeof(said), MSG_WAITALL) != sizeof(said))
		return why("%s does not say what it got", inet_ntoa(to));
	close(fd);
	if (said.bytes != t.bytes || said.sum != t.sum)
		return why("%s got %llu bytes of %llu, or others", inet_ntoa(to), (unsigned long long)said.bytes,
			   (unsigned long long)t.bytes);
	say("pvops-net: %llu bytes to %s and %llx is their sum on both sides", (unsigned long long)t.bytes, inet_ntoa(to),
	    (unsigned long long)t.sum);
	packets = eth0_count("tx_packets") - packets;
	say("pvops-net: %ld packets meanwhile, of %ld bytes in the mean", packets,
	    packets ? (eth0_count("tx_bytes") - bytes) / packets : 0);
	return NULL;
}

/* The one that listens before it answers to pings is there when it is connected to. */
static pid_t listen_for_stream(void)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pid_t pid;

	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) || listen(fd, 1))
		return -1;
	pid = fork();
	if (!pid)
		take_stream(fd);
	close(fd);
	return pid;
}

const char *net_ping(const char *to)
{
	struct in_addr addr;

	return inet_aton(to, &addr) ? ping(addr) : why("%s: no address", to);
}

/* All of pvops.peer= answer. */
const char *net_again(void)
{
	const char *bad = NULL;
	char peers[256], *save = NULL;

	snprintf(peers, sizeof(peers), "%s", option("peer") ?: "");
	for (char *peer = strtok_r(peers, ",", &save); !bad && peer; peer = strtok_r(NULL, ",", &save))
		bad = net_ping(peer);
	return bad;
}

const char *check_net(void)
{
	long kib = option_number("stream", 0);
	const char *bad, *address = option("net");
	struct in_addr first;
	char peers[256];
	pid_t pid = -1;
	int status = 0;

	if (!address)
		return "SKIP pvops.net= names no address";
	if (kib && (pid = listen_for_stream()) < 0)
		return "cannot listen";
	bad = net_up("eth0", address);
	snprintf(peers, sizeof(peers), "%s", option("peer") ?: "");
	if (!bad)
		bad = net_again();
	if (!bad && kib)
		bad = inet_aton(strtok(peers, ",") ?: "", &first) ? send_stream(first, kib) : "pvops.peer= has no address";
	if (!bad && kib && (waitpid(pid, &status, 0) != pid || status))
		bad = "what was sent to us did not come whole";
	return bad;
}
