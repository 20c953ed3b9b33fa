#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Commands that boot many times, with a stand-in for "boot": each boot is accounted for, and a signal ends all of them.

. "$(dirname "$0")/../../scripts/tap.sh"
unset PVOPS_LOGS PVOPS_BUILT
export PVOPS_QUEUE=$work/queue PVOPS_BUILD=$work/build PVOPS_CACHE=$work/cache
scripts=$work/proj/scripts
mkdir -p "$work/proj/tests" "$work/queue/patches" "$work/bin" "$PVOPS_BUILD/images/first" "$PVOPS_BUILD/stub" "$PVOPS_BUILD/userland"
cp -a "$tap_top/scripts" "$tap_top/docs" "$tap_top/interfaces" "$work/proj/"
cp -a "$tap_top/tests/bench" "$work/proj/tests/"
printf '# stage: first\n# stage: second\n' >"$work/queue/series"
touch "$work/queue/patches/BASE" "$PVOPS_BUILD/images/first/"{Image,vmlinux} "$PVOPS_BUILD/stub/pvops-stub.bin" \
	"$PVOPS_BUILD/userland/initrd.cpio"
ln -s first "$PVOPS_BUILD/images/second"
# nothing is compiled or drawn here
printf '#!/bin/sh\n' | tee "$work/bin/gnuplot" >"$work/bin/made-up-nm"
echo "echo '0001 T vm_notify'; echo '0002 T next'" >>"$work/bin/made-up-nm"
printf '#!/bin/sh\n' | tee "$scripts/setup" >"$scripts/build"
cat >"$scripts/boot" <<'END'
#!/usr/bin/env bash
# A row that is a pass; none if the name matches $refused; if it matches $kills, what xargs has started is killed; with $stays it
# does not end.
name=$(sed 's/.* --name \([^ ]*\).*/\1/' <<<"$*")
log=$PVOPS_LOGS/$name.log
echo $$ >>"$started"
if [ -n "${stays:-}" ]; then sleep 300; exit; fi
if [[ -n ${kills:-} && $name =~ $kills ]]; then
	pid=$$
	while read -r parent < <(ps -o ppid= -p "$pid") && [ "$(ps -o comm= -p "$parent")" != xargs ]; do pid=$parent; done
	kill -KILL "$pid"
	exit
fi
if [[ -n ${refused:-} && $name =~ $refused ]]; then echo "boot: this is why" >&2; exit 2; fi
mapfile -t files < <(grep -o '[^ ]*\.cfg' <<<"$*")
row=$({ echo "$*"; [ -z "${files[*]}" ] || cat "${files[@]}"; } | sed -n "s/.*pvops.rows=\([^ ']*\).*/\1/p")
[[ -n ${silent:-} && $name =~ $silent ]] || echo "pvops-bench: $row 10 1000 1 0.1" >"$log"
touch "$log" "$log.traps.tsv"
{
	tr ' ' '\t' <<<'name kernel machine mode harts vcpus domains mem verdict instructions traps memory_kib tables_kib seconds reason log'
	printf '%s\t' "$name" "$1" virt "$(sed 's/.*--mode \([^ ]*\).*/\1/' <<<"$*")" 1 1 1 256M pass 1000 0 1 1 1 -
	echo "$log"
} >"$log.tsv"
END
chmod +x "$work/bin/"* "$scripts/"{boot,build,setup}
export PATH=$work/bin:$PATH started=$work/started CROSS_COMPILE=made-up- HOSTCC=true

