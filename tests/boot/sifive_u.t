#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# A board without H: another UART, another memory map, a hart 0 that runs no kernel.

. "$(dirname "$0")/boots.sh"

boot native "$last" --machine sifive_u --mode native --smp 3
ended 'native' pass
boot pv-2 "$last" --machine sifive_u --smp 3
ended 'pv on 2 harts' pass
ok 'one vCPU for each' [ "$(field vcpus)" = 2 ]
boot pv-4 "$last" --machine sifive_u --smp 5
ended 'pv on 4 harts' pass
boot two "$last" --machine sifive_u --smp 3 --domains 2 --vcpus 1
ended 'two pv guests' pass
