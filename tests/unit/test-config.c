// SPDX-License-Identifier: GPL-2.0
/* core/machine.c and core/config.c: the machine's tree, as it should be and as it should not. */
#include "fdt_util.h"
#include "tree.h"
#include "unit.h"

#define MIB(n)	((u64)(n) << 20)
#define AT(n)	(HOST_RAM_BASE + MIB(n))

static struct domain_config cfg[MAX_DOMAINS];
static struct { paddr_t start; u64 size; } reserved[64];
static unsigned int nr_reserved;

void __wrap_memory_reserve(paddr_t start, u64 size);
void __wrap_memory_reserve(paddr_t start, u64 size)
{
	if (nr_reserved < ARRAY_SIZE(reserved)) {
		reserved[nr_reserved].start = start;
		reserved[nr_reserved++].size = size;
	}
}

static bool is_reserved(paddr_t start, u64 size)
{
	for (unsigned int i = 0; i < nr_reserved; i++)
		if (reserved[i].start == start && reserved[i].size == size)
			return true;
	return false;
}

/* The memory of the machine is told once: it stays for all the tests here. */
static int group_setup(void **state)
{
	(void)state;
	tree_machine(HOST_RAM_SIZE, 1, "");
	machine_init(tree_done());
	return 0;
}

static int setup(void **state)
{
	(void)state;
	have_h = false;
	nr_reserved = 0;
	tree_machine(0, 1, "");
	host_output_clear();
	return 0;
}

static unsigned int read_config(void)
{
	memset(cfg, 0xaa, sizeof(cfg));
	machine_init(tree_done());
	return config_read(cfg, MAX_DOMAINS);
}

static void nothing(void **state)
{
	(void)state;
	assert_int_equal(read_config(), 0);
	tree_string("/chosen/other", "compatible", "xen,domains");
	assert_int_equal(read_config(), 0);
}

static void domains_of_the_tree(void **state)
{
	(void)state;
	tree_domain("domU1", 128 << 10, 2);
	tree_module("/chosen/domU1", "kernel", AT(32), 12345, "console=hvc0 quiet");
	tree_module("/chosen/domU1", "ramdisk", AT(64), 777, NULL);
	tree_domain("second", 64 << 10, 1);
	tree_module("/chosen/second", "kernel", AT(32), 12345, NULL);
	tree_string("/chosen/second", "pvops,mode", "hvm");
	assert_int_equal(read_config(), 2);
	/* libfdt puts a new node before its siblings. */
	struct domain_config *a = strcmp(cfg[0].name, "domU1") ? &cfg[1] : &cfg[0], *b = a == cfg ? &cfg[1] : &cfg[0];

	assert_int_equal(cfg[0].id, 1);
	assert_int_equal(cfg[1].id, 2);
	assert_string_equal(a->name, "domU1");
	assert_int_equal(a->memory, MIB(128));
	assert_int_equal(a->vcpus, 2);
	assert_false(a->hvm);
	assert_string_equal(a->bootargs, "console=hvc0 quiet");
	assert_int_equal(a->kernel.start, AT(32));
	assert_int_equal(a->kernel.size, 12345);
	assert_int_equal(a->ramdisk.start, AT(64));
	assert_int_equal(a->ramdisk.size, 777);
	assert_true(b->hvm);
	assert_string_equal(b->bootargs, "");
	assert_int_equal(b->ramdisk.size, 0);
	assert_true(is_reserved(AT(32), 12345));
	assert_true(is_reserved(AT(64), 777));
}

