/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* A directory for the outputs of a test, in memory if that can be, and the path of one in it. */
#ifndef XDPDUMP_TESTS_OUT_FILE_H
#define XDPDUMP_TESTS_OUT_FILE_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char dir[64], path[80];

static inline int make_dir(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "%s/xdpdump-test.XXXXXX",
		 access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/out", dir);
	return 0;
}

static inline int remove_dir(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(dir);
}

#endif
