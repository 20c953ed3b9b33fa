#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# The page of a pv vCPU: by the assembly paths of the stub and by C, which must say the same; and what a call costs.
. "$(dirname "$0")/lib.sh"

# cost WORDS: the guest holds it against its limit, here it is told
cost() {
	what="pvpage, what a system call costs${1:+, $1}"
	boot_guest "guest-pvpage-cost${1:+-$1}" --kernel "$build/guests/pvpage.bin" --mode pv --cpu rv64,h=false --smp 1 --mem 64M \
		--icount --stub-options "noreboot $1" --append "guest=pv icount $1" --expect 'pvops-guest: pass'
	if [ "$verdict" = pass ]; then ok "$what"; else not_ok "$what: $verdict"; fi
	tr -d '\r\000' <"$log" | sed -nE 's/^(\(d[0-9]+\) )?# (cost: |cost: .*not so)/\2/p' | diag
}

guest_ways pvpage 1 2 pv:false:nofast pv:false:nocopies pv:false:crowded pv:false:sifive_u
with=$PVOPS_LOGS/guest-pvpage-pv-hfalse-2.log
for other in nofast nocopies crowded sifive_u; do
	if [ -z "$(differences "$with" "$PVOPS_LOGS/guest-pvpage-pv-hfalse-2-$other.log")" ]; then
		ok "pvpage: with $other the same as without"
	else
		not_ok "pvpage: with $other the same as without"
		differences "$with" "$PVOPS_LOGS/guest-pvpage-pv-hfalse-2-$other.log" | diag
	fi
done
cost ''
cost nofast
plan
