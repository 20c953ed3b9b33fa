#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Every stage of the real series as a posting that applies, on a tree of just the files that this needs.

. "$(dirname "$0")/../../scripts/tap.sh"
src=${PVOPS_BUILD:-$tap_top/build}/linux-src
tree=$work/tree
export PVOPS_BUILD=$work/build PVOPS_QUEUE=$work/queue HOME=$work/home GIT_CONFIG_GLOBAL=$work/home/gitconfig
mkdir "$tree" "$HOME" "$PVOPS_QUEUE"
git config --global user.name 'Sue Mitter'
git config --global user.email sue@example.org
cp -a "$tap_top"/{patches,series,MAINTAINERS} "$PVOPS_QUEUE"
git -C "$PVOPS_QUEUE" init -q
git -C "$PVOPS_QUEUE" add -A
git -C "$PVOPS_QUEUE" commit -q -m all

# What the patches touch, as it is without them, and what makes checkpatch.pl and get_maintainer.pl take it for a kernel.
touched=$(cd "$tap_top/patches" && grep -v -e '^#' -e '^$' ../series | xargs sed -n 's|^--- a/||p' | sort -u)
(cd "$src" && cp -a --parents Makefile arch/riscv/Makefile COPYING CREDITS Kbuild MAINTAINERS README .mailmap \
	scripts/{get_maintainer.pl,checkpatch.pl,spelling.txt,const_structs.checkpatch} .pc "$tree"
for f in $touched; do [ ! -f "$f" ] || cp -a --parents "$f" "$tree"; done
cd "$tree" && if [ -s .pc/applied-patches ]; then quilt --quiltrc - pop -a -f -q; fi) >/dev/null 2>&1
rm -rf "$tree/.pc"
mkdir -p "$tree"/{Documentation,arch,include,drivers,fs,init,ipc,kernel,lib}
cp -a "$tree" "$work/clean"
git -C "$work/clean" init -q
git -C "$work/clean" add -A -f
git -C "$work/clean" commit -q -m base
git -C "$work/clean" tag base

stage_patches() { awk -v want="$1" '/^# stage:/ { on = $3 == want; next } on && /^[^# ]/' "$PVOPS_QUEUE/series"; }

# What the posting in $1 says it needs, as the names of patches.
needed() {
	awk '/^It needs these patches/ { on = 1; next } on && /^  / { print substr($0, 3) } on && /^[^ ]/ { exit }' "$1"/*0000-cover-letter.patch | while read -r subject; do
		(cd "$PVOPS_QUEUE/patches" && for p in */*.patch; do
			[ "$(git mailinfo -k /dev/null /dev/null <"$p" | sed -n 's/^Subject: //p')" != "[PATCH] $subject" ] || echo "$p"
		done)
	done
}

# One stage: written, read by git am on a clean tree, after what it says it needs; it changes what quilt does there.
posting() {
	local stage=$1 patches needs list=linux-riscv
	[ "$stage" != xen-fixes ] || list=xen-devel	# not about RISC-V
	mapfile -t patches < <(stage_patches "$stage" | head -n 15)
	run pvops submit "$stage" "$work/$stage" --kernel-source "$tree" --patches "1-${#patches[@]}" --version 2
	said "submit $stage" 0 "version 2 of $stage"
	git -C "$work/clean" checkout -q -f --detach base
	mapfile -t needs < <(needed "$work/$stage")
	[ ${#needs[@]} -eq 0 ] || { echo "# needs ${needs[*]}"; (cd "$PVOPS_QUEUE/patches" && git -C "$work/clean" am -q "${needs[@]/#/$PWD/}"); }
	git -C "$work/clean" tag -f before >/dev/null
	ok 'git am applies it to a clean tree' git -C "$work/clean" am -q --empty=drop "$work/$stage"/*.patch
	ok 'a commit a patch' [ "$(git -C "$work/clean" rev-list --count before..HEAD)" = ${#patches[@]} ]
	ok 'each signed off' [ "$(git -C "$work/clean" log --format=%B before..HEAD | grep -cx 'Signed-off-by: Sue Mitter <sue@example.org>')" = ${#patches[@]} ]
	ok "each to $list" [ "$(grep -l "$list@lists" "$work/$stage"/*.patch | wc -l)" = $((${#patches[@]} + 1)) ]
	cat "$work/$stage"/*.patch >"$work/mbox"
	mkdir "$work/b4"
	(cd "$work/clean" && git checkout -q -B again before && b4 -n am -m "$work/mbox" -o "$work/b4" && git am -q "$work"/b4/*.mbx) >"$work/b4.log" 2>&1
	ok 'b4 am reads it' [ "$(git -C "$work/clean" rev-list --count before..HEAD)" = ${#patches[@]} ] || sed 's/^/# /' "$work/b4.log"
	cp -a "$tree" "$work/plain"
	for p in "${needs[@]}" "${patches[@]}"; do patch -s -p1 --no-backup-if-mismatch -d "$work/plain" <"$PVOPS_QUEUE/patches/$p"; done
	find "$work/plain" "$work/clean" -type d -empty ! -path '*/.git/*' -delete
	ok 'what quilt makes of the stage' diff -r --exclude=.git "$work/plain" "$work/clean"
	rm -rf "$work/plain" "$work/b4"
}

mapfile -t stages < <(sed -n 's/^# stage: *//p' "$PVOPS_QUEUE/series")
for stage in "${stages[@]}"; do
	[ -z "$(stage_patches "$stage")" ] || posting "$stage"
done
