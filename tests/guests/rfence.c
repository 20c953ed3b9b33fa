// SPDX-License-Identifier: GPL-2.0
/*
 * Remote fences, SBI 2.0 chapter 8: when the call has returned, the other
 * hart sees new entries and new code without a fence of its own.
 */
#include "guest.h"
#include "vm.h"

#define NEED_OTHER()						\
	struct hart *other = other_hart(0);			\
	if (!other) {						\
		skip("one hart");				\
		return;						\
	}

/* The other hart does one thing for each number it is given. */
static struct {
	volatile unsigned long asked, done;
	volatile unsigned long addr, value, cause;
	volatile bool call;
	pte_t *root;
	unsigned long asid;
} job;

static void serve(void *arg)
{
	unsigned long n = 0, v = 0;

	vm_on(job.root, job.asid);
	job.done = 0;
	for (;;) {
		while (job.asked == n)
			;
		n = job.asked;
		mb();
		if (n == -1UL)
			break;
		job.cause = (job.call ? try_call(job.addr, &v) :
			     try_load(job.addr, &v)).cause;
		job.value = v;
		mb();
		job.done = n;
	}
	vm_off();
}

static bool serve_start(struct hart *h, pte_t *root, unsigned long asid)
{
	job.asked = 0;
	job.done = 1;
	job.root = root;
	job.asid = asid;
	job.call = false;
	return hart_run(h, serve, NULL) && wait_for(!job.done);
}

static void serve_stop(struct hart *h)
{
	job.asked = -1UL;
	check(hart_wait(h));
}

/* What the other hart reads at @va; the cause if it cannot. */
static unsigned long ask(unsigned long va)
{
	job.addr = va;
	mb();
	job.asked++;
	if (!wait_for(job.done == job.asked))
		return 0xdead;
	return job.cause == NO_TRAP ? job.value : job.cause;
}

static unsigned long *word_page(unsigned long v)
{
	unsigned long *p = page_alloc();

	*p = v;
	return p;
}

static long remote_vma(struct hart *h, unsigned long start, unsigned long size)
{
	return sbi_call(SBI_RFENCE, SBI_RFENCE_VMA, 1, h->id, start, size, 0, 0).error;
}

static long remote_asid(struct hart *h, unsigned long start, unsigned long size,
			unsigned long asid)
{
	return sbi_call(SBI_RFENCE, SBI_RFENCE_VMA_ASID, 1, h->id, start, size,
			asid, 0).error;
}

/* start 0 and size 0, or size -1: everything. */
static void vma_all(void)
{
	pte_t *root = vm_new(), *p = vm_map(root, VA_LOW, word_page(100), P_RW);
	int i;

	NEED_OTHER();
	check(serve_start(other, root, 0));
	for (i = 101; i < 140; i++) {
		*p = 0;
		check_eq(SBI_OK, remote_vma(other, 0, i & 1 ? 0 : -1UL));
		check_eq(CAUSE_LOAD_PAGE, ask(VA_LOW));
		*p = PTE(word_page(i), P_RW);
		check_eq(SBI_OK, remote_vma(other, 0, i & 1 ? 0 : -1UL));
		check_eq(i, ask(VA_LOW));
		*p = PTE(word_page(i + 1000), P_RW);
		check_eq(SBI_OK, remote_vma(other, 0, i & 1 ? 0 : -1UL));
		check_eq(i + 1000, ask(VA_LOW));
	}
	serve_stop(other);
}

/* A range of four pages: each of them is fenced. */
static void vma_range(void)
{
	pte_t *root = vm_new(), *p = vm_pte(root, VA_LOW, 0);
	unsigned long round, i;

	NEED_OTHER();
	check(serve_start(other, root, 0));
	for (round = 0; round < 10; round++) {
		for (i = 0; i < 4; i++)
			p[i] = PTE(word_page(100 * round + i + 50), P_RW);
		check_eq(SBI_OK, remote_vma(other, VA_LOW, 4 * PAGE));
		for (i = 0; i < 4; i++)
			check_eq(100 * round + i + 50, ask(VA_LOW + i * PAGE));
	}
	memset(p, 0, 4 * sizeof(*p));
	check_eq(SBI_OK, remote_vma(other, VA_LOW, 4 * PAGE));
	for (i = 0; i < 4; i++)
		check_eq(CAUSE_LOAD_PAGE, ask(VA_LOW + i * PAGE));
	serve_stop(other);
}

