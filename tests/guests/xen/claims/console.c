// SPDX-License-Identifier: GPL-2.0
/* console_io. That writing works is seen by whoever reads this line. */
#include "xt.h"

CLAIM("console.write.nothing", "0 bytes may be written", 0)
{
	return console_op(CONSOLEIO_write, 0, "");
}

CLAIM("console.write.nothing-from-nowhere", "and from anywhere, as nothing is read", 0)
{
	return console_op(CONSOLEIO_write, 0, AT_UNMAPPED);
}

CLAIM("console.write.null", "writing from address 0, where nothing is", -XEN_EFAULT)
{
	return console_op(CONSOLEIO_write, 4, NULL);
}

CLAIM("console.write.unmapped", "writing from memory that is not mapped", -XEN_EFAULT)
{
	return console_op(CONSOLEIO_write, 4, AT_UNMAPPED);
}

CLAIM("console.write.read-only", "a read-only page is good enough to write from", 0)
{
	return console_op(CONSOLEIO_write, 0, AT_RO);
}

CLAIM("console.write.crossing", "a text across the end of a page", 0)
{
	char *p = crossing(8);

	memcpy(p, "# cross\n", 8);
	return console_op(CONSOLEIO_write, 8, p);
}

CLAIM("console.write.huge-count", "more than there is mapped cannot be read", -XEN_EFAULT)
{
	memcpy((void *)(AT_HOLE - 8), "# short\n", 8);
	return console_op(CONSOLEIO_write, 0x1000, AT_HOLE - 8);
}

CLAIM("console.read", "who may write may read what was typed: nothing was", 0)
{
	return console_op(CONSOLEIO_read, 16, page_get());
}

CLAIM("console.read.nothing", "reading 0 bytes", 0)
{
	return console_op(CONSOLEIO_read, 0, AT_UNMAPPED);
}

CLAIM("console.unknown-op", "there is no third op", -XEN_ENOSYS)
{
	return console_op(2, 1, page_get());
}

CLAIM("console.unknown-op.huge", "nor a last one", -XEN_ENOSYS)
{
	return console_op(-1UL, 1, page_get());
}
