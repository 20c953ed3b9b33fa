#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Linux serves Linux: a driver domain with two disks and a network interface of QEMU's, two guests that have a disk and an
# interface each of it. They read what the host wrote, write, ping each other and the driver domain, and send each
# other a stream at the same time; afterwards the host looks at the disks.

. "$(dirname "$0")/boots.sh"
qemu='-global virtio-mmio.force-legacy=false -netdev user,id=n,restrict=on -device virtio-net-device,netdev=n,bus=virtio-mmio-bus.2'
for i in 1 2; do
	qemu+=" -drive file=$work/disk$i,format=raw,if=none,id=d$i -device virtio-blk-device,drive=d$i,bus=virtio-mmio-bus.$((i - 1))"
	seq $i 700000 | head -c $((4 << 20)) >"$work/fresh$i"
	sums[i]=$(cksum <"$work/fresh$i" | cut -d ' ' -f 1)
done

# driver TYPE [WORDS]
driver() {
	cat >"$work/driver.cfg" <<-END
	name = "driver"
	type = "$1"
	memory = 96
	driver_domain = 1
	dtdev = [ "/soc/virtio_mmio@10001000", "/soc/virtio_mmio@10002000", "/soc/virtio_mmio@10003000" ]
	extra = "pvops.cmd=driver pvops.net=10.0.2.15/24 ${2:-}"
	END
}

# guest NUMBER TYPE VCPUS [TARGET]
guest() {
	cat >"$work/guest$1.cfg" <<-END
	name = "guest$1"
	type = "$2"
	memory = 96
	vcpus = $3
	disk = [ "${4:-/dev/vd$(tr 12 ab <<<"$1")},raw,xvda,rw" ]
	vif = [ "" ]
	extra = "pvops.disk=xvda:${sums[$1]} pvops.write=$((64 + $1)) pvops.net=10.0.2.2$1/24 pvops.peer=10.0.2.2$((3 - $1)),10.0.2.15 pvops.stream=2048"
	END
}

# serves NAME OPTION...: all of it, with the domains that were described last
serves() {
	local name=$1 i
	for i in 1 2; do cp "$work/fresh$i" "$work/disk$i"; done
	boot "$1" "$last" "${@:2}" --config "$work/driver.cfg" --config "$work/guest1.cfg" --config "$work/guest2.cfg" --qemu "$qemu"
	ended "$name" pass
	ok "$name: no complaint" unharmed
	ok "$name: a stream each way" [ "$(console | grep -c 'pvops-net: 2097152 bytes to .* their sum on both sides')" = 2 ]
	for i in 1 2; do
		ok "$name: guest $i has written the last MiB of its disk and nothing else" cmp -s "$work/disk$i" \
			<(head -c $((3 << 20)) "$work/fresh$i"; head -c $((1 << 20)) /dev/zero | tr '\000' "\\$(printf %o $((64 + i)))")
	done
}

driver pvh
guest 1 pvh 1
guest 2 pv 2
serves mixed --smp 2
ok 'mixed: with persistent grants' grep -qa 'xvda: .*persistent grants: enabled' "$log"
driver pv xen_blkback.feature_persistent=0
guest 1 pv 1
serves 'pv' --smp 1
ok 'pv: each request is granted, mapped and unmapped' grep -qa 'xvda: .*persistent grants: disabled' "$log"

# A guest that starts again, with its drivers' knowledge and without: each time it is served anew, and finds what it has flushed.
cat >"$work/guest1.cfg" <<END
name = "guest1"
memory = 96
disk = [ "/dev/vda,raw,xvda,rw" ]
vif = [ "" ]
extra = "pvops.lives=xvda:5 pvops.net=10.0.2.21/24 pvops.peer=10.0.2.15"
on_reboot = "restart"
END
head -c 1M /dev/zero >"$work/disk1"
for type in pvh pv; do
	sed -i "2i type = '$type'" "$work/guest1.cfg"
	driver $type
	boot "again-$type" "$last" --smp 2 --config "$work/driver.cfg" --config "$work/guest1.cfg" --qemu "$qemu"
	ended "five lives, $type" pass 'pvops-disk: life 5 of 5'
	ok "five lives, $type: each by itself" [ "$(grep -ca '^stub: d1: starts again' "$log")" = 4 ]
	ok "five lives, $type: no complaint" unharmed
	sed -i 2d "$work/guest1.cfg"
	head -c 1M /dev/zero >"$work/disk1"
done

# A disk that is not there is said. The guest's kernel waits for it, minutes.
guest 1 pv 1 /dev/vdz
boot missing "$last" --smp 1 --config "$work/driver.cfg" --config "$work/guest1.cfg" --qemu "$qemu" \
	--await 'vbd 51712 of domain 1: no such block device' --keys x --expect 'no such block device|^stub: power off'
ended 'a disk that the driver domain has not' pass

# Xen refuses what back ends do with grants: that of the disk and that of the network say so, and their domain goes on.
guest 1 pv 1
boot refused "$last" --smp 1 --config "$work/driver.cfg" --config "$work/guest1.cfg" --qemu "$qemu" --stub-options 'refuse=20' \
	--await 'pvops-driver: 2 devices are served' --keys x --expect '2 devices are served|^stub: power off'
ended 'no grants are mapped' pass 'Xen refuses to map grants'
ok 'no grants are mapped: no complaint' unharmed
