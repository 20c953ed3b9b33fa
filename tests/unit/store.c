// SPDX-License-Identifier: GPL-2.0
/* A guest's side of xenstore; see store.h. */
#include <stdio.h>
#include <string.h>
#include "store.h"

#define MAX_KEPT	512

static struct kept { struct domain *d; char text[512]; } kept[MAX_KEPT];
static unsigned int nr_kept;

size_t store_put(struct domain *d, const void *bytes, size_t len)
{
	struct xenstore_domain_interface *ring = d->xen.store->ring;
	size_t n = 0;

	for (; n < len && ring->req_prod - ring->req_cons < XENSTORE_RING_SIZE; n++)
		ring->req[MASK_XENSTORE_IDX(ring->req_prod++)] = ((const char *)bytes)[n];
	return n;
}

bool store_signal(struct domain *d, unsigned int times)
{
	while (times--)
		if (!xenstore_notified(d))
			return true;
	return false;
}

static bool get(struct domain *d, char *to, size_t len)
{
	struct xenstore_domain_interface *ring = d->xen.store->ring;

	while (len--) {
		if (ring->rsp_cons == ring->rsp_prod)
			store_signal(d, 1000);
		if (ring->rsp_cons == ring->rsp_prod)
			return false;
		*to++ = ring->rsp[MASK_XENSTORE_IDX(ring->rsp_cons++)];
	}
	return true;
}

bool store_take(struct domain *d, struct store_message *m)
{
	if (!get(d, (char *)&m->hdr, sizeof(m->hdr)))
		return false;
	if (m->hdr.len > XENSTORE_PAYLOAD_MAX || !get(d, m->data, m->hdr.len))
		host_die("store: half a message");
	m->data[m->hdr.len] = 0;
	return true;
}

static void keep(struct domain *d, const struct store_message *m)
{
	struct kept *k = &kept[nr_kept++];

	if (nr_kept == MAX_KEPT)
		host_die("store: too many events");
	k->d = d;
	snprintf(k->text, sizeof(k->text), "%.400s %.100s", m->data, m->data + strlen(m->data) + 1);
}

const struct store_message *store_ask(struct domain *d, u32 type, u32 tx, const void *data, size_t len)
{
	static struct store_message m;
	static u32 id;
	struct xsd_sockmsg hdr = { type, ++id, tx, len };
	size_t done = 0;

	if (store_put(d, &hdr, sizeof(hdr)) != sizeof(hdr))
		host_die("store: no room for a request");
	do {
		done += store_put(d, (const char *)data + done, len - done);
		if (!store_signal(d, 10000))
			host_die("store: it does not end");
	} while (done < len);
	while (store_take(d, &m)) {
		if (m.hdr.type != XS_WATCH_EVENT) {
			if (m.hdr.req_id != id || m.hdr.tx_id != tx || (m.hdr.type != type && m.hdr.type != XS_ERROR))
				host_die("store: the answer to something else");
			return &m;
		}
		keep(d, &m);
	}
	host_die("store: no answer");
	return NULL;
}

const char *store_event(struct domain *d)
{
	static struct kept k;
	struct store_message m;

	while (store_take(d, &m)) {
		if (m.hdr.type != XS_WATCH_EVENT)
			host_die("store: an answer to nothing");
		keep(d, &m);
	}
	for (unsigned int i = 0; i < nr_kept; i++) {
		if (kept[i].d != d)
			continue;
		k = kept[i];
		memmove(&kept[i], &kept[i + 1], (--nr_kept - i) * sizeof(k));
		return k.text;
	}
	return NULL;
}

void store_forget(void)
{
	nr_kept = 0;
}

/* --- what holds always --- */

static void must(bool right, const char *what)
{
	if (!right)
		host_die(what);
}

void store_restart(struct domain *d)
{
	xen_domain_stop(d);
	must(!xen_domain_start(d), "store: no room to start again");
}

static u32 units_of(const struct xs_conn *c, const void *p)
{
	return p && xs_payer(p) == c ? ((const u32 *)p)[-1] : 0;
}

static void check_conn(const struct xs_conn *c)
{
	u32 nodes = 0, units = 0, watches = 0, events = 0, bits = 0;

	for (const struct xs_node *n = xs_root; n; n = xs_next(n)) {
		must(n == xs_root || n->parent, "store: a node without a parent");
		must(n->perms.nr >= 1 && n->perms.nr <= XS_MAX_PERMS, "store: permissions");
		must(n->len <= XS_MAX_ENTRY && !n->value == !n->len, "store: a value");
		units += units_of(c, n->value);
		if (xs_is_fixed(n))
			continue;
		nodes += xs_payer(n) == c;
		units += units_of(c, n);
	}
	for (const struct xs_txn *t = c->txns; t; t = t->next) {
		units += units_of(c, t);
		for (const struct xs_entry *e = t->first; e; e = e->next) {
			units += units_of(c, e) + units_of(c, e->value) + units_of(c, e->node);
			nodes += e->node != NULL;
		}
	}
	for (const struct xs_watch *w = c->watches; w; w = w->next, watches++)
		units += units_of(c, w);
	for (const struct xs_event *e = c->events; e; e = e->next, events++)
		units += units_of(c, e);
	for (u32 i = 0; i < c->units / 64; i++)
		bits += __builtin_popcountl(c->used[i]);
	if (!c->told) {
		must(units == c->nr_used && bits == units, "store: memory is lost");
		must(nodes == c->nr_nodes && nodes <= XS_MAX_NODES * c->factor, "store: nodes are lost");
	}
	must(watches == c->nr_watches && watches <= XS_MAX_WATCHES * c->factor, "store: watches");
	must(events == c->nr_events && events <= XS_MAX_EVENTS * c->factor, "store: events");
}

void store_check(void)
{
	bool busy = false;

	for (unsigned int i = 0; i < MAX_DOMAINS; i++)
		busy |= xs_conns[i] && xs_conns[i]->told;
	for (unsigned int i = 0; i < MAX_DOMAINS && !busy; i++)
		if (xs_conns[i])
			check_conn(xs_conns[i]);
}
