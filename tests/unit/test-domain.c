// SPDX-License-Identifier: GPL-2.0
/*
 * core/domain.c, core/load.c, core/guest_fdt.c: from the machine's tree to domains that are built (or not, and why), and to
 * their end. Each machine is a process of its own, for the stub never starts twice; what it says comes back in shared memory.
 */
#include <sys/mman.h>
#include <sys/wait.h>
#include "code.h"
#include "guest.h"
#include "tree.h"
#include "unit.h"
#include "xen.h"

#define MIB(n)	((u64)(n) << 20)
#define AT(n)	(HOST_RAM_BASE + MIB(n))

static struct result {
	bool finished, stopped, failed;
	char output[1 << 15], why[512];
	unsigned int nr;
	u64 free_before, free_after;
	u8 dtb[16384];
	u8 start[4096];		/* of what lies at the entry */
	u64 entry, fdt;
	u64 sum;		/* of the initrd in the guest's memory */
} *r;

static void child_dies(const char *why)
{
	snprintf(r->why, sizeof(r->why), "%s", why);
	_exit(1);
}

static void look_into(struct domain *d)
{
	u64 start = 0, end = 0;
	int node, len;
	const void *p;

	r->entry = d->entry;
	r->fdt = d->fdt;
	p2m_copy_from(d, r->dtb, d->fdt, sizeof(r->dtb));
	p2m_copy_from(d, r->start, d->entry, sizeof(r->start));
	node = fdt_path_offset(r->dtb, "/chosen");
	p = fdt_getprop(r->dtb, node, "linux,initrd-start", &len);
	start = p ? fdt64_ld(p) : 0;
	p = fdt_getprop(r->dtb, node, "linux,initrd-end", &len);
	end = p ? fdt64_ld(p) : 0;
	for (u64 gpa = start; gpa + 8 <= end; gpa += 8)
		r->sum += *guest_u64(d, gpa);
}

/* The domains run as far as they run on the host: to the scheduler, and each ends as told. */
static void run_to_the_end(const enum domain_end *ends)
{
	domains_start();
	host_on_hart(0);
	for (unsigned int i = 0; i < r->nr; i++) {
		struct vcpu *v = schedule(NULL);
		struct domain *d = v->domain;

		if (ends[i] == DOMAIN_CRASHED)
			domain_crash(v, "it has %s", "failed");
		else
			domain_end(v, ends[i]);
		host_set_time(csr_read(CSR_TIME) + 1000);
		if (i + 1 == r->nr)
			r->free_after = memory_available();	/* before the last is gone: see below */
		/* Ends in sbi_shutdown() when it was the last. */
		v = schedule(v);
		if (d->end != DOMAIN_RUNNING && domains[0] == d && r->nr > 1)
			r->free_after = memory_available();
		/* Put back who was chosen. */
		v->state = VCPU_RUNNABLE;
		v->ops->save(v);
		v->domain->on_hart--;
		v->pcpu = NULL;
		host_pcpu->current = NULL;
	}
}

/* What a test does with a machine whose domains are there, in its process; NULL: they end as told. */
static void (*in_machine)(void);

static void machine_runs(const enum domain_end *ends)
{
	machine_init(tree_done());
	have_h = isa_has(machine_isa(), "h");
	time_init();
	time_init_here();
	if (!host_catch_stop()) {
		domains_create();
		r->nr = nr_domains;
		r->free_before = memory_available();
		if (nr_domains)
			look_into(domains[0]);
		if (in_machine)
			in_machine();
		else if (ends || !nr_domains)
			run_to_the_end(ends);
	} else {
		r->stopped = true;
		r->failed = host_stop_failed;
		r->free_after = memory_available();
	}
	snprintf(r->output, sizeof(r->output), "%s", host_output());
	r->finished = true;
}

