# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The kernel built in a directory of its own, in any configuration. Sourced after lib.sh, by what compares kernels.

# shellcheck disable=SC2154 # lib.sh sets what is only used here
src=$build/linux-src

# What goes into each object is the same on every machine and in every checkout, so that the compiler cache serves all.
export KBUILD_BUILD_TIMESTAMP='2026-01-01 00:00 UTC' KBUILD_BUILD_USER=pvops KBUILD_BUILD_HOST=pvops KBUILD_BUILD_VERSION=1
export PYTHONDONTWRITEBYTECODE=1

configs=${PVOPS_CONFIGS:-$top/tests/configs}

# kernel_tools 'NAME=VALUE ...': architecture and compiler for the makes that follow, for example LLVM=-19; or nothing.
kernel_tools() {
	local vars
	cc=${CROSS_COMPILE}gcc hostcc=gcc
	unset LLVM
	export ARCH=riscv
	read -r -a vars <<<"$1"
	[ ${#vars[@]} -eq 0 ] || export "${vars[@]}"
	if [ -n "${LLVM:-}" ]; then cc=clang$LLVM hostcc=$cc; fi
	if command -v ccache >/dev/null; then
		cc="ccache $cc" hostcc="ccache $hostcc"
		# the same object for the same source, wherever the checkout lies
		export CCACHE_DIR=${CCACHE_DIR:-$cache/ccache} CCACHE_BASEDIR=$build CCACHE_NOHASHDIR=true
	fi
}

# kernel_make_command DIRECTORY TARGET...: into make, for who runs it in the background
kernel_make_command() {
	make=(make -C "$src" O="$1" CC="$cc" HOSTCC="$hostcc" LOCALVERSION= -j"${jobs:-$(nproc)}" "${@:2}")
}
kernel_make() {
	local make
	kernel_make_command "$@"
	"${make[@]}"
}

# fresh_directory DIRECTORY: to build in, with nothing in it of another copy of the source: its objects may well be newer than
# the files of this one, and then make takes them for its own.
fresh_directory() {
	local id
	id=$(stat -c '%i %W' "$src")
	[ "$(cat "$1/.pvops-source" 2>/dev/null)" = "$id" ] || rm -rf "$1"
	mkdir -p "$1"
	echo "$id" >"$1/.pvops-source"
}

# kernel_configure DIRECTORY LOG BASE|none FRAGMENT...: allnoconfig, or a defconfig as base, then what the fragments say.
# merge_config.sh names each line that did not make it into .config and does not call that an error. Of the fragments each
# must; the base may be for another kind of machine.
kernel_configure() {
	local dir=$1 log=$2 base=$3 none=(-n) missing name
	shift 3
	[[ $base != *defconfig ]] || none=()
	[ "$base" = none ] || set -- "$base" "$@"
	fresh_directory "$dir"
	(cd "$src" && logged "$log" scripts/kconfig/merge_config.sh "${none[@]}" -O "$dir" "$@") || return
	[ "$base" = none ] || shift
	missing=$(sed -nE 's/^WARNING: (Value requested for )?(CONFIG_[A-Za-z0-9_]*) (not in final|differs).*/\2/p' "$PVOPS_LOGS/$log.log" |
		while read -r name; do ! grep -qE "^(# )?${name}[= ]" "$@" || printf ' %s' "$name"; done)
	[ -z "$missing" ] || {
		note "$self: the configuration asks for what this kernel does not have:$missing; the whole log: $PVOPS_LOGS/$log.log"
		return 1
	}
}

# stage_fragments STAGE: the fragments that switch on what each stage up to this one adds; STAGE '' is beyond the last.
stage_fragments() {
	local s
	for s in $(stages); do
		[ ! -f "$configs/$s.config" ] || echo "$configs/$s.config"
		[ "$s" != "$1" ] || break
	done
}
