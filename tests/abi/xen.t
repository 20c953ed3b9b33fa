#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# The headers in interfaces/xen: by themselves, against the table of hypercalls, and member by member against those of the
# patched kernel and of Xen; then changes of each that must be found. What is compared is what the headers have, so
# a new name needs no line here.

. "$(dirname "$0")/../../scripts/tap.sh"
build=${PVOPS_BUILD:-$tap_top/build}
src=$(realpath -m "${PVOPS_KERNEL_SRC:-$build/linux-src}")
xen_include=${PVOPS_XEN_INCLUDE:-/usr/include/xen}
export LC_ALL=C
interface=()
for name in xen version features memory event_channel grant_table sched vcpu physdev hvm/hvm_op hvm/params io/console io/xs_wire; do
	interface+=("include/xen/interface/$name.h")
done
# the series adds it
[ ! -f "$src/include/xen/interface/riscv.h" ] || interface+=(include/xen/interface/riscv.h)

# Layouts, into $work. ours DIRECTORY: that has xen/
ours() {
	local files=("$1"/xen/*.h)
	"$tap_top/scripts/abi-layout" "$1/xen" "${files[@]##*/}" -- -I"$1" >"$work/ours.tsv"
}
# The architecture's types: RISC-V's when the series adds them, until then arm64's, which are the same.
kernels() {
	local arch=riscv
	[ -f "$1/arch/riscv/include/asm/xen/interface.h" ] || arch=arm64
	rm -rf "$work/arch"
	mkdir -p "$work/arch/asm"
	ln -s "$1/arch/$arch/include/asm/xen" "$work/arch/asm/xen"
	"$tap_top/scripts/abi-layout" "$1" "${interface[@]}" -- \
		-I"$tap_top/tests/abi/linux-shim" -I"$work/arch" -I"$1/include" >"$work/kernel.tsv"
}
xens() { "$tap_top/scripts/abi-drift" --layout "$1" >"$work/xen.tsv"; }
compared() { "$tap_top/tests/abi/xen-compare" "$work"/{ours,kernel,xen}.tsv "${1:-$tap_top/tests/abi/xen-differences.tsv}"; }

# alone: each header compiles without others before it, for both sides and the host
alone() {
	local h compiler
	for compiler in "${CROSS_COMPILE:-riscv64-linux-gnu-}gcc" gcc 'clang --target=aarch64-none-elf'; do
		for h in "$1"/xen/*.h; do
			# shellcheck disable=SC2086 # a compiler and its option
			echo "#include <xen/${h##*/}>" |
				$compiler -ffreestanding -std=gnu11 -Wall -Wextra -Werror -I"$1" -fsyntax-only -x c - || return
		done
	done
}
table() {
	"${CROSS_COMPILE:-riscv64-linux-gnu-}gcc" -ffreestanding -std=gnu11 -Wall -Wextra -Werror -I"$1" -fsyntax-only "$tap_top/tests/abi/xen.c"
}

# changed SED FILE COMMAND...: a copy of what the file is in, $copy, with the change; it must change something
changed() {
	local file=$work/copy/$2
	cp "$file" "$work/was"
	sed -i "$1" "$file"
	! cmp -s "$file" "$work/was" || { echo "'$1' changes nothing" && return 9; }
	"${@:3}"
	status=$?
	mv "$work/was" "$file"
	return "$status"
}
# finds NAME TEXT SED FILE COMMAND...: the command fails after the change, and says the text in one line, whatever the blanks
finds() {
	run changed "${@:3}"
	output=$(tr -s ' ' <<<"$output")
	said "found: $1" 1 "$2"
}
copy_of() {
	rm -rf "$work/copy"
	mkdir -p "$work/copy"
	cp -r "$@" "$work/copy"
}
ours_compared() { ours "$work/copy" && compared; }
kernels_compared() { kernels "$work/copy" && compared; }
xens_compared() { xens "$work/copy" && compared; }
differences_compared() { compared "$work/copy/xen-differences.tsv"; }

run alone "$tap_top/interfaces"
said 'each header compiles by itself: riscv64, the host, arm64' 0
run table "$tap_top/interfaces"
said 'the table of hypercalls has numbers, ops and types that are in them' 0
copy_of "$tap_top/interfaces/xen"
finds 'a header that needs another before it' 'evtchn_port_t' '/#include "xen.h"/d' xen/event_channel.h alone "$work/copy"
finds 'another number in the table' '__HYPERVISOR_memory_op is another number' 's/X(12, memory_op/X(11, memory_op/' xen/hypercalls.h table "$work/copy"
finds 'an op that is there twice' 'duplicate case value' 's/XENMEM_maximum_gpfn, /XENMEM_memory_map, /' xen/hypercalls.h table "$work/copy"
finds 'an argument that no header has' 'struct evtchn_sent' 's/struct evtchn_send,/struct evtchn_sent,/' xen/hypercalls.h table "$work/copy"

run ours "$tap_top/interfaces"
said 'layout of interfaces/xen' 0
if [ ! -f "$src/include/xen/interface/xen.h" ] || [ ! -f "$xen_include/xen.h" ]; then
	skip 'compared with the kernel and Xen' "no $src/include/xen/interface/xen.h (./pvops apply), or no $xen_include/xen.h (./pvops setup)"
	exit
