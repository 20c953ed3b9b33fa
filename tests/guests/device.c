// SPDX-License-Identifier: GPL-2.0
/*
 * A domain that drives devices of the machine (hypervisor-stub/core/devices.c): a disk, which reads and writes memory by
 * itself, and a clock. The memory has the machine's addresses, interrupts are event channels, and nothing else is
 * within reach. With "devices=none" on the command line it is a domain that has none, beside one that has; with "reboots"
 * it starts again twice, each time with the disk at work and its interrupt in service.
 */
#include "guest.h"
#include "vm.h"
#include <xen/xen.h>
#include <xen/errno.h>
#include <xen/event_channel.h>
#include <xen/features.h>
#include <xen/memory.h>
#include <xen/physdev.h>
#include <xen/vcpu.h>
#include <xen/version.h>

/* QEMU's virt machine; device.t gives slot 0 and the clock. */
#define DISK		0x10001000UL
#define DISK_IRQ	1
#define CLOCK		0x101000UL
#define CLOCK_IRQ	11

/* virtio 1.2, 4.2.2 and 5.2 */
#define MAGIC		0x00
#define DEVICE_ID	0x08
#define FEATURES_SEL	0x24
#define FEATURES	0x20
#define QUEUE_SIZE	0x38
#define QUEUE_READY	0x44
#define NOTIFY		0x50
#define IRQ_STATUS	0x60
#define IRQ_ACK		0x64
#define STATUS		0x70
#define QUEUE_DESC	0x80
#define QUEUE_DRIVER	0x90
#define QUEUE_DEVICE	0xa0
#define STATUS_OK	(1 | 2 | 8)	/* acknowledge, driver, features */
#define STATUS_DRIVER	4
#define NEXT		1
#define WRITE		2
#define ENTRIES		8
#define SECTOR		512

/* The goldfish clock */
#define TIME_LOW	0x00
#define TIME_HIGH	0x04
#define ALARM_LOW	0x08
#define ALARM_HIGH	0x0c
#define IRQ_ENABLED	0x10
#define CLEAR_IRQ	0x1c

#define REBOOTS		2
#define COLD_REBOOT	1
#define A_WHILE		200000UL	/* ticks in which what is to come has come: 20 ms */

static struct {
	struct { unsigned long addr; unsigned int len; unsigned short flags, next; } desc[ENTRIES];
	struct { unsigned short flags, idx, ring[ENTRIES]; } avail;
	struct { unsigned short flags, idx; struct { unsigned int id, len; } ring[ENTRIES]; } used __attribute__((aligned(8)));
	struct { unsigned int type, reserved; unsigned long sector; } request;
	unsigned char data[SECTOR], status;
} queue __attribute__((aligned(4096)));

static struct shared_info *shared;
static struct vcpu_info info __attribute__((aligned(128)));
static char shared_page[PAGE] __attribute__((aligned(PAGE)));
static unsigned long regs = DISK;	/* where the disk's registers are mapped */
static volatile unsigned long events[64];

static long call(unsigned long nr, unsigned long a1, void *a2, unsigned long a3)
{
	return sbi_call(XEN_RISCV_SBI_EXT, nr, 0, a1, (unsigned long)a2, a3, 0, 0).error;
}

static long evtchn(unsigned long op, void *arg)
{
	return call(__HYPERVISOR_event_channel_op, op, arg, 0);
}

static long bind(unsigned int pirq, evtchn_port_t *port)
{
	struct evtchn_bind_pirq b = { .pirq = pirq };
	long rc = evtchn(EVTCHNOP_bind_pirq, &b);

	*port = b.port;
	return rc;
}

static long eoi(unsigned int pirq)
{
	struct physdev_eoi e = { pirq };

	return call(__HYPERVISOR_physdev_op, PHYSDEVOP_eoi, &e, 0);
}

static long close(evtchn_port_t port)
{
	struct evtchn_close c = { port };

	return evtchn(EVTCHNOP_close, &c);
}

static bool none(void)
{
	if (!fdt_says("devices=none"))
		return false;
	skip("without devices");
	return true;
}

/* --- registers --- */

