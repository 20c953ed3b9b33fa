// SPDX-License-Identifier: GPL-2.0
/*
 * Second harts. A hart runs one function and stops again, so every use of
 * one is also a use of SBI HSM. harts[0] is the boot hart.
 */
#include "guest.h"

extern char stacks[MAX_HARTS][16384];
extern char secondary_entry[];
void smp_init(unsigned long hartid);
void secondary_start(unsigned long hartid, struct hart *h);

int nharts;

long hart_status(unsigned long id)
{
	struct sbiret r = sbi1(SBI_HSM, SBI_HSM_STATUS, id);

	return r.error ? r.error : r.value;
}

void smp_init(unsigned long hartid)
{
	unsigned long id;
	int n = 1;

	harts[0].id = hartid;
	for (id = 0; id < MAX_HARTS && n < MAX_HARTS; id++) {
		if (id == hartid || hart_status(id) < 0)
			continue;
		wait_for(hart_status(id) == HSM_STOPPED);	/* too_late in head.S */
		harts[n++].id = id;
	}
	for (nharts = 0; nharts < n; nharts++)
		harts[nharts].sp = (unsigned long)stacks[nharts + 1];
}

struct hart *other_hart(int n)
{
	return n + 1 < nharts ? &harts[n + 1] : NULL;
}

void secondary_start(unsigned long hartid, struct hart *h)
{
	h->entered++;
	if (hartid == h->id)
		h->opaque_ok++;
	csr_write(sie, 0);
	h->fn(h->arg);
	mb();
	sbi0(SBI_HSM, SBI_HSM_STOP);
}

bool hart_run(struct hart *h, void (*fn)(void *), void *arg)
{
	h->fn = fn;
	h->arg = arg;
	h->stray = 0;
	mb();
	return sbi3(SBI_HSM, SBI_HSM_START, h->id, (unsigned long)secondary_entry,
		    (unsigned long)h).error == SBI_OK;
}

bool hart_wait(struct hart *h)
{
	if (!wait_for(hart_status(h->id) == HSM_STOPPED))
		return false;
	mb();
	if (h->stray)
		say("# hart %ld: unexpected trap: cause 0x%lx\n", (long)h->id,
		    h->stray - 1);
	return !h->stray;
}

bool hart_call(struct hart *h, void (*fn)(void *), void *arg)
{
	return hart_run(h, fn, arg) && hart_wait(h);
}
