// SPDX-License-Identifier: GPL-2.0
/*
 * Connections: the ring of a domain. The guest may write anything into its page at any time: what is read from there is
 * read once. A connection has one message in each direction under way; the next request is read when the answer is in
 * the ring.
 */
#include "lock.h"
#include "std.h"
#include "xen.h"
#include "xenstore.h"

struct xs_conn *xs_conns[MAX_DOMAINS];

static void fail(struct xs_conn *c, u32 why)
{
	c->broken = true;
	WRITE_ONCE(c->ring->error, why);
	evtchn_notify_guest(c->d, c->port);
}

static void copy_in(struct xs_conn *c, u32 n)
{
	for (; n; n--, c->req_cons++)
		((char *)&c->in)[c->in_len++] = READ_ONCE(c->ring->req[MASK_XENSTORE_IDX(c->req_cons)]);
}

/* A request, as much as is there of it. True: all. */
static bool receive(struct xs_conn *c, bool *notify)
{
	for (;;) {
		u32 have = __atomic_load_n(&c->ring->req_prod, __ATOMIC_ACQUIRE) - c->req_cons;
		u32 want = sizeof(c->in.hdr) + (c->in_len < sizeof(c->in.hdr) ? 0 : c->in.hdr.len) - c->in_len;

		if (have > XENSTORE_RING_SIZE) {
			fail(c, XENSTORE_ERROR_RINGIDX);
			return false;
		}
		if (!have && want)
			return false;
		copy_in(c, MIN(have, want));
		smp_mb();	/* the bytes are read before the guest may write others there */
		WRITE_ONCE(c->ring->req_cons, c->req_cons);
		*notify = true;
		if (c->in_len < sizeof(c->in.hdr))
			continue;
		if (c->in.hdr.len > XENSTORE_PAYLOAD_MAX) {
			fail(c, XENSTORE_ERROR_PROTO);
			return false;
		}
		if (c->in_len == sizeof(c->in.hdr) + c->in.hdr.len)
			return true;
	}
}

/* What there is to say, as far as there is room for it. True: all has been said. */
static bool send(struct xs_conn *c, bool *notify)
{
	while (c->out_sent < c->out_len) {
		u32 used = c->rsp_prod - READ_ONCE(c->ring->rsp_cons), n;

		if (used > XENSTORE_RING_SIZE) {
			fail(c, XENSTORE_ERROR_RINGIDX);
			return false;
		}
		n = MIN(XENSTORE_RING_SIZE - used, c->out_len - c->out_sent);
		if (!n)
			return false;
		smp_mb();	/* rsp_cons is read before what the guest has read is overwritten */
		for (; n; n--, c->rsp_prod++)
			WRITE_ONCE(c->ring->rsp[MASK_XENSTORE_IDX(c->rsp_prod)],
				   ((const char *)&c->out)[c->out_sent++]);
		__atomic_store_n(&c->ring->rsp_prod, c->rsp_prod, __ATOMIC_RELEASE);
		*notify = true;
	}
	return true;
}

static bool next_event(struct xs_conn *c)
{
	u32 len = xs_next_event(c, c->out.data);

	if (!len)
		return false;
	c->out.hdr = (struct xsd_sockmsg){ .type = XS_WATCH_EVENT, .len = len };
	c->out_len = sizeof(c->out.hdr) + len;
	c->out_sent = 0;
	return true;
}

/* Answer and events. True: all is in the ring. */
static bool flush(struct xs_conn *c)
{
	bool notify = false, all;

	if (c->broken)
		return false;
	do {
		all = send(c, &notify);
	} while (all && next_event(c));
	if (notify)
		evtchn_notify_guest(c->d, c->port);
	return all;
}

void xs_deliver(void)
{
	for (unsigned int i = 0; i < MAX_DOMAINS; i++)
		if (xs_conns[i] && (xs_conns[i]->nr_events || xs_conns[i]->nr_overrun))
			flush(xs_conns[i]);
}

/* What it had begun to say and all that it has asked for; not its nodes. */
void xs_disconnect(struct xs_conn *c)
{
	while (xs_tell(c))
		;
	xs_reset_watches(c);
	xs_reset_txns(c);
	c->in_len = 0;
	c->out_len = 0;
	c->out_sent = 0;
	c->req_cons = 0;
	c->rsp_prod = 0;
	c->broken = false;
}

static void reconnect(struct xs_conn *c)
{
	struct xenstore_domain_interface *ring = c->ring;

	xs_disconnect(c);
	xs_deliver();
	WRITE_ONCE(ring->req_cons, 0);
	WRITE_ONCE(ring->req_prod, 0);
	WRITE_ONCE(ring->rsp_cons, 0);
	WRITE_ONCE(ring->rsp_prod, 0);
	WRITE_ONCE(ring->error, XENSTORE_ERROR_NONE);
	__atomic_store_n(&ring->connection, XENSTORE_CONNECTED, __ATOMIC_RELEASE);
	evtchn_notify_guest(c->d, c->port);
}

bool xs_serve(struct xs_conn *c)
{
	bool notify = false;
	unsigned int step;

	if (READ_ONCE(c->ring->connection) == XENSTORE_RECONNECT)
		reconnect(c);
	for (step = 0; step < XS_STEPS; step++) {
		/* Also where the guest does not take what it is told itself: others wait for it. */
		if (xs_tell(c)) {
			xs_deliver();
			continue;
		}
		if (!flush(c) || !receive(c, &notify))
			break;
		c->out_sent = 0;
		xs_answer(c);
	}
	if (step == XS_STEPS)
		flush(c);
	if (notify)
		evtchn_notify_guest(c->d, c->port);
	return step == XS_STEPS;
}
