#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Lives of a guest with a disk and a network interface that Linux serves. In each it finds what the life before has flushed, writes,
# reads, sends and is answered; then, in turns, it is destroyed in the middle of that, powers off, or starts again, every other time
# without a word to its drivers (tests/userland/disks.c). What is free and in use in the stub must be the same each time, and the
# driver domain's kernel must not take more and more. Another guest uses the same back ends all the time. PVOPS_CYCLES lives
# (default 9; PVOPS_FULL=1: 1,000).

. "$(dirname "$0")/boots.sh"
cycles=9
[ -z "${PVOPS_FULL:-}" ] || cycles=1000
cycles=${PVOPS_CYCLES:-$cycles}
cycles=$(((cycles + 2) / 3 * 3))

describe() {
	cat >"$work/driver.cfg" <<-END
	name = "driver"
	type = "$1"
	memory = 96
	driver_domain = 1
	dtdev = [ "/soc/virtio_mmio@10001000", "/soc/virtio_mmio@10002000" ]
	extra = "quiet pvops.cmd=driver pvops.net=10.0.2.15/24"
	END
	cat >"$work/guest1.cfg" <<-END
	name = "guest1"
	type = "$2"
	memory = 48
	disk = [ "/dev/vda,raw,xvda,rw" ]
	vif = [ "" ]
	extra = "quiet pvops.cmd=cycle pvops.disk=xvda pvops.net=10.0.2.21/24 pvops.peer=10.0.2.15"
	on_reboot = "restart"
	END
	cat >"$work/guest2.cfg" <<-END
	name = "guest2"
	type = "$3"
	memory = 48
	disk = [ "/dev/vdb,raw,xvda,rw" ]
	vif = [ "" ]
	extra = "quiet pvops.cmd=flush pvops.pause=200 pvops.disk=xvda"
	END
}

# of KIND: what the stub counts each time that domain 1 is "there" (in a life that is at work), or "gone". A page that the driver domain
# has mapped counts as taken, whoever it was that had it.
of() {
	console | awk -v kind="$1" '
	/^stub:   d1v0 / { there = 1 }
	/^stub: memory free / {
		if (kind == (there ? "there" : "gone")) print
		there = 0
	}'
}
one_value() { [ "$(of "$1" | sort -u | wc -l)" = 1 ] || { of "$1" | uniq -c | sed 's/^/# /'; false; }; }
number() { [ "$(console | grep -cE -- "$2")" = "$1" ] || { echo "# $(console | grep -cE -- "$2")"; false; }; }

# What the driver domain's kernel has allocated (but for caches), whenever domain 1 is gone, which is two lives of three. Linux takes
# 0.8 KiB more with each life: rings and requests are mapped in five areas of vmalloc's, of which Linux only gives the descriptions
# back when there are 32 MiB of such areas (lazy_max_pages()). More than 2 KiB a life would be something else.
slab() { console | sed -n 's/.*pvops-driver: 2 devices are served.* slab \([0-9]*\) KiB.*/\1/p'; }
no_growth() {
	slab | awk '{ v[NR] = $1 } END {
		from = v[int(NR / 3) + 1]; to = v[NR]
		printf "# slab of the driver domain: %d, later %d, at last %d KiB\n", v[1], from, to
		exit NR < 2 || to > from + 128 + 2 * 1.5 * (NR - int(NR / 3))
	}'
}

# lives NAME: the first is destroyed, the second powers off, the third starts again, and so on. After the last one is destroyed.
lives() {
	local name=$1 i gone='^\(d0\) pvops-driver: 2 devices are served' typed=() q='-global virtio-mmio.force-legacy=false'
	for i in 1 2; do
		rm -f "$work/disk$i"
		truncate -s 64M "$work/disk$i"
		q+=" -drive file=$work/disk$i,format=raw,cache=unsafe,if=none,id=d$i -device virtio-blk-device,drive=d$i,bus=virtio-mmio-bus.$((i - 1))"
	done
	for ((i = 1; i <= cycles; i += 3)); do
		typed+=(--await "^\\(d1\\) pvops-cycle: life $i is at work" --keys 'dk1\r')
		typed+=(--await "$gone" --keys 'dc1\r' --await "$gone" --keys 'dc1\r')
	done
	typed+=(--await "^\\(d1\\) pvops-cycle: life $i is at work" --keys 'dk1\r' --await "$gone" --keys 'dk2\rx')
	boot "$name" "$last" --smp 2 --config "$work/driver.cfg" --config "$work/guest1.cfg" --config "$work/guest2.cfg" --qemu "$q" \
		--stub-options nopoweroff --expect 'stub: power off' --timeout 100000 --wall 20000 "${typed[@]}"
	ok "$name: comes to its end" number 1 '^stub: power off'
	ok "$name: $i lives, each with its disk and its network" number "$i" '^\(d1\) pvops-cycle: life [0-9]+ is at work'
	ok "$name: no life and no check failed" [ "$(field reason)" = 'ended with 1 of 3 verdicts' ]
	ok "$name: no complaint" unharmed
	ok "$name: a third and one was destroyed" number $((i / 3 + 1)) '^stub: d1: destroyed'
	ok "$name: a third powered off" number $((i / 3)) '^stub: d1: shutdown: poweroff'
	ok "$name: a third started again" number $((i / 3)) '^stub: d1: starts again'
	ok "$name: each time the same is free and in use while it is there" one_value there
	ok "$name: and the same when it is gone" one_value gone
	ok "$name: the driver domain's kernel takes little more" no_growth
	ok "$name: xenstore has lost nothing" number 0 'xenstore keeps'
	echo "# there: $(of there | tail -n 1)"
	echo "# gone: $(of gone | tail -n 1)"
}

describe pvh pv pvh
lives hvm
describe pv pvh pv
lives pv
