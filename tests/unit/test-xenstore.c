// SPDX-License-Identifier: GPL-2.0
/*
 * xenstore/, as two guests see it: the requests of Xen's docs/misc/xenstore.txt one by one, then transactions, watches,
 * limits, and what a guest may do to its ring. d is domain 1; d0, the initial domain, may everything.
 */
#include "store.h"
#include "unit.h"

#define MIB	8

static struct domain *d, *d0;

static int setup(void **state)
{
	(void)state;
	host_harts(1);
	store_forget();
	guest_make_two(&d, &d0, MIB);
	guest_run(d->vcpu[0]);
	host_output_clear();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	store_check();
	xen_domain_destroy(d);
	xen_domain_destroy(d0);
	assert_int_equal(xenstore_nodes(), 4);
	assert_null(strstr(host_output(), "keeps"));
	return 0;
}

/* An answer as text, its zeros as |; an error as "!NAME". */
static const char *text(const struct store_message *m)
{
	static char s[XENSTORE_PAYLOAD_MAX + 2];
	size_t n = 0;

	if (m->hdr.type == XS_ERROR)
		s[n++] = '!';
	for (u32 i = 0; i < m->hdr.len; i++)
		s[n++] = m->data[i] ? m->data[i] : '|';
	if (m->hdr.type == XS_ERROR)
		n--;
	s[n] = 0;
	store_check();
	return s;
}

/* The request's zeros are written as |, too. */
static const char *in(struct domain *who, u32 tx, u32 type, const char *what)
{
	char data[XENSTORE_PAYLOAD_MAX];
	size_t len = strlen(what);

	for (size_t i = 0; i < len; i++)
		data[i] = what[i] == '|' ? 0 : what[i];
	return text(store_ask(who, type, tx, data, len));
}

#define ask(who, type, what)		in(who, 0, type, what)
#define is(who, type, what, result)	assert_string_equal(ask(who, type, what), result)
#define is_in(who, tx, type, what, result) assert_string_equal(in(who, tx, type, what), result)

static u32 begin(struct domain *who)
{
	return strtoul(ask(who, XS_TRANSACTION_START, "|"), NULL, 10);
}

static void told(struct domain *who, const char *event)
{
	const char *e = store_event(who);

	if (!e || !event)
		assert_ptr_equal(e, event);
	else
		assert_string_equal(e, event);
}

/* --- requests --- */

static void test_beginning(void **state)
{
	(void)state;
	is(d, XS_READ, "domid|", "1");
	is(d, XS_READ, "/local/domain/1/domid|", "1");
	is(d, XS_READ, "memory/target|", "8192");
	is(d, XS_DIRECTORY, "cpu|", "1|0|");
	is(d, XS_GET_PERMS, "/local/domain/1|", "n0|r1|");
	is(d, XS_GET_PERMS, "data|", "n1|r0|");
	is(d, XS_READ, "/local/domain/0/name|", "!EACCES");
	is(d0, XS_READ, "/local/domain/1/domid|", "1");
	is(d0, XS_DIRECTORY, "/local/domain|", "0|1|");
	assert_string_equal(ask(d, XS_READ, "vm|") + strlen("/vm/"), "00000000-0000-0000-0000-000000000001");
}

static void test_values(void **state)
{
	(void)state;
	is(d, XS_WRITE, "data/a|one", "OK|");
	is(d, XS_READ, "data/a|", "one");
	is(d, XS_WRITE, "data/a|", "OK|");
	is(d, XS_READ, "data/a|", "");
	is(d, XS_WRITE, "data/b/c/d|x|y|", "OK|");	/* any bytes; and what is above comes into being */
	is(d, XS_READ, "data/b/c/d|", "x|y|");
	is(d, XS_READ, "data/b|", "");
	is(d, XS_READ, "data/none|", "!ENOENT");
	is(d, XS_READ, "data/none/at/all|", "!ENOENT");
	is(d, XS_MKDIR, "data/e|", "OK|");
	is(d, XS_WRITE, "data/e|v", "OK|");
	is(d, XS_MKDIR, "data/e|", "OK|");		/* it is there, and stays */
	is(d, XS_READ, "data/e|", "v");
	is(d, XS_DIRECTORY, "data|", "e|b|a|");
	is(d, XS_DIRECTORY, "data/e|", "");
	is(d, XS_DIRECTORY, "data/x|", "!ENOENT");
	is(d, XS_RM, "data/b|", "OK|");
	is(d, XS_READ, "data/b/c/d|", "!ENOENT");
	is(d, XS_RM, "data/b|", "OK|");			/* its parent is there: no error */
	is(d, XS_RM, "data/b/c|", "!ENOENT");
	is(d0, XS_RM, "/|", "!EINVAL");
	is(d0, XS_RM, "/local|", "!EINVAL");
}

