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

sleep 0.1
echo mine >>"$src/init/other.c"
make_tree "$work/tree2" 7.3.5
run pvops apply --kernel-source "$work/tree2"
said 'nor does another kernel take their place' 1 'init/other.c' --force
run pvops kernel-source --kernel-source "$work/tree2"
said 'whoever asks for it' 1 'init/other.c' --force
ok 'they are kept' grep -q mine "$src/init/other.c"
run pvops apply --kernel-source "$work/tree2" --force
said 'or thrown away on request' 0 'stage second' '7.3.5'
run pvops kernel-source --kernel-source "$work/tree"
said 'without any it is taken' 0 'Linux 7.3.4'

# stopped in quilt
mkdir "$work/bin"
cat >"$work/bin/quilt" <<'END'
#!/bin/bash
# one patch goes on, and then comes somebody's Ctrl-C
if [[ " $* " == *' push '* ]]; then sleep 0.1; "$REAL_QUILT" --quiltrc - push 1; kill -KILL $PPID; fi
exec "$REAL_QUILT" "$@"
END
chmod +x "$work/bin/quilt"
REAL_QUILT=$(command -v quilt) PATH=$work/bin:$PATH apply first
ok 'an apply that is stopped in quilt' [ "$status" -gt 128 ]
apply
said 'is no change made by hand, and the next one gets on' 0 'stage second: 3 patches'
PVOPS_BUILD=$work/fresh run pvops apply --kernel-source "$work/tree"
ok 'on a tree with nothing twice' diff -r -x patches -x series -x .pc "$work/fresh/linux-src" "$src"
sleep 0.1
echo mine >>"$src/init/other.c"
apply first
said 'then such changes are refused again' 1 'init/other.c'
apply second --force

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

# what a series must have
cp "$PVOPS_QUEUE/series" "$work/series"
wrong() { sed "$2" "$work/series" >"$PVOPS_QUEUE/series"; apply; said "$1" 1 "${@:3}"; }
wrong 'a stage without the space' 's/^# stage: second/# stage:second/' "series, line 10, '# stage:second'" '# stage: NAME'
wrong 'a stage without a name' 's/^# stage: second/# stage:/' "series, line 10, '# stage:'"
wrong 'a stage twice' 's/^# stage: second/# stage: first/' 'series, line 10' 'already'
wrong 'a patch before the first stage' '/^# stage: none/d; /^# stage: first/d' 'series, line 5' 'first/0001' 'before the first'
cp "$work/series" "$PVOPS_QUEUE/series"

rm "$PVOPS_QUEUE/patches/first/0002-init-change-line-5.patch"
apply
said 'a patch named in the series but missing' 1 '0002-init-change-line-5.patch is in the series but not in patches/'
