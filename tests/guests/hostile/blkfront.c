// SPDX-License-Identifier: GPL-2.0
/*
 * A front end for disks that means ill: what it tells xen-blkback of Linux by xenstore and by the ring is wrong in a way of its
 * own for each test. After each it connects as it should, and what it reads must be what is on the disk: then
 * the driver domain lives. With "readonly" on the command line its disk may only be read.
 *
 * The numbers of advisories are Xen's (xenbits.xen.org/xsa), of faults that this once was.
 */
#include "blkif.h"

#define DRIVER		0		/* the domain that serves */
#define OTHER		1		/* one that has nothing to do with it */
#define DISK		51712		/* xvda */
#define SPARE		51728		/* xvdb: for what it does not come back from */
#define RING_REF	8		/* and as many as the ring has pages */
#define DATA_REF	100
#define BAD_REF		(REFS - 1)	/* nothing is granted there */
#define PAGES		16
#define DATA_PAGES	16
#define RESERVED	0x5a5a5a5a5a5a5a5aUL

static struct ring ring[PAGES] __attribute__((aligned(4096)));
static uint8_t data[DATA_PAGES][PAGE_SIZE] __attribute__((aligned(4096)));
static struct blk_segment indirect[PAGE_SIZE / sizeof(struct blk_segment)] __attribute__((aligned(4096)));
static struct device disk, spare;
static unsigned int port;
static unsigned long sectors;
static uint32_t req_prod, rsp_cons;

static bool device_at(struct device *d, unsigned int handle)
{
	const char *s;
	int i = 0;

	path_of(d->own, "device/vbd/", handle, "");
	s = store_get(d->own, "backend");
	while (s && *s && i < (int)sizeof(d->other) - 1)
		d->other[i++] = *s++;
	d->other[i] = 0;
	return i;
}

static struct blk_request *request(uint32_t n)
{
	return (struct blk_request *)ring[0].entries + n % BLK_PAGE_REQUESTS;
}

static struct blk_response *response(uint32_t n)
{
	return (struct blk_response *)request(n);
}

/* --- connecting --- */

/*
 * From wherever it is to where both ends can begin. A back end that has looked at our state just before, and is slow,
 * still has its own from then: that may pass for closed, and it never sees that we were. So again, if it does not come.
 */
static bool settle(struct device *d)
{
	unsigned long start = rdtime();

	do {
		state_set(d, CLOSED);
		if (!state_becomes(d, CLOSED) && state_of(d->other) != INIT_WAIT)
			return false;
		ev_close(port);
		port = NO_PORT;
		for (int i = 0; i < PAGES; i++)
			grant_end(RING_REF + i);
		state_set(d, INITIALISING);
	} while (!within(WHILE / 10, state_of(d->other) == INIT_WAIT) && rdtime() - start < WHILE * MS);
	return state_of(d->other) == INIT_WAIT;
}

/* All that the back end reads, as it should be: a ring of one page. The tests change it before they say "initialised". */
static void prepare(struct device *d)
{
	memset(ring, 0, sizeof(ring));
	ring[0].req_event = 1;
	ring[0].rsp_event = 1;
	req_prod = 0;
	rsp_cons = 0;
	for (int i = 0; i < PAGES; i++)
		grant(RING_REF + i, DRIVER, &ring[i], 0);
	for (int i = 0; i < DATA_PAGES; i++)
		grant(DATA_REF + i, DRIVER, data[i], 0);
	port = ev_alloc(DRIVER);
	store_put_number(d->own, "ring-ref", RING_REF);
	store_put_number(d->own, "event-channel", port);
	store_put(d->own, "protocol", "riscv64-abi");
	store_put(d->own, "feature-persistent", "0");
	store_rm(d->own, "ring-page-order");
	store_rm(d->own, "multi-queue-num-queues");
	for (int i = 0; i < 2; i++) {
		char name[32];

		path_of(name, "queue-", i, "");
		store_rm(d->own, name);
	}
}

static bool has_answered(const struct device *d)
{
	enum state s = state_of(d->other);

	return s == CONNECTED || s == CLOSING;
}

