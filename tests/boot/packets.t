#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Two guests send each other packets, of all sizes from the smallest to the largest, and a stream in packets larger than the
# network has (GSO), by a driver domain's bridge. Each packet is looked at whole by who gets it (tests/userland/check_packets.c):
# 20,000 of them; with PVOPS_FULL=1, or in PVOPS_PACKETS each way, a million.

. "$(dirname "$0")/boots.sh"
packets=10000 stream=2048
[ -z "${PVOPS_FULL:-}" ] || packets=500000 stream=65536
packets=${PVOPS_PACKETS:-$packets}

# domains DRIVER-TYPE GUEST1-TYPE GUEST2-TYPE
domains() {
	local i types=("$@")
	cat >"$work/driver.cfg" <<-END
	name = "driver"
	type = "$1"
	memory = 96
	driver_domain = 1
	extra = "quiet pvops.cmd=driver pvops.net=10.0.2.15/24"
	END
	for i in 1 2; do
		cat >"$work/guest$i.cfg" <<-END
		name = "guest$i"
		type = "${types[i]}"
		memory = 96
		vif = [ "" ]
		extra = "quiet pvops.net=10.0.2.2$i/24 pvops.peer=10.0.2.2$((3 - i)) pvops.packets=$packets pvops.stream=$stream"
		END
	done
}

said_of() { [ "$(console | grep -cE -- "$1")" = 2 ]; }
# larger than a frame: the mean of all, acknowledgements among them
large() { console | awk '/packets meanwhile, of/ { n += $(NF - 4) > 1514 } END { exit n != 2 }'; }

sends() {
	local name=$1
	boot "$name" "$last" --smp 2 --config "$work/driver.cfg" --config "$work/guest1.cfg" --config "$work/guest2.cfg" \
		--timeout 100000 --silence 100000 --wall 7200
	ended "$name: $((2 * packets)) packets" pass
	ok "$name: no complaint" unharmed
	ok "$name: each end says that all came, none corrupt" said_of "pvops-packets: $packets received, 0 corrupt, 0 lost, 0 late"
	ok "$name: so does who sent them" said_of "$packets sent to .*: there $packets received, 0 corrupt, 0 lost, 0 late"
	ok "$name: a stream each way" said_of "pvops-net: $((stream * 1024)) bytes to .* their sum on both sides"
	ok "$name: in packets larger than a frame" large
	console | grep -oE 'pvops-(packets|net): .*' | sed 's/^/# /'
}

domains pvh pvh pv
sends mixed
domains pv pv pv
sends pv