/* ends: how each domain ends; NULL: they are built and no more. */
static void boot(const enum domain_end *ends)
{
	pid_t pid;
	int status;

	if (!r)
		r = mmap(NULL, sizeof(*r), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	memset(r, 0, sizeof(*r));
	fflush(NULL);
	pid = fork();
	if (!pid) {
		host_die = child_dies;
		alarm(60);
		machine_runs(ends);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	if (!r->finished)
		fail_msg("the machine has not come to its end (status %#x): %s", status, r->why);
}

static void assert_said(const char *text)
{
	if (!strstr(r->output, text))
		fail_msg("not said: \"%s\" in:\n%s", text, r->output);
}

/* A machine of 256 MiB with one domain whose kernel is at 64 MiB. */
static void one_domain(const char *options, u64 kib, u32 cpus)
{
	in_machine = NULL;
	tree_machine(MIB(256), 2, options);
	tree_domain("dom", kib, cpus);
	put_image(AT(64), MIB(3), SZ_2M, MIB(4));
	tree_module("/chosen/dom", "kernel", AT(64), MIB(3), "earlycon");
}

static void cannot_build(const char *why)
{
	boot(NULL);
	assert_int_equal(r->nr, 0);
	assert_said("stub: d1: cannot build dom: ");
	assert_said(why);
	assert_said("all domains are gone: fail");
	assert_true(r->stopped && r->failed);
	/* All there was is free again: the machine less image, tree and modules, of which the largest are 100 MiB. */
	assert_in_range(r->free_after, MIB(256 - 5 - 103), MIB(256));
}

/* --- what is built --- */

static void is_built(void **state)
{
	u64 sum = 0;

	(void)state;
	one_domain("mode=pv", 65536, 2);
	for (u64 i = 0; i < 50000; i += 8) {
		*(u64 *)pa_to_va(AT(80) + i) = i * 77;
		sum += i * 77;
	}
	tree_module("/chosen/dom", "ramdisk", AT(80), 50000, NULL);
	boot(NULL);
	assert_int_equal(r->nr, 1);
	assert_said("stub: d1: dom, pv, 2 vCPUs\r\n");
	assert_said("stub: d1: memory 65536 KiB tables ");
	assert_int_equal(r->entry, GUEST_RAM_BASE + SZ_2M);
	assert_memory_equal(r->start, pa_to_va(AT(64)), sizeof(r->start));
	assert_int_equal(r->sum, sum);
	/* The tree: 8-byte aligned, not over the kernel's bss, not over the initrd. */
	assert_true(IS_ALIGNED(r->fdt, 8) && r->fdt >= r->entry + MIB(4));
}

static u64 number(const char *path, const char *name, int index)
{
	int len;
	const fdt32_t *p = fdt_getprop(r->dtb, fdt_path_offset(r->dtb, path), name, &len);

	if (!p || len < 4 * (index + 1))
		fail_msg("%s %s[%d] is not in the guest's tree", path, name, index);
	return fdt32_to_cpu(p[index]);
}

static const char *string(const char *path, const char *name)
{
	int len;
	const char *s = fdt_getprop(r->dtb, fdt_path_offset(r->dtb, path), name, &len);

	if (!s || strnlen(s, len) == (size_t)len)
		fail_msg("%s %s is not in the guest's tree", path, name);
	return s;
}

static void guests_tree(void **state)
{
	char path[64];
	int n = 0, node, len;

	(void)state;
	one_domain("mode=pv", 65536, 3);
	tree_module("/chosen/dom", "ramdisk", AT(80), 4097, NULL);
	boot(NULL);
	assert_int_equal(fdt_check_header(r->dtb), 0);
	assert_true(fdt_totalsize(r->dtb) <= sizeof(r->dtb));
	assert_string_equal(string("/chosen", "bootargs"), "earlycon");
	assert_int_equal(number("/", "#address-cells", 0), 2);
	assert_int_equal(number("/", "#size-cells", 0), 2);
	assert_string_equal(string("/memory@80000000", "device_type"), "memory");
	assert_int_equal(number("/memory@80000000", "reg", 1), 0x80000000);
	assert_int_equal(number("/memory@80000000", "reg", 3), MIB(64));
	assert_int_equal(number("/cpus", "timebase-frequency", 0), 10000000);
	assert_int_equal(number("/chosen", "linux,initrd-end", 1) - number("/chosen", "linux,initrd-start", 1), 4097);
	assert_true(number("/chosen", "linux,initrd-end", 1) <= 0x80000000 + MIB(64));
	assert_true(number("/chosen", "linux,initrd-start", 1) >= r->fdt + fdt_totalsize(r->dtb));
	fdt_for_each_subnode(node, r->dtb, fdt_path_offset(r->dtb, "/cpus"))
		n++;
	assert_int_equal(n, 3);
	for (int i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "/cpus/cpu@%d", i);
		assert_int_equal(number(path, "reg", 0), i);
		assert_string_equal(string(path, "mmu-type"), "riscv,sv39");
		assert_string_equal(string(path, "status"), "okay");
		assert_null(strchr(string(path, "riscv,isa") + 4, 'h') == NULL ? NULL :
			    strstr(string(path, "riscv,isa"), "dch"));
		node = fdt_path_offset(r->dtb, path);
		/* Both ways to tell say the same. */
		for (int k = 0; k < fdt_stringlist_count(r->dtb, node, "riscv,isa-extensions"); k++)
			assert_true(isa_has(string(path, "riscv,isa"),
					    fdt_stringlist_get(r->dtb, node, "riscv,isa-extensions", k, &len)));
		assert_true(fdt_stringlist_count(r->dtb, node, "riscv,isa-extensions") > 8);
		snprintf(path, sizeof(path), "/cpus/cpu@%d/interrupt-controller", i);
		assert_int_equal(number(path, "#interrupt-cells", 0), 1);
		assert_string_equal(string(path, "compatible"), "riscv,cpu-intc");
		assert_int_equal(fdt_node_offset_by_phandle(r->dtb, number(path, "phandle", 0)),
				 fdt_path_offset(r->dtb, path));
	}
}

static void no_initrd_no_property(void **state)
{
	(void)state;
	one_domain("mode=pv", 65536, 1);
	boot(NULL);
	assert_null(fdt_getprop(r->dtb, fdt_path_offset(r->dtb, "/chosen"), "linux,initrd-start", NULL));
}

/* --- what is not --- */

static void wants_too_much(void **state)
{
	(void)state;
	one_domain("", 65536, 0);
	cannot_build("zero vCPUs");
	one_domain("", 65536, 9);
	cannot_build("more than 8 vCPUs");
	one_domain("", 0, 1);
	cannot_build("no memory asked for");
	one_domain("", 100, 1);
	cannot_build("memory");
	one_domain("", 4096, 1);
	cannot_build("MiB of memory");
	one_domain("", 1 << 20, 1);
	cannot_build("the machine has not that much memory");
	one_domain("", ~0UL, 1);
	cannot_build("the machine has not that much memory");
	/* All but what is taken already: fails half way, and gives back what it had. */
	one_domain("mode=pv", (256 - 70) << 10, 1);
	boot(NULL);
	if (!r->nr)
		assert_said("the machine has not");
	one_domain("", 65536, 1);
	tree_cells("/chosen/dom", "max_grant_frames", 1, 0);
	cannot_build("max_grant_frames is not 1 to 4096");
	one_domain("", 65536, 1);
	tree_cells("/chosen/dom", "max_grant_frames", 1, 4097);
	cannot_build("max_grant_frames is not 1 to 4096");
	one_domain("", 65536, 1);
	tree_cells("/chosen/dom", "max_maptrack_frames", 1, 1025);
	cannot_build("max_maptrack_frames is more than 1024");
	one_domain("mode=hvm", 65536, 1);
	tree_string("/cpus/cpu@0", "riscv,isa", "rv64imafdc");
	tree_string("/cpus/cpu@1", "riscv,isa", "rv64imafdc");
	cannot_build("no H extension");
}

static void bad_kernels(void **state)
{
	static const struct { u64 size, text_offset, image_size; const char *why; } cases[] = {
		{ MIB(3), 0, MIB(70), "kernel does not fit" },
		{ MIB(3), MIB(64), MIB(3), "kernel does not fit" },
		{ MIB(3), MIB(61) + 1, MIB(3), "kernel does not fit" },
		{ MIB(3), ~0UL, MIB(3), "kernel does not fit" },
		{ MIB(3), ~0UL - MIB(3) + 1, MIB(3), "kernel does not fit" },
		{ MIB(3), SZ_2M, ~0UL, "kernel does not fit" },
		{ MIB(65), 0, 0, "kernel does not fit" },
		{ 32, 0, 0, "kernel" },
		{ 63, 0, 0, "kernel" },
	};

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_SIZE(cases); i++) {
		u64 size = cases[i / 2].size;

		one_domain(i & 1 ? "noreboot" : "", 65536, 1);
		put_image(AT(64), MIB(3), cases[i / 2].text_offset, cases[i / 2].image_size);
		tree_module("/chosen/dom", "kernel", AT(64), size, "");
		cannot_build(cases[i / 2].why);
	}
	one_domain("", 65536, 1);
	memset(pa_to_va(AT(64)), 0x33, 4096);
	cannot_build("not a RISC-V Image");
	tree_machine(MIB(256), 1, "");
	tree_domain("dom", 65536, 1);
	cannot_build("it has no kernel");
}

