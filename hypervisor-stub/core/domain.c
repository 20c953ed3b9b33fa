// SPDX-License-Identifier: GPL-2.0
/* Domains: made from what the device tree asks for, ended by themselves or for what they did. */
#include "code.h"
#include "csr.h"
#include "domain.h"
#include "plic.h"
#include "smp.h"
#include "std.h"
#include "stub.h"
#include "vcpu.h"
#include "xen.h"
#include "xenstore.h"

/* Of a domain's memory, what its tables take on top: pv 1/44 for the shadows, hvm 1/256 for the second stage. */
#define POOL_SHARE_PV	44
#define POOL_SHARE_HVM	256
#define POOL_MIN	(256UL << 10)
#define MEMORY_MIN	(16UL << 20)

struct domain *domains[MAX_DOMAINS];
unsigned int nr_domains;

static struct domain store[MAX_DOMAINS];
static struct domain_config configs[MAX_DOMAINS];
static spinlock_t lock;		/* a domain's end against those who look at it from outside */
static unsigned int nr_alive;
static bool any_failed;

void domains_lock(void)
{
	spin_lock(&lock);
}

void domains_unlock(void)
{
	spin_unlock(&lock);
}

/* Not zeroed. What is a page or more starts at a page. */
void *domain_pool_take(struct domain *d, u64 size)
{
	u64 start = ALIGN_UP(d->pool_used, size >= PAGE_SIZE ? PAGE_SIZE : 64);

	if (start > d->pool_size || size > d->pool_size - start)
		return NULL;
	d->pool_used = start + size;
	return d->pool + start;
}

void *domain_pool_alloc(struct domain *d, u64 size)
{
	void *p = domain_pool_take(d, size);

	if (p)
		memset(p, 0, size);
	return p;
}

static const char *alloc_pool(struct domain *d)
{
	u64 size = MAX(d->cfg.memory / (d->hvm ? POOL_SHARE_HVM : POOL_SHARE_PV), POOL_MIN);
	paddr_t pa;

	/* The root of the second stage is the first thing in it: four pages, which want alignment as one. */
	size = ALIGN_UP(size + p2m_pool_size(d->cfg.memory) + xen_domain_room(d), PAGE_SIZE);
	pa = memory_alloc(size, 4 * PAGE_SIZE);
	if (!pa)
		return "the machine has not enough memory for its tables";
	d->pool = pa_to_va(pa);
	d->pool_size = size;
	return NULL;
}

/* All in one piece, which tells where the domain sees it. */
static const char *alloc_direct(struct domain *d)
{
	d->ram_base = memory_alloc(d->cfg.memory, SZ_2M);
	if (!d->ram_base)
		return "the machine has not that much memory in one piece";
	if (d->ram_base < GUEST_RAM_BASE) {
		memory_free(d->ram_base, d->cfg.memory);
		return "its memory is where a domain has its rings, its grants and other domains' pages";
	}
	for (u64 off = 0; off < d->cfg.memory; off += SZ_2M)
		if (p2m_map_2m(d, d->ram_base + off, d->ram_base + off))
			return "its memory is too large for its tables";
	return NULL;
}

static const char *alloc_memory(struct domain *d)
{
	if (p2m_init(d))
		return "its memory is too small for its tables";
	if (d->cfg.direct_map)
		return alloc_direct(d);
	d->ram_base = GUEST_RAM_BASE;
	for (u64 off = 0; off < d->cfg.memory; off += SZ_2M) {
		paddr_t pa = load_piece_in_place(d, off);

		if (!pa)
			pa = memory_alloc(SZ_2M, SZ_2M);
		if (!pa)
			return "the machine has not that much memory";
		if (p2m_map_2m(d, d->ram_base + off, pa))
			return "its memory is too large for its tables";
	}
	return NULL;
}

