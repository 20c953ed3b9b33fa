#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# What stage "fixes" mends: there without it, and gone with it.

. "$(dirname "$0")/boots.sh"

# FP registers that a context switch replaces while a signal handler returns
boot fp-baseline baseline --mode native --vcpus 1 --icount --append pvops.fp-preempt=2000
ended 'baseline: FP registers of a handler that returns' fail 'fp-preempt: registers changed'
boot fp-fixes fixes --mode native --vcpus 1 --icount --append pvops.fp-preempt=2000
ended 'fixes: FP registers of a handler that returns' pass
for mode in hvm pv; do
	boot fp-$mode "$last" --mode $mode --vcpus 1 --icount --append pvops.fp-preempt=2000
	ended "$last $mode: FP registers of a handler that returns" pass
done
