#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
. "$(dirname "$0")/lib.sh"
guest_ways stress 2 pv:false:nocopies pv:false:entry pv:false:crowded hvm:true:crowded
guest_run stress 4 pv false
guest_run stress 4 pv false fewpages
plan
