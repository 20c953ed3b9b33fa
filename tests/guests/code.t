#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Hot kernel code. Of the topics that end so, a pv guest without copies of code must say the same.
. "$(dirname "$0")/lib.sh"

# copies LOG: how many copies were made
copies() { tr -d '\r' <"$1" | awk '/^stub: d1: code copies made / { n = $6 } END { print n + 0 }'; }

guest_ways code 1 pv:false:nocopies pv:false:sifive_u
with=$(copies "$PVOPS_LOGS/guest-code-pv-hfalse-1.log")
without=$(copies "$PVOPS_LOGS/guest-code-pv-hfalse-1-nocopies.log")
if [ "$with" -gt 100 ] && [ "$without" -eq 0 ]; then
	ok "the guest has had copies made ($with), and none where there are to be none"
else
	not_ok "copies made: $with, where there are to be none: $without"
fi
plan
