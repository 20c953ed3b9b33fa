// SPDX-License-Identifier: GPL-2.0
/* Keys of the stub's console. */
#include "domain.h"
#include "event.h"
#include "smp.h"
#include "stub.h"
#include "vcpu.h"

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

static void key_domains(void)
{
	for (unsigned int i = 0; i < nr_domains; i++) {
		const struct domain *d = domains[i];

		printk("d%u %-12s %s %lu MiB, %u vCPUs%s\n", d->id, d->cfg.name, d->hvm ? "hvm" : "pv",
		       d->cfg.memory >> 20, d->nr_vcpus, d->end == DOMAIN_RUNNING ? "" : ", ended");
	}
	show_vcpus(print_vcpu);
	printk("memory free %lu KiB\n", memory_available() >> 10);
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

static void key_help(void);

static const struct {
	char key;
	void (*handle)(void);
	const char *help;
} keys[] = {
	{ 'h', key_help, "this list" },
	{ 'd', key_domains, "domains, vCPUs and memory" },
	{ 't', key_traps, "trap counts" },
	{ 'r', key_registers, "registers, as of each vCPU's last trap" },
	{ 'e', evtchn_print, "event channels" },
	{ 'q', evtchn_debug, "VIRQ_DEBUG to every vCPU that has bound it: the guests tell their state" },
	{ 'x', key_poweroff, "power off the machine" },
};

static void key_help(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(keys); i++)
		printk("%c  %s\n", keys[i].key, keys[i].help);
}

void keys_handle(char c)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(keys); i++)
		if (keys[i].key == c)
			keys[i].handle();
}
