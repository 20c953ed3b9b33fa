// SPDX-License-Identifier: GPL-2.0
/* The console's device, from /chosen/stdout-path: 16550 and SiFive UARTs; else the firmware's console. */
#include <libfdt.h>
#include "fdt_util.h"
#include "std.h"
#include "stub.h"

#define NS_DATA		0
#define NS_LSR		5
#define NS_LSR_RX	BIT(0)
#define NS_LSR_TX_EMPTY	BIT(5)
#define SIFIVE_TXDATA	0
#define SIFIVE_RXDATA	1
#define SIFIVE_BUSY	BIT(31)

static volatile u8 *regs;
static u64 reg_shift;
static bool wide;		/* 16550 with 32-bit registers */

static u32 ns_read(unsigned int reg)
{
	volatile u8 *p = regs + (reg << reg_shift);

	return wide ? *(volatile u32 *)p : *p;
}

static void ns_write(unsigned int reg, u8 val)
{
	volatile u8 *p = regs + (reg << reg_shift);

	if (wide)
		*(volatile u32 *)p = val;
	else
		*p = val;
}

static void ns_putc(char c)
{
	while (!(ns_read(NS_LSR) & NS_LSR_TX_EMPTY))
		;
	ns_write(NS_DATA, c);
}

static int ns_getc(void)
{
	return ns_read(NS_LSR) & NS_LSR_RX ? (int)(ns_read(NS_DATA) & 0xff) : -1;
}

static void sifive_putc(char c)
{
	volatile u32 *r = (volatile u32 *)regs;

	while (r[SIFIVE_TXDATA] & SIFIVE_BUSY)
		;
	r[SIFIVE_TXDATA] = (u8)c;
}

static int sifive_getc(void)
{
	u32 v = ((volatile u32 *)regs)[SIFIVE_RXDATA];

	return v & SIFIVE_BUSY ? -1 : (int)(v & 0xff);
}

static void (*putc)(char c) = sbi_console_putc;
static int (*getc)(void) = sbi_console_getc;

void uart_putc(char c)
{
	putc(c);
}

int uart_getc(void)
{
	return getc();
}

/* The node that /chosen/stdout-path means: a path or an alias, with settings behind a colon. */
int stdout_node(void)
{
	const char *path = fdt_read_string(machine_fdt, fdt_path_offset(machine_fdt, "/chosen"), "stdout-path");
	const char *colon;

	if (!path)
		return -1;
	colon = strchr(path, ':');
	return fdt_path_offset_namelen(machine_fdt, path, colon ? (int)(colon - path) : (int)strlen(path));
}

void uart_init(void)
{
	int node = stdout_node();
	char how[8];
	const char *forced = option_value("console", how, sizeof(how));
	u64 addr, size, width = 1;
	bool sifive = fdt_is(machine_fdt, node, "sifive,uart0");

	if ((forced && !strcmp(forced, "sbi")) || node < 0 || !fdt_address_is_plain(node) ||
	    !fdt_read_reg(machine_fdt, node, 0, &addr, &size))
		return;
	if (!sifive && !fdt_is(machine_fdt, node, "ns16550a") && !fdt_is(machine_fdt, node, "ns16550") &&
	    !fdt_is(machine_fdt, node, "snps,dw-apb-uart"))
		return;
	fdt_read_number(machine_fdt, node, "reg-shift", &reg_shift);
	fdt_read_number(machine_fdt, node, "reg-io-width", &width);
	wide = width == 4;
	regs = map_device(addr, size);
	if (!regs)
		return;
	putc = sifive ? sifive_putc : ns_putc;
	getc = sifive ? sifive_getc : ns_getc;
}
