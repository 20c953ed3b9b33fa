#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# How patches apply, what patches/lint-ok explains, that findings follow what changed, and the mails of a posting.

. "$(dirname "$0")/lint-made-up.sh"
make_lint_tree
begin_series
patches=$PVOPS_QUEUE/patches
lint_ok=$patches/lint-ok
ran() { [ -e "$PVOPS_BUILD/logs/last/build-off" ]; }
# explained PATCH WHAT REASON: a line in patches/lint-ok
explained() { printf '%s\t%s\t%s\n' "$@" >>"$lint_ok"; }

begin_stage first
(echo; seq -f '/* %g */' 20) >>"$maker/arch/riscv/kernel/a.c"
patch_is 'riscv: count to twenty'
count_to=$last
sed -i 's|^/\* 10 \*/|/* ten */|' "$maker/arch/riscv/kernel/a.c"
patch_is 'riscv: write ten'
ten=$last
printf 'int shared;\nstatic int idle;\n' >>"$maker/arch/riscv/kernel/a.c"
patch_is 'riscv: add a variable that is not declared'
sparse=$last
sed -i 's/n + 1/n+1/' "$maker/arch/riscv/kernel/a.c"
patch_is 'riscv: take a space out'
style=$last
printf '// SPDX-License-Identifier: GPL-2.0\n#include <asm/a.h>\n\nint new(void)\n{\n\treturn a(1);\n}\n' >"$maker/arch/riscv/kernel/new.c"
sed -i 's/^int b(int n);/&\nint new(void);/' "$maker/arch/riscv/include/asm/a.h"
echo 'obj-y += new.o' >>"$maker/arch/riscv/kernel/Makefile"
patch_is 'riscv: add a file'
explained "$last" FILE_PATH_CHANGES 'there is no MAINTAINERS'

lint
said 'findings without a reason' 1
ok 'a new file is compiled' [ -e "$PVOPS_BUILD/lint/off/arch/riscv/kernel/new.o" ]
ok 'checkpatch and sparse' [ "$(cell "$sparse" sparse)$(cell "$style" checkpatch)" = 11 ]
explained "$style" SPACING 'it is narrow here'
explained "$sparse" "sparse: symbol 'shared' was not declared" 'assembly uses it'
explained "$sparse" "build: 'idle' defined but not used" 'somebody will'
lint
said 'a reason for each: exit status 0' 0
ok 'they count as explained' [ "$(cell "$sparse" sparse)$(cell "$sparse" explained)$(cell "$style" explained)" = 021 ]
ok 'the reason is in the patch'"'"'s row' [ "$(cell "$style" reasons)" = 'it is narrow here' ]
ok 'nothing was compiled for it' [ ! -e "$PVOPS_BUILD/logs/last/build-off" ]
cp "$patches/$sparse" "$work/kept"
sed -i 's/^+static int idle;/+static int lazy;/' "$patches/$sparse"
run pvops lint --patches --quick --kernel-source "$work/tree"
said '--quick: of what was not compiled nothing is missed' 0 "$sparse"
cp "$work/kept" "$patches/$sparse"
explained "$style" LONG_LINE 'not so'
lint
said 'a line that explains nothing' 1 "$style: checkpatch: patches/lint-ok: explains what is not found: LONG_LINE"
sed -i '$d; /SPACING/s/\t[^\t]*$/\t/' "$lint_ok"
lint
said 'a line without reason explains nothing' 1 "$style: checkpatch: line" 'no reason given for SPACING'
sed -i '/^first\/0005/!d' "$lint_ok"

