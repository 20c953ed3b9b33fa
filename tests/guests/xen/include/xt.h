/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The conformance suite's runtime, as claims see it. A claim is one sentence about the ABI: a function that makes the
 * calls, and returns an answer; the claim holds if it is the one that is wanted. Answers are recorded from real Xen
 * (answers-4.17/), so they must be the same each time.
 */
#ifndef XT_H
#define XT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <xen/errno.h>
#include <xen/xen.h>
#include <xen/console.h>
#include <xen/event_channel.h>
#include <xen/features.h>
#include <xen/grant_table.h>
#include <xen/hvm.h>
#include <xen/memory.h>
#include <xen/physdev.h>
#include <xen/sched.h>
#include <xen/vcpu.h>
#include <xen/version.h>
#include "arch.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define PAGE_SIZE	4096UL
#define MEGA2		(2UL << 20)
#define MAX_CPUS	4
#define MAX_PORTS	4096		/* that are counted */

struct claim {
	const char *id, *words;
	long (*answer)(void);
	long (*want)(void);
};

/*
 * CLAIM(id, words, wanted answer) { body that returns the answer }
 * The id is for ever: answers are recorded under it. In the body, MUST(x) ends the claim as broken where x does not
 * hold, and return skip("reason") says that it does not apply here.
 */
#define CLAIM(id, words, wanted) CLAIM_N(__COUNTER__, id, words, wanted)
#define CLAIM_N(n, id, words, wanted) CLAIM_NN(n, id, words, wanted)
#define CLAIM_NN(n, id, words, wanted)							\
	static long answer_##n(void);							\
	static long want_##n(void) { return wanted; }					\
	static const struct claim claim_##n __attribute__((section(".claims"), used)) =	\
		{ id, words, answer_##n, want_##n };					\
	static long answer_##n(void)

#define MUST(cond) do { if (!(cond)) return broken(__FILE_NAME__, __LINE__, #cond); } while (0)

/* rt/report.c */
long skip(const char *why);
long broken(const char *file, int line, const char *what);
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void claim_abort(void) __attribute__((noreturn));
void run_claims(void);
void end_domain(void) __attribute__((noreturn));

/* rt/machine.c: what the device tree says */
struct bank {
	unsigned long base, size;
};

struct machine {
	struct bank ram[8];
	int nr_ram;
	unsigned long cpu_id[MAX_CPUS];		/* as the firmware calls them */
	int nr_cpus;
	struct bank hypervisor[4];		/* reg: the grant-table window, extended regions */
	int nr_hypervisor;
	uint32_t upcall_irq[3];			/* interrupts */
	char upcall_ack[16];
	struct bank gic[2];
	uint32_t timebase;
	char bootargs[256];
	char compatible[64];			/* of the hypervisor's node */
};

extern struct machine machine;
extern bool is_dom0;
void machine_read(const void *fdt);
void machine_ask(void);				/* what only the hypervisor says */
bool option(const char *word);			/* is in bootargs */
unsigned long option_value(const char *name, unsigned long otherwise);
domid_t other_domain(void);			/* that there is */

/* rt/vm.c */
#define VM_RW		0U
#define VM_RO		1U
#define VM_USER		2U
#define VM_DEVICE	4U
#define VM_NONE		8U
void vm_init(void);
void vm_map(unsigned long va, unsigned long pa, unsigned int how);
void vm_table(unsigned long va, unsigned long gfn);
void *vm_frame(unsigned long gfn);		/* somewhere to look at a frame; good for the 16 last ones */
unsigned long frame_of(const void *p);
void *page_get(void);				/* a page of RAM, zeroed; for this claim */
void pages_reset(void);
unsigned long pieces(int n);			/* address of n times 2 MiB of RAM, which nobody uses; for ever */
extern char _start[], _end[];

/* Where there is what hypercalls may stumble over: pages around each other in a window of its own. */
#define WINDOW		(128UL << 30)
#define AT_UNMAPPED	(WINDOW + 0x0000)
#define AT_RW		(WINDOW + 0x1000)	/* two pages that are neighbours only here, the second has the lower address */
#define AT_HOLE		(WINDOW + 0x3000)
#define AT_RO		(WINDOW + 0x4000)
#define AT_USER		(WINDOW + 0x6000)
#define AT_TABLE	(WINDOW + (1UL << 29))	/* vm_table() */
#define AT_GRANTS	(WINDOW + 0x8000)	/* rt/grants.c: the table */

/* An argument of the size at the end of the first page, so that it goes on in the second by half */
#define crossing(size)	((void *)(AT_RW + PAGE_SIZE - ((size) + 1) / 2))
/* and at the end of mapped memory */
#define half_mapped(size) ((void *)(AT_HOLE - ((size) + 1) / 2))

/* arch/: one instruction that may fault */
bool try_read(unsigned long addr, unsigned long *value);
bool try_write(unsigned long addr, unsigned long value);

/* rt/events.c */
extern struct shared_info *shared;
extern long shared_answer, vcpu_info_answer;	/* of the calls that the runtime itself made */
extern volatile unsigned int fired[MAX_PORTS];
extern volatile unsigned int upcalls[MAX_CPUS];
extern volatile bool fifo;
struct vcpu_info *vcpu_info_of(int cpu);
void events_init(void);
long vcpu_info_register(int cpu);
void upcall(void);				/* from the interrupt */
bool pending(unsigned int port);
bool masked(unsigned int port);
void clear_pending(unsigned int port);
void set_masked(unsigned int port, bool on);
unsigned int vcpu_of(unsigned int port);
void close_all(void);				/* what a claim has left open */
long fifo_enter(void);				/* control blocks and one page of words */
event_word_t *fifo_word(unsigned int port);
struct evtchn_fifo_control_block *fifo_control(int cpu);

/* Event channels, as one likes to call them: a port, or the error */
long ev_alloc(unsigned int dom, unsigned int remote);
long ev_bind(unsigned int remote, unsigned int remote_port);
long ev_ipi(unsigned int vcpu);
long ev_virq(unsigned int virq, unsigned int vcpu);
long ev_close(unsigned int port);
long ev_send(unsigned int port);
long ev_unmask(unsigned int port);
long ev_bind_vcpu(unsigned int port, unsigned int vcpu);
long ev_status(unsigned int port, struct evtchn_status *status);
long ev_reset(unsigned int dom);
long ev_loop(unsigned int *a, unsigned int *b);	/* an interdomain channel with both ends here */

/* rt/grants.c. The answer of an op on a list of one: the error, or this of the element's status. */
#define ST(status)	((status) ? (status) - 1000L : 0L)
#define PEER_RW		8			/* what the peer grants: a page */
#define PEER_RO		9			/* another, to be read only */
#define PEER_PATTERN	0x70656572UL
extern struct grant_entry_v1 *grants;		/* the first frame of the table; NULL: there is none */
extern long grants_answer;
bool grants_init(void);
domid_t own_domain(void);
unsigned long grant_hole(int n);		/* a frame where nothing is */
void g_grant(grant_ref_t ref, unsigned int dom, unsigned long gfn, unsigned int flags);
bool g_end(grant_ref_t ref);			/* takes it back, if it is not in use */
long g_map(unsigned int dom, grant_ref_t ref, unsigned int flags, unsigned long gfn, grant_handle_t *handle);
long g_unmap(grant_handle_t handle, unsigned long gfn);
long g_copy(struct gnttab_copy *c);
long g_query(unsigned int dom, struct gnttab_query_size *q);

/* rt/smp.c */
struct cpu {
	unsigned long fixup;			/* where an expected fault goes on; the assembler knows this one */
	char *stack_top;			/* and this one */
	int id;
	bool faulted;
	void (*volatile fn)(void *);
	void *arg;
	volatile bool up, lost;
};

extern struct cpu cpus[MAX_CPUS];
void secondary(struct cpu *c);
bool second_cpu(void);				/* there is one, and it runs */
void cpu_run(void (*fn)(void *), void *arg);	/* on the second one */
bool cpu_wait(void);

/* rt/time.c */
unsigned long ticks_of_ms(unsigned long ms);
uint64_t ns_since(unsigned long ticks);
uint64_t system_time(void);			/* the hypervisor's; as runstate areas show it */

#define wait_for(cond, ms) ({							\
	unsigned long __t = arch_ticks(), __n = ticks_of_ms(ms);		\
	while (!(cond) && arch_ticks() - __t < __n)				\
		relax();							\
	(bool)(cond); })
