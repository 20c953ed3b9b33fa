// SPDX-License-Identifier: GPL-2.0
/* xenstore, for the rest of the stub: a domain's connection and the nodes it begins with, from its start to its end. */
#include "lock.h"
#include "std.h"
#include "stub.h"
#include "xen.h"
#include "xenstore.h"

static spinlock_t lock;
static u32 starts[MAX_DOMAINS + 1];	/* of the domain of that number, with devices */

u64 xenstore_pool_size(const struct domain *d)
{
	return sizeof(struct xs_conn) + (domain_is_privileged(d) ? XS_POOL_DOM0 : XS_POOL) + 4 * PAGE_SIZE;
}

int xenstore_init(struct domain *d)
{
	u64 size = domain_is_privileged(d) ? XS_POOL_DOM0 : XS_POOL;
	struct xs_conn *c = domain_pool_alloc(d, sizeof(*c));

	if (!c)
		return -1;
	xs_tree_init();
	c->d = d;
	c->factor = domain_is_privileged(d) ? 4 : 1;
	c->units = size / XS_UNIT;
	c->used = domain_pool_alloc(d, c->units / 8);
	c->pool = domain_pool_alloc(d, size);
	c->ring = domain_pool_alloc(d, PAGE_SIZE);
	d->xen.store = c;
	return c->used && c->pool && c->ring ? 0 : -1;
}

/* --- nodes; the stub may do everything: the connection's id is 0 meanwhile --- */

/* Paths are short here, and its pool is large enough for what a domain begins with; what is not is left out. */
static bool done(struct xs_conn *c, struct xs_txn *t, enum xs_error err)
{
	if (!err)
		xs_commit(c, t);
	else if (t)
		xs_txn_free(t);
	while (xs_tell(c))
		;
	xs_deliver();
	return !err;
}

/* A node that belongs to owner, and which reader may read. What is put below it belongs to the same. */
static bool own(struct xs_conn *c, domid_t owner, domid_t reader, const char *path)
{
	const struct xs_perms perms = { 2, { { owner, 0 }, { reader, XS_PERM_READ } } };
	struct xs_txn *t = xs_txn_new(c, 0);
	enum xs_error err = t ? xs_mkdir(c, t, path) : XS_ENOSPC;

	return done(c, t, err ? err : xs_set_perms(c, t, path, &perms));
}