/* A range of 64 MiB over superpages and small pages. */
static void vma_big_range(void)
{
	pte_t *root = vm_new(), *small, *big;

	NEED_OTHER();
	*(unsigned long *)mega_a = 71;
	*(unsigned long *)mega_b = 72;
	small = vm_map(root, VA_LOW + 5 * MEGA, word_page(73), P_RW);
	big = vm_pte(root, VA_LOW + 20 * MEGA, 1);
	*big = PTE(mega_a, P_RW);
	check(serve_start(other, root, 0));
	check_eq(73, ask(VA_LOW + 5 * MEGA));
	check_eq(71, ask(VA_LOW + 20 * MEGA));
	*small = PTE(word_page(74), P_RW);
	*big = PTE(mega_b, P_RW);
	check_eq(SBI_OK, remote_vma(other, VA_LOW, 32 * MEGA));
	check_eq(74, ask(VA_LOW + 5 * MEGA));
	check_eq(72, ask(VA_LOW + 20 * MEGA));
	serve_stop(other);
}

/* By ASID: the other hart's, range and all. */
static void vma_asid(void)
{
	pte_t *root = vm_new(), *p = vm_map(root, VA_LOW, word_page(100), P_RW);
	unsigned long asid = asid_max(root) & 3, i;

	NEED_OTHER();
	check(serve_start(other, root, asid));
	for (i = 101; i < 120; i++) {
		*p = i % 3 ? PTE(word_page(i), P_RW) : 0;
		if (i & 1)
			check_eq(SBI_OK, remote_asid(other, VA_LOW, PAGE, asid));
		else
			check_eq(SBI_OK, remote_asid(other, 0, -1UL, asid));
		check_eq(i % 3 ? i : CAUSE_LOAD_PAGE, ask(VA_LOW));
	}
	serve_stop(other);
}

/* hart_mask_base -1: all harts, ourselves as well. */
static void vma_everyone(void)
{
	pte_t *root = vm_new(), *p = vm_map(root, VA_LOW, word_page(1), P_RW);
	unsigned long i, v;

	NEED_OTHER();
	check(serve_start(other, root, 0));
	vm_on(root, 0);
	for (i = 2; i < 20; i++) {
		*p = PTE(word_page(i), P_RW);
		mb();
		check_eq(SBI_OK, sbi_call(SBI_RFENCE, SBI_RFENCE_VMA, 0, -1UL, VA_LOW,
					  PAGE, 0, 0).error);
		check_eq(i, ask(VA_LOW));
		check_none(try_load(VA_LOW, &v));
		check_eq(i, v);
	}
	serve_stop(other);
}

/* To ourselves, by number. */
static void vma_self(void)
{
	pte_t *root = vm_new(), *p = vm_map(root, VA_LOW, word_page(1), P_RW);
	unsigned long i, v;

	vm_on(root, 0);
	for (i = 2; i < 10; i++) {
		*p = PTE(word_page(i), P_RW);
		check_eq(SBI_OK, remote_vma(this_hart(), VA_LOW, PAGE));
		check_none(try_load(VA_LOW, &v));
		check_eq(i, v);
	}
}

/* li a0, n; ret */
static void patch(unsigned int *code, unsigned int n)
{
	code[0] = 0x00000513 | n << 20;
	code[1] = 0x00008067;
}

/* fence.i: code patched here, run there. */
static void remote_fence_i(void)
{
	pte_t *root = vm_new();
	unsigned int *code = page_alloc(), i;

	NEED_OTHER();
	patch(code, 1);
	vm_map(root, VA_LOW, code, P_RWX);
	fence_i();
	check(serve_start(other, root, 0));
	job.call = true;
	for (i = 1; i < 200; i++) {
		patch(code, i);
		mb();
		check_eq(SBI_OK, sbi2(SBI_RFENCE, SBI_RFENCE_I, 1, other->id).error);
		check_eq(i, ask(VA_LOW));
	}
	serve_stop(other);
}

static void invalid_hart(void)
{
	check_eq(SBI_INVALID_PARAM, sbi2(SBI_RFENCE, SBI_RFENCE_I, 1, 1UL << 20).error);
	check_eq(SBI_INVALID_PARAM,
		 sbi_call(SBI_RFENCE, SBI_RFENCE_VMA, 1, 1UL << 20, 0, 0, 0, 0).error);
}

/* Nobody asked: nothing done, no error. */
static void empty_mask(void)
{
	check_eq(SBI_OK, sbi2(SBI_RFENCE, SBI_RFENCE_I, 0, this_hart()->id).error);
}

/* A hart that is stopped is not waited for. */
static void stopped_hart(void)
{
	NEED_OTHER();
	check_eq(HSM_STOPPED, hart_status(other->id));
	remote_vma(other, 0, -1UL);
	sbi2(SBI_RFENCE, SBI_RFENCE_I, 0, -1UL);
	check_eq(HSM_STOPPED, hart_status(other->id));
}

TESTS(
	T(vma_all), T(vma_range), T(vma_big_range), T(vma_asid), T(vma_everyone),
	T(vma_self), T(remote_fence_i), T(invalid_hart), T(empty_mask),
	T(stopped_hart),
);
