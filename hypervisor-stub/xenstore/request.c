// SPDX-License-Identifier: GPL-2.0
/* xenstore: what each request asks for and is answered. */
#include "std.h"
#include "stub.h"
#include "xenstore.h"

#define MAX_ARGS	(2 + XS_MAX_PERMS)

static char path[XENSTORE_ABS_PATH_MAX + 1];	/* of the request that is being served */

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

/* Names are not empty, and only of these characters; and there are so many of them. */
static bool is_good_path(const char *s)
{
	unsigned int names = 0;

	if (!strcmp(s, "/"))
		return true;
	for (; *s; s++) {
		if (*s == '/' ? !is_good_char(s[1]) : !is_good_char(*s))
			return false;
		names += *s == '/';
	}
	return names <= XS_MAX_DEPTH;
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

	if (!err && w.len)
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

	for (struct xs_entry *e = r->t ? r->t->first : NULL; e; e = e->next) {
		e->flags &= ~XS_LISTED;
		if (!(e->flags & (XS_NEW | XS_GONE)) || !is_child_of_path(e->path, len))
			continue;
		e->flags |= XS_LISTED;
		if (e->flags & XS_NEW)
			list_name(r->c, l, e->path + len + 1);
	}
	for (; n; n = n->next) {
		const struct xs_entry *e = r->t ? r->t->first : NULL;

		while (e && !(e->flags & XS_GONE && e->flags & XS_LISTED && e->name_hash == n->hash &&
			      !strcmp(e->path + len + 1, n->name)))
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

/* The generation, by which the guest sees that a part is not of those before; behind the last an empty name. */
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

static enum xs_error do_reset_watches(struct request *r)
{
	xs_reset_watches(r->c);
	xs_reset_txns(r->c);
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
#define X(name) "E" #name,
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

void xs_answer(struct xs_conn *c)
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