static void test_paths(void **state)
{
	static const char *const bad[] = { "|", "", "data/a", "/data/|", "data/|", "//data|", "data//a|", "da ta|",
					   "data/\x80|", "@data|", "@introduceDomain|", "./\n|", "/local/domain/1/|" };
	char s[XENSTORE_PAYLOAD_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		is(d, XS_READ, bad[i], "!EINVAL");
		is(d, XS_RM, bad[i], "!EINVAL");
		is(d, XS_DIRECTORY, bad[i], "!EINVAL");
	}
	is(d, XS_WRITE, "data/-_@Z9|v", "OK|");
	memset(s, 'a', sizeof(s));
	memcpy(s, "data/", 5);
	strcpy(s + XENSTORE_REL_PATH_MAX, "|");
	is(d, XS_MKDIR, s, "OK|");
	strcpy(s + XENSTORE_REL_PATH_MAX, "a|");
	is(d, XS_MKDIR, s, "!EINVAL");
	memset(s, 'a', sizeof(s));
	memcpy(s, "/local/domain/1/data/", 21);
	strcpy(s + XENSTORE_ABS_PATH_MAX, "|");
	is(d, XS_MKDIR, s, "OK|");
	is(d, XS_READ, s, "");
	is(d, XS_RM, s, "OK|");
	strcpy(s + XENSTORE_ABS_PATH_MAX, "a|");
	is(d, XS_MKDIR, s, "!EINVAL");
	/* As deep as may be, and deeper. */
	for (size_t i = 5; i < XENSTORE_REL_PATH_MAX; i++)
		s[i] = i & 1 ? 'a' : '/';
	memcpy(s, "data/", 5);
	strcpy(s + 5 + 2 * (XS_MAX_DEPTH - 3) - 1, "|");	/* /local/domain/1/data, and so many */
	is(d, XS_MKDIR, s, "!EINVAL");
	is(d, XS_DIRECTORY, "data/a|", "!ENOENT");
	strcpy(s + 5 + 2 * (XS_MAX_DEPTH - 4) - 1, "|");
	is(d, XS_MKDIR, s, "OK|");
	is(d, XS_RM, "data/a|", "OK|");
	is(d, XS_DIRECTORY, "data/a|", "!ENOENT");
}

static void test_permissions(void **state)
{
	(void)state;
	is(d, XS_WRITE, "name|mine", "!EACCES");		/* it may read it only */
	is(d, XS_RM, "name|", "!EACCES");
	is(d, XS_WRITE, "new|mine", "!EACCES");
	is(d, XS_WRITE, "/local/domain/0/x|y", "!EACCES");
	is(d, XS_READ, "/none/at/all|", "!EACCES");		/* nor whether it is there */
	is(d, XS_SET_PERMS, "name|n1|", "!EACCES");
	is(d0, XS_WRITE, "/local/domain/0/x|y", "OK|");
	is(d0, XS_SET_PERMS, "/local/domain/0/x|n0|r1|", "OK|");
	is(d, XS_READ, "/local/domain/0/x|", "y");
	is(d, XS_WRITE, "/local/domain/0/x|z", "!EACCES");
	is(d0, XS_SET_PERMS, "/local/domain/0/x|n0|b1|w2|", "OK|");
	is(d, XS_WRITE, "/local/domain/0/x|z", "OK|");
	is(d, XS_WRITE, "/local/domain/0/x/below|1", "OK|");	/* what it makes there is its own */
	is(d, XS_GET_PERMS, "/local/domain/0/x/below|", "n1|b1|w2|");
	is(d0, XS_GET_PERMS, "/local/domain/0/x|", "n0|b1|w2|");
	is(d, XS_SET_PERMS, "/local/domain/0/x|b1|", "!EACCES");
	is(d, XS_SET_PERMS, "data|n0|", "!EPERM");		/* and cannot be given away */
	is(d, XS_SET_PERMS, "data|r1|w0|n7|b8|r9|", "OK|");
	is(d, XS_GET_PERMS, "data|", "r1|w0|n7|b8|r9|");
	is(d, XS_SET_PERMS, "data|r1|w0|n7|b8|r9|r10|", "!ENOSPC");
	is(d, XS_SET_PERMS, "data|r1|w0|n7|b8|r9|r10|r11|r12|", "!ENOSPC");
	is(d, XS_SET_PERMS, "data|", "!EINVAL");
	is(d, XS_SET_PERMS, "data|r1", "!EINVAL");
	is(d, XS_SET_PERMS, "data|x1|", "!EINVAL");
	is(d, XS_SET_PERMS, "data||", "!EINVAL");
	is(d, XS_SET_PERMS, "data|r|", "!EINVAL");
	is(d, XS_SET_PERMS, "data|r-1|", "!EINVAL");
	is(d, XS_SET_PERMS, "data|r99999999999999999999|", "!EINVAL");
	is(d, XS_SET_PERMS, "data/none|n1|", "!ENOENT");
	is(d, XS_GET_PERMS, "@releaseDomain|", "!EACCES");
	is(d, XS_SET_PERMS, "@releaseDomain|r1|", "!EACCES");
	is(d0, XS_GET_PERMS, "@releaseDomain|", "n0|");
}

