/* SPDX-License-Identifier: MIT */
/*
 * The contracts of the paravirtual operations of Linux on RISC-V (CONFIG_RISCV_PARAVIRT_OPS), in one table.
 *
 * Define the macros below that you need and include this file; it undefines them all. pv-ops.rst is made from it,
 * by scripts/pv-ops-doc, and tests/abi holds the kernel's header to it. The order is that of struct pv_ops.
 *
 *   PV_RULE(title, text)	what holds for all operations
 *   PV_GROUP(group, title, text)	the member of struct pv_ops; what holds for its operations
 *   PV_OPERATION(group, name, kind, result, arguments, insn)
 *			insn is the site's instruction on hardware, where rd, rs1 and rs2 are registers of the site's
 *   PV_DOES(text)	what the operation must do
 *   PV_CHANGES(text)	what it may change beyond that
 *   PV_CONTEXTS(contexts)	where it is called
 *   PV_NATIVE(text)	what hardware, or the kernel without a backend, does
 *   PV_SOURCE(specification, users)	a section of the RISC-V privileged architecture; who calls it in Linux
 *   PV_END(group)
 *
 * kind is SITE: the instruction may become another one, two others or a call; INSN: it may become another one only;
 * HOOK: a C function or NULL. contexts are joined by |:
 *
 *   NOINSTR	noinstr code, also where RCU does not watch
 *   NMI	the entry of an exception that any code can run into, with interrupts disabled or not
 *   PREEMPT	where the caller may be preempted, and moved to another CPU, before and after
 *   IRQ_ON	with interrupts enabled
 *   IRQ_OFF	with interrupts disabled
 */

#ifndef PV_RULE
#define PV_RULE(title, text)
#endif
#ifndef PV_GROUP
#define PV_GROUP(group, title, text)
#endif
#ifndef PV_OPERATION
#define PV_OPERATION(group, name, kind, result, arguments, insn)
#endif
#ifndef PV_DOES
#define PV_DOES(text)
#endif
#ifndef PV_CHANGES
#define PV_CHANGES(text)
#endif
#ifndef PV_CONTEXTS
#define PV_CONTEXTS(contexts)
#endif
#ifndef PV_NATIVE
#define PV_NATIVE(text)
#endif
#ifndef PV_SOURCE
#define PV_SOURCE(specification, users)
#endif
#ifndef PV_END
#define PV_END(group)
#endif

PV_RULE("Selection",
	"A backend fills in ``struct pv_ops`` once, on the boot CPU, before alternatives are applied; later "
	"it does not change. What it leaves zero stays native.")
PV_RULE("A call",
	"The function of a SITE is a C function, noinstr, of the prototype given here. The compiler expects no "
	"call at the site, so all integer registers are saved around it; floating-point and vector registers, "
	"fcsr, vl, vtype and vstart it leaves alone.")
PV_RULE("An instruction",
	"The instruction of a SITE or INSN has 32 bits, gets the site's registers, and changes nothing else "
	"than the native one may. There may be no stack, and no register to lose.")
PV_RULE("Two instructions",
	"A SITE may have two, each as above: the second follows the first, behind a jump, with the same "
	"registers. So an operation that native hardware does at once, such as irq_save, is two steps; what "
	"may interrupt the operation may come between them.")
PV_RULE("No exception, no lock",
	"No operation sleeps, and the guest's kernel sees no exception from one: what the hypervisor does "
	"about its own page tables is invisible. A call is noinstr, down to the last function that it calls, "
	"and takes no lock that the code it interrupted may hold; for those with the context NMI that is any "
	"lock.")
PV_RULE("Stack",
	"A call uses no more than 512 bytes below the site's stack pointer: kernel stacks may be nearly full, "
	"and sites are reached on the 4 KiB of the overflow stack.")
PV_RULE("Interrupts and migration",
	"With interrupts enabled an operation may be interrupted, preempted and moved to another CPU between "
	"any two of its instructions. It must be right then: state of a CPU is reached by one instruction "
	"that means the CPU that executes it, or not at all until interrupts are disabled. With interrupts "
	"disabled nothing intervenes.")
