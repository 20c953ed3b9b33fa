// SPDX-License-Identifier: GPL-2.0
/*
 * Transactions, by which alone the tree changes: a request outside one has one of its own. A transaction is a list of
 * paths, each with what was there when it was first looked at and what is to be there. It may end well if all that it
 * has seen is as it was. Then what it has changed becomes the tree's in one go, and those who watch are told of it node
 * by node.
 */
#include "std.h"
#include "xenstore.h"

struct xs_txn *xs_txn_new(struct xs_conn *c, u32 id)
{
	struct xs_txn *t = xs_alloc(c, sizeof(*t), !id);

	if (t)
		t->id = id;
	return t;
}

static void free_entry(struct xs_txn *t, struct xs_entry *e)
{
	t->first = e->next;
	if (e->node)
		xs_free_node(e->node);
	xs_free(e->value);
	xs_free(e);
}

/* One that has not been committed, or of which all has been told. */
void xs_txn_free(struct xs_txn *t)
{
	while (t->first)
		free_entry(t, t->first);
	xs_free(t);
}

void xs_reset_txns(struct xs_conn *c)
{
	while (c->txns) {
		struct xs_txn *t = c->txns;

		c->txns = t->next;
		xs_txn_free(t);
	}
	c->nr_txns = 0;
}

/* --- looking --- */

static struct xs_entry *entry_of(struct xs_txn *t, const char *path)
{
	size_t len = strlen(path);
	u32 hash = t ? xs_hash(xs_key, path, len) : 0;
	struct xs_entry *e = t ? t->first : NULL;

	while (e && (e->hash != hash || e->path_len != len || strcmp(e->path, path)))
		e = e->next;
	return e;
}

/* What is above a path, and it itself */
struct above {
	unsigned int nr;
	struct {
		u16 len;
		u32 hash;
	} at[XS_MAX_DEPTH];
};

static void look_above(const char *path, struct above *a)
{
	u32 hash = xs_key;

	a->nr = 0;
	for (size_t len = 1; a->nr < XS_MAX_DEPTH; len++) {
		hash = xs_hash(hash, path + len - 1, 1);
		if (path[len] && path[len] != '/')
			continue;
		a->at[a->nr].len = len;
		a->at[a->nr++].hash = hash;
		if (!path[len])
			break;
	}
}

static bool is_above(const struct above *a, const char *path, const struct xs_entry *e)
{
	for (unsigned int i = 0; i < a->nr; i++)
		if (a->at[i].hash == e->hash && a->at[i].len == e->path_len && !strncmp(path, e->path, e->path_len))
			return true;
	return false;
}

static bool is_hidden(struct xs_txn *t, const char *path)
{
	struct xs_entry *e = t ? t->first : NULL;
	struct above a = { 0 };

	for (; e; e = e->next) {
		if (!(e->flags & XS_GONE))
			continue;
		if (!a.nr)
			look_above(path, &a);
		if (is_above(&a, path, e))
			return true;
	}
	return false;
}

/* What is at path, without taking note of it. */
void xs_peek(struct xs_txn *t, const char *path, struct xs_view *w)
{
	struct xs_entry *e = entry_of(t, path);

	memset(w, 0, sizeof(*w));
	w->entry = e;
	w->node = is_hidden(t, path) ? NULL : xs_find(path);
	w->exists = w->node || (e && e->flags & XS_NEW);
	if (!w->exists)
		return;
	w->perms = e ? &e->perms : &w->node->perms;
	if (e && e->flags & (XS_NEW | XS_WROTE)) {
		w->value = e->value;
		w->len = e->len;
	} else {
		w->value = w->node->value;
		w->len = w->node->len;
	}
}

static struct xs_entry *append(struct xs_txn *t, struct xs_entry *e)
{
	struct xs_entry **link = &t->first;

	while (*link)
		link = &(*link)->next;
	e->next = NULL;
	*link = e;
	return e;
}

/* The transaction depends on what is at path; w: as xs_peek() has found it. */
static bool take_note(struct xs_conn *c, struct xs_txn *t, const char *path, struct xs_view *w)
{
	struct xs_entry *e;
	const char *name;

	if (!t || w->entry)
		return true;
	e = t->nr < XS_MAX_TXN ? xs_alloc(c, offsetof(struct xs_entry, path) + strlen(path) + 1, !t->id) : NULL;
	if (!e)
		return false;
	t->nr++;
	e->path_len = strlen(path);
	memcpy(e->path, path, e->path_len + 1);
	e->hash = xs_hash(xs_key, path, e->path_len);
	name = strrchr(e->path, '/') + 1;
	e->name_hash = xs_hash(xs_key, name, strlen(name));
	if (!is_hidden(t, path))
		e->flags = XS_SEEN;
	if (w->node) {
		e->gen = w->node->gen;
		e->perms = w->node->perms;
		w->perms = &e->perms;
	}
	w->entry = append(t, e);
	return true;
}

