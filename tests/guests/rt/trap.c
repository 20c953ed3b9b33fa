// SPDX-License-Identifier: GPL-2.0
/* What happens in a trap. Entry and exit are in entry.S. */
#include "guest.h"

struct hart harts[MAX_HARTS];
bool (*irq_handler)(struct hart *h, unsigned long n);
volatile unsigned long vector_taken;
void user_enter(unsigned long pc);
void trap_kernel(void);

static struct trap trap_read(void)
{
	return (struct trap){
		.cause = csr_read(scause),
		.epc = csr_read(sepc),
		.tval = csr_read(stval),
		.status = csr_read(sstatus),
	};
}

static void irq(struct hart *h, struct trap t)
{
	unsigned long n = t.cause & ~CAUSE_IRQ;

	if (irq_handler && irq_handler(h, n))
		return;
	h->irq = t;
	/* acknowledge first: who sees the count may send the next one at once */
	if (n == IRQ_SOFT)
		csr_clear(sip, IE_SSIE);
	else if (n == IRQ_TIMER)
		set_timer(-1UL);
	else
		csr_clear(sie, 1UL << n);
	mb();
	if (n < (unsigned long)ARRAY_SIZE(h->irqs))
		h->irqs[n]++;
}

static void unexpected(struct hart *h, struct trap t)
{
	static volatile int depth;

	if (h != &harts[0]) {	/* only the first hart prints */
		h->stray = t.cause + 1;
		sbi0(SBI_HSM, SBI_HSM_STOP);
	}
	if (depth++) {
		say("# trap in the report of a trap\npvops-guest: fail\n");
		sbi_poweroff();
	}
	say("# unexpected trap: cause 0x%lx epc 0x%lx tval 0x%lx sstatus 0x%lx\n",
	    t.cause, t.epc, t.tval, t.status);
	depth--;
	test_abort();
}

void trap_kernel(void)
{
	struct hart *h = this_hart();
	struct trap t = trap_read();

	if (t.cause & CAUSE_IRQ) {
		irq(h, t);
		/* nothing here traps, so sepc and SPP are still the interrupt's */
		return;
	}
	if (!h->resume)
		unexpected(h, t);
	h->trap = t;
	csr_write(sepc, h->resume);
	h->resume = 0;
}

struct trap user_run(unsigned long pc, bool spie)
{
	csr_clear(sstatus, SR_SPP | SR_SPIE | SR_SIE);
	if (spie)
		csr_set(sstatus, SR_SPIE);
	user_enter(pc);
	return trap_read();
}

struct trap try_load(unsigned long addr, unsigned long *value)
{
	unsigned long v = 0;
	struct trap t = try_asm("ld %[v], 0(%[a])", OUT([v] "+r"(v)), IN([a] "r"(addr)));

	if (value)
		*value = v;
	return t;
}

struct trap try_load32(unsigned long addr, unsigned long *value)
{
	unsigned long v = 0;
	struct trap t = try_asm("lwu %[v], 0(%[a])", OUT([v] "+r"(v)), IN([a] "r"(addr)));

	*value = v;
	return t;
}

struct trap try_store(unsigned long addr, unsigned long value)
{
	return try_asm("sd %[v], 0(%[a])", , IN([v] "r"(value), [a] "r"(addr)));
}

struct trap try_amo(unsigned long addr)
{
	unsigned long v;

	return try_asm("amoadd.d %[v], zero, (%[a])", OUT([v] "=&r"(v)),
		       IN([a] "r"(addr)));
}

struct trap try_lr(unsigned long addr)
{
	unsigned long v;

	return try_asm("lr.d %[v], (%[a])", OUT([v] "=&r"(v)), IN([a] "r"(addr)));
}

struct trap try_sc(unsigned long addr)
{
	unsigned long v;

	return try_asm("sc.d %[v], zero, (%[a])", OUT([v] "=&r"(v)),
		       IN([a] "r"(addr)));
}

/* Call @addr, which uses no stack; a trap in there comes back as well. */
struct trap try_call(unsigned long addr, unsigned long *result)
{
	register unsigned long a0 asm("a0") = 0;
	register unsigned long a1 asm("a1") = addr;

	this_hart()->insn = addr;
	this_hart()->trap.cause = NO_TRAP;
	asm volatile("lla t6, 1f\n\tsd t6, %c[resume](tp)\n\t"
		     "jalr a1\n"
		     "1:\tsd zero, %c[resume](tp)"
		     : "+r"(a0), "+r"(a1)
		     : [resume] "i"(offsetof(struct hart, resume))
		     : "memory", "ra", "t0", "t1", "t2", "t3", "t4", "t5", "t6",
		       "a2", "a3", "a4", "a5", "a6", "a7");
	if (result)
		*result = a0;
	return this_hart()->trap;
}