fi
run kernels "$src"
said "layout of the kernel's headers" 0
run xens "$xen_include"
said "layout of Xen's headers" 0
run compared
said "the three are the same, member by member, but for what is explained" 0 'compared with'
echo "# $output"
grep -q '[1-9][0-9][0-9] compared with.* [1-9][0-9][0-9] with' <<<"$output"
ok 'and there was something to compare' [ $? -eq 0 ]

finds 'another number' 'EVTCHNOP_send 5 4 4' '/define EVTCHNOP_send/s/4/5/' xen/event_channel.h ours_compared
finds 'members in another order' 'sched_watchdog.timeout +0 u4 +4 u4 +4 u4' '/struct sched_watchdog/,/};/{s/id;/x;/;s/timeout;/id;/;s/x;/timeout;/}' xen/sched.h ours_compared
finds 'a smaller member' 'xen_hvm_param.index +4 u2 +4 u4 +4 u4' 's/uint32_t index;/uint16_t index;/' xen/hvm.h ours_compared
finds 'one that is signed' 'vcpu_runstate_info.state +0 u4 +0 i4 +0 i4' 's/int state;/unsigned int state;/' xen/vcpu.h ours_compared
finds 'a longer array' 'multicall_entry 72 64 64' 's/args\[6\]/args[7]/' xen/xen.h ours_compared
finds 'a member that only ours has' 'xen_feature_info.more +8 u4 - -' 's/uint32_t submap;/&\n\tuint32_t more;/' xen/version.h ours_compared
finds 'one that ours has not' 'evtchn_status.u.pirq - +16 u4 +16 u4' '/uint32_t pirq;.*EVTCHNSTAT/d' xen/event_channel.h ours_compared
finds 'another type of frame numbers' 'xen_pfn_t u4 u8 u8' 's/uint64_t xen_pfn_t/uint32_t xen_pfn_t/' xen/riscv.h ours_compared
finds 'something in the empty structures' 'arch_vcpu_info 8 0 0' 's/struct arch_vcpu_info {/&\n\tuint64_t more;/' xen/riscv.h ours_compared
finds 'a structure that nobody else has' 'sched_more 4 - -' '/struct sched_watchdog {/i struct sched_more { uint32_t id; };' xen/sched.h ours_compared
finds 'a constant that Xen has not' 'XEN_EMORE 200 - -' '/XEN_EPERM/a #define XEN_EMORE 200' xen/errno.h ours_compared
finds 'handles of another size' 'sched_poll.ports.p - ' 's/union { type \*p; uint64_t q; }/struct { uint64_t q, p2; }/' xen/riscv.h ours_compared
ours "$tap_top/interfaces"

copy_of "$tap_top/tests/abi/xen-differences.tsv"
finds 'an explanation of what is not so' 'explained, and not so: kernel HVM_NR_PARAMS 20' '/HVM_NR_PARAMS/s/19/20/' xen-differences.tsv differences_compared
finds 'an explanation that is gone' 'HVM_NR_PARAMS 39 19 39' '/HVM_NR_PARAMS/d' xen-differences.tsv differences_compared
finds 'a line without its reason' 'not who, name, what, reason' '/HVM_NR_PARAMS/s/	[^	]*$//' xen-differences.tsv differences_compared

mkdir -p "$work/tree/include" "$work/tree/arch/arm64/include/asm"
cp -r "$src/include/xen" "$work/tree/include/"
cp -r "$src/arch/arm64/include/asm/xen" "$work/tree/arch/arm64/include/asm/"
[ ! -d "$src/arch/riscv/include/asm/xen" ] || {
	mkdir -p "$work/tree/arch/riscv/include/asm"
	cp -r "$src/arch/riscv/include/asm/xen" "$work/tree/arch/riscv/include/asm/"
}
copy_of "$work"/tree/*
finds 'another number in the kernel' 'VIRQ_CON_RING 8 9 8' '/define VIRQ_CON_RING/s/8/9/' include/xen/interface/xen.h kernels_compared
finds 'another layout in the kernel' 'evtchn_init_control.vcpu +12 u4 +16 u4 +12 u4' 's/uint32_t offset;/uint64_t offset;/' include/xen/interface/event_channel.h kernels_compared
header=include/xen/xlate/interface.h
[ -f "$src/$header" ] || header=include/xen/arm/interface.h	# before the series moves it
finds "another type in the kernel's header of the architecture" 'xen_pfn_t u8 u4 u8' 's/uint64_t xen_pfn_t/uint32_t xen_pfn_t/' $header kernels_compared
kernels "$src"

copy_of "$xen_include"/.
finds 'another number in Xen' 'XENMEM_memory_map 9 9 26' '/define XENMEM_memory_map /s/9/26/' memory.h xens_compared
finds 'a grown structure in Xen' 'xen_remove_from_physmap.flags - - +16 u4' '/struct xen_remove_from_physmap {/,/};/s/xen_pfn_t *gpfn;/&\n uint32_t flags;/' memory.h xens_compared
