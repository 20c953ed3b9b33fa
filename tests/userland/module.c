// SPDX-License-Identifier: GPL-2.0
/*
 * Modules that lie in the initramfs are loaded, left alone for a while, and
 * unloaded: the kernel's torture tests run in between. And LKDTM, which is in the
 * kernel: it breaks it in the way it is told to.
 *
 *   pvops.modules=a,b	/lib/modules/a.ko, then b.ko
 *   pvops.params=x=1,y=2	for the last of them
 *   pvops.seconds=N	of the machine's time, between loading and unloading
 *   pvops.crash=TYPE	what LKDTM shall do, with pvops.cmd=crash
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init.h"

#define MODULES	8

static const char *load(const char *name, const char *params)
{
	char path[100];
	int fd;

	snprintf(path, sizeof(path), "/lib/modules/%s.ko", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return why("%s: %s", path, strerror(errno));
	if (syscall(SYS_finit_module, fd, params, 0))
		return why("module %s: %s", name, strerror(errno));
	close(fd);
	return NULL;
}

/* In a child: what kills who loads a module should not be the death of init. */
static const char *load_apart(const char *name, const char *params)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		const char *reason = load(name, params);

		if (reason)
			say("pvops-module: %s", reason);
		_exit(!!reason);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		return why("module %s: status 0x%x", name, status);
	return NULL;
}

const char *run_module(void)
{
	char modules[200] = "", params[200] = "", *name[MODULES], *save = NULL;
	const char *reason = NULL;
	int count = 0;

	if (option("modules"))
		snprintf(modules, sizeof(modules), "%s", option("modules"));
	if (option("params"))
		snprintf(params, sizeof(params), "%s", option("params"));
	for (char *p = params; (p = strchr(p, ',')); )
		*p = ' ';
	for (char *w = strtok_r(modules, ",", &save); w && count < MODULES; w = strtok_r(NULL, ",", &save))
		name[count++] = w;
	if (!count)
		return "no pvops.modules";
	for (int i = 0; i < count; i++) {
		reason = load_apart(name[i], i == count - 1 ? params : "");
		if (reason)
			return reason;
	}
	sleep(option_number("seconds", 0));
	for (int i = count; i-- > 0; )
		if (syscall(SYS_delete_module, name[i], O_NONBLOCK))
			return why("module %s cannot be unloaded: %s", name[i], strerror(errno));
	return NULL;
}

const char *run_crash(void)
{
	const char *type = option("crash");
	int fd;

	mount("debug", "/sys/kernel/debug", "debugfs", 0, NULL);
	fd = open("/sys/kernel/debug/provoke-crash/DIRECT", O_WRONLY);
	if (fd < 0)
		return "no LKDTM in this kernel";
	if (!type || write(fd, type, strlen(type)) < 0)
		return "LKDTM does not know that";
	return "the kernel lives on";
}
