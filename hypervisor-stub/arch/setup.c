// SPDX-License-Identifier: GPL-2.0
/* stub_main() is the boot order. */
#include "csr.h"
#include "domain.h"
#include "plic.h"
#include "smp.h"
#include "stub.h"
#include "xen.h"

bool have_h, have_sstc, have_fp;

/* menvcfg.STCE is the firmware's: a hart that has Sstc may still not let us use it. */
static bool probe_sstc(void)
{
	if (!have_h || !isa_has(machine_isa(), "sstc"))
		return false;
	csr_write(CSR_HENVCFG, HENVCFG_STCE);
	return csr_read(CSR_HENVCFG) & HENVCFG_STCE;
}

void stub_main(u64 hartid, paddr_t fdt) __noreturn;
void stub_main(u64 hartid, paddr_t fdt)
{
	char refuse[32];

	mm_init();
	machine_init(fdt);
	console_init();
	have_h = isa_has(machine_isa(), "h");
	have_fp = isa_has(machine_isa(), "d");
	if (isa_has(machine_isa(), "f") && !have_fp)
		panic("the harts have F without D: guests would see each other's registers");
	have_sstc = probe_sstc();
	time_init();
	smp_init_boot_hart(hartid);
	plic_init(hartid);
	hypercalls_refuse(option_value("refuse", refuse, sizeof(refuse)));
	domains_create();
	smp_boot(hartid);
	printk("harts %u, memory free %lu KiB, H %s, timer %s\n", nr_pcpus, memory_available() >> 10,
	       have_h ? "yes" : "no", have_sstc ? "sstc" : "sbi");
	domains_start();
	run_pcpu();
}
