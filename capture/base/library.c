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
	[LIBRARY_CURL] = { "libcurl", "libcurl4-openssl-dev", "libcurl.so.4", "libcurl4", HAVE_LIBCURL },
	[LIBRARY_RDKAFKA] = { "librdkafka", "librdkafka-dev", "librdkafka.so.1", "librdkafka1", HAVE_LIBRDKAFKA },
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

bool library_functions(enum library l, const struct library_call *calls, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		*calls[i].at = library_function(l, calls[i].name);
		if (!*calls[i].at)
			return false;
	}
	return true;
}

/* That tells which version it is, of the library that is loaded. */
static const char *ask_version(enum library l, const char *function)
{
	const char *(*version)(void) = (const char *(*)(void))library_function(l, function);

	return version ? version() : NULL;
}

const char *library_version(enum library l)
{
	const char *version;

	switch (l) {
#if HAVE_NCURSES
	case LIBRARY_NCURSES:
		return curses_version() + strlen("ncurses ");
#endif
	case LIBRARY_MICROHTTPD:
		return ask_version(l, "MHD_get_version");
	case LIBRARY_CURL:
		/* "libcurl/7.88.1 OpenSSL/3.0.19 ..." */
		version = ask_version(l, "curl_version");
		return version && !strncmp(version, "libcurl/", 8) ? version + 8 : version;
	case LIBRARY_RDKAFKA:
		return ask_version(l, "rd_kafka_version_str");
	default:
		return NULL;
	}
}
