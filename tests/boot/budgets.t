#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# What an operation may cost a guest that knows nothing of the stub, and what the stub may be. All are counts:
# instructions under -icount, the same on every machine.

. "$(dirname "$0")/boots.sh"

# Instructions an operation, from the guest's own benchmark (pvops.cmd=bench) and QEMU's 10 MHz clock.
declare -A limit=([null-call]=4000 [page-fault]=12000)
cost() { awk -v row="$1" '$1 == "pvops-bench:" && $2 == row { printf "%d", $4 * 100 / $3 }' <(tr -d '\r' <"$log"); }

declare -A figure
for mode in native hvm pv; do
	boot "$mode" "${stages[0]}" --mode $mode --vcpus 1 --icount --append pvops.cmd=bench
	ended "$mode: the benchmark" pass
	for row in "${!limit[@]}"; do figure[$mode-$row]=$(cost "$row"); done
done
for row in "${!limit[@]}"; do
	printf '# %s: native %s, hvm %s, pv %s instructions\n' "$row" "${figure[native-$row]}" "${figure[hvm-$row]}" "${figure[pv-$row]}"
	at_most "pv: $row, instructions" "${figure[pv-$row]}" "${limit[$row]}"
done

# The same without copies of kernel code (arch/code.c): slower, and otherwise no different.
boot nocopies "${stages[0]}" --mode pv --vcpus 1 --icount --stub-options 'noreboot nocopies'
ended 'pv without copies of code' pass

at_most 'bytes of the stub' "$(stat -c %s "$build/stub/pvops-stub.bin")" 131072
at_most 'lines of code of the stub (arch and core; no blank lines, no comments)' \
	"$(cat "$tap_top"/hypervisor-stub/{arch/*.[cS],core/*.c} | grep -vcE '^[[:space:]]*($|/\*|\*|//)')" 4000
