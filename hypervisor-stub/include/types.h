/* SPDX-License-Identifier: GPL-2.0 */
/* Basic types. gfn_t and mfn_t are distinct for sparse: mixing them up is the bug this file prevents. */
#ifndef STUB_TYPES_H
#define STUB_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;

#ifdef __CHECKER__
#define __bitwise	__attribute__((bitwise))
#define __force		__attribute__((force))
#else
#define __bitwise
#define __force
#endif

typedef u64 __bitwise gfn_t;		/* guest frame number: the domain's own view */
typedef u64 __bitwise mfn_t;		/* machine frame number */
typedef u64 gpa_t;			/* guest physical address */
typedef u64 paddr_t;			/* machine physical address */

#define PAGE_SHIFT	12
#define PAGE_SIZE	(1UL << PAGE_SHIFT)
#define PAGE_MASK	(~(PAGE_SIZE - 1))
#define SZ_2M		(1UL << 21)
#define SZ_1G		(1UL << 30)

static inline gfn_t gpa_to_gfn(gpa_t gpa)
{
	return (__force gfn_t)(gpa >> PAGE_SHIFT);
}

static inline gpa_t gfn_to_gpa(gfn_t gfn)
{
	return (__force u64)gfn << PAGE_SHIFT;
}

static inline mfn_t paddr_to_mfn(paddr_t pa)
{
	return (__force mfn_t)(pa >> PAGE_SHIFT);
}

static inline paddr_t mfn_to_paddr(mfn_t mfn)
{
	return (__force u64)mfn << PAGE_SHIFT;
}

#define BIT(n)			(1UL << (n))
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define ALIGN_UP(x, a)		(((x) + (a) - 1) & ~((typeof(x))(a) - 1))
#define ALIGN_DOWN(x, a)	((x) & ~((typeof(x))(a) - 1))
#define IS_ALIGNED(x, a)	(((x) & ((typeof(x))(a) - 1)) == 0)
#define MIN(a, b)		((a) < (b) ? (a) : (b))
#define MAX(a, b)		((a) > (b) ? (a) : (b))
#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
unsigned int lowest_bit(u64 x);	/* core/string.c; x is not 0 */
#define READ_ONCE(x)		(*(const volatile typeof(x) *)&(x))
#define WRITE_ONCE(x, v)	(*(volatile typeof(x) *)&(x) = (v))
#define __printf(f, a)		__attribute__((format(printf, f, a)))
#define __noreturn		__attribute__((noreturn))

#endif
