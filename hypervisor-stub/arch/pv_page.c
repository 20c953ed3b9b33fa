// SPDX-License-Identifier: GPL-2.0
/*
 * The page of a pv vCPU, as the guest's kernel uses it: stores to it while an interrupt waits, and hints. What else is
 * in it are the trap registers, which pv.c and emulate.c read and write there.
 */
#include "domain.h"
#include "pv.h"
#include "shadow.h"
#include "std.h"
#include "stub.h"
#include "vcpu.h"

#define HINT_PAGES	64	/* filled at a return, at most */

/* An interrupt waits for the flag, or none does: with one, the kernel's stores to its page trap. */
void pv_set_masked(struct vcpu *v, bool masked)
{
	if (likely(v->masked == masked))
		return;
	v->masked = masked;
	if (v->domain->page_shown)
		shadow_page_rights(v);
	pv_choose_fast(v);
}

/* Aligned. The flag is a byte, what a trap leaves are words of 64 bits. */
static void store(void *at, u64 value, unsigned int size)
{
	if (size == 1)
		*(u8 *)at = value;
	else if (size == 8)
		*(u64 *)at = value;
	else
		memcpy(at, &value, size);
}

/* The S-type immediate (volume I, 2.3) */
static u64 store_offset(u32 insn)
{
	return (s64)((s32)insn >> 25) * 32 + (insn >> 7 & 31);
}

/* A store to the page that the hart may not do: to the flag, perhaps. */
static bool store_to_page(struct vcpu *v)
{
	u8 *at = (u8 *)v->pv - PV_STATE_OFFSET;
	u64 offset = v->stval - XEN_PV_PAGE;
	unsigned int size;
	u32 insn;

	if (!fetch_quick(v, &insn) && !fetch_instruction(v, &insn))
		return true;
	size = 1 << (insn >> 12 & 3);
	if ((insn & 0x7f) != OPCODE_STORE || insn >> 14 & 1 || offset % size)
		return false;
	/* stval is where the part of a store begins that faults (12.1.9): not all of it need be in the page. */
	if (v->regs[insn >> 15 & 31] + store_offset(insn) != v->stval)
		return false;
	store(at + offset, v->regs[insn >> 20 & 31], size);
	v->pc += 4;
	return true;
}

void pv_page_fault(struct vcpu *v)
{
	if (v->scause == EXC_STORE_PAGE && v->masked) {
		vcpu_count(v, TRAP_MASKED);
		if (store_to_page(v)) {
			pv_set_masked(v, pv_sip(v) & v->csr.sie);
			return;
		}
	} else if (v->scause != EXC_FETCH_PAGE) {
		vcpu_count(v, TRAP_SHADOW);
		shadow_fill_page(v);
		return;
	}
	vcpu_count(v, TRAP_PAGE_FAULT);
	pv_inject(v, v->scause, v->stval);
}

/* The kernel says which pages its user is about to touch for the first time. What it says wrong is its own loss. */
void pv_take_hints(struct vcpu *v, u64 count)
{
	const struct xen_riscv_pv_page *page = (void *)((u8 *)v->pv - PV_STATE_OFFSET);
	u64 budget = HINT_PAGES;

	v->pv->mapped_nr = 0;
	count = MIN(count, (u64)XEN_PV_MAPPED_MAX);
	for (u64 i = 0; i < count; i++) {
		u64 addr = READ_ONCE(page->mapped[i].addr) & PAGE_MASK, nr = READ_ONCE(page->mapped[i].nr);

		while ((nr = MIN(nr, budget))) {
			u64 done = shadow_fill_hinted(v, addr, nr);

			addr += done * PAGE_SIZE;
			nr -= done;
			budget -= done;
		}
	}
}
