#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Domains that end, or are destroyed, and are made again from the stub's console: each time everything is given back. So
# many times: PVOPS_CYCLES (default 60; each second one is destroyed at once, wherever it is).
. "$(dirname "$0")/lib.sh"

cycles=${PVOPS_CYCLES:-60}

# What the stub says is free and in use, of lines that match
counts() { tr -d '\r\000' <"$log" | sed -nE "/$1/s/.*(memory free [0-9]+ KiB, event channels [0-9]+, xenstore nodes [0-9]+).*/\1/p"; }
number() { tr -d '\r\000' <"$log" | grep -cE "$1"; }
said() { [ "$(number "$2")" -eq "$1" ]; }
at_least() { [ "$(number "$2")" -ge "$1" ]; }
# three of them, before the domain ends
shows() { [ "$(tr -d '\r\000' <"$log" | sed '/^stub: d2: destroyed/,$d' | grep -oE "$1" | cut -c 1-12 | sort -u | wc -l)" -eq 3 ]; }
verify() { if "${@:2}"; then ok "$what: $1"; else not_ok "$what: $1"; fi; }
# but for the first: domain 2 may still take what it has then
one_value() { [ "$(counts "$1" | tail -n +5 | sort -u | wc -l)" -eq 1 ] || { counts "$1" | sort | uniq -c | diag && false; }; }

# lifecycle WAY H HARTS
lifecycle() {
	local i keys='w1\rdl'
	what="lifecycle, $1, H $2, $3 hart(s)"
	for ((i = 0; i < cycles; i += 2)); do keys+='c1\rw1\rdc1\rk1\r'; done
	# the second domain stays all the time, and is looked at; at last nothing is left
	keys+='dlqtrnk2\rc2\rk2\rdx'
	boot_guest "guest-lifecycle-$1-h$2-$3" --kernel "$build/guests/lifecycle.bin" --mode "$1" --cpu "rv64,h=$2" --smp "$3" \
		--vcpus 1 --mem 24M --append "guest=$1" --domain "mode=$1" --domain "mode=$1,append=stays spins" \
		--stub-options nopoweroff --keys "$keys" --expect 'power off'
	verify 'comes to its end' said 1 '^stub: power off'
	verify "$((cycles + 1)) times domain 1 is gone" said $((cycles + 1)) '^stub: d1: gone'
	# with two harts it may have ended before the key has come
	verify "$((cycles / 2 + 1)) times it ended itself, or more" at_least $((cycles / 2 + 1)) '^stub: d1: shutdown: poweroff'
	verify 'else it was destroyed' said $((cycles + 1)) '^stub: d1: (shutdown: poweroff|destroyed)'
	verify 'each that ended itself passed' at_least "$(number '^stub: d1: shutdown: poweroff')" '^\(d1\) pvops-guest: pass'
	verify 'the same is free and in use each time' one_value '^stub: (d1: gone|memory free).*event channels [1-9]'
	verify 'nothing is in use at last' said 1 '^stub: memory free [0-9]+ KiB, event channels 0, xenstore nodes 4'
	verify 'xenstore has lost nothing' said 0 'xenstore keeps'
	verify 'trap counts, registers and what it has of xenstore are shown' shows '^stub: (trap d2v0 sbi [1-9]|d2v0 '"$1"' .* pc 0x|  d2 nodes [0-9]+ )'
}

prepare
lifecycle pv false 1
lifecycle hvm true 2
plan
