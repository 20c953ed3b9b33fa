// SPDX-License-Identifier: GPL-2.0
/*
 * From a hypercall's number to the function that does it, by the table of interfaces/xen/hypercalls.h. The structure a
 * call is about is copied in before and out after: no handler sees the guest's memory change under its hands.
 */
#include "std.h"
#include "stub.h"
#include "xen.h"

#define BUDGET		200	/* of about 1,000 instructions each: 0.2 ms of a slow hart */
#define OPS_MAX		32	/* ops of a family are numbered below that */
#define ARGUMENT_MAX	1024
#define LIST_COST	2	/* a page is copied, or mapped */
#define GRANT_OP_BITS	12	/* of the op; above it Xen keeps how far it is */

/* How the argument is copied, by the table's direction. */
#define COPY_IN		1
#define COPY_OUT	2
#define IS_LIST		4
#define FLAGS_NONE	0
#define FLAGS_RAW	0
#define FLAGS_IN	COPY_IN
#define FLAGS_OUT	COPY_OUT
#define FLAGS_INOUT	(COPY_IN | COPY_OUT)
#define FLAGS_LIST	(COPY_IN | COPY_OUT | IS_LIST)
#define SIZE_NONE(type)	0
#define SIZE_RAW(type)	0
#define SIZE_IN(type)	sizeof(type)
#define SIZE_OUT(type)	sizeof(type)
#define SIZE_INOUT(type) sizeof(type)
#define SIZE_LIST(type)	sizeof(type)

enum family {
	FAMILY_none,
#define X(number, name, arguments, stage, text) FAMILY_##name,
	XEN_HYPERCALLS(X)
#undef X
	FAMILY_NR
};

static const u8 families[HYPERCALL_NR] = {
#define X(number, name, arguments, stage, text) [number] = FAMILY_##name,
	XEN_HYPERCALLS(X)
#undef X
};

struct op {
	long (*call)(struct vcpu *v, void *arg);
	u16 size, flags;
};