static void modes(void **state)
{
	static const struct { bool h; const char *option, *property; bool hvm; } cases[] = {
		{ false, "", NULL, false }, { true, "", NULL, true }, { true, "mode=pv", NULL, false },
		{ false, "mode=hvm", NULL, true }, { true, "mode=pv", "hvm", true }, { true, "", "pv", false },
		{ true, "mode=very_long_value_here", NULL, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		tree_machine(0, 1, cases[i].option);
		tree_domain("d", 1, 1);
		if (cases[i].property)
			tree_string("/chosen/d", "pvops,mode", cases[i].property);
		have_h = cases[i].h;
		assert_int_equal(read_config(), 1);
		assert_int_equal(cfg[0].hvm, cases[i].hvm);
	}
}

/* As QEMU's guest-loader writes them: modules in /chosen, 64-bit numbers whatever the cells. */
static void dom0(void **state)
{
	(void)state;
	tree_machine(0, 1, "dom0_mem=64M dom0_max_vcpus=3");
	tree_module("/chosen", "kernel", AT(32), 4096, "root");
	tree_module("/chosen", "ramdisk", AT(64), 100, NULL);
	assert_int_equal(read_config(), 1);
	assert_int_equal(cfg[0].id, 0);
	assert_string_equal(cfg[0].name, "dom0");
	assert_int_equal(cfg[0].memory, MIB(64));
	assert_int_equal(cfg[0].vcpus, 3);
	assert_int_equal(cfg[0].kernel.start, AT(32));
	assert_int_equal(cfg[0].kernel.size, 4096);
	assert_int_equal(cfg[0].ramdisk.size, 100);
	assert_string_equal(cfg[0].bootargs, "root");
	tree_domain("u", 1 << 10, 1);
	assert_int_equal(read_config(), 2);
	assert_int_equal(cfg[0].id + cfg[1].id, 1);
}

static void properties_that_are_missing(void **state)
{
	(void)state;
	tree_string("/chosen/d", "compatible", "xen,domain");
	assert_int_equal(read_config(), 1);
	assert_int_equal(cfg[0].memory, 0);
	assert_int_equal(cfg[0].vcpus, 0);
	assert_int_equal(cfg[0].kernel.size, 0);
	tree_domain("d", 1024, 0);
	tree_module("/chosen/d", "kernel", AT(32), 4096, "x");
	tree_remove("/chosen/d/module@82000000", "reg");
	assert_int_equal(read_config(), 1);
	assert_int_equal(cfg[0].vcpus, 0);
	assert_int_equal(cfg[0].kernel.size, 0);
}

static void reg_of_odd_length(void **state)
{
	u8 reg[40] = { 0, 0, 0, 0, 0x82 };

	(void)state;
	tree_domain("d", 1024, 1);
	tree_module("/chosen/d", "kernel", AT(32), 4096, NULL);
	for (int len = 0; len < 40; len++) {
		tree_set("/chosen/d/module@82000000", "reg", reg, len);
		assert_int_equal(read_config(), 1);
		if (len < 12)
			assert_int_equal(cfg[0].kernel.size, 0);
	}
}

static void cells_of_odd_sizes(void **state)
{
	static const u32 cells[] = { 0, 1, 2, 3, 4, 0xffffffff, 0x80000000, 0x40000000 };

	(void)state;
	tree_domain("d", 1024, 1);
	tree_module("/chosen/d", "kernel", AT(32), 4096, NULL);
	for (size_t a = 0; a < ARRAY_SIZE(cells); a++)
		for (size_t s = 0; s < ARRAY_SIZE(cells); s++) {
			tree_cells("/chosen/d", "#address-cells", 1, cells[a]);
			tree_cells("/chosen/d", "#size-cells", 1, cells[s]);
			tree_cells("/chosen/d/module@82000000", "reg", 3, 0, AT(32), 4096);
			assert_int_equal(read_config(), 1);
		}
}

/* A string that does not end is no string, and nothing is read behind it. */
static void strings_without_end(void **state)
{
	(void)state;
	tree_domain("d", 1024, 1);
	tree_module("/chosen/d", "kernel", AT(32), 4096, NULL);
	tree_set("/chosen/d/module@82000000", "bootargs", "abc", 3);
	tree_set("/chosen/d", "pvops,mode", "hvm", 3);
	tree_set("/chosen", "xen,xen-bootargs", "mode=hvm", 8);
	tree_set("/cpus/cpu@0", "riscv,isa", "rv64imah", 8);
	tree_set("/cpus/cpu@0", "mmu-type", "riscv,sv39", 10);
	tree_set("/memory@80000000", "device_type", "memory", 6);
	assert_int_equal(read_config(), 1);
	assert_string_equal(cfg[0].bootargs, "");
	assert_false(cfg[0].hvm);
	tree_set("/chosen/d", "compatible", "", 0);
	assert_int_equal(read_config(), 0);
}

static void sizes_that_overflow(void **state)
{
	static const u64 kib[] = { ~0UL, 1UL << 54, (1UL << 54) + 16384, 1UL << 63, 1UL << 40, (1UL << 40) - 1 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(kib); i++) {
		tree_domain("d", kib[i], 1);
		assert_int_equal(read_config(), 1);
		/* Never small: it must not be built by mistake. */
		assert_true(cfg[0].memory >= (1UL << 49));
	}
	for (u64 n = 0xffffffff; n > 9; n /= 16) {
		tree_domain("d", 1024, n);
		assert_int_equal(read_config(), 1);
		assert_true(cfg[0].vcpus > MAX_VCPUS);
	}
	tree_u64s("/chosen/d", "cpus", 1, 0x100000001UL);
	assert_int_equal(read_config(), 1);
	assert_true(cfg[0].vcpus > MAX_VCPUS);
	/* A number of a length that is none. */
	tree_set("/chosen/d", "cpus", "\0\0\1", 3);
	tree_set("/chosen/d", "memory", "\0\0\1\0\0\0\0\0\0\0\0\1", 12);
	assert_int_equal(read_config(), 1);
	assert_int_equal(cfg[0].vcpus, 0);
	assert_int_equal(cfg[0].memory, 0);
}

/* Under xl's names; of the domain without a node by Xen's options. */
static void grants(void **state)
{
	(void)state;
	tree_domain("d", 1024, 1);
	assert_int_equal(read_config(), 1);
	assert_int_equal(cfg[0].grant_frames, GRANT_FRAMES);
	assert_int_equal(cfg[0].maptrack_frames, MAPTRACK_FRAMES);
	tree_cells("/chosen/d", "max_grant_frames", 1, 7);
	tree_cells("/chosen/d", "max_maptrack_frames", 1, 0);
	assert_int_equal(read_config(), 1);
	assert_int_equal(cfg[0].grant_frames, 7);
	assert_int_equal(cfg[0].maptrack_frames, 0);
	tree_machine(0, 1, "gnttab_max_frames=64 gnttab_max_maptrack_frames=128");
	tree_module("/chosen", "kernel", AT(32), 4096, NULL);
	assert_int_equal(read_config(), 1);
	assert_int_equal(cfg[0].grant_frames, 64);
	assert_int_equal(cfg[0].maptrack_frames, 128);
}

/* What is not in the machine's memory is no module; nothing of it is ever read. */
static void modules_outside_memory(void **state)
{
	static const struct { u64 at, size; } bad[] = {
		{ 0, 4096 }, { 0x1000, 4096 }, { HOST_RAM_BASE - 4096, 8192 }, { HOST_RAM_BASE + HOST_RAM_SIZE, 1 },
		{ HOST_RAM_BASE + HOST_RAM_SIZE - 1, 2 }, { AT(32), ~0UL }, { AT(32), HOST_RAM_SIZE }, { ~0UL, 1 },
		{ ~0UL - 4095, 8192 }, { 1UL << 60, 4096 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		tree_machine(0, 1, "");
		tree_domain("d", 1024, 1);
		tree_module("/chosen/d", "kernel", bad[i].at, bad[i].size, NULL);
		host_output_clear();
		assert_int_equal(read_config(), 1);
		if (cfg[0].kernel.size)
			fail_msg("%#lx bytes at %#lx taken for a kernel", bad[i].size, bad[i].at);
		assert_printed("not in memory");
	}
}

static void too_many_domains(void **state)
{
	char name[16];

	(void)state;
	for (int i = 0; i < MAX_DOMAINS + 3; i++) {
		snprintf(name, sizeof(name), "d%d", i);
		tree_domain(name, 1024, 1);
	}
	assert_int_equal(read_config(), MAX_DOMAINS);
	assert_printed("is left out: 16 at most");
}

static void long_strings(void **state)
{
	char args[3000], name[200];

	(void)state;
	memset(args, 'a', sizeof(args) - 1);
	args[sizeof(args) - 1] = 0;
	memset(name, 'n', sizeof(name));
	name[100] = 0;
	tree_machine(0, 1, args);
	tree_domain(name, 1024, 1);
	memmove(name + 8, name, 101);
	memcpy(name, "/chosen/", 8);
	/* tree_domain() cuts the path */
	assert_int_equal(read_config(), 1);
	assert_int_equal(strlen(cfg[0].name), sizeof(cfg[0].name) - 1);
	tree_machine(0, 1, "");
	tree_domain("d", 1024, 1);
	tree_module("/chosen/d", "kernel", AT(32), 4096, args);
	assert_int_equal(read_config(), 1);
	assert_int_equal(strlen(cfg[0].bootargs), BOOTARGS_MAX - 1);
}

static void no_chosen_no_cpus(void **state)
{
	static u8 empty[256];

	(void)state;
	fdt_create_empty_tree(empty, sizeof(empty));
	machine_fdt = empty;
	assert_int_equal(config_read(cfg, MAX_DOMAINS), 0);
	host_window(TREE_PA, empty, sizeof(empty));
	machine_init(TREE_PA);
	assert_int_equal(config_read(cfg, MAX_DOMAINS), 0);
	assert_string_equal(stub_options, "");
}

static void not_a_tree(void **state)
{
	static u8 junk[64] __attribute__((aligned(8)));

	(void)state;
	host_window(TREE_PA, junk, sizeof(junk));
	if (!host_catch_stop()) {
		machine_init(TREE_PA);
		fail();
	}
	assert_printed("PANIC: no device tree");
}

/* --- options --- */

static void options(void **state)
{
	char buf[8];

	(void)state;
	tree_machine(0, 1, "  noreboot mode=pv  dom0_mem=12345678901 x= last");
	machine_init(tree_done());
	assert_true(option("noreboot"));
	assert_true(option("last"));
	assert_false(option("mode"));
	assert_false(option("noreboo"));
	assert_false(option("reboot"));
	assert_false(option("as"));
	assert_string_equal(option_value("mode", buf, sizeof(buf)), "pv");
	assert_string_equal(option_value("dom0_mem", buf, sizeof(buf)), "1234567");
	assert_string_equal(option_value("x", buf, sizeof(buf)), "");
	assert_null(option_value("ode", buf, sizeof(buf)));
	assert_null(option_value("last", buf, sizeof(buf)));
	tree_machine(0, 1, "");
	machine_init(tree_done());
	assert_false(option("last"));
	assert_null(option_value("mode", buf, sizeof(buf)));
	/* Without Xen's own, the machine's bootargs are the stub's options. */
	tree_remove("/chosen", "xen,xen-bootargs");
	tree_string("/chosen", "bootargs", "nopoweroff");
	machine_init(tree_done());
	assert_true(option("nopoweroff"));
}

static void sizes(void **state)
{
	(void)state;
	assert_int_equal(parse_size("4096"), 4096);
	assert_int_equal(parse_size("16K"), 16384);
	assert_int_equal(parse_size("16k"), 16384);
	assert_int_equal(parse_size("256M"), MIB(256));
	assert_int_equal(parse_size("2g"), 2UL << 30);
	assert_int_equal(parse_size("0x10M"), MIB(16));
	assert_int_equal(parse_size(""), 0);
	assert_int_equal(parse_size("M"), 0);
	assert_int_equal(parse_size("5x"), 5);
}

static void registers(void **state)
{
	u64 a, s;
	int node;

	(void)state;
	tree_u64s("/memory@80000000", "reg", 4, HOST_RAM_BASE, MIB(1), AT(16), MIB(2));
	machine_init(tree_done());
	node = fdt_path_offset(machine_fdt, "/memory@80000000");
	assert_true(fdt_read_reg(machine_fdt, node, 0, &a, &s));
	assert_int_equal(a, HOST_RAM_BASE);
	assert_int_equal(s, MIB(1));
	assert_true(fdt_read_reg(machine_fdt, node, 1, &a, &s));
	assert_int_equal(a, AT(16));
	assert_int_equal(s, MIB(2));
	assert_false(fdt_read_reg(machine_fdt, node, 2, &a, &s));
}

static void reserves(void **state)
{
	(void)state;
	tree_cells("/reserved-memory", "#address-cells", 1, 2);
	tree_cells("/reserved-memory", "#size-cells", 1, 2);
	tree_u64s("/reserved-memory/fw@80000000", "reg", 2, HOST_RAM_BASE, 0x40000UL);
	machine_init(tree_done());
	assert_true(is_reserved(HOST_RAM_BASE, 0x40000));
	/* The tree itself, and what lies below the stub with the stub. */
	assert_true(is_reserved(TREE_PA, fdt_totalsize(machine_fdt)));
	assert_true(is_reserved(HOST_RAM_BASE, SZ_2M + (128 << 10)));
}

/* --- the instruction set --- */

static const char *isa_of(const char *isa)
{
	tree_machine(0, 1, "");
	tree_string("/cpus/cpu@0", "riscv,isa", isa);
	machine_init(tree_done());
	return machine_isa();
}

static void isa_is_read(void **state)
{
	static const char exts[] = "i\0m\0a\0c\0zicsr\0zba";

	(void)state;
	assert_string_equal(isa_of("rv64imac_zicsr"), "rv64imac_zicsr");
	tree_remove("/cpus/cpu@0", "riscv,isa");
	tree_set("/cpus/cpu@0", "riscv,isa-extensions", exts, sizeof(exts));
	machine_init(tree_done());
	assert_string_equal(machine_isa(), "rv64imac_zicsr_zba");
	/* A hart without an MMU does not speak for the others. */
	tree_machine(0, 2, "");
	tree_string("/cpus/cpu@0", "riscv,isa", "rv64imac");
	tree_string("/cpus/cpu@0", "mmu-type", "riscv,none");
	tree_string("/cpus/cpu@1", "riscv,isa", "rv64imafdc");
	machine_init(tree_done());
	assert_string_equal(machine_isa(), "rv64imafdc");
}

/* Strings that are no ISA: nothing of an earlier one may come through. */
static void isa_of_nonsense(void **state)
{
	static const char *const bad[] = { "", "r", "rv", "rv6", "rv64", "x", "_", "____", "rv64_", "rv64__zba_", "RV64IMAC" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		char out[64];

		isa_of("rv64imafdch_zba");
		isa_of(bad[i]);
		assert_false(isa_has(machine_isa(), "h"));
		assert_false(isa_has(machine_isa(), "i"));
		guest_isa_string(out, sizeof(out), machine_isa(), false);
		assert_int_equal(strncmp(out, "rv64", 4), 0);
	}
}

static void isa_has_extensions(void **state)
{
	const char *isa = "rv64imafdch_zicsr_zba_sstc";

	(void)state;
	assert_true(isa_has(isa, "h"));
	assert_true(isa_has(isa, "zba"));
	assert_true(isa_has(isa, "sstc"));
	assert_true(isa_has(isa, "zicsr"));
	assert_false(isa_has(isa, "v"));
	assert_false(isa_has(isa, "z"));
	assert_false(isa_has(isa, "zb"));
	assert_false(isa_has(isa, "icsr"));
	assert_false(isa_has(isa, "sst"));
	assert_false(isa_has("rv64imac_zhh", "h"));
}

static void guests_get_what_they_may_use(void **state)
{
	static const struct { const char *host; bool hvm, sstc; const char *guest; } cases[] = {
		{ "rv64imac", false, false, "rv64imac_svvptc" },
		{ "rv64imac", true, false, "rv64imac" },
		{ "rv64imafdcvh_zicsr_zba_sstc_svpbmt_zicbom_zve64x", false, false, "rv64imafdc_zicsr_zba_svvptc" },
		{ "rv64imafdcvh_zicsr_zba_sstc_svinval_svpbmt", true, true, "rv64imafdc_zicsr_zba_sstc_svinval" },
		{ "rv64imafdch_sstc", true, false, "rv64imafdc" },
		{ "rv64gc", false, false, "rv64imafdc_svvptc" },	/* G is IMAFD_Zicsr_Zifencei */
		{ "rv64ima_smaia_ssaia_xvendor_zbz_zb", false, false, "rv64ima_svvptc" },
	};
	char out[128];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		have_sstc = cases[i].sstc;
		guest_isa_string(out, sizeof(out), cases[i].host, cases[i].hvm);
		/* "g" may be written out with the two that are not letters. */
		if (!strcmp(cases[i].host, "rv64gc"))
			assert_true(isa_has(out, "i") && isa_has(out, "m") && isa_has(out, "a") && isa_has(out, "f") &&
				    isa_has(out, "d") && isa_has(out, "c"));
		else
			assert_string_equal(out, cases[i].guest);
	}
	have_sstc = false;
}

static void isa_strings_are_cut(void **state)
{
	const char *host = "rv64imafdc_zicsr_zifencei_zihintpause_zba_zbb_zbc_zbs";

	(void)state;
	for (size_t size = 1; size < 80; size++) {
		char *out = malloc(size);
		int n = guest_isa_string(out, size, host, false);

		assert_true(strlen(out) < size);
		if (size > 70)
			assert_int_equal(n, strlen(out));
		free(out);
	}
}

static void levels_are(unsigned int want, const char *said)
{
	host_output_clear();
	assert_int_equal(read_config(), 1);
	assert_int_equal(cfg[0].levels, want);
	if (said)
		assert_non_null(strstr(host_output(), said));
	else
		assert_null(strstr(host_output(), "page tables"));
}

/* Three unless asked for more, by the option or by the domain itself; and never more than the harts have. */
static void levels(void **state)
{
	(void)state;
	tree_domain("d", 1024, 1);
	levels_are(3, NULL);
	tree_string("/chosen", "xen,xen-bootargs", "noreboot levels=4");
	levels_are(4, NULL);
	tree_cells("/chosen/d", "pvops,levels", 1, 5);
	levels_are(5, NULL);
	tree_cells("/chosen/d", "pvops,levels", 1, 3);
	levels_are(3, NULL);
	tree_cells("/chosen/d", "pvops,levels", 1, 2);
	levels_are(3, "d: page tables have 3 levels: 2 are asked for");
	tree_u64s("/chosen/d", "pvops,levels", 1, 0x100000004UL);
	levels_are(5, "d: page tables have 5 levels: 4294967300 are asked for");
	tree_string("/chosen", "xen,xen-bootargs", "levels=many");
	tree_cells("/chosen/d", "pvops,levels", 1, 5);
	for (host_levels = 4; host_levels >= 3; host_levels--)
		levels_are(host_levels, host_levels == 4 ? "d: page tables have 4 levels: 5 are asked for" :
							   "d: page tables have 3 levels: 5 are asked for");
	tree_cells("/chosen/d", "pvops,levels", 1, 3);
	levels_are(3, NULL);
	host_levels = MAX_LEVELS;
}

/* Every hart's string, however long, fits into what the guest's tree makes of it. */
static void guests_tree_of_a_long_isa(void **state)
{
	static struct domain d = { .nr_vcpus = 1, .cfg = { .memory = SZ_2M, .levels = 3 } };
	static u8 buf[16384] __attribute__((aligned(8)));
	char letters[500] = "rv64", exts[500] = "rv64i";

	(void)state;
	memset(letters + 4, 'i', sizeof(letters) - 5);
	for (size_t n = 5; n + 5 < sizeof(exts); n += 4)
		strcpy(exts + n, "_zba");
	isa_of(exts);
	assert_int_equal(guest_fdt_build(&d, buf, sizeof(buf), 0, 0), 0);
	isa_of(letters);
	assert_int_equal(guest_fdt_build(&d, buf, sizeof(buf), 0, 0), 0);
}

#define E(name) cmocka_unit_test_setup(name, setup)
int main(void)
{
	const struct CMUnitTest tests[] = {
		E(nothing), E(domains_of_the_tree), E(modes), E(dom0), E(properties_that_are_missing), E(reg_of_odd_length),
		E(cells_of_odd_sizes), E(strings_without_end), E(sizes_that_overflow), E(modules_outside_memory),
		E(grants), E(levels), E(too_many_domains), E(long_strings), E(no_chosen_no_cpus), E(not_a_tree), E(options), E(sizes), E(registers),
		E(reserves), E(isa_is_read), E(isa_of_nonsense), E(isa_has_extensions), E(guests_get_what_they_may_use),
		E(isa_strings_are_cut), E(guests_tree_of_a_long_isa),
	};

	alarm(UNIT_SECONDS);
	host_die = unit_die;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, group_setup, NULL);
}
