// SPDX-License-Identifier: GPL-2.0
/*
 * A small SBI implementation for QEMU's virt board that is not OpenSBI: version 2.0 with TIME, IPI, RFENCE, HSM, SRST
 * and DBCN, no legacy calls; illegal instructions are delegated where there is no H. And, for one hart, two that answer oddly:
 *
 *   yes		says that it is Xen; what it does not know succeeds
 *   refuses		each call of Base is an error, so nobody finds an extension; there are the legacy calls
 *   sv39		of a hart without H that has no page tables but Sv39's: satp is the firmware's (mstatus.TVM)
 */
#include <stdbool.h>
#include <stdint.h>
#include "fw.h"

typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;

#ifdef KIND_yes
#define IMPLEMENTATION	7
#define UNKNOWN		0
#else
#define IMPLEMENTATION	0x5056
#define UNKNOWN		SBI_NOT_SUPPORTED
#endif
#ifdef KIND_refuses
#define LEGACY		1
#else
#define LEGACY		0
#endif

#ifdef KIND_sv39
#define SV39_ONLY	1
#else
#define SV39_ONLY	0
#endif

#define SBI_FAILED		-1L
#define SBI_NOT_SUPPORTED	-2L
#define SBI_INVALID_PARAM	-3L
#define SBI_INVALID_ADDRESS	-5L
#define SBI_ALREADY_AVAILABLE	-6L

#define CLINT		0x2000000UL
#define MSIP(hart)	((volatile u32 *)(CLINT + 4 * (hart)))
#define MTIMECMP(hart)	((volatile u64 *)(CLINT + 0x4000 + 8 * (hart)))
#define UART		((volatile u8 *)0x10000000UL)
#define FINISHER	((volatile u32 *)0x100000UL)

#define IP_SSIP		(1UL << 1)
#define IP_STIP		(1UL << 5)
#define IP_MSIP		(1UL << 3)
#define IP_MTIP		(1UL << 7)
#define MSTATUS_MPP	(3UL << 11)
#define MSTATUS_MPV	(1UL << 39)
#define MSTATUS_TVM	(1UL << 20)
#define MSTATUS_MPP_S	(1UL << 11)
#define SSTATUS_SIE	(1UL << 1)
#define SSTATUS_SPIE	(1UL << 5)
#define SSTATUS_SPP	(1UL << 8)
#define HSTATUS_GVA	(1UL << 6)
#define HSTATUS_SPV	(1UL << 7)
#define HSTATUS_SPVP	(1UL << 8)
#define ILLEGAL		2
#define MENVCFG_STCE	(1UL << 63)
#define MISA_H		(1UL << ('H' - 'A'))

#define csr_read(csr) ({ u64 v_; asm volatile("csrr %0, " #csr : "=r"(v_) : : "memory"); v_; })
#define csr_write(csr, val) asm volatile("csrw " #csr ", %0" : : "r"((u64)(val)) : "memory")
#define csr_set(csr, val) asm volatile("csrs " #csr ", %0" : : "r"((u64)(val)) : "memory")
#define csr_clear(csr, val) asm volatile("csrc " #csr ", %0" : : "r"((u64)(val)) : "memory")

struct ret {
	long error;
	u64 value;
};

enum { STARTED, STOPPED, START_PENDING };	/* as HSM's hart_get_status says it */

static struct hart {
	u32 state;
	u32 ipi;
	u32 fences_asked, fences_done;	/* fences are all the same one: of everything */
	u64 start_at, opaque;
	bool sstc;
} harts[MAX_HARTS] = { [0 ... MAX_HARTS - 1] = { .state = STOPPED } };

static u32 boot_hart_taken;

u64 set_menvcfg(u64 value);
void enter_s(u64 a0, u64 a1, u64 address) __attribute__((noreturn));
void restart(void) __attribute__((noreturn));
void fw_main(u64 hartid, u64 fdt) __attribute__((noreturn));
void fw_park(void) __attribute__((noreturn));
void fw_trap(u64 *regs);

static struct hart *me(void)
{
	return &harts[csr_read(mhartid)];
}

static void put(char c)
{
	while (!(UART[5] & 0x20))
		;
	UART[0] = c;
}

static void put_string(const char *s)
{
	while (*s)
		put(*s++);
}

static void __attribute__((noreturn)) power(u32 finisher)
{
	*FINISHER = finisher;
	for (;;)
		;
}

static void die(const char *why, u64 number)
{
	put_string("firmware: ");
	put_string(why);
	for (int shift = 60; shift >= 0; shift -= 4)
		put("0123456789abcdef"[number >> shift & 15]);
	put_string("\r\n");
	power(0x13333);
}

/* --- other harts --- */

