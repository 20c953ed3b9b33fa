#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
. "$(dirname "$0")/lib.sh"

# The machine itself ends where it would reboot: only guests do.
prepare
for harts in 1 2; do
	guest_run reboot "$harts" pv false reboot
	guest_run reboot "$harts" hvm true reboot
	starts=$(grep -ac '^stub: d1: starts again' "$log" || :)
	if [ "$starts" -eq 3 ]; then ok "$what: three reboots"; else not_ok "$what: $starts reboots"; fi
done
plan
