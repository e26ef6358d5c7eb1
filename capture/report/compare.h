/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * When two packets are the same: link type, length on the wire, the captured bytes, and the verdict
 * if both have one; on wish the time. Through which interface they came, what a file says of it,
 * their ids, which are numbers of one capture, and other options do not matter.
 */
#ifndef XDPDUMP_REPORT_COMPARE_H
#define XDPDUMP_REPORT_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct packet;

struct compare_options {
	uint32_t snap;		/* no byte behind this one matters; 0: all do */
	bool times_matter;
	uint64_t tolerance_ns;	/* they may be this far apart */
};

enum compare_result {
	COMPARE_SAME, COMPARE_LINK_TYPE, COMPARE_LEN, COMPARE_BYTES, COMPARE_CAPLEN,
	COMPARE_VERDICT, COMPARE_TIME,
};

/*
 * The first thing in which @a and @b differ. *offset: of the first byte that differs
 * (COMPARE_BYTES), or that only one of them has (COMPARE_CAPLEN).
 */
enum compare_result compare_packets(const struct compare_options *o, const struct packet *a,
				    const struct packet *b, uint32_t *offset);

/*
 * A few words about a result other than COMPARE_SAME, with both values and a NUL at the end, into
 * @out.
 */
void compare_words(enum compare_result r, const struct packet *a, const struct packet *b,
		   uint32_t offset, char *out, size_t cap);

#endif
