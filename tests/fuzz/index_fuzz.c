// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * libFuzzer target for the index of a directory: no byte is read that is not there, whatever a
 * record says whose checksum is right, and what was read can be asked, and is written as it was
 * read.
 *
 *	make fuzz-index		make check replays tests/fuzz/index
 */
#include <stdlib.h>
#include <string.h>

#include "capture/index/index_file.h"
#include "capture/read/blocks.h"

#include "tests/fuzz/fuzz.h"

static void read_all(const uint8_t *bytes, size_t n)
{
	char name[INDEX_FILE_NAME_MAX + 1], again_name[INDEX_FILE_NAME_MAX + 1];
	const struct entry_wanted any = { .timed = true, .start_ns = 5, .end_ns = UINT64_MAX };
	struct index_file f, g;
	struct entry e, again;

	if (!index_file_open(&f, bytes, n))
		return;
	while (index_file_next(&f, name, &e)) {
		struct blocks b = { .len = 0 };

		must(*name && e.sketch.bits >= bytes &&
		     e.sketch.bits + sketch_bytes(e.sketch.log2) <= bytes + n);
		(void)sketch_has(&e.sketch, 1, 2);
		(void)entry_may_have(&e, &any);
		must(!index_file_begin(&b) && !index_file_add(&b, name, &e));
		must(index_file_open(&g, b.bytes, b.len) &&
		     index_file_next(&g, again_name, &again));
		must(!strcmp(name, again_name) && again.max_ns == e.max_ns &&
		     again.n_links == e.n_links);
		free(b.bytes);
	}
}

/*
 * The data as what is behind the head; and as a record that nothing is wrong with at
 * first sight.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct blocks b = { .len = 0 };

	read_all(data, size);
	must(!index_file_begin(&b) && !blocks_append(&b, data, size));
	read_all(b.bytes, b.len);
	if (size >= 16) {
		index_file_seal(b.bytes + INDEX_FILE_HEAD, size);
		read_all(b.bytes, b.len);
	}
	free(b.bytes);
	return 0;
}
