#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Event channels between two vCPUs, on two harts and on one; and with -icount what a signal costs.
. "$(dirname "$0")/lib.sh"

# cost WAY H [WORD]: the guest holds each figure against its limit, here they are told
cost() {
	what="evtchn, what it costs, $1, H $2${3:+, $3}"
	boot_guest "guest-evtchn-$1-h$2-cost${3:+-$3}" --kernel "$build/guests/evtchn.bin" --mode "$1" --cpu "rv64,h=$2" --smp 1 --vcpus 2 \
		--mem 128M --icount --append "guest=$1 icount ${3:-}" --expect 'pvops-guest: pass'
	if [ "$verdict" = pass ]; then ok "$what"; else not_ok "$what: $verdict"; fi
	tr -d '\r\000' <"$log" | sed -nE 's/^(\(d[0-9]+\) )?# (cost: |cost: .*not so)/\2/p' | diag
}

prepare
for way in pv:false pv:true hvm:true; do
	h=${way#*:} way=${way%:*}
	guest_run evtchn 1 "$way" "$h"
	guest_run evtchn 2 "$way" "$h"
	guest_run evtchn 2 "$way" "$h" crowded
done
guest_run evtchn 2 pv false entry
cost pv false
cost pv false pventry
cost hvm true
plan
