// SPDX-License-Identifier: GPL-2.0
/*
 * A driver domain that means ill: it makes devices for domain 1, which runs Linux, and what it then tells xen-blkfront and
 * xen-netfront by xenstore and by the rings is wrong in a way of its own for each test. One disk it serves as it
 * should, and somebody in domain 1 (pvops.cmd=victim) reads that all the time: while he does the domain lives.
 *
 * The numbers of advisories are Xen's (xenbits.xen.org/xsa), of faults that this once was.
 */
#include "blkif.h"
#include "netif.h"

#define VICTIM		1
#define WINDOW		0x40000000UL	/* nothing is there: for what the others grant */
#define SECTORS		2048

struct back {
	struct device dev;		/* own: the back end's nodes */
	struct ring *ring[2];		/* of a network interface: tx, rx */
	grant_handle_t handle[2];
	unsigned int port;
	uint32_t cons[2], prod[2];
	unsigned int served;
	bool used;			/* by a program: the kernel itself reads the disk's ends */
};

static struct back disk, other;
static unsigned long window = WINDOW;
static int next_disk = 1, next_net;

/* --- devices --- */

static void own(const char *path, const char *who, unsigned int who_len)
{
	char what[120];
	unsigned int n = 0;

	while (path[n]) {
		what[n] = path[n];
		n++;
	}
	what[n++] = 0;
	memcpy(what + n, who, who_len);
	store_ask(XS_MKDIR, 0, what, n);
	store_ask(XS_SET_PERMS, 0, what, n + who_len);
}

/* Both ends' nodes, but for the states, which begin it. */
static void make(struct back *b, const char *kind, unsigned int n)
{
	bool vbd = same(kind, "vbd");

	memset(b, 0, sizeof(*b));
	path_of(b->dev.other, vbd ? "/local/domain/1/device/vbd/" : "/local/domain/1/device/vif/", n, "");
	path_of(b->dev.own, vbd ? "/local/domain/0/backend/vbd/1/" : "/local/domain/0/backend/vif/1/", n, "");
	own(b->dev.other, "n1\0r0", 6);
	own(b->dev.own, "n0\0r1", 6);
	store_put(b->dev.other, "backend", b->dev.own);
	store_put(b->dev.other, "backend-id", "0");
	store_put_number(b->dev.other, "virtual-device", n);
	store_put(b->dev.other, "device-type", "disk");
	store_put(b->dev.other, "mac", "00:16:3e:00:01:00");
	store_put_number(b->dev.other, "handle", n);
	store_put(b->dev.own, "frontend", b->dev.other);
	store_put_number(b->dev.own, "frontend-id", VICTIM);
	store_put(b->dev.own, "online", "1");
}

static void start(struct back *b, enum state s)
{
	store_put_number(b->dev.own, "state", s);
	store_put_number(b->dev.other, "state", INITIALISING);
}

static bool map(struct back *b, int i, const char *name)
{
	unsigned long at = window;

	window += PAGE_SIZE;
	if (grant_map(VICTIM, store_number(b->dev.other, name, 0), at, 0, &b->handle[i]))
		return false;
	b->ring[i] = (struct ring *)at;
	return true;
}

/* --- a disk --- */

static struct blk_request *blk_request(struct back *b, uint32_t n)
{
	return (struct blk_request *)b->ring[0]->entries + n % BLK_PAGE_REQUESTS;
}

static void respond(struct back *b, uint64_t id, unsigned int op, int status)
{
	struct blk_response *r = (struct blk_response *)blk_request(b, b->prod[0]++);

	r->id = id;
	r->op = op;
	r->status = status;
}

static void push(struct back *b, int i)
{
	mb();
	write_once(b->ring[i]->rsp_prod, b->prod[i]);
	mb();
	ev_send(b->port);
}

