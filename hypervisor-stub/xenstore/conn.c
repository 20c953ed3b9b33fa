// SPDX-License-Identifier: GPL-2.0
/*
 * Connections: the ring of a domain, its requests and what they are answered. The guest may write anything into the
 * ring's page at any time: what is read from there is read once. A connection has one message in each direction under
 * way; the next request is read when the answer is in the ring.
 */
#include "lock.h"
#include "std.h"
#include "xen.h"
#include "xenstore.h"

#define MAX_ARGS	(2 + XS_MAX_PERMS)

struct xs_conn *xs_conns[MAX_DOMAINS];
static char path[XENSTORE_ABS_PATH_MAX + 1];	/* of the request that is being served */

/* --- requests --- */

struct request {
	struct xs_conn *c;
	struct xs_txn *t;
	const char *arg[MAX_ARGS];	/* strings; behind the last there may be bytes without an end: */
	unsigned int nr;
	const char *rest;
	u32 rest_len;
	size_t skip;			/* of path, that the guest has not said */
};

/* The strings of a request; the first max of them. */
static void split(struct request *r, unsigned int max)
{
	const char *s = r->c->in.data, *end = s + r->c->in.hdr.len, *nul;

	while (r->nr < max && s < end && (nul = memchr(s, 0, end - s))) {
		r->arg[r->nr++] = s;
		s = nul + 1;
	}
	r->rest = s;
	r->rest_len = end - s;
}

static bool is_good_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
	       c == '@';
}

/* Names are not empty, and only of these characters. */
static bool is_good_path(const char *s)
{
	if (!strcmp(s, "/"))
		return true;
	for (; *s; s++)
		if (*s == '/' ? !is_good_char(s[1]) : !is_good_char(*s))
			return false;
	return true;
}

/* The first argument, into path. A relative one is below the domain's own node. */
static enum xs_error take_path(struct request *r)
{
	const char *s = r->nr ? r->arg[0] : "";
	size_t len = strlen(s), at = 0;

	if (!len || *s == '@' || len > (*s == '/' ? XENSTORE_ABS_PATH_MAX : XENSTORE_REL_PATH_MAX))
		return XS_EINVAL;
	if (*s != '/')
		at = snprintk(path, sizeof(path), "/local/domain/%u/", r->c->id);
	memcpy(path + at, s, len + 1);
	r->skip = at;
	return is_good_path(path) ? XS_OK : XS_EINVAL;
}

/* The same, or one of the names that are no node's. */
static enum xs_error take_any_path(struct request *r)
{
	if (!r->nr || !xs_special(r->arg[0]))
		return take_path(r);
	memcpy(path, r->arg[0], strlen(r->arg[0]) + 1);
	return XS_OK;
}

/* Digits and nothing else, at most max. */
static bool take_number(const char *s, u32 max, u32 *n)
{
	u64 sum = 0;

	if (!*s)
		return false;
	for (; *s; s++) {
		if (*s < '0' || *s > '9' || sum > max)
			return false;
		sum = sum * 10 + (*s - '0');
	}
	*n = sum;
	return sum <= max;
}

static void answer(struct xs_conn *c, const void *data, size_t len)
{
	memcpy(c->out.data + c->out.hdr.len, data, len);
	c->out.hdr.len += len;
}

static void answer_string(struct xs_conn *c, const char *s)
{
	answer(c, s, strlen(s) + 1);
}

/* The node that is asked for, which the guest may read. */
static enum xs_error look(struct request *r, struct xs_view *w)
{
	enum xs_error err = r->nr ? take_path(r) : XS_EINVAL;

	return err ? err : xs_look(r->c, r->t, path, XS_PERM_READ, w);
}

static enum xs_error do_read(struct request *r)
{
	struct xs_view w;
	enum xs_error err = look(r, &w);

	if (!err)
		answer(r->c, w.value, w.len);
	return err;
}

