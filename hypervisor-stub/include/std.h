/* SPDX-License-Identifier: GPL-2.0 */
/* The few functions of the C library that the stub and libfdt use; see core/string.c. */
#ifndef STUB_STD_H
#define STUB_STD_H
#include <stddef.h>
#ifdef __riscv
void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t n);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
unsigned long strtoul(const char *s, char **end, int base);
#else
#include <stdlib.h>
#include <string.h>
#endif
#endif
