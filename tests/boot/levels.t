#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Page tables of four and five levels in pv guests: what the kernel finds when it tries, what it is told to leave, and harts that
# do not have them.

. "$(dirname "$0")/boots.sh"

# levels NAME MODE WORDS STUB-OPTIONS BOOT-OPTION...: a pv guest whose kernel has that mode, with these words for it
levels() {
	local name=$1 mode=$2 words=$3 options=$4
	shift 4
	boot "$name" "$last" --mode pv --stub-options "$options" --append "pvops.xen=events pvops.mmu=$mode $words" "$@"
	ended "$name: $mode" pass
	ok "$name: no complaint" unharmed
}

levels default sv39 '' noreboot --vcpus 1 --icount
levels four sv48 '' 'noreboot levels=4' --vcpus 1 --icount
levels five sv57 '' 'noreboot levels=5' --vcpus 1 --icount
levels no5lvl sv48 no5lvl 'noreboot levels=5' --vcpus 1 --icount
levels no4lvl sv39 no4lvl 'noreboot levels=5' --vcpus 1 --icount
levels four-2 sv48 '' 'noreboot levels=4' --vcpus 2
levels five-2 sv57 '' 'noreboot levels=5' --vcpus 2
levels few-pages sv57 '' 'noreboot levels=5 shadow=24' --vcpus 1 --icount
levels slow sv57 pv_ops=native 'noreboot levels=5 nocopies' --vcpus 1 --icount

# One beside the other on a hart: its satp changes mode with them.
boot beside "$last" --smp 1 --stub-options 'noreboot levels=5' --domain "mode=pv,append=pvops.mmu=sv57" --domain "mode=pv,append=no4lvl pvops.mmu=sv39"
ended 'sv57 beside sv39' pass

# A hart that has Sv39 alone: the guest has it, and the stub says so.
make_firmware
boot sv39-harts "$last" --mode pv --vcpus 2 --cpu rv64,h=false --bios "$firmware/sv39.bin" --stub-options 'noreboot levels=5' --append pvops.mmu=sv39
ended 'harts with Sv39 alone' pass 'page tables have 3 levels: 5 are asked for'