PV_RULE("Registers as words",
	"Callers rely on the bits that a contract names and hand over what it names. A backend takes nothing "
	"from other bits, and may leave anything in those of a result.")
PV_RULE("Native instructions beside",
	"Some code stays native for good: early boot, the entry on a stack overflow, kexec, suspend to "
	"memory. So the hypervisor emulates all of these instructions, and they and the operations act on the "
	"same state, always.")
PV_RULE("Order",
	"Each site is a compiler barrier. It orders memory accesses of the CPU only where its contract says "
	"so.")
PV_RULE("Hooks",
	"A HOOK is a C function with the usual ABI. It is not called from noinstr code, does not sleep, and "
	"is not called before alternatives are applied: then one site after the other begins to.")

PV_GROUP(irq, "Interrupt flag",
	 "The flag SR_SIE of the CPU that runs: whether it takes interrupts.")
PV_OPERATION(irq, save_fl, SITE, unsigned long, (void), "csrr rd, sstatus")
PV_DOES("Returns a word whose bit SR_SIE (bit 1) is set if interrupts are enabled.")
PV_CHANGES("nothing")
PV_CONTEXTS(NOINSTR | NMI | PREEMPT | IRQ_ON | IRQ_OFF)
PV_NATIVE("Reads all of sstatus.")
PV_SOURCE("Supervisor Status (sstatus) Register", "arch_local_save_flags(), arch_irqs_disabled()")

PV_OPERATION(irq, restore_fl, SITE, void, (unsigned long flags), "csrs sstatus, rs1")
PV_DOES("flags is 0 or SR_SIE. With SR_SIE, as irq_enable. With 0 nothing, or as irq_disable: the flag is clear "
	"already wherever a caller keeps to the rules of local_irq_restore().")
PV_CHANGES("the flag; whatever handlers do that run")
PV_CONTEXTS(NOINSTR | NMI | PREEMPT | IRQ_ON | IRQ_OFF)
PV_NATIVE("Sets SIE or leaves it.")
PV_SOURCE("Supervisor Status (sstatus) Register", "arch_local_irq_restore()")

PV_OPERATION(irq, irq_disable, SITE, void, (void), "csrci sstatus, 2")
PV_DOES("Disables interrupts: none is taken from the return on. One that comes later stays pending, and none "
	"is lost.")
PV_CHANGES("the flag")
PV_CONTEXTS(NOINSTR | NMI | PREEMPT | IRQ_ON | IRQ_OFF)
PV_NATIVE("Clears SIE.")
PV_SOURCE("Supervisor Status (sstatus) Register", "arch_local_irq_disable()")

PV_OPERATION(irq, irq_enable, SITE, void, (void), "csrsi sstatus, 2")
PV_DOES("Enables interrupts. One that is pending and enabled in sie is taken before the return, so that "
	"disabling them at once leaves a window nevertheless. One that becomes pending between the look for "
	"it and the return is not lost.")
PV_CHANGES("the flag; whatever handlers do that run")
PV_CONTEXTS(NOINSTR | PREEMPT | IRQ_ON | IRQ_OFF)
PV_NATIVE("Sets SIE; a pending interrupt is taken before the next instruction.")
PV_SOURCE("Supervisor Interrupt (sip and sie) Registers", "arch_local_irq_enable()")

PV_OPERATION(irq, irq_save, SITE, unsigned long, (void), "csrrci rd, sstatus, 2")
PV_DOES("As save_fl, then irq_disable. The result tells what the flag was when it was cleared: the caller may "
	"have been moved to another CPU in the middle, never after.")
PV_CHANGES("the flag")
PV_CONTEXTS(NOINSTR | NMI | PREEMPT | IRQ_ON | IRQ_OFF)
PV_NATIVE("Reads sstatus and clears SIE at once.")
PV_SOURCE("Supervisor Status (sstatus) Register", "arch_local_irq_save()")
PV_END(irq)

