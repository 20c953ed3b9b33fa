#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# What "boot" makes of QEMU's end, with a stand-in for QEMU that says on the console what it is told: in seconds, without a kernel.

. "$(dirname "$0")/../../scripts/tap.sh"
export PVOPS_BUILD=$work/build PVOPS_LOGS=$work/logs PVOPS_BUILT=1 PVOPS_CACHE=$work/cache
real=$(command -v qemu-system-riscv64)
image=$work/Image

# The least that is an Image: its size at 16, its magic at 56.
{ head -c 17 /dev/zero; printf '\020'; head -c 38 /dev/zero; printf 'RSC\005'; head -c 4096 /dev/zero; } >"$image"
mkdir -p "$work/bin" "$work/build/stub" "$work/build/userland"
touch "$work/build/stub/pvops-stub.bin" "$work/build/userland/initrd.cpio"
cat >"$work/bin/qemu-system-riscv64" <<'END'
#!/usr/bin/env bash
# The device tree is QEMU's own; $says goes to the console; with $refuses it takes no arguments, with $stays it does not end.
case " $* " in *dumpdtb=*) exec "$real" "$@" ;; esac
[ -z "${refuses:-}" ] || { echo "QEMU 7.2 monitor - type 'help' for more information"; echo "qemu-system-riscv64: $refuses" >&2; exit 1; }
for word; do
	case $word in
	file:*) log=${word#file:} ;;
	*logfile=*) log=${word##*logfile=} ;;
	esac
done
printf '%b' "${says:-}" >>"$log"
echo $$ >"$pid_of_it"
[ -n "${stays:-}" ] || exit 0
while read -r line && [ "$line" != quit ]; do :; done
END
chmod +x "$work/bin/qemu-system-riscv64"
export PATH=$work/bin:$PATH real pid_of_it=$work/pid

boot() { run pvops boot --kernel "$image" --name one "$@"; }
row() { awk -F '\t' 'NR == 2 { print $9 }' "$work/logs/one.log.tsv"; }
no_row() { [ ! -e "$work/logs/one.log.tsv" ]; }

export says='pvops-init: pass\r\n'
boot --mode native
said 'a pass' 0 pass
ok 'its row' [ "$(row)" = pass ]
says='nothing else\r\n' boot --mode native
said 'an end without a verdict' 1 'crash: ended with 0 of 1 verdicts'

# What QEMU does not take is no crash of the kernel.
refuses="-device nonsense: 'nonsense' is not a valid device model name" boot --mode native --qemu '-device nonsense'
said 'QEMU refuses its arguments' 1 "boot: QEMU does not start: -device nonsense: 'nonsense' is not a valid"
ok 'and nothing is called a crash' [ "${output/crash/}" = "$output" ]
ok 'nor is the row before still there' no_row
refuses='a bad tree' boot --mode pv
said 'the same with guests' 1 'boot: QEMU does not start: a bad tree'
refuses='no such thing' boot --mode native --gdb
said 'the same at a terminal' 1 'qemu-system-riscv64: no such thing' 'boot: QEMU does not start'
boot --mode native --dtb "$work/none"
said 'a tree that is not there' 2 "--dtb $work/none: no such file"

# Who has left the terminal has not made it crash. (--gdb: a shell is the same, but has to be built.)
says='/ # QEMU: Terminated\r\n' boot --mode pv --gdb
said 'left by Ctrl-] and x' 0 left
ok 'left: its row' [ "$(row)" = left ]
says='Kernel panic - not syncing: x\r\nQEMU: Terminated\r\n' boot --mode pv --gdb
said 'left after a panic' 1 'crash: Kernel panic'
says='nothing else\r\n' boot --mode pv --gdb
said 'not left' 1 'crash: ended with 0 of 1 verdicts'

# A domain that has ended and starts again has not ended; two that have are the end, though the machine stays on.
stays=1 says='(d1) pvops-init: pass\r\nstub: d1: shutdown: poweroff\r\nstub: d1: starts again\r\nstub: d1: shutdown: poweroff\r\n' \
	boot --domains 2 --wall 6
said 'one of two, twice' 1 'timeout: not ended after 6 s on this host'
stays=1 says='(d1) pvops-init: pass\r\nstub: d1: shutdown: poweroff\r\n(d2) pvops-init: pass\r\nstub: d2: shutdown: poweroff\r\n' \
	boot --domains 2 --wall 20
said 'both' 0 pass
stays=1 says='(d1) [    1.000000] ---[ end Kernel panic - not syncing: x ]---\r\n(d2) pvops-init: pass\r\nstub: d2: crash: x\r\n' \
	boot --domains 2 --wall 20
said 'one panicked, one was killed' 1 'crash: stub: d2: crash: x'

# A signal ends QEMU, too.
ends_by() {
	local pid i
	rm -f "$pid_of_it"
	stays=1 "$tap_top/scripts/boot" --kernel "$image" --name one --mode native >"$work/out" 2>&1 &
	pid=$!
	for ((i = 0; i < 100; i++)); do [ ! -s "$pid_of_it" ] || break; sleep 0.1; done
	sleep 0.3	# until the signal is waited for
	kill "-$1" $pid
	wait $pid 2>/dev/null
	for ((i = 0; i < 30; i++)); do kill -0 "$(cat "$pid_of_it")" 2>/dev/null || return 0; sleep 0.1; done
	return 1
}
for signal in TERM HUP; do ok "$signal ends QEMU" ends_by $signal; done

# Options that would do nothing, or be found out after the boot
refused() { boot "${@:3}"; said "$1" 2 "$2"; }
refused '--expect that is no expression' "--expect: 'a(b' is no regular expression" --expect 'a(b'
refused '--await that is none' "--await: '[a' is no regular expression" --await '[a' --kill
for option in '--keys x' '--await x' --kill; do
	# shellcheck disable=SC2086 # words
	refused "$option, natively" "${option% *} is for guests" --mode native $option
done
refused '--keys at a terminal' '--keys and a terminal' --keys x --gdb
refused '--dtb with guests' '--dtb is for --mode native' --dtb "$image"
refused '--domain makes them guests' '--dtb is for --mode native' --mode native --dtb "$image" --domain mode=pv
says='(d1) [    1.0][    T1] it is there\r\n' boot --expect '^it is'
said '--expect: without what is in front of the line' 0 pass
