/* SPDX-License-Identifier: MIT */
/*
 * __HYPERVISOR_xen_version: which hypervisor this is and what it can do. Any domain may ask. What a domain is not to
 * know is answered by an empty string or "<denied>", not by an error.
 *
 * Strings end with a 0 byte and fit into their array, always.
 */
#ifndef XEN_VERSION_H
#define XEN_VERSION_H

#include "xen.h"
#include "features.h"

/* No argument. Returns major << 16 | minor. A hypervisor that is not Xen returns the version whose ABI it has. */
#define XENVER_version			0

/* What follows major.minor when the version is printed, as ".4-rc1". */
#define XENVER_extraversion		1
typedef char xen_extraversion_t[16];
#define XEN_EXTRAVERSION_LEN		(sizeof(xen_extraversion_t))

#define XENVER_compile_info		2
struct xen_compile_info {
	char compiler[64];		/* the compiler and its version */
	char compile_by[16];		/* whose account, may be empty */
	char compile_domain[32];	/* on which network, may be empty */
	char compile_date[32];		/* when, may be empty */
};

/*
 * The kinds of guests that can be started, each followed by a blank: kind "-" major "." minor "-" architecture, where
 * kind is xen or hvm.
 */
#define XENVER_capabilities		3
typedef char xen_capabilities_info_t[1024];
#define XEN_CAPABILITIES_INFO_LEN	(sizeof(xen_capabilities_info_t))

#define XENVER_changeset		4
typedef char xen_changeset_info_t[64];
#define XEN_CHANGESET_INFO_LEN		(sizeof(xen_changeset_info_t))

/* Where the hypervisor begins in the guest's address space; 0 where it has no part in it that the guest must know. */
#define XENVER_platform_parameters	5
struct xen_platform_parameters {
	xen_ulong_t virt_start;		/* OUT */
};

#define XENVER_get_features		6
struct xen_feature_info {
	unsigned int submap_idx;	/* IN: less than XENFEAT_NR_SUBMAPS, else EINVAL */
	uint32_t submap;		/* OUT: the bits 32 * submap_idx and up, features.h */
};

/* The argument is 0, else EINVAL. Returns the size in bytes of the pages that hypercalls count in. */
#define XENVER_pagesize			7

/* Writes the domain's xen_domain_handle_t. */
#define XENVER_guest_handle		8

#define XENVER_commandline		9
typedef char xen_commandline_t[1024];

/*
 * The id that the linker made of the hypervisor's contents, a row of bytes. The argument may be 0: then only their
 * number is returned. Otherwise the guest writes into len how many bytes buf has, and the hypervisor fills them.
 * EINVAL: len is 0. ENOBUFS: the id is longer than that, and nothing is written. ENODATA: there is none. Returns the
 * length.
 */
#define XENVER_build_id			10
struct xen_build_id {
	uint32_t len;			/* IN */
	unsigned char buf[];		/* OUT */
};

#endif
