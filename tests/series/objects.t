#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# scripts/same-objects and scripts/check-off: on made-up objects and on a made-up kernel whose patches change what they
# should not.

. "$(dirname "$0")/made-up.sh"
cross=${CROSS_COMPILE:-riscv64-linux-gnu-}
same_objects() { "$tap_top/scripts/same-objects" "$@"; }
check_off() { "$tap_top/scripts/check-off" "$@"; }
export PVOPS_LOGS=$work/logs
mkdir -p "$PVOPS_LOGS"

# two directories of objects: object DIRECTORY/NAME [FLAG...], the source on stdin
object() { mkdir -p "${1%/*}" && "${cross}gcc" -O2 -x c -c -o "$1" "${@:2}" -; }
source_of() { printf '%s\n' "${@:2}" "int f(int x) { return $1; }"; }
for side in before after; do
	source_of 'x + 1' | object "$work/$side/kernel/plain.o"
	source_of 'x + 2' | object "$work/$side/kernel/changed.o"
	source_of 'x + 3' | object "$work/$side/mm/lines.o" -g
	source_of 'x + 4' | object "$work/$side/scripts/host.o"
done
run same_objects "$work/before" "$work/after"
said 'two builds of the same' 0 '3 objects: 3 equal, 0 with the same code, 0 different as listed, 0 wrong'
source_of 'x + 3' '' '' | object "$work/after/mm/lines.o" -g
run same_objects "$work/before" "$work/after"
said 'line numbers of debug information do not count' 0 '3 equal'
source_of 'x + 3' | object "$work/after/mm/lines.o" -g -ffunction-sections
run same_objects "$work/before" "$work/after"
said 'neither do names of sections' 0 '2 equal, 1 with the same code'
source_of 'x + 9' | object "$work/after/kernel/changed.o"
run same_objects --diff "$work/diff" "$work/before" "$work/after"
said 'another instruction' 1 'kernel/changed.o: differs' '1 wrong'
ok 'the difference is shown' grep -q '^+.*add.*a0,9' "$work/diff"
source_of 'x + 2' | sed 's/return/extern int g(int); return g(x) + /' | object "$work/before/kernel/changed.o"
source_of 'x + 2' | sed 's/return/extern int h(int); return h(x) + /' | object "$work/after/kernel/changed.o"
run same_objects "$work/before" "$work/after"
said 'a call of something else, by its relocation' 1 'kernel/changed.o: differs'
labels() { printf 'f:\n beqz a0, .L%d\n lla a1, .L%d\n ret\n.L%d: ret\n.L%d: .4byte 1, 2\n' "$1" "$2" "$1" "$2"; }
labels 3 4 | object "$work/before/kernel/labels.o" -x assembler
labels 8 5 | object "$work/after/kernel/labels.o" -x assembler
run same_objects "$work/before" "$work/after"
said 'labels with other numbers' 1 '2 with the same code' '1 wrong'
table() { printf 'f:\n lla a1, CSWTCH.%d\n lla a2, CSWTCH.%d\n ret\n.data\nCSWTCH.3: .word 1\nCSWTCH.4: .word 2\nCSWTCH.5: .word 2\n' "$1" "$2"; }
table 3 4 | object "$work/before/kernel/labels.o" -x assembler
table 4 5 | object "$work/after/kernel/labels.o" -x assembler
run same_objects "$work/before" "$work/after"
said 'and tables' 1 '2 with the same code' '1 wrong'
table 4 4 | object "$work/after/kernel/labels.o" -x assembler
run same_objects "$work/before" "$work/after"
said 'one table for two' 1 'kernel/labels.o: differs' '2 wrong'
printf 'f:\n beqz a0, .L1\n nop\n.L1: ret\n' | object "$work/before/kernel/labels.o" -x assembler
printf 'f:\n beqz a0, .L1\n.L1: nop\n ret\n' | object "$work/after/kernel/labels.o" -x assembler
run same_objects "$work/before" "$work/after"
said 'a branch to another place' 1 'kernel/labels.o: differs'
rm "$work"/*/kernel/labels.o
printf 'kernel/changed.o\tit must\n' >"$work/but"
run same_objects --but "$work/but" "$work/before" "$work/after"
said 'listed' 0 '1 different as listed, 0 wrong'
printf 'kernel/plain.o\tit must\n' >>"$work/but"
run same_objects --but "$work/but" "$work/before" "$work/after"
said 'listed, and the same' 1 'kernel/plain.o: the same, though it is listed'
cp "$work/after/kernel/plain.o" "$work/after/kernel/more.o"
rm "$work/after/mm/lines.o"
run same_objects "$work/before" "$work/after"
said 'objects of one side only' 1 'kernel/more.o: new' 'mm/lines.o: gone'
mkdir -p "$work/host"
for i in 1 2; do echo "int f(void) { return $i; }" | gcc -O2 -x c -c -o "$work/host/one.o" - && mkdir -p "$work/host$i" && mv "$work/host/one.o" "$work/host$i/"; done
run env CROSS_COMPILE="$cross" "$tap_top/scripts/same-objects" "$work/host1" "$work/host2"
said 'objects that the tools cannot read' 2 'host1/one.o is not for'
run same_objects "$work/before" "$work/none"
said 'no such directory' 2 'none: no such directory'

# A made-up kernel: two objects, a header, what scripts/check-off asks of make and of merge_config.sh.
tree=$work/tree
make_tree "$tree" 7.3.4
mkdir -p "$tree/scripts/kconfig" "$tree/include"
cat >>"$tree/Makefile" <<'END'
vmlinux: $(O)/one.o $(O)/two.o
$(O)/%.o: init/%.c include/pv.h
	$(CC) -O2 -Iinclude -c -o $@ $<
END
# shellcheck disable=SC2016 # its own argument
printf '#!/bin/sh\n: >"$3/.config"\n' >"$tree/scripts/kconfig/merge_config.sh"
chmod +x "$tree/scripts/kconfig/merge_config.sh"
echo 'static inline int pv(int x) { return x + 1; }' >"$tree/include/pv.h"
printf '#include "pv.h"\nint %s(int x) { return pv(x); }\n' one >"$tree/init/one.c"
printf 'int %s(int x) { return x + 2; }\n' two >"$tree/init/two.c"
make_queue "$tree"

# add STAGE PATCH FILE SED: one more patch of the series, of which SED is the edit
add() {
	mkdir -p "$PVOPS_QUEUE/patches/$1" "$work/new"
	[ -e "$work/new/include" ] || cp -a "$tree/." "$work/new"
	cp "$work/new/$3" "$work/old-file"
	sed -i "$4" "$work/new/$3"
	diff -u --label "a/$3" --label "b/$3" "$work/old-file" "$work/new/$3" >"$PVOPS_QUEUE/patches/$1/$2.patch"
	grep -q "^# stage: $1$" "$PVOPS_QUEUE/series" || printf '\n# stage: %s\n' "$1" >>"$PVOPS_QUEUE/series"
	echo "$1/$2.patch" >>"$PVOPS_QUEUE/series"
}
export PVOPS_OBJECTS_LIST=$work/objects.list
echo '# none' >"$PVOPS_OBJECTS_LIST"
add third lines include/pv.h '1i/* comment */'
run check_off --kernel-source "$tree"
said 'patches that change no code' 0 'third'
ok 'a row a stage' [ "$(cut -f 1,2,6 "$PVOPS_BUILD/results/off-small.tsv" | tail -n 1)" = $'third\t2\t0' ]
run check_off --kernel-source "$tree"
said 'the same again is not built' 0 'Nothing has changed' 'third'
run check_off --again --kernel-source "$tree"
ok 'but for --again' grep -q '^third' <<<"$output"
add fourth good include/pv.h '1i/* another */'
add fourth bad init/two.c 's/+ 2/+ 5/'
run check_off --kernel-source "$tree"
said 'a stage that does' 1 'fourth changes these objects' 'two.o: differs'
run check_off --patches --kernel-source "$tree"
said 'and which of its patches' 1 'fourth/bad.patch changes these objects' 'fourth/good.patch'
ok 'only that one' [ "$(awk -F '\t' '$6 != 0' "$PVOPS_BUILD/results/off-small-patches.tsv" | wc -l)" -eq 2 ]
printf 'fourth/bad.patch\ttwo.o\ta fault in it\n' >"$PVOPS_OBJECTS_LIST"
run check_off --kernel-source "$tree"
said 'a patch that says so' 0 'fourth'
printf 'fourth/good.patch\tone.o\tnot so\n' >>"$PVOPS_OBJECTS_LIST"
run check_off --kernel-source "$tree"
said 'a patch that says so and does not' 1 'one.o: the same, though it is listed'
printf 'fourth/gone.patch\tone.o\tnot so\n' >>"$PVOPS_OBJECTS_LIST"
run check_off --kernel-source "$tree"
said 'a patch that is no more' 1 'no such patch in the series: fourth/gone.patch'
echo '# none' >"$PVOPS_OBJECTS_LIST"
sed -i 's/pv(x)/pv(x * 77)/' "$tree/init/one.c"
touch -d 2020-01-01 "$tree/init/one.c"
printf 'fourth/bad.patch\ttwo.o\ta fault in it\n' >"$PVOPS_OBJECTS_LIST"
run check_off --kernel-source "$tree"
said 'objects of another source are not taken for those of this one' 0 'fourth'
add fifth broken init/two.c 's/return/retrun/'
run check_off --kernel-source "$tree"
said 'a stage that does not build' 1 'step fifth does not build' 'retrun'

