#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# What lint says of the files that are no patches: nothing of ours, and each fault in a copy of them. A check that finds
# something does not keep the next from its work.

. "$(dirname "$0")/../../scripts/tap.sh"

run "$tap_top/scripts/kernel-source"
ok 'there is a kernel tree' [ "$status" = 0 ] || { printf '%s\n' "$output" | sed 's/^/# /'; exit 1; }

copy=$work/copy
mkdir -p "$copy/build"
(cd "$tap_top" && { git ls-files -co --exclude-standard 2>/dev/null || find . -path ./build -prune -o -type f -print; } |
	tar -c --ignore-failed-read -T - 2>/dev/null) | tar -C "$copy" -x
ln -s "$tap_top/build/linux-src" "$copy/build/"
cp "$tap_top/build/linux-src.id" "$copy/build/"
export PVOPS_BUILD=$copy/build PVOPS_QUEUE=$copy
unset PVOPS_LOGS
lint() { run "$copy/scripts/lint" --files --any-version; }
row() { grep -qE "^$1 +[0-9]+ +$2 +$3\$" <<<"$output"; }
show() { printf '%s\n' "$output" | sed 's/^/# /'; }

lint
for check in shellcheck 'SPDX lines' 'series and patches/' 'stub: checkpatch --strict' 'stub: sparse'; do
	ok "ours: $check" row "$check" 0 ok || show
done
ok 'ours: exit status 0' [ "$status" = 0 ]

# fewer files are enough to be found fault with
rm -rf "$copy"/{tests,docs,hypervisor-stub/arch,hypervisor-stub/xen,interfaces/posting}
printf 'echo $%s\n' 1 >>"$copy/scripts/clean"
sed -i 1,2d "$copy/hypervisor-stub/core/string.c"
echo 'stray' >"$copy/patches/stray.patch"
printf '\nint  two_spaces ;\n' >>"$copy/hypervisor-stub/core/time.c"
lint
ok 'an unquoted variable' row shellcheck '[1-9]' BAD || show
ok 'a missing SPDX line' row 'SPDX lines' 1 BAD
ok 'a patch outside the series' row 'series and patches/' 1 BAD
ok "the kernel's style" row 'stub: checkpatch --strict' '[1-9][0-9]*' BAD
ok 'a variable that is not declared: sparse, after all of these' row 'stub: sparse' '[1-9]' BAD
ok 'exit status 1' [ "$status" = 1 ]
