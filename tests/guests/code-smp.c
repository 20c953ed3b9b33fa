// SPDX-License-Identifier: GPL-2.0
/*
 * Hot kernel code (see hot.h) that one hart changes while another executes it.
 */
#include "hot.h"

#define RWX_G	(P_RWX | P_G)
#define ROUNDS	30
#define RACES	100

#define NEED_OTHER()						\
	struct hart *other = other_hart(0);			\
	if (!other) {						\
		skip("one hart");				\
		return;						\
	}

/*
 * The other hart calls the code so many times as it is asked to, and says how
 * often it was not what is wanted. In between it does not execute it: QEMU 7.2
 * itself may go on with the old code when a hart translates it to host code at
 * the very moment another one stores.
 */
static struct {
	pte_t *root;
	unsigned long va;
	bool own_fence;			/* fence.i of its own before the first call */
	volatile unsigned long asked, done, want, times, bad, first;
} job;

static void serve(void *arg)
{
	unsigned long n = 0, i, v;

	vm_on(job.root, 0);
	job.done = 0;
	for (;;) {
		while (job.asked == n)
			;
		n = job.asked;
		mb();
		if (n == -1UL)
			break;
		if (job.own_fence)
			fence_i();
		for (i = 0; i < job.times; i++) {
			v = hot_run(job.va);
			if (v != job.want && !job.bad++)
				job.first = v;
		}
		mb();
		job.done = n;
	}
	vm_off();
}

static bool serve_start(struct hart *h, const struct spot *s, bool own_fence)
{
	job.root = s->root;
	job.va = s->va;
	job.own_fence = own_fence;
	job.asked = job.bad = 0;
	job.done = 1;
	return hart_run(h, serve, NULL) && wait_for(!job.done);
}

static void ask(unsigned long times, unsigned long want)
{
	job.times = times;
	job.want = want;
	mb();
	job.asked++;
}

static bool answered(void)
{
	return wait_for(job.done == job.asked);
}

static void serve_stop(struct hart *h)
{
	if (job.bad)
		say("# wrong %ld times, at first 0x%lx\n", (long)job.bad, job.first);
	check_eq(0, job.bad);
	job.asked = -1UL;
	check(hart_wait(h));
}

static long remote_fence_i(struct hart *h)
{
	mb();
	return sbi2(SBI_RFENCE, SBI_RFENCE_I, 1, h->id).error;
}

/* So many calls: few, enough for a copy, many. */
static unsigned long times(unsigned long round)
{
	static const unsigned long calls[] = { 30, 1, 40, 90 };

	return calls[round & 3];
}

/* Hart 0 rewrites what the other one has executed hot: never is the old one executed again. */
static void rewrite(bool own_fence, bool both)
{
	NEED_OTHER();
	for (BOTH_HALVES(half)) {
		struct spot s = hot_spot(half, 0, RWX_G);
		unsigned int *at[3] = { s.code, (unsigned int *)s.va, (unsigned int *)(s.va + 2 * PAGE) };
		unsigned long n;

		vm_map(s.root, s.va + 2 * PAGE, s.code, P_RW);
		fence_all();
		check(serve_start(other, &s, own_fence));
		for (n = 1; n <= ROUNDS; n++) {
			hot_patch(at[n % 3], I_CSRWI(CSR_SSCRATCH, n));
			if (own_fence)
				mb();
			else
				check_eq(SBI_OK, remote_fence_i(other));
			ask(times(n), n & 31);
			if (both) {
				fence_i();
				check_eq(0, hot_heat(s.va, n & 31));
			}
			check(answered());
		}
		serve_stop(other);
	}
}

static void remote_fence(void)
{
	rewrite(false, false);
}

static void own_fence(void)
{
	rewrite(true, false);
}

static void both_execute(void)
{
	rewrite(true, true);
	rewrite(false, true);
}

/*
 * Two instructions take each other's place while the other hart executes right
 * there: it executes one of the two, so all that can be wrong is a trap. (QEMU
 * may keep either for long.) They differ in one half alone: QEMU 7.2 fetches by
 * halves. a0 is 0 after either.
 */
