#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# A stage as mails: what is refused, what is in the mails, versions, and that git and b4 can read them.

real=${PVOPS_BUILD:-$(cd "$(dirname "$0")/../.." && pwd)/build}/linux-src
. "$(dirname "$0")/made-up.sh"
queue=$PVOPS_QUEUE
out=$work/out

as() { git config --global user.name "$1" && git config --global user.email "$2"; }
in_queue() { git -C "$queue" -c user.name=Q -c user.email=q@example.org "$@"; }
commit() { in_queue add -A && in_queue commit -q -m "$1"; }
restore() { in_queue reset -q --hard start && in_queue clean -q -f -d; }
# the head of a mail, its lines put together; and what it is after the head
head_of() { sed '/^$/q' "$1" | sed ':a;N;$!ba;s/\n[ \t]\+/ /g'; }
has_head() { head_of "$1" | grep -qxF -- "$2"; }
mails() { (cd "$1" && printf '%s\n' *.patch | paste -sd ' '); }
# trailers MAIL: the keys at the end of its message
trailers() { sed '/^---$/q' "$1" | sed -n 's/^\([A-Z][a-z-]*-by\): .*/\1/p' | paste -sd ' '; }
postings() { in_queue for-each-ref --format='%(refname)' refs/postings | sed 's|refs/postings/||' | paste -sd ' '; }

make_kernel() {
	make_tree "$1" 7.3.4
	# checkpatch.pl knows a kernel by these
	mkdir -p "$1"/{Documentation,include,drivers,fs,ipc,kernel,lib,scripts}
	touch "$1"/{COPYING,CREDITS,Kbuild,README}
	cp "$real"/scripts/{get_maintainer.pl,checkpatch.pl,spelling.txt,const_structs.checkpatch} "$1/scripts/"
	cat >"$1/MAINTAINERS" <<-'END'
	Maintainers List

	RISC-V
	M:	Rita Riscv <rita@example.org>
	R:	"René V. Iewer" <rene@example.org>
	L:	linux-riscv@lists.example.org
	S:	Supported
	F:	arch/riscv/

	INIT
	M:	Ian Init <ian@example.org>
	M:	Sue Mitter <sue@example.org>
	L:	linux-init@lists.example.org (moderated for non-subscribers)
	S:	Maintained
	F:	init/

	SOMETHING ELSE
	M:	Paul Two <paul@one.example.org>
	L:	else@lists.example.org
	S:	Maintained
	F:	else/

	MORE OF IT
	M:	Paul Two <paul@two.example.org>
	S:	Maintained
	F:	more/
	END
}

make_covers() {
	cat >"$queue/patches/first/cover" <<-'END'
	riscv: Change two lines

	They should change. Grüße.

	    a table    1
	    and more   2

	Who must see it
	===============

	To: Ian Init
	Cc: else, RITA Riscv <Rita@example.org>, Tom Thumb <tom@example.org> (patch 2)

	How to test
	===========

	Look.
	END
	printf 'riscv: Change a third line\n\nIt should change too.\n' >"$queue/patches/second/cover"
	printf 'A list\n\nQUEUE\nM:\tKay Eeper <kay@example.org>\nS:\tMaintained\nF:\tpatches/\n' >"$queue/MAINTAINERS"
}

make_kernel "$work/tree"
make_queue "$work/tree"
unset GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL
export HOME=$work/home GIT_CONFIG_GLOBAL=$work/home/gitconfig GIT_CONFIG_NOSYSTEM=1
mkdir "$HOME"
git config --global advice.detachedHead false
make_covers
git -C "$queue" init -q
commit start
in_queue tag start
as 'Sue Mitter' sue@example.org
submit() { run pvops submit "$@" --kernel-source "$work/tree"; }

# What is wrong from the start
submit third "$out"
said 'an unknown stage' 2 "no stage 'third'" 'none first second'
submit none "$out"
said 'a stage without patches' 2 "'none' has no patches"
submit first
said 'no folder' 2 'submit STAGE DIR'
rm "$queue/patches/second/cover"
submit second "$out"
said 'a stage without a cover letter' 2 patches/second/cover
restore
mkdir "$out"
echo mine >"$out/file"
submit first "$out"
said 'a folder with other things in it' 2 'not empty'
rm -r "$out"
echo >>"$queue/patches/first/cover"
submit first "$out"
said 'a change that is not committed' 1 'not committed: patches/first/cover'
restore
as '' ''
submit first "$out"
said 'nobody who could sign off' 2 'user.name'
as 'Sue Mitter' sue@example.org
mkdir "$work/bin"
ln -s "$(command -v bash)" "$(command -v dirname)" "$(command -v readlink)" "$work/bin/"
run env PATH="$work/bin" "$tap_top/pvops" submit first "$out"
said 'no git' 3 'git is missing'
submit first "$out" --trailer 'Reviewed by me'
said 'a trailer that is none' 2 'no line like'
submit first "$out" --trailer '3:Acked-by: A <a@b.org>'
said 'a trailer for a patch that is not there' 2 'patches 1-2'
submit first "$out" --changelog "$work/none"
said 'a changelog that is not there' 2 'no such file'
submit first "$out" --tree "$work/home"
said 'a tree that is not git' 2 'no git tree'

