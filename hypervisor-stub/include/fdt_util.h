/* SPDX-License-Identifier: GPL-2.0 */
/* Reading properties with libfdt; core/machine.c. A property that is not there or too short is never followed. */
#ifndef STUB_FDT_UTIL_H
#define STUB_FDT_UTIL_H

#include <libfdt.h>
#include "types.h"

u64 fdt_cells(const fdt32_t *p, int n);
bool fdt_read_reg(const void *fdt, int node, unsigned int index, u64 *addr, u64 *size);
bool fdt_read_number(const void *fdt, int node, const char *name, u64 *v);
const char *fdt_read_string(const void *fdt, int node, const char *name);
bool fdt_address_is_plain(int node);
bool fdt_is(const void *fdt, int node, const char *compatible);

#endif
