/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The names of the files of a run: tcpdump's, with strftime(3) and a number behind, or dumpcap's,
 * with number and date.
 */
#ifndef XDPDUMP_WRITE_FILENAMES_H
#define XDPDUMP_WRITE_FILENAMES_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "capture/write/rotate_settings.h"

struct filenames {
	const char *pattern;		/* -w; the caller's */
	bool dated;			/* -G, on demand: strftime(3) in it */
	bool ring;			/* -b: dumpcap's */
	bool time_first;		/* in these */
	uint64_t wrap;			/* numbers stay below; 0: no limit */
	int width;			/* digits of a number */
	uint64_t number;
	char base[PATH_MAX];		/* what the pattern stood for the last time; "": none yet */
	/* local time of the last file, and the latest of all, as if since 1970 */
	uint64_t last_ns, latest_ns;
	/* local time went back: a name can be that of an earlier file */
	bool back;
};

/*
 * @pattern has to stay. False: it makes names with a '/' out of the time (%D), or ones that are too
 * long.
 */
bool filenames_init(struct filenames *s, const char *pattern, const struct rotate_options *o);

/*
 * The name of the next file, which begins at @ns since 1970. Never that of the file before, but for
 * a wrap of 1; asked again for the same time, another one. False: it is too long.
 */
bool filenames_next(struct filenames *s, uint64_t ns, char name[PATH_MAX]);

#endif
