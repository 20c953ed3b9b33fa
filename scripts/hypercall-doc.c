// SPDX-License-Identifier: GPL-2.0
/*
 * Prints the table of hypercalls, interfaces/xen/hypercalls.h, in the forms that scripts/hypercall-doc offers; it is
 * compiled and run by that. The numbers and sizes are those of the headers beside it.
 */

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "console.h"
#include "errno.h"
#include "event_channel.h"
#include "grant_table.h"
#include "hvm.h"
#include "memory.h"
#include "physdev.h"
#include "sched.h"
#include "vcpu.h"
#include "version.h"
#include XEN_TABLE

#define WIDTH 79

enum direction { NONE, IN, OUT, INOUT, LIST, RAW };

struct hypercall {
	unsigned int nr, of_header;
	const char *name, *arguments, *text;
	unsigned int stage;
};

struct op {
	const char *hypercall, *name;
	unsigned int nr;
	const char *argument;
	unsigned int size;
	enum direction direction;
	const char *errors, *text;
};

static const struct hypercall hypercalls[] = {
#define X(nr, name, arguments, stage, text) { nr, __HYPERVISOR_##name, #name, arguments, text, stage },
	XEN_HYPERCALLS(X)
#undef X
};

/* What a handle to nothing, or to bytes without a type, points to has no size: as in GNU C it is 1. */
static const struct op ops[] = {
#define X(hypercall, op, name, argument, direction, errors, text) \
	{ #hypercall, #op, op, #argument, sizeof(argument), direction, errors, text },
	XEN_OPS(X)
#undef X
#define X(op, name, argument, direction, errors, text) \
	{ "vcpu_op", #op, op, #argument, sizeof(argument), direction, errors, text },
	XEN_VCPU_OPS(X)
#undef X
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Prints @text from @column on, in lines of WIDTH, the second and later ones indented by @indent. */
static void wrapped(int column, int indent, const char *text)
{
	for (int n; *text; text += n, text += *text == ' ') {
		n = strcspn(text, " ");
		if (column > indent && column + 1 + n > WIDTH) {
			printf("\n%*s", indent, "");
			column = indent;
		} else if (column > indent) {
			column += printf(" ");
		}
		for (int i = 0; i < n; i++) {
			/* a name that ends so, as XENFEAT_, is a link in reStructuredText */
			if (text[i] == '_' && !isalnum((unsigned char)text[i + 1]) && text[i + 1] != '_')
				column += printf("\\");
			column += printf("%c", text[i]);
		}
	}
	putchar('\n');
}

static void line(char c, int n)
{
	while (n--)
		putchar(c);
}

static void numbers(void)
{
	static const int widths[] = { 3, 16, 17, 37 };

	for (int head = 0; head < 2; head++) {
		for (int i = 0; i < 4; i++) {
			line('=', widths[i]);
			fputs(i < 3 ? "  " : "\n", stdout);
		}
		if (!head)
			printf("a6   name              a1, a2, ...        what it is for\n");
	}
	for (unsigned int i = 0; i < COUNT(hypercalls); i++) {
		printf("%-3u  %-16s  %-17s  ", hypercalls[i].nr, hypercalls[i].name, hypercalls[i].arguments);
		wrapped(42, 42, hypercalls[i].text);
	}
	for (int i = 0; i < 4; i++) {
		line('=', widths[i]);
		fputs(i < 3 ? "  " : "\n", stdout);
	}
}

/* "struct x, 24 bytes, in and out. Text. Errors: EINVAL, EPERM." */
static void describe(const struct op *op)
{
	static const char * const directions[] = { "", ", in", ", out", ", in and out", " each, in and out: a list", "" };
	char text[1024], *p = text;

	if (op->direction == RAW)
		p += sprintf(p, "``%s``. ", op->argument);
	else if (op->direction != NONE)
		p += sprintf(p, "``%s``, %u bytes%s. ", op->argument, op->size, directions[op->direction]);
	p += sprintf(p, "%s", op->text);
	if (*op->errors) {
		p += sprintf(p, " Errors: ");
		for (const char *e = op->errors; *e; e++)
			p += sprintf(p, *e == ' ' ? ", " : "%c", *e);
		p += sprintf(p, ".");
	}
	printf("  ");
	wrapped(2, 2, text);
}

static int described(const char *hypercall)
{
	int n = 0;

	for (unsigned int i = 0; i < COUNT(ops); i++)
		if (!strcmp(ops[i].hypercall, hypercall)) {
			printf("\n``%s`` (%u)\n", ops[i].name, ops[i].nr);
			describe(&ops[i]);
			n++;
		}
	return n;
}

static void page(void)
{
	numbers();
	for (unsigned int i = 0; i < COUNT(hypercalls); i++) {
		const char *name = hypercalls[i].name;
		int n = 0;

		for (unsigned int k = 0; k < COUNT(ops); k++)
			n += !strcmp(ops[k].hypercall, name);
		if (!n)
			continue;
		putchar('\n');
		line('^', printf("%s\n", name) - 1);
		putchar('\n');
		described(name);
	}
}

/* The hypercall, op (or -), the number the table has, the one of the header; for a script. */
static void list(void)
{
	for (unsigned int i = 0; i < COUNT(hypercalls); i++)
		printf("%s\t-\t%u\t%u\n", hypercalls[i].name, hypercalls[i].nr, hypercalls[i].of_header);
	for (unsigned int i = 0; i < COUNT(ops); i++)
		printf("%s\t%s\t%u\t%u\n", ops[i].hypercall, ops[i].name, ops[i].nr, ops[i].nr);
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "--list"))
		list();
	else
		page();
	return fflush(stdout) ? 1 : 0;
}