static void fill(struct back *b, const struct blk_request *r)
{
	for (int i = 0; i < r->nr && i < BLK_SEGMENTS && r->op <= BLK_WRITE; i++) {
		grant_handle_t h;

		if (grant_map(VICTIM, r->seg[i].ref, window, r->op == BLK_READ ? 0 : GNTMAP_readonly, &h))
			continue;
		if (r->op == BLK_READ && r->seg[i].last < 8)
			memset((char *)window + r->seg[i].first * SECTOR, 0, (r->seg[i].last - r->seg[i].first + 1) * SECTOR);
		grant_unmap(window, h);
	}
}

/* One request, to a copy of it; false: there is none. */
static bool take(struct back *b, struct blk_request *r)
{
	if (!b->ring[0] || b->cons[0] == read_once(b->ring[0]->req_prod))
		return false;
	mb();
	memcpy(r, blk_request(b, b->cons[0]++), sizeof(*r));
	write_once(b->ring[0]->req_event, b->cons[0] + 1);
	return true;
}

static void serve(struct back *b)
{
	struct blk_request r;

	while (take(b, &r)) {
		fill(b, &r);
		respond(b, r.id, r.op == BLK_INDIRECT ? r.nr : r.op, r.op == BLK_DISCARD ? BLK_NOT_SUPPORTED : BLK_OKAY);
		b->served++;
		b->used |= r.op == BLK_READ && r.sector >= 64 && r.sector < 512;
		push(b, 0);
	}
}

/* While something is waited for the good disk is served. */
#define while_serving(ms, cond) within(ms, (serve(&disk), (cond)))

static bool front_becomes(struct back *b, enum state s)
{
	return while_serving(WHILE, state_of(b->dev.other) == s);
}

static void describe(struct back *b)
{
	store_put_number(b->dev.own, "sectors", SECTORS);
	store_put_number(b->dev.own, "sector-size", SECTOR);
	store_put(b->dev.own, "info", "0");
}

static unsigned int vdev_of(int n)
{
	return 268435456 + (n << 8);
}

static unsigned int next_vdev(void)
{
	return vdev_of(next_disk++);
}

/* What the front end has set up */
static bool join(struct back *b)
{
	if (!map(b, 0, "ring-ref"))
		return false;
	b->port = ev_bind(VICTIM, store_number(b->dev.other, "event-channel", 0));
	return b->port != NO_PORT;
}

static bool attach(struct back *b)
{
	return front_becomes(b, INITIALISED) && join(b);
}

/* A disk that is as it should be, until it is connected, and what the kernel itself reads then is answered. */
static bool begin_disk(struct back *b)
{
	make(b, "vbd", next_vdev());
	describe(b);
	start(b, INIT_WAIT);
	if (!attach(b))
		return false;
	state_set(&b->dev, CONNECTED);
	return while_serving(WHILE, (serve(b), b->used));
}

static void lives(void)
{
	unsigned int before = disk.served;

	check(while_serving(WHILE, disk.served > before + 2));
}

static void is_served_well(void)
{
	NEED_XEN();
	check(store_open());
	check(grants_open());
	check(begin_disk(&disk));
	lives();
}

/* Somebody reads it; one request more is not answered yet. */
static bool is_read(struct back *b, struct blk_request *r)
{
	return while_serving(WHILE, take(b, r));
}

/* It is used, and one request is not answered yet. */
static bool begins(struct blk_request *r)
{
	return begin_disk(&other) && is_read(&other, r);
}

#define BEGIN_DISK						\
	struct blk_request r;					\
								\
	NEED_XEN();						\
	if (!begins(&r)) {					\
		check(!"it can begin");				\
		return;						\
	}

/* --- what xenstore says of a disk --- */

/* The front end may take it or not. */
static void is_offered(const char *name, const char *value)
{
	make(&other, "vbd", next_vdev());
	describe(&other);
	store_put(other.dev.own, name, value);
	start(&other, INIT_WAIT);
	if (attach(&other)) {
		state_set(&other.dev, CONNECTED);
		while_serving(1000, (serve(&other), other.used || state_of(other.dev.other) >= CLOSING));
	}
	state_set(&other.dev, CLOSING);
	while_serving(2000, (serve(&other), state_of(other.dev.other) == CLOSED));
}

