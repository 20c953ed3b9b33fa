// SPDX-License-Identifier: GPL-2.0
/*
 * A guest that takes what a domain can have of the stub's (ports, nodes, watches and transactions of xenstore, memory
 * given back) and ends without returning it. With "stays" on the command line it waits to be destroyed, with "spins" it
 * keeps xenstore busy meanwhile.
 */
#include "peer.h"

static void store_begins(void)
{
	NEED_XEN();
	check(store_open());
	check_eq(XS_READ, store_ask(XS_READ, 0, "domid", 6));
	check(store_answer()[0] >= '0' && store_answer()[0] <= '9');
	check_eq(XS_ERROR, store_ask(XS_READ, 0, "data/mark", 10));	/* nothing of who was here before */
	check_eq(XS_WRITE, store_ask(XS_WRITE, 0, "data/mark\0one", 13));
}

static void takes_of_the_store(void)
{
	char path[] = "data/aa\0token";
	int i;

	NEED_XEN();
	for (i = 0; i < 60; i++) {
		path[5] = 'a' + i % 26;
		path[6] = 'a' + i / 26;
		check_eq(XS_WRITE, store_ask(XS_WRITE, 0, path, 13));
		check_eq(XS_WATCH, store_ask(XS_WATCH, 0, path, 14));
	}
	for (i = 0; i < 5; i++) {
		check_eq(XS_TRANSACTION_START, store_ask(XS_TRANSACTION_START, 0, "", 1));
		check_eq(XS_MKDIR, store_ask(XS_MKDIR, store_answer()[0] - '0', "data/in/a/transaction", 22));
	}
}

static void takes_ports(void)
{
	struct evtchn_bind_ipi b = { .vcpu = 0 };
	int n = 0;

	NEED_XEN();
	while (!xen_call(__HYPERVISOR_event_channel_op, EVTCHNOP_bind_ipi, &b, 0))
		n++;
	check(n > 1000);
}

static void ends(void)
{
	char bytes[] = "half a request, and then no more";

	NEED_XEN();
	check(store_open());
	say("# store %s\n", fdt_says("stays") ? "stays" : "ends");
	while (fdt_says("spins"))
		store_ask(XS_WRITE, 0, "data/aa\0more", 12);
	while (fdt_says("stays"))
		asm volatile("wfi");
	store_send(bytes, 20);
}

TESTS(
	T(store_begins), T(takes_of_the_store), T(takes_ports), T(ends),
);
