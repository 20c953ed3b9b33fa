/* SPDX-License-Identifier: GPL-2.0 */
/* For the fuzzers: an input is read as a row of numbers, small ones made likely. */
#ifndef UNIT_FUZZ_H
#define UNIT_FUZZ_H

#include <stdlib.h>
#include <string.h>
#include "host.h"

static const uint8_t *input, *input_end;

static inline bool input_left(void)
{
	return input < input_end;
}

static inline u64 take(unsigned int bytes)
{
	u64 n = 0;

	while (bytes--)
		n = n << 8 | (input_left() ? *input++ : 0);
	return n;
}

static inline u64 number(u64 below)
{
	return take(below > 256 ? below > 65536 ? 4 : 2 : 1) % below;
}

/* A register's value: often one at an edge. */
static inline u64 value(void)
{
	u64 n = take(1);

	switch (n >> 6) {
	case 0:
		return n & 63;
	case 1:
		return (n & 1 ? ~0UL : 1UL) << (take(1) & 63);
	case 2:
		return GUEST_RAM_BASE + (n & 1 ? take(4) : take(1) << 12);
	default:
		return take(8);
	}
}

#define must(cond) do { if (!(cond)) host_die(#cond); } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