# What is wrong with a patch
bad() {
	sed -i "$2" "$queue/patches/first/0001-riscv-change-line-10.patch"
	commit bad
	submit first "$out"
	said "$1" 1 first/0001-riscv-change-line-10.patch "$3"
	restore
}
bad 'a patch without a subject' '/^Subject:/d' 'no subject'
bad 'one with CRLF' 's/$/\r/' CRLF
bad 'one with a binary' '/^diff/iGIT binary patch\nliteral 1' binary
bad 'one that is signed off already' 's/^---$/\nSigned-off-by: A <a@example.org>\n---/' 'signed off'
bad 'one that does not apply' 's/^ line 9$/ line nine/' 'arch/riscv/kernel/entry.S: Hunk #1 FAILED'
for n in $(seq 3 16); do
	cp "$queue/patches/first/0002-init-change-line-5.patch" "$queue/patches/first/$(printf %04d "$n")-x.patch"
	sed -i "/^first.0002/s|\$|\nfirst/$(printf %04d "$n")-x.patch|" "$queue/series"
done
commit many
submit first "$out"
said 'more than 15 patches' 2 '16 patches are too many' 'at most 15' --patches
restore
ok 'nothing is written, nothing recorded' [ "$(ls -d "$out" 2>/dev/null)$(postings)" = '' ]

# What is wrong with the mails
awk 'BEGIN { for (i = 0; i < 20; i++) printf "too " ; print "long\n\nSee '"$HOME"'/notes for it." }' >"$queue/patches/second/cover"
commit bad
submit second "$out"
said 'a long subject and a private path: all that is wrong is said' 1 'more than 70' "0000-cover-letter.patch names a private path: $HOME/notes" \
	'not written' build/posting
printf 'riscv: Change it\n\nFor this:\n\n---\n\nIt has to be.\n' >"$queue/patches/second/cover"
commit bad
submit second "$out"
said 'a cover letter that git am takes for a patch' 1 'do not apply with git am' 'not written'
restore
submit first "$out" --trailer '2:Reported-by: R P <rp@example.org>'
said 'what checkpatch finds in the mails' 1 0002-init-change-line-5.patch 'should be immediately followed by Closes' 'not written'
ok 'the folder is not made' [ ! -e "$out" ]
sed -i 's/Ian Init$/Paul Two, Nobody Known/' "$queue/patches/first/cover"
commit bad
submit first "$out"
said 'a name with two addresses' 2 "'Paul Two'" paul@two.example.org
sed -i 's/Paul Two, //' "$queue/patches/first/cover"
commit bad
submit first "$out"
said 'a name that nobody knows' 2 "'Nobody Known'" 'not in MAINTAINERS'
for behind in '(Xen)' '(all patches)' '(Patch 1)' '(patches 2-1)'; do
	sed -i "s/Nobody Known.*/Nobody Known $behind/" "$queue/patches/first/cover"
	commit bad
	submit first "$out"
	said "something else behind a name: $behind" 2 "'Nobody Known $behind' is no name"
done
restore

# A posting
echo 'Since last time: nothing.' >"$work/all.txt"
echo 'v1: écrit' >"$work/two.txt"
before=$(fingerprint "$work/tree")
submit first "$out" --trailer 'Reviewed-by: R V <rv@example.org>' --trailer '2:Suggested-by: S B <sb@example.org>' \
	--trailer '1:Signed-off-by: A <a@example.org>' --changelog "$work/all.txt" --changelog "2:$work/two.txt"
said 'a posting' 0 'version 1 of first, on Linux 7.3.4' 'git am --empty=drop' "git send-email --no-thread $out" 'b4 prep -e v7.3.4' \
	"not every patch of A <a@example.org> has"
