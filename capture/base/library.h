/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Libraries that the tool can do without. Each is behind one module, NAME.c, and NAME_none.c takes
 * its place where the Makefile does not find the library. Another one is a row here and there. One
 * that would cost each run memory and time is loaded by who asks for it, not linked.
 */
#ifndef XDPDUMP_BASE_LIBRARY_H
#define XDPDUMP_BASE_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

enum library { LIBRARY_NCURSES, LIBRARY_MICROHTTPD, LIBRARY_CURL, LIBRARY_RDKAFKA, LIBRARIES };

const char *library_name(enum library l);

/* Was the tool built with it? It may be gone by now, where it is loaded. */
bool library_built(enum library l);

/* Debian's package that is missing: to build with it, or, built with it, to load it. */
const char *library_package(enum library l);

/* That in use, "0.9.75", which is loaded for that; NULL: there is none. */
const char *library_version(enum library l);

/*
 * A function of a library that is loaded; NULL: there is no such library, or no such function. The
 * library stays until the process ends.
 */
void *library_function(enum library l, const char *name);

/* The same of @n of them. False: one is not there. */
struct library_call { const char *name; void **at; };
bool library_functions(enum library l, const struct library_call *calls, size_t n);

#endif
