#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# It stays up: processes, signals, futexes, mappings, page tables and files, all at once and each checked by itself
# (tests/userland/stress.c), on 4 vCPUs that share 2 harts; the guest's kernel must have no warning to say. The number
# of operations is bounded, not the time. PVOPS_FULL=1 is the long way: four times the processes, four times the
# operations, and with a stub that has been made slow, or short of memory.

. "$(dirname "$0")/boots.sh"

# stress NAME WORDS OPTION...: one boot with more words for the guest
stress() {
	local name=$1 words=$2
	shift 2
	boot "$name" "$last" --timeout 3000 --silence 1500 --wall 7200 --append "pvops.cmd=stress${words:+ }$words" "$@"
}

for mode in pv hvm; do
	stress $mode '' --mode $mode --smp 2 --vcpus 4
	ended "$mode: all loads, 4 vCPUs on 2 harts" pass 'pvops-stress: 14 processes, 1 rounds, 0 died'
done
stress pv-crowded 'pvops.loads=fork,cow,mmap,sparse,shootdown' --mode pv --smp 2 --vcpus 4 --stub-options 'noreboot shadow=64'
ended 'pv, 64 pages for shadow tables: the loads on memory' pass '0 died'

# That it can fail.
stress warning 'pvops.loads=fork pvops.warn=made-up' --mode hvm --smp 1
ended 'a warning of the kernel is found' fail 'the kernel says: made-up'
stress nothing 'pvops.loads=nothing' --mode hvm --smp 1
ended 'a load that is not there' fail 'no such load'

if [ -z "${PVOPS_FULL:-}" ]; then
	skip 'the long way' 'a quarter of an hour: ./pvops check --full stress'
	exit
fi
for mode in pv hvm; do
	stress $mode-long 'pvops.workers=4 pvops.rounds=4' --mode $mode --smp 2 --vcpus 4
	ended "$mode: four of each load, four times as long" pass 'pvops-stress: 56 processes, 4 rounds, 0 died'
	stress $mode-8 'pvops.workers=2' --mode $mode --smp 2 --vcpus 8 --mem 512M
	ended "$mode: 8 vCPUs on 2 harts" pass
	stress $mode-exact 'pvops.workers=2' --mode $mode --smp 1 --vcpus 4 --icount --silence 3000
	ended "$mode: 4 vCPUs on 1 hart, by instructions" pass
done
stress te '' --mode pv --smp 2 --vcpus 4 --append 'pvops.cmd=stress pv_ops=native'
ended 'te: all loads' pass '0 died'
stress pv-nocopies '' --mode pv --smp 2 --vcpus 4 --append 'pvops.cmd=stress pv_ops=native' --stub-options 'noreboot nocopies'
ended 'te, without copies of code' pass '0 died'
stress pv-tiny 'pvops.workers=2' --mode pv --smp 2 --vcpus 4 --stub-options 'noreboot shadow=24'
ended 'pv, 24 pages for shadow tables' pass '0 died'
stress side-by-side '' --smp 2 --domain mode=pv,vcpus=2,append=pvops.cmd=stress --domain mode=hvm,vcpus=2,append=pvops.cmd=stress
ended 'a pv and an hvm guest side by side' pass
