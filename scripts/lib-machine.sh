# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
#
# What scripts/boot does with QEMU: the device tree, the run, the bounds; and many boots side by side. Sourced.
# Domains are in arrays, one element each: d_kernel d_initrd d_append d_mode d_vcpus d_mem (bytes) d_devices (paths with a +
# between them), and d_name d_props of those that a file describes.

readonly MIB=$((1 << 20))
readonly RAM_BASE=$((0x80000000))	# of virt and of sifive_u
readonly MODULES_AT=$((RAM_BASE + 4 * MIB))	# after the firmware and the stub
typed=()	# what is done from outside, in pairs: type_keys()
readonly MTIME=0x200bff8		# the CLINT's time register, in the same place on both

align_up() { echo $((($1 + $2 - 1) / $2 * $2)); }

# Two cells of 32 bit, as fdtput wants them.
cells() { printf '%x %x' $(($1 >> 32)) $(($1 & 0xffffffff)); }

# The machine's own tree, as QEMU would make it for these options, into file $1.
dump_tree() {
	local out
	out=$(qemu-system-riscv64 -M "$machine,dumpdtb=$1" "${machine_args[@]}" -display none 2>&1 </dev/null) && [ -s "$1" ] ||
		fail "QEMU makes no device tree: $out"
}

# add_module DTB NODE KIND FILE: where the next file goes; loader options and the node that says so.
add_module() {
	local node size
	node=$(printf '%s/module@%x' "$2" "$next_module")
	size=$(stat -Lc %s "$4")
	fdtput -c "$1" "$node"
	fdtput -t s "$1" "$node" compatible "multiboot,$3" multiboot,module
	# shellcheck disable=SC2046 # four words
	fdtput -t x "$1" "$node" reg $(cells "$next_module") $(cells "$size")
	module_args+=(-device "loader,file=${4//,/,,},addr=$(printf '%#x' "$next_module"),force-raw=on")
	next_module=$(align_up $((next_module + size)) $((2 * MIB)))
	module_node=$node
}