static void initrds_that_do_not_fit(void **state)
{
	static const u64 sizes[] = { MIB(64), MIB(63), MIB(58), MIB(58) - 4096, MIB(100) };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		one_domain("", 65536, 1);
		tree_module("/chosen/dom", "ramdisk", AT(100), sizes[i], NULL);
		cannot_build("initrd does not fit");
	}
	/* The largest that does: kernel up to 6 MiB, 16 KiB of tree. */
	one_domain("", 65536, 1);
	tree_module("/chosen/dom", "ramdisk", AT(100), MIB(58) - 16384, NULL);
	boot(NULL);
	assert_int_equal(r->nr, 1);
	assert_true(r->fdt >= r->entry + MIB(4));
}

static void one_bad_among_good(void **state)
{
	(void)state;
	one_domain("mode=pv", 32768, 1);
	tree_domain("bad", 32768, 0);
	tree_domain("good", 32768, 1);
	tree_module("/chosen/good", "kernel", AT(64), MIB(3), "x");
	boot((enum domain_end[]){ DOMAIN_POWEROFF, DOMAIN_POWEROFF });
	assert_int_equal(r->nr, 2);
	assert_said("cannot build bad: zero vCPUs");
	/* What could not be built has failed, whatever the others do. */
	assert_said("all domains are gone: fail");
}

