/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The files of one run. Stands between the flow and the writer: decides before each packet whether a new file begins, names
 * it, and hands the finished one on. Every file is complete on its own: head, packets, statistics.
 */
#ifndef XDPDUMP_ROTATE_H
#define XDPDUMP_ROTATE_H

#include <stdbool.h>
#include <stdint.h>

/* What the command line asks for; 0: not asked for. Bytes are those on the disk. */
struct rotate_options {
	uint64_t file_bytes;	/* -C, -b filesize: */
	uint64_t file_ns;	/* -G, -b duration: since the file began */
	uint64_t interval_ns;	/* -b interval: at multiples of it since 1970 */
	uint64_t file_packets;	/* -b packets: */
	uint64_t n_files;	/* -W, -b files: */
	bool ring_names;	/* any -b: FILE_00001_20261124003115.SUFFIX; else with -G strftime(3), and tcpdump's numbers */
	uint64_t stop_ns, stop_bytes, stop_files;	/* -a; of all files, but stop_bytes with rotation: of one */
};

#endif
