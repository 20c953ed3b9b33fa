/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A test guest is a table of functions. Each checks claims; the runtime
 * prints one KTAP line for each function and one verdict for all.
 */
#ifndef GUEST_H
#define GUEST_H

#include "csr.h"
#include "trap.h"
#include "sbi.h"

struct test {
	const char *name;
	void (*fn)(void);
};

extern const struct test tests[];
extern const int ntests;
#define TESTS(list...)						\
	const struct test tests[] = { list };			\
	const int ntests = sizeof(tests) / sizeof(tests[0])
#define T(fn)	{ #fn, fn }

#define ARRAY_SIZE(a)	(int)(sizeof(a) / sizeof((a)[0]))

/* rt/ktap.c */
void check_at(const char *file, int line, const char *what, bool ok);
void check_eq_at(const char *file, int line, const char *what,
		 unsigned long want, unsigned long got);
void check_trap_at(const char *file, int line, struct trap t,
		   unsigned long cause, unsigned long epc, unsigned long tval);
#define check(cond)	check_at(__FILE__, __LINE__, #cond, cond)
#define check_eq(want, got) \
	check_eq_at(__FILE__, __LINE__, #got, (unsigned long)(want), (unsigned long)(got))
/* The last try_asm() or try_*() trapped thus, at the instruction tried. */
#define check_trap(t, cause, tval) \
	check_trap_at(__FILE__, __LINE__, t, cause, this_hart()->insn, tval)
#define check_trap_epc(t, cause, epc, tval) \
	check_trap_at(__FILE__, __LINE__, t, cause, epc, tval)
#define check_none(t)	check_eq(NO_TRAP, (t).cause)

/* An illegal instruction: stval is 0 or the instruction (4.1.9). */
void check_illegal_at(const char *file, int line, struct trap t,
		      unsigned long epc, unsigned long insn);
#define check_illegal(t) \
	check_illegal_at(__FILE__, __LINE__, t, this_hart()->insn, \
			 insn_at(this_hart()->insn))
unsigned long insn_at(unsigned long addr);

void skip(const char *why);		/* the test does not apply here */
void todo(const char *why);		/* it fails here, known, not our fault */
void note(const char *text);		/* goes on the verdict line, is compared */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
bool test_failed(void);			/* a claim of the running test has not held */
void test_abort(void) __attribute__((noreturn));

/* rt/main.c: the runner says on the command line what runs us */
enum mode { MODE_NATIVE, MODE_PV, MODE_HVM, MODE_STUB };
enum mode guest_mode(void);
bool fdt_says(const char *word);		/* the device tree has these bytes */
extern unsigned long boot_hartid;
extern const unsigned int *boot_fdt;
unsigned long ram_end(void);
extern char _start[], _end[];

/* rt/smp.c */
extern int nharts;			/* harts the firmware knows */
struct hart *other_hart(int n);		/* n = 0: the first that is not us; NULL: none */
long hart_status(unsigned long id);
bool hart_run(struct hart *h, void (*fn)(void *), void *arg);
bool hart_wait(struct hart *h);		/* until it has stopped again */
bool hart_call(struct hart *h, void (*fn)(void *), void *arg);

/* Wait until @cond holds, or 20 seconds (at 10 MHz) have gone. */
#define PATIENCE	200000000UL
#define wait_for(cond) ({						\
	unsigned long __t = rdtime();					\
	while (!(cond) && rdtime() - __t < PATIENCE)			\
		;							\
	(cond); })

void *memset(void *p, int c, size_t n);
void *memcpy(void *d, const void *s, size_t n);

#endif
