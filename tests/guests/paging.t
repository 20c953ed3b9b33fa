#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
. "$(dirname "$0")/lib.sh"
guest_topic paging 1 pv:false:nocopies native:false:sv48 native:false:sv57 pv:false:sv48 pv:false:sv57 pv:true:sv57
