#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# The stages for guests of Xen: what they show as a guest, with 1, 2 and 4 CPUs; what they make of a hypervisor that refuses; and
# that nothing shows elsewhere.

. "$(dirname "$0")/boots.sh"

# Elsewhere

for stage in xen-abi xen-events; do
	boot $stage-native $stage --mode native --vcpus 1 --icount --append pvops.xen=no
	ended "$stage native" pass
	ok "$stage native: not a word of Xen" lines_of_xen 0
done
native_tree
boot tree xen-events --mode native --vcpus 1 --icount --dtb "$work/xen.dtb" --append pvops.xen=no
ended 'native, with a device tree that says Xen' pass "the device tree is Xen's, SBI is not"
ok 'native, with a device tree that says Xen: one line' lines_of_xen 1

# As a guest. The check in the guest wants /sys/hypervisor, and with pvops.xen=events that interrupts of event channels come.

for mode in hvm pv; do
	boot abi-$mode xen-abi --mode $mode --vcpus 1 --icount --append 'pvops.xen=yes earlycon=xenboot'
	ended "xen-abi $mode" pass 'Xen 4.17 support found' 'earlycon: xenboot0' 'legacy console [hvc0] enabled'
	for vcpus in 1 2 4; do
		boot events-$mode-$vcpus xen-events --mode $mode --vcpus $vcpus --append "pvops.xen=events pvops.cpus=$vcpus"
		ended "xen-events $mode, $vcpus vCPUs" pass 'Using FIFO-based ABI' 'legacy console [hvc0] enabled'
		ok "xen-events $mode, $vcpus vCPUs: no complaint" unharmed
	done
	boot store-$mode xen-events --mode $mode --vcpus 2 --append pvops.xen=store
	ended "xen-events $mode, xenstore by the kernel's device" pass
	boot twolevel-$mode xen-events --mode $mode --vcpus 2 --append 'pvops.xen=events xen.fifo_events=0'
	ended "xen-events $mode, 2-level ABI" pass 'Using 2-level ABI'
	boot reboot-$mode xen-events --mode $mode --vcpus 1 --stub-options '' --append pvops.cmd=reboot --timeout 20
	ok "xen-events $mode: a reboot starts it again" grep -qa 'starts again' "$log"
done

# What the hypervisor refuses (hypercall.op) is said, and left out; the kernel goes on.

# refused HYPERCALL MODE XEN CPUS TEXT...: so many of two vCPUs come up, and pvops.xen= is so
refused() {
	boot "refused-$1-$2" "${stage:-xen-events}" --mode "$2" --vcpus 2 --stub-options "noreboot refuse=$1" --append "pvops.xen=$3 pvops.cpus=$4"
	ended "refused: $1" pass "${@:5}"
	ok "refused: $1: no complaint" unharmed
}
refused 17 pv no 2 "SBI is Xen's, but takes no hypercalls (-1)"			# xen_version
refused 24.10 hvm yes 2 'xen: no vcpu_info (-1)'				# register_vcpu_info
refused 24.10.1 pv events 1 'xen: CPU 1 has no vcpu_info (-1)'
refused 12.7 pv yes 2 'Xen gives no shared info page (-1)'			# add_to_physmap
refused 32.11 hvm events 2 'Using 2-level ABI'					# init_control
refused 34.1 pv yes 2 'legacy console [hvc0] enabled'				# HVMOP_get_param: the console is SBI's
refused 17.6 hvm events 2 'Using FIFO-based ABI'				# get_features

# Without grant tables there are no devices of other domains, and the rest is as it was.
for mode in hvm pv; do stage=xen-devices refused 12.7 $mode yes 2 'xen: no grant tables (-19)'; done

# A domain that Xen gives no xenstore has none; the initial one would be its own, and does without where it may have no port for that.
printf '%s\n' 'name = "initial"' 'memory = 128' 'driver_domain = 1' 'extra = "pvops.xen=yes"' >"$work/initial.cfg"
for type in pvh pv; do
	sed -i "/^type/d; 1a type = \"$type\"" "$work/initial.cfg"
	boot "no-events-$type" xen-abi --config "$work/initial.cfg"	# its console is a VIRQ's, which Xen would bind
	ended "the initial domain, $type, where the kernel has no events yet" pass
	ok "the initial domain, $type, where the kernel has no events yet: no complaint" unharmed
	boot "no-store-$type" xen-devices --config "$work/initial.cfg" --stub-options 'noxenstore refuse=32.6'	# alloc_unbound
	ended "the initial domain, $type, without xenstore and a port for one" pass
	ok "the initial domain, $type, without xenstore and a port for one: no complaint" unharmed
done
boot no-store-guest xen-events --mode pv --stub-options noxenstore --append pvops.xen=events
ended 'a guest without xenstore' pass
ok 'a guest without xenstore: no complaint' unharmed
