// SPDX-License-Identifier: GPL-2.0
/*
 * Devices of the machine that a domain drives: the nodes of the machine's tree that xen,path of its own node names.
 * Their registers are mapped 1:1, their interrupts are event channels (xen/physdev.c), and their nodes are copied into
 * the domain's tree. There is no IOMMU here: a device reads and writes what its driver tells it to, so such a domain is
 * trusted with all memory, as the machine's owner says by naming the device; and its memory is direct-mapped, so that
 * what it takes for an address of its memory is one.
 */
#include <libfdt.h>
#include "domain.h"
#include "fdt_util.h"
#include "plic.h"
#include "std.h"
#include "stub.h"
#include "xen.h"

#define MAX_SOURCES	16	/* of a device */
#define IRQ_LEVEL_HIGH	4	/* as all interrupts of a PLIC are to a driver */
#define VIRTIO_STATUS	0x70	/* virtio 1.2, 4.2.2: writing 0 resets the device */

/* No more than reg says is looked at: pages that another node's registers are in are not given. */
struct span {
	u64 start, end;
};

static bool read_span(int node, unsigned int i, struct span *s)
{
	u64 size;

	if (!fdt_read_reg(machine_fdt, node, i, &s->start, &size) || s->start + size < s->start)
		return false;
	s->end = s->start + size;
	return true;
}

static bool overlap(const struct span *a, u64 start, u64 end)
{
	return a->start < end && start < a->end;
}

static bool is_listed(const struct domain_config *c, int node)
{
	for (unsigned int i = 0; i < c->nr_passed; i++)
		if (c->passed[i] == node)
			return true;
	return false;
}

/* --- what the tree asks for --- */

static void refuse(struct domain_config *c, const char *path, const char *why)
{
	printk("d%u: device %s: %s\n", c->id, path, why);
	c->passed_bad = true;
}

static void add_device(struct domain_config *c, const char *path)
{
	int node = fdt_path_offset(machine_fdt, path);

	if (node < 0)
		refuse(c, path, "the machine has no such node");
	else if (is_listed(c, node))
		refuse(c, path, "named twice");
	else if (c->nr_passed == MAX_PASSED)
		refuse(c, path, "more than 16 devices");
	else
		c->passed[c->nr_passed++] = node;
}

void devices_read(struct domain_config *c, int node)
{
	const char *path;
	int n = fdt_stringlist_count(machine_fdt, node, "xen,path");

	c->direct_map = fdt_getprop(machine_fdt, node, "direct-map", NULL);
	if (n != -FDT_ERR_NOTFOUND && n <= 0)
		refuse(c, c->name, "xen,path is no list of paths");
	for (int i = 0; i < n; i++) {
		path = fdt_stringlist_get(machine_fdt, node, "xen,path", i, NULL);
		add_device(c, path);
	}
}

/* --- what can be given --- */

/* A node of the machine that has registers in these pages and is not the domain's. */
static bool page_is_shared(const struct domain_config *c, u64 start, u64 end)
{
	struct span s;

	for (int node = 0; node >= 0; node = fdt_next_node(machine_fdt, node, NULL)) {
		if (is_listed(c, node) || !fdt_address_is_plain(node))
			continue;
		for (unsigned int i = 0; read_span(node, i, &s); i++)
			if (overlap(&s, start, end))
				return true;
	}
	return false;
}

static const char *check_span(const struct domain *d, const struct span *s)
{
	u64 start = ALIGN_DOWN(s->start, PAGE_SIZE), end = ALIGN_UP(s->end, PAGE_SIZE);

	if (s->end == s->start || end < s->end)
		return "it has registers of no size";
	if (memory_has_ram(start, end))
		return "its registers are where memory is";
	if (overlap(s, GRANT_WINDOW, EXTENDED_REGION + EXTENDED_REGION_SIZE) ||
	    overlap(s, d->ram_base, d->ram_base + d->cfg.memory))
		return "its registers are where the domain has something else";
	if (page_is_shared(&d->cfg, start, end))
		return "another device has registers in the same page";
	return NULL;
}

static const char *map_span(struct domain *d, const struct span *s)
{
	for (u64 at = ALIGN_DOWN(s->start, PAGE_SIZE); at < s->end; at += PAGE_SIZE)
		if (p2m_set(d, at, at, P2M_MMIO))
			return "it takes more page tables than the domain has";
	return NULL;
}

/* Where the node's interrupts go: interrupt-parent, its own or that of the nearest above it. Negative: nowhere. */
static int interrupt_parent(int node)
{
	u64 phandle;

	for (; node >= 0; node = fdt_parent_offset(machine_fdt, node))
		if (fdt_read_number(machine_fdt, node, "interrupt-parent", &phandle))
			return fdt_node_offset_by_phandle(machine_fdt, phandle);
	return -1;
}

/* The PLIC's number of the i-th interrupt; 0: there are no more. *bad: one that is not the PLIC's. */
static u32 source_of(int node, unsigned int i, bool *bad)
{
	int parent = interrupt_parent(node), len;
	const fdt32_t *p = fdt_getprop(machine_fdt, node, "interrupts-extended", &len);
	u64 cells = 1;
	u32 source;

	if (p) {
		*bad = true;	/* not read: whoever needs it will find this */
		return 0;
	}
	p = fdt_getprop(machine_fdt, node, "interrupts", &len);
	if (!p)
		return 0;
	fdt_read_number(machine_fdt, parent, "#interrupt-cells", &cells);
	*bad = parent < 0 || parent != plic_node() || (cells != 1 && cells != 2);
	if (*bad || (i + 1) * cells * sizeof(*p) > (u64)len)
		return 0;
	source = fdt32_to_cpu(p[i * cells]);
	*bad = !source || source >= plic_sources() || i >= MAX_SOURCES;
	return *bad ? 0 : source;
}

