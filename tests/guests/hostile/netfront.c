// SPDX-License-Identifier: GPL-2.0
/*
 * A front end for network interfaces that means ill: what it tells xen-netback of Linux by xenstore and by the rings is wrong in a
 * way of its own for each test. After each another interface of it connects as it should, asks who has the
 * driver domain's address, and is answered: then the driver domain lives. What netback calls a fatal error disables an
 * interface for good; each test of that has an interface of its own.
 *
 * The numbers of advisories are Xen's (xenbits.xen.org/xsa), of faults that this once was.
 */
#include "netif.h"

#define DRIVER		0
#define OTHER		1
#define GOOD		0		/* interfaces: the one that is served as it should be, */
#define BAD		1		/* one that is served again after each test, */
#define FIRST_FATAL	2		/* and those that are given up */
#define BAD_REF		(REFS - 1)
#define BUFFERS		32		/* for what is received */
#define PAGES		32		/* of what is sent */
#define PAGE_REF	200
#define ADDRESS		{ 10, 0, 2, 99 }
#define DRIVERS_ADDRESS	{ 10, 0, 2, 15 }

struct interface {
	struct device dev;
	struct ring *tx, *rx;
	uint8_t (*buffer)[PAGE_SIZE];
	unsigned int tx_ref, rx_ref, buffer_ref, port;
	uint32_t tx_prod, tx_cons, rx_prod, rx_cons;
};

static struct ring rings[4] __attribute__((aligned(4096)));
static struct ring ctrl_ring __attribute__((aligned(4096)));
static uint8_t buffers[2][BUFFERS][PAGE_SIZE] __attribute__((aligned(4096)));
static uint8_t pages[PAGES][PAGE_SIZE] __attribute__((aligned(4096)));
static struct interface good = { .tx = &rings[0], .rx = &rings[1], .buffer = buffers[0], .tx_ref = 8, .rx_ref = 9, .buffer_ref = 100 };
static struct interface bad = { .tx = &rings[2], .rx = &rings[3], .buffer = buffers[1], .tx_ref = 10, .rx_ref = 11, .buffer_ref = 140 };
#define CTRL_REF	12
static unsigned int ctrl_port;
static int next_fatal = FIRST_FATAL;
static bool ready;

static bool device_at(struct device *d, unsigned int handle)
{
	const char *s;
	int i = 0;

	path_of(d->own, "device/vif/", handle, "");
	s = store_get(d->own, "backend");
	while (s && *s && i < (int)sizeof(d->other) - 1)
		d->other[i++] = *s++;
	d->other[i] = 0;
	return i;
}

/* --- connecting --- */

static bool is_closed(const struct interface *f)
{
	enum state s = state_of(f->dev.other);

	return s == CLOSED || s == INIT_WAIT;
}

static bool closes(struct interface *f)
{
	state_set(&f->dev, CLOSED);
	/* netback says "reconfigured" whenever it is asked to, and if it was closed by then, not that it is so again. */
	if (!within(5000, is_closed(f)) && state_of(f->dev.other) == RECONFIGURED) {
		state_set(&f->dev, CLOSING);
		if (!state_becomes(&f->dev, CLOSING))
			return false;
		state_set(&f->dev, CLOSED);
	}
	return within(WHILE, is_closed(f));
}

/* Again, if it is not heard: as in blkfront.c. */
static bool settle(struct interface *f)
{
	unsigned long start = rdtime();

	do {
		if (!closes(f))
			return false;
		ev_close(f->port);
		f->port = NO_PORT;
		state_set(&f->dev, INITIALISING);
	} while (!within(WHILE / 10, state_of(f->dev.other) == INIT_WAIT) && rdtime() - start < WHILE * MS);
	return state_of(f->dev.other) == INIT_WAIT;
}

static union tx_slot *tx_slot(struct interface *f, uint32_t n)
{
	return (union tx_slot *)f->tx->entries + n % NET_SLOTS;
}

static union rx_slot *rx_slot(struct interface *f, uint32_t n)
{
	return (union rx_slot *)f->rx->entries + n % NET_SLOTS;
}

static void offer(struct interface *f, int n)
{
	while (n--) {
		int i = f->rx_prod % BUFFERS;

		rx_slot(f, f->rx_prod)->req = (struct rx_request){ i, 0, f->buffer_ref + i };
		f->rx_prod++;
	}
	mb();
	write_once(f->rx->req_prod, f->rx_prod);
}

/* All that the back end reads, as it should be. The tests change it before they say "connected". */
static void prepare(struct interface *f)
{
	const char *own = f->dev.own;

	memset(f->tx, 0, PAGE_SIZE);
	memset(f->rx, 0, PAGE_SIZE);
	f->tx->req_event = f->tx->rsp_event = f->rx->req_event = f->rx->rsp_event = 1;
	f->tx_prod = f->tx_cons = f->rx_prod = f->rx_cons = 0;
	grant(f->tx_ref, DRIVER, f->tx, 0);
	grant(f->rx_ref, DRIVER, f->rx, 0);
	for (int i = 0; i < BUFFERS; i++)
		grant(f->buffer_ref + i, DRIVER, f->buffer[i], 0);
	for (int i = 0; i < PAGES; i++)
		grant(PAGE_REF + i, DRIVER, pages[i], GTF_readonly);
	offer(f, BUFFERS);
	f->port = ev_alloc(DRIVER);
	store_put_number(own, "tx-ring-ref", f->tx_ref);
	store_put_number(own, "rx-ring-ref", f->rx_ref);
	store_put_number(own, "event-channel", f->port);
	store_put(own, "request-rx-copy", "1");
	store_put(own, "feature-rx-notify", "1");
	store_put(own, "feature-sg", "1");
	store_put(own, "xdp-headroom", "0");
	store_put(own, "request-multicast-control", "0");
	store_put(own, "feature-gso-tcpv4", "0");
	store_rm(own, "multi-queue-num-queues");
	store_rm(own, "event-channel-tx");
	store_rm(own, "event-channel-rx");
	store_rm(own, "ctrl-ring-ref");
}

