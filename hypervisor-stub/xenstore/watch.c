// SPDX-License-Identifier: GPL-2.0
/*
 * Watches. An event that waits already is not put there a second time. One for which there is no room is not lost, but
 * becomes one for the watch's own path: something there or below it has changed.
 */
#include "std.h"
#include "xenstore.h"

/* Until the initial domain says otherwise it alone hears of domains. */
static struct xs_perms special_perms[2] = { { .nr = 1 }, { .nr = 1 } };

struct xs_perms *xs_special(const char *path)
{
	if (!strcmp(path, "@introduceDomain"))
		return &special_perms[0];
	return strcmp(path, "@releaseDomain") ? NULL : &special_perms[1];
}

static const char *token_of(const struct xs_watch *w)
{
	return w->path + w->len + 1;
}

static void overrun(struct xs_conn *c, struct xs_watch *w)
{
	c->nr_overrun += !w->overrun;
	w->overrun = true;
}

static void add_event(struct xs_conn *c, struct xs_watch *w, const char *path)
{
	struct xs_event *e, **link = &c->events;

	for (; *link; link = &(*link)->next)
		if ((*link)->watch == w && !strcmp((*link)->path, path))
			return;
	e = c->nr_events < XS_MAX_EVENTS * c->factor ?
	    xs_alloc(c, offsetof(struct xs_event, path) + strlen(path) + 1, false) : NULL;
	if (!e) {
		overrun(c, w);
		return;
	}
	e->watch = w;
	memcpy(e->path, path, strlen(path) + 1);
	*link = e;
	c->nr_events++;
}

/* Most are ruled out by the length of their paths. */
static bool watches(const struct xs_watch *w, const char *path, size_t len, bool exact)
{
	if (len < w->len || (exact && len != w->len))
		return false;
	if (w->len > 1 && path[w->len] && path[w->len] != '/')
		return false;
	return !memcmp(path, w->path, w->len);
}

/* Something has happened at path. exact: a node above it was removed, which those hear of who watch that. */
void xs_fire(const char *path, const struct xs_perms *perms, bool exact)
{
	size_t len = strlen(path);

	exact |= *path == '@';
	for (unsigned int i = 0; i < MAX_DOMAINS; i++) {
		struct xs_conn *c = xs_conns[i];

		if (!c || !(xs_access(c, perms) & XS_PERM_READ))
			continue;
		for (struct xs_watch *w = c->watches; w; w = w->next)
			if (watches(w, path, len, exact))
				add_event(c, w, path);
	}
}

static struct xs_watch **find(struct xs_conn *c, const char *path, size_t skip, const char *token)
{
	struct xs_watch **link = &c->watches;

	for (; *link; link = &(*link)->next)
		if ((*link)->skip == skip && !strcmp((*link)->path, path) && !strcmp(token_of(*link), token))
			break;
	return link;
}

enum xs_error xs_watch(struct xs_conn *c, const char *path, size_t skip, const char *token)
{
	struct xs_watch **link = find(c, path, skip, token), *w;
	size_t len = strlen(path) + 1, token_len = strlen(token) + 1;

	if (*link)
		return XS_EEXIST;
	if (c->nr_watches >= XS_MAX_WATCHES * c->factor || len + token_len > XS_WATCH_SIZE)
		return XS_E2BIG;
	w = xs_alloc(c, offsetof(struct xs_watch, path) + len + token_len, false);
	if (!w)
		return XS_ENOSPC;
	w->len = len - 1;
	w->skip = skip;
	memcpy(w->path, path, len);
	memcpy(w->path + len, token, token_len);
	*link = w;
	c->nr_watches++;
	add_event(c, w, path);		/* the first comes at once */
	return XS_OK;
}

static void remove(struct xs_conn *c, struct xs_watch **link)
{
	struct xs_watch *w = *link;

	for (struct xs_event **e = &c->events, *gone; *e;) {
		if ((*e)->watch != w) {
			e = &(*e)->next;
			continue;
		}
		gone = *e;
		*e = gone->next;
		xs_free(gone);
		c->nr_events--;
	}
	c->nr_overrun -= w->overrun;
	c->nr_watches--;
	*link = w->next;
	xs_free(w);
}

enum xs_error xs_unwatch(struct xs_conn *c, const char *path, size_t skip, const char *token)
{
	struct xs_watch **link = find(c, path, skip, token);

	if (!*link)
		return XS_ENOENT;
	remove(c, link);
	return XS_OK;
}

void xs_reset_watches(struct xs_conn *c)
{
	while (c->watches)
		remove(c, &c->watches);
}

static size_t put(char *buf, const struct xs_watch *w, const char *path)
{
	size_t len = strlen(path + w->skip) + 1, token_len = strlen(token_of(w)) + 1;

	memcpy(buf, path + w->skip, len);
	memcpy(buf + len, token_of(w), token_len);
	return len + token_len;
}

size_t xs_next_event(struct xs_conn *c, char *buf)
{
	struct xs_event *e = c->events;
	struct xs_watch *w = c->watches;
	size_t len;

	if (e) {
		len = put(buf, e->watch, e->path);
		c->events = e->next;
		c->nr_events--;
		xs_free(e);
		return len;
	}
	if (!c->nr_overrun)
		return 0;
	while (!w->overrun)
		w = w->next;
	w->overrun = false;
	c->nr_overrun--;
	return put(buf, w, w->path);
}
