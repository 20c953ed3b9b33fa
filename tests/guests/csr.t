#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
. "$(dirname "$0")/lib.sh"
guest_topic csr 1 pv:false:nocopies pv:false:sv48 pv:false:sv57