/* The next above path that there is. */
static size_t ancestor(struct xs_txn *t, const char *path, char *buf, struct xs_view *w)
{
	size_t len;

	memcpy(buf, path, strlen(path) + 1);
	do {
		len = xs_parent_len(buf);
		buf[len] = 0;
		xs_peek(t, buf, w);
	} while (!w->exists);
	return len;
}

/* Where there is nothing, what is above says who may know that. */
enum xs_error xs_look(struct xs_conn *c, struct xs_txn *t, const char *path, unsigned int want, struct xs_view *w)
{
	static char buf[XENSTORE_ABS_PATH_MAX + 1];
	struct xs_view above;

	xs_peek(t, path, w);
	if (!take_note(c, t, path, w))
		return XS_ENOSPC;
	if (w->exists)
		return xs_access(c, w->perms) & want ? XS_OK : XS_EACCES;
	ancestor(t, path, buf, &above);
	return xs_access(c, above.perms) & want ? XS_ENOENT : XS_EACCES;
}

/* --- changing --- */

/* Where there is none; what is above it is there. Behind all others in the list: so parents come before children. */
static struct xs_entry *new_entry(struct xs_conn *c, struct xs_txn *t, const char *path, const struct xs_perms *perms)
{
	const char *name = strrchr(path, '/') + 1;
	struct xs_entry *e, **link;
	struct xs_view w;

	xs_peek(t, path, &w);
	if (!take_note(c, t, path, &w))
		return NULL;
	e = w.entry;
	e->node = xs_new_node(c, name, strlen(name));
	if (!e->node)
		return NULL;
	e->perms = *perms;
	e->node->perms = *perms;
	e->flags |= XS_NEW;
	for (link = &t->first; *link != e; link = &(*link)->next)
		;
	*link = e->next;
	return append(t, e);
}

/* With all that is missing above it. Permissions are those of what is above, but the owner is who creates it. */
static enum xs_error create(struct xs_conn *c, struct xs_txn *t, const char *path, struct xs_entry **e)
{
	static char buf[XENSTORE_ABS_PATH_MAX + 1];
	struct xs_view w;
	size_t len = ancestor(t, path, buf, &w);
	struct xs_perms perms;

	if (!take_note(c, t, buf, &w))
		return XS_ENOSPC;
	perms = *w.perms;
	if (c->id)
		perms.p[0].id = c->id;
	do {
		const char *end = strchr(path + len + (len > 1), '/');

		len = end ? (size_t)(end - path) : strlen(path);
		memcpy(buf, path, len);
		buf[len] = 0;
		*e = new_entry(c, t, buf, &perms);
		if (!*e)
			return XS_ENOSPC;
	} while (path[len]);
	return XS_OK;
}

static enum xs_error look_or_create(struct xs_conn *c, struct xs_txn *t, const char *path, struct xs_entry **e)
{
	struct xs_view w;
	enum xs_error err = xs_look(c, t, path, XS_PERM_WRITE, &w);

	if (err == XS_ENOENT) {
		err = create(c, t, path, e);
		if (!err)
			(*e)->flags |= XS_FIRE;
		return err;
	}
	*e = w.entry;
	return err;
}

enum xs_error xs_mkdir(struct xs_conn *c, struct xs_txn *t, const char *path)
{
	struct xs_entry *e;

	return look_or_create(c, t, path, &e);
}

enum xs_error xs_write(struct xs_conn *c, struct xs_txn *t, const char *path, const char *value, size_t len)
{
	struct xs_entry *e;
	enum xs_error err = len > XS_MAX_ENTRY ? XS_ENOSPC : look_or_create(c, t, path, &e);
	char *copy = NULL;

	if (!err && len) {
		copy = xs_alloc(c, len, false);
		if (!copy)
			err = XS_ENOSPC;
	}
	if (err)
		return err;
	if (len)
		memcpy(copy, value, len);
	xs_free(e->value);
	e->value = copy;
	e->len = len;
	e->flags |= XS_WROTE | XS_FIRE;
	return XS_OK;
}

