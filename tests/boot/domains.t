#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Several guests side by side, more vCPUs than harts, a guest that dies beside one that does not.

. "$(dirname "$0")/boots.sh"

boot two-pv "$last" --domains 2 --mode pv
ended 'two pv guests' pass 'd1: shutdown: poweroff' 'd2: shutdown: poweroff'
boot two-hvm "$last" --domains 2 --mode hvm
ended 'two hvm guests' pass
boot mixed "$last" --smp 2 --domain mode=pv,vcpus=2 --domain mode=hvm,mem=128M
ended 'a pv guest with 2 vCPUs beside an hvm guest, 2 harts' pass
for mode in hvm pv; do
	boot more-$mode "$last" --mode $mode --smp 1 --vcpus 2 --icount
	ended "$mode, 2 vCPUs on 1 hart" pass
done
boot eight "$last" --mode hvm --vcpus 8
ended 'hvm, 8 vCPUs' pass
boot eight-pv "$last" --mode pv --vcpus 8 --smp 2
ended 'pv, 8 vCPUs on 2 harts' pass

boot panic "$last" --domain mode=pv,append=pvops.cmd=panic --domain mode=pv --silence 5 --icount
ended 'one of two panics' crash 'sysrq triggered crash'
ok 'the other one passes' grep -qa '^(d2) pvops-init: pass' "$log"
boot bad-kernel "$last" --no-check --domain "mode=pv,kernel=$0" --domain mode=pv
ended 'one of two has no kernel' fail 'd1: cannot build' 'not a RISC-V Image'
ok 'the other one passes' grep -qa 'pvops-init: pass' "$log"
