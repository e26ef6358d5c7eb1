/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The options that travel with a packet, an interface or a file because there is no field for them:
 * what they say.
 */
#ifndef XDPDUMP_PACKET_PCAPNG_OPTIONS_H
#define XDPDUMP_PACKET_PCAPNG_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/packet/packet.h"
#include "capture/packet/pcapng_codes.h"

/*
 * The value of the next option with that code and its length, not padded; NULL: there is none. @pos
 * is 0 for the first one, and moves on: a file may have millions of them, so none is looked for
 * from the start.
 */
const uint8_t *pcapng_options_next_of(const struct raw_options *o, uint16_t code, size_t *pos,
				      size_t *len);

/*
 * The same for comments on a packet: @len bytes as they stand in the file, any bytes, no NUL behind
 * them.
 */
const char *pcapng_options_comment(const struct packet *p, size_t *pos, size_t *len);

/* Bytes that a comment of @len bytes takes, at most 65535; and puts it there. */
size_t pcapng_options_comment_size(size_t len);
void pcapng_options_put_comment(uint8_t *to, const char *text, size_t len);

/*
 * One more comment behind the options @o, which are in *@in then, in place of what was there, for
 * the caller to free; without memory they go without.
 */
void pcapng_options_add_comment(uint8_t **in, struct raw_options *o, const char *text);

/* Bytes of the first options that take @max bytes at most together, each of them whole. */
size_t pcapng_options_fit(const struct raw_options *o, size_t max);

/*
 * What was decided about a packet, of several verdicts the first. False: not known, or by hardware,
 * whose words nobody else knows.
 */
bool pcapng_options_verdict(const struct packet *p, struct verdict *v);

/* Bytes that a hash by EPB_HASH_... has; 0: any number. */
unsigned pcapng_options_hash_len(uint8_t algorithm);

/* A hash of it, of several the first with a length that can be. False: not known. */
bool pcapng_options_hash(const struct packet *p, struct packet_hash *h);

/* Was it sent by us, as far as its flags tell? */
static inline bool pcapng_options_is_sent(const struct packet *p)
{
	return p->has & PACKET_FLAGS && (p->flags & EPB_DIRECTION) == EPB_OUTBOUND;
}

#endif
