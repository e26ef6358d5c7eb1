/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What a packet says, field by field: the one table that JSON and CSV are made of, with the names
 * of tshark's -T ek.
 */
#ifndef XDPDUMP_FORMAT_FIELDS_H
#define XDPDUMP_FORMAT_FIELDS_H

#include <stddef.h>
#include <stdint.h>

#include "capture/base/text.h"
#include "capture/format/row.h"

/*
 * That the fields of a row take, in any format, beside the foreign ones that grow with the packet's
 * options and name: what a packet says is bounded, and no more than one kind of it.
 */
enum { FIELDS_MAX_BYTES = 9216 };

/* All fields, in their order. */
const struct field *fields(size_t *n);

/* Bytes in all foreign fields of @p, at most. */
size_t fields_foreign(const struct packet *p);

/* @offsets: are the fields of LAYER_FILE asked for? */
void fields_row_init(struct row *r, bool offsets);

/* Is the field one of those that a row may have? */
static inline bool fields_row_may_have(const struct row *r, const struct field *f)
{
	return r->offsets || f->layer != LAYER_FILE;
}

/* The next packet of the output. It has to stay until the row is written. */
void fields_row_look(struct row *r, const struct packet *p);

/* The value of a field that is there and not foreign. */
void fields_row_value(struct text *t, const struct row *r, const struct field *f);

#endif
