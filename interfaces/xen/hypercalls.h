/* SPDX-License-Identifier: MIT */
/*
 * The table of hypercalls. What dispatches, describes, checks and fuzzes them is made of it by the preprocessor, so
 * that none of those can differ from the others.
 *
 * XEN_HYPERCALLS(X): X(number, name, arguments, stage, text)
 *   number      what is in a6: __HYPERVISOR_name
 *   arguments   in a1, a2, ...
 *   stage       of the series, from which on a guest uses it; 0: of this series none does
 *
 * XEN_OPS(X): X(hypercall, op, name, argument, direction, errors, text)
 *   op          what is in a1, a constant of the header that the hypercall has
 *   name        of the function that does it
 *   argument    the type of what the guest handle in a2 points to
 *   direction   NONE: there is no argument, and a2 is 0; IN: read by the hypervisor; OUT: written by it if there was no
 *               error; INOUT: both; LIST: a3 of them one behind the other, each INOUT; RAW: as the text says
 *   errors      what may be returned besides ENOSYS, which says that there is no such hypercall or op, and EFAULT,
 *               which says that the argument is not memory that the guest's kernel may read or write
 *   text        what it does, and what is returned where that is not 0
 */
#ifndef XEN_HYPERCALLS_H
#define XEN_HYPERCALLS_H

#define XEN_HYPERCALLS(X)									\
	X(12, memory_op, "op, arg", 2, "the domain's physical address space")			\
	X(13, multicall, "calls, nr", 0, "several hypercalls at once")				\
	X(17, xen_version, "op, arg", 2, "which hypervisor this is, and what it can do")	\
	X(18, console_io, "op, count, buffer", 2, "the hypervisor's console")			\
	X(20, grant_table_op, "op, arg, count", 6, "pages that a domain lets others use")	\
	X(21, vm_assist, "op, type", 0, "ways of working that a domain switches on or off")			\
	X(24, vcpu_op, "op, vcpu, arg", 3, "a vCPU's registered areas, state and timers")	\
	X(29, sched_op, "op, arg", 2, "yielding, waiting and shutting down")			\
	X(32, event_channel_op, "op, arg", 3, "event channels")					\
	X(33, physdev_op, "op, arg", 6, "the machine's interrupts, for domains that drive devices")	\
	X(34, hvm_op, "op, arg", 2, "parameters of a domain")					\
	X(48, riscv_op, "op, arg", 3, "what only RISC-V has")

