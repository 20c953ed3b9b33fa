// SPDX-License-Identifier: GPL-2.0
/* xenstore, by the kernel's device for it. */
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "init.h"
#include "store.h"

static struct { unsigned int type, id, tx, len; char data[4096]; } message;
static char event[100];		/* the path of one that came with an answer */
static int store = -1;

bool store_open(void)
{
	unsigned int major, minor;
	char dev[32], *colon;

	if (read_file("/sys/class/misc/xen!xenbus/dev", dev, sizeof(dev)) <= 0)
		return false;
	colon = strchr(dev, ':');
	major = atoi(dev);
	minor = colon ? atoi(colon + 1) : 0;
	mknod("/tmp/xenbus", S_IFCHR | 0600, makedev(major, minor));
	store = open("/tmp/xenbus", O_RDWR | O_CLOEXEC);
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

const char *store_ask(unsigned int type, unsigned int tx, const char *what)
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
	if (write(store, &message, size + len) == (ssize_t)(size + len)) {
		while (receive()) {
			if (message.type != XS_WATCH_EVENT)
				return message.data;
			snprintf(event, sizeof(event), "%.90s", message.data);
		}
	}
	message.type = XS_ERROR;
	strcpy(message.data, "no answer");
	return message.data;
}

bool store_failed(void)
{
	return message.type == XS_ERROR;
}

const char *store_data(void)
{
	return message.data;
}

unsigned int store_len(void)
{
	return message.len;
}

bool store_told(const char *path)
{
	bool right;

	if (!event[0] && receive() && message.type == XS_WATCH_EVENT)
		snprintf(event, sizeof(event), "%.90s", message.data);
	right = !strcmp(event, path);
	if (right)
		event[0] = 0;
	return right;
}

const char *store_event(void)
{
	return event;
}

void store_wait(int ms)
{
	struct pollfd p = { .fd = store, .events = POLLIN };

	if (event[0])
		ms = 0;
	event[0] = 0;
	while (poll(&p, 1, ms) > 0 && receive())
		ms = 0;
}

const char *store_get(const char *fmt, ...)
{
	char path[200];
	va_list args;

	va_start(args, fmt);
	vsnprintf(path, sizeof(path) - 1, fmt, args);
	va_end(args);
	strcat(path, "|");
	store_ask(XS_READ, 0, path);
	return store_failed() ? NULL : message.data;
}

bool store_put_beside(const char *dir, const char *other, const char *name, const char *value)
{
	unsigned int tx = atoi(store_ask(XS_TRANSACTION_START, 0, "|"));
	char what[300];
	bool there;

	snprintf(what, sizeof(what), "%s/%s|", dir, other);
	store_ask(XS_READ, tx, what);
	there = !store_failed();
	snprintf(what, sizeof(what), "%s/%s|%s", dir, name, value);
	if (there)
		store_ask(XS_WRITE, tx, what);
	there = there && !store_failed();
	store_ask(XS_TRANSACTION_END, tx, there ? "T|" : "F|");
	return there && !store_failed();
}
