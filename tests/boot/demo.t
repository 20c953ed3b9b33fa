#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# ./pvops demo, as somebody sees it who has no terminal: it says what happens, and whether all of it was right.

. "$(dirname "$0")/boots.sh"

run pvops demo --check
said 'the demo' 0 'guest 1: ping 10.0.2.22: 3 packets transmitted, 3 packets received' 'guest 2: has a copy of 3145728 bytes' \
	'guest 1: the copy is the same' 'seen from this host'
run pvops demo --mode paper
said 'a mode that is not there' 2 "not 'paper'"

if [ -z "${PVOPS_FULL:-}" ]; then
	skip 'the same with Debian' '28 MB to fetch: ./pvops check --full demo'
	exit
fi
for mode in hvm pv; do
	run pvops demo --check --debian --mode $mode
	said "the demo with Debian, $mode" 0 'guest 1: Linux' 'Debian 13' 'guest 1: ping 10.0.2.22: 3 packets transmitted, 3 received' \
		'guest 2: has a copy of 3145728 bytes' 'guest 1: the copy is the same' 'seen from this host'
done
