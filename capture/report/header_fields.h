/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The fields of the headers of a packet, one after the other, with their names for people: what a
 * changed byte is.
 */
#ifndef XDPDUMP_REPORT_HEADER_FIELDS_H
#define XDPDUMP_REPORT_HEADER_FIELDS_H

#include <stdbool.h>
#include <stdint.h>

struct packet;
struct text;

struct header_field {
	const char *name;
	uint8_t off, bytes;	/* in its header */
	uint32_t mask;		/* of the bits of a big-endian number that it has; 0: all bytes */
	uint8_t shift;		/* to the right */
	uint8_t scale;		/* what one of it is worth; 0: 1 */
	/* how the value is shown; NULL: decimal */
	void (*put)(struct text *t, const uint8_t *value, uint32_t number);
};

/* Goes over them: @at is where the field stands in the packet. False: there are no more. */
struct header_fields {
	const struct packet *packet;
	struct { uint8_t kind; uint32_t at; } headers[8];
	unsigned n_headers, header, field;
};
void header_fields_of(struct header_fields *f, const struct packet *p);
bool header_fields_next(struct header_fields *f, const struct header_field **field, uint32_t *at);

/* Are these two values of it, @bytes each, the same? */
bool header_fields_equal(const struct header_field *f, const uint8_t *a, const uint8_t *b);

void header_fields_put(struct text *t, const struct header_field *f, const uint8_t *value);

#endif
