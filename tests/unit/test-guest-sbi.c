// SPDX-License-Identifier: GPL-2.0
/* arch/guest_sbi.c: the calls of a guest, by the SBI specification 2.0; nothing a guest says may do more than fail. */
#include "guest.h"
#include "pv.h"
#include "unit.h"

#define SUCCESS		0
#define NOT_SUPPORTED	-2
#define INVALID_PARAM	-3
#define INVALID_ADDRESS	-5
#define ALREADY_AVAILABLE -6

#define BASE	0x10
#define TIME	0x54494d45
#define IPI	0x735049
#define RFENCE	0x52464e43
#define HSM	0x48534d
#define SRST	0x53525354
#define DBCN	0x4442434e

#define MIB	8
#define TOP	(GUEST_RAM_BASE + ((u64)MIB << 20))
#define NR	4

static struct domain *d;
static struct vcpu *v;

static int setup(void **state)
{
	(void)state;
	host_harts(2);
	d = guest_make(MIB, NR, 64);
	domains[0] = d;
	nr_domains = 1;
	d->console.len = 0;
	for (int i = 0; i < NR; i++)
		sched_add(d->vcpu[i]);
	v = d->vcpu[0];
	guest_run(v);
	host_output_clear();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (int i = 0; i < NR; i++)
		sched_remove(d->vcpu[i]);
	return 0;
}

static struct sbiret call(u64 ext, u64 fid, u64 a0, u64 a1, u64 a2, u64 a3, u64 a4)
{
	u64 before[32], args[] = { a0, a1, a2, a3, a4 };

	for (int i = 1; i < 32; i++)
		v->regs[i] = rnd();
	memcpy(&v->regs[10], args, sizeof(args));
	v->regs[16] = fid;
	v->regs[17] = ext;
	memcpy(before, v->regs, sizeof(before));
	guest_sbi(v);
	/* All but a0 and a1 are preserved. */
	before[10] = v->regs[10];
	before[11] = v->regs[11];
	assert_memory_equal(before, v->regs, sizeof(before));
	return (struct sbiret){ v->regs[10], v->regs[11] };
}

#define CALL(ext, fid, ...) CALL_(ext, fid, ##__VA_ARGS__, 0, 0, 0, 0, 0)
#define CALL_(ext, fid, a0, a1, a2, a3, a4, ...) call(ext, fid, a0, a1, a2, a3, a4)
#define assert_error(ret, want) assert_int_equal((u64)(ret).error, (u64)(long)(want))

static void base(void **state)
{
	static const struct { u64 ext; long there; } exts[] = {
		{ BASE, 1 }, { TIME, 1 }, { IPI, 1 }, { RFENCE, 1 }, { HSM, 1 }, { SRST, 1 }, { DBCN, 1 },
		{ 0, 1 }, { 1, 1 }, { 2, 1 }, { 8, 1 }, { 3, 0 }, { 7, 0 }, { 9, 0 }, { 0x504d55, 0 }, { ~0UL, 0 },
		{ 0x100000000UL | TIME, 0 },
	};
	struct sbiret r = CALL(BASE, 0);

	(void)state;
	assert_error(r, SUCCESS);
	assert_int_equal(r.value, 2 << 24);
	assert_int_equal(CALL(BASE, 1).value, 7);
	for (size_t i = 0; i < ARRAY_SIZE(exts); i++) {
		r = CALL(BASE, 3, exts[i].ext);
		assert_error(r, SUCCESS);
		assert_int_equal(r.value, exts[i].there);
	}
	for (u64 fid = 4; fid < 7; fid++)
		assert_error(CALL(BASE, fid), SUCCESS);
	assert_error(CALL(BASE, 7), NOT_SUPPORTED);
}

static void unknown_numbers(void **state)
{
	static const u64 known[] = { BASE, TIME, IPI, RFENCE, HSM, SRST, DBCN };

	(void)state;
	for (int i = 0; i < 5000; i++) {
		u64 ext = rnd_below(2) ? rnd() : rnd_below(64);

		if (ext <= 2 || ext == 8 || ext == BASE)
			continue;
		assert_error(call(ext, rnd(), rnd(), rnd(), rnd(), rnd(), rnd()), NOT_SUPPORTED);
	}
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		assert_error(call(known[i], 100, rnd(), rnd(), rnd(), rnd(), rnd()), NOT_SUPPORTED);
		assert_error(call(known[i], 1UL << 32, rnd(), rnd(), rnd(), rnd(), rnd()), NOT_SUPPORTED);
		assert_error(call(known[i], ~0UL, rnd(), rnd(), rnd(), rnd(), rnd()), NOT_SUPPORTED);
	}
	/* The neighbours of Xen's hypercalls: not supported is how a guest finds out that there are none. */
	assert_error(CALL(0x0a000006, 17), NOT_SUPPORTED);
	assert_error(CALL(0x0a000008, 17), NOT_SUPPORTED);
}