ok 'a cover letter and two patches' [ "$(mails "$out")" = '0000-cover-letter.patch 0001-riscv-change-line-10.patch 0002-init-change-line-5.patch' ]
cover=$out/0000-cover-letter.patch one=$out/0001-riscv-change-line-10.patch two=$out/0002-init-change-line-5.patch
ok 'subject of the cover letter' has_head "$cover" 'Subject: [PATCH 0/2] riscv: Change two lines'
ok 'subject of a patch' has_head "$two" 'Subject: [PATCH 2/2] init: change line 5'
ok 'it comes from who submits' has_head "$one" 'From: Sue Mitter <sue@example.org>'
ok 'and says whose it is' grep -qx 'From: A <a@example.org>' "$one"
ok 'To of a patch: maintainers, and the cover letter'"'"'s' has_head "$one" 'To: Ian Init <ian@example.org>, Rita Riscv <rita@example.org>'
rene='=?utf-8?q?Ren=C3=A9_V=2E_Iewer?= <rene@example.org>'
ok 'Cc of a patch: lists, reviewers, the project'"'"'s, nobody twice' has_head "$one" \
	"Cc: else@lists.example.org, $rene, linux-riscv@lists.example.org, Kay Eeper <kay@example.org>"
ok 'To of the other: not to oneself' has_head "$two" 'To: Ian Init <ian@example.org>'
ok 'its Cc: who is named for this patch' has_head "$two" \
	'Cc: else@lists.example.org, RITA Riscv <Rita@example.org>, Tom Thumb <tom@example.org>, linux-init@lists.example.org, Kay Eeper <kay@example.org>'
ok 'the cover letter goes to all of them' has_head "$cover" \
	"Cc: else@lists.example.org, Tom Thumb <tom@example.org>, $rene, linux-riscv@lists.example.org, Kay Eeper <kay@example.org>, linux-init@lists.example.org"
ok 'the section that names them stays at home' [ "$(grep -c 'Who must see it' "$cover")" = 0 ]
ok 'the rest arrives as it is' [ "$(sed -n '/^They/,/^Look/p' "$cover")" = "$(sed '1,2d;/^Who must/,/^Cc:/d' "$queue/patches/first/cover" | cat -s)" ]
ok 'UTF-8 is declared' has_head "$cover" 'Content-Type: text/plain; charset=UTF-8'
ok 'in a changelog as well' has_head "$two" 'Content-Type: text/plain; charset=UTF-8'
ok 'ASCII needs no word' [ "$(head_of "$one" | grep -c Content-Type)" = 0 ]
ok 'patches are replies to the cover letter' has_head "$two" "In-Reply-To: $(head_of "$cover" | sed -n 's/^Message-ID: //p')"
ok 'the trailers of all and of one, the sign-offs in order' [ "$(trailers "$one")" = 'Signed-off-by Signed-off-by Reviewed-by' ]
ok 'the submitter'"'"'s is the last sign-off' [ "$(grep '^Signed-off-by' "$one" | tail -n 1)" = 'Signed-off-by: Sue Mitter <sue@example.org>' ]
ok 'what led to it before, what came of it behind' [ "$(trailers "$two")" = 'Suggested-by Signed-off-by Reviewed-by' ]
ok 'a patch'"'"'s changelog is below its ---' [ "$(sed -n '/^---$/{n;p;q}' "$two")" = 'v1: écrit' ]
ok 'the one of all is in the cover letter' grep -qx 'Since last time: nothing.' "$cover"
ok 'no git tree: a line instead of base-commit' [ "$(grep -ch -e '^base-commit:' -e '^Based on Linux 7.3.4\.$' "$cover")" = 1 ]
ok 'the user'"'"'s source is as it was' [ "$before" = "$(fingerprint "$work/tree")" ]

