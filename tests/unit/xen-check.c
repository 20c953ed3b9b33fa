// SPDX-License-Identifier: GPL-2.0
/* What must hold of a domain's memory whatever it has done by hypercalls; see guest.h. */
#include <string.h>
#include "guest.h"
#include "xen.h"
#include "xenstore.h"

#define PAGES_MAX	(16 << 8)	/* 16 MiB */
#define must(cond)	do { if (!(cond)) host_die(#cond); } while (0)

/* Each page of the domain, by its place in the pieces: where it has been seen. */
static u8 seen[PAGES_MAX];

static void see(const struct domain *d, paddr_t pa)
{
	unsigned int i = 0;
	u64 n;

	while (i < d->nr_pieces && pa - d->pieces[i] >= SZ_2M)
		i++;
	must(i < d->nr_pieces);		/* it is the domain's */
	n = i * 512UL + ((pa - d->pieces[i]) >> PAGE_SHIFT);
	must(n < PAGES_MAX && !seen[n]);	/* and at one place */
	seen[n] = 1;
}

/* There is a handle for it, and one only; its page has a user. */
static void see_mapping(const struct domain *d, gpa_t gpa, paddr_t pa)
{
	const struct domain_grants *g = &d->xen.grants;
	unsigned int n = 0;

	for (u32 i = 0; i < g->nr_handles; i++)
		n += g->handles[i].mapped && g->handles[i].gfn == gpa >> PAGE_SHIFT && g->handles[i].mfn == pa >> PAGE_SHIFT;
	must(n >= 1 && page_users(pa));
}

static void look(const struct domain *d, gpa_t gpa)
{
	const struct domain_grants *g = &d->xen.grants;
	paddr_t pa;

	switch (p2m_kind(d, gpa, &pa)) {
	case P2M_NONE:
	case P2M_MMIO:		/* never: it is no memory */
		break;
	case P2M_RAM:
		see(d, pa);
		break;
	case P2M_GRANT:
	case P2M_GRANT_RO:
		see_mapping(d, gpa, pa);
		break;
	case P2M_STUB:
		/* Pages of the stub: only these, and shared_info and the grant table where they are said to be. */
		if (pa - va_to_pa(g->entries) < g->frames * PAGE_SIZE) {
			must(g->at[(pa - va_to_pa(g->entries)) >> PAGE_SHIFT] == (gpa >> PAGE_SHIFT) + 1);
			break;
		}
		must(pa == va_to_pa(d->shared_info) || pa == va_to_pa(d->xen.console) ||
		     pa == va_to_pa(d->xen.store->ring));
		must(pa != va_to_pa(d->shared_info) || d->xen.shared_frame == (gpa >> PAGE_SHIFT) + 1);
		break;
	}
}

/* What is in use is what has handles, of whatever domain. Only an entry that is in use says so, unless the guest wrote it. */
static void check_grants(const struct domain *d)
{
	const struct domain_grants *g = &d->xen.grants;

	for (u32 ref = 0; ref < g->max_frames * GRANTS_A_FRAME; ref++) {
		unsigned int readers = 0, writers = 0;

		for (unsigned int i = 0; i < nr_domains; i++) {
			const struct domain_grants *m = &domains[i]->xen.grants;

			for (u32 h = 0; g->use[ref].readers + g->use[ref].writers && h < m->nr_handles; h++) {
				const struct grant_pin *p = &m->handles[h];
				bool here = p->mapped && p->granter == d->id && p->life == g->life && p->ref == ref;

				readers += here && !p->write;
				writers += here && p->write;
			}
		}
		must(g->use[ref].readers == readers && g->use[ref].writers == writers);
	}
}

void guest_check_memory(const struct domain *d)
{
	u64 total = (u64)d->nr_pieces * (SZ_2M / PAGE_SIZE);

	memset(seen, 0, sizeof(seen));
	must(d->nr_pages + d->nr_free == total);
	check_grants(d);
	for (u64 i = 0; i < d->nr_free; i++)
		see(d, (paddr_t)d->free_pages[i] << PAGE_SHIFT);
	for (u64 root = 0; root < 2048; root++) {
		const u64 *l1 = d->p2m[root] ? pa_to_va(d->p2m[root] >> PTE_PPN_SHIFT << PAGE_SHIFT) : NULL;

		for (u64 i = 0; l1 && i < 512; i++)
			for (u64 k = 0; l1[i] && k < 512; k++)
				look(d, root << 30 | i << 21 | k << 12);
	}
	must(!d->p2m_lock.held && !d->users && !d->xen.console_lock.held);
}
