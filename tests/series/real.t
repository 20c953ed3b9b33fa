#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# The real series: plain quilt with two symbolic links, and a round trip through git. On a tree of just the files that
# the patches touch, which is the same to both and much quicker than all of the kernel.

. "$(dirname "$0")/../../scripts/tap.sh"
src=${PVOPS_BUILD:-$tap_top/build}/linux-src
tree=$work/tree
mapfile -t patches < <(grep -v -e '^#' -e '^$' "$tap_top/series")

# The files as they are without patches: from the copy in build/ and what quilt put aside there.
touched=$(cd "$tap_top/patches" && sed -n 's|^--- a/||p' "${patches[@]}" | sort -u)
mkdir "$tree"
(cd "$src" && cp -a --parents Makefile .gitattributes arch/riscv/Makefile .pc "$tree" 2>/dev/null
for f in $touched; do [ ! -f "$f" ] || cp -a --parents "$f" "$tree"; done)
(cd "$tree" && if [ -s .pc/applied-patches ]; then quilt --quiltrc - pop -a -f -q; fi; rm -rf .pc) >/dev/null 2>&1
find "$tree" -type f -size 0 -delete

ok 'the series has patches' [ ${#patches[@]} -gt 0 ]
cp -a "$tree" "$work/plain"
ln -s "$tap_top/patches" "$work/plain/patches"
ln -s "$tap_top/series" "$work/plain/series"
in_plain() { (cd "$work/plain" && quilt --quiltrc - "$@"); }
run in_plain push -a --fuzz=0
said 'quilt push -a, with two symbolic links and no fuzz' 0 'Now at patch'
run in_plain pop -a
said 'and off again' 0 'No patches applied'
rm -rf "$work/plain"/{.pc,patches,series}
find "$work/plain" "$tree" -type d -empty -delete	# quilt leaves the directory of a file it took away
ok 'leaves nothing behind' diff -r "$tree" "$work/plain"

export PVOPS_BUILD=$work/build
cp -a "$tap_top/patches" "$tap_top/series" "$work/"
export PVOPS_QUEUE=$work
run pvops to-git --kernel-source "$tree"
said 'to-git' 0 "${#patches[@]} commits on Linux"
run pvops from-git
said 'from-git' 0 ', 0 changes'
ok 'patches are the same to the byte' diff -r "$tap_top/patches" "$work/patches"
ok 'so is the series' cmp "$tap_top/series" "$work/series"