static void timer(void **state)
{
	(void)state;
	v->sip = SIP_STIP | SIP_SSIP;
	assert_error(CALL(TIME, 0, 12345), SUCCESS);
	assert_int_equal(v->timer, 12345);
	assert_int_equal(v->sip, SIP_SSIP);
	assert_int_equal(pcpus[0].deadline, 12345);
	v->sip = SIP_STIP;
	assert_error(CALL(0, 999, ~0UL), SUCCESS);	/* legacy: no function numbers */
	assert_int_equal(v->timer, ~0UL);
	assert_int_equal(v->sip, 0);
}

/* hart_mask and hart_mask_base, in all functions that take them. */
static void hart_masks(void **state)
{
	static const struct { u64 mask, base; long error; u64 who; } cases[] = {
		{ 1, 0, SUCCESS, 1 }, { 0xf, 0, SUCCESS, 0xf }, { 5, 1, SUCCESS, 0xa }, { 1, 3, SUCCESS, 8 },
		{ 0, ~0UL, SUCCESS, 0xf }, { 0x123, ~0UL, SUCCESS, 0xf }, { 0, 0, SUCCESS, 0 },
		{ 0x10, 0, INVALID_PARAM, 0 }, { 1, 4, INVALID_PARAM, 0 }, { 2, 3, INVALID_PARAM, 0 },
		{ 3, 3, INVALID_PARAM, 0 }, { 1, 64, INVALID_PARAM, 0 }, { 1, 63, INVALID_PARAM, 0 },
		{ 1UL << 63, 1, INVALID_PARAM, 0 }, { ~0UL, 0, INVALID_PARAM, 0 }, { 1, ~1UL, INVALID_PARAM, 0 },
		{ 1, 1UL << 32, INVALID_PARAM, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		for (int n = 0; n < NR; n++)
			d->vcpu[n]->sip = 0;
		assert_error(CALL(IPI, 0, cases[i].mask, cases[i].base), cases[i].error);
		for (int n = 0; n < NR; n++)
			assert_int_equal(d->vcpu[n]->sip, cases[i].who & BIT(n) ? SIP_SSIP : 0);
		for (u64 fid = 0; fid < 3; fid++) {
			u64 posted[NR];

			for (int n = 0; n < NR; n++)
				posted[n] = d->vcpu[n]->req_posted;
			assert_error(CALL(RFENCE, fid, cases[i].mask, cases[i].base, 0x1000, 0x1000, 1), cases[i].error);
			for (int n = 0; n < NR; n++)
				assert_int_equal(d->vcpu[n]->req_posted - posted[n], !!(cases[i].who & BIT(n)));
		}
	}
}

/* What is posted to a vCPU that does not run is done before it runs; what is posted to oneself, at once. */
static void fences(void **state)
{
	struct vcpu *other = d->vcpu[1];

	(void)state;
	assert_error(CALL(RFENCE, 2, 3, 0, 0x5000, 0x3000, 0x12345), SUCCESS);
	assert_int_equal(v->req_done, v->req_posted);
	assert_int_equal(other->req_count, 1);
	assert_int_equal(other->req[0].start, 0x5000);
	assert_int_equal(other->req[0].size, 0x3000);
	assert_int_equal(other->req[0].asid, 0x2345);
	assert_error(CALL(RFENCE, 1, 2, 0, 0x5000, 0x3000), SUCCESS);
	assert_int_equal(other->req[1].asid, FENCE_ANY_ASID);
	assert_error(CALL(RFENCE, 0, 2, 0), SUCCESS);
	assert_true(other->req_fence_i);
	/* More than there is room for: everything. */
	for (int i = 0; i < 10; i++)
		assert_error(CALL(RFENCE, 1, 2, 0, i * 0x1000, 0x1000), SUCCESS);
	assert_true(other->req_all);
	guest_leave(v);
	guest_run(other);
	host_counts.fence_i = 0;
	vcpu_handle_requests(other);
	assert_int_equal(host_counts.fence_i, 1);
	assert_int_equal(other->req_done, other->req_posted);
	assert_int_equal(other->req_count, 0);
	assert_false(other->req_all || other->req_fence_i);
	/* For guests with the H extension, which this one has not. */
	for (u64 fid = 3; fid < 8; fid++) {
		v = other;
		assert_error(CALL(RFENCE, fid, 1, 0), NOT_SUPPORTED);
	}
}

/* Sizes and ends that overflow are a flush of all, and end. */
static void fences_of_all_sizes(void **state)
{
	static const u64 edges[] = { 0, 1, 0xfff, 0x1000, 64 * PAGE_SIZE, 64 * PAGE_SIZE + 1, 1UL << 40, 1UL << 63, ~0UL - 0xfff, ~0UL };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(edges); i++)
		for (size_t k = 0; k < ARRAY_SIZE(edges); k++)
			for (u64 fid = 1; fid < 3; fid++)
				assert_error(CALL(RFENCE, fid, 1, 0, edges[i], edges[k], 0), SUCCESS);
}