/* --- the end --- */

static void ends(void **state)
{
	(void)state;
	one_domain("mode=pv noreboot", 65536, 2);
	boot((enum domain_end[]){ DOMAIN_POWEROFF });
	assert_said("stub: d1: shutdown: poweroff\r\n");
	assert_said("stub: all domains are gone: pass\r\n");
	assert_true(r->stopped && !r->failed);
	one_domain("mode=pv noreboot", 65536, 2);
	boot((enum domain_end[]){ DOMAIN_REBOOT });
	assert_said("stub: d1: shutdown: reboot\r\n");
	assert_said("stub: all domains are gone: pass\r\n");
	one_domain("mode=pv", 65536, 2);
	boot((enum domain_end[]){ DOMAIN_CRASHED });
	assert_said("stub: d1: crash: it has failed\r\n");
	assert_said("stub: all domains are gone: fail\r\n");
	assert_true(r->failed);
}

static void reboots(void **state)
{
	(void)state;
	one_domain("mode=pv", 65536, 2);
	/* One domain, asked twice: the first time it starts again. */
	tree_domain("other", 32768, 1);
	tree_module("/chosen/other", "kernel", AT(64), MIB(3), "");
	boot((enum domain_end[]){ DOMAIN_REBOOT, DOMAIN_REBOOT });
	assert_int_equal(r->nr, 2);
	assert_null(strstr(r->output, "shutdown: reboot"));
	assert_said("starts again");
}

static void two_domains(const char *options, void (*what)(void))
{
	one_domain(options, 65536, 2);
	tree_domain("other", 32768, 1);
	put_image(AT(72), MIB(3), SZ_2M, MIB(4));
	tree_module("/chosen/other", "kernel", AT(72), MIB(3), "");
	in_machine = what;
	boot(NULL);
}

