// SPDX-License-Identifier: GPL-2.0
/* The device tree of a domain: its memory, its vCPUs with the ISA they may use, and what to boot. */
#include <libfdt.h>
#include "domain.h"
#include "std.h"
#include "stub.h"
#include "xen.h"

#define INTC_PHANDLE(cpu)	((cpu) + 1)
#define XEN_PHANDLE		INTC_PHANDLE(MAX_VCPUS)	/* the hypervisor's node */
#define PIRQ_CELLS		2	/* the pirq and how it is triggered */

/* One failing step makes all later ones nothing, so that they need no checks of their own. */
#define TRY(step) do { if (!err) err = (step); } while (0)

/* From the ISA string: "rv64imac_zba" becomes "i", "m", "a", "c", "zba", each with its end. */
static int isa_extensions(char *out, const char *isa)
{
	char *p = out;

	for (isa += 4; *isa && *isa != '_'; isa++) {
		*p++ = *isa;
		*p++ = 0;
	}
	while (*isa++ == '_') {
		while (*isa && *isa != '_')
			*p++ = *isa++;
		*p++ = 0;
	}
	return p - out;
}

static int add_intc(void *fdt, unsigned int phandle)
{
	int err = fdt_begin_node(fdt, "interrupt-controller");

	TRY(fdt_property_u32(fdt, "#interrupt-cells", 1));
	TRY(fdt_property(fdt, "interrupt-controller", NULL, 0));
	TRY(fdt_property_string(fdt, "compatible", "riscv,cpu-intc"));
	TRY(fdt_property_u32(fdt, "phandle", phandle));
	TRY(fdt_end_node(fdt));
	return err;
}

static int add_cpu(void *fdt, const struct domain *d, unsigned int id)
{
	static const char *const mmu[] = { "riscv,sv39", "riscv,sv48", "riscv,sv57" };
	char name[16], isa[512], list[2 * sizeof(isa)];	/* a letter takes two bytes */
	int err = 0;

	guest_isa_string(isa, sizeof(isa), machine_isa(), d->hvm);
	snprintk(name, sizeof(name), "cpu@%x", id);
	TRY(fdt_begin_node(fdt, name));
	TRY(fdt_property_string(fdt, "device_type", "cpu"));
	TRY(fdt_property_string(fdt, "compatible", "riscv"));
	TRY(fdt_property_u32(fdt, "reg", id));
	TRY(fdt_property_string(fdt, "status", "okay"));
	TRY(fdt_property_string(fdt, "riscv,isa", isa));
	TRY(fdt_property_string(fdt, "riscv,isa-base", "rv64i"));
	TRY(fdt_property(fdt, "riscv,isa-extensions", list, isa_extensions(list, isa)));
	TRY(fdt_property_string(fdt, "mmu-type", mmu[d->cfg.levels - 3]));
	TRY(add_intc(fdt, INTC_PHANDLE(id)));
	TRY(fdt_end_node(fdt));
	return err;
}

static int add_cpus(void *fdt, const struct domain *d)
{
	int err = fdt_begin_node(fdt, "cpus");

	TRY(fdt_property_u32(fdt, "#address-cells", 1));
	TRY(fdt_property_u32(fdt, "#size-cells", 0));
	TRY(fdt_property_u32(fdt, "timebase-frequency", timebase));
	for (unsigned int i = 0; i < d->nr_vcpus; i++)
		TRY(add_cpu(fdt, d, i));
	TRY(fdt_end_node(fdt));
	return err;
}

static int add_memory(void *fdt, const struct domain *d)
{
	fdt64_t reg[2] = { cpu_to_fdt64(d->ram_base), cpu_to_fdt64(d->cfg.memory) };
	char name[32];
	int err;

	snprintk(name, sizeof(name), "memory@%lx", d->ram_base);
	err = fdt_begin_node(fdt, name);
	TRY(fdt_property_string(fdt, "device_type", "memory"));
	TRY(fdt_property(fdt, "reg", reg, sizeof(reg)));
	TRY(fdt_end_node(fdt));
	return err;
}

static int add_chosen(void *fdt, const struct domain *d, u64 initrd_start, u64 initrd_end)
{
	int err = fdt_begin_node(fdt, "chosen");

	TRY(fdt_property_string(fdt, "bootargs", d->cfg.bootargs));
	if (initrd_start) {
		TRY(fdt_property_u64(fdt, "linux,initrd-start", initrd_start));
		TRY(fdt_property_u64(fdt, "linux,initrd-end", initrd_end));
	}
	TRY(fdt_end_node(fdt));
	return err;
}

/*
 * The hypervisor's node (interfaces/hypercall-abi.rst). Without AIA the only interrupt of a hvm guest that can be
 * asserted besides timer and software is the external one, and it stays until the stub
 * learns that the byte it is for is clear: so the guest says so. For a pv guest the stub looks.
 */
static int add_hypervisor(void *fdt, const struct domain *d)
{
	fdt64_t reg[4] = { cpu_to_fdt64(GRANT_WINDOW), cpu_to_fdt64(GRANT_WINDOW_SIZE), cpu_to_fdt64(EXTENDED_REGION),
			   cpu_to_fdt64(EXTENDED_REGION_SIZE) };
	int err = fdt_begin_node(fdt, "hypervisor");
	char compatible[24];
	unsigned int len;

	len = snprintk(compatible, sizeof(compatible), "xen,xen-%u.%u", XEN_MAJOR, XEN_MINOR) + 1;
	memcpy(compatible + len, "xen,xen", 8);
	TRY(fdt_property(fdt, "compatible", compatible, len + 8));
	TRY(fdt_property(fdt, "reg", reg, sizeof(reg)));
	TRY(fdt_property_u32(fdt, "interrupt-parent", INTC_PHANDLE(0)));
	TRY(fdt_property_u32(fdt, "interrupts", d->hvm ? IRQ_EXT : IRQ_UPCALL));
	TRY(fdt_property_string(fdt, "xen,upcall-ack", d->hvm ? "hypercall" : "none"));
	if (d->cfg.nr_passed) {
		TRY(fdt_property(fdt, "interrupt-controller", NULL, 0));
		TRY(fdt_property_u32(fdt, "#interrupt-cells", PIRQ_CELLS));
		TRY(fdt_property_u32(fdt, "#address-cells", 0));
		TRY(fdt_property_u32(fdt, "phandle", XEN_PHANDLE));
	}
	TRY(fdt_end_node(fdt));
	return err;
}

/* 0, or a libfdt error: the buffer is too small. initrd_start 0: there is none. */
int guest_fdt_build(const struct domain *d, void *buf, int size, u64 initrd_start, u64 initrd_end)
{
	int err = fdt_create(buf, size);

	TRY(fdt_finish_reservemap(buf));
	TRY(fdt_begin_node(buf, ""));
	TRY(fdt_property_u32(buf, "#address-cells", 2));
	TRY(fdt_property_u32(buf, "#size-cells", 2));
	TRY(fdt_property_string(buf, "compatible", "xen,xenvm"));
	TRY(fdt_property_string(buf, "model", "pvops reference hypervisor guest"));
	TRY(add_chosen(buf, d, initrd_start, initrd_end));
	TRY(add_memory(buf, d));
	TRY(add_cpus(buf, d));
	TRY(add_hypervisor(buf, d));
	TRY(devices_fdt(buf, d, XEN_PHANDLE));
	TRY(fdt_end_node(buf));
	TRY(fdt_finish(buf));
	return err;
}
