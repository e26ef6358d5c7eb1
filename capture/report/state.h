/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What a capture has done so far, for machines: a copy of all counters as of one moment, that
 * another thread may keep.
 */
#ifndef XDPDUMP_REPORT_STATE_H
#define XDPDUMP_REPORT_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/event.h"
#include "capture/packet/ledger.h"

struct state_iface {
	char *name;
	struct ledger ledger;
	struct counters received, sent;	/* those of the directions that are captured */
	bool has_received, has_sent;
	/* packets as they come out of a program; else as they come in */
	bool is_exit;
	bool gone;
	char *program;			/* that is watched; NULL: none */
	uint32_t program_id;
	struct program_verdicts verdicts;	/* its */
};

/* All since the start; strings and interfaces are its own. */
struct state {
	bool ended;			/* these are the last */
	uint64_t start_ns, now_ns;	/* since 1970; the first of a capture */
	/* since the start; of files between their first and last packet */
	uint64_t elapsed_ns;
	struct counters c;		/* of all interfaces, as they come in */
	struct ledger ledger;
	bool has_ledger;		/* there can be losses */
	bool has_filter;		/* c.filtered counts what it rejected */
	bool has_sent;
	struct tally sent;		/* of c.all */
	uint64_t captured;		/* packets in the output */
	/* of the flight recorder, as in recorder.h; and packets that its expressions match */
	bool has_recorder;
	uint64_t triggers, triggers_ignored, matches, in_memory, memory_ns, forgotten;
	/* of --to a database, as in record_sink.h */
	bool has_records;
	struct { uint64_t made, delivered, spooled, refused, former; } records;
	uint64_t written_bytes, files;	/* of files: into all of them; begun */
	char *directory;		/* of the current one; NULL: none is written */
	/* since 1970, to the second: when there was something new; 0: never */
	uint64_t last_packet_ns, last_write_ns;
	size_t ring_bytes;		/* of a CPU's */
	unsigned n_rings;
	size_t *ring_used;		/* bytes, of each CPU's */
	size_t n_ifaces;
	struct state_iface *ifaces;
};

/* Anything half built; NULL is nothing. Returns NULL. */
struct state *state_close(struct state *s);

/* VERDICT_KINDS words: "aborted", "drop". */
const char *state_verdict_name(unsigned kind);

/*
 * As one line of JSON with its newline, which is the caller's to free, of *@n bytes. NULL: out of
 * memory. The man page has the keys, under Statistics.
 */
char *state_json(const struct state *s, size_t *n);

/* That line, on stderr. False: out of memory. */
bool state_print(const struct state *s);

#endif
