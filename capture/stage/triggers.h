/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the flight recorder waits for, in packets and beside them. */
#ifndef XDPDUMP_STAGE_TRIGGERS_H
#define XDPDUMP_STAGE_TRIGGERS_H

#include <stdbool.h>
#include <stdint.h>

struct packet;
struct triggers;

enum trigger_kind { TRIGGER_FILTER, TRIGGER_VERDICT, TRIGGER_RATE, TRIGGER_DROPS, TRIGGER_DOWN, TRIGGER_SIGNAL };

struct trigger {
	enum trigger_kind kind;
	const char *words;	/* as they were given; of FILTER pcap-filter(7); the caller's */
	uint64_t bound;		/* RATE, DROPS: packets a second */
	bool below;		/* it falls below that, else it rises above it */
	unsigned verdicts;	/* VERDICT: 1 << enum xdp_action; behind XDP_REDIRECT: all others */
};

/*
 * What stands behind --trigger: "signal", "down", "rate:>N/s", "rate:<N/s", "drops:N/s",
 * "verdict:LIST", of which @verdicts knows the words, and all else is an expression, not looked at
 * yet. False: it looks like one of these, and is not.
 */
bool triggers_parse(const char *words, bool (*verdicts)(const char *list, unsigned *mask),
		    struct trigger *t);

/*
 * Opens @n of them, which have to live as long. -ENOMEM; -EINVAL: an expression is refused for
 * every link type, or (@live) for Ethernet, and triggers_error() tells why.
 */
int triggers_open(struct triggers **t, const struct trigger *list, unsigned n, bool optimize,
		  bool live);

/*
 * All expressions as one, for the program that captures, which marks what matches (PACKET_TRIED,
 * PACKET_TRIGGERS); NULL: there is none. -ENOMEM.
 */
int triggers_expression(const struct trigger *list, unsigned n, char **text);

/*
 * The words of the first one that @p is; NULL: none. An expression is tried on its bytes, unless
 * the kernel has done so on all of the frame; of several one that only the latter shows is the
 * first.
 */
const char *triggers_packet(struct triggers *t, const struct packet *p);

/* Packets that were one, by an expression that the kernel has not tried. */
uint64_t triggers_matches(const struct triggers *t);

/*
 * Once a second or so, at @now in ns: so many @packets have come and so many are lost (@drops)
 * since the start. The words of the first of which it has become true by that, with the number,
 * good until the next call; NULL: none.
 */
const char *triggers_rates(struct triggers *t, uint64_t now, uint64_t packets, uint64_t drops);

/* Is there one of that kind? */
bool triggers_has(const struct triggers *t, enum trigger_kind kind);

/* The expression that was refused: why. */
const char *triggers_error(const struct triggers *t);

/*
 * The first that was, so far, an expression for no link type that came: why not; NULL: there is
 * none.
 */
const char *triggers_useless(const struct triggers *t);

/* Returns NULL. */
struct triggers *triggers_close(struct triggers *t);

#endif
