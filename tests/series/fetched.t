#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# What is kept of what was fetched: nothing that is not there, and nothing that is half of it.

. "$(dirname "$0")/../../scripts/tap.sh"
export PVOPS_BUILD=$work/build PVOPS_CACHE=$work/cache PVOPS_LOGS=$work/logs
scripts=$work/proj/scripts
mkdir -p "$work/proj/tests/userland" "$PVOPS_CACHE"
cp -a "$tap_top/scripts" "$work/proj/"
cp -a "$tap_top/tests/bench" "$work/proj/tests/"
cp -a "$tap_top/tests/userland/demo" "$work/proj/tests/userland/"
cat >"$scripts/debian-package" <<'END'
#!/bin/sh
# Nothing is to be had; or what is, is no package
[ -n "${got:-}" ] || { echo "debian-package: no mirror" >&2; exit 3; }
echo "$got"
END
chmod +x "$scripts/debian-package"

# a mark that all of it is there, and it is not
words() { sed 's/#.*//' "$1" | xargs; }
echo "$(words "$work/proj/tests/userland/demo/packages.list" | tr ' ' ,) $(sha256sum <"$scripts/debian-root" | cut -c 1-16)" \
	>"$PVOPS_CACHE/debian-riscv64.packages"
run "$scripts/debian-root"
said 'the root file system was removed: it is fetched again' 3 'debian-package: no mirror'
mkdir "$PVOPS_CACHE/debian-riscv64"
run "$scripts/debian-root"
said 'it is there' 0 "$PVOPS_CACHE/debian-riscv64"

# lib COMMAND...: of lib-machine.sh
lib() {
	# shellcheck disable=SC2016 # for the other shell
	bash -c '. "$0/lib.sh"; . "$0/lib-machine.sh"; "$@"' "$scripts" "$@"
}
printf '#!/bin/sh\n' >"$PVOPS_CACHE/busybox-riscv64"
chmod +x "$PVOPS_CACHE/busybox-riscv64"
# as lib-machine.sh has it
without=(--exclude={'./usr/share/*','./etc/*','*/lto1','*lto-dump*','*san.a','*/libc.a','*/libm*.a','libgomp*','libitm*'})
echo "$(words "$work/proj/tests/bench/packages.list") ${without[*]}" >"$PVOPS_CACHE/jobs-riscv64.packages"
run lib jobs_userland
said 'the programs of the jobs were removed: they are fetched again' 3 'debian-package: no mirror'
got=$work/log run lib jobs_userland
said 'what is no package is said' 1 "cannot unpack $work/log"

# busybox, where the caller looks at the exit status
rm "$PVOPS_CACHE/busybox-riscv64"
either() { (get_busybox) || echo 'there is none'; }
export -f either
got=$work/log run lib either
said 'a busybox that cannot be unpacked' 0 "no busybox in $work/log" 'there is none'
ok 'is not kept' [ ! -e "$PVOPS_CACHE/busybox-riscv64" ]