/* A list of names, of which that from off on is wanted, as far as there is room for it. */
struct listing {
	u32 off, room;
	u32 at;			/* so many bytes of it have gone by */
	bool full;
};

static void list_name(struct xs_conn *c, struct listing *l, const char *name)
{
	u32 len = strlen(name) + 1;

	if (l->at >= l->off && !l->full) {
		l->full = len > l->room;
		if (!l->full) {
			answer(c, name, len);
			l->room -= len;
		}
	}
	l->at += len;
}

static bool is_child_of_path(const char *s, size_t len)
{
	return !strncmp(s, path, len) && s[len] == '/' && s[len + 1] && !strchr(s + len + 1, '/');
}

/* Of the tree and what the transaction has made of that; what it has made first. */
static void list(struct request *r, const struct xs_view *w, struct listing *l)
{
	size_t len = strlen(path) > 1 ? strlen(path) : 0;
	const struct xs_node *n = w->node ? w->node->child : NULL;

	for (const struct xs_entry *e = r->t ? r->t->first : NULL; e; e = e->next)
		if (e->flags & XS_NEW && is_child_of_path(e->path, len))
			list_name(r->c, l, e->path + len + 1);
	for (; n; n = n->next) {
		const struct xs_entry *e = r->t ? r->t->first : NULL;

		while (e && !(e->flags & XS_GONE && is_child_of_path(e->path, len) && !strcmp(e->path + len + 1, n->name)))
			e = e->next;
		if (!e)
			list_name(r->c, l, n->name);
	}
}

static enum xs_error do_directory(struct request *r)
{
	struct listing l = { .room = XENSTORE_PAYLOAD_MAX };
	struct xs_view w;
	enum xs_error err = look(r, &w);

	if (err)
		return err;
	list(r, &w, &l);
	return l.full ? XS_E2BIG : XS_OK;
}

/* The generation, by which the guest sees that a part does not belong to those before; behind the last an empty name. */
static enum xs_error do_directory_part(struct request *r)
{
	struct listing l = { 0 };
	struct xs_view w;
	char gen[24];
	enum xs_error err = look(r, &w);

	if (!err && (r->nr != 2 || !take_number(r->arg[1], 0x7fffffff, &l.off)))
		err = XS_EINVAL;
	if (err)
		return err;
	snprintk(gen, sizeof(gen), "%lu", w.node ? w.node->gen : 0);
	answer_string(r->c, gen);
	l.room = XENSTORE_PAYLOAD_MAX - r->c->out.hdr.len - 1;
	list(r, &w, &l);
	if (!l.full)
		answer_string(r->c, "");
	return XS_OK;
}

static enum xs_error do_get_perms(struct request *r)
{
	static const char letters[] = "nrwb";
	const struct xs_perms *perms = r->nr ? xs_special(r->arg[0]) : NULL;
	struct xs_view w;
	enum xs_error err = perms ? XS_OK : look(r, &w);
	char s[8];

	if (err)
		return err;
	if (!perms)
		perms = w.perms;
	else if (!(xs_access(r->c, perms) & XS_PERM_READ))
		return XS_EACCES;
	for (unsigned int i = 0; i < perms->nr; i++) {
		snprintk(s, sizeof(s), "%c%u", letters[perms->p[i].perm], perms->p[i].id);
		answer_string(r->c, s);
	}
	return XS_OK;
}

static bool take_perm(const char *s, struct xs_perm *p)
{
	static const char letters[] = "nrwb";
	const char *letter = *s ? strchr(letters, *s) : NULL;
	u32 id;

	if (!letter || !take_number(s + 1, 0x7fff, &id))
		return false;
	p->perm = letter - letters;
	p->id = id;
	return true;
}

static enum xs_error do_set_perms(struct request *r)
{
	struct xs_perms perms = { 0 }, *special;
	enum xs_error err = take_any_path(r);

