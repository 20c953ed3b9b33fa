// SPDX-License-Identifier: GPL-2.0
/*
 * Prints the table PV_OPS_TABLE, interfaces/pv-ops.h, in the forms that scripts/pv-ops-doc offers; it is compiled
 * and run by that.
 */

#include <stdio.h>
#include <string.h>

enum { SITE, INSN, HOOK };
enum { NOINSTR = 1, NMI = 2, PREEMPT = 4, IRQ_ON = 8, IRQ_OFF = 16 };

static const char * const context_names[] = {
	"noinstr code", "NMI-like entry", "preemptible", "interrupts on", "interrupts off",
};

#define WIDTH 110

/* Prints @text after @head in lines of WIDTH, the second and later ones indented by @indent. */
static void wrapped(const char *head, int indent, const char *text)
{
	int column = printf("%s", head), n;

	for (const char *gap = ""; *text; text += n, text += *text == ' ') {
		n = strcspn(text, " ");
		if (column + (int)strlen(gap) + n > WIDTH)
			column = printf("\n%*s", indent, "") - 1;
		else
			column += printf("%s", gap);
		column += printf("%.*s", n, text);
		gap = " ";
	}
	putchar('\n');
}

static void heading(const char *text, char line)
{
	printf("\n%s\n", text);
	for (size_t i = strlen(text); i; i--)
		putchar(line);
	printf("\n\n");
}

static void group_heading(const char *name, const char *title, const char *text)
{
	char line[80];

	snprintf(line, sizeof(line), "%s: %s", name, title);
	heading(line, '-');
	wrapped("", 0, text);
}

static void op_heading(const char *group, const char *name, int kind, const char *prototype, const char *insn)
{
	static const char * const kinds[] = {
		"or another instruction, or a call", "or another instruction", "or a call",
	};
	char line[80];

	snprintf(line, sizeof(line), "%s.%s", group, name);
	heading(line, '^');
	printf(":prototype:\n  ``%s``\n", prototype);
	if (*insn)
		printf(":site:\n  ``%s``, %s\n", insn, kinds[kind]);
}

static void field(const char *name, const char *text)
{
	if (*text) {
		printf(":%s:\n", name);
		wrapped("  ", 2, text);
	}
}

static void contexts_field(unsigned int contexts)
{
	char text[200] = "";

	for (int i = 0; i < 5; i++)
		if (contexts & 1 << i)
			sprintf(text + strlen(text), "%s%s", *text ? ", " : "", context_names[i]);
	field("contexts", text);
}

static void page(void)
{
	printf(".. SPDX-License-Identifier: MIT\n"
	       ".. Made from pv-ops.h by scripts/pv-ops-doc: change it there.\n\n"
	       "The paravirtual operations\n==========================\n\n");
	wrapped("", 0, "What ``CONFIG_RISCV_PARAVIRT_OPS`` lets a hypervisor's backend in Linux do in its own way: what "
		"each operation must do, what it may change, and where it is called. A backend can be written from this "
		"page, and a caller may rely on no more. Names are those of ``struct pv_ops``; bits are named as in "
		"Linux, ``SR_SUM`` for ``sstatus.SUM``. Sections are those of the RISC-V privileged architecture.");
	heading("All operations", '-');
#define PV_RULE(title, text) wrapped("* **" title "**: ", 2, text);
#include PV_OPS_TABLE
	heading("Contexts", '-');
	wrapped("", 0, "Where an operation is called, at most: *noinstr code*, also where RCU does not watch; the *NMI-like "
		"entry* of an exception, which any code can run into, with interrupts disabled or not; where the caller is "
		"*preemptible* and may be moved to another CPU before and after; with *interrupts on* or *off*.");
#define PV_GROUP(group, title, text) group_heading(#group, title, text);
#define PV_OPERATION(group, name, kind, result, arguments, insn) \
	op_heading(#group, #name, kind, #result " " #name #arguments, insn);
#define PV_DOES(text) field("does", text);
#define PV_CHANGES(text) field("may change", text);
#define PV_CONTEXTS(contexts) contexts_field(contexts);
#define PV_NATIVE(text) field("native", text);
#define PV_SOURCE(specification, users) field("specification", specification); field("called by", users);
#include PV_OPS_TABLE
}

static const char *yes(unsigned int bit)
{
	return bit ? "yes" : "";
}

/* A row of a simple table: its first cell is never empty. */
static void row(const char *name, const char *insn, unsigned int contexts)
{
	char cell[64];

	snprintf(cell, sizeof(cell), *insn ? "``%s``" : "%s", insn);
	printf("%-22s  %-26s  %-7s  %-3s  %-11s  %-3s  %s\n", name, cell, yes(contexts & NOINSTR), yes(contexts & NMI),
	       yes(contexts & PREEMPT), yes(contexts & IRQ_ON), yes(contexts & IRQ_OFF));
}

static void kernel_section(void)
{
	static const char line[] = "======================  ==========================  =======  ===  ===========  ===  ===\n";

	printf("Operations and contexts\n=======================\n\n"
	       "What each site is on hardware, and where an operation is called at most: in\n"
	       "noinstr code; from the entry of an exception that any code can run into, as an\n"
	       "NMI can be; by callers that can be preempted; with interrupts on and off. None\n"
	       "may sleep or cause an exception. Those of ``trap`` can be instructions only;\n"
	       "those whose site is a ``nop``, and the last, are C functions.\n\n%s", line);
	printf("Operation               On hardware                 noinstr  NMI  preemptible  on   off\n%s", line);
#define PV_OPERATION(group, name, kind, result, arguments, insn) row(#group "." #name, insn,
#define PV_CONTEXTS(contexts) contexts);
#include PV_OPS_TABLE
	printf("%s", line);
}

static void list(void)
{
	static const char * const kinds[] = { "SITE", "INSN", "HOOK" };

#define PV_OPERATION(group, name, kind, result, arguments, insn) \
	printf(#group "\t" #name "\t%s\t" #result " " #arguments "\t%s\n", kinds[kind], insn);
#include PV_OPS_TABLE
}

int main(int argc, char **argv)
{
	if (argc == 1)
		page();
	else if (!strcmp(argv[1], "--kernel"))
		kernel_section();
	else if (!strcmp(argv[1], "--list"))
		list();
	else
		return 2;
	return fflush(stdout) ? 1 : 0;
}
