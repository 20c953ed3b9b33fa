// SPDX-License-Identifier: GPL-2.0
/* Guest page tables, accesses and fences in any order: ../paging.c has the reference. */
#include "fuzz.h"
#include "paging.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const u32 asids[] = { 0xffff, 0, 3, 16 };
	struct paging_config cfg;

	input = data;
	input_end = data + size;
	cfg.shadow_pages = SHADOW_MIN_PAGES + number(64);
	cfg.vcpus = 1 + number(2);
	cfg.harts = 1 + number(2);
	cfg.asid_max = asids[number(4)];
	cfg.copies = number(2) * (1 + number(8));
	for (unsigned int i = 0; i < ARRAY_SIZE(cfg.levels); i++)
		cfg.levels[i] = 3 + number(3);
	paging_start(&cfg, number);
	while (input_left())
		paging_step();
	paging_end();
	return 0;
}
