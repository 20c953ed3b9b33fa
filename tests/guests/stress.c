// SPDX-License-Identifier: GPL-2.0
/*
 * Several harts at once, a bounded number of rounds: IPIs, remote fences, page
 * tables changed under each other's feet. Counters must agree at the end.
 */
#include "guest.h"
#include "vm.h"

#define ROUNDS	200

#define NEED_OTHER()						\
	if (nharts < 2) {					\
		skip("one hart");				\
		return;						\
	}

static volatile unsigned long go, up, count, bad, finished;

static void add(volatile unsigned long *p, unsigned long n)
{
	asm volatile("amoadd.d.aqrl zero, %1, (%0)" : : "r"(p), "r"(n) : "memory");
}

/* Everybody is there: an IPI to a hart that is still starting may be lost. */
static void meet(void)
{
	add(&up, 1);
	wait_for(go);
}

/* Run @fn on every hart at the same time, us included. */
static void everywhere(void (*fn)(void *))
{
	int i;

	go = up = count = bad = finished = 0;
	for (i = 1; i < nharts; i++)
		check(hart_run(&harts[i], fn, (void *)(long)i));
	check(wait_for(up == (unsigned long)nharts - 1));
	go = 1;
	fn(NULL);
	for (i = 1; i < nharts; i++)
		check(hart_wait(&harts[i]));
	check_eq(0, bad);
}

static void atomics(void *arg)
{
	unsigned long i, v;

	meet();
	for (i = 0; i < 20 * ROUNDS; i++) {
		add(&count, 1);
		asm volatile("1: lr.d.aq %0, (%1)\n\taddi %0, %0, 1\n\t"
			     "sc.d.rl %0, %0, (%1)\n\tbnez %0, 1b"
			     : "=&r"(v) : "r"(&count) : "memory");
	}
}

static void counters(void)
{
	NEED_OTHER();
	everywhere(atomics);
	check_eq(40UL * ROUNDS * nharts, count);
}

/* A token goes round by IPI: each hart sleeps until signalled, then signals the next. */
static volatile unsigned long token;

static void pass_token(void *arg)
{
	unsigned long me = (unsigned long)arg, n;
	unsigned long next = (me + 1) % nharts;

	csr_set(sie, IE_SSIE);
	meet();
	for (n = 0; n < ROUNDS; n++) {
		while ((n || me) && !(csr_read(sip) & IE_SSIE))
			wfi();
		csr_clear(sip, IE_SSIE);
		mb();
		add(&bad, token != n * nharts + me);
		add(&count, 1);
		token++;
		mb();
		add(&bad, sbi2(SBI_IPI, 0, 1, harts[next].id).error != 0);
	}
}

static void ipi_ring(void)
{
	NEED_OTHER();
	token = 0;
	everywhere(pass_token);
	csr_clear(sip, IE_SSIE);
	check_eq(ROUNDS * nharts, count);
	check_eq(ROUNDS * nharts, token);
}

/* Fences from all sides at once must all return. */
static void fence_storm(void *arg)
{
	unsigned long i;

	meet();
	for (i = 0; i < ROUNDS; i++) {
		long err;

		if (i % 3 == 0)
			err = sbi2(SBI_RFENCE, SBI_RFENCE_I, 0, -1UL).error;
		else
			err = sbi_call(SBI_RFENCE, SBI_RFENCE_VMA, 0, -1UL, VA_LOW,
				       i % 3 == 1 ? PAGE : -1UL, 0, 0).error;
		add(&bad, err != 0);
		add(&count, 1);
	}
}

static void fences_cross(void)
{
	NEED_OTHER();
	everywhere(fence_storm);
	check_eq(ROUNDS * nharts, count);
}

/*
 * One root for all. Hart 0 moves a page between frames; after the remote fence
 * nobody may see the old one. seq is odd while the page is on the move.
 */
static pte_t *shared_root, *shared_pte;
static volatile unsigned long seq, *frame[2];

static void mover(void)
{
	unsigned long n;

	for (n = 1; n <= ROUNDS; n++) {
		seq++;
		mb();
		*frame[n & 1] = 2 * n;
		*shared_pte = PTE(frame[n & 1], P_RW);
		mb();
		sbi_call(SBI_RFENCE, SBI_RFENCE_VMA, 0, -1UL, VA_LOW, PAGE, 0, 0);
		mb();
		seq++;
	}
	mb();
	finished = 1;
}

static void watcher(void)
{
	unsigned long before, after, v;

	while (!finished) {
		before = seq;
		mb();
		if (try_load(VA_LOW, &v).cause != NO_TRAP)
			add(&bad, 1);
		mb();
		after = seq;
		if (before == after && !(before & 1) && v != before)
			add(&bad, 1);
	}
}

static void move_page(void *arg)
{
	vm_on(shared_root, 0);
	meet();
	if (arg)
		watcher();
	else
		mover();
	vm_off();
}

static void page_moves(void)
{
	NEED_OTHER();
	shared_root = vm_new();
	frame[0] = page_alloc();
	frame[1] = page_alloc();
	shared_pte = vm_map(shared_root, VA_LOW, (void *)frame[0], P_RW);
	seq = 0;
	everywhere(move_page);
	check_eq(2 * ROUNDS, seq);
}

/*
 * Hart 0 takes a page away, or the right to write it; when the fence has returned nobody else writes it or sees what is
 * put there. The others write and read all the time, by the lower half and by the upper one, whose entries are global.
 */
