# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the .t files share: run a guest natively and under the stub, and hold the
# verdicts against each other line by line. Output is TAP. Sourced, never run.
#
# A run's verdict is scripts/verdict's: pass, fail, timeout, and crash if a guest
# ended without its verdict line. The logs are in the run's log directory.

. "$(dirname "${BASH_SOURCE[0]}")/../../scripts/lib.sh"

count=0
ok() { echo "ok $((count += 1)) - $1"; }
not_ok() { echo "not ok $((count += 1)) - $1"; }
skip() { echo "ok $((count += 1)) - $1 # SKIP $2"; }
diag() { sed 's/^/# /'; }
plan() { echo "1..$count"; }

# Guests and stub, once for all .t files of a run.
prepare() {
	log_dir
	(
		lock_build
		logged guests make -C "$top/tests/guests" O="$build/guests"
		[ -n "${PVOPS_BUILT:-}" ] || "$top/scripts/build" --tools >&2
	)
	export PVOPS_BUILT=1
}

# claims LOG: the lines that can be compared: no SKIP, no TODO.
claims() {
	tr -d '\r\000' <"$1" | sed -n 's/^(d[0-9]*) //; /^\(not \)\{0,1\}ok [0-9]* /{ s/ # SKIP.*/ # -/; s/^\(not \)\{0,1\}ok \(.*\) # TODO.*/ok \2 # -/; p; }'
}

# boot_guest NAME OPTION...: log and verdict in $log, $verdict
boot_guest() {
	local name=$1
	shift
	log=$PVOPS_LOGS/$name.log
	verdict=pass
	"$top/scripts/boot" --name "$name" --initrd none --mem 64M --timeout 300 --silence 90 --wall 300 "$@" >"$log.boot" 2>&1 ||
		verdict=$(awk -F '\t' 'NR == 2 { print $9 }' "$log.tsv" 2>/dev/null || echo crash)
	# a guest that says "fail" itself has not crashed
	[ "$verdict" != crash ] || ! grep -aq 'pvops-guest: fail' "$log" || grep -aqE '^stub: (PANIC|d[0-9]+: crash)' "$log" ||
		verdict=fail
	[ -s "$log" ] || { diag <"$log.boot"; verdict=crash; }
}

# The lines of two runs, number by number; a claim skipped or known to fail in one of them is not compared.
differences() {
	awk 'NR == FNR { a[$0 ~ /^not/ ? $3 : $2] = $0; next }
		{ n = $0 ~ /^not/ ? $3 : $2; if (!(n in a)) print "+ " $0
		  else if (a[n] != $0 && a[n] !~ / # -$/ && $0 !~ / # -$/) { print "- " a[n]; print "+ " $0 }
		  delete a[n] }
		END { for (n in a) print "- " a[n] }' <(claims "$1") <(claims "$2")
}

# variant_options HARTS VARIANT: what it changes about a boot, an argument a line
variant_options() {
	case $2 in
	nocopies) printf '%s\n' --stub-options 'noreboot nocopies' ;;	# pv without hypervisor-stub/arch/code.c
	entry) printf '%s\n' --append 'guest=pv pventry' ;;	# pv, by the page of the vCPU and an entry of its own
	nofast) printf '%s\n' --stub-options 'noreboot nofast' ;;	# ... without the assembly paths of entry.S
	fewpages) printf '%s\n' --stub-options 'noreboot shadow=24' ;;	# ... with the smallest pool for shadow tables
	sv48 | sv57)	# the guest's page tables have four levels, or five; pv: its hypervisor lets them
		printf '%s\n' --stub-options "noreboot levels=$((${2#sv} / 9 - 1))" --append "guest=$way levels=$((${2#sv} / 9 - 1))"
		;;
	crowded) printf '%s\n' --smp 1 --vcpus "$1" ;;	# all vCPUs on one hart
	sifive_u) printf '%s\n' --machine sifive_u --smp $(($1 + 1)) --cpu sifive-u54 ;; # its hart 0 runs no guest
	reboot) printf '%s\n' --stub-options reboot ;;	# without the default, noreboot
	esac
}

# guest_run TOPIC HARTS WAY H [VARIANT]: one run; WAY is native, pv or hvm, H is true or false
guest_run() {
	local topic=$1 harts=$2 way=$3 h=$4 variant=${5:-} name options
	name=guest-$topic-$way-h$h-$harts${variant:+-$variant}
	what="$topic, $way, H $h, $harts hart(s)${variant:+, $variant}"
	mapfile -t options < <(variant_options "$harts" "$variant")
	# the variant's own come last: they override
	options=(--kernel "$build/guests/$topic.bin" --mode "$way" --cpu "rv64,h=$h" --smp "$harts"
		--mem $((64 * harts))M --append "guest=$way" --expect 'pvops-guest: pass' "${options[@]}")
	boot_guest "$name" "${options[@]}"
	# OpenSBI 1.1 can lose the address a hart is to start at (rt/head.S). That says nothing about the claims.
	if [ "$way" = native ] && grep -qa '^# the firmware let another hart in' "$log"; then
		echo "# $what: once more, for the firmware started a hart in the wrong place"
		boot_guest "$name" "${options[@]}"
	fi
	if [ "$verdict" = pass ]; then
		ok "$what"
	else
		not_ok "$what: $verdict"
		tr -d '\r\000' <"$log" | sed -nE '/^(\(d[0-9]+\) )?(not ok|# .*(expected|not so|unexpected)|stub: (PANIC|all|d[0-9]+: (crash|cannot)))/p' |
			awk 'NR <= 40' | diag
	fi
}

# guest_ways TOPIC WORD...: every way to run it with each number of harts; with the last number, in each variant
# named as WAY:H:VARIANT. All are held against the first.
guest_ways() {
	local topic=$1 word harts way first
	shift
	prepare
	for word in "$@"; do
		if [[ $word == *:* ]]; then
			guest_way "$word"
		else
			harts=$word first=''
			for way in native:false native:true pv:false pv:true hvm:true; do guest_way "$way"; done
		fi
	done
}

# For guest_ways, whose variables these are
guest_way() {
	local h variant
	IFS=: read -r way h variant <<<"$1"
	guest_run "$topic" "$harts" "$way" "$h" "$variant"
	if [ -z "$first" ]; then
		first=$log
	elif [ -z "$(differences "$first" "$log")" ]; then
		ok "$what: verdicts as on the machine itself"
	else
		not_ok "$what: verdicts as on the machine itself"
		differences "$first" "$log" | diag
	fi
}

guest_topic() {
	guest_ways "$@"
	plan
}