	if (!err && (r->nr < 2 || r->rest_len))
		err = r->nr == MAX_ARGS ? XS_ENOSPC : XS_EINVAL;
	for (unsigned int i = 1; !err && i < r->nr; i++)
		if (perms.nr == XS_MAX_PERMS)
			err = XS_ENOSPC;
		else if (!take_perm(r->arg[i], &perms.p[perms.nr++]))
			err = XS_EINVAL;
	if (err)
		return err;
	special = xs_special(path);
	if (!special)
		return xs_set_perms(r->c, r->t, path, &perms);
	if (r->c->id)
		return XS_EACCES;
	*special = perms;
	return XS_OK;
}

static enum xs_error do_write(struct request *r)
{
	enum xs_error err = take_path(r);

	return err ? err : xs_write(r->c, r->t, path, r->rest, r->rest_len);
}

static enum xs_error do_mkdir(struct request *r)
{
	enum xs_error err = take_path(r);

	return err ? err : xs_mkdir(r->c, r->t, path);
}

static enum xs_error do_rm(struct request *r)
{
	enum xs_error err = take_path(r);

	return err ? err : xs_rm(r->c, r->t, path);
}

static enum xs_error do_watch(struct request *r)
{
	enum xs_error err = r->nr == 2 ? take_any_path(r) : XS_EINVAL;

	return err ? err : xs_watch(r->c, path, r->skip, r->arg[1]);
}

static enum xs_error do_unwatch(struct request *r)
{
	enum xs_error err = r->nr == 2 ? take_any_path(r) : XS_EINVAL;

	return err ? err : xs_unwatch(r->c, path, r->skip, r->arg[1]);
}

static struct xs_txn **txn_of(struct xs_conn *c, u32 id)
{
	struct xs_txn **link = &c->txns;

	while (*link && (*link)->id != id)
		link = &(*link)->next;
	return link;
}

static void drop_txns(struct xs_conn *c)
{
	while (c->txns) {
		struct xs_txn *t = c->txns;

		c->txns = t->next;
		xs_txn_free(t);
	}
	c->nr_txns = 0;
}

static enum xs_error do_reset_watches(struct request *r)
{
	xs_reset_watches(r->c);
	drop_txns(r->c);
	r->t = NULL;
	return XS_OK;
}

static enum xs_error do_transaction_start(struct request *r)
{
	struct xs_conn *c = r->c;
	struct xs_txn *t;
	char id[12];

	if (r->t)
		return XS_EBUSY;
	do {
		c->last_txn++;
	} while (!c->last_txn || *txn_of(c, c->last_txn));
	t = c->nr_txns < XS_MAX_TXNS ? xs_txn_new(c, c->last_txn) : NULL;
	if (!t)
		return XS_ENOSPC;
	t->next = c->txns;
	c->txns = t;
	c->nr_txns++;
	snprintk(id, sizeof(id), "%u", t->id);
	answer_string(c, id);
	return XS_OK;
}

static enum xs_error do_transaction_end(struct request *r)
{
	bool commit = r->nr && !strcmp(r->arg[0], "T");
	struct xs_txn *t = r->t;

	if (!t)
		return XS_ENOENT;
	if (!commit && (!r->nr || strcmp(r->arg[0], "F")))
		return XS_EINVAL;
	*txn_of(r->c, t->id) = t->next;
	r->c->nr_txns--;
	r->t = NULL;
	if (commit)
		return xs_commit(r->c, t);
	xs_txn_free(t);
	return XS_OK;
}

static enum xs_error do_get_domain_path(struct request *r)
{
	char s[32];
	u32 id;

	if (!r->nr || !take_number(r->arg[0], 0xffff, &id))
		return XS_EINVAL;
	snprintk(s, sizeof(s), "/local/domain/%u", id);
	answer_string(r->c, s);
	return XS_OK;
}

static enum xs_error do_is_domain_introduced(struct request *r)
{
	bool there = false;
	u32 id;

	if (!r->nr || !take_number(r->arg[0], 0xffff, &id))
		return XS_EINVAL;
	for (unsigned int i = 0; i < MAX_DOMAINS; i++)
		there |= xs_conns[i] && xs_conns[i]->id == id;
	answer_string(r->c, there ? "T" : "F");
	return XS_OK;
}

