#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# The table of hypercalls, interfaces/xen/hypercalls.h, against the headers and the document that is made from it; the
# document by itself; then against changes of each that must be found.

# shellcheck disable=SC2016 # backquotes are those of reStructuredText
. "$(dirname "$0")/../../scripts/tap.sh"
export LC_ALL=C
abi=$tap_top/interfaces
document=$abi/hypercall-abi.rst
table=$abi/xen/hypercalls.h
doc() { "$tap_top/scripts/hypercall-doc" "$@"; }

# fresh TABLE DOCUMENT: what would have to be changed in the document
fresh() { XEN_TABLE=$1 HYPERCALL_DOC=$2 doc --stdout >"$work/fresh" && diff -u "$2" "$work/fresh"; }

# numbers TABLE: numbers twice, and those that the headers have otherwise
numbers() {
	XEN_TABLE=$1 doc --list >"$work/numbers" || return
	awk -F '\t' '
	$3 != $4 { print $1 " " $2 ": " $3 " in the table, " $4 " in the headers"; bad = 1 }
	($1 $2 in name) { print $1 " " $2 ": twice"; bad = 1 }
	{ name[$1 $2]; scope = $2 == "-" ? "" : $1 }
	((scope, $3) in number) { print $1 " " $2 ": has the number of " number[scope, $3]; bad = 1 }
	{ number[scope, $3] = $1 " " $2 }
	END { exit bad }' "$work/numbers"
}