static bool connect(struct device *d)
{
	state_set(d, INITIALISED);
	if (!within(WHILE, has_answered(d)) || state_of(d->other) != CONNECTED)
		return false;
	state_set(d, CONNECTED);
	sectors = store_number(d->other, "sectors", 0);
	return true;
}

/* While requests of the last connection are on their way blkback takes no other: "pending I/O", and it closes. */
static bool begin(struct device *d)
{
	unsigned long start = rdtime();

	do {
		if (!settle(d))
			return false;
		prepare(d);
		if (connect(d))
			return true;
	} while (state_of(d->other) == CLOSING && rdtime() - start < WHILE * MS);
	return false;
}

/* The back end has not connected: it has said so by going elsewhere, or stays where it was. */
static bool refused(struct device *d)
{
	state_set(d, INITIALISED);
	return within(WHILE, state_of(d->other) == CLOSING);
}

/* --- requests --- */

static void push(void)
{
	mb();
	write_once(ring[0].req_prod, req_prod);
	mb();
	ev_send(port);
}

static struct blk_request *next(uint8_t op)
{
	struct blk_request *r = request(req_prod);

	memset(r, 0, sizeof(*r));
	r->op = op;
	r->id = req_prod++;
	return r;
}

static struct blk_request *next_rw(uint8_t op, unsigned long sector, int nr)
{
	struct blk_request *r = next(op);

	r->nr = nr;
	r->sector = sector;
	for (int i = 0; i < nr && i < BLK_SEGMENTS; i++)
		r->seg[i] = (struct blk_segment){ .ref = DATA_REF + i, .first = 0, .last = 7 };
	return r;
}

#define NO_ANSWER	1000

static int answer(void)
{
	if (!within(WHILE, read_once(ring[0].rsp_prod) != rsp_cons))
		return NO_ANSWER;
	mb();
	return response(rsp_cons++)->status;
}

static int ask(void)
{
	push();
	return answer();
}

/* The disk's first bytes are numbers: the host wrote them (seq 1 ...). */
static bool first_page_is_right(void)
{
	return data[0][0] == '1' && data[0][1] == '\n' && data[0][2] == '2' && data[0][4] == '3' && data[0][6] == '4';
}

static bool serves(void)
{
	memset(data[0], 0, PAGE_SIZE);
	grant(DATA_REF, DRIVER, data[0], 0);
	next_rw(BLK_READ, 0, 1);
	return ask() == BLK_OKAY && first_page_is_right();
}

/* After each test: it is served as if nothing had been. */
static void lives(void)
{
	check(begin(&disk));
	check(serves());
}

#define BEGIN							\
	NEED_XEN();						\
	check(ready && begin(&disk));				\
	if (test_failed())					\
		return;

#define SETTLE							\
	NEED_XEN();						\
	if (!ready || !settle(&disk)) {				\
		check(!"it can begin");				\
		return;						\
	}							\
	prepare(&disk);

static bool ready;

static void finds_its_disk(void)
{
	NEED_XEN();
	check(store_open());
	check(grants_open());
	check(device_at(&disk, DISK));
	check(device_at(&spare, SPARE));
	ready = state_becomes(&disk, INIT_WAIT) && state_becomes(&spare, INIT_WAIT);
	check(ready);
	lives();
	check(sectors >= 8);
}

/* --- what xenstore says --- */

static void without_ring_ref(void)
{
	SETTLE;
	store_rm(disk.own, "ring-ref");
	check(refused(&disk));
	lives();
}

static void ring_ref_is_no_number(void)
{
	static const char *const texts[] = { "", "x", "-1", "4294967295", "4294967296", "99999999999999999999", "8 8" };

	for (int i = 0; i < ARRAY_SIZE(texts) - 1; i++) {
		SETTLE;
		store_put(disk.own, "ring-ref", texts[i]);
		check(refused(&disk));
	}
	lives();
}

static void ring_ref_is_beyond_the_table(void)
{
	static const unsigned int refs[] = { REFS, 1 << 16, 1 << 20, 0x7fffffff, 0x80000000 };

	for (int i = 0; i < ARRAY_SIZE(refs); i++) {
		SETTLE;
		store_put_number(disk.own, "ring-ref", refs[i]);
		check(refused(&disk));
	}
	lives();
}

static void ring_ref_is_not_granted(void)
{
	SETTLE;
	grant_end(RING_REF);
	check(refused(&disk));
	lives();
}

