// SPDX-License-Identifier: GPL-2.0
/* Traps, paging (Sv39), the firmware, and the upcall as interfaces/hypercall-abi.rst has it. */
#include "xt.h"

#define SATP_SV39	(8UL << 60)
#define CAUSE_IRQ	(1UL << 63)

#define PTE_V		(1UL << 0)
#define PTE_R		(1UL << 1)
#define PTE_W		(1UL << 2)
#define PTE_X		(1UL << 3)
#define PTE_U		(1UL << 4)
#define PTE_A		(1UL << 6)
#define PTE_D		(1UL << 7)

#define SBI_HSM		0x48534dUL
#define SBI_SRST	0x53525354UL
#define SBI_PUTCHAR	1UL

void trap(void);
extern char secondary_entry[];
unsigned long secondary_satp;
static bool ack_by_call;

long sbi(unsigned long ext, unsigned long fid, unsigned long a, unsigned long b, unsigned long c, long *value)
{
	register unsigned long r0 asm("a0") = a;
	register unsigned long r1 asm("a1") = b;
	register unsigned long r2 asm("a2") = c;
	register unsigned long r6 asm("a6") = fid;
	register unsigned long r7 asm("a7") = ext;

	asm volatile("ecall" : "+r"(r0), "+r"(r1) : "r"(r2), "r"(r6), "r"(r7) : "memory");
	if (value)
		*value = r1;
	return r0;
}

static void unexpected(unsigned long cause)
{
	struct cpu *c = this_cpu();

	if (c->id) {		/* only the first one says something */
		c->lost = true;
		for (;;)
			arch_wait();
	}
	say("# unexpected trap: cause 0x%lx sepc 0x%lx stval 0x%lx\n", cause, csr_read(sepc) - (unsigned long)_start,
	    csr_read(stval));
	claim_abort();
}

void trap(void)
{
	struct cpu *c = this_cpu();
	unsigned long cause = csr_read(scause);

	if (cause == (CAUSE_IRQ | machine.upcall_irq[0])) {
		upcall();
		return;
	}
	if (!c->fixup || cause & CAUSE_IRQ)
		unexpected(cause);
	csr_write(sepc, c->fixup);
	c->fixup = 0;
	c->faulted = true;
}

/* Each runs one instruction; where it traps, it goes on behind it. */
bool try_read(unsigned long addr, unsigned long *value)
{
	unsigned long v = 0;

	this_cpu()->faulted = false;
	asm volatile("lla t6, 1f\n\tsd t6, 0(tp)\n\tld %0, 0(%1)\n1:\tsd zero, 0(tp)" : "+r"(v) : "r"(addr) : "t6", "memory");
	if (value)
		*value = v;
	return !this_cpu()->faulted;
}

bool try_write(unsigned long addr, unsigned long value)
{
	this_cpu()->faulted = false;
	asm volatile("lla t6, 1f\n\tsd t6, 0(tp)\n\tsd %0, 0(%1)\n1:\tsd zero, 0(tp)"
		     : : "r"(value), "r"(addr) : "t6", "memory");
	return !this_cpu()->faulted;
}

uint64_t arch_pte_table(unsigned long pa)
{
	return pa >> 12 << 10 | PTE_V;
}

uint64_t arch_pte(unsigned long pa, unsigned int how, int level)
{
	return pa >> 12 << 10 | PTE_V | PTE_R | PTE_A | PTE_D | (how & VM_RO ? 0 : PTE_W) | (how & VM_USER ? PTE_U : PTE_X);
}

void arch_vm_flush(void)
{
	asm volatile("sfence.vma" : : : "memory");
}

void arch_vm_on(uint64_t *root)
{
	secondary_satp = SATP_SV39 | (unsigned long)root >> 12;
	csr_write(satp, secondary_satp);
	arch_vm_flush();
}

unsigned long arch_ticks_per_second(void)
{
	return machine.timebase ?: 10000000;
}

void arch_upcall_on(void)
{
	ack_by_call = !strcmp(machine.upcall_ack, "hypercall");
	if (machine.nr_hypervisor)
		csr_write(sie, 1UL << machine.upcall_irq[0]);
}

void arch_upcall_ack(void)
{
	if (ack_by_call)
		hypercall1(__HYPERVISOR_riscv_op, RISCVOP_upcall_ack);
}

long arch_cpu_start(int n, struct cpu *c)
{
	return sbi(SBI_HSM, 0, machine.cpu_id[n], (unsigned long)secondary_entry, (unsigned long)c, NULL);
}

void arch_putc(char c)
{
	sbi(SBI_PUTCHAR, 0, c, 0, 0, NULL);
}

void arch_off(void)
{
	sbi(SBI_SRST, 0, 0, 0, 0, NULL);
}
