// SPDX-License-Identifier: GPL-2.0
/* What the machine's device tree says: memory, options, instruction set. */
#include <libfdt.h>
#include "fdt_util.h"
#include "std.h"
#include "stub.h"

const void *machine_fdt;
char stub_options[256];
u64 timebase = 10000000;
static char isa[512];

/* Reads a cell count or value of one or two cells; false when the property is shorter. */
bool fdt_read_reg(const void *fdt, int node, unsigned int index, u64 *addr, u64 *size)
{
	int parent = fdt_parent_offset(fdt, node), len;
	int ac = fdt_address_cells(fdt, parent), sc = fdt_size_cells(fdt, parent);
	const fdt32_t *reg = fdt_getprop(fdt, node, "reg", &len);
	unsigned int cells;

	if (!reg || ac < 1 || ac > 2 || sc < 0 || sc > 2)
		return false;
	cells = ac + sc;
	if (len < (int)((index + 1) * cells * sizeof(fdt32_t)))
		return false;
	reg += index * cells;
	*addr = fdt_cells(reg, ac);
	*size = fdt_cells(reg + ac, sc);
	return true;
}

/* A bus that renames addresses (a ranges property with content) is not followed. */
bool fdt_address_is_plain(int node)
{
	for (node = fdt_parent_offset(machine_fdt, node); node > 0; node = fdt_parent_offset(machine_fdt, node)) {
		int len;

		if (fdt_getprop(machine_fdt, node, "ranges", &len) && len)
			return false;
	}
	return true;
}

u64 fdt_cells(const fdt32_t *p, int n)
{
	u64 v = 0;

	while (n--)
		v = v << 32 | fdt32_to_cpu(*p++);
	return v;
}

bool fdt_read_number(const void *fdt, int node, const char *name, u64 *v)
{
	int len;
	const fdt32_t *p = fdt_getprop(fdt, node, name, &len);

	if (!p || (len != 4 && len != 8))
		return false;
	*v = fdt_cells(p, len / 4);
	return true;
}

const char *fdt_read_string(const void *fdt, int node, const char *name)
{
	int len;
	const char *s = fdt_getprop(fdt, node, name, &len);

	/* A string that does not end is no string. */
	return s && len > 0 && strnlen(s, len) < (size_t)len ? s : NULL;
}

bool fdt_is(const void *fdt, int node, const char *compatible)
{
	return !fdt_node_check_compatible(fdt, node, compatible);
}

/* "rv64imafdc_zba_...": from riscv,isa, or put together from the newer riscv,isa-extensions. */
static void read_isa(int cpu)
{
	const char *s = fdt_read_string(machine_fdt, cpu, "riscv,isa"), *ext;
	size_t n;

	if (s) {
		snprintk(isa, sizeof(isa), "%s", s);
		return;
	}
	n = snprintk(isa, sizeof(isa), "rv64");
	for (int pass = 0; pass < 2; pass++)
		for (int i = 0; (ext = fdt_stringlist_get(machine_fdt, cpu, "riscv,isa-extensions", i, NULL)); i++)
			if (n < sizeof(isa) && (strlen(ext) > 1) == pass)
				n += snprintk(isa + n, sizeof(isa) - n, pass ? "_%s" : "%s", ext);
}

static void read_cpus(void)
{
	int cpus = fdt_path_offset(machine_fdt, "/cpus"), node;

	if (cpus < 0 || !fdt_read_number(machine_fdt, cpus, "timebase-frequency", &timebase))
		printk("no timebase-frequency in the device tree: %lu Hz assumed\n", timebase);
	fdt_for_each_subnode(node, machine_fdt, cpus) {
		/* The last hart with an MMU speaks for all: the first may be a smaller core. */
		const char *mmu = fdt_read_string(machine_fdt, node, "mmu-type");

		if (mmu && strcmp(mmu, "riscv,none"))
			read_isa(node);
	}
}

const char *machine_isa(void)
{
	return isa;
}

static void read_options(void)
{
	int chosen = fdt_path_offset(machine_fdt, "/chosen");
	const char *s = fdt_read_string(machine_fdt, chosen, "xen,xen-bootargs");

	if (!s)
		s = fdt_read_string(machine_fdt, chosen, "bootargs");
	snprintk(stub_options, sizeof(stub_options), "%s", s ? s : "");
}

/* The value of name= among the options, in buf; NULL when it is not there. */
const char *option_value(const char *name, char *buf, size_t size)
{
	size_t len = strlen(name), n;

	for (const char *s = stub_options; s && *s; s = strchr(s, ' ')) {
		while (*s == ' ')
			s++;
		if (strncmp(s, name, len) || s[len] != '=')
			continue;
		s += len + 1;
		for (n = 0; s[n] && s[n] != ' ' && n < size - 1; n++)
			buf[n] = s[n];
		buf[n] = 0;
		return buf;
	}
	return NULL;
}

bool option(const char *name)
{
	size_t len = strlen(name);

	for (const char *s = stub_options; s && *s; s = strchr(s, ' ')) {
		while (*s == ' ')
			s++;
		if (!strncmp(s, name, len) && (!s[len] || s[len] == ' '))
			return true;
	}
	return false;
}

/* Bytes: a number with K, M or G behind it. */
u64 parse_size(const char *s)
{
	char *end;
	u64 n = strtoul(s, &end, 0);

	switch (*end | 32) {
	case 'g':
		n <<= 10;
		/* fall through */
	case 'm':
		n <<= 10;
		/* fall through */
	case 'k':
		n <<= 10;
	}
	return n;
}

static void add_memory(int node)
{
	u64 start, size;

	for (unsigned int i = 0; fdt_read_reg(machine_fdt, node, i, &start, &size); i++) {
		u64 end = MIN(start + size, dmap_base() + DMAP_SIZE);

		/* What lies below the stub is the firmware's, whether its tree says so or not. */
		start = MAX(start, dmap_base());
		if (end > start)
			memory_add(start, end - start);
		if (size && end < start + size)
			printk("memory above %#lx is left alone\n", dmap_base() + DMAP_SIZE);
	}
}

static void reserve_children(const char *path)
{
	int parent = fdt_path_offset(machine_fdt, path), node;
	u64 start, size;

	fdt_for_each_subnode(node, machine_fdt, parent)
		for (unsigned int i = 0; fdt_read_reg(machine_fdt, node, i, &start, &size); i++)
			memory_reserve(start, size);
}

static void read_memory(void)
{
	paddr_t image;
	u64 size, start;
	int node;

	fdt_for_each_subnode(node, machine_fdt, 0) {
		const char *type = fdt_read_string(machine_fdt, node, "device_type");

		if (type && !strcmp(type, "memory"))
			add_memory(node);
	}
	image_range(&image, &size);
	memory_reserve(dmap_base(), image + size - dmap_base());
	memory_reserve(va_to_pa(machine_fdt), fdt_totalsize(machine_fdt));
	for (int i = 0; i < fdt_num_mem_rsv(machine_fdt); i++)
		if (!fdt_get_mem_rsv(machine_fdt, i, &start, &size) && size)
			memory_reserve(start, size);
	reserve_children("/reserved-memory");
}

void machine_init(paddr_t fdt)
{
	machine_fdt = pa_to_va(fdt);
	if (fdt_check_header(machine_fdt))
		panic("no device tree at %#lx", fdt);
	read_options();
	read_cpus();
	read_memory();
}
