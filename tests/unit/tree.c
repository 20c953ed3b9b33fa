// SPDX-License-Identifier: GPL-2.0
/* Device trees to test with; see tree.h. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tree.h"

static u8 tree[TREE_SIZE] __attribute__((aligned(8)));

static int node_at(const char *path)
{
	char parent[128];
	const char *name = strrchr(path, '/') + 1;
	int node = fdt_path_offset(tree, path);

	if (node >= 0)
		return node;
	snprintf(parent, sizeof(parent), "%.*s", (int)(name - 1 - path), path);
	node = fdt_add_subnode(tree, parent[0] ? node_at(parent) : 0, name);
	if (node < 0)
		host_die("tree: no room for a node");
	return node;
}

void tree_set(const char *path, const char *name, const void *val, int len)
{
	if (fdt_setprop(tree, node_at(path), name, val, len))
		host_die("tree: no room for a property");
}

void tree_string(const char *path, const char *name, const char *val)
{
	tree_set(path, name, val, strlen(val) + 1);
}

void tree_cells(const char *path, const char *name, unsigned int n, ...)
{
	fdt32_t cells[16];
	va_list ap;

	va_start(ap, n);
	for (unsigned int i = 0; i < n; i++)
		cells[i] = cpu_to_fdt32(va_arg(ap, u32));
	va_end(ap);
	tree_set(path, name, cells, n * sizeof(cells[0]));
}

void tree_u64s(const char *path, const char *name, unsigned int n, ...)
{
	fdt64_t vals[16];
	va_list ap;

	va_start(ap, n);
	for (unsigned int i = 0; i < n; i++)
		vals[i] = cpu_to_fdt64(va_arg(ap, u64));
	va_end(ap);
	tree_set(path, name, vals, n * sizeof(vals[0]));
}

void tree_compatible(const char *path, const char *one, const char *two)
{
	char both[128];

	memcpy(both, one, strlen(one) + 1);
	memcpy(both + strlen(one) + 1, two, strlen(two) + 1);
	tree_set(path, "compatible", both, strlen(one) + strlen(two) + 2);
}

void tree_remove(const char *path, const char *name)
{
	if (fdt_delprop(tree, node_at(path), name))
		host_die("tree: no such property");
}

void tree_machine(u64 memory, unsigned int cpus, const char *options)
{
	char path[64];

	if (fdt_create_empty_tree(tree, sizeof(tree)))
		host_die("tree");
	tree_cells("/", "#address-cells", 1, 2);
	tree_cells("/", "#size-cells", 1, 2);
	snprintf(path, sizeof(path), "/memory@%lx", HOST_RAM_BASE);
	tree_string(path, "device_type", "memory");
	tree_u64s(path, "reg", 2, HOST_RAM_BASE, memory);
	tree_cells("/cpus", "#address-cells", 1, 1);
	tree_cells("/cpus", "#size-cells", 1, 0);
	tree_cells("/cpus", "timebase-frequency", 1, 10000000);
	for (unsigned int i = 0; i < cpus; i++) {
		snprintf(path, sizeof(path), "/cpus/cpu@%x", i);
		tree_string(path, "device_type", "cpu");
		tree_cells(path, "reg", 1, i);
		tree_string(path, "mmu-type", "riscv,sv57");
		tree_string(path, "riscv,isa", "rv64imafdch_zicsr_zifencei_zihintpause_zba_zbb_zbc_zbs_sstc");
	}
	tree_string("/chosen", "xen,xen-bootargs", options);
}

void tree_domain(const char *name, u64 kib, u32 cpus)
{
	char path[64];

	snprintf(path, sizeof(path), "/chosen/%s", name);
	tree_string(path, "compatible", "xen,domain");
	tree_cells(path, "#address-cells", 1, 2);
	tree_cells(path, "#size-cells", 1, 2);
	tree_u64s(path, "memory", 1, kib);
	tree_cells(path, "cpus", 1, cpus);
}

void tree_module(const char *path, const char *what, paddr_t at, u64 size, const char *bootargs)
{
	char module[128], kind[32];

	snprintf(module, sizeof(module), "%s/module@%lx", path, at);
	snprintf(kind, sizeof(kind), "multiboot,%s", what);
	tree_compatible(module, kind, "multiboot,module");
	tree_u64s(module, "reg", 2, at, size);
	if (bootargs)
		tree_string(module, "bootargs", bootargs);
}

paddr_t tree_done(void)
{
	static void *exact;
	u32 size;

	fdt_pack(tree);
	size = fdt_totalsize(tree);
	free(exact);
	exact = aligned_alloc(8, ALIGN_UP(size, 8));
	memcpy(exact, tree, size);
	fdt_open_into(tree, tree, sizeof(tree));
	host_window(TREE_PA, exact, size);
	return TREE_PA;
}

void put_image(paddr_t at, u64 size, u64 text_offset, u64 image_size)
{
	u8 *p = pa_to_va(at);

	for (u64 i = 0; i + 8 <= size; i += 8)
		*(u64 *)(p + i) = at + i;
	*(u64 *)(p + 8) = text_offset;
	*(u64 *)(p + 16) = image_size;
	memcpy(p + 48, "RISCV\0\0\0RSC\x05", 12);
}