static void hart_states(void **state)
{
	(void)state;
	for (int i = 1; i < NR; i++) {
		d->vcpu[i]->state = VCPU_STOPPED;
		assert_int_equal(CALL(HSM, 2, i).value, 1);
	}
	assert_int_equal(CALL(HSM, 2, 0).value, 0);
	assert_error(CALL(HSM, 2, NR), INVALID_PARAM);
	assert_error(CALL(HSM, 2, ~0UL), INVALID_PARAM);
	assert_error(CALL(HSM, 0, NR, GUEST_RAM_BASE, 7), INVALID_PARAM);
	assert_error(CALL(HSM, 0, 1UL << 32, GUEST_RAM_BASE, 7), INVALID_PARAM);
	assert_error(CALL(HSM, 0, 1, 0x1000, 7), INVALID_ADDRESS);
	assert_error(CALL(HSM, 0, 1, TOP, 7), INVALID_ADDRESS);
	assert_error(CALL(HSM, 0, 1, ~0UL, 7), INVALID_ADDRESS);
	assert_error(CALL(HSM, 0, 0, GUEST_RAM_BASE, 7), ALREADY_AVAILABLE);
	assert_error(CALL(HSM, 0, 1, GUEST_RAM_BASE + 0x200, 0x77), SUCCESS);
	assert_error(CALL(HSM, 0, 1, GUEST_RAM_BASE + 0x200, 7), ALREADY_AVAILABLE);
	assert_int_not_equal(CALL(HSM, 2, 1).value, 1);
	assert_int_equal(d->vcpu[1]->state, VCPU_RUNNABLE);
	vcpu_start(d->vcpu[1]);
	assert_int_equal(d->vcpu[1]->pc, GUEST_RAM_BASE + 0x200);
	assert_int_equal(d->vcpu[1]->regs[10], 1);
	assert_int_equal(d->vcpu[1]->regs[11], 0x77);
	assert_int_equal(d->vcpu[1]->csr.satp, 0);
	CALL(HSM, 1);
	assert_int_equal(v->state, VCPU_STOPPED);
}

static void suspend(void **state)
{
	(void)state;
	assert_error(CALL(HSM, 3, 0), SUCCESS);
	assert_int_equal(v->state, VCPU_BLOCKED);
	v->state = VCPU_RUNNING;
	assert_error(CALL(HSM, 3, 0x80000000), NOT_SUPPORTED);
	assert_error(CALL(HSM, 3, 1), INVALID_PARAM);
	assert_int_equal(v->state, VCPU_RUNNING);
}

static void reset(void **state)
{
	(void)state;
	assert_error(CALL(SRST, 0, 3, 0), INVALID_PARAM);
	assert_error(CALL(SRST, 0, 0, 2), INVALID_PARAM);
	assert_error(CALL(SRST, 0, ~0UL, ~0UL), INVALID_PARAM);
	assert_int_equal(d->end, DOMAIN_RUNNING);
	CALL(SRST, 0, 0, 0);
	assert_int_equal(d->end, DOMAIN_POWEROFF);
	assert_int_equal(v->state, VCPU_DEAD);
}

static void reset_reboots(void **state)
{
	(void)state;
	CALL(SRST, 0, 1, 1);
	assert_int_equal(d->end, DOMAIN_REBOOT);
	/* What comes after is too late. */
	CALL(8, 0);
	assert_int_equal(d->end, DOMAIN_REBOOT);
}

static void legacy_shutdown(void **state)
{
	(void)state;
	CALL(8, 0);
	assert_int_equal(d->end, DOMAIN_POWEROFF);
}

/* --- the debug console --- */

