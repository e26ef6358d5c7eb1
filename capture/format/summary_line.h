/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The decoded part of a line, from the protocol on: text_line.c adds number, time and bytes. */
#ifndef XDPDUMP_FORMAT_SUMMARY_LINE_H
#define XDPDUMP_FORMAT_SUMMARY_LINE_H

struct packet;
struct packet_hash;
struct text;
struct verdict;

enum {
	/*
	 * no line is longer: of four packets in each other with -vv, TLS, and such names
	 * it is 4200
	 */
	LINE_MAX_BYTES	= 5120,
	/* and of a process; what all that is said of it takes at most */
	LINE_PROCESS_MAX = 64,
	LINE_PROCESS_BYTES = 4 * LINE_PROCESS_MAX + 64,
};

/*
 * "TCP 10.0.0.1:1234 -> 10.0.0.2:80 (74 bytes) [SYN]", and what a tunnel carries behind it:
 * " VXLAN 42 | UDP 10.1.0.1:1024 -> 10.1.0.2:9"; @verbose as in struct text_settings.
 */
void summary_line_packet(struct text *t, const struct packet *p, int verbose);

/* " seq N ack N" of the innermost packet, which -vv shows with its headers. */
void summary_line_sequence(struct text *t, const struct packet *p);

/* " => DROP", what a program decided about it, which ends a line. */
void summary_line_verdict(struct text *t, const struct packet *p);

/* " by curl (1234)", who has sent it, or nothing; LINE_PROCESS_BYTES at most. */
void summary_line_process(struct text *t, const struct packet *p, int verbose);

/*
 * What it begins with: the highest protocol that is known, else the link type. Names of protocols
 * and numbers.
 */
void summary_line_protocol(struct text *t, const struct packet *p);

/*
 * "ifindex 2 In ", in the words of tcpdump: which way a packet went that has a Linux cooked header;
 * else nothing.
 */
void summary_line_direction(struct text *t, const struct packet *p);

/*
 * "02:00:00:00:00:01 -> 02:00:00:00:00:02 ", as far as the link type has addresses and they are
 * captured.
 */
void summary_line_link(struct text *t, const struct packet *p);

#endif
