#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Each fault that lint must find, one a patch, on a made-up tree that compiles in no time; and that it does no work twice.

. "$(dirname "$0")/lint-made-up.sh"
make_lint_tree
begin_series
in_a() { cat >>"$maker/arch/riscv/kernel/a.c"; }
drop_last() { git -C "$maker" revert -n HEAD; }

begin_stage first
printf '\nint twice(int n);\n' >>"$maker/arch/riscv/include/asm/a.h"
patch_is 'riscv: declare twice()'
clean=$last
in_a <<'END'

int twice(int n)
{
	return 2 * n
}
END
patch_is 'riscv: break the build in the middle'
breaks=$last
sed -i 's/return 2 \* n$/&;/' "$maker/arch/riscv/kernel/a.c"
patch_is 'riscv: mend it'
mends=$last
sed -i 's/return a(2)/return a(2) + elsewhere()/; 2a int elsewhere(void);' "$maker/arch/riscv/kernel/b.c"
patch_is 'riscv: use what nobody defines'
links=$last
drop_last
patch_is 'riscv: use it no more'
sed -i 's/^int a(int n)$/int a(int n, int unused)/; s/a(int n);/a(int n, int unused);/' "$maker"/arch/riscv/{kernel/a.c,include/asm/a.h}
sed -i 's/a(2)/a(2, 2)/; s/a(b(1))/a(b(1), 1)/' "$maker/arch/riscv/kernel/b.c" "$maker/init/main.c"
patch_is 'riscv: add an argument that is not used'
unused=$last
printf '\nint shared;\n' | in_a
patch_is 'riscv: add a variable that is not declared'
sparse=$last
in_a <<'END'

/**
 * thrice() - three times
 * @m: the wrong name
 *
 * Return: that
 */
static inline int thrice(int n)
{
	return 3 * n;
}
END
patch_is 'riscv: describe an argument that is not there'
kernel_doc=$last
in_a <<'END'

static inline int abs_of(int n)
{
	if (n < 0) {
		n = -n;
	};
	return n;
}
END
patch_is 'riscv: add a semicolon too many'
cocci=$last

begin_stage second
sed -i '/endif/i static int half(int n)\n{\n\treturn n / 2;\n}\n' "$maker/arch/riscv/include/asm/a.h"
patch_is 'riscv: add a function to a header that is not inline'
header=$last
drop_last
echo x >"$maker/arch/riscv/kernel/a.c.orig"
patch_is 'riscv: leave a stray file'
stray=$last
printf 'int a;\r\n' >"$maker/arch/riscv/kernel/crlf.h"
patch_is 'riscv: end a line in CRLF'
crlf=$last
chmod +x "$maker/arch/riscv/kernel/b.c"
patch_is 'riscv: change a mode'
mode=$last
chmod -x "$maker/arch/riscv/kernel/b.c"
printf '/* SPDX-License-Identifier: GPL-2.0 */\nmodule_param(speed, int, 0444);\n' >"$maker/arch/riscv/kernel/param.h"
patch_is 'riscv: add a parameter without a word'
param=$last
sed -i 's/n + 1/n+1/' "$maker/arch/riscv/kernel/a.c"
patch_is 'riscv: space out'
style=$last
sed -n '/^int a(/,/^}/p' "$maker/arch/riscv/kernel/a.c" >"$work/moved"
sed -i '/^int a(/,/^}/d' "$maker/arch/riscv/kernel/a.c"
cat "$work/moved" >>"$maker/arch/riscv/kernel/a.c"
patch_is 'riscv: move what is badly spaced'
moved=$last
# what quilt keeps of it, in .pc, is nobody's Kconfig
echo '# another word' >>"$maker/arch/other/Kconfig"
patch_is 'other: change what has an option of that name'
printf 'config OPS\n\tbool\n' >>"$maker/Kconfig"
# shellcheck disable=SC2016 # make's
echo 'obj-$(CONFIG_OPS) += ops.o' >>"$maker/arch/riscv/kernel/Makefile"
printf '// SPDX-License-Identifier: GPL-2.0\nstatic int idle;\n' >"$maker/arch/riscv/kernel/ops.c"
patch_is 'riscv: warn where the option is on'
option=$last
sed -i 's/^\tbool$/\tbool "ops"/' "$maker/Kconfig"
patch_is 'riscv: make the option selectable'
switch=$last
sed -i 's/^static int idle;/static int idle = 1;/' "$maker/arch/riscv/kernel/ops.c"
patch_is 'no prefix: is here but this subject is a lot longer than the seventy characters that there may be'
long=$last
echo '/* the last */' >>"$maker/arch/riscv/kernel/ops.c"
patch_is 'riscv: say nothing'
nothing=$last
printf 'a\0b' >"$maker/arch/riscv/kernel/binary.h"
patch_is 'riscv: add a binary'
binary=$last
sed -i '/^Subject/d; /^Because/d' "$PVOPS_QUEUE/patches/$nothing"

