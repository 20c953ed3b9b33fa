// SPDX-License-Identifier: GPL-2.0
/*
 * xen/hypercall.c and the families that are no more than answers: version, hvm, console_io, multicall, vm_assist,
 * physdev; and arch/guest_access.c, by which all of them read and write. What the answers are to be is Xen's.
 */
#include "guest.h"
#include "unit.h"
#include "xen.h"

#define MIB	8
#define TOP	(GUEST_RAM_BASE + ((u64)MIB << 20))
#define AT	(GUEST_RAM_BASE + 0x100000)	/* addresses are physical: the guest has no paging */

static struct domain *d, *d0;
static struct vcpu *v;

static int setup(void **state)
{
	(void)state;
	host_harts(1);
	guest_make_two(&d, &d0, MIB);
	v = d->vcpu[0];
	guest_run(v);
	host_output_clear();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	guest_check_memory(d);
	guest_check_memory(d0);
	return 0;
}

static void as(struct vcpu *next)
{
	guest_switch(v, next);
	v = next;
}

/* One ecall. True if it is to be made again. */
static bool once(u64 nr)
{
	u64 before[32];

	memcpy(before, v->regs, sizeof(before));
	v->regs[16] = before[16] = nr;
	v->regs[17] = before[17] = XEN_RISCV_SBI_EXT;
	v->pc = AT + 4;
	guest_sbi(v);
	before[10] = v->regs[10];
	assert_memory_equal(v->regs, before, sizeof(before));
	return v->pc == AT;
}

static unsigned int pieces;

static long call(u64 nr, u64 a1, u64 a2, u64 a3)
{
	v->regs[10] = 0;
	v->regs[11] = a1;
	v->regs[12] = a2;
	v->regs[13] = a3;
	for (pieces = 1; once(nr); pieces++)
		v->state = VCPU_RUNNING;
	return v->regs[10];
}

static void put(u64 gpa, const void *p, u64 len)
{
	assert_int_equal(p2m_copy_to(v->domain, gpa, p, len), 0);
}

static void get(void *p, u64 gpa, u64 len)
{
	assert_int_equal(p2m_copy_from(v->domain, p, gpa, len), 0);
}

static void unknown(void **state)
{
	(void)state;
	for (u64 nr = 0; nr < 100; nr++) {
		bool known = false;

#define X(number, name, arguments, stage, text) known |= nr == (number);
		XEN_HYPERCALLS(X)
#undef X
		assert_int_equal(call(nr, known ? 63 : 0, 0, 0), nr == __HYPERVISOR_vcpu_op ? -XEN_EINVAL :
				 nr == __HYPERVISOR_vm_assist ? -XEN_EINVAL :
				 nr == __HYPERVISOR_multicall ? 0 : -XEN_ENOSYS);
	}
	assert_int_equal(call(~0UL, 0, 0, 0), -XEN_ENOSYS);
	assert_int_equal(call(1UL << 32 | __HYPERVISOR_xen_version, 0, 0, 0), -XEN_ENOSYS);
	/* An op is an int. */
	assert_int_equal(call(__HYPERVISOR_xen_version, 1UL << 32 | XENVER_version, 0, 0), 4 << 16 | 17);
	assert_int_equal(call(__HYPERVISOR_xen_version, 32, 0, 0), -XEN_ENOSYS);
	assert_int_equal(call(__HYPERVISOR_xen_version, ~0UL, 0, 0), -XEN_ENOSYS);
}

/* The option that refuses a hypercall, an op, or an op with an argument, and nothing else. */
static void refused(void **state)
{
	(void)state;
	hypercalls_refuse("17");
	assert_int_equal(call(__HYPERVISOR_xen_version, XENVER_version, 0, 0), -XEN_EPERM);
	assert_int_equal(call(__HYPERVISOR_xen_version, 32, 0, 0), -XEN_EPERM);
	hypercalls_refuse("17.32");
	assert_int_equal(call(__HYPERVISOR_xen_version, 32, 0, 0), -XEN_EPERM);
	assert_int_equal(call(__HYPERVISOR_xen_version, XENVER_version, 0, 0), 4 << 16 | 17);
	hypercalls_refuse("17.32.5");
	assert_int_equal(call(__HYPERVISOR_xen_version, 32, 5, 0), -XEN_EPERM);
	assert_int_equal(call(__HYPERVISOR_xen_version, 32, 4, 0), -XEN_ENOSYS);
	hypercalls_refuse(NULL);
	assert_int_equal(call(__HYPERVISOR_xen_version, 32, 5, 0), -XEN_ENOSYS);
}

