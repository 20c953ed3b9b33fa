// SPDX-License-Identifier: GPL-2.0
/* From the first instructions to the claims; or, with "peer" on the command line, to be the other domain for them. */
#include "xt.h"

void guest_start(const void *fdt);
void cpus_init(void);

#define ENOUGH	3			/* events on one port end the peer */

/* Pages for the claims about grants */
static void grant_some(void)
{
	unsigned long *rw = page_get(), *ro = page_get();

	if (!grants_init())
		return;
	rw[0] = ro[0] = PEER_PATTERN;
	g_grant(PEER_RW, other_domain(), frame_of(rw), GTF_permit_access);
	g_grant(PEER_RO, other_domain(), frame_of(ro), GTF_permit_access | GTF_readonly);
}

/* Answers each event on its two ports; the third one on the second port ends it. */
static void be_peer(void)
{
	evtchn_port_t ports[2] = { ev_alloc(DOMID_SELF, other_domain()), ev_alloc(DOMID_SELF, other_domain()) };
	struct sched_poll p = { .ports.p = ports, .nr_ports = 2 };
	int left = ENOUGH;

	grant_some();
	while (left) {
		sched_op(SCHEDOP_poll, &p);
		for (int i = 0; i < 2; i++) {
			if (!pending(ports[i]))
				continue;
			clear_pending(ports[i]);
			ev_send(ports[i]);
			left -= i;
		}
	}
	say("pvops-guest: pass\n");
	end_domain();
}

/* Which of the other domain's ports are its peer's is not known. */
static void end_peer(void)
{
	for (unsigned int port = 1; port < 16; port++) {
		long here = ev_bind(other_domain(), port);

		for (int i = 0; here > 0 && i < ENOUGH; i++) {
			clear_pending(here);
			ev_send(here);
			wait_for(pending(here), 1000);
		}
	}
}

void guest_start(const void *fdt)
{
	cpus_init();
	machine_read(fdt);
	vm_init();
	machine_ask();
	events_init();
	if (option("peer"))
		be_peer();
	say("# %s, %s, %ld vCPUs\n", is_dom0 ? "the initial domain" : "an unprivileged domain", machine.compatible,
	    (long)machine.nr_cpus);
	run_claims();
	end_peer();
	end_domain();
}
