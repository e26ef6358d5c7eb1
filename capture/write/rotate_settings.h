/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Files that follow each other: when, how they are called, what becomes of them, and what is in them. */
#ifndef XDPDUMP_WRITE_ROTATE_SETTINGS_H
#define XDPDUMP_WRITE_ROTATE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/base/codec.h"
#include "capture/format/format.h"
#include "capture/format/text_settings.h"
#include "capture/write/direct.h"
#include "capture/write/retention.h"

/* What the command line asks for; 0: not asked for. Bytes are those on the disk. */
struct rotate_options {
	uint64_t file_bytes;	/* -C, -b filesize: */
	uint64_t file_ns;	/* -G, -b duration: since the file began */
	uint64_t interval_ns;	/* -b interval: at multiples of it since 1970 */
	uint64_t file_packets;	/* -b packets: */
	uint64_t n_files;	/* -W, -b files: */
	/* -b: FILE_00001_20261124003115.SUFFIX; else with -G strftime(3), and tcpdump's numbers */
	bool ring_names;
	uint64_t name_order;	/* -b nametimenum: of these; 2 and more: the time comes first */
	/* a file begins when it is asked for, and ends so: rotate_begin(), rotate_finish() */
	bool on_demand;
	/* -a; of all files, but stop_bytes with rotation: of one */
	uint64_t stop_ns, stop_bytes, stop_files;
};

/* The files. Strings have to live as long as the rotation. */
struct rotate_settings {
	const char *path;		/* or the pattern of their names; "-": stdout */
	enum file_format format;
	struct text_settings text;	/* if that is text */
	struct codec codec;
	struct rotate_options when;	/* one follows another */
	struct retention_options keep;	/* what becomes of them; n_files and patient are set here */
	const void *head;		/* pcapng blocks that each file begins with; NULL: none */
	size_t head_len;
	uint32_t snap;			/* bytes, to which packets are cut; 0: they are not */
	/* bytes that wait for the disk at most; 0: each is waited for */
	uint64_t write_buffer;
	unsigned n_threads;		/* that compress meanwhile, and write; not 0 */
	enum direct_when direct;	/* files are written past the page cache */
	bool part;			/* called *.part until they are complete */
	/* packets come as time goes by, else their time is that which counts */
	bool live;
};

#endif
