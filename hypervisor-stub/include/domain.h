/* SPDX-License-Identifier: GPL-2.0 */
/* A domain: memory, vCPUs and a console. */
#ifndef STUB_DOMAIN_H
#define STUB_DOMAIN_H

#include "csr.h"
#include "event.h"
#include "grant.h"
#include "lock.h"
#include "stub.h"
#include "types.h"

#define MAX_DOMAINS	16
#define MAX_VCPUS	8
#define MAX_PASSED	16
#define GUEST_RAM_BASE	0x80000000UL
#define BOOTARGS_MAX	1024

struct code;
struct vcpu;

struct module {
	paddr_t start;
	u64 size;
};

/* What xen/ keeps of a domain, besides its event channels. */
struct domain_xen {
	struct domain_grants grants;
	struct xencons_interface *console;	/* a page of the pool */
	u32 console_port;			/* the guest's end of the console's event channel */
	spinlock_t console_lock;		/* of our side of the ring */
	bool console_used;			/* the guest has signalled it: input goes into the ring from then on */
	struct xs_conn *store;			/* its connection to xenstore; of the pool */
	u64 shared_frame;			/* 1 + the frame where shared_info is; 0: at none */
	paddr_t shared_under;			/* the memory that was there before; 0: none */
	u64 vm_assist;				/* BIT(VMASST_TYPE_...) */
	u64 params[39];				/* HVM_NR_PARAMS */
};

/* GONE: nothing is left of it but its configuration, of which it may be made again. */
enum domain_end {
	DOMAIN_RUNNING, DOMAIN_POWEROFF, DOMAIN_REBOOT, DOMAIN_CRASHED, DOMAIN_DESTROYED, DOMAIN_GONE, DOMAIN_BEING_MADE
};

/* A device whose front end a domain has: nodes of xenstore for both ends, as lists of name and value in the tree. */
#define MAX_DEVICES	16

struct device_config {
	const char *kind;	/* "vbd", "vif" */
	unsigned int handle;	/* its number among those of the kind */
	unsigned int backend;	/* a domain's id */
	const char *front, *back;
	int front_len, back_len;
};

/* What the machine's device tree asks for. */
struct domain_config {
	unsigned int id;
	char name[32];
	u64 memory;		/* bytes */
	unsigned int vcpus;
	unsigned int levels;	/* of page tables that its kernel may have: 3, 4, 5 */
	u64 grant_frames, maptrack_frames;	/* as many as there may be */
	bool hvm;
	bool direct_map;	/* its memory has the machine's addresses */
	int passed[MAX_PASSED];	/* nodes of the machine's tree */
	unsigned int nr_passed;
	bool passed_bad;	/* the tree asks for what cannot be given */
	bool give_kernel;	/* the kernel's memory may become the domain's */
	bool restart[DOMAIN_GONE];	/* by how it has ended */
	struct module kernel, ramdisk;
	char bootargs[BOOTARGS_MAX];
	unsigned int nr_devices;
	struct device_config device[MAX_DEVICES];
};

struct console_buf {
	char line[160];
	unsigned int len;
	char in[128];
	unsigned int in_head, in_tail;
};

struct domain {
	/* First: what is beyond 2 KiB takes an instruction more to get at. */
	unsigned int id;
	bool hvm;
	struct domain_events events;
	struct shared_info *shared_info;	/* a page of the pool; xen/event_channel.c */
	struct domain_config cfg;
	u64 entry, fdt;		/* where its first vCPU starts, and with what in a1 */
	unsigned int nr_vcpus;
	struct vcpu *vcpu[MAX_VCPUS];
	struct console_buf console;

	unsigned int nr_given;	/* of its devices, those that are its own by now */
	gpa_t ram_base;		/* where its memory begins: GUEST_RAM_BASE, or where it lies in the machine */
	/* Guest physical memory: a Sv39x4 table. With H the hart walks it, else arch/walk.c does. */
	u64 *p2m;
	spinlock_t p2m_lock;	/* changes of it; readers need none */
	u64 *p2m_tables;	/* tables not in use, linked through their first word */
	u64 p2m_top;		/* the highest address that was ever mapped */

	/* Its memory, whatever is mapped where: pieces of 2 MiB, and which pages of them it has given back. */
	paddr_t *pieces;
	unsigned int nr_pieces;
	u32 *free_pages;	/* by machine frame number */
	u64 nr_free, nr_pages;	/* nr_pages: those it has, mapped or not */
	/* pv: each vCPU's page is shown to it; where traps go whose stvec is the first of these */
	bool page_shown;
	u64 pv_stvec, pv_entry;
	struct code *code;	/* pv: copies of its kernel's code; NULL: none are made */
	/* Pages for its own tables: taken from the machine once, when the domain is built. */
	u8 *pool;
	u64 pool_size, pool_used;

	struct domain_xen xen;

	/* How it ends. Set once, under the lock; the last vCPU to leave a hart takes the domain down. */
	spinlock_t lock;
	enum domain_end end;
	char reason[96];
	struct vcpu *culprit;
	unsigned int on_hart;	/* how many of its vCPUs are on a hart; under sched_lock */
	unsigned int users;	/* domain_get() without a domain_put() */
	u64 created;		/* when; */
	u64 listed, listed_traps;	/* and when the console listed it last, with so many traps */
};