PV_GROUP(cpu, "CPU",
	 "User memory, the registers of extensions, and idling. The window for user access and the state of "
	 "extensions belong to the context, as bits of sstatus do: a trap from the kernel closes the window "
	 "and turns the extensions off, and the return from it restores both. A backend that does not keep "
	 "the kernel out of user memory has nops for the four uaccess operations and shows SR_SUM set in the "
	 "status of every trap from the kernel. One that turns extensions on at their first use has nops for ext_on "
	 "and ext_off.")
PV_OPERATION(cpu, uaccess_begin, INSN, void, (void), "csrs sstatus, rs1")
PV_DOES("Lets the kernel read and write memory that user code may, until uaccess_end or a trap. Windows do "
	"not nest but by traps. Accesses in the window may fault, and sleep in the fault.")
PV_CHANGES("SR_SUM")
PV_CONTEXTS(NMI | PREEMPT | IRQ_ON | IRQ_OFF)
PV_NATIVE("Sets SUM; rs1 is SR_SUM.")
PV_SOURCE("Memory Privilege in sstatus Register", "user_access_begin(), get_user(), raw_copy_from_user(), futexes")

PV_OPERATION(cpu, uaccess_end, INSN, void, (void), "csrc sstatus, rs1")
PV_DOES("Ends what uaccess_begin began. It is called after a fault in the window, too, and may be called "
	"without one.")
PV_CHANGES("SR_SUM")
PV_CONTEXTS(NMI | PREEMPT | IRQ_ON | IRQ_OFF)
PV_NATIVE("Clears SUM; rs1 is SR_SUM.")
PV_SOURCE("Memory Privilege in sstatus Register", "user_access_end(), get_user(), raw_copy_from_user(), futexes")

PV_OPERATION(cpu, uaccess_save, INSN, unsigned long, (void), "csrr rd, sstatus")
PV_DOES("Returns a word whose bit SR_SUM (bit 18) is set if a window is open. It is kept for the task that is "
	"switched out.")
PV_CHANGES("nothing")
PV_CONTEXTS(IRQ_OFF)
PV_NATIVE("Reads all of sstatus.")
PV_SOURCE("Memory Privilege in sstatus Register", "__switch_to()")

PV_OPERATION(cpu, uaccess_restore, INSN, void, (unsigned long saved), "csrs sstatus, rs1")
PV_DOES("saved is SR_SUM or 0, from uaccess_save, perhaps on another CPU. With SR_SUM, opens a window; with "
	"0, does nothing: a window that is open need not be closed. Stack, tp and current are still those of "
	"the task that is left.")
PV_CHANGES("SR_SUM")
PV_CONTEXTS(IRQ_OFF)
PV_NATIVE("Sets SUM or leaves it.")
PV_SOURCE("Memory Privilege in sstatus Register", "__switch_to()")

PV_OPERATION(cpu, ext_on, INSN, void, (unsigned long ext), "csrs sstatus, rs1")
PV_DOES("Lets the kernel use the registers of an extension. ext is its field in sstatus: SR_FS, SR_VS or, on "
	"T-Head's vector unit, SR_VS_THEAD. The registers hold what they held when they were last on, on this "
	"CPU: the first thing the kernel does may be to save a task's. The field becomes dirty.")
PV_CHANGES("the fields in ext; no register of the extension")
PV_CONTEXTS(NOINSTR | NMI | PREEMPT | IRQ_ON | IRQ_OFF)
PV_NATIVE("Sets all bits of the field.")
PV_SOURCE("Extension Context Status in mstatus Register", "__fstate_save(), kernel_fpu_begin(), riscv_v_enable()")

PV_OPERATION(cpu, ext_off, INSN, void, (unsigned long ext), "csrc sstatus, rs1")
PV_DOES("The kernel uses the registers of ext no longer. They keep what they hold. A use may trap from now "
	"on, or not.")
