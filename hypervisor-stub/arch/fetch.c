// SPDX-License-Identifier: GPL-2.0
/* Reading the guest's instructions from its memory. */
#include "csr.h"
#include "domain.h"
#include "pv.h"
#include "stub.h"
#include "vcpu.h"

static bool fetch_parcel(struct vcpu *v, u64 va, u16 *parcel)
{
	struct translation t;
	paddr_t pa;
	u64 size;
	int cause = guest_walk(v, va, ACCESS_FETCH, &t);

	if (!cause && !p2m_lookup(v->domain, t.gpa, &pa, &size))
		cause = EXC_FETCH_ACCESS;
	if (cause) {
		/* It was executed a moment ago and is gone: the guest sees the fault of fetching it. */
		pv_inject(v, cause, va);
		return false;
	}
	*parcel = *(const u16 *)pa_to_va(pa);
	return true;
}

/*
 * The one that a kernel is at, as the hart reads it: a tenth of what two walks take. False: the hart may not read
 * there, or it lies across two pages. What can be executed there now may be a copy of it (code.c).
 */
bool fetch_quick(const struct vcpu *v, u32 *insn)
{
	u64 at = v->pc & ~3UL, low, high = 0;
	bool ok;

	if ((v->pc & (PAGE_SIZE - 1)) > PAGE_SIZE - 4)
		return false;
	csr_set(CSR_SSTATUS, SSTATUS_SUM);
	ok = load_word(load_word_plain, at, &low) && (at == v->pc || load_word(load_word_plain, at + 4, &high));
	csr_clear(CSR_SSTATUS, SSTATUS_SUM);
	*insn = at == v->pc ? low : low >> 16 | high << 16;
	return ok;
}

bool fetch_instruction(struct vcpu *v, u32 *insn)
{
	u16 low, high = 0;

	/* Two parcels: a 32-bit instruction may lie across two pages. */
	if (!fetch_parcel(v, v->pc, &low))
		return false;
	if ((low & 3) == 3 && !fetch_parcel(v, v->pc + 2, &high))
		return false;
	*insn = low | (u32)high << 16;
	return true;
}