static void ring_ref_is_granted_to_another(void)
{
	SETTLE;
	grant(RING_REF, OTHER, &ring[0], 0);
	check(refused(&disk));
	lives();
}

static void ring_ref_is_read_only(void)
{
	SETTLE;
	grant(RING_REF, DRIVER, &ring[0], GTF_readonly);
	check(refused(&disk));
	lives();
}

static void ring_ref_is_for_a_transfer(void)
{
	SETTLE;
	write_once(grants[RING_REF].flags, GTF_accept_transfer);
	check(refused(&disk));
	write_once(grants[RING_REF].flags, GTF_transitive);
	check(settle(&disk));
	lives();
}

static void ring_ref_is_no_memory(void)
{
	SETTLE;
	grant(RING_REF, DRIVER, NULL, 0);
	check(refused(&disk));
	SETTLE;
	grant(RING_REF, DRIVER, (void *)0xfffffffff000UL, 0);
	check(refused(&disk));
	SETTLE;
	grant(RING_REF, DRIVER, grants, 0);	/* the table itself, which is the hypervisor's */
	check(refused(&disk));
	lives();
}

/* All pages of a ring are one. It is the front end's own loss; and in the end everything is unmapped. */
static void ring_refs_are_one(void)
{
	SETTLE;
	store_put_number(disk.own, "ring-page-order", 2);
	for (int i = 0; i < 4; i++) {
		char name[16];

		path_of(name, "ring-ref", i, "");
		store_put_number(disk.own, name, RING_REF);
	}
	state_set(&disk, INITIALISED);
	check(state_becomes(&disk, CONNECTED));
	settle(&disk);
	check(!grant_is_used(RING_REF));
	lives();
}

static void one_ring_ref_of_many_is_missing(void)
{
	SETTLE;
	store_put_number(disk.own, "ring-page-order", 2);
	store_rm(disk.own, "ring-ref3");
	check(refused(&disk));
	SETTLE;
	store_put_number(disk.own, "ring-page-order", 2);
	store_put_number(disk.own, "ring-ref3", BAD_REF);
	check(refused(&disk));
	check(within(WHILE, !grant_is_used(RING_REF)));
	lives();
}

/* The entry's flags and frame are changed while the ring is mapped; the ring goes on, and is unmapped at last. */
static void ring_ref_is_taken_back_while_mapped(void)
{
	BEGIN;
	check(grant_is_used(RING_REF));
	write_once(grants[RING_REF].frame, (unsigned long)&data[3] / PAGE_SIZE);
	check(serves());
	grant_end(RING_REF);
	check(serves());
	lives();
	BEGIN;
	grant(RING_REF, OTHER, data[4], GTF_readonly);
	check(serves());
	lives();
}

static void ring_order_is_absurd(void)
{
	static const unsigned int orders[] = { 5, 12, 31, 32, 64, 0x7fffffff, 0x80000000, 0xffffffff };

	for (int i = 0; i < ARRAY_SIZE(orders); i++) {
		SETTLE;
		store_put_number(disk.own, "ring-page-order", orders[i]);
		check(refused(&disk));
	}
	lives();
}

static void number_of_queues_is_absurd(void)
{
	static const unsigned int queues[] = { 0, 2, 9, 1000, 0x7fffffff, 0xffffffff };

	for (int i = 0; i < ARRAY_SIZE(queues); i++) {
		SETTLE;
		store_put_number(disk.own, "multi-queue-num-queues", queues[i]);
		check(refused(&disk));	/* of two the second says nothing, or they are too many */
	}
	lives();
}

static void second_queue_is_bad(void)
{
	SETTLE;
	store_put_number(disk.own, "multi-queue-num-queues", 2);
	store_put_number(disk.own, "queue-0/ring-ref", RING_REF);
	store_put_number(disk.own, "queue-0/event-channel", port);
	store_put_number(disk.own, "queue-1/ring-ref", BAD_REF);
	store_put_number(disk.own, "queue-1/event-channel", port);
	check(refused(&disk));
	check(settle(&disk));
	check(!grant_is_used(RING_REF));
	lives();
}

