#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# The ABI's document as mails for xen.git: what is refused, what is in the mails, versions, trees of several kinds.

# shellcheck disable=SC2016 # sed's $, and backquotes of reStructuredText
. "$(dirname "$0")/made-up.sh"
queue=$PVOPS_QUEUE
out=$work/out xen=$work/xen

in_queue() { git -C "$queue" -c user.name=Q -c user.email=q@example.org "$@"; }
in_xen() { git -C "$xen" -c user.name=X -c user.email=x@example.org "$@"; }
commit() { in_queue add -A && in_queue commit -q -m "$1"; }
restore() { in_queue reset -q --hard start && in_queue clean -q -f -d; }
head_of() { sed '/^$/q' "$1" | sed ':a;N;$!ba;s/\n[ \t]\+/ /g'; }
has_head() { head_of "$1" | grep -qxF -- "$2"; }
postings() { in_queue for-each-ref --format='%(refname)' refs/postings | sed 's|refs/postings/||' | paste -sd ' '; }

# Xen's own finds MAINTAINERS in the folder where it runs, wants its V: line, and has no option --no-tree or --mpath.
make_maintainer_script() {
	cat >"$1" <<-'END'
	use strict;
	my @files;
	for (@ARGV) {
		die "invalid argument\n" if /^-/ && !/^--(no-git|no-git-fallback|rolestats)$/;
		next if /^-/;
		open(my $patch, '<', $_) or die;
		while (<$patch>) { push @files, $1 if m|^diff --git a/(\S+)|; }
	}
	open(my $list, '<', 'MAINTAINERS') or die "no MAINTAINERS\n";
	my $text = do { local $/; <$list> };
	die "no list of Xen's\n" unless $text =~ /^V:\s+xen-maintainers-/m;
	my $riscv = grep { m|riscv| } @files;
	print "Rita Riscv <rita\@example.org> (supporter:RISCV)\n" if $riscv;
	print "The Rest <rest\@example.org> (supporter:THE REST)\nxen-devel\@lists.xenproject.org (open list)\n";
	END
}

make_xen() {
	mkdir -p "$xen"/{xen/include/public,docs/guest-guide/x86,scripts}
	touch "$xen/xen/include/public/xen.h"
	printf '%s\n' 'Guest documentation' '===================' '' '.. toctree::' '  :maxdepth: 2' '' '  x86/index' '' 'And more.' \
		>"$xen/docs/guest-guide/index.rst"
	printf '%s\n' 'THE REST' 'M:	The Rest <rest@example.org>' 'L:	xen-devel@lists.xenproject.org' 'S:	Supported' 'F:	*' 'V:	xen-maintainers-1' \
		>"$xen/MAINTAINERS"
	make_maintainer_script "$xen/scripts/get_maintainer.pl"
	git -C "$xen" init -q
	in_xen add -A
	in_xen commit -q -m base
	in_xen tag -a -m 'release' RELEASE-9.1.0
}

make_tree "$work/tree" 7.3.4
make_queue "$work/tree"
mkdir "$queue/interfaces"
cp -a "$tap_top"/interfaces/{hypercall-abi.rst,posting,xen} "$queue/interfaces"
printf 'A list\n\nQUEUE\nM:\tQueue <queue@example.org>\nF:\tpatches/\n\nABI\nM:\tKay Eeper <kay@example.org>\nF:\tinterfaces/\n' >"$queue/MAINTAINERS"
make_xen
unset GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL
export HOME=$work/home GIT_CONFIG_GLOBAL=$work/home/gitconfig GIT_CONFIG_NOSYSTEM=1
mkdir "$HOME"
git config --global advice.detachedHead false
git config --global user.name 'Sue Mitter'
git config --global user.email sue@example.org
git -C "$queue" init -q
commit start
in_queue tag start
author=$(sed -n 's/^From: \(.*\) <.*/\1/p' "$queue/interfaces/posting/xen-docs/message")
submit() { run pvops submit xen-docs "$@"; }