static void put(u64 gpa, const char *s)
{
	assert_int_equal(p2m_copy_to(d, gpa, s, strlen(s)), 0);
}

static void console_output(void **state)
{
	struct sbiret r;

	(void)state;
	put(GUEST_RAM_BASE + SZ_2M - 3, "hello\n");	/* across two pieces of memory */
	r = CALL(DBCN, 0, 6, GUEST_RAM_BASE + SZ_2M - 3, 0);
	assert_error(r, SUCCESS);
	assert_int_equal(r.value, 6);
	assert_printed("hello\n");
	assert_error(CALL(DBCN, 2, 'x'), SUCCESS);
	assert_error(CALL(1, 0, '\n'), SUCCESS);
	assert_printed("x\n");
}

static void console_bounds(void **state)
{
	static const struct { u64 len, lo, hi; } bad[] = {
		{ 1, 0, 0 }, { 1, GUEST_RAM_BASE - 1, 0 }, { 2, TOP - 1, 0 }, { 1, TOP, 0 }, { 2, ~0UL, 0 },
		{ 1, GUEST_RAM_BASE, 1 }, { 1, GUEST_RAM_BASE, ~0UL }, { 64, GUEST_RAM_BASE - 32, 0 },
		{ 1, 1UL << 41 | GUEST_RAM_BASE, 0 }, { 8, ~0UL - 3, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		for (u64 fid = 0; fid < 2; fid++)
			if (call(DBCN, fid, bad[i].len, bad[i].lo, bad[i].hi, 0, 0).error != INVALID_PARAM)
				fail_msg("function %lu of %lu bytes at %#lx:%#lx", fid, bad[i].len, bad[i].hi, bad[i].lo);
	assert_string_equal(host_output(), "");
	assert_error(CALL(DBCN, 0, 0, GUEST_RAM_BASE, 0), SUCCESS);
}

/* A call may do less than was asked for, and says how much; the guest calls again. */
static void console_long(void **state)
{
	u64 len = 100000, done = 0;

	(void)state;
	for (u64 i = 0; i < len; i += 8)
		memcpy(guest_u64(d, GUEST_RAM_BASE + i), "abcdefg\n", 8);
	for (int calls = 0; done < len; calls++) {
		struct sbiret r = CALL(DBCN, 0, len - done, GUEST_RAM_BASE + done, 0);

		assert_error(r, SUCCESS);
		assert_in_range(r.value, 1, len - done);
		assert_true(calls < 1000);
		done += r.value;
	}
	assert_int_equal(done, len);
}

static void console_input(void **state)
{
	struct sbiret r;

	(void)state;
	host_type("typed");
	console_poll();
	memset(guest_u64(d, GUEST_RAM_BASE), 0xaa, 64);
	/* Not to be lost to a buffer that is not there. */
	assert_error(CALL(DBCN, 1, 64, 0x1000, 0), INVALID_PARAM);
	r = CALL(DBCN, 1, 3, GUEST_RAM_BASE, 0);
	assert_error(r, SUCCESS);
	assert_int_equal(r.value, 3);
	assert_memory_equal(guest_u64(d, GUEST_RAM_BASE), "typ\xaa", 4);
	assert_int_equal(CALL(2, 0).error, 'e');
	r = CALL(DBCN, 1, 64, GUEST_RAM_BASE, 0);
	assert_int_equal(r.value, 1);
	assert_memory_equal(guest_u64(d, GUEST_RAM_BASE), "dyp\xaa", 4);
	r = CALL(DBCN, 1, 64, GUEST_RAM_BASE, 0);
	assert_error(r, SUCCESS);
	assert_int_equal(r.value, 0);
	assert_int_equal(CALL(2, 0).error, -1);
}

/* Through the trap: pc is past the ecall, and it is counted. */
static void by_trap(void **state)
{
	u64 pc = v->pc;

	(void)state;
	v->regs[17] = BASE;
	v->regs[16] = 0;
	v->scause = EXC_ECALL_U;
	v->ops->trap(v);
	assert_int_equal(v->pc, pc + 4);
	assert_int_equal(v->regs[10], 0);
	assert_int_equal(v->traps[TRAP_SBI], 1);
}

#define E(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
UNIT_MAIN(E(base), E(unknown_numbers), E(timer), E(hart_masks), E(fences), E(fences_of_all_sizes), E(hart_states), E(suspend),
	  E(reset), E(reset_reboots), E(legacy_shutdown), E(console_output), E(console_bounds), E(console_long),
	  E(console_input), E(by_trap))
