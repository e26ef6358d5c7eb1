/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the parts of the pcapng reader share. Only for reader*.c. */
#ifndef XDPDUMP_READ_PCAPNG_H
#define XDPDUMP_READ_PCAPNG_H

#include "capture/read/capfile_impl.h"

/*
 * A block in memory: its body, without the 8 bytes of type and length and the 4 of the trailer.
 * Ours to write into.
 */
struct body {
	uint32_t type;
	uint8_t *data;
	size_t len;		/* a multiple of 4, unless torn */
	unsigned long long at;	/* of the block in the file */
	bool torn;		/* the file ends before the block */
};

struct option {
	uint16_t code, len;
	const uint8_t *value;
};

/* Options not yet looked at. Needs no opt_endofopt at the end. */
struct options {
	struct capfile *r;
	const struct body *b;
	size_t pos;
	/* of the options in the block; those that are carried along are moved together there */
	size_t begin;
	size_t carried;		/* bytes of them */
	uint64_t seen;		/* 1 << code of the options that may come only once */
};

/* Of a block that has its options at @pos. */
static inline struct options options_at(struct capfile *r, const struct body *b, size_t pos)
{
	return (struct options){ .r = r, .b = b, .pos = pos, .begin = pos };
}

/* False at the end, or where a length contradicts the block. */
bool options_next(struct options *o, struct option *opt);

/* The first of its kind and @len bytes long? */
bool option_is_sound(struct options *o, const struct option *opt, unsigned len);

/*
 * Keeps an option that has no field for it, in host order, if it may be copied and its length is
 * one that readers accept. What was taken from earlier options of the block by then stays valid,
 * @opt does not.
 */
void option_carry(struct options *o, const struct option *opt);

/* What was carried, in the block. */
struct raw_options options_carried(const struct options *o);

/* A copy of it, in place of what *kept had, if there may be one. -ENOMEM. */
int options_keep(struct raw_options *kept, const struct options *o);

/*
 * Keeps the first string of a kind as clean UTF-8; without memory the option is left out. False:
 * there is one already.
 */
bool option_keep_string(struct options *o, char **kept, const struct option *opt);

/*
 * Blocks that describe: a section (0, or 1: its version is unknown, and its blocks are to be
 * skipped), an interface, its statistics.
 */
int describe_section(struct capfile *r, const struct body *b);
int describe_interface(struct capfile *r, const struct body *b);
int describe_statistics(struct capfile *r, const struct body *b);

/* Two words, the high one first. */
static inline uint64_t block_time(const struct capfile *r, const uint8_t *p)
{
	return (uint64_t)capfile_u32(r, p) << 32 | capfile_u32(r, p + 4);
}

/* An interface of the section, or NULL. */
static inline struct capfile_iface *section_iface(struct capfile *r, uint32_t id)
{
	return id < r->n_ifaces - r->first_iface ? capfile_iface_at(r, r->first_iface + id) : NULL;
}

/*
 * For recovery: an interface in place of one whose description is lost, like the one before it.
 * NULL: no memory.
 */
struct capfile_iface *describe_substitute_iface(struct capfile *r);

/* Goes on with blocks, whether there was a section header or not. */
void pcapng_start(struct capfile *r);

/*
 * Recovery: resync(); the first place before @to where a block stands, and its byte order, or
 * SIZE_MAX; recover_header_leads().
 */
bool recover_pcapng_resync(struct capfile *r);
size_t recover_pcapng_find(struct capfile *r, size_t to, bool *swapped);

/*
 * Passes by most of the @len bytes of the block that begins here. False: another one begins within
 * it, where it is now, unless it has not moved.
 */
bool recover_pcapng_pass(struct capfile *r, uint32_t len);
bool recover_pcapng_leads(struct capfile *r, size_t pos, size_t past);

/* Are blocks of this kind collected, if somebody wants them? Says so if they cannot be. */
bool blocks_collects(struct capfile *r, uint32_t type, uint32_t len);

/*
 * Blocks and options whose numbers have the highest bit are of local use, and may refer to each
 * other by number. So both are copied or neither, which it says once for the file: the first one is
 * at @at.
 */
bool blocks_copies_local(struct capfile *r, unsigned long long at);

/* Appends the block, in host order, to the collection. -ENOMEM. */
int blocks_collect(struct capfile *r, const struct body *b);

#endif
