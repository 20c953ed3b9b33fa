// SPDX-License-Identifier: GPL-2.0
/* What is said, and what runs the claims: KTAP, a line a claim, one verdict at the end. */
#include <stdarg.h>
#include "xt.h"

#define LINE	220			/* Xen's line buffer for what guests say has 256 */

extern const struct claim claims_start[], claims_end[];

static struct {
	const char *skip, *file, *cond;
	int line;
} now;
static void *context[5];
static bool running;

static char line[LINE + 1];
static int line_len;

/* The hypervisor's console; where it does not take it, the machine's or the firmware's. */
static void flush(void)
{
	int i;

	if (console_op(CONSOLEIO_write, line_len, line) < 0)
		for (i = 0; i < line_len; i++)
			arch_putc(line[i]);
	line_len = 0;
}

static void put(char c)
{
	if (line_len == LINE && c != '\n')
		return;
	line[line_len++] = c;
	if (c == '\n')
		flush();
}

static void put_text(const char *s)
{
	while (*s)
		put(*s++);
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
	long v;

	if (kind == 's') {
		put_text(va_arg(*ap, const char *));
	} else if (kind == 'x') {
		put_number(va_arg(*ap, unsigned long), 16);
	} else {
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

static const char *error_name(long answer)
{
#define NAME(e) case -XEN_##e: return #e
	switch (answer) {
	NAME(EPERM);
	NAME(ENOENT);
	NAME(ESRCH);
	NAME(ENXIO);
	NAME(E2BIG);
	NAME(EAGAIN);
	NAME(ENOMEM);
	NAME(EACCES);
	NAME(EFAULT);
	NAME(EBUSY);
	NAME(EEXIST);
	NAME(ENODEV);
	NAME(EINVAL);
	NAME(ENOSPC);
	NAME(ENOSYS);
	NAME(ENODATA);
	NAME(ETIME);
	NAME(ENOBUFS);
	NAME(EOPNOTSUPP);
	default:
		return NULL;
	}
#undef NAME
}

static void put_answer(long answer)
{
	const char *name = error_name(answer);

	if (name)
		put_text(name);
	else
		say("%ld", answer);
}

long skip(const char *why)
{
	now.skip = why;
	return 0;
}

long broken(const char *file, int at, const char *cond)
{
	now.file = file;
	now.line = at;
	now.cond = cond;
	return 0;
}

/* From an exception that nobody expected */
void claim_abort(void)
{
	if (!running) {
		say("pvops-guest: fail\n");
		end_domain();
	}
	broken("exception", 0, "no unexpected exception");
	__builtin_longjmp(context, 1);
}

/* Whatever a claim left behind must not be felt by the next one. */
static void tidy(void)
{
	irq_on();		/* upcalls that were held back */
	irq_off();
	close_all();
	pages_reset();
}

static bool run(const struct claim *c, int n)
{
	long answer = 0, want = c->want();
	bool good;

	now.skip = now.file = NULL;
	running = true;
	if (!__builtin_setjmp(context))
		answer = c->answer();
	running = false;
	tidy();
	good = now.skip || (!now.file && answer == want);
	say("%s %ld %s # ", good ? "ok" : "not ok", (long)n, c->id);
	if (now.skip) {
		say("SKIP %s\n", now.skip);
	} else if (now.file) {
		say("broken; %s\n", c->words);
		say("# %s: %s:%ld: not so: %s\n", c->id, now.file, (long)now.line, now.cond);
	} else {
		put_answer(answer);
		say("; %s\n", c->words);
	}
	if (!good && !now.file) {
		say("# %s: wanted ", c->id);
		put_answer(want);
		say("\n");
	}
	return good;
}

void run_claims(void)
{
	const struct claim *c;
	int n = 0, failed = 0;

	say("KTAP version 1\n1..%ld\n", (long)(claims_end - claims_start));
	for (c = claims_start; c < claims_end; c++)
		failed += !run(c, ++n);
	say("# %ld of %ld claims do not hold\n", (long)failed, (long)n);
	say("pvops-guest: %s\n", failed ? "fail" : "pass");
}

void end_domain(void)
{
	struct sched_shutdown s = { .reason = SHUTDOWN_poweroff };

	sched_op(SCHEDOP_shutdown, &s);
	arch_off();
	for (;;)
		;
}