lint
said 'findings: exit status 1, and they are named' 1 "$nothing" 'not inline, in a header'
ok 'a row a patch' [ "$(wc -l <"$PVOPS_BUILD/results/lint.tsv")" = $(($(grep -c '\.patch$' "$PVOPS_QUEUE/series") + 1)) ]
ok 'all but the binary apply' [ "$(cut -f 2 "$PVOPS_BUILD/results/lint.tsv" | sed 1d | uniq | paste -sd ' ')" = 'clean conflict' ]
ok 'a patch without fault has no finding' [ "$(cell "$clean" result)" = ok ]
only_finds 'the build broken in the middle' "$breaks" off,sparse "expected ';' before"
ok 'the next patch mends it: no finding' [ "$(cell "$mends" result)" = ok ]
only_finds 'a name that nobody defines: only the linker sees it' "$links" off 'undefined reference to `elsewhere'
only_finds 'a new warning' "$unused" off "unused parameter 'unused'"
ok 'the old ones do not count' [ "$(cell "$unused" off)" = 1 ]
only_finds 'sparse' "$sparse" sparse "symbol 'shared' was not declared"
only_finds 'kernel-doc' "$kernel_doc" kernel-doc "Excess function parameter 'm'"
only_finds 'coccinelle' "$cocci" cocci 'Unneeded semicolon'
only_finds 'a static function in a header' "$header" files,off,on 'not inline, in a header: static int half(int n)'
only_finds 'a stray file' "$stray" files,checkpatch 'a.c.orig: stray'
only_finds 'CRLF' "$crlf" files,checkpatch '1 lines end in CRLF'
only_finds 'a binary' "$binary" files,checkpatch 'binary'
only_finds 'a mode' "$mode" files,checkpatch 'b.c: mode 100644 becomes 100755'
only_finds 'a module_param without description' "$param" files,checkpatch 'module_param speed without MODULE_PARM_DESC'
only_finds 'checkpatch' "$style" checkpatch 'SPACING'
ok 'not where the line is only moved' [ "$(cell "$moved" checkpatch)" = 0 ]
only_finds 'an option that cannot be chosen yet is compiled on' "$option" on,checkpatch "'idle' defined but not used"
ok 'not off' [ "$(cell "$option" off)" = 0 ]
ok 'once it can be chosen there is nothing new' [ "$(cell "$switch" on)" = 0 ]
only_finds 'a subject too long' "$long" head 'characters, more than 70'
only_finds 'no subject' "$nothing" head,checkpatch 'no subject'
ok 'and no body' grep -qF "$nothing: head: no body that says why" <<<"$log"

# what is known is not done again
ran() { [ -e "$PVOPS_BUILD/logs/last/build-off" ]; }
all_known() { [ "$status" = 1 ] && ! ran; }
lint
ok 'a second run does nothing' all_known
ok 'and finds the same' [ "$log" = "$(cat "$PVOPS_BUILD/logs/last/lint-patches")" ]
sed -i 's/^Because.*/For a better reason./' "$PVOPS_QUEUE/patches/$clean"
lint
ok 'another word in a message compiles nothing' all_known
sed -i '/^For a better reason/d' "$PVOPS_QUEUE/patches/$clean"
lint
ok 'no word at all is found' [ "$(cell "$clean" head)" = 1 ]