static unsigned int get(unsigned long addr)
{
	unsigned int v = *(volatile unsigned int *)addr;

	asm volatile("fence iorw, iorw" : : : "memory");
	return v;
}

static void put(unsigned long addr, unsigned int v)
{
	asm volatile("fence iorw, iorw" : : : "memory");
	*(volatile unsigned int *)addr = v;
}

static void put_address(unsigned long addr, const void *p)
{
	put(addr, (unsigned long)p);
	put(addr + 4, (unsigned long)p >> 32);
}

static bool disk_start(void)
{
	memset(&queue, 0, sizeof(queue));
	put(regs + STATUS, 0);
	put(regs + STATUS, 1 | 2);
	put(regs + FEATURES_SEL, 1);
	put(regs + FEATURES, 1);	/* VIRTIO_F_VERSION_1 */
	put(regs + FEATURES_SEL, 0);
	put(regs + FEATURES, 0);
	put(regs + STATUS, STATUS_OK);
	put(regs + QUEUE_SIZE, ENTRIES);
	put_address(regs + QUEUE_DESC, queue.desc);
	put_address(regs + QUEUE_DRIVER, &queue.avail);
	put_address(regs + QUEUE_DEVICE, &queue.used);
	put(regs + QUEUE_READY, 1);
	put(regs + STATUS, STATUS_OK | STATUS_DRIVER);
	return get(regs + STATUS) == (STATUS_OK | STATUS_DRIVER);
}

static void disk_ask(unsigned long sector, void *to)
{
	queue.request.sector = sector;
	queue.status = 0xff;
	memset(queue.data, 0, SECTOR);
	queue.desc[0].addr = (unsigned long)&queue.request;
	queue.desc[0].len = sizeof(queue.request);
	queue.desc[0].flags = NEXT;
	queue.desc[0].next = 1;
	queue.desc[1].addr = (unsigned long)to;
	queue.desc[1].len = SECTOR;
	queue.desc[1].flags = NEXT | WRITE;
	queue.desc[1].next = 2;
	queue.desc[2].addr = (unsigned long)&queue.status;
	queue.desc[2].len = 1;
	queue.desc[2].flags = WRITE;
	queue.avail.ring[queue.avail.idx % ENTRIES] = 0;
	mb();
	queue.avail.idx++;
	put(regs + NOTIFY, 0);
}

static bool disk_done(void)
{
	return wait_for(*(volatile unsigned short *)&queue.used.idx == queue.avail.idx);
}

/* device.t has written the number of each sector into it, and the same at its end. */
static void check_sector(unsigned long sector)
{
	check_eq(0, *(volatile unsigned char *)&queue.status);
	check_eq(sector * 0x01010101UL, *(unsigned int *)queue.data);
	check_eq(sector * 0x01010101UL, *(unsigned int *)(queue.data + SECTOR - 4));
}

/* --- events --- */

static bool upcall(struct hart *h, unsigned long n)
{
	unsigned long bits;
	int bit;

	if (n == IRQ_SOFT || n == IRQ_TIMER)
		return false;
	*(volatile uint8_t *)&info.evtchn_upcall_pending = 0;
	call(__HYPERVISOR_riscv_op, RISCVOP_upcall_ack, NULL, 0);
	info.evtchn_pending_sel = 0;
	mb();
	bits = __atomic_exchange_n(&shared->evtchn_pending[0], 0, __ATOMIC_SEQ_CST);
	for (bit = 0; bit < 64; bit++)
		events[bit] += bits >> bit & 1;
	return true;
}

static void events_start(void)
{
	struct xen_add_to_physmap map = {
		.domid = DOMID_SELF, .space = XENMAPSPACE_shared_info, .gpfn = (unsigned long)shared_page / PAGE,
	};
	struct vcpu_register_vcpu_info r = { .mfn = (unsigned long)&info / PAGE, .offset = (unsigned long)&info % PAGE };

	if (shared)
		return;
	shared = (void *)shared_page;
	check_eq(0, call(__HYPERVISOR_memory_op, XENMEM_add_to_physmap, &map, 0));
	check_eq(0, call(__HYPERVISOR_vcpu_op, VCPUOP_register_vcpu_info, NULL, (unsigned long)&r));
	irq_handler = upcall;
}

