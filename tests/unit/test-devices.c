// SPDX-License-Identifier: GPL-2.0
/* core/devices.c: which devices of the machine a domain gets, and what it finds of them. */
#include "fdt_util.h"
#include "guest.h"
#include "tree.h"
#include "unit.h"

static struct domain *d;
static u8 fdt[16384] __attribute__((aligned(8)));

static void machine(void)
{
	tree_machine(0, 1, "");
	tree_cells("/soc", "#address-cells", 1, 2);
	tree_cells("/soc", "#size-cells", 1, 2);
	tree_set("/soc", "ranges", "", 0);
	tree_u64s("/soc/disk@10001000", "reg", 2, 0x10001000UL, 0x1000UL);
	tree_string("/soc/disk@10001000", "compatible", "virtio,mmio");
	tree_cells("/soc/disk@10001000", "clocks", 1, 1);
	tree_cells("/soc/disk@10001000", "phandle", 1, 77);
	tree_u64s("/soc/two@10003000", "reg", 4, 0x10003000UL, 0x800UL, 0x10005ffcUL, 8UL);
	tree_u64s("/soc/half@10008000", "reg", 2, 0x10008000UL, 0x800UL);
	tree_u64s("/soc/other@10008800", "reg", 2, 0x10008800UL, 4UL);
	tree_u64s("/soc/empty@10009000", "reg", 2, 0x10009000UL, 0UL);
	tree_u64s("/soc/wraps", "reg", 2, ~0UL - 0xfff, 0x2000UL);
	tree_u64s("/soc/last", "reg", 2, ~0UL - 0xfff, 0x800UL);
	tree_u64s("/soc/ram", "reg", 2, HOST_RAM_BASE + 0x1000, 0x1000UL);
	tree_u64s("/soc/around", "reg", 2, HOST_RAM_BASE - 0x1000, HOST_RAM_SIZE + 0x2000UL);
	tree_u64s("/soc/grants@38000000", "reg", 2, 0x38000000UL, 0x1000UL);
	tree_u64s("/soc/with-irq@1000a000", "reg", 2, 0x1000a000UL, 0x1000UL);
	tree_cells("/soc/with-irq@1000a000", "interrupts", 1, 3);
	tree_cells("/soc/odd", "reg", 3, 0, 0x10001000, 0);
	tree_cells("/bus", "#address-cells", 1, 2);
	tree_cells("/bus", "#size-cells", 1, 2);
	tree_cells("/bus", "ranges", 6, 0, 0, 0, 0x20000000, 0, 0x1000000);
	tree_u64s("/bus/behind@1000", "reg", 2, 0x1000UL, 0x1000UL);
}

static int setup(void **state)
{
	(void)state;
	machine();
	d = guest_make(16, 1, 64);
	nr_domains = 0;
	host_output_clear();
	return 0;
}

/* The paths are a list as in the tree, with the last one's end. */
static const char *give_list(const char *paths, int len)
{
	const char *why;

	tree_set("/chosen/domU1", "direct-map", "", 0);
	tree_set("/chosen/domU1", "xen,path", paths, len);
	machine_init(tree_done());
	d->cfg.nr_passed = 0;
	d->cfg.passed_bad = false;
	devices_read(&d->cfg, fdt_path_offset(machine_fdt, "/chosen/domU1"));
	why = devices_give(d);
	if (!why)
		assert_int_equal(d->nr_given, d->cfg.nr_passed);
	return why;
}

static const char *give(const char *path)
{
	return give_list(path, strlen(path) + 1);
}

static bool is_mapped(u64 gpa)
{
	paddr_t pa, other;
	u64 size;
	bool mapped = p2m_mmio(d, gpa, &pa);

	/* Nobody takes it for memory. */
	if (mapped) {
		assert_int_equal(pa, gpa);
		assert_false(p2m_lookup(d, gpa, &other, &size));
		assert_int_equal(p2m_kind(d, gpa, &other), P2M_NONE);
		assert_int_equal(p2m_copy_to(d, gpa, "x", 1), -1);
		assert_int_equal(p2m_copy_from(d, fdt, gpa, 1), -1);
	}
	return mapped;
}

static void its_pages_are_mapped(void **state)
{
	(void)state;
	assert_null(give("/soc/disk@10001000"));
	assert_true(is_mapped(0x10001000) && is_mapped(0x10001ffc));
	assert_false(is_mapped(0x10000ffc) || is_mapped(0x10002000) || is_mapped(0) || is_mapped(1UL << 50));
	assert_false(is_mapped(GUEST_RAM_BASE) || is_mapped(GUEST_RAM_BASE + (16UL << 20)));
}

/* All that has one of its bytes is mapped, and nothing beyond. */
static void several_registers(void **state)
{
	(void)state;
	assert_null(give("/soc/two@10003000"));
	assert_true(is_mapped(0x10003000) && is_mapped(0x10005000) && is_mapped(0x10006000));
	assert_false(is_mapped(0x10004000) || is_mapped(0x10007000) || is_mapped(0x10002000));
}

static void a_page_of_two_devices(void **state)
{
	static const char both[] = "/soc/half@10008000\0/soc/other@10008800";

	(void)state;
	assert_non_null(give("/soc/half@10008000"));
	assert_printed("device /soc/half@10008000: another device has registers in the same page");
	assert_false(is_mapped(0x10008000));
	assert_null(give_list(both, sizeof(both)));
	assert_true(is_mapped(0x10008000));
}

