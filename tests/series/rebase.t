#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# The series on other kernels, patch by patch, and where those come from.

. "$(dirname "$0")/made-up.sh"
make_tree "$work/tree" 7.3.4
make_queue "$work/tree"
export PVOPS_KERNEL_URL=file://$work/www
mkdir "$work/www" "$work/bin"

# An apt that has linux-source-6.12 in two suites, so that no mirror is asked.
cat >"$work/bin/apt-get" <<'END'
#!/bin/sh
case "$*" in
indextargets*) echo 'Debian|http://mirror.example.org/debian' ;;
*update) grep -qE ' (stable|testing) ' "$(echo "$*" | sed 's/.*SourceList=\([^ ]*\).*/\1/')" ;;
*'download linux-source-6.12=6.12.7-1') cp "$WORK/linux-source-6.12_6.12.7-1_all.deb" . ;;
*) exit 100 ;;
esac
END
cat >"$work/bin/apt-cache" <<'END'
#!/bin/sh
case "$*" in
*pkgnames*) echo linux-source-6.12; echo linux-source ;;
*madison*) case "$*" in
	*/stable-*) echo 'linux-source-6.12 | 6.12.7-1 | x'; echo 'linux-source-6.12 | 6.12.5-1 | x' ;;
	*) echo 'linux-source-6.12 | 6.12.3-1 | x' ;;
	esac ;;