# A row for each stage and mode.
rows() { awk -F '\t' 'NR > 1 { n[$10]++ } END { print n["pass"] + 0, n["none"] + 0 }' "$PVOPS_BUILD/results/boot.tsv"; }
run "$scripts/boot-all"
said 'all boots pass' 0 'first' 'second'
ok 'with a row each' [ "$(rows)" = '6 0' ]
refused=second-pv run "$scripts/boot-all"
said 'one has no verdict' 1 'second pv: none: boot: this is why'
ok 'and a row all the same' [ "$(rows)" = '5 1' ]
kills=first-native run "$scripts/boot-all"
said 'one is killed, and those after it do not begin' 1 'first native: none' 'second pv: none: not started'
mkdir -p "$work/logs"
PVOPS_LOGS=$work/logs run "$scripts/boot-all"
PVOPS_LOGS=$work/logs refused=second-hvm run "$scripts/boot-all"
said 'a row from before is not taken for one' 1 'second hvm: none'

run "$scripts/soak" 4
said 'soak: all boots pass' 0 '4 boots, 4 passed, 0 failed'
kills='soak-2$' run "$scripts/soak" 4
said 'soak: one is killed' 1 '4 boots, 1 passed, 3 failed'
ok 'soak: with a row, too' [ "$(grep -c 'not started.*it was stopped.*--seed' "$PVOPS_BUILD/results/soak.tsv")" = 3 ]

run "$scripts/bench-scaling" --axes processes --output "$work/scaling"
said 'scaling: all are measured' 0 processes
silent=ring-pv-30 run "$scripts/bench-scaling" --axes processes --output "$work/scaling"
said 'scaling: a boot without its row' 1 'not measured: processes ring pv 30' 'not everything could be measured'
kills=ring-hvm-10 run "$scripts/bench-scaling" --axes processes --output "$work/scaling"
said 'scaling: a run that is killed' 1 'runs were not done' 'not everything could be measured'

some=(--rows disk-cached-128k --ways 'native,hvm,pv' --output "$work/devices")
run "$scripts/bench-devices" "${some[@]}"
said 'devices: all are measured' 0 disk-cached-128k
kills='devices-.*-hvm-1' run "$scripts/bench-devices" "${some[@]}" --output "$work/killed"
said 'devices: a run that is killed' 1 'runs were not done' 'not everything could be measured'
kills=null-call run "$scripts/bench" --columns native,hvm --rows null-call,read --fresh --output "$work/bench"
said 'bench: a run that is killed' 1 'runs were not done' 'not everything could be measured'

# A signal to the command, and not to its group: nothing goes on.
running() { local pid; while read -r pid; do ! kill -0 "$pid" 2>/dev/null || return 0; done <"$started"; return 1; }
none_runs() { ! running; }
ends_by() {
	local signal=$1 i pid
	shift
	: >"$started"
	stays=1 "$@" >"$work/out" 2>&1 &
	pid=$!
	for ((i = 0; i < 100; i++)); do [ ! -s "$started" ] || break; sleep 0.1; done
	running || return
	kill "-$signal" $pid
	wait $pid 2>/dev/null
	for ((i = 0; i < 30; i++)); do running || return 0; sleep 0.1; done
	return 1
}
ok 'TERM ends all of boot' ends_by TERM "$scripts/boot-all"
ok 'TERM ends soak' ends_by TERM "$scripts/soak" 4
ok 'HUP ends soak' ends_by HUP "$scripts/soak" 4
ok 'TERM ends bench' ends_by TERM "$scripts/bench" --columns native --rows read --fresh --output "$work/bench"
ok 'TERM ends bench --devices' ends_by TERM "$scripts/bench-devices" "${some[@]}"
ok 'TERM ends bench --scaling' ends_by TERM "$scripts/bench-scaling" --output "$work/scaling"

