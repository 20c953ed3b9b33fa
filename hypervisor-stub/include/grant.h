/* SPDX-License-Identifier: GPL-2.0 */
/* Grant tables: what a domain grants (xen/grant_table.c), and what it has mapped of others (xen/grant_map.c). */
#ifndef STUB_GRANT_H
#define STUB_GRANT_H

#include "types.h"
#include <xen/grant_table.h>

struct domain;
struct domain_config;
struct vcpu;

#define GRANTS_A_FRAME	(PAGE_SIZE / sizeof(struct grant_entry_v1))
#define GRANT_FRAMES	32	/* of a table, where the configuration does not say how many */
#define GRANT_FRAMES_MAX 4096	/* as the window for them has */
#define MAPTRACK_FRAMES	16	/* counted as Xen does it, in pages of 16 bytes a handle */
#define MAPTRACK_FRAMES_MAX 1024
#define HANDLES_A_FRAME	(PAGE_SIZE / 16)

/* By how many mappings and copies an entry is in use. */
struct grant_use {
	u8 readers, writers;
};

/* An entry of the granter's that is in use, and the page that it was for when that began. */
struct grant_pin {
	domid_t granter;
	bool write;
	bool mapped;		/* of a handle: it is one */
	u32 life;		/* the granter's: another domain of that number, or it after a restart, is not meant */
	u32 ref;		/* of a handle that is free: the next one that is */
	u32 mfn;
	u32 gfn;		/* where it is mapped */
};

struct domain_grants {
	u32 life;			/* 0: it grants nothing */
	u32 frames, max_frames;
	struct grant_entry_v1 *entries;	/* the guest's to write */
	struct grant_use *use;		/* of each */
	u64 *at;			/* 1 + where each frame of the table is, 0: nowhere */
	paddr_t *under;			/* the memory that was there before; 0: none */
	struct grant_pin *handles;
	u32 nr_handles, free_handle;	/* free_handle: nr_handles where there is none */
};

#define UNMAPS	32

/* What a vCPU has unmapped in this call: it is not over before nobody has a translation. */
struct vcpu_unmaps {
	bool stale;		/* there may be translations to something else than what is mapped now */
	u32 first, last;	/* frames where something has been unmapped */
	u32 nr, handle[UNMAPS];
};

/* xen/grant_table.c */
u64 grants_room(const struct domain_config *c);		/* what it takes of the domain's pool */
int grants_init(struct domain *d);
void grants_reset(struct domain *d);			/* empty */
void grants_leave(struct domain *d);			/* gives back what it has, and grants nothing any more */
void *grants_frame(struct domain *d, u64 idx);		/* made where it is not there yet; NULL: it cannot be */
void grants_print(void);				/* a key of the stub's console */
void grants_lock(void);
void grants_unlock(void);

/* xen/grant_pin.c; GNTST_. pin: under the lock, and with d held */
int grant_pin(struct vcpu *v, struct domain *d, u32 ref, bool write, bool map, struct grant_pin *pin);
void grant_unpin(const struct grant_pin *pin);

/* xen/grant_map.c: what is left to do at the end of a list */
void grants_settle(struct vcpu *v);
void grants_unmap_all(struct vcpu *v);

#endif