static void fence_if_asked(void)
{
	u32 asked = __atomic_load_n(&me()->fences_asked, __ATOMIC_ACQUIRE);

	if (asked == me()->fences_done)
		return;
	asm volatile("fence.i; sfence.vma" : : : "memory");
	if (csr_read(misa) & MISA_H)
		asm volatile(".insn r 0x73, 0, 0x11, x0, x0, x0; .insn r 0x73, 0, 0x31, x0, x0, x0" : : : "memory");
	__atomic_store_n(&me()->fences_done, asked, __ATOMIC_RELEASE);
}

static void on_ipi(void)
{
	*MSIP(csr_read(mhartid)) = 0;
	asm volatile("fence" : : : "memory");
	if (__atomic_exchange_n(&me()->ipi, 0, __ATOMIC_ACQ_REL))
		csr_set(mip, IP_SSIP);
	fence_if_asked();
}

/* The harts of a mask that are started, one after the other: true as long as there is one. */
static bool each(u64 mask, u64 base, u64 *hart)
{
	for (; *hart < MAX_HARTS; (*hart)++)
		if ((base == ~0UL || (*hart - base < 64 && mask >> (*hart - base) & 1)) && harts[*hart].state == STARTED)
			return true;
	return false;
}

static struct ret send_ipi(u64 mask, u64 base)
{
	for (u64 n = 0; each(mask, base, &n); n++) {
		__atomic_store_n(&harts[n].ipi, 1, __ATOMIC_RELEASE);
		*MSIP(n) = 1;
	}
	return (struct ret){ 0, 0 };
}

/* Two that fence each other both get done: who waits does its own. */
static struct ret rfence(u64 fid, u64 mask, u64 base)
{
	u32 ticket[MAX_HARTS];

	if (fid > 6)
		return (struct ret){ SBI_NOT_SUPPORTED, 0 };
	for (u64 n = 0; each(mask, base, &n); n++) {
		ticket[n] = __atomic_add_fetch(&harts[n].fences_asked, 1, __ATOMIC_ACQ_REL);
		*MSIP(n) = 1;
	}
	for (u64 n = 0; each(mask, base, &n); n++)
		while ((int)(__atomic_load_n(&harts[n].fences_done, __ATOMIC_ACQUIRE) - ticket[n]) < 0 &&
		       harts[n].state == STARTED)
			fence_if_asked();
	return (struct ret){ 0, 0 };
}

static struct ret hart_start(u64 id, u64 address, u64 opaque)
{
	u32 stopped = STOPPED;