# What is wrong from the start
submit "$out"
said 'no tree' 2 'a clone of it with --tree TREE'
submit "$out" --tree "$work/home"
said 'a tree that is not git' 2 'no git tree'
submit "$out" --tree "$work/maker"
said 'a tree of something else' 2 'this is no source of Xen'
submit "$out" --tree "$xen" --patches 1-1
said 'what is for stages' 2 'are for stages'
submit
said 'no folder' 2 'submit STAGE DIR'
submit "$out" --tree "$xen" --trailer '2:Acked-by: A <a@b.org>'
said 'a trailer for a patch that is not there' 2 'patches 1-1'
# bad NAME SED FILE STATUS TEXT...
bad() {
	sed -i "$2" "$queue/interfaces/$3"
	commit bad
	submit "$out" --tree "$xen"
	said "$1" "${@:4}"
	restore
}
bad 'a list that is not of the table' 's/^  ``struct evtchn_close``, 4/  ``struct evtchn_close``, 5/' hypercall-abi.rst 1 'is not that of the table'
bad 'no subject' '/^Subject/d' posting/xen-docs/message 1 'From, Date and Subject'
bad 'nobody who wrote it' '/^From/d' posting/xen-docs/message 1 'From, Date and Subject'
bad 'a long subject' 's/^Subject:.*/&, every part of it, from the first word to the last/' posting/xen-docs/message 1 'more than 70'
bad 'no prefix' 's/^Subject: docs: /Subject: /' posting/xen-docs/message 1 'no subsystem prefix'
bad 'one that is signed off already' '$aSigned-off-by: A <a@example.org>' posting/xen-docs/message 1 'signed off'
bad 'a long subject of the cover letter' '1s/$/, every part of it, from the first word to the very last one/' posting/xen-docs/cover 1 'interfaces/posting/xen-docs/cover' 'more than 70'
bad 'a private path' "\$a$HOME/notes" posting/xen-docs/message 1 'names a private path' 'not written'
if command -v rst2html >/dev/null; then
	bad 'no good reStructuredText' 's/^Versions$/&\n=/' hypercall-abi.rst 1 'no good reStructuredText'
fi
echo >>"$queue/interfaces/posting/xen-docs/cover"
submit "$out" --tree "$xen"
said 'a change that is not committed' 1 'not committed: interfaces/posting/xen-docs/cover'
restore
ok 'nothing is written, nothing recorded' [ "$(ls -d "$out" 2>/dev/null)$(postings)" = '' ]

# A posting
before=$(fingerprint "$xen")
submit "$out" --tree "$xen" --trailer 'Reviewed-by: R V <rv@example.org>'
said 'a posting' 0 'version 1 of xen-docs, on RELEASE-9.1.0' 'git am --empty=drop' 'in a tree of Xen' "not every patch of $author"
ok "the tree is as it was" [ "$before" = "$(fingerprint "$xen")" ]
cover=$out/0000-cover-letter.patch
one=$(echo "$out"/0001-*.patch)
ok 'a cover letter and one patch' [ "$(find "$out" -name '*.patch' | wc -l)" = 2 ]
ok 'subject of the patch' has_head "$one" "Subject: [PATCH 1/1] $(sed -n 's/^Subject: //p' "$queue/interfaces/posting/xen-docs/message")"
ok 'subject of the cover letter' has_head "$cover" "Subject: [PATCH 0/1] $(sed 1q "$queue/interfaces/posting/xen-docs/cover")"
ok 'To: who maintains it, and the list' has_head "$one" \
	'To: xen-devel@lists.xenproject.org, Rita Riscv <rita@example.org>, The Rest <rest@example.org>'
ok "Cc: the project's own for this" has_head "$one" 'Cc: Kay Eeper <kay@example.org>'
ok 'the cover letter goes to them as well' has_head "$cover" \
	'To: xen-devel@lists.xenproject.org, Rita Riscv <rita@example.org>, The Rest <rest@example.org>'
ok 'it says whose it is' grep -q "^From: $author <" "$one"
ok "signed off by who submits, then reviewed" [ "$(sed -n '/^---$/q; s/^\([A-Z][a-z-]*-by: [A-Z][a-z]*\).*/\1/p' "$one" | paste -sd ' ')" = 'Signed-off-by: Sue Reviewed-by: R' ]
ok 'base-commit names the commit' grep -qx "base-commit: $(in_xen rev-parse HEAD)" "$cover"
ok 'the section that names people stays at home' [ "$(grep -c 'Who must see it' "$cover")" = 0 ]
ok 'no line of ours that others cannot follow' [ "$(grep -cE '^\+.*(scripts/|interfaces/|hypercall-doc)' "$one")" = 0 ]

