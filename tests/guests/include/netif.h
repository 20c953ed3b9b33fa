/* SPDX-License-Identifier: GPL-2.0 */
/* The network protocol as it lies in memory; Linux' include/xen/interface/io/netif.h says what it means. */
#ifndef GUEST_NETIF_H
#define GUEST_NETIF_H

#include "peer.h"

#define NET_SLOTS	256	/* of either ring */

#define TX_CSUM_BLANK	1
#define TX_VALIDATED	2
#define TX_MORE		4
#define TX_EXTRA	8

#define RX_VALIDATED	1
#define RX_CSUM_BLANK	2
#define RX_MORE		4
#define RX_EXTRA	8

#define NET_ERROR	(-1)
#define NET_OKAY	0
#define NET_NULL	1	/* of the slot of an extra */

#define EXTRA_GSO	1
#define EXTRA_MCAST_ADD	2
#define EXTRA_MCAST_DEL	3
#define EXTRA_HASH	4
#define EXTRA_XDP	5
#define EXTRA_MORE	1

struct tx_request {
	uint32_t ref;
	uint16_t offset, flags, id, size;	/* size: of the first all of the packet */
};

struct tx_response {
	uint16_t id;
	int16_t status;
};

struct rx_request {
	uint16_t id, pad;
	uint32_t ref;
};

struct rx_response {
	uint16_t id, offset, flags;
	int16_t status;				/* bytes, or an error */
};

/* In place of a request or a response, behind the first of a packet */
struct extra {
	uint8_t type, flags;
	union {
		struct {
			uint16_t size;
			uint8_t type, pad;
			uint16_t features;
		} gso;
		uint8_t mac[6];
		uint16_t headroom;
	};
};

union tx_slot {
	struct tx_request req;
	struct tx_response rsp;
	struct extra extra;
};

union rx_slot {
	struct rx_request req;
	struct rx_response rsp;
	struct extra extra;
};

struct ctrl_request {
	uint16_t id, type;
	uint32_t data[3];
};

struct ctrl_response {
	uint16_t id, type;
	uint32_t status, data;
};

union ctrl_slot {
	struct ctrl_request req;
	struct ctrl_response rsp;
};

#define CTRL_SLOTS		128
#define CTRL_HASH_FLAGS		2
#define CTRL_HASH_KEY		3
#define CTRL_MAPPING_SIZE	5
#define CTRL_MAPPING		6
#define CTRL_HASH_ALGORITHM	7
#define CTRL_INVALID		2	/* a status: invalid parameter */

#endif