static void protocol_is_unknown(void)
{
	static const char *const names[] = { "riscv128-abi", "x", "%s%s%s%n",
		"0123456789012345678901234567890123456789012345678901234567890123456789" };

	for (int i = 0; i < ARRAY_SIZE(names); i++) {
		SETTLE;
		store_put(disk.own, "protocol", names[i]);
		check(refused(&disk));
	}
	lives();
}

static void event_channel_is_bad(void)
{
	unsigned int ports[] = { 0, port, 1 << 17, 0x7fffffff, 0xffffffff, ev_alloc(OTHER) };

	for (int i = 0; i < ARRAY_SIZE(ports); i++) {
		SETTLE;
		if (i == 1) {	/* closed again */
			ports[i] = port;
			ev_close(port);
			port = NO_PORT;
		}
		store_put_number(disk.own, "event-channel", ports[i]);
		check(refused(&disk));
	}
	ev_close(ports[5]);
	SETTLE;
	store_rm(disk.own, "event-channel");
	check(refused(&disk));
	lives();
}

static void event_channel_is_closed_later(void)
{
	BEGIN;
	next_rw(BLK_READ, 0, 1);
	push();
	ev_close(port);
	port = NO_PORT;
	check_eq(BLK_OKAY, answer());
	lives();
}

static void features_are_absurd(void)
{
	SETTLE;
	store_put(disk.own, "feature-persistent", "4294967295");
	store_put(disk.own, "feature-max-indirect-segments", "99999");
	store_put(disk.own, "device-type", "cdrom");
	store_put(disk.own, "virtual-device", "-1");
	check(connect(&disk));
	check(serves());
	store_put(disk.own, "device-type", "disk");
	lives();
}

static void states_jump(void)
{
	static const uint8_t jumps[] = { 4, 3, 4, 5, 4, 5, 6, 4, 6, 3, 5, 1, 4, 1, 3, 6, 1, 6, 5, 1, 2, 7, 8, 9, 4, 3, 6, 6, 1, 4 };

	SETTLE;
	for (int round = 0; round < 8; round++) {
		for (int i = 0; i < ARRAY_SIZE(jumps); i++) {
			state_set(&disk, jumps[i]);
			if (round & 1)
				pause_ms(round);
		}
	}
	lives();
}

/* XSA-349: each change of a node that is watched was remembered until somebody had the time. */
static void xsa_349_state_is_written_all_the_time(void)
{
	BEGIN;
	for (int i = 0; i < 5000; i++)
		state_set(&disk, CONNECTED);
	check(serves());
	lives();
}

/* --- indices --- */

/*
 * Where the ring is after an index that jumped, and a good one so long after it: an index that was believed has an answer. The back end
 * is somebody else's thread: one that was slow has not seen the bad one.
 */
static bool is_believed_again(uint32_t jump, unsigned int ms)
{
	check(serves());
	req_prod += jump;
	push();
	pause_ms(ms);
	check_eq(rsp_cons, read_once(ring[0].rsp_prod));
	req_prod -= jump;
	next_rw(BLK_READ, 0, 1);
	push();
	pause_ms(ms);
	return read_once(ring[0].rsp_prod) != rsp_cons;
}

/* Not before the next connection */
static void req_prod_jumps(void)
{
	static const uint32_t jumps[] = { 33, 64, 1000, 0x7fffffff, 0x80000000, 0xffffffff, 0xffffffe0 };

	for (int i = 0; i < ARRAY_SIZE(jumps); i++) {
		bool believed = true;

		for (unsigned int ms = 5; believed && ms <= 500; ms *= 10) {
			BEGIN;
			believed = is_believed_again(jumps[i], ms);
		}
		check(!believed);
	}
	lives();
}

static void indices_are_bad_from_the_start(void)
{
	SETTLE;
	ring[0].req_prod = 33;
	check(refused(&disk));
	SETTLE;
	ring[0].rsp_prod = 7;
	check(refused(&disk));
	/* about to wrap, which is right */
	SETTLE;
	ring[0].rsp_prod = ring[0].req_prod = req_prod = rsp_cons = 0xfffffffe;
	ring[0].rsp_event = 0xffffffff;
	check(connect(&disk));
	for (int i = 0; i < 5; i++)
		check(serves());
	lives();
}

