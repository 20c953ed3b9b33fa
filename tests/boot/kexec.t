#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Another kernel after the first, without the firmware or the stub between: by kexec, and after a panic. What Xen was told is
# forgotten, and told again: the second kernel has events, and hvc0 by them.

. "$(dirname "$0")/boots.sh"

pvops build "$last" --with kunit || { echo 'Bail out! no kernel with kexec'; exit 1; }
kernel=$build/images/$last+kunit/Image

# packed KERNEL: an initrd that has it, and the initrd for it, in /kexec
packed() {
	printf 'dir /kexec 755 0 0\nfile /kexec/Image %s 644 0 0\nfile /kexec/initrd %s 644 0 0\n' "$1" "$build/userland/initrd.cpio" >"$work/list"
	cat "$build/userland/initrd.cpio" <("$build/userland/gen_init_cpio" -t 0 "$work/list") >"$work/initrd"
}

# times N TEXT: on the console, so often; natively two consoles are one UART
times() { [ "$(console | grep -cF -- "$2")" = "$1" ]; }

# again NAME VCPUS MODE COMMAND WORDS [VERDICT]
again() {
	boot "$1" --kernel "$kernel" --initrd "$work/initrd" --mode "$3" --vcpus "$2" \
		--append "kunit.enable=0 pvops.mem=256 pvops.cpus=$2 pvops.cmd=$4 $5"
	ended "$1" "${6:-pass}" 'pvops-kexec: now' 'pvops-init: pass' 'ok 20 xen'
}
# of a guest: two kernels, each with all that the one before had
guest() {
	again "$@"
	ok "$1: two kernels with $7" times 2 "$7"
	ok "$1: hvc0 is Xen's in both" times 2 'printk: legacy console [hvc0] enabled'
	ok "$1: no complaint" [ "$(console | grep -cE 'BUG|Oops|WARNING|no soft reset|no vcpu_info')" = 0 ]
}
fifo='Using FIFO-based ABI'

packed "$kernel"
again native-1 1 native kexec 'pvops.xen=no console=ttyS0'
for mode in hvm pv; do
	guest $mode-1 1 $mode kexec pvops.xen=events pass "$fifo"
	guest $mode-2 2 $mode kexec pvops.xen=events pass "$fifo"
	guest $mode-2-level 2 $mode kexec 'pvops.xen=events xen.fifo_events=0' pass 'Using 2-level ABI'
	# a panic is a crash for whoever reads the log; that the second kernel is well says ended
	guest $mode-kdump 2 $mode kdump 'pvops.xen=events crashkernel=96M' crash "$fifo"
done
# without the backend of pv guests, as at stage xen-events
guest pv-native-ops 1 pv kexec 'pvops.xen=events pv_ops=native' pass "$fifo"
