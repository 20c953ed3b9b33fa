#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# The kernel's own tests of what a backend can break (tests/configs/torture.config), as hvm and as pv guest: the start-up
# tests of locks, tracers and kprobes; loads while every function is traced; locktorture and rcutorture, which are
# modules; and LKDTM, which breaks the kernel in ways that must end in the panic they are for, and not in a stub's.
# Only with PVOPS_FULL=1: that kernel is half an hour's work for the compilers.

. "$(dirname "$0")/boots.sh"

if [ -z "${PVOPS_FULL:-}" ]; then
	skip 'locktorture, rcutorture, kprobes, tracers, LKDTM' 'a kernel of its own: ./pvops check --full torture'
	exit
fi
pvops build "$last" --with torture || { echo 'Bail out! no kernel for torture'; exit 1; }
images=$build/images/$last+torture

# the test userland with the modules in it
{
	echo 'dir /lib 755 0 0'
	echo 'dir /lib/modules 755 0 0'
	for m in "$images"/*.ko; do echo "file /lib/modules/${m##*/} $m 644 0 0"; done
} >"$work/modules.list"
make -s -C "$tap_top/tests/userland" O="$work/userland" KERNEL_SRC="$build/linux-src" MORE="$work/modules.list" >"$work/make.log" 2>&1 ||
	{ sed 's/^/# /' "$work/make.log"; echo 'Bail out! no initramfs with modules'; exit 1; }

# the words that leave out what tests itself at every start: once is enough
quick='ftrace=nop kunit.enable=0'

# torture NAME MODE WORDS [OPTION...]: one boot of that kernel. 4 vCPUs on one hart by instructions, so that it is the same
# everywhere and a busy host is no stall.
torture() {
	local name=$2-$1 mode=$2 words=$3
	shift 3
	[ $# -gt 0 ] || set -- --smp 1 --icount --silence 100
	boot "$name" --kernel "$images/Image" --initrd "$work/userland/initrd.cpio" --mode "$mode" --vcpus 4 --mem 512M \
		--timeout 3000 --wall 7200 --append "$words" "$@"
}

# module NAME MODE MODULES PARAMETERS SECONDS [OPTION...]
module() { torture "$1" "$2" "$quick pvops.cmd=module pvops.modules=$3 pvops.params=$4 pvops.seconds=$5" "${@:6}"; }

lacks() { ! grep -qaE "$1" "$log"; }

for mode in pv hvm; do
	torture boot $mode 'pvops.cmd=check'
	# of the first the verdict is on another line: the RCU of tasks speaks meanwhile
	ended "$mode: lockdep, tracers and kprobes test themselves" pass 'Good, all' 'Testing tracer function:' 'Testing dynamic ftrace: PASSED' \
		'Testing ftrace recursion safe: PASSED' 'Testing tracer irqsoff: PASSED' 'Testing tracer function_graph: PASSED' \
		'ok 1 kprobes_riscv' 'ok 2 kprobes_test'
	ok "$mode: none of these tests fails" lacks 'not ok|FAILED'
	torture traced $mode 'ftrace=function kunit.enable=0 pvops.cmd=stress pvops.loads=fork,signal,futex,shootdown'
	ended "$mode: from boot on every function is traced" pass "Starting tracer 'function'" '0 died'
	torture irqsoff $mode 'ftrace=irqsoff kunit.enable=0 pvops.cmd=stress pvops.loads=switch,futex,cow'
	ended "$mode: from boot on the time with interrupts off is measured" pass "Starting tracer 'irqsoff'" '0 died'

	for lock in spin_lock_irq rw_lock_irq mutex_lock rwsem_lock; do
		module "lock-$lock" $mode torture,locktorture "torture_type=$lock,stat_interval=1,shuffle_interval=1,stutter=1" 2
		ended "$mode: locktorture of $lock" pass "$lock-torture:--- End of test: SUCCESS"
	done
	for rcu in rcu srcu tasks; do
		module "rcu-$rcu" $mode torture,rcutorture "torture_type=$rcu,stat_interval=1,fwd_progress=0,test_boost=0,stutter=1" 4
		ended "$mode: rcutorture of $rcu" pass "$rcu-torture:--- End of test: SUCCESS"
	done
	module lock-2 $mode torture,locktorture 'torture_type=spin_lock,stat_interval=3,stutter=1' 8 --smp 2 --silence 1000
	ended "$mode: locktorture, 4 vCPUs on 2 harts" pass 'spin_lock-torture:--- End of test: SUCCESS'

	# what LKDTM does to the kernel, and how that shows; SUM behaves as set for a pv guest's kernel
	null='access to user memory without uaccess routines'
	[ $mode = hvm ] || null='NULL pointer dereference'
	while IFS='|' read -r what said; do
		torture "lkdtm-$what" $mode "$quick panic_on_oops=1 pvops.cmd=crash pvops.crash=$what"
		ended "$mode: LKDTM $what" crash "$said" 'end Kernel panic'
		ok "$mode: LKDTM $what: the stub lives" lacks '^stub: PANIC'
	done <<-END
	PANIC|Kernel panic - not syncing: dumptest
	BUG|kernel BUG at
	EXCEPTION|Unable to handle kernel $null at virtual address 0000000000000000
	EXHAUST_STACK|Kernel stack overflow
	EXEC_NULL|Unable to handle kernel
	EXEC_DATA|Unable to handle kernel paging request
	EXEC_USERSPACE|Unable to handle kernel
	WRITE_RO|Unable to handle kernel paging request
	WRITE_KERN|Unable to handle kernel paging request
	ACCESS_NULL|Unable to handle kernel $null at virtual address 0000000000000000
	END
done
