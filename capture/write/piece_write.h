/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Pieces on their way into a file, for the thread that has them: compressed, or in blocks of them. */
#ifndef XDPDUMP_WRITE_PIECE_WRITE_H
#define XDPDUMP_WRITE_PIECE_WRITE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct compress;
struct direct;
struct piece;

/* A piece as it comes into the file. */
struct piece_frame {
	const uint8_t *bytes;	/* NULL: it is not compressed */
	size_t len;
};

/* Compresses it, where its file is, by *@pack, which is made if it is NULL. -errno. */
int piece_write_make(const struct piece *p, struct compress **pack, struct piece_frame *f);

/* Writes it, all of it. -errno. */
int piece_write_all(struct piece *p, const struct piece_frame *f);

/*
 * Of @n bytes from @p on, behind what is done of it and through those behind it, as many as one
 * step takes, of which @waiting are not written. How many that were, or -errno.
 */
ssize_t piece_write_step(struct direct *d, const struct piece *p, size_t n, size_t waiting);

#endif