# described TABLE DOCUMENT: hypercalls and ops that the document, whoever wrote it, says nothing of, or with another number
described() {
	XEN_TABLE=$1 doc --list >"$work/list" || return
	awk -F '\t' '
	NR == FNR { if ($2 == "-") call[$1] = $3; else op[$1, $2] = $3; next }
	/^[a-z_]+$/ { candidate = $0; next }
	/^\^+$/ { chapter = candidate; if (chapter in call) own[chapter] = 1; next }
	match($0, /^``[A-Za-z_]+`` \([0-9]+\)$/) {
		split($0, part, /``| \(|\)/)
		if (!((chapter, part[2]) in op)) { print chapter " " part[2] ": not in the table"; bad = 1; next }
		if (op[chapter, part[2]] != part[4]) { print chapter " " part[2] ": another number"; bad = 1 }
		delete op[chapter, part[2]]
	}
	/^[0-9]+ +[a-z_]+ +/ { split($0, part, / +/); if ((part[2] in call) && call[part[2]] == part[1]) row[part[2]] = 1 }
	END {
		for (o in op) { split(o, part, SUBSEP); print part[1] " " part[2] ": not in the document"; bad = 1 }
		for (c in call) {
			if (!(c in row)) { print c ": not in the document'"'"'s table with its number"; bad = 1 }
			if (!(c in own)) { print c ": has no section"; bad = 1 }
		}
		exit bad
	}' "$work/list" "$2"
}

# constants DOCUMENT: names in it that no header has, or with another number behind them
constants() {
	local name number bad=0 known
	cat "$abi"/xen/*.h >"$work/headers"
	while read -r name; do
		grep -qE "\b$name\b" "$work/headers" || { echo "$name: in no header"; bad=1; }
	done < <(grep -oE '``(-?E[A-Z]+|(XENMEM|XENVER|XENFEAT|XENMAPSPACE|EVTCHNOP|SCHEDOP|VCPUOP|HVMOP|HVM_PARAM|RISCVOP|VIRQ|VMASST|SHUTDOWN|CONSOLEIO|DOMID)_[A-Za-z_]+)``' "$1" |
		tr -d '`' | sed 's/^-\?\(E[A-Z]*\)$/XEN_\1/' | sort -u)
	# ``NAME`` (number), of those that are #defines
	while read -r name number; do
		known=$(sed -nE "s/^#define[ \t]+${name}[ \t]+(0x[0-9A-Fa-f]+|[0-9]+)U?\b.*/\1/p" "$work/headers")
		[ -z "$known" ] || [ $((known)) -eq $((number)) ] || { echo "$name: ($number), $known in the headers"; bad=1; }
	done < <(tr '\n' ' ' <"$1" | grep -oE '``[A-Za-z_-]+`` \((0x[0-9A-Fa-f]+|-?[0-9]+)\)' | sed -E 's/``-(E[A-Z]+)`` \(-/``XEN_\1`` (/; s/``(.*)`` \((.*)\)/\1 \2/' | sort -u)
	return $bad
}

# The example of the node, as a device tree source; dtc takes it without a warning.
example() {
	{
		echo '/dts-v1/;'
		awk '/^Example, /{on = 1; next} on && /^[^ ]/{exit} on' "$1"
	} >"$work/example.dts"
	# that check is for interrupt maps
	dtc -I dts -O dtb -W no-interrupt_provider -o "$work/example.dtb" "$work/example.dts" >"$work/dtc" 2>&1 || { cat "$work/dtc" && return 1; }
	[ ! -s "$work/dtc" ] && [ "$(fdtget "$work/example.dtb" /hypervisor@38000000 xen,upcall-ack)" = hypercall ]
}

# What a reader without this repository could not follow, and what others' tools stumble over.
alone() {
	doc --posting >"$work/posting"
	! grep -nE 'scripts/|interfaces/|tests/|pvops|\bstub\b|guest-machine|[[:space:]]$|	' "$work/posting" && ! grep -nE '.{80}' "$work/posting"
}

ok 'the document has the list that the table gives' fresh "$table" "$document"
ok 'each hypercall and op has one number, that of the headers' numbers "$table"
ok 'each is described' described "$table" "$document"
ok 'each name and number in the text is that of the headers' constants "$document"
ok 'the example of the device tree compiles' example "$document"
ok 'it can be read by itself' alone
if command -v rst2html >/dev/null; then
	ok 'docutils find nothing' rst2html --strict --halt=info "$document" "$work/html"
	ok 'nor in what is posted' rst2html --strict --halt=info "$work/posting" "$work/html"
else
	skip 'docutils find nothing' 'python3-docutils is not installed'
fi

# changed SED FROM TO: must not be the same
changed() {
	sed -E "$1" "$2" >"$3"
	! cmp "$2" "$3" >/dev/null || { echo "'$1' changes nothing" && return 9; }
}
# finds NAME TEXT COMMAND...: the command fails, and says so
finds() {
	run "${@:3}"
	said "found: $1" 1 "$2"
}
with_table() { changed "$1" "$table" "$work/table.h" && "$2" "$work/table.h" "${@:3}"; }
with_document() { changed "$1" "$document" "$work/changed.rst" && "${@:2}" "$work/changed.rst"; }

finds 'an op that was added to the table' '+``EVTCHNOP_close`` (3)' with_table 's/^.*EVTCHNOP_close,.*$/&\n&/' fresh "$document"
finds 'a text that was changed' '+  ``struct evtchn_close``, 4 bytes, in. Frees one port.' with_table 's/"Frees a port."/"Frees one port."/' fresh "$document"
finds 'an op that is not described' 'event_channel_op EVTCHNOP_close: not in the document' with_document '/^``EVTCHNOP_close`` \(3\)$/d' described "$table"
finds 'one under another hypercall' 'not in the table' with_document 's/^event_channel_op$/hvm_op/' described "$table"
finds 'one with another number' 'EVTCHNOP_close: another number' with_document 's/^``EVTCHNOP_close`` \(3\)$/``EVTCHNOP_close`` (30)/' described "$table"
finds 'a hypercall without a section' 'console_io: has no section' with_document 's/^console_io$/the console/' described "$table"
finds 'another number in the table' '35 in the table, 34 in the headers' with_table 's/X\(34, hvm_op/X(35, hvm_op/' numbers
finds 'a number twice' 'has the number of' with_table 's/EVTCHNOP_close, evtchn_close/EVTCHNOP_send, evtchn_close/' numbers
finds 'an op that no header has' 'does not compile' with_table 's/EVTCHNOP_close,/EVTCHNOP_shut,/' numbers
finds 'a name that no header has' 'SCHEDOP_blok: in no header' with_document 's/``SCHEDOP_block``/``SCHEDOP_blok``/' constants
finds 'an error that no header has' 'XEN_ENOSIS: in no header' with_document 's/``-ENOSYS``/``-ENOSIS``/' constants
finds 'another number in the text' 'VMASST_TYPE_runstate_update_flag: (6), 5 in the headers' with_document 's/flag`` \(5\)/flag`` (6)/' constants
finds 'another error number in the text' 'XEN_ENOSYS: (39), 38 in the headers' with_document 's/`` \(-38\)/`` (-39)/' constants
finds 'an example that is no device tree' 'syntax error' with_document 's/interrupts = <9>;/interrupts = <9>/' example
finds 'a list without its marks' 'not one line' with_document '/^.. Here ends/d' fresh "$table"
