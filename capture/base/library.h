/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Libraries that the tool can do without. Each is behind one module, NAME.c, and NAME_none.c takes
 * its place where the Makefile does not find the library. Another one is a row here and there.
 */
#ifndef XDPDUMP_BASE_LIBRARY_H
#define XDPDUMP_BASE_LIBRARY_H

enum library { LIBRARY_NCURSES, LIBRARY_MICROHTTPD, LIBRARIES };

const char *library_name(enum library l);

/* Debian's package that it is built with. */
const char *library_package(enum library l);

/* That in use, "0.9.75"; NULL: the tool was built without it. */
const char *library_version(enum library l);

#endif
