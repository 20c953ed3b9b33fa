#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# What "check" makes of test files: the count, the failures in words, and logs that tests side by side do not share.

. "$(dirname "$0")/../../scripts/tap.sh"
export PVOPS_LOGS=$work/logs PVOPS_CHECK_TSV=$work/check.tsv PERL_TEST_HARNESS_DUMP_TAP=$work/tap PERL5LIB=$tap_top/scripts

mkdir "$work/t"
# made_up NAME <LINES: a test with these lines
made_up() {
	{ printf '#!/usr/bin/env bash\n. "%s/scripts/tap.sh"\n' "$tap_top"; cat; } >"$work/t/$1.t"
	chmod +x "$work/t/$1.t"
}

# What one does with a log while the other is at it, both go on only when both are there.
for one in left right; do
	made_up "$one" <<-END
		mkdir -p "\$PVOPS_LOGS" && echo $one >"\$PVOPS_LOGS/same.log" && touch "$work/$one"
		for i in {1..100}; do [ -e "$work/left" ] && [ -e "$work/right" ] && break; sleep 0.1; done
		ok 'the log is its own' [ "\$(cat "\$PVOPS_LOGS/same.log")" = $one ]
	END
done
made_up failing <<-'END'
	ok 'this is well'
	run echo something else
	said 'this is not' 0 'what is wanted'
	skip 'this neither' 'no reason'
END

cd "$work" || exit
run prove --formatter TapCount --jobs 2 --exec '' t/left.t t/right.t
said 'two tests that name a log alike' 0 '2 passed, 0 failed'
run prove --formatter TapCount --jobs 2 --exec '' t/left.t t/failing.t
said 'a failure is counted' 1 '2 passed, 1 failed, 1 skipped'
said 'and what the test said of it is shown' 1 'not ok 2 - this is not' '# exit status 0, wanted 0; wanted: what is wanted' '#   something else'
ok 'but not of what is well' [ "$(grep -c 'this is well\|this neither' <<<"$output")" = 0 ]
ok 'a row for each file' [ "$(sed 1d check.tsv | cut -f 1-4 | sort | tr '\t' ' ' | paste -sd ,)" = 't/failing.t 1 1 1,t/left.t 1 0 0' ]

run "$tap_top/scripts/check" "$work/t"
said 'a folder that is no kind of test' 2 "no test '$work/t'" 'unit abi series guests boot'
run "$tap_top/scripts/check" "$tap_top/tests/userland/"
said 'nor is any folder below tests/' 2 "no test 'userland'"
