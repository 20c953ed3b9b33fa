/* SPDX-License-Identifier: GPL-2.0 */
/* Spinlocks. The stub runs with interrupts off, so a lock is never taken twice on a hart by accident. */
#ifndef STUB_LOCK_H
#define STUB_LOCK_H

#include "types.h"

typedef struct {
	s32 held;
} spinlock_t;

void smp_relax(unsigned int turn);	/* arch/smp.c */

static inline void spin_lock(spinlock_t *lock)
{
	/* Read before trying again: the exchange takes the cache line from the holder. */
	for (unsigned int turn = 0; READ_ONCE(lock->held) || __atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE);
	     turn++)
		smp_relax(turn);
}

static inline bool spin_trylock(spinlock_t *lock)
{
	return !__atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE);
}

static inline void spin_unlock(spinlock_t *lock)
{
	__atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);
}

/* Orders our store before our load of what another hart stores (the Dekker pattern of post and check). */
static inline void smp_mb(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

#endif
