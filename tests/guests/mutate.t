#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Two guests beside each other whose page tables are random: each meets its own memory or faults, and the hypervisor
# stays. 6,000 mutations each; with PVOPS_FULL=1 75,000, more than a million in all.
. "$(dirname "$0")/lib.sh"

# two NAME WORDS STUB-OPTIONS
two() {
	local what="mutate, $1" words="guest=pv ${PVOPS_FULL:+mutate=more }$2"
	boot_guest "guest-mutate-$1" --kernel "$build/guests/mutate.bin" --smp 1 --stub-options "$3" --expect 'pvops-guest: pass' \
		--wall 3600 --timeout 3600 --silence 600 --domain "mem=64M,vcpus=1,mode=pv,append=$words tag=one" --domain "mem=64M,vcpus=1,mode=pv,append=$words tag=two"
	[ "$verdict" != pass ] || [ "$(grep -ac 'pvops-guest: pass' "$log")" = 2 ] || verdict='not both passed'
	if [ "$verdict" = pass ]; then ok "$what"; else
		not_ok "$what: $verdict"
		tr -d '\r\000' <"$log" | grep -E '^(\(d[0-9]\) )?(not ok|# .*(expected|not so))|^stub: (PANIC|d[0-9]+: (crash|cannot|does))' | head -n 20 | diag
	fi
}

prepare
two te-few-pages '' 'noreboot nocopies shadow=24'
two entry pventry noreboot
two entry-few-pages pventry 'noreboot nofast shadow=24'
two sv48 'pventry levels=4' 'noreboot levels=4'
two sv48-few-pages levels=4 'noreboot levels=4 shadow=24'
two sv57 'pventry levels=5' 'noreboot levels=5'
two sv57-few-pages 'pventry levels=5' 'noreboot nofast levels=5 shadow=24'
plan