#define OFFER(name, values...)						\
	static const char *const v[] = { values };			\
									\
	NEED_XEN();							\
	for (int i = 0; i < ARRAY_SIZE(v); i++)				\
		is_offered(name, v[i]);					\
	lives();

static void sector_size_is_absurd(void)
{
	OFFER("sector-size", "0", "1", "3", "511", "513", "4097", "65536", "2147483648", "4294967296", "18446744073709551615", "x");
}

static void physical_sector_size_is_absurd(void)
{
	OFFER("physical-sector-size", "0", "3", "65536", "2147483648", "4294967295");
}

static void number_of_sectors_is_absurd(void)
{
	OFFER("sectors", "0", "1", "36028797018963968", "9223372036854775807", "18446744073709551615", "-1", "x");
}

static void indirect_segments_are_absurd(void)
{
	OFFER("feature-max-indirect-segments", "12", "4096", "65536", "4294967295", "-1");
}

static void ring_order_is_absurd(void)
{
	OFFER("max-ring-page-order", "31", "32", "4294967295");
}

static void disks_number_of_queues_is_absurd(void)
{
	OFFER("multi-queue-max-queues", "0", "4294967295");
}

static void other_features_are_absurd(void)
{
	OFFER("feature-discard", "4294967295");
	store_put(other.dev.own, "discard-granularity", "3");
}

/* Connected, closing, connected: what was set up is set up again. */
static void states_of_a_disk_jump(void)
{
	static const uint8_t jumps[] = { 5, 4, 6, 4, 1, 2, 4, 5, 6, 2, 3, 4, 7, 8, 9, 0, 4, 4, 2, 6, 4 };

	NEED_XEN();
	check(begin_disk(&other));
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < ARRAY_SIZE(jumps); i++) {
			state_set(&other.dev, jumps[i]);
			while_serving(round ? 20 : 2, (serve(&other), false));
		}
	}
	lives();
	make(&other, "vbd", next_vdev());
	describe(&other);
	start(&other, CONNECTED);
	/* One that connects to this is served: else it would wait for its first sector, and xenwatch with it. */
	if (front_becomes(&other, CONNECTED))
		check(join(&other) && while_serving(WHILE, (serve(&other), other.used)));
	lives();
}

/* --- the ring of a disk --- */

static void responses_jump(void)
{
	static const uint32_t jumps[] = { 33, 0x80000000, 0xffffffff };

	for (int i = 0; i < ARRAY_SIZE(jumps); i++) {
		BEGIN_DISK;
		other.prod[0] += jumps[i];
		push(&other, 0);
		lives();
	}
}

static void responses_name_others(void)
{
	static const uint64_t ids[] = { 32, 0xffffffff, 1UL << 63 };

	for (int i = 0; i < ARRAY_SIZE(ids); i++) {
		BEGIN_DISK;
		respond(&other, ids[i], r.op, BLK_OKAY);
		push(&other, 0);
		lives();
	}
	BEGIN_DISK;
	respond(&other, (r.id + 1) % 32, r.op, BLK_OKAY);
	push(&other, 0);
	lives();
}

static void response_comes_twice(void)
{
	BEGIN_DISK;
	respond(&other, r.id, r.op, BLK_OKAY);
	respond(&other, r.id, r.op, BLK_OKAY);
	push(&other, 0);
	lives();
}

static void response_is_of_another_operation(void)
{
	static const uint8_t ops[] = { BLK_WRITE, BLK_DISCARD, BLK_INDIRECT, 255 };

	for (int i = 0; i < ARRAY_SIZE(ops); i++) {
		BEGIN_DISK;
		respond(&other, r.id, ops[i], BLK_OKAY);
		push(&other, 0);
		lives();
	}
}

static void status_is_absurd(void)
{
	static const int status[] = { 1, -3, 127, 32767, -32768 };

	BEGIN_DISK;
	for (int i = 0; i < ARRAY_SIZE(status); i++) {
		respond(&other, r.id, r.op, status[i]);
		push(&other, 0);
		check(is_read(&other, &r));
	}
	lives();
}

