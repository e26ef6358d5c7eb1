// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * A quarter of the bits is set at most, unless it is the largest: then it answers worse, and never
 * wrongly no.
 */
#include <errno.h>
#include <stdlib.h>

#include "capture/base/hash.h"
#include "capture/base/util.h"
#include "capture/index/sketch.h"

/*
 * Places of a value; with a quarter of the bits set one value of 1024 is found that is
 * not there.
 */
enum { PLACES = 5, FULL = 4 };

/* Not drawn at random: it is to be the same in other processes, on other machines. */
static const struct hash_key key = { { 0x9e3779b97f4a7c15, 0xc2b2ae3d27d4eb4f, 0, 0 } };

/* From one place to the next it is always as far (Kirsch and Mitzenmacher, 2006). */
struct places { uint32_t at, step; };

static struct places places_of(uint32_t kind, uint32_t value)
{
	uint64_t h = hash_words(&key, (uint64_t)kind << 32 | value, value);

	return (struct places){ h, (h >> 32) | 1 };
}

int sketch_open(struct sketch *s)
{
	*s = (struct sketch){ calloc(1, sketch_bytes(SKETCH_LOG2_MAX)), SKETCH_LOG2_MAX };
	return s->bits ? 0 : -ENOMEM;
}

void sketch_add(struct sketch *s, uint32_t kind, uint32_t value)
{
	const uint32_t mask = (1u << s->log2) - 1;
	struct places p = places_of(kind, value);

	for (unsigned i = 0; i < PLACES; i++, p.at += p.step)
		s->bits[(p.at & mask) / 8] |= 1 << (p.at & 7);
}

bool sketch_has(const struct sketch *s, uint32_t kind, uint32_t value)
{
	const uint32_t mask = (1u << s->log2) - 1;
	struct places p = places_of(kind, value);

	for (unsigned i = 0; s->bits && i < PLACES; i++, p.at += p.step)
		if (!(s->bits[(p.at & mask) / 8] & 1 << (p.at & 7)))
			return false;
	return true;
}

/* With half the bits, would no more than a quarter of them be set? */
static bool fits_half(const struct sketch *s)
{
	const size_t half = sketch_bytes(s->log2) / 2;
	size_t n = 0;

	for (size_t i = 0; i < half; i++)
		n += __builtin_popcount(s->bits[i] | s->bits[i + half]);
	return n <= half * 8 / FULL;
}

void sketch_fold(struct sketch *s)
{
	uint8_t *smaller;

	while (s->log2 > SKETCH_LOG2_MIN && fits_half(s)) {
		s->log2--;
		for (size_t i = 0; i < sketch_bytes(s->log2); i++)
			s->bits[i] |= s->bits[i + sketch_bytes(s->log2)];
	}
	smaller = realloc(s->bits, sketch_bytes(s->log2));
	s->bits = smaller ? smaller : s->bits;
}

void sketch_close(struct sketch *s)
{
	free(s->bits);
	s->bits = NULL;
}
