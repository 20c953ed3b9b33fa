// SPDX-License-Identifier: GPL-2.0
/* The SBI itself: base, errors, what a call may clobber, DBCN, SRST (SBI 2.0). */
#include "guest.h"

static void spec_version(void)
{
	struct sbiret r = sbi0(SBI_BASE, SBI_BASE_SPEC);

	check_eq(SBI_OK, r.error);
	check(r.value >= 2);		/* 0.2, where base came */
	check(!((unsigned long)r.value >> 31));
	if (under_stub())
		check_eq(2UL << 24, r.value);
	say("# SBI %ld.%ld\n", r.value >> 24, r.value & 0xffffff);
}

static void implementation(void)
{
	struct sbiret r = sbi0(SBI_BASE, SBI_BASE_IMPL);

	check_eq(SBI_OK, r.error);
	say("# SBI implementation %ld\n", r.value);
	r = sbi0(SBI_BASE, SBI_BASE_IMPL_VERSION);
	check_eq(SBI_OK, r.error);
}

/* mvendorid, marchid, mimpid: any value, 0 included, and no error. */
static void machine_ids(void)
{
	int fid;

	for (fid = 4; fid <= 6; fid++)
		check_eq(SBI_OK, sbi0(SBI_BASE, fid).error);
}

static void probe(void)
{
	static const unsigned long must[] = {
		SBI_BASE, SBI_TIME, SBI_IPI, SBI_RFENCE, SBI_HSM, SBI_SRST,
		SBI_LEGACY_SET_TIMER, SBI_LEGACY_PUTCHAR, SBI_LEGACY_GETCHAR,
	};
	static const unsigned long none[] = {
		0x0bad0badUL, 0x0affffffUL, 0x7fffffffUL, 0x12345678UL,
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(must); i++)
		check(sbi_has(must[i]));
	for (i = 0; i < ARRAY_SIZE(none); i++) {
		struct sbiret r = sbi1(SBI_BASE, SBI_BASE_PROBE, none[i]);

		check_eq(SBI_OK, r.error);
		check_eq(0, r.value);
	}
}

/* Ours: DBCN is there, and what 2.0 has but we have not is said not to be. */
static void probe_stub(void)
{
	if (!under_stub()) {
		skip("native");
		return;
	}
	check(sbi_has(SBI_DBCN));
	check(!sbi_has(0x43505043UL));		/* CPPC */
	check(!sbi_has(0x53535441UL));		/* SSE */
}

static void unknown_extension(void)
{
	static const unsigned long ext[] = {
		0x0bad0badUL, 0x0affffffUL, 0x12345678UL, 0x7fffffffUL, 0x100UL, 0xfUL,
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(ext); i++) {
		check_eq(SBI_NOT_SUPPORTED, sbi0(ext[i], 0).error);
		check_eq(SBI_NOT_SUPPORTED, sbi0(ext[i], 99).error);
	}
}

/* Ours: extension ids have 32 bits, more of a7 is no known extension. */
static void unknown_wide(void)
{
	if (!under_stub()) {
		skip("native");
		return;
	}
	check_eq(SBI_NOT_SUPPORTED, sbi0(-1UL, 0).error);
	check_eq(SBI_NOT_SUPPORTED, sbi0(1UL << 32 | SBI_BASE, 0).error);
	check_eq(SBI_NOT_SUPPORTED, sbi0(1UL << 63, 0).error);
}

static void unknown_function(void)
{
	static const unsigned long ext[] = {
		SBI_BASE, SBI_TIME, SBI_IPI, SBI_RFENCE, SBI_HSM, SBI_SRST,
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(ext); i++) {
		check_eq(SBI_NOT_SUPPORTED, sbi0(ext[i], 77).error);
		check_eq(SBI_NOT_SUPPORTED, sbi0(ext[i], -1UL).error);
	}
}

/* Chapter 3: "All registers except a0 & a1 must be preserved". */
unsigned long sbi_clobbers(unsigned long ext, unsigned long fid, unsigned long *regs);

static void check_clobbers(unsigned long ext, unsigned long fid, unsigned long keep)
{
	unsigned long regs[32], i;

	sbi_clobbers(ext, fid, regs);
	for (i = keep; i < 32; i++) {
		if (i == 2 || i == 4 || i == 16 || i == 17)
			continue;
		check_eq(0x1000 + i, regs[i]);
	}
	check_eq(fid, regs[16]);
	check_eq(ext, regs[17]);
	for (i = 1; i < 10; i++)
		if (i != 2 && i != 4)
			check_eq(0x1000 + i, regs[i]);
}

static void clobbers(void)
{
	check_clobbers(SBI_BASE, SBI_BASE_SPEC, 12);
	check_clobbers(SBI_BASE, SBI_BASE_PROBE, 12);
	check_clobbers(SBI_TIME, 0, 12);
	check_clobbers(SBI_HSM, SBI_HSM_STATUS, 12);
	check_clobbers(0x0bad0badUL, 5, 12);
}

/* Chapter 5: a legacy call changes a0 alone. */
static void clobbers_legacy(void)
{
	check_clobbers(SBI_LEGACY_SET_TIMER, 0, 11);
}

