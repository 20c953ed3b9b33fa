// SPDX-License-Identifier: GPL-2.0
/* All of something, and what then. */
#include "xt.h"

static struct evtchn_status st;

/* All the ports there are */
static long take_all(long *count)
{
	long port, n = 0;

	do {
		port = ev_alloc(DOMID_SELF, DOMID_SELF);
		n += port > 0;
	} while (port > 0 && n < 200000);
	*count = n;
	return port;
}

CLAIM("limits.ports.xsa-317", "XSA-317: when all ports are taken the next is refused", -XEN_ENOSPC)
{
	long n, err = take_all(&n);

	MUST(!ev_reset(DOMID_SELF));
	return err;
}

CLAIM("limits.ports.enough", "there are some hundreds", 1)
{
	long n;

	take_all(&n);
	MUST(!ev_reset(DOMID_SELF));
	return n >= 512;
}

CLAIM("limits.ports.every-kind", "of every kind", 1)
{
	long n, ok;

	take_all(&n);
	ok = ev_ipi(0) == -XEN_ENOSPC && ev_virq(VIRQ_DEBUG, 0) == -XEN_ENOSPC && ev_bind(DOMID_SELF, 1) == -XEN_ENOSPC;
	MUST(!ev_reset(DOMID_SELF));
	return ok;
}

CLAIM("limits.ports.freed", "one is closed, and it is there again", 1)
{
	long n, port;

	take_all(&n);
	MUST(!ev_close(77));
	port = ev_ipi(0);
	MUST(!ev_reset(DOMID_SELF));
	return port == 77;
}

CLAIM("limits.ports.last-works", "the last of them is as good as the first", 1)
{
	long n, port, ok;

	take_all(&n);
	port = n;
	while (ev_status(port, &st) || st.status == EVTCHNSTAT_closed)
		port--;
	MUST(!ev_close(port));
	MUST(ev_ipi(0) == port && !ev_send(port));
	ok = port < MAX_PORTS ? pending(port) : 1;
	MUST(!ev_reset(DOMID_SELF));
	return ok;
}

CLAIM("limits.reset.all.xsa-344", "XSA-344: a reset with all ports open comes to its end", 0)
{
	long n;
	unsigned int open = 0;

	take_all(&n);
	MUST(n > 0 && !ev_reset(DOMID_SELF));
	for (unsigned int port = 1; port <= (unsigned int)n && port < 4096; port++)
		open += !ev_status(port, &st) && st.status != EVTCHNSTAT_closed;
	return open;
}

CLAIM("limits.reset.again", "also a second time: nothing is used up", 1)
{
	long one, two;

	take_all(&one);
	MUST(!ev_reset(DOMID_SELF));
	take_all(&two);
	MUST(!ev_reset(DOMID_SELF));
	return one == two;
}

CLAIM("limits.open-close", "a port is opened and closed ten thousand times", 10000)
{
	long n = 0, port;

	for (int i = 0; i < 10000; i++) {
		port = ev_alloc(DOMID_SELF, DOMID_SELF);
		n += port > 0 && !ev_close(port);
	}
	return n;
}

CLAIM("limits.fifo-reset", "the FIFO ABI is begun and left two hundred times", 200)
{
	long n = 0;

	for (int i = 0; i < 200; i++)
		n += !fifo_enter() && !ev_reset(DOMID_SELF);
	return n;
}
