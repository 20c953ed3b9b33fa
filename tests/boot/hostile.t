#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Domains that mean ill, one at a time: a front end for disks, one for network interfaces (tests/guests/hostile), while Linux serves
# them and another Linux, which must not notice; and a driver domain that serves Linux. Each attack is a line of
# theirs. Only with PVOPS_FULL=1: it takes ten minutes, most of it waiting for what an end that is attacked does not say.

. "$(dirname "$0")/boots.sh"
if [ -z "${PVOPS_FULL:-}" ]; then
	skip 'front ends and a driver domain that mean ill' 'ten minutes: ./pvops check --full hostile'
	exit
fi
guests=$build/guests
(
	. "$tap_top/scripts/lib.sh"
	log_dir
	lock_build
	logged guests make -C "$top/tests/guests" O="$guests"
) || { echo 'Bail out! no guests'; exit 1; }

qemu='-global virtio-mmio.force-legacy=false -netdev user,id=n,restrict=on -device virtio-net-device,netdev=n,bus=virtio-mmio-bus.2'
for i in 1 2; do
	qemu+=" -drive file=$work/disk$i,format=raw,if=none,id=d$i -device virtio-blk-device,drive=d$i,bus=virtio-mmio-bus.$((i - 1))"
done
seq 1 700000 | head -c $((4 << 20)) >"$work/fresh"
sum=$(cksum <"$work/fresh" | cut -d ' ' -f 1)

# Faults of mainline's drivers that an attack would find again and again, and the patch of the series that mends each: where the
# series has not got it the attack is left out.
mends='headroom_is_a_page Leave-room-for-the-packet
setting_index_jumps Do-not-believe-any-index
second_queue_of_one_given_up Let-only-queue-0-wake-up
groups_are_left_for_ever Count-requests-about-multicast
states_of_a_disk_jump Do-not-connect-a-device
nets_number_of_queues_is_absurd Use-one-queue-where
xsa_155_responses_change Do-not-read-a-response-again
events_come_without_a_carrier Let-events-come-while
rx_index_jumps Complete-the-poll-of-a-device'
without=''
series=${PVOPS_QUEUE:-$tap_top}/series
while read -r attack patch; do
	! grep -q "$patch" "$series" || continue
	! grep -q '^# stage: xen-fixes' "$series" || { echo "Bail out! no patch of xen-fixes is called '$patch'"; exit 1; }
	without+=" without=$attack"
done <<<"$mends"

# driver TYPE, honest TYPE: who serves, and who is served all the time
driver() {
	cat >"$work/driver.cfg" <<-END
	name = "driver"
	type = "$1"
	memory = 96
	vcpus = 2
	driver_domain = 1
	dtdev = [ "/soc/virtio_mmio@10001000", "/soc/virtio_mmio@10002000", "/soc/virtio_mmio@10003000" ]
	extra = "pvops.cmd=driver pvops.net=10.0.2.15/24 pvops.awake=1"
	END
}

honest() {
	cat >"$work/honest.cfg" <<-END
	name = "honest"
	type = "$1"
	memory = 96
	disk = [ "/dev/vda,raw,xvda,rw" ]
	vif = [ "" ]
	extra = "pvops.disk=xvda:$sum pvops.write=65 pvops.net=10.0.2.21/24 pvops.peer=10.0.2.15 pvops.until=2"
	END
}

# hostile KIND TYPE: the front end; its disk has numbers to be recognised
hostile() {
	local vifs
	printf -v vifs '"",%.0s' {1..16}
	[ "$1" = netfront ] && vifs="vif = [ $vifs ]" || vifs='disk = [ "/dev/vdb,raw,xvda,rw", "/dev/vdb,raw,xvdb,rw" ]'
	cat >"$work/hostile.cfg" <<-END
	name = "hostile"
	type = "$2"
	memory = 32
	vcpus = 2
	kernel = "$guests/hostile-$1.bin"
	$vifs
	extra = "guest=$2$without end"
	END
}

# claims NAME DOMAIN: the lines of the guest that means ill, as ours
claims() {
	local line n=0
	while read -r line; do
		n=$((n + 1))
		ok "$1: ${line#*ok * }" test "${line#not }" = "$line"
	done < <(console | sed -n "/^(d$2) \(not \)\{0,1\}ok [0-9]* /s/^(d[0-9]) //p")
	ok "$1: it came to its end" [ "$n" -gt 10 ]
	console | sed -nE "s/^\(d$2\) (# .*(not so|expected|unexpected))/# \1/p" | head -n 40
}

not_said() { ! console | grep -E "$1"; }

# front KIND TYPE1 TYPE2
front() {
	local i name="$1, $3 at $2"
	for i in 1 2; do cp "$work/fresh" "$work/disk$i"; done
	driver "$2"
	honest "$3"
	hostile "$1" "$3"
	boot "$1-$2-$3" "$last" --smp 2 --config "$work/driver.cfg" --config "$work/honest.cfg" --config "$work/hostile.cfg" \
		--qemu "$qemu" --timeout 600 --expect 'pvops-[a-z]*: pass'
	claims "$name" 2
	ended "$name: the others" pass
	ok "$name: no thread is kept busy, or waits for ever" not_said 'does not sleep|waits for ever'
	ok "$name: no complaint" unharmed
}

for kind in blkfront netfront; do
	front $kind pvh pv
	[ -z "${PVOPS_FULL:-}" ] || front $kind pv pvh
done

# The back end's attacks in two halves: no domain gets rid of a device that it has given up, and what it may have in xenstore is
# bounded (XS_MAX_NODES).
sed -n 's/,//g; s/^TESTS(//; /T(is_served_well)/,/^);/ { s/T(\([a-z_0-9]*\))/\1/gp }' "$tap_top/tests/guests/hostile/backend.c" |
	tr -s ' \t' '\n' | sed '/^$/d' >"$work/claims"
halfway=indirect_segments_are_absurd
ok 'the attacks of the back end, in two halves' grep -qx "$halfway" "$work/claims"

# back TYPE1 TYPE2 1|2: one that serves, and means ill
back() {
	local name="backend, $2 at $1, $3" half not=''
	[ "$3" = 2 ] || not='!'
	# but for the first and the last, which both have
	half=$(sed -n "1d; \$ d; s/^/without=/; /=$halfway\$/,\$ $not d; p" "$work/claims" | paste -sd ' ')
	cat >"$work/backend.cfg" <<-END
	name = "backend"
	type = "$1"
	memory = 32
	vcpus = 2
	driver_domain = 1
	kernel = "$guests/hostile-backend.bin"
	extra = "guest=$1$without $half end"
	END
	cat >"$work/victim.cfg" <<-END
	name = "victim"
	type = "$2"
	memory = 128
	vcpus = 2
	extra = "pvops.cmd=victim pvops.awake=1"
	END
	boot "backend-$1-$2-$3" "$last" --smp 2 --config "$work/backend.cfg" --config "$work/victim.cfg" --timeout 600 --expect 'pvops-[a-z]*: pass'
	claims "$name" 0
	ended "$name: the other" pass
	# of pages that are not given back Linux says so, as it should
	ok "$name: no complaint" not_said 'BUG|Oops|WARNING: [^g]|Call Trace|Kernel panic'
}

for half in 1 2; do
	back pvh pv $half
	[ -z "${PVOPS_FULL:-}" ] || back pv pvh $half
done