PV_CHANGES("the fields in ext; no register of the extension")
PV_CONTEXTS(NOINSTR | NMI | PREEMPT | IRQ_ON | IRQ_OFF)
PV_NATIVE("Clears the field: off.")
PV_SOURCE("Extension Context Status in mstatus Register", "__fstate_restore(), kernel_fpu_end(), riscv_v_disable()")

PV_OPERATION(cpu, wait_for_interrupt, SITE, void, (void), "wfi")
PV_DOES("Waits until an interrupt is pending that is enabled in sie, whether or not SR_SIE lets it be taken; "
	"returns at once if one is already when it is called, and may return without one. The flag stays as "
	"it is: with interrupts disabled none is taken. Callers that need earlier stores to be seen by others "
	"have a barrier of their own.")
PV_CHANGES("nothing")
PV_CONTEXTS(NOINSTR | NMI | IRQ_ON | IRQ_OFF)
PV_NATIVE("Waits, or is a nop.")
PV_SOURCE("Wait for Interrupt", "cpu_do_idle(), the end of a CPU in smp.c, reset.c and traps.c")
PV_END(cpu)

PV_GROUP(trap, "Trap entry and return",
	 "The registers of a trap, in entry.S only, with interrupts disabled. An exception that the kernel "
	 "sees would overwrite them, so none occurs from the entry to the first set_scratch, unless it is "
	 "fatal, nor from set_status to ret; the hypervisor delivers nothing meanwhile, and a fault of its "
	 "own making on the kernel's stack stays invisible. The scratch register is 0 while the kernel runs, "
	 "and the kernel's tp while user code does.")
PV_OPERATION(trap, swap_tp, INSN, void, (void), "csrrw tp, sscratch, tp")
PV_DOES("Exchanges tp and the scratch register. tp is 0 then if the trap comes from the kernel.")
PV_CHANGES("tp, the scratch register")
PV_CONTEXTS(NOINSTR | NMI | IRQ_OFF)
PV_NATIVE("Does so at once. A hypervisor that has exchanged them at the delivery has a nop here.")
PV_SOURCE("Supervisor Scratch (sscratch) Register", "handle_exception, its first instruction")

PV_OPERATION(trap, get_scratch, INSN, unsigned long, (void), "csrr rd, sscratch")
PV_DOES("Reads the scratch register: after swap_tp, what tp was at the trap.")
PV_CHANGES("rd")
PV_CONTEXTS(NOINSTR | NMI | IRQ_OFF)
PV_NATIVE("Reads it.")
PV_SOURCE("Supervisor Scratch (sscratch) Register", "handle_exception")

PV_OPERATION(trap, set_scratch, INSN, void, (unsigned long scratch), "csrw sscratch, rs1")
PV_DOES("Writes the scratch register. rs1 may be the register zero.")
PV_CHANGES("the scratch register")
PV_CONTEXTS(NOINSTR | NMI | IRQ_OFF)
PV_NATIVE("Writes it.")
PV_SOURCE("Supervisor Scratch (sscratch) Register", "handle_exception, ret_from_exception")

PV_OPERATION(trap, get_status, INSN, unsigned long, (unsigned long clear), "csrrc rd, sstatus, rs1")
PV_DOES("Reads the status as the trap left it: SR_SPP (from the kernel), SR_SPIE (interrupts were enabled), "
	"SR_SUM, SR_FS, SR_VS, SR_UXL and SR_ELP of what was interrupted, and SR_SIE clear. Then the bits in "
	"clear, of SR_SUM, SR_FS, SR_VS and SR_ELP, are cleared for the handler; they may stay where a "
	"backend leaves the operations on them empty. A result with SR_FS or SR_VS of user code must tell "
	"dirty from clean: only dirty registers are saved.")
PV_CHANGES("rd, the bits in clear")
PV_CONTEXTS(NOINSTR | NMI | IRQ_OFF)
PV_NATIVE("Reads all of sstatus and clears bits of it.")
PV_SOURCE("Supervisor Status (sstatus) Register", "handle_exception")

