/* SPDX-License-Identifier: GPL-2.0 */
/* For libfdt, which includes it by this name. */
#include "std.h"
