#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# check --full: made-up steps that pass, fail, are stopped and gone on with; configurations of a made-up kernel that do
# and do not build.

. "$(dirname "$0")/made-up.sh"
full() { pvops check --full "$@"; }
tree=$work/tree
make_tree "$tree" 7.3.4
make_queue "$tree"

# Steps as commands, of which each leaves a mark when it runs.
export MARKS=$work/marks PVOPS_FULL_STEPS=$work/steps PVOPS_FULL_PUBLISHED=$work/project/docs/full.tsv
mkdir -p "$work/project/docs"
printf 'One\nLast full check: x\nTwo\n' >"$work/project/README"
ran() { paste -sd ' ' "$MARKS" 2>/dev/null; rm -f "$MARKS"; }
did() { ok "$1" [ "$(ran)" = "$2" ]; }
mark() { echo "$1 1 echo $1 >>\$MARKS; $2"; }
steps() { printf '%s\n' "$@" >"$PVOPS_FULL_STEPS"; }

steps "$(mark one true)" "$(mark two 'exit 4')"
run full --list
said 'the list, with the time' 0 'one 1 min' 'two 1 min' 'about 0:02 h'
run full
said 'steps that are well; one that fails without patches as well' 0 '[1/2] one: pass' '[2/2] two: as-unpatched' '2 of 2 steps are well'
did 'each ran' 'one two'
run full
said 'again: nothing is left to do' 0 '0 steps' '2 of 2 steps are well'
did 'and nothing ran' ''
run full one --again
did 'but what is asked for again' 'one'
run full none
said 'no such step' 2 "no step 'none'; there are: one two"
run full --none
said 'no such option' 2 "unknown option '--none'"

steps "$(mark one true)" "$(mark bad 'echo the reason; exit 1')" "$(mark three true)"
run full
said 'a step that fails' 1 'the reason' '[2/3] bad: FAIL' 'bad.log' '2 of 3 steps are well'
did 'does not keep the others from running' 'one bad three'
run full
said 'at the next run it is still bad' 1 'bad: FAIL' '2 of 3'
did 'and it alone is tried again' 'bad'
run full --table
said 'the table is there without a run' 0 'one    pass' 'bad    FAIL' '2 of 3'
ok 'as TSV too' grep -qE $'^bad\tFAIL\t[0-9]+\t20' "$PVOPS_BUILD/results/full.tsv"
did 'and runs nothing' ''

# Published, and gone on with in a checkout that knows nothing else.
steps "$(mark one true)" "$(mark bad 'exit 1')" "$(mark three true)" "$(mark four true)"
run full --table
said 'what has changed since is counted apart' 0 'one    pass (old)' 'four   not run' '2 of 4 steps are well, 2 of them before something they look at changed'
run full one bad three
run full --publish
said 'published' 0 'written: '
ok 'a row a step' [ "$(cut -f 1,2 "$PVOPS_FULL_PUBLISHED" | sed 1,2d | paste -sd ' ')" = $'one\tpass bad\tFAIL three\tpass four\tnot run' ]
ok 'and a line in the README' grep -qE '^Last full check: 20.*, Linux 7.3.4: 2 of 4 steps are well; each in the version that docs/full-check.tsv says.$' "$work/project/README"
ran >"$work/out"
mv "$PVOPS_BUILD/results" "$work/results"
run full
said 'another checkout' 1 'bad: FAIL' '3 of 4 steps are well'
did 'does what failed or was not run' 'bad four'
rm -rf "$PVOPS_BUILD/results" "$PVOPS_FULL_PUBLISHED"
mv "$work/results" "$PVOPS_BUILD/results"
steps "$(mark one true)" "$(mark bad 'echo the reason; exit 1')" "$(mark three true)"
run full
ran >"$work/out"

run full one --again
said 'what was not asked for is not held against the run' 0 'one: pass' 'bad    FAIL'
ran >"$work/out"

# Stopped in the second step, whose own process must not outlive it.
steps "$(mark one true)" "$(mark slow "exec sleep 987.$$")" "$(mark three true)"
"$tap_top/scripts/check-full" >"$work/out" 2>&1 &
pid=$!
for ((i = 0; i < 100; i++)); do
	! grep -q slow "$MARKS" 2>/dev/null || break
	sleep 0.2
done
run full
said 'a second one at the same time' 1 'another check --full is at work'
kill -TERM "$pid"
wait "$pid"
ok 'stopped: exit status 130' [ $? -eq 130 ]
ok 'it says so' grep -q 'stopped in step slow; the next run goes on' "$work/out"
for ((i = 0; i < 100; i++)); do
	pgrep -f "^sleep 987.$$\$" >"$work/left" || break
	sleep 0.2
