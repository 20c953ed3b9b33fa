/* SPDX-License-Identifier: GPL-2.0 */
/* What include/xen/interface of a kernel needs of the rest of it, so that these headers compile by themselves. */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8, __u8;
typedef uint16_t u16, __u16;
typedef uint32_t u32, __u32;
typedef uint64_t u64, __u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;
typedef uint64_t aligned_u64 __attribute__((aligned(8)));
#define __maybe_unused	__attribute__((unused))
