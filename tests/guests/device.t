#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# A domain that drives devices of the machine: a disk and a clock of QEMU's virt. And what is not given.
. "$(dirname "$0")/lib.sh"

disk='/soc/virtio_mmio@10001000' clock='/soc/rtc@101000'

# Sector n begins and ends with the bytes n.
make_disk() {
	local n
	for n in {0..63}; do
		printf "$(printf '\\x%02x' "$n" "$n" "$n" "$n")%.0s" {1..128}
	done >"$PVOPS_LOGS/disk.img"
	qemu="-global virtio-mmio.force-legacy=false -drive file=$PVOPS_LOGS/disk.img,format=raw,if=none,id=d,readonly=on"
	qemu+=" -device virtio-blk-device,drive=d,bus=virtio-mmio-bus.0"
}

# drives WAY HARTS OPTION...
drives() {
	local way=$1 harts=$2
	shift 2
	what="device, $way, $harts hart(s)${*:+, $*}"
	boot_guest "guest-device-$((count + 1))" --kernel "$build/guests/device.bin" --mode "$way" --smp "$harts" --mem 64M \
		--append "guest=$way" --expect 'pvops-guest: pass' --devices "$disk+$clock" --qemu "$qemu" "$@"
	if [ "$verdict" = pass ]; then
		ok "$what"
	else
		not_ok "$what: $verdict"
		tr -d '\r\000' <"$log" | sed -nE '/^(\(d[0-9]+\) )?(not ok|# .*(expected|not so|unexpected)|stub: (PANIC|d[0-9]))/p' | diag
	fi
}

# Each domain asks for something that it does not get, but for one.
refuses() {
	local n=0 line path why options=()
	while read -r path _; do
		options+=(--domain "mem=32M,devices=$path")
	done <<<"$refusals"
	boot_guest guest-device-refused --kernel "$build/guests/device.bin" --smp 1 --append 'guest=pv devices=none' "${options[@]}"
	while read -r path why; do
		n=$((n + 1)) line="stub: d$n: device ${path##*+}: $why"
		[ "$why" != given ] || line="stub: d$n: memory 32768 KiB"
		if grep -aqF "$line" "$log"; then ok "$path: $why"; else not_ok "$path: $why"; fi
	done <<<"$refusals"
	if grep -aq "^stub: d1: cannot build domU1: not all its devices" "$log" && ! grep -aq '^stub: PANIC' "$log"; then
		ok 'such a domain is not built, and no more comes of it'
	else
		not_ok 'such a domain is not built, and no more comes of it'
		grep -a '^stub' "$log" | diag
	fi
}

refusals="/soc/nothing@0 the machine has no such node
/soc/serial@10000000 it is the console
/soc/plic@c000000 it is an interrupt controller
/soc/clint@2000000 its interrupt is none that can be given
/soc/pci@30000000 its registers are where the domain has something else
/memory@80000000 its registers are where memory is
/cpus/cpu@0 it has registers of no size
/chosen it has no registers
$clock+$clock named twice
$clock given
$clock another domain has it"

prepare
make_disk
for way in pv hvm; do
	drives "$way" 1
	drives "$way" 2
	# in its place another, which has none
	drives "$way" 2 --domain vcpus=1 --domain "vcpus=1,devices=,append=devices=none"
done
drives pv 1 --stub-options 'noreboot nocopies'
for way in pv hvm; do
	drives "$way" 1 --stub-options reboot --append "guest=$way reboots"
	starts=$(grep -ac '^stub: d1: starts again' "$log" || :)
	if [ "$starts" -eq 2 ]; then ok "$what: two reboots"; else not_ok "$what: $starts reboots"; fi
done
refuses
plan
