/* SPDX-License-Identifier: GPL-2.0 */
/* What every part uses: printing, memory, time, the machine. Reads as a table of contents of the stub. */
#ifndef STUB_STUB_H
#define STUB_STUB_H

#include <stdarg.h>
#include "types.h"

/* core/printk.c */
void printk(const char *fmt, ...) __printf(1, 2);
int vsnprintk(char *buf, size_t size, const char *fmt, va_list ap);
int snprintk(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);
void panic(const char *fmt, ...) __printf(1, 2) __noreturn;

/* core/console.c: the physical console and who has it */
struct domain;
void console_init(void);
void console_stub(const char *s, size_t len);			/* a line of the stub's own */
void console_write(struct domain *d, const char *s, size_t len);	/* a domain's output */
size_t console_read(struct domain *d, char *buf, size_t len);	/* its input */
void console_flush(struct domain *d);
void console_poll(void);					/* input from the outside */

/* core/keys.c */
void keys_handle(char c);
bool keys_wait(void);		/* input is to wait for what a key has begun */

/* core/memory.c: machine memory */
void memory_add(paddr_t start, u64 size);
void memory_reserve(paddr_t start, u64 size);
void memory_ready(void);
bool memory_is_ram(paddr_t start, u64 size);
bool memory_has_ram(paddr_t start, paddr_t end);	/* or some of it */
paddr_t memory_end(void);
paddr_t memory_alloc(u64 size, u64 align);	/* 0 when there is none */
void memory_free(paddr_t start, u64 size);
u64 memory_available(void);
paddr_t memory_start(void);

/* core/machine.c: what the device tree says of the machine */
extern const void *machine_fdt;
extern char stub_options[256];
extern u64 timebase;
void machine_init(paddr_t fdt);
bool option(const char *name);
const char *option_value(const char *name, char *buf, size_t size);
u64 parse_size(const char *s);

/* core/guest_isa.c: which extensions a guest may use */
int guest_isa_string(char *out, size_t size, const char *host_isa, bool hvm);
bool isa_has(const char *isa, const char *ext);
const char *machine_isa(void);

/* core/uart.c */
int stdout_node(void);		/* of the machine's tree; negative: none */
void uart_init(void);
void uart_putc(char c);
int uart_getc(void);

/* core/time.c */
u64 now(void);
void time_init(void);
void time_init_here(void);
void time_program(u64 deadline);		/* fires no later than this, on this pcpu */
void time_expire(void);				/* the hart's timer has fired */
#define TIME_NEVER	(~0UL)
#define SLICE_TICKS	(timebase / 100)		/* 10 ms */
#define POLL_TICKS	(timebase / 50)			/* console input */

/* core/sched.c */
struct vcpu;
struct pcpu;
void sched_add(struct vcpu *v);
bool sched_start(struct vcpu *v, u64 pc, u64 opaque);	/* HSM: false when it is not stopped */
void sched_stop(struct vcpu *v);
void sched_block(struct vcpu *v);			/* until an enabled interrupt is pending */
void sched_kick(struct vcpu *v);			/* an interrupt or a request waits for it */
void sched_kill(struct vcpu *v);
void sched_yield(struct vcpu *v);
bool sched_poll_wake(struct vcpu *v, u32 port);
void sched_retime(struct vcpu *v, u64 deadline);
bool sched_hold(struct domain *d);
void sched_release(struct domain *d);
struct vcpu *schedule(struct vcpu *prev);
void sched_remove(struct vcpu *v);
void sched_begin(struct domain *d);
u64 sched_expire_timers(struct pcpu *p, u64 t);

/* arch/mm.c: the stub's own address space */
extern u64 *stub_root;		/* Sv39's, and in other modes the table of that level, 2 */
paddr_t stub_table(unsigned int level);
u64 stub_satp(unsigned int levels);
void mm_init(void);
void image_range(paddr_t *start, u64 *size);
void *map_device(paddr_t pa, u64 size);
paddr_t dmap_base(void);

/* arch/setup.c, arch/entry.S */
extern bool have_h, have_sstc, have_fp;	/* the harts have the H extension; a timer of their own; D */
void enter_guest(struct vcpu *v) __noreturn;
struct vcpu *guest_trap(struct vcpu *v);
struct vcpu *leave_stub(struct vcpu *v);
u64 light_trap(struct vcpu *v);

/* arch/traps.c, arch/smp.c */
void run_pcpu(void) __noreturn;
void smp_init_boot_hart(u64 hartid);
bool hart_has_levels(unsigned int levels);	/* of page tables; asked of the boot hart, all are to have as many */

/* arch/sbi.c: calls to the firmware */
struct sbiret {
	long error;
	long value;
};

struct sbiret sbi_call(u64 ext, u64 fid, u64 a0, u64 a1, u64 a2);
void sbi_console_putc(char c);
int sbi_console_getc(void);
void sbi_set_timer(u64 t);
void sbi_send_ipi(u64 hartid);
void sbi_shutdown(bool failed) __noreturn;

/* arch/hvm.c */
void hvm_init_hart(void);

/* arch/copy.S: 0, or 1 when the guest's address faulted; len is not 0 */
u64 copy_plain(void *dst, const void *src, u64 len);
u64 copy_hlv(void *dst, u64 gva, u64 len);
u64 copy_hsv(u64 gva, const void *src, u64 len);
/*
 * The same for one word, by load_word_plain or load_word_hlv: false when the address faulted. In line, for a function's
 * call would save what this does not touch.
 */
#ifdef __riscv
#define load_word(how, gva, word) ({								\
	register u64 __a0 asm("a0") = (gva);							\
	register u64 __a1 asm("a1");								\
	asm volatile("call " #how : "+r"(__a0), "=r"(__a1) : : "ra", "t0", "t1", "memory");	\
	*(word) = __a0;										\
	__a1; })
#else
#define load_word(how, gva, word) how(gva, word)
bool load_word_plain(u64 gva, u64 *word);
#endif

/* arch/guest_sbi.c: the guest's calls */
void guest_sbi(struct vcpu *v);

/* arch/emulate.c */
void emulate_instruction(struct vcpu *v, u32 insn);

/* arch/fetch.c: the instruction at pc; false when it cannot be read */
bool fetch_instruction(struct vcpu *v, u32 *insn);
bool fetch_quick(const struct vcpu *v, u32 *insn);

/* The direct map: all of the machine's memory, at a fixed distance from its addresses. */
#ifdef __riscv
#define STUB_VA_BASE	0xffffffc000000000UL	/* root slots Linux leaves free, up to ... */
#define STUB_VA_END	0xffffffc4c0000000UL	/* ... the slot of its fixmap */
#define DMAP_VA		STUB_VA_BASE
#define DMAP_SIZE	(17 * SZ_1G)
#define DEVICE_VA	0xffffffc440000000UL
#define IMAGE_VA	0xffffffc480000000UL
extern u64 dmap_offset;				/* va - pa */

static inline void *pa_to_va(paddr_t pa)
{
	return (void *)(pa + dmap_offset);
}

static inline paddr_t va_to_pa(const void *va)
{
	return (u64)va - dmap_offset;
}
#else
#define STUB_VA_BASE	0xffffffc000000000UL
#define STUB_VA_END	0xffffffc4c0000000UL
void *pa_to_va(paddr_t pa);
paddr_t va_to_pa(const void *va);
#endif

#endif
