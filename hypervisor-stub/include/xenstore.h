/* SPDX-License-Identifier: GPL-2.0 */
/*
 * xenstore (interfaces/xen/xs_wire.h): a tree of nodes that domains share, transactions on it, watches, and a
 * connection for each domain. All of it is under one lock, which the three functions for the rest of the stub take; the
 * event lock may be taken inside it.
 *
 * Memory: each domain brings its own pool, and whatever it causes to be is in there. What is in a dead domain's pool
 * goes with it. So one domain never runs out because of another.
 */
#ifndef STUB_XENSTORE_H
#define STUB_XENSTORE_H

#include <xen/xs_wire.h>
#include "domain.h"
#include "types.h"

#define XS_UNIT		64			/* memory is given out in these */
#define XS_POOL		(192UL << 10)		/* of a domain, */
#define XS_POOL_DOM0	(768UL << 10)		/* and of the initial domain */
#define XS_RESERVE	(8UL << 10)		/* of it, for what must go on when the rest is full: removing, say */

/* Limits of a domain, as xenstored's; four times as many nodes, watches and events for the initial domain */
#define XS_MAX_NODES	1000
#define XS_MAX_WATCHES	128
#define XS_MAX_EVENTS	64	/* that wait; beyond that a watch fires once, with its own path, when there is room */
#define XS_MAX_TXNS	10
#define XS_MAX_TXN	128	/* nodes that one transaction looks at or changes */
#define XS_MAX_DEPTH	32	/* names of a path */
#define XS_MAX_ENTRY	2048	/* bytes of a value */
#define XS_MAX_PERMS	5	/* of a node */
#define XS_WATCH_SIZE	1024	/* a watch's path and token together */
#define XS_STEPS	4	/* requests, or nodes to tell of, that are done before the guest has to ask again */

/* Errors, which go to the guest by name */
#define XS_ERRORS(X)	\
	X(INVAL) X(ACCES) X(EXIST) X(NOENT) X(NOSPC) X(NOSYS) X(BUSY) X(AGAIN) X(2BIG) X(PERM)
enum xs_error {
	XS_OK,
#define X(name) XS_E##name,
	XS_ERRORS(X)
#undef X
};

enum { XS_PERM_READ = 1, XS_PERM_WRITE = 2, XS_PERM_OWNER = 4 };

struct xs_perm {
	domid_t id;
	u8 perm;
};

/* The first is the owner, and what all that are not named may. */
struct xs_perms {
	u16 nr;
	struct xs_perm p[XS_MAX_PERMS];
};

struct xs_node {
	struct xs_node *parent, *child, *next;
	u64 gen;		/* when its value, its permissions or its list of children last changed */
	char *value;
	struct xs_perms perms;
	u16 len;
	u32 hash;		/* of the name */
	char name[];
};

/* What a transaction has seen or done at a path. */
struct xs_entry {
	struct xs_entry *next;
	struct xs_node *node;	/* XS_NEW: to become part of the tree. Committed: what was removed, to be told of */
	u64 gen;		/* of the node when first looked at; 0: there was none */
	char *value;
	struct xs_perms perms;
	u16 len;
	u8 flags;
	u16 path_len;
	u32 hash, name_hash;	/* of the path, and of the last name in it */
	char path[];
};

enum {
	XS_SEEN = 1,		/* gen is to be the same when the transaction ends */
	XS_NEW = 2,
	XS_WROTE = 4,
	XS_PERMS = 8,
	XS_GONE = 16,		/* what was there and below is to go, also if XS_NEW comes in its place */
	XS_FIRE = 32,
	XS_LISTED = 64,		/* while a list is made: it is in that directory */
};

struct xs_txn {
	struct xs_txn *next;
	struct xs_entry *first;
	u32 id;			/* 0: of a single request; nobody else sees it */
	u32 nr;
};

struct xs_watch {
	struct xs_watch *next;
	u16 len;		/* of its path */
	u16 skip;		/* how much of a path it is not told: where it was given a relative one */
	bool overrun;		/* it has missed an event */
	char path[];		/* and the token behind its end */
};

struct xs_event {
	struct xs_event *next;
	struct xs_watch *watch;
	char path[];
};

/* The connection of a domain. */
struct xs_conn {
	struct domain *d;
	domid_t id;
	struct xenstore_domain_interface *ring;
	u64 *used;		/* a bit for each unit of the pool */
	u8 *pool;
	u32 units, hint, nr_used;
	u32 nr_nodes, nr_watches, nr_events, nr_overrun, nr_txns, last_txn;
	u32 factor;		/* of its limits */
	struct xs_watch *watches;
	struct xs_event *events;
	struct xs_txn *txns;
	struct xs_txn *told;	/* committed; who watches is still to be told of some of it */
	bool broken;		/* the ring's content: until the guest reconnects */
	u32 req_cons, rsp_prod;	/* ours of the ring: the guest could change them there */
	u32 in_len, out_len, out_sent;
	u32 port;
	u8 slot;		/* in xs_conns */
	struct {
		struct xsd_sockmsg hdr;
		char data[XENSTORE_PAYLOAD_MAX];
	} in, out;
};