PV_OPERATION(trap, get_epc, INSN, unsigned long, (void), "csrr rd, sepc")
PV_DOES("Reads the address of the instruction that was interrupted or trapped.")
PV_CHANGES("rd")
PV_CONTEXTS(NOINSTR | NMI | IRQ_OFF)
PV_NATIVE("Reads it.")
PV_SOURCE("Supervisor Exception Program Counter (sepc) Register", "handle_exception")

PV_OPERATION(trap, get_tval, INSN, unsigned long, (void), "csrr rd, stval")
PV_DOES("Reads the trap value: the address of a fault, the instruction of an illegal instruction or 0. It is "
	"read at an interrupt, too, where it means nothing, and perhaps twice.")
PV_CHANGES("rd")
PV_CONTEXTS(NOINSTR | NMI | IRQ_OFF)
PV_NATIVE("Reads it.")
PV_SOURCE("Supervisor Trap Value (stval) Register", "handle_exception, new_valid_map_cpus_check")

PV_OPERATION(trap, get_cause, INSN, unsigned long, (void), "csrr rd, scause")
PV_DOES("Reads the cause; the highest bit is set for an interrupt. Perhaps it is read twice.")
PV_CHANGES("rd")
PV_CONTEXTS(NOINSTR | NMI | IRQ_OFF)
PV_NATIVE("Reads it.")
PV_SOURCE("Supervisor Cause (scause) Register", "handle_exception, new_valid_map_cpus_check")

PV_OPERATION(trap, set_status, INSN, void, (unsigned long status), "csrw sstatus, rs1")
PV_DOES("Writes the status for ret: SR_SPP, SR_SPIE, SR_SUM, SR_FS, SR_VS, SR_UXL and SR_ELP mean what they "
	"did in get_status. SR_SIE is clear. What SR_SUM, SR_FS and SR_VS say may hold from now on or from "
	"ret on.")
PV_CHANGES("the status")
PV_CONTEXTS(NOINSTR | NMI | IRQ_OFF)
PV_NATIVE("Writes all of sstatus.")
PV_SOURCE("Supervisor Status (sstatus) Register", "ret_from_exception")

PV_OPERATION(trap, set_epc, INSN, void, (unsigned long epc), "csrw sepc, rs1")
PV_DOES("Writes the address to which ret goes. Its bit 0 is clear or ignored.")
PV_CHANGES("the address")
PV_CONTEXTS(NOINSTR | NMI | IRQ_OFF)
PV_NATIVE("Writes it.")
PV_SOURCE("Supervisor Exception Program Counter (sepc) Register", "ret_from_exception")

PV_OPERATION(trap, ret, INSN, void, (void), "sret")
PV_DOES("Goes to the address with all registers as they are: to user code if SR_SPP is clear, else to the "
	"kernel, with interrupts enabled if SR_SPIE is set; a pending one is then taken before the next "
	"instruction. Where set_status and set_epc were not executed before it, status and address are those "
	"of the trap that is returned from.")
PV_CHANGES("SR_SPP is clear and SR_SPIE set then; a reservation of lr may be gone")
PV_CONTEXTS(NOINSTR | NMI | IRQ_OFF)
PV_NATIVE("Returns.")
PV_SOURCE("Trap-Return Instructions", "ret_from_exception, new_valid_map_cpus_check")
PV_END(trap)

PV_GROUP(mmu, "Address translation",
	 "Page tables are the guest's own and contain its physical addresses. Operations and flush_range act "
	 "on the CPU that runs; other CPUs are the concern of the SBI's remote fences or of an interrupt that "
	 "makes them do the same. What was written to page tables before a flush, by this CPU or by another "
	 "and seen by this one, holds for every access, fetch and page-table walk after it; so a backend that "
	 "queues flushes does them before the return, also in the lazy mode, with what waits there. A flush "
	 "may forget more than it names. flush_page and flush_page_asid are about leaf entries; after a "
	 "change further up one of the others is used. asid is never FLUSH_TLB_NO_ASID but in flush_range, "
	 "and is 0 in a kernel without ASIDs.")
