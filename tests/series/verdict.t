#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# What scripts/verdict makes of a console: made-up ones, a line or two each.

. "$(dirname "$0")/../../scripts/tap.sh"

# judged NAME VERDICT REASON OPTION... <CONSOLE: its lines end as a serial line's do
judged() {
	local name=$1 want=$2 reason=$3 fields
	shift 3
	sed 's/$/\r/' >"$work/log"
	run "$tap_top/scripts/verdict" "$work/log" "$@"
	IFS=$'\t' read -r -a fields <<<"$output"
	ok "$name: $want" [ "$status:${fields[0]:-}:${fields[1]:-}" = "0:$want:$reason" ] || echo "# $output"
}

judged 'one pass' pass - <<<'pvops-init: pass'
judged 'none' crash 'ended with 0 of 1 verdicts' <<<'[    0.000000] Linux version 7'
judged 'ended from outside' timeout 'no output' --timeout 'no output' <<<'[    0.000000] Linux version 7'
judged 'a failed check' fail 'pvops-init: fail: cpus' <<<'pvops-init: fail: cpus'

# What the kernel says when it goes wrong, in all forms that its lines have; init may pass all the same.
for before in '' '[    1.000000] ' '[   12.345678][    T1] ' '[    1.000000][  C10] ' '[    1.000000][T12345] '; do
	for what in 'crash:Oops [#1]' 'crash:BUG: scheduling while atomic: a/1' 'crash:kernel BUG at mm/slub.c:1!' \
		'crash:Kernel panic - not syncing: x' 'crash:Unable to handle kernel paging request' 'fail:WARNING: CPU: 0 PID: 1 at x'; do
		judged "'$before${what#*:}'" "${what%%:*}" "${what#*:}" <<<"$before${what#*:}"$'\npvops-init: pass'
		judged "'(d2) $before${what#*:}'" "${what%%:*}" "${what#*:}" --domains 2 \
			<<<$'(d1) pvops-init: pass\n(d2) '"$before${what#*:}"$'\n(d2) pvops-init: pass'
	done
	judged "'${before}watchdog: BUG: soft lockup'" crash 'BUG: soft lockup - CPU#0 stuck for 26s! [a:1]' \
		<<<"${before}watchdog: BUG: soft lockup - CPU#0 stuck for 26s! [a:1]"$'\npvops-init: pass'
	judged "'${before}INFO: task'" fail 'INFO: task kworker/0:1:12 blocked for more than 120 seconds.' \
		<<<"${before}INFO: task kworker/0:1:12 blocked for more than 120 seconds."$'\npvops-init: pass'
done
judged 'what only looks like it' pass - <<'END'
[    0.000000] Kernel command line: oops=panic WARNING: BUG:
[    0.000000] INFO: task scheduler is fine
pvops-init: pass
END

# Several domains: each has to pass.
judged 'both of two' pass - --domains 2 <<<$'(d1) pvops-init: pass\n(d2) pvops-init: pass'
judged 'one of two, twice' crash 'ended with 1 of 2 verdicts' --domains 2 <<'END'
(d1) pvops-init: pass
stub: d1: shutdown: poweroff
stub: d1: starts again
(d1) pvops-init: pass
END
judged 'one of two starts again, and both pass' pass - --domains 2 <<'END'
(d1) pvops-init: pass
stub: d1: shutdown: reboot
stub: d1: starts again
(d1) pvops-init: pass
(d0) pvops-init: pass
END
judged 'lines that are asked for are counted, whoever has them' pass - --domains 2 --expect 'is flushed|^stub: power off' \
	<<<$'(d1) 5 is flushed\nstub: power off'
judged 'and without what is in front of them' pass - --expect '^Linux version' <<<'(d1) [    0.000000][    T0] Linux version 7'

# Somebody has left.
judged 'left at the prompt' left 'ended with 0 of 1 verdicts' --left <<<'/ # QEMU: Terminated'
judged 'left at the stub' left 'ended with 0 of 1 verdicts' --left <<<'stub: power off'
judged 'nobody was there' crash 'ended with 0 of 1 verdicts' <<<'stub: power off'
judged 'not left, but ended' crash 'ended with 0 of 1 verdicts' --left <<<'[    0.000000] Linux version 7'
judged 'left after a panic' crash 'Kernel panic - not syncing: x' --left <<<$'[    1.000000] Kernel panic - not syncing: x\nQEMU: Terminated'
judged 'left after a pass' pass - --left <<<$'pvops-init: pass\nQEMU: Terminated'
