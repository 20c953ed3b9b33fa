/* SPDX-License-Identifier: MIT */
/*
 * xenstore: a small tree of names with values that all domains share, by which front and back ends of devices find each
 * other. A domain speaks to it over the ring in the page that HVM_PARAM_STORE_PFN names; HVM_PARAM_STORE_EVTCHN is the
 * port to signal.
 */
#ifndef XEN_XS_WIRE_H
#define XEN_XS_WIRE_H

#include "xen.h"

/*
 * Message types. A request is answered by a message of its type, or by XS_ERROR. XS_WATCH_EVENT is sent unasked. What
 * each carries is in Xen's docs/misc/xenstore.txt.
 */
enum xsd_sockmsg_type {
	XS_CONTROL = 0,
	XS_DIRECTORY = 1,
	XS_READ = 2,
	XS_GET_PERMS = 3,
	XS_WATCH = 4,
	XS_UNWATCH = 5,
	XS_TRANSACTION_START = 6,
	XS_TRANSACTION_END = 7,
	XS_INTRODUCE = 8,
	XS_RELEASE = 9,
	XS_GET_DOMAIN_PATH = 10,
	XS_WRITE = 11,
	XS_MKDIR = 12,
	XS_RM = 13,
	XS_SET_PERMS = 14,
	XS_WATCH_EVENT = 15,
	XS_ERROR = 16,
	XS_IS_DOMAIN_INTRODUCED = 17,
	XS_RESUME = 18,
	XS_SET_TARGET = 19,
	XS_RESET_WATCHES = 21,
	XS_DIRECTORY_PART = 22,
	XS_TYPE_COUNT = 23,		/* the highest, and 1 */
	XS_INVALID = 0xffff		/* never will be one */
};

/* What every message begins with. */
struct xsd_sockmsg {
	uint32_t type;
	uint32_t req_id;		/* the sender's; comes back in the answer */
	uint32_t tx_id;			/* of a transaction; 0: none */
	uint32_t len;			/* bytes that follow, at most XENSTORE_PAYLOAD_MAX */
};

/* The two strings of an event. */
enum xs_watch_type {
	XS_WATCH_PATH = 0,
	XS_WATCH_TOKEN = 1
};

#define XENSTORE_PAYLOAD_MAX	4096
#define XENSTORE_ABS_PATH_MAX	3072
#define XENSTORE_REL_PATH_MAX	2048	/* a path that does not begin with / is below the domain's own */

/* Indices count bytes from the ring's beginning and wrap at 2^32, as those of the console's ring (console.h). */
#define XENSTORE_RING_SIZE	1024
typedef uint32_t XENSTORE_RING_IDX;
#define MASK_XENSTORE_IDX(idx)	((idx) & (XENSTORE_RING_SIZE - 1))

/*
 * To begin again the guest writes XENSTORE_RECONNECT into connection and signals. The store forgets its watches,
 * transactions and unfinished messages, sets the indices to 0, then connection to XENSTORE_CONNECTED, and signals.
 * Until then the guest touches nothing else. Where the store finds an index or a length that cannot be it writes into
 * error which, and looks at nothing but connection from then on.
 */
struct xenstore_domain_interface {
	char req[XENSTORE_RING_SIZE];			/* from the guest */
	char rsp[XENSTORE_RING_SIZE];			/* to the guest */
	XENSTORE_RING_IDX req_cons, req_prod;		/* the store's; the guest's */
	XENSTORE_RING_IDX rsp_cons, rsp_prod;		/* the guest's; the store's */
	uint32_t server_features;			/* XENSTORE_SERVER_FEATURE_, a bitmap */
	uint32_t connection;
	uint32_t error;
};

#define XENSTORE_SERVER_FEATURE_RECONNECTION	1	/* connection means something */
#define XENSTORE_SERVER_FEATURE_ERROR		2	/* error does */

#define XENSTORE_CONNECTED	0
#define XENSTORE_RECONNECT	1

#define XENSTORE_ERROR_NONE	0
#define XENSTORE_ERROR_COMM	1
#define XENSTORE_ERROR_RINGIDX	2	/* an index */
#define XENSTORE_ERROR_PROTO	3	/* a message that is too long */

#endif