static void rsp_prod_and_events_are_written(void)
{
	BEGIN;
	for (uint32_t i = 0; i < 100; i++) {
		write_once(ring[0].rsp_event, i * 0x01234567U);
		write_once(ring[0].req_event, i * 0x89abcdefU);
		write_once(ring[0].rsp_prod, i * 0x11111111U);
		next_rw(BLK_READ, 0, 1);
		push();
		if (!within(WHILE, read_once(ring[0].rsp_prod) == req_prod))
			check(!"it is answered");
	}
	lives();
}

/* A page of the ring is where the data goes: the indices become what is on the disk. */
static void ring_is_the_buffer(void)
{
	BEGIN;
	next_rw(BLK_READ, 0, 1)->seg[0].ref = RING_REF;
	push();
	pause_ms(20);
	lives();
}

/* --- requests --- */

static void operations_are_unknown(void)
{
	BEGIN;
	for (unsigned int op = 4; op < 256; op += op < 16 ? 1 : 13) {
		if (op == BLK_DISCARD || op == BLK_INDIRECT)
			continue;
		next_rw(op, 0, 1);
		check(ask() == BLK_NOT_SUPPORTED);
	}
	check(serves());
	lives();
}

static void number_of_segments_is_bad(void)
{
	static const uint8_t nr[] = { 0, 12, 13, 128, 255 };

	BEGIN;
	for (int i = 0; i < ARRAY_SIZE(nr); i++) {
		next_rw(BLK_READ, 0, nr[i]);
		check_eq(BLK_ERROR, ask());
		next_rw(BLK_WRITE, 0, nr[i]);
		check_eq(BLK_ERROR, ask());
	}
	next_rw(BLK_FLUSH, 0, 12);
	check_eq(BLK_ERROR, ask());
	check(serves());
	lives();
}

static void segments_are_not_in_the_page(void)
{
	static const uint8_t bad[][2] = { { 1, 0 }, { 7, 0 }, { 0, 8 }, { 8, 8 }, { 255, 255 }, { 0, 255 }, { 255, 0 }, { 200, 7 } };

	BEGIN;
	for (int i = 0; i < ARRAY_SIZE(bad); i++) {
		struct blk_request *r = next_rw(BLK_READ, 0, 3);

		r->seg[i % 3].first = bad[i][0];
		r->seg[i % 3].last = bad[i][1];
		check_eq(BLK_ERROR, ask());
	}
	check(serves());
	lives();
}

static void sectors_are_beyond_the_disk(void)
{
	BEGIN;
	const unsigned long at[] = { sectors - 7, sectors, sectors + 1, 1UL << 32, 1UL << 55, ~0UL, ~0UL - 7, 0x8000000000000000UL };

	for (int i = 0; i < ARRAY_SIZE(at); i++) {
		next_rw(BLK_READ, at[i], 1);
		check_eq(BLK_ERROR, ask());
		next_rw(BLK_WRITE, at[i], 1);
		check_eq(BLK_ERROR, ask());
	}
	next_rw(BLK_READ, sectors - 8, 1);
	check_eq(BLK_OKAY, ask());
	check(serves());
	lives();
}

static void discards_are_beyond_the_disk(void)
{
	static const unsigned long n[] = { 1, 8, 1UL << 32, ~0UL };

	BEGIN;
	for (int i = 0; i < ARRAY_SIZE(n); i++) {
		struct blk_request *r = next(BLK_DISCARD);

		r->sector = sectors;
		r->nr_sectors = n[i];
		r->nr = 255;		/* flags */
		check_eq(BLK_ERROR, ask());
	}
	/* as many as there are, for as long as one may complain of them */
	for (int i = 0; i < 500; i++) {
		next(BLK_DISCARD)->sector = ~0UL;
		request(req_prod - 1)->nr_sectors = ~0UL;
		check_eq(BLK_ERROR, ask());
	}
	check(serves());
	lives();
}

