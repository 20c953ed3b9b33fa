# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# A kernel tree of lint's own that walks through the series, and what is built in it. Sourced by scripts/lint-patches.
#
# build/lint/src    the tree; quilt moves it from patch to patch, so that only what a patch touches is compiled again
# build/lint/off    built with the options of all stages off,
# build/lint/on     and on
# Beside each object is what compiler and sparse said of it (scripts/lint-cc). So the warnings of a tree are there
# whole after each step, and what a patch adds is the difference to the step before.

# shellcheck disable=SC2154,SC2034 # shared with the scripts that source it
. "$(dirname "${BASH_SOURCE[0]}")/lib-kernel.sh"
kernel_tools ''
lint=$build/lint
tree=$lint/src
applied=$lint/applied		# what is applied, in order: checksum and name of each patch

# What is compiled after each patch, if its sources changed or a header they include: all of the architecture (make does not
# count its library as that), and of the rest files that between them include what a patch to its headers can break.
targets=(
	arch/riscv/ arch/riscv/lib/
	init/main.o
	kernel/entry/common.o kernel/irq/handle.o kernel/locking/mutex.o kernel/locking/spinlock.o kernel/rcu/tree.o
	kernel/sched/core.o kernel/time/timekeeping.o kernel/fork.o kernel/signal.o kernel/exit.o kernel/smp.o kernel/cpu.o
	lib/kunit/ mm/memory.o mm/mprotect.o mm/vmalloc.o mm/slub.o fs/exec.o fs/pipe.o lib/usercopy.o lib/iov_iter.o
)

tree_quilt() { (cd "$tree" && command quilt --quiltrc - "$@"); }

# Lines "checksum  name" of the first $1 patches of the series.
first_patches() { patches_upto '' | sed "$1q" | (cd "$queue/patches" && xargs -r sha256sum --); }

# A copy of build/linux-src, without patches. That one is other commands', so it is only taken while they wait.
make_tree() {
	mkdir -p "$lint"
	if [ -d "$tree" ] && cmp -s "$src.id" "$tree.id"; then return; fi
	note "Copying the kernel's source for lint (half a minute or so) ..."
	rm -rf "$tree" "$tree.id" "$lint/off" "$lint/on"
	: >"$applied"
	(lock_build && cp -a --reflink=auto "$src" "$tree")
	tree_quilt pop -a -f >/dev/null 2>&1 || :	# fails where nothing was applied
	rm -rf "$tree/.pc" "$tree/patches" "$tree/series"
	cp "$src.id" "$tree.id"
	ln -s ../queue/patches ../queue/series "$tree/"
}

# The next patch onto the tree; what quilt says, of fuzz too, to $PVOPS_LOGS/push. Fails when it does not apply.
push_next() { tree_quilt push --fuzz=2 >"$PVOPS_LOGS/push" 2>&1; }

