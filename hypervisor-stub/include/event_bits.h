/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Event channels: setting a port pending, in the order that interfaces/xen/xen.h and event_channel.h say. All of the
 * 2-level ABI is here, and of the FIFO ABI what is done each time: the hottest path that there is, in line.
 */
#ifndef STUB_EVENT_BITS_H
#define STUB_EVENT_BITS_H

#include "domain.h"
#include "event.h"
#include "vcpu.h"

static inline bool test_and_set_bits(xen_ulong_t *word, u64 bits)
{
	return __atomic_fetch_or(word, bits, __ATOMIC_ACQ_REL) & bits;
}

static inline void select_word(struct vcpu *v, u64 port)
{
	if (!test_and_set_bits(&v->events.info->evtchn_pending_sel, BIT(port / 64)))
		event_upcall(v);
}

static inline void evtchn_2l_set_pending(struct domain *d, struct evtchn *chn, u64 port)
{
	struct shared_info *s = d->shared_info;

	if (test_and_set_bits(&s->evtchn_pending[port / 64], BIT(port % 64)))
		return;
	if (!(READ_ONCE(s->evtchn_mask[port / 64]) & BIT(port % 64)))
		select_word(chn->vcpu, port);
	if (unlikely(d->events.pollers))
		evtchn_wake_pollers(d, port);
}

/* Of one that was not masked the vCPU has been told. */
static inline void evtchn_2l_unmask(struct domain *d, struct evtchn *chn, u64 port)
{
	struct shared_info *s = d->shared_info;
	u64 bit = BIT(port % 64);

	if (!(__atomic_fetch_and(&s->evtchn_mask[port / 64], ~bit, __ATOMIC_SEQ_CST) & bit))
		return;
	if (READ_ONCE(s->evtchn_pending[port / 64]) & bit)
		select_word(chn->vcpu, port);
}

/* Only a port that is neither masked nor in a queue is put into one. */
static inline void evtchn_fifo_set_pending(struct domain *d, struct evtchn *chn, u64 port)
{
	event_word_t *word = d->events.fifo_words + port, old;

	if (unlikely(!d->events.fifo_words)) {
		chn->pending = true;
		return;
	}
	old = __atomic_fetch_or(word, 1U << EVTCHN_FIFO_PENDING, __ATOMIC_ACQ_REL);
	if (!(old & (1U << EVTCHN_FIFO_MASKED | 1U << EVTCHN_FIFO_LINKED)))
		evtchn_fifo_queue(d, chn, word, port);
	if (unlikely(d->events.pollers) && !(old & 1U << EVTCHN_FIFO_PENDING))
		evtchn_wake_pollers(d, port);
}

#endif
