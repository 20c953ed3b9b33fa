#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# When a stage's kernel is built again, and how building fails. On a kernel that is a copy of one file.

. "$(dirname "$0")/made-up.sh"
make_tree "$work/tree" 7.3.4
mkdir -p "$work/tree/scripts/kconfig"
# shellcheck disable=SC2016 # make's
printf '%s\n' 'Image:' '	@if [ -n "$$WHILE" ]; then sh -c "$$WHILE"; fi' \
	'	@mkdir -p $(O)/arch/riscv/boot; cp init/main.c $(O)/arch/riscv/boot/Image; touch $(O)/vmlinux $(O)/System.map' \
	>>"$work/tree/Makefile"
# shellcheck disable=SC2016 # the script's
printf '%s\n' '#!/bin/sh' 'mkdir -p $3 && touch $3/.config' >"$work/tree/scripts/kconfig/merge_config.sh"
chmod +x "$work/tree/scripts/kconfig/merge_config.sh"
make_queue "$work/tree"

# the commands, with a stub and a userland that take no time
mkdir -p "$work/project/tests/configs" "$work/project"/{hypervisor-stub,tests/userland}
cp -a "$tap_top"/{scripts,pvops} "$work/project/"
printf 'all:\n\t@true\n' | tee "$work/project/hypervisor-stub/Makefile" >"$work/project/tests/userland/Makefile"
touch "$work/project/tests/configs/small.config"
build() { run "$work/project/pvops" build --kernel-source "$work/tree" "$@"; }
made() { ok "  it is $1" grep -q "^second	$1	" "$PVOPS_BUILD/results/build.tsv"; }
image() { ok "  $1" grep -qx "$2" "$PVOPS_BUILD/images/second/Image"; }

build second
said 'a stage' 0 'Kernel of stage second'
made built
build second
said 'it again' 0
made same
patch=$PVOPS_QUEUE/patches/first/0002-init-change-line-5.patch
sed -i 's/^+main 5 changed/+main 5 changed twice/' "$patch"
WHILE="sed -i 's/^+main 5 changed twice/+main 5 changed thrice/' $patch" build second
said 'a patch is edited while it is built' 0
made built
image 'it is what was there before' 'main 5 changed twice'
build second
made built
image 'and then what there is now' 'main 5 changed thrice'

printf 'all:\n\t@echo no such thing; false\n' >"$work/project/hypervisor-stub/Makefile"
build --tools
said 'what does not build is no wrong use' 1 'no such thing' "'make' failed"
for name in 'a b' a:b; do
	PVOPS_BUILD=$work/$name build --tools
	said "a place where make cannot build: $name" 2 'a space or a colon' "$work/$name"
	ok '  nothing is made there' [ ! -e "$work/$name" ]
done
