#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# What the stub may be, and that it works without what makes it fast. What an operation may cost: bench.t.

. "$(dirname "$0")/boots.sh"

# Without copies of kernel code (arch/code.c): slower, and otherwise no different.
boot nocopies "${stages[0]}" --mode pv --vcpus 1 --icount --stub-options 'noreboot nocopies'
ended 'pv without copies of code' pass

# The same for a shadow that is far too small: it is emptied over and over.
boot crowded-shadow "${stages[0]}" --mode pv --vcpus 1 --icount --stub-options 'noreboot shadow=24'
ended 'pv with 24 pages for shadow tables' pass

at_most 'bytes of the stub' "$(stat -c %s "$build/stub/pvops-stub.bin")" 139264
# Its lines of code: no blank lines, no comments.
code() { cat "$@" | grep -vcE '^[[:space:]]*($|/\*|\*|//)'; }
at_most 'lines of the machine (arch and core)' "$(code "$tap_top"/hypervisor-stub/{arch/*.[cS],core/*.c})" 6480
at_most 'lines of the hypercalls (xen)' "$(code "$tap_top"/hypervisor-stub/xen/*.c)" 2700
at_most 'lines of xenstore' "$(code "$tap_top"/hypervisor-stub/xenstore/*.c)" 1520
