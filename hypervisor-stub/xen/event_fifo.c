// SPDX-License-Identifier: GPL-2.0
/*
 * Event channels, the FIFO ABI: event words linked into a queue a priority for each vCPU. The protocol is in
 * interfaces/xen/event_channel.h.
 *
 * The words are the guest's to write, so nothing is believed of them: what is followed is our own record of the last
 * port of each queue, never a link. A guest that plays with the bits loses events, or gets a queue that is a ring, and
 * nobody else notices; each try to change a word against it ends after some turns.
 */
#include "domain.h"
#include "event_bits.h"
#include "stub.h"
#include "vcpu.h"
#include "xen.h"

#define PENDING		(1U << EVTCHN_FIFO_PENDING)
#define MASKED		(1U << EVTCHN_FIFO_MASKED)
#define LINKED		(1U << EVTCHN_FIFO_LINKED)
#define BUSY		(1U << EVTCHN_FIFO_BUSY)
#define WORDS_PER_PAGE	(PAGE_SIZE / sizeof(event_word_t))
#define MAX_PAGES	(EVTCHN_FIFO_NR_CHANNELS / WORDS_PER_PAGE)
#define LINK_TURNS	8	/* the guest changes a word in a queue three times at most: MASKED, PENDING, LINKED */

_Static_assert(EVTCHN_MAX <= WORDS_PER_PAGE, "the words of all ports are in the first page");

/* NULL: there is none, or not yet. */
event_word_t *evtchn_fifo_word(const struct domain *d, u32 port)
{
	return d->events.fifo_words ? &d->events.fifo_words[port] : NULL;
}

static event_word_t set_bits(event_word_t *word, u32 bits)
{
	return __atomic_fetch_or(word, bits, __ATOMIC_ACQ_REL);
}

static event_word_t clear_bits(event_word_t *word, u32 bits)
{
	return __atomic_fetch_and(word, ~bits, __ATOMIC_ACQ_REL);
}

/*
 * Writes the link of a word that is the last of a queue, if it is still in it. BUSY keeps the guest from unmasking
 * meanwhile; it goes with the link that is written.
 */