/* Everything that is copied: nowhere, and across the end of memory. */
static void bad_addresses(void **state)
{
	static const u64 bad[] = {
		0, GUEST_RAM_BASE - 1, TOP - 1, TOP, 1UL << 56, ~0UL, ~7UL, STUB_VA_BASE, STUB_VA_END - 8
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(call(__HYPERVISOR_xen_version, XENVER_extraversion, bad[i], 0), -XEN_EFAULT);
		assert_int_equal(call(__HYPERVISOR_xen_version, XENVER_get_features, bad[i], 0), -XEN_EFAULT);
		assert_int_equal(call(__HYPERVISOR_hvm_op, HVMOP_get_param, bad[i], 0), -XEN_EFAULT);
		assert_int_equal(call(__HYPERVISOR_multicall, bad[i], 1, 0), -XEN_EFAULT);
		assert_int_equal(call(__HYPERVISOR_console_io, CONSOLEIO_write, 8, bad[i]), -XEN_EFAULT);
	}
	/* What is just in memory works, unaligned too. */
	assert_int_equal(call(__HYPERVISOR_xen_version, XENVER_extraversion, TOP - 16, 0), 0);
	assert_int_equal(call(__HYPERVISOR_xen_version, XENVER_extraversion, AT + PAGE_SIZE - 3, 0), 0);
}

static void fill(u64 gpa, u64 len)
{
	u8 buf[2048];

	memset(buf, 0xee, sizeof(buf));
	put(gpa, buf, len);
}

/* Strings end, nothing is written behind them, and of what was on the stack nothing is seen. */
static void strings(void **state)
{
	static const struct { u64 op, len; } all[] = {
		{ XENVER_extraversion, 16 }, { XENVER_capabilities, 1024 }, { XENVER_changeset, 64 },
		{ XENVER_commandline, 1024 }, { XENVER_guest_handle, 16 }, { XENVER_compile_info, 144 },
	};
	char buf[1100];

	(void)state;
	snprintf(stub_options, sizeof(stub_options), "secret");
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		fill(AT, sizeof(buf));
		assert_int_equal(call(__HYPERVISOR_xen_version, all[i].op, AT, 0), 0);
		get(buf, AT, sizeof(buf));
		assert_true(strnlen(buf, all[i].len) < all[i].len);
		for (u64 k = strlen(buf); all[i].len != 144 && k < all[i].len; k++)
			assert_int_equal(buf[k], 0);
		for (u64 k = all[i].len; k < sizeof(buf); k++)
			assert_int_equal((u8)buf[k], 0xee);
	}
	call(__HYPERVISOR_xen_version, XENVER_commandline, AT, 0);
	get(buf, AT, 16);
	assert_string_equal(buf, "<denied>");
	as(d0->vcpu[0]);
	call(__HYPERVISOR_xen_version, XENVER_commandline, AT, 0);
	get(buf, AT, 16);
	assert_string_equal(buf, "secret");
}

static u32 features(void)
{
	struct xen_feature_info f = { .submap_idx = 0 };

	put(AT, &f, sizeof(f));
	assert_int_equal(call(__HYPERVISOR_xen_version, XENVER_get_features, AT, 0), 0);
	get(&f, AT, sizeof(f));
	return f.submap;
}

static void version(void **state)
{
	struct xen_feature_info f = { .submap_idx = 1 };
	u32 len = 0;

	(void)state;
	assert_int_equal(call(__HYPERVISOR_xen_version, XENVER_pagesize, 0, 0), 4096);
	assert_int_equal(call(__HYPERVISOR_xen_version, XENVER_pagesize, AT, 0), -XEN_EINVAL);
	put(AT, &f, sizeof(f));
	assert_int_equal(call(__HYPERVISOR_xen_version, XENVER_get_features, AT, 0), -XEN_EINVAL);
	assert_int_equal(features() >> XENFEAT_auto_translated_physmap & 1, 1);
	assert_int_equal(features() >> XENFEAT_dom0 & 1, 0);
	assert_int_equal(call(__HYPERVISOR_xen_version, XENVER_build_id, 0, 0), -XEN_EPERM);
	as(d0->vcpu[0]);
	assert_int_equal(features() >> XENFEAT_dom0 & 1, 1);
	assert_int_equal(call(__HYPERVISOR_xen_version, XENVER_build_id, 0, 0), -XEN_ENODATA);
	put(AT, &len, sizeof(len));
	assert_int_equal(call(__HYPERVISOR_xen_version, XENVER_build_id, AT, 0), -XEN_EINVAL);
	assert_int_equal(call(__HYPERVISOR_riscv_op, RISCVOP_version, 0, 0), XEN_RISCV_OP_VERSION);
}

