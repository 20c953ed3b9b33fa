#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# ./pvops bench --devices: a large transfer by blkfront and blkback holds its limit, and a figure that does not is found.
# All rows, in all ways, when PVOPS_FULL is set. What is measured twice is the same.
# shellcheck disable=SC2016 # what is in single quotes is for awk

. "$(dirname "$0")/boots.sh"

some=(--rows disk-cached-128k --ways 'native,hvm,pv')
[ -z "${PVOPS_FULL:-}" ] || some=()
run pvops bench --devices "${some[@]}" --output "$work/devices"
said 'large transfers hold the limits' 0 'disk-cached-128k' 'of native' 'hypercalls'
printf '%s\n' "$output" | sed 's/^/# /'
figure() { awk -F '\t' -v r="$1" -v w="$2" -v c="$3" '$1 == r && $2 == w { print $c }' "$work/devices/devices.tsv"; }
for way in native hvm pv; do
	ok "$way: instructions" awk -v n="$(figure disk-cached-128k $way 3)" 'BEGIN { exit !(n > 20000) }'
done
for way in hvm pv; do
	ok "$way: traps, the hypercalls among them" awk -F '\t' -v w=$way '$2 == w { n[$4]++ } END { exit !(n["trap"] > 0 && n["call"] > 0) }' \
		"$work/devices/devices-traps.tsv"
done

made_up() {
	mkdir -p "$work/made-up"
	awk -F '\t' -v OFS='\t' -v x="$1" '$1 == "disk-cached-128k" && $2 == "hvm" { $5 = x } 1' "$work/devices/devices.tsv" >"$work/made-up/devices.tsv"
	run pvops bench --devices --check "$work/made-up"
}
made_up 1
said 'the others are as they should be' 0
made_up 9
said 'nine times native is found' 1 'limit broken: devices_ratio, hvm disk-cached-128k: 9.000'

run pvops bench --devices --check "$work/nothing"
said 'nothing to check' 1 'nothing was measured yet'
run pvops bench --devices --rows disk-cached
said 'a row that is not there' 2 "no row 'disk-cached'"
run pvops bench --devices --ways xyz
said 'a way that is not there' 2 "no way 'xyz'"