# how they apply
cp -a "$patches" "$work/good"
sed -i 's/@@ -\([0-9]*\),\([0-9]*\) +\([0-9]*\),/@@ -1\1,\2 +1\3,/' "$patches/$ten"
lint
ok 'a patch elsewhere: offset, and that is a finding on the very version' [ "$(cell "$ten" applies),$(cell "$ten" result)" = offset,BAD ]
ok 'the log says where' grep -q "^$ten: applies: arch/riscv/kernel/a.c: Hunk #1 succeeded .*offset" <<<"$log"
sed 's|^ /\* 7 \*/| /* seven */|' "$work/good/$ten" >"$patches/$ten"
lint
ok 'a context that is not there: fuzz' [ "$(cell "$ten" applies),$(cell "$ten" result)" = fuzz,BAD ]
ok 'the log says where' grep -q "^$ten: applies: arch/riscv/kernel/a.c: Hunk #1 succeeded .*fuzz" <<<"$log"
ok 'the next ones are looked at all the same' [ "$(cell "$sparse" applies),$(cell "$sparse" sparse)" = clean,1 ]
sed 's|^-/\* 10 \*/|-/* eleven */|' "$work/good/$ten" >"$patches/$ten"
lint
ok 'a line that is not there: conflict' [ "$(cell "$ten" applies),$(cell "$ten" result)" = conflict,BAD ]
ok 'the log says where' grep -q "^$ten: applies: *arch/riscv/kernel/a.c: Hunk #1 FAILED" <<<"$log"
ok 'of a file that is not there (any more) no object stays' [ ! -e "$PVOPS_BUILD/lint/off/arch/riscv/kernel/new.o" ]
ok 'those before it are as they were' [ "$(cell "$count_to" result)" = ok ]
ok 'those after it cannot be tried' [ "$(cell "$sparse" applies),$(cell "$sparse" sparse),$(cell "$sparse" result)" = 'not tried,-,BAD' ]
ok 'but their text is looked at' [ "$(cell "$style" checkpatch)" = 1 ]
cp "$work/good/$ten" "$patches/$ten"
lint
ok 'mended: as in the beginning' [ "$status,$(cell "$ten" result),$(cell "$sparse" sparse)" = 1,ok,1 ]

# what a later patch is held against follows what is before it
sed -i 's|^/\* 10 \*/|&|; s|^+/\* 20 \*/|+int more;|' "$patches/$count_to"
sed -i 's|^ /\* 20 \*/| int more;|' "$patches/$sparse"
lint
ok 'a change in an early patch is its own' [ "$(cell "$count_to" sparse),$(cell "$sparse" sparse)" = 1,1 ]
cp "$work/good/$count_to" "$patches/$count_to"
cp "$work/good/$sparse" "$patches/$sparse"
lint
known() { [ "$(cell "$count_to" sparse)" = 0 ] && ! ran; }
ok 'what was found of an earlier state is still known' known
run pvops lint --patches --whole --kernel-source "$work/tree" first
ok '--whole finds the same' [ "$status$(cell "$sparse" sparse)" = 11 ]
ok 'and the whole kernel is there' [ -f "$PVOPS_BUILD/lint/off/vmlinux" ]
run pvops lint nowhere
said 'a stage that is not there' 2 "no stage 'nowhere'"
run pvops lint --frobnicate
said 'an option that is not there' 2 --frobnicate

# mails
mails=$work/mails
mkdir "$mails"
run pvops lint --mails "$mails"
said 'a directory without mails' 2 'no NNNN-*.patch'
for p in "$count_to" "$style"; do
	sed '0,/^---$/s//Signed-off-by: A <a@example.org>\n---/; s/^Subject: \[PATCH\]/Subject: [PATCH v2 1\/2]/' "$patches/$p" >"$mails/v2-${p#*/}"
done
printf 'Subject: [PATCH v2 0/2] Some\n\n*** BLURB HERE ***\n' >"$mails/v2-0000-cover-letter.patch"
run pvops lint --mails "$mails"
said 'findings of mails' 1 'BLURB HERE ***: still to be written' SPACING
explained "$style" SPACING 'it is narrow here'
sed -i 's/^\*.*/Please apply./' "$mails/v2-0000-cover-letter.patch"
run pvops lint --mails "$mails"
said 'none' 0
sed -i '/^Signed-off-by/d' "$mails/v2-${count_to#*/}"
run pvops lint --mails "$mails"
said 'not signed off' 1 'MISSING_SIGN_OFF' 'no Signed-off-by'
