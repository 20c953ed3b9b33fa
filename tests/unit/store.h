/* SPDX-License-Identifier: GPL-2.0 */
/* A guest's side of xenstore: requests over the ring, answers and events from it; store.c. */
#ifndef UNIT_STORE_H
#define UNIT_STORE_H

#include "guest.h"
#include "xen.h"
#include "xenstore.h"

struct store_message {
	struct xsd_sockmsg hdr;
	char data[XENSTORE_PAYLOAD_MAX + 1];
};

/* Puts bytes into the ring, as far as there is room; returns how many. Does not signal. */
size_t store_put(struct domain *d, const void *bytes, size_t len);

/* Signals until the store has nothing more to do; at most so often. False: it does not come to an end. */
bool store_signal(struct domain *d, unsigned int times);

/* Takes a message out of the ring, signalling where it is full. False: there is none. */
bool store_take(struct domain *d, struct store_message *m);

/* A request and its answer; events that come before it are kept for store_event(). */
const struct store_message *store_ask(struct domain *d, u32 type, u32 tx, const void *data, size_t len);

/* "path token", of the next event; NULL: there is none. */
const char *store_event(struct domain *d);

/* What a soft reset does to d: its connection, events and grants begin anew. */
void store_restart(struct domain *d);

/* All as it was when the domains began. */
void store_forget(void);

/* What the store keeps of itself is right: lists, numbers, who pays for what. */
void store_check(void);

#endif
