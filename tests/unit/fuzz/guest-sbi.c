// SPDX-License-Identifier: GPL-2.0
/* SBI calls with any numbers: each ends, changes nothing but a0 and a1, and leaves the stub as it should be. */
#include "fuzz.h"
#include "guest.h"

#define NR 4

static struct domain *d;

static void reset(void)
{
	for (unsigned int i = 0; i < NR; i++) {
		struct vcpu *v = d->vcpu[i];

		if (v->pcpu)
			guest_leave(v);
		v->state = i & 1 ? VCPU_STOPPED : VCPU_BLOCKED;
		v->sip = 0;
	}
	d->end = DOMAIN_RUNNING;
	guest_run(d->vcpu[0]);
}

static u64 extension(void)
{
	static const u64 known[] = { 0x10, 0x54494d45, 0x735049, 0x52464e43, 0x48534d, 0x53525354, 0x4442434e, 0, 1, 2, 8, 0x0a000007 };
	u64 n = number(ARRAY_SIZE(known) + 1);

	return n < ARRAY_SIZE(known) ? known[n] : value();
}

static void call(struct vcpu *v)
{
	u64 before[32];

	for (unsigned int i = 10; i < 16; i++)
		v->regs[i] = value();
	v->regs[16] = number(4) ? number(8) : value();
	v->regs[17] = extension();
	memcpy(before, v->regs, sizeof(before));
	guest_sbi(v);
	before[10] = v->regs[10];
	before[11] = v->regs[11];
	must(!memcmp(before, v->regs, sizeof(before)));
	must(d->console.len < sizeof(d->console.line));
	must(d->console.in_head < sizeof(d->console.in) && d->console.in_tail < sizeof(d->console.in));
	for (unsigned int i = 0; i < NR; i++)
		must(d->vcpu[i]->req_count <= VCPU_MAX_RANGES);
	/* Nobody waits for what nobody does: what was asked of v itself is done. */
	must(v->req_posted == v->req_done);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	input = data;
	input_end = data + size;
	if (!d) {
		host_harts(2);
		d = guest_make(8, NR, 40);
		domains[0] = d;
		nr_domains = 1;
		for (unsigned int i = 0; i < NR; i++)
			sched_add(d->vcpu[i]);
	}
	reset();
	host_output_clear();
	host_type("some input");
	console_poll();
	while (input_left()) {
		call(d->vcpu[0]);
		if (d->vcpu[0]->state != VCPU_RUNNING)
			reset();
		if (d->vcpu[1]->state == VCPU_RUNNABLE) {
			guest_leave(d->vcpu[0]);
			guest_run(d->vcpu[1]);
			if (d->vcpu[1]->start_pending)
				vcpu_start(d->vcpu[1]);
			vcpu_handle_requests(d->vcpu[1]);
			reset();
		}
	}
	return 0;
}
