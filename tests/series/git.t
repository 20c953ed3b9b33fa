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

# A run that is stopped leaves the branch as it was, and the next one begins anew.
rm -rf "$PVOPS_BUILD" "$PVOPS_QUEUE"
cp -a "$work/before" "$PVOPS_QUEUE"
mkdir "$work/bin"
cat >"$work/bin/git" <<'END'
#!/bin/bash
# what never comes to an end
if [[ " $* " == *"$STOP_AT"* ]]; then kill -KILL $PPID; exit 1; fi
exec "$REAL_GIT" "$@"
END
chmod +x "$work/bin/git"
REAL_GIT=$(command -v git)
export REAL_GIT STOP_AT=/0002-
to_git() { run pvops to-git --kernel-source "$work/tree" "$@"; }
stopped() {
	PATH=$work/bin:$PATH to_git
	said "to-git is killed at the second patch: $1" 137
	# as git leaves what it was in the middle of
	mkdir -p "$git/.git/rebase-apply"
	echo 1 | tee "$git/.git/rebase-apply/"{next,last} >"$git/.git/rebase-apply/applying"
	echo half >>"$git/init/main.c"
	: >"$git/.git/index.lock"
}
stopped 'the first one'
rm -f "$git/.git/index.lock"
run pvops from-git
said '  from-git takes no patch away' 1 'in the middle of a git am'
rm -rf "$git/.git/rebase-apply"
in_git checkout -f HEAD
run pvops from-git
said '  nor when git is in the middle of nothing' 1 'to-git was stopped' 'run it again'
ok '  all is there' unchanged
stopped 'the next one as well'
to_git
said '  then it gets on' 0 '3 commits on Linux 7.3.4'
run pvops from-git
said '  and back' 0 '3 patches, 0 changes'
saved=$(git -C "$git" rev-parse pvops)
stopped 'with a branch that is saved'
ok '  the branch is what it was' [ "$(git -C "$git" rev-parse pvops)" = "$saved" ]
rm -f "$git/.git/index.lock"
in_git am --quit
in_git checkout -f pvops
echo edited >>"$git/init/main.c"
to_git
said '  what somebody goes on with there is work' 1 'not committed: init/main.c'
to_git --force
saved=$(git -C "$git" rev-parse pvops)
STOP_AT=' add -A ' PATH=$work/bin:$PATH run pvops to-git --kernel-source "$work/moved"
said 'killed while it takes another kernel' 137
ok '  the branch is what it was' [ "$(git -C "$git" rev-parse pvops)" = "$saved" ]
run pvops to-git --kernel-source "$work/maker"
said '  and then on a third one' 0 '3 commits on base'
run pvops to-git --kernel-source "$work/moved"
run pvops from-git
said 'patches that do not apply are not taken for thrown away' 1 'first/0001-riscv-change-line-10.patch' 'does not apply' --force
ok '  all is there' unchanged

# What somebody changed in patches/ or series since is not written over.
patch=$PVOPS_QUEUE/patches/first/0001-riscv-change-line-10.patch
to_git
sed -i 's/^Because/Because of what is written by hand/' "$patch"
run pvops from-git --check
said 'a patch changed by hand: from-git --check says so' 1 'changed  first/0001' 'changed since to-git' patches/first/0001
run pvops from-git
said '  it is not written over' 1 'changed since to-git' patches/first/0001 'git stash' --force
ok '  and kept' grep -q 'by hand' "$patch"
to_git
run pvops from-git
said '  but taken by to-git' 0 '3 patches, 0 changes'
cp "$work/before/series" "$work/before/patches/first/0001"* "$work"
sed -i 's/^# with a comment/# with another comment/' "$PVOPS_QUEUE/series"
run pvops from-git
said 'a comment of the series is nobody'"'"'s loss' 0 '0 changes'
cp "$work/0001"* "$patch"
echo second/0002-mine.patch >>"$PVOPS_QUEUE/series"
echo mine >"$PVOPS_QUEUE/patches/second/0002-mine.patch"
run pvops from-git
said 'nor are a patch and a series that came from elsewhere' 1 'series' 'patches/second/0002-mine.patch' --force
ok '  they are kept' grep -q mine "$PVOPS_QUEUE/series"
run pvops from-git --force
said '  or thrown away on request' 0 'changed  first/0001' 'gone     second/0002-mine.patch'
run pvops from-git
said '  and then it is as ever' 0 '0 changes'
cp "$work/series" "$PVOPS_QUEUE/"
cp "$work/0001"* "$patch"

# What is work.
to_git
is_work() {
	local all=$1 what=$2
	shift 2
	"$@" >/dev/null 2>&1
	run pvops distclean
	said "work: $what" 1 "($what" 'run from-git' --force
	to_git
	if [ "$all" = all ]; then said '  to-git leaves it as it is' 0; else said '  not overwritten' 1 "($what"; fi
}
add_file() { echo 'int x;' >"$git/init/new.c"; }
is_work '' 'not committed: init/new.c' add_file
is_work all 'commits of stash' in_git stash -u
in_git stash drop
topic() { in_git switch -c topic; echo more >>"$git/init/main.c"; in_git commit -a -m topic; }
is_work all 'commits of topic' topic
in_git switch --detach topic
is_work '' 'commits on no branch' in_git branch -D topic
in_git checkout pvops
is_work '' 'a git rebase in the middle' env GIT_SEQUENCE_EDITOR='sed -i 1s/pick/edit/' git -C "$git" rebase -i pvops/base
run pvops from-git
said '  from-git neither' 1 'in the middle of a git rebase' 'git rebase --abort'
in_git rebase --abort
is_work '' 'the branch pvops' in_git reset --hard pvops^
in_git reset --hard ORIG_HEAD
to_git
run pvops distclean extra
said 'an argument of distclean that is none' 2 extra
run pvops distclean --force extra
said 'a second one' 2 extra
run pvops distclean
said 'without work it goes' 0
ok '  all of it' [ ! -e "$PVOPS_BUILD" ]
