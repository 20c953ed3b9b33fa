#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# The series to a git branch and back.

. "$(dirname "$0")/made-up.sh"
make_tree "$work/tree" 7.3.4
make_queue "$work/tree"
git=$PVOPS_BUILD/linux-git
cp -a "$PVOPS_QUEUE" "$work/before"
unchanged() { diff -r "$work/before" "$PVOPS_QUEUE"; }
in_git() { git -C "$git" -c user.name=U -c user.email=u@example.org "$@" >/dev/null 2>&1; }

run pvops from-git
said 'from-git wants a branch' 2 'to-git first'
run pvops to-git --kernel-source "$work/tree"
said 'to-git' 0 '3 commits on Linux 7.3.4'
ok 'one tag a stage' [ "$(git -C "$git" tag | paste -sd ' ')" = 'pvops/base pvops/first pvops/none pvops/second' ]
ok 'author and date are the patch'"'"'s' [ "$(git -C "$git" log -1 --format='%an %ae %ad' --date=iso-strict pvops)" = \
	'A a@example.org 2026-01-02T03:04:05+00:00' ]
run pvops from-git
said 'from-git' 0 '3 patches, 0 changes'
ok 'the round trip changes nothing, to the byte' unchanged

echo edited >>"$git/init/main.c"
run pvops from-git
said 'not committed: refused' 1 'not committed'
in_git commit -a -m 'init: add a line' -m 'For the test.' --author 'Ö Ä <o@example.org>'
run pvops to-git --kernel-source "$work/tree"
said 'a branch with new work is not overwritten' 1 'run from-git' --force
run pvops distclean
said 'nor thrown away' 1 'run from-git'
run pvops from-git --check
said 'from-git --check only says' 1 'new      second/0002-init-add-a-line.patch' 'changed  series'
ok 'and changes nothing' unchanged
run pvops from-git
said 'a new patch goes to the last stage' 0 'new      second/0002-init-add-a-line.patch' '4 patches'
ok 'only it and the series change' [ "$(diff -rq "$work/before" "$PVOPS_QUEUE" | wc -l)" = 2 ]
ok 'the series has it at the end' [ "$(tail -n 1 "$PVOPS_QUEUE/series")" = second/0002-init-add-a-line.patch ]
run pvops to-git --kernel-source "$work/tree"
run pvops from-git --check
said 'its round trip changes nothing either' 0

# rewording the last commit of the first stage leaves the tags behind
in_git rebase -x 'if git log -1 --format=%s | grep -q "line 10"; then git commit -q --amend -m "riscv: change line ten" -m "Better."; fi' pvops/base
run pvops from-git
said 'a rebased branch: stages are found again' 0 'new      first/0001-riscv-change-line-ten.patch' \
	'gone     first/0001-riscv-change-line-10.patch' '4 patches'
ok 'the series keeps its comments' grep -q '^# with a comment' "$PVOPS_QUEUE/series"
run pvops from-git --check
said 'and the tags follow' 0
run pvops apply --kernel-source "$work/tree"
said 'quilt agrees with it' 0 'stage second: 4 patches'

cp -a "$work/tree" "$work/moved"
sed -i '9,11s/line/LINE/' "$work/moved/arch/riscv/kernel/entry.S"
run pvops to-git --kernel-source "$work/moved"
said 'what does not apply: patch, file, hunk' 1 'first/0001-riscv-change-line-ten.patch does not apply' \
	'arch/riscv/kernel/entry.S: Hunk #1 FAILED'
before=$(fingerprint "$work/maker")
git -C "$work/maker" checkout -q base
before=$(fingerprint "$work/maker")
run pvops to-git --kernel-source "$work/maker"
said 'on the history of the user'"'"'s own git tree' 0 '4 commits on base'
ok 'which is not written to' [ "$before" = "$(fingerprint "$work/maker")" ]