/* What was to happen here does not; what was seen stays seen. keep: flags that stay, too. */
static void undo(struct xs_entry *e, u8 keep)
{
	if (e->node)
		xs_free_node(e->node);
	xs_free(e->value);
	e->node = NULL;
	e->value = NULL;
	e->len = 0;
	e->flags &= XS_SEEN | keep;
}

enum xs_error xs_rm(struct xs_conn *c, struct xs_txn *t, const char *path)
{
	static char buf[XENSTORE_ABS_PATH_MAX + 1];
	struct xs_view w, above;
	enum xs_error err = xs_look(c, t, path, XS_PERM_WRITE, &w);
	size_t len = strlen(path) > 1 ? ancestor(t, path, buf, &above) : 0;

	if (!len || (w.node && xs_is_fixed(w.node)))
		return XS_EINVAL;
	/* It need not be there, but what it would be in. */
	if (err == XS_ENOENT)
		return len == xs_parent_len(path) ? XS_OK : XS_ENOENT;
	if (err)
		return err;
	for (struct xs_entry *e = t->first; e; e = e->next)
		if (xs_below(e->path, path))
			undo(e, e == w.entry ? XS_GONE : 0);
	w.entry->flags |= XS_FIRE | (w.node ? XS_GONE : 0);
	return XS_OK;
}

enum xs_error xs_set_perms(struct xs_conn *c, struct xs_txn *t, const char *path, const struct xs_perms *perms)
{
	struct xs_view w;
	enum xs_error err = xs_look(c, t, path, XS_PERM_OWNER, &w);

	if (err)
		return err;
	if (c->id && w.perms->p[0].id != perms->p[0].id)
		return XS_EPERM;
	w.entry->perms = *perms;
	w.entry->flags |= XS_PERMS | XS_FIRE;
	return XS_OK;
}

/* --- the end --- */

static bool is_as_seen(const struct xs_txn *t)
{
	for (const struct xs_entry *e = t->first; e; e = e->next) {
		const struct xs_node *n = e->flags & XS_SEEN ? xs_find(e->path) : NULL;

		if (e->flags & XS_SEEN && (n ? n->gen : 0) != e->gen)
			return false;
	}
	return true;
}

static struct xs_node *parent_of(const char *path)
{
	static char buf[XENSTORE_ABS_PATH_MAX + 1];
	size_t len = xs_parent_len(path);

	memcpy(buf, path, len);
	buf[len] = 0;
	return xs_find(buf);
}

static void apply(struct xs_entry *e)
{
	struct xs_node *n = xs_find(e->path), *removed = NULL;
	char *value = e->value;

	if (e->flags & XS_GONE) {
		removed = n;
		n = NULL;
		xs_unlink(removed);
	}
	if (e->flags & XS_NEW) {
		n = e->node;
		xs_link(parent_of(e->path), n);
	}
	e->node = removed;
	if (e->flags & XS_WROTE) {
		e->value = n->value;
		n->value = value;
		n->len = e->len;
	}
	if (e->flags & XS_PERMS)
		n->perms = e->perms;
	if (e->flags & (XS_WROTE | XS_PERMS))
		n->gen = xs_new_gen();
}

enum xs_error xs_commit(struct xs_conn *c, struct xs_txn *t)
{
	if (t->id && !is_as_seen(t)) {
		xs_txn_free(t);
		return XS_EAGAIN;
	}
	for (struct xs_entry *e = t->first; e; e = e->next)
		if (e->flags & (XS_GONE | XS_NEW | XS_WROTE | XS_PERMS))
			apply(e);
	c->told = t;
	return XS_OK;
}

/* path is removed, top was there: tells of one node below that, and frees it. False: there is none. */
bool xs_tell_removed(const char *path, struct xs_node *top)
{
	static char buf[XENSTORE_ABS_PATH_MAX + 1];
	struct xs_node *n = xs_leaf(top);
	size_t len = strlen(path);

	if (n == top)
		return false;
	memcpy(buf, path, len);
	xs_path_below(n, top, buf + len, sizeof(buf) - len);
	xs_fire(buf, &n->perms, true);
	xs_unlink(n);
	xs_free_node(n);
	return true;
}

bool xs_tell(struct xs_conn *c)
{
	struct xs_txn *t = c->told;

	if (!t)
		return false;
	while (t->first) {
		struct xs_entry *e = t->first;

		if (e->node && xs_tell_removed(e->path, e->node))
			return true;
		if (e->flags & XS_FIRE) {
			xs_fire(e->path, &e->perms, false);
			free_entry(t, e);
			return true;
		}
		free_entry(t, e);
	}
	c->told = NULL;
	xs_free(t);
	return false;
}