static bool connect(struct interface *f)
{
	state_set(&f->dev, CONNECTED);
	return within(WHILE, state_of(f->dev.other) == CONNECTED && grant_is_used(f->tx_ref) && grant_is_used(f->rx_ref));
}

static bool begin(struct interface *f)
{
	if (!settle(f))
		return false;
	prepare(f);
	return connect(f);
}

/* The back end says "connected" all the same, but has nothing of ours. */
static bool refused(struct interface *f)
{
	state_set(&f->dev, CONNECTED);
	return within(WHILE, state_of(f->dev.other) >= CONNECTED && !grant_is_used(f->tx_ref) && !grant_is_used(f->rx_ref));
}

/* --- sending --- */

static void push(struct interface *f)
{
	mb();
	write_once(f->tx->req_prod, f->tx_prod);
	mb();
	ev_send(f->port);
}

/* A slot of a packet: so much of a page; of the first slot the size is all of the packet's. */
static struct tx_request *slot(struct interface *f, int page, unsigned int offset, unsigned int size, unsigned int flags)
{
	struct tx_request *t = &tx_slot(f, f->tx_prod)->req;

	*t = (struct tx_request){ PAGE_REF + page, offset, flags, f->tx_prod % NET_SLOTS, size };
	f->tx_prod++;
	return t;
}

static struct extra *extra(struct interface *f, unsigned int type, unsigned int flags)
{
	struct extra *e = &tx_slot(f, f->tx_prod++)->extra;

	memset(e, 0, sizeof(union tx_slot));
	e->type = type;
	e->flags = flags;
	return e;
}

#define NO_ANSWER	1000

static int answer(struct interface *f)
{
	if (!within(WHILE, read_once(f->tx->rsp_prod) != f->tx_cons))
		return NO_ANSWER;
	mb();
	return tx_slot(f, f->tx_cons++)->rsp.status;
}

/* All that was sent has been answered, somehow. */
static bool all_answered(struct interface *f)
{
	if (!within(WHILE, read_once(f->tx->rsp_prod) == f->tx_prod)) {
		say("# %ld slots are not answered\n", (long)(f->tx_prod - f->tx->rsp_prod));
		return false;
	}
	f->tx_cons = f->tx_prod;
	return true;
}

static void put_mac(uint8_t *p, unsigned int last)
{
	static const uint8_t mac[] = { 0x00, 0x16, 0x3e, 0x66, 0x66 };

	memcpy(p, mac, 5);
	p[5] = last;
}

/* Who has the driver domain's address? 42 bytes, to everybody */
static unsigned int arp(uint8_t *p)
{
	static const uint8_t head[] = { 0x08, 0x06, 0, 1, 8, 0, 6, 4, 0, 1 }, from[] = ADDRESS, to[] = DRIVERS_ADDRESS;

	memset(p, 0xff, 6);
	put_mac(p + 6, 1);
	memcpy(p + 12, head, 10);
	put_mac(p + 22, 1);
	memcpy(p + 28, from, 4);
	memset(p + 32, 0, 6);
	memcpy(p + 38, to, 4);
	return 42;
}

