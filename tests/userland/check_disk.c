// SPDX-License-Identifier: GPL-2.0
/*
 * Checks: a disk. pvops.lives=NAME:N: the guest starts again until it has lived N times. pvops.disk=NAME:SUM: /dev/NAME has the
 * checksum that cksum(1) says on the host. Its last part is then written, all of it pvops.write=BYTE, for the host to look at
 * afterwards.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
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

/* /dev/NAME, which ends at a colon. It may yet come: another domain serves it. */
int open_device(const char *name, char path[32])
{
	int fd;

	snprintf(path, 32, "/dev/%.*s", (int)strcspn(name, ":"), name);
	for (int i = 0; (fd = open(path, O_RDWR)) < 0 && i < 3000; i++)
		usleep(10000);
	return fd;
}

/* The disk of NAME:NUMBER. */
static const char *open_disk(const char *disk, char path[32], const char **number, int *fd)
{
	const char *colon = strchr(disk, ':');

	if (!colon)
		return why("%s: no number", disk);
	*number = colon + 1;
	*fd = open_device(disk, path);
	return *fd < 0 ? why("%s: %s", path, strerror(errno)) : NULL;
}

/*
 * The first byte counts the lives. What is flushed is there in the next, which every other time begins with no word to
 * whoever serves the disk: a restart in the middle of it all.
 */
const char *check_lives(void)
{
	const char *disk = option("lives"), *number, *error;
	unsigned char life;
	char path[32];
	int fd;

	if (!disk)
		return "SKIP pvops.lives= names no disk";
	error = open_disk(disk, path, &number, &fd);
	if (error)
		return error;
	if (pread(fd, &life, 1, 0) != 1 || ++life > atoi(number))
		return "the disk does not say which life this is";
	if (pwrite(fd, &life, 1, 0) != 1 || fsync(fd))
		return why("%s: write: %s", path, strerror(errno));
	say("pvops-disk: life %d of %s", life, number);
	if (life < atoi(number))
		close(open(life & 1 ? AGAIN : AGAIN_AT_ONCE, O_CREAT | O_WRONLY, 0600));
	return NULL;
}

const char *check_disk(void)
{
	const char *disk = option("disk"), *error, *sum;
	char path[32];
	int fd;

	if (!disk)
		return "SKIP pvops.disk= names none";
	error = open_disk(disk, path, &sum, &fd);
	if (error)
		return error;
	error = check_sum(fd, strtoul(sum, NULL, 10));
	if (!error && option("write"))
		error = check_write(fd, path, option_number("write", 0));
	close(fd);
	say("pvops-disk: %ld interrupts are events", interrupts("xen-pirq"));
	return error;
}

/* What check_disk() has written is there still, and can be written anew. */
const char *disk_again(void)
{
	const char *disk = option("disk"), *error, *sum;
	char path[32];
	int fd;

	if (!disk)
		return NULL;
	error = open_disk(disk, path, &sum, &fd);
	if (error)
		return error;
	error = check_write(fd, path, option_number("write", 0));
	close(fd);
	return error;
}
