// SPDX-License-Identifier: GPL-2.0
/*
 * The platform-level interrupt controller (riscv-plic-spec 1.0.0). Its interrupts are all of domains that drive
 * devices; they come to the boot hart, which signals whose they are. An interrupt that is claimed comes again only
 * after it has been completed, which is when the domain says that it has seen to the device: so one that is
 * level-triggered needs no masking.
 */
#include <libfdt.h>
#include "csr.h"
#include "fdt_util.h"
#include "plic.h"
#include "stub.h"

#define PRIORITY(source)	((source) * 4UL)
#define ENABLE			0x2000UL
#define ENABLE_SIZE		0x80UL
#define CONTEXT			0x200000UL
#define CONTEXT_SIZE		0x1000UL
#define THRESHOLD		0
#define CLAIM			4

static int node = -1;
static u32 sources;
static u8 *priority, *enable, *context;

static u32 read_reg(u8 *reg)
{
	return READ_ONCE(*(u32 *)reg);
}

static void write_reg(u8 *reg, u32 value)
{
	/* What was told the device, or read of it, comes before. */
	asm_fence_io();
	WRITE_ONCE(*(u32 *)reg, value);
}

/* The phandle of the hart's own interrupt controller. */
static u32 intc_of(u64 hartid)
{
	int cpus = fdt_path_offset(machine_fdt, "/cpus"), cpu;
	u64 id, size;

	fdt_for_each_subnode(cpu, machine_fdt, cpus)
		if (fdt_read_reg(machine_fdt, cpu, 0, &id, &size) && id == hartid)
			return fdt_get_phandle(machine_fdt,
					       fdt_subnode_offset(machine_fdt, cpu, "interrupt-controller"));
	return 0;
}

/* The place in interrupts-extended of the external interrupt of the hart's S mode. Negative: there is none. */
static int context_of(int plic, u64 hartid)
{
	u32 intc = intc_of(hartid);
	int len;
	const fdt32_t *p = fdt_getprop(machine_fdt, plic, "interrupts-extended", &len);

	for (int i = 0; p && intc && i < len / 8; i++)
		if (fdt32_to_cpu(p[2 * i]) == intc && fdt32_to_cpu(p[2 * i + 1]) == IRQ_EXT)
			return i;
	return -1;
}

static int find(void)
{
	int plic = fdt_node_offset_by_compatible(machine_fdt, -1, "sifive,plic-1.0.0");

	return plic >= 0 ? plic : fdt_node_offset_by_compatible(machine_fdt, -1, "riscv,plic0");
}

void plic_init(u64 boot_hartid)
{
	int plic = find(), ctx = plic < 0 ? -1 : context_of(plic, boot_hartid);
	u64 base, size, ndev;

	if (ctx < 0 || !fdt_address_is_plain(plic) || !fdt_read_reg(machine_fdt, plic, 0, &base, &size) ||
	    !fdt_read_number(machine_fdt, plic, "riscv,ndev", &ndev) || ndev >= PLIC_MAX ||
	    size < CONTEXT + (ctx + 1) * CONTEXT_SIZE)
		return;
	priority = map_device(base, PRIORITY(PLIC_MAX));
	enable = map_device(base + ENABLE + ctx * ENABLE_SIZE, ENABLE_SIZE);
	context = map_device(base + CONTEXT + ctx * CONTEXT_SIZE, CONTEXT_SIZE);
	if (!priority || !enable || !context)
		return;
	node = plic;
	sources = ndev + 1;
	for (u32 i = 0; i < sources; i += 32)
		write_reg(enable + i / 8, 0);
	write_reg(context + THRESHOLD, 0);
}

int plic_node(void)
{
	return node;
}

u32 plic_sources(void)
{
	return sources;
}

/* Under the event lock, as plic_complete(). */
void plic_enable(u32 source, bool on)
{
	u8 *word = enable + source / 32 * 4;
	u32 old = read_reg(word), bit = 1U << source % 32;

	write_reg(priority + PRIORITY(source), on);
	write_reg(word, on ? old | bit : old & ~bit);
}

/* A PLIC takes no notice of it unless the source is enabled. */
void plic_complete(u32 source)
{
	write_reg(context + CLAIM, source);
}

void plic_interrupt(void)
{
	u32 source;

	while ((source = read_reg(context + CLAIM)))
		pirq_raise(source);
}
