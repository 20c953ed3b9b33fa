/* SPDX-License-Identifier: GPL-2.0 */
/* For libfdt: what it takes from here. */
#define INT_MAX		__INT_MAX__
#define UINT_MAX	(__INT_MAX__ * 2U + 1)