static void upcalls(bool on)
{
	if (on) {
		csr_set(sie, ~(IE_SSIE | IE_STIE));
		irq_on();
	} else {
		irq_off();
		csr_clear(sie, ~0UL);
	}
}

static bool nothing_comes(evtchn_port_t port)
{
	unsigned long before = events[port], since = rdtime();

	while (rdtime() - since < A_WHILE)
		;
	return events[port] == before;
}

/* Behind the image, where a reboot leaves it as it is. */
static struct {
	unsigned long magic, count;
} *kept;

static void find_kept(void)
{
	kept = (void *)(((unsigned long)_end & -MEGA) + 2 * MEGA);
	if (kept->magic != DISK)
		kept->count = 0;
	kept->magic = DISK;
}

/* --- tests --- */

static void devices_are_as_new(void)
{
	evtchn_port_t port;

	if (none())
		return;
	check_eq(0, get(DISK + STATUS));
	check_eq(0, bind(DISK_IRQ, &port));
	check_eq(0, close(port));
}

static void memory_has_the_machines_addresses(void)
{
	struct xen_feature_info f = { 0 };
	bool direct;

	check_eq(0, call(__HYPERVISOR_xen_version, XENVER_get_features, &f, 0));
	direct = !fdt_says("devices=none");
	check_eq(direct, f.submap >> XENFEAT_direct_mapped & 1);
	check_eq(!direct, f.submap >> XENFEAT_not_direct_mapped & 1);
}

static void the_disk_writes_to_it(void)
{
	if (none())
		return;
	check_eq(0x74726976, get(regs + MAGIC));
	check_eq(2, get(regs + DEVICE_ID));
	if (!disk_start()) {
		check(!"the disk has started");
		return;
	}
	disk_ask(3, queue.data);
	check(disk_done());
	check_sector(3);
}

static void registers_by_a_page_table(void)
{
	pte_t *root;

	if (none())
		return;
	root = vm_new();
	vm_map(root, VA_HIGH, (void *)DISK, P_RW);
	vm_map(root, VA_LOW, (void *)CLOCK, P_RW);
	vm_on(root, 0);
	regs = VA_HIGH;
	check_eq(0x74726976, get(regs + MAGIC));
	check(disk_start());
	disk_ask(5, queue.data);
	check(disk_done());
	check_sector(5);
	check(get(VA_LOW + TIME_LOW) != get(VA_LOW + TIME_LOW));
	regs = DISK;
	vm_off();
}

static void an_interrupt_comes_once(void)
{
	struct physdev_irq_status_query q = { .irq = DISK_IRQ };
	evtchn_port_t port;
	unsigned long n;

	if (none())
		return;
	events_start();
	check(disk_start());
	check_eq(0, bind(DISK_IRQ, &port));
	check_eq(0, call(__HYPERVISOR_physdev_op, PHYSDEVOP_irq_status_query, &q, 0));
	check_eq(XENIRQSTAT_needs_eoi, q.flags);
	upcalls(true);
	check(nothing_comes(port));
	for (n = 1; n <= 20; n++) {
		disk_ask(n, queue.data);
		check(wait_for(events[port] == n));
		check(disk_done());
		check_sector(n);
		put(regs + IRQ_ACK, get(regs + IRQ_STATUS));
		check_eq(0, eoi(DISK_IRQ));
	}
	check(nothing_comes(port));
	upcalls(false);
	check_eq(0, close(port));
}