esac
END
chmod +x "$work"/bin/*
export PATH=$work/bin:$PATH WORK=$work
sed -i 's/^DEBIAN_SUITE=/&trixie-backports/' "$PVOPS_QUEUE/patches/BASE"

# changed FILE SED: a tree where this is different
changed() {
	rm -rf "$work/other"
	cp -a "$work/tree" "$work/other"
	sed -i "$2" "$work/other/$1"
}
# row PATCH FIELD...: that row of the results
row() {
	local want
	want=$(printf '%s\t' "$@")
	ok "  $1: $2" grep -q "^${want%	}" "$PVOPS_BUILD/results/rebase.tsv" || sed 's/^/# /' "$PVOPS_BUILD/results/rebase.tsv"
}
one=first/0001-riscv-change-line-10.patch two=first/0002-init-change-line-5.patch three=second/0001-riscv-change-line-30.patch

before=$(fingerprint "$work/tree")
run pvops rebase "$work/tree"
said 'the kernel it is made for' 0 'Linux 7.3.4' '3 clean, 0 offset, 0 fuzz, 0 already there, 0 conflict'
ok 'it is not written to' [ "$before" = "$(fingerprint "$work/tree")" ]

changed arch/riscv/kernel/entry.S '1s/^/new\nnew\nnew\n/'
run pvops rebase "$work/other"
said 'lines that moved' 0 '1 clean, 2 offset'
row $one offset 3
row $two clean

changed arch/riscv/kernel/entry.S '1s/^/new\n/;7s/line/LINE/'
run pvops rebase "$work/other"
said 'context that does not fit' 1 '1 clean, 1 offset, 1 fuzz'
row $one fuzz 1 1 'arch/riscv/kernel/entry.S: #1'
row $three offset 1

changed arch/riscv/kernel/entry.S '9,11s/line/LINE/;30s/line/LINE/'
run pvops rebase "$work/other"
said 'conflicts: file and hunk, and on with the next' 1 '1 clean' '2 conflict'
row $one conflict '' '' 'arch/riscv/kernel/entry.S: #1' ''
row $two clean
row $three conflict '' '' 'arch/riscv/kernel/entry.S: #1' first/0001
run pvops rebase "$work/other" first
said 'up to a stage' 1 '2 patches'

changed init/main.c 's/x/x/'
rm "$work/other/init/main.c"
run pvops rebase "$work/other"
said 'a file that is no more' 1 '2 clean' '1 conflict'
row $two conflict '' '' 'init/main.c: is not there'

# a second patch of the same lines makes the first one hard to take off
git -C "$work/maker" checkout -q first
sed -i '10s/$/ again/' "$work/maker/arch/riscv/kernel/entry.S"
git -C "$work/maker" commit -q -a -m 'riscv: change line 10 again' -m 'Because.'
git -C "$work/maker" format-patch -q -1 -o "$PVOPS_QUEUE/patches/first" --start-number 3 --zero-commit --no-signature --no-numbered
sed -i 's|^first/0002.*|&\nfirst/0003-riscv-change-line-10-again.patch|' "$PVOPS_QUEUE/series"
before=$(fingerprint "$work/maker")
run pvops rebase "$work/maker"
said 'a git tree that has some of them' 1 '1 clean' '3 already there, 0 conflict'
row $one 'already there'
row first/0003-riscv-change-line-10-again.patch 'already there'
row $three clean
ok 'it is not written to' [ "$before" = "$(fingerprint "$work/maker")" ]
git -C "$work/maker" checkout -q base
echo 'not committed' >>"$work/maker/init/main.c"
run pvops rebase "$work/maker"
said 'a git tree is its commit' 0 'not committed' '4 clean'
run env GIT_TEST_ASSUME_DIFFERENT_OWNER=1 "$tap_top/pvops" rebase "$work/maker"
said 'one that git does not read as it is somebody else'"'"'s' 3 'dubious ownership' 'safe.directory'

# versions
make_tree "$work/old" 6.12.7
mkdir -p "$work/deb"/{DEBIAN,usr/src}
printf 'Package: linux-source-6.12\nVersion: 6.12.7-1\nArchitecture: all\nMaintainer: M <m@example.org>\nDescription: x\n' >"$work/deb/DEBIAN/control"
tar -C "$work" --transform 's/^old/linux-source-6.12/' -cJf "$work/deb/usr/src/linux-source-6.12.tar.xz" old
dpkg-deb --build "$work/deb" "$work/linux-source-6.12_6.12.7-1_all.deb" >/dev/null
run pvops rebase 6.12
said 'a version of Debian, the newest of all suites' 0 'linux-source-6.12=6.12.7-1 from stable' 'Linux 6.12.7, linux-6.12.7-1.tar.xz: 4 clean'
mkdir "$work/debs"
sed -i 's/^Version.*/Version: 6.12.9-1/' "$work/deb/DEBIAN/control"
dpkg-deb --build "$work/deb" "$work/debs/linux-source-6.12_6.12.9-1_all.deb" >/dev/null
touch -d tomorrow "$work/debs"/*
run "$tap_top/scripts/debian-package" linux-source-6.12=6.12.7-1 stable all "$work/debs"
ok 'the version asked for, where a newer one lies beside it' [ "$status:$output" = "0:$work/debs/linux-source-6.12_6.12.7-1_all.deb" ]
run env PATH="${PATH#*:}" "$tap_top/pvops" rebase 6.12
said 'the next time it comes from the cache' 0 'Linux 6.12.7'
make_tree "$work/new" 7.4.1
tar -C "$work" --transform 's/^new/linux-7.4.1/' -cJf "$work/www/linux-7.4.1.tar.xz" new
run pvops rebase 7.4.1
said 'a version of kernel.org' 0 "$PVOPS_KERNEL_URL/linux-7.4.1.tar.xz" 'Linux 7.4.1'
head -c 1000000 /dev/urandom >"$work/new/more"
tar -C "$work" --transform 's/^new/linux-7.5.1/' -cJf "$work/whole" new
head -c 900000 "$work/whole" >"$work/www/linux-7.5.1.tar.xz"
run pvops rebase 7.5.1
said 'a tarball that is not whole is no kernel without files' 3 'linux-7.5.1.tar.xz is not whole' 'remove it'
run pvops rebase 9.9
said 'a version that is not to be had, and which are' 3 'Linux 9.9 is not to be had' "mirror has: 6.12.7"
run pvops rebase 6.12.9
said 'nor is another of the same series taken for it' 3 'Linux 6.12.9 is not to be had'
run pvops rebase nonsense
said 'no version and no directory' 2 nonsense
run pvops rebase "$work/www"
said 'a directory that is no kernel' 2 'no Linux source'
run pvops rebase "$work/tree" third
said 'an unknown stage' 2 "no stage 'third'"