static void test_questions(void **state)
{
	static const u32 not_for_guests[] = { XS_CONTROL, XS_INTRODUCE, XS_RELEASE, XS_RESUME, XS_SET_TARGET };
	static const u32 no_requests[] = { XS_WATCH_EVENT, XS_ERROR, 20, XS_TYPE_COUNT, XS_INVALID, ~0U };

	(void)state;
	is(d, XS_GET_DOMAIN_PATH, "7|", "/local/domain/7|");
	is(d, XS_GET_DOMAIN_PATH, "|", "!EINVAL");
	is(d, XS_GET_DOMAIN_PATH, "seven|", "!EINVAL");
	is(d, XS_GET_DOMAIN_PATH, "70000|", "!EINVAL");
	is(d, XS_IS_DOMAIN_INTRODUCED, "0|", "T|");
	is(d, XS_IS_DOMAIN_INTRODUCED, "1|", "T|");
	is(d, XS_IS_DOMAIN_INTRODUCED, "2|", "F|");
	is(d, XS_IS_DOMAIN_INTRODUCED, "", "!EINVAL");
	for (size_t i = 0; i < ARRAY_SIZE(not_for_guests); i++) {
		is(d, not_for_guests[i], "1|2|3|", "!EACCES");
		is(d0, not_for_guests[i], "1|2|3|", "!EACCES");
	}
	for (size_t i = 0; i < ARRAY_SIZE(no_requests); i++)
		is(d, no_requests[i], "data|", "!ENOSYS");
}

static void test_long_directory(void **state)
{
	struct { u64 gen; char names[40 * 110]; } first = { 0 };
	u32 off = 0, parts = 0;
	char s[200];

	(void)state;
	for (int i = 0; i < 60; i++) {
		snprintf(s, sizeof(s), "data/x/%0100d|", i);
		is(d, XS_MKDIR, s, "OK|");
	}
	is(d, XS_DIRECTORY, "data/x|", "!E2BIG");
	is(d, XS_DIRECTORY_PART, "data/x|", "!EINVAL");
	is(d, XS_DIRECTORY_PART, "data/x|x|", "!EINVAL");
	for (bool end = false; !end; parts++) {
		const struct store_message *m;
		size_t at;

		snprintf(s, sizeof(s), "data/x%c%u", 0, off);
		m = store_ask(d, XS_DIRECTORY_PART, 0, s, 7 + strlen(s + 7) + 1);
		if (!parts)
			first.gen = strtoul(m->data, NULL, 10);
		assert_int_equal(strtoul(m->data, NULL, 10), first.gen);
		for (at = strlen(m->data) + 1; at < m->hdr.len && m->data[at]; at += 101, off += 101)
			assert_int_equal(strlen(m->data + at), 100);
		end = at < m->hdr.len;
	}
	assert_int_equal(off, 60 * 101);
	assert_int_equal(parts, 2);
	is(d, XS_MKDIR, "data/x/more|", "OK|");
	assert_true(strtoul(ask(d, XS_DIRECTORY_PART, "data/x|0|"), NULL, 10) > first.gen);
	assert_non_null(strstr(ask(d, XS_DIRECTORY_PART, "data/x|999999|"), "||"));
}

/* --- transactions --- */

static void test_transaction(void **state)
{
	u32 t;

	(void)state;
	is(d, XS_WRITE, "data/old|0", "OK|");
	t = begin(d);
	is_in(d, t, XS_WRITE, "data/a|1", "OK|");
	is_in(d, t, XS_WRITE, "data/old|1", "OK|");
	is_in(d, t, XS_READ, "data/a|", "1");
	is(d, XS_READ, "data/a|", "!ENOENT");		/* nobody else sees it */
	is(d, XS_READ, "data/old|", "0");
	is_in(d, t, XS_DIRECTORY, "data|", "a|old|");
	is(d, XS_DIRECTORY, "data|", "old|");
	is_in(d, t, XS_TRANSACTION_START, "|", "!EBUSY");
	is_in(d, t, XS_TRANSACTION_END, "x|", "!EINVAL");
	is_in(d, t, XS_TRANSACTION_END, "T|", "OK|");
	is(d, XS_READ, "data/a|", "1");
	is(d, XS_READ, "data/old|", "1");
	is_in(d, t, XS_READ, "data/a|", "!ENOENT");	/* there is no such transaction any more */
	is_in(d, t, XS_TRANSACTION_END, "T|", "!ENOENT");
	is(d, XS_TRANSACTION_END, "T|", "!ENOENT");
	t = begin(d);
	is_in(d, t, XS_RM, "data/a|", "OK|");
	is_in(d, t, XS_WRITE, "data/b|1", "OK|");
	is_in(d, t, XS_TRANSACTION_END, "F|", "OK|");
	is(d, XS_DIRECTORY, "data|", "a|old|");
}