/* To everybody: an IP header as it would be for a packet of this size and protocol, and what follows it */
static unsigned int ip(uint8_t *p, unsigned int size, unsigned int protocol)
{
	static const uint8_t from[] = ADDRESS, to[] = DRIVERS_ADDRESS;
	unsigned int sum = 0;

	memset(p, 0, PAGE_SIZE);
	memset(p, 0xff, 6);
	put_mac(p + 6, 1);
	p[12] = 0x08;
	p[14] = 0x45;
	p[16] = (size - 14) >> 8;
	p[17] = size - 14;
	p[22] = 64;
	p[23] = protocol;
	memcpy(p + 26, from, 4);
	memcpy(p + 30, to, 4);
	for (int i = 14; i < 34; i += 2)
		sum += p[i] << 8 | p[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	p[24] = ~sum >> 8;
	p[25] = ~sum;
	p[46] = 0x50;		/* of TCP: the header has 20 bytes */
	p[47] = 0x10;
	return size;
}

/* One that was received: is it the answer to arp()? */
static bool is_answer(const uint8_t *p)
{
	static const uint8_t from[] = DRIVERS_ADDRESS;

	return p[12] == 0x08 && p[13] == 0x06 && p[21] == 2 && p[28] == from[0] && p[31] == from[3];
}

static bool received_answer(struct interface *f)
{
	while (read_once(f->rx->rsp_prod) != f->rx_cons) {
		const struct rx_response *r = &rx_slot(f, f->rx_cons++)->rsp;
		bool it_is;

		mb();
		it_is = r->status >= 42 && is_answer(f->buffer[r->id % BUFFERS] + r->offset);
		offer(f, 1);
		ev_send(f->port);
		if (it_is)
			return true;
	}
	return false;
}

/* As long as the driver domain's bridge has not seen the interface come up, nobody hears it: so some times. */
static bool is_heard(struct interface *f)
{
	for (int i = 0; i < 120; i++) {
		slot(f, PAGES - 1, 0, arp(pages[PAGES - 1]), 0);
		push(f);
		if (answer(f) != NET_OKAY)
			return false;
		if (within(500, received_answer(f)))
			return true;
	}
	return false;
}

/* Where it has got to, if it does not begin. */
static bool told(const struct interface *f)
{
	say("# states %ld and %ld, rings %s%s, ", (long)state_of(f->dev.own), (long)state_of(f->dev.other),
	    grant_is_used(f->tx_ref) ? "" : "not ", grant_is_used(f->rx_ref) ? "in use" : "both");
	say("hotplug-status %s\n", store_get(f->dev.other, "hotplug-status") ?: "missing");
	return false;
}

static void lives(void)
{
	check(begin(&good) || told(&good));
	check(is_heard(&good));
}

#define BEGIN							\
	NEED_XEN();						\
	check(ready && (begin(&bad) || told(&bad)));		\
	if (test_failed())					\
		return;

#define SETTLE							\
	NEED_XEN();						\
	if (!ready || !(settle(&bad) || told(&bad))) {		\
		check(!"it can begin");				\
		return;						\
	}							\
	prepare(&bad);

static void finds_its_interfaces(void)
{
	NEED_XEN();
	check(store_open());
	check(grants_open());
	check(device_at(&good.dev, GOOD));
	check(device_at(&bad.dev, BAD));
	ready = state_becomes(&good.dev, INIT_WAIT) && state_becomes(&bad.dev, INIT_WAIT);
	check(ready);
	lives();
}

/* --- what xenstore says --- */

static void ring_refs_are_bad(void)
{
	static const char *const texts[] = { "", "x", "-1", "2047", "4294967295", "99999999999999999999" };

	for (int i = 0; i < 2 * ARRAY_SIZE(texts); i++) {
		SETTLE;
		store_put(bad.dev.own, i & 1 ? "tx-ring-ref" : "rx-ring-ref", texts[i / 2]);
		check(refused(&bad));
	}
	for (int i = 0; i < 2; i++) {
		SETTLE;
		store_rm(bad.dev.own, i ? "tx-ring-ref" : "rx-ring-ref");
		check(refused(&bad));
		SETTLE;
		grant(bad.rx_ref - i, OTHER, bad.rx, 0);
		check(refused(&bad));
		SETTLE;
		grant(bad.rx_ref - i, DRIVER, bad.rx, GTF_readonly);
		check(refused(&bad));
		SETTLE;
		grant(bad.rx_ref - i, DRIVER, grants, 0);
		check(refused(&bad));
	}
	lives();
}

static void both_rings_are_one(void)
{
	SETTLE;
	store_put_number(bad.dev.own, "rx-ring-ref", bad.tx_ref);
	state_set(&bad.dev, CONNECTED);
	check(state_becomes(&bad.dev, CONNECTED));
	for (int i = 0; i < 10; i++) {
		slot(&bad, 0, 0, arp(pages[0]), 0);
		push(&bad);
		pause_ms(2);
	}
	check(settle(&bad));
	check(!grant_is_used(bad.tx_ref));
	lives();
}

static void indices_are_bad_from_the_start(void)
{
	for (int i = 0; i < 4; i++) {
		SETTLE;
		*(i & 1 ? &bad.tx->req_prod : &bad.rx->req_prod) = i & 2 ? 257 : 0x80000000;
		check(refused(&bad));
	}
	SETTLE;
	bad.tx->rsp_prod = bad.tx->req_prod = bad.tx_prod = bad.tx_cons = 0xfffffffe;
	bad.tx->rsp_event = 0xffffffff;
	check(connect(&bad));
	check(is_heard(&bad));
	lives();
}

static void event_channel_is_bad(void)
{
	unsigned int other = ev_alloc(OTHER);
	const unsigned int ports[] = { 0, 1 << 17, 0xffffffff, other };

	for (int i = 0; i < ARRAY_SIZE(ports); i++) {
		SETTLE;
		store_put_number(bad.dev.own, "event-channel", ports[i]);
		check(refused(&bad));
		SETTLE;
		store_put_number(bad.dev.own, "event-channel-tx", bad.port);
		store_put_number(bad.dev.own, "event-channel-rx", ports[i]);
		check(refused(&bad));
	}
	SETTLE;
	store_rm(bad.dev.own, "event-channel");
	check(refused(&bad));
	ev_close(other);
	lives();
}

static void number_of_queues_is_absurd(void)
{
	static const unsigned int queues[] = { 0, 2, 9, 1000, 0xffffffff };

	for (int i = 0; i < ARRAY_SIZE(queues); i++) {
		SETTLE;
		store_put_number(bad.dev.own, "multi-queue-num-queues", queues[i]);
		check(refused(&bad));
	}
	lives();
}

static void features_are_absurd(void)
{
	static const char *const names[] = { "request-rx-copy", "feature-rx-notify", "feature-sg", "feature-gso-tcpv4", "feature-gso-tcpv6",
		"feature-no-csum-offload", "feature-ipv6-csum-offload", "request-multicast-control" };
	static const char *const values[] = { "4294967295", "x" };

	for (int v = 0; v < ARRAY_SIZE(values); v++) {
		SETTLE;
		for (int i = 0; i < ARRAY_SIZE(names); i++)
			store_put(bad.dev.own, names[i], values[v]);
		state_set(&bad.dev, CONNECTED);
		check(state_becomes(&bad.dev, CONNECTED));
		slot(&bad, 0, 0, arp(pages[0]), 0);
		push(&bad);
		pause_ms(5);
	}
	SETTLE;
	for (int i = 0; i < ARRAY_SIZE(names); i++)
		store_rm(bad.dev.own, names[i]);
	check(connect(&bad));
	lives();
}

static void states_jump(void)
{
	static const uint8_t jumps[] = { 4, 3, 4, 5, 4, 5, 6, 4, 6, 3, 5, 1, 4, 1, 7, 3, 6, 1, 6, 5, 1, 2, 7, 8, 9, 4, 3, 6, 6, 1, 4, 7 };

	SETTLE;
	for (int round = 0; round < 6; round++) {
		for (int i = 0; i < ARRAY_SIZE(jumps); i++) {
			state_set(&bad.dev, jumps[i]);
			if (round & 1)
				pause_ms(round);
		}
	}
	lives();
	BEGIN;
}

/* XSA-349, which was of the state alone: this node is watched as well. */
static void xsa_349_nodes_are_written_all_the_time(void)
{
	BEGIN;
	for (int i = 0; i < 5000; i++) {
		store_put_number(bad.dev.own, "request-multicast-control", i & 1);
		store_put_number(bad.dev.own, "state", CONNECTED);
	}
	lives();
}

/* --- sending --- */

static void packets_are_too_small(void)
{
	BEGIN;
	for (unsigned int size = 0; size < 14; size++) {
		slot(&bad, 0, 0, size, 0);
		push(&bad);
		check_eq(NET_ERROR, answer(&bad));
	}
	check(is_heard(&bad));
	lives();
}

/* XSA-448: a part of no bytes. */
static void xsa_448_parts_are_empty(void)
{
	BEGIN;
	for (int where = 0; where < 17; where++) {
		unsigned int size = 42 + 16 * 100;

		arp(pages[0]);
		for (int i = 0; i <= 16; i++) {
			unsigned int n = i == where ? 0 : 100;

			if (i)
				slot(&bad, i, 0, n, i < 16 ? TX_MORE : 0);
			else
				slot(&bad, 0, 0, size - 1500 - (where ? 0 : 100), TX_MORE);
		}
		push(&bad);
		check(all_answered(&bad));
	}
	/* all but the first */
	slot(&bad, 0, 0, arp(pages[0]), TX_MORE);
	for (int i = 1; i < 17; i++)
		slot(&bad, i, 0, 0, i < 16 ? TX_MORE : 0);
	push(&bad);
	check(all_answered(&bad));
	check(is_heard(&bad));
	lives();
}

/* XSA-423, XSA-432: headers over many parts, and as many parts as there may be. */
static void xsa_432_headers_are_in_pieces(void)
{
	BEGIN;
	for (unsigned int first = 1; first < 60; first++) {
		int parts = 2 + first % 17;

		ip(pages[0], first + (parts - 1) * 40, first & 1 ? 6 : 17);
		for (int i = 1; i < parts; i++)
			memcpy(pages[i], pages[0] + first + (i - 1) * 40, 40);
		slot(&bad, 0, 0, first + (parts - 1) * 40, TX_MORE | (first & 2 ? TX_CSUM_BLANK : 0));
		for (int i = 1; i < parts; i++)
			slot(&bad, i, i % 3 ? 0 : PAGE_SIZE - 40, 40, i < parts - 1 ? TX_MORE : 0);
		push(&bad);
		check(all_answered(&bad));
	}
	/* 19 parts are dropped, 64 KiB in 17 are not */
	slot(&bad, 0, 0, 42 + 18 * 40, TX_MORE);
	for (int i = 1; i < 19; i++)
		slot(&bad, i, 0, 40, i < 18 ? TX_MORE : 0);
	push(&bad);
	check(all_answered(&bad));
	ip(pages[0], 0xffff, 6);
	slot(&bad, 0, 0, 0xffff, TX_MORE);
	for (int i = 1; i < 17; i++)
		slot(&bad, i, 0, i < 16 ? 4095 : 4000, i < 16 ? TX_MORE : 0);
	push(&bad);
	check(all_answered(&bad));
	check(is_heard(&bad));
	lives();
}

static void parts_are_more_than_the_packet(void)
{
	BEGIN;
	slot(&bad, 0, 0, 100, TX_MORE);
	slot(&bad, 1, 0, 4000, TX_MORE);
	slot(&bad, 2, 0, 4000, 0);
	push(&bad);
	check_eq(NET_ERROR, answer(&bad));
	check(all_answered(&bad));
	check(is_heard(&bad));
	lives();
}

/* XSA-362, XSA-367: grants that cannot be mapped or copied. */
static void xsa_367_pages_cannot_be_mapped(void)
{
	static const unsigned int refs[] = { 0, BAD_REF, REFS, 1 << 20, 0x7fffffff, 0xffffffff };

	BEGIN;
	for (int i = 0; i < 6 * ARRAY_SIZE(refs); i++) {
		uint32_t at = bad.tx_prod + i % 6;

		ip(pages[0], 60 + 5 * 300, 17);
		slot(&bad, 0, 0, 60 + 5 * 300, TX_MORE);
		for (int k = 1; k < 6; k++)
			slot(&bad, k, 0, 300, k < 5 ? TX_MORE : 0);
		tx_slot(&bad, at)->req.ref = refs[i / 6];
		push(&bad);
		check(all_answered(&bad));
	}
	for (int i = 0; i < 2; i++) {
		grant(PAGE_REF + i, OTHER, pages[i], 0);
		slot(&bad, 0, 0, 600, TX_MORE);
		slot(&bad, 1, 0, 300, 0);
		push(&bad);
		check(all_answered(&bad));
		grant(PAGE_REF + i, DRIVER, (void *)0xfffffffff000UL, 0);
		slot(&bad, 0, 0, 600, TX_MORE);
		slot(&bad, 1, 0, 300, 0);
		push(&bad);
		check(all_answered(&bad));
		grant(PAGE_REF + i, DRIVER, pages[i], GTF_readonly);
	}
	check(is_heard(&bad));
	lives();
}

static void one_page_is_all_parts(void)
{
	BEGIN;
	for (int i = 0; i < 20; i++) {
		ip(pages[0], 60 + 16 * 1000, 17);
		slot(&bad, 0, 0, 60 + 16 * 1000, TX_MORE);
		for (int k = 1; k < 17; k++)
			slot(&bad, 0, 0, 1000, k < 16 ? TX_MORE : 0);
		push(&bad);
		check(all_answered(&bad));
	}
	check(is_heard(&bad));
	settle(&bad);
	check(within(WHILE, !grant_is_used(PAGE_REF)));
	lives();
}

static void pages_are_taken_back_in_flight(void)
{
	BEGIN;
	for (int round = 0; round < 20; round++) {
		ip(pages[0], 60 + 3 * 1000, 17);
		for (int i = 0; i < 16; i++) {
			slot(&bad, 0, 0, 60 + 3 * 1000, TX_MORE);
			for (int k = 1; k < 4; k++)
				slot(&bad, k, 0, 1000, k < 3 ? TX_MORE : 0);
		}
		push(&bad);
		for (int k = 0; k < 4; k++)
			grant_end(PAGE_REF + k);
		check(all_answered(&bad));
		for (int k = 0; k < 4; k++)
			grant(PAGE_REF + k, round & 1 ? OTHER : DRIVER, pages[k], GTF_readonly);
	}
	lives();
}

/* What is not IP, or not TCP, and asks for a checksum or to be cut in pieces; for everybody on the bridge. */
static void offloads_are_nonsense(void)
{
	static const uint8_t protocols[] = { 6, 17, 1, 0, 255 };

	BEGIN;
	for (int i = 0; i < 120; i++) {
		unsigned int size = 14 + i * 37 % 1500, first = ip(pages[0], size < 60 ? 60 : size, protocols[i % 5]);
		struct extra *e;

		pages[0][14] = i & 8 ? 0x45 : 0x41 + i;		/* header's length, version */
		pages[0][46] = i & 16 ? 0x50 : i * 16;		/* TCP header's length */
		pages[0][12] = i & 32 ? 0x86 : 0x08;		/* 0x86dd is IPv6 */
		pages[0][13] = i & 32 ? 0xdd : 0;
		slot(&bad, 0, 0, i & 64 ? size : first, TX_EXTRA | (i & 1 ? TX_CSUM_BLANK : 0) | (i & 2 ? TX_VALIDATED : 0));
		e = extra(&bad, EXTRA_GSO, 0);
		e->gso.size = i % 7 ? i * 13 % 1400 + 1 : i & 1 ? 1 : 0xffff;
		e->gso.type = 1 + i / 3 % 2;
		e->gso.features = i;
		push(&bad);
		check(all_answered(&bad));
	}
	/* larger than a page, with all of the header in front; the first is for many thousand pieces */
	for (int i = 0; i < 20; i++) {
		struct extra *e;

		ip(pages[0], 60 + 8 * 1400, protocols[i % 2]);
		slot(&bad, 0, 0, 60 + 8 * 1400, TX_EXTRA | TX_MORE | (i & 1 ? TX_CSUM_BLANK : 0));
		e = extra(&bad, EXTRA_GSO, 0);
		e->gso.size = 1 + i * 70;
		e->gso.type = 1 + i / 2 % 2;
		for (int k = 1; k < 9; k++)
			slot(&bad, k, 0, 1400, k < 8 ? TX_MORE : 0);
		push(&bad);
		check(all_answered(&bad));
	}
	check(is_heard(&bad));
	lives();
}

static void extras_are_odd(void)
{
	BEGIN;
	for (int i = 0; i < 20; i++) {
		slot(&bad, 0, 0, arp(pages[0]), TX_EXTRA);
		for (int k = 0; k < 10; k++)
			extra(&bad, EXTRA_HASH, EXTRA_MORE)->mac[0] = i * 10 + k;
		extra(&bad, EXTRA_XDP, 0)->headroom = 0xffff;
		push(&bad);
		check(all_answered(&bad));
	}
	check(is_heard(&bad));
	lives();
}

/* More groups than are kept, and for as long as one likes: it is no packet, so nobody counts. */
static void groups_are_joined_and_left(void)
{
	BEGIN;
	for (int round = 0; round < 40; round++) {
		for (int i = 0; i < 100; i++) {
			struct extra *e;

			slot(&bad, 0, 0, 14, TX_EXTRA);
			e = extra(&bad, round & 1 ? EXTRA_MCAST_DEL : EXTRA_MCAST_ADD, 0);
			e->mac[0] = 1;
			e->mac[5] = i;
		}
		push(&bad);
		check(all_answered(&bad));
	}
	check(is_heard(&bad));
	lives();
}

static volatile bool writing;

/*
 * What the back end leaves of a request and its extra when it answers is the same request again: so all that it takes to
 * ask for more is the index.
 */
static void asks_for_ever(void *arg)
{
	struct interface *f = arg;

	while (writing) {
		write_once(f->tx->req_prod, read_once(f->tx->rsp_prod) + NET_SLOTS);
		ev_send(f->port);
	}
}

static void groups_are_left_for_ever(void)
{
	BEGIN;
	if (!other_hart(0)) {
		skip("one vCPU");
		return;
	}
	for (int i = 0; i < NET_SLOTS / 2; i++) {
		slot(&bad, 0, 0, 14, TX_EXTRA);
		extra(&bad, EXTRA_MCAST_DEL, 0);
	}
	writing = true;
	check(hart_run(other_hart(0), asks_for_ever, &bad));
	pause_ms(500);
	lives();
	writing = false;
	check(hart_wait(other_hart(0)));
	lives();
}

/* Between what is right and what is not, in all that is looked at before it is used; none of it is fatal */
static void rewrites(void *arg)
{
	struct tx_request *t = arg;

	while (writing) {
		write_once(t->size, 42);
		write_once(t->ref, PAGE_REF);
		write_once(t->flags, 0);
		write_once(t->offset, 0);
		write_once(t->size, 3);
		write_once(t->flags, TX_CSUM_BLANK);
		write_once(t->ref, BAD_REF);
		write_once(t->offset, 4000);
	}
}

static void xsa_155_requests_change(void)
{
	BEGIN;
	if (!other_hart(0)) {
		skip("one vCPU");
		return;
	}
	writing = true;
	check(hart_run(other_hart(0), rewrites, &tx_slot(&bad, 7)->req));
	for (int i = 0; i < 100; i++) {
		for (int k = 0; k < 128; k++)
			slot(&bad, 0, 0, arp(pages[0]), 0);
		push(&bad);
		check(all_answered(&bad));
	}
	writing = false;
	check(hart_wait(other_hart(0)));
	check(is_heard(&bad));
	lives();
}

/* XSA-332 */
static void xsa_332_events_without_requests(void)
{
	BEGIN;
	for (int i = 0; i < 30000; i++)
		ev_send(bad.port);
	check(is_heard(&bad));
	lives();
}

/* --- receiving --- */

/* Packets to everybody, of many senders, which the other interface is sent as well; not more than a ring takes */
static void send_to_all(int packets)
{
	for (int i = 0; i < packets; i++) {
		ip(pages[1 + i % 8], 1514, 17);
		pages[1 + i % 8][29] = i;
		slot(&good, 1 + i % 8, 0, 1514, 0);
	}
	push(&good);
}

static void flood(int packets)
{
	for (int i = 0; i < packets; i += 64) {
		send_to_all(64);
		check(all_answered(&good));
		received_answer(&good);
	}
}

/* XSA-392: what nobody took was kept, as much as there was. XSA-424: what was dropped then was freed in the wrong place. */
static void xsa_392_nothing_is_taken(void)
{
	SETTLE;
	bad.rx->req_prod = 0;
	check(connect(&bad));
	lives();
	flood(4096);
	lives();
}

/* As soon as the bridge has seen that the interface is up, it is sent what is sent to all. */
static bool is_refused_packets(struct interface *f)
{
	for (int i = 0; i < 120 && !read_once(f->rx->rsp_prod); i++) {
		flood(64);
		pause_ms(100);
	}
	return read_once(f->rx->rsp_prod) && rx_slot(f, 0)->rsp.status < 0;
}

static void buffers_are_bad(void)
{
	static const unsigned int refs[] = { 0, BAD_REF, REFS, 1 << 20, 0xffffffff };

	for (int i = 0; i < ARRAY_SIZE(refs) + 3; i++) {
		SETTLE;
		for (int k = 0; k < BUFFERS; k++) {
			if (i < ARRAY_SIZE(refs))
				rx_slot(&bad, k)->req.ref = refs[i];
			else if (i == ARRAY_SIZE(refs))
				grant(bad.buffer_ref + k, DRIVER, bad.buffer[k], GTF_readonly);
			else if (i == ARRAY_SIZE(refs) + 1)
				grant(bad.buffer_ref + k, OTHER, bad.buffer[k], 0);
			else
				rx_slot(&bad, k)->req.ref = bad.rx_ref;	/* the ring itself */
		}
		check(connect(&bad));
		lives();
		flood(64);
		if (i < ARRAY_SIZE(refs) + 2)
			check(is_refused_packets(&bad));
	}
	lives();
}

static void rx_indices_jump(void)
{
	static const uint32_t jumps[] = { 1000, 0x7fffffff, 0x80000000, 0xffffffff };

	for (int i = 0; i < ARRAY_SIZE(jumps); i++) {
		BEGIN;
		write_once(bad.rx->req_prod, jumps[i]);
		ev_send(bad.port);
		lives();
		flood(512);
	}
	lives();
}

/* As much room in front of a packet as there is in a page, or more */
static void headroom_is_a_page(void)
{
	static const unsigned int rooms[] = { 4095, 4096, 4097, 0x7fff, 0xffff };

	for (int i = 0; i < ARRAY_SIZE(rooms); i++) {
		SETTLE;
		store_put_number(bad.dev.own, "xdp-headroom", rooms[i]);
		check(connect(&bad));
		lives();
		flood(64);
		pause_ms(50);
	}
	lives();
	check(settle(&bad));
}

/* --- the ring for settings --- */

static uint32_t ctrl_prod, ctrl_cons;

static union ctrl_slot *ctrl_slot(uint32_t n)
{
	return (union ctrl_slot *)ctrl_ring.entries + n % CTRL_SLOTS;
}

static bool begin_with_settings(void)
{
	if (!settle(&bad))
		return false;
	ev_close(ctrl_port);
	prepare(&bad);
	memset(&ctrl_ring, 0, sizeof(ctrl_ring));
	ctrl_ring.req_event = ctrl_ring.rsp_event = 1;
	ctrl_prod = ctrl_cons = 0;
	grant(CTRL_REF, DRIVER, &ctrl_ring, 0);
	ctrl_port = ev_alloc(DRIVER);
	store_put_number(bad.dev.own, "ctrl-ring-ref", CTRL_REF);
	store_put_number(bad.dev.own, "event-channel-ctrl", ctrl_port);
	return connect(&bad);
}

static int setting(unsigned int type, unsigned int a, unsigned int b, unsigned int c)
{
	ctrl_slot(ctrl_prod)->req = (struct ctrl_request){ ctrl_prod, type, { a, b, c } };
	mb();
	write_once(ctrl_ring.req_prod, ++ctrl_prod);
	mb();
	ev_send(ctrl_port);
	if (!within(WHILE, read_once(ctrl_ring.rsp_prod) == ctrl_prod))
		return NO_ANSWER;
	return ctrl_slot(ctrl_cons++)->rsp.status;
}

#define BEGIN_SETTINGS						\
	NEED_XEN();						\
	if (!ready || !begin_with_settings()) {			\
		check(!"it can begin");				\
		return;						\
	}

/* XSA-270: a mapping was written beyond its end. */
static void xsa_270_mapping_is_beyond_its_end(void)
{
	static const unsigned int offs[] = { 1, 127, 128, 0x40000000, 0x7fffffff, 0xffffffff };

	BEGIN_SETTINGS;
	check_eq(0, setting(CTRL_HASH_ALGORITHM, 1, 0, 0));
	check_eq(CTRL_INVALID, setting(CTRL_HASH_ALGORITHM, 2, 0, 0));
	check_eq(CTRL_INVALID, setting(CTRL_HASH_FLAGS, 0xffffffff, 0, 0));
	check_eq(CTRL_INVALID, setting(CTRL_MAPPING_SIZE, 129, 0, 0));
	check_eq(CTRL_INVALID, setting(CTRL_MAPPING_SIZE, 0xffffffff, 0, 0));
	check_eq(0, setting(CTRL_MAPPING_SIZE, 128, 0, 0));
	for (int i = 0; i < ARRAY_SIZE(offs); i++) {
		check_eq(CTRL_INVALID, setting(CTRL_MAPPING, PAGE_REF, 128, offs[i]));
		check_eq(CTRL_INVALID, setting(CTRL_MAPPING, PAGE_REF, offs[i] + 128, 0));
		check_eq(CTRL_INVALID, setting(CTRL_MAPPING, PAGE_REF, 1 - offs[i], offs[i] + 128));
	}
	check_eq(CTRL_INVALID, setting(CTRL_MAPPING, BAD_REF, 128, 0));
	memset(pages[0], 0xff, PAGE_SIZE);
	check_eq(CTRL_INVALID, setting(CTRL_MAPPING, PAGE_REF, 128, 0));	/* to queues that there are not */
	check_eq(CTRL_INVALID, setting(CTRL_HASH_KEY, PAGE_REF, 41, 0));
	check_eq(CTRL_INVALID, setting(CTRL_HASH_KEY, PAGE_REF, 0x10001, 0));
	check_eq(CTRL_INVALID, setting(CTRL_HASH_KEY, BAD_REF, 40, 0));
	check_eq(0, setting(CTRL_MAPPING_SIZE, 0, 0, 0));
	for (unsigned int type = 8; type < 65536; type = type * 2 + 1)
		check_eq(1, setting(type, 1, 2, 3));
	check(is_heard(&bad));
	lives();
}

static void setting_ring_is_bad(void)
{
	SETTLE;
	store_put_number(bad.dev.own, "ctrl-ring-ref", BAD_REF);
	store_put_number(bad.dev.own, "event-channel-ctrl", bad.port);
	check(refused(&bad));
	SETTLE;
	grant(CTRL_REF, DRIVER, &ctrl_ring, 0);
	ctrl_ring.req_prod = 200;
	ctrl_ring.rsp_prod = 0;
	store_put_number(bad.dev.own, "ctrl-ring-ref", CTRL_REF);
	store_put_number(bad.dev.own, "event-channel-ctrl", ev_alloc(DRIVER));
	check(refused(&bad));
	check(!grant_is_used(CTRL_REF));
	SETTLE;
	store_put_number(bad.dev.own, "ctrl-ring-ref", CTRL_REF);
	store_rm(bad.dev.own, "event-channel-ctrl");
	check(refused(&bad));
	lives();
}

/* --- what netback gives an interface up for --- */

static struct interface *doomed(void)
{
	if (!ready || !settle(&bad) || !device_at(&bad.dev, next_fatal++) || !begin(&bad)) {
		check(!"it can begin");
		return NULL;
	}
	return &bad;
}

/* No more is answered; its back end goes away without a trace, and whoever else is served does not care. */
static void is_given_up(void)
{
	pause_ms(20);
	lives();
	check(settle(&bad));
	check(!grant_is_used(bad.tx_ref));
	check(!grant_is_used(bad.rx_ref));
	check(device_at(&bad.dev, BAD));
	lives();
}

#define FATAL							\
	NEED_XEN();						\
	if (!doomed())						\
		return;

/* XSA-39: and the index was believed. */
static void xsa_39_req_prod_jumps(void)
{
	FATAL;
	bad.tx_prod += 257;
	push(&bad);
	is_given_up();
	FATAL;
	bad.tx_prod -= 1;
	push(&bad);
	is_given_up();
}

static void parts_cross_pages(void)
{
	FATAL;
	slot(&bad, 0, 4000, 97, 0);
	push(&bad);
	is_given_up();
	FATAL;
	slot(&bad, 0, 0, 4000, TX_MORE);
	slot(&bad, 1, 0xffff, 1000, 0);
	push(&bad);
	is_given_up();
}

static void chain_has_no_end(void)
{
	FATAL;
	for (int i = 0; i < NET_SLOTS; i++)
		slot(&bad, 0, 0, 50, TX_MORE);
	push(&bad);
	is_given_up();
	FATAL;
	slot(&bad, 0, 0, 50, TX_MORE);
	push(&bad);
	is_given_up();
}

/* XSA-90: what was given up because of an extra was given up in the wrong place. */
static void xsa_90_extras_are_bad(void)
{
	FATAL;
	slot(&bad, 0, 0, 50, TX_EXTRA);
	push(&bad);
	is_given_up();
	FATAL;
	slot(&bad, 0, 0, 50, TX_EXTRA);
	extra(&bad, 0, 0);
	push(&bad);
	is_given_up();
	FATAL;
	slot(&bad, 0, 0, 50, TX_EXTRA);
	extra(&bad, 255, 0);
	push(&bad);
	is_given_up();
}

static void gso_is_bad(void)
{
	FATAL;
	slot(&bad, 0, 0, 50, TX_EXTRA);
	extra(&bad, EXTRA_GSO, 0)->gso.type = 1;
	push(&bad);
	is_given_up();
	FATAL;
	slot(&bad, 0, 0, 50, TX_EXTRA | TX_MORE);
	extra(&bad, EXTRA_GSO, 0)->gso.size = 100;
	slot(&bad, 0, 0, 10, 0);
	push(&bad);
	is_given_up();
}

/* Two queues, one of which sends what is fatal: the thread of the other has nothing to do any more. */
static void second_queue_of_one_given_up(void)
{
	static struct ring more[2] __attribute__((aligned(4096)));
	static const char *const dirs[] = { "queue-0", "queue-1" };
	unsigned int port;

	FATAL;
	check(settle(&bad));
	prepare(&bad);
	port = ev_alloc(DRIVER);
	store_put(bad.dev.own, "multi-queue-num-queues", "2");
	store_put(bad.dev.own, "feature-rx-notify", "0");	/* its threads look every 30 ms whether to drop a packet */
	for (int i = 0; i < 2; i++) {
		char path[100];

		grant(20 + i, DRIVER, &more[i], 0);
		path_in(path, bad.dev.own, dirs[i]);
		store_put_number(path, "tx-ring-ref", i ? 20 : bad.tx_ref);
		store_put_number(path, "rx-ring-ref", i ? 21 : bad.rx_ref);
		store_put_number(path, "event-channel", i ? port : bad.port);
	}
	check(connect(&bad));
	lives();
	send_to_all(128);		/* some wait for buffers, which there are not */
	pause_ms(5);
	slot(&bad, 0, 4000, 97, 0);
	push(&bad);
	pause_ms(5000);
	check(all_answered(&good));
	is_given_up();
	store_rm(bad.dev.own, "multi-queue-num-queues");
	ev_close(port);
}

/* The ring for settings has no limit but the index; each answer is one more. */
static void setting_index_jumps(void)
{
	FATAL;
	if (!begin_with_settings()) {
		check(!"it can begin");
		return;
	}
	write_once(ctrl_ring.req_prod, 0x7fffffff);
	mb();
	ev_send(ctrl_port);
	is_given_up();
}

static void ends_in_the_middle(void)
{
	BEGIN;
	for (int i = 0; i < NET_SLOTS; i++)
		slot(&bad, 0, 0, arp(pages[0]), 0);
	push(&bad);
}

TESTS(
	T(finds_its_interfaces), T(ring_refs_are_bad), T(both_rings_are_one), T(indices_are_bad_from_the_start), T(event_channel_is_bad),
	T(number_of_queues_is_absurd), T(features_are_absurd), T(states_jump), T(xsa_349_nodes_are_written_all_the_time),
	T(packets_are_too_small), T(xsa_448_parts_are_empty), T(xsa_432_headers_are_in_pieces), T(parts_are_more_than_the_packet),
	T(xsa_367_pages_cannot_be_mapped), T(one_page_is_all_parts), T(pages_are_taken_back_in_flight), T(offloads_are_nonsense),
	T(extras_are_odd), T(groups_are_joined_and_left), T(xsa_155_requests_change),
	T(xsa_332_events_without_requests), T(xsa_392_nothing_is_taken), T(buffers_are_bad), T(rx_indices_jump),
	T(xsa_270_mapping_is_beyond_its_end), T(setting_ring_is_bad), T(xsa_39_req_prod_jumps), T(parts_cross_pages),
	T(chain_has_no_end), T(xsa_90_extras_are_bad), T(gso_is_bad), T(second_queue_of_one_given_up),
	T(groups_are_left_for_ever), T(setting_index_jumps),
	T(headroom_is_a_page), T(ends_in_the_middle),
);
