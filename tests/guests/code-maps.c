// SPDX-License-Identifier: GPL-2.0
/*
 * Hot kernel code (see hot.h) and address translation: its mapping changes,
 * loses rights, is one of many, or is the user's as well.
 */
#include "hot.h"
#include "user.h"

#define RWX_G	(P_RWX | P_G)

static void fence(int kind, unsigned long va)
{
	if (kind & 1)
		fence_va(va);
	else
		fence_all();
}

/* The address leads to another frame, and back, each time hot. */
static void remap(void)
{
	for (BOTH_HALVES(half)) {
		struct spot s = hot_spot(half, 0, RWX_G);
		unsigned int *code[3] = { s.code, page_alloc(), (unsigned int *)mega_a };
		unsigned int i;

		for (i = 0; i < 3; i++)
			hot_write(code[i], CSR_SSCRATCH, 10 + i, 0);
		fence_i();
		for (i = 0; i < 15; i++) {
			*s.pte = PTE(code[i % 3], RWX_G);
			fence(i / 3, s.va);
			if (i < 6)
				check_eq(10 + i % 3, hot_run(s.va));
			else
				check_eq(0, hot_heat(s.va, 10 + i % 3));
		}
	}
}

/* To a frame with an ecall where the hot one had something else, far from all that was ever hot. */
static void remap_to_ecall(void)
{
	for (BOTH_HALVES(half)) {
		struct spot s = hot_spot(half, 4, RWX_G);
		unsigned int *other = (unsigned int *)(mega_b + half * PAGE);
		struct sbiret r;
		int i;

		other[0] = other[1] = other[3] = I_ECALL;
		other[2] = I_NOP;
		other[4] = I_RET;
		fence_i();
		for (i = 0; i < 6; i++) {
			check_eq(0, hot_heat(s.va, 4));
			*s.pte = PTE(other, P_RX | P_G);
			fence(i, s.va);
			r = hot_call(s.va + 12, SBI_TIME, 0, 0);
			check_eq(SBI_OK, r.error);
			check(r.value != 0);
			/* the first asks about a0, the others about extension 0 */
			r = hot_call(s.va, SBI_TIME, 0x77, 0);
			check_eq(SBI_OK, r.error);
			check(r.value == 0 || r.value == 1);
			check_eq(0, csr_read(sscratch));
			*s.pte = PTE(s.code, RWX_G);
			fence(i, s.va);
		}
	}
}

/* Another frame there in another space, not global: fenced after each switch. */
static void other_space(void)
{
	for (BOTH_HALVES(half)) {
		struct spot s = hot_spot(half, 8, RWX_G);
		pte_t *b = vm_new();
		unsigned int *other = page_alloc();
		unsigned long far = s.va + 2 * PAGE, asid = asid_max(s.root) & 1;
		int i;

		hot_write(other, CSR_SSCRATCH, 21, 0);
		other[1] = I_ECALL;
		hot_write(other + 16, CSR_SSCRATCH, 21, 1);
		fence_i();
		vm_map(b, s.va, other, P_RWX);
		/* beside it a global one: the same in both */
		vm_map(b, far, s.code, RWX_G);
		vm_map(s.root, far, s.code, RWX_G);
		for (i = 0; i < 10; i++) {
			csr_write(satp, vm_satp(s.root, 0));
			fence(i / 2, s.va);
			check_eq(0, hot_heat(s.va, 8));
			check_eq(8, hot_run(far));
			csr_write(satp, vm_satp(b, asid));
			fence(i / 2, s.va);
			check(hot_call(s.va, SBI_TIME, 0, 0).error == SBI_OK);
			check_eq(0, hot_heat(s.va + 64, 22));
			check_eq(8, hot_run(far));
		}
	}
}

/* The hot code itself switches spaces. */
static void satp_in_hot(void)
{
	for (BOTH_HALVES(half)) {
		struct spot s = hot_spot(half, 0, RWX_G);
		pte_t *root[2] = { s.root, vm_new() };
		unsigned long *word[2] = { page_alloc(), page_alloc() }, data = VA_USER_DATA, i, v;

		s.code[0] = 0x18059073;		/* csrw satp, a1 */
		s.code[1] = 0x12000073;		/* sfence.vma */
		s.code[2] = 0x18002573;		/* csrr a0, satp */
		s.code[3] = I_RET;
		fence_i();
		vm_map(root[1], s.va, s.code, RWX_G);
		for (i = 0; i < 2; i++) {
			*word[i] = 50 + i;
			vm_map(root[i], data, word[i], P_RW);
		}
		fence_all();
		for (i = 0; i < 200; i++) {
			unsigned long satp = vm_satp(root[i & 1], 0);

			check_eq(satp, hot_call(s.va, 0, satp, 0).error);
			check_none(try_load(data, &v));
			check_eq(50 + (i & 1), v);
		}
	}
}

