#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# What setup says of a machine that lacks something: on Debian, and on one that is none.

. "$(dirname "$0")/../../scripts/tap.sh"

# machine_without COMMAND...: all commands of this one but those
machine_without() {
	local c
	rm -rf "${work:?}/bin"
	mkdir "$work/bin"
	find /usr/bin /bin/ /usr/sbin -maxdepth 1 ! -type d -exec ln -sf -t "$work/bin" {} +
	for c; do rm -f "$work/bin/$c"; done
}
setup() { PATH=$work/bin "$tap_top/scripts/setup" "$@"; }

machine_without
run setup
said 'nothing is missing' 0
machine_without quilt
run setup --list
said 'a list of what is missing, and why' 3 'These Debian packages are missing' 'quilt ' 'series'
machine_without quilt patch apt-get
run setup
said 'where there is no Debian: the commands' 3 'this is not Debian' 'commands: patch quilt'
machine_without apt-get
sed 's|/dist-packages/elftools/|/nowhere/elftools/|; s|^\. .*|. "'"$tap_top"'/scripts/lib.sh"|' "$tap_top/scripts/setup" >"$work/setup"
chmod +x "$work/setup"
run env PATH="$work/bin" "$work/setup"
said 'a file that is elsewhere there stops nothing' 0 'python3-pyelftools' 'may have to be installed by hand'
run setup --for nothing
said 'no such use' 2 "not 'nothing'"