static long param(u64 op, domid_t domid, u32 index, u64 *value)
{
	struct xen_hvm_param p = { .domid = domid, .index = index, .value = *value };
	long ret;

	put(AT, &p, sizeof(p));
	ret = call(__HYPERVISOR_hvm_op, op, AT, 0);
	get(&p, AT, sizeof(p));
	*value = p.value;
	return ret;
}

static void hvm_params(void **state)
{
	u64 n = 0;

	(void)state;
	assert_int_equal(param(HVMOP_get_param, DOMID_SELF, HVM_PARAM_CONSOLE_PFN, &n), 0);
	assert_int_equal(n, MAGIC_CONSOLE >> PAGE_SHIFT);
	assert_int_equal(param(HVMOP_get_param, 1, HVM_PARAM_CONSOLE_EVTCHN, &n), 0);
	assert_int_equal(n, d->xen.console_port);
	assert_int_equal(param(HVMOP_get_param, DOMID_SELF, HVM_PARAM_STORE_PFN, &n), 0);
	assert_int_equal(n, MAGIC_STORE >> PAGE_SHIFT);
	assert_int_equal(param(HVMOP_get_param, DOMID_SELF, HVM_PARAM_IOREQ_PFN, &n), -XEN_EINVAL);
	assert_int_equal(param(HVMOP_get_param, DOMID_SELF, HVM_NR_PARAMS, &n), -XEN_EINVAL);
	assert_int_equal(param(HVMOP_get_param, DOMID_SELF, ~0u, &n), -XEN_EINVAL);
	assert_int_equal(param(HVMOP_set_param, DOMID_SELF, HVM_PARAM_CONSOLE_PFN, &n), -XEN_EPERM);
	assert_int_equal(param(HVMOP_get_param, 0, HVM_PARAM_CONSOLE_PFN, &n), -XEN_EPERM);
	assert_int_equal(param(HVMOP_get_param, 7, HVM_PARAM_CONSOLE_PFN, &n), -XEN_ESRCH);
	assert_int_equal(param(HVMOP_get_param, DOMID_INVALID, HVM_PARAM_CONSOLE_PFN, &n), -XEN_ESRCH);
	as(d0->vcpu[0]);
	n = 0x1234;
	assert_int_equal(param(HVMOP_set_param, 1, HVM_PARAM_STORE_PFN, &n), 0);
	n = 0;
	assert_int_equal(param(HVMOP_get_param, 1, HVM_PARAM_STORE_PFN, &n), 0);
	assert_int_equal(n, 0x1234);
	d->end = DOMAIN_POWEROFF;
	assert_int_equal(param(HVMOP_get_param, 1, HVM_PARAM_STORE_PFN, &n), -XEN_ESRCH);
	d->end = DOMAIN_RUNNING;
}

static void console(void **state)
{
	char text[3000], back[200];

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = i % 100 == 99 ? '\n' : 'a' + i % 26;
	put(AT, text, sizeof(text));
	assert_int_equal(call(__HYPERVISOR_console_io, CONSOLEIO_write, 200, AT), 0);
	assert_printed("tuvwxyzabcd");
	/* More than a budget: in pieces, none lost and none twice. */
	host_output_clear();
	for (u64 at = GUEST_RAM_BASE + 0x200000; at < GUEST_RAM_BASE + 0x300000; at += 100)
		put(at, text, 100);
	assert_int_equal(call(__HYPERVISOR_console_io, CONSOLEIO_write, 20000, GUEST_RAM_BASE + 0x200000), 0);
	assert_true(pieces > 2);
	{
		unsigned int lines = 0;

		for (const char *s = host_output(); *s; s++)
			lines += *s == '\n';
		assert_int_equal(lines, 200);
	}
	host_type("hello");
	console_poll();
	console_poll();
	memset(back, 0, sizeof(back));
	assert_int_equal(call(__HYPERVISOR_console_io, CONSOLEIO_read, 3, AT), 3);
	assert_int_equal(call(__HYPERVISOR_console_io, CONSOLEIO_read, 100, AT + 3), 2);
	get(back, AT, 5);
	assert_string_equal(back, "hello");
	assert_int_equal(call(__HYPERVISOR_console_io, CONSOLEIO_read, 100, AT), 0);
	assert_int_equal(call(__HYPERVISOR_console_io, CONSOLEIO_read, 0x80000000, AT), -XEN_E2BIG);
	assert_int_equal(call(__HYPERVISOR_console_io, 2, 1, AT), -XEN_ENOSYS);
}

