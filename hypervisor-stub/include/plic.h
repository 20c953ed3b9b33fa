/* SPDX-License-Identifier: GPL-2.0 */
/* The machine's interrupt controller (arch/plic.c), and whose its interrupts are (xen/physdev.c). */
#ifndef STUB_PLIC_H
#define STUB_PLIC_H

#include "types.h"

struct domain;
struct evtchn;

#define PLIC_MAX	1024	/* sources that a PLIC can have; 0 is none */

void plic_init(u64 boot_hartid);
int plic_node(void);		/* in the machine's tree; negative: there is none that we can use */
u32 plic_sources(void);
void plic_interrupt(void);	/* the hart has one */
void plic_enable(u32 source, bool on);
void plic_complete(u32 source);

bool pirq_give(struct domain *d, u32 pirq);	/* false: another domain has it */
void pirq_take(struct domain *d);		/* all of its */
void pirq_raise(u32 pirq);
void pirq_unbind(struct evtchn *chn);		/* under the event lock */

#endif
