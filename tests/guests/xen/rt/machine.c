// SPDX-License-Identifier: GPL-2.0
/* The device tree is read once, and never again: all memory but the image is free for claims after that. */
#include <string.h>
#include <libfdt.h>
#include "xt.h"

struct machine machine;
bool is_dom0;

static uint64_t number(const fdt32_t *p, int cells)
{
	uint64_t v = 0;

	while (cells--)
		v = v << 32 | fdt32_to_cpu(*p++);
	return v;
}

/* reg of a node below the root, or of one whose parents map one to one */
static int read_reg(const void *fdt, int node, struct bank *out, int max)
{
	int parent = fdt_parent_offset(fdt, node), na = fdt_address_cells(fdt, parent), ns = fdt_size_cells(fdt, parent);
	int len, n = 0;
	const fdt32_t *p = fdt_getprop(fdt, node, "reg", &len);

	for (; p && len >= 4 * (na + ns) && n < max; n++, p += na + ns, len -= 4 * (na + ns)) {
		out[n].base = number(p, na);
		out[n].size = number(p + na, ns);
	}
	return n;
}

static void read_text(const void *fdt, int node, const char *name, char *out, int size)
{
	int len;
	const char *p = fdt_getprop(fdt, node, name, &len);

	if (p && len > 0)
		memcpy(out, p, len < size ? len : size - 1);
}

static bool is_kind(const void *fdt, int node, const char *type)
{
	const char *p = fdt_getprop(fdt, node, "device_type", NULL);

	return p && !strcmp(p, type);
}

static void read_cpus(const void *fdt)
{
	int node, cpus = fdt_path_offset(fdt, "/cpus");
	const fdt32_t *p = fdt_getprop(fdt, cpus, "timebase-frequency", NULL);
	struct bank id;

	if (p)
		machine.timebase = fdt32_to_cpu(*p);
	fdt_for_each_subnode(node, fdt, cpus) {
		if (!is_kind(fdt, node, "cpu") || machine.nr_cpus == MAX_CPUS)
			continue;
		read_reg(fdt, node, &id, 1);
		machine.cpu_id[machine.nr_cpus++] = id.base;
	}
}

/* vCPU 0 is the one with the lowest number */
static void sort_cpus(void)
{
	unsigned long t;
	int i, j;

	for (i = 0; i < machine.nr_cpus; i++) {
		for (j = i + 1; j < machine.nr_cpus; j++) {
			if (machine.cpu_id[j] >= machine.cpu_id[i])
				continue;
			t = machine.cpu_id[i];
			machine.cpu_id[i] = machine.cpu_id[j];
			machine.cpu_id[j] = t;
		}
	}
}

static void read_hypervisor(const void *fdt)
{
	int len, node = fdt_node_offset_by_compatible(fdt, -1, "xen,xen");
	const fdt32_t *p;

	if (node < 0)
		return;
	read_text(fdt, node, "compatible", machine.compatible, sizeof(machine.compatible));
	read_text(fdt, node, "xen,upcall-ack", machine.upcall_ack, sizeof(machine.upcall_ack));
	machine.nr_hypervisor = read_reg(fdt, node, machine.hypervisor, ARRAY_SIZE(machine.hypervisor));
	p = fdt_getprop(fdt, node, "interrupts", &len);
	for (int i = 0; p && i < len / 4 && i < 3; i++)
		machine.upcall_irq[i] = fdt32_to_cpu(p[i]);
}

void machine_read(const void *fdt)
{
	int node;

	for (node = fdt_next_node(fdt, -1, NULL); node >= 0; node = fdt_next_node(fdt, node, NULL))
		if (is_kind(fdt, node, "memory"))
			machine.nr_ram += read_reg(fdt, node, machine.ram + machine.nr_ram,
						   ARRAY_SIZE(machine.ram) - machine.nr_ram);
	read_cpus(fdt);
	sort_cpus();
	read_hypervisor(fdt);
	node = fdt_path_offset(fdt, "/chosen");
	read_text(fdt, node, "bootargs", machine.bootargs, sizeof(machine.bootargs));
	node = fdt_node_offset_by_compatible(fdt, -1, "arm,gic-v3");
	if (node >= 0)
		read_reg(fdt, node, machine.gic, ARRAY_SIZE(machine.gic));
}

void machine_ask(void)
{
	struct xen_feature_info info = { 0 };

	is_dom0 = !version_op(XENVER_get_features, &info) && info.submap & 1U << XENFEAT_dom0;
}

/* The word is in bootargs, and what is behind it */
static const char *find_option(const char *word)
{
	const char *p;
	size_t n = strlen(word);

	for (p = machine.bootargs; *p; p++)
		if ((p == machine.bootargs || p[-1] == ' ') && !memcmp(p, word, n))
			return p + n;
	return NULL;
}

bool option(const char *word)
{
	const char *end = find_option(word);

	return end && (!*end || *end == ' ');
}

unsigned long option_value(const char *name, unsigned long otherwise)
{
	const char *p = find_option(name);
	unsigned long v = 0;

	if (!p || *p++ != '=')
		return otherwise;
	for (; *p >= '0' && *p <= '9'; p++)
		v = v * 10 + *p - '0';
	return v;
}

domid_t other_domain(void)
{
	return option_value("other", is_dom0 ? 1 : 0);
}
