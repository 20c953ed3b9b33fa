// SPDX-License-Identifier: GPL-2.0
/*
 * Checks: a disk. pvops.disk=NAME:SUM: /dev/NAME has the checksum that cksum(1) says on the host. Its last part is then
 * written, all of it pvops.write=BYTE, for the host to look at afterwards.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "init.h"

#define CHUNK	(64UL << 10)
#define PART	(1L << 20)

static unsigned char buf[CHUNK] __attribute__((aligned(4096)));

static uint32_t crc_byte(uint32_t crc, unsigned char byte)
{
	crc ^= (uint32_t)byte << 24;
	for (int i = 0; i < 8; i++)
		crc = crc << 1 ^ (crc >> 31 ? 0x04c11db7 : 0);
	return crc;
}

/* As POSIX has it: the length counts as well. */
static const char *check_sum(int fd, uint32_t want)
{
	uint64_t size = 0;
	uint32_t crc = 0;
	ssize_t n;

	while ((n = read(fd, buf, CHUNK)) > 0) {
		for (ssize_t i = 0; i < n; i++)
			crc = crc_byte(crc, buf[i]);
		size += n;
	}
	if (n < 0)
		return why("read: %s", strerror(errno));
	for (; size; size >>= 8)
		crc = crc_byte(crc, size);
	return ~crc == want ? NULL : why("the checksum is %u, not %u", ~crc, want);
}

/* Written, flushed, and read again past the page cache. */
static const char *check_write(int fd, const char *path, unsigned char byte)
{
	off_t at = lseek(fd, -PART, SEEK_END);

	memset(buf, byte, CHUNK);
	for (long i = 0; i < PART; i += CHUNK)
		if (pwrite(fd, buf, CHUNK, at + i) != (ssize_t)CHUNK)
			return why("write: %s", strerror(errno));
	if (fsync(fd))
		return why("fsync: %s", strerror(errno));
	fd = open(path, O_RDONLY | O_DIRECT);
	for (long i = 0; i < PART; i += CHUNK) {
		memset(buf, ~byte, CHUNK);
		if (pread(fd, buf, CHUNK, at + i) != (ssize_t)CHUNK)
			return why("direct read: %s", strerror(errno));
		for (unsigned long k = 0; k < CHUNK; k++)
			if (buf[k] != byte)
				return why("byte %ld of what was written is %u", i + k, buf[k]);
	}
	close(fd);
	return NULL;
}

const char *check_disk(void)
{
	const char *disk = option("disk"), *error;
	char path[32] = "/dev/", *sum;
	int fd;

	if (!disk)
		return "SKIP pvops.disk= names none";
	strncat(path, disk, sizeof(path) - 6);
	sum = strchr(path, ':');
	if (!sum)
		return why("pvops.disk=%s: no checksum", disk);
	*sum++ = 0;
	/* It may yet come: another domain serves it. */
	for (int i = 0; (fd = open(path, O_RDWR)) < 0 && i < 1000; i++)
		usleep(10000);
	if (fd < 0)
		return why("%s: %s", path, strerror(errno));
	error = check_sum(fd, strtoul(sum, NULL, 10));
	if (!error && option("write"))
		error = check_write(fd, path, option_number("write", 0));
	close(fd);
	say("pvops-disk: %ld interrupts are events", interrupts("xen-pirq"));
	return error;
}