static const char *create_vcpus(struct domain *d)
{
	u64 fixed, share;

	if (!d->hvm)
		d->code = code_create(d);
	fixed = d->pool_used + xen_domain_room(d) + 2 * PAGE_SIZE * d->cfg.vcpus;	/* lost to alignment */
	share = d->pool_size > fixed ? (d->pool_size - fixed) / d->cfg.vcpus : 0;

	for (d->nr_vcpus = 0; d->nr_vcpus < d->cfg.vcpus; d->nr_vcpus++)
		if (!vcpu_create(d, d->nr_vcpus, share))
			return "its memory is too small for so many vCPUs";
	return NULL;
}

static const char *check_config(const struct domain_config *c)
{
	if (!c->vcpus)
		return "zero vCPUs";
	if (c->vcpus > MAX_VCPUS)
		return "more than 8 vCPUs";
	if (!c->memory)
		return "no memory asked for";
	if (c->memory < MEMORY_MIN)
		return "less than 16 MiB of memory";
	if (c->memory > memory_available())
		return "the machine has not that much memory";
	if (!c->grant_frames || c->grant_frames > GRANT_FRAMES_MAX)
		return "max_grant_frames is not 1 to 4096";
	if (c->maptrack_frames > MAPTRACK_FRAMES_MAX)
		return "max_maptrack_frames is more than 1024";
	if (c->hvm && !have_h)
		return "hvm asked for, but the harts have no H extension";
	return NULL;
}

static void give_back(struct domain *d)
{
	devices_stop(d);
	xen_domain_destroy(d);
	pirq_take(d);
	p2m_free(d);
	d->p2m = NULL;
	d->code = NULL;
	if (d->pool)
		memory_free(va_to_pa(d->pool), d->pool_size);
	d->pool = NULL;
	d->nr_vcpus = 0;
}

static const char *build(struct domain *d, u64 *entry, u64 *fdt)
{
	const char *why = check_config(&d->cfg);

	if (!why)
		why = alloc_pool(d);
	if (!why)
		why = alloc_memory(d);
	if (!why)
		why = create_vcpus(d);
	if (!why && xen_domain_init(d))
		why = "its memory is too small for its shared pages";
	if (!why)
		why = devices_give(d);
	if (!why)
		why = domain_load(d, entry, fdt);
	return why;
}

/* A kernel that several domains start from, or one domain again and again, stays where it is. */
static bool may_give_kernel(unsigned int n, unsigned int nr)
{
	const struct module *m = &configs[n].kernel;

	for (unsigned int i = 0; i < nr; i++)
		if (i != n && configs[i].kernel.start < m->start + m->size &&
		    m->start < configs[i].kernel.start + configs[i].kernel.size)
			return false;
	return option("noreboot");
}

/* The same struct may have been a domain before, which others look at: it is none until all of it is there. */
static void forget(struct domain *d, const struct domain_config *cfg)
{
	domains_lock();
	nr_alive += d->end != DOMAIN_BEING_MADE;	/* else it is still counted */
	memset(d, 0, sizeof(*d));
	d->end = DOMAIN_BEING_MADE;
	d->cfg = *cfg;
	d->cfg.memory = ALIGN_DOWN(cfg->memory, SZ_2M);
	d->id = cfg->id;
	d->hvm = cfg->hvm;
	domains_unlock();
}

static void set_gone(struct domain *d)
{
	domains_lock();
	d->end = DOMAIN_GONE;		/* from here on it may be made again */
	nr_alive--;
	domains_unlock();
}

static bool create(struct domain *d, const struct domain_config *cfg)
{
	const char *why;

	forget(d, cfg);
	why = build(d, &d->entry, &d->fdt);
	if (why) {
		printk("d%u: cannot build %s: %s (%lu KiB asked for, %lu KiB free, %u vCPUs)\n", d->id, d->cfg.name,
		       why, cfg->memory >> 10, memory_available() >> 10, cfg->vcpus);
		give_back(d);
		any_failed = true;
		set_gone(d);
		return false;
	}
	for (unsigned int i = 0; i < d->nr_vcpus; i++)
		sched_add(d->vcpu[i]);
	d->created = now();
	d->listed = d->created;
	printk("d%u: %s, %s, %u vCPUs\n", d->id, d->cfg.name, d->hvm ? "hvm" : "pv", d->nr_vcpus);
	printk("d%u: memory %lu KiB tables %lu KiB\n", d->id, d->cfg.memory >> 10, d->pool_size >> 10);
	return true;
}

