#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# The mechanical changes of the series are those that scripts/cocci-convert makes of the kernel without patches, and
# scripts/cocci-check finds what bypasses the operations.

. "$(dirname "$0")/../../scripts/tap.sh"
src=${PVOPS_BUILD:-$tap_top/build}/linux-src
queue=${PVOPS_QUEUE:-$tap_top}
export PVOPS_BUILD=$work/build
convert() { "$tap_top/scripts/cocci-convert" "$@"; }
check() { "$tap_top/scripts/cocci-check" "$@"; }

# What the conversions have to do with each file, whose existing code the series makes use an operation.
#   exact    they give the file of the patches, to the byte
#   layout   they give it but for white space: coccinelle puts an argument of several lines on one
#   native   the patches add the native_ functions as well, and do nothing else
#   hand     none: no semantic patch writes new code, and none sees an asm statement
plan='
arch/riscv/include/asm/irqflags.h	native	5
arch/riscv/include/asm/tlbflush.h	exact	4
arch/riscv/include/asm/vector.h	exact	4
arch/riscv/kernel/entry.S	exact	18
arch/riscv/kernel/fpu.S	exact	6
arch/riscv/kernel/kernel_mode_fpu.c	exact	2
arch/riscv/lib/uaccess.S	exact	5
arch/riscv/lib/uaccess_vector.S	exact	2
arch/riscv/mm/context.c	layout	2
arch/riscv/include/asm/asm-prototypes.h	hand	what modules call
arch/riscv/include/asm/cacheflush.h	hand	a hook
arch/riscv/include/asm/pgtable.h	hand	hooks
arch/riscv/include/asm/processor.h	hand	asm: the instruction moves to a native_ function
arch/riscv/include/asm/switch_to.h	hand	a hook
arch/riscv/include/asm/uaccess.h	hand	asm: the instructions move to native_ functions
arch/riscv/kernel/paravirt.c	hand	the backend'\''s steal clock
arch/riscv/kernel/setup.c	hand	the backend is selected
arch/riscv/mm/tlbflush.c	hand	a hook
'
planned() { awk -F '\t' -v how="$1" '$2 ~ how { print $1 }' <<<"$plan" | sort; }

# The patches before the first stage $1.
patches() { awk -v end="$1" '/^# stage:/ && $3 ~ end { exit } !/^(#|[ \t]*$)/ { print $1 }' "$queue/series"; }
push() {
	local tree=$1 p
	shift
	for p; do patch -d "$tree" -p1 -s -f --no-backup-if-mismatch -i "$queue/patches/$p" >&2 || return; done
}

