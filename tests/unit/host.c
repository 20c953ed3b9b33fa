// SPDX-License-Identifier: GPL-2.0
/* The machine, on the host: memory, harts, firmware and console, as far as the stub's sources ask for them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "host.h"

#define RAM_ALIGN	SZ_1G

struct host_hooks host_hooks;
struct host_counts host_counts;
u64 host_satp_mask = ~0UL;
jmp_buf host_stop;
bool host_stop_expected, host_stop_failed;

bool have_h, have_sstc, have_fp = true;
u64 *stub_root;
struct pcpu pcpus[MAX_PCPUS];
unsigned int nr_pcpus = 1;
struct pcpu *host_pcpu = &pcpus[0];

static u8 *ram;
static struct { paddr_t pa; u8 *va; u64 size; } windows[4];
static u64 csrs[MAX_PCPUS][4096];
static char output[1 << 16];
static size_t output_len;
static const char *typed = "";

static void die(const char *why)
{
	fprintf(stderr, "%s\n", why);
	abort();
}

void (*host_die)(const char *why) = die;

__attribute__((constructor)) static void host_init(void)
{
	u8 *p = mmap(NULL, HOST_RAM_SIZE + RAM_ALIGN, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		die("no address space for the machine's memory");
	/* As far off as the direct map is: what is aligned there is aligned here. */
	ram = (u8 *)ALIGN_UP((u64)p, RAM_ALIGN);
	stub_root = pa_to_va(stub_table(2));
	for (unsigned int i = 0; i < 512; i++)
		stub_root[i] = i >= 256 && i < 275 ? (u64)i << 28 | PTE_V | PTE_G | PTE_R | PTE_A : 0;
	for (unsigned int level = 3; level < MAX_LEVELS; level++)
		((u64 *)pa_to_va(stub_table(level)))[511] = stub_table(level - 1) >> PAGE_SHIFT << PTE_PPN_SHIFT | PTE_V;
	host_harts(1);
}

/* --- memory --- */

void host_window(paddr_t pa, void *va, u64 size)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(windows); i++) {
		if (windows[i].size && windows[i].pa != pa)
			continue;
		windows[i].pa = pa;
		windows[i].va = va;
		windows[i].size = size;
		return;
	}
	die("too many windows");
}

static void no_memory(u64 address)
{
	char why[80];

	snprintf(why, sizeof(why), "%#lx is no address of memory", address);
	host_die(why);
	abort();
}

void *pa_to_va(paddr_t pa)
{
	if (pa - HOST_RAM_BASE < HOST_RAM_SIZE)
		return ram + (pa - HOST_RAM_BASE);
	for (unsigned int i = 0; i < ARRAY_SIZE(windows); i++)
		if (pa - windows[i].pa < windows[i].size)
			return windows[i].va + (pa - windows[i].pa);
	/* Whoever goes there faults, as on the machine. */
	return (void *)(0xdead000000000000UL | (pa & 0xffffffffffUL));
}

paddr_t va_to_pa(const void *va)
{
	u64 off = (u64)va - (u64)ram;

	if (off < HOST_RAM_SIZE)
		return HOST_RAM_BASE + off;
	for (unsigned int i = 0; i < ARRAY_SIZE(windows); i++)
		if ((u64)va - (u64)windows[i].va < windows[i].size)
			return windows[i].pa + ((u64)va - (u64)windows[i].va);
	no_memory((u64)va);
	return 0;
}

void image_range(paddr_t *start, u64 *size)
{
	*start = HOST_RAM_BASE + SZ_2M;
	*size = 128 << 10;
}

paddr_t dmap_base(void)
{
	return HOST_RAM_BASE;
}

unsigned int host_levels = MAX_LEVELS;

bool hart_has_levels(unsigned int levels)
{
	return levels <= host_levels;
}

/* As arch/mm.c has them. */
paddr_t stub_table(unsigned int level)
{
	return HOST_RAM_BASE + HOST_RAM_SIZE - (level - 1) * PAGE_SIZE;
}

u64 stub_satp(unsigned int levels)
{
	return SATP_MODE(levels) << SATP_MODE_SHIFT | stub_table(levels - 1) >> PAGE_SHIFT;
}

/* --- harts --- */

void host_on_hart(unsigned int n)
{
	host_pcpu = &pcpus[n];
}

void host_harts(unsigned int n)
{
	nr_pcpus = n;
	memset(pcpus, 0, sizeof(pcpus));
	for (unsigned int i = 0; i < n; i++)
		pcpus[i] = (struct pcpu){ .id = i, .hartid = i, .online = true, .slice_end = TIME_NEVER,
					  .deadline = TIME_NEVER, .asid_gen = 1, .asid_max = 0xffff };
	host_on_hart(0);
}

u64 host_csr_read(unsigned int csr)
{
	/* One clock for all. */
	return csrs[csr == CSR_TIME ? 0 : host_pcpu->id][csr];
}

void host_csr_write(unsigned int csr, u64 val)
{
	if (csr == CSR_SATP) {
		val &= host_satp_mask;
		if (host_hooks.satp)
			host_hooks.satp(val);
	}
	csrs[host_pcpu->id][csr] = val;
}