# Where it was: the patch that did not build, and nothing before it.
sed -i '/^+/s/retrun/return/' "$PVOPS_QUEUE/patches/fifth/broken.patch"
rm -f "$PVOPS_LOGS"/off-*
run check_off --kernel-source "$tree"
said 'it goes on where it was' 0 'third' 'fourth' 'fifth'
ok 'nothing before that is built again' [ "$(find "$PVOPS_LOGS" -name 'off-*.listed' | wc -l)" -eq 1 ]
add sixth last init/two.c '1i/* behind */'
rm -f "$PVOPS_LOGS"/off-*
run check_off --kernel-source "$tree"
said 'one more patch behind all' 0 'third' 'fourth' 'fifth' 'sixth'
ok 'and only that is looked after' [ "$(find "$PVOPS_LOGS" -name 'off-*.listed' | wc -l)" -eq 1 ]
sed -i '/^+/s/another/one more/' "$PVOPS_QUEUE/patches/fourth/good.patch"
rm -f "$PVOPS_LOGS"/off-*
run check_off --kernel-source "$tree"
said 'an earlier patch has changed' 0 'third' 'fourth' 'fifth' 'sixth'
ok 'and so has all' [ "$(find "$PVOPS_LOGS" -name 'off-*.listed' | wc -l)" -eq 6 ]