static const char *give_interrupts(struct domain *d, int node)
{
	bool bad = false;
	u32 source;

	for (unsigned int i = 0; (source = source_of(node, i, &bad)); i++)
		if (!pirq_give(d, source))
			return "another device has its interrupt";
	return bad ? "its interrupt is none that can be given" : NULL;
}

static bool is_given(int node)
{
	for (unsigned int n = 0; n < nr_domains; n++)
		for (unsigned int i = 0; i < domains[n]->nr_given; i++)
			if (domains[n]->cfg.passed[i] == node)
				return true;
	return false;
}

static const char *give(struct domain *d, int node)
{
	const char *why = NULL;
	struct span s;

	if (!fdt_address_is_plain(node))
		return "it is on a bus that has addresses of its own";
	if (node == stdout_node())
		return "it is the console";
	if (is_given(node))
		return "another domain has it";
	if (node == plic_node() || fdt_getprop(machine_fdt, node, "interrupt-controller", NULL))
		return "it is an interrupt controller";
	if (!read_span(node, 0, &s))
		return "it has no registers";
	for (unsigned int i = 0; !why && read_span(node, i, &s); i++)
		why = check_span(d, &s);
	for (unsigned int i = 0; !why && read_span(node, i, &s); i++)
		why = map_span(d, &s);
	return why ? why : give_interrupts(d, node);
}

const char *devices_give(struct domain *d)
{
	const struct domain_config *c = &d->cfg;
	char path[64];

	if (c->passed_bad)
		return "not all its devices can be given";
	if (c->nr_passed && !c->direct_map)
		return "it has devices, but no direct-map: they would write elsewhere";
	for (d->nr_given = 0; d->nr_given < c->nr_passed; d->nr_given++) {
		const char *why = give(d, c->passed[d->nr_given]);

		if (!why)
			continue;
		if (fdt_get_path(machine_fdt, c->passed[d->nr_given], path, sizeof(path)))
			snprintk(path, sizeof(path), "(a long name)");
		printk("d%u: device %s: %s\n", d->id, path, why);
		return "not all its devices can be given";
	}
	return NULL;
}

/* --- what a device is told when its driver is gone --- */

/* Those of other kinds are not known here. What they were told to write they may write still. */
void devices_stop(struct domain *d)
{
	for (unsigned int i = 0; i < d->nr_given; i++) {
		int node = d->cfg.passed[i];
		struct span s;
		u8 *regs;

		if (!fdt_is(machine_fdt, node, "virtio,mmio") || !read_span(node, 0, &s))
			continue;
		regs = map_device(s.start, PAGE_SIZE);
		if (regs)
			WRITE_ONCE(*(u32 *)(regs + VIRTIO_STATUS), 0);
	}
	asm_fence_io();
	d->nr_given = 0;
}

/* --- the domain's tree --- */

#define TRY(step) do { if (!err) err = (step); } while (0)

/* What means another node, which the domain has not; and what is written anew. */
static bool is_left_out(const char *name)
{
	static const char *const names[] = {
		"reg", "phandle", "linux,phandle", "interrupts", "interrupt-parent", "clocks", "resets", "dmas",
		"iommus", "power-domains", "assigned-clocks", "assigned-clock-parents", "phys", "phy-handle",
		"memory-region",
	};
	const char *dash = strrchr(name, '-');

	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return !strncmp(name, "pinctrl-", 8) || (dash && (!strcmp(dash, "-supply") || !strcmp(dash, "-gpios")));
}

static int copy_properties(void *fdt, int node)
{
	int err = 0, at, len;

	fdt_for_each_property_offset(at, machine_fdt, node) {
		const char *name;
		const void *value = fdt_getprop_by_offset(machine_fdt, at, &name, &len);

		if (!is_left_out(name))
			TRY(fdt_property(fdt, name, value, len));
	}
	return err;
}

static int add_regs(void *fdt, int node)
{
	fdt64_t reg[2 * MAX_SOURCES];
	unsigned int n = 0;
	struct span s;

	for (; n < MAX_SOURCES && read_span(node, n, &s); n++) {
		reg[2 * n] = cpu_to_fdt64(s.start);
		reg[2 * n + 1] = cpu_to_fdt64(s.end - s.start);
	}
	return fdt_property(fdt, "reg", reg, n * 2 * sizeof(*reg));
}

static int add_interrupts(void *fdt, int node, u32 intc)
{
	fdt32_t cells[2 * MAX_SOURCES];
	unsigned int n = 0;
	bool bad;
	u32 source;
	int err;

	while ((source = source_of(node, n, &bad))) {
		cells[2 * n] = cpu_to_fdt32(source);
		cells[2 * n++ + 1] = cpu_to_fdt32(IRQ_LEVEL_HIGH);
	}
	if (!n)
		return 0;
	err = fdt_property_u32(fdt, "interrupt-parent", intc);
	TRY(fdt_property(fdt, "interrupts", cells, n * 2 * sizeof(*cells)));
	return err;
}

/* Each below the root. intc: the phandle of the hypervisor's node. */
int devices_fdt(void *fdt, const struct domain *d, u32 intc)
{
	int err = 0;

	for (unsigned int i = 0; i < d->cfg.nr_passed; i++) {
		int node = d->cfg.passed[i];

		TRY(fdt_begin_node(fdt, fdt_get_name(machine_fdt, node, NULL)));
		TRY(copy_properties(fdt, node));
		TRY(add_regs(fdt, node));
		TRY(add_interrupts(fdt, node, intc));
		TRY(fdt_end_node(fdt));
	}
	return err;
}