/* XSA-396: the page that is answered for stays mapped; it was a bug, or went to somebody else. */
static void xsa_396_page_stays_mapped(void)
{
	grant_handle_t h;

	BEGIN_DISK;
	check_eq(GNTST_okay, grant_map(VICTIM, r.seg[0].ref, window, 0, &h));
	window += PAGE_SIZE;
	respond(&other, r.id, r.op, BLK_OKAY);
	push(&other, 0);
	lives();
}

/* Bytes of a page of the other domain that are not zero, but for those from @from to @to */
static unsigned int says(uint32_t ref, unsigned int from, unsigned int to)
{
	unsigned int n = 0;
	grant_handle_t h;

	if (grant_map(VICTIM, ref, window, GNTMAP_readonly, &h))
		return PAGE_SIZE;
	for (unsigned int i = 0; i < PAGE_SIZE; i++)
		n += (i < from || i >= to) && ((char *)window)[i];
	grant_unmap(window, h);
	return n;
}

/* XSA-403: who is not trusted saw whatever else lay in the pages that he was granted. */
static void xsa_403_pages_of_a_disk_say_nothing_else(void)
{
	struct blk_request r;

	NEED_XEN();
	make(&other, "vbd", next_vdev());
	store_put(other.dev.other, "trusted", "0");
	describe(&other);
	start(&other, INIT_WAIT);
	check(attach(&other));
	for (unsigned int i = 16; i < PAGE_SIZE; i++)
		if (((char *)other.ring[0])[i]) {
			check(!"the ring is zero");
			break;
		}
	state_set(&other.dev, CONNECTED);
	check(is_read(&other, &r));
	check_eq(BLK_READ, r.op);
	check_eq(0, says(r.seg[0].ref, 0, 0));
	fill(&other, &r);
	respond(&other, r.id, r.op, BLK_OKAY);
	push(&other, 0);
	while_serving(100, (serve(&other), false));
	lives();
}

/* XSA-391: events without end kept a CPU busy. */
static void xsa_391_events_without_responses(void)
{
	BEGIN_DISK;
	for (int i = 0; i < 30000; i++)
		ev_send(other.port);
	lives();
}

static void request_is_never_answered(void)
{
	BEGIN_DISK;
	while_serving(500, false);
	lives();
	state_set(&other.dev, CLOSING);
	while_serving(100, false);
	lives();
}

/* --- a network interface --- */

static union tx_slot *tx_slot(struct back *b, uint32_t n)
{
	return (union tx_slot *)b->ring[0]->entries + n % NET_SLOTS;
}

static union rx_slot *rx_slot(struct back *b, uint32_t n)
{
	return (union rx_slot *)b->ring[1]->entries + n % NET_SLOTS;
}

static void make_net(struct back *b)
{
	make(b, "vif", next_net++);
	store_put(b->dev.own, "feature-rx-copy", "1");
	store_put(b->dev.own, "feature-sg", "1");
}

static bool attach_net(struct back *b)
{
	b->port = ev_bind(VICTIM, store_number(b->dev.other, "event-channel", 0));
	return b->port != NO_PORT && map(b, 0, "tx-ring-ref") && map(b, 1, "rx-ring-ref");
}

static bool begin_net(struct back *b)
{
	make_net(b);
	start(b, INIT_WAIT);
	if (!front_becomes(b, CONNECTED) || !attach_net(b))
		return false;
	state_set(&b->dev, CONNECTED);
	return true;
}

/* Somebody sends on it. */
static bool takes_packet(struct back *b, struct tx_request *t)
{
	memset(t, 0, sizeof(*t));
	if (!while_serving(WHILE, b->cons[0] != read_once(b->ring[0]->req_prod)))
		return false;
	mb();
	*t = tx_slot(b, b->cons[0]++)->req;
	write_once(b->ring[0]->req_event, b->cons[0] + 1);
	return true;
}

static void tx_respond(struct back *b, unsigned int id, int status)
{
	tx_slot(b, b->prod[0]++)->rsp = (struct tx_response){ id, status };
}

