/* SPDX-License-Identifier: GPL-2.0 */
/* The table of hypercalls against the headers: each number, op and argument type that it names is in them. Compiled, not run. */
#include <xen/console.h>
#include <xen/errno.h>
#include <xen/event_channel.h>
#include <xen/grant_table.h>
#include <xen/hvm.h>
#include <xen/hypercalls.h>
#include <xen/memory.h>
#include <xen/physdev.h>
#include <xen/sched.h>
#include <xen/vcpu.h>
#include <xen/version.h>

#define NUMBER(nr, name, ...)	_Static_assert(nr == __HYPERVISOR_##name, "__HYPERVISOR_" #name " is another number");
XEN_HYPERCALLS(NUMBER)

/* An op twice in a hypercall is a case twice, which is an error. */
#define OP(call, op, name, argument, ...)						\
	case op + 1024 * __HYPERVISOR_##call:						\
		return sizeof(argument) > sizeof(void);
#define VCPU_OP(op, name, argument, ...)	OP(vcpu_op, op, name, argument)
int known(int number);

int known(int number)
{
	switch (number) {
	XEN_OPS(OP)
	XEN_VCPU_OPS(VCPU_OP)
	}
	return 0;
}
