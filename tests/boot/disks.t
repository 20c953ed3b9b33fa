#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# What a guest had flushed is there afterwards, whatever ends: the guest, the domain that serves its disk, or QEMU. Two guests write
# blocks, flush them and say so, again and again; at some of these moments one is destroyed, the driver domain is, or QEMU is killed;
# then the host looks at the disks. Whoever is not meant goes on. With PVOPS_FULL=1 at more moments.
#
# The disks are qcow2: of what is written but not flushed QEMU keeps where it is to itself, so a kill loses it, and a flush
# that did not get through would show. cache=writeback, which says so: what is flushed is in the file, and what is in the file
# a killed QEMU does not lose. (Whether the host's own disk has it is the host's matter: nobody switches that off here.)

. "$(dirname "$0")/boots.sh"
lives=12 may_lose=''

# driver TYPE [WORDS], guest NUMBER TYPE [WORDS]
driver() {
	cat >"$work/driver.cfg" <<-END
	name = "driver"
	type = "$1"
	memory = 96
	driver_domain = 1
	dtdev = [ "/soc/virtio_mmio@10001000", "/soc/virtio_mmio@10002000" ]
	extra = "quiet pvops.cmd=driver ${2:-}"
	END
}
guest() {
	cat >"$work/guest$1.cfg" <<-END
	name = "guest$1"
	type = "$2"
	memory = 64
	disk = [ "/dev/vd$(tr 12 ab <<<"$1"),raw,xvda,rw" ]
	vif = [ "" ]
	extra = "quiet pvops.cmd=flush pvops.disk=xvda ${3:-}"
	END
}

# ends NAME KEYS-AND-AWAITS...: one boot, and what the disks have then
ends() {
	local name=$1 i qemu='-global virtio-mmio.force-legacy=false'
	for i in 1 2; do
		qemu-img create -q -f qcow2 "$work/disk$i" "$((8 * (lives + 2)))M" || echo "# no disk $i"
		qemu+=" -drive file=$work/disk$i,format=qcow2,cache=writeback,if=none,id=d$i"
		qemu+=" -device virtio-blk-device,drive=d$i,bus=virtio-mmio-bus.$((i - 1))"
	done
	boot "$name" "$last" --smp 2 --config "$work/driver.cfg" --config "$work/guest1.cfg" --config "$work/guest2.cfg" --qemu "$qemu" \
		--stub-options nopoweroff --timeout 3000 --expect 'is (flushed|served)' "${@:2}"
	ended "$name" pass
	ok "$name: no complaint" unharmed
	for i in 1 2; do
		qemu-img convert -f qcow2 -O raw "$work/disk$i" "$work/raw$i"
		[ -n "$may_lose" ] || ok "$name: disk $i has what was flushed" there "$i"
	done
}
there() {
	local said status=0
	said=$("$tap_top/tests/boot/flushed" "$work/raw$1" "$log" "d$1") || status=$?
	printf '%s\n' "${said:-nothing}" | sed 's/^/# /'
	return $status
}
# flushes DOMAIN LIFE NUMBER: the option that waits for that moment
flushes() { moments+=(--await "^\\(d$1\\) pvops-flush: life $2: $3 is flushed"); }
line() { moments+=(--await "$1"); }
keys() { moments+=(--keys "$1"); }

# A guest is destroyed, the other one goes on; the driver domain is destroyed, which leaves guests that wait; all is made again.
destroys() {
	local life=0 n
	moments=()
	for n in $1; do
		flushes 1 $((life += 1)) "$n"
		keys 'ek1\r'
		line '^stub: d1: gone'
		flushes 2 1 '[0-9]+'
		keys 'c1\r'
	done
	for n in $2; do
		flushes 1 $((life += 1)) "$n"
		keys 'k0\r'
		line '^stub: d0: gone'
		keys 'ldgk1\rk2\r'
		line '^stub: d2: gone'
		keys 'dc0\rc1\rc2\r'
	done
	flushes 1 $((life + 1)) 5
	flushes 2 '[0-9]+' '[0-9]+'
	keys 'k1\rk2\rk0\rdx'
}
# Each time that all three were gone nothing was in use, and the same free.
given_back() {
	local all
	all=$(console | sed -n 's/^stub: memory free \(.*\), event channels 0, xenstore nodes 4$/\1/p')
	[ "$(wc -w <<<"$1")" = $(($(wc -l <<<"$all") - 1)) ] && [ "$(sort -u <<<"$all" | wc -l)" = 1 ]
}
# Of each event channel between two domains the stub lists both ends, and what each says of the other is so.
both_ends() {
	console | tr -d , | awk '/^stub: d1: destroyed/ { over = 1 }
		!over && $1 == "stub:" && $3 == "port" && $6 == "to" { here[$2 " " $4]; there[$7 " " $9]; n++ }
		END { for (end in there) if (!(end in here)) n = 0; exit n < 4 }'
}
# Guests without their back ends are there, and wait.
waited() {
	local all
	all=$(console | awk '/^stub: d0: gone/ { on = 1 } /^stub: d1: destroyed/ { on = 0 } on && /^stub: guest[12] /')
	[ "$(wc -l <<<"$all")" = $((2 * $(wc -w <<<"$1"))) ]
}
destroyed() {
	destroys "$some" "$once"
	ends "destroyed-$1" "${moments[@]}"
	ok "destroyed-$1: the event channels between the domains are listed" both_ends
	ok "destroyed-$1: guests outlive their driver domain" waited "$once"
	ok "destroyed-$1: all is given back each time" given_back "$once"
}

# QEMU is killed at moment $2 of the first guest, in the middle of what both do: so the other one must have begun.
killed() {
	moments=()
	flushes 1 1 "$2"
	flushes 2 1 '[0-9]+'
	moments+=(--kill)
	ends "killed-$1-$2" "${moments[@]}"
}

some='1 17' once='9' kills='12'
[ -z "${PVOPS_FULL:-}" ] || some='1 2 3 17 40 111' once='1 9 30' kills='1 2 12 40 97'
driver pvh
guest 1 pv
guest 2 pvh
destroyed hvm
for n in $kills; do killed hvm "$n"; done
driver pv xen_blkback.feature_persistent=0
guest 2 pv
destroyed pv
for n in $kills; do killed pv "$n"; done

# That it can fail: one bit of what was flushed, and a flush that has left nothing.
at=$((2048 * 4096))
cp "$work/raw1" "$work/right"
printf '\377' | dd of="$work/raw1" bs=1 seek=$((at + 700)) conv=notrunc status=none
run there 1
said 'a byte that is another' 1 'sector 16385 should be of flush 1'
dd if=/dev/zero of="$work/right" bs=4096 seek=$((at / 4096)) count=1 conv=notrunc status=none
mv "$work/right" "$work/raw1"
run there 1
said 'a block that is empty' 1 'sector 16384 should be of flush 1'
[ -n "${PVOPS_FULL:-}" ] || exit 0
may_lose=1
guest 1 pv pvops.noflush=1
killed pv 7
run there 1
said 'flushes that the disk is not sent' 1 'should be of flush'
