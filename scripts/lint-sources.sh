# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What a patch adds to what is said of the tree: by compiler, linker, sparse, coccinelle and kernel-doc, before and after
# it. Sourced by scripts/lint-patches after lint-tree.sh, with $states, the states that are built.

# shellcheck disable=SC2154,SC2034 # shared with the scripts that source it
files_dir=$lint/files	# what is said of a file, by checksum of all that it depends on
look=$lint/look		# files that are to be looked at, below that checksum

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
		objects_of "$state" >"$lint/$state.objects-before"
	done
	rm -rf "$look"
	take_sources "$1" >"$lint/sources-before"
}

# said_anew STATE PATCH: what is said since the patch; not what is said of a file that the patch does not touch, in an object
# that it only makes the configuration take.
said_anew() {
	new_lines "$lint/$1.said-before" "$lint/$1.said" |
		awk -F '\t' -v objects="$lint/$1.objects-before" -v files="$(touched "$2" | paste -sd ' ')" '
		BEGIN { while ((getline o <objects) > 0) before[o] = 1; n = split(files, f, " "); for (i = 1; i <= n; i++) touched[f[i]] = 1 }
		{ object = $2; sub(/\.(warn|sparse)$/, "", object); match(object, /[^\/]*$/)
		  object = substr(object, 1, RSTART - 1) substr(object, RSTART + 1)
		  file = $3; sub(/:.*/, "", file) }
		object in before || file in touched'
}

# Compiler and linker.
new_of_state() {
	said_anew "$1" "$2" |
		awk -F '\t' '$1 == "warn" && $3 !~ /[Ee]rror: / && !seen[$3]++ { print $4 }' | finding "$1"
	finding "$1" <"$lint/$1.errors"
}

new_of_sparse() {
	local state
	for state in $states; do said_anew "$state" "$1"; done |
		awk -F '\t' '$1 == "sparse" && !seen[$3]++ { print $4 }' | finding sparse
}

# link_in_doubt STATE JOBS: not all of the kernel is linked after each patch. Where an object uses a name that none used
# before and neither any object nor the first stage's whole kernel has, it is, to see.
link_in_doubt() {
	local map log=$PVOPS_LOGS/vmlinux-$1
	[ ! -s "$lint/$1.errors" ] || return 0
	map=$build/images/$(stages | sed -n 1p)/System.map
	[ -f "$map" ] || map=/dev/null
	open_symbols "$1" | comm -23 - "$lint/$1.open-before" |
		awk -v map="$map" 'FILENAME == map { has[$3] = 1; next } !($1 in has)' "$map" - >"$lint/$1.doubt"
	[ -s "$lint/$1.doubt" ] || return 0
	note "lint: linking the whole kernel ($1) to see whether there is $(sed -n 1,3p "$lint/$1.doubt" | paste -sd ' ') ..."
	build_make "$1" -j"$2" C=0 vmlinux >"$log" 2>&1 </dev/null && return
	{
		sed -n 's/.*\(undefined reference to .*\)/\1/p' "$log" | sort -u | grep . ||
			grep -E '\*\*\*|rror:' "$log" | sed 's/^/the whole kernel does not build: /' | sed 1q
	} >"$lint/$1.errors" || :
}

# The C files of patch $1 as they are in the tree: a key each; those that nobody has looked at are put aside below it.
take_sources() {
	local f key
	while read -r f; do
		[[ $f == *.[ch] && -f $tree/$f ]] || continue
		key=$({ echo "$tools $f"; cat "$tree/$f"; } | hash_of)
		echo "$key"
		[ -f "$files_dir/$key" ] || (cd "$tree" && mkdir -p "$look/$key" && cp --parents "$f" "$look/$key")
	done < <(touched "$queue/patches/$1")
}

# What coccinelle and kernel-doc say of all that was put aside: kind, file, finding, as said; in a file by the key.
# Nearly all that spatch takes is its start, so it sees all files at once.
look_at_sources() {
	local key
	[ -d "$look" ] || return 0
	(cd "$look" && { cocci_here; kernel_doc_here; }) >"$lint/looked"
	for key in "$look"/*; do
		key=${key##*/}
		awk -F '\t' -v OFS='\t' -v key="$key" '$1 == key { print $2, $3, $4, $5 }' "$lint/looked" | sort >"$files_dir/new"
		mv "$files_dir/new" "$files_dir/$key"
	done
	rm -rf "$look"
}

# The kernel's own semantic patches that can report. Each says what it wants in its line "Options:".
cocci_here() {
	[ -d "$tree/scripts/coccinelle" ] || return 0
	# shellcheck disable=SC2016 # the inner shell's
	grep -rlE --include='*.cocci' 'virtual[[:space:]]+report' "$tree/scripts/coccinelle" | xargs -P "$jobs" -I '{}' sh -c '
		nice -n 10 spatch -D report --no-show-diff --very-quiet --cocci-file {} $(sed -n "s/.*Options://p" {}) \
			--include-headers --dir . 2>&1 || :' |
		sed -nE 's/\t/ /g; s|^(\./)?([0-9a-f]{40})/([^:]*):([0-9]+)[-:0-9]*:? *(.*)|\2\tcocci\t\3\t\5\t\3:\4: \5|p'
}

kernel_doc_here() {
	local key
	[ -e "$tree/scripts/kernel-doc" ] || return 0
	for key in *; do
		(cd "$key" && find . -type f -printf '%P\0' | xargs -0 -n 1 "$tree/scripts/kernel-doc" -none -Wall 2>&1 || :) |
			sed -nE "s/\t/ /g; s/^(Warning|Error|WARNING|ERROR): ([^:]*):([0-9]+):? *(.*)/$key\tkernel-doc\t\2\t\4\t\2:\3: \4/p"
	done
}

new_of_sources() {
	take_sources "$1" >"$lint/sources-after"
	look_at_sources
	new_lines <(said_of_sources before) <(said_of_sources after) | awk -F '\t' -v OFS='\t' '!seen[$0]++ { print $1, $4 }'
}
said_of_sources() { sed "s|^|$files_dir/|" "$lint/sources-$1" | xargs -r cat; }

# What no state compiles was not looked at.
not_compiled() {
	local f state there
	while read -r f; do
		[[ $f == *.[cS] && $f != *.lds.S && -f $tree/$f ]] || continue
		there=''
		# asm-offsets.c becomes .s and no object
		for state in $states; do [ ! -e "$lint/$state/${f%.*}.o" ] && [ ! -e "$lint/$state/${f%.*}.s" ] || there=1; done
		[ -n "$there" ] || printf '%s\t%s: compiled in none of the configurations\n' "${states##* }" "$f"
	done < <(touched "$queue/patches/$1")
}