void host_set_time(u64 t)
{
	csrs[0][CSR_TIME] = t;
}

void asm_sfence_all(void)
{
	host_counts.sfence_all++;
	if (host_hooks.sfence_all)
		host_hooks.sfence_all();
}

void asm_sfence_asid(unsigned long asid)
{
	host_counts.sfence_asid++;
	if (host_hooks.sfence_asid)
		host_hooks.sfence_asid(asid);
}

void asm_sfence_page(unsigned long va)
{
	host_counts.sfence_page++;
	if (host_hooks.sfence_page)
		host_hooks.sfence_page(va);
}

/* There are no devices. */
void *map_device(paddr_t pa, u64 size)
{
	(void)pa;
	(void)size;
	return NULL;
}

void asm_fence_io(void)
{
}

void asm_forget_reservation(void)
{
	host_counts.forgotten++;
}

void asm_fence_i(void)
{
	host_counts.fence_i++;
}

void asm_wfi(void)
{
	host_counts.wfi++;
	if (host_hooks.wfi)
		host_hooks.wfi();
	else
		host_die("the stub waits for an interrupt, and none can come");
}

void smp_kick(struct pcpu *p)
{
	host_counts.kicks++;
	if (host_hooks.kick)
		host_hooks.kick(p);
}

void smp_relax(unsigned int turn)
{
	if (host_hooks.relax)
		host_hooks.relax(turn);
	if (turn > 1000)
		host_die("a lock is held, or a fence is waited for, for ever");
}

void vcpu_fp_save(struct vcpu *v)
{
	(void)v;
	host_counts.fp_save++;
}

void vcpu_fp_load(struct vcpu *v)
{
	(void)v;
	host_counts.fp_load++;
}

/* The hart's own translation: here it always faults, and arch/guest_access.c walks. */
u64 copy_plain(void *dst, const void *src, u64 len)
{
	(void)dst;
	(void)src;
	(void)len;
	return 1;
}

u64 copy_hlv(void *dst, u64 gva, u64 len)
{
	(void)dst;
	(void)gva;
	(void)len;
	return 1;
}

u64 copy_hsv(u64 gva, const void *src, u64 len)
{
	(void)gva;
	(void)src;
	(void)len;
	return 1;
}

bool load_word_plain(u64 gva, u64 *word)
{
	(void)gva;
	(void)word;
	return false;
}

void enter_guest(struct vcpu *v)
{
	(void)v;
	host_die("no guest runs here");
	abort();
}

/* --- hvm vCPUs: nothing of them is tested here but that core code treats them as their kind --- */

static int hvm_init(struct vcpu *v, u64 pool_size)
{
	(void)v;
	(void)pool_size;
	return 0;
}

static void hvm_nothing(struct vcpu *v)
{
	(void)v;
}

static void hvm_fence(struct vcpu *v, u64 start, u64 size, s32 asid)
{
	(void)v;
	(void)start;
	(void)size;
	(void)asid;
}

static bool hvm_irqs_on(struct vcpu *v)
{
	(void)v;
	return true;
}

static bool hvm_irq_ready(struct vcpu *v)
{
	return v->sip & v->csr.sie;
}

const struct vcpu_ops hvm_ops = {
	.init = hvm_init, .load = hvm_nothing, .save = hvm_nothing, .trap = hvm_nothing, .reset = hvm_nothing,
	.fence = hvm_fence, .fence_all = hvm_nothing, .irq_ready = hvm_irq_ready, .deliver = hvm_nothing,
	.timer = hvm_nothing, .irqs_on = hvm_irqs_on, .wait = sched_block,
};

/* --- firmware and console --- */

void sbi_set_timer(u64 t)
{
	(void)t;	/* pcpu->deadline has it */
}

void sbi_shutdown(bool failed)
{
	char why[300];

	host_stop_failed = failed;
	if (host_stop_expected) {
		host_stop_expected = false;
		longjmp(host_stop, 1);
	}
	snprintf(why, sizeof(why), "the stub stops: %.260s", output_len > 250 ? output + output_len - 250 : output);
	host_die(why);
	abort();
}

int stdout_node(void)
{
	return -1;
}

void uart_init(void)
{
}

void uart_putc(char c)
{
	if (output_len + 1 == sizeof(output))
		output_len = 0;
	output[output_len++] = c;
	output[output_len] = 0;
}

int uart_getc(void)
{
	return *typed ? *typed++ : -1;
}

void host_type(const char *s)
{
	typed = s;
}

const char *host_output(void)
{
	return output;
}

void host_output_clear(void)
{
	output_len = 0;
	output[0] = 0;
}

/* --- numbers --- */

u64 rnd(void)
{
	static u64 s;

	if (!s) {
		const char *seed = getenv("UNIT_SEED");

		s = seed ? strtoul(seed, NULL, 0) | 1 : 0x9e3779b97f4a7c15UL;
	}
	s ^= s << 13;
	s ^= s >> 7;
	s ^= s << 17;
	return s * 0x2545f4914f6cdd1dUL;
}

u64 rnd_below(u64 n)
{
	return (rnd() >> 16) % n;
}