/* What was seen has changed meanwhile, or has come or gone: again. What was not, may. */
static void test_conflicts(void **state)
{
	static const struct { u32 type; const char *seen, *result; u32 other; const char *changed; bool conflict; } cases[] = {
		{ XS_READ, "data/a|", "1", XS_WRITE, "data/a|2", true },
		{ XS_READ, "data/a|", "1", XS_WRITE, "data/a|1", true },
		{ XS_READ, "data/a|", "1", XS_RM, "data/a|", true },
		{ XS_READ, "data/a|", "1", XS_SET_PERMS, "data/a|b1|", true },
		{ XS_READ, "data/a|", "1", XS_WRITE, "data/b|2", false },
		{ XS_READ, "data/n|", "!ENOENT", XS_MKDIR, "data/n|", true },
		{ XS_READ, "data/n|", "!ENOENT", XS_MKDIR, "data/m|", false },
		{ XS_DIRECTORY, "data|", "a|", XS_MKDIR, "data/m|", true },
		{ XS_DIRECTORY, "data|", "a|", XS_RM, "data/a|", true },
		{ XS_DIRECTORY, "data|", "a|", XS_WRITE, "data/a|2", false },
		{ XS_GET_PERMS, "data/a|", "n1|r0|", XS_SET_PERMS, "data/a|b1|", true },
		{ XS_WRITE, "data/a|3", "OK|", XS_WRITE, "data/a|4", true },
		{ XS_WRITE, "data/n/m|3", "OK|", XS_MKDIR, "data/n|", true },
		{ XS_RM, "data/a|", "OK|", XS_WRITE, "data/a|2", true },
		{ XS_RM, "data/a|", "OK|", XS_RM, "data/a|", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		u32 t;

		is(d, XS_RM, "data|", "OK|");
		is(d0, XS_MKDIR, "/local/domain/1/data|", "OK|");
		is(d0, XS_SET_PERMS, "/local/domain/1/data|n1|r0|", "OK|");
		is(d, XS_WRITE, "data/a|1", "OK|");
		t = begin(d);
		is_in(d, t, cases[i].type, cases[i].seen, cases[i].result);
		is(d, cases[i].other, cases[i].changed, "OK|");
		is_in(d, t, XS_TRANSACTION_END, "T|", cases[i].conflict ? "!EAGAIN" : "OK|");
	}
}

static void test_removing_in_a_transaction(void **state)
{
	u32 t;

	(void)state;
	is(d, XS_WRITE, "data/p/c/x|1", "OK|");
	t = begin(d);
	is_in(d, t, XS_READ, "data/p|", "");
	is_in(d, t, XS_RM, "data/p/c|", "OK|");
	is_in(d, t, XS_DIRECTORY, "data/p|", "");
	is_in(d, t, XS_WRITE, "data/p/n|1", "OK|");
	is_in(d, t, XS_RM, "data/p|", "OK|");
	is_in(d, t, XS_READ, "data/p/c/x|", "!ENOENT");
	is_in(d, t, XS_READ, "data/p/n|", "!ENOENT");
	is_in(d, t, XS_WRITE, "data/p/c/y|2", "OK|");	/* another of the same name */
	is_in(d, t, XS_DIRECTORY, "data/p|", "c|");
	is_in(d, t, XS_DIRECTORY, "data/p/c|", "y|");
	is_in(d, t, XS_READ, "data/p/c/x|", "!ENOENT");
	is(d, XS_READ, "data/p/c/x|", "1");
	is_in(d, t, XS_TRANSACTION_END, "T|", "OK|");
	is(d, XS_DIRECTORY, "data/p/c|", "y|");
	is(d, XS_READ, "data/p/c/y|", "2");
	t = begin(d);
	is_in(d, t, XS_MKDIR, "data/q|", "OK|");
	is_in(d, t, XS_RM, "data/q|", "OK|");
	is_in(d, t, XS_TRANSACTION_END, "T|", "OK|");
	is(d, XS_DIRECTORY, "data|", "p|");
}

/* --- watches --- */

static void test_watches(void **state)
{
	(void)state;
	is(d, XS_WATCH, "data|one|", "OK|");
	told(d, "data one");			/* the first at once */
	is(d, XS_WATCH, "/local/domain/1/data|two|", "OK|");
	told(d, "/local/domain/1/data two");
	is(d, XS_WATCH, "data|one|", "!EEXIST");
	is(d, XS_WATCH, "data/none|three|", "OK|");
	told(d, "data/none three");
	told(d, NULL);
	is(d, XS_WRITE, "data/x/y|1", "OK|");
	told(d, "data/x/y one");
	told(d, "/local/domain/1/data/x/y two");
	told(d, NULL);
	is(d, XS_UNWATCH, "data|two|", "!ENOENT");
	is(d, XS_UNWATCH, "/local/domain/1/data|two|", "OK|");
	is(d, XS_WATCH, "data/x/y|four|", "OK|");
	told(d, "data/x/y four");
	is(d, XS_RM, "data/x|", "OK|");		/* who watches what was below it hears of that */
	told(d, "data/x/y four");
	told(d, "data/x one");
	told(d, NULL);
	is(d, XS_RM, "data/x|", "OK|");
	is(d, XS_READ, "data|", "");
	is(d, XS_WRITE, "error/x|1", "OK|");
	told(d, NULL);
	is(d0, XS_SET_PERMS, "/local/domain/1/data|b1|", "OK|");
	told(d, "data one");
	is(d, XS_WATCH, "data|one", "!EINVAL");
	is(d, XS_WATCH, "data|", "!EINVAL");
	is(d, XS_WATCH, "@other|x|", "!EINVAL");
	is(d, XS_RESET_WATCHES, "|", "OK|");
	is(d, XS_WRITE, "data/x/y|1", "OK|");
	told(d, NULL);
}

/* Nobody hears of a node that he may not read. */
static void test_watching_others(void **state)
{
	u32 t;

	(void)state;
	is(d, XS_WATCH, "/|all|", "OK|");
	told(d, "/ all");			/* that it watches; no more */
	is(d0, XS_WATCH, "/local/domain|all|", "OK|");
	told(d0, "/local/domain all");
	is(d0, XS_WRITE, "/local/domain/0/x|1", "OK|");
	told(d0, "/local/domain/0/x all");
	told(d, NULL);
	t = begin(d);
	is_in(d, t, XS_WRITE, "data/x|1", "OK|");
	told(d0, NULL);
	is_in(d, t, XS_WRITE, "data/y|1", "OK|");
	is_in(d, t, XS_TRANSACTION_END, "T|", "OK|");
	told(d0, "/local/domain/1/data/x all");
	told(d0, "/local/domain/1/data/y all");
	told(d0, NULL);
	told(d, "/local/domain/1/data/x all");
	told(d, "/local/domain/1/data/y all");
	told(d, NULL);
}

/* The same event is not there twice; and what is too much becomes one that says no more than that there was something. */
static void test_watch_storm(void **state)
{
	unsigned int n = 0;
	char s[40];
	const char *e;

	(void)state;
	is(d, XS_WATCH, "data|w|", "OK|");
	told(d, "data w");
	is(d0, XS_SET_PERMS, "/local/domain/1/data|b1|", "OK|");
	for (int i = 0; i < 1000; i++)
		is(d0, XS_WRITE, "/local/domain/1/data|x", "OK|");
	while ((e = store_event(d))) {
		assert_string_equal(e, "data w");
		n++;
	}
	/* Those that were in the ring; the rest in one. */
	assert_in_range(n, 2, 2 + XENSTORE_RING_SIZE / (sizeof(struct xsd_sockmsg) + 7));
	for (int i = 0; i < 400; i++) {
		snprintf(s, sizeof(s), "/local/domain/1/data/%d|", i);
		is(d0, XS_MKDIR, s, "OK|");
	}
	for (n = 0; (e = store_event(d)); n++)
		snprintf(s, sizeof(s), "%s", e);
	assert_in_range(n, XS_MAX_EVENTS, XS_MAX_EVENTS + 60);
	assert_string_equal(s, "data w");
	is(d, XS_READ, "domid|", "1");
}

static void test_domains_are_told_of(void **state)
{
	(void)state;
	is(d0, XS_WATCH, "@introduceDomain|i|", "OK|");
	is(d0, XS_WATCH, "@releaseDomain|r|", "OK|");
	told(d0, "@introduceDomain i");
	told(d0, "@releaseDomain r");
	is(d, XS_WATCH, "@releaseDomain|r|", "OK|");
	told(d, "@releaseDomain r");
	store_restart(d);
	told(d0, "@releaseDomain r");
	told(d0, "@introduceDomain i");
	is(d, XS_UNWATCH, "@releaseDomain|r|", "!ENOENT");
	is(d0, XS_SET_PERMS, "@releaseDomain|n0|r1|", "OK|");
	is(d, XS_WATCH, "@releaseDomain|r|", "OK|");
	told(d, "@releaseDomain r");
}

/* --- limits --- */

/* The name of what is refused at last, after n that were not. */
static unsigned int fill(u32 type, const char *format, const char *error)
{
	char s[300];

	for (unsigned int n = 0; n < 5000; n++) {
		const char *a;

		snprintf(s, sizeof(s), format, n);
		a = ask(d, type, s);
		if (!strcmp(a, error))
			return n;
		assert_int_not_equal(*a, '!');
	}
	fail_msg("no limit");
	return 0;
}

static void test_limits(void **state)
{
	char s[XENSTORE_PAYLOAD_MAX] = "data/big|";
	unsigned int nodes = d->xen.store->nr_nodes;

	(void)state;
	memset(s + 9, 'x', XS_MAX_ENTRY);
	is(d, XS_WRITE, s, "OK|");
	s[9 + XS_MAX_ENTRY] = 'x';
	is(d, XS_WRITE, s, "!ENOSPC");
	assert_int_equal(fill(XS_WATCH, "data/%u|t|", "!E2BIG"), XS_MAX_WATCHES);
	is(d, XS_RESET_WATCHES, "|", "OK|");
	assert_int_equal(fill(XS_TRANSACTION_START, "|", "!ENOSPC"), XS_MAX_TXNS);
	is(d, XS_RESET_WATCHES, "|", "OK|");
	assert_int_equal(fill(XS_MKDIR, "data/%u|", "!ENOSPC"), XS_MAX_NODES - nodes - 1);
	/* It can still do what it must: read, remove, be told; and others do not notice. */
	is(d, XS_READ, "domid|", "1");
	is(d0, XS_WRITE, "/local/domain/1/control/shutdown|poweroff", "OK|");
	is(d, XS_READ, "control/shutdown|", "poweroff");
	is(d, XS_RM, "data/big|", "OK|");
	is(d, XS_WRITE, "data/small|x", "OK|");
}

static void test_memory(void **state)
{
	char s[300];
	unsigned int n;

	(void)state;
	memset(s, 'x', sizeof(s));
	memcpy(s, "data/%u|", 8);
	s[290] = 0;
	n = fill(XS_WRITE, s, "!ENOSPC");
	assert_in_range(n, 100, XS_MAX_NODES);
	is(d, XS_RM, "data/1|", "OK|");
	is(d, XS_WRITE, "data/0|short", "OK|");
	is(d0, XS_WRITE, "/local/domain/1/control/x|y", "OK|");
	is(d0, XS_RM, "/local/domain/1/data|", "OK|");
	assert_int_equal(fill(XS_WRITE, "data/%u|v", "!EACCES"), 0);
}

static u64 compared;
int __real_stub_strncmp(const char *a, const char *b, size_t n);
int __wrap_stub_strncmp(const char *a, const char *b, size_t n);
int __wrap_stub_strncmp(const char *a, const char *b, size_t n)
{
	compared++;
	return __real_stub_strncmp(a, b, n);
}

int __real_stub_strcmp(const char *a, const char *b);
int __wrap_stub_strcmp(const char *a, const char *b);
int __wrap_stub_strcmp(const char *a, const char *b)
{
	compared++;
	return __real_stub_strcmp(a, b);
}

/* Names that differ in their last characters alone, as many as there may be: each is found without the others. */
static void test_names_that_are_alike(void **state)
{
	const char *alike = "data/%080u|";
	char s[200];
	u32 t;

	(void)state;
	for (unsigned int i = 0; i < 600; i++) {
		snprintf(s, sizeof(s), alike, i);
		is(d, XS_MKDIR, s, "OK|");
	}
	t = begin(d);
	for (unsigned int i = 0; i < 100; i++) {
		snprintf(s, sizeof(s), alike, i);
		compared = 0;
		is_in(d, t, XS_RM, s, "OK|");
		assert_true(compared < 1000);
	}
	compared = 0;
	in(d, t, XS_DIRECTORY_PART, "data|0|");
	assert_true(compared < 2000);
	compared = 0;
	is_in(d, t, XS_TRANSACTION_END, "T|", "OK|");
	assert_true(compared < 4000);
}

static void test_transaction_limit(void **state)
{
	u32 t = begin(d);
	unsigned int n = 0;
	char s[40];

	(void)state;
	do
		snprintf(s, sizeof(s), "data/%u|", n);
	while (!strcmp(in(d, t, XS_READ, s), "!ENOENT") && n++ < 1000);
	assert_int_equal(n, XS_MAX_TXN);
	is_in(d, t, XS_READ, "data/0|", "!ENOENT");
	is_in(d, t, XS_TRANSACTION_END, "T|", "OK|");
}

/* What is done at a time is bounded; the guest goes on with it. */
static void test_bounded_work(void **state)
{
	u32 t = begin(d), more = 0;
	char s[40];
	struct xsd_sockmsg end = { XS_TRANSACTION_END, 1, t, 2 };

	(void)state;
	for (int i = 0; i < 100; i++) {
		snprintf(s, sizeof(s), "data/%d|", i);
		is_in(d, t, XS_MKDIR, s, "OK|");
	}
	is(d0, XS_WATCH, "/local/domain/1|w|", "OK|");
	told(d0, "/local/domain/1 w");
	store_put(d, &end, sizeof(end));
	store_put(d, "T", 2);
	while (xenstore_notified(d)) {
		more++;
		assert_in_range(d0->xen.store->nr_events, 0, more * XS_STEPS);
		is(d0, XS_READ, "/local/domain/1/data/99|", "");	/* all of it is there at once */
	}
	assert_in_range(more, 100 / XS_STEPS - 1, 100 / XS_STEPS + 2);
	for (int i = 0; i < 100; i++)
		assert_non_null(store_event(d0));
	told(d0, NULL);
	assert_true(strstr(text(&(struct store_message){ .hdr.type = XS_ERROR, .hdr.len = 1 }), "!"));
}

/* --- the ring --- */

static void reconnect(void)
{
	d->xen.store->ring->connection = XENSTORE_RECONNECT;
	assert_true(store_signal(d, 10));
	assert_int_equal(d->xen.store->ring->connection, XENSTORE_CONNECTED);
	assert_int_equal(d->xen.store->ring->error, XENSTORE_ERROR_NONE);
	is(d, XS_READ, "domid|", "1");
}

static void test_bad_ring(void **state)
{
	struct xenstore_domain_interface *ring = d->xen.store->ring;
	const struct xsd_sockmsg too_long = { XS_READ, 1, 0, XENSTORE_PAYLOAD_MAX + 1 };

	(void)state;
	assert_int_equal(ring->server_features, XENSTORE_SERVER_FEATURE_RECONNECTION | XENSTORE_SERVER_FEATURE_ERROR);
	ring->req_prod += XENSTORE_RING_SIZE + 1;
	assert_true(store_signal(d, 10));
	assert_int_equal(ring->error, XENSTORE_ERROR_RINGIDX);
	reconnect();
	ring->rsp_cons += 1;
	is(d0, XS_WRITE, "/local/domain/1/data/x|1", "OK|");
	store_put(d, &(struct xsd_sockmsg){ XS_READ, 1, 0, 0 }, sizeof(too_long));
	assert_true(store_signal(d, 10));
	assert_int_equal(ring->error, XENSTORE_ERROR_RINGIDX);
	reconnect();
	store_put(d, &too_long, sizeof(too_long));
	assert_true(store_signal(d, 10));
	assert_int_equal(ring->error, XENSTORE_ERROR_PROTO);
	store_put(d, &(struct xsd_sockmsg){ XS_RESET_WATCHES, 1, 0, 0 }, sizeof(too_long));
	assert_true(store_signal(d, 10));
	assert_int_equal(ring->rsp_prod, ring->rsp_cons);	/* it does not listen */
	reconnect();
	is(d0, XS_READ, "/local/domain/1/domid|", "1");
}

static void test_reconnect(void **state)
{
	struct xsd_sockmsg half = { XS_WRITE, 1, 0, 100 };

	(void)state;
	is(d, XS_WATCH, "data|w|", "OK|");
	told(d, "data w");
	is(d, XS_WRITE, "data/x|stays", "OK|");
	told(d, "data/x w");
	begin(d);
	store_put(d, &half, sizeof(half));
	store_put(d, "data/x", 7);
	assert_true(store_signal(d, 10));
	reconnect();
	assert_int_equal(d->xen.store->nr_watches + d->xen.store->nr_txns, 0);
	is(d, XS_READ, "data/x|", "stays");
	told(d, NULL);
}

/* A byte at a time; and answers larger than the ring. */
static void test_pieces(void **state)
{
	struct { struct xsd_sockmsg hdr; char data[16 + 2000]; } m = { { XS_WRITE, 7, 0, 16 + 2000 }, "data/pieces-xyz" };
	const char *bytes = (const char *)&m;
	struct store_message answer;

	(void)state;
	memset(m.data + 16, 'p', 2000);
	for (size_t i = 0; i < sizeof(m); i++) {
		assert_int_equal(store_put(d, bytes + i, 1), 1);
		assert_false(xenstore_notified(d));
	}
	assert_true(store_take(d, &answer));
	assert_int_equal(answer.hdr.type, XS_WRITE);
	assert_int_equal(answer.hdr.req_id, 7);
	assert_int_equal(strlen(ask(d, XS_READ, "data/pieces-xyz|")), 2000);
}

/* --- a domain's end --- */

static void test_end(void **state)
{
	u32 nodes, units = d0->xen.store->nr_used;
	u32 t;

	(void)state;
	is(d0, XS_WRITE, "/local/domain/0/shared|1", "OK|");
	is(d0, XS_SET_PERMS, "/local/domain/0/shared|n0|b1|r2|", "OK|");
	is(d0, XS_MKDIR, "/local/domain/0/gift|", "OK|");
	is(d0, XS_SET_PERMS, "/local/domain/0/gift|n1|", "OK|");
	nodes = xenstore_nodes();
	is(d, XS_WRITE, "/local/domain/0/shared/guest/s/own|1", "OK|");
	is(d, XS_WRITE, "/local/domain/0/shared|guest's", "OK|");
	is(d0, XS_WRITE, "/local/domain/1/data/initial|1", "OK|");
	is(d0, XS_WATCH, "/local/domain/1/data|w|", "OK|");
	told(d0, "/local/domain/1/data w");
	t = begin(d0);
	is_in(d0, t, XS_READ, "/local/domain/1/data/initial|", "1");
	is_in(d0, t, XS_WRITE, "/local/domain/1/data/initial|2", "OK|");
	store_restart(d);
	is_in(d0, t, XS_TRANSACTION_END, "T|", "!EAGAIN");
	told(d0, "/local/domain/1/data w");
	is(d0, XS_DIRECTORY, "/local/domain/0/shared|", "");
	is(d0, XS_READ, "/local/domain/0/shared|", "");
	is(d0, XS_GET_PERMS, "/local/domain/0/shared|", "n0|r2|");
	is(d0, XS_READ, "/local/domain/0/gift|", "!ENOENT");
	assert_int_equal(xenstore_nodes(), nodes - 1);
	is(d0, XS_RM, "/local/domain/0/shared|", "OK|");
	is(d0, XS_RESET_WATCHES, "|", "OK|");
	assert_int_equal(d0->xen.store->nr_used, units);
}

static void test_end_of_the_initial_domain(void **state)
{
	(void)state;
	is(d0, XS_WRITE, "/local/domain/1/data/initial|1", "OK|");
	is(d0, XS_WRITE, "/vm|1", "OK|");
	store_restart(d0);
	is(d, XS_READ, "domid|", "1");
	is(d, XS_READ, "data/initial|", "!ENOENT");
	is(d0, XS_READ, "/vm|", "");
	is(d0, XS_DIRECTORY, "/local/domain|", "0|1|");
}

/* --- devices --- */

static void test_devices(void **state)
{
	static const char front[] = "virtual-device\0" "51712\0device-type\0disk", back[] = "mode\0w\0odd";

	(void)state;
	d->cfg.nr_devices = 2;
	d->cfg.device[0] = (struct device_config){ "vbd", 51712, 0, front, back, sizeof(front), sizeof(back) };
	d->cfg.device[1] = (struct device_config){ .kind = "vif", .handle = 0, .backend = 5 };
	is(d0, XS_WATCH, "backend|be|", "OK|");
	told(d0, "backend be");
	store_restart(d);
	assert_printed("d1: vif 0 has no back end: d5 is none");
	is(d, XS_READ, "device/vbd/51712/state|", "1");
	is(d, XS_READ, "device/vbd/51712/backend|", "/local/domain/0/backend/vbd/1/51712");
	is(d, XS_READ, "device/vbd/51712/backend-id|", "0");
	is(d, XS_READ, "device/vbd/51712/virtual-device|", "51712");
	is(d, XS_READ, "device/vbd/51712/device-type|", "disk");
	is(d, XS_GET_PERMS, "device/vbd/51712/state|", "n1|r0|");
	is(d, XS_WRITE, "device/vbd/51712/state|3", "OK|");
	is(d0, XS_READ, "backend/vbd/1/51712/mode|", "w");
	is(d0, XS_READ, "backend/vbd/1/51712/odd|", "!ENOENT");
	is(d0, XS_READ, "backend/vbd/1/51712/frontend|", "/local/domain/1/device/vbd/51712");
	is(d, XS_READ, "/local/domain/0/backend/vbd/1/51712/frontend-id|", "1");
	is(d, XS_WRITE, "/local/domain/0/backend/vbd/1/51712/state|3", "!EACCES");
	is(d, XS_DIRECTORY, "device|", "vbd|");
	told(d0, "backend/vbd/1/51712 be");
	while (store_event(d0))
		;
	xenstore_stop(d);
	told(d0, "backend/vbd/1 be");
	while (store_event(d0))
		;
	is(d0, XS_DIRECTORY, "backend/vbd|", "");
	store_restart(d);	/* the back end's driver is to see that these are others */
	is(d, XS_READ, "device/vbd/51712/backend|", "/local/domain/0/backend/vbd/1-1/51712");
	is(d0, XS_DIRECTORY, "backend/vbd|", "1-1|");
	d->cfg.nr_devices = 0;
}

/* A vCPU that has signalled the port gets on when its domain has been taken out already. */
static void test_late_signal(void **state)
{
	struct xenstore_domain_interface *ring = d->xen.store->ring;
	const struct xsd_sockmsg hdr = { .type = XS_WRITE, .len = 10 };

	(void)state;
	is(d, XS_WATCH, "data|w|", "OK|");
	xenstore_stop(d);
	memcpy(ring->req, &hdr, sizeof(hdr));
	memcpy(ring->req + sizeof(hdr), "data/late\0", 10);
	ring->req_cons = 0;
	ring->req_prod = sizeof(hdr) + 10;
	assert_false(xenstore_notified(d));
	assert_int_equal(ring->req_cons, 0);
	assert_false(xenstore_ask(d, "poweroff"));
	store_restart(d);
	is(d, XS_READ, "data/late|", "!ENOENT");
}

#define S(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
UNIT_MAIN(S(test_beginning), S(test_values), S(test_paths), S(test_permissions), S(test_questions), S(test_long_directory),
	  S(test_transaction), S(test_conflicts), S(test_removing_in_a_transaction), S(test_watches), S(test_watching_others),
	  S(test_watch_storm), S(test_domains_are_told_of), S(test_limits), S(test_memory), S(test_transaction_limit), S(test_names_that_are_alike),
	  S(test_bounded_work), S(test_bad_ring), S(test_reconnect), S(test_pieces), S(test_end),
	  S(test_end_of_the_initial_domain), S(test_devices), S(test_late_signal))
