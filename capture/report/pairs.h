/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Which images of a capture beside a program belong together: that of a packet as it came in
 * (entry), and as it left the program (exit), which has the verdict. Both have the same packet id.
 *
 * An exit is on an interface that says so: its description begins with "after ", or its name ends
 * with "@fexit", as those of xdp-tools do; then the entry is on the interface of the same name,
 * without "@fentry" or "@fexit", that is described nearest to it. Elsewhere it is what has a
 * verdict and the id of an entry on the same interface.
 */
#ifndef XDPDUMP_REPORT_PAIRS_H
#define XDPDUMP_REPORT_PAIRS_H

#include <stdbool.h>
#include <stdint.h>

struct iface;
struct packet;
struct pairs;

enum {
	/* so many entries may come before the exit of an earlier one does */
	PAIRS_WINDOW	= 1 << 16,
	PAIRS_BYTES	= 64 << 20,	/* captured bytes of all entries that wait */
};

enum pairs_alone { PAIRS_ENTRY, PAIRS_EXIT, PAIRS_NO_ID, N_PAIRS_ALONE };

struct pairs_hooks {
	/* the interface with that id, or NULL; ids have no holes */
	const struct iface *(*iface)(void *ctx, uint32_t id);
	/* an image that has no other one; @p lives as long as the call. May be NULL */
	void (*alone)(void *ctx, enum pairs_alone why, const struct packet *p);
	void *ctx;
	/* entries may have been left out, so an exit without one is nothing to be told */
	bool some;
};

struct pairs_totals {
	uint64_t pairs;
	uint64_t alone[N_PAIRS_ALONE];
	/* images that waited and had to leave before the end, for want of room */
	uint64_t crowded;
};

/* -ENOMEM. */
int pairs_open(struct pairs **s, const struct pairs_hooks *hooks);

/*
 * The next image. 1: it is an exit, whose entry, without options, is in *entry until the next call.
 * 0: it waits for its exit, or is alone, which was told. -ENOMEM. @wanted: false: it is of interest
 * only as the exit of an entry that was wanted, and otherwise as if it were not there.
 */
int pairs_packet(struct pairs *s, const struct packet *p, bool wanted, struct packet *entry);

/* No more packets come: the entries that wait are alone. */
void pairs_end(struct pairs *s);

const struct pairs_totals *pairs_totals(const struct pairs *s);

struct pairs *pairs_close(struct pairs *s);

#endif
