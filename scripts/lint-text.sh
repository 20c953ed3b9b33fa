# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What a patch's text alone shows, without a tree: head, style, stray things. Sourced by scripts/lint and its helpers.
#
# A check prints a finding a line, "CHECK TAB text"; explain then adds what patches/lint-ok says of it.

# shellcheck disable=SC2154 # lib.sh sets what is only used here
src=$build/linux-src
lint_ok=${PVOPS_LINT_OK:-$queue/patches/lint-ok}
[ -f "$lint_ok" ] || lint_ok=/dev/null

# finding CHECK: each line of stdin is a finding of that check
finding() { sed "/^ *\$/d; s/\t/ /g; s/^/$1\t/"; }

# of mail $1: the subject as it will be in git, on one line
subject_of() { sed -n '/^Subject: /,/^\([^ ]\|$\)/{s/^Subject: \(\[[^]]*PATCH[^]]*\] \)\?//p;s/^ //p;}' "$1" | paste -sd ''; }

# of mail $1: what is between its head and the three dashes
body_of() { sed -n '1,/^$/d; /^---$/q; p' "$1"; }

# Who, when, why: what git does not see to.
check_head() {
	local subject
	subject=$(subject_of "$1")
	{
		git mailinfo /dev/null /dev/null <"$1" | grep -q '^Email: .*@' || echo 'no author'
		grep -q '^Date: ' "$1" || echo 'no date'
		if [ -z "$subject" ]; then echo 'no subject'; else
			[ ${#subject} -le 70 ] || echo "the subject has ${#subject} characters, more than 70"
			[[ $subject =~ ^[a-zA-Z0-9_/.,\ -]+:\ [^\ ] ]] || echo "the subject has no subsystem prefix: $subject"
			[[ $subject != *. ]] || echo 'the subject ends with a full stop'
		fi
		body_of "$1" | grep -qvE '^([A-Z][a-z-]*-by|Fixes|Cc|Link|Closes): |^From: |^ *$' || echo 'no body that says why'
		grep -q '^ [0-9]* files\? changed' "$1" || echo 'no diffstat'
		body_of "$1" | grep -i '^fixes:' | grep -vE '^Fixes: [0-9a-f]{12,40} \(".+"\)$' | sed 's/^/not as Fixes: 123456789abc ("subject"): /'
	} | finding head
}

# Only who submits it signs it off; $2 says which it is to be.
check_signed() {
	local signed
	signed=$(sed '/^---$/q' "$1" | grep -ci '^signed-off-by: .*<.*@.*>') || :
	case $2,$signed in
	unsigned,0 | signed,[1-9]*) ;;
	unsigned,*) echo 'signed off: that is for whoever submits it' ;;
	*) echo 'no Signed-off-by of whoever submits it' ;;
	esac | finding head
}

# checkpatch OPTION... FILE...: its findings, one a line. It runs among
# the logs because it leaves a file where it runs.
checkpatch() {
	(cd "$PVOPS_LOGS" && perl "$src/scripts/checkpatch.pl" --root "$src" --strict --terse --show-types --no-summary "$@" 2>&1) |
		sed '/^total:/d; /^ *$/d; /has no obvious style problems/d'
}

# Without what is said of a line that patch $1 only moves: it is to move unmodified, whatever its style. stdin: "line N: ..."
not_moved() {
	awk -v patch="$1" '
	BEGIN { while ((getline line <patch) > 0) { at[++n] = line; if (line ~ /^-.*[A-Za-z]/) gone[substr(line, 2)] = 1 } }
	match($0, /^line [0-9]+:/) { line = at[substr($0, 6, RLENGTH - 6) + 0]; if (line ~ /^\+/ && substr(line, 2) in gone) next }
	{ print }'
}

check_style() {
	local option=--no-signoff
	[ "$2" = unsigned ] || option=--signoff
	checkpatch "$option" "$1" | sed "s|^$1:|line |" | not_moved "$1" | finding checkpatch
}

# Files that came along, line ends, modes, binaries; and two that linux-riscv's CI looks for in what is added.
check_files() {
	{
		grep -E '^(GIT binary patch|Binary files .* differ)' "$1" | sed 's/^/binary: /'
		awk '/^diff --git / { file = substr($NF, 3) }
		/\r$/ && (file == "" || /^\+/) { crlf++ }
		/^old mode / { old = $3 }
		/^new mode / { print file ": mode " old " becomes " $3 }
		/^new file mode / && $4 != 100644 && !(file ~ /^(scripts|tools)\// || file ~ /\.(sh|py|pl)$/) { print file ": new, mode " $4 }
		/^new file mode / && (file ~ /(^|\/)(\.pc|patches)\// || file ~ /(\.(orig|rej|o|ko|a|so|cmd|mod|swp|tmp|bak|old|patch|diff|log|dtb|pyc)|~)$/ ||
			file ~ /^[^\/]*$/ || file ~ /(^|\/)\.[^\/]*$/) { print file ": stray" }
		/^\+static / && file ~ /\.h$/ && /\(/ && !/=/ && !/inline/ && !/;[ \t]*$/ { print file ": static, not inline, in a header: " substr($0, 2) }
		match($0, /^\+module_param(_named|_cb|_array|_string|_hw|_unsafe)*\([ \t]*[a-z0-9A-Z_]+/) {
			name = substr($0, RSTART, RLENGTH); sub(/.*\([ \t]*/, "", name); param[name] = file }
		match($0, /MODULE_PARM_DESC\([ \t]*[a-z0-9A-Z_]+/) { name = substr($0, RSTART, RLENGTH); sub(/.*\([ \t]*/, "", name); told[name] = 1 }
		END { if (crlf) print crlf " lines end in CRLF"
			for (name in param) if (!(name in told)) print param[name] ": module_param " name " without MODULE_PARM_DESC" }' "$1"
	} | finding files
}

# All of these for mail $1, $2 signed or unsigned.
check_text() (
	set +e +o pipefail	# a grep that finds nothing is no failure
	check_head "$1"
	check_signed "$1" "$2"
	check_style "$1" "$2"
	check_files "$1"
)

# explain NAME CHECKS <findings: adds a third field, the reason patches/lint-ok gives, empty where there is none.
# Its lines are NAME TAB what TAB reason; what is a type of checkpatch's, or "CHECK: a part of the text". A line that
# explains nothing is a finding itself where its check is one of CHECKS, those that ran.
explain() {
	awk -F '\t' -v OFS='\t' -v name="$1" -v checks=" $2 " '
	function matches(i) {
		if (why[i] == "") return 0
		if (what[i] !~ /: /) return $1 == "checkpatch" && index($0, ":" what[i] ": ")
		return kind == check(i) && index($2, substr(what[i], length(kind) + 3))
	}
	function check(i) { return what[i] ~ /: / ? substr(what[i], 1, index(what[i], ": ") - 1) : "checkpatch" }
	FILENAME != "-" { if ($1 == name) { what[++n] = $2; why[n] = $3 } next }
	{ kind = $1 ~ /^(off|on)$/ ? "build" : $1
	  reason = ""
	  for (i = 1; i <= n; i++) if (matches(i)) { used[i] = 1; if (reason == "") reason = why[i] }
	  print $1, $2, reason }
	END { for (i = 1; i <= n; i++) if (!(i in used) && index(checks, " " check(i) " "))
		print check(i), "patches/lint-ok: " (why[i] == "" ? "no reason given for " : "explains what is not found: ") what[i], "" }
	' "$lint_ok" -
}