extern struct domain *domains[MAX_DOMAINS];
extern unsigned int nr_domains;

/* core/domain.c */
void domains_create(void);
void domains_start(void);
void domains_lock(void);
void domains_unlock(void);
void domain_crash(struct vcpu *v, const char *fmt, ...) __printf(2, 3);
void domain_end(struct vcpu *v, enum domain_end how);
void domain_destroy(struct domain *d);		/* from outside */
void domain_create(struct domain *d);		/* again, one that is gone; says why it cannot */
void domain_reap(struct domain *d);		/* ended, and none of its vCPUs is on a hart */
bool domain_hold(struct domain *d);		/* it does not go away until ... ; false: it has ended */
void domain_release(struct domain *d);
void *domain_pool_take(struct domain *d, u64 size);
void *domain_pool_alloc(struct domain *d, u64 size);	/* the same, zeroed */

/* core/page.c */
u64 pages_room(paddr_t start, paddr_t end);
void pages_init(paddr_t start, paddr_t end, void *room);
void piece_own(struct domain *d, paddr_t pa);
bool piece_leave(paddr_t pa);
bool piece_is_used(paddr_t pa);
bool page_get(struct domain *d, gpa_t gpa, paddr_t *pa);
void page_put(paddr_t pa);
u32 page_users(paddr_t pa);
void page_give_back(struct domain *d, paddr_t pa);
bool pages_take(struct domain *d, u64 n, paddr_t *pa);

/* core/load.c: NULL, or why not */
const char *domain_load(struct domain *d, u64 *entry, u64 *fdt);
paddr_t load_piece_in_place(const struct domain *d, u64 off);

/* core/guest_fdt.c */
int guest_fdt_build(const struct domain *d, void *buf, int size, u64 initrd_start, u64 initrd_end);

/* core/config.c: fills what the device tree asks for; returns how many */
unsigned int config_read(struct domain_config *cfg, unsigned int max);

/* core/devices.c: those of the machine that a domain has */
void devices_read(struct domain_config *c, int node);
const char *devices_give(struct domain *d);	/* NULL, or why not; when it is built and when it starts again */
void devices_stop(struct domain *d);		/* they write to its memory no more */
int devices_fdt(void *fdt, const struct domain *d, u32 intc);

/* arch/p2m.c */
enum p2m_kind {
	P2M_NONE,
	P2M_RAM,		/* a page of the domain's memory */
	P2M_STUB,		/* one that the stub shares with it */
	P2M_MMIO,		/* a device's: no memory, and nobody's but the guest's own instructions reach it */
	P2M_GRANT,		/* mapped by a grant */
	P2M_GRANT_RO,		/* the same, not to be written */
};

u64 p2m_pool_size(u64 memory);		/* what it takes of the domain's pool */
int p2m_init(struct domain *d);
int p2m_map_2m(struct domain *d, gpa_t gpa, paddr_t pa);	/* of its memory; when it is built */
int p2m_reset(struct domain *d);				/* as it was built; none of its vCPUs runs */
bool p2m_lookup(const struct domain *d, gpa_t gpa, paddr_t *pa, u64 *size);
/* The same for what is mapped in a piece of 2 MiB: false if it is not. */
static inline bool p2m_quick(const struct domain *d, gpa_t gpa, paddr_t *pa)
{
	u64 pte;

	if (unlikely(gpa >> 41))
		return false;
	pte = READ_ONCE(d->p2m[gpa >> 30]);
	if (unlikely(!(pte & PTE_V)))
		return false;
	pte = READ_ONCE(((u64 *)pa_to_va((pte >> PTE_PPN_SHIFT) << PAGE_SHIFT))[(gpa >> 21) & 511]);
	*pa = (pte >> PTE_PPN_SHIFT) << PAGE_SHIFT | (gpa & (SZ_2M - 1));
	return pte & PTE_R;
}

bool p2m_mmio(const struct domain *d, gpa_t gpa, paddr_t *pa);
enum p2m_kind p2m_kind(const struct domain *d, gpa_t gpa, paddr_t *pa);

/* Memory, at *pa, that may be written: of one reading, for another vCPU may change what is there. */
static inline bool p2m_writable(const struct domain *d, gpa_t gpa, paddr_t *pa)
{
	enum p2m_kind kind;

	if (p2m_quick(d, gpa, pa))
		return true;
	kind = p2m_kind(d, gpa, pa);
	return kind != P2M_NONE && kind != P2M_GRANT_RO;
}

int p2m_copy_to(struct domain *d, gpa_t gpa, const void *src, u64 len);
int p2m_copy_from(struct domain *d, void *dst, gpa_t gpa, u64 len);
void p2m_free(struct domain *d);

/* Under d->p2m_lock. A page; 0, or -XEN_EINVAL or -XEN_ENOMEM. All see the change after p2m_flush(). */
int p2m_set(struct domain *d, gpa_t gpa, paddr_t pa, enum p2m_kind kind);
struct p2m_old { enum p2m_kind kind; paddr_t pa; };	/* what was there */
int p2m_replace(struct domain *d, gpa_t gpa, paddr_t pa, enum p2m_kind kind, struct p2m_old *old);
bool p2m_clear(struct domain *d, gpa_t gpa, paddr_t pa, enum p2m_kind kind);	/* false: something else is there */
void p2m_flush(struct vcpu *v, struct domain *d);

#endif
