// SPDX-License-Identifier: GPL-2.0
/*
 * pvops.cmd=driver: the domain whose devices the others have. Linux has the back ends; what Xen's hotplug scripts and its
 * daemon do beside them is here: a block device's number is looked up, a guest's network interface is put on the
 * bridge. It ends when no other domain is left.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "init.h"
#include "store.h"

#define BRIDGE	"xenbr0"

/* backend/KIND/DOMAIN/HANDLE of one */
struct device { const char *kind, *domain, *handle; };

static int net = -1;
static int wanted;	/* devices, by xenstore */

/* A node of the device, if that is still there. */
static bool put(const struct device *d, const char *name, const char *value)
{
	char dir[100];

	snprintf(dir, sizeof(dir), "backend/%.10s/%.20s/%.20s", d->kind, d->domain, d->handle);
	return store_put_beside(dir, "state", name, value);
}

static bool fatal(const struct device *d, const char *what)
{
	say("pvops-driver: %s %s of domain %s: %s", d->kind, d->handle, d->domain, what);
	return put(d, "hotplug-error", what) && put(d, "hotplug-status", "error");
}

static bool connected(const struct device *d)
{
	if (!put(d, "hotplug-status", "connected"))
		return false;
	say("pvops-driver: %s %s of domain %s is served", d->kind, d->handle, d->domain);
	return true;
}

/* blkback waits for the number of its block device. */
static bool serve_vbd(const struct device *d)
{
	const char *params = store_get("backend/vbd/%s/%s/params", d->domain, d->handle);
	char number[32];
	struct stat st;

	if (!params)
		return true;
	if (stat(params, &st) || !S_ISBLK(st.st_mode))
		return fatal(d, "no such block device");
	snprintf(number, sizeof(number), "%x:%x", major(st.st_rdev), minor(st.st_rdev));
	return put(d, "physical-device", number) && connected(d);
}

static bool to_bridge(const char *name)
{
	struct ifreq req = { .ifr_ifindex = if_nametoindex(name) };

	strcpy(req.ifr_name, BRIDGE);
	return req.ifr_ifindex && (!ioctl(net, SIOCBRADDIF, &req) || errno == EBUSY) && !net_up(name, NULL);
}

/* netback makes the interface, after the device has been seen here, and waits for it to be somewhere. */
static bool serve_vif(const struct device *d)
{
	char name[IFNAMSIZ];

	/* A domain that has started again has a directory NUMBER-STARTS. */
	snprintf(name, sizeof(name), "vif%d.%.4s", atoi(d->domain), d->handle);
	if (!if_nametoindex(name))
		return false;
	return to_bridge(name) ? connected(d) : fatal(d, "not to be had on the bridge");
}

/* The names below a node, for the function; what it says comes back, true if all of them said so. */
static bool each(bool (*f)(struct device *d, const char *name), struct device *d, const char *path)
{
	char names[4096];
	unsigned int len;
	bool all = true;

	store_ask(XS_DIRECTORY, 0, path);
	if (store_failed())
		return true;
	len = store_len();
	memcpy(names, store_data(), len + 1);
	for (char *name = names; name < names + len; name += strlen(name) + 1)
		all &= f(d, name);
	return all;
}

/*
 * True: nothing more to do for it now. Until the back end has left the first state it has not seen the device, and what
 * has its name may be that of the domain's life before; then it waits in the second one. Closing, it takes away what was written here.
 */
static bool serve(struct device *d, const char *handle)
{
	const char *value = store_get("backend/%s/%s/%s/state", d->kind, d->domain, handle);
	int state = value ? atoi(value) : 0;

	d->handle = handle;
	wanted += state != 0;
	if (state > 2 || !state || store_get("backend/%s/%s/%s/hotplug-status", d->kind, d->domain, handle))
		return true;
	if (state == 1)
		return false;
	return strcmp(d->kind, "vif") ? serve_vbd(d) : serve_vif(d);
}

static bool serve_domain(struct device *d, const char *domain)
{
	char path[64];

	d->domain = domain;
	snprintf(path, sizeof(path), "backend/%s/%.20s|", d->kind, domain);
	return each(serve, d, path);
}

static bool is_this(struct device *d, const char *domain)
{
	return !strcmp(domain, d->domain);
}

/* For a second: a domain that starts again is not there for a moment. */
static bool alone(void)
{
	struct device d = { .domain = "0" };

	for (int i = 0; i < 10; i++) {
		if (!each(is_this, &d, "/local/domain|"))
			return false;
		usleep(100000);
	}
	return true;
}

/* A line of /proc/meminfo, in KiB. */
static long meminfo(const char *name)
{
	static char text[4096];
	char *line;

	if (read_file("/proc/meminfo", text, sizeof(text)) <= 0)
		return -1;
	line = strstr(text, name);
	return line ? atol(line + strlen(name)) : -1;
}

/*
 * True: the back ends' drivers have what xenstore has, and nothing more of those that are gone. How much that is, and what it takes
 * of this domain, is said when it changes.
 */
static bool settled(void)
{
	DIR *dir = opendir("/sys/bus/xen-backend/devices");
	static int last;
	int have = 0;

	if (!dir)
		return true;
	for (struct dirent *e; (e = readdir(dir));)
		have += e->d_name[0] != '.';
	closedir(dir);
	if (have != wanted)
		return false;
	if (have != last)
		say("pvops-driver: %d devices are served, memory available %ld KiB, slab %ld KiB and %ld KiB of caches", have,
		    meminfo("MemAvailable:"), meminfo("SUnreclaim:"), meminfo("SReclaimable:"));
	last = have;
	return true;
}

static void serve_all(void)
{
	struct device vbd = { .kind = "vbd" }, vif = { .kind = "vif" };
	bool done;

	store_ask(XS_WATCH, 0, "backend|devices|");
	store_ask(XS_WATCH, 0, "@releaseDomain|gone|");
	do {
		wanted = 0;
		done = each(serve_domain, &vbd, "backend/vbd|");
		done &= each(serve_domain, &vif, "backend/vif|");
		done &= settled();
		store_wait(done ? -1 : 50);
	} while (!alone());
}

/* Interfaces of the machine are on it from the beginning. A port forwards at once: there are no loops here. */
static const char *make_bridge(void)
{
	const char *address = option("net");
	int fd;

	net = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (net < 0 || (ioctl(net, SIOCBRADDBR, BRIDGE) && errno != EEXIST))
		return why("no bridge: %s", strerror(errno));
	fd = open("/sys/class/net/" BRIDGE "/bridge/forward_delay", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0", 1) != 1)
		return "the bridge cannot be configured";
	close(fd);
	if (if_nametoindex("eth0") && !to_bridge("eth0"))
		return "eth0 does not go on the bridge";
	return net_up(BRIDGE, address);
}

/* With pvops.then= it goes on by itself, and something else may be done in front of it. */
const char *cmd_driver(void)
{
	const char *bad = make_bridge();

	if (bad)
		return bad;
	if (option("then") && fork())
		return NULL;
	if (!store_open())
		return "no device for xenstore";
	serve_all();
	return NULL;
}