static struct rx_response *rx_respond(struct back *b, unsigned int offset, unsigned int flags, int status)
{
	struct rx_response *r = &rx_slot(b, b->prod[1])->rsp;

	*r = (struct rx_response){ b->prod[1] % NET_SLOTS, offset, flags, status };
	b->prod[1]++;
	return r;
}

#define BEGIN_NET						\
	NEED_XEN();						\
	if (!begin_net(&other)) {				\
		check(!"it can begin");				\
		return;						\
	}

static void net_goes_away(void)
{
	state_set(&other.dev, CLOSING);
	front_becomes(&other, CLOSED);
	state_set(&other.dev, CLOSED);
	lives();
}

static void packets_are_taken(void)
{
	struct tx_request t;

	BEGIN_NET;
	for (int i = 0; i < 5; i++) {
		check(takes_packet(&other, &t));
		tx_respond(&other, t.id, NET_OKAY);
		push(&other, 0);
	}
	net_goes_away();
}

static void nets_number_of_queues_is_absurd(void)
{
	static const char *const v[] = { "4294967295", "-1", "0" };

	NEED_XEN();
	for (int i = 0; i < ARRAY_SIZE(v); i++) {
		make_net(&other);
		store_put(other.dev.own, "multi-queue-max-queues", v[i]);
		start(&other, INIT_WAIT);
		while_serving(200, false);
		check(begin_disk(&other));	/* who waits for the bad one does not keep the others waiting */
	}
	lives();
}

static void states_of_a_net_jump(void)
{
	static const uint8_t jumps[] = { 4, 5, 4, 6, 4, 1, 2, 4, 5, 6, 2, 3, 4, 7, 8, 9, 4, 4, 2, 6, 4, 2 };

	BEGIN_NET;
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < ARRAY_SIZE(jumps); i++) {
			state_set(&other.dev, jumps[i]);
			while_serving(round ? 20 : 2, false);
		}
	}
	lives();
	check(begin_disk(&other));
}

/* Where the ports of a domain are is no secret. */
static bool finds_port(struct back *b)
{
	for (unsigned int p = 1; p < 250 && b->port == NO_PORT; p++)
		b->port = ev_bind(VICTIM, p);
	return b->port != NO_PORT;
}

/* From when there is a channel, which is long before the front end thinks that it is connected; and until it is gone */
static void events_come_without_a_carrier(void)
{
	NEED_XEN();
	for (int round = 0; round < 3; round++) {
		make_net(&other);
		start(&other, INIT_WAIT);
		check(while_serving(WHILE, finds_port(&other)));
		for (int i = 0; i < 20000; i++)
			ev_send(other.port);
		check(front_becomes(&other, CONNECTED));
		lives();
		state_set(&other.dev, CLOSING);
		for (int i = 0; i < 5000; i++)
			ev_send(other.port);
		net_goes_away();
	}
}

static void tx_responses_are_bad(void)
{
	struct tx_request t;
	static const unsigned int jumps[] = { 257, 0x7fffffff, 0xffffffff };

	for (int i = 0; i < ARRAY_SIZE(jumps); i++) {
		BEGIN_NET;
		check(takes_packet(&other, &t));
		other.prod[0] += jumps[i];
		push(&other, 0);
		lives();
		net_goes_away();
	}
	for (int i = 0; i < 4; i++) {
		BEGIN_NET;
		check(takes_packet(&other, &t));
		tx_respond(&other, i == 0 ? 256 : i == 1 ? 0xffff : i == 2 ? t.id : t.id + 1, i == 2 ? -100 : NET_OKAY);
		if (i == 2)
			tx_respond(&other, t.id, NET_OKAY);
		push(&other, 0);
		lives();
		net_goes_away();
	}
}

