# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# For tests that boot whole kernels through the one command.

. "$(dirname "${BASH_SOURCE[0]}")/../../scripts/tap.sh"
this=$(basename "$0" .t)
build=${PVOPS_BUILD:-$tap_top/build}
mapfile -t stages < <(sed -n 's/^# stage: *//p' "${PVOPS_QUEUE:-$tap_top}/series")
# shellcheck disable=SC2034 # the tests use it
last=${stages[-1]}
export PVOPS_LOGS=${PVOPS_LOGS:-$build/logs/$this-$$}

# run by itself, a test builds what it boots; "check" has done so
[ -n "${PVOPS_BUILT:-}" ] || pvops build || { echo 'Bail out! no kernel to boot'; exit 1; }
export PVOPS_BUILT=1

# The firmware that is not OpenSBI, into $firmware. Tests run side by side, and make would write the same files twice at once.
firmware=$build/firmware
make_firmware() {
	mkdir -p "$firmware"
	flock "$firmware/.lock" make -s -C "$tap_top/tests/firmware" O="$firmware" || { echo 'Bail out! no firmware'; exit 1; }
}

# boot NAME OPTION...: one boot; $log is its console, field NAME a value of its results.
boot() {
	local name=$this-$1
	shift
	log=$PVOPS_LOGS/$name.log
	rm -f "$log.tsv"
	run pvops boot --name "$name" "$@"
	# OpenSBI 1.1 under load now and then lets two harts in, or one in at the wrong place: not what is tested
	if [ "$(field verdict)" = timeout ] && [[ " $* " == *' --mode native '* ]] && [[ " $* " =~ ' --vcpus '[2-9] ]]; then
		echo "# $name: again, after $(field reason)"
		run pvops boot --name "$name" "$@"
	fi
}
field() { awk -F '\t' -v n="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == n) c = i } NR == 2 { print $c }' "$log.tsv" 2>/dev/null; }

# ended NAME VERDICT [TEXT...]: how the last boot ended, and what it said or its console has.
ended() {
	local name=$1 want=$2 text fine=true
	shift 2
	[ "$(field verdict)" = "$want" ] || fine=false
	for text; do [[ $output == *"$text"* ]] || grep -qaF -- "$text" "$log" || fine=false; done
	ok "$name: $want" $fine || {
		printf '# the verdict is "%s" (%s); the log: %s\n' "$(field verdict)" "$(field reason)" "$log"
		printf '%s\n' "$output" | tail -n 8 | sed 's/^/#   /'
	}
}

# at_most NAME VALUE LIMIT (numbers, with a fraction or not)
at_most() {
	ok "$1: $2, at most $3" awk -v v="$2" -v m="$3" 'BEGIN { exit !(v > 0 && v <= m) }'
}

# --- of guests of Xen, and of what is none ---

console() { tr -d '\r' <"$log"; }
# The last boot's lines about Xen, but for the command line and the check that is skipped, are so many; natively two consoles are
# one UART, so the same line may come twice.
lines_of_xen() { [ "$(console | grep -v -e 'Kernel command line: ' -e '^ok .* # SKIP' | grep -i 'xen' | sort -u | wc -l)" = "$1" ]; }
# Read from the file: a grep that leaves early fails the pipe, and "!" would make that a success.
unharmed() { ! grep -qaE 'BUG|Oops|WARNING|Call Trace|Kernel panic' "$log"; }

# native_tree [FDTPUT-ARGUMENT...]: QEMU's own device tree with a hypervisor node like Xen's, into $work/xen.dtb
native_tree() {
	qemu-system-riscv64 -M "virt,dumpdtb=$work/xen.dtb" -smp 1 -m 256M -cpu rv64,h=true -display none >/dev/null 2>&1
	fdtput -c "$work/xen.dtb" /hypervisor
	fdtput -t s "$work/xen.dtb" /hypervisor compatible xen,xen-4.17 xen,xen
	fdtput -t i "$work/xen.dtb" /hypervisor interrupts 9
}