static void no_access(unsigned long va)
{
	check_trap(try_load(va, NULL), CAUSE_LOAD_PAGE, va);
	check_trap(try_store(va, 0), CAUSE_STORE_PAGE, va);
	hot_call(va, 0, 0, 0);
	check_trap_epc(this_hart()->trap, CAUSE_FETCH_PAGE, va, va);
}

/* Rights go and come back; the hot page has what its entry says. */
static void permissions(void)
{
	for (BOTH_HALVES(half)) {
		struct spot s = hot_spot(half, 2, RWX_G);
		int i;

		for (i = 0; i < 6; i++) {
			check_eq(0, hot_heat(s.va, 2));
			*s.pte = PTE(s.code, P_RW | P_G);
			fence(i, s.va);
			hot_call(s.va, 0, 0, 0);
			check_trap_epc(this_hart()->trap, CAUSE_FETCH_PAGE, s.va, s.va);
			hot_call(s.va + 8, 0, 0, 0);
			check_trap_epc(this_hart()->trap, CAUSE_FETCH_PAGE, s.va + 8, s.va + 8);
			check_none(try_load(s.va, NULL));

			*s.pte = PTE(s.code, P_V | P_X | P_AD | P_G);
			fence(i, s.va);
			check_eq(0, hot_heat(s.va, 2));
			check_trap(try_load(s.va, NULL), CAUSE_LOAD_PAGE, s.va);
			check_trap(try_store(s.va, 0), CAUSE_STORE_PAGE, s.va);

			*s.pte = PTE(s.code, P_RX | P_G);
			fence(i, s.va);
			check_eq(0, hot_heat(s.va, 2));
			check_trap(try_store(s.va, 0), CAUSE_STORE_PAGE, s.va);
			check_trap(try_amo(s.va), CAUSE_STORE_PAGE, s.va);
			check_none(try_load(s.va, NULL));

			*s.pte = PTE(s.code, P_RWX | P_U);
			fence(i, s.va);
			hot_call(s.va, 0, 0, 0);
			check_trap_epc(this_hart()->trap, CAUSE_FETCH_PAGE, s.va, s.va);

			*s.pte = 0;
			fence(i, s.va);
			no_access(s.va);
			*s.pte = PTE(s.code, RWX_G);
			fence(i, s.va);
		}
	}
}

/* A load in the hot page faults: the trap says where. */
static void fault_in_hot(void)
{
	for (BOTH_HALVES(half)) {
		struct spot s = hot_spot(half, 0, RWX_G);
		unsigned long bad = s.va + 5 * PAGE;
		int i;

		s.code[2] = 0x0005b503;		/* ld a0, 0(a1) */
		s.code[5] = 0x00a5b023;		/* sd a0, 0(a1) */
		fence_i();
		for (i = 0; i < 120; i++) {
			hot_call(s.va, 0, bad + 8 * i, 0);
			check_trap_epc(this_hart()->trap, CAUSE_LOAD_PAGE, s.va + 8, bad + 8 * i);
			csr_write(sscratch, 0);
			hot_call(s.va + 20, 0, bad + 8 * i, 0);
			check_trap_epc(this_hart()->trap, CAUSE_STORE_PAGE, s.va + 20, bad + 8 * i);
		}
	}
}

/* A privileged instruction across two pages, with compressed ones before it. */
static void crossing(void)
{
	for (BOTH_HALVES(half)) {
		struct spot s = hot_spot(half, 0, RWX_G);
		unsigned short *a = (unsigned short *)((char *)s.code + PAGE), *b;
		unsigned long start = s.va + PAGE - 8, i, n;
		pte_t *second = s.pte + 1;

		page_alloc();			/* two frames that are not neighbours */
		b = page_alloc();
		*second = PTE(b, RWX_G);
		a[-4] = 0x0001;			/* c.nop: start */
		a[-3] = 0x4501;			/* c.li a0, 0 */
		a[-2] = 0x0505;			/* c.addi a0, 1 */
		for (n = 0; n < 32; n++) {
			unsigned int insn = I_CSRWI(CSR_SSCRATCH, n);

			a[-1] = insn & 0xffff;
			b[0] = insn >> 16;
			b[1] = 0x0505;
			hot_write(&b[2], CSR_SSCRATCH, 0, 0);
			hot_patch(&b[2], I_NOP);	/* what is read is from across */
			hot_patch(&b[6], 0x00150513);
			fence_i();
			for (i = 0; i < 80; i++)
				check_eq(n + 1, hot_call(start, 0, 0, 0).error);
		}
		*second = 0;
		fence_va(s.va + PAGE);
		hot_call(start, 0, 0, 0);
		check_trap_epc(this_hart()->trap, CAUSE_FETCH_PAGE, s.va + PAGE - 2, s.va + PAGE);
	}
}

