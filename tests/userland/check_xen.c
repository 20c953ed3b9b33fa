// SPDX-License-Identifier: GPL-2.0
/*
 * Checks: what a guest of Xen has. pvops.xen=yes: it is one; pvops.xen=events: it has event channels as well;
 * pvops.xen=no: nothing may say so; pvops.xen=store: events, and a xenstore that answers. Without it: whatever it is, it must fit together.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "init.h"
#include "store.h"

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

static const char *check_store(void)
{
	unsigned int tx;

	if (!store_open())
		return "no device for xenstore";
	if (atoi(store_ask(XS_READ, 0, "domid|")) < 1)
		return why("domid is '%s'", store_data());
	store_ask(XS_WATCH, 0, "data/pvops|token|");
	if (!store_told("data/pvops"))
		return why("no first event but '%s'", store_event());
	tx = atoi(store_ask(XS_TRANSACTION_START, 0, "|"));
	if (strcmp(store_ask(XS_WRITE, tx, "data/pvops/in|1"), "OK") || strcmp(store_ask(XS_READ, 0, "data/pvops/in|"), "ENOENT"))
		return why("a transaction's write: '%s'", store_data());
	if (strcmp(store_ask(XS_TRANSACTION_END, tx, "T|"), "OK"))
		return why("a transaction's end: '%s'", store_data());
	if (!store_told("data/pvops/in"))
		return why("no event but '%s'", store_event());
	if (strcmp(store_ask(XS_READ, 0, "data/pvops/in|"), "1"))
		return why("what was written is '%s'", store_data());
	return NULL;
}

/* Others have their devices of the same domain, and mean ill: as long as there is one, and once more after that. */
const char *check_until(void)
{
	long rounds = 0, domain = option_number("until", -1);
	const char *bad = NULL;
	char what[24];
	bool gone;

	if (domain < 0)
		return "SKIP pvops.until= names no domain";
	if (!store_open())
		return "no device for xenstore";
	snprintf(what, sizeof(what), "%ld|", domain);
	do {
		gone = !strcmp(store_ask(XS_IS_DOMAIN_INTRODUCED, 0, what), "F");
		bad = disk_again() ?: net_again();
		rounds++;
	} while (!gone && !bad);
	say("pvops-xen: %ld rounds until domain %ld was gone", rounds, domain);
	return bad;
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
