#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# What clean removes, and what stays.

. "$(dirname "$0")/made-up.sh"
stays='linux-src linux-src.id linux-git linux-git.id linux-git.queue results'
# all that a command makes below build/, by the names that the scripts have for it
# shellcheck disable=SC2016 # the scripts'
goes=$(sed -nE 's/^[^#]*\$build\/([a-z-]+).*/\1/p' "$tap_top"/scripts/{boot,build,check,conformance,demo,lib-conformance.sh,lib-machine.sh,lint*,submit*,bench*} |
	sort -u | grep -vxE 'linux-(src|git)|results')
ok 'the scripts say what they make' grep -qx images <<<"$goes"
fill() {
	local d
	rm -rf "$PVOPS_BUILD"
	for d in $stays $goes firmware full linux+kunit results/full; do mkdir -p "$PVOPS_BUILD/$d/below"; done
	touch "$PVOPS_BUILD/cold-steps" "$PVOPS_BUILD/results/"{boot.tsv,full/.lock,full/lint} "$PVOPS_BUILD/full/.lock"
}

for option in -h --help; do
	run pvops clean "$option"
	said "clean $option" 0 'usage: clean'
done
run pvops clean all
said 'an argument' 2 "'all'"
fill
run pvops clean
said 'clean' 0
# shellcheck disable=SC2086 # words
ok 'the source, the branch and results stay, nothing else' diff <(printf '%s\n' $stays | sort) <(ls "$PVOPS_BUILD")
ok 'of those what is known of check --full' [ "$(ls "$PVOPS_BUILD/results")" = full ]
ok 'all of it' [ -e "$PVOPS_BUILD/results/full/lint" ]
for lock in results/full full; do
	fill
	run flock "$PVOPS_BUILD/$lock/.lock" "$tap_top/pvops" clean
	said "while check --full is at work ($lock)" 1 'a check --full is at work'
	run flock "$PVOPS_BUILD/$lock/.lock" "$tap_top/pvops" distclean --force
	said '  nor distclean' 1 'a check --full is at work'
	ok '  nothing goes' [ -e "$PVOPS_BUILD/images/below" ]
done
rm -rf "$PVOPS_BUILD"
run pvops clean
said 'where nothing was built' 0
