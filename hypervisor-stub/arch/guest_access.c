// SPDX-License-Identifier: GPL-2.0
/*
 * The memory of the guest that makes a hypercall, by its own addresses and with its kernel's rights; user pages count
 * as the kernel's (sstatus.SUM behaves as set). Mostly the hart translates: for hvm by the instructions that access
 * memory as VS-mode does, for pv through the shadow that is loaded. What faults is walked in software.
 */
#include "code.h"
#include "domain.h"
#include "shadow.h"
#include "std.h"
#include "stub.h"
#include "vcpu.h"
#include "xen.h"

/* The stub's own slots are in every shadow, and not the guest's to name. */
static bool hits_stub(u64 gva, u64 len)
{
	return gva < STUB_VA_END && (gva + len > STUB_VA_BASE || gva + len < gva);
}

static bool fast_hvm(u64 gva, void *buf, u64 len, enum access access)
{
	u64 status = csr_read(CSR_VSSTATUS), failed;

	csr_write(CSR_VSSTATUS, status | SSTATUS_SUM);
	failed = access == ACCESS_STORE ? copy_hsv(gva, buf, len) : copy_hlv(buf, gva, len);
	csr_write(CSR_VSSTATUS, status);
	if (unlikely(failed))
		csr_set(CSR_HSTATUS, HSTATUS_SPV);	/* the fault was taken from V=0, and says so there */
	return !failed;
}

static bool fast_pv(u64 gva, void *buf, u64 len, enum access access)
{
	u64 failed;

	if (unlikely(hits_stub(gva, len)))
		return false;
	csr_set(CSR_SSTATUS, SSTATUS_SUM);
	failed = access == ACCESS_STORE ? copy_plain((void *)gva, buf, len) : copy_plain(buf, (void *)gva, len);
	csr_clear(CSR_SSTATUS, SSTATUS_SUM);
	return !failed;
}

/*
 * What is at gva, and where it lies in the machine; P2M_NONE: nothing that may be accessed so. What is looked up holds
 * as long as v has done no fence: until it does, nobody uses the page for something else.
 */
static enum p2m_kind guest_page(struct vcpu *v, u64 gva, enum access access, paddr_t *pa)
{
	struct translation t;
	enum p2m_kind kind;
	u64 done;

	if (!v->domain->hvm && v->csr.satp && hits_stub(gva, 1))
		return P2M_NONE;
	do {
		done = v->req_done;
		if (guest_walk(v, gva, access, &t))
			return P2M_NONE;
		if (access == ACCESS_STORE && v->domain->code)
			code_will_write(v, v->domain, t.gpa, PAGE_SIZE);
	} while (unlikely(done != v->req_done));
	kind = p2m_kind(v->domain, t.gpa, pa);
	return kind == P2M_GRANT_RO && access == ACCESS_STORE ? P2M_NONE : kind;
}

static long slow(struct vcpu *v, u64 gva, u8 *buf, u64 len, enum access access)
{
	if (v->domain->hvm)
		v->csr.satp = csr_read(CSR_VSATP);
	while (len) {
		u64 n = MIN(len, PAGE_SIZE - (gva & (PAGE_SIZE - 1)));
		paddr_t pa;

		if (guest_page(v, gva, access, &pa) == P2M_NONE)
			return -XEN_EFAULT;
		if (access == ACCESS_STORE)
			memcpy(pa_to_va(pa), buf, n);
		else
			memcpy(buf, pa_to_va(pa), n);
		gva += n;
		buf += n;
		len -= n;
	}
	return 0;
}

/*
 * The memory at gva, for the stub to write to later on, by a single access; NULL: the kernel may not, or the page is
 * not for the domain to keep.
 */
void *guest_to_write(struct vcpu *v, u64 gva)
{
	enum p2m_kind kind;
	paddr_t pa;

	if (v->domain->hvm)
		v->csr.satp = csr_read(CSR_VSATP);
	kind = guest_page(v, gva, ACCESS_STORE, &pa);
	return kind == P2M_RAM || kind == P2M_STUB ? pa_to_va(pa) : NULL;
}

static inline long copy(struct vcpu *v, u64 gva, void *buf, u64 len, enum access access)
{
	if (unlikely(!len))
		return 0;
	if (likely(v->domain->hvm ? fast_hvm(gva, buf, len, access) : fast_pv(gva, buf, len, access)))
		return 0;
	return slow(v, gva, buf, len, access);
}

long copy_from_guest(struct vcpu *v, void *dst, u64 gva, u64 len)
{
	return copy(v, gva, dst, len, ACCESS_LOAD);
}

long copy_to_guest(struct vcpu *v, u64 gva, const void *src, u64 len)
{
	return copy(v, gva, (void *)src, len, ACCESS_STORE);
}

/* By its physical address, as the SBI has it. */
long copy_to_guest_physical(struct vcpu *v, gpa_t gpa, const void *src, u64 len)
{
	if (v->domain->code)
		for (gpa_t at = ALIGN_DOWN(gpa, PAGE_SIZE); at < gpa + len; at += PAGE_SIZE)
			code_will_write(v, v->domain, at, PAGE_SIZE);
	return p2m_copy_to(v->domain, gpa, src, len) ? -XEN_EFAULT : 0;
}