done
ok 'nothing goes on' [ ! -s "$work/left" ]
did 'it came as far as that' 'one slow'
sed -i 's/exec sleep 987[.0-9]*/true/' "$PVOPS_FULL_STEPS"
run full --table
said 'what ran before a step was changed is old' 0 'one    pass (old)' 'slow   not run'
run full slow three
said 'gone on with' 0 'slow: pass' 'three: pass'
did 'from the step it was in' 'slow three'
echo '# changed' >>"$PVOPS_QUEUE/patches/first/0002-init-change-line-5.patch"
run full three
did 'a patch that changed makes a step run again' 'three'

# Configurations: the made-up kernel builds an object; merge_config.sh only puts fragments together.
unset PVOPS_FULL_STEPS
export PVOPS_FULL_CONFIGS=$work/configs PVOPS_LOGS=$work/logs
rm -rf "$PVOPS_BUILD" "$PVOPS_QUEUE" "$work/maker"
mkdir -p "$tree/scripts/kconfig" "$PVOPS_FULL_CONFIGS" "$PVOPS_LOGS"
cat >>"$tree/Makefile" <<'END'
include $(O)/.config
all: $(O)/one.o
$(O)/one.o: init/one.c $(O)/.config
	$(CC) $(FLAGS) -c -o $@ $<
END
cat >"$tree/scripts/kconfig/merge_config.sh" <<'END'
#!/bin/sh
test "$1" = -n && shift
out=$2; shift 2
cat "$@" | grep -v ^CONFIG >$out/.config
sed -n 's/^\(CONFIG_GONE\)=.*/WARNING: Value requested for \1 not in final .config/p; s/^\(CONFIG_OTHER\)=.*/WARNING: \1 differs:/p' "$@"
END
chmod +x "$tree/scripts/kconfig/merge_config.sh"
printf '#ifdef BROKEN\n#error broken\n#endif\n#ifdef WARN\n#warning so\n#endif\nint one;\n#if 1\nint two;\n#endif\n' >"$tree/init/one.c"
make_queue "$tree"
config() { printf '%s\n' '# full: base=none off' "$2" >"$PVOPS_FULL_CONFIGS/$1.config"; }
config fine 'FLAGS = -DWARN'
config broken 'FLAGS = -DBROKEN'
run full --kernel-source "$tree" build-fine-off build-broken-off
said 'a configuration that builds; one that does not without patches either' 0 \
	'build-fine-off: pass' '1 warnings' 'build-broken-off: as-unpatched' 'the unpatched kernel does not build either'
echo more >>"$tree/init/main.c"
run full --kernel-source "$tree" build-fine-off
said 'a source that is another one now is built again' 0 '1 steps' 'build-fine-off: pass'
# shellcheck disable=SC2016 # make's
config full 'FLAGS = $(error No space left on device)'
run full --kernel-source "$tree" build-full-off
said 'a machine that cannot build anything is no excuse' 1 'build-full-off: FAIL' 'No space left'
echo by hand >>"$PVOPS_BUILD/full/linux-src/init/one.c"
run full --kernel-source "$tree" build-fine-off --again
said 'nor is a source that the series is not applied to' 1 'build-fine-off: FAIL'
rm -rf "$PVOPS_BUILD/full"
config asks 'CONFIG_GONE=y'
run full --kernel-source "$tree" build-asks-off
said 'one that asks for what there is not' 0 'build-asks-off: as-unpatched'
config asks 'CONFIG_OTHER=m'
run full --kernel-source "$tree" build-asks-off
said 'nor if it is there with another value' 0 'build-asks-off: as-unpatched'
# shellcheck disable=SC2016 # make's
config unversioned 'FLAGS = $(info WARNING: modpost: EXPORT symbol "one" [vmlinux] version generation failed, symbol will not be versioned.)'
run full --kernel-source "$tree" build-unversioned-off
said 'what modpost gives no version fails' 1 'build-unversioned-off: FAIL'
sed -i 's/^#if 1/#if 2/' "$tree/init/one.c"
mkdir "$PVOPS_QUEUE/patches/third"
printf -- '--- a/init/one.c\n+++ b/init/one.c\n@@ -9,2 +9,3 @@\n int two;\n #endif\n+#error patched\n' >"$PVOPS_QUEUE/patches/third/bad.patch"
printf '# stage: third\nthird/bad.patch\n' >>"$PVOPS_QUEUE/series"
run full --kernel-source "$tree" build-fine-off
said 'one that the series breaks' 1 'build-fine-off: FAIL' 'Whether it builds without patches'
