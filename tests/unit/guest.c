// SPDX-License-Identifier: GPL-2.0
/* A pv domain to test with; see guest.h. */
#include <stdlib.h>
#include <string.h>
#include "guest.h"
#include "xen.h"

#define PIECES_AT	(HOST_RAM_BASE + (256UL << 20))	/* guest memory: the machine's upper half */
#define POOL_AT		(HOST_RAM_BASE + (16UL << 20))
#define POOL_SIZE	(64UL << 20)	/* twice */
#define MAX_MIB		128

static void make(struct domain *d, unsigned int n, unsigned int mib, unsigned int vcpus, unsigned int shadow_pages)
{
	unsigned int pieces = mib / 2;
	static void *room;
	u64 share;

	if (d->events.live)
		xen_domain_destroy(d);
	memset(d, 0, sizeof(*d));
	d->id = 1 - n;
	d->cfg.id = d->id;
	d->cfg.levels = MAX_LEVELS;
	d->cfg.memory = (u64)mib << 20;
	d->ram_base = GUEST_RAM_BASE;
	d->cfg.grant_frames = 2;
	d->cfg.maptrack_frames = 1;
	if (!room) {
		room = calloc(1, pages_room(HOST_RAM_BASE, HOST_RAM_BASE + HOST_RAM_SIZE));
		pages_init(HOST_RAM_BASE, HOST_RAM_BASE + HOST_RAM_SIZE, room);
	}
	d->pool = pa_to_va(POOL_AT + n * POOL_SIZE);
	d->pool_size = POOL_SIZE;
	/* What the pool is made of has been used before. */
	memset(d->pool, 0xa5, MIN(POOL_SIZE, 4UL << 20));
	if (mib > MAX_MIB || p2m_init(d))
		host_die("guest_make");
	for (unsigned int i = 0; i < pieces; i++) {
		/* No two pieces side by side as in the guest: what runs over the end of one hits another. */
		paddr_t pa = PIECES_AT + (u64)(n * MAX_MIB / 2 + (i * 7 + 3) % (MAX_MIB / 2)) * SZ_2M;

		memset(pa_to_va(pa), 0, 1 << 16);
		if (p2m_map_2m(d, GUEST_RAM_BASE + i * SZ_2M, pa))
			host_die("guest_make: p2m");
	}
	share = sizeof(struct vcpu) + PAGE_SIZE + (shadow_pages ? shadow_pages * (PAGE_SIZE + shadow_overhead(1)) : 2UL << 20);
	for (d->nr_vcpus = 0; d->nr_vcpus < vcpus; d->nr_vcpus++)
		if (!vcpu_create(d, d->nr_vcpus, share))
			host_die("guest_make: vCPU");
	if (xen_domain_init(d))
		host_die("guest_make: shared pages");
	for (unsigned int i = 0; i < vcpus; i++)
		vcpu_start(d->vcpu[i]);
}

struct domain *guest_make(unsigned int mib, unsigned int vcpus, unsigned int shadow_pages)
{
	static struct domain store;

	make(&store, 0, mib, vcpus, shadow_pages);
	return &store;
}

struct domain *guest_make_initial(unsigned int mib, unsigned int vcpus, unsigned int shadow_pages)
{
	static struct domain store;

	make(&store, 1, mib, vcpus, shadow_pages);
	return &store;
}

void guest_make_two(struct domain **d, struct domain **initial, unsigned int mib)
{
	*d = guest_make(mib, 2, 64);
	*initial = guest_make_initial(mib, 1, 64);
	nr_domains = 0;
	domains[nr_domains++] = *d;
	domains[nr_domains++] = *initial;
}

void guest_run(struct vcpu *v)
{
	v->state = VCPU_RUNNING;
	v->pcpu = this_pcpu();
	this_pcpu()->current = v;
	v->ops->load(v);
	v->last_pcpu = this_pcpu();
}

void guest_leave(struct vcpu *v)
{
	v->ops->save(v);
	v->pcpu->current = NULL;
	v->pcpu = NULL;
	v->state = VCPU_RUNNABLE;
}

void guest_switch(struct vcpu *from, struct vcpu *to)
{
	guest_leave(from);
	guest_run(to);
}

u64 *guest_u64(struct domain *d, u64 gpa)
{
	paddr_t pa;
	u64 size;

	if (!p2m_lookup(d, gpa, &pa, &size))
		host_die("guest_u64");
	return pa_to_va(pa);
}

bool guest_owns(struct domain *d, paddr_t pa)
{
	for (u64 gpa = GUEST_RAM_BASE; gpa < GUEST_RAM_BASE + d->cfg.memory; gpa += SZ_2M) {
		paddr_t piece;
		u64 size;

		if (p2m_lookup(d, gpa, &piece, &size) && pa - piece < SZ_2M)
			return true;
	}
	return false;
}