static const struct domain_config *config_of(const struct domain *d)
{
	unsigned int i = 0;

	while (configs[i].id != d->id)
		i++;
	return &configs[i];
}

static void all_gone(void)
{
	printk("all domains are gone: %s\n", any_failed ? "fail" : "pass");
	if (!option("nopoweroff"))
		sbi_shutdown(any_failed);
}

void domain_create(struct domain *d)
{
	bool made = !d->cfg.give_kernel && create(d, config_of(d));

	if (made)
		sched_begin(d);
	else if (d->cfg.give_kernel)
		printk("d%u: cannot be made again: its kernel has become its memory (option noreboot)\n", d->id);
	if (!made && !READ_ONCE(nr_alive))
		all_gone();
}

/* For what there is to know of each page of the machine. */
static void take_pages_room(void)
{
	u64 size = pages_room(memory_start(), memory_end());
	paddr_t pa = memory_alloc(size, PAGE_SIZE);

	if (!pa)
		panic("the machine has no %lu KiB to keep track of its pages", size >> 10);
	pages_init(memory_start(), memory_end(), pa_to_va(pa));
}

void domains_create(void)
{
	unsigned int n = config_read(configs, MAX_DOMAINS);

	memory_ready();
	take_pages_room();
	if (!n)
		printk("no domain in the device tree (/chosen has neither xen,domain nor multiboot,kernel)\n");
	for (unsigned int i = 0; i < n; i++) {
		configs[i].give_kernel = !configs[i].direct_map && may_give_kernel(i, n);
		domains[nr_domains] = &store[nr_domains];
		if (create(domains[nr_domains], &configs[i]))
			nr_domains++;
	}
}

void domains_start(void)
{
	if (!nr_alive) {
		any_failed = true;
		all_gone();
	}
	for (unsigned int i = 0; i < nr_domains; i++)
		sched_begin(domains[i]);
}

/* --- one domain looks at another --- */

bool domain_hold(struct domain *d)
{
	bool lives;

	domains_lock();
	lives = d->end == DOMAIN_RUNNING;
	if (lives)
		__atomic_fetch_add(&d->users, 1, __ATOMIC_RELAXED);
	domains_unlock();
	return lives;
}

void domain_release(struct domain *d)
{
	__atomic_fetch_sub(&d->users, 1, __ATOMIC_RELEASE);
}

/*
 * It has ended, and nobody new finds it. Who holds it waits at most for fences: none of its vCPUs has to do those, but
 * the one that is on this hart may, and does them here.
 */
static void wait_for_users(struct domain *d)
{
	struct vcpu *here = this_pcpu()->current;

	domains_lock();
	domains_unlock();
	for (unsigned int turn = 0; __atomic_load_n(&d->users, __ATOMIC_ACQUIRE); turn++) {
		if (here)
			vcpu_do_requests(here);
		smp_relax(turn);
	}
}

struct domain *domain_get(struct vcpu *v, domid_t id)
{
	if (id == DOMID_SELF || id == v->domain->id)
		return v->domain;
	for (unsigned int i = 0; i < nr_domains; i++)
		if (domains[i]->id == id)
			return domain_hold(domains[i]) ? domains[i] : NULL;
	return NULL;
}

void domain_put(struct vcpu *v, struct domain *d)
{
	if (d != v->domain)
		domain_release(d);
}

long domain_get_target(struct vcpu *v, domid_t id, struct domain **d)
{
	*d = domain_get(v, id);
	if (!*d)
		return -XEN_ESRCH;
	if (*d == v->domain || domain_is_privileged(v->domain))
		return 0;
	domain_put(v, *d);
	return -XEN_EPERM;
}

/* --- the end --- */

static bool set_end(struct vcpu *v, enum domain_end how)
{
	struct domain *d = v->domain;
	bool first;

	spin_lock(&d->lock);
	first = d->end == DOMAIN_RUNNING;
	if (first) {
		d->end = how;
		d->culprit = v;
	}
	spin_unlock(&d->lock);
	return first;
}

