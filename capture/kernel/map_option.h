/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * "NAME=KEY:VALUE", an entry of a map as bytes in hex in the order of memory, or "NAME=@PATH", all
 * entries of a pinned map.
 */
#ifndef XDPDUMP_KERNEL_MAP_OPTION_H
#define XDPDUMP_KERNEL_MAP_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* It points into the text that it was taken from. */
struct map_option {
	const char *name;		/* of the map, name_len bytes */
	size_t name_len;
	const char *pin;		/* the path of another map; NULL: key and value are given */
	const char *key;		/* key_len digits; none for a map without keys */
	size_t key_len;
	const char *value;		/* up to the end; of a map of programs the name of one */
};

enum map_side { MAP_KEY, MAP_VALUE };

/* False: @error has a sentence. */
bool map_option_parse(struct map_option *m, const char *text, char *error, size_t cap);

/*
 * One side of it as the @size bytes that the map wants. False: @error has a sentence, without the
 * name of the map.
 */
bool map_option_bytes(const struct map_option *m, enum map_side side, void *out, size_t size,
		      char *error, size_t cap);

#endif
