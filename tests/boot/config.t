#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Domains described as for xl: what is wrong is said with file, line and key; what is right is what the domains are.

. "$(dirname "$0")/boots.sh"
cfg=$work/guest.cfg

# refused TEXT LINE...: a file of these lines behind a name and memory, which are lines 1 and 2
refused() {
	local text=$1
	shift
	printf '%s\n' 'name = "g"' 'memory = 128' "$@" >"$cfg"
	run "$tap_top/scripts/xl-config" "$cfg"
	said "$*: $text" 2 "xl-config: $cfg:$text"
	ok "$*: one line" [ "$(wc -l <<<"$output")" = 1 ]
}

refused '3: colour: no such key' 'colour = "red"'
refused '3: memory: is there a second time' 'memory = 64'
refused "3: not 'key = value'" 'vcpus 2'
refused "4: not 'key = value'" 'vcpus = 1' 'disk = [ "a'
refused "3: not 'key = value'" 'import os'
refused '3: vcpus: neither a string' 'vcpus = open("/etc/passwd")'
refused '3: vcpus: neither a string' 'vcpus = { []: 1 }'
refused '3: vcpus: wants a number from 1 to 8' 'vcpus = 9'
refused '3: vcpus: wants a number' 'vcpus = "2"'
refused '3: type: wants one of' 'type = "pvhvm"'
refused '3: maxmem: other than memory' 'maxmem = 256'
refused '3: extra: has control characters' 'extra = "a\tb"'
refused '3: cmdline: is all of it' 'cmdline = "x"' 'extra = "y"'
refused '3: kernel: ' 'kernel = "none/Image"'
refused '3: on_crash: wants one of' 'on_crash = "preserve"'
refused '3: disk: wants a list' 'disk = "a,raw,xvda,rw"'
refused "3: disk: 'a,raw,xvda,rw': no domain '0' that has driver_domain" 'disk = [ "a,raw,xvda,rw" ]'
refused "3: disk: 'a,qcow2,xvda,rw': format is raw" 'disk = [ "a,qcow2,xvda,rw" ]'
refused "3: disk: 'a,raw,xvda999,rw': no such vdev" 'disk = [ "a,raw,xvda999,rw" ]'
refused "3: disk: 'a': wants a target and a vdev" 'disk = [ "a" ]'
refused "3: disk: 'vdev=xvda,size=3': no such setting 'size'" 'disk = [ "vdev=xvda,size=3" ]'
refused "3: vif: 'bridge=': 'bridge' is empty" 'vif = [ "bridge=" ]'
refused "3: disk: 'a,raw,xvda,rw,backend=': 'backend' is empty" 'disk = [ "a,raw,xvda,rw,backend=" ]'
refused "3: vif: 'mac=1:2': mac is six bytes" 'vif = [ "mac=1:2" ]'
refused "3: dtdev: 'rtc' is no path" 'dtdev = [ "rtc" ]'
echo 'memory = 64' >"$cfg"
run "$tap_top/scripts/xl-config" "$cfg"
said 'no name' 2 "xl-config: $cfg: name: wants a letter"
echo 'name = "g"' >"$cfg"
run "$tap_top/scripts/xl-config" "$cfg"
said 'no memory' 2 "xl-config: $cfg: memory: is missing"
run "$tap_top/scripts/xl-config" "$work/none"
said 'no file' 2 "xl-config: $work/none: No such file"
printf '%s\n' 'name = "driver"' 'memory = 128' 'driver_domain = 1' >"$work/driver.cfg"
run "$tap_top/scripts/xl-config" "$work/driver.cfg" "$work/driver.cfg"
said 'the same name twice' 2 'has the same'

cat >"$cfg" <<END
# what people have
name = "guest"
type = "pv"
memory = 128
vcpus = 2
ramdisk = "$build/userland/initrd.cpio"
extra = "pvops.xen=store pvops.cpus=2"
disk = [ '/dev/vda,raw,xvda,rw', 'target=/dev/vdb, vdev=xvdb1, access=ro, backend=driver' ]
vif = [ 'mac=00:16:3e:12:34:56,bridge=br0' ]
max_grant_frames = 16
END
# A kernel without front ends: it does not wait for what nobody serves here. backends.t has some that do.
boot domains xen-pv-mmu --config "$cfg" --config "$work/driver.cfg"
ended 'a guest and its driver domain' pass 'd0: driver, hvm, 1 vCPUs' 'd1: guest, pv, 2 vCPUs' 'd1: memory 131072 KiB'
ok 'no device without a back end' [ "$(console | grep -c 'has no back end')" = 0 ]
printf '%s\n' 'name = "g"' 'memory = 128' "kernel = '$cfg'" >"$cfg"
run pvops boot "$last" --config "$cfg"
said 'a kernel that is none' 2 'is not a RISC-V Image'
