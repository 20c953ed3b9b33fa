#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# scripts/privileged on a made-up kernel with what it must find and what it must not, and on the real one.

. "$(dirname "$0")/../../scripts/tap.sh"
build=${PVOPS_BUILD:-$tap_top/build}
cross=${CROSS_COMPILE:-riscv64-linux-gnu-}
last=$(sed -n 's/^# stage: *//p' "${PVOPS_QUEUE:-$tap_top}/series" | tail -n 1)
privileged() { "$tap_top/scripts/privileged" "$@"; }

# A kernel of four functions: a site, a native operation, what everybody may execute, and one whose instruction is
# replaced where the CPU has another. assemble NAME [LINE...]: and more lines.
assemble() {
	{
		cat <<-'END'
		.macro entry old, new, vendor, length
		.pushsection .alternative, "a"
		.4byte \old - .
		.4byte \new - .
		.2byte \vendor, \length
		.4byte 0
		.popsection
		.endm
		.macro function name
		.globl \name
		.type \name, @function
		\name:
		.endm
		.option norelax
		.option norvc
		.text
		function site
		1: csrci sstatus, 2
		entry 1b, 2f, 0xffff, 4
		ret
		function native_flush.constprop.0
		sfence.vma a0
		ret
		function everybody
		csrr a0, time
		csrw fcsr, a0
		.4byte 0x00d00073	# wrs.nto
		ecall
		ret
		function erratum
		3: nop
		entry 3b, 4f, 0x489, 4
		ret
		.subsection 1
		2: j 1b
		4: sfence.vma
		END
		printf '%s\n' '.text' "${@:2}"
	} >"$work/$1.s"
	"${cross}gcc" -march=rv64gc_zicsr -x assembler -c -o "$work/$1.ko" "$work/$1.s" &&
		"${cross}ld" -Ttext 0xffffffff80000000 -e 0 -o "$work/$1" "$work/$1.ko"
}
rows() { printf '%s\n' "$@" >"$work/list"; }

assemble clean
fine=('# a comment' $'native_*\tsfence.vma\tthe backend' $'erratum\tsfence.vma\tfor one CPU')
rows "${fine[@]}"
run privileged --list "$work/list" "$work/clean"
said 'sites, the list, and what is not privileged' 0 '1 instructions are sites' 'of 2 others 2 are on the list, 0 are not'
run privileged --list "$work/list" "$work/clean.ko"
said 'the same in a module, which is not linked' 0 '1 instructions are sites' 'of 2 others 2 are on the list, 0 are not'

assemble planted 'function planted' 'csrrw a1, satp, a0' 'csrsi sstatus, 2' 'csrr a0, 0x14d' '.4byte 0x18000073' 'sret'
for file in planted planted.ko; do
	run privileged --list "$work/list" "$work/$file"
	said "planted in $file: each is named with its function" 1 'planted: csrrw satp' 'planted: csrs sstatus' \
		'planted: csrr stimecmp' 'planted: sfence.w.inval' 'planted: sret' '5 are not'
done
run privileged --list "$work/list" "$work/clean" "$work/planted.ko"
said 'in the second of two files' 1 'planted.ko: ' '5 are not'
run privileged --all --list "$work/list" "$work/planted"
said 'as lines for the list' 1 $'planted\tcsrr stimecmp, csrrw satp, csrs sstatus, sfence.w.inval, sret\t?' \
	$'native_flush\tsfence.vma\tthe backend'

assemble moved 'function second' '5: csrci sstatus, 2' 'csrci sstatus, 2' 'entry 5b, 2b, 0xffff, 4'
run privileged --list "$work/list" "$work/moved"
said 'the instruction behind a site is none' 1 'second: csrc sstatus' '1 are not'

rows "${fine[@]}" $'erratum\tsret, wfi\tgone'
run privileged --list "$work/list" "$work/clean"
said 'what the list has and the kernel has not' 1 'erratum: sret: there is no such' 'erratum: wfi: there is no such'
rows "${fine[@]}" $'erratum\tsret'
run privileged --list "$work/list" "$work/clean"
said 'a line without a reason' 2 'list:4: not function TAB'
run privileged --list "$work/none" "$work/clean"
said 'no list' 2 'No such file'
rows "${fine[@]}"
run privileged --list "$work/list" "$work/none"
said 'no kernel' 2 "$work/none"
run privileged --list "$work/list" "$work/list"
said 'not an ELF file' 2 "$work/list: readelf"

if [ -f "$build/images/$last/vmlinux" ]; then
	run privileged "$build/images/$last/vmlinux"
	said "the kernel of stage $last: nothing bypasses the operations but what is on the list" 0 ' 0 are not'
else
	skip "the kernel of stage $last" 'it is not built'
fi
