#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# The stages for guests of Xen: what they show as a guest, with 1, 2 and 4 CPUs, and that elsewhere nothing shows.

. "$(dirname "$0")/boots.sh"

has_stage() { [[ " ${stages[*]} " == *" $1 "* ]]; }
console() { tr -d '\r' <"$log"; }

for stage in xen-abi xen-events; do
	has_stage $stage || continue
	boot $stage-native $stage --mode native --vcpus 1 --icount --append pvops.xen=no
	ended "$stage native" pass
	ok "$stage native: not a word of Xen" [ "$(console | grep -v -e 'pvops.xen=no' -e '^ok .* xen # SKIP' | grep -ci 'xen')" = 0 ]
done

if has_stage xen-abi; then
	for mode in hvm pv; do
		boot abi-$mode xen-abi --mode $mode --vcpus 1 --icount --append 'pvops.xen=yes earlycon=xenboot'
		ended "xen-abi $mode" pass 'Xen 4.17 support found' 'earlycon: xenboot0'
	done
fi
if has_stage xen-events; then
	for mode in hvm pv; do
		for vcpus in 1 2 4; do
			boot events-$mode-$vcpus xen-events --mode $mode --vcpus $vcpus --append "pvops.xen=events pvops.cpus=$vcpus"
			ended "xen-events $mode, $vcpus vCPUs" pass 'Using FIFO-based ABI'
		done
		boot twolevel-$mode xen-events --mode $mode --vcpus 2 --append 'pvops.xen=events xen.fifo_events=0'
		ended "xen-events $mode, 2-level ABI" pass 'Using 2-level ABI'
		boot reboot-$mode xen-events --mode $mode --vcpus 1 --stub-options '' --append pvops.cmd=reboot --timeout 20
		ok "xen-events $mode: a reboot starts it again" grep -qa 'starts again' "$log"
	done
fi
