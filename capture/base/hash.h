/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A keyed hash of bytes, for tables and for telling packets apart. The key is drawn at random: who
 * makes a capture cannot know which packets meet in it.
 */
#ifndef XDPDUMP_BASE_HASH_H
#define XDPDUMP_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

struct hash_key {
	uint64_t word[4];
};

struct hash128 {
	uint64_t a, b;
};

/* From the kernel; from the clock where it has none to give. */
void hash_key_init(struct hash_key *k);

/* Two hashes of 64 bits, each of all the bytes and their number. */
struct hash128 hash_bytes(const struct hash_key *k, const void *data, size_t n);

/* Both halves of the product, folded. */
static inline uint64_t hash_mix(uint64_t x, uint64_t y)
{
	unsigned __int128 product = (unsigned __int128)x * y;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Of two words, 64 bits. */
static inline uint64_t hash_words(const struct hash_key *k, uint64_t x, uint64_t y)
{
	return hash_mix(x ^ k->word[0], y ^ k->word[1]);
}

#endif
