# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# A made-up kernel tree that can be compiled in no time, and what makes series of edits to it. Its Makefile stands for
# Kbuild as far as lint asks it; checkpatch, kernel-doc and one semantic patch are the kernel's own.

. "$(dirname "${BASH_SOURCE[0]}")/made-up.sh"
export PVOPS_CONFIGS=$work/configs
unset PVOPS_LOGS	# the logs of what is tested are its own
kernel=${PVOPS_KERNEL_SRC:-${tap_top}/build/linux-src}
maker=$work/maker

# write FILE: stdin, in the tree
write() { mkdir -p "$work/tree/$(dirname "$1")"; cat >"$work/tree/$1"; }

make_lint_tree() {
	local f
	make_tree "$work/tree" 7.3.4
	rm "$work/tree/arch/riscv/kernel/entry.S" "$work/tree"/init/*
	for f in COPYING CREDITS Kbuild MAINTAINERS README; do : | write $f; done
	for f in Documentation include drivers fs ipc kernel lib; do mkdir -p "$work/tree/$f"; done
	(cd "$kernel" && cp -a --parents scripts/checkpatch.pl scripts/spelling.txt scripts/const_structs.checkpatch \
		scripts/kernel-doc tools/docs/kernel-doc tools/lib/python scripts/coccinelle/misc/semicolon.cocci "$work/tree")
	find "$work/tree" -name __pycache__ -prune -exec rm -rf {} +
	make_build_files
	make_sources
	mkdir -p "$PVOPS_CONFIGS"
	echo CONFIG_SMALL=y >"$PVOPS_CONFIGS/small.config"
	echo CONFIG_OPS=y >"$PVOPS_CONFIGS/second.config"
}

# An option is taken if there is a prompt for it; an object is compiled again if anything changed.
make_build_files() {
	cat >>"$work/tree/Makefile" <<'END'
-include $(O)/.config
include arch/riscv/kernel/Makefile
objects := $(addprefix $(O)/arch/riscv/kernel/,$(obj-y))
options := $(foreach c,$(filter CONFIG_%,$(.VARIABLES)),-D$(c)=1)
flags = -Wall $(if $(W),-Wextra) $(options) -Iarch/riscv/include -Wp,-MMD,$(@D)/.$(@F).d
arch/riscv/: $(objects) ;
init/main.o: $(O)/init/main.o ;
vmlinux: $(objects) $(O)/init/main.o
	$(CROSS_COMPILE)gcc -nostdlib -static -Wl,-e,start -o $(O)/$@ $^
$(O)/%.o: %.c $(O)/.config $(wildcard arch/riscv/include/asm/*.h)
	@mkdir -p $(@D)
	@echo 'source_$* := $(CURDIR)/$<' >$(@D)/.$(@F).cmd
	$(if $(C),$(CHECK) $(CF) $(flags) $<)
	$(CC) $(flags) -ffreestanding -c -o $@ $<
END
	echo 'obj-y += a.o b.o' | write arch/riscv/kernel/Makefile
	printf 'config SMALL\n\tbool "small"\n' | write Kconfig
	printf 'config OPS\n\tbool "ops"\n' | write arch/other/Kconfig
	write scripts/kconfig/merge_config.sh <<-'END'
	#!/bin/sh
	out=$3
	shift 3
	grep -q '^bad' Kconfig && { echo "Kconfig:1: syntax error"; exit 1; }
	: >"$out/.config"
	for line in $(grep -h ^CONFIG "$@"); do
		name=${line%=y}
		if grep -A 1 "^config ${name#CONFIG_}\$" Kconfig "${KBUILD_KCONFIG:-Kconfig}" | grep -q 'bool "'; then
			echo "$line" >>"$out/.config"
		else
			echo "WARNING: Value requested for $name not in final .config"
		fi
	done
	END
	printf '#!/bin/sh\necho 1\n' | write scripts/checker-valid.sh
	chmod +x "$work/tree"/scripts/{kconfig/merge_config,checker-valid}.sh
}

make_sources() {
	write arch/riscv/include/asm/a.h <<'END'
/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _ASM_RISCV_A_H
#define _ASM_RISCV_A_H

int a(int n);
int b(int n);

#endif /* _ASM_RISCV_A_H */
END
	write arch/riscv/kernel/a.c <<'END'
// SPDX-License-Identifier: GPL-2.0
#include <asm/a.h>

int a(int n)
{
	return n + 1;
}
END
	# with noise of its own, which is nobody's fault: an argument that is not used
	write arch/riscv/kernel/b.c <<'END'
// SPDX-License-Identifier: GPL-2.0
#include <asm/a.h>

int b(int n)
{
	return a(2);
}
END
	write init/main.c <<'END'
// SPDX-License-Identifier: GPL-2.0
#include <asm/a.h>

void start(void);
void start(void)
{
	a(b(1));
}
END
}

# begin_series: the queue, without patches; $maker is where edits are made
begin_series() {
	mkdir -p "$PVOPS_QUEUE/patches"
	printf '%s\n' VERSION=7.3.4 DEBIAN_PACKAGE= DEBIAN_SUITE= TARBALL= SHA256= >"$PVOPS_QUEUE/patches/BASE"
	cp -a "$work/tree" "$maker"
	git -C "$maker" init -q
	git -C "$maker" add -A -f
	git -C "$maker" commit -q -m base
	printf '# stage: none\n' >"$PVOPS_QUEUE/series"
	stage=none
}
begin_stage() { stage=$1; printf '\n# stage: %s\n' "$1" >>"$PVOPS_QUEUE/series"; count=0; }

# patch_is SUBJECT: what changed in $maker is the next patch of the stage; its name is in $last
patch_is() {
	git -C "$maker" add -A -f
	git -C "$maker" commit -q -m "$1" -m 'Because a test wants it.' --date '2026-01-02T03:04:05Z'
	count=$((count + 1))
	last=$stage/$(basename "$(git -C "$maker" format-patch --zero-commit --no-signature --no-numbered --abbrev=12 \
		--start-number $count -o "$PVOPS_QUEUE/patches/$stage" HEAD^)")
	echo "$last" >>"$PVOPS_QUEUE/series"
}

# cell PATCH COLUMN of the last run's table
cell() {
	awk -F '\t' -v patch="$1" -v column="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == column) c = i; next }
	$1 == patch { print $c }' "$PVOPS_BUILD/results/lint.tsv"
}

# only_finds NAME PATCH COLUMN[,COLUMN...] TEXT: the columns have findings, no other has, and the log has one with the text
only_finds() {
	local column fine=true n
	for column in head checkpatch files off on sparse cocci kernel-doc; do
		n=$(cell "$2" $column)
		if [[ ,$3, == *,$column,* ]]; then [[ $n == [1-9]* ]] || fine=false; else [[ $n == [0-] ]] || fine=false; fi
	done
	[ "$(cell "$2" result)" = BAD ] || fine=false
	grep -F "$2: " <<<"$log" | grep -qF -- "$4" || fine=false
	ok "$1" $fine || sed 's/^/# /' <(grep -F "$2" "$PVOPS_BUILD/results/lint.tsv") <(grep -F "$2: " <<<"$log")
}

# lint: all of the patches; what is said of them is in $log
lint() {
	run pvops lint --patches --kernel-source "$work/tree"
	log=$(cat "$PVOPS_BUILD/logs/last/lint-patches" 2>/dev/null)
}
