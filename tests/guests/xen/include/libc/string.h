/* SPDX-License-Identifier: GPL-2.0 */
/* For libfdt: what rt/string.c has of it. */
#ifndef XT_STRING_H
#define XT_STRING_H

#include <stddef.h>

void *memset(void *p, int c, size_t n);
void *memcpy(void *d, const void *s, size_t n);
void *memmove(void *d, const void *s, size_t n);
void *memchr(const void *p, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
char *strrchr(const char *s, int c);

#endif
