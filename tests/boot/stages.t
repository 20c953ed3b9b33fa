#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Every stage, every mode, 1 and 2 vCPUs; and with one vCPU, counted exactly, what it may cost.

. "$(dirname "$0")/boots.sh"

# How many times native a boot to init may take, and how many percent of a guest's memory its tables.
declare -A ratio=([hvm]=1.05 [pv]=1.5)
tables=3

for stage in "${stages[@]}"; do
	for mode in native hvm pv; do
		boot "$stage-$mode-1" "$stage" --mode $mode --vcpus 1 --icount
		ended "$stage $mode, 1 vCPU" pass
		count=$(field instructions)
		if [ $mode = native ]; then
			native=$count
		else
			at_most "$stage $mode: times native to init" "$(awk -v a="$count" -v b="$native" 'BEGIN { printf "%.3f", b ? a / b : 0 }')" \
				"${ratio[$mode]}"
			at_most "$stage $mode: percent of the memory for tables" \
				"$(awk -v a="$(field tables_kib)" -v b="$(field memory_kib)" 'BEGIN { printf "%.2f", b ? 100 * a / b : 0 }')" $tables
			# shellcheck disable=SC2016 # awk's
			ok "$stage $mode: traps are counted by cause" awk -v mode=$mode '{ n[$3] += $4 }
				END { exit !(n["sbi"] && (mode == "hvm" || n["shadow_fill"] && n["page_fault"] && n["ecall"])) }' "$log.traps.tsv"
		fi
		boot "$stage-$mode-2" "$stage" --mode $mode --vcpus 2
		ended "$stage $mode, 2 vCPUs" pass
	done
done
