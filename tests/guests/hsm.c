// SPDX-License-Identifier: GPL-2.0
/* Hart state management: SBI 2.0 chapter 9. */
#include "guest.h"
#include "vm.h"

#define NEED_OTHER()						\
	struct hart *other = other_hart(0);			\
	if (!other) {						\
		skip("one hart");				\
		return;						\
	}

extern char secondary_entry[];
static volatile unsigned long seen[4], go;

/* What a started hart finds: satp 0, SIE 0 (9.1). */
static void look_around(void *arg)
{
	seen[0] = csr_read(satp);
	seen[1] = csr_read(sstatus);
	seen[2] = (unsigned long)arg;
	seen[3]++;
}

static void until_go(void *arg)
{
	seen[3]++;
	while (!go)
		;
}

static void own_status(void)
{
	check_eq(HSM_STARTED, hart_status(this_hart()->id));
}

static void invalid_hart(void)
{
	unsigned long entry = (unsigned long)secondary_entry;

	check_eq(SBI_INVALID_PARAM, sbi3(SBI_HSM, SBI_HSM_START, 4711, entry, 0).error);
	check_eq(SBI_INVALID_PARAM, sbi3(SBI_HSM, SBI_HSM_START, -1UL, entry, 0).error);
	check_eq(SBI_INVALID_PARAM, hart_status(4711));
}

static void start_self(void)
{
	check_eq(SBI_ALREADY_AVAILABLE,
		 sbi3(SBI_HSM, SBI_HSM_START, this_hart()->id,
		      (unsigned long)secondary_entry, 0).error);
}

/* a0 is the hart's id, a1 the opaque value; rt/smp.c counts both. */
static void start(void)
{
	unsigned long entered, ids;

	NEED_OTHER();
	check_eq(HSM_STOPPED, hart_status(other->id));
	entered = other->entered;
	ids = other->opaque_ok;
	seen[3] = 0;
	vm_on(vm_new(), 0);	/* our satp is not its satp */
	check(hart_call(other, look_around, (void *)0x4711));
	vm_off();
	check_eq(entered + 1, other->entered);
	check_eq(ids + 1, other->opaque_ok);
	check_eq(0, seen[0]);
	check_eq(0, seen[1] & SR_SIE);
	check_eq(0x4711, seen[2]);
	check_eq(1, seen[3]);
	check_eq(HSM_STOPPED, hart_status(other->id));
}

static void start_running(void)
{
	NEED_OTHER();
	go = 0;
	seen[3] = 0;
	check(hart_run(other, until_go, NULL));
	check(wait_for(seen[3]));
	check_eq(HSM_STARTED, hart_status(other->id));
	check_eq(SBI_ALREADY_AVAILABLE,
		 sbi3(SBI_HSM, SBI_HSM_START, other->id,
		      (unsigned long)secondary_entry, (unsigned long)other).error);
	go = 1;
	check(hart_wait(other));
	check_eq(1, seen[3]);
}

static void stop_and_restart(void)
{
	int i;

	NEED_OTHER();
	seen[3] = 0;
	for (i = 1; i <= 30; i++) {
		check(hart_call(other, look_around, NULL));
		check_eq(i, seen[3]);
	}
}

/* Every hart there is, one after the other and together. */
static void all_harts(void)
{
	int i;

	NEED_OTHER();
	check(other->id != this_hart()->id);
	go = 0;
	for (i = 1; i < nharts; i++) {
		seen[3] = 0;
		check(hart_run(&harts[i], until_go, NULL));
		check(wait_for(seen[3] == 1));
	}
	for (i = 0; i < nharts; i++)
		check_eq(HSM_STARTED, hart_status(harts[i].id));
	go = 1;
	for (i = 1; i < nharts; i++)
		check(hart_wait(&harts[i]));
}

/* Ours: an entry that is no memory of the guest's is SBI_ERR_INVALID_ADDRESS. */
static void start_nowhere(void)
{
	NEED_OTHER();
	if (!under_stub()) {
		skip("native");
		return;
	}
	check_eq(SBI_INVALID_ADDRESS,
		 sbi3(SBI_HSM, SBI_HSM_START, other->id, 0x1000, 0).error);
	check_eq(SBI_INVALID_ADDRESS,
		 sbi3(SBI_HSM, SBI_HSM_START, other->id, ram_end(), 0).error);
	check_eq(HSM_STOPPED, hart_status(other->id));
}

/* Retentive suspend, type 0: like wfi; the call returns when an interrupt comes. */
static void suspend_retentive(void)
{
	unsigned long when = rdtime() + 20000;
	struct sbiret r;

	csr_set(sie, IE_STIE);
	set_timer(when);
	r = sbi1(SBI_HSM, SBI_HSM_SUSPEND, 0);
	if (r.error == SBI_NOT_SUPPORTED) {
		skip("not supported");
		return;
	}
	check_eq(SBI_OK, r.error);
	check(rdtime() >= when);
}

/* A reserved suspend type. */
static void suspend_bad_type(void)
{
	struct sbiret r = sbi1(SBI_HSM, SBI_HSM_SUSPEND, 0x70000000);

	check(r.error == SBI_INVALID_PARAM || r.error == SBI_NOT_SUPPORTED);
}

TESTS(
	T(own_status), T(invalid_hart), T(start_self), T(start), T(start_running),
	T(stop_and_restart), T(all_harts), T(start_nowhere), T(suspend_retentive),
	T(suspend_bad_type),
);