/* What a toolstack asks. There is none: no domain may. */
static enum xs_error do_not(struct request *r)
{
	return XS_EACCES;
}

/* strings: at most; what is behind is do_write()'s. changes: outside a transaction it needs one. */
static const struct {
	enum xs_error (*handle)(struct request *r);
	u8 strings;
	bool changes, ok;
} requests[XS_TYPE_COUNT] = {
	[XS_CONTROL] = { do_not, 1 },
	[XS_DIRECTORY] = { do_directory, 1 },
	[XS_READ] = { do_read, 1 },
	[XS_GET_PERMS] = { do_get_perms, 1 },
	[XS_WATCH] = { do_watch, 2, .ok = true },
	[XS_UNWATCH] = { do_unwatch, 2, .ok = true },
	[XS_TRANSACTION_START] = { do_transaction_start, 1 },
	[XS_TRANSACTION_END] = { do_transaction_end, 1, .ok = true },
	[XS_INTRODUCE] = { do_not, 1 },
	[XS_RELEASE] = { do_not, 1 },
	[XS_GET_DOMAIN_PATH] = { do_get_domain_path, 1 },
	[XS_WRITE] = { do_write, 1, .changes = true, .ok = true },
	[XS_MKDIR] = { do_mkdir, 1, .changes = true, .ok = true },
	[XS_RM] = { do_rm, 1, .changes = true, .ok = true },
	[XS_SET_PERMS] = { do_set_perms, MAX_ARGS, .changes = true, .ok = true },
	[XS_IS_DOMAIN_INTRODUCED] = { do_is_domain_introduced, 1 },
	[XS_RESUME] = { do_not, 1 },
	[XS_SET_TARGET] = { do_not, 1 },
	[XS_RESET_WATCHES] = { do_reset_watches, 1, .ok = true },
	[XS_DIRECTORY_PART] = { do_directory_part, 2 },
};

static const char *const error_names[] = { "OK",
#define X(name) #name,
	XS_ERRORS(X)
#undef X
};

/* In a transaction of its own. */
static enum xs_error change(struct request *r, u32 type)
{
	enum xs_error err;

	r->t = xs_txn_new(r->c, 0);
	if (!r->t)
		return XS_ENOSPC;
	err = requests[type].handle(r);
	if (!err)
		return xs_commit(r->c, r->t);
	xs_txn_free(r->t);
	return err;
}

static enum xs_error handle(struct xs_conn *c)
{
	struct request r = { .c = c };
	u32 type = c->in.hdr.type;

	if (type >= XS_TYPE_COUNT || !requests[type].handle)
		return XS_ENOSYS;
	if (c->in.hdr.tx_id) {
		r.t = *txn_of(c, c->in.hdr.tx_id);
		if (!r.t)
			return XS_ENOENT;
	}
	split(&r, requests[type].strings);
	return !r.t && requests[type].changes ? change(&r, type) : requests[type].handle(&r);
}

static void serve(struct xs_conn *c)
{
	enum xs_error err;

	c->out.hdr = c->in.hdr;
	c->out.hdr.len = 0;
	err = handle(c);
	if (err) {
		c->out.hdr.type = XS_ERROR;
		c->out.hdr.len = 0;
	}
	if (err || requests[c->out.hdr.type].ok)
		answer_string(c, error_names[err]);
	c->out_len = sizeof(c->out.hdr) + c->out.hdr.len;
	c->in_len = 0;
}

/* --- the ring --- */

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
			WRITE_ONCE(c->ring->rsp[MASK_XENSTORE_IDX(c->rsp_prod)], ((const char *)&c->out)[c->out_sent++]);
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
	drop_txns(c);
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
		serve(c);
	}
	if (step == XS_STEPS)
		flush(c);
	if (notify)
		evtchn_notify_guest(c->d, c->port);
	return step == XS_STEPS;
}