# add_props DTB NODE PROPERTIES: as scripts/xl-config prints them
add_props() {
	local line words
	while IFS= read -r line; do
		IFS=$'\t' read -r -a words <<<"$line"
		[ ${#words[@]} -gt 3 ] || continue
		[ "${words[1]}" = . ] || fdtput -cp "$1" "$2/${words[1]}"
		fdtput -t "${words[0]}" "$1" "$2/${words[1]#.}" "${words[@]:2}"
	done <<<"$3"
}

# add_devices DTB NODE PATH+PATH...: what the domain drives
add_devices() {
	local paths
	[ -n "$3" ] || return 0
	IFS=+ read -r -a paths <<<"$3"
	fdtput "$1" "$2" direct-map
	fdtput -t s "$1" "$2" xen,path "${paths[@]}"
}

# The tree with all domains in Xen's dom0less form, into file $1.
make_tree() {
	local i node
	dump_tree "$1"
	fdtput -t s "$1" /chosen xen,xen-bootargs "$stub_options"
	next_module=$MODULES_AT module_args=()
	# libfdt puts a new node before its brothers: the last domain first makes them come in order
	for ((i = ${#d_kernel[@]} - 1; i >= 0; i--)); do fdtput -c "$1" "/chosen/${d_name[i]:-domU$((i + 1))}"; done
	for i in "${!d_kernel[@]}"; do
		node=/chosen/${d_name[i]:-domU$((i + 1))}
		fdtput -t s "$1" "$node" compatible xen,domain
		fdtput -t i "$1" "$node" '#address-cells' 2
		fdtput -t i "$1" "$node" '#size-cells' 2
		# shellcheck disable=SC2046 # two words
		fdtput -t x "$1" "$node" memory $(cells $((d_mem[i] / 1024)))
		fdtput -t i "$1" "$node" cpus "${d_vcpus[i]}"
		fdtput -t s "$1" "$node" pvops,mode "${d_mode[i]}"
		add_devices "$1" "$node" "${d_devices[i]:-}"
		add_module "$1" "$node" kernel "${d_kernel[i]}"
		fdtput -t s "$1" "$module_node" bootargs "${d_append[i]}"
		[ -z "${d_initrd[i]}" ] || add_module "$1" "$node" ramdisk "${d_initrd[i]}"
		[ -z "${d_props[i]:-}" ] || add_props "$1" "$node" "${d_props[i]}"
	done
}

# Debian's static busybox for riscv64: into $box.
get_busybox() {
	local deb
	box=$cache/busybox-riscv64
	[ ! -x "$box" ] || return 0
	note "Fetching Debian's busybox for riscv64 (1 MB) ..."
	deb=$("$top/scripts/debian-package" busybox-static trixie riscv64 "$cache/deb") || exit
	# where the caller looks at the exit status, "set -e" is off
	dpkg-deb --fsys-tarfile "$deb" | tar -xO --wildcards '*/bin/busybox' >"$box.part" && chmod +x "$box.part" &&
		mv "$box.part" "$box" || fail "no busybox in $deb"
}

# The test userland with busybox in it.
shell_userland() {
	local box
	get_busybox
	log_dir
	mkdir -p "$build/shell"
	(	# tests run side by side
		flock 8
		logged shell-userland make -C "$top/tests/userland" O="$build/shell" KERNEL_SRC="$build/linux-src" BUSYBOX="$box"
	) 8>"$build/shell/.lock" || exit
	userland=$build/shell/initrd.cpio
}

# The test userland with programs of Debian's in it, for the jobs of "bench --jobs", and what they work on.
jobs_userland() {
	local box packages tree=$cache/jobs-riscv64 debs d list=$build/jobs/more.list
	# what is large and nothing here uses: documents, link-time optimisation, sanitizers, static libraries
	local without=(--exclude={'./usr/share/*','./etc/*','*/lto1','*lto-dump*','*san.a','*/libc.a','*/libm*.a','libgomp*','libitm*'})
	get_busybox
	log_dir
	packages=$(sed 's/#.*//' "$top/tests/bench/packages.list" | xargs) || exit
	if [ ! -d "$tree" ] || [ "$(cat "$tree.packages" 2>/dev/null)" != "$packages ${without[*]}" ]; then
		note "Fetching a compiler, sqlite and others of Debian's for riscv64 (70 MB) ..."
		debs=$("$top/scripts/debian-package" "${packages// /,}" trixie riscv64 "$cache/deb") || exit
		rm -rf "$tree" && mkdir -p "$tree"
		for d in $debs; do dpkg-deb --fsys-tarfile "$d" | tar -x -C "$tree" "${without[@]}" || fail "cannot unpack $d"; done
		echo "$packages ${without[*]}" >"$tree.packages"
	fi
	mkdir -p "$build/jobs"
	{
		(cd "$tree" && find . -mindepth 1 -type d -printf 'dir /%P %m 0 0\n' -o -type l -printf 'slink /%P %l 777 0 0\n' \
			-o -type f -printf "file /%P $tree/%P %m 0 0\n" | sort)
		echo 'slink /lib usr/lib 777 0 0'
		for d in as ld; do echo "slink /usr/bin/$d riscv64-linux-gnu-$d 777 0 0"; done
		echo 'dir /src 755 0 0'
		echo "file /src/gen_init_cpio.c $build/linux-src/usr/gen_init_cpio.c 644 0 0"
		echo "file /src/job.sql $top/tests/bench/job.sql 644 0 0"
	} >"$list.new"
	cmp -s "$list.new" "$list" || mv "$list.new" "$list"
	logged jobs-userland make -C "$top/tests/userland" O="$build/jobs" KERNEL_SRC="$build/linux-src" BUSYBOX="$box" MORE="$list"
}

# What QEMU is started with, but for console and monitor: into qemu_args.
make_qemu_args() {
	qemu_args=(-M "$machine" "${machine_args[@]}" -display none -bios "$bios" -no-reboot
		-seed "$seed" -rtc "base=2026-01-01T00:00:00,clock=vm" -net none)
	# shellcheck disable=SC2206 # words
	qemu_args+=(${qemu:-})
	[ -z "$icount" ] || qemu_args+=(-icount "shift=0,sleep=off")
	if [ "${d_mode[0]:-}" = native ]; then
		qemu_args+=(-kernel "${d_kernel[0]}" -append "${d_append[0]}")
		[ -z "${d_initrd[0]}" ] || qemu_args+=(-initrd "${d_initrd[0]}")
		[ -z "${dtb:-}" ] || qemu_args+=(-dtb "$dtb")
	else
		make_tree "$log.dtb"
		qemu_args+=(-kernel "$stub" -dtb "$log.dtb" "${module_args[@]}")
	fi
}

# The log shows that nothing more is to come, whether the machine goes off or not.
ended() {
	[ ${#typed[@]} -eq 0 ] || return 1
	if [ "${d_mode[0]:-}" = native ]; then
		grep -qaE 'reboot: (Power down|System halted|Restarting)|end Kernel panic' "$log"
	else
		grep -qaE '^stub: (all domains are gone|PANIC)' "$log" || [ "$(domains_gone)" -ge ${#d_kernel[@]} ]
	fi
}

# How many domains have ended and not begun again. One alone has no "(d1) " in front of its lines.
domains_gone() {
	{ grep -aE 'end Kernel panic|^stub: d[0-9]+: (shutdown: poweroff|crash|starts again)' "$log" || :; } | awk '
	{ d = match($0, /^(\(|stub: )d[0-9]+/) ? substr($0, 1, RLENGTH) : "d1"; sub(/.*d/, "d", d) }
	/^stub: .*: starts again/ { delete gone[d]; next }
	{ gone[d] }
	END { for (d in gone) n++; print n + 0 }'
}

# The watch over a run: what the machine's clock said last, when the log last grew, for how many looks time stood still.
watch_now=0 watch_size=0 watch_spoke=0 watch_frozen=0 watch_ended=0

# A line from the monitor: the clock, which is held against the bounds, or something to keep.
on_monitor() {
	local size before=$watch_now
	[[ $1 =~ 0200bff8:\ 0x([0-9a-f]+) ]] || { [[ $1 == *$'\e'* ]] || echo "$1" >>"$log.qemu"; return 0; }
	watch_now=$((16#${BASH_REMATCH[1]}))
	size=$(stat -c %s "$log")
	[ "$size" -eq "$watch_size" ] || watch_size=$size watch_spoke=$watch_now
	watch_frozen=$((watch_now == before ? watch_frozen + 1 : 0))
	if [ $((watch_now - watch_spoke)) -gt $((silence * timebase)) ]; then
		why="no output for $silence s of the machine's time"
	elif [ "$watch_now" -gt $((timeout * timebase)) ]; then
		why="not ended after $timeout s of the machine's time"
	elif [ "$watch_frozen" -ge 3 ]; then
		why="the machine sleeps and nothing will wake it"
	fi
}

# A second without a word from the monitor. True when the log shows the end but the machine stays on.
on_tick() {
	if ended && [ $((watch_ended += 1)) -ge 3 ]; then return; fi
	[ $((SECONDS % 4)) -ne 0 ] || { printf 'xp /1gx %s\n' "$MTIME" >&"$to"; } 2>/dev/null || :
	[ "$SECONDS" -lt "$wall" ] || why="not ended after $wall s on this host"
	return 1
}

# new_line REGEX OFFSET: the console has such a line behind that many bytes, or QEMU is gone
new_line() {
	until grep -qaE -- "$1" < <(tail -c "+$(($2 + 1))" "$log" 2>/dev/null); do
		kill -0 "$pid" 2>/dev/null || return
		sleep 0.1
	done
}

# What is typed and done from outside, one after the other, when the stub is there (the firmware empties the UART): three
# times Ctrl-A for each domain gives it the input. QEMU takes it as fast as the UART does.
type_keys() {
	local i at
	new_line '^stub: harts' 0 || return
	for i in "${!d_kernel[@]}"; do printf '\001\001\001'; done
	at=0
	for ((i = 0; i < ${#typed[@]}; i += 2)); do
		# what keys make it say is new, and so is what comes after a line that was waited for
		[ "${typed[i]}" != await ] || new_line "${typed[i + 1]}" "$at" || return
		at=$(stat -c %s "$log")
		case ${typed[i]} in
		keys) printf '%b' "${typed[i + 1]}" ;;
		kill) kill -KILL "$pid" ;;
		esac
	done
}

# run_bounded: QEMU with the serial line in $log, until it ends or goes over a bound; then why says which.
# The bounds are in the machine's own time, read from its clock through the monitor: a slow or busy host changes
# nothing. A boot of a few seconds ends before the first look, so looking cannot disturb what it measures.
run_bounded() {
	local line rc pid
	timebase=$([ "$machine" = virt ] && echo 10000000 || echo 1000000)
	why='' SECONDS=0
	: >"$log"
	rm -f "$log.qemu"
	trap '' PIPE	# QEMU may be gone when it is asked
	local serial=(-serial "file:$log")
	if [ ${#typed[@]} -gt 0 ]; then
		rm -f "$log.in" "$log.out"
		mkfifo "$log.in" "$log.out"
		serial=(-chardev "pipe,id=con,path=${log//,/,,},logfile=${log//,/,,}" -serial chardev:con)
	fi
	coproc QEMU { exec qemu-system-riscv64 "${qemu_args[@]}" "${serial[@]}" -monitor stdio 2>&1; }
	pid=$QEMU_PID
	if [ ${#typed[@]} -gt 0 ]; then
		cat "$log.out" >/dev/null &
		type_keys 1<>"$log.in" &
	fi
	exec {to}>&"${QEMU[1]}" {from}<&"${QEMU[0]}"	# bash closes its own copies when QEMU ends
	trap 'kill $pid 2>/dev/null || :; exit 130' INT TERM HUP
	while [ -z "$why" ]; do
		rc=0
		IFS= read -r -t 1 -u "$from" line || rc=$?
		if [ "$rc" -eq 0 ]; then
			on_monitor "$line"
		elif [ "$rc" -le 128 ] || on_tick; then
			break	# QEMU has ended, or may
		fi
	done
	{ printf '%s' "${why:+info registers -a$'\n'}" $'quit\n' >&"$to"; } 2>/dev/null || :
	while IFS= read -r -t 5 -u "$from" line; do on_monitor "$line"; done
	kill -KILL "$pid" 2>/dev/null || :
	rc=0
	wait "$pid" 2>/dev/null || rc=$?
	exec {to}>&- {from}<&-
	rm -f "$log.in" "$log.out"
	trap - INT TERM HUP PIPE
	[ $rc -ne 1 ] || [ -s "$log" ] || not_started
}

# No console, and QEMU ended by itself: it does not take its arguments. It says which; the monitor may have spoken before.
not_started() {
	local words
	words=$(sed -n 's/.*qemu-system-riscv64: //p' "$log.qemu" 2>/dev/null | paste -sd ' ')
	fail "QEMU does not start${words:+: $words}"
}

# The terminal is the console. Ctrl-A belongs to the stub, so QEMU's own key is Ctrl-].
run_interactive() {
	why='' SECONDS=0
	: >"$log"
	local bound=()
	[ -t 0 ] || [ -n "$gdb" ] || bound=(timeout --foreground "$wall")
	local rc=0
	"${bound[@]}" qemu-system-riscv64 "${qemu_args[@]}" -echr 0x1d \
		-chardev "stdio,id=con,mux=on,signal=off,logfile=${log//,/,,}" -serial chardev:con -mon chardev=con || rc=$?
	[ $rc -ne 124 ] || why="not ended after $wall s on this host"
	[ $rc -ne 1 ] || [ -s "$log" ] || not_started	# its words are on the terminal
}

# own_group COMMAND...: in the background, in a process group $group. What ends us ends all of it, and not only its first process:
# boots would go on for as long as they may, with nobody who waits for them.
own_group() {
	set -m
	"$@" <&0 &
	group=$!
	set +m
	trap 'kill -TERM -- "-$group" 2>/dev/null || :; progress_end; exit 130' INT TERM HUP
}
group_ends() {
	local rc=0
	wait "$group" || rc=$?
	trap - INT TERM HUP
	return $rc
}

# side_by_side JOBS WHAT DONE RUNS SCRIPT: bash runs SCRIPT for each line of the file RUNS, so many at a time, {} in it being the
# line. Each leaves one line in the file DONE at its end, whatever came of it. False if some have not: xargs starts no more when one
# is killed. WHAT is for the progress, none if it is empty.
side_by_side() {
	local jobs=$1 what=$2 done=$3 runs=$4 total
	total=$(wc -l <"$runs")
	: >"$done"
	SECONDS=0
	own_group xargs -d '\n' -P "$jobs" -I{} bash -c "set -euo pipefail; $5" <"$runs"
	while [ -n "$(jobs -rp)" ]; do
		[ -z "$what" ] || progress "$(wc -l <"$done")" "$total" $SECONDS "$what"
		sleep 0.5
	done
	progress_end
	group_ends || :
	[ "$(wc -l <"$done")" -eq "$total" ] || { note "$self: $((total - $(wc -l <"$done"))) of $total runs were not done"; return 1; }
}