PV_OPERATION(mmu, write_satp, SITE, void, (unsigned long satp), "csrw satp, rs1")
PV_DOES("Switches to the address space of satp: the frame of its root page table, its ASID and the mode, "
	"which is that of boot. Kernel addresses mean the same before and after. It neither flushes nor "
	"orders writes to page tables: the caller flushes when an ASID begins a new life.")
PV_CHANGES("satp; it may forget translations")
PV_CONTEXTS(IRQ_ON | IRQ_OFF)
PV_NATIVE("Writes satp.")
PV_SOURCE("Supervisor Address Translation and Protection (satp) Register", "switch_mm()")

PV_OPERATION(mmu, flush_all, SITE, void, (void), "sfence.vma")
PV_DOES("Forgets all translations, of all address spaces and of the kernel.")
PV_CHANGES("nothing")
PV_CONTEXTS(NMI | PREEMPT | IRQ_ON | IRQ_OFF)
PV_NATIVE("Fences all.")
PV_SOURCE("Supervisor Memory-Management Fence Instruction", "local_flush_tlb_all()")

PV_OPERATION(mmu, flush_asid, SITE, void, (unsigned long asid), "sfence.vma zero, rs2")
PV_DOES("Forgets the translations of an address space. Global ones, which are the kernel's, may stay.")
PV_CHANGES("nothing")
PV_CONTEXTS(NMI | PREEMPT | IRQ_ON | IRQ_OFF)
PV_NATIVE("Fences the ASID.")
PV_SOURCE("Supervisor Memory-Management Fence Instruction", "local_flush_tlb_all_asid()")

PV_OPERATION(mmu, flush_page, SITE, void, (unsigned long addr), "sfence.vma rs1")
PV_DOES("Forgets the translation of the page that addr is in, whatever its size, in all address spaces and in "
	"the kernel's.")
PV_CHANGES("nothing")
PV_CONTEXTS(NMI | PREEMPT | IRQ_ON | IRQ_OFF)
PV_NATIVE("Fences the address.")
PV_SOURCE("Supervisor Memory-Management Fence Instruction", "local_flush_tlb_page()")

PV_OPERATION(mmu, flush_page_asid, SITE, void, (unsigned long addr, unsigned long asid), "sfence.vma rs1, rs2")
PV_DOES("Forgets the translation of the page that addr is in, whatever its size, in one address space. A "
	"global one may stay.")
PV_CHANGES("nothing")
PV_CONTEXTS(NMI | PREEMPT | IRQ_ON | IRQ_OFF)
PV_NATIVE("Fences the address in the ASID.")
PV_SOURCE("Supervisor Memory-Management Fence Instruction", "local_flush_tlb_page_asid(), update_mmu_cache_range()")

PV_OPERATION(mmu, flush_range, HOOK, void,
	     (unsigned long start, unsigned long size, unsigned long stride, unsigned long asid), "nop")
PV_DOES("As flush_page_asid, or flush_page if asid is FLUSH_TLB_NO_ASID, for the pages at start, start + "
	"stride and so on, below start + size. size is greater than stride; start need not be a multiple of "
	"it. It takes the place of Svinval's instructions as well, which are no operations: a backend without "
	"this hook hides the extension.")
PV_CHANGES("nothing")
PV_CONTEXTS(PREEMPT | IRQ_ON | IRQ_OFF)
PV_NATIVE("Fences each page, with Svinval's instructions where it is there, or, if there are more than "
	  "tlb_flush_all_threshold, all of the address space.")
PV_SOURCE("Supervisor Memory-Management Fence Instruction", "local_flush_tlb_range_asid()")

