# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# How a posting is made: commits on the base in a worktree of build/linux-git, mails from them, checks of the mails.
# Sourced by scripts/submit.

# shellcheck disable=SC2154,SC2034 # what scripts/submit sets and uses
. "$(dirname "$0")/lint-text.sh"

readonly branch=pvops-posting
wt=''

in_tree() { plain_git -C "$tree" "$@"; }
in_wt() { plain_git -C "$wt" "$@"; }

# of_patches "N:rest" or "rest": the numbers of the patches it is for, none for all of them, and $rest
of_patches() {
	local part
	numbers=() rest=$1
	[[ $1 =~ ^([0-9][0-9,-]*):\ *(.*)$ ]] || return 0
	rest=${BASH_REMATCH[2]}
	for part in ${BASH_REMATCH[1]//,/ }; do
		[[ $part =~ ^[0-9]+(-[0-9]+)?$ ]] || die_usage "'$1': '$part' is no number of a patch"
		mapfile -t -O ${#numbers[@]} numbers < <(seq "${part%-*}" "${part#*-}")
	done
	for part in "${numbers[@]}"; do
		[ "$part" -ge 1 ] && [ "$part" -le ${#posted[@]} ] || die_usage "'$1': the posting has patches 1-${#posted[@]}"
	done
}

# What the user passes for single patches, and the patches as they are: said before anything is made.
check_per_patch() {
	local t p found
	for t in "${trailers[@]}"; do
		of_patches "$t"
		[[ $rest =~ ^[A-Z][A-Za-z-]*:\ [^\ ] ]] || die_usage "--trailer '$rest': no line like 'Reviewed-by: A <a@b.org>'"
	done
	for t in "${changelogs[@]}"; do
		of_patches "$t"
		[ -f "$rest" ] || die_usage "--changelog $rest: no such file"
	done
	for p in "${posted[@]}"; do
		found=$( (set +e +o pipefail; check_head "$patches/$p"; check_signed "$patches/$p" unsigned
			check_files "$patches/$p") | explain "$p" '' | awk -F '\t' '$3 == "" { print "    " $2 }')
		[ -z "$found" ] || fail "$p is not fit to be sent:"$'\n'"$found"
	done
}

# The commit that the posting is on, and how people call it; base_commit only where others have it too.
choose_base() {
	local id='' origin
	base_commit=''
	if [ "$tree" = "$build/linux-git" ]; then
		IFS=$'\t' read -r id version_of_base origin <"$src.id"
		base=$(in_tree rev-parse pvops/base) base_name="Linux $version_of_base"
	fi
	if [ -n "$user_tree" ]; then
		git -C "$user_tree" rev-parse -q --verify 'HEAD^{commit}' >/dev/null 2>&1 || die_usage "--tree $user_tree: no git tree with a commit"
		origin=$(realpath "$user_tree")
		note "Fetching the commit $(git -C "$origin" describe --always HEAD) of $user_tree ..."
		in_tree fetch -q --depth 1 --no-tags --no-write-fetch-head "file://$origin" +HEAD:refs/pvops/tree
		base=$(in_tree rev-parse refs/pvops/tree)
		in_tree cat-file -e "$base:$mark" 2>/dev/null || die_usage "--tree $user_tree: this is no $tree_kind"
	fi
	if [ -n "$user_tree" ] || [[ $id == git-* ]]; then
		base_commit=$base
		base_name=$(git -C "$origin" describe --always "$base" 2>/dev/null) || base_name=${base:0:12}
	fi
}

# of_base FILE: what it is in the commit that the posting is on; nothing where it is not there
of_base() { in_tree show "$base:$1" 2>/dev/null || :; }

# with_entry ENTRY: a table of contents, as Sphinx has it, with this as its last entry
with_entry() {
	awk -v entry="$1" '
	{ line[NR] = $0 }
	/^\.\. toctree::/ { inside = 1; next }
	inside && /^[^ ]/ { inside = 0 }
	inside && /^ +[^ :]/ { last = NR; if ($1 == entry) there = 1 }
	END { for (i = 1; i <= NR; i++) {
		print line[i]
		if (i == last && !there) { match(line[i], /^ +/); print substr(line[i], 1, RLENGTH) entry } } }'
}

# The patch that puts the document into the guest guide of a tree of Xen's, by an index of our own: the tree's files are not
# needed. Where it is, is said in a guide that has an index; in a tree that has none yet it lies beside other notes.
make_document_patch() {
	local guide=docs/guest-guide at parent commit author mail_address date subject
	export GIT_INDEX_FILE=$work/index
	put() { in_tree update-index --add --cacheinfo "100644,$(in_tree hash-object -w --stdin),$1"; }
	rm -f "$GIT_INDEX_FILE"
	in_tree read-tree "$base"
	if [ -n "$(of_base $guide/index.rst)" ]; then
		at=$guide/riscv
		of_base $guide/index.rst | with_entry riscv/index | put $guide/index.rst
		if [ -n "$(of_base $at/index.rst)" ]; then of_base $at/index.rst; else
			printf '%s\n' '.. SPDX-License-Identifier: MIT' '' RISC-V ====== '' '.. toctree::' '  :maxdepth: 2' '' '  hypercall-abi'
		fi | with_entry hypercall-abi | put $at/index.rst
	else
		at=docs/misc/riscv
	fi
	put $at/hypercall-abi.rst <"$document"
	git mailinfo -b "$work/message" "$work/nothing" <"$posting/message" >"$work/head" || fail "$posting/message is no mail"
	field() { sed -n "s/^$1: //p" "$work/head"; }
	author=$(field Author) mail_address=$(field Email) date=$(field Date) subject=$(field Subject)
	[ -n "$author" ] && [ -n "$mail_address" ] && [ -n "$date" ] && [ -n "$subject" ] ||
		fail "interfaces/posting/xen-docs/message: From, Date and Subject are to be in its head"
	parent=$(in_tree rev-parse "$base^{tree}") commit=$(in_tree write-tree)
	unset GIT_INDEX_FILE
	[ "$parent" != "$commit" ] || fail "$base_name has this document already"
	commit=$({ printf '%s\n\n' "$subject"; cat "$work/message"; } | GIT_AUTHOR_NAME=$author GIT_AUTHOR_EMAIL=$mail_address GIT_AUTHOR_DATE=$date \
		in_tree commit-tree -p "$base" "$commit")
	mkdir -p "$patches"
	in_tree format-patch -q --zero-commit --no-signature --no-numbered --abbrev=12 --no-ext-diff -o "$patches" -1 "$commit"
	mapfile -t posted < <(cd "$patches" && printf '%s\n' *.patch)
	check_per_patch
}

# Only the files that matter are there: what the patches touch, and what get_maintainer.pl reads.
make_worktree() {
	wt=$work/tree
	in_tree worktree prune
	in_tree worktree add -q --no-checkout --detach "$wt" "$base"
	(cd "$patches" && sed -n 's|^diff --git a/\(.*\) b/\(.*\)$|/\1\n/\2|p' "${before[@]}" "${posted[@]}") |
		sort -u | cat - <(printf '/%s\n' MAINTAINERS .mailmap .get_maintainer.ignore scripts/get_maintainer.pl) |
		in_wt sparse-checkout set --no-cone --stdin
	in_wt checkout -q
}

drop_worktree() {
	local ref
	[ -n "$wt" ] || return 0
	in_tree worktree remove --force "$wt" >/dev/null 2>&1 || :
	for ref in "refs/heads/$branch" refs/pvops/tree refs/pvops/previous; do in_tree update-ref -d "$ref" >/dev/null 2>&1 || :; done
}

am() {
	in_wt am -q --keep-non-patch --no-3way --no-scissors --whitespace=nowarn --committer-date-is-author-date "$@" >>"$PVOPS_LOGS/git-am.log" 2>&1 &&
		return
	in_wt am --abort >/dev/null 2>&1 || in_wt am --quit >/dev/null 2>&1 || :
	return 1
}

# add_trailers N: what people have found out comes after the sign-off, as the kernel has it; the rest before.
add_trailers() {
	local t late=() args=()
	for t in "${trailers[@]}"; do
		of_patches "$t"
		[ ${#numbers[@]} -eq 0 ] || [[ " ${numbers[*]} " == *" $1 "* ]] || continue
		case $rest in
		Tested-by:* | Reviewed-by:* | Acked-by:* | Cc:*) late+=(--trailer "$rest") ;;
		*) args+=(--trailer "$rest") ;;
		esac
	done
	args+=(--trailer "Signed-off-by: $name <$email>" "${late[@]}")
	GIT_COMMITTER_DATE=$(in_wt log -1 --format=%aI) in_wt -c trailer.ifexists=addIfDifferent \
		commit -q --amend --no-edit --allow-empty --no-verify "${args[@]}"
}

# The posted patches as commits with their trailers, on the base; 1 when one does not apply.
apply_posted() {
	local n=0 p
	for p in "${posted[@]}"; do
		stuck=$p n=$((n + 1))
		am "$(realpath "$patches/$p")" || return
		add_trailers "$n" || fail "git could not add the trailers to $p"
	done
}

does_not_apply() {
	note "$self: $1 does not apply to $base_name:"
	explain_patch "$1" "$wt" >&2
	fail "'pvops rebase $(shown "${user_tree:-$src}")' shows it patch by patch; the log of git am: $PVOPS_LOGS/git-am.log"
}

# What the posted patches need before them: those of $before from number $1 on, but for what is there already. Their
# subjects into needs; 1 when one does not apply.
apply_before() {
	local p
	needs=()
	in_wt checkout -q -f --detach "$base"
	for p in "${before[@]:$1}"; do
		stuck=$p
		if am "$(realpath "$patches/$p")"; then
			needs+=("$(in_wt log -1 --format=%s)")
		else
			in_wt apply --check --reverse "$(realpath "$patches/$p")" 2>/dev/null || return
		fi
	done
	start=$(in_wt rev-parse HEAD)
}

# By themselves if they apply so; else after as few whole stages of those before them as it takes, which the posting then names.
make_commits() {
	local first=${#before[@]} stage_of
	until apply_before "$first" && apply_posted; do
		[ "$first" -gt 0 ] || does_not_apply "$stuck"
		stage_of=${before[first - 1]%%/*}
		while [ "$first" -gt 0 ] && [ "${before[first - 1]%%/*}" = "$stage_of" ]; do first=$((first - 1)); done
	done
	in_wt branch -q -f "$branch" HEAD
	tip=$(in_wt rev-parse HEAD)
}

# own_maintainers FILE: the people of the project's sections that have the file's folder, as get_maintainer.pl prints them.
# That of Xen takes no other MAINTAINERS than Xen's.
own_maintainers() {
	[ -f "$queue/MAINTAINERS" ] || return 0
	awk -v file="$1" '
	function close_section() { if (mine) printf "%s", people; mine = 0; people = "" }
	/^$/ { close_section() }
	/^M:/ { sub(/^M:[ \t]*/, ""); people = people $0 " (maintainer)\n" }
	/^F:/ { sub(/^F:[ \t]*/, ""); if ($0 ~ /\/$/ && index(file, $0) == 1) mine = 1 }
	END { close_section() }' "$queue/MAINTAINERS"
}

# For Xen there is one list, which the cover letter names, and whose readers find each other.
nobody_found() { # FILE PATCH
	local said="get_maintainer.pl failed on $2; its log: $PVOPS_LOGS/get_maintainer.log"
	[ "$key" = xen-docs ] || fail "$said"
	: >"$1"
	warn "$said"
	warn "get_maintainer.pl found nobody: only those are in To and Cc whom the cover letter and the project's MAINTAINERS name"
}

find_recipients() {
	local n=0 p who=$work/who options=(--no-git --no-git-fallback --rolestats)
	mkdir "$who"
	[ "$key" = xen-docs ] || [ -f "$wt/scripts/get_maintainer.pl" ] || fail "$base_name has no scripts/get_maintainer.pl"
	ask() { perl "$wt/scripts/get_maintainer.pl" "${options[@]}" "$@" 2>>"$PVOPS_LOGS/get_maintainer.log"; }
	[ "$key" = xen-docs ] || options+=(--no-tree)	# Xen's has no such option, and looks for MAINTAINERS alone
	for p in "${posted[@]}"; do
		n=$((n + 1))
		(cd "$wt" && ask "$(realpath "$patches/$p")") >"$who/$n.roles" || nobody_found "$who/$n.roles" "$p"
	done
	: >"$who/0.roles"
	if [ "$key" = xen-docs ]; then
		own_maintainers interfaces/hypercall-abi.rst >"$who/0.roles"
	elif [ -f "$queue/MAINTAINERS" ]; then
		(cd "$queue" && ask --mpath ./MAINTAINERS -f "patches/${posted[0]}") >"$who/0.roles" || :
	fi
	"$top/scripts/submit-recipients" "$who" "$letter" "$wt/MAINTAINERS" "$name" "$email" || exit "$E_USAGE"
}

message_id() { echo "$(date +%Y%m%d)-${key//\//-}-v$version-$1-${tip:0:12}@${email##*@}"; }

# The text of the cover letter, as git wants it: the subject first. Who must see it stands in the head of the mails.
# No "---" above a changelog here: git am would take what follows for a patch.
describe() {
	local t
	awk '{ line[NR] = $0 } END { for (i = 1; i <= NR; i++) {
		if (line[i] != "" && line[i + 1] ~ /^===+$/) hide = line[i] == "Who must see it"
		if (!hide && line[i] != "") { printf "%s%s\n", blank, line[i]; blank = "" } else if (!hide) blank = blank "\n" } }' "$letter"
	echo
	if [ -n "$base_commit" ]; then echo "Based on $base_name (base-commit below)."; else echo "Based on $base_name."; fi
	[ ${#needs[@]} -eq 0 ] || printf '%s\n' 'It needs these patches, which are posted on their own:' '' "${needs[@]/#/  }"
	for t in "${changelogs[@]}"; do
		of_patches "$t"
		[ ${#numbers[@]} -gt 0 ] || { echo; cat "$rest"; }
	done
	[ "${previous#refs/postings/}" = "${previous#refs/postings/sent/}" ] ||
		printf '\nLink to %s: https://lore.kernel.org/r/%s\n' "${previous##*/}" "$(record_field "$previous" Message-ID)"
}

# format N OPTION...: mail N as git writes it. One run a mail, as the options are for all mails of a run.
format() {
	local n=$1 out=$work/run from=$name who
	shift
	mapfile -t who < <(sed 's/^/--to=/' "$work/who/$n.to"; sed 's/^/--cc=/' "$work/who/$n.cc")
	if [ "$n" = 0 ]; then from=$(cat "$work/who/from"); else set -- --in-reply-to="<$(message_id 0)>" "$@"; fi
	rm -rf "$out"
	GIT_COMMITTER_NAME=$from in_wt -c "branch.$branch.description=$(cat "$work/text")" format-patch -q --zero-commit --no-signature \
		--numbered --cover-letter --cover-from-description=subject --from="$name <$email>" --find-renames --abbrev=12 --no-ext-diff \
		"${common[@]}" "${who[@]}" --add-header="Message-ID: <$(message_id "$n")>" "$@" -o "$out" "$start..$branch"
	mail=$(find "$out" -regextype egrep -regex ".*/(v[0-9]+-)?$(printf %04d "$n")-[^/]*")
	# b4 0.12 fails on names and subjects over several lines
	sed -i '1,/^$/{/^\(Subject\|From\):/{:a;N;/\n[ \t]/{s/\n[ \t]*/ /;ba};P;D}}' "$mail"
	insert_changelogs "$n"
}

insert_changelogs() {
	local t
	for t in "${changelogs[@]}"; do
		of_patches "$t"
		[[ " ${numbers[*]} " != *" $1 "* ]] || sed -i "0,/^---\$/{/^---\$/r "<(cat "$rest"; echo)$'\n}' "$mail"
	done
}

beyond_ascii() { LC_ALL=C grep -q '[^ -~[:space:]]' "$1"; }
declared() { sed '/^$/q' "$1" | grep -qi '^Content-Type: text/plain; charset=utf-8'; }

make_mails() {
	local n mail old common=("${prefix[@]}")
	mkdir "$work/mails"
	# the name of a mail is that of its patch, whatever stands before it: patches/lint-ok goes by it
	[ "$version" = 1 ] || common+=(-v "$version" --filename-max-length=$((65 + ${#version} + 1)))
	[ -z "$base_commit" ] || common+=(--base="$base")
	if [ -n "$previous" ]; then
		in_tree fetch -q --no-tags --no-write-fetch-head "$(in_queue rev-parse --path-format=absolute --git-common-dir)" "+$previous:refs/pvops/previous"
		old=$(in_tree rev-list --max-parents=0 refs/pvops/previous)
		common+=(--range-diff="$old..refs/pvops/previous^")
	fi
	describe >"$work/text"
	results=$build/results/submit.tsv
	mkdir -p "$build/results"
	tsv_row mail subject to cc >"$results"
	for n in $(seq 0 ${#posted[@]}); do
		format "$n"
		# git declares what it finds in the message of a commit, not in the cover letter or the patch
		if beyond_ascii "$mail" && ! declared "$mail"; then
			format "$n" --add-header='MIME-Version: 1.0' --add-header='Content-Type: text/plain; charset=UTF-8' --add-header='Content-Transfer-Encoding: 8bit'
		fi
		tsv_row "${mail##*/}" "$(sed -n 's/^Subject: //p;/^$/q' "$mail")" "$(grep -c . "$work/who/$n.to")" "$(grep -c . "$work/who/$n.cc")" >>"$results"
		mv "$mail" "$work/mails/"
	done
}

# What a mail must not have in it, whatever it says.
check_bytes() {
	local path pattern
	! grep -q $'\r' "$1" || echo 'has lines that end in CRLF'
	! LC_ALL=C grep -qP '\x00' "$1" || echo 'has zero bytes'
	iconv -f UTF-8 -t UTF-8 "$1" >/dev/null 2>&1 || echo 'is not UTF-8'
	! beyond_ascii "$1" || declared "$1" || echo 'is not ASCII, and does not say that it is UTF-8'
	! LC_ALL=C grep -qE '.{999}' "$1" || echo 'has a line of more than 998 bytes, which mail cannot carry'
	for path in "${HOME:-}" "$top" "$queue" "$build" "$cache" "$work" "$(realpath -m "$dir")" "$(realpath -m "${user_tree:-$src}")"; do
		[[ $path =~ ^/[^/]+ ]] || continue
		pattern=$(printf %s "$path" | sed 's/[][\.*^$+?(){}|]/\\&/g')
		grep -oE -m 1 "(^|[^[:alnum:]_./~-])$pattern(/[^[:space:]]*|[^[:alnum:]_-]|$)" "$1" | sed 's/^[^/]*/names a private path: /'
	done
	grep -oE -m 1 '(^|[^[:alnum:]_./~-])(/home/[a-z]|file:///)[^[:space:]]*' "$1" | sed 's/^[^/f]*/names a private path: /'
}

# git am makes of the mails what they were made of.
check_round() {
	in_wt checkout -q -f --detach "$start"
	if ! am --empty=drop "$work"/mails/*.patch; then
		echo "the mails do not apply with git am; its log: $PVOPS_LOGS/git-am.log"
	elif ! in_wt diff --quiet "$branch" HEAD || ! cmp -s <(in_wt log --format='%an <%ae>%n%B' "$start..$branch") <(in_wt log --format='%an <%ae>%n%B' "$start..HEAD"); then
		echo 'what git am makes of the mails is not what they were made of'
	fi
}

# A posting by somebody else than the author is for the two to settle: it is said, and is no fault.
note_authors() {
	local commit author n=0
	cp "$lint_ok" "$work/lint-ok"
	for commit in $(in_wt rev-list --reverse "$start..$branch"); do
		n=$((n + 1))
		author=$(in_wt log -1 --format='%an <%ae>' "$commit")
		[ "$author" != "$name <$email>" ] || continue
		# the second because the author is in the first line of such a mail, and checkpatch counts its characters
		printf '%s\t%s\tby another author\n' "${posted[n - 1]}" NO_AUTHOR_SIGN_OFF "${posted[n - 1]}" COMMIT_LOG_LONG_LINE >>"$work/lint-ok"
		in_wt log -1 --format=%B "$commit" | grep -qxF "Signed-off-by: $author" || echo "$author"
	done | sort -u | while read -r author; do
		warn "not every patch of $author has that person's sign-off: --trailer 'N:Signed-off-by: $author' if they give it"
	done
}

# What lint --mails looks at, without checkpatch.pl, which is the kernel's and knows nothing of Xen's documents.
check_document_mails() (
	set +e +o pipefail	# a grep that finds nothing is no failure
	for mail in "$work"/mails/*.patch; do
		case ${mail##*/} in
		0000-* | v*-0000-*) continue ;;
		esac
		{ check_head "$mail"; check_signed "$mail" signed; check_files "$mail"; } | sed "s|^|${mail##*/} |"
	done
)

check_mails() {
	local mail title drafts=$build/posting
	{
		title=$(sed -n 1p "$letter")
		[ ${#title} -le 70 ] || echo "${letter#"$queue/"}: the subject has ${#title} characters, more than 70"
		[[ $title =~ ^[\ -~]*$ ]] || echo "${letter#"$queue/"}: the subject is not ASCII"
		for mail in "$work"/mails/*.patch; do check_bytes "$mail" | sed "s|^|${mail##*/} |"; done
		check_round
	} >"$work/problems" || :
	note_authors
	if [ "$key" = xen-docs ]; then
		check_document_mails >>"$work/problems"
	elif ! PVOPS_LINT_OK=$work/lint-ok "$top/scripts/lint" --mails "$work/mails" >"$PVOPS_LOGS/lint-mails.out" 2>&1; then
		sed "s/^/    /" "$PVOPS_LOGS/lint-mails.out" >&2
		echo 'lint --mails finds something, above' >>"$work/problems"
	fi
	[ -s "$work/problems" ] || return 0
	rm -rf "$drafts"
	cp -r "$work/mails" "$drafts"
	sed 's/^/    /' "$work/problems" >&2
	fail "not written to $dir: the mails as they would be are in $(shown "$drafts")"
}

# The commits of the posting with only the files that it touches, as history of its own; prints the last, which tells of it.
cut_down() (
	local commit parent='' cut files
	export GIT_AUTHOR_NAME=$name GIT_AUTHOR_EMAIL=$email GIT_INDEX_FILE=$work/index
	mapfile -d '' -t files < <(in_tree diff --name-only --no-renames -z "$start" "$tip")
	for commit in "$start" $(in_tree rev-list --reverse "$start..$tip"); do
		rm -f "$GIT_INDEX_FILE"
		in_tree ls-tree -r "$commit" -- "${files[@]}" | in_tree update-index --index-info
		cut=$(in_tree write-tree)
		if [ -z "$parent" ]; then
			parent=$(in_tree commit-tree -m "$base_name" "$cut") || return
		else
			parent=$(in_tree cat-file commit "$commit" | sed "1,/^\$/{s/^tree .*/tree $cut/;s/^parent .*/parent $parent/}" |
				in_tree hash-object -t commit -w --stdin) || return
		fi
	done
	record_text | in_tree commit-tree -p "$parent" "$cut"
)
