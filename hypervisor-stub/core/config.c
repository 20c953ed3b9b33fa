// SPDX-License-Identifier: GPL-2.0
/*
 * The domains the machine's device tree asks for, in Xen's dom0less format: /chosen/<node> with compatible
 * "xen,domain"; or one domain 0 whose modules are in /chosen itself, as QEMU's guest-loader writes them.
 */
#include <libfdt.h>
#include "csr.h"
#include "domain.h"
#include "fdt_util.h"
#include "std.h"
#include "stub.h"

#define DOM0_MEMORY	"256M"
#define HARDWARE	2	/* a bit of capabilities */

static bool default_hvm(void)
{
	char mode[8];
	const char *m = option_value("mode", mode, sizeof(mode));

	return m ? !strcmp(m, "hvm") : have_h;
}

/* guest-loader writes two 64-bit numbers, whatever cells /chosen has (it has none: the default is 2 and 1). */
static bool read_module(int node, struct module *m)
{
	int len;
	const fdt32_t *reg = fdt_getprop(machine_fdt, node, "reg", &len);

	if (!reg || len != 16)
		return fdt_read_reg(machine_fdt, node, 0, &m->start, &m->size);
	m->start = fdt_cells(reg, 2);
	m->size = fdt_cells(reg + 2, 2);
	return true;
}

static void read_modules(struct domain_config *c, int parent)
{
	int node;

	fdt_for_each_subnode(node, machine_fdt, parent) {
		struct module m;

		if (!read_module(node, &m))
			continue;
		if (!memory_is_ram(m.start, m.size)) {
			printk("module %s is left out: %#lx bytes at %#lx are not in memory\n",
			       fdt_get_name(machine_fdt, node, NULL), m.size, m.start);
			continue;
		}
		if (fdt_is(machine_fdt, node, "multiboot,kernel")) {
			const char *args = fdt_read_string(machine_fdt, node, "bootargs");

			c->kernel = m;
			snprintk(c->bootargs, sizeof(c->bootargs), "%s", args ? args : "");
		} else if (fdt_is(machine_fdt, node, "multiboot,ramdisk")) {
			c->ramdisk = m;
		}
	}
}

static void reserve_modules(const struct domain_config *c)
{
	if (c->kernel.size)
		memory_reserve(c->kernel.start, c->kernel.size);
	if (c->ramdisk.size)
		memory_reserve(c->ramdisk.start, c->ramdisk.size);
}

/* A number; most are under the name that xl.cfg has for it. */
static u64 number(int node, const char *name, u64 otherwise)
{
	u64 n;

	return fdt_read_number(machine_fdt, node, name, &n) ? n : otherwise;
}

static u64 option_number(const char *name, u64 otherwise)
{
	char value[24];
	const char *s = option_value(name, value, sizeof(value));

	return s ? strtoul(s, NULL, 0) : otherwise;
}

/*
 * Of the page tables that its kernel may have. Three is the default: an address space then takes less memory and is
 * filled sooner.
 */
static unsigned int read_levels(const struct domain_config *c, int node)
{
	u64 asked = option_number("levels", 3);
	unsigned int n;

	if (node >= 0)
		asked = number(node, "pvops,levels", asked);
	n = MIN(MAX(asked, 3UL), (u64)MAX_LEVELS);
	while (n > 3 && !hart_has_levels(n))
		n--;
	if (n != asked)
		printk("%s: page tables have %u levels: %lu are asked for, and the harts have not so many, or it is no such number\n",
		       c->name, n, asked);
	return n;
}

/* What is to be made of one that has ended so: "restart", or another word. */
static void read_restart(struct domain_config *c, int node)
{
	static const char *const names[] = {
		[DOMAIN_POWEROFF] = "pvops,on-poweroff",
		[DOMAIN_REBOOT] = "pvops,on-reboot",
		[DOMAIN_CRASHED] = "pvops,on-crash",
	};

	c->restart[DOMAIN_REBOOT] = true;
	for (unsigned int i = DOMAIN_POWEROFF; i < ARRAY_SIZE(names); i++) {
		const char *s = node < 0 ? NULL : fdt_read_string(machine_fdt, node, names[i]);

		if (s)
			c->restart[i] = !strcmp(s, "restart");
	}
}

