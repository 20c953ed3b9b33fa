#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Boots in a row, of mixed modes and sizes (scripts/soak): 20 of them, more than a minute on two idle processors; with
# PVOPS_FULL=1 200.

. "$(dirname "$0")/boots.sh"

count=20
[ -z "${PVOPS_FULL:-}" ] || count=200
run pvops soak $count
said "$count boots in a row" 0 "$count boots, $count passed, 0 failed"

# What a run consists of, and what becomes of a boot that does not pass.
run pvops soak 200 --list
said 'a list of what would be booted' 0
ok 'all modes are in it' [ "$(grep -oE -- '--mode (native|hvm|pv)|pv_ops=native|--domain' <<<"$output" | sort -u | wc -l)" = 5 ]
ok 'and all stages' [ "$(cut -f 2 <<<"$output" | cut -d ' ' -f 1 | sort -u | wc -l)" = ${#stages[@]} ]
ok 'the same boot for the same seed' [ "$(pvops soak --list --only 7)" = "$(sed -n 7p <<<"$output")" ]
ok 'others for another' [ "$(pvops soak 200 --list --seed 2)" != "$output" ]
mkdir -p "$work/build"
ln -s "$build/userland" "$build/stub" "$work/build/"
PVOPS_BUILD=$work/build run pvops soak 2
said 'without a kernel every boot fails' 1 'boot 1: not started' '2 boots, 0 passed, 2 failed' 'soak --seed 1 --only 2'
run pvops soak none
said 'a number of boots' 2 "not 'none'"
