/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Packets as text on stdout: one line each, then, if asked for, its bytes. Whatever a packet holds, a terminal is safe. */
#ifndef XDPDUMP_PRINT_H
#define XDPDUMP_PRINT_H

#include <stdbool.h>
#include <stddef.h>

struct packet;
struct printer;

/* How the time stands at the start of a line: tcpdump's -t to -ttttt. */
enum time_format { TIME_OF_DAY, TIME_NONE, TIME_EPOCH, TIME_DELTA, TIME_DATE, TIME_SINCE_FIRST };

enum hex_format { HEX_NONE, HEX, HEX_LINK, HEX_ASCII, HEX_ASCII_LINK };	/* -x -xx -X -XX */

struct print_options {
	enum time_format time;
	enum hex_format hex;
	int verbose;		/* number of -v, -1 for -q */
	bool link;		/* -e: link-layer addresses */
	bool number;		/* -#: number of the packet */
	bool line_buffered;	/* -l */
};

/* Text goes to stdout; @interrupt_fd as in out_open(). */
int printer_open(struct printer **p, const struct print_options *o, int interrupt_fd);

/*
 * 0, or once writing has failed -errno (-EPIPE: the reader has gone). -EINTR: the interrupt_fd became readable while we
 * waited for the reader; nothing is lost.
 */
int printer_packet(struct printer *p, const struct packet *pkt);
int printer_flush(struct printer *p);

/* Bytes that are not written yet. */
size_t printer_pending(const struct printer *p);

void printer_hurry(struct printer *p, int ms);
struct printer *printer_close(struct printer *p);

#endif
