// SPDX-License-Identifier: GPL-2.0
/*
 * Holds the kernel's asm/paravirt_ops.h to the table PV_OPS_TABLE, interfaces/pv-ops.h. It is compiled, not run.
 */

#include <linux/stddef.h>
#include <asm/irqflags.h>
#include <asm/paravirt_mmu.h>

/* struct pv_ops as the table has it */
#define SITE_MEMBER(name, result, arguments)	struct pv_op name
#define INSN_MEMBER(name, result, arguments)	struct pv_op name
#define HOOK_MEMBER(name, result, arguments)	result (*name) arguments

#define PV_GROUP(group, title, text) struct table_##group {
#define PV_OPERATION(group, name, kind, result, arguments, insn) kind##_MEMBER(name, result, arguments);
#define PV_END(group) };
#include PV_OPS_TABLE

struct table {
#define PV_GROUP(group, title, text) struct table_##group group;
#include PV_OPS_TABLE
};

/* Nothing is missing here or there, and all is in the same order: the backends of both are the same bytes. */
static struct pv_ops *header;
static struct table *table;

#define PV_OPERATION(group, name, kind, result, arguments, insn) \
	_Static_assert(__builtin_types_compatible_p(typeof(header->group.name), typeof(table->group.name)), \
		       #group "." #name ": of another type than in the table"); \
	_Static_assert(offsetof(struct pv_ops, group.name) == offsetof(struct table, group.name), \
		       #group "." #name ": not in the place it has in the table");
#define PV_END(group) \
	_Static_assert(sizeof(header->group) == sizeof(table->group), \
		       #group ": an operation is in the header and not in the table, or the reverse");
#include PV_OPS_TABLE
_Static_assert(sizeof(struct pv_ops) == sizeof(struct table), "a group is in the header and not in the table");

/* What C code calls has the table's prototype. What only assembly has is declared here to no end. */
#define SITE_FUNCTION(name, result, arguments)	static __always_inline result pv_##name arguments;
#define INSN_FUNCTION(name, result, arguments)
#define HOOK_FUNCTION(name, result, arguments)
#define PV_OPERATION(group, name, kind, result, arguments, insn) kind##_FUNCTION(name, result, arguments)
#include PV_OPS_TABLE

/* For the assembler's eyes: by what number a site names its operation. */
void offsets(void)
{
#define PV_OPERATION(group, name, kind, result, arguments, insn) \
	asm volatile("\n@ " #group " " #name " %0" : : "i" (offsetof(struct pv_ops, group.name)));
#include PV_OPS_TABLE
}
