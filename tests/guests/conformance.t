#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# The conformance suite (xen/): each claim holds under the stub, and has the answer that real Xen gave.
. "$(dirname "$0")/lib.sh"

# conforms OPTION...
conforms() {
	local out=$PVOPS_LOGS/conformance-$((count + 1)).txt
	if "$top/scripts/conformance" "$@" >"$out" 2>&1; then
		ok "claims hold, answers are real Xen's: $*"
	else
		not_ok "claims hold, answers are real Xen's: $*"
		head -n 40 "$out" | diag
	fi
}

prepare
for mode in hvm pv; do
	for role in dom0 domU; do conforms --mode "$mode" --role "$role"; done
	conforms --mode "$mode" --role domU --vcpus 1
	conforms --mode "$mode" --role domU --harts 1	# both vCPUs of both domains on one hart
done
plan
