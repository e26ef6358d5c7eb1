// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Which of them are there, and which version that is. */
#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "libraries.h"	/* HAVE_..., of the Makefile */

#if HAVE_NCURSES
#include <curses.h>
#endif

#include "capture/base/library.h"

/* @file: loaded when it is asked for, of the version whose functions the tool was built for. */
static const struct { const char *name, *to_build, *file, *to_load; bool built; } libraries[LIBRARIES] = {
	[LIBRARY_NCURSES] = { "ncurses", "libncurses-dev", .built = HAVE_NCURSES },
	[LIBRARY_MICROHTTPD] = { "libmicrohttpd", "libmicrohttpd-dev", "libmicrohttpd.so.12",
				 "libmicrohttpd12", HAVE_LIBMICROHTTPD },
};

const char *library_name(enum library l)
{
	return libraries[l].name;
}

bool library_built(enum library l)
{
	return libraries[l].built;
}

const char *library_package(enum library l)
{
	return libraries[l].built ? libraries[l].to_load : libraries[l].to_build;
}

void *library_function(enum library l, const char *name)
{
	void *library = library_built(l) ? dlopen(libraries[l].file, RTLD_NOW) : NULL;

	return library ? dlsym(library, name) : NULL;
}

static const char *microhttpd_version(void)
{
	const char *(*version)(void) =
		(const char *(*)(void))library_function(LIBRARY_MICROHTTPD, "MHD_get_version");

	return version ? version() : NULL;
}

const char *library_version(enum library l)
{
	switch (l) {
#if HAVE_NCURSES
	case LIBRARY_NCURSES:
		return curses_version() + strlen("ncurses ");
#endif
	case LIBRARY_MICROHTTPD:
		return microhttpd_version();
	default:
		return NULL;
	}
}
