#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# A boot always ends, with the right verdict; and the same boot twice is the same to the byte.

. "$(dirname "$0")/boots.sh"

for mode in native hvm pv; do
	boot hang-$mode "$last" --mode $mode --icount --append pvops.cmd=hang --silence 1
	ended "$mode, spinning for ever" timeout 'no output for 1 s'
	boot sleep-$mode "$last" --mode $mode --icount --append pvops.cmd=sleep
	ended "$mode, asleep for ever" timeout
	boot panic-$mode "$last" --mode $mode --icount --append pvops.cmd=panic
	ended "$mode, panic" crash 'Kernel panic'
	boot reboot-$mode "$last" --mode $mode --icount --append pvops.cmd=reboot
	ended "$mode, reboot" pass
	boot cpus-$mode "$last" --mode $mode --icount --append pvops.cpus=3
	ended "$mode, a check that fails" fail 'pvops-init: fail'
done
boot again "$last" --mode hvm --icount --append pvops.cmd=reboot --stub-options '' --timeout 2
ended 'a guest that reboots is built again' timeout
ok 'and again' [ "$(grep -ca 'pvops-init: start' "$log")" -gt 1 ]
boot expect "$last" --mode native --expect 'Linux version 7'
ended 'a pass may be any line' pass
boot expect-not "$last" --mode native --expect 'no such line'
ended 'and is missed if it is not there' crash 'ended with 0 of 1'
boot wall "$last" --mode native --append pvops.cmd=sleep --wall 3
ended 'the bound in seconds of the host' timeout 'on this host'

for mode in native hvm pv; do
	boot twice-$mode "$last" --mode $mode --icount
	cp "$log" "$work/first"
	boot twice-$mode "$last" --mode $mode --icount
	ok "$mode: the same twice, to the byte" cmp "$work/first" "$log"
done
