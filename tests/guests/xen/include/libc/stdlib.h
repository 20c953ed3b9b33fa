/* SPDX-License-Identifier: GPL-2.0 */
/* For libfdt, which includes it and uses nothing of it. */