/* XSA-361, XSA-362, XSA-365: a page that could not be mapped was a bug, or its mapping was taken for good. */
static void xsa_365_pages_cannot_be_mapped(void)
{
	static const unsigned int refs[] = { 0, BAD_REF, REFS, 1 << 20, 0x7fffffff, 0xffffffff };

	for (int persistent = 0; persistent < 2; persistent++) {
		SETTLE;
		store_put_number(disk.own, "feature-persistent", persistent);
		check(connect(&disk));
		for (int i = 0; i < 3 * ARRAY_SIZE(refs); i++) {
			struct blk_request *r = next_rw(i & 1 ? BLK_READ : BLK_WRITE, sectors - 88, 11);

			r->seg[i % 3 * 5].ref = refs[i / 3];
			if (i & 4)
				r->seg[10].ref = refs[i / 3];
			check_eq(BLK_ERROR, ask());
		}
		check(serves());
	}
	lives();
}

static void xsa_365_pages_are_others(void)
{
	BEGIN;
	grant(DATA_REF + 1, OTHER, data[1], 0);
	next_rw(BLK_READ, 0, 2);
	check_eq(BLK_ERROR, ask());
	grant(DATA_REF + 1, DRIVER, data[1], GTF_readonly);
	next_rw(BLK_READ, 0, 2);
	check_eq(BLK_ERROR, ask());
	grant(DATA_REF + 1, DRIVER, (void *)0xfffffffff000UL, 0);
	next_rw(BLK_READ, 0, 2);
	check_eq(BLK_ERROR, ask());
	grant(DATA_REF + 1, DRIVER, data[1], 0);
	check(serves());
	lives();
}

static void one_page_is_all_segments(void)
{
	for (int persistent = 0; persistent < 2; persistent++) {
		SETTLE;
		store_put_number(disk.own, "feature-persistent", persistent);
		check(connect(&disk));
		for (int n = 0; n < 8; n++) {
			struct blk_request *r = next_rw(BLK_READ, n * 8, 11);

			for (int i = 0; i < BLK_SEGMENTS; i++)
				r->seg[i].ref = DATA_REF;
		}
		push();
		for (int n = 0; n < 8; n++)
			check_eq(BLK_OKAY, answer());
		check(serves());
		settle(&disk);
		check(!grant_is_used(DATA_REF));
	}
	lives();
}

static void pages_are_taken_back_in_flight(void)
{
	for (int persistent = 0; persistent < 2; persistent++) {
		SETTLE;
		store_put_number(disk.own, "feature-persistent", persistent);
		check(connect(&disk));
		for (int round = 0; round < 20; round++) {
			for (int n = 0; n < 16; n++)
				next_rw(BLK_READ, n * 88, 11);
			push();
			for (int i = 0; i < BLK_SEGMENTS; i++)
				grant_end(DATA_REF + i);
			for (int n = 0; n < 16; n++)
				check(answer() <= BLK_OKAY);
			for (int i = 0; i < BLK_SEGMENTS; i++)
				grant(DATA_REF + i, round & 1 ? OTHER : DRIVER, data[i], 0);
		}
	}
	lives();
}

/* XSA-371: what stays mapped for the next request was lost where one of a request could not be mapped. */
static void xsa_371_more_pages_stay_mapped_than_may(void)
{
	unsigned int n = 0;

	SETTLE;
	store_put(disk.own, "feature-persistent", "1");
	check(connect(&disk));
	for (unsigned int ref = 200; ref + BLK_SEGMENTS < REFS; ref += BLK_SEGMENTS) {
		struct blk_request *r = next_rw(BLK_READ, 0, 11);

		for (int i = 0; i < BLK_SEGMENTS; i++) {
			grant(ref + i, DRIVER, data[i], 0);
			r->seg[i].ref = ref + i;
		}
		if (n++ % 5 == 4)
			grant_end(ref + 7);
		check_eq(n % 5 ? BLK_OKAY : BLK_ERROR, ask());
	}
	check(serves());
	settle(&disk);
	for (unsigned int ref = 200; ref < REFS; ref++)
		if (grant_is_used(ref)) {
			check(!"all pages are unmapped");
			break;
		}
	lives();
}

static struct blk_request *next_indirect(uint8_t op, unsigned int nr)
{
	struct blk_request *r = next(BLK_INDIRECT);

	r->nr = op;
	r->handle = nr;
	r->indirect.ref[0] = DATA_REF + 15;
	for (int i = 1; i < 8; i++)
		r->indirect.ref[i] = BAD_REF;
	for (int i = 0; i < ARRAY_SIZE(indirect); i++)
		indirect[i] = (struct blk_segment){ DATA_REF + i % 11, 0, 7, 0 };
	grant(DATA_REF + 15, DRIVER, indirect, 0);
	return r;
}

