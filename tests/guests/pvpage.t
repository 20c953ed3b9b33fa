#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# The page of a pv vCPU: by the assembly paths of the stub and by C, which must say the same.
. "$(dirname "$0")/lib.sh"

guest_ways pvpage 1 2 pv:false:nofast pv:false:nocopies pv:false:crowded pv:false:sifive_u
with=$PVOPS_LOGS/guest-pvpage-pv-hfalse-2.log
for other in nofast nocopies crowded sifive_u; do
	if [ -z "$(differences "$with" "$PVOPS_LOGS/guest-pvpage-pv-hfalse-2-$other.log")" ]; then
		ok "pvpage: with $other the same as without"
	else
		not_ok "pvpage: with $other the same as without"
		differences "$with" "$PVOPS_LOGS/guest-pvpage-pv-hfalse-2-$other.log" | diag
	fi
done
plan
