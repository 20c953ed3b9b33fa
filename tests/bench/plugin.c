// SPDX-License-Identifier: GPL-2.0
/*
 * A plugin of QEMU's, for "bench --devices".
 *
 * wait=START-END, virtual addresses of a function of the guest's that tells a device of QEMU's what to do: before it returns, QEMU's
 * main loop has done all that it was woken for. Without this the host decides how many instructions a request takes to
 * complete, for example whether its guest has gone to sleep by then: figures move by some percent.
 *
 * out=FILE: how many instructions were executed at which place, that is in which piece of translated code, by its virtual
 * address and the machine's: at the end a line each, both addresses and the number. A piece that a trap leaves counts as a
 * whole, so the sums are some percent too large.
 *
 * The few declarations of qemu-plugin.h (version 1) that it takes are here: Debian does not package that file.
 */
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct qemu_plugin_tb;
struct qemu_plugin_insn;

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
void *qemu_plugin_insn_haddr(const struct qemu_plugin_insn *insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, void (*cb)(unsigned int vcpu, void *data), int flags,
					    void *data);
void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, void (*cb)(uint64_t id, struct qemu_plugin_tb *tb));
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *tb, int op, void *counter, uint64_t n);
void qemu_plugin_register_atexit_cb(uint64_t id, void (*cb)(uint64_t id, void *data), void *data);

#define ADD	0		/* QEMU_PLUGIN_INLINE_ADD_U64 */
#define RAM	0x80000000UL	/* of the machine "virt", where its firmware begins */
#define BUCKETS	65536
#define C_RET	0x8082

int qemu_plugin_version = 1;

struct place {
	struct place *next;
	uint64_t va, pa, count;
};

static struct place *places[BUCKETS];
static char *ram;		/* where RAM is in QEMU */
static FILE *out;
static uint64_t wait_start, wait_end;

/*
 * The main loop is QEMU's first thread. Who wakes it makes it runnable at once, and it does not sleep again before it has
 * done everything.
 */
static void wait_for_main_loop(unsigned int vcpu, void *data)
{
	static int fd = -1;
	char stat[128], *state;
	ssize_t n;

	(void)vcpu;
	(void)data;
	if (fd < 0)
		fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
	for (;;) {
		n = pread(fd, stat, sizeof(stat) - 1, 0);
		if (n <= 0)
			abort();
		stat[n] = 0;
		state = strrchr(stat, ')');
		if (state && state[2] == 'S')
			return;
		usleep(20);
	}
}

static void wait_at_return(const struct qemu_plugin_tb *tb)
{
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint16_t code;

		memcpy(&code, qemu_plugin_insn_data(insn), sizeof(code));
		if (qemu_plugin_insn_vaddr(insn) - wait_start < wait_end - wait_start &&
		    qemu_plugin_insn_size(insn) == sizeof(code) && code == C_RET)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, wait_for_main_loop, 0, NULL);
	}
}

static struct place *place(uint64_t va, uint64_t pa)
{
	struct place **head = &places[(va >> 1 ^ va >> 17 ^ pa >> 12) % BUCKETS], *p;

	for (p = *head; p; p = p->next)
		if (p->va == va && p->pa == pa)
			return p;
	p = calloc(1, sizeof(*p));
	if (!p)
		abort();
	*p = (struct place){ *head, va, pa, 0 };
	*head = p;
	return p;
}

static void on_translation(uint64_t id, struct qemu_plugin_tb *tb)
{
	char *host = qemu_plugin_insn_haddr(qemu_plugin_tb_get_insn(tb, 0));
	uint64_t va = qemu_plugin_tb_vaddr(tb);

	(void)id;
	wait_at_return(tb);
	if (!out)
		return;
	if (!ram && va == RAM)
		ram = host;
	qemu_plugin_register_vcpu_tb_exec_inline(tb, ADD, &place(va, ram && host ? host - ram + RAM : 0)->count,
						 qemu_plugin_tb_n_insns(tb));
}

static void on_exit_of_qemu(uint64_t id, void *data)
{
	(void)id;
	(void)data;
	for (size_t i = 0; i < BUCKETS; i++)
		for (const struct place *p = places[i]; p; p = p->next)
			if (p->count)
				fprintf(out, "%lx %lx %lu\n", p->va, p->pa, p->count);
	fclose(out);
}

int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "out=", 4))
			out = fopen(argv[i] + 4, "w");
		else if (sscanf(argv[i], "wait=%lx-%lx", &wait_start, &wait_end) != 2)
			return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	if (out)
		qemu_plugin_register_atexit_cb(id, on_exit_of_qemu, NULL);
	return 0;
}
