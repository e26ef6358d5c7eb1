/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What there is to say of a capture: counts, sizes, times, protocols, interfaces and the addresses
 * with the most bytes. Memory does not grow with the number of packets.
 */
#ifndef XDPDUMP_REPORT_INFO_H
#define XDPDUMP_REPORT_INFO_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>

#include "capture/packet/tunnel.h"
#include "capture/report/timeline.h"
#include "capture/report/verdicts.h"

struct packet;
struct capfile;
struct iface;
struct talkers;

/*
 * Rows of the table of protocols. Each packet is in one row of the first group, one of the second
 * if it is IP.
 */
enum info_row {
	INFO_IPV4, INFO_IPV6, INFO_ARP, INFO_NON_IP, INFO_UNKNOWN_LINK,
	INFO_TCP, INFO_UDP, INFO_ICMP, INFO_ICMPV6, INFO_IGMP, INFO_SCTP, INFO_GRE, INFO_OTHER_IP,
	INFO_VLAN, INFO_FRAGMENT, INFO_CUT_HEADER, INFO_BAD_HEADER, INFO_DEEP,
	N_INFO_ROWS
};

/* Rows of the histogram of sizes on the wire. */
enum { N_INFO_SIZES = 10 };

/*
 * Interfaces that a report tells of; more of them, which a file has room for in 20 bytes each, are
 * counted.
 */
enum { INFO_IFACES = 16384 };

struct info {
	struct tally all;		/* bytes on the wire */
	uint64_t captured_bytes;
	uint32_t len_min, len_max;	/* on the wire; valid if there are packets */
	uint64_t n_cut;			/* packets with fewer bytes captured than there were */
	uint32_t cut_min, cut_max;	/* captured bytes of these */
	uint64_t n_timed;		/* packets with a time; if 0, the next five say nothing */
	uint64_t earliest_ns, latest_ns;
	uint64_t first_ns, last_ns;	/* of the first packet, of the last one */
	uint64_t n_back;		/* packets with a time before that of the packet before */
	uint64_t n_dropped;		/* by epb_dropcount, before the packets */
	struct tally rows[N_INFO_ROWS];
	/*
	 * packets with such a tunnel, and what is in the innermost ones; bytes are those of the
	 * frames
	 */
	struct tally tunnels[N_TUNNELS];
	struct tally inner[N_INFO_ROWS];
	struct tally sizes[N_INFO_SIZES];
	struct timeline timeline;	/* of packets with a time */
	struct verdicts verdicts;
	struct tally *ifaces;		/* by id */
	struct tally *of_flows;		/* of the same, packets with an IP header */
	uint32_t n_ifaces;		/* of these; interfaces behind them have no packets */
	struct talkers *talkers;
	struct talkers *inner_talkers;	/* NULL: no tunnel was seen */
	bool poor;			/* of memory, while a packet or a part was counted */
};

/* Where the packets came from. */
struct info_source {
	const char *name;
	const struct stat *stat;
	const struct capfile *reader;
	const char *filter;		/* NULL: all packets count */
	const char *error;		/* NULL: the file was read to its end */
};

/* -ENOMEM. */
int info_open(struct info *i);

/* A packet whose headers are decoded. -ENOMEM. */
int info_packet(struct info *i, const struct packet *p);

/*
 * A packet that is not decoded, of a part of the file that is counted by itself. False: from it on
 * there may be more addresses than are told exactly, or there is no memory (i->poor).
 */
bool info_part_packet(struct info *i, struct packet *p);

/*
 * All of @part, whose packets follow, as if info_packet() had had them. False, and nothing is
 * changed: it would be something else, or there is no memory (i->poor: then all is to be thrown
 * away).
 */
bool info_join(struct info *i, const struct info *part);

/* Such a packet, in the rows it belongs to alone. */
void info_count_rows(struct tally sums[static N_INFO_ROWS], const struct packet *p);

/* Key and name of a row: "tcp", "TCP". */
const char *info_row_key(enum info_row row);
const char *info_row_name(enum info_row row);

/* The sizes of a row of the histogram, in bytes: from, and up to; UINT32_MAX in the last one. */
uint32_t info_size_from(unsigned row);
uint32_t info_size_to(unsigned row);

/* "64 to 127", "65536 and more". */
void info_size_label(char *out, size_t cap, unsigned row);

/*
 * Those rows that are not empty are from @first to below the one returned, and perhaps between
 * them.
 */
unsigned info_sizes(const struct info *i, unsigned *first);

/* That the file has. */
uint32_t info_n_ifaces(const struct capfile *r);

/*
 * About how many packets of interface @f there were, and of how many bytes, where its comment says
 * that one of so many, or of so many flows, is in the file.
 */
struct tally info_estimate_of(const struct info *i, const struct iface *f);

/* The sum of all interfaces. False: none was sampled. */
bool info_estimate(const struct info *i, const struct capfile *r, struct tally *sum);

/* From the earliest packet to the latest. */
uint64_t info_duration(const struct info *i);

/*
 * As lines of "Label: value", the labels those of capinfos where it has one; or as one JSON object
 * in a line.
 */
void info_text(const struct info *i, const struct info_source *s, FILE *out);
void info_json(const struct info *i, const struct info_source *s, FILE *out);

/*
 * The lines that info_text() begins with, up to the interfaces: a label in 20 columns, a blank, and
 * the value, on which nothing steers a terminal.
 */
void info_facts(const struct info *i, const struct info_source *s, FILE *out);

/* The histogram of sizes, and the rate over time, as info_text() has them: 79 columns. */
void info_plot_sizes(const struct info *i, FILE *out);
void info_plot_rate(const struct info *i, FILE *out);

void info_close(struct info *i);

#endif