static void not_again_before_eoi(void)
{
	evtchn_port_t port;
	unsigned long before;

	if (none())
		return;
	check(disk_start());
	check_eq(0, bind(DISK_IRQ, &port));
	before = events[port];
	upcalls(true);
	disk_ask(7, queue.data);
	check(wait_for(events[port] == before + 1));
	/* The device goes on asserting it, and asks again: neither is seen. */
	disk_ask(8, queue.data);
	check(disk_done());
	check(nothing_comes(port));
	check_eq(before + 1, events[port]);
	/* It is still asserted: so it comes again at once, once. */
	check_eq(0, eoi(DISK_IRQ));
	check(wait_for(events[port] == before + 2));
	check(nothing_comes(port));
	/* An eoi more than there were interrupts is none. */
	put(regs + IRQ_ACK, get(regs + IRQ_STATUS));
	check_eq(0, eoi(DISK_IRQ));
	check_eq(0, eoi(DISK_IRQ));
	check(nothing_comes(port));
	/* Closed while it is in service, and opened again: the first that is new comes. */
	disk_ask(9, queue.data);
	check(wait_for(events[port] == before + 3));
	check_eq(0, close(port));
	put(regs + IRQ_ACK, get(regs + IRQ_STATUS));
	check_eq(0, bind(DISK_IRQ, &port));
	before = events[port];
	disk_ask(10, queue.data);
	check(wait_for(events[port] == before + 1));
	check_sector(10);
	put(regs + IRQ_ACK, get(regs + IRQ_STATUS));
	upcalls(false);
	check_eq(0, close(port));
}

static void each_has_its_own(void)
{
	evtchn_port_t disk, clock;
	unsigned long before[2], now;

	if (none())
		return;
	check(disk_start());
	check_eq(0, bind(DISK_IRQ, &disk));
	check_eq(0, bind(CLOCK_IRQ, &clock));
	before[0] = events[disk];
	before[1] = events[clock];
	upcalls(true);
	now = get(CLOCK + TIME_LOW);
	now |= (unsigned long)get(CLOCK + TIME_HIGH) << 32;
	put(CLOCK + IRQ_ENABLED, 1);
	put(CLOCK + ALARM_HIGH, (now + 1000000) >> 32);
	put(CLOCK + ALARM_LOW, now + 1000000);
	check(wait_for(events[clock] == before[1] + 1));
	check_eq(before[0], events[disk]);
	/* One that is in service does not hold the other up. */
	disk_ask(11, queue.data);
	check(wait_for(events[disk] == before[0] + 1));
	put(CLOCK + CLEAR_IRQ, 1);
	put(CLOCK + IRQ_ENABLED, 0);
	put(regs + IRQ_ACK, get(regs + IRQ_STATUS));
	check_eq(0, eoi(CLOCK_IRQ));
	check_eq(0, eoi(DISK_IRQ));
	check(nothing_comes(clock));
	check_eq(before[1] + 1, events[clock]);
	upcalls(false);
	check_eq(0, close(disk));
	check_eq(0, close(clock));
}

static void pirqs_of_others(void)
{
	static const unsigned int others[] = { 0, 2, 10, 12, 95, 96, 1023, 1024, 0x80000001, -1U };
	struct physdev_irq_status_query q;
	evtchn_port_t port, first;
	int i;

	for (i = 0; i < ARRAY_SIZE(others); i++) {
		long want = fdt_says("devices=none") ? -XEN_ENOSYS : -XEN_EINVAL;

		q.irq = others[i];
		check_eq(-XEN_EINVAL, bind(others[i], &port));
		check_eq(want, eoi(others[i]));
		check_eq(want, call(__HYPERVISOR_physdev_op, PHYSDEVOP_irq_status_query, &q, 0));
	}
	if (fdt_says("devices=none")) {
		check_eq(-XEN_EINVAL, bind(DISK_IRQ, &port));
		check_eq(-XEN_ENOSYS, eoi(DISK_IRQ));
		return;
	}
	check_eq(0, bind(DISK_IRQ, &first));
	check_eq(-XEN_EEXIST, bind(DISK_IRQ, &port));
	check_eq(0, close(first));
}

static void nothing_else_is_within_reach(void)
{
	static const unsigned long others[] = {
		0x100000, 0x102000, 0x2000000, 0x200bff8, 0xc000000, 0xc002080, 0xc201004, 0x10000000, 0x10002000,
		0x10008000, 0x10100000, 0x20000000, 0x30000000, 0x80000000,
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(others); i++) {
		/* Where its memory is is not asked here. */
		if (others[i] >= 0x80000000 && fdt_says("devices=none"))
			continue;
		check_trap(try_load(others[i], NULL), CAUSE_LOAD_ACCESS, others[i]);
		check_trap(try_store(others[i], 0), CAUSE_STORE_ACCESS, others[i]);
	}
	if (!fdt_says("devices=none"))
		return;
	check_trap(try_load(DISK, NULL), CAUSE_LOAD_ACCESS, DISK);
	check_trap(try_load(CLOCK, NULL), CAUSE_LOAD_ACCESS, CLOCK);
}