void relax(void);				/* others may have the hart */

/* arch/ */
void arch_vm_on(uint64_t *root);
uint64_t arch_pte(unsigned long pa, unsigned int how, int level);
uint64_t arch_pte_table(unsigned long pa);
void arch_vm_flush(void);
void arch_upcall_on(void);			/* on this CPU: the upcall may come while interrupts are on */
void arch_upcall_ack(void);
long arch_cpu_start(int n, struct cpu *c);
void arch_putc(char c);
void arch_off(void);

#define hypercall1(nr, a)		hypercall(nr, (unsigned long)(a), 0, 0, 0, 0)
#define hypercall2(nr, a, b)		hypercall(nr, (unsigned long)(a), (unsigned long)(b), 0, 0, 0)
#define hypercall3(nr, a, b, c)		hypercall(nr, (unsigned long)(a), (unsigned long)(b), (unsigned long)(c), 0, 0)
#define memory_op(op, arg)		hypercall2(__HYPERVISOR_memory_op, op, arg)
#define event_op(op, arg)		hypercall2(__HYPERVISOR_event_channel_op, op, arg)
#define sched_op(op, arg)		hypercall2(__HYPERVISOR_sched_op, op, arg)
#define vcpu_op(op, vcpu, arg)		hypercall3(__HYPERVISOR_vcpu_op, op, vcpu, arg)
#define grant_op(op, arg, n)		hypercall3(__HYPERVISOR_grant_table_op, op, arg, n)
#define hvm_op(op, arg)			hypercall2(__HYPERVISOR_hvm_op, op, arg)
#define version_op(op, arg)		hypercall2(__HYPERVISOR_xen_version, op, arg)
#define console_op(op, n, buf)		hypercall3(__HYPERVISOR_console_io, op, n, buf)
#define multicall(calls, n)		hypercall2(__HYPERVISOR_multicall, calls, n)

/* The lowest bit that is set; without libgcc, which the compiler's own needs */
static inline unsigned int first_bit(unsigned long v)
{
	unsigned int n = 0;

	while (!(v >> n & 1))
		n++;
	return n;
}

#define read_once(x)	(*(const volatile __typeof__(x) *)&(x))
#define write_once(x, v) (*(volatile __typeof__(x) *)&(x) = (v))
#define barrier()	asm volatile("" ::: "memory")
#define mb()		__atomic_thread_fence(__ATOMIC_SEQ_CST)

void *memset(void *p, int c, size_t n);
void *memcpy(void *d, const void *s, size_t n);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
bool all_zero(const void *p, size_t n);

#endif
