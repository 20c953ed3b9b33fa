// SPDX-License-Identifier: GPL-2.0
/*
 * The console. Output of the stub starts with "stub: ", that of a domain with "(dN) " once there is more
 * than one; lines are never mixed. Input goes to one of them: three times Ctrl-A gives it to the next, as Xen does.
 */
#include "domain.h"
#include "lock.h"
#include "std.h"
#include "stub.h"
#include "xen.h"

#define CTRL_A		1
#define SWITCH_COUNT	3

static spinlock_t lock;
static const struct domain *on_wire;	/* whose unfinished line stands there; NULL: at the start of a line */
static unsigned int focus;		/* input: a domain by index, or nr_domains: the stub */
static unsigned int ctrl_a;

void console_init(void)
{
	uart_init();
}

static void put_string(const char *s, size_t len)
{
	while (len--)
		uart_putc(*s++);
}

static void finish_line(void)
{
	if (on_wire)
		put_string("\r\n", 2);
	on_wire = NULL;
}

void console_stub(const char *s, size_t len)
{
	spin_lock(&lock);
	finish_line();
	put_string("stub: ", 6);
	for (; len; len--, s++) {
		if (*s == '\n')
			uart_putc('\r');
		uart_putc(*s);
	}
	spin_unlock(&lock);
}

static void flush_locked(struct domain *d)
{
	struct console_buf *c = &d->console;
	char prefix[12];

	if (!c->len)
		return;
	if (on_wire != d) {
		finish_line();
		if (nr_domains > 1)
			put_string(prefix, snprintk(prefix, sizeof(prefix), "(d%u) ", d->id));
	}
	put_string(c->line, c->len);
	on_wire = c->line[c->len - 1] == '\n' ? NULL : d;
	c->len = 0;
}

void console_flush(struct domain *d)
{
	spin_lock(&lock);
	flush_locked(d);
	spin_unlock(&lock);
}

/* Whole lines, but what has the input is seen at once: somebody may be typing at its prompt. */
void console_write(struct domain *d, const char *s, size_t len)
{
	struct console_buf *c = &d->console;

	spin_lock(&lock);
	while (len--) {
		c->line[c->len++] = *s;
		if (*s++ == '\n' || c->len == sizeof(c->line))
			flush_locked(d);
	}
	if (focus < nr_domains && domains[focus] == d)
		flush_locked(d);
	spin_unlock(&lock);
}

size_t console_read(struct domain *d, char *buf, size_t len)
{
	struct console_buf *c = &d->console;
	size_t n = 0;

	spin_lock(&lock);
	while (n < len && c->in_tail != c->in_head) {
		buf[n++] = c->in[c->in_tail];
		c->in_tail = (c->in_tail + 1) % sizeof(c->in);
	}
	spin_unlock(&lock);
	return n;
}

static void give_input(struct domain *d, char ch)
{
	struct console_buf *c = &d->console;
	unsigned int next = (c->in_head + 1) % sizeof(c->in);

	spin_lock(&lock);
	if (next != c->in_tail) {	/* full: the guest does not read; drop */
		c->in[c->in_head] = ch;
		c->in_head = next;
	}
	spin_unlock(&lock);
}

static bool alive(unsigned int n)
{
	return n < nr_domains && domains[n]->end == DOMAIN_RUNNING;
}

static void switch_focus(void)
{
	do {
		focus = focus >= nr_domains ? 0 : focus + 1;
	} while (focus < nr_domains && !alive(focus));
	if (focus < nr_domains)
		printk("input to d%u (three times Ctrl-A switches)\n", domains[focus]->id);
	else
		printk("input to the stub: h for help (three times Ctrl-A switches)\n");
}

static void input(char c)
{
	if (c == CTRL_A) {
		if (++ctrl_a == SWITCH_COUNT) {
			ctrl_a = 0;
			switch_focus();
		}
		return;
	}
	if (!alive(focus)) {
		ctrl_a = 0;
		keys_handle(c);
		return;
	}
	for (; ctrl_a; ctrl_a--)
		give_input(domains[focus], CTRL_A);
	give_input(domains[focus], c);
}

/* For guests that have a ring, and not for those that ask (SBI, console_io). */
static void fill_rings(void)
{
	for (unsigned int i = 0; i < nr_domains; i++) {
		struct domain *d = domains[i];

		if (!d->xen.console_used || d->console.in_head == d->console.in_tail || !domain_hold(d))
			continue;
		console_ring_input(d);
		domain_release(d);
	}
}

void console_poll(void)
{
	int c;

	while (!keys_wait() && (c = uart_getc()) >= 0)
		input(c);
	fill_rings();
}