/* XSA-396 again: a packet is answered for, and its page is not given back. */
static void xsa_396_packet_stays_mapped(void)
{
	struct tx_request t;
	grant_handle_t h;

	BEGIN_NET;
	check(takes_packet(&other, &t));
	check_eq(GNTST_okay, grant_map(VICTIM, t.ref, window, GNTMAP_readonly, &h));
	window += PAGE_SIZE;
	tx_respond(&other, t.id, NET_OKAY);
	push(&other, 0);
	lives();
	net_goes_away();
}

static void xsa_403_pages_of_a_net_say_nothing_else(void)
{
	struct tx_request t = { };

	NEED_XEN();
	make_net(&other);
	store_put(other.dev.other, "trusted", "0");
	start(&other, INIT_WAIT);
	check(front_becomes(&other, CONNECTED) && attach_net(&other));
	state_set(&other.dev, CONNECTED);
	for (int i = 0; i < 20; i++)
		check_eq(0, says(rx_slot(&other, i)->req.ref, 0, 0));
	for (int i = 0; i < 3; i++) {
		check(takes_packet(&other, &t));
		/* but how Linux keeps account of the buffer itself, at its end */
		check(says(t.ref, t.offset, t.offset + t.size) < 8);
		tx_respond(&other, t.id, NET_OKAY);
		push(&other, 0);
	}
	net_goes_away();
}

static void rx_push(struct back *b)
{
	push(b, 1);
	while_serving(5, false);
}

static void rx_responses_are_bad(void)
{
	static const struct { uint16_t offset, flags; int16_t status; } bad[] = {
		{ 0, 0, -1 }, { 0, 0, -32768 }, { 0, 0, 4097 }, { 4000, 0, 97 }, { 0xffff, 0, 1 }, { 0xffff, 0, 32767 },
		{ 0, RX_CSUM_BLANK, 3 }, { 0, 0, 0 }, { 0, 0, 13 }, { 4096, 0, 0 }, { 0, 0xffe0, 60 },
		{ 0, RX_MORE, 100 }, { 0, RX_EXTRA, 100 }, { 0, RX_EXTRA | RX_MORE, 0 },
	};

	BEGIN_NET;
	for (int i = 0; i < ARRAY_SIZE(bad); i++) {
		rx_respond(&other, bad[i].offset, bad[i].flags, bad[i].status);
		rx_push(&other);
	}
	lives();
	net_goes_away();
}

/* XSA-405: what is wrong in the middle of a packet; buffers that were to be used again were freed. */
static void xsa_405_rx_chains_are_bad(void)
{
	BEGIN_NET;
	for (int parts = 2; parts < 40; parts++) {
		for (int i = 0; i < parts; i++)
			rx_respond(&other, 0, i < parts - 1 ? RX_MORE : 0, i & 1 ? 0 : parts & 2 ? 1 : 4096);
		rx_push(&other);
	}
	for (int i = 0; i < 100; i++)
		rx_respond(&other, 0, RX_MORE, 60);
	rx_push(&other);
	lives();
	net_goes_away();
}

static void rx_extras_are_bad(void)
{
	static const uint8_t types[] = { 0, EXTRA_GSO, EXTRA_MCAST_ADD, EXTRA_HASH, EXTRA_XDP, 6, 255 };

	BEGIN_NET;
	for (int i = 0; i < 4 * ARRAY_SIZE(types); i++) {
		struct extra *e;

		rx_respond(&other, 0, RX_EXTRA | (i & 1 ? RX_CSUM_BLANK : RX_VALIDATED), 60 + i);
		for (int k = 0; k <= i % 4; k++) {
			e = &rx_slot(&other, other.prod[1]++)->extra;
			memset(e, 0, sizeof(*e));
			e->type = types[i / 4];
			e->flags = k < i % 4 ? EXTRA_MORE : 0;
			e->gso.size = i & 2 ? 0 : 0xffff;
			e->gso.type = i;
			e->gso.features = 0xffff;
		}
		rx_push(&other);
	}
	lives();
	net_goes_away();
}

static void rx_index_jumps(void)
{
	static const uint32_t jumps[] = { 257, 0x7fffffff, 0x80000000, 0xffffffff };

	for (int i = 0; i < ARRAY_SIZE(jumps); i++) {
		BEGIN_NET;
		other.prod[1] = jumps[i];
		rx_push(&other);
		lives();
		net_goes_away();
	}
}