#define POISON	0xdeadUL
#define REVOKES	64

static volatile pte_t *revoked[2];
static volatile unsigned long *victim;
static volatile unsigned long reached;

static void revoke_fence(unsigned long n, unsigned long va)
{
	/* A page, a range, too long a range, everything; what is global by the address alone */
	static const unsigned long size[] = { PAGE, 3 * PAGE, 100 * PAGE, -1UL };

	add(&bad, sbi_call(SBI_RFENCE, n & 8 && va == VA_LOW ? SBI_RFENCE_VMA_ASID : SBI_RFENCE_VMA, 0, -1UL, va,
			   size[n & 3], 0, 0).error != 0);
}

static void revoker(void)
{
	unsigned long n, was, i, half;

	for (n = 0; n < REVOKES; n++) {
		half = n >> 4 & 1;
		was = reached;
		wait_for(reached >= was + 3);
		*revoked[half] = n & 4 ? PTE(victim, half ? P_RO | P_G : P_RO) : 0;
		*revoked[!half] = 0;
		mb();
		revoke_fence(n, VA_LOW);
		revoke_fence(n, VA_HIGH);
		mb();
		was = *victim;
		for (i = 0; i < 20000; i++)
			add(&bad, *victim != was);
		if (!(n & 4)) {
			*victim = POISON;
			for (i = 0; i < 20000; i++)
				add(&bad, *victim != POISON);
			*victim = 0;
		}
		mb();
		*revoked[0] = PTE(victim, P_RW);
		*revoked[1] = PTE(victim, P_RW | P_G);
		mb();
	}
	finished = 1;
}

static void intruder(unsigned long me)
{
	unsigned long va = VA_LOW, v, n = me << 32;

	for (; !finished; va = va == VA_LOW ? VA_HIGH : VA_LOW) {
		if (try_load(va, &v).cause == NO_TRAP && v == POISON)
			add(&bad, 1);
		/* By the next round it may be valid again, and a hart may have kept that it was not. */
		if (try_store(va, ++n).cause == NO_TRAP)
			add(&reached, 1);
		else
			fence_va(va);
	}
}

static void revoke(void *arg)
{
	vm_on(shared_root, 0);
	meet();
	if (arg)
		intruder((unsigned long)arg);
	else
		revoker();
	vm_off();
}

static void revoked_pages(void)
{
	NEED_OTHER();
	shared_root = vm_new();
	victim = page_alloc();
	revoked[0] = vm_map(shared_root, VA_LOW, (void *)victim, P_RW);
	revoked[1] = vm_map(shared_root, VA_HIGH, (void *)victim, P_RW | P_G);
	reached = 0;
	everywhere(revoke);
	check(reached >= 3 * REVOKES);
}

/*
 * Every hart writes through its own entries of one root, A and D clear each
 * time: entries set by hardware or emulation must not lose each other.
 */
static void dirty_own(void *arg)
{
	unsigned long me = (unsigned long)arg, va = VA_LOW + me * PAGE, i;
	pte_t *p = vm_pte(shared_root, va, 0);

	vm_on(shared_root, 0);
	meet();
	for (i = 0; i < ROUNDS; i++) {
		*(volatile pte_t *)p &= ~P_AD;
		fence_va(va);
		if (try_store(va, i).cause == NO_TRAP)
			add(&bad, (*(volatile pte_t *)p & P_AD) != P_AD);
		else
			*p |= P_AD;
	}
	vm_off();
}

static void dirty_bits(void)
{
	int i;

	NEED_OTHER();
	shared_root = vm_new();
	for (i = 0; i < nharts; i++)
		vm_map(shared_root, VA_LOW + i * PAGE, page_alloc(), P_RW);
	everywhere(dirty_own);
}

/* Spaces of its own for each hart, same VA, same ASIDs: nobody sees another's. */
static pte_t *own_root[MAX_HARTS][4];

static void own_spaces(void *arg)
{
	unsigned long me = (unsigned long)arg, i, v;

	vm_on(own_root[me][0], 0);
	meet();
	for (i = 0; i < ROUNDS; i++) {
		csr_write(satp, vm_satp(own_root[me][i & 3], 0));
		fence_asid(0);
		if (try_load(VA_LOW, &v).cause != NO_TRAP || v != me * 10 + (i & 3))
			add(&bad, 1);
	}
	vm_off();
}

static void spaces_apart(void)
{
	unsigned long *p;
	int i, n;

	NEED_OTHER();
	for (i = 0; i < nharts; i++)
		for (n = 0; n < 4; n++) {
			p = page_alloc();
			*p = i * 10 + n;
			own_root[i][n] = vm_new();
			vm_map(own_root[i][n], VA_LOW, p, P_RW);
		}
	everywhere(own_spaces);
}

/* Timers on all harts at once. */
static void tick(void *arg)
{
	struct hart *h = this_hart();
	unsigned long i;

	h->irqs[IRQ_TIMER] = 0;
	csr_set(sie, IE_STIE);
	irq_on();
	meet();
	for (i = 1; i <= 30; i++) {
		set_timer(rdtime() + 3000);
		if (!wait_for(h->irqs[IRQ_TIMER] == i))
			add(&bad, 1);
	}
	irq_off();
}

static void timers(void)
{
	NEED_OTHER();
	everywhere(tick);
}

TESTS(
	T(counters), T(ipi_ring), T(fences_cross), T(page_moves), T(revoked_pages), T(dirty_bits),
	T(spaces_apart), T(timers),
);