# applied TREE: a clone of it with the mails of the folder on top
applied() {
	rm -rf "$work/applied"
	git clone -q "$xen" "$work/applied" && git -C "$work/applied" -c user.name=M -c user.email=m@example.org am -q --empty=drop "$1"/*.patch
}
guide=$work/applied/docs/guest-guide
ok 'git am applies it' applied "$out"
HYPERCALL_DOC=$queue/interfaces/hypercall-abi.rst "$tap_top/scripts/hypercall-doc" --posting >"$work/document"
ok 'the document is there' cmp "$work/document" "$guide/riscv/hypercall-abi.rst"
ok 'the guide names it' [ "$(sed -n '/toctree/,/^And/p' "$guide/index.rst" | paste -sd ,)" = '.. toctree::,  :maxdepth: 2,,  x86/index,  riscv/index,,And more.' ]
ok 'in its own index' grep -qx '  hypercall-abi' "$guide/riscv/index.rst"
ok 'and nothing else changes' [ "$(git -C "$work/applied" diff --name-only HEAD~ | wc -l)" = 3 ]
if command -v sphinx-build >/dev/null; then
	touch "$guide/conf.py"
	mkdir "$guide/x86/" 2>/dev/null
	printf 'x86\n===\n' >"$guide/x86/index.rst"
	ok 'Sphinx makes a book of it' sphinx-build -q -W -b text "$guide" "$work/book"
fi
cat "$out"/*.patch >"$work/mbox"
(cd "$work/applied" && git checkout -q -f --detach origin/HEAD && b4 -n am -m "$work/mbox" -o "$work/b4") >"$work/b4.log" 2>&1
ok 'b4 am reads it' grep -q 'Total patches: 1' "$work/b4.log" || sed 's/^/# /' "$work/b4.log"

# The next version
run pvops submit --sent "$out"
said 'sent' 0 'the next is version 2'
sed -i 's/^What a guest of Xen/All that a guest of Xen/' "$queue/interfaces/hypercall-abi.rst"
commit better
submit "$work/out2" --tree "$xen" --rfc
said 'the next version' 0 'version 2 of xen-docs'
cover=$work/out2/v2-0000-cover-letter.patch
ok 'its number, and RFC' grep -q '^Subject: \[RFC PATCH v2 0/1\]' "$cover"
ok 'a range-diff against the one before' [ "$(sed -n '/^Range-diff against v1:/,$p' "$cover" | grep -cE '^1: .* ! 1: |^    [-+]+.*(What|All that) a guest of Xen')" -ge 3 ]
ok 'both are recorded' [ "$(postings)" = 'sent/xen-docs/v1 written/xen-docs/v1 written/xen-docs/v2' ]
restore

# Other trees
in_xen am -q --empty=drop "$out"/*.patch
submit "$work/out3" --tree "$xen"
said 'a tree that has it' 1 'has this document already'
sed -i 's/^What a guest of Xen/All that a guest of Xen/' "$queue/interfaces/hypercall-abi.rst"
commit better
submit "$work/out3" --tree "$xen"
said 'a tree that has an earlier one' 0 'version 2 of xen-docs'
ok 'gets the difference' [ "$(grep -c '^diff --git' "$work/out3"/v2-0001-*)" = 1 ]
restore
in_xen reset -q --hard RELEASE-9.1.0
in_xen rm -q -r docs
in_xen commit -q -m 'no guide'
submit "$work/out4" --tree "$xen"
said 'a tree without the guide' 0
ok 'has it among the notes' grep -q '^+++ b/docs/misc/riscv/hypercall-abi.rst' "$work/out4"/v2-0001-*
sed -i '/^V:/d' "$xen/MAINTAINERS"
in_xen commit -q -a -m 'no V:'
submit "$work/out5" --tree "$xen"
said 'a tree whose maintainers cannot be found' 0 'get_maintainer.pl found nobody'
ok 'goes to the list' has_head "$work/out5/v2-0000-cover-letter.patch" 'To: xen-devel@lists.xenproject.org'
