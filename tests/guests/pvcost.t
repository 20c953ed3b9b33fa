#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# What the hot paths of a pv guest cost: by the stub's assembly paths, which are held against limits, and by C.
. "$(dirname "$0")/lib.sh"

# cost WORD: the guest holds each figure against its limit, here they are told
cost() {
	what="pvcost${1:+, $1}"
	boot_guest "guest-pvcost${1:+-$1}" --kernel "$build/guests/pvcost.bin" --mode pv --cpu rv64,h=false --smp 1 --mem 64M \
		--icount --stub-options "noreboot $1" --append "guest=pv icount $1" --expect 'pvops-guest: pass'
	if [ "$verdict" = pass ]; then ok "$what"; else not_ok "$what: $verdict"; fi
	tr -d '\r\000' <"$log" | sed -nE 's/^(\(d[0-9]+\) )?# (cost: |cost: .*not so)/\2/p' | diag
}

prepare
cost ''
cost nofast
plan
