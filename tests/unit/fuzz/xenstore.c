// SPDX-License-Identifier: GPL-2.0
/*
 * xenstore with any requests, whole or in pieces, of two domains, one of which may everything, and any writes to the
 * rings; a domain may end and begin again between them. The store always comes to an end, what it keeps of itself is
 * right, and at the end nothing of a domain is left.
 */
#include <stdio.h>
#include "fuzz.h"
#include "store.h"

static struct domain *dom[2];

/* A path that means something, or does not. */
static size_t put_path(char *s)
{
	static const char *const names[] = { "data", "a", "b", "c", "local", "domain", "0", "1", "device", "..", "", "@x" };
	size_t n = 0;
	u64 depth = number(5);

	switch (number(8)) {
	case 0:
		return sprintf(s, "@%sDomain", take(1) & 1 ? "release" : "introduce");
	case 1:
		return sprintf(s, "/");
	case 2:
		n = sprintf(s, "/local/domain/%lu", number(3));
		break;
	case 3:
		n = sprintf(s, "/local/domain/0/shared");
		break;
	default:
		n = sprintf(s, "data");
	}
	while (depth--)
		n += sprintf(s + n, "/%s", names[number(ARRAY_SIZE(names))]);
	return n;
}

static size_t put_string(char *s)
{
	static const char *const strings[] = { "T", "F", "n0", "b1", "r0", "w1", "n1", "0", "1", "4000", "t", "" };

	return sprintf(s, "%s", strings[number(ARRAY_SIZE(strings))]);
}

static u32 any_txn(const struct xs_conn *c)
{
	u64 n = number(4);
	const struct xs_txn *t = c->txns;

	if (n == 3)
		return take(1);
	while (t && n--)
		t = t->next;
	return t ? t->id : 0;
}

static void request(struct domain *d)
{
	static char data[XENSTORE_PAYLOAD_MAX + 64];
	struct xsd_sockmsg hdr = { number(XS_TYPE_COUNT + 1), take(1), number(2) ? any_txn(d->xen.store) : 0, 0 };
	u64 strings = number(4);

	hdr.len = put_path(data) + 1;
	data[hdr.len - 1] = 0;
	while (strings--) {
		hdr.len += put_string(data + hdr.len);
		data[hdr.len++] = 0;
	}
	if (!number(8))
		hdr.len--;
	if (!number(16)) {
		u32 more = number(2500);

		memset(data + hdr.len, 'v', more);
		hdr.len += more;
	}
	if (!number(64))
		hdr.len = take(4);
	store_put(d, &hdr, sizeof(hdr));
	for (size_t done = 0; done < MIN(hdr.len, sizeof(data));) {
		size_t n = store_put(d, data + done, MIN(hdr.len, sizeof(data)) - done);

		done += n;
		must(store_signal(d, 2000));
		if (!n)
			break;
	}
}

/* What the guest has not read stays there now and then. */
static void read_all(struct domain *d)
{
	struct xenstore_domain_interface *ring = d->xen.store->ring;

	for (int i = 0; i < 20; i++) {
		ring->rsp_cons = ring->rsp_prod;
		must(store_signal(d, 2000));
	}
}

static void anything(struct domain *d)
{
	struct xenstore_domain_interface *ring = d->xen.store->ring;
	u32 *words = &ring->req_cons;

	switch (number(4)) {
	case 0:
		words[number(7)] = number(2) ? take(4) : words[number(4)] + take(1);
		break;
	case 1:
		ring->connection = XENSTORE_RECONNECT;
		break;
	case 2:
		ring->req[number(XENSTORE_RING_SIZE)] = take(1);
		break;
	default:
		store_restart(d);
	}
	must(store_signal(d, 2000));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	input = data;
	input_end = data + size;
	if (!dom[0])
		guest_make_two(&dom[0], &dom[1], 4);
	while (input_left()) {
		struct domain *d = dom[number(3) == 2];
		u64 what = number(16);

		if (what == 0)
			anything(d);
		else if (what < 4)
			read_all(d);
		else
			request(d);
		store_check();
	}
	host_output_clear();
	for (int i = 0; i < 2; i++) {
		xenstore_stop(dom[i]);
		must(!dom[i]->xen.store->nr_used && !dom[i]->xen.store->nr_nodes);
	}
	must(xenstore_nodes() == 4);
	for (int i = 1; i >= 0; i--)
		store_restart(dom[i]);
	return 0;
}
