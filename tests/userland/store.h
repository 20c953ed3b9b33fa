/* SPDX-License-Identifier: GPL-2.0 */
/* xenstore, by the kernel's device for it; messages as of xen/interface/io/xs_wire.h */
#ifndef PVOPS_STORE_H
#define PVOPS_STORE_H

#include <stdbool.h>

enum { XS_DIRECTORY = 1, XS_READ = 2, XS_WATCH = 4, XS_TRANSACTION_START = 6, XS_TRANSACTION_END = 7, XS_WRITE = 11,
       XS_WATCH_EVENT = 15, XS_ERROR = 16, XS_IS_DOMAIN_INTRODUCED = 17 };

bool store_open(void);

/* The answer to a request whose zeros are written as |; an error by its name, and store_failed() is true then. */
const char *store_ask(unsigned int type, unsigned int tx, const char *what);
bool store_failed(void);
const char *store_data(void);
unsigned int store_len(void);

/* The next event is of this path; it may have come before the last answer. */
bool store_told(const char *path);
const char *store_event(void);

/* Until an event comes, if none has, or so many milliseconds have gone. All that have come are forgotten. */
void store_wait(int ms);

/* The value of a node whose path is made of these, in a static buffer; NULL: there is none. */
const char *store_get(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * A node is written if another one is in its directory. What is written below a directory that has just gone would bring it back,
 * without the rest and for ever. False: it is not there, or has changed meanwhile.
 */
bool store_put_beside(const char *dir, const char *other, const char *name, const char *value);

#endif
