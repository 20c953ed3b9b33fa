# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
#
# What conformance and calibrate share: the suite's answers, and how they are held against each other. Sourced.

suite=$top/tests/guests/xen
recorded=$suite/answers-4.17		# dom0.tsv and domU.tsv, and where they are no model: differences.tsv

# build_suite ARCH: $build/conformance/conformance-ARCH.bin
build_suite() {
	log_dir
	logged "conformance-$1" make -C "$suite" ARCH="$1" O="$build/conformance" KERNEL_SRC="$build/linux-src"
}

# What a role's domain, and the one beside it, have on their command lines
words_of() {
	case $1 in
	dom0) own='other=1' beside='peer other=0' ;;
	domU) own='other=0' beside='peer other=1' ;;
	esac
}

# said LOG: what the domains said, without their numbers
said() { tr -d '\r\000' <"$1" | sed 's/^(d[0-9]*) //'; }

# answers LOG: claim, verdict (pass, fail, skip) and answer, a line each
answers() {
	said "$1" | sed -n 's/^\(not \)\{0,1\}ok [0-9]* \([^ ]*\) # \(.*\)$/\2\t\1\t\3/p' | awk -F '\t' '{
		verdict = $3 ~ /^SKIP/ ? "skip" : $2 == "" ? "pass" : "fail"
		answer = verdict == "skip" ? "-" : $3
		sub(/;.*/, "", answer)
		print $1 "\t" verdict "\t" answer }'
}

# differences_of ROLE: claim, Xen's answer, ours, reason
differences_of() {
	awk -F '\t' -v role="$1" '!/^#/ && ($2 == role || $2 == "both") { print $1 "\t" $3 "\t" $4 "\t" $5 }' \
		"$recorded/differences.tsv"
}

# The claims that do not hold in LOG, with what the suite says about them
failures() { said "$1" | awk '/^not ok / { print; more = 1; next } /^# / && more { print } { more = 0 }'; }
