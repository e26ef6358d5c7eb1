// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Sixteen bytes at a time go through two multiplications of 64 by 64 bits, each with a key and a
 * state of its own.
 */
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "capture/base/hash.h"

void hash_key_init(struct hash_key *k)
{
	struct timespec now;

	if (getrandom(k->word, sizeof(k->word), GRND_NONBLOCK) == sizeof(k->word))
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	for (unsigned i = 0; i < 4; i++)
		k->word[i] = ((uint64_t)now.tv_nsec << 32 ^ (uint64_t)now.tv_sec) *
			     (0x9e3779b97f4a7c15 + 2 * i);
}

static uint64_t word(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, 8);
	return v;
}

static void step(const struct hash_key *k, struct hash128 *h, const uint8_t *p)
{
	uint64_t x = word(p), y = word(p + 8);

	h->a = hash_mix(x ^ k->word[0] ^ h->a, y ^ k->word[1]) + h->b;
	h->b = hash_mix(x ^ k->word[2], y ^ k->word[3] ^ h->b) ^ x;
}

struct hash128 hash_bytes(const struct hash_key *k, const void *data, size_t n)
{
	struct hash128 h = { k->word[3] ^ n, k->word[0] + n };
	const uint8_t *p = data;
	uint8_t last[16] = { 0 };

	for (; n >= 16; p += 16, n -= 16)
		step(k, &h, p);
	memcpy(last, p, n);
	step(k, &h, last);
	return (struct hash128){ hash_mix(h.a ^ k->word[2], h.b ^ k->word[1]),
				 hash_mix(h.a ^ k->word[0], h.b ^ k->word[3]) };
}
