#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# ./pvops bench: the figures of this series hold the limits, are the same when measured again, and a figure that
# does not hold a limit is found.
# shellcheck disable=SC2016 # what is in single quotes is for awk

. "$(dirname "$0")/boots.sh"

# all but sh-c, which needs a package
rows=boot,null-call,read,write,clock-gettime,signal,protection-fault,mmap,page-fault,fork-exit,fork-exec,pipe,ctx-2,ctx-16,unix,file
rows+=,timer-tick,cpu

run pvops bench --columns base,native --rows "$rows" --output "$work/native"
said 'native costs hold the limits' 0 'geometric mean' 'any row' '.text'
printf '%s\n' "$output" | sed 's/^/# /'
ok 'every row has both native figures' [ "$(awk -F '\t' 'NR > 1 && $2 > 0 && $3 > 0 { print $1 }' "$work/native/bench.tsv" | paste -sd ,)" = "$rows" ]

run pvops bench --columns base,native,te,hvm --rows null-call,page-fault,ipi --output "$work/guests"
said 'guests: costs hold the limits' 0 'null-call' 'x native' 'ipi: no native count'
printf '%s\n' "$output" | sed 's/^/# /'
# sscratch, sepc and so on: the native kernel's own count of privileged instructions in a system call is 14
traps() { awk -F '\t' -v c="$1" -v r="$2" '$1 == c && $2 == r { n += $4 } END { printf "%.0f", n }' "$work/guests/bench-traps.tsv"; }
ok 'te: a null call traps 14 times' [ "$(traps te null-call)" = 14 ]
ok 'hvm: a null call does not trap' [ "$(traps hvm null-call) $(cut -f 1 "$work/guests/bench.tsv" | grep -cx null-call)" = '0 1' ]
ok 'hvm: a wake-up of another vCPU traps twice' [ "$(traps hvm ipi)" = 2 ]
ok 'ipi: what the measured kernel adds' awk -F '\t' '$1 == "ipi" { exit !($2 == "" && $3 == "" && $4 ~ /^-?[0-9.]+$/) }' "$work/guests/bench.tsv"
ok 'JSON has the same' python3 -c 'import csv, json, sys
j = {r["row"]: r["te"] for r in json.load(open(sys.argv[1] + "/bench.json"))["rows"]}
t = {r["row"]: float(r["te"]) for r in csv.DictReader(open(sys.argv[1] + "/bench.tsv"), delimiter="\t")}
sys.exit(j != t)' "$work/guests"

# What a guest may cost: every row that has a limit.
limited=null-call,read,write,signal,protection-fault,mmap,page-fault,fork-exit,fork-exec,pipe,cpu
run pvops bench --columns native,pv,hvm --rows "$limited" --output "$work/pv"
said 'pv and hvm: costs hold the limits' 0 'pv_ratio' 'geometric mean (10 rows)' 'hvm_ratio'
printf '%s\n' "$output" | sed 's/^/# /'
pv_traps() { awk -F '\t' -v r="$1" '$1 == "pv" && $2 == r { n += $4 } END { printf "%.1f", n }' "$work/pv/bench-traps.tsv"; }
ok 'pv: a null call traps twice' [ "$(pv_traps null-call)" = 2.0 ]
# and now and then once more, for a table of the shadow's
ok 'pv: an anonymous page fault traps twice' grep -qx '2[.][01]' <<<"$(pv_traps page-fault)"
awk -F '\t' -v OFS='\t' 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "pv_ratio") c = i } NR > 1 { $c = 1.21 } 1' \
	"$work/pv/bench.tsv" >"$work/made-up-pv.tsv"
mkdir -p "$work/made-up" && cp "$work/made-up-pv.tsv" "$work/made-up/bench.tsv" && cp "$work/pv/bench-text.tsv" "$work/made-up/"
run pvops bench --check "$work/made-up"
said 'all rows of a pv guest 21 % over are found' 1 'limit broken: pv_ratio, geometric mean (10 rows): 1.210, at most 1.200'

# Again, and nothing from before: the console of each run is the same to the byte.
again() {
	rm -f "$PVOPS_LOGS"/bench-*.log
	pvops bench --fresh --columns native,te --rows null-call,fork-exit --output "$work/$1" && cp "$PVOPS_LOGS"/bench-*.log "$work/$1"
}
run again one
said 'measured again' 0
run again two
said 'and again' 0
same() { for f in "$work"/one/bench-*.log "$work"/one/bench{,-traps}.tsv; do cmp "$f" "$work/two/${f##*/}" || return 1; done; }
ok 'both times the same to the byte' same
ok 'two native runs and four of a guest' [ "$(find "$work/one" -name 'bench-*.log' | wc -l)" -eq 6 ]

# What is over a limit: figures made up from the real ones.
made_up() {
	mkdir -p "$work/made-up"
	awk -F '\t' -v OFS='\t' "$1" "$work/native/bench.tsv" >"$work/made-up/bench.tsv"
	awk -F '\t' -v OFS='\t' "${2:-1}" "$work/native/bench-text.tsv" >"$work/made-up/bench-text.tsv"
	run pvops bench --check "$work/made-up"
}
made_up 1
said 'the figures themselves pass' 0
made_up '$1 == "pipe" { $4 = 1.6 } 1'
said 'one row 1.6 % over is found' 1 'limit broken: native-percent, any row (pipe): +1.60, at most +1.50'
made_up 'NR > 1 { $4 = 0.6 } 1'
said 'all rows 0.6 % over are found' 1 'limit broken: native-percent, geometric mean' '+0.60'
made_up 1 '$1 == ".text of interface" { $4 = 1.2 } 1'
said 'text that grows by 1.2 % is found' 1 'limit broken: text-percent, .text of interface: +1.20'
awk -F '\t' -v OFS='\t' 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "te") c = i } $1 == "null-call" { $c = 4001 } 1' \
	"$work/guests/bench.tsv" >"$work/made-up/bench.tsv"
run pvops bench --check "$work/made-up"
said 'a null call of 4,001 instructions is found' 1 'limit broken: te, null-call: 4,001, at most 4,000'

# traps N: of a null call of a pv guest
traps_made_up() {
	awk -F '\t' -v OFS='\t' -v n="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "pv_traps") c = i } $1 == "null-call" { $c = n } 1' \
		"$work/pv/bench.tsv" >"$work/made-up/bench.tsv"
	cp "$work/pv/bench-text.tsv" "$work/made-up/"
	run pvops bench --check "$work/made-up"
}
traps_made_up 2.0007
said 'a tick in many null calls is no trap of theirs' 0
traps_made_up 2.006
said 'another trap in 200 null calls is found' 1 'limit broken: pv_traps, null-call: 2.01, at most 2.00'

run pvops bench --check "$work/nothing"
said 'nothing to check' 1 'nothing was measured yet'
run pvops bench --rows null-call,nul-call
said 'a row that is not there' 2 "no row 'nul-call'"
run pvops bench --columns xyz
said 'a column that is not there' 2 "no column 'xyz'"
run pvops bench --seeds many
said 'seeds are a number' 2 "not 'many'"
run pvops bench --stage nothing
said 'a stage that is not there' 2 "no stage 'nothing'"
