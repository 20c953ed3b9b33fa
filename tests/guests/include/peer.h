/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a guest needs to be the other end of a Linux driver: hypercalls, xenstore by its ring, grants, event channels,
 * and the states of a device (rt/xen.c, rt/store.c). Nothing here waits for ever, and nothing takes interrupts: rings
 * and nodes are looked at.
 */
#ifndef GUEST_PEER_H
#define GUEST_PEER_H

#include "guest.h"
#include <xen/xen.h>
#include <xen/event_channel.h>
#include <xen/grant_table.h>
#include <xen/xs_wire.h>

#define PAGE_SIZE	4096UL
#define MS		10000UL		/* ticks */
#define WHILE		30000		/* ms in which a living domain does anything */
#define NO_PORT		0U
#define REFS		2048U		/* that the table has from grants_open() on */

#define NEED_XEN()						\
	if (!under_stub()) {					\
		skip("no hypervisor");				\
		return;						\
	}

/* Until it holds, or so long; others have the hart meanwhile. What is looked at last is the answer. */
#define within(ms, cond) ({					\
	unsigned long __start = rdtime();			\
	bool __holds;						\
								\
	while (!(__holds = (cond)) && rdtime() - __start < (ms) * MS)	\
		yield();					\
	__holds; })

#define read_once(x)		(*(const volatile typeof(x) *)&(x))
#define write_once(x, v)	(*(volatile typeof(x) *)&(x) = (v))

/* rt/xen.c */
long xen_call(unsigned long nr, unsigned long a1, void *a2, unsigned long a3);
unsigned long xen_param(unsigned int index);
void yield(void);
void pause_ms(unsigned long ms);
unsigned int ev_alloc(unsigned int dom);	/* a port that dom may bind to; NO_PORT: none */
unsigned int ev_bind(unsigned int dom, unsigned int remote);
long ev_send(unsigned int port);
void ev_close(unsigned int port);
extern struct grant_entry_v1 *grants;
bool grants_open(void);
void grant(unsigned int ref, unsigned int dom, const void *page, unsigned int flags);
void grant_end(unsigned int ref);		/* at once, used or not */
bool grant_is_used(unsigned int ref);
int grant_map(unsigned int dom, unsigned int ref, unsigned long at, unsigned int flags, grant_handle_t *handle);
int grant_unmap(unsigned long at, grant_handle_t handle);

/* rt/store.c. Paths may be relative; of what is read the answer is good until the next. */
bool store_open(void);
void store_send(const void *bytes, unsigned int len);
unsigned int store_ask(unsigned int type, unsigned int tx, const char *data, unsigned int len);
const char *store_answer(void);
const char *store_get(const char *path, const char *name);	/* NULL: there is none */
bool store_put(const char *path, const char *name, const char *value);
bool store_put_number(const char *path, const char *name, unsigned long value);
void store_rm(const char *path, const char *name);
unsigned long store_number(const char *path, const char *name, unsigned long otherwise);
void path_of(char *path, const char *a, unsigned long n, const char *b);	/* "a" n "b" */
void path_in(char *path, const char *dir, const char *name);
bool same(const char *a, const char *b);

/* A device's two ends in xenstore, and their states */
enum state { UNKNOWN, INITIALISING, INIT_WAIT, INITIALISED, CONNECTED, CLOSING, CLOSED, RECONFIGURING, RECONFIGURED };

struct device {
	char own[80], other[80];
};

enum state state_of(const char *path);
bool state_becomes(const struct device *d, enum state s);	/* the other end's */
void state_set(const struct device *d, enum state s);

/* The head of every ring, and the entries behind it. */
struct ring {
	uint32_t req_prod, req_event, rsp_prod, rsp_event;
	uint8_t pad[48];
	uint8_t entries[4032];
};

#endif