/* The ring, from the guest's side. */
static void console_ring(void **state)
{
	struct xencons_interface *ring = (void *)guest_u64(d, MAGIC_CONSOLE);

	(void)state;
	assert_ptr_equal(ring, d->xen.console);
	/* Before the guest has signalled, input is for who asks. */
	host_type("early");
	console_poll();
	assert_int_equal(ring->in_prod, 0);
	memcpy(ring->out, "ring says\n", 10);
	ring->out_prod = 10;
	console_ring_notified(d);
	assert_printed("ring says");
	assert_int_equal(ring->out_cons, 10);
	assert_int_equal(ring->in_prod, 5);
	assert_memory_equal(ring->in, "early", 5);
	host_type("late");
	console_poll();
	assert_int_equal(ring->in_prod, 9);
	assert_memory_equal(ring->in, "earlylate", 9);
	/* Across the end, and of indices. */
	ring->out_cons = ring->out_prod = ~0u - 3;
	for (u32 i = 0; i < 8; i++)
		ring->out[MASK_XENCONS_IDX(ring->out_prod + i, ring->out)] = "wrapped\n"[i];
	ring->out_prod += 8;
	console_ring_notified(d);
	assert_printed("wrapped");
	/* Nonsense: more than fits. */
	ring->out_prod = ring->out_cons + sizeof(ring->out) + 1;
	ring->in_prod = 0;
	ring->in_cons = 5000;
	console_ring_notified(d);
	assert_string_equal(host_output(), "");
	assert_int_equal(ring->in_prod, 0);
}

static void entry(u64 i, u64 op, u64 a1, u64 a2)
{
	struct multicall_entry e = { .op = op, .result = 77, .args = { a1, a2 } };

	put(AT + i * sizeof(e), &e, sizeof(e));
}

static u64 result(u64 i)
{
	struct multicall_entry e;

	get(&e, AT + i * sizeof(e), sizeof(e));
	return e.result;
}

static void multicall(void **state)
{
	(void)state;
	entry(0, __HYPERVISOR_xen_version, XENVER_version, 0);
	entry(1, 1234, 0, 0);
	entry(2, __HYPERVISOR_multicall, AT, 1);
	entry(3, __HYPERVISOR_xen_version, XENVER_extraversion, 0);
	entry(4, __HYPERVISOR_xen_version, XENVER_pagesize, 0);
	assert_int_equal(call(__HYPERVISOR_multicall, AT, 4, 0), 0);
	assert_int_equal(result(0), 4 << 16 | 17);
	assert_int_equal(result(1), -XEN_ENOSYS);
	assert_int_equal(result(2), -XEN_EINVAL);
	assert_int_equal(result(3), -XEN_EFAULT);
	assert_int_equal(result(4), 77);
	assert_int_equal(call(__HYPERVISOR_multicall, AT, 0, 0), 0);
	assert_int_equal(call(__HYPERVISOR_multicall, 0, 0, 0), 0);
	/* It ends where memory does, with what could be done done. */
	assert_int_equal(call(__HYPERVISOR_multicall, TOP - 2 * sizeof(struct multicall_entry), 3, 0), -XEN_EFAULT);
}

static void multicall_long(void **state)
{
	(void)state;
	for (u64 i = 0; i < 1000; i++)
		entry(i, __HYPERVISOR_xen_version, XENVER_pagesize, 0);
	assert_int_equal(call(__HYPERVISOR_multicall, AT, 1000, 0), 0);
	assert_true(pieces > 1);
	for (u64 i = 0; i < 1000; i++)
		assert_int_equal(result(i), 4096);
	/* Who is put to sleep by an entry goes on with the next when awake. */
	entry(0, __HYPERVISOR_sched_op, SCHEDOP_block, 0);
	entry(1, __HYPERVISOR_xen_version, XENVER_version, 0);
	v->regs[10] = 0;
	v->regs[11] = AT;
	v->regs[12] = 2;
	assert_true(once(__HYPERVISOR_multicall));
	assert_int_equal(v->state, VCPU_BLOCKED);
	assert_int_equal(result(0), 0);
	assert_int_equal(result(1), 77);
	v->state = VCPU_RUNNING;
	assert_false(once(__HYPERVISOR_multicall));
	assert_int_equal(v->regs[10], 0);
	assert_int_equal(result(1), 4 << 16 | 17);
}