static void cross_modify(unsigned int one, unsigned int two, unsigned int then)
{
	NEED_OTHER();
	for (BOTH_HALVES(half)) {
		struct spot s = hot_spot(half, 0, RWX_G);
		unsigned long n, k;

		s.code[1] = one;
		s.code[2] = then;
		fence_i();
		check(serve_start(other, &s, true));
		for (n = 0; n < ROUNDS; n++) {
			ask(40, 0);
			for (k = 0; k < 41 && job.done != job.asked; k++)
				hot_patch(&s.code[1], k & 1 ? one : two);
			check(answered());
			hot_patch(&s.code[1], one);
			remote_fence_i(other);
			/* hot again */
			ask(60, 0);
			check(answered());
		}
		serve_stop(other);
	}
}

/* csrr a0, sscratch; li a0, 0x140 */
static void cross_modify_plain(void)
{
	cross_modify(I_CSRR(CSR_SSCRATCH), I_LI(0x140U), I_LI(0U));
}

/* sfence.vma; ecall */
static void cross_modify_ecall(void)
{
	cross_modify(0x12000073, I_ECALL, I_NOP);
}

/* The address is given to another frame: after the remote fence none but that one is executed. */
static void remote_remap(void)
{
	NEED_OTHER();
	for (BOTH_HALVES(half)) {
		struct spot s = hot_spot(half, 0, RWX_G);
		unsigned int *code[3] = { s.code, page_alloc(), (unsigned int *)mega_a };
		unsigned long n;

		check(serve_start(other, &s, false));
		for (n = 1; n <= ROUNDS; n++) {
			hot_write(code[n % 3], CSR_SSCRATCH, n, 0);
			check_eq(SBI_OK, remote_fence_i(other));
			*s.pte = PTE(code[n % 3], RWX_G);
			mb();
			check_eq(SBI_OK, sbi_call(SBI_RFENCE, SBI_RFENCE_VMA, 1, other->id, s.va, PAGE,
						  0, 0).error);
			ask(times(n), n & 31);
			check(answered());
		}
		serve_stop(other);
	}
}

/*
 * The other hart writes to its hot page by an alias; this very moment we give
 * the alias another frame. After our remote fence it may reach the new one
 * alone, whatever else its store had set going.
 */
static struct {
	pte_t *root;
	unsigned long va, alias;
	volatile unsigned long round, done, wrong;
} race;

static void write_hot(void *arg)
{
	unsigned long n;

	vm_on(race.root, 0);
	for (n = 1; n <= RACES; n++) {
		if (!wait_for(race.round == 2 * n - 1))
			race.wrong++;
		if (hot_heat(race.va, 1))
			race.wrong++;
		race.done = 2 * n - 1;
		mb();
		*(volatile unsigned long *)(race.alias + 2048) = n;
		if (!wait_for(race.round == 2 * n))
			race.wrong++;
		*(volatile unsigned long *)(race.alias + 2056) = n;
		mb();
		race.done = 2 * n;
	}
	vm_off();
}

static void alias_races(void)
{
	struct spot s = hot_spot(1, 1, RWX_G);
	volatile unsigned long *second = page_alloc(), *first = (unsigned long *)s.code;
	unsigned long n, bad = 0, i, moved = 0;
	pte_t *p;

	NEED_OTHER();
	race.root = s.root;
	race.va = s.va;
	race.alias = s.va + 2 * PAGE;
	race.round = race.done = race.wrong = 0;
	p = vm_map(s.root, race.alias, s.code, P_RW | P_G);
	check(hart_run(other, write_hot, NULL));
	for (n = 1; n <= RACES; n++) {
		*p = PTE(s.code, P_RW | P_G);
		mb();
		sbi_call(SBI_RFENCE, SBI_RFENCE_VMA, 1, other->id, race.alias, PAGE, 0, 0);
		race.round = 2 * n - 1;
		if (!wait_for(race.done == 2 * n - 1))
			bad++;
		for (i = 0; i < n * 37 % 64 * 64; i++)
			asm volatile("" : : : "memory");
		*p = PTE(second, P_RW | P_G);
		mb();
		sbi_call(SBI_RFENCE, SBI_RFENCE_VMA, 1, other->id, race.alias, PAGE, 0, 0);
		race.round = 2 * n;
		if (!wait_for(race.done == 2 * n))
			bad++;
		bad += second[257] != n || first[257] != 0;
		moved += second[256] == n;
		bad += first[256] != n && second[256] != n;
	}
	check(hart_wait(other));
	say("# stores that reached the new frame: %ld of %ld\n", (long)moved, (long)RACES);
	check_eq(0, race.wrong);
	check_eq(0, bad);
}

TESTS(
	T(remote_fence), T(own_fence), T(both_execute), T(cross_modify_plain), T(cross_modify_ecall),
	T(remote_remap), T(alias_races),
);
