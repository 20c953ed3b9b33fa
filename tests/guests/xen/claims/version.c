// SPDX-License-Identifier: GPL-2.0
/* xen_version: every sub-op. */
#include "xt.h"

#define CANARY	0xa5

static unsigned char *buf;

/* The result with a buffer of which only the first bytes may be written */
static long answer_in(unsigned int op, unsigned long size)
{
	long err;

	buf = page_get();
	memset(buf, CANARY, PAGE_SIZE);
	err = version_op(op, buf);
	for (unsigned long i = size; i < PAGE_SIZE; i++)
		MUST(buf[i] == CANARY);
	return err;
}

/* How many bytes that are not 0 are behind the string's end */
static long behind_end(unsigned int op, unsigned long size)
{
	long n = 0;
	unsigned long i;

	MUST(answer_in(op, size) >= 0);
	i = strlen((char *)buf);
	MUST(i < size);
	for (; i < size; i++)
		n += buf[i] != 0;
	return n;
}

CLAIM("version.version", "XENVER_version returns major << 16 | minor; the ABI is that of major 4", 4)
{
	return version_op(XENVER_version, NULL) >> 16;
}

CLAIM("version.version.argument-ignored", "XENVER_version takes no argument: whatever is in its place is ignored", 4)
{
	return version_op(XENVER_version, AT_UNMAPPED) >> 16;
}

CLAIM("version.extraversion", "the version's rest is a string of 16 bytes, and no more is written", 0)
{
	return answer_in(XENVER_extraversion, sizeof(xen_extraversion_t));
}

CLAIM("version.extraversion.xsa-122",
      "XSA-122: behind the end of the string nothing of the hypervisor's memory is seen", 0)
{
	return behind_end(XENVER_extraversion, sizeof(xen_extraversion_t));
}

CLAIM("version.compile_info", "compile_info is 144 bytes, and no more is written", 0)
{
	return answer_in(XENVER_compile_info, sizeof(struct xen_compile_info));
}

CLAIM("version.compile_info.xsa-122",
      "XSA-122: all four strings of compile_info end, and behind their ends is nothing", 0)
{
	static const unsigned int at[] = { 0, 64, 80, 112, 144 };
	long n = 0;

	MUST(!answer_in(XENVER_compile_info, sizeof(struct xen_compile_info)));
	for (unsigned int f = 0; f < 4; f++) {
		unsigned int i = at[f] + strlen((char *)buf + at[f]);

		MUST(i < at[f + 1]);
		for (; i < at[f + 1]; i++)
			n += buf[i] != 0;
	}
	return n;
}

CLAIM("version.capabilities", "the capabilities are a string of at most 1024 bytes", 0)
{
	return answer_in(XENVER_capabilities, sizeof(xen_capabilities_info_t));
}

CLAIM("version.capabilities.names", "the capabilities begin with a kind of guest: xen-3.0-", 0)
{
	static const char want[] = "xen-3.0-";

	MUST(!answer_in(XENVER_capabilities, sizeof(xen_capabilities_info_t)));
	buf[sizeof(want) - 1] = 0;
	return strcmp((char *)buf, want);
}

CLAIM("version.changeset", "the changeset is a string of at most 64 bytes", 0)
{
	return answer_in(XENVER_changeset, sizeof(xen_changeset_info_t));
}

CLAIM("version.changeset.xsa-122", "XSA-122: the same of the changeset", 0)
{
	return behind_end(XENVER_changeset, sizeof(xen_changeset_info_t));
}

CLAIM("version.commandline", "the command line is a string of at most 1024 bytes", 0)
{
	return answer_in(XENVER_commandline, sizeof(xen_commandline_t));
}

CLAIM("version.commandline.denied", "who may not see it gets another string, <denied>, and no error", 0)
{
	if (is_dom0)
		return skip("the initial domain may see it");
	MUST(!answer_in(XENVER_commandline, sizeof(xen_commandline_t)));
	return strcmp((char *)buf, "<denied>");
}

CLAIM("version.platform_parameters", "platform_parameters is one number, and no more is written", 0)
{
	return answer_in(XENVER_platform_parameters, sizeof(struct xen_platform_parameters));
}

CLAIM("version.get_features",
      "submap 0 of the features: frame numbers are the guest's own (auto_translated_physmap)", 1)
{
	struct xen_feature_info info = { .submap_idx = 0 };

	MUST(!version_op(XENVER_get_features, &info));
	return info.submap >> XENFEAT_auto_translated_physmap & 1;
}