#define XEN_OPS(X)										\
	X(memory_op, XENMEM_increase_reservation, memory_increase_reservation,			\
	  struct xen_memory_reservation, RAW, "",						\
	  "Adds pages to the domain's memory, which have no address yet. " \
	  "Returns how many extents were done; what goes wrong ends the list there, and is not told.") \
	X(memory_op, XENMEM_decrease_reservation, memory_decrease_reservation,			\
	  struct xen_memory_reservation, RAW, "",						\
	  "Gives pages at the frames of a list back. " \
	  "Returns how many extents were done; what goes wrong ends the list there, and is not told.") \
	X(memory_op, XENMEM_populate_physmap, memory_populate_physmap,				\
	  struct xen_memory_reservation, RAW, "",						\
	  "Puts memory at the frames of a list. " \
	  "Returns how many extents were done; what goes wrong ends the list there, and is not told.") \
	X(memory_op, XENMEM_maximum_ram_page, memory_maximum_ram_page, void, NONE, "EINVAL",	\
	  "Returns the frame number at which the machine's memory ends.")				\
	X(memory_op, XENMEM_current_reservation, memory_current_reservation, domid_t, IN, "EINVAL ESRCH EPERM", \
	  "Returns how many pages the domain has.")						\
	X(memory_op, XENMEM_maximum_reservation, memory_maximum_reservation, domid_t, IN, "EINVAL ESRCH EPERM", \
	  "Returns how many pages the domain may have.")					\
	X(memory_op, XENMEM_maximum_gpfn, memory_maximum_gpfn, domid_t, IN, "EINVAL ESRCH EPERM",	\
	  "Returns the highest frame number at which there is something.")			\
	X(memory_op, XENMEM_add_to_physmap, memory_add_to_physmap,				\
	  struct xen_add_to_physmap, IN, "EINVAL EBUSY ENOMEM EPERM ESRCH ENOSYS EACCES EDOM",	\
	  "Puts a page of the hypervisor at a frame of the domain.")				\
	X(memory_op, XENMEM_add_to_physmap_batch, memory_add_to_physmap_batch,			\
	  struct xen_add_to_physmap_batch, IN, "EPERM ESRCH EOPNOTSUPP EACCES EILSEQ EDOM",		\
	  "The same for a list; the errors of each are in a list of their own.")		\
	X(memory_op, XENMEM_remove_from_physmap, memory_remove_from_physmap,			\
	  struct xen_remove_from_physmap, IN, "EINVAL ENOENT EPERM ESRCH ENOMEM",		\
	  "Takes away what is at a frame. Memory is not given back by it.")		\
	X(memory_op, XENMEM_memory_map, memory_memory_map, struct xen_memory_map, INOUT, "EINVAL", \
	  "Where there is memory.")								\
	X(xen_version, XENVER_version, version_version, void, NONE, "",				\
	  "Returns the version, major << 16 | minor.")						\
	X(xen_version, XENVER_extraversion, version_extraversion, xen_extraversion_t, OUT, "", \
	  "What follows it, a string.") \
	X(xen_version, XENVER_compile_info, version_compile_info, struct xen_compile_info, OUT, "", \
	  "How it was compiled.") \
	X(xen_version, XENVER_capabilities, version_capabilities, xen_capabilities_info_t, OUT, "", \
	  "The kinds of guests there are, a string.")						\
	X(xen_version, XENVER_changeset, version_changeset, xen_changeset_info_t, OUT, "", \
	  "What it was built from, a string.") \
	X(xen_version, XENVER_platform_parameters, version_platform_parameters,			\
	  struct xen_platform_parameters, OUT, "", "Where the hyperv" \
	  "isor begins in a pv guest's addresses; 0 in a hvm guest.") \
	X(xen_version, XENVER_get_features, version_get_features, struct xen_feature_info, INOUT, "EINVAL", \
	  "32 of the feature bits, XENFEAT_.")							\
	X(xen_version, XENVER_pagesize, version_pagesize, void, NONE, "EINVAL", \
	  "Returns the size of a page in bytes.") \
	X(xen_version, XENVER_guest_handle, version_guest_handle, xen_domain_handle_t, OUT, "", "The domain's UUID.") \
	X(xen_version, XENVER_commandline, version_commandline, xen_commandline_t, OUT, "",	\
	  "The hypervisor's command line, a string.")						\
	X(xen_version, XENVER_build_id, version_build_id, struct xen_build_id, RAW, "ENODATA ENOBUFS EINVAL EPERM", \
	  "Its build id.") \
	X(grant_table_op, GNTTABOP_map_grant_ref, grant_map_grant_ref, struct gnttab_map_grant_ref, LIST, "EINVAL", \
	  "Maps granted pages.")								\
	X(grant_table_op, GNTTABOP_unmap_grant_ref, grant_unmap_grant_ref,			\
	  struct gnttab_unmap_grant_ref, LIST, "EINVAL", "Unmaps them.")			\
	X(grant_table_op, GNTTABOP_setup_table, grant_setup_table, struct gnttab_setup_table, INOUT, "EINVAL", \
	  "Makes a table larger, and tells at which frames it is.")				\
	X(grant_table_op, GNTTABOP_transfer, grant_transfer, void, NONE, "EINVAL EOPNOTSUPP", \
	  "Not here: a page has an address in one domain.")					\
	X(grant_table_op, GNTTABOP_copy, grant_copy, struct gnttab_copy, LIST, "EINVAL",	\
	  "Copies from and to granted pages.")							\
	X(grant_table_op, GNTTABOP_query_size, grant_query_size, struct gnttab_query_size, INOUT, "EINVAL", \
	  "How large a table is, and may be.")							\
	X(grant_table_op, GNTTABOP_unmap_and_replace, grant_unmap_and_replace,			\
	  struct gnttab_unmap_and_replace, LIST, "EINVAL", "Not here: page tables have frames of the domain.") \
	X(grant_table_op, GNTTABOP_set_version, grant_set_version, struct gnttab_set_version, INOUT, \
	  "EINVAL ENOSYS", "Of the table: it stays 1.")						\
	X(grant_table_op, GNTTABOP_get_status_frames, grant_get_status_frames,			\
	  struct gnttab_get_status_frames, INOUT, "EINVAL", "Of version 2: there are none.")	\
	X(grant_table_op, GNTTABOP_get_version, grant_get_version, struct gnttab_get_version, INOUT, \
	  "EINVAL ESRCH EPERM", "Of a domain's table.")						\
	X(grant_table_op, GNTTABOP_swap_grant_ref, grant_swap_grant_ref, struct gnttab_swap_grant_ref, LIST, "EINVAL", \
	  "Exchanges two entries that nobody uses.")						\
	X(grant_table_op, GNTTABOP_cache_flush, grant_cache_flush, struct gnttab_cache_flush, LIST, "EINVAL", \
	  "Checks its arguments and does no more, for devices look into the caches. By address, not by reference.") \
	X(sched_op, SCHEDOP_yield, sched_op_yield, void, NONE, "", "Others may run first.")	\
	X(sched_op, SCHEDOP_block, sched_op_block, void, NONE, "", "Waits for an event or interrupt.") \
	X(sched_op, SCHEDOP_shutdown, sched_op_shutdown, struct sched_shutdown, IN, "", \
	  "Ends, suspends or resets the domain.") \
	X(sched_op, SCHEDOP_poll, sched_op_poll, struct sched_poll, IN, "EINVAL",		\
	  "Waits for one of several ports to be pending, or for a time.")			\
	X(sched_op, SCHEDOP_remote_shutdown, sched_op_remote_shutdown, struct sched_remote_shutdown, IN, \
	  "EPERM ESRCH", \
	  "Ends another domain.")								\
	X(sched_op, SCHEDOP_shutdown_code, sched_op_shutdown_code, struct sched_shutdown, IN, "", \
	  "Latches the reason that a later shutdown of the domain has.")			\
	X(sched_op, SCHEDOP_watchdog, sched_op_watchdog, struct sched_watchdog, IN, "EINVAL ENOSPC EEXIST", \
	  "A timer that ends the domain when it is not set again. Returns its id.")		\
	X(event_channel_op, EVTCHNOP_bind_interdomain, evtchn_bind_interdomain,			\
	  struct evtchn_bind_interdomain, INOUT, "EINVAL ENOSPC ENOMEM ESRCH EPERM",		\
	  "Connects to a port that another domain has left unbound for this one.")		\
	X(event_channel_op, EVTCHNOP_bind_virq, evtchn_bind_virq, struct evtchn_bind_virq, INOUT, \
	  "EINVAL EEXIST ENOENT ENOSPC ENOMEM EBUSY", "A port for a virtual interrupt.")	\
	X(event_channel_op, EVTCHNOP_bind_pirq, evtchn_bind_pirq, struct evtchn_bind_pirq, INOUT, \
	  "EINVAL EEXIST ENOSPC", \
	  "A port for an interrupt of a device that the domain drives.")			\
	X(event_channel_op, EVTCHNOP_close, evtchn_close, struct evtchn_close, IN, "EINVAL", "Frees a port.") \
	X(event_channel_op, EVTCHNOP_send, evtchn_send, struct evtchn_send, IN, "EINVAL",	\
	  "Signals the other end.")								\
	X(event_channel_op, EVTCHNOP_status, evtchn_status, struct evtchn_status, INOUT, "EINVAL ESRCH EPERM", \
	  "What a port is connected to.")							\
	X(event_channel_op, EVTCHNOP_alloc_unbound, evtchn_alloc_unbound, struct evtchn_alloc_unbound, INOUT, \
	  "EINVAL ENOSPC ENOMEM ESRCH EPERM", "A port that another domain may connect to.")	\
	X(event_channel_op, EVTCHNOP_bind_ipi, evtchn_bind_ipi, struct evtchn_bind_ipi, INOUT, "ENOENT ENOSPC ENOMEM", \
	  "A port for interrupts between the domain's vCPUs.")					\
	X(event_channel_op, EVTCHNOP_bind_vcpu, evtchn_bind_vcpu, struct evtchn_bind_vcpu, IN, "EINVAL ENOENT", \
	  "Which vCPU a port notifies.")							\
	X(event_channel_op, EVTCHNOP_unmask, evtchn_unmask, struct evtchn_unmask, IN, "EINVAL",	\
	  "Unmasks a port, and delivers what is pending.")					\
	X(event_channel_op, EVTCHNOP_reset, evtchn_reset, struct evtchn_reset, IN, "EINVAL ESRCH EPERM", \
	  "Closes all ports of a domain, those of its rings as well, and returns to the 2-level ABI.")	\
	X(event_channel_op, EVTCHNOP_init_control, evtchn_init_control, struct evtchn_init_control, INOUT, \
	  "EINVAL ENOENT ENOMEM", "A vCPU's control block of the FIFO ABI; the first switches the domain to it.") \
	X(event_channel_op, EVTCHNOP_expand_array, evtchn_expand_array, struct evtchn_expand_array, IN, \
	  "EINVAL ENOSPC ENOMEM EOPNOTSUPP", "One more page of event words of the FIFO ABI.")		\
	X(event_channel_op, EVTCHNOP_set_priority, evtchn_set_priority, struct evtchn_set_priority, IN, \
	  "EINVAL EACCES", \
	  "The priority of a port in the FIFO ABI.")						\
	X(hvm_op, HVMOP_set_param, hvm_set_param, struct xen_hvm_param, IN, "EINVAL EPERM ESRCH", "Sets a parameter.") \
	X(hvm_op, HVMOP_get_param, hvm_get_param, struct xen_hvm_param, INOUT, "EINVAL EPERM ESRCH", "Reads one.") \
	X(physdev_op, PHYSDEVOP_irq_status_query, physdev_irq_status_query, struct physdev_irq_status_query, RAW, \
	  "EINVAL", "What has to be done about a pirq.")					\
	X(physdev_op, PHYSDEVOP_eoi, physdev_eoi, struct physdev_eoi, RAW, "EINVAL",		\
	  "The device has been seen to: its interrupt may come again.")				\
	X(riscv_op, RISCVOP_version, riscv_version, void, NONE, "",				\
	  "Returns the version of what this hypercall offers, major << 16 | minor.")		\
	X(riscv_op, RISCVOP_upcall_ack, riscv_upcall_ack, void, NONE, "",			\
	  "The upcall's interrupt stays asserted only if evtchn_upcall_pending is set now.")	\
	X(riscv_op, RISCVOP_pv_page, riscv_pv_page, void, NONE, "EOPNOTSUPP",			\
	  "From now on each vCPU of the pv domain has its page at XEN_PV_PAGE, until the domain ends or reboots.") \
	X(riscv_op, RISCVOP_pv_entry, riscv_pv_entry, struct xen_riscv_pv_entry, IN, "EINVAL EOPNOTSUPP", \
	  "Traps go to another address than stvec, in another state.")

