// SPDX-License-Identifier: GPL-2.0
/*
 * Checks: what a guest of Xen has. pvops.xen=yes: it is one; pvops.xen=events: it has event channels as well;
 * pvops.xen=no: nothing may say so; pvops.xen=store: events, and a xenstore that answers. Without it: whatever it is, it must fit together.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "init.h"

/* How often the interrupt whose line has @name came, on all CPUs; -1: there is none. */
long interrupts(const char *name)
{
	char buf[8192], *line, *end;
	long sum = 0;

	if (read_file("/proc/interrupts", buf, sizeof(buf)) <= 0)
		return -1;
	for (line = strtok(buf, "\n"); line; line = strtok(NULL, "\n")) {
		char *p = strchr(line, ':');

		if (!p || !strstr(p, name))
			continue;
		for (p++; ; p = end) {
			long n = strtol(p, &end, 10);

			if (end == p)
				return sum;
			sum += n;
		}
	}
	return -1;
}

static const char *check_hypervisor(void)
{
	char major[16], minor[16];

	if (read_file("/sys/hypervisor/version/major", major, sizeof(major)) <= 0 ||
	    read_file("/sys/hypervisor/version/minor", minor, sizeof(minor)) <= 0)
		return "no version in /sys/hypervisor";
	if (atoi(major) != 4 || atoi(minor) < 17)
		return why("version %s.%s", major, minor);
	return NULL;
}

/* What is written to the console makes the hypervisor signal that it has taken it. */
static const char *check_events(void)
{
	long events = interrupts(" events"), console = interrupts("hvc_console");

	if (events < 0 || console < 0)
		return "no events, or no console that has them, in /proc/interrupts";
	for (int i = 0; i < 100; i++) {
		say("pvops-xen: events %ld, of the console %ld", interrupts(" events"), interrupts("hvc_console"));
		if (interrupts(" events") > events && interrupts("hvc_console") > console)
			return NULL;
		usleep(10000);
	}
	return why("events %ld, of the console %ld, and no more came", events, console);
}

/* --- xenstore, by the kernel's device for it; messages as of xen/interface/io/xs_wire.h --- */

enum { XS_READ = 2, XS_WATCH = 4, XS_TRANSACTION_START = 6, XS_TRANSACTION_END = 7, XS_WRITE = 11, XS_WATCH_EVENT = 15,
       XS_ERROR = 16 };

static struct { unsigned int type, id, tx, len; char data[4096]; } message;
static char event[100];		/* the path of one that came with an answer */
static int store = -1;

static bool open_store(void)
{
	unsigned int major, minor;
	char dev[32], *colon;

	if (read_file("/sys/class/misc/xen!xenbus/dev", dev, sizeof(dev)) <= 0)
		return false;
	colon = strchr(dev, ':');
	major = atoi(dev);
	minor = colon ? atoi(colon + 1) : 0;
	mknod("/tmp/xenbus", S_IFCHR | 0600, makedev(major, minor));
	store = open("/tmp/xenbus", O_RDWR);
	return store >= 0;
}

static bool receive(void)
{
	size_t size = offsetof(typeof(message), data);

	if (read(store, &message, size) != (ssize_t)size || message.len >= sizeof(message.data))
		return false;
	for (size_t n = 0; n < message.len;) {
		ssize_t got = read(store, message.data + n, message.len - n);

		if (got <= 0)
			return false;
		n += got;
	}
	message.data[message.len] = 0;
	return true;
}

/* The answer to a request whose zeros are written as |; an error by its name. */
static const char *ask(unsigned int type, unsigned int tx, const char *what)
{
	size_t size = offsetof(typeof(message), data), len = strlen(what);

	message.type = type;
	message.id = 7;
	message.tx = tx;
	message.len = len;
	memcpy(message.data, what, len);
	for (size_t i = 0; i < len; i++)
		if (what[i] == '|')
			message.data[i] = 0;
	if (write(store, &message, size + len) != (ssize_t)(size + len))
		return "the kernel takes no request";
	while (receive()) {
		if (message.type != XS_WATCH_EVENT)
			return message.data;
		snprintf(event, sizeof(event), "%.90s", message.data);
	}
	return "no answer";
}

/* The event may have come before the answer. */
static bool told(const char *path)
{
	bool right;

	if (!event[0] && receive() && message.type == XS_WATCH_EVENT)
		snprintf(event, sizeof(event), "%.90s", message.data);
	right = !strcmp(event, path);
	if (right)
		event[0] = 0;
	return right;
}

static const char *check_store(void)
{
	unsigned int tx;

	if (!open_store())
		return "no device for xenstore";
	if (atoi(ask(XS_READ, 0, "domid|")) < 1)
		return why("domid is '%s'", message.data);
	ask(XS_WATCH, 0, "data/pvops|token|");
	if (!told("data/pvops"))
		return why("no first event but '%s'", event);
	tx = atoi(ask(XS_TRANSACTION_START, 0, "|"));
	if (strcmp(ask(XS_WRITE, tx, "data/pvops/in|1"), "OK") || strcmp(ask(XS_READ, 0, "data/pvops/in|"), "ENOENT"))
		return why("a transaction's write: '%s'", message.data);
	if (strcmp(ask(XS_TRANSACTION_END, tx, "T|"), "OK"))
		return why("a transaction's end: '%s'", message.data);
	if (!told("data/pvops/in"))
		return why("no event but '%s'", event);
	if (strcmp(ask(XS_READ, 0, "data/pvops/in|"), "1"))
		return why("what was written is '%s'", message.data);
	return NULL;
}

const char *check_xen(void)
{
	const char *want = option("xen"), *bad;
	char type[16] = "";
	bool xen = read_file("/sys/hypervisor/type", type, sizeof(type)) > 0 && !strncmp(type, "xen", 3);

	if (!xen)
		return want && strcmp(want, "no") ? "no /sys/hypervisor/type, or not xen" : "SKIP not a guest of Xen";
	if (want && !strcmp(want, "no"))
		return "it says that it is a guest of Xen";
	bad = check_hypervisor();
	if (!bad && want && (!strcmp(want, "events") || !strcmp(want, "store")))
		bad = check_events();
	if (!bad && want && !strcmp(want, "store"))
		bad = check_store();
	return bad;
}