CLAIM("version.get_features.writable_page_tables", "page tables are the guest's own: writable_page_tables", 1)
{
	struct xen_feature_info info = { .submap_idx = 0 };

	MUST(!version_op(XENVER_get_features, &info));
	return info.submap >> XENFEAT_writable_page_tables & 1;
}

CLAIM("version.get_features.x86", "no feature of x86 alone", 0)
{
	struct xen_feature_info info = { .submap_idx = 0 };

	MUST(!version_op(XENVER_get_features, &info));
	return info.submap & (1 << XENFEAT_supervisor_mode_kernel | 1 << XENFEAT_hvm_callback_vector |
			      1 << XENFEAT_hvm_pirqs);
}

CLAIM("version.get_features.dom0", "the feature dom0 is that of the initial domain", is_dom0)
{
	struct xen_feature_info info = { .submap_idx = 0 };

	MUST(!version_op(XENVER_get_features, &info));
	return info.submap >> XENFEAT_dom0 & 1;
}

CLAIM("version.get_features.direct-map", "exactly one of direct_mapped and not_direct_mapped is said", 1)
{
	struct xen_feature_info info = { .submap_idx = 0 };

	MUST(!version_op(XENVER_get_features, &info));
	return (info.submap >> XENFEAT_direct_mapped & 1) + (info.submap >> XENFEAT_not_direct_mapped & 1);
}

CLAIM("version.get_features.submap-1", "there is no second submap", -XEN_EINVAL)
{
	struct xen_feature_info info = { .submap_idx = XENFEAT_NR_SUBMAPS };

	return version_op(XENVER_get_features, &info);
}

CLAIM("version.get_features.submap-huge", "nor a last one", -XEN_EINVAL)
{
	struct xen_feature_info info = { .submap_idx = -1U };

	return version_op(XENVER_get_features, &info);
}

CLAIM("version.get_features.crossing", "an argument across the end of a page is read and written in both", 0)
{
	struct xen_feature_info *info = crossing(sizeof(*info)), whole = { 0 };

	memset(info, 0, sizeof(*info));
	MUST(!version_op(XENVER_get_features, &whole));
	MUST(!version_op(XENVER_get_features, info));
	return info->submap != whole.submap;
}

CLAIM("version.get_features.read-only", "a result cannot be written to a read-only page", -XEN_EFAULT)
{
	return version_op(XENVER_get_features, AT_RO);
}

CLAIM("version.get_features.user-page", "a page that user mode may use as well is the kernel's too", 0)
{
	memset((void *)AT_RW, 0, 8);
	return version_op(XENVER_get_features, AT_USER);
}

CLAIM("version.pagesize", "hypercalls count in pages of 4096 bytes", 4096)
{
	return version_op(XENVER_pagesize, NULL);
}

CLAIM("version.pagesize.argument", "pagesize wants no argument", -XEN_EINVAL)
{
	return version_op(XENVER_pagesize, page_get());
}

CLAIM("version.guest_handle", "the domain's UUID has 16 bytes, and no more is written", 0)
{
	return answer_in(XENVER_guest_handle, sizeof(xen_domain_handle_t));
}

CLAIM("version.extraversion.unaligned", "strings are written at any address", 0)
{
	char *p = page_get();

	return version_op(XENVER_extraversion, p + 3);
}

CLAIM("version.changeset.crossing", "a string across the end of a page is the same string", 0)
{
	char *p = crossing(sizeof(xen_changeset_info_t)), *q = page_get();

	memset(p, CANARY, sizeof(xen_changeset_info_t));
	MUST(!version_op(XENVER_changeset, p));
	MUST(!version_op(XENVER_changeset, q));
	for (unsigned int i = 0; i < sizeof(xen_changeset_info_t); i++)
		MUST(p[i] == q[i]);
	return 0;
}

CLAIM("version.build_id.too-small", "a build id that does not fit is refused, or there is none, or it is not shown", 1)
{
	struct xen_build_id *id = page_get();
	long err;

	id->len = 1;
	err = version_op(XENVER_build_id, id);
	return err == -XEN_ENOBUFS || err == -XEN_ENODATA || err == -XEN_EPERM;
}

CLAIM("version.op.32-bit", "an op has 32 bits: the register's upper half is ignored", 4)
{
	return version_op(1UL << 32 | XENVER_version, NULL) >> 16;
}
