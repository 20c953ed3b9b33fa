# SPDX-License-Identifier: GPL-2.0
#
# A file that uses the operations includes their header: after the last header in asm/ that sorts before it.

BEGIN { ops = "asm/paravirt_ops.h"; mmu = "asm/paravirt_mmu.h" }
{ line[NR] = $0 }
match($0, /<asm\/[^>]*>/) && /^#include/ {
	header = substr($0, RSTART + 1, RLENGTH - 2)
	has[header]
	if (header < mmu)
		last = NR
}
/pv_(write_satp|flush_)/ { need = mmu }
/pv_/ && !need { need = ops }
END {
	# these have it from there
	there = ops in has || mmu in has || "asm/tlbflush.h" in has
	for (i = 1; i <= NR; i++) {
		print line[i]
		if (i == last && need && !there)
			print "#include <" need ">"
	}
}