static bool set_link(event_word_t *word, u32 port)
{
	event_word_t old = READ_ONCE(*word);

	for (unsigned int turn = 0; turn < LINK_TURNS && old & LINKED; turn++) {
		if (__atomic_compare_exchange_n(word, &old, (old & ~(BUSY | EVTCHN_FIFO_LINK_MASK)) | port, false,
						__ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
			return true;
		if (!(old & BUSY))
			old = set_bits(word, BUSY) | BUSY;
	}
	clear_bits(word, BUSY);
	return false;
}

/* Puts an event at the end of its queue; ready and the upcall are for the first of one. */
void evtchn_fifo_queue(struct domain *d, struct evtchn *chn, event_word_t *word, u64 port)
{
	struct vcpu *v = chn->vcpu;
	struct evtchn_fifo_control_block *control = v->events.control;
	u32 *tail = &v->events.tail[chn->priority], *last_tail;
	u32 bit = 1U << chn->priority;
	bool linked;

	if (unlikely(!control))
		return;
	/* It was the last of a queue, and is in none now: that one is empty, and would be taken for its new one. */
	last_tail = &d->vcpu[chn->last_vcpu]->events.tail[chn->last_priority];
	if (*last_tail == port)
		*last_tail = 0;
	if (unlikely(set_bits(word, LINKED) & LINKED))
		return;
	chn->last_vcpu = v->id;
	chn->last_priority = chn->priority;
	linked = *tail && *tail != port && set_link(evtchn_fifo_word(d, *tail), port);
	*tail = port;
	if (linked)
		return;
	WRITE_ONCE(control->head[chn->priority], port);
	/* After head: who sees ready reads head. */
	if (!(__atomic_fetch_or(&control->ready, bit, __ATOMIC_ACQ_REL) & bit))
		event_upcall(v);
}

void evtchn_fifo_unmask(struct domain *d, struct evtchn *chn, u32 port)
{
	event_word_t *word = evtchn_fifo_word(d, port);

	if (word && clear_bits(word, MASKED) & PENDING)
		evtchn_fifo_set_pending(d, chn, port);
}

/* --- hypercalls --- */

static struct evtchn_fifo_control_block *control_block(struct vcpu *v, const struct evtchn_init_control *c)
{
	u8 *page;

	if (c->offset > PAGE_SIZE - sizeof(struct evtchn_fifo_control_block) || c->offset % 8)
		return NULL;
	page = event_page(v, c->control_gfn);
	return page ? (void *)(page + c->offset) : NULL;
}

/* What the 2-level ABI has pending goes over: it is raised when its word comes. */
static void switch_to_fifo(struct domain *d)
{
	for (u32 port = 1; port < d->events.ports; port++) {
		struct evtchn *chn = evtchn_of(d, port);

		chn->pending = chn->state > ECS_RESERVED && evtchn_is_pending(d, port);
		chn->priority = EVTCHN_FIFO_PRIORITY_DEFAULT;
		chn->last_vcpu = 0;
		chn->last_priority = 0;
	}
	d->events.fifo = true;
}

long evtchn_init_control(struct vcpu *v, void *arg)
{
	struct evtchn_init_control *c = arg;
	struct domain *d = v->domain;
	struct evtchn_fifo_control_block *control;
	struct vcpu *target;
	long rc = -XEN_EINVAL;

	c->link_bits = EVTCHN_FIFO_LINK_BITS;
	if (c->vcpu >= d->nr_vcpus)
		return -XEN_ENOENT;
	target = d->vcpu[c->vcpu];
	control = control_block(v, c);
	event_lock();
	if (control && !target->events.control) {
		target->events.control = control;
		if (!d->events.fifo)
			switch_to_fifo(d);
		rc = 0;
	}
	event_unlock();
	return rc;
}

static void raise_waiting(struct domain *d)
{
	for (u32 port = 1; port < d->events.ports; port++) {
		struct evtchn *chn = evtchn_of(d, port);

		if (!chn->pending)
			continue;
		chn->pending = false;
		evtchn_fifo_set_pending(d, chn, port);
	}
}

static long expand_array(struct domain *d, event_word_t *words)
{
	if (!d->events.fifo)
		return -XEN_EOPNOTSUPP;
	if (d->events.fifo_pages == MAX_PAGES)
		return -XEN_ENOSPC;
	if (!words)
		return -XEN_EINVAL;
	if (d->events.fifo_pages++)
		return 0;	/* for ports that there will not be */
	d->events.fifo_words = words;
	raise_waiting(d);
	return 0;
}

long evtchn_expand_array(struct vcpu *v, void *arg)
{
	event_word_t *words = event_page(v, ((struct evtchn_expand_array *)arg)->array_gfn);
	long rc;

	event_lock();
	rc = expand_array(v->domain, words);
	event_unlock();
	return rc;
}

static long set_priority(struct domain *d, u32 port, u32 priority)
{
	struct evtchn *chn = evtchn_of(d, port);

	if (!chn)
		return -XEN_EINVAL;
	if (!d->events.fifo)
		return -XEN_ENOSYS;
	if (chn->state <= ECS_RESERVED)
		return -XEN_EACCES;
	if (priority > EVTCHN_FIFO_PRIORITY_MIN)
		return -XEN_EINVAL;
	chn->priority = priority;
	return 0;
}

long evtchn_set_priority(struct vcpu *v, void *arg)
{
	const struct evtchn_set_priority *p = arg;
	long rc;

	event_lock();
	rc = set_priority(v->domain, p->port, p->priority);
	event_unlock();
	return rc;
}

/* Back to the 2-level ABI. The pages are the guest's alone again. */
void evtchn_fifo_leave(struct domain *d)
{
	d->events.fifo = false;
	d->events.fifo_words = NULL;
	d->events.fifo_pages = 0;
	for (unsigned int i = 0; i < d->nr_vcpus; i++) {
		d->vcpu[i]->events.control = NULL;
		for (unsigned int q = 0; q < EVTCHN_FIFO_MAX_QUEUES; q++)
			d->vcpu[i]->events.tail[q] = 0;
	}
}
