#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# What the environment has for other trees leads no command astray.

. "$(dirname "$0")/made-up.sh"
make_tree "$work/tree" 7.3.4
make_queue "$work/tree"
src=$PVOPS_BUILD/linux-src

# as in a git hook, or "git rebase -x"
git init -q -b main "$work/other"
git -C "$work/other" commit -q --allow-empty -m other
export GIT_DIR=$work/other/.git GIT_WORK_TREE=$work/other GIT_INDEX_FILE=$work/other/.git/index
before=$(fingerprint "$work/other")
run pvops to-git --kernel-source "$work/tree"
said 'to-git in a hook of another repository' 0 '3 commits on Linux 7.3.4'
run pvops from-git
said 'and from-git' 0 '3 patches, 0 changes'
run pvops kernel-source --kernel-source "$work/maker"
said 'a git tree is its own commit' 0 'Linux 7.3.4'
ok 'nothing is written there' [ "$before" = "$(fingerprint "$work/other")" ]
# shellcheck disable=SC2016 # that bash's
run bash -c '. "$0"; cd "$work" && git init -q hooked && git -C hooked rev-parse --absolute-git-dir' "$tap_top/scripts/tap.sh"
said 'nor do the tests go there' 0 /hooked/.git
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE

for name in QUILT_PATCHES QUILT_PC QUILT_SERIES; do
	rm -rf "$PVOPS_BUILD"
	run env "$name=elsewhere" "$tap_top/pvops" apply --kernel-source "$work/tree"
	said "$name" 0 'stage second: 3 patches'
done
ok 'the patches are in' grep -q 'line 30 changed' "$src/arch/riscv/kernel/entry.S"

# a tree that somebody built in
cp -a "$work/tree" "$work/dirty"
touch "$work/dirty/.config"
# shellcheck disable=SC2016 # make's
printf '%s\n' 'mrproper:' '	@rm .config; echo "cleaned: $(KBUILD_OUTPUT)$(KBUILD_EXTMOD)$(KCONFIG_CONFIG)."' >>"$work/dirty/Makefile"
run env KBUILD_OUTPUT=/elsewhere KBUILD_EXTMOD=/elsewhere KCONFIG_CONFIG=/elsewhere \
	"$tap_top/pvops" kernel-source --kernel-source "$work/dirty"
said 'a kernel build of the user'"'"'s' 0 'cleaned: .'

# for commands that are called by others
rm -rf "$PVOPS_BUILD"
run env PVOPS_KERNEL_SOURCE="$work/tree" "$tap_top/pvops" apply
said 'the source in the environment' 0 'stage second: 3 patches' "from $work/tree"
cp -a "$work/tree" "$work/tree2"
echo another >>"$work/tree2/init/main.c"
run env PVOPS_KERNEL_SOURCE="$work/tree" "$tap_top/pvops" apply --kernel-source "$work/tree2"
said 'an option goes before it' 0 "from $work/tree2"
run pvops kernel-source --identify --kernel-source "$work/tree2"
said 'one word for it' 0 'dir-'
ok 'which is all' [ "$(wc -w <<<"$output")" -eq 1 ]
echo more >>"$work/tree2/init/main.c"
before=$output
run pvops kernel-source --identify --kernel-source "$work/tree2"
ok 'another when it changes' [ "$output" != "$before" ]

# paths from where somebody is, whose cd finds other places as well
mkdir -p "$work/elsewhere/scripts"
cd "$work" || exit
rm -rf "$PVOPS_BUILD"
run env CDPATH="$work/elsewhere" PVOPS_BUILD=build PVOPS_QUEUE=./queue PVOPS_CACHE=cache "$tap_top/pvops" apply --kernel-source tree
said 'relative paths' 0 'stage second: 3 patches'
ok 'the patches are in' grep -q 'line 30 changed' "$src/arch/riscv/kernel/entry.S"
run env PVOPS_BUILD=build PVOPS_QUEUE=./queue PVOPS_CACHE=cache "$tap_top/pvops" to-git --kernel-source tree
said 'for to-git as well' 0 '3 commits on Linux 7.3.4'
cd "$tap_top" || exit
run env CDPATH="$work/elsewhere" bash scripts/apply --help
said 'a script by a path that CDPATH has too' 0 'usage: apply'
