// SPDX-License-Identifier: GPL-2.0
/* The tree of nodes, and who may do what with one. */
#include "std.h"
#include "xenstore.h"

/* Those that are always there. Domain 0's; the others may nothing. */
static struct xs_node root, local, domain, vm;

static struct xs_node root = { .child = &local, .gen = 1, .perms = { .nr = 1 } };
static struct xs_node local = {
	.parent = &root, .child = &domain, .next = &vm, .gen = 1, .perms = { .nr = 1 }, .name = "local",
};

static struct xs_node domain = { .parent = &local, .gen = 1, .perms = { .nr = 1 }, .name = "domain" };
static struct xs_node vm = { .parent = &root, .gen = 1, .perms = { .nr = 1 }, .name = "vm" };
struct xs_node *const xs_root = &root;

bool xs_is_fixed(const struct xs_node *n)
{
	return n == &root || n == &local || n == &domain || n == &vm;
}

/* Of a change. Never 0. */
u64 xs_new_gen(void)
{
	static u64 gen = 1;

	return ++gen;
}

/*
 * Names and paths are looked for by a hash first: a guest may have many that differ in their last character alone. It
 * is keyed, so that none can be found that have the same.
 */
u32 xs_key;

void xs_tree_init(void)
{
	if (xs_key)
		return;
	xs_key = now() << 1 | 1;
	for (struct xs_node *n = xs_root->child; n; n = xs_next(n))
		n->hash = xs_hash(xs_key, n->name, strlen(n->name));
}

u32 xs_hash(u32 hash, const char *s, size_t len)
{
	while (len--) {
		hash = (hash ^ (u8)*s++) * 0x9e3779b1U;
		hash ^= hash >> 15;
	}
	return hash;
}

struct xs_node *xs_child(const struct xs_node *n, const char *name, size_t len)
{
	u32 hash = xs_hash(xs_key, name, len);
	struct xs_node *c = n->child;

	while (c && (c->hash != hash || strncmp(c->name, name, len) || c->name[len]))
		c = c->next;
	return c;
}

/* path is a good one: it begins with /, and no other / is at its end or beside one. */
struct xs_node *xs_find(const char *path)
{
	struct xs_node *n = xs_root;

	while (n && *path++ && *path) {
		const char *end = strchr(path, '/');
		size_t len = end ? (size_t)(end - path) : strlen(path);

		n = xs_child(n, path, len);
		path += len;
	}
	return n;
}

/* Its number counts against the domain's limit. */
struct xs_node *xs_new_node(struct xs_conn *c, const char *name, size_t len)
{
	struct xs_node *n = NULL;

	if (c->nr_nodes < XS_MAX_NODES * c->factor)
		n = xs_alloc(c, offsetof(struct xs_node, name) + len + 1, false);
	if (!n)
		return NULL;
	c->nr_nodes++;
	memcpy(n->name, name, len);
	n->hash = xs_hash(xs_key, name, len);
	return n;
}

void xs_link(struct xs_node *parent, struct xs_node *n)
{
	n->parent = parent;
	n->next = parent->child;
	parent->child = n;
	n->gen = xs_new_gen();
	parent->gen = n->gen;
}

void xs_unlink(struct xs_node *n)
{
	struct xs_node **link = &n->parent->child;

	while (*link != n)
		link = &(*link)->next;
	*link = n->next;
	n->parent->gen = xs_new_gen();
	n->parent = NULL;
}

void xs_free_node(struct xs_node *n)
{
	xs_payer(n)->nr_nodes--;
	xs_free(n->value);
	xs_free(n);
}

struct xs_node *xs_leaf(struct xs_node *n)
{
	while (n->child)
		n = n->child;
	return n;
}

struct xs_node *xs_next(const struct xs_node *n)
{
	if (n->child)
		return n->child;
	while (n->parent && !n->next)
		n = n->parent;
	return n->next;
}

/* "/name/name" of n, which is below top; cut at its beginning where it is too long. */
void xs_path_below(const struct xs_node *n, const struct xs_node *top, char *buf, size_t size)
{
	size_t at = size - 1;

	buf[at] = 0;
	for (; n != top; n = n->parent) {
		size_t len = strlen(n->name);

		if (len + 1 > at)
			break;
		at -= len;
		memcpy(buf + at, n->name, len);
		buf[--at] = '/';
	}
	memmove(buf, buf + at, size - at);
}

unsigned int xs_access(const struct xs_conn *c, const struct xs_perms *perms)
{
	if (!c->id || c->id == perms->p[0].id)
		return XS_PERM_READ | XS_PERM_WRITE | XS_PERM_OWNER;
	for (unsigned int i = 1; i < perms->nr; i++)
		if (perms->p[i].id == c->id)
			return perms->p[i].perm;
	return perms->p[0].perm;
}

bool xs_below(const char *path, const char *parent)
{
	size_t len = strlen(parent);

	if (len == 1)
		return *path == '/';	/* the root's */
	return !strncmp(path, parent, len) && (!path[len] || path[len] == '/');
}

/* How much of path is that of its parent; of the root's children it is 1. */
size_t xs_parent_len(const char *path)
{
	size_t len = strrchr(path, '/') - path;

	return len ? len : 1;
}
