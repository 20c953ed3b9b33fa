/* SPDX-License-Identifier: MIT */
/*
 * The two consoles of a domain: the hypervisor's own, by hypercall, for early messages, and a ring of its own, for all
 * else.
 */
#ifndef XEN_CONSOLE_H
#define XEN_CONSOLE_H

#include "xen.h"

/*
 * __HYPERVISOR_console_io(op, count, buffer). count is of bytes.
 *
 * write	returns 0. EPERM: the domain may not use this console; what it would have said is lost.
 * read		returns how many bytes were written into buffer, 0 if there are none. For the initial domain, else
 *		EPERM; VIRQ_CONSOLE tells of input.
 */
#define CONSOLEIO_write		0
#define CONSOLEIO_read		1

/* An index counts bytes from the ring's beginning and wraps at 2^32; its place in the ring is this. */
typedef uint32_t XENCONS_RING_IDX;
#define MASK_XENCONS_IDX(idx, ring)	((idx) & (sizeof(ring) - 1))

/*
 * The page that HVM_PARAM_CONSOLE_PFN names. Each of the rings has a producer, who alone writes prod and the bytes, and
 * a consumer, who alone writes cons. There are prod - cons bytes in it, at most its size; where it is more the other
 * side has written nonsense, which is to be looked for each time, and ignored.
 *
 * The producer reads cons, a full barrier, writes the bytes, a write barrier, writes prod, and signals the port. The
 * consumer reads prod, a read barrier, reads the bytes, a full barrier, writes cons, and signals the port if the
 * producer may wait for room.
 *
 * What follows in the page is 0. Newer guests read a byte there, which is 1 while nobody is at the other side.
 */
struct xencons_interface {
	char in[1024];			/* to the guest */
	char out[2048];			/* from the guest */
	XENCONS_RING_IDX in_cons, in_prod;	/* the guest's; the other side's */
	XENCONS_RING_IDX out_cons, out_prod;	/* the other side's; the guest's */
};

#endif
