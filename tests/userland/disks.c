// SPDX-License-Identifier: GPL-2.0
/*
 * pvops.cmd=flush: blocks are written to the disk pvops.disk=NAME and flushed, again and again (with pvops.pause= milliseconds
 * between; with pvops.noflush=1 the disk is sent none), and each time the console is told. pvops.cmd=cycle: a life, one of many, that has devices and uses them: it begins with
 * what the life before has flushed, and ends by itself, by a restart, or not at all, in turns.
 *
 * Block 0 begins with the number of the life. Each life has a region of its own (cycle: one of a few). Flush N is of 1 to 8 blocks
 * behind those of the one before, from the front again where the region ends. Each sector says whose it is:
 * tests/boot/flushed has the same rules for the host.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "init.h"

#define BLOCK		4096UL
#define REGION		2048UL		/* blocks */
#define MAGIC		0x766f705f68736c66UL
#define REGIONS		4		/* of cycle */
#define CYCLE_FLUSHES	6

struct sector { uint64_t magic, life, flush, number, fill[60]; };

static struct { const char *name; int cached, direct; unsigned int life, region; uint64_t flush, at; } disk;
static struct sector block[BLOCK / sizeof(struct sector)] __attribute__((aligned(BLOCK)));

static void fill(uint64_t number, uint64_t life, uint64_t flush)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(block); i++) {
		struct sector *s = &block[i];

		s->magic = MAGIC;
		s->life = life;
		s->flush = flush;
		s->number = number * ARRAY_SIZE(block) + i;
		for (unsigned int k = 0; k < ARRAY_SIZE(s->fill); k++)
			s->fill[k] = mix(life << 48 ^ flush << 32 ^ s->number << 8 ^ k);
	}
}

static uint64_t blocks_of(uint64_t n)
{
	return 1 + n * 5 % 8;
}

/* The block of the disk that is number @i of this flush. */
static uint64_t place(uint64_t i)
{
	return disk.region * REGION + disk.at + i;
}

/* The next flush: where it begins. */
static void next(void)
{
	disk.at = disk.flush ? disk.at + blocks_of(disk.flush) : 0;
	disk.flush++;
	if (disk.at + blocks_of(disk.flush) > REGION)
		disk.at = 0;
}

static void enter(unsigned int region)
{
	disk.region = region;
	disk.flush = 0;
}

/* By the page cache and past it, in turns. */
static const char *flush(void)
{
	int fd;

	next();
	fd = disk.flush & 1 ? disk.cached : disk.direct;
	for (uint64_t i = 0; i < blocks_of(disk.flush); i++) {
		fill(place(i), disk.life, disk.flush);
		if (pwrite(fd, block, BLOCK, place(i) * BLOCK) != (ssize_t)BLOCK)
			return why("%s: write: %s", disk.name, strerror(errno));
	}
	if (fdatasync(fd))
		return why("%s: flush: %s", disk.name, strerror(errno));
	return NULL;
}

/* What the next flush of that life has written is there. */
static const char *look(unsigned int life)
{
	static struct sector got[ARRAY_SIZE(block)] __attribute__((aligned(BLOCK)));

	next();
	for (uint64_t i = 0; i < blocks_of(disk.flush); i++) {
		if (pread(disk.direct, got, BLOCK, place(i) * BLOCK) != (ssize_t)BLOCK)
			return why("%s: read: %s", disk.name, strerror(errno));
		fill(place(i), life, disk.flush);
		if (memcmp(got, block, BLOCK))
			return why("%s: block %lu of life %u is not what was flushed", disk.name, place(i), life);
	}
	return NULL;
}

static const char *begin(void)
{
	static char path[32];

	disk.cached = open_device(option("disk") ?: "none", path);
	disk.name = path;
	disk.direct = open(path, O_RDWR | O_DIRECT);
	if (disk.direct < 0 || pread(disk.direct, block, BLOCK, 0) != (ssize_t)BLOCK)
		return why("%s: %s", path, strerror(errno));
	disk.life = ++block[0].magic;
	if (pwrite(disk.direct, block, BLOCK, 0) != (ssize_t)BLOCK || fdatasync(disk.direct))
		return why("%s: write: %s", path, strerror(errno));
	return NULL;
}

/* The kernel is told that the disk keeps nothing back: then it sends it no flushes, for a test that has to fail. */
static void send_no_flushes(void)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/sys/block/%s/queue/write_cache", disk.name + strlen("/dev/"));
	fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, "write through", 13) != 13)
		say("pvops-flush: %s: %s", path, strerror(errno));
	close(fd);
}

const char *cmd_flush(void)
{
	const char *bad = begin();

	if (bad)
		return bad;
	if (option_number("noflush", 0))
		send_no_flushes();
	say("pvops-flush: life %u begins", disk.life);
	enter(disk.life);
	while (!(bad = flush())) {
		say("pvops-flush: life %u: %lu is flushed", disk.life, disk.flush);
		usleep(option_number("pause", 0) * 1000);
	}
	say("pvops-flush: life %u: %s", disk.life, bad);
	return bad;
}

/* Some flushes of the life before, if there is any, and some of this one. */
static const char *use_disk(void)
{
	const char *bad = NULL;

	enter(1 + (disk.life - 1) % REGIONS);
	while (!bad && disk.life > 1 && disk.flush < CYCLE_FLUSHES)
		bad = look(disk.life - 1);
	enter(1 + disk.life % REGIONS);
	while (!bad && disk.flush < CYCLE_FLUSHES)
		bad = flush();
	enter(1 + disk.life % REGIONS);
	while (!bad && disk.flush < CYCLE_FLUSHES)
		bad = look(disk.life);
	return bad;
}

const char *cmd_cycle(void)
{
	const char *bad = begin(), *peer;

	if (!bad)
		bad = use_disk();
	if (!bad)
		bad = net_up("eth0", option("net"));
	peer = strdup(option("peer") ?: "none");
	if (!bad)
		bad = net_ping(peer);
	if (bad)
		return bad;
	say("pvops-cycle: life %u is at work", disk.life);
	switch (disk.life % 3) {
	case 0:		/* a restart, every other time one that no driver hears of */
		close(open(disk.life & 1 ? AGAIN : AGAIN_AT_ONCE, O_CREAT | O_WRONLY, 0600));
		return NULL;
	case 1:		/* until it is destroyed; what it has begun with stays */
		while (!bad) {
			bad = disk.at < REGION - 16 ? flush() : NULL;
			if (!bad)
				bad = net_ping(peer);
		}
		return bad;
	}
	return NULL;
}