# tree_at N: the tree with the first N patches of the series, by the shortest way.
tree_at() {
	local have want keep=0 i
	mapfile -t have <"$applied"
	mapfile -t want < <([ "$1" -eq 0 ] || first_patches "$1")
	while [ "$keep" -lt ${#have[@]} ] && [ "${have[keep]}" = "${want[keep]:-}" ]; do keep=$((keep + 1)); done
	# the backups in .pc are what counts, not the patch files, which may have changed meanwhile: hence -f
	[ ${#have[@]} -eq "$keep" ] || tree_quilt pop -f $((${#have[@]} - keep)) >"$PVOPS_LOGS/pop" 2>&1
	printf '%s\n' "${have[@]:0:keep}" | sed '/^$/d' >"$applied"
	for ((i = keep; i < ${#want[@]}; i++)); do
		push_next || return 1
		echo "${want[i]}" >>"$applied"
	done
}

# kconfig_of STATE: the root of its Kconfig
kconfig_of() { if [ -f "$lint/Kconfig.$1" ]; then echo "$lint/Kconfig.$1"; else echo Kconfig; fi; }

# build_make STATE ARGUMENT...
build_make() (
	state=$1
	shift
	# with W=1 make has each file's kernel-doc looked at as well: that is done once, elsewhere
	KBUILD_KCONFIG=$(kconfig_of "$state") exec nice -n 10 make -s -k -C "$tree" O="$lint/$state" CC="$top/scripts/lint-cc $cc" HOSTCC="$hostcc" LOCALVERSION= \
		KERNELDOC=/dev/null W=1 "${checker[@]}" "$@"
)

# sparse as the kernel's makefiles want it: they leave it out, with a warning, when it does not know what compilers
# have only since gcc 14 (so Debian 12's does not).
find_checker() {
	checker=()
	command -v sparse >/dev/null || return 0
	checker=(C=1 CHECK="$top/scripts/lint-cc sparse")
	[ "$("$tree/scripts/checker-valid.sh" sparse --arch=riscv 2>/dev/null)" = 1 ] || checker+=(CF=-D__typeof_unqual__=__typeof__)
}

# The fragments of a state at a stage; those of tests are not the stage's but need its options.
fragments() {
	echo "$configs/small.config"
	[ "$1" = on ] || return 0
	stage_fragments "$2"
	if [ -n "$(stage_fragments "$2")" ] && [ -f "$configs/kunit.config" ]; then echo "$configs/kunit.config"; fi
}


# The states in which the patches of a stage are looked at.
states_of() { if [ -z "$(stage_fragments "$1")" ]; then echo off; else echo off on; fi; }

# What was asked for and is not in .config, from merge_config.sh's words.
not_taken() { sed -n 's/^\(WARNING: \)\?Value requested for CONFIG_\([A-Z0-9_]*\) not in final .*/\2/p' "$1"; }

# may_be_forced OPTION: it only lacks a prompt, or all of its definition. Not so what only other architectures have, until the
# series gives it to this one; nor what has a prompt, and is kept off by what it depends on.
may_be_forced() {
	local file seen='' here=''
	while read -r file; do
		seen=1
		[[ $file != ./arch/* || $file == ./arch/riscv/* ]] || continue
		here=1
		! sed -n "/^\(menu\)\?config $1\$/,/^\(menu\)\?config \|^endmenu/p" "$tree/$file" |
			sed 1d | grep -qE '^\s+(prompt|bool|tristate) "' || return 1
	done < <(cd "$tree" && grep -rlE --include='Kconfig*' --exclude-dir=.pc "^(menu)?config $1\$" .)
	[ -z "$seen" ] || [ -n "$here" ]
}

# configure STATE STAGE: an option that the series makes selectable with its last patch is made so from its first one
# on, or from where its definition comes, or nothing of it would be compiled on the way.
configure() {
	local list log=$PVOPS_LOGS/config-$1 option
	mkdir -p "$lint/$1"
	mapfile -t list < <(fragments "$1" "$2")
	rm -f "$lint/Kconfig.$1"
	merge "$1" "${list[@]}" >"$log" 2>&1 || return 1
	[ -n "$(not_taken "$log")" ] || return 0
	{
		cat "$tree/Kconfig"
		for option in $(not_taken "$log"); do
			! may_be_forced "$option" || printf 'config %s\n\tbool "%s"\n' "$option" "$option"
		done
	} >"$lint/Kconfig.$1"
	merge "$1" "${list[@]}" >"$log" 2>&1
}
merge() (
	state=$1
	shift
	cd "$tree" || exit
	KBUILD_KCONFIG=$(kconfig_of "$state") scripts/kconfig/merge_config.sh -n -O "$lint/$state" "$@"
)

# What the objects' compilers and sparse said, in build/lint/STATE.said: kind, object, the finding without what a patch
# elsewhere in the file moves, and as it was said.
collect() {
	# shellcheck disable=SC2016 # awk's
	(cd "$lint/$1" && find . \( -name '.*.warn' -o -name '.*.sparse' \) -size +0 -printf '%P\n' | sort | xargs -r -d '\n' awk -v OFS='\t' -v tree="$tree/" '
	/: (fatal )?(warning|error|Warning|Error): / {
		gsub("(" tree "|(\\.\\./)+src/)", "")
		said = $0
		sub(/:[0-9]+(:[0-9]+)?: /, ": ")
		gsub(/[0-9]+:[0-9]+/, "")	# sparse: ... (see line 12:3)
		kind = FILENAME ~ /\.sparse$/ ? "sparse" : "warn"
		print kind, FILENAME, $0, said }') >"$lint/$1.said"
}

# existing TARGET...: those whose sources are there
existing() {
	local t
	for t; do
		if [ -d "$tree/$t" ] || [ -e "$tree/${t%.o}.c" ] || [ "$t" = vmlinux ]; then echo "$t"; fi
	done
}

# drop_stale STATE: objects whose source is no more, and what was said of objects that are no more.
drop_stale() {
	local line said object
	cd "$lint/$1" || exit
	{ find . -name '.*.o.cmd' -exec grep -H '^source_' {} + || :; } | while read -r line; do
		[ -e "${line##* := }" ] || { object=${line%%.cmd:source_*} && rm -f "${object%/.*}/${object##*/.}"; }
	done
	find . \( -name '.*.warn' -o -name '.*.sparse' \) | while read -r said; do
		object=${said##*/.}
		[ -e "${said%/*}/${object%.*}" ] || rm -f "$said"
	done
}

# build_state STATE JOBS TARGET...: compile what changed. make's log tells how it went, STATE.said what the compilers said.
build_state() {
	local state=$1 share=$2 rc=0
	shift 2
	(drop_stale "$state")
	build_make "$state" -j"$share" "$@" >"$PVOPS_LOGS/build-$state" 2>&1 </dev/null || rc=$?
	collect "$state"
	return $rc
}

# build_errors STATE TARGET...: why the last build_state failed. That a target is not in this configuration is no error.
build_errors() {
	local state=$1
	shift
	awk -F '\t' '$1 == "warn" && $3 ~ /[Ee]rror: / { print $3 }' "$lint/$state.said" | sort -u | grep . && return
	grep -E '\*\*\*|undefined reference|: error: |^error: |Kconfig:[0-9]+:' "$PVOPS_LOGS/build-$state" |
		grep -vE "\*\*\* \[.*\] Error [0-9]+\$|not remade because of errors|\*\*\* No rule to make target '($(printf '%s|' "$@"))'\.( *Stop\.)?\$" |
		sed "s|$tree/||g; s|:[0-9]*: |: |"
}

# objects_of STATE: all that have been compiled, as the findings name them
objects_of() { (cd "$lint/$1" && find . -name '*.o' -printf '%P\n' | sort); }

# open_symbols STATE: what its objects use and none of them defines.
open_symbols() {
	find "$lint/$1" \( -path '*/scripts' -o -path '*/tools' -o -path '*/vdso*' -o -path '*/pi' -o -path '*/purgatory' \) -prune -o \
		-name '*.o' ! -name 'vmlinux*' ! -name '.*' -print0 | xargs -0 -r "${CROSS_COMPILE}nm" -g 2>/dev/null |
		awk '$1 == "U" || $1 == "w" { if ($1 == "U") used[$2] = 1; next } NF == 3 { defined[$3] = 1 }
		END { for (s in used) if (!(s in defined)) print s }' | sort
}