# arch/riscv, the drivers that have to do with it, and all that the patches touch, as they are without patches.
make_pristine() {
	mkdir -p "$work/pristine"
	(
		cd "$src" || exit
		{
			sed -n 's|^--- a/||p' "$queue"/patches/*/*.patch
			find .pc arch/riscv -type f ! -path '*/boot/*'
			LC_ALL=C grep -rlE --include='*.[chS]' '\<(csr_[a-z]+\(|native_|csr[rwsc])|sfence' drivers | LC_ALL=C xargs grep -liE 'riscv|asm/csr\.h'
		} 2>/dev/null | sort -u | while read -r f; do [ ! -f "$f" ] || echo "$f"; done | xargs cp -a --parents -t "$work/pristine"
	)
	(cd "$work/pristine" && if [ -s .pc/applied-patches ]; then quilt --quiltrc - pop -a -f -q; fi; rm -rf .pc) >/dev/null 2>&1
	find "$work/pristine" -type f -size 0 -delete
}

exact() { cmp -s "$work/converted/$1" "$work/patched/$1"; }
layout() { cmp -s <(tr -d '[:space:]' <"$work/converted/$1") <(tr -d '[:space:]' <"$work/patched/$1"); }
native() {
	local changes
	changes=$(diff "$work/converted/$1" "$work/patched/$1")
	! grep -qE '^<|^> .*\<pv_' <<<"$changes"
}
places() { awk -F '\t' -v f="$1" '$1 == f { n += $3 } END { print n + 0 }' "$PVOPS_BUILD/results/cocci-convert.tsv"; }
# Existing files in which the series adds a use of an operation.
users() {
	local f changes
	(cd "$work/patched" && find . -type f -printf '%P\n') | sort | while read -r f; do
		[ -f "$work/pristine/$f" ] && ! cmp -s "$work/pristine/$f" "$work/patched/$f" || continue
		changes=$(diff "$work/pristine/$f" "$work/patched/$f")
		! grep -qE '^>.*\<pv_(\w+\(|(insn_)?site)' <<<"$changes" || echo "$f"
	done
}

ok 'there is a kernel' [ -d "$src/arch/riscv" ] || exit 1
make_pristine
mapfile -t interface < <(patches '^xen-')
mapfile -t rest < <(patches '^$' | tail -n "+$((${#interface[@]} + 1))")
cp -a "$work/pristine" "$work/patched"
ok 'the patches of the interface apply' push "$work/patched" "${interface[@]}"

# Converting

cp -a "$work/pristine" "$work/converted"
run convert --diff "$work/converted"
ok '--diff changes nothing' diff -r "$work/pristine" "$work/converted"
said 'and is a patch' 0 '--- a/arch/riscv/mm/context.c'
run convert "$work/converted"
said 'the kernel without patches is converted' 0 'arch/riscv/kernel/entry.S'
while IFS=$'\t' read -r f how n; do
	[ -n "$f" ] && [ "$how" != hand ] || continue
	ok "$f: as in the patches ($how)" "$how" "$f" || diff -u "$work/converted/$f" "$work/patched/$f" | sed 's/^/# /' | head -n 30
	ok "$f: $n places" [ "$(places "$f")" -eq "$n" ]
done <<<"$plan"
changed=$(diff -rq "$work/pristine" "$work/converted" | awk '{ print $4 }' | sed "s|^$work/converted/||" | sort)
ok 'no other file is' [ "$changed" = "$(planned 'exact|layout|native')" ]
ok 'nor do the patches convert another' [ "$(users)" = "$(planned '.')" ] || diff <(users) <(planned '.') | sed 's/^/# /'
run convert --diff "$work/patched"
said 'the patched kernel is not converted any more' 0
ok 'at all' [ "${output/@@/}" = "$output" ]

# What must be found: a site that the patches forgot, one they have too many, a rule that is wrong.
# tampered HOW FILE EDIT
tampered() {
	local f=$work/patched/arch/riscv/$2 seen=false
	cp "$f" "$work/keep"
	sed -i "$3" "$f"
	if ! cmp -s "$f" "$work/keep" && ! "$1" "arch/riscv/$2"; then seen=true; fi
	cp "$work/keep" "$f"
	ok "another $2 in the patches is seen" $seen
}
tampered exact include/asm/vector.h 's/pv_ext_off(SR_VS);/csr_clear(CSR_SSTATUS, SR_VS);/'
tampered exact kernel/entry.S 's/pv_insn_site PV_TRAP_GET_TVAL, csrr s3, CSR_TVAL/csrr s3, CSR_TVAL/'
tampered layout mm/context.c 's/csr_write(CSR_SATP, old)/pv_write_satp(old)/'
tampered native include/asm/irqflags.h 's/pv_restore_fl(flags)/csr_set(CSR_STATUS, flags \& SR_IE)/'
mkdir "$work/project"
cp -a "$tap_top/scripts" "$work/project"
sed -i 's/^+ pv_ext_off(ext)/+ pv_ext_on(ext)/' "$work/project/scripts/coccinelle/pv-ext.cocci"
rm -rf "$work/converted"
cp -a "$work/pristine" "$work/converted"
run "$work/project/scripts/cocci-convert" "$work/converted"
seen=true
for f in arch/riscv/include/asm/vector.h arch/riscv/kernel/kernel_mode_fpu.c; do ! exact "$f" || seen=false; done
ok 'a wrong rule is seen' $seen

# Checking

push "$work/patched" "${rest[@]}"
run check "$work/patched"
said 'all that bypasses the operations is on the list' 0 ' 0 of them not on the list'
run check "$work/pristine"
said 'without the patches it is not' 1 'arch/riscv/include/asm/irqflags.h:21: arch_local_irq_enable: csr_set CSR_STATUS' \
	'arch/riscv/include/asm/uaccess.h:60: __enable_user_access: csrs sstatus' 'entry.S:' 'wait_for_interrupt: wfi'

# A tree of nothing but faults.
plant() {
	mkdir -p "$work/planted/$(dirname "$1")"
	printf '%s\n' "${@:2}" >"$work/planted/$1"
}
plant arch/riscv/kernel/a.c 'static void a(void)' '{' '	csr_set(CSR_SSTATUS,' '		SR_IE);' '}'
plant drivers/irqchip/riscv-b.c 'int b(int x)' '{' '	if (x)' '		return csr_read(' '			CSR_SATP);' '	native_irq_enable();' '	return 0;' '}'
plant arch/riscv/kernel/c.h 'static inline void c(long x)' '{' '	ALT_SFENCE_VMA_ADDR(x);' '	asm volatile("csrs sstatus, %0" :: "r" (x));' \
	'	asm ("nop; sfence.vma");' '	__asm__("csrc " __stringify(CSR_STATUS) ", %0" :: "r" (x));' '}'
plant arch/riscv/kernel/d.S 'SYM_CODE_START(d)' '	csrw	CSR_EPC, a0' '	pv_insn_site PV_TRAP_RET, sret' '1:	sret' 'SYM_CODE_END(d)'
plant arch/riscv/kernel/e.c 'void e(void)' '{' '	this is ) not C;' '	csr_clear(CSR_STATUS, SR_IE);' '}'
: >"$work/list"
run check --list "$work/list" "$work/planted"
said 'an access in C' 1 'arch/riscv/kernel/a.c:3: a: csr_set CSR_SSTATUS has a paravirtual operation'
said 'in a driver, over two lines, and a native operation' 1 'riscv-b.c:4: b: csr_read CSR_SATP' 'riscv-b.c:6: b: native_irq_enable'
said 'a flush and asm statements' 1 'c.h:3: c: ALT_SFENCE_VMA_ADDR' 'c.h:4: c: csrs sstatus' 'c.h:5: c: sfence.vma' 'c.h:6: c: csrc CSR_STATUS'
said 'assembly, but for a site' 1 'd.S:2: d: csrw CSR_EPC' 'd.S:4: d: sret'
said 'what coccinelle cannot parse' 1 'e.c:4: e: coccinelle does not see csr_clear CSR_STATUS here'
said 'and nothing else' 1 ': 9 accesses, 9 of them not on the list; 1 unseen'

# A tree of what is right.
rm -r "$work/planted"
mkdir -p "$work/planted/arch/riscv"
plant arch/riscv/kvm/f.c 'void f(void)' '{' '	csr_set(CSR_STATUS, SR_IE);' '}'
plant arch/riscv/kernel/g.c 'static void native_irq_enable(void)' '{' '	csr_set(CSR_STATUS, SR_IE);' '}' '/*' ' * csr_read(CSR_SATP) sfence.vma' ' */'
run check --list "$work/list" "$work/planted"
said 'KVM may, and native functions and comments' 0 ' 0 accesses'
run convert --diff "$work/planted"
said 'and are not converted' 0
ok 'at all' [ "${output/@@/}" = "$output" ]

# The list.
plant arch/riscv/kernel/a.c 'static void a(void)' '{' '	csr_set(CSR_STATUS, SR_IE);' '}'
printf 'arch/*/a.c\ta\tcsr_set CSR_STATUS, csr_read CSR_SATP\tbecause\n' >"$work/list"
run check --list "$work/list" "$work/planted"
said 'a line of the list that fits nothing' 1 'arch/*/a.c: a: csr_read CSR_SATP: there is no such access any more' ' 0 of them not on'
printf 'arch/*/a.c\ta\tcsr_set CSR_STATUS\n' >"$work/list"
run check --list "$work/list" "$work/planted"
said 'and one that is none' 2 'list:1: not file TAB'

for c in convert check; do
	run "$c" "$work/nowhere"
	said "$c: no kernel" 2 'no kernel source'
done
