/* SPDX-License-Identifier: GPL-2.0 */
/* include/xen/interface/memory.h includes it, and uses nothing of it. */