/*
 * vcpu_op has the vCPU's number in a2 and the argument in a3.
 * X(op, name, argument, direction, errors, text)
 */
#define XEN_VCPU_OPS(X)										\
	X(VCPUOP_up, vcpu_op_up, void, NONE, "EINVAL ENOENT", "Not here: SBI HSM starts vCPUs.")	\
	X(VCPUOP_down, vcpu_op_down, void, NONE, "ENOENT", "Stops a vCPU.")			\
	X(VCPUOP_is_up, vcpu_op_is_up, void, NONE, "ENOENT", "Returns 1 for one that runs, 0 for a stopped one.") \
	X(VCPUOP_get_runstate_info, vcpu_op_get_runstate_info, struct vcpu_runstate_info, OUT, "ENOENT", \
	  "How long it was in each state.")							\
	X(VCPUOP_register_runstate_memory_area, vcpu_op_register_runstate_memory_area,		\
	  struct vcpu_register_runstate_memory_area, IN, "ENOENT EINVAL", "Where that is kept up to date.") \
	X(VCPUOP_set_periodic_timer, vcpu_op_set_periodic_timer, struct vcpu_set_periodic_timer, IN, "ENOENT EINVAL", \
	  "VIRQ_TIMER again and again.")							\
	X(VCPUOP_stop_periodic_timer, vcpu_op_stop_periodic_timer, void, NONE, "ENOENT", \
	  "Stops the periodic timer.") \
	X(VCPUOP_set_singleshot_timer, vcpu_op_set_singleshot_timer, struct vcpu_set_singleshot_timer, IN, \
	  "ENOENT EINVAL ETIME", "VIRQ_TIMER at a time.")					\
	X(VCPUOP_stop_singleshot_timer, vcpu_op_stop_singleshot_timer, void, NONE, "ENOENT EINVAL", \
	  "Stops the one-shot timer.") \
	X(VCPUOP_register_vcpu_info, vcpu_op_register_vcpu_info, struct vcpu_register_vcpu_info, IN, \
	  "ENOENT EINVAL EBUSY ENXIO", \
	  "Where the vCPU's vcpu_info lies.")

#endif
