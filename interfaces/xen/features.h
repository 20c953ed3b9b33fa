/* SPDX-License-Identifier: MIT */
/*
 * The feature bits, which XENVER_get_features (version.h) returns 32 at a time. Bit n is in submap n / 32, at n % 32. A
 * guest asks for all submaps once, early, and keeps them; they do not change while the domain lives, but may be others
 * after it was resumed elsewhere. A bit that it does not know is to be ignored, a submap that does not exist is an
 * error (EINVAL) and means that all its bits are clear.
 *
 * On RISC-V a domain has auto_translated_physmap set, always, also a pv guest: its page tables and page numbers are its
 * own and not the machine's. writable_page_tables is set with it, and the other bits of the first group are clear.
 */
#ifndef XEN_FEATURES_H
#define XEN_FEATURES_H

/* What a guest may do with page tables and descriptors that the hardware uses. */
#define XENFEAT_writable_page_tables		0	/* page tables may be written at any time */
#define XENFEAT_writable_descriptor_tables	1	/* x86 */
#define XENFEAT_supervisor_mode_kernel		3	/* x86, 32 bit: the guest's kernel has the supervisor's level */
#define XENFEAT_pae_pgdir_above_4gb		4	/* x86, 32 bit */
#define XENFEAT_mmu_pt_update_preserve_ad	5	/* MMU_PT_UPDATE_PRESERVE_AD works */
#define XENFEAT_highmem_assist			6	/* no longer given */
#define XENFEAT_gnttab_map_avail_bits		7	/* GNTMAP_guest_avail0 and so on work */
#define XENFEAT_hvm_callback_vector		8	/* x86: events may come as an interrupt vector of each vCPU's */
#define XENFEAT_hvm_safe_pvclock		9	/* x86: the time in vcpu_info can be relied on by a hvm guest */
#define XENFEAT_hvm_pirqs			10	/* x86: physical interrupts may be event channels */

/* The domain's frame numbers are its own: shared pages are put among them by XENMEM_add_to_physmap. */
#define XENFEAT_auto_translated_physmap		2

/* This is the initial domain, the one that may manage others. */
#define XENFEAT_dom0				11

#define XENFEAT_memory_op_vnode_supported	13	/* mem_flags of memory.h may name a virtual node */
#define XENFEAT_ARM_SMCCC_supported		14	/* Arm: hypervisor service calls */
#define XENFEAT_linux_rsdp_unrestricted		15	/* x86: where ACPI's root pointer may be */

/*
 * Which a domain's devices may be told of: its frame numbers are not the machine's (16), or are (17). At most one is
 * set; where none is, the guest is to assume that they are the machine's for the initial domain, and not for others.
 */
#define XENFEAT_not_direct_mapped		16
#define XENFEAT_direct_mapped			17

/* How many submaps there are. */
#define XENFEAT_NR_SUBMAPS			1

#endif
