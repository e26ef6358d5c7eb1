/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A large file that is counted by several threads, each of which reads a part of it, while the
 * caller reads the beginning. What each has counted is added in the order of the file, so all is as
 * if one had read it; a part that was not found, or is not to be added, the caller reads himself.
 */
#ifndef XDPDUMP_READ_PARTS_H
#define XDPDUMP_READ_PARTS_H

#include <stdbool.h>
#include <stdint.h>

struct capfile;
struct expr;
struct packet;
struct parts;

struct parts_ops {
	/* In the caller's thread: what is counted of a part, all zero. NULL: no memory. */
	void *(*begin)(void *ctx);
	/*
	 * In that of the part: counts a packet whose headers are not decoded yet. False: from this
	 * one on the caller has to count.
	 */
	bool (*packet)(void *sum, struct packet *p);
	/*
	 * In the caller's thread: all that was counted of @n packets that have matched. False: not
	 * added, for the caller would have counted otherwise.
	 */
	bool (*add)(void *ctx, void *sum, uint64_t n);
	void (*end)(void *sum);
};

/* Waited for a part: may it be waited for on? */
typedef bool (*parts_look_fn)(void *ctx);

enum {
	PARTS_MAX	= 8,
	PARTS_WORTH_IT	= 2 << 20,	/* bytes of one: some milliseconds */
};

/* @n threads, up to PARTS_MAX, which wait for parts_begin(). -errno. */
int parts_open(struct parts **parts, unsigned n);

/*
 * Begins with what comes of @r, of whose @size bytes a first packet was read, in parts of @least
 * bytes or more. Packets that @filter does not match (NULL: all do) are left out. All of it has to
 * live until parts_finish(). @r can be divided: capfile_has_parts().
 */
void parts_begin(struct parts *p, struct capfile *r, uint64_t size, uint64_t least,
		 const struct expr *filter, const struct parts_ops *ops, void *ctx);

/* Has the caller come to where a part may begin? */
bool parts_are_due(const struct parts *p);

/*
 * Then takes the part that begins here, if one does, and those that follow at once, and goes on
 * behind them. How many packets there were in it. @look is asked while one is waited for: false ends
 * that.
 */
uint64_t parts_take(struct parts *p, parts_look_fn look, void *look_ctx);

/* None is wanted any more: the file may be closed. */
void parts_finish(struct parts *p);

/* Returns NULL. */
struct parts *parts_close(struct parts *p);

#endif
