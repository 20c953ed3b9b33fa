#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# A kernel that is not ours: Debian's, of another version, with a configuration that nobody here chose. It has no driver
# for the SBI console, so only what the kernel itself prints is seen: that init ran and powered off.

. "$(dirname "$0")/boots.sh"
cache=${PVOPS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pvops}/debian-kernel
image=$cache/Image

# The package that Debian's meta package for riscv64 depends on.
fetch() {
	local meta package
	meta=$("$tap_top/scripts/debian-package" linux-image-riscv64 trixie riscv64 "$work/deb") || return
	package=$(dpkg-deb -f "$meta" Depends | sed 's/ .*//')
	meta=$("$tap_top/scripts/debian-package" "$package" trixie riscv64 "$work/deb") || return
	mkdir -p "$cache"
	dpkg-deb --fsys-tarfile "$meta" | tar -xO --wildcards './boot/vmlinu*' >"$image.part" && mv "$image.part" "$image"
}

[ -s "$image" ] || fetch
for mode in native hvm pv; do
	for vcpus in 1 2; do
		if [ ! -s "$image" ]; then
			skip "$mode, $vcpus vCPUs" "Debian's kernel is not to be had from the system's mirror"
			continue
		fi
		# without -icount: natively, with it and 2 CPUs, this kernel's start hangs under QEMU 7.2
		[ $mode = native ] && console=earlycon || console=earlycon=sbi
		boot $mode-$vcpus --kernel "$image" --mode $mode --vcpus $vcpus --mem 512M \
			--append "$console keep_bootcon" --expect 'reboot: Power down'
		ended "$mode, $vcpus vCPUs" pass 'Run /init as init process' "smp: Brought up 1 node, $vcpus CPU"
	done
done