int __real_p2m_reset(struct domain *d);
int __wrap_p2m_reset(struct domain *d);
int __wrap_p2m_reset(struct domain *d)
{
	for (unsigned int i = 0; i < d->nr_vcpus; i++) {
		const struct vcpu_events *e = &d->vcpu[i]->events;

		if (e->registered || e->control || e->runstate_word[0])
			host_die("its memory may become another's, and events or times are written into it");
	}
	snprintf(r->why, sizeof(r->why), "reset");
	return __real_p2m_reset(d);
}

static void registers_and_reboots(void)
{
	struct vcpu_register_vcpu_info i = { .mfn = GUEST_RAM_BASE >> PAGE_SHIFT };
	struct vcpu_register_runstate_memory_area area = { .addr.p = GUEST_RAM_BASE + PAGE_SIZE };
	struct evtchn_init_control c = { .control_gfn = (GUEST_RAM_BASE >> PAGE_SHIFT) + 2 };
	struct vcpu *v;

	domains_start();
	host_on_hart(0);
	v = schedule(NULL);
	if (vcpu_op_register_vcpu_info(v, v, &i))
		host_die("no vcpu_info");
	if (vcpu_op_register_runstate_memory_area(v, v, &area) || !v->events.runstate_word[0])
		host_die("no runstate area");
	if (evtchn_init_control(v, &c) || !v->events.control)
		host_die("no FIFO");
	domain_end(v, DOMAIN_REBOOT);
	schedule(v);
}

static void reboot_lets_go_of_memory(void **state)
{
	(void)state;
	two_domains("mode=pv", registers_and_reboots);
	assert_string_equal(r->why, "reset");
	assert_said("starts again");
}

/* Who holds the domain that ends waits for a fence of the vCPU that is on this hart. */
static struct domain *held;
static void until_it_has_fenced(unsigned int turn)
{
	const struct vcpu *v = this_pcpu()->current;

	(void)turn;
	if (held && v->req_done == v->req_posted) {
		domain_release(held);
		held = NULL;
	}
}

static void destroys_what_is_held(void)
{
	struct vcpu *v;

	domains_start();
	host_on_hart(0);
	v = schedule(NULL);
	held = domains[v->domain == domains[0]];
	domain_hold(held);
	vcpu_post_fence_i(v);
	host_hooks.relax = until_it_has_fenced;
	domain_destroy(held);
	if (held)
		host_die("it is gone while it is held");
}

static void waiting_does_fences(void **state)
{
	(void)state;
	two_domains("mode=pv", destroys_what_is_held);
	assert_said("gone, memory free");
}

static void must(bool so, const char *what)
{
	if (!so)
		host_die(what);
}

static struct vcpu *first_runs(void)
{
	struct vcpu *v;

	domains_start();
	host_on_hart(0);
	v = schedule(NULL);
	v->domain->cfg.restart[DOMAIN_CRASHED] = true;
	return v;
}

static void crashes_without_kernel(void)
{
	struct vcpu *v = first_runs();
	struct domain *d = v->domain;

	domain_crash(v, "so");
	schedule(v);
	must(d->end == DOMAIN_GONE, "it is gone");
}

/* What cannot be made again is gone: others wait for that. */
static void no_restart_without_kernel(void **state)
{
	(void)state;
	two_domains("mode=pv noreboot", crashes_without_kernel);
	assert_said("cannot be made again");
}

static void is_destroyed_while_it_restarts(void)
{
	struct vcpu *v = first_runs();
	struct domain *d = domains[v->domain == domains[0]];
	char id = '0' + d->id;

	d->end = DOMAIN_REBOOT;		/* on another hart */
	keys_handle('k');
	keys_handle(id);
	keys_handle('\r');
	must(keys_wait(), "it is waited for");
	d->end = DOMAIN_RUNNING;
	must(!keys_wait() && d->end == DOMAIN_GONE, "it is destroyed");
}

static void destroyed_while_it_restarts(void **state)
{
	(void)state;
	two_domains("mode=pv", is_destroyed_while_it_restarts);
	assert_said(": destroyed");
}

