// SPDX-License-Identifier: GPL-2.0
/*
 * SBI for guests of both kinds (RISC-V SBI 2.0). An extension is a number and a function; what is
 * unknown returns SBI_ERR_NOT_SUPPORTED.
 */
#include "domain.h"
#include "smp.h"
#include "std.h"
#include "stub.h"
#include "vcpu.h"
#include "xen.h"

#define SBI_SUCCESS		0
#define SBI_ERR_FAILED		-1
#define SBI_ERR_NOT_SUPPORTED	-2
#define SBI_ERR_INVALID_PARAM	-3
#define SBI_ERR_INVALID_ADDRESS	-5
#define SBI_ERR_ALREADY_AVAILABLE -6

#define SPEC_VERSION		(2UL << 24)	/* 2.0 */
#define IMPL_ID_XEN		7
#define IMPL_VERSION		1
#define DBCN_CHUNK		1024		/* at most this much a call: it holds the hart, and is on the stack */

#define ARG(v, n)		((v)->regs[10 + (n)])
#define FID(v)			((v)->regs[16])
#define EXT(v)			((v)->regs[17])

struct guest_sbi_ext {
	u32 first, last;
	struct sbiret (*call)(struct vcpu *v, u64 fid);
};

static const struct guest_sbi_ext *find_ext(u64 id);

static struct sbiret ret(long error, long value)
{
	return (struct sbiret){ error, value };
}

static struct sbiret sbi_base(struct vcpu *v, u64 fid)
{
	switch (fid) {
	case 0:
		return ret(SBI_SUCCESS, SPEC_VERSION);
	case 1:
		return ret(SBI_SUCCESS, IMPL_ID_XEN);
	case 2:
		return ret(SBI_SUCCESS, IMPL_VERSION);
	case 3:
		return ret(SBI_SUCCESS, !!find_ext(ARG(v, 0)));
	case 4 ... 6:	/* mvendorid, marchid, mimpid: 0 is "not told" */
		return ret(SBI_SUCCESS, 0);
	default:
		return ret(SBI_ERR_NOT_SUPPORTED, 0);
	}
}

static struct sbiret sbi_time(struct vcpu *v, u64 fid)
{
	if (fid)
		return ret(SBI_ERR_NOT_SUPPORTED, 0);
	vcpu_set_timer(v, ARG(v, 0));
	if (v->ops->timer)
		v->ops->timer(v);
	return ret(SBI_SUCCESS, 0);
}

/* The vCPUs that (mask, base) name, as bits; false when one of them does not exist. */
static bool hart_mask(const struct vcpu *v, u64 mask, u64 base, u64 *vcpus)
{
	u64 all = BIT(v->domain->nr_vcpus) - 1;

	if (base == ~0UL) {
		*vcpus = all;
		return true;
	}
	if (!mask) {
		*vcpus = 0;
		return true;
	}
	if (base >= v->domain->nr_vcpus || (mask << base) >> base != mask || ((mask << base) & ~all))
		return false;
	*vcpus = mask << base;
	return true;
}

static struct sbiret sbi_ipi(struct vcpu *v, u64 fid)
{
	u64 mask;

	if (fid)
		return ret(SBI_ERR_NOT_SUPPORTED, 0);
	if (!hart_mask(v, ARG(v, 0), ARG(v, 1), &mask))
		return ret(SBI_ERR_INVALID_PARAM, 0);
	for (; mask; mask &= mask - 1)
		vcpu_raise(v->domain->vcpu[lowest_bit(mask)], SIP_SSIP);
	return ret(SBI_SUCCESS, 0);
}

/* Posts to all of them first, so that they work side by side; then waits for each. */
static struct sbiret sbi_rfence(struct vcpu *v, u64 fid)
{
	struct fence_range r = { ARG(v, 2), ARG(v, 3), fid == 2 ? (s32)(ARG(v, 4) & 0xffff) : FENCE_ANY_ASID };
	struct domain *d = v->domain;
	u64 mask, m;

	if (fid > 2)	/* 3 to 6 are for guests with the H extension */
		return ret(SBI_ERR_NOT_SUPPORTED, 0);
	if (!hart_mask(v, ARG(v, 0), ARG(v, 1), &mask))
		return ret(SBI_ERR_INVALID_PARAM, 0);
	for (m = mask; m; m &= m - 1) {
		struct vcpu *target = d->vcpu[lowest_bit(m)];

		if (fid == 0)
			vcpu_post_fence_i(target);
		else
			vcpu_post_fence(target, &r);
	}
	for (m = mask; m; m &= m - 1)
		vcpu_wait_fence(v, d->vcpu[lowest_bit(m)]);
	return ret(SBI_SUCCESS, 0);
}

static struct sbiret hart_start(struct vcpu *v)
{
	struct domain *d = v->domain;
	struct vcpu *target;
	paddr_t pa;
	u64 size;

	if (ARG(v, 0) >= d->nr_vcpus)
		return ret(SBI_ERR_INVALID_PARAM, 0);
	if (!p2m_lookup(d, ARG(v, 1), &pa, &size))
		return ret(SBI_ERR_INVALID_ADDRESS, 0);
	target = d->vcpu[ARG(v, 0)];
	if (!sched_start(target, ARG(v, 1), ARG(v, 2)))
		return ret(SBI_ERR_ALREADY_AVAILABLE, 0);
	return ret(SBI_SUCCESS, 0);
}