static void indirect_requests_are_bad(void)
{
	static const unsigned int nr[] = { 0, 257, 512, 0x8000, 0xffff };

	BEGIN;
	next_indirect(BLK_READ, 32);
	check_eq(BLK_OKAY, ask());
	for (int i = 0; i < ARRAY_SIZE(nr); i++) {
		next_indirect(BLK_READ, nr[i]);
		check_eq(BLK_ERROR, ask());
	}
	for (unsigned int op = 2; op < 256; op += op < 8 ? 1 : 31) {
		next_indirect(op, 8);
		check_eq(BLK_ERROR, ask());
	}
	next_indirect(BLK_READ, 32);
	indirect[31].last = 8;
	check_eq(BLK_ERROR, ask());
	next_indirect(BLK_READ, 32);
	indirect[5].ref = BAD_REF;
	check_eq(BLK_ERROR, ask());
	next_indirect(BLK_READ, 32)->indirect.ref[0] = BAD_REF;
	check_eq(BLK_ERROR, ask());
	next_indirect(BLK_READ, 256)->sector = sectors - 8;
	check_eq(BLK_ERROR, ask());
	/* the page of segments is what is read into */
	for (int i = 0; i < 4; i++) {
		next_indirect(BLK_READ, 32);
		indirect[3].ref = DATA_REF + 15;
		check(ask() <= BLK_OKAY);
	}
	check(serves());
	lives();
}

static void flushes_are_odd(void)
{
	BEGIN;
	next_rw(BLK_FLUSH, ~0UL, 0);
	check(ask() <= BLK_OKAY);
	next_rw(BLK_BARRIER, ~0UL, 0);
	check(ask() <= BLK_OKAY);
	next_rw(BLK_FLUSH, ~0UL, 1);
	check_eq(BLK_ERROR, ask());
	for (int i = 0; i < 10; i++)
		next_rw(i & 1 ? BLK_BARRIER : BLK_READ, 0, i & 1 ? 0 : 11);
	push();
	for (int i = 0; i < 10; i++)
		check(answer() <= BLK_OKAY);
	check(serves());
	lives();
}

/* XSA-216: what lay on the back end's stack came with an answer. */
static void xsa_216_answers_say_nothing_else(void)
{
	BEGIN;
	for (int i = 0; i < 8; i++) {
		struct blk_response *p = response(req_prod);
		struct blk_request *r = next_rw(i & 1 ? BLK_READ : 200, 0, 1);

		r->sector = i & 1 ? 0 : RESERVED;
		r->id = RESERVED;
		check(ask() <= BLK_OKAY);
		check_eq(RESERVED, p->id);
		/* the request's, of ours */
		check(!p->pad1 || p->pad1 == 0x5a);
		check(!p->pad2 || p->pad2 == 0x5a5a5a5a);
	}
	lives();
}

/* --- another vCPU writes while the back end reads --- */

static volatile bool writing;

/* Between what is right and what is not, in all that is looked at before it is used */
static void rewrites(void *arg)
{
	struct blk_request *r = arg;

	while (writing) {
		write_once(r->nr, 1);
		write_once(r->seg[0].last, 7);
		write_once(r->seg[0].first, 0);
		write_once(r->sector, 0);
		write_once(r->op, BLK_READ);
		write_once(r->seg[0].ref, DATA_REF);
		write_once(r->nr, 255);
		write_once(r->seg[0].last, 255);
		write_once(r->seg[0].first, 9);
		write_once(r->sector, ~0UL);
		write_once(r->op, BLK_INDIRECT);
		write_once(r->seg[0].ref, BAD_REF);
	}
}

static void rewrites_indirect(void *arg)
{
	struct blk_segment *s = arg;

	while (writing) {
		write_once(s->last, 7);
		write_once(s->first, 0);
		write_once(s->ref, DATA_REF);
		write_once(s->last, 255);
		write_once(s->first, 200);
		write_once(s->ref, BAD_REF);
	}
}

