// SPDX-License-Identifier: GPL-2.0
/*
 * A guest that takes what a domain can have of the stub's (ports, nodes, watches and transactions of xenstore, memory
 * given back) and ends without returning it. With "stays" on the command line it waits to be destroyed, with "spins" it
 * keeps xenstore busy meanwhile.
 */
#include "guest.h"
#include <xen/xen.h>
#include <xen/event_channel.h>
#include <xen/hvm.h>
#include <xen/memory.h>
#include <xen/xs_wire.h>

#define NEED_XEN()						\
	if (!under_stub()) {					\
		skip("no hypervisor");				\
		return;						\
	}

static struct xenstore_domain_interface *ring;
static evtchn_port_t port;

static long call(unsigned long nr, unsigned long a1, void *a2)
{
	return sbi_call(XEN_RISCV_SBI_EXT, nr, 0, a1, (unsigned long)a2, 0, 0, 0).error;
}

static unsigned long param(unsigned int index)
{
	struct xen_hvm_param p = { .domid = DOMID_SELF, .index = index };

	check_eq(0, call(__HYPERVISOR_hvm_op, HVMOP_get_param, &p));
	return p.value;
}

static void signal(void)
{
	struct evtchn_send s = { port };

	call(__HYPERVISOR_event_channel_op, EVTCHNOP_send, &s);
}

static void put(const void *bytes, unsigned int len)
{
	const char *p = bytes;

	while (len--) {
		while (ring->req_prod - *(volatile uint32_t *)&ring->req_cons == XENSTORE_RING_SIZE)
			signal();
		ring->req[MASK_XENSTORE_IDX(ring->req_prod)] = *p++;
		ring->req_prod++;
	}
}

static void get(void *bytes, unsigned int len)
{
	char *p = bytes;

	while (len--) {
		while (ring->rsp_cons == *(volatile uint32_t *)&ring->rsp_prod)
			signal();
		*p++ = ring->rsp[MASK_XENSTORE_IDX(ring->rsp_cons)];
		ring->rsp_cons++;
	}
}

/* The type of the answer; what of it is text is in answer[]. */
static char answer[XENSTORE_PAYLOAD_MAX + 1];

static unsigned int ask(unsigned int type, unsigned int tx, const char *data, unsigned int len)
{
	struct xsd_sockmsg m = { type, 1, tx, len };

	put(&m, sizeof(m));
	put(data, len);
	signal();
	do {
		get(&m, sizeof(m));
		get(answer, m.len);
		answer[m.len] = 0;
	} while (m.type == XS_WATCH_EVENT);
	return m.type;
}

static void store_begins(void)
{
	NEED_XEN();
	ring = (void *)(param(HVM_PARAM_STORE_PFN) << 12);
	port = param(HVM_PARAM_STORE_EVTCHN);
	check_eq(XS_READ, ask(XS_READ, 0, "domid", 6));
	check(answer[0] >= '0' && answer[0] <= '9');
	check_eq(XS_ERROR, ask(XS_READ, 0, "data/mark", 10));	/* nothing of who was here before */
	check_eq(XS_WRITE, ask(XS_WRITE, 0, "data/mark\0one", 13));
}

static void takes_of_the_store(void)
{
	char path[] = "data/aa\0token";
	int i;

	NEED_XEN();
	for (i = 0; i < 60; i++) {
		path[5] = 'a' + i % 26;
		path[6] = 'a' + i / 26;
		check_eq(XS_WRITE, ask(XS_WRITE, 0, path, 13));
		check_eq(XS_WATCH, ask(XS_WATCH, 0, path, 14));
	}
	for (i = 0; i < 5; i++) {
		check_eq(XS_TRANSACTION_START, ask(XS_TRANSACTION_START, 0, "", 1));
		check_eq(XS_MKDIR, ask(XS_MKDIR, answer[0] - '0', "data/in/a/transaction", 22));
	}
}

static void takes_ports(void)
{
	struct evtchn_bind_ipi b = { .vcpu = 0 };
	int n = 0;

	NEED_XEN();
	while (!call(__HYPERVISOR_event_channel_op, EVTCHNOP_bind_ipi, &b))
		n++;
	check(n > 1000);
}

static void ends(void)
{
	char bytes[] = "half a request, and then no more";

	NEED_XEN();
	say("# store %s\n", fdt_says("stays") ? "stays" : "ends");
	while (fdt_says("spins"))
		ask(XS_WRITE, 0, "data/aa\0more", 12);
	while (fdt_says("stays"))
		asm volatile("wfi");
	put(bytes, 20);
	signal();
}

TESTS(
	T(store_begins), T(takes_of_the_store), T(takes_ports), T(ends),
);
