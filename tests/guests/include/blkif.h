/* SPDX-License-Identifier: GPL-2.0 */
/* The block protocol as it lies in memory: 64-bit layout, Linux' include/xen/interface/io/blkif.h says what it means. */
#ifndef GUEST_BLKIF_H
#define GUEST_BLKIF_H

#include "peer.h"

#define BLK_READ	0
#define BLK_WRITE	1
#define BLK_BARRIER	2
#define BLK_FLUSH	3
#define BLK_DISCARD	5
#define BLK_INDIRECT	6

#define BLK_OKAY	0
#define BLK_ERROR	(-1)
#define BLK_NOT_SUPPORTED	(-2)

#define BLK_SEGMENTS	11
#define BLK_PAGE_REQUESTS	32	/* of a ring of one page */
#define SECTOR		512

struct blk_segment {
	uint32_t ref;
	uint8_t first, last;		/* sectors of the page */
	uint16_t pad;
};

struct blk_request {
	uint8_t op;
	uint8_t nr;			/* segments; of BLK_INDIRECT the op that is meant */
	uint16_t handle;		/* of BLK_INDIRECT the number of segments */
	uint32_t pad;
	uint64_t id, sector;
	union {
		struct blk_segment seg[BLK_SEGMENTS];
		uint64_t nr_sectors;	/* of BLK_DISCARD */
		struct {
			uint16_t handle, pad;
			uint32_t ref[8];	/* pages of segments */
		} indirect;
	};
};

struct blk_response {
	uint64_t id;
	uint8_t op;
	uint8_t pad1;
	int16_t status;
	uint32_t pad2;
};

#endif
