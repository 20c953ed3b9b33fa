# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What a patch adds to what is said of the tree: by compiler, linker, sparse, coccinelle and kernel-doc, before and after
# it. Sourced by scripts/lint-patches after lint-tree.sh, with $states, the states that are built.

# shellcheck disable=SC2154,SC2034 # shared with the scripts that source it
files_dir=$lint/files	# what is said of a file, by checksum of all that it depends on

touched() { sed -n 's|^+++ b/||p' "$1"; }

# The targets: what always stands for the tree, and what the series touches elsewhere.
find_targets() {
	if [ -n "$whole" ]; then targets=(vmlinux); return; fi
	local f
	while read -r f; do
		case $f in
		arch/riscv/*) continue ;;
		esac
		targets+=("${f%/*}/")
	done < <(for f; do touched "$f"; done | grep '\.[cS]$' | sort -u)
	mapfile -t targets < <(printf '%s\n' "${targets[@]}" | sort -u)
}

# new_lines BEFORE AFTER: what AFTER has and BEFORE has not, or not as often, by all fields but the last
new_lines() {
	awk -F '\t' -v before="$1" '
	{ key = $0; sub(/\t[^\t]*$/, "", key) }
	FILENAME == before { n[key]++; next }
	n[key]-- <= 0' "$1" "$2"
}

# Of the state after the last patch, what the next is held against.
remember_before() {
	local state
	for state in $states; do
		cp "$lint/$state.said" "$lint/$state.said-before"
		open_symbols "$state" >"$lint/$state.open-before"
	done
	: >"$lint/sources-before"
	while read -r f; do said_of_source "$f" >>"$lint/sources-before"; done < <(touched "$queue/patches/$1")
}

# Compiler and linker.
new_of_state() {
	new_lines "$lint/$1.said-before" "$lint/$1.said" |
		awk -F '\t' '$1 == "warn" && $3 !~ /[Ee]rror: / && !seen[$3]++ { print $4 }' | finding "$1"
	finding "$1" <"$lint/$1.errors"
	[ -s "$lint/$1.errors" ] || open_of_state "$1" | finding "$1"
}

new_of_sparse() {
	local state
	for state in $states; do new_lines "$lint/$state.said-before" "$lint/$state.said"; done |
		awk -F '\t' '$1 == "sparse" && !seen[$3]++ { print $4 }' | finding sparse
}

# Not all of the kernel is linked after each patch. Where an object uses a name that none used before and neither any
# object nor the first stage's whole kernel has, it is, to see.
open_of_state() {
	local map
	map=$build/images/$(stages | sed -n 1p)/System.map
	[ -f "$map" ] || map=/dev/null
	open_symbols "$1" | comm -23 - "$lint/$1.open-before" | awk -v map="$map" 'FILENAME == map { has[$3] = 1; next } !($1 in has)' "$map" - >"$lint/$1.doubt"
	[ -s "$lint/$1.doubt" ] || return 0
	note "lint: linking the whole kernel ($1) to see whether there is $(sed -n 1,3p "$lint/$1.doubt" | paste -sd ' ') ..."
	build_make "$1" -j"$jobs" C=0 vmlinux >"$PVOPS_LOGS/vmlinux-$1" 2>&1 </dev/null && return
	sed -n 's/.*\(undefined reference to .*\)/\1/p' "$PVOPS_LOGS/vmlinux-$1" | sort -u | grep . ||
		grep -E '\*\*\*|rror:' "$PVOPS_LOGS/vmlinux-$1" | sed 's/^/the whole kernel does not build: /' | sed 1q
}

# Coccinelle and kernel-doc: kind, file, finding, as said, of file $1 as it is in the tree.
said_of_source() {
	local key keep
	[[ $1 == *.[ch] && -f $tree/$1 ]] || return 0
	key=$({ echo "$tools $1"; cat "$tree/$1"; } | hash_of)
	keep=$files_dir/$key
	if [ ! -f "$keep" ]; then
		mkdir -p "$files_dir"
		{ cocci_of "$1"; kernel_doc_of "$1"; } >"$keep.new"
		mv "$keep.new" "$keep"
	fi
	cat "$keep"
}

# The kernel's own semantic patches that can report. Each is told what it wants by its line "Options:".
cocci_of() {
	[ -d "$tree/scripts/coccinelle" ] || return 0
	# shellcheck disable=SC2016 # the inner shell's
	(cd "$tree" && grep -rlE --include='*.cocci' 'virtual[[:space:]]+report' scripts/coccinelle | sort |
		FILE=$1 xargs -P "$jobs" -I '{}' sh -c '
		nice -n 10 spatch -D report --no-show-diff --very-quiet --cocci-file {} $(sed -n "s/.*Options://p" {}) "$FILE" 2>&1 |
			grep -F "$FILE:" || :') |
		sed -E 's/\t/ /g; s/^([^:]*):([0-9]+)[-:0-9]*:? *(.*)/cocci\t\1\t\3\t\1:\2: \3/' | sort
}

kernel_doc_of() {
	[ -e "$tree/scripts/kernel-doc" ] || return 0
	(cd "$tree" && scripts/kernel-doc -none -Wall "$1" 2>&1) |
		sed -nE "s/\t/ /g; s/^(Warning|Error|WARNING|ERROR): ([^:]*):([0-9]+):? *(.*)/kernel-doc\t\2\t\4\t\2:\3: \4/p"
}

new_of_sources() {
	local f
	: >"$lint/sources-after"
	while read -r f; do said_of_source "$f" >>"$lint/sources-after"; done < <(touched "$queue/patches/$1")
	new_lines "$lint/sources-before" "$lint/sources-after" | awk -F '\t' -v OFS='\t' '!seen[$0]++ { print $1, $4 }'
}

# What no state compiles was not looked at.
not_compiled() {
	local f state there
	while read -r f; do
		[[ $f == *.[cS] && $f != *.lds.S && -f $tree/$f ]] || continue
		there=''
		for state in $states; do [ ! -e "$lint/$state/${f%.*}.o" ] || there=1; done
		[ -n "$there" ] || printf '%s\t%s: compiled in none of the configurations\n' "${states##* }" "$f"
	done < <(touched "$queue/patches/$1")
}
