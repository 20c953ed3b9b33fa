#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# The series goes on and off build/linux-src, cheaply, and what does not fit is named.

. "$(dirname "$0")/made-up.sh"
make_tree "$work/tree" 7.3.4
make_queue "$work/tree"
src=$PVOPS_BUILD/linux-src
apply() { run pvops apply --kernel-source "$work/tree" "$@"; }
line() { sed -n "$2p" "$src/$1"; }

apply first
said 'up to a stage' 0 'stage first: 2 patches'
ok 'its patches are in' [ "$(line arch/riscv/kernel/entry.S 10)" = 'line 10 changed' ]
ok 'a later one is not' [ "$(line arch/riscv/kernel/entry.S 30)" = 'line 30' ]
main=$(stat -c %y "$src/init/main.c") other=$(stat -c %y "$src/init/other.c")
apply
said 'without a stage: to the last' 0 'stage second: 3 patches (0 off, 1 on)'
ok 'a file that no moved patch touches keeps its date' [ "$main" = "$(stat -c %y "$src/init/main.c")" ]
entry=$(stat -c %y "$src/arch/riscv/kernel/entry.S")
sleep 0.1
apply first
said 'back again' 0 '(1 off, 0 on)'
ok 'a file that changed back has a new date' [ "$entry" != "$(stat -c %y "$src/arch/riscv/kernel/entry.S")" ]
ok 'and its old text' [ "$(line arch/riscv/kernel/entry.S 30)" = 'line 30' ]
apply first
ok 'the same stage again: nothing' [ "$status$output" = 0 ]
apply none
ok 'with no patch left the tree is the source' diff -r -x patches -x series -x .pc "$work/tree" "$src"
ok 'a file that no patch touches kept its date all the time' [ "$other" = "$(stat -c %y "$src/init/other.c")" ]

apply
sed -i 's/^+main 5 changed/+main 5 changed twice/' "$PVOPS_QUEUE/patches/first/0002-init-change-line-5.patch"
apply
said 'a patch edited below applied ones' 0 '(2 off, 2 on)'
ok 'its new text is in' [ "$(line init/main.c 5)" = 'main 5 changed twice' ]

sleep 0.1	# file dates are coarse
echo mine >>"$src/init/other.c"
apply first
said 'changes made by hand are refused' 1 'init/other.c' --force
ok 'and kept' grep -q mine "$src/init/other.c"
apply first --force
said 'or thrown away on request' 0 'stage first'
ok 'all of them' [ "$(tail -n 1 "$src/init/other.c")" = 'other 20' ]

apply nowhere
said 'a stage that is not there' 2 "no stage 'nowhere'" 'none first second'
run pvops apply --frobnicate
said 'an option that is not there' 2 --frobnicate

# another series for the same tree, as its own queue
cp -a "$PVOPS_QUEUE" "$work/other"
sed -i 's/^+line 30 changed/+line 30 otherwise/' "$work/other/patches/second/"*.patch
PVOPS_QUEUE=$work/other apply second
said 'another queue' 0 'stage second'
ok 'and it is that which is applied' grep -q 'line 30 otherwise' "$src/arch/riscv/kernel/entry.S"
apply second
ok 'and back' grep -q 'line 30 changed' "$src/arch/riscv/kernel/entry.S"

# a tree that the second stage does not fit
cp -a "$work/tree" "$work/moved"
sed -i '28,32s/line/LINE/' "$work/moved/arch/riscv/kernel/entry.S"
run pvops apply --kernel-source "$work/moved"
said 'what does not apply: patch, file, hunk' 1 'second/0001-riscv-change-line-30.patch does not apply' 'Linux 7.3.4' 'the patches before it are in place' \
	'arch/riscv/kernel/entry.S: Hunk #1 FAILED'
run pvops apply first --kernel-source "$work/moved"
said 'the stage before it still does' 0
rm "$work/moved/init/main.c"
run pvops apply --kernel-source "$work/moved"
said 'a file that is not there' 1 'first/0002-init-change-line-5.patch' 'init/main.c'

rm "$PVOPS_QUEUE/patches/first/0002-init-change-line-5.patch"
apply
said 'a patch named in the series but missing' 1 '0002-init-change-line-5.patch is in the series but not in patches/'