static void kill_vcpus(struct domain *d)
{
	for (unsigned int i = 0; i < d->nr_vcpus; i++)
		sched_kill(d->vcpu[i]);
}

/* Called by one of its vCPUs; the domain is taken down when the last of them has left its hart. */
void domain_end(struct vcpu *v, enum domain_end how)
{
	if (set_end(v, how))
		kill_vcpus(v->domain);
}

/* The domain cannot go on, for a reason that its owner should read. Never the stub's own fault. */
void domain_crash(struct vcpu *v, const char *fmt, ...)
{
	va_list ap;

	if (!set_end(v, DOMAIN_CRASHED))
		return;
	va_start(ap, fmt);
	vsnprintk(v->domain->reason, sizeof(v->domain->reason), fmt, ap);
	va_end(ap);
	kill_vcpus(v->domain);
}

static void report(struct domain *d)
{
	console_flush(d);
	switch (d->end) {
	case DOMAIN_CRASHED:
		printk("d%u: crash: %s\n", d->id, d->reason);
		vcpu_dump(d->culprit);
		break;
	case DOMAIN_REBOOT:
		printk("d%u: shutdown: reboot\n", d->id);
		break;
	case DOMAIN_DESTROYED:
		printk("d%u: destroyed\n", d->id);
		break;
	default:
		printk("d%u: shutdown: poweroff\n", d->id);
		break;
	}
	for (unsigned int i = 0; i < d->nr_vcpus; i++)
		vcpu_print_traps(d->vcpu[i]);
	if (d->code)
		printk("d%u: code copies made %u dropped %u revocations %u traps by firmware %u\n", d->id,
		       d->code->made, d->code->dropped, d->code->revoked, d->code->illegal);
}

/* The same memory and vCPUs, the modules loaded again. */
static bool reboot(struct domain *d)
{
	const char *why;

	devices_stop(d);
	grants_leave(d);
	xen_domain_stop(d);	/* before its memory may be another's: events and replies are written into it */
	if (p2m_reset(d))
		why = "the machine has no memory for that which others use";
	else if (xen_domain_start(d))
		why = "no room for its shared pages";
	else
		why = devices_give(d);
	if (!why)
		why = domain_load(d, &d->entry, &d->fdt);
	if (why) {
		printk("d%u: does not start again: %s\n", d->id, why);
		return false;
	}
	printk("d%u: starts again\n", d->id);
	code_reset(d);
	d->page_shown = false;
	d->pv_entry = 0;
	sched_begin(d);
	return true;
}

/* Called by anybody but its own vCPUs. */
void domain_destroy(struct domain *d)
{
	bool held = domain_hold(d);

	if (held) {
		held = sched_hold(d);
		domain_release(d);
	}
	if (!held)
		return;
	domain_end(d->vcpu[0], DOMAIN_DESTROYED);
	sched_release(d);
}

static void take_down(struct domain *d, bool restart)
{
	domains_lock();
	report(d);
	if (d->end == DOMAIN_CRASHED)
		any_failed = true;
	for (unsigned int i = 0; i < d->nr_vcpus; i++)
		sched_remove(d->vcpu[i]);
	give_back(d);
	printk("d%u: gone, memory free %lu KiB, event channels %u, xenstore nodes %u\n",
	       d->id, memory_available() >> 10, evtchn_count(), xenstore_nodes());
	if (restart)
		d->end = DOMAIN_BEING_MADE;	/* by us, and it counts as alive */
	domains_unlock();
	if (!restart)
		set_gone(d);
}

/* With a reboot it keeps memory and vCPUs. What else is to be started again is made anew. */
void domain_reap(struct domain *d)
{
	bool restart = d->cfg.restart[d->end];

	wait_for_users(d);
	if (d->end == DOMAIN_REBOOT && restart && !option("noreboot")) {
		console_flush(d);
		if (reboot(d))
			return;
	}
	restart &= d->end != DOMAIN_REBOOT;
	take_down(d, restart && !d->cfg.give_kernel);
	if (restart)
		domain_create(d);
	else if (!READ_ONCE(nr_alive))
		all_gone();
}
