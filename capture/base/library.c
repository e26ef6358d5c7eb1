// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Which of them are there, and which version that is. */
#include <stddef.h>
#include <string.h>

#include "libraries.h"	/* HAVE_..., of the Makefile */

#if HAVE_NCURSES
#include <curses.h>
#endif
#if HAVE_LIBMICROHTTPD
#include <microhttpd.h>
#endif

#include "capture/base/library.h"

static const struct { const char *name, *package; } libraries[LIBRARIES] = {
	[LIBRARY_NCURSES] = { "ncurses", "libncurses-dev" },
	[LIBRARY_MICROHTTPD] = { "libmicrohttpd", "libmicrohttpd-dev" },
};

const char *library_name(enum library l)
{
	return libraries[l].name;
}

const char *library_package(enum library l)
{
	return libraries[l].package;
}

const char *library_version(enum library l)
{
	switch (l) {
#if HAVE_NCURSES
	case LIBRARY_NCURSES:
		return curses_version() + strlen("ncurses ");
#endif
#if HAVE_LIBMICROHTTPD
	case LIBRARY_MICROHTTPD:
		return MHD_get_version();
#endif
	default:
		return NULL;
	}
}
