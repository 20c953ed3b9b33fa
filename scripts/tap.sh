# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# For tests in bash: TAP on stdout, one place to work in that goes away. Sourced by tests/*/*.t.

set -uo pipefail
# a hook's own repository is not the one that a test works in
unset CDPATH
if command -v git >/dev/null; then
	while read -r name; do unset "$name"; done < <(git rev-parse --local-env-vars | grep -vx -e GIT_CONFIG_PARAMETERS -e GIT_CONFIG_COUNT)
	unset name
fi
tap_top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
tap_count=0
work=$(mktemp -d)
trap 'rm -rf "$work"; echo "1..$tap_count"' EXIT
# tests run side by side, and what they run names its logs after itself
if [ -n "${PVOPS_LOGS:-}" ]; then PVOPS_LOGS+=/$(basename "$0" .t); fi

# ok NAME COMMAND...: passes when the command does.
ok() {
	local name=$1
	shift
	tap_count=$((tap_count + 1))
	if "$@"; then echo "ok $tap_count - $name"; else
		echo "not ok $tap_count - $name"
		return 1
	fi
}

skip() { tap_count=$((tap_count + 1)); echo "ok $tap_count - $1 # SKIP $2"; }

# run COMMAND...: its exit status in $status, all it says in $output.
run() {
	status=0
	output=$("$@" 2>&1 </dev/null) || status=$?
}

# said NAME STATUS TEXT...: the last run ended so and said each text.
said() {
	local name=$1 want=$2 text fine=true
	shift 2
	[ "$status" -eq "$want" ] || fine=false
	for text; do [[ $output == *"$text"* ]] || fine=false; done
	ok "$name" $fine || {
		printf '# exit status %s, wanted %s; wanted: %s\n' "$status" "$want" "$*"
		printf '%s\n' "$output" | tail -n 20 | sed 's/^/#   /'
	}
}

pvops() { "$tap_top/pvops" "$@"; }
