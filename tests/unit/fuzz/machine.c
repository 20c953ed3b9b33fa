// SPDX-License-Identifier: GPL-2.0
/*
 * Device trees of a machine, broken: a good one is made, then the input says which bytes of it are others. What firmware
 * promises is kept: the tree is as long as it says.
 */
#include "fuzz.h"
#include "tree.h"

#define AT(mib)	(HOST_RAM_BASE + ((u64)(mib) << 20))

void __wrap_memory_add(paddr_t start, u64 size);
void __wrap_memory_add(paddr_t start, u64 size)
{
	must(start >= HOST_RAM_BASE && size <= 17 * SZ_1G);
}

void __wrap_memory_reserve(paddr_t start, u64 size);
void __wrap_memory_reserve(paddr_t start, u64 size)
{
	(void)start;
	(void)size;
}

static void good_tree(unsigned int kind)
{
	static const char exts[] = "i\0m\0a\0c\0zicsr\0zba";

	tree_machine(HOST_RAM_SIZE, 1 + kind % 3, kind & 1 ? "mode=pv dom0_mem=64M dom0_max_vcpus=2" : "");
	if (kind & 1)
		tree_module("/chosen", "kernel", AT(32), 4096, "root=x");
	if (kind & 2) {
		tree_domain("domU1", 65536, 2);
		tree_module("/chosen/domU1", "kernel", AT(32), 4096, "quiet");
		tree_module("/chosen/domU1", "ramdisk", AT(33), 4096, NULL);
		tree_string("/chosen/domU1", "pvops,mode", "pv");
	}
	if (kind & 4) {
		tree_set("/cpus/cpu@0", "riscv,isa-extensions", exts, sizeof(exts));
		tree_remove("/cpus/cpu@0", "riscv,isa");
		tree_cells("/reserved-memory", "#address-cells", 1, 2);
		tree_cells("/reserved-memory", "#size-cells", 1, 2);
		tree_u64s("/reserved-memory/fw@80000000", "reg", 2, HOST_RAM_BASE, 0x40000UL);
	}
}

static void break_it(u8 *tree, u32 size)
{
	while (input_left()) {
		u32 at = take(2) % size;
		u64 how = take(1);

		if (how < 128)
			tree[at] = how;
		else if (how < 192)
			tree[at] ^= 1 << (how & 7);
		else
			tree[at] = tree[(at + how) % size];
	}
	/* magic and length hold */
	fdt_set_magic(tree, FDT_MAGIC);
	fdt_set_totalsize(tree, size);
}

static void look(const struct domain_config *c)
{
	static struct domain d;
	static u8 buf[16384] __attribute__((aligned(8)));
	u64 entry, fdt;

	must(strnlen(c->name, sizeof(c->name)) < sizeof(c->name));
	must(strnlen(c->bootargs, sizeof(c->bootargs)) < sizeof(c->bootargs));
	/* A module that is taken can be read to its end. */
	for (const struct module *m = &c->kernel; m <= &c->ramdisk; m++)
		must(!m->size || (m->start >= HOST_RAM_BASE && m->size <= HOST_RAM_SIZE &&
				  m->start - HOST_RAM_BASE <= HOST_RAM_SIZE - m->size));
	memset(&d, 0, sizeof(d));
	d.cfg = *c;
	d.hvm = c->hvm;
	d.nr_vcpus = MIN(c->vcpus, (unsigned int)MAX_VCPUS);
	guest_fdt_build(&d, buf, sizeof(buf), AT(1), AT(2));
	d.cfg.memory = 0;	/* loading fails, after it has looked */
	if (c->kernel.size)
		must(domain_load(&d, &entry, &fdt));
}

bool __wrap_memory_is_ram(paddr_t start, u64 size);
bool __wrap_memory_is_ram(paddr_t start, u64 size)
{
	return start >= HOST_RAM_BASE && start - HOST_RAM_BASE < HOST_RAM_SIZE &&
	       size <= HOST_RAM_SIZE - (start - HOST_RAM_BASE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct domain_config cfg[MAX_DOMAINS];
	u8 *tree;

	input = data;
	input_end = data + size;
	have_h = take(1) & 1;
	good_tree(number(8));
	tree = pa_to_va(tree_done());
	break_it(tree, fdt_totalsize(tree));
	host_output_clear();
	if (!host_catch_stop()) {
		unsigned int n;

		machine_init(TREE_PA);
		n = config_read(cfg, MAX_DOMAINS);
		must(n <= MAX_DOMAINS);
		for (unsigned int i = 0; i < n; i++)
			look(&cfg[i]);
	}
	host_stop_expected = false;
	return 0;
}
