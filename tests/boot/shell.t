#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# ./pvops shell gives a shell; its input comes from a pipe here, one line when the one before is answered.

. "$(dirname "$0")/boots.sh"
out=$work/out

# Waits for text $1 on the console, at most a minute or two.
await() {
	local i
	for ((i = 0; i < 1200; i++)); do
		grep -qaF -- "$1" "$out" && return
		kill -0 "$pid" 2>/dev/null || return 1
		sleep 0.1
	done
	return 1
}

trap '' PIPE	# the guest may be gone when it is written to
for mode in native hvm pv; do
	: >"$out"
	mkfifo "$work/in-$mode"
	pvops shell "$last" --mode $mode --name "shell-$mode" --wall 200 <"$work/in-$mode" >"$out" 2>&1 &
	pid=$!
	exec 7>"$work/in-$mode"
	ok "$mode: a prompt" await '/ #' || tail -n 5 "$out" | sed 's/^/# /'
	# shellcheck disable=SC2016 # for the shell in the guest
	echo 'echo $((6 * 7)) answers; ls -d /proc/1' >&7
	ok "$mode: it answers" await '42 answers'
	ok "$mode: with busybox's tools" await '/proc/1'
	echo 'exit' >&7
	ok "$mode: leaving it powers off" await 'Power down'
	exec 7>&-
	status=0
	wait $pid || status=$?
	ok "$mode: and that is a pass" [ $status -eq 0 ]
done

# The way that is told: no crash, though no check has passed.
: >"$out"
mkfifo "$work/in-left"
pvops shell "$last" --mode pv --name shell-left --wall 200 <"$work/in-left" >"$out" 2>&1 &
pid=$!
exec 7>"$work/in-left"
ok 'another prompt' await '/ #'
printf '\035x' >&7
status=0
wait $pid || status=$?
ok 'Ctrl-] x leaves it, which is no crash' [ "$status $(grep -caE '^virt .* left ' "$out")" = '0 1' ]
exec 7>&-