static const struct op ops[FAMILY_NR][OPS_MAX] = {
#define X(hypercall, op, name, argument, direction, errors, text) \
	[FAMILY_##hypercall][op] = { name, SIZE_##direction(argument), FLAGS_##direction },
	XEN_OPS(X)
#undef X
};

struct vcpu_op {
	long (*call)(struct vcpu *v, struct vcpu *target, void *arg);
	u16 size, flags;
};

static const struct vcpu_op vcpu_ops[OPS_MAX] = {
#define X(op, name, argument, direction, errors, text) [op] = { name, SIZE_##direction(argument), FLAGS_##direction },
	XEN_VCPU_OPS(X)
#undef X
};

/* Each argument fits into the copy of it. */
#define X(hypercall, op, name, argument, direction, errors, text) \
	_Static_assert(SIZE_##direction(argument) <= ARGUMENT_MAX, #argument);
XEN_OPS(X)
#undef X

static long (*const direct[FAMILY_NR])(struct vcpu *v, const u64 *a) = {
	[FAMILY_multicall] = do_multicall,
	[FAMILY_console_io] = do_console_io,
	[FAMILY_vm_assist] = do_vm_assist,
	[FAMILY_physdev_op] = do_physdev_op,
};

/* target: NULL where the hypercall is not about a vCPU. */
static long call_op(struct vcpu *v, const struct op *op, u64 handle)
{
	u64 arg[ARGUMENT_MAX / sizeof(u64)];
	long ret;

	if (op->flags & COPY_IN) {
		if (unlikely(copy_from_guest(v, arg, handle, op->size)))
			return -XEN_EFAULT;
	} else {
		memset(arg, 0, op->size);
	}
	ret = op->call(v, arg);
	if (ret >= 0 && (op->flags & COPY_OUT) && copy_to_guest(v, handle, arg, op->size))
		return -XEN_EFAULT;
	return ret;
}

/* The next ones of a list, read at once: most are short. 0: they cannot be, so be it one by one. */
static u32 read_ahead(struct vcpu *v, const struct op *op, u64 handle, u32 left, void *args)
{
	u32 n = MIN(left, ARGUMENT_MAX / op->size);

	return copy_from_guest(v, args, handle, n * op->size) ? 0 : n;
}

/* Each by itself. What they leave to be done is done before the guest goes on. */
static long call_list(struct vcpu *v, const struct op *op, u64 handle, u32 nr)
{
	u64 args[ARGUMENT_MAX / sizeof(u64)];
	u32 first = hypercall_progress(v), i = first, read = 0;
	u8 *arg = (u8 *)args;
	long ret = 0;

	for (; i < nr && ret >= 0; i++, arg += op->size) {
		u64 at = handle + (u64)i * op->size;

		if (hypercall_preempt(v, LIST_COST) && i != first) {
			ret = hypercall_again(v, i);
			break;
		}
		if (!read) {
			read = read_ahead(v, op, at, nr - i, args);
			arg = (u8 *)args;
		}
		if (unlikely(!read)) {
			ret = call_op(v, op, at);
			continue;
		}
		read--;
		ret = op->call(v, arg);
		if (ret >= 0 && copy_to_guest(v, at, arg, op->size))
			ret = -XEN_EFAULT;
	}
	grants_settle(v);
	v->grant_ops[(op - ops[FAMILY_grant_table_op]) % GRANT_OP_NR] += i - first;
	return ret;
}

static long call_grant_op(struct vcpu *v, const struct op *op, const u64 *a)
{
	u32 nr = a[2];

	if ((u32)a[0] >> GRANT_OP_BITS || nr >> 31)
		return -XEN_EINVAL;
	if ((u32)a[0] >= OPS_MAX || !op->call)
		return -XEN_ENOSYS;
	if (op->flags & IS_LIST)
		return call_list(v, op, a[1], nr);
	return nr == 1 ? call_op(v, op, a[1]) : -XEN_EINVAL;
}

static long call_vcpu_op(struct vcpu *v, u32 nr, u32 vcpu, u64 handle)
{
	struct domain *d = v->domain;
	const struct vcpu_op *op;
	u64 arg[8];
	long ret;

	if (vcpu >= d->nr_vcpus)
		return -XEN_ENOENT;
	if (nr >= OPS_MAX || !vcpu_ops[nr].call)
		return -XEN_EINVAL;	/* not ENOSYS: so it is in Xen */
	op = &vcpu_ops[nr];
	memset(arg, 0, sizeof(arg));
	if ((op->flags & COPY_IN) && copy_from_guest(v, arg, handle, op->size))
		return -XEN_EFAULT;
	ret = op->call(v, d->vcpu[vcpu], arg);
	if (ret >= 0 && (op->flags & COPY_OUT) && copy_to_guest(v, handle, arg, op->size))
		return -XEN_EFAULT;
	return ret;
}

#define X(op, name, argument, direction, errors, text) _Static_assert(SIZE_##direction(argument) <= 64, #argument);
XEN_VCPU_OPS(X)
#undef X

/* Number, op and second argument of the hypercalls that are refused, so many of the three. */
static u64 refused[3];
static unsigned int nr_refused;

/* NUMBER[.OP[.ARGUMENT]], so that it can be seen what a guest makes of a failure; NULL: none. */
void hypercalls_refuse(const char *what)
{
	char *end;

	for (nr_refused = 0; what && nr_refused < ARRAY_SIZE(refused); what = *end == '.' ? end + 1 : NULL)
		refused[nr_refused++] = strtoul(what, &end, 0);
}

static bool is_refused(u64 nr, const u64 *a)
{
	return nr == refused[0] && (nr_refused < 2 || a[0] == refused[1]) && (nr_refused < 3 || a[1] == refused[2]);
}

/* The arguments are in v->call.arg. */
long hypercall_dispatch(struct vcpu *v, u64 nr)
{
	enum family family = nr < ARRAY_SIZE(families) ? families[nr] : FAMILY_none;
	const u64 *a = v->call.arg;
	u32 op = a[0];

	if (unlikely(nr_refused) && is_refused(nr, a))
		return -XEN_EPERM;
	if (family == FAMILY_none)
		return -XEN_ENOSYS;
	v->calls[nr]++;
	if (family == FAMILY_memory_op)
		op &= MEMOP_CMD_MASK;	/* above it is the extent to begin with */
	if (family == FAMILY_grant_table_op)
		return call_grant_op(v, &ops[family][op % OPS_MAX], a);
	if (likely(op < OPS_MAX && ops[family][op].call))
		return call_op(v, &ops[family][op], a[1]);
	if (family == FAMILY_vcpu_op)
		return call_vcpu_op(v, op, a[1], a[2]);
	return direct[family] ? direct[family](v, a) : -XEN_ENOSYS;
}

/*
 * a0 is 0 in a new call, and where it was in one that is continued: the guest's ecall is executed again. That is a
 * register the call changes anyway, so that the others stay as they were. Who passes something else there resumes what
 * was not begun, and harms himself.
 */
void hypercall(struct vcpu *v)
{
	long ret;

	v->call = (struct hypercall_state){ .arg = &v->regs[11], .budget = BUDGET, .progress = v->regs[10] };
	ret = hypercall_dispatch(v, v->regs[16]);
	if (unlikely(ret == HYPERCALL_AGAIN)) {
		v->pc -= 4;
		ret = v->call.progress;
	}
	v->regs[10] = ret;
}

/* Behind the trap counts, for scripts to read: numbers of hypercalls, and of grant_table_op the ops of its lists. */
void hypercalls_print(const struct vcpu *v)
{
	for (unsigned int i = 0; i < HYPERCALL_NR; i++)
		if (v->calls[i])
			printk("call d%uv%u %u %u\n", v->domain->id, v->id, i, v->calls[i]);
	for (unsigned int i = 0; i < GRANT_OP_NR; i++)
		if (v->grant_ops[i])
			printk("call d%uv%u grant.%u %u\n", v->domain->id, v->id, i, v->grant_ops[i]);
}