static void (*while_loading)(void);
const char *__real_domain_load(struct domain *d, u64 *entry, u64 *fdt);
const char *__wrap_domain_load(struct domain *d, u64 *entry, u64 *fdt);
const char *__wrap_domain_load(struct domain *d, u64 *entry, u64 *fdt)
{
	if (while_loading)
		while_loading();
	return __real_domain_load(d, entry, fdt);
}

static struct domain *last_other;
static void the_other_ends(void)
{
	domain_destroy(last_other);
	must(last_other->end == DOMAIN_GONE, "the other is gone");
}

static void crashes_and_the_other_ends(void)
{
	struct vcpu *v = first_runs();
	struct domain *d = v->domain;

	last_other = domains[d == domains[0]];
	sched_stop(last_other->vcpu[0]);
	while_loading = the_other_ends;
	domain_crash(v, "so");
	must(schedule(v)->domain == d && d->end == DOMAIN_RUNNING, "it runs again");
}

/* The machine goes on while one is being made. */
static void last_one_is_being_made(void **state)
{
	(void)state;
	two_domains("mode=pv", crashes_and_the_other_ends);
	assert_false(r->stopped);
}

/* All the memory comes back, also that of a kernel that was given to its domain. */
static void memory_comes_back(void **state)
{
	static const char *const options[] = { "mode=pv", "mode=hvm", "mode=pv noreboot", "mode=hvm noreboot", "mode=pv nocopies" };
	u64 none;

	(void)state;
	tree_machine(MIB(256), 2, "");
	tree_domain("dom", 65536, 0);
	put_image(AT(64), MIB(4), SZ_2M, MIB(4));
	tree_module("/chosen/dom", "kernel", AT(64), MIB(4), "");
	boot(NULL);
	none = r->free_after;
	assert_in_range(none, MIB(240), MIB(252));
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		one_domain(options[i], 65536, 2);
		tree_module("/chosen/dom", "kernel", AT(64), MIB(4), "");
		boot((enum domain_end[]){ DOMAIN_POWEROFF });
		assert_true(r->stopped);
		if (strstr(options[i], "noreboot"))
			assert_in_range(r->free_after, none, none + MIB(4));
		else
			assert_int_equal(r->free_after, none);
	}
}

/* As many domains as there may be. */
static void many_domains(void **state)
{
	char name[32], path[64];

	(void)state;
	tree_machine(HOST_RAM_SIZE, 2, "mode=pv");
	put_image(AT(64), MIB(3), SZ_2M, MIB(4));
	for (int i = 0; i < MAX_DOMAINS; i++) {
		snprintf(name, sizeof(name), "dom%d", i);
		snprintf(path, sizeof(path), "/chosen/%s", name);
		tree_domain(name, 16384, 1);
		/* Each with modules of its own. */
		put_image(AT(64 + 8 * i), MIB(3), SZ_2M, MIB(4));
		tree_module(path, "kernel", AT(64 + 8 * i), MIB(3), "");
		tree_module(path, "ramdisk", AT(68 + 8 * i), 4096, "");
	}
	boot(NULL);
	if (r->nr != MAX_DOMAINS)
		fail_msg("%u of %u domains:\n%s", r->nr, MAX_DOMAINS, r->output);
}

/* Tables are at most 3 % of a domain's memory, and what hypercalls and xenstore take of any. */
static void tables_are_small(void **state)
{
	static const char *const options[] = { "mode=pv", "mode=hvm" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		const char *s;

		one_domain(options[i], 131072, 1);
		boot(NULL);
		assert_int_equal(r->nr, 1);
		s = strstr(r->output, "tables ");
		assert_non_null(s);
		assert_in_range(strtoul(s + 7, NULL, 10), 1, 131072 * 3 / 100 + 256);
	}
}

UNIT_MAIN(T(is_built), T(guests_tree), T(no_initrd_no_property), T(wants_too_much), T(bad_kernels), T(initrds_that_do_not_fit),
	  T(one_bad_among_good), T(ends), T(reboots), T(reboot_lets_go_of_memory),
	  T(waiting_does_fences), T(no_restart_without_kernel), T(destroyed_while_it_restarts), T(last_one_is_being_made),
	  T(memory_comes_back), T(many_domains), T(tables_are_small))
