// SPDX-License-Identifier: GPL-2.0
/*
 * pvops.cmd=kexec, kdump: another kernel is loaded and entered. It checks what this one would have: the same command
 * line again, but for the command.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kexec.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "init.h"

static const char *load(unsigned long flags, const char *more)
{
	char line[4096];
	int kernel = open("/kexec/Image", O_RDONLY | O_CLOEXEC);
	int initrd = open("/kexec/initrd", O_RDONLY | O_CLOEXEC);
	int len;

	if (kernel < 0 || initrd < 0)
		return "no /kexec/Image, or no /kexec/initrd, in this initramfs";
	/* what is read of a file ends with a newline */
	len = snprintf(line, sizeof(line), "%.*s %s", (int)strcspn(all_options(), "\n"), all_options(), more);
	if (len >= (int)sizeof(line))
		return "the command line is too long";
	if (syscall(SYS_kexec_file_load, kernel, initrd, len + 1, line, flags))
		return why("kexec_file_load: %s", strerror(errno));
	close(kernel);
	close(initrd);
	return NULL;
}

const char *cmd_kexec(void)
{
	const char *bad = load(0, "pvops.cmd=check");

	if (bad)
		return bad;
	say("pvops-kexec: now");
	reboot(RB_KEXEC);
	return why("reboot() came back: %s", strerror(errno));
}

/* The kernel after a crash has one CPU, and only the memory that was kept for it. */
const char *cmd_kdump(void)
{
	const char *bad = load(KEXEC_FILE_ON_CRASH, "pvops.cmd=check nr_cpus=1 pvops.cpus=1 pvops.mem=0");

	if (bad)
		return bad;
	say("pvops-kexec: now");
	return cmd_panic();
}
