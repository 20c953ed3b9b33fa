#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# The table of operations, interfaces/pv-ops.h, against the pages made from it, the header of the patched kernel
# and the instructions in its image; then against changes of each that must be found.

. "$(dirname "$0")/../../scripts/tap.sh"
build=${PVOPS_BUILD:-$tap_top/build}
src=${PVOPS_KERNEL_SRC:-$build/linux-src}
export LC_ALL=C
last=$(sed -n 's/^# stage: *//p' "${PVOPS_QUEUE:-$tap_top}/series" | tail -n 1)
table=$tap_top/interfaces/pv-ops.h
include=$src/arch/riscv/include
header=asm/paravirt_ops.h
doc() { PV_OPS_TABLE=$table "$tap_top/scripts/pv-ops-doc" "$@"; }

# What a build would generate: wrappers for generic headers, and the options that the headers ask for.
generate_headers() {
	make -s -C "$src" O="$work/gen" ARCH=riscv asm-generic || return
	for bits in 32 64; do
		mkdir -p "$work/$bits/generated"
		printf '#define CONFIG_%s 1\n' "${bits}BIT" MMU RISCV_ALTERNATIVE RISCV_PARAVIRT_OPS >"$work/$bits/generated/autoconf.h"
	done
}

# compiled BITS [DIRECTORY]: pv-ops.c, with the headers in the directory before the kernel's; its assembly in $work/s
compiled() {
	local arch=(-march=rv64imac -mabi=lp64) r=$include g=$work/gen/arch/riscv/include/generated
	[ "$1" = 64 ] || arch=(-march=rv32imac -mabi=ilp32)
	"${CROSS_COMPILE:-riscv64-linux-gnu-}gcc" -S -O2 -std=gnu11 -Werror -nostdinc -D__KERNEL__ "${arch[@]}" \
		${2:+-I"$2"} -I"$r" -I"$g" -I"$src/include" -I"$work/$1" -I"$r/uapi" -I"$g/uapi" -I"$src/include/uapi" \
		-include "$src/include/linux/kconfig.h" -include "$src/include/linux/compiler_types.h" \
		-DPV_OPS_TABLE="\"$table\"" -o "$work/s" "$tap_top/tests/abi/pv-ops.c"
}

# documented DIRECTORY: what the kernel-doc of the header there has other than the table
documented() {
	doc --list >"$work/list"
	awk -F '\t' '
	function close_op() { if (name != "") doc[group "." name] = text; name = "" }
	NR == FNR { op = $1 "." $2; order[++n] = op; prototype[op] = $3 == "SITE" ? $4 ": " : ""; groups[$1]; next }
	/^ \* struct pv_[a-z]+_ops - / { split($0, part, /struct pv_|_ops/); group = part[2]; inside = group in groups }
	/^ \*\// { close_op(); inside = 0 }
	inside && match($0, /^ \* @[a-z_0-9]+: /) { close_op(); name = substr($0, 5, RLENGTH - 6); text = substr($0, RLENGTH + 1); next }
	inside && /^ \*$/ { close_op() }
	inside && name != "" { sub(/^ \*[ \t]*/, " "); text = text $0 }
	END {
		for (i = 1; i <= n; i++) {
			op = order[i]
			if (!(op in doc)) print op ": in the table, no kernel-doc"
			else if (index(doc[op], prototype[op]) != 1) print op ": not \"" prototype[op] "\" in its kernel-doc"
			delete doc[op]
		}
		for (op in doc) print op ": kernel-doc, not in the table"
	}' "$work/list" "$1/$header" >"$work/documented"
	cat "$work/documented"
	[ ! -s "$work/documented" ]
}

# The page holds the section as it is generated.
has_section() { [[ $(<"$1") == *"$(doc --kernel)"* ]] || echo "scripts/pv-ops-doc --kernel is not in $1"; }

# finds NAME TEXT COMMAND...: the command fails, and says so
finds() {
	run "${@:3}"
	said "found: $1" 1 "$2"
}

# changed SED FROM TO: must not be the same
changed() {
	sed "$1" "$2" >"$3"
	! cmp "$2" "$3" >/dev/null || { echo "'$1' changes nothing" && return 9; }
}
with_table() {
	local table=$work/table.h
	changed "$1" "$tap_top/interfaces/pv-ops.h" "$table" && "${@:2}"
}
with_header() {
	mkdir -p "$work/changed/asm"
	changed "$1" "$include/$header" "$work/changed/$header" && "${@:2}" "$work/changed"
}

