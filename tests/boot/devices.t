#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# A kernel that drives devices of the machine: a disk and a clock of QEMU's. Natively, and as the only domain that has
# them. What it reads of the disk is what the host wrote, and what it writes is there afterwards.

. "$(dirname "$0")/boots.sh"

devices='/soc/virtio_mmio@10001000+/soc/rtc@101000'
image=$work/disk.img
seq 1 700000 | head -c $((4 << 20)) >"$work/fresh.img"
sum=$(cksum <"$work/fresh.img")
sum=${sum%% *}

# drives NAME BYTE OPTION...: the last MiB is BYTE (decimal) then, and nothing else has changed
drives() {
	local name=$1 byte=$2
	shift 2
	cp "$work/fresh.img" "$image"
	boot "$name" "$last" --append "pvops.disk=vda:$sum pvops.write=$byte" "$@" --qemu "-global virtio-mmio.force-legacy=false
		-drive file=$image,format=raw,if=none,id=d -device virtio-blk-device,drive=d,bus=virtio-mmio-bus.0"
	ended "$name" pass
	ok "$name: what was there before is there" cmp -s -n $((3 << 20)) "$image" "$work/fresh.img"
	ok "$name: what was written is there" \
		cmp -s -i $((3 << 20)):0 "$image" <(head -c $((1 << 20)) /dev/zero | tr '\000' "\\$(printf %o "$byte")")
}

drives native 65 --mode native
for mode in hvm pv; do
	for vcpus in 1 2; do
		drives "$mode-$vcpus" $((65 + vcpus)) --mode "$mode" --vcpus "$vcpus" --devices "$devices"
		ok "$mode-$vcpus: the interrupts are events" grep -aqE 'pvops-disk: [1-9][0-9]* interrupts are events' "$log"
	done
done