/* XSA-155: what was checked was not what was used. */
static void xsa_155_requests_change(void)
{
	BEGIN;
	if (!other_hart(0)) {
		skip("one vCPU");
		return;
	}
	for (int slot = 0; slot < 4; slot++) {
		writing = true;
		check(hart_run(other_hart(0), rewrites, request(slot)));
		for (int i = 0; i < 15; i++) {
			for (int n = 0; n < BLK_PAGE_REQUESTS; n++)
				next_rw(BLK_READ, 0, 1);
			push();
			for (int n = 0; n < BLK_PAGE_REQUESTS; n++)
				check(answer() <= BLK_OKAY);
		}
		writing = false;
		check(hart_wait(other_hart(0)));
	}
	check(serves());
	lives();
}

static void xsa_155_indirect_segments_change(void)
{
	BEGIN;
	if (!other_hart(0)) {
		skip("one vCPU");
		return;
	}
	next_indirect(BLK_READ, 32);
	check_eq(BLK_OKAY, ask());
	writing = true;
	check(hart_run(other_hart(0), rewrites_indirect, &indirect[9]));
	for (int i = 0; i < 300; i++) {
		next_indirect(BLK_READ, 32);
		check(ask() <= BLK_OKAY);
	}
	writing = false;
	check(hart_wait(other_hart(0)));
	lives();
}

/* --- ends and storms --- */

/* XSA-350: the ring went away under its thread. */
static void xsa_350_closes_with_requests_in_flight(void)
{
	for (int round = 0; round < 15; round++) {
		BEGIN;
		for (int n = 0; n < 32; n++)
			next_rw(BLK_READ, n * 88, 11);
		push();
		if (round & 1)
			pause_ms(round / 4);
		if (round & 2)
			state_set(&disk, CLOSING);
	}
	lives();
}

/* XSA-332: events without end kept a CPU busy. */
static void xsa_332_events_without_requests(void)
{
	BEGIN;
	for (int i = 0; i < 30000; i++)
		ev_send(port);
	check(serves());
	lives();
}

/* From a state that is none its device does not come back; the other one does not care. */
static void state_is_nonsense(void)
{
	NEED_XEN();
	check(begin(&spare));
	store_put(spare.own, "state", "99999999999999999999");
	pause_ms(50);
	store_put(spare.own, "state", "x");
	pause_ms(50);
	store_rm(spare.own, "state");
	pause_ms(50);
	store_rm(spare.own, "");
	lives();
}

static void ends_in_the_middle(void)
{
	BEGIN;
	for (int n = 0; n < 32; n++)
		next_rw(BLK_READ, n * 88, 11);
	push();
}

TESTS(
	T(finds_its_disk),
	T(without_ring_ref), T(ring_ref_is_no_number), T(ring_ref_is_beyond_the_table), T(ring_ref_is_not_granted),
	T(ring_ref_is_granted_to_another), T(ring_ref_is_read_only), T(ring_ref_is_for_a_transfer), T(ring_ref_is_no_memory),
	T(ring_refs_are_one), T(one_ring_ref_of_many_is_missing), T(ring_ref_is_taken_back_while_mapped), T(ring_order_is_absurd),
	T(number_of_queues_is_absurd), T(second_queue_is_bad), T(protocol_is_unknown), T(event_channel_is_bad),
	T(event_channel_is_closed_later), T(features_are_absurd), T(states_jump), T(xsa_349_state_is_written_all_the_time),
	T(req_prod_jumps), T(indices_are_bad_from_the_start), T(rsp_prod_and_events_are_written), T(ring_is_the_buffer),
	T(operations_are_unknown), T(number_of_segments_is_bad), T(segments_are_not_in_the_page), T(sectors_are_beyond_the_disk),
	T(discards_are_beyond_the_disk), T(xsa_365_pages_cannot_be_mapped), T(xsa_365_pages_are_others), T(one_page_is_all_segments),
	T(pages_are_taken_back_in_flight), T(xsa_371_more_pages_stay_mapped_than_may), T(indirect_requests_are_bad),
	T(flushes_are_odd), T(xsa_216_answers_say_nothing_else), T(xsa_155_requests_change), T(xsa_155_indirect_segments_change),
	T(xsa_350_closes_with_requests_in_flight), T(xsa_332_events_without_requests), T(state_is_nonsense), T(ends_in_the_middle),
);
