#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# The real series with its options off: after each stage every object of the small configuration is what it was before,
# but for those that tests/series/objects.list names. "check --full" looks after each patch, and at defconfig.

. "$(dirname "$0")/../../scripts/tap.sh"
build=${PVOPS_BUILD:-$tap_top/build}
queue=${PVOPS_QUEUE:-$tap_top}
results=$build/results/off-small.tsv

run "$tap_top/scripts/check-off"
said 'options off: the series changes no code but what it says' 0 'objects'
if [ "$status" -ne 0 ]; then exit; fi
awk '/^# stage:/ { stage = $3 } /^[^#]/ { print stage }' "$queue/series" | sort -u >"$work/stages"
ok 'a row for each stage that has patches' cmp -s "$work/stages" <(sed 1d "$results" | cut -f 1 | sort)
fewest=$(sed 1d "$results" | cut -f 2 | sort -n | head -n 1)
ok "all objects were there to compare: $fewest" [ "${fewest:-0}" -gt 500 ]