static void vm_assist(void **state)
{
	(void)state;
	assert_int_equal(call(__HYPERVISOR_vm_assist, VMASST_CMD_enable, VMASST_TYPE_runstate_update_flag, 0), 0);
	assert_int_equal(d->xen.vm_assist, 1 << VMASST_TYPE_runstate_update_flag);
	assert_int_equal(call(__HYPERVISOR_vm_assist, VMASST_CMD_enable, 64, 0), -XEN_EINVAL);
	assert_int_equal(call(__HYPERVISOR_vm_assist, 2, VMASST_TYPE_runstate_update_flag, 0), -XEN_ENOSYS);
	assert_int_equal(call(__HYPERVISOR_vm_assist, VMASST_CMD_disable, VMASST_TYPE_runstate_update_flag, 0), 0);
	assert_int_equal(d->xen.vm_assist, 0);
}

/* A guest with paging: its kernel's rights count, page by page. */
static void rights(void **state)
{
	const u64 root = GUEST_RAM_BASE + 0x10000, l1 = root + PAGE_SIZE, l0 = l1 + PAGE_SIZE, page = 0x40000000UL;
	const u64 leaf = PTE_V | PTE_R | PTE_A, rw = leaf | PTE_W | PTE_D;
	u64 *pte = guest_u64(d, l0);

	(void)state;
	*guest_u64(d, root + 8) = guest_pte(l1, PTE_V);
	*guest_u64(d, l1) = guest_pte(l0, PTE_V);
	pte[0] = guest_pte(AT, rw);
	pte[1] = guest_pte(AT + PAGE_SIZE, leaf);
	pte[2] = guest_pte(AT + 2 * PAGE_SIZE, rw | PTE_U);
	pte[3] = guest_pte(AT + 3 * PAGE_SIZE, PTE_V | PTE_X | PTE_A);
	pte[4] = guest_pte(AT + 4 * PAGE_SIZE, PTE_V | PTE_R | PTE_W);
	pte[5] = guest_pte(AT + 5 * PAGE_SIZE, rw);
	/* The stub's part of the address space, whatever the guest maps there. */
	*guest_u64(d, root + 256 * 8) = guest_pte(l1, PTE_V);
	v->csr.satp = SV39(root, 1);
	shadow_switch(v);
	shadow_load(v);
#define EXTRA(at) call(__HYPERVISOR_xen_version, XENVER_extraversion, at, 0)
#define FEATURES(at) call(__HYPERVISOR_xen_version, XENVER_get_features, at, 0)
	memset(guest_u64(d, AT), 0, PAGE_SIZE);
	assert_int_equal(EXTRA(page), 0);
	assert_int_equal(EXTRA(page + PAGE_SIZE), -XEN_EFAULT);
	assert_int_equal(EXTRA(page + PAGE_SIZE - 8), -XEN_EFAULT);
	assert_int_equal(call(__HYPERVISOR_console_io, CONSOLEIO_write, 8, page + PAGE_SIZE), 0);
	assert_int_equal(EXTRA(page + 2 * PAGE_SIZE), 0);
	assert_int_equal(FEATURES(page + 3 * PAGE_SIZE), -XEN_EFAULT);
	/* Accessed and dirty as a hart that sets them would. */
	assert_int_equal(EXTRA(page + 4 * PAGE_SIZE), 0);
	assert_int_equal(pte[4] & (PTE_A | PTE_D), PTE_A | PTE_D);
	assert_int_equal(EXTRA(page + 5 * PAGE_SIZE - 8), 0);
	assert_int_equal(EXTRA(STUB_VA_BASE), -XEN_EFAULT);
	assert_int_equal(EXTRA(STUB_VA_BASE - 8), -XEN_EFAULT);
	assert_int_equal(EXTRA(1UL << 38), -XEN_EFAULT);
}

#define E(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
UNIT_MAIN(E(unknown), E(refused), E(bad_addresses), E(strings), E(version), E(hvm_params), E(console), E(console_ring),
	  E(multicall), E(multicall_long), E(vm_assist), E(rights))
