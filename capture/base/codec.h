/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* How data is compressed, in files that are written and in those that are read. */
#ifndef XDPDUMP_BASE_CODEC_H
#define XDPDUMP_BASE_CODEC_H

#include <stdbool.h>

enum codec_kind { CODEC_NONE, CODEC_ZSTD, CODEC_GZIP };

struct codec {
	enum codec_kind kind;
	int level;	/* zstd 1 to 19, gzip 1 to 9; 0 with CODEC_NONE */
};

/*
 * "none", "zstd", "gzip", the latter two with ":LEVEL" if wanted. False: @s is nothing of the kind,
 * *@c as before.
 */
bool codec_parse(const char *s, struct codec *c);

/* "none", "zstd", "gzip". */
const char *codec_name(enum codec_kind kind);

#endif