# Others read it
apply_to() { # a tree, made new; and the mails
	rm -rf "$work/applied"
	git clone -q "$1" "$work/applied"
	git -C "$work/applied" checkout -q --detach "${3:-base}"
	git -C "$work/applied" -c user.name=M -c user.email=m@example.org am -q --empty=drop "$2"/*.patch >/dev/null 2>&1
}
in_applied() { git -C "$work/applied" "$@"; }
ok 'git am applies it' apply_to "$work/maker" "$out"
ok 'which gives the series' in_applied diff --quiet first
ok 'with the authors' [ "$(in_applied log --format=%an base..HEAD | sort -u)" = A ]
ok 'and without changelogs' [ "$(in_applied log base..HEAD | grep -c écrit)" = 0 ]
cat "$out"/*.patch >"$work/mbox"
mkdir "$work/b4"
(cd "$work/applied" && git checkout -q base && b4 -n am -m "$work/mbox" -o "$work/b4") >"$work/b4.log" 2>&1
ok 'b4 am reads it' grep -q 'Total patches: 2' "$work/b4.log" || sed 's/^/# /' "$work/b4.log"
in_applied -c user.name=M -c user.email=m@example.org am -q "$work"/b4/*.mbx >/dev/null 2>&1
ok 'and what it makes of it applies' in_applied diff --quiet first
(cd "$work/applied" && git checkout -q -b b4/first && b4 -n prep -e base) >"$work/b4.log" 2>&1
ok 'b4 prep takes the branch' grep -q 'Will track 2 commits' "$work/b4.log" || sed 's/^/# /' "$work/b4.log"

# Once more, and the next version
ok 'it is recorded as written' [ "$(postings)" = written/first/v1 ]
submit first "$out"
said 'what was not sent is no version' 0 'not marked as sent' 'version 1 of first' "$out/earlier-1"
ok 'the mails that were there are not lost' cmp -s "$work/mbox" <(cat "$out"/earlier-1/*.patch)
run pvops submit --sent "$out"
said 'sent' 0 'the next is version 2'
run pvops submit --sent "$work/home"
said 'a folder that is no posting' 2 'no posting of ours'
submit first "$work/out2" --version 1
said 'a version that was sent' 2 'the next one is 2'
sed -i 's/^+line 10 changed/+line 10 differs/' "$queue/patches/first/0001-riscv-change-line-10.patch"
commit better
run pvops clean
submit first "$work/out2" --rfc
said 'the next version' 0 'version 2 of first'
cover=$work/out2/v2-0000-cover-letter.patch
ok 'its number, and RFC' has_head "$cover" 'Subject: [RFC PATCH v2 0/2] riscv: Change two lines'
ok 'a range-diff against the one before' [ "$(sed -n '/^Range-diff against v1:/,$p' "$cover" | grep -cE '^1: .* ! 1: |^    [-+]+.*line 10 (changed|differs)|^2: .* = 2: ')" -ge 4 ] ||
	sed 's/^/# /' "$cover"
ok 'and where it was' grep -q "^Link to v1: https://lore.kernel.org/r/$(head_of "$out/0000-cover-letter.patch" | sed -n 's/^Message-ID: <\(.*\)>/\1/p')" "$cover"
ok 'both are recorded' [ "$(postings)" = 'sent/first/v1 written/first/v1 written/first/v2' ]
run pvops distclean
restore

# On a user's git tree
git -C "$work/maker" checkout -q base
echo 'not committed' >>"$work/maker/init/main.c"
before=$(fingerprint "$work/maker")
commit_of_base=$(git -C "$work/maker" rev-parse base)
submit first "$work/out3" --tree "$work/maker" --version 3
said 'on a git tree' 0 "$(git -C "$work/maker" describe --always base)"
cover=$work/out3/v3-0000-cover-letter.patch
ok 'base-commit names its commit' grep -qx "base-commit: $commit_of_base" "$cover"
ok 'range-diff against the last that was written' grep -q 'Range-diff against v2' "$cover"
submit second "$work/out4" --tree "$work/maker"
said 'a stage that applies by itself' 0 'version 1 of second'
ok 'needs no other patch' [ "$(grep -c -e prerequisite -e 'It needs' "$work/out4/0000-cover-letter.patch")" = 0 ]
ok 'the tree is not written to' [ "$before" = "$(fingerprint "$work/maker")" ]
sed 's/^-line 10$/-line 10 changed/; s/^+line 10 changed$/+line 10 changed again/; s/change line 10$/change it again/' \
	"$queue/patches/first/0001-riscv-change-line-10.patch" >"$queue/patches/second/0001-riscv-change-it-again.patch"
sed -i 's/change-line-30/change-it-again/' "$queue/series"
commit 'on the first stage'
submit second "$work/out5" --tree "$work/maker"
said 'one that needs an earlier stage' 0 'version 1 of second'
ok 'names its patches' [ "$(grep -c -e '^prerequisite-patch-id: ' -e '^  riscv: change line 10$' "$work/out5/0000-cover-letter.patch")" = 3 ]
ok 'and applies after them' apply_to "$work/maker" "$work/out5" first
git -C "$work/maker" checkout -q -f base
sed -i 's/^line 9$/line nine/' "$work/maker/arch/riscv/kernel/entry.S"
git -C "$work/maker" -c user.name=M -c user.email=m@example.org commit -q -a -m moved
submit first "$work/out6" --tree "$work/maker"
said 'a tree it does not apply to' 1 'first/0001-riscv-change-line-10.patch does not apply' 'entry.S: Hunk #1 FAILED' 'pvops rebase'
ok 'nothing is written' [ ! -e "$work/out6" ]
restore

# Part of a stage
printf 'riscv: Change the other line\n\nAs well.\n' >"$queue/patches/first/cover-2"
commit parts
submit first "$work/out7" --patches 2-2 --cover cover-2
said 'part of a stage' 0 'version 1 of first/cover-2'
ok 'counts its own patches' has_head "$work/out7/0001-init-change-line-5.patch" 'Subject: [PATCH 1/1] init: change line 5'
submit first "$work/out8" --patches 2-3
said 'a part that is not there' 2 'patches 1-2'