/* Privileged instructions at addresses that are not a multiple of four. */
static void compressed(void)
{
	for (BOTH_HALVES(half)) {
		struct spot s = hot_spot(half, 0, RWX_G);
		unsigned short *h = (unsigned short *)s.code;
		unsigned int insn[4] = {
			I_CSRWI(CSR_SSCRATCH, 13), I_CSRR(CSR_SSCRATCH), I_CSRWI(CSR_SSCRATCH, 1), I_CSRWI(CSR_SSCRATCH, 0)
		};
		int i, n;

		h[0] = 0x0001;
		for (n = 0; n < 4; n++) {
			h[1 + 3 * n] = insn[n] & 0xffff;
			h[2 + 3 * n] = insn[n] >> 16;
			h[3 + 3 * n] = n ? 0x0505 : 0x0001;	/* c.addi a0, 1 */
		}
		h[13] = 0x8082;
		fence_i();
		for (i = 0; i < 100; i++)
			check_eq(16, hot_run(s.va));
	}
}

/* The user's mapping of a page that is hot in the kernel. */
static void users_too(void)
{
	for (BOTH_HALVES(half)) {
		struct spot s = hot_spot(half, 17, RWX_G);
		unsigned long user = VA_USER_DATA + 3 * PAGE, i;
		struct trap t;

		s.code[64] = I_LI(55);
		s.code[65] = I_ECALL;
		fence_i();
		vm_map(s.root, user, s.code, P_RX | P_U);
		fence_all();
		for (i = 0; i < 100; i++) {
			check_eq(17, hot_run(s.va));
			t = user_run(user + 256, false);
			check_trap_epc(t, CAUSE_ECALL_U, user + 260, 0);
			check_eq(55, user_reg(10));
			check_illegal_at(__FILE__, __LINE__, user_run(user, false), user,
					 I_CSRWI(CSR_SSCRATCH, 17));
			check_illegal_at(__FILE__, __LINE__, user_run(user + 4, false), user + 4,
					 I_CSRR(CSR_SSCRATCH));
		}
		/* the kernel at the ecall that the user has had so often */
		s.code[66] = I_RET;
		fence_i();
		check_eq(0, hot_heat(s.va, 17));
		check_eq(SBI_OK, hot_call(s.va + 260, SBI_TIME, 0, 0).error);
	}
}

/* More hot pages than there can be copies, and a few rewritten in between. */
#define MANY	600
static void many_pages(void)
{
	pte_t *root = vm_new();
	unsigned int *code[MANY];
	unsigned long va[MANY], i, n, bad = 0;

	for (i = 0; i < MANY; i++) {
		va[i] = (i & 1 ? VA_HIGH : VA_LOW) + 16 * MEGA + i * PAGE;
		code[i] = page_alloc();
		hot_write(code[i], CSR_SSCRATCH, i, i);
		vm_map(root, va[i], code[i], i % 3 ? RWX_G : P_RX | P_G);
	}
	fence_i();
	vm_on(root, 0);
	for (i = 0; i < MANY; i++)
		for (n = 0; n < 28; n++)
			bad += hot_run(va[i]) != (i & 31) + i;
	check_eq(0, bad);
	for (n = 0; n < 6; n++) {
		for (i = n; i < MANY; i += 7)
			hot_patch(code[i], I_CSRWI(CSR_SSCRATCH, i + 1));
		fence_i();
		for (i = 0; i < MANY; i++)
			bad += hot_run(va[i]) != ((i % 7 <= n ? i + 1 : i) & 31) + i;
	}
	check_eq(0, bad);
	for (i = 0; i < MANY; i++)
		bad += *(volatile unsigned int *)va[i] != I_CSRWI(CSR_SSCRATCH, i % 7 < 6 ? i + 1 : i);
	check_eq(0, bad);
}

TESTS(
	T(remap), T(remap_to_ecall), T(other_space), T(satp_in_hot), T(permissions),
	T(fault_in_hot), T(crossing), T(compressed), T(users_too), T(many_pages),
);