static void what_is_refused(void **state)
{
	static const struct { const char *path, *why; } bad[] = {
		{ "/soc/none", "the machine has no such node" },
		{ "/soc/empty@10009000", "it has registers of no size" },
		{ "/soc/wraps", "it has no registers" },
		{ "/soc/last", "it has registers of no size" },
		{ "/soc/ram", "its registers are where memory is" },
		{ "/soc/around", "its registers are where memory is" },
		{ "/soc/grants@38000000", "its registers are where the domain has something else" },
		{ "/soc/with-irq@1000a000", "its interrupt is none that can be given" },
		{ "/soc/odd", "it has no registers" },
		{ "/bus/behind@1000", "it is on a bus that has addresses of its own" },
		{ "/chosen", "it has no registers" },
		{ "/", "it has no registers" },
		{ "", "the machine has no such node" },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		setup(state);
		assert_non_null(give(bad[i].path));
		assert_printed(bad[i].why);
		devices_stop(d);
	}
}

static void lists_that_are_none(void **state)
{
	static const char twice[] = "/soc/disk@10001000\0/soc/disk@10001000";
	char many[17 * 8];
	int len = 0;

	(void)state;
	assert_non_null(give_list("/soc", 4));
	assert_printed("xen,path is no list of paths");
	assert_non_null(give_list("", 0));
	assert_non_null(give_list(twice, sizeof(twice)));
	assert_printed("named twice");
	setup(state);
	for (char c = 'a'; c < 'a' + 17; c++) {
		char path[8] = { '/', 's', 'o', 'c', '/', c };

		tree_u64s(path, "reg", 2, 0x20000000UL + c * 0x1000UL, 0x1000UL);
		len += snprintf(many + len, sizeof(many) - len, "%s", path) + 1;
	}
	assert_non_null(give_list(many, len));
	assert_printed("more than 16 devices");
}

static void only_with_direct_map(void **state)
{
	(void)state;
	tree_string("/chosen/domU1", "xen,path", "/soc/disk@10001000");
	machine_init(tree_done());
	devices_read(&d->cfg, fdt_path_offset(machine_fdt, "/chosen/domU1"));
	assert_non_null(devices_give(d));
	assert_false(is_mapped(0x10001000));
}

/* One of two domains has it, until it ends. */
static void for_one_domain(void **state)
{
	static struct domain first;

	(void)state;
	machine_init(tree_done());
	first.cfg.passed[0] = fdt_path_offset(machine_fdt, "/soc/disk@10001000");
	first.nr_given = 1;
	domains[0] = &first;
	nr_domains = 1;
	tree_set("/chosen/domU1", "direct-map", "", 0);
	tree_string("/chosen/domU1", "xen,path", "/soc/disk@10001000");
	machine_init(tree_done());
	first.cfg.passed[0] = fdt_path_offset(machine_fdt, "/soc/disk@10001000");
	devices_read(&d->cfg, fdt_path_offset(machine_fdt, "/chosen/domU1"));
	assert_non_null(devices_give(d));
	assert_printed("another domain has it");
	first.nr_given = 0;
	assert_null(devices_give(d));
}

static void its_node_in_the_domains_tree(void **state)
{
	int node, len;
	const fdt64_t *reg;

	(void)state;
	assert_null(give("/soc/disk@10001000"));
	assert_int_equal(guest_fdt_build(d, fdt, sizeof(fdt), 0, 0), 0);
	node = fdt_path_offset(fdt, "/disk@10001000");
	assert_true(node > 0);
	assert_true(fdt_is(fdt, node, "virtio,mmio"));
	reg = fdt_getprop(fdt, node, "reg", &len);
	assert_int_equal(len, 16);
	assert_true(fdt64_to_cpu(reg[0]) == 0x10001000 && fdt64_to_cpu(reg[1]) == 0x1000);
	assert_null(fdt_getprop(fdt, node, "clocks", &len));
	assert_null(fdt_getprop(fdt, node, "phandle", &len));
	assert_non_null(fdt_getprop(fdt, fdt_path_offset(fdt, "/hypervisor"), "interrupt-controller", &len));
	d->cfg.nr_passed = 0;
	assert_int_equal(guest_fdt_build(d, fdt, sizeof(fdt), 0, 0), 0);
	assert_null(fdt_getprop(fdt, fdt_path_offset(fdt, "/hypervisor"), "interrupt-controller", &len));
}

/* The memory of the machine is told once: it stays for all the tests here. */
static int group_setup(void **state)
{
	(void)state;
	tree_machine(HOST_RAM_SIZE, 1, "");
	machine_init(tree_done());
	return 0;
}

#define S(name) cmocka_unit_test_setup(name, setup)
int main(void)
{
	const struct CMUnitTest tests[] = {
		S(its_pages_are_mapped), S(several_registers), S(a_page_of_two_devices), S(what_is_refused),
		S(lists_that_are_none), S(only_with_direct_map), S(for_one_domain), S(its_node_in_the_domains_tree),
	};

	alarm(UNIT_SECONDS);
	host_die = unit_die;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, group_setup, NULL);
}
