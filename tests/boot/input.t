#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Bad input: one clear line and exit status 2 before QEMU starts; and where it gets past that, the stub says why.

. "$(dirname "$0")/boots.sh"
image=$build/images/$last/Image
big=$work/big.cpio
truncate -s 300M "$big"
gzip -c "$image" >"$work/Image.gz"

refused() {
	local name=$1 text=$2
	shift 2
	run pvops boot "$@"
	said "$name" 2 "$text"
	ok "$name: one line" [ "$(wc -l <<<"$output")" = 1 ]
}

refused 'a kernel that is not an Image' 'not a RISC-V Image' --kernel "$0"
refused 'a kernel that is not there' 'no such file' --kernel "$work/none"
refused 'a kernel as ELF' 'is an ELF file' --kernel "$build/images/$last/vmlinux"
refused 'a compressed kernel' 'gunzip' --kernel "$work/Image.gz"
refused 'an initrd that does not fit' "initrd $big does not fit" "$last" --initrd "$big"
refused 'an initrd that is not there' 'no such file' "$last" --initrd "$work/none"
refused 'too little memory for the kernel' 'does not fit' "$last" --mem 16M
refused 'memory that the host has not' 'free' "$last" --mem 9999G
refused 'a size that is none' 'wants a size' "$last" --mem lots
refused 'zero vCPUs' '--vcpus wants a number from 1 to 8' "$last" --vcpus 0
refused 'zero harts' '--smp wants a number from 1 to 8' "$last" --smp 0
refused 'too many harts' '--smp wants a number' "$last" --smp 9
refused 'a word for a number' '--smp wants a number' "$last" --smp two
refused 'sifive_u with hart 0 alone' 'from 2 to 5' "$last" --machine sifive_u --smp 1
refused 'hvm on sifive_u' 'no H extension' "$last" --machine sifive_u --mode hvm
refused 'a machine that is not there' 'virt or sifive_u' "$last" --machine toaster
refused 'a mode that is not there' 'native, hvm or pv' "$last" --mode para
refused 'a stage that is not there' "no stage 'nowhere'" nowhere
refused 'an option that is not there' "unknown option '--frob'" "$last" --frob
refused 'an option without its value' '--mode needs a value' "$last" --mode
refused 'a stage and a kernel' 'not both' "$last" --kernel "$image"
refused 'domains beside native' 'native' "$last" --mode native --domains 2
refused 'a domain described badly' 'KEY=VALUE' "$last" --domain nonsense
run pvops frobnicate
said 'a command that is not there' 2 "no command 'frobnicate'"
run pvops help
said 'help' 0 boot check shell to-git 'Exit status'

# the same through to the stub
boot none "$last" --no-check --domains 0
ended 'a device tree without domains' fail 'no domain in the device tree'
boot vcpus "$last" --no-check --smp 1 --vcpus 0
ended 'zero vCPUs' fail 'd1: cannot build' 'zero vCPUs'
boot mem "$last" --mem 512M --ram 256M
ended 'memory asked for that is not there' fail 'd1: cannot build' 'not that much memory'
boot image "$last" --no-check --domain "kernel=$0"
ended 'a kernel that is not an Image' fail 'd1: cannot build' 'not a RISC-V Image'
boot initrd "$last" --no-check --initrd "$big"
ended 'an initrd that does not fit' fail 'd1: cannot build' 'initrd does not fit'
boot no-h "$last" --no-check --mode hvm --cpu rv64,h=false
ended 'hvm without H' fail 'd1: cannot build' 'no H extension'
boot empty-initrd "$last" --icount --initrd "$image"
ended 'an initrd that is none: the guest panics' crash 'Kernel panic'