/* SBI 2.0, table 9.1: STARTED, STOPPED, START_PENDING */
static long hart_status(const struct vcpu *v)
{
	return READ_ONCE(v->state) == VCPU_STOPPED ? 1 : READ_ONCE(v->start_pending) ? 2 : 0;
}

static struct sbiret sbi_hsm(struct vcpu *v, u64 fid)
{
	switch (fid) {
	case 0:
		return hart_start(v);
	case 1:
		sched_stop(v);
		return ret(SBI_SUCCESS, 0);
	case 2:
		if (ARG(v, 0) >= v->domain->nr_vcpus)
			return ret(SBI_ERR_INVALID_PARAM, 0);
		return ret(SBI_SUCCESS, hart_status(v->domain->vcpu[ARG(v, 0)]));
	case 3:
		/* Default retentive suspend is a wfi; the others are not offered. */
		if (ARG(v, 0) != 0)
			return ret((u32)ARG(v, 0) == 0x80000000u ? SBI_ERR_NOT_SUPPORTED : SBI_ERR_INVALID_PARAM, 0);
		v->ops->wait(v);
		return ret(SBI_SUCCESS, 0);
	default:
		return ret(SBI_ERR_NOT_SUPPORTED, 0);
	}
}

static struct sbiret sbi_srst(struct vcpu *v, u64 fid)
{
	u32 type = ARG(v, 0), reason = ARG(v, 1);

	if (fid)
		return ret(SBI_ERR_NOT_SUPPORTED, 0);
	if (type > 2 || reason > 1)
		return ret(SBI_ERR_INVALID_PARAM, 0);
	domain_end(v, type ? DOMAIN_REBOOT : DOMAIN_POWEROFF);
	return ret(SBI_SUCCESS, 0);
}

/* The whole of the range must be memory, even if the call does less. */
static bool dbcn_range(struct vcpu *v, u64 base, u64 len)
{
	u64 offset = base - v->domain->ram_base, memory = v->domain->cfg.memory;

	return !ARG(v, 2) && offset <= memory && len <= memory - offset;
}

static struct sbiret dbcn_transfer(struct vcpu *v, bool write)
{
	u64 len = MIN(ARG(v, 0), (u64)DBCN_CHUNK), base = ARG(v, 1);
	char buf[DBCN_CHUNK];

	/* Also where the guest has given memory back: what is there then it has done itself, and input is lost. */
	if (!dbcn_range(v, base, ARG(v, 0)) || (write && p2m_copy_from(v->domain, buf, base, len)))
		return ret(SBI_ERR_INVALID_PARAM, 0);
	if (write) {
		console_write(v->domain, buf, len);
	} else {
		len = console_read(v->domain, buf, len);
		if (copy_to_guest_physical(v, base, buf, len))
			return ret(SBI_ERR_INVALID_PARAM, 0);
	}
	return ret(SBI_SUCCESS, len);
}

static struct sbiret sbi_dbcn(struct vcpu *v, u64 fid)
{
	char c = ARG(v, 0);

	switch (fid) {
	case 0:
	case 1:
		return dbcn_transfer(v, fid == 0);
	case 2:
		console_write(v->domain, &c, 1);
		return ret(SBI_SUCCESS, 0);
	default:
		return ret(SBI_ERR_NOT_SUPPORTED, 0);
	}
}

/* The legacy extensions return one value, in a0, and leave a1 alone (SBI 2.0, chapter 5). */
static struct sbiret sbi_legacy(struct vcpu *v, u64 fid)
{
	char c = ARG(v, 0);
	long a1 = ARG(v, 1);

	switch (EXT(v)) {
	case 0:
		return ret(sbi_time(v, 0).error, a1);
	case 1:
		console_write(v->domain, &c, 1);
		return ret(SBI_SUCCESS, a1);
	case 2:
		return ret(console_read(v->domain, &c, 1) ? (u8)c : -1, a1);
	case 8:
		domain_end(v, DOMAIN_POWEROFF);
		return ret(SBI_SUCCESS, a1);
	default:
		return ret(SBI_ERR_NOT_SUPPORTED, a1);
	}
}

static const struct guest_sbi_ext extensions[] = {
	{ 0x54494d45, 0x54494d45, sbi_time },
	{ 0x735049, 0x735049, sbi_ipi },
	{ 0x52464e43, 0x52464e43, sbi_rfence },
	{ 0x10, 0x10, sbi_base },
	{ 0x48534d, 0x48534d, sbi_hsm },
	{ 0x53525354, 0x53525354, sbi_srst },
	{ 0x4442434e, 0x4442434e, sbi_dbcn },
	{ 0x00, 0x02, sbi_legacy },
	{ 0x08, 0x08, sbi_legacy },
	{ XEN_RISCV_SBI_EXT, XEN_RISCV_SBI_EXT, NULL },		/* guest_sbi() itself */
};

static const struct guest_sbi_ext *find_ext(u64 id)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(extensions); i++)
		if (id >= extensions[i].first && id <= extensions[i].last)
			return &extensions[i];
	return NULL;
}

/* An ecall from the guest's kernel: the call in a7 and a6, the answer in a0 and a1. pc is past it. */
void guest_sbi(struct vcpu *v)
{
	const struct guest_sbi_ext *ext;
	struct sbiret r;

	if (EXT(v) == XEN_RISCV_SBI_EXT) {
		hypercall(v);
		return;
	}
	ext = find_ext(EXT(v));
	r = ext ? ext->call(v, FID(v)) : ret(SBI_ERR_NOT_SUPPORTED, 0);
	v->regs[10] = r.error;
	v->regs[11] = r.value;
}