static volatile bool writing;

static void rewrites(void *arg)
{
	struct rx_response *r = arg;

	while (writing) {
		write_once(r->offset, 0);
		write_once(r->status, 100);
		write_once(r->status, -1);
		write_once(r->offset, 0xf000);
	}
}

/* XSA-155: what was checked was not what was used. */
static void xsa_155_responses_change(void)
{
	BEGIN_NET;
	if (!other_hart(0)) {
		skip("one vCPU");
		return;
	}
	for (int slot = 1; slot < 4; slot++) {
		writing = true;
		check(hart_run(other_hart(0), rewrites, &rx_slot(&other, slot)->rsp));
		for (int round = 0; round < 6; round++) {
			for (int i = 0; i < NET_SLOTS / 8; i++) {
				for (int k = 0; k < 4; k++) {
					int n = other.prod[1] % NET_SLOTS;

					if (n == slot)
						other.prod[1]++;
					else
						rx_respond(&other, 0, 0, 100);
					rx_slot(&other, n)->rsp.flags = k < 3 ? RX_MORE : 0;
				}
				rx_push(&other);
			}
			other.prod[1] += NET_SLOTS / 2;
			for (int n = 0; n < NET_SLOTS; n++)
				if (n != slot)
					rx_slot(&other, n)->rsp = (struct rx_response){ n, 0, n % 4 < 3 ? RX_MORE : 0, 100 };
			rx_push(&other);
		}
		writing = false;
		check(hart_wait(other_hart(0)));
	}
	lives();
	net_goes_away();
}

static void xsa_391_events_of_a_net(void)
{
	BEGIN_NET;
	for (int i = 0; i < 30000; i++)
		ev_send(other.port);
	lives();
	net_goes_away();
}

/* Who reads all the time may stop, and says how it was. */
static void ends(void)
{
	char path[40];

	NEED_XEN();
	lives();
	/* all say that they are closed, so that nobody waits for them */
	for (int i = 0; i < next_net; i++) {
		path_of(path, "/local/domain/0/backend/vif/1/", i, "");
		store_put_number(path, "state", CLOSED);
	}
	for (int i = 2; i < next_disk; i++) {
		path_of(path, "/local/domain/0/backend/vbd/1/", vdev_of(i), "");
		store_put_number(path, "state", CLOSED);
	}
	store_put("/local/domain/1/data", "end", "now");
	while_serving(WHILE * 4, store_ask(XS_IS_DOMAIN_INTRODUCED, 0, "1", 2) == XS_IS_DOMAIN_INTRODUCED && same(store_answer(), "F"));
}

/* What leaves a request of the kernel's own without an answer comes late: who waits for it connects no more devices. */
TESTS(
	T(is_served_well), T(packets_are_taken), T(xsa_403_pages_of_a_net_say_nothing_else), T(states_of_a_net_jump),
	T(tx_responses_are_bad), T(xsa_396_packet_stays_mapped), T(rx_responses_are_bad), T(xsa_405_rx_chains_are_bad),
	T(rx_extras_are_bad), T(rx_index_jumps), T(xsa_391_events_of_a_net), T(events_come_without_a_carrier),
	T(xsa_155_responses_change), T(nets_number_of_queues_is_absurd), T(sector_size_is_absurd), T(physical_sector_size_is_absurd),
	T(number_of_sectors_is_absurd), T(indirect_segments_are_absurd), T(ring_order_is_absurd), T(disks_number_of_queues_is_absurd),
	T(other_features_are_absurd), T(xsa_403_pages_of_a_disk_say_nothing_else), T(status_is_absurd),
	T(xsa_391_events_without_responses), T(states_of_a_disk_jump), T(responses_jump), T(responses_name_others),
	T(response_comes_twice), T(response_is_of_another_operation), T(xsa_396_page_stays_mapped), T(request_is_never_answered),
	T(ends),
);