# A made-up kernel: lines of assembly, with "site NUMBER LENGTH" after an instruction that is one, at 1, block at 2.
sites_of() {
	printf '%s\n' '.macro site op, length=4, block=2f' '.pushsection .alternative, "a"' '.4byte 1b - ., \block - .' \
		'.2byte 0xffff, \length' '.4byte \op << 16' '.popsection' '.endm' '.option norelax' '.option norvc' \
		'f:' "$@" '2: ret' >"$work/sites.s"
	"${CROSS_COMPILE:-riscv64-linux-gnu-}gcc" -march=rv64gc_zicsr -x assembler -c -o "$work/sites.ko" "$work/sites.s" || return 3
	"$tap_top/tests/abi/pv-ops-sites" "$work/few" "$work/numbers" "$work/sites.ko"
}
printf '%s\t%s\t%s\t-\t%s\n' >"$work/few" a one SITE 'csrrci rd, sstatus, 2' a two INSN 'csrw sepc, rs1' \
	b three HOOK nop b four HOOK ''
printf '@ %s %s %s\n' >"$work/numbers" a one 0 a two 16 b three 32 b four 40
good=('1: csrrci a3, sstatus, 2' 'site 0' '1: csrw sepc, a5' 'site 16, 4, 1b' '1: nop' 'site 32, 0')

ok 'interfaces/pv-ops.rst is made from the table as it is' diff -u "$tap_top/interfaces/pv-ops.rst" <(doc --stdout)
if [ ! -f "$include/$header" ]; then
	skip 'the patched kernel' "$include has no $header: ./pvops apply $last"
	exit
fi
run generate_headers
said 'generic headers' 0
run compiled 32
said 'the header has what the table has: rv32' 0
run compiled 64
said 'rv64' 0
grep '^@' "$work/s" >"$work/offsets"
run documented "$include"
said 'its kernel-doc names the same operations, with the same prototypes' 0
run has_section "$src/Documentation/arch/riscv/paravirt.rst"
ok "the kernel's page has the section made from the table" [ -z "$output" ] || echo "# $output"

vmlinux=$build/images/$last/vmlinux
if [ -f "$vmlinux" ]; then
	doc --list >"$work/list"
	run "$tap_top/tests/abi/pv-ops-sites" "$work/list" "$work/offsets" "$vmlinux"
	said "each site of stage $last is the instruction that the table has, and each operation has one" 0 sites
else
	skip "the sites of stage $last" 'it is not built'
fi

finds 'an operation that only the header has' 'irq: an operation' with_table '/^PV_OPERATION(irq, irq_save,/d' compiled 64
finds 'an operation that only the table has' "no member named 'more'" with_table 's/^PV_END(cpu)/PV_OPERATION(cpu, more, SITE, void, (void), "")\n&/' compiled 64
finds 'a group that only the header has' 'a group is' with_table '/^PV_GROUP(time/,/^PV_END(time/d' compiled 64
finds 'another order' 'trap.get_epc: not in the place' with_table 's/trap, get_epc,/trap, x,/; s/trap, get_tval,/trap, get_epc,/; s/trap, x,/trap, get_tval,/' compiled 64
finds 'another kind' 'mmu.flush_all: of another type' with_table 's/mmu, flush_all, SITE/mmu, flush_all, HOOK/' compiled 64
finds 'another prototype of a hook' 'mmu.mapped: of another type' with_table '/mmu, mapped,/s/unsigned long nr/int nr/' compiled 64
finds 'another prototype of a function' "conflicting types for 'pv_write_satp'" with_table '/mmu, write_satp,/s/unsigned long satp/int satp/' compiled 64
finds 'one that only the header has, on rv32' 'trap: an operation' with_header 's/^\tstruct pv_op ret;/&\n\tstruct pv_op more;/' compiled 32
finds 'a line of kernel-doc that is not there' 'trap.get_epc: in the table, no kernel-doc' with_header '/^ \* @get_epc:/d' documented
finds 'one too many' 'trap.more: kernel-doc, not in the table' with_header 's/^ \* @get_epc:.*/&\n * @more: read more/' documented
finds 'another prototype in kernel-doc' 'irq.save_fl: not' with_header 's/@save_fl: unsigned long/@save_fl: bool/' documented
run with_table 's/csrci sstatus, 2/csrci sstatus, 1/' has_section "$src/Documentation/arch/riscv/paravirt.rst"
ok "found: a kernel's page that is not of this table" [ -n "$output" ]

run sites_of "${good[@]}"
said 'a made-up kernel with three sites' 0 '3 sites of 3 operations'
finds 'another instruction' "a.one: 'csrrc" sites_of "${good[@]/, 2/, 1}"
finds 'another CSR' "a.two: 'csrw" sites_of "${good[@]/sepc/scause}"
finds 'no site' 'a.two: no site' sites_of "${good[@]:0:2}" "${good[@]:4}"
finds 'an unknown number' 'no operation has the number 17' sites_of "${good[@]/16, 4/17, 4}"
finds 'an instruction as long as a hook' 'a.one: a length of 0' sites_of "${good[@]/site 0/site 0, 0}"
finds 'a block that cannot be' 'a.two: a block for a call' sites_of "${good[@]/, 4, 1b/}"
finds 'no block' 'a.one: no block for a call' sites_of "${good[@]/site 0/site 0, 4, 1b}"
finds 'a site of what has none' 'b.four: the table has no instruction' sites_of "${good[@]}" '1: nop' 'site 40, 0'