# The demo: what the guests say, and what is on the disk of one.
mkdir -p "$PVOPS_CACHE" "$PVOPS_BUILD/shell"
printf '#!/bin/sh\n' | tee "$PVOPS_CACHE/busybox-riscv64" "$PVOPS_BUILD/shell/init" "$work/bin/make" >/dev/null
touch "$PVOPS_BUILD/shell/initrd.cpio"
chmod +x "$PVOPS_CACHE/busybox-riscv64" "$work/bin/make"
cp -a "$tap_top/tests/userland" "$work/proj/tests/"
export copied=$work/copied
echo something >"$copied"
cat >"$work/boot-demo" <<'END'
#!/usr/bin/env bash
echo $$ >>"$started"
if [ -n "${stays:-}" ]; then sleep 300; exit; fi
echo "demo: guest 1: offers a file of 10 bytes, md5 $(echo something | md5sum | cut -d ' ' -f 1)" >>"$PVOPS_LOGS/demo.log"
[ -n "$copied" ] || exit 0
/usr/sbin/debugfs -w -R "write $copied copy" "$PVOPS_BUILD/demo/guest2.img" >/dev/null 2>&1
echo 'demo: guest 2: has a copy of 10 bytes' >>"$PVOPS_LOGS/demo.log"
END
chmod +x "$work/boot-demo"
mv "$scripts/boot" "$work/boot-many"
cp "$work/boot-demo" "$scripts/boot"
run "$scripts/demo" --check
said 'demo: the copy is compared' 0 "The copy on guest 2's disk has md5"
run script -qec "$scripts/demo" /dev/null
said 'demo: on a terminal, too' 0 'The driver domain' "The copy on guest 2's disk has md5"
echo other >"$work/other"
copied=$work/other run script -qec "$scripts/demo" /dev/null
said 'demo: another file is found' 1 "the copy on guest 2's disk"
copied='' run script -qec "$scripts/demo" /dev/null
said 'demo: left before there is one' 0 'It was left before guest 2 had its copy'
flock "$PVOPS_BUILD/demo/.lock" sleep 2 &
sleep 0.5
run "$scripts/demo" --check
said 'demo: two at a time' 0 'another demo runs' 'waiting for it' "The copy on guest 2's disk has md5"
ok 'TERM ends the demo' ends_by TERM "$scripts/demo" --check
run "$scripts/demo" --refresh
said 'demo: --refresh of nothing' 2 '--refresh is for --debian'

# Real Xen's QEMU
cat >"$work/bin/qemu-system-aarch64" <<'END'
#!/usr/bin/env bash
all=$*
case $all in *dumpdtb=*) file=${all##*dumpdtb=}; echo '/dts-v1/; / { chosen { }; };' | dtc -q -o "${file%% *}" -; exit ;; esac
echo $$ >>"$started"
exec sleep 300
END
mkdir -p "$PVOPS_BUILD/conformance" "$PVOPS_BUILD/linux-src"
chmod +x "$work/bin/qemu-system-aarch64"
touch "$work/xen" "$PVOPS_BUILD/conformance/conformance-arm64.bin"
ok 'TERM ends calibrate' ends_by TERM "$scripts/calibrate" --xen "$work/xen"
: >"$started"
run "$scripts/calibrate" --xen "$work/xen" --wall 1
said 'calibrate: Xen that does not end' 1 'the claims did not come to an end'
ok 'and it has ended' none_runs
mv "$work/boot-many" "$scripts/boot"

# What is there, held against the limits
run "$scripts/bench" --check --jobs
said 'bench --check --jobs: of jobs' 1 "no $PVOPS_BUILD/results/jobs/bench.tsv"
run "$scripts/bench-devices" --check --output "$work/devices"
said 'devices: so many figures have a limit' 0 'figures hold their limits'
mkdir -p "$work/none"
head -n 1 "$work/devices/devices.tsv" >"$work/none/devices.tsv"
run "$scripts/bench-devices" --check "$work/none"
said 'devices: nothing has a limit' 0 'nothing of this has a limit'
printf 'row\tnative\nctx-2\t100\n' >"$work/none/bench.tsv"
printf 'section\tbase\tnative\tpercent\n' >"$work/none/bench-text.tsv"
run "$scripts/bench" --check "$work/none"
said 'bench: nothing has a limit' 0 'nothing of this has a limit'
