#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Firmware that is not OpenSBI (tests/firmware): the kernel on it, the stub on it with guests of both kinds, and firmware that
# answers oddly, where nothing of Xen may show.

. "$(dirname "$0")/boots.sh"

make_firmware

for vcpus in 1 2; do
	# hvc0 and ttyS0 are one UART natively, and two CPUs would write to it at once
	boot native-$vcpus "$last" --mode native --vcpus $vcpus --bios "$firmware/plain.bin" --append 'console=ttyS0 pvops.xen=no'
	ended "native, $vcpus CPUs" pass 'firmware: not OpenSBI' 'SBI implementation ID=0x5056'
	ok "native, $vcpus CPUs: not a word of Xen" lines_of_xen 0
	for mode in hvm pv; do
		boot $mode-$vcpus "$last" --mode $mode --vcpus $vcpus --bios "$firmware/plain.bin" --append pvops.xen=events
		ended "$mode, $vcpus vCPUs" pass 'firmware: not OpenSBI' 'SBI implementation ID=0x7'
		ok "$mode, $vcpus vCPUs: no complaint" unharmed
	done
done
boot baseline "${stages[0]}" --mode pv --vcpus 1 --icount --bios "$firmware/plain.bin"
ended "${stages[0]}, pv" pass

native_tree
# odd KIND TEXT: nothing of Xen natively, and where the device tree has Xen's node one line, which has the text
odd() {
	boot "$1" "$last" --mode native --vcpus 1 --icount --bios "$firmware/$1.bin" --append pvops.xen=no
	ended "firmware $1, native" pass
	ok "firmware $1, native: not a word of Xen" lines_of_xen 0
	boot "$1-tree" "$last" --mode native --vcpus 1 --icount --bios "$firmware/$1.bin" --dtb "$work/xen.dtb" --append pvops.xen=no
	ended "firmware $1, a device tree that says Xen" pass "$2"
	ok "firmware $1, a device tree that says Xen: one line" lines_of_xen 1
	boot "$1-hvm" "$last" --mode hvm --vcpus 1 --icount --bios "$firmware/$1.bin" --append pvops.xen=events
	ended "firmware $1, hvm" pass 'Xen 4.17 support found'
}
odd yes "SBI is Xen's, but takes no hypercalls (0)"
odd refuses "the device tree is Xen's, SBI is not"
