#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# The series' KUnit tests: on hardware's own instructions, and with every operation going through the tests' backend,
# which needs no hypervisor and so works in each mode.

. "$(dirname "$0")/boots.sh"

pvops build "$last" --with kunit || { echo 'Bail out! no kernel with KUnit'; exit 1; }
kernel=$build/images/$last+kunit/Image

# cases: the last boot's cases as "STATUS NAME", by the kernel's own parser of what KUnit prints
cases() {
	tr -d '\r' <"$log" >"$log.once"
	PYTHONDONTWRITEBYTECODE=1 python3 "$build/linux-src/tools/testing/kunit/kunit.py" parse --json="$log.json" "$log.once" >"$log.parsed" 2>&1 || :
	python3 -c '
import json, sys
for group in json.load(open(sys.argv[1])).get("sub_groups", []):
    for case in group.get("test_cases", []):
        print(case["status"], case["name"])' "$log.json"
}

# suite MODE VCPUS BACKEND PASSED SKIPPED
suite() {
	local name="$1, $2 CPUs, ${3:-native}" console='' got
	# hvc0 and ttyS0 are one UART natively, and two CPUs would write to it at once
	[ "$1" != native ] || console='console=ttyS0 '
	boot "$1-$2-${3:-none}" --kernel "$kernel" --mode "$1" --vcpus "$2" --append "$console${3:+pv_ops=$3}"
	ended "$name: boots" pass
	got=$(cases)
	ok "$name: $4 cases pass" [ "$(grep -c ^PASS <<<"$got")" = "$4" ]
	ok "$name: $5 need the backend" [ "$(grep -c ^SKIP <<<"$got")" = "$5" ]
	ok "$name: none fails" [ -z "$(grep -v '^PASS\|^SKIP' <<<"$got")" ] || printf '%s\n' "$got" | sed 's/^/# /'
}

all=$(grep -c '^	KUNIT_CASE' "$build/linux-src/arch/riscv/kernel/tests/paravirt_ops/cases.c")
suite native 1 '' 2 $((all - 2))
for mode in native hvm pv; do
	suite $mode 1 test "$all" 0
	suite $mode 2 test "$all" 0
done
