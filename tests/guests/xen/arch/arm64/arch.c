// SPDX-License-Identifier: GPL-2.0
/* Exceptions, paging (VMSAv8-64, 4 KiB, 39 bits), PSCI, and as much of a GICv3 as one private interrupt needs. */
#include "xt.h"

#define PTE_VALID	(1UL << 0)
#define PTE_TABLE	(1UL << 1)	/* or a page, at the last level */
#define PTE_ATTR(n)	((unsigned long)(n) << 2)
#define PTE_EL0		(1UL << 6)
#define PTE_RO		(1UL << 7)
#define PTE_INNER	(3UL << 8)	/* shareable */
#define PTE_AF		(1UL << 10)

#define MAIR		0x04ffUL	/* 0: memory, written back; 1: device */
/* 39 bits from TTBR0, tables in write-back memory, inner shareable; nothing from TTBR1 */
#define TCR		(25UL | 1UL << 8 | 1UL << 10 | 3UL << 12 | 1UL << 23)
#define SCTLR_ON	(1UL << 0 | 1UL << 2 | 1UL << 12)
#define SCTLR_OFF	(1UL << 1 | 1UL << 19)	/* alignment checks, writable is not executable */

#define PSCI_CPU_ON	0xc4000003UL
#define PSCI_OFF	0x84000008UL

#define GICD_CTLR	0x0000UL
#define GICR_TYPER	0x0008UL
#define GICR_WAKER	0x0014UL
#define GICR_FRAME	0x20000UL
#define GICR_SGI	0x10000UL
#define GICR_IGROUPR0	(GICR_SGI + 0x080)
#define GICR_ISENABLER0	(GICR_SGI + 0x100)
#define GICR_PRIORITY	(GICR_SGI + 0x400)
#define ICC_PMR		S3_0_C4_C6_0
#define ICC_IAR1	S3_0_C12_C12_0
#define ICC_EOIR1	S3_0_C12_C12_1
#define ICC_SRE		S3_0_C12_C12_5
#define ICC_IGRPEN1	S3_0_C12_C12_7
#define sys_read_(reg)	sys_read(reg)
#define sys_write_(reg, v) sys_write(reg, v)

#define UART		0x22000000UL	/* GUEST_PL011_BASE of xen/arch-arm.h */

void exception(void);
void interrupt(void);
void unexpected(void);
void arch_vm_enable(void);
extern char secondary_entry[];
static uint64_t *root_table;

void unexpected(void)
{
	struct cpu *c = this_cpu();

	if (c->id) {		/* only the first one says something */
		c->lost = true;
		for (;;)
			arch_wait();
	}
	say("# unexpected exception: esr 0x%lx elr 0x%lx far 0x%lx\n", sys_read(esr_el1),
	    sys_read(elr_el1) - (unsigned long)_start, sys_read(far_el1));
	claim_abort();
}

void exception(void)
{
	struct cpu *c = this_cpu();

	if (!c->fixup)
		unexpected();
	sys_write(elr_el1, c->fixup);
	c->fixup = 0;
	c->faulted = true;
}

void interrupt(void)
{
	unsigned long id = sys_read_(ICC_IAR1) & 0xffffff;

	if (id == 16UL + machine.upcall_irq[1])
		upcall();
	if (id < 1020)
		sys_write_(ICC_EOIR1, id);
}

/* Each runs one instruction; where it faults, it goes on behind it. */
bool try_read(unsigned long addr, unsigned long *value)
{
	struct cpu *c = this_cpu();
	unsigned long v = 0;

	c->faulted = false;
	asm volatile("adr x9, 1f\n\tstr x9, [%2]\n\tldr %0, [%1]\n1:\tstr xzr, [%2]"
		     : "+&r"(v) : "r"(addr), "r"(&c->fixup) : "x9", "memory");
	if (value)
		*value = v;
	return !c->faulted;
}

