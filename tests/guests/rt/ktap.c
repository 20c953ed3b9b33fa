// SPDX-License-Identifier: GPL-2.0
/* Checks, and their report as KTAP on the SBI console. */
#include <stdarg.h>
#include "guest.h"
#include "vm.h"

extern volatile unsigned int first_come;	/* head.S: how many harts came in there */

#define SAID	8	/* claims of a test that are told when they fail; the rest are counted */

int context_save(unsigned long *ctx) __attribute__((returns_twice));
void context_restore(unsigned long *ctx) __attribute__((noreturn));

static struct {
	const char *name, *skip, *todo, *note;
	int failed;
	unsigned long claims;
} now;
static unsigned long test_context[16];

/* The console: DBCN if there is one, else the legacy putchar. */
static char line[256];
static int line_len;

static void flush(void)
{
	static int dbcn = -1;
	int i;

	if (dbcn < 0)
		dbcn = sbi_has(SBI_DBCN);
	if (dbcn)
		sbi3(SBI_DBCN, 0, line_len, (unsigned long)line, 0);
	else
		for (i = 0; i < line_len; i++)
			sbi1(SBI_LEGACY_PUTCHAR, 0, line[i]);
	line_len = 0;
}

static void put(char c)
{
	line[line_len++] = c;
	if (c == '\n' || line_len == sizeof(line))
		flush();
}

static void put_number(unsigned long v, unsigned int base)
{
	char digits[24];
	int n = 0;

	do {
		digits[n++] = "0123456789abcdef"[v % base];
		v /= base;
	} while (v);
	while (n)
		put(digits[--n]);
}

static void put_arg(char kind, va_list *ap)
{
	const char *s;
	long v;

	switch (kind) {
	case 's':
		for (s = va_arg(*ap, const char *); *s; s++)
			put(*s);
		break;
	case 'x':
		put_number(va_arg(*ap, unsigned long), 16);
		break;
	default:
		v = va_arg(*ap, long);
		if (v < 0)
			put('-');
		put_number(v < 0 ? -(unsigned long)v : (unsigned long)v, 10);
	}
}

/* Knows %s, %ld, %lx. */
void say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	for (; *fmt; fmt++) {
		if (*fmt != '%') {
			put(*fmt);
			continue;
		}
		if (*++fmt == 'l')
			fmt++;
		put_arg(*fmt, &ap);
	}
	va_end(ap);
}

void check_at(const char *file, int lineno, const char *what, bool ok)
{
	now.claims++;
	if (ok)
		return;
	if (now.failed++ < SAID)
		say("# %s: %s:%ld: not so: %s\n", now.name, file, (long)lineno, what);
}

void check_eq_at(const char *file, int lineno, const char *what,
		 unsigned long want, unsigned long got)
{
	now.claims++;
	if (want == got)
		return;
	if (now.failed++ < SAID)
		say("# %s: %s:%ld: %s: expected 0x%lx, got 0x%lx\n", now.name, file,
		    (long)lineno, what, want, got);
}

void check_trap_at(const char *file, int lineno, struct trap t,
		   unsigned long cause, unsigned long epc, unsigned long tval)
{
	check_eq_at(file, lineno, "cause", cause, t.cause);
	if (t.cause == NO_TRAP)
		return;
	check_eq_at(file, lineno, "epc", epc, t.epc);
	check_eq_at(file, lineno, "tval", tval, t.tval);
}

unsigned long insn_at(unsigned long addr)
{
	const unsigned short *p = (const unsigned short *)addr;

	if ((p[0] & 3) != 3)
		return p[0];
	return p[0] | (unsigned long)p[1] << 16;
}

void check_illegal_at(const char *file, int lineno, struct trap t,
		      unsigned long epc, unsigned long insn)
{
	check_eq_at(file, lineno, "cause", CAUSE_ILLEGAL, t.cause);
	if (t.cause == NO_TRAP)
		return;
	check_eq_at(file, lineno, "epc", epc, t.epc);
	if (t.tval)
		check_eq_at(file, lineno, "tval", insn, t.tval);
}

void skip(const char *why)
{
	now.skip = why;
}

void todo(const char *why)
{
	now.todo = why;
}

void note(const char *text)
{
	now.note = text;
}

bool test_failed(void)
{
	return now.failed;
}

void test_abort(void)
{
	now.failed++;
	context_restore(test_context);
}

/* Whatever a test left behind must not be felt by the next one. */
static void tidy(void)
{
	irq_off();
	csr_write(sie, 0);
	set_timer(-1UL);
	csr_clear(sip, IE_SSIE);
	vm_off();
	csr_clear(sstatus, SR_SUM | SR_MXR | SR_FS);
	csr_write(sscratch, 0);
	this_hart()->resume = 0;
	pages_reset();
}

static void report(int n)
{
	bool bad = now.failed && !now.skip;

	say("%s %ld %s", bad ? "not ok" : "ok", (long)n, now.name);
	if (now.skip)
		say(" # SKIP %s", now.skip);
	else if (bad && now.todo)
		say(" # TODO %s", now.todo);
	else if (now.note)
		say(" # %s", now.note);
	say("\n");
}

/* The runner has without=NAME on the command line for one that cannot be made here. */
static bool left_out(const char *name)
{
	static const char without[] = "without=";
	char word[80];
	int i, n;

	for (n = 0; without[n]; n++)
		word[n] = without[n];
	for (i = 0; name[i] && n < (int)sizeof(word) - 2; i++)
		word[n++] = name[i];
	word[n++] = ' ';
	word[n] = 0;
	return fdt_says(word);
}

static bool run_one(int n)
{
	unsigned long before = now.claims;

	now.name = tests[n].name;
	now.skip = now.todo = now.note = NULL;
	now.failed = 0;
	if (left_out(now.name))
		skip("left out");
	else if (!context_save(test_context))
		tests[n].fn();
	if (now.claims == before && !now.skip) {
		say("# %s: not so: it claims something\n", now.name);
		now.failed++;
	}
	tidy();
	report(n + 1);
	return !now.failed || now.skip || now.todo;
}

void run_tests(void)
{
	int i, failed = 0;

	say("KTAP version 1\n1..%ld\n", (long)ntests);
	for (i = 0; i < ntests; i++)
		failed += !run_one(i);
	say("# claims: %ld\n", (long)now.claims);
	if (first_come > 1)
		say("# the firmware let another hart in at the image's entry\n");
	say("pvops-guest: %s\n", failed ? "fail" : "pass");
	sbi_poweroff();
}
