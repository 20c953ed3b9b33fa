# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What every command shares: paths, messages, logs, progress, tables. Sourced, never run.

# shellcheck disable=SC2034 # the commands use what is only set here
set -euo pipefail

# What the environment of who calls has for other trees than ours: a git hook's repository, a kernel build's directories and
# configuration, a distribution's quilt. Git's configuration stays, as git itself has it for submodules.
unset CDPATH KBUILD_OUTPUT KBUILD_EXTMOD KBUILD_EXTMOD_OUTPUT KCONFIG_CONFIG "${!QUILT_@}"
if command -v git >/dev/null; then
	while read -r name; do unset "$name"; done < <(git rev-parse --local-env-vars | grep -vx -e GIT_CONFIG_PARAMETERS -e GIT_CONFIG_COUNT)
fi
# Commands change their directory and call each other.
for name in PVOPS_BUILD PVOPS_CACHE PVOPS_QUEUE; do
	[ -z "${!name:-}" ] || printf -v "$name" %s "$(realpath -ms -- "${!name}")"
done
unset name

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
build=${PVOPS_BUILD:-$top/build}
cache=${PVOPS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pvops}
queue=${PVOPS_QUEUE:-$top}		# where series and patches/ are; the tests have their own
self=${0##*/}

export LC_ALL=C.UTF-8
export CROSS_COMPILE=${CROSS_COMPILE:-riscv64-linux-gnu-}

# Exit codes, the same for every command: 0 is success, 1 is "it was tried and failed".
readonly E_USAGE=2 E_ENV=3

# The help of a command is the "#:" block at its head.
usage() { sed -n 's/^#: \{0,1\}//p' "$0"; exit 0; }

note() { printf '%s\n' "$*" >&2; }
warn() { note "$self: warning: $*"; }
fail() { note "$self: $*"; exit 1; }
die_usage() { note "$self: $*"; exit "$E_USAGE"; }
die_env() { note "$self: $*"; exit "$E_ENV"; }

# For an option loop: the value of option $1 is there. Call as: need_value "$@"
need_value() { [ $# -ge 2 ] || die_usage "$1 needs a value"; }

# One log directory a run; commands called by commands write into their caller's.
log_dir() {
	if [ -z "${PVOPS_LOGS:-}" ]; then
		PVOPS_LOGS=$build/logs/$(date +%Y%m%d-%H%M%S)-$$
		export PVOPS_LOGS
		mkdir -p "$PVOPS_LOGS"
		ln -sfn "${PVOPS_LOGS##*/}" "$build/logs/last"
	fi
	mkdir -p "$PVOPS_LOGS"
}

# logged NAME COMMAND...: output into the run's log NAME.log; when it fails, show its end and where it is. It "was tried and
# failed", then, whatever its own status: make's 2 is no wrong use.
logged() {
	local log=$PVOPS_LOGS/$1.log
	shift
	"$@" >"$log" 2>&1 </dev/null && return
	tail -n 15 "$log" | sed 's/^/    /' >&2
	note "$self: '$1' failed; the whole log: $log"
	return 1
}

# Two commands in one build directory would spoil it: the second one waits.
lock_build() {
	[ -z "${PVOPS_LOCKED:-}" ] || return 0
	mkdir -p "$build"
	exec 9>"$build/.lock"
	if ! flock -n 9; then
		note "$self: another command works in $build: waiting for it"
		flock 9
	fi
	export PVOPS_LOCKED=1
}

# For who removes what is built: the steps of check --full work for hours in a directory of their own, which has its own lock.
refuse_full_check() {
	local lock
	for lock in "$build"/{results/full,full}/.lock; do
		[ ! -e "$lock" ] || flock -n "$lock" true || fail "a check --full is at work in $build: stop it first"
	done
}

# progress DONE TOTAL SECONDS WHAT: one line that says what is left; on a terminal it overwrites itself,
# elsewhere there is one line a minute.
progress_last=0
progress() {
	local done=$1 total=$2 secs=$3 what=$4 left=
	if [ "$done" -gt 20 ] && [ "$total" -gt "$done" ]; then
		left=$(((total - done) * secs / done))
		left=$(printf ', about %d:%02d left' $((left / 60)) $((left % 60)))
	fi
	[ "$total" -ge "$done" ] || total=$done
	if [ -t 2 ]; then
		printf '\r\033[K%s: step %d of about %d%s' "$what" "$done" "$total" "$left" >&2
	elif [ $((secs - progress_last)) -ge 60 ]; then
		progress_last=$secs
		note "$what: step $done of about $total$left"
	fi
}
progress_end() { [ ! -t 2 ] || printf '\r\033[K' >&2; }

# A path as people type it from where they are.
shown() { echo "${1#"$PWD"/}"; }

# tsv_row FIELD...: one line of a TSV
tsv_row() {
	local IFS=$'\t'
	printf '%s\n' "$*"
}

# table: a TSV on stdin (first line: names) as aligned columns; columns of numbers to the right.
table() {
	awk -F '\t' '
	{ for (i = 1; i <= NF; i++) { c[NR, i] = $i; if (length($i) > w[i]) w[i] = length($i)
	    if (NR > 1 && $i !~ /^[-0-9.,x% ]*$/) text[i] = 1 } if (NF > n) n = NF }
	END { for (r = 1; r <= NR; r++) { line = ""
	    for (i = 1; i <= n; i++) line = line sprintf("%" (text[i] ? "-" : "") w[i] "s  ", c[r, i])
	    sub(/ +$/, "", line); print line
	    if (r == 1) { gsub(/./, "-", line); print line } } }'
}

# The series: stage names, the patches of one stage, the patches up to and with one.
stages() { sed -n 's/^# stage: *\([^ ]*\).*/\1/p' "$queue/series"; }
stage_patches() {
	awk -v want="$1" '/^# stage:/ { on = $3 == want; next } on && !/^(#|[ \t]*$)/ { print $1 }' "$queue/series"
}
patches_upto() {
	local s
	for s in $(stages); do
		stage_patches "$s"
		[ "$s" != "$1" ] || return 0
	done
}
need_stage() {
	[[ " $(stages | paste -sd ' ') " == *" $1 "* ]] || die_usage "no stage '$1' in the series; there are: $(stages | paste -sd ' ')"
}

# The series and what it names are there.
check_queue() {
	local p
	for p in series patches/BASE; do [ -f "$queue/$p" ] || die_env "$queue has no $p"; done
	# what is in no stage would be left out without a word
	p=$(awk '
	function bad(why) { printf "line %d, \047%s\047: %s\n", NR, $0, why; exit }
	/^#[ \t]*stage[ \t]*:/ {
		if ($0 !~ /^# stage: +[^ \t]/) bad("a stage begins with \047# stage: NAME\047")
		if (seen[$3]++) bad("there is a stage of that name already")
		stage = $3
		next
	}
	!/^(#|[ \t]*$)/ && stage == "" { bad("a patch before the first \047# stage: NAME\047") }' "$queue/series")
	[ -z "$p" ] || fail "series, $p"
	while read -r p; do
		[ -f "$queue/patches/$p" ] || fail "$p is in the series but not in patches/"
	done < <(patches_upto '')
}

# base KEY: a value of patches/BASE
base() { sed -n "s/^$1=//p" "$queue/patches/BASE"; }

# What keeps patch $1 from the tree $2, one line a hunk, in patch's own words but with the file before each.
explain_patch() {
	{ patch -d "$2" -p1 --dry-run -f -i "$queue/patches/$1" 2>&1 || :; } | awk '
	/^(patching|checking) file / { file = $3 }
	/^\|\+\+\+ / { missing = $2; sub(/^b\//, "", missing) }
	/^No file to patch/ { print "    " missing ": the file is not there" }
	/^Hunk #.* FAILED/ { print "    " file ": " $0 }
	/already exists!|Reversed \(or prev/ { print "    " file ": " $0 }'
}

# The version that the kernel source in directory $1 says it is.
kernel_version() {
	awk '$1 ~ /^(VERSION|PATCHLEVEL|SUBLEVEL)$/ && $2 == "=" { v = v (v == "" ? "" : ".") $3 } /^EXTRAVERSION/ { print v $3; exit }' "$1/Makefile"
}

# Somebody's own work in build/linux-src is newer than what kernel-source or the last apply left. What an apply that was
# stopped left is nobody's.
refuse_by_hand() {
	local src=$build/linux-src changed
	[ ! -e "$src.busy" ] || return 0
	changed=$(find "$src" \( -name .pc -o -name __pycache__ \) -prune -o -newer "$src.stamp" \( -type f -o -type l \) -printf '%P\n' | sed -n 1,3p)
	[ -z "$changed" ] ||
		fail "build/linux-src has changes made by hand ($(paste -sd ' ' <<<"$changed")): keep them elsewhere, or 'apply --force' throws them away"
}

# debian_kernel PACKAGE[=VERSION] SUITE: Debian's kernel source into the cache, as a tarball that is called after its version.
debian_kernel() {
	local deb version dir=$cache/kernel
	mkdir -p "$dir"
	note "Fetching Debian's $1 from $2 (about 160 MB) ..."
	deb=$("$top/scripts/debian-package" "$1" "$2" "$(dpkg --print-architecture)" "$dir/deb") || return
	version=$(dpkg-deb -f "$deb" Version)
	dpkg-deb --fsys-tarfile "$deb" | tar -xO "./usr/src/${1%%=*}.tar.xz" >"$dir/part" || return
	mv "$dir/part" "$dir/linux-$version.tar.xz"
	rm -rf "$dir/deb"
}

# is_git_tree DIRECTORY: it is the top of a git tree that has a commit, not merely somewhere in another project's. One that git
# does not read, as it is somebody else's, is no mere directory either: what is not committed there would be taken.
is_git_tree() {
	local said
	if [ -e "$1/.git" ] && ! said=$(git -C "$1" rev-parse --git-dir 2>&1 >/dev/null); then die_env "$1: $said"; fi
	git -C "$1" rev-parse --verify -q 'HEAD^{commit}' >/dev/null 2>&1 && said=$(git -C "$1" rev-parse --show-cdup 2>/dev/null) && [ -z "$said" ]
}

# Into $git_config: a configuration with only the user's word for whose trees git may read. As a file, because the git at the
# other end of a clone has it too.
git_config=''
find_git_config() {
	local trusted
	git_config=/dev/null
	trusted=$(git config --show-scope --get-all safe.directory | sed -nE 's/^(system|global|command)\t//p') || :
	[ -n "$trusted" ] || return 0
	git_config=$build/.gitconfig
	mkdir -p "$build"
	{ echo '[safe]' && sed 's/[\\"]/\\&/g; s/.*/\tdirectory = "&"/' <<<"$trusted"; } >"$git_config.$BASHPID"
	mv -f "$git_config.$BASHPID" "$git_config"
}

# git with nothing else of the user's configuration, so that it writes the same bytes everywhere.
plain_git() {
	[ -n "$git_config" ] || find_git_config
	GIT_CONFIG_GLOBAL=$git_config GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_COUNT=0 GIT_CONFIG_PARAMETERS='' git -c core.hooksPath=/dev/null -c commit.gpgSign=false \
		-c gc.auto=0 -c maintenance.auto=false -c core.abbrev=12 -c core.quotePath=true "$@"
}

# What git is in the middle of in tree $1, in its own word.
under_way() {
	local git=$1/.git
	if [ -e "$git/rebase-apply/applying" ]; then echo am
	elif [ -e "$git/rebase-apply" ] || [ -e "$git/rebase-merge" ]; then echo rebase
	elif [ -e "$git/MERGE_HEAD" ]; then echo merge
	elif [ -e "$git/CHERRY_PICK_HEAD" ]; then echo cherry-pick
	elif [ -e "$git/REVERT_HEAD" ]; then echo revert
	fi
}

# unsaved TREE [all]: what there is in to-git's git tree that the series has not, in words; nothing if all is saved. With
# "all" also what only goes with the whole tree: other branches, tags and stashes. What others fetched there they have elsewhere.
unsaved() {
	local saved found ref tree_git=(plain_git -C "$1")
	"${tree_git[@]}" rev-parse HEAD >/dev/null || { echo 'git cannot read it'; return; }
	saved=$("${tree_git[@]}" rev-parse -q --verify refs/pvops/last) || saved=pvops/base
	# What a to-git that was stopped left is nobody's, until somebody goes to a branch.
	if [ ! -e "$1.part" ] || "${tree_git[@]}" symbolic-ref -q HEAD >/dev/null; then
		found=$(under_way "$1")
		[ -z "$found" ] || { echo "a git $found in the middle"; return; }
		found=$("${tree_git[@]}" status --porcelain | sed -n '1,3s/^...//p') || found='git status fails'
		[ -z "$found" ] || { echo "not committed: $(paste -sd ' ' <<<"$found")"; return; }
		found=$("${tree_git[@]}" rev-list -n 1 HEAD --not "$saved" --branches --tags --remotes) || found=HEAD
		[ -z "$found" ] || { echo 'commits on no branch'; return; }
	fi
	[ "$("${tree_git[@]}" rev-parse -q --verify refs/heads/pvops)" = "$("${tree_git[@]}" rev-parse "$saved^{commit}")" ] ||
		{ echo 'the branch pvops'; return; }
	[ "${2:-}" = all ] || return 0
	while read -r ref; do
		[ -z "$("${tree_git[@]}" rev-list -n 1 "$ref" --not "$saved" --remotes)" ] || { ref=${ref#refs/} && echo "commits of ${ref#heads/}"; return; }
	done < <("${tree_git[@]}" for-each-ref --format='%(refname)' --no-merged="$saved" refs/heads refs/tags refs/stash |
		grep -v -e '^refs/tags/pvops/' -e '^refs/heads/pvops-posting$')	# the commands' own
}

# Checksums of the series and its patches: to-git and from-git keep those of what the branch was last the same as.
queue_sums() { (cd "$queue" && { echo series; patches_upto '' | sed 's|^|patches/|'; } | xargs sha256sum --); }

# The options that every command which needs the kernel hands on to scripts/kernel-source. They are in the environment as well:
# what a command calls, however far below, is to look at the same source.
source_args=()
take_source_option() {
	case $1 in
	--kernel-source)
		need_value "$@"
		PVOPS_KERNEL_SOURCE=$(realpath -m -- "$2")
		export PVOPS_KERNEL_SOURCE
		source_args+=("$1" "$PVOPS_KERNEL_SOURCE")
		taken=2
		;;
	--sha256)
		need_value "$@"
		export PVOPS_KERNEL_SHA256=$2
		source_args+=("$1" "$2")
		taken=2
		;;
	--any-version)
		export PVOPS_ANY_VERSION=1
		source_args+=("$1")
		taken=1
		;;
	*) return 1 ;;
	esac
}
