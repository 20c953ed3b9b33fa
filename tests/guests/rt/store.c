// SPDX-License-Identifier: GPL-2.0
/* xenstore by its ring, and the states of a device there. */
#include "peer.h"
#include <xen/hvm.h>

static struct xenstore_domain_interface *ring;
static evtchn_port_t port;
static char answer[XENSTORE_PAYLOAD_MAX + 1];

bool store_open(void)
{
	if (!ring) {
		ring = (void *)(xen_param(HVM_PARAM_STORE_PFN) << 12);
		port = xen_param(HVM_PARAM_STORE_EVTCHN);
	}
	return ring && port != NO_PORT;
}

static void put(const void *bytes, unsigned int len)
{
	const char *p = bytes;

	while (len--) {
		while (ring->req_prod - read_once(ring->req_cons) == XENSTORE_RING_SIZE)
			ev_send(port);
		ring->req[MASK_XENSTORE_IDX(ring->req_prod)] = *p++;
		mb();
		ring->req_prod++;
	}
}

void store_send(const void *bytes, unsigned int len)
{
	put(bytes, len);
	ev_send(port);
}

static void get(void *bytes, unsigned int len)
{
	char *p = bytes;

	while (len--) {
		while (ring->rsp_cons == read_once(ring->rsp_prod))
			ev_send(port);
		mb();
		*p++ = ring->rsp[MASK_XENSTORE_IDX(ring->rsp_cons)];
		ring->rsp_cons++;
	}
}

/* The type of the answer; what of it is text is in answer[]. */
unsigned int store_ask(unsigned int type, unsigned int tx, const char *data, unsigned int len)
{
	struct xsd_sockmsg m = { type, 1, tx, len };

	put(&m, sizeof(m));
	store_send(data, len);
	do {
		get(&m, sizeof(m));
		get(answer, m.len);
		answer[m.len] = 0;
	} while (m.type == XS_WATCH_EVENT);
	return m.type;
}

const char *store_answer(void)
{
	return answer;
}

/* --- text --- */

static unsigned int append(char *to, unsigned int at, const char *s)
{
	while (*s)
		to[at++] = *s++;
	to[at] = 0;
	return at;
}

static unsigned int append_number(char *to, unsigned int at, unsigned long n)
{
	char digits[24];
	unsigned int i = sizeof(digits) - 1;

	digits[i] = 0;
	do {
		digits[--i] = '0' + n % 10;
		n /= 10;
	} while (n);
	return append(to, at, digits + i);
}

void path_of(char *path, const char *a, unsigned long n, const char *b)
{
	append(path, append_number(path, append(path, 0, a), n), b);
}

/* With the zero behind it */
static unsigned int node(char *to, const char *path, const char *name)
{
	unsigned int at = append(to, 0, path);

	if (*name)
		at = append(to, append(to, at, "/"), name);
	return at + 1;
}

void path_in(char *path, const char *dir, const char *name)
{
	node(path, dir, name);
}

bool same(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

/* --- nodes --- */

const char *store_get(const char *path, const char *name)
{
	char what[200];

	return store_ask(XS_READ, 0, what, node(what, path, name)) == XS_READ ? answer : NULL;
}

bool store_put(const char *path, const char *name, const char *value)
{
	char what[400];
	unsigned int at = node(what, path, name);

	return store_ask(XS_WRITE, 0, what, append(what, at, value)) == XS_WRITE;
}

bool store_put_number(const char *path, const char *name, unsigned long value)
{
	char text[24];

	append_number(text, 0, value);
	return store_put(path, name, text);
}

void store_rm(const char *path, const char *name)
{
	char what[200];

	store_ask(XS_RM, 0, what, node(what, path, name));
}

unsigned long store_number(const char *path, const char *name, unsigned long otherwise)
{
	const char *s = store_get(path, name);
	unsigned long n = 0;

	if (!s || *s < '0' || *s > '9')
		return otherwise;
	while (*s >= '0' && *s <= '9')
		n = n * 10 + *s++ - '0';
	return n;
}

/* --- states --- */

enum state state_of(const char *path)
{
	return store_number(path, "state", UNKNOWN);
}

bool state_becomes(const struct device *d, enum state s)
{
	return within(WHILE, state_of(d->other) == s);
}

void state_set(const struct device *d, enum state s)
{
	store_put_number(d->own, "state", s);
}
