#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Guests that behave badly, beside one that does not. What becomes of the bad one
# is its own business, or is said by the stub in one line; the other one passes.
. "$(dirname "$0")/lib.sh"

# beside GUEST WAY H: two domains, one well-behaved, one not
beside() {
	local name=guest-bad-$1-$2-h$3
	what="bad $1, $2, H $3"
	boot_guest "$name" --kernel "$build/guests/csr.bin" --mode "$2" --cpu "rv64,h=$3" --smp 1 --vcpus 1 --domains 1 \
		--append "guest=$2" \
		--domain "kernel=$build/guests/bad-$1.bin" --expect 'pvops-guest: pass' --timeout 120 \
		--silence "${silence:-30}"
	tr -d '\r\000' <"$log" >"$log.txt"
}

says() {
	if grep -aqE "$2" "$log.txt"; then
		ok "$what: $1"
	else
		not_ok "$what: $1"
		{ echo "no line matches: $2"; grep -aE '^stub: (PANIC|d[0-9]+: |all)|not ok' "$log.txt" | head -n 30; } | diag
	fi
}

# passes N: so many of the two passed
passes() {
	local n
	n=$(grep -ac 'pvops-guest: pass' "$log.txt" || :)
	if [ "$n" -ge "$1" ]; then
		ok "$what: $2"
	else
		not_ok "$what: $2"
		{ grep -aE '^stub: (PANIC|d[0-9]+: |all)|not ok|# .*(expected|not so|unexpected)' "$log.txt" || :; } | head -n 30 | diag
	fi
}

stub_lives() {
	passes 1 'the other domain passes'
	if grep -aq '^stub: PANIC' "$log.txt"; then not_ok "$what: the stub lives"; else ok "$what: the stub lives"; fi
}

prepare
for way in pv:false pv:true hvm:true; do
	h=${way#*:} way=${way%:*}
	silence=5
	for guest in nowhere satp; do
		beside $guest "$way" "$h"
		says 'it is ended, with the reason' '^stub: d[12]: crash: ..'
		stub_lives
	done
	silence=5
	beside watchdog "$way" "$h"
	says 'it is ended, with the reason' '^stub: d[12]: crash: its watchdog has expired'
	says 'not before it is let go' '^(\(d[0-9]\) )?# it is set no more'
	stub_lives
	beside faultloop "$way" "$h"
	# VS-mode takes its page faults itself: the stub never hears of them, so it may spin
	[ "$way" = hvm ] || says 'it is ended, with the reason' '^stub: d[12]: crash: ..'
	stub_lives
	silence=''
	for guest in garbage notmine selfpt; do
		beside $guest "$way" "$h"
		passes 2 'it survives'
		stub_lives
	done
	silence=5
	beside wild "$way" "$h"
	stub_lives
done
plan