PV_OPERATION(mmu, mapped, HOOK, void, (struct mm_struct *mm, unsigned long addr, unsigned long nr), "nop")
PV_DOES("Entries for the nr pages from addr, in mm's page table or, if mm is NULL, in the kernel's, have "
	"become valid or allow more than before; perhaps nothing changed. A superpage may be named by one of "
	"its pages. mm need not be loaded on this CPU. After it an access by this CPU is right, if mm is NULL "
	"by any; one to a user address may fault instead, is then retried, and is right after the next call. "
	"One to a kernel address may not fault: who cannot promise that calls mark_new_valid_map(), which the "
	"hook replaces. Not all new mappings of the kernel are told: fixmaps are flushed, and kfence has a "
	"mark_new_valid_map() of its own; 32-bit kernels tell of none, and handle the fault. It is not called "
	"from interrupts.")
PV_CHANGES("nothing")
PV_CONTEXTS(PREEMPT | IRQ_ON | IRQ_OFF)
PV_NATIVE("Fences user pages unless Svvptc makes that needless; of kernel pages, marks that a fault may be "
	"stale.")
PV_SOURCE("Supervisor Memory-Management Fence Instruction", "update_mmu_cache_range(), flush_cache_vmap()")

PV_OPERATION(mmu, lazy_enter, HOOK, void, (void), "nop")
PV_DOES("The task that runs begins to change many entries: until lazy_leave or lazy_flush what mapped is told "
	"may wait, on this CPU. Flushes may not. The mode is the CPU's: a switch of tasks leaves it and "
	"enters it again for a task that is in it. Interrupts are not in it: one that comes meanwhile does "
	"not call mapped, and its flushes are as complete as any. Nothing happens if the mode is on already. "
	"A backend has all of lazy_enter, lazy_leave and lazy_flush, or none.")
PV_CHANGES("nothing")
PV_CONTEXTS(PREEMPT | IRQ_ON | IRQ_OFF)
PV_NATIVE("Nothing.")
PV_SOURCE("", "lazy_mmu_mode_enable(), switch_to()")

PV_OPERATION(mmu, lazy_leave, HOOK, void, (void), "nop")
PV_DOES("Does what waits on this CPU, and nothing waits from now on. What waits may be of an address space "
	"that is loaded no more: a switch of tasks comes after the switch of address spaces, with interrupts "
	"disabled and the lock of the run queue held. Nothing happens if the mode is off.")
PV_CHANGES("nothing")
PV_CONTEXTS(PREEMPT | IRQ_ON | IRQ_OFF)
PV_NATIVE("Nothing.")
PV_SOURCE("", "lazy_mmu_mode_disable(), lazy_mmu_mode_pause(), switch_to()")

PV_OPERATION(mmu, lazy_flush, HOOK, void, (void), "nop")
PV_DOES("Does what waits on this CPU; the mode stays as it is.")
PV_CHANGES("nothing")
PV_CONTEXTS(PREEMPT | IRQ_ON | IRQ_OFF)
PV_NATIVE("Nothing.")
PV_SOURCE("", "lazy_mmu_mode_disable(), where it is nested")
PV_END(mmu)

PV_GROUP(time, "Time",
	 "What the SBI and the counter do not tell. The timer is the SBI's in every guest.")
PV_OPERATION(time, steal_clock, HOOK, u64, (int cpu), "")
PV_DOES("Returns for how many nanoseconds cpu was ready to run while something else ran in its place, since "
	"any fixed start. It never goes back, also while cpu, which need not be this one, is running or is "
	"offline; a value that is being changed is not read half. It takes no lock and prints nothing: the "
	"caller holds the lock of a run queue. With NULL the SBI's STA extension is used, if there is one.")
PV_CHANGES("nothing")
PV_CONTEXTS(IRQ_OFF)
PV_NATIVE("Without either, nothing is stolen. Only with CONFIG_PARAVIRT.")
PV_SOURCE("", "paravirt_steal_clock(), for update_rq_clock_task() and the tick")
PV_END(time)

#undef PV_RULE
#undef PV_GROUP
#undef PV_OPERATION
#undef PV_DOES
#undef PV_CHANGES
#undef PV_CONTEXTS
#undef PV_NATIVE
#undef PV_SOURCE
#undef PV_END
