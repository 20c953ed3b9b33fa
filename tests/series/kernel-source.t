#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Where the kernel's source comes from, and that a user's tree stays as it is.

. "$(dirname "$0")/made-up.sh"
make_tree "$work/tree" 7.3.4
make_queue "$work/tree"
src=$PVOPS_BUILD/linux-src

same_as() { diff -r -x patches -x series -x .git "$1" "$src"; }

before=$(fingerprint "$work/tree")
run pvops kernel-source --kernel-source "$work/tree"
said 'a directory' 0 'Linux 7.3.4' "$work/tree"
ok 'its files arrive' same_as "$work/tree"
ok 'the directory is not written to' [ "$before" = "$(fingerprint "$work/tree")" ]
run pvops kernel-source --kernel-source "$work/tree"
ok 'a second time there is nothing to do' [ "$status$output" = 0 ]

git=$work/maker
git -C "$git" checkout -q base
echo 'not committed' >>"$git/init/main.c"
before=$(fingerprint "$git")
run pvops kernel-source --kernel-source "$git"
said 'a git tree gives its commit' 0 'not committed' 'Linux 7.3.4'
ok 'without what is not committed' same_as "$work/tree"
ok 'the git tree is not written to' [ "$before" = "$(fingerprint "$git")" ]

# somebody else's, as git calls that
run env GIT_TEST_ASSUME_DIFFERENT_OWNER=1 "$tap_top/pvops" kernel-source --kernel-source "$git"
said 'a git tree that git does not read is no mere directory' 3 'dubious ownership' 'safe.directory'
ok 'what is not committed there is not taken' same_as "$work/tree"
if [ "$(id -u)" = 0 ]; then
	cp -a "$git" "$work/theirs"
	chown -R nobody "$work/theirs"
	run pvops to-git --kernel-source "$work/theirs"
	said 'nor is one of another owner' 3 'dubious ownership'
	printf '[safe]\n\tdirectory = %s\n' "$work/none" "$work/theirs" "$work/theirs/.git" >"$work/gitconfig"
	GIT_CONFIG_GLOBAL=$work/gitconfig run pvops to-git --kernel-source "$work/theirs"
	said 'it is taken if the user says so' 0 '3 commits on base'
	rm -rf "$PVOPS_BUILD/linux-git"
	GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*' run pvops to-git --kernel-source "$work/theirs"
	said 'in the environment as well' 0 '3 commits on base'
else
	skip 'git trees of another owner' 'root can make one'
fi

mkdir "$work/www"
tar -C "$work" --transform 's/^tree/linux-7.3.4/' -cJf "$work/www/linux-7.3.4.tar.xz" tree
run pvops kernel-source --kernel-source "$work/www/linux-7.3.4.tar.xz"
said 'a tarball' 0 'Linux 7.3.4' linux-7.3.4.tar.xz
ok 'its files arrive' same_as "$work/tree"

run pvops kernel-source --kernel-source "$work/none"
said 'a path that is not there' 2 'no such file'
mkdir "$work/empty"
run pvops kernel-source --kernel-source "$work/empty"
said 'a directory that is no kernel' 1 'no Linux source'
echo x >"$work/x.tar"
run pvops kernel-source --kernel-source "$work/x.tar"
said 'a file that is no tarball' 1 'not a tarball'
ok 'a bad source leaves the good one in place' same_as "$work/tree"

make_tree "$work/other" 7.3.9
run pvops kernel-source --kernel-source "$work/other"
said 'another 7.3.y is taken and named' 0 '7.3.9' 'made on 7.3.4'
make_tree "$work/old" 6.12.1
run pvops kernel-source --kernel-source "$work/old"
said 'another version is refused' 1 '6.12.1' 'made for 7.3.4' --any-version
run pvops kernel-source --kernel-source "$work/old" --any-version
said 'and taken on request' 0 'Linux 6.12.1'

# the release tarball, from a server on this machine
python3 -u -m http.server --bind 127.0.0.1 --directory "$work/www" 0 >"$work/http.log" 2>&1 &
server=$!
trap 'kill $server; rm -rf "$work"; echo "1..$tap_count"' EXIT
for _ in $(seq 50); do grep -q 'port [0-9]' "$work/http.log" && break; sleep 0.1; done
port=$(sed -n 's/.* port \([0-9]*\).*/\1/p' "$work/http.log")
export PVOPS_KERNEL_URL=http://127.0.0.1:$port
sum=$(sha256sum <"$work/www/linux-7.3.4.tar.xz" | cut -d' ' -f1)

run pvops kernel-source
said 'without a checksum it is not fetched' 3 'could not be verified' --sha256
run pvops kernel-source --sha256 "${sum/[0-9a-f]/z}"
said 'a wrong checksum is refused' 3 'checksum' "$sum" 'not used'
ok 'and nothing of it stays' [ -z "$(find "$PVOPS_CACHE/kernel" -type f)" ]
run pvops kernel-source --sha256 "$sum"
said 'the right checksum' 0 'Linux 7.3.4'
ok 'its files arrive' same_as "$work/tree"
kill $server
rm -rf "$PVOPS_BUILD"
run pvops kernel-source
said 'the next time it comes from the cache' 0 'of the cache'
make_tree "$work/later" 7.3.40
tar -C "$work" --transform 's/^later/linux-7.3.40/' -cJf "$PVOPS_CACHE/kernel/linux-7.3.40.tar.xz" later
rm -rf "$PVOPS_BUILD"
run pvops kernel-source
said '7.3.40 is not taken for a 7.3.4' 0 'Linux 7.3.4 from linux-7.3.4.tar.xz'
tar -C "$work" --transform 's/^tree/linux-7.3.4-1/' -cJf "$PVOPS_CACHE/kernel/linux-7.3.4-1.tar.xz" tree
rm -rf "$PVOPS_BUILD" "$PVOPS_CACHE/kernel/linux-7.3.4.tar.xz"
run pvops kernel-source
said 'but a version of Debian'"'"'s is' 0 'from linux-7.3.4-1.tar.xz'
rm -rf "$PVOPS_BUILD" "$PVOPS_CACHE"
run pvops kernel-source --sha256 "$sum"
said 'no source at all' 3 'no kernel source' --kernel-source
trap 'rm -rf "$work"; echo "1..$tap_count"' EXIT
