/* SPDX-License-Identifier: GPL-2.0 */
/* For every test: cmocka, and a main() whose output is one TAP stream. */
#ifndef UNIT_UNIT_H
#define UNIT_UNIT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <unistd.h>
#include <cmocka.h>
#include "host.h"

/* What takes longer hangs. */
#define UNIT_SECONDS	120

static void unit_die(const char *why)
{
	fail_msg("%s", why);
}

#define UNIT_MAIN(...)								\
	int main(void)								\
	{									\
		const struct CMUnitTest tests[] = { __VA_ARGS__ };		\
										\
		alarm(UNIT_SECONDS);						\
		host_die = unit_die;						\
		cmocka_set_message_output(CM_OUTPUT_TAP);			\
		return cmocka_run_group_tests(tests, NULL, NULL);		\
	}
#define T(name) cmocka_unit_test(name)

/* The stub's console has this text since the last look. */
#define assert_printed(text)							\
	do {									\
		if (!strstr(host_output(), text))				\
			fail_msg("not printed: \"%s\" in:\n%s", text, host_output()); \
		host_output_clear();						\
	} while (0)

#endif
