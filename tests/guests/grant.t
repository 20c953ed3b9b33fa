#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Grants between domains that end or start again while pages are mapped: in the end the machine has as much memory as if
# there had been no grants. And what mapping and copying cost.
. "$(dirname "$0")/lib.sh"

free_at_end() { tr -d '\r\000' <"$log" | sed -n 's/^stub: .*gone, memory free \([0-9]*\) KiB.*/\1/p' | tail -n 1; }

# two NAME MODE1 WORDS1 MODE2 WORDS2 STUB-OPTIONS: domain 1 is the granter
two() {
	what="grant, $1, $2 and $4"
	boot_guest "guest-grant-$1-$2-$4" --kernel "$build/guests/grant.bin" --smp 2 --stub-options "$6" --expect 'pvops-guest: pass' \
		--domain "mem=64M,vcpus=1,mode=$2,append=guest=$2 $3" \
		--domain "mem=64M,vcpus=1,mode=$4,append=guest=$4 $5"
	if [ "$verdict" = pass ]; then ok "$what"; else
		not_ok "$what: $verdict"
		tr -d '\r\000' <"$log" | grep -E '^(\(d[0-9]\) )?(not ok|# .*(expected|not so))|^stub: (PANIC|d[0-9]+: (crash|cannot|does))' | head -n 20 | diag
	fi
	free=$(free_at_end)
}

# same FREE: nothing was lost
same() {
	if [ -n "$free" ] && [ "$free" = "$1" ]; then ok "$what: all memory is back"; else not_ok "$what: $free KiB are free at the end, not $1"; fi
}

cost() {
	what="grant, what it costs, $1"
	boot_guest "guest-grant-$1-cost" --kernel "$build/guests/grant.bin" --mode "$1" --smp 1 --icount \
		--append "guest=$1 icount" --expect 'pvops-guest: pass'
	if [ "$verdict" = pass ]; then ok "$what"; else not_ok "$what: $verdict"; fi
	tr -d '\r\000' <"$log" | sed -nE 's/^(\(d[0-9]+\) )?# (cost: |.*not so)/\2/p' | diag
}

prepare
for modes in 'hvm hvm' 'pv pv' 'hvm pv'; do
	read -r one other <<<"$modes"
	two alone "$one" nothing "$other" nothing noreboot
	all=$free
	two granter-ends "$one" granter-ends "$other" mapper-survives noreboot
	same "$all"
	two mapper-ends "$one" granter-survives "$other" mapper-ends noreboot
	same "$all"
	two granter-restarts "$one" granter-restarts "$other" mapper-sees-restart reboot
	same "$all"
done
cost pv
cost hvm
plan
