// SPDX-License-Identifier: GPL-2.0
/* Keys of the stub's console. */
#include "domain.h"
#include "event.h"
#include "smp.h"
#include "stub.h"
#include "vcpu.h"
#include "xenstore.h"

static void show_vcpus(void (*what)(const struct vcpu *v))
{
	domains_lock();
	for (unsigned int i = 0; i < nr_domains; i++)
		for (unsigned int n = 0; domains[i]->end == DOMAIN_RUNNING && n < domains[i]->nr_vcpus; n++)
			what(domains[i]->vcpu[n]);
	domains_unlock();
}

static void print_vcpu(const struct vcpu *v)
{
	printk("  d%uv%u %-8s hart %ld  ran %lu ms\n", v->domain->id, v->id, vcpu_state_name(v),
	       v->pcpu ? (long)v->pcpu->hartid : -1L, v->runtime * 1000 / timebase);
}

/* Of its vCPUs: as xl says it, r for one that runs, b if all are blocked. */
static const char *state_of(const struct domain *d)
{
	bool blocked = true;

	for (unsigned int i = 0; i < d->nr_vcpus; i++) {
		if (d->vcpu[i]->state == VCPU_RUNNING)
			return "r-----";
		blocked &= d->vcpu[i]->state != VCPU_RUNNABLE;
	}
	return blocked ? "-b----" : "------";
}

/* Traps a second are those since the last list. */
static void list_domain(struct domain *d)
{
	u64 t = now(), ran = 0, traps = 0, since = t - d->listed;

	for (unsigned int i = 0; i < d->nr_vcpus; i++) {
		ran += d->vcpu[i]->runtime;
		for (unsigned int n = 0; n < TRAP_NR; n++)
			traps += d->vcpu[i]->traps[n];
	}
	printk("%-24s %4u %6lu %5u  %s %6lu.%lu %9lu %s\n",
	       d->cfg.name, d->id, d->cfg.memory >> 20, d->nr_vcpus, state_of(d),
	       ran / timebase, ran % timebase * 10 / timebase,
	       since ? (traps - d->listed_traps) * timebase / since : 0, d->hvm ? "hvm" : "pv");
	d->listed = t;
	d->listed_traps = traps;
}

static void key_list(void)
{
	printk("%-24s %4s %6s %5s  %s %8s %9s %s\n",
	       "Name", "ID", "Mem", "VCPUs", "State ", "Time(s)", "Traps/s", "Type");
	domains_lock();
	for (unsigned int i = 0; i < nr_domains; i++)
		if (domains[i]->end == DOMAIN_RUNNING)
			list_domain(domains[i]);
	domains_unlock();
}

static void key_vcpus(void)
{
	show_vcpus(print_vcpu);
	printk("memory free %lu KiB, event channels %u, xenstore nodes %u\n", memory_available() >> 10, evtchn_count(),
	       xenstore_nodes());
}

static void key_traps(void)
{
	show_vcpus(vcpu_print_traps);
}

static void key_registers(void)
{
	show_vcpus(vcpu_dump);
}

static void key_poweroff(void)
{
	printk("power off\n");
	sbi_shutdown(false);
}

/* --- what is done to a domain: the key, its number, Enter --- */

static struct domain *waited_for;	/* no more keys until it is gone */
static bool destroying;			/* also if it has just ended by itself, and starts again */

static void ask(struct domain *d, const char *what)
{
	bool asked = false;

	if (domain_hold(d)) {
		asked = xenstore_ask(d, what);
		domain_release(d);
	}
	if (!asked)
		printk("d%u: cannot be asked\n", d->id);
}

static void key_shutdown(struct domain *d)
{
	ask(d, "poweroff");
}

static void key_reboot(struct domain *d)
{
	ask(d, "reboot");
}

static void key_destroy(struct domain *d)
{
	domain_destroy(d);
	waited_for = d;
	destroying = true;
}

static void key_wait(struct domain *d)
{
	waited_for = d;
	destroying = false;
}

static void key_create(struct domain *d)
{
	if (d->end == DOMAIN_GONE)
		domain_create(d);
	else
		printk("d%u: is there\n", d->id);
}

bool keys_wait(void)
{
	if (waited_for && destroying && waited_for->end == DOMAIN_RUNNING)
		domain_destroy(waited_for);
	if (waited_for && waited_for->end == DOMAIN_GONE)
		waited_for = NULL;
	return waited_for;
}

static void key_help(void);

static const struct {
	char key;
	void (*handle)(void);
	const char *help;
} keys[] = {
	{ 'h', key_help, "this list" },
	{ 'l', key_list, "list of domains, as of xl; traps a second since the last one" },
	{ 'd', key_vcpus, "vCPUs and what is free" },
	{ 't', key_traps, "trap counts" },
	{ 'r', key_registers, "registers, as of each vCPU's last trap" },
	{ 'e', evtchn_print, "event channels" },
	{ 'n', xenstore_print, "xenstore: what each domain has of it" },
	{ 'g', grants_print, "grant tables, and what is mapped of others" },
	{ 'q', evtchn_debug, "VIRQ_DEBUG to every vCPU that has bound it: the guests tell their state" },
	{ 'x', key_poweroff, "power off the machine" },
};

static const struct {
	char key;
	void (*handle)(struct domain *d);
	const char *help;
} domain_keys[] = {
	{ 's', key_shutdown, "ask it to shut down" },
	{ 'b', key_reboot, "ask it to reboot" },
	{ 'k', key_destroy, "destroy it" },
	{ 'c', key_create, "create it again" },
	{ 'w', key_wait, "wait until it is gone; no other key is looked at before" },
};

static void key_help(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(keys); i++)
		printk("%c  %s\n", keys[i].key, keys[i].help);
	printk("and with a domain's number and Enter:\n");
	for (unsigned int i = 0; i < ARRAY_SIZE(domain_keys); i++)
		printk("%cN %s\n", domain_keys[i].key, domain_keys[i].help);
}

static void on_domain(void (*handle)(struct domain *d), unsigned int id)
{
	for (unsigned int i = 0; i < nr_domains; i++) {
		if (domains[i]->id == id) {
			handle(domains[i]);
			return;
		}
	}
	printk("no domain has the number %u\n", id);
}

void keys_handle(char c)
{
	static void (*handle)(struct domain *d);
	static unsigned int id, digits;

	if (handle && c >= '0' && c <= '9' && digits < 4) {
		id = id * 10 + (c - '0');
		digits++;
		return;
	}
	if (handle && digits && (c == '\r' || c == '\n'))
		on_domain(handle, id);
	handle = NULL;
	id = 0;
	digits = 0;
	for (unsigned int i = 0; i < ARRAY_SIZE(domain_keys); i++)
		if (domain_keys[i].key == c)
			handle = domain_keys[i].handle;
	for (unsigned int i = 0; i < ARRAY_SIZE(keys); i++)
		if (keys[i].key == c)
			keys[i].handle();
}