/* What takes an address of memory takes none of a device. */
static void a_device_is_no_memory(void)
{
	struct vcpu_register_vcpu_info r = { .mfn = DISK / PAGE };
	unsigned long frame = DISK / PAGE;
	struct xen_memory_reservation m = { .extent_start.q = (unsigned long)&frame, .nr_extents = 1, .domid = DOMID_SELF };
	struct xen_remove_from_physmap gone = { .domid = DOMID_SELF, .gpfn = DISK / PAGE };
	struct hart *h = other_hart(0);

	if (none())
		return;
	check_trap_epc(try_call(DISK, NULL), CAUSE_FETCH_ACCESS, DISK, DISK);
	check_eq(SBI_INVALID_PARAM, sbi3(SBI_DBCN, 0, 4, DISK, 0).error);
	check_eq(SBI_INVALID_PARAM, sbi3(SBI_DBCN, 1, 4, DISK, 0).error);
	if (h)
		check_eq(SBI_INVALID_ADDRESS, sbi3(SBI_HSM, SBI_HSM_START, h->id, DISK, 0).error);
	check(call(__HYPERVISOR_vcpu_op, VCPUOP_register_vcpu_info, NULL, (unsigned long)&r) < 0);
	check_eq(0, call(__HYPERVISOR_memory_op, XENMEM_decrease_reservation, &m, 0));
	check_eq(-XEN_ENOENT, call(__HYPERVISOR_memory_op, XENMEM_remove_from_physmap, &gone, 0));
	check_eq(0x74726976, get(DISK + MAGIC));
}

/* A page that is given back comes again where it was, for a device may be told its address. */
static void memory_stays_where_it_is(void)
{
	static char page[2][PAGE] __attribute__((aligned(PAGE)));
	unsigned long frame[2] = { (unsigned long)page[0] / PAGE, (unsigned long)page[1] / PAGE };
	unsigned long elsewhere = 0x39100000 / PAGE;
	struct xen_memory_reservation m = { .extent_start.q = (unsigned long)frame, .nr_extents = 2, .domid = DOMID_SELF };

	if (none())
		return;
	check_eq(2, call(__HYPERVISOR_memory_op, XENMEM_decrease_reservation, &m, 0));
	check_trap(try_load((unsigned long)page[0], NULL), CAUSE_LOAD_ACCESS, (unsigned long)page[0]);
	m.nr_extents = 1;
	m.extent_start.q = (unsigned long)&elsewhere;
	check_eq(0, call(__HYPERVISOR_memory_op, XENMEM_populate_physmap, &m, 0));
	m.nr_extents = 2;
	m.extent_start.q = (unsigned long)frame;
	check_eq(2, call(__HYPERVISOR_memory_op, XENMEM_populate_physmap, &m, 0));
	check(disk_start());
	disk_ask(12, page[0]);
	check(disk_done());
	check_eq(12 * 0x01010101UL, *(volatile unsigned int *)page[0]);
	check_eq(0, *(volatile unsigned int *)page[1]);
}

static void start_again(void)
{
	evtchn_port_t port;

	if (!fdt_says("reboots")) {
		skip("not asked for");
		return;
	}
	find_kept();
	check(kept->count <= REBOOTS);
	if (kept->count >= REBOOTS || test_failed())
		return;
	kept->count++;
	check(disk_start());
	check_eq(0, bind(DISK_IRQ, &port));
	upcalls(true);
	disk_ask(13, queue.data);
	check(wait_for(events[port]));
	mb();
	sbi2(SBI_SRST, 0, COLD_REBOOT, 0);
	check(!"rebooted");
}

TESTS(T(devices_are_as_new), T(memory_has_the_machines_addresses), T(the_disk_writes_to_it), T(registers_by_a_page_table), T(an_interrupt_comes_once),
      T(not_again_before_eoi), T(each_has_its_own), T(pirqs_of_others), T(nothing_else_is_within_reach),
      T(a_device_is_no_memory), T(memory_stays_where_it_is), T(start_again));