static void getchar_empty(void)
{
	check_eq(-1UL, sbi0(SBI_LEGACY_GETCHAR, 0).error);
}

/* DBCN (chapter 12): a write says how much it wrote, a bad address is an error. */
static void dbcn_write(void)
{
	static const char text[] = "# written through DBCN\n";
	struct sbiret r;

	if (!sbi_has(SBI_DBCN)) {
		skip("no DBCN");
		return;
	}
	r = sbi3(SBI_DBCN, 0, sizeof(text) - 1, (unsigned long)text, 0);
	check_eq(SBI_OK, r.error);
	check_eq(sizeof(text) - 1, r.value);
	r = sbi3(SBI_DBCN, 0, 0, (unsigned long)text, 0);
	check_eq(SBI_OK, r.error);
	check_eq(0, r.value);
	check_eq(SBI_OK, sbi1(SBI_DBCN, 2, '#').error);
	check_eq(SBI_OK, sbi1(SBI_DBCN, 2, '\n').error);
}

static void dbcn_bounds(void)
{
	static const unsigned long bad[][3] = {		/* bytes, low, high */
		{ 16, 0x1000, 0 }, { 16, 0x10000000UL, 0 }, { 16, -16UL, 0 },
		{ 16, 0x80200000UL, 1 }, { -1UL, 0x80200000UL, 0 },
		{ 1UL << 40, 0x80200000UL, 0 }, { 16, -8UL, -1UL },
		{ 16, 0xffffffc000000000UL, 0 },
	};
	unsigned long end = ram_end();
	int i;

	if (!under_stub()) {
		skip("native");
		return;
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		check_eq(SBI_INVALID_PARAM,
			 sbi3(SBI_DBCN, 0, bad[i][0], bad[i][1], bad[i][2]).error);
		check_eq(SBI_INVALID_PARAM,
			 sbi3(SBI_DBCN, 1, bad[i][0], bad[i][1], bad[i][2]).error);
	}
	check_eq(SBI_INVALID_PARAM, sbi3(SBI_DBCN, 0, 16, end - 8, 0).error);
	check_eq(SBI_INVALID_PARAM, sbi3(SBI_DBCN, 1, 16, end - 8, 0).error);
}

static void dbcn_read_empty(void)
{
	char buf[32] = "untouched";
	struct sbiret r;

	if (!sbi_has(SBI_DBCN)) {
		skip("no DBCN");
		return;
	}
	r = sbi3(SBI_DBCN, 1, sizeof(buf), (unsigned long)buf, 0);
	check_eq(SBI_OK, r.error);
	check_eq(0, r.value);
	check_eq('u', buf[0]);
}

/*
 * SRST (chapter 10): a reserved type or reason is SBI_ERR_INVALID_PARAM, one of
 * the vendor's may be not supported. OpenSBI says not supported to both.
 */
static void srst_bad_type(void)
{
	static const unsigned long types[] = { 3, 0x1000, 0xefffffff };
	struct sbiret r;
	int i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		r = sbi2(SBI_SRST, 0, types[i], 0);
		check(r.error == SBI_INVALID_PARAM ||
		      (r.error == SBI_NOT_SUPPORTED && !under_stub()));
	}
	r = sbi2(SBI_SRST, 0, 0xf0000000UL, 0);
	check(r.error == SBI_INVALID_PARAM || r.error == SBI_NOT_SUPPORTED);
}

/* Ours: a reserved reason is as wrong. */
static void srst_bad_reason(void)
{
	if (!under_stub()) {
		skip("native");
		return;
	}
	check_eq(SBI_INVALID_PARAM, sbi2(SBI_SRST, 0, 0, 2).error);
	check_eq(SBI_INVALID_PARAM, sbi2(SBI_SRST, 0, 0, 0xdfffffffUL).error);
}

/* Ours: hypercalls come with a later stage; until then, and unknown ones, an error. */
static void hypercall_space(void)
{
	struct sbiret r;

	if (!under_stub()) {
		check_eq(SBI_NOT_SUPPORTED, sbi0(0x0a000007UL, 17).error);
		return;
	}
	r = sbi_call(0x0a000007UL, 63, 0, 0, 0, 0, 0, 0);
	check(r.error == SBI_NOT_SUPPORTED || r.error == -38);
}

/* HSM (9.3): a hart that is not there. */
static void hart_state_of_nobody(void)
{
	check_eq(SBI_INVALID_PARAM, sbi1(SBI_HSM, SBI_HSM_STATUS, 4711).error);
	check_eq(SBI_INVALID_PARAM, sbi1(SBI_HSM, SBI_HSM_STATUS, -1UL).error);
}

TESTS(
	T(spec_version), T(implementation), T(machine_ids), T(probe), T(probe_stub),
	T(unknown_extension), T(unknown_wide), T(unknown_function), T(clobbers),
	T(clobbers_legacy), T(getchar_empty), T(dbcn_write), T(dbcn_bounds),
	T(dbcn_read_empty), T(srst_bad_type), T(srst_bad_reason),
	T(hypercall_space), T(hart_state_of_nobody),
);
