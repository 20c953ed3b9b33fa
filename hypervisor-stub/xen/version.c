// SPDX-License-Identifier: GPL-2.0
/* What the hypervisor is and can do. It has the ABI of a version of Xen, says which, and that it is another. */
#include "std.h"
#include "stub.h"
#include "xen.h"

long version_version(struct vcpu *v, void *arg)
{
	return XEN_MAJOR << 16 | XEN_MINOR;
}

long version_extraversion(struct vcpu *v, void *arg)
{
	snprintk(arg, sizeof(xen_extraversion_t), "-pvops");
	return 0;
}

/* By whom, where and when: not told, so that the same source gives the same stub. */
long version_compile_info(struct vcpu *v, void *arg)
{
	struct xen_compile_info *info = arg;

	snprintk(info->compiler, sizeof(info->compiler), "gcc %s", __VERSION__);
	return 0;
}

/* The version in it is that of the interface to guests, which is 3.0 since long. */
long version_capabilities(struct vcpu *v, void *arg)
{
	snprintk(arg, sizeof(xen_capabilities_info_t), "xen-3.0-riscv64 %s", have_h ? "hvm-3.0-riscv64 " : "");
	return 0;
}

long version_changeset(struct vcpu *v, void *arg)
{
	snprintk(arg, sizeof(xen_changeset_info_t), "pvops reference hypervisor");
	return 0;
}

long version_platform_parameters(struct vcpu *v, void *arg)
{
	struct xen_platform_parameters *p = arg;

	p->virt_start = v->domain->hvm ? 0 : STUB_VA_BASE;
	return 0;
}

/* Writable page tables in the sense of XENFEAT: what the guest writes into its own counts, nothing validates them. */
long version_get_features(struct vcpu *v, void *arg)
{
	struct xen_feature_info *f = arg;

	if (f->submap_idx >= XENFEAT_NR_SUBMAPS)
		return -XEN_EINVAL;
	f->submap = BIT(XENFEAT_memory_op_vnode_supported) | BIT(XENFEAT_writable_page_tables) |
		    BIT(XENFEAT_auto_translated_physmap) |
		    BIT(v->domain->cfg.direct_map ? XENFEAT_direct_mapped : XENFEAT_not_direct_mapped);
	if (domain_is_privileged(v->domain))
		f->submap |= BIT(XENFEAT_dom0);
	return 0;
}

long version_pagesize(struct vcpu *v, void *arg)
{
	return v->call.arg[1] ? -XEN_EINVAL : (long)PAGE_SIZE;
}

/* As Xen has it for domains that no toolstack has made: 0. */
long version_guest_handle(struct vcpu *v, void *arg)
{
	return 0;
}

long version_commandline(struct vcpu *v, void *arg)
{
	snprintk(arg, sizeof(xen_commandline_t), "%s", domain_is_privileged(v->domain) ? stub_options : "<denied>");
	return 0;
}

long version_build_id(struct vcpu *v, void *arg)
{
	u64 handle = v->call.arg[1];
	u32 len;

	if (!domain_is_privileged(v->domain))
		return -XEN_EPERM;
	if (handle) {
		if (copy_from_guest(v, &len, handle, sizeof(len)))
			return -XEN_EFAULT;
		if (!len)
			return -XEN_EINVAL;
	}
	return -XEN_ENODATA;
}
