# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# A made-up kernel tree of a few files and a made-up series of three patches in two stages, all below $work.

. "$(dirname "${BASH_SOURCE[0]}")/../../scripts/tap.sh"
export PVOPS_QUEUE=$work/queue PVOPS_BUILD=$work/build PVOPS_CACHE=$work/cache
unset PVOPS_KERNEL_SOURCE PVOPS_ANY_VERSION PVOPS_KERNEL_SHA256
export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=C GIT_COMMITTER_EMAIL=c@example.org

# make_tree DIRECTORY VERSION
make_tree() {
	local v
	IFS=. read -r -a v <<<"$2"
	mkdir -p "$1/arch/riscv/kernel" "$1/init"
	printf 'VERSION = %s\nPATCHLEVEL = %s\nSUBLEVEL = %s\nEXTRAVERSION =\n' "${v[@]}" >"$1/Makefile"
	echo 'obj-y += kernel/' >"$1/arch/riscv/Makefile"
	seq -f 'line %g' 40 >"$1/arch/riscv/kernel/entry.S"
	seq -f 'main %g' 20 >"$1/init/main.c"
	seq -f 'other %g' 20 >"$1/init/other.c"
}

# A patch as git writes it, so that the round trip can be held to the byte: made by git from an edit of the tree.
# make_queue TREE: needs the tools under test only to read the result.
make_queue() {
	local g=$work/maker stage
	mkdir -p "$PVOPS_QUEUE/patches"
	printf '%s\n' VERSION=7.3.4 DEBIAN_PACKAGE= DEBIAN_SUITE= TARBALL=linux-7.3.4.tar.xz SHA256= >"$PVOPS_QUEUE/patches/BASE"
	cp -a "$1" "$g"
	git -C "$g" init -q
	git -C "$g" add -A
	git -C "$g" commit -q -m base
	git -C "$g" tag base
	edit() {
		sed -i "$2" "$g/$1"
		git -C "$g" commit -q -a -m "$3" -m "Because." --date '2026-01-02T03:04:05Z'
	}
	edit arch/riscv/kernel/entry.S '10s/$/ changed/' 'riscv: change line 10'
	edit init/main.c '5s/$/ changed/' 'init: change line 5'
	git -C "$g" tag first
	edit arch/riscv/kernel/entry.S '30s/$/ changed/' 'riscv: change line 30'
	git -C "$g" tag second
	for stage in base..first first..second; do
		git -C "$g" format-patch -q --zero-commit --no-signature --no-numbered --abbrev=12 \
			-o "$PVOPS_QUEUE/patches/${stage#*..}" "$stage"
	done
	cat >"$PVOPS_QUEUE/series" <<-'END'
	# SPDX-License-Identifier: GPL-2.0

	# stage: none

	# stage: first
	# with a comment
	first/0001-riscv-change-line-10.patch
	first/0002-init-change-line-5.patch

	# stage: second
	second/0001-riscv-change-line-30.patch
	END
}

# All that is in a directory and when it changed, .git too: to see that nobody wrote there.
fingerprint() { (cd "$1" && find . -printf '%p %y %m %s %T@ %C@ %l\n' | sort | sha256sum); }
