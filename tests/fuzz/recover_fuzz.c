// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * libFuzzer target for reading on behind damage: whatever the bytes are, it ends, every packet lies
 * within the input, the bytes that were skipped are some of it, and there are never fewer packets
 * than without recovery.
 *
 *	make fuzz-recover		make check replays tests/fuzz/recover
 */
#include <errno.h>
#include <string.h>

#include "capture/packet/packet.h"
#include "capture/read/capfile.h"

#include "tests/fuzz/fuzz.h"

static unsigned sum;	/* of all bytes, so that each is looked at */

static void warned(void *ctx, const char *sentence)
{
	must(*sentence && fuzz_is_safe(sentence, strlen(sentence), ""));
	++*(unsigned *)ctx;
}

enum { PACKED_MAX = 65536 };	/* packets of a compressed file that are looked at: it may hold any number */

static uint64_t count_plain(const uint8_t *data, size_t size)
{
	FILE *f = fuzz_file(data, size);
	struct capfile *r = NULL;
	struct packet p;
	uint64_t n = 0;
	int err = capfile_open(&r, f, NULL, NULL);

	while (!err && n < PACKED_MAX && capfile_next(r, &p) > 0)
		n++;
	capfile_close(r);
	fclose(f);
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct blocks blocks = { NULL, 0, 0 };
	unsigned n_said = 0;
	const struct capfile_hooks hooks = {
		.warn = warned,
		.ctx = &n_said,
		.recover = true,
		.buffer = size && data[size - 1] & 1 ? 64 : 0,
		.blocks = &blocks,
	};
	FILE *f = fuzz_file(data, size);
	struct capfile *r = NULL;
	struct recovery came_to;
	uint64_t n = 0, bytes = 0;
	struct packet p;
	int err = capfile_open_with(&r, f, &hooks);

	while (!err && !(capfile_compression(r) && n == PACKED_MAX) &&
	       (err = capfile_next(r, &p)) > 0) {
		must(p.iface && p.iface == capfile_iface(r, p.iface->id));
		for (uint32_t i = 0; i < p.caplen; i++)
			sum += p.data[i];
		bytes += p.caplen;
		blocks.len = 0;
		n++;
		err = 0;
	}
	must(err == 0 || err == -EBADMSG);
	came_to = capfile_recovery(r);
	must(came_to.packets == n);
	must(err == 0 || n == 0);
	if (!capfile_compression(r))
		must(bytes + came_to.bytes <= size + came_to.again);
	must(n >= count_plain(data, size));
	free(blocks.bytes);
	capfile_close(r);
	fclose(f);
	return 0;
}