bool try_write(unsigned long addr, unsigned long value)
{
	struct cpu *c = this_cpu();

	c->faulted = false;
	asm volatile("adr x9, 1f\n\tstr x9, [%2]\n\tstr %0, [%1]\n1:\tstr xzr, [%2]"
		     : : "r"(value), "r"(addr), "r"(&c->fixup) : "x9", "memory");
	return !c->faulted;
}

uint64_t arch_pte_table(unsigned long pa)
{
	return pa | PTE_TABLE | PTE_VALID;
}

uint64_t arch_pte(unsigned long pa, unsigned int how, int level)
{
	return pa | PTE_VALID | (level ? 0 : PTE_TABLE) | PTE_AF | PTE_INNER | PTE_ATTR(how & VM_DEVICE ? 1 : 0) |
		(how & VM_RO ? PTE_RO : 0) | (how & VM_USER ? PTE_EL0 : 0);
}

void arch_vm_flush(void)
{
	asm volatile("dsb ish\n\ttlbi vmalle1is\n\tdsb ish\n\tisb" : : : "memory");
}

void arch_vm_enable(void)
{
	unsigned long size = sys_read(id_aa64mmfr0_el1) & 7;

	sys_write(mair_el1, MAIR);
	sys_write(tcr_el1, TCR | (size > 5 ? 5 : size) << 32);
	sys_write(ttbr0_el1, root_table);
	arch_vm_flush();
	sys_write(sctlr_el1, (sys_read(sctlr_el1) & ~SCTLR_OFF) | SCTLR_ON);
}

void arch_vm_on(uint64_t *root)
{
	root_table = root;
	arch_vm_enable();
}

static void write32(unsigned long addr, uint32_t v)
{
	asm volatile("str %w0, [%1]" : : "r"(v), "r"(addr) : "memory");
}

static uint32_t read32(unsigned long addr)
{
	uint32_t v;

	asm volatile("ldr %w0, [%1]" : "=r"(v) : "r"(addr) : "memory");
	return v;
}

/* This CPU's redistributor: the one with its affinity */
static unsigned long redistributor(void)
{
	unsigned long at = machine.gic[1].base, mpidr = sys_read(mpidr_el1);

	while (read32(at + GICR_TYPER + 4) != ((mpidr & 0xffffff) | (mpidr >> 8 & 0xff000000)))
		at += GICR_FRAME;
	return at;
}

void arch_upcall_on(void)
{
	unsigned int irq = 16 + machine.upcall_irq[1];
	unsigned long gicr;

	if (!machine.gic[1].base || !machine.nr_hypervisor)
		return;
	write32(machine.gic[0].base + GICD_CTLR, 0x12);	/* group 1, affinity routing */
	gicr = redistributor();
	write32(gicr + GICR_WAKER, 0);
	write32(gicr + GICR_IGROUPR0, -1U);
	write32(gicr + GICR_PRIORITY + (irq & ~3U), 0xa0a0a0a0);
	write32(gicr + GICR_ISENABLER0, 1U << irq);
	sys_write_(ICC_SRE, sys_read_(ICC_SRE) | 1);
	sys_write_(ICC_PMR, 0xff);
	sys_write_(ICC_IGRPEN1, 1);
}

/* Clearing evtchn_upcall_pending is enough here. */
void arch_upcall_ack(void)
{
}

static long psci(unsigned long fn, unsigned long a, unsigned long b, unsigned long c)
{
	register unsigned long r0 asm("x0") = fn;
	register unsigned long r1 asm("x1") = a;
	register unsigned long r2 asm("x2") = b;
	register unsigned long r3 asm("x3") = c;

	asm volatile("hvc #0" : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3) : : "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11",
		     "x12", "x13", "x14", "x15", "x16", "x17", "memory");
	return r0;
}

long arch_cpu_start(int n, struct cpu *c)
{
	return psci(PSCI_CPU_ON, machine.cpu_id[n], (unsigned long)secondary_entry, (unsigned long)c);
}

void arch_putc(char c)
{
	if (!is_dom0)
		write32(UART, c);
}

void arch_off(void)
{
	psci(PSCI_OFF, 0, 0, 0);
}
