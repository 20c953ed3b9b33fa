#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# scripts/abi-drift on made-up trees, as it is recorded and changed in each way; then on Debian's headers.

. "$(dirname "$0")/../../scripts/tap.sh"
export PVOPS_BUILD=$work/build PVOPS_XEN_RECORDED=$work/recorded.tsv
export LC_ALL=C
public=$work/tree/xen/include/public

# A source tree with few of the headers.
made_up() {
	rm -rf "$work/tree"
	mkdir -p "$public/hvm"
	echo '#define __XEN_LATEST_INTERFACE_VERSION__ 0x00040e00' >"$public/xen-compat.h"
	cat >"$public/xen.h" <<-'END'
		#include "xen-compat.h"
		#if defined(__aarch64__)
		#include "arch-arm.h"
		#elif defined(__riscv)
		#include "arch-riscv.h"
		#else
		#error "Unsupported architecture"
		#endif
		#define __HYPERVISOR_memory_op 12
		#define __HYPERVISOR_trace_op 77
		#define XEN_TEXT "no number"
		#define XEN_ADD(a, b) ((a) + (b))
		#if __XEN_INTERFACE_VERSION__ < 0x00040000
		#error "an old interface"
		#endif
		typedef uint16_t domid_t;
	END
	echo 'typedef uint64_t xen_pfn_t;' | tee "$public/arch-arm.h" >"$public/arch-riscv.h"
	cat >"$public/memory.h" <<-'END'
		#include "xen.h"
		#define XENMEM_made_up 60
		struct xen_remove_from_physmap {
			domid_t domid;
			xen_pfn_t gpfn;
		};
		typedef struct xen_made_up {
			union { uint32_t a, b; } u;
			char text[8];
		} xen_made_up_t;
	END
	echo 'enum { XEN_EPERM = 1 };' >"$public/errno.h"
}
drift() { "$tap_top/scripts/abi-drift" "$@"; }

# finds NAME ROW SED FILE: after the change the table has the row, and no other
finds() {
	made_up
	cp "$public/$4" "$work/was"
	sed -i "$3" "$public/$4"
	! cmp -s "$public/$4" "$work/was" || echo "'$3' changes nothing" >>"$public/$4"
	run drift "$work/tree"
	said "$1" 1 'differences from'
	ok '    its row' [ "$(sed 1d "$work/build/results/abi-drift.tsv" | tr '\t' ' ')" = "$2" ] || sed 's/^/# /' "$work/build/results/abi-drift.tsv"
}

made_up
run drift "$work/tree"
said 'without a recorded state' 2 'no recorded state'
run drift --record 'a made-up Xen' "$work/tree"
said 'recorded' 0
run cat "$work/recorded.tsv"
said 'what is recorded: constants of macros and enumerations, types, structures, members' 0 'a made-up Xen' \
	'const	XEN_EPERM	1' 'const	__HYPERVISOR_memory_op	12' 'type	domid_t	u2' 'struct	xen_made_up	12' \
	'member	xen_made_up.u.b	+0 u4' 'member	xen_made_up.text	+4 u1[8]'
ok 'and nothing that is no number' [ -z "$(grep 'XEN_TEXT\|XEN_ADD\|uint64_t' "$work/recorded.tsv")" ]
run drift "$work/tree"
said 'nothing has changed' 0 '14 constants, types and members are as recorded'
run drift "$public/../.."
said 'named by a directory further down' 0
mkdir -p "$work/installed/usr/include"
cp -r "$public" "$work/installed/usr/include/xen"
for dir in '' usr usr/include usr/include/xen; do
	run drift "$work/installed/$dir"
	said "installed headers, named by /$dir" 0
done

finds 'a changed constant' 'changed const __HYPERVISOR_memory_op 12 13 12' 's/memory_op 12/memory_op 13/' xen.h
finds 'one that interfaces/ has not' 'changed const __HYPERVISOR_trace_op 77 78 -' 's/trace_op 77/trace_op 78/' xen.h
finds 'a changed errno' 'changed const XEN_EPERM 1 2 1' 's/= 1/= 2/' errno.h
finds 'a removed constant' 'removed const XENMEM_made_up 60 - -' '/XENMEM_made_up/d' memory.h
finds 'a new constant' 'new const XENMEM_more - 61 -' '/XENMEM_made_up/a #define XENMEM_more 61' memory.h
finds 'a grown structure' $'changed struct xen_remove_from_physmap 16 24 16\nnew member xen_remove_from_physmap.flags - +16 u4 -' \
	's/xen_pfn_t gpfn;/& uint32_t flags;/' memory.h
finds 'a new member where there was padding' 'new member xen_remove_from_physmap.pad - +2 u2 -' 's/domid_t domid;/& uint16_t pad;/' memory.h
finds 'a removed member' 'removed member xen_made_up.u.b +0 u4 - -' 's/a, b;/a;/' memory.h
finds 'a moved member' $'changed member xen_remove_from_physmap.domid +0 u2 +8 u2 +0 u2\nchanged member xen_remove_from_physmap.gpfn +8 u8 +0 u8 +8 u8' \
	'/domid_t domid;/{h;d;};/xen_pfn_t gpfn;/G' memory.h
finds 'a type' $'changed member xen_remove_from_physmap.domid +0 u2 +0 u4 +0 u2\nchanged type domid_t u2 u4 u2' 's/uint16_t domid_t/uint32_t domid_t/' xen.h
finds "RISC-V's parameters other than ours" $'riscv member xen_remove_from_physmap.gpfn - +4 u4 +8 u8\nriscv struct xen_remove_from_physmap - 8 16\nriscv type xen_pfn_t - u4 u8' \
	's/uint64_t/uint32_t/' arch-riscv.h
made_up
rm "$public/errno.h"
run drift "$work/tree"
said 'a header that is gone' 1 'removed' 'XEN_EPERM'

made_up
echo 'struct broken {' >>"$public/memory.h"
run drift "$work/tree"
said 'headers that do not compile' 2 'do not compile' "$public"
rm "$public/xen-compat.h"
run drift "$work/tree"
said 'a tree that is no Xen tree' 2 'is no Xen tree'
run drift "$work/nowhere"
said 'no directory' 2 'no directory'
run drift
said 'no argument' 2 'usage'
run env CROSS_COMPILE=none- "$tap_top/scripts/abi-drift" "$work/installed"
said 'no compiler' 3 'none-gcc'

unset PVOPS_XEN_RECORDED
installed=$(dpkg-query -W -f '${Version}' libxen-dev 2>/dev/null)
if [[ $installed == 4.17.* ]]; then
	run drift "${PVOPS_XEN_INCLUDE:-/usr/include/xen}"
	said "libxen-dev 4.17 is what is recorded" 0 'are as recorded'
else
	skip 'libxen-dev 4.17 is what is recorded' "there is ${installed:-none}"
fi