/* Front ends: subnodes whose pvops,device is what kind it is. */
static void read_devices(struct domain_config *c, int parent)
{
	int node;

	fdt_for_each_subnode(node, machine_fdt, parent) {
		const char *kind = fdt_read_string(machine_fdt, node, "pvops,device");
		struct device_config *dev = &c->device[c->nr_devices];
		u64 handle = 0, backend = 0;

		if (!kind)
			continue;
		if (c->nr_devices == MAX_DEVICES) {
			printk("device %s of %s is left out: %u at most\n",
			       fdt_get_name(machine_fdt, node, NULL), c->name, MAX_DEVICES);
			continue;
		}
		fdt_read_number(machine_fdt, node, "handle", &handle);
		fdt_read_number(machine_fdt, node, "backend", &backend);
		dev->kind = kind;
		dev->handle = handle;
		dev->backend = backend;
		if (fdt_read_string(machine_fdt, node, "frontend-nodes"))
			dev->front = fdt_getprop(machine_fdt, node, "frontend-nodes", &dev->front_len);
		if (fdt_read_string(machine_fdt, node, "backend-nodes"))
			dev->back = fdt_getprop(machine_fdt, node, "backend-nodes", &dev->back_len);
		c->nr_devices++;
	}
}

/* Of Xen's capabilities that of the hardware: who has it is the initial domain, though described as the others are. */
static bool is_initial(int node)
{
	u64 capabilities = 0;

	return fdt_read_number(machine_fdt, node, "capabilities", &capabilities) && capabilities & HARDWARE;
}

static void read_domu(struct domain_config *c, int node, unsigned int id)
{
	const char *mode = fdt_read_string(machine_fdt, node, "pvops,mode");
	u64 kib = 0, cpus = 0;

	memset(c, 0, sizeof(*c));
	c->id = id;
	snprintk(c->name, sizeof(c->name), "%s", fdt_get_name(machine_fdt, node, NULL));
	fdt_read_number(machine_fdt, node, "memory", &kib);
	fdt_read_number(machine_fdt, node, "cpus", &cpus);
	/* Sizes that overflow are as absent as memory that is not there. */
	c->memory = kib < 1UL << 40 ? kib << 10 : ~0UL << 21;
	c->vcpus = cpus < 1000 ? cpus : 1000;
	c->grant_frames = number(node, "max_grant_frames", GRANT_FRAMES);
	c->maptrack_frames = number(node, "max_maptrack_frames", MAPTRACK_FRAMES);
	c->levels = read_levels(c, node);
	c->hvm = mode ? !strcmp(mode, "hvm") : default_hvm();
	devices_read(c, node);
	read_modules(c, node);
	read_restart(c, node);
	read_devices(c, node);
	reserve_modules(c);
}

static void read_dom0(struct domain_config *c, int chosen)
{
	char value[24];
	const char *s;

	memset(c, 0, sizeof(*c));
	snprintk(c->name, sizeof(c->name), "dom0");
	s = option_value("dom0_mem", value, sizeof(value));
	c->memory = parse_size(s ? s : DOM0_MEMORY);
	s = option_value("dom0_max_vcpus", value, sizeof(value));
	c->vcpus = s ? strtoul(s, NULL, 0) : 1;
	c->grant_frames = option_number("gnttab_max_frames", GRANT_FRAMES);
	c->maptrack_frames = option_number("gnttab_max_maptrack_frames", MAPTRACK_FRAMES);
	c->levels = read_levels(c, -1);
	c->hvm = default_hvm();
	read_modules(c, chosen);
	read_restart(c, -1);
	reserve_modules(c);
}

/* The initial domain is the first: the others' devices have their back ends there. */
unsigned int config_read(struct domain_config *cfg, unsigned int max)
{
	int chosen = fdt_path_offset(machine_fdt, "/chosen"), node, initial = -1;
	unsigned int n = 0, id = 1;

	fdt_for_each_subnode(node, machine_fdt, chosen) {
		if (n)
			break;
		if (fdt_is(machine_fdt, node, "multiboot,kernel"))
			read_dom0(&cfg[n++], chosen);
		else if (fdt_is(machine_fdt, node, "xen,domain") && is_initial(node))
			read_domu(&cfg[n++], initial = node, 0);
	}
	fdt_for_each_subnode(node, machine_fdt, chosen) {
		if (!fdt_is(machine_fdt, node, "xen,domain") || node == initial)
			continue;
		if (n == max) {
			printk("domain %s is left out: %u at most\n", fdt_get_name(machine_fdt, node, NULL), max);
			continue;
		}
		read_domu(&cfg[n++], node, id++);
	}
	return n;
}