static bool __printf(4, 5) put(struct xs_conn *c, const char *dir, const char *name, const char *fmt, ...)
{
	struct xs_txn *t = xs_txn_new(c, 0);
	char path[160], value[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintk(value, sizeof(value), fmt, ap);
	va_end(ap);
	snprintk(path, sizeof(path), "%s/%s", dir, name);
	return done(c, t, t ? xs_write(c, t, path, value, strlen(value)) : XS_ENOSPC);
}

/* Names and values, one after the other. */
static void put_list(struct xs_conn *c, const char *dir, const char *s, int len)
{
	const char *end = s + len;

	while (s < end) {
		const char *value = s + strlen(s) + 1;

		if (value >= end)
			return;
		put(c, dir, s, "%s", value);
		s = value + strlen(value) + 1;
	}
}

/*
 * Both ends begin in XenbusStateInitialising. A domain that starts again has another directory at the back end, whose
 * driver may not have seen yet that the one before is gone, and would take the new nodes for those of a device it has.
 */
static void put_device(struct xs_conn *c, const struct domain *d, const struct device_config *dev)
{
	char front[96], back[96], dir[24];

	snprintk(dir, sizeof(dir), starts[d->id] ? "%u-%u" : "%u", d->id, starts[d->id]);
	snprintk(back, sizeof(back), "/local/domain/%u/backend/%s", dev->backend, dev->kind);
	if (!xs_find(back)) {
		printk("d%u: %s %u has no back end: d%u is none\n", d->id, dev->kind, dev->handle, dev->backend);
		return;
	}
	snprintk(back, sizeof(back), "/local/domain/%u/backend/%s/%s/%u", dev->backend, dev->kind, dir, dev->handle);
	snprintk(front, sizeof(front), "/local/domain/%u/device/%s/%u", d->id, dev->kind, dev->handle);
	own(c, d->id, dev->backend, front);
	own(c, dev->backend, d->id, back);
	put(c, front, "backend", "%s", back);
	put(c, front, "backend-id", "%u", dev->backend);
	put_list(c, front, dev->front, dev->front_len);
	put(c, back, "frontend", "%s", front);
	put(c, back, "frontend-id", "%u", d->id);
	put(c, back, "online", "1");
	put_list(c, back, dev->back, dev->back_len);
	/* Last: it is what the two ends wait for. */
	put(c, back, "state", "1");
	put(c, front, "state", "1");
}

static void put_vm(struct xs_conn *c, const struct domain *d, const char *home)
{
	char uuid[40], vm[48];

	snprintk(uuid, sizeof(uuid), "00000000-0000-0000-0000-%08x%04x", 0, d->id);
	snprintk(vm, sizeof(vm), "/vm/%s", uuid);
	own(c, 0, d->id, vm);
	put(c, vm, "uuid", "%s", uuid);
	put(c, vm, "name", "%s", d->cfg.name);
	put(c, home, "vm", "%s", vm);
}

/* What a toolstack would write: the names are those of libxl. */
static void put_domain(struct xs_conn *c, const struct domain *d)
{
	static const char *const guests_own[] = { "control", "data", "drivers", "feature", "attr", "error" };
	char home[32], path[64];

	snprintk(home, sizeof(home), "/local/domain/%u", d->id);
	own(c, 0, d->id, home);
	put_vm(c, d, home);
	put(c, home, "name", "%s", d->cfg.name);
	put(c, home, "domid", "%u", d->id);
	put(c, home, "memory/target", "%lu", d->cfg.memory >> 10);
	put(c, home, "memory/static-max", "%lu", d->cfg.memory >> 10);
	put(c, home, "store/port", "%lu", d->xen.params[HVM_PARAM_STORE_EVTCHN]);
	put(c, home, "store/ring-ref", "%lu", d->xen.params[HVM_PARAM_STORE_PFN]);
	put(c, home, "console/port", "%lu", d->xen.params[HVM_PARAM_CONSOLE_EVTCHN]);
	put(c, home, "console/ring-ref", "%lu", d->xen.params[HVM_PARAM_CONSOLE_PFN]);
	put(c, home, "console/type", "xenconsoled");
	put(c, home, "device", "%s", "");
	for (unsigned int i = 0; i < d->nr_vcpus; i++) {
		snprintk(path, sizeof(path), "cpu/%u/availability", i);
		put(c, home, path, "online");
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(guests_own); i++) {
		snprintk(path, sizeof(path), "%s/%s", home, guests_own[i]);
		own(c, d->id, 0, path);
	}
	if (domain_is_privileged(d)) {
		put(c, home, "backend/vbd", "%s", "");
		put(c, home, "backend/vif", "%s", "");
	}
	for (unsigned int i = 0; i < d->cfg.nr_devices; i++)
		put_device(c, d, &d->cfg.device[i]);
	starts[d->id] += d->cfg.nr_devices > 0;
}

/* Whoever they belong to. */
static void remove(struct xs_node *n)
{
	static char path[XENSTORE_ABS_PATH_MAX + 1];

	xs_path_below(n, xs_root, path, sizeof(path));
	while (xs_tell_removed(path, n))
		;
	xs_fire(path, &n->perms, false);
	xs_unlink(n);
	xs_free_node(n);
	xs_deliver();
}

/* Who has the domain's number next is not to have its rights. */
static void forget_rights(struct xs_perms *perms, domid_t id)
{
	unsigned int kept = 1;

	for (unsigned int i = 1; i < perms->nr; i++)
		if (perms->p[i].id != id)
			perms->p[kept++] = perms->p[i];
	perms->nr = kept;
}

/* All that is in the domain's pool or belongs to it; and what others had begun to do with that ends first. */
static void remove_domain(struct xs_conn *c, domid_t id)
{
	struct xs_node *n = xs_root;

	for (unsigned int i = 0; i < MAX_DOMAINS; i++)
		while (xs_conns[i] && xs_tell(xs_conns[i]))
			;
	while (n) {
		struct xs_node *parent = n->parent;

		if (n->value && xs_payer(n->value) == c && (xs_is_fixed(n) || xs_payer(n) != c)) {
			xs_free(n->value);
			n->value = NULL;
			n->len = 0;
		}
		if (!xs_is_fixed(n) && (xs_payer(n) == c || (id && n->perms.p[0].id == id))) {
			remove(n);
			n = parent;
		} else {
			if (id)
				forget_rights(&n->perms, id);
			n = xs_next(n);
		}
	}
}

/* --- a domain's beginning and end --- */

static void fire_special(const char *name)
{
	xs_fire(name, xs_special(name), true);
	xs_deliver();
}

static bool take_slot(struct xs_conn *c)
{
	for (c->slot = 0; c->slot < MAX_DOMAINS; c->slot++) {
		if (!xs_conns[c->slot]) {
			xs_conns[c->slot] = c;
			return true;
		}
	}
	return false;
}

/* Under the lock. Not while the domain is reset, when another of its vCPUs may still call. */
static bool is_connected(const struct xs_conn *c)
{
	return xs_conns[c->slot] == c;
}

int xenstore_start(struct domain *d)
{
	struct xs_conn *c = d->xen.store;
	int port;

	/* The parameters stay 0, as those of a domain that Xen gives no store. */
	if (option("noxenstore"))
		return 0;
	port = evtchn_alloc_for_stub(d, xenstore_notified);
	if (port < 0 || p2m_set(d, MAGIC_STORE, va_to_pa(c->ring), P2M_STUB))
		return -1;
	memset(c->ring, 0, PAGE_SIZE);
	c->ring->server_features = XENSTORE_SERVER_FEATURE_RECONNECTION | XENSTORE_SERVER_FEATURE_ERROR;
	c->port = port;
	d->xen.params[HVM_PARAM_STORE_PFN] = MAGIC_STORE >> PAGE_SHIFT;
	d->xen.params[HVM_PARAM_STORE_EVTCHN] = port;
	spin_lock(&lock);
	if (!take_slot(c)) {
		spin_unlock(&lock);
		return -1;
	}
	c->id = 0;
	put_domain(c, d);
	c->id = d->id;
	fire_special("@introduceDomain");
	spin_unlock(&lock);
	return 0;
}

void xenstore_stop(struct domain *d)
{
	struct xs_conn *c = d->xen.store;

	if (!c || !is_connected(c))
		return;
	spin_lock(&lock);
	xs_disconnect(c);
	remove_domain(c, d->id);
	for (unsigned int i = 0; d->id && i < 2; i++)
		forget_rights(xs_special(i ? "@releaseDomain" : "@introduceDomain"), d->id);
	if (c->nr_used || c->nr_nodes)
		printk("d%u: xenstore keeps %u nodes, %u units\n", d->id, c->nr_nodes, c->nr_used);
	xs_conns[c->slot] = NULL;
	fire_special("@releaseDomain");
	spin_unlock(&lock);
}

bool xenstore_notified(struct domain *d)
{
	bool more;

	spin_lock(&lock);
	more = is_connected(d->xen.store) && xs_serve(d->xen.store);
	spin_unlock(&lock);
	return more;
}

bool xenstore_ask(struct domain *d, const char *what)
{
	struct xs_conn *c = d->xen.store;
	char home[32];
	bool asked;

	snprintk(home, sizeof(home), "/local/domain/%u", d->id);
	spin_lock(&lock);
	asked = is_connected(c);
	if (asked) {
		while (xs_tell(c))
			;
		c->id = 0;
		asked = put(c, home, "control/shutdown", "%s", what);
		c->id = d->id;
	}
	spin_unlock(&lock);
	return asked;
}

/* --- looking at it --- */

u32 xenstore_nodes(void)
{
	u32 nr = 0;

	spin_lock(&lock);
	for (const struct xs_node *n = xs_root; n; n = xs_next(n))
		nr++;
	spin_unlock(&lock);
	return nr;
}

void xenstore_print(void)
{
	spin_lock(&lock);
	for (unsigned int i = 0; i < MAX_DOMAINS; i++) {
		const struct xs_conn *c = xs_conns[i];

		if (c)
			printk("  d%u nodes %u watches %u events %u transactions %u memory %u of %u KiB%s\n", c->id,
			       c->nr_nodes, c->nr_watches, c->nr_events, c->nr_txns, c->nr_used * XS_UNIT >> 10,
			       c->units * XS_UNIT >> 10, c->broken ? ", its ring is broken" : "");
	}
	spin_unlock(&lock);
}
