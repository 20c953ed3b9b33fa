#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# The tour of the stub: every stop is there, comments are shown with what they are about, and wrong words are told.

. "$(dirname "$0")/../../scripts/tap.sh"

run "$tap_top/pvops" tour --list
ok 'the stops' [ "$status" = 0 ]
ok 'it begins with the boot order' grep -q '^  1  arch/setup.c ' <<<"$output"
# shellcheck disable=SC2016 # these quotes are Markdown's
ok 'all that the page names' [ "$(wc -l <<<"$output")" = "$(sed '/^## /q' "$tap_top/docs/stub.md" | grep -oE '`[a-z]+/[a-z0-9_]+\.[cSh]`' | wc -l)" ]

run "$tap_top/pvops" tour arch/traps.c
ok 'one stop' [ "$(grep -c '^\[' <<<"$output")" = 1 ]
ok 'what the file is for' grep -q 'What a trap from a guest leads to' <<<"$output"
ok 'a comment, and what it belongs to' grep -qA1 'Returns who runs' <<<"$output"
ok 'which is the next line' [ "$(grep -A1 'Returns who runs' <<<"$output" | grep -c 'leave_stub(')" = 1 ]
ok 'no other code' [ -z "$(grep 'switch (' <<<"$output")" ]

run "$tap_top/pvops" tour arch/nowhere.c
ok 'a stop that is not there' [ "$status" = 2 ]
