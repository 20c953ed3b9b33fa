#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
. "$(dirname "$0")/lib.sh"
guest_topic fp 1 2 pv:false:crowded hvm:true:crowded
