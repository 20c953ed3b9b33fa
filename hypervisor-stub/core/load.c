// SPDX-License-Identifier: GPL-2.0
/*
 * Puts kernel, initrd and device tree into a domain's memory: the kernel at its text_offset from the start,
 * the initrd at the end, the tree before it (Documentation/arch/riscv/boot.rst).
 */
#include "domain.h"
#include "lock.h"
#include "std.h"
#include "stub.h"

#define FDT_SIZE	(16UL << 10)
#define IMAGE_MAGIC2	0x05435352u	/* "RSC\x05" */

/* Documentation/arch/riscv/boot-image-header.rst */
struct image_header {
	u32 code[2];
	u64 text_offset;
	u64 image_size;
	u64 flags;
	u32 version, res1;
	u64 res2, magic;
	u32 magic2, res3;
};

/* A copy: a module may lie at an odd address. */
static bool read_header(const struct module *m, struct image_header *h)
{
	if (m->size < sizeof(*h))
		return false;
	memcpy(h, pa_to_va(m->start), sizeof(*h));
	return h->magic2 == IMAGE_MAGIC2;
}

/*
 * With noreboot a kernel is needed once: where it lies as a domain's memory must (2 MiB pieces), its memory
 * becomes the domain's and nothing is copied. Returns the machine address of the piece at offset off, or 0.
 */
paddr_t load_piece_in_place(const struct domain *d, u64 off)
{
	const struct module *m = &d->cfg.kernel;
	struct image_header h;

	if (!d->cfg.give_kernel || !read_header(m, &h) || !IS_ALIGNED(m->start, SZ_2M) ||
	    !IS_ALIGNED(h.text_offset, SZ_2M) || off < h.text_offset || off - h.text_offset + SZ_2M > m->size)
		return 0;
	return m->start + (off - h.text_offset);
}

static void copy_kernel(struct domain *d, u64 entry)
{
	const struct module *m = &d->cfg.kernel;
	u64 off = 0;

	while (load_piece_in_place(d, entry - d->ram_base + off))
		off += SZ_2M;
	p2m_copy_to(d, entry + off, pa_to_va(m->start + off), m->size - off);
}

static const char *load_kernel(struct domain *d, u64 *entry, u64 *end)
{
	const struct module *m = &d->cfg.kernel;
	struct image_header h;
	u64 size;

	if (!m->size)
		return "it has no kernel (no multiboot,kernel module)";
	if (!read_header(m, &h))
		return "its kernel is not a RISC-V Image (no magic number)";
	size = MAX(h.image_size, m->size);
	if (h.text_offset > d->cfg.memory || size > d->cfg.memory - h.text_offset)
		return "its kernel does not fit into its memory";
	*entry = d->ram_base + h.text_offset;
	*end = *entry + size;
	copy_kernel(d, *entry);
	return NULL;
}

/* One at a time: the tree's buffer is too large for a stack. */
static const char *load_tree(struct domain *d, u64 fdt, u64 initrd)
{
	static u8 buf[FDT_SIZE] __attribute__((aligned(8)));
	static spinlock_t lock;
	int err;

	spin_lock(&lock);
	err = guest_fdt_build(d, buf, sizeof(buf), d->cfg.ramdisk.size ? initrd : 0, initrd + d->cfg.ramdisk.size);
	if (!err)
		p2m_copy_to(d, fdt, buf, sizeof(buf));
	spin_unlock(&lock);
	return err ? "its device tree is larger than 16 KiB" : NULL;
}

const char *domain_load(struct domain *d, u64 *entry, u64 *fdt)
{
	const struct module *rd = &d->cfg.ramdisk;
	u64 top = d->ram_base + d->cfg.memory, kernel_end;
	const char *why = load_kernel(d, entry, &kernel_end);
	u64 initrd;

	if (why)
		return why;
	if (rd->size > top - kernel_end)
		return "its initrd does not fit into its memory";
	initrd = ALIGN_DOWN(top - rd->size, PAGE_SIZE);
	*fdt = initrd - FDT_SIZE;
	if (*fdt < kernel_end)
		return "its initrd does not fit into its memory";
	p2m_copy_to(d, initrd, pa_to_va(rd->start), rd->size);
	return load_tree(d, *fdt, initrd);
}
