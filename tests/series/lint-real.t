#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# The real series as far as lint needs no compiler: heads, checkpatch, stray files, and that patches/lint-ok is up to date.
# All of lint takes minutes: ./pvops lint.

. "$(dirname "$0")/../../scripts/tap.sh"
export PVOPS_BUILD=$work/build
unset PVOPS_LOGS
src=${PVOPS_KERNEL_SRC:-$tap_top/build/linux-src}
# lint wants a kernel tree; checkpatch is what it takes from it
mkdir "$work/tree"
(cd "$src" && cp -a --parents Makefile COPYING CREDITS Kbuild MAINTAINERS README arch/riscv/Makefile scripts/checkpatch.pl \
	scripts/spelling.txt scripts/const_structs.checkpatch "$work/tree")
for f in Documentation include drivers fs init ipc kernel lib; do mkdir "$work/tree/$f"; done

run "$tap_top/scripts/lint" --patches --quick --kernel-source "$work/tree"
said 'lint --quick finds nothing' 0
while IFS=$'\t' read -r patch _ _ _ _ _ _ _ _ _ _ result _; do
	[ "$patch" = patch ] || ok "$patch" [ "$result" = ok ]
done <"$PVOPS_BUILD/results/lint.tsv"
ok 'a row a patch' [ "$tap_count" = $(($(grep -c '^[^#].*\.patch$' "$tap_top/series") + 1)) ]