	if (id >= MAX_HARTS)
		return (struct ret){ SBI_INVALID_PARAM, 0 };
	if (address & 1 || address - FW_BASE < FW_SIZE)
		return (struct ret){ SBI_INVALID_ADDRESS, 0 };
	if (!__atomic_compare_exchange_n(&harts[id].state, &stopped, START_PENDING, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return (struct ret){ SBI_ALREADY_AVAILABLE, 0 };
	harts[id].opaque = opaque;
	__atomic_store_n(&harts[id].start_at, address, __ATOMIC_RELEASE);
	*MSIP(id) = 1;
	return (struct ret){ 0, 0 };
}

static struct ret hsm(u64 fid, const u64 *a)
{
	switch (fid) {
	case 0:
		return hart_start(a[0], a[1], a[2]);
	case 1:
		__atomic_store_n(&me()->state, STOPPED, __ATOMIC_RELEASE);
		restart();
	case 2:
		if (a[0] >= MAX_HARTS)
			return (struct ret){ SBI_INVALID_PARAM, 0 };
		return (struct ret){ 0, harts[a[0]].state };
	default:
		return (struct ret){ SBI_NOT_SUPPORTED, 0 };
	}
}

/* --- calls --- */

static struct ret set_timer(u64 when)
{
	/* With Sstc STIP is stimecmp's. */
	if (me()->sstc) {
		csr_write(0x14d, when);
		return (struct ret){ 0, 0 };
	}
	*MTIMECMP(csr_read(mhartid)) = when;
	csr_clear(mip, IP_STIP);
	csr_set(mie, IP_MTIP);
	return (struct ret){ 0, 0 };
}

static struct ret srst(u64 type, u64 reason)
{
	if (type > 2)
		return (struct ret){ SBI_INVALID_PARAM, 0 };
	if (type)
		power(0x7777);
	power(reason ? 0x13333 : 0x5555);
}

static struct ret dbcn(u64 fid, const u64 *a)
{
	const u8 *p = (const u8 *)a[1];
	u64 n = 0;

	if (fid < 2 && (a[2] || a[1] - FW_BASE < FW_SIZE || a[1] + a[0] < a[1] || a[1] < FW_BASE))
		return (struct ret){ SBI_INVALID_PARAM, 0 };
	switch (fid) {
	case 0:
		for (; n < a[0]; n++)
			put(p[n]);
		return (struct ret){ 0, n };
	case 1:
		for (; n < a[0] && UART[5] & 1; n++)
			((u8 *)p)[n] = UART[0];
		return (struct ret){ 0, n };
	case 2:
		put(a[0]);
		return (struct ret){ 0, 0 };
	default:
		return (struct ret){ SBI_NOT_SUPPORTED, 0 };
	}
}

static bool has(u64 ext)
{
	return ext == 0x10 || ext == 0x54494d45 || ext == 0x735049 || ext == 0x52464e43 || ext == 0x48534d ||
		ext == 0x53525354 || ext == 0x4442434e;
}

static struct ret base(u64 fid, const u64 *a)
{
	static const u64 answers[] = { 0x2000000, IMPLEMENTATION, 1, 0, 0, 0, 0 };

	if (LEGACY)
		return (struct ret){ SBI_FAILED, 7 };
	if (fid >= sizeof(answers) / sizeof(answers[0]))
		return (struct ret){ SBI_NOT_SUPPORTED, 0 };
	return (struct ret){ 0, fid == 3 ? has(a[0]) : answers[fid] };
}

/* Of SBI 0.1, for one hart: the result is in a0 alone. */
static long legacy(u64 ext, const u64 *a)
{
	switch (ext) {
	case 0:
		return set_timer(a[0]).error;
	case 1:
		put(a[0]);
		return 0;
	case 2:
		return UART[5] & 1 ? UART[0] : -1;
	case 3:
		csr_clear(mip, IP_SSIP);
		return 0;
	case 4:
		return send_ipi(1, 0).error;
	case 8:
		power(0x5555);
	default:
		return rfence(0, 1, 0).error;
	}
}

static struct ret call(u64 ext, u64 fid, const u64 *a)
{
	switch (LEGACY && ext != 0x10 ? ~0UL : ext) {
	case 0x10:
		return base(fid, a);
	case 0x54494d45:
		return set_timer(a[0]);
	case 0x735049:
		return send_ipi(a[0], a[1]);
	case 0x52464e43:
		return rfence(fid, a[0], a[1]);
	case 0x48534d:
		return hsm(fid, a);
	case 0x53525354:
		return srst(a[0], a[1]);
	case 0x4442434e:
		return dbcn(fid, a);
	default:
		return (struct ret){ UNKNOWN, 0 };
	}
}

/*
 * An illegal instruction where they are not delegated: to VS-mode if HS-mode has delegated it there, else to HS-mode.
 * (QEMU 7.2 makes cause 1 of cause 2 when it delegates one to VS-mode itself.)
 */
static void redirect(u64 *regs, u64 cause)
{
	u64 mstatus = csr_read(mstatus), virt = mstatus & MSTATUS_MPV, s_mode = mstatus >> 11 & 1;
	u64 spp, to;

	if (virt && csr_read(0x602) >> cause & 1) {		/* hedeleg */
		csr_write(0x241, regs[0]);			/* vsepc, vscause, vstval, vsstatus */
		csr_write(0x242, cause);
		csr_write(0x243, csr_read(mtval));
		to = csr_read(0x205);
		spp = csr_read(0x200);
		csr_write(0x200, (spp & ~(SSTATUS_SPP | SSTATUS_SPIE | SSTATUS_SIE)) | s_mode << 8 | (spp & SSTATUS_SIE) << 4);
	} else {
		csr_write(sepc, regs[0]);
		csr_write(scause, cause);
		csr_write(stval, csr_read(mtval));
		to = csr_read(stvec);
		spp = csr_read(sstatus);
		csr_write(sstatus, (spp & ~(SSTATUS_SPP | SSTATUS_SPIE | SSTATUS_SIE)) | s_mode << 8 | (spp & SSTATUS_SIE) << 4);
		if (csr_read(misa) & MISA_H) {
			csr_clear(0x600, HSTATUS_GVA | HSTATUS_SPV | (virt ? HSTATUS_SPVP : 0));
			csr_set(0x600, virt ? HSTATUS_SPV | s_mode << 8 : 0);
			csr_clear(mstatus, MSTATUS_MPV);
		}
	}
	csr_clear(mstatus, MSTATUS_MPP);
	csr_set(mstatus, MSTATUS_MPP_S);
	regs[0] = to & ~3UL;
}

/* With TVM satp and sfence.vma of S-mode come here: satp as a hart has it that does not know other modes than Sv39. */
static bool own_satp(u64 *regs)
{
	u64 insn = csr_read(mtval), rs1 = insn >> 15 & 31, rd = insn >> 7 & 31, op = insn >> 12 & 7, old, val;

	if (!SV39_ONLY || (csr_read(mstatus) & MSTATUS_MPP) != MSTATUS_MPP_S || (insn & 0x7f) != 0x73)
		return false;
	if (op && insn >> 20 == 0x180) {
		old = csr_read(satp);
		val = op & 4 ? rs1 : rs1 ? regs[rs1] : 0;
		val = (op & 3) == 1 ? val : (op & 3) == 2 ? old | val : old & ~val;
		if (((op & 3) == 1 || rs1) && (val >> 60 == 0 || val >> 60 == 8))
			csr_write(satp, val);
		if (rd)
			regs[rd] = old;
	} else if (!op && insn >> 25 == 9) {
		asm volatile("sfence.vma" : : : "memory");
	} else {
		return false;
	}
	regs[0] += 4;
	return true;
}

void fw_trap(u64 *regs)
{
	u64 cause = csr_read(mcause);
	struct ret ret;

	switch (cause) {
	case ILLEGAL:
		if (!own_satp(regs))
			redirect(regs, cause);
		break;
	case 9:		/* ecall from S-mode or HS-mode */
		regs[0] += 4;
		if (LEGACY && regs[17] <= 8) {
			regs[10] = legacy(regs[17], &regs[10]);
			break;
		}
		ret = call(regs[17], regs[16], &regs[10]);
		regs[10] = ret.error;
		regs[11] = ret.value;
		break;
	case 1UL << 63 | 3:
		on_ipi();
		break;
	case 1UL << 63 | 7:
		csr_clear(mie, IP_MTIP);
		csr_set(mip, IP_STIP);
		break;
	default:
		die("trap, mcause ", cause);
	}
}

/* --- boot --- */

static u64 get_be(const u8 *p, unsigned int bytes)
{
	u64 n = 0;

	while (bytes--)
		n = n << 8 | *p++;
	return n;
}

static void put_be(u8 *p, unsigned int bytes, u64 n)
{
	for (; bytes--; n >>= 8)
		p[bytes] = n;
}

/* One more entry in the tree's list of reserved memory: what is behind it moves up; QEMU leaves room after a tree. */
static void reserve_own(u8 *fdt)
{
	u8 *list = fdt + get_be(fdt + 16, 4);		/* off_mem_rsvmap */

	if (get_be(fdt, 4) != 0xd00dfeed)
		die("no device tree at ", (u64)fdt);
	for (u8 *p = fdt + get_be(fdt + 4, 4) - 1; p >= list; p--)
		p[16] = *p;
	put_be(list, 8, FW_BASE);
	put_be(list + 8, 8, FW_SIZE);
	for (unsigned int field = 4; field < 16; field += 4)	/* totalsize, off_dt_struct, off_dt_strings */
		put_be(fdt + field, 4, get_be(fdt + field, 4) + 16);
}

/* What a hart of a supervisor may do: all memory but the firmware's. */
static void prepare_hart(void)
{
	csr_write(pmpaddr0, (FW_BASE >> 2) | ((FW_SIZE >> 3) - 1));
	csr_write(pmpaddr1, ~0UL);
	csr_write(pmpcfg0, 0x1f18);	/* NAPOT: nothing; all else */
	/* all but calls of this firmware */
	csr_write(medeleg, 0xf0b5ff & ~(SV39_ONLY || csr_read(misa) & MISA_H ? 1UL << ILLEGAL : 0));
	csr_write(mideleg, 0x222 | 0x1444);
	csr_write(mcounteren, 7);
	csr_write(scounteren, 7);
	csr_write(satp, 0);
	csr_write(sie, 0);
	me()->sstc = set_menvcfg(~0UL) & MENVCFG_STCE;
	csr_clear(mstatus, MSTATUS_MPP | 1UL << 5 | 1UL << 1);
	csr_set(mstatus, MSTATUS_MPP_S | (SV39_ONLY ? MSTATUS_TVM : 0));
	csr_write(mie, IP_MSIP);
}

void fw_park(void)
{
	struct hart *h = me();
	u64 at;

	csr_clear(mip, IP_SSIP | IP_STIP);
	csr_write(mie, IP_MSIP);
	while (!__atomic_load_n(&h->start_at, __ATOMIC_ACQUIRE))
		asm volatile("wfi");
	*MSIP(csr_read(mhartid)) = 0;
	h->fences_done = h->fences_asked;
	prepare_hart();
	asm volatile("fence.i; sfence.vma" : : : "memory");
	at = h->start_at;
	h->start_at = 0;
	__atomic_store_n(&h->state, STARTED, __ATOMIC_RELEASE);
	enter_s(csr_read(mhartid), h->opaque, at);
}

void fw_main(u64 hartid, u64 fdt)
{
	if (__atomic_exchange_n(&boot_hart_taken, 1, __ATOMIC_ACQ_REL))
		fw_park();
	harts[hartid].state = STARTED;
	prepare_hart();
	reserve_own((u8 *)fdt);
	put_string("firmware: not OpenSBI\r\n");
	enter_s(hartid, fdt, KERNEL_AT);
}