/* --- domain.c: for the rest of the stub --- */
u64 xenstore_pool_size(const struct domain *d);	/* what it takes of the domain's pool */
int xenstore_init(struct domain *d);		/* takes its pool; 0, or there is not enough of it */
int xenstore_start(struct domain *d);		/* a port is open, the nodes are there; or not 0 */
void xenstore_stop(struct domain *d);		/* nothing is left of it */
bool xenstore_notified(struct domain *d);	/* the guest has; true: there is more to do, it shall do it again */
bool xenstore_ask(struct domain *d, const char *what);	/* to "poweroff", say, by control/shutdown */
void xenstore_print(void);			/* a key of the stub's console */
u32 xenstore_nodes(void);			/* all that there are */

/* --- pool.c --- */
void *xs_alloc(struct xs_conn *c, size_t size, bool reserve);	/* zeroed; NULL: there is none left */
void xs_free(void *p);
struct xs_conn *xs_payer(const void *p);

/* --- tree.c --- */
extern struct xs_node *const xs_root;
bool xs_is_fixed(const struct xs_node *n);	/* it cannot be removed */
u64 xs_new_gen(void);
void xs_tree_init(void);
u32 xs_hash(u32 hash, const char *s, size_t len);	/* hash: of what is before it, or xs_key */
extern u32 xs_key;
struct xs_node *xs_child(const struct xs_node *n, const char *name, size_t len);
struct xs_node *xs_find(const char *path);
struct xs_node *xs_new_node(struct xs_conn *c, const char *name, size_t len);
void xs_link(struct xs_node *parent, struct xs_node *n);
void xs_unlink(struct xs_node *n);
void xs_free_node(struct xs_node *n);		/* one without children */
struct xs_node *xs_leaf(struct xs_node *n);
struct xs_node *xs_next(const struct xs_node *n);	/* parents come before children; NULL: that was the last */
void xs_path_below(const struct xs_node *n, const struct xs_node *top, char *buf, size_t size);
unsigned int xs_access(const struct xs_conn *c, const struct xs_perms *perms);
bool xs_below(const char *path, const char *parent);	/* or it is the parent itself */
size_t xs_parent_len(const char *path);

/* --- txn.c; without a transaction (NULL) it is about the tree itself --- */
struct xs_view {
	bool exists;
	const struct xs_perms *perms;
	const char *value;
	u16 len;
	struct xs_node *node;		/* of the tree; NULL: none, or it is to go */
	struct xs_entry *entry;		/* of the transaction */
};

struct xs_txn *xs_txn_new(struct xs_conn *c, u32 id);
void xs_txn_free(struct xs_txn *t);
void xs_reset_txns(struct xs_conn *c);
void xs_peek(struct xs_txn *t, const char *path, struct xs_view *w);
enum xs_error xs_look(struct xs_conn *c, struct xs_txn *t, const char *path, unsigned int want, struct xs_view *w);
enum xs_error xs_write(struct xs_conn *c, struct xs_txn *t, const char *path, const char *value, size_t len);
enum xs_error xs_mkdir(struct xs_conn *c, struct xs_txn *t, const char *path);
enum xs_error xs_rm(struct xs_conn *c, struct xs_txn *t, const char *path);
enum xs_error xs_set_perms(struct xs_conn *c, struct xs_txn *t, const char *path, const struct xs_perms *perms);
enum xs_error xs_commit(struct xs_conn *c, struct xs_txn *t);	/* t is not to be used any more, whatever it returns */
bool xs_tell_removed(const char *path, struct xs_node *top);
bool xs_tell(struct xs_conn *c);		/* of one node of what was committed; false: there is none left */

/* --- watch.c --- */
enum xs_error xs_watch(struct xs_conn *c, const char *path, size_t skip, const char *token);
enum xs_error xs_unwatch(struct xs_conn *c, const char *path, size_t skip, const char *token);
void xs_reset_watches(struct xs_conn *c);
void xs_fire(const char *path, const struct xs_perms *perms, bool exact);
size_t xs_next_event(struct xs_conn *c, char *buf);	/* the payload of an event; 0: none waits */
struct xs_perms *xs_special(const char *path);	/* of @introduceDomain and @releaseDomain; NULL: it is neither */

/* --- request.c --- */
void xs_answer(struct xs_conn *c);		/* the request that is in c->in; the answer is in c->out then */

/* --- conn.c --- */
extern struct xs_conn *xs_conns[MAX_DOMAINS];
bool xs_serve(struct xs_conn *c);		/* some steps; true: there is more */
void xs_deliver(void);				/* events, to all who have room for them */
void xs_disconnect(struct xs_conn *c);

#endif
