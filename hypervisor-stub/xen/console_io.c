// SPDX-License-Identifier: GPL-2.0
/* The two consoles of a domain (interfaces/xen/console.h), by hypercall and the ring. Behind both is core/console.c. */
#include "lock.h"
#include "std.h"
#include "stub.h"
#include "xen.h"

#define CHUNK		256	/* of console_io: on the stack */
#define CHUNK_COST	8	/* what printing it costs */
#define COUNT_MAX	0x7fffffffu

static long write(struct vcpu *v, u32 count, u64 from)
{
	char buf[CHUNK];

	/* Signed numbers end before that; and progress is one. */
	for (u32 done = hypercall_progress(v), n; done < count; done += n) {
		if (hypercall_preempt(v, CHUNK_COST))
			return hypercall_again(v, done);
		n = MIN(count - done, (u32)CHUNK);
		if (copy_from_guest(v, buf, from + done, n))
			return -XEN_EFAULT;
		console_write(v->domain, buf, n);
	}
	return 0;
}

/* As much as there is room for in the console's own buffer: 128 bytes. */
static long read(struct vcpu *v, u32 count, u64 to)
{
	char buf[CHUNK];
	size_t n;

	if (count > COUNT_MAX)
		return -XEN_E2BIG;
	n = console_read(v->domain, buf, MIN(count, (u32)CHUNK));
	return copy_to_guest(v, to, buf, n) ? -XEN_EFAULT : (long)n;
}

long do_console_io(struct vcpu *v, const u64 *a)
{
	switch ((u32)a[0]) {
	case CONSOLEIO_write:
		return write(v, a[1], a[2]);
	case CONSOLEIO_read:
		return read(v, a[1], a[2]);
	default:
		return -XEN_ENOSYS;
	}
}

/* --- the ring; the guest may write anything into it at any time --- */

static bool take_output(struct domain *d, struct xencons_interface *ring)
{
	u32 cons = ring->out_cons, prod = __atomic_load_n(&ring->out_prod, __ATOMIC_ACQUIRE), n;
	char buf[CHUNK];

	if (prod == cons || prod - cons > sizeof(ring->out))
		return false;
	while (cons != prod) {
		for (n = 0; n < CHUNK && cons != prod; n++, cons++)
			buf[n] = READ_ONCE(ring->out[MASK_XENCONS_IDX(cons, ring->out)]);
		console_write(d, buf, n);
	}
	smp_mb();	/* the bytes are read before the guest may write others there */
	WRITE_ONCE(ring->out_cons, cons);
	return true;
}

static bool give_input(struct domain *d, struct xencons_interface *ring)
{
	u32 cons = READ_ONCE(ring->in_cons), prod = ring->in_prod, first = prod;
	char c;

	smp_mb();	/* cons is read before what the guest has read is overwritten */
	while (prod - cons < sizeof(ring->in) && console_read(d, &c, 1)) {
		WRITE_ONCE(ring->in[MASK_XENCONS_IDX(prod, ring->in)], c);
		prod++;
	}
	__atomic_store_n(&ring->in_prod, prod, __ATOMIC_RELEASE);
	return prod != first;
}

void console_ring_input(struct domain *d)
{
	bool given;

	if (!READ_ONCE(d->xen.console_used))
		return;
	spin_lock(&d->xen.console_lock);
	given = give_input(d, d->xen.console);
	spin_unlock(&d->xen.console_lock);
	if (given)
		evtchn_notify_guest(d, d->xen.console_port);
}

/* There is output, or room for input. */
bool console_ring_notified(struct domain *d)
{
	bool taken, given;

	WRITE_ONCE(d->xen.console_used, true);
	spin_lock(&d->xen.console_lock);
	taken = take_output(d, d->xen.console);
	given = give_input(d, d->xen.console);
	spin_unlock(&d->xen.console_lock);
	if (taken || given)
		evtchn_notify_guest(d, d->xen.console_port);
	return false;
}
