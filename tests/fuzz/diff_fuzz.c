// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * libFuzzer target for what is told of two images of a packet: nothing is read that is not
 * captured, each line is bounded and safe to show, and only images of the same bytes have none.
 *
 *	make fuzz-diff		make check replays tests/fuzz/diff
 *
 * Input: which link type, two bytes how many bytes the entry has, two by how much the entry and two
 * by how much the exit were longer on the wire; the entry, the exit.
 */
#include <string.h>

#include "capture/base/text.h"
#include "capture/base/util.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"
#include "capture/report/align.h"
#include "capture/report/changes.h"

#include "tests/fuzz/fuzz.h"

enum { HEAD = 7, CHANGES_MAX = 128 };

static const uint16_t linktypes[] = { LINKTYPE_ETHERNET, LINKTYPE_RAW, LINKTYPE_LINUX_SLL, 105 };

static void tell(void *ctx, const struct change *c)
{
	static char line[CHANGE_TEXT + 64];
	struct text t = text_in(line, sizeof(line));
	unsigned *n = ctx;

	must(++*n <= CHANGES_MAX);
	changes_put(&t, c);
	must(t.len > 0 && t.len <= CHANGE_TEXT);
	must(fuzz_is_safe(t.buf, t.len, ""));
	must(strlen(c->before) < sizeof(c->before) && strlen(c->after) < sizeof(c->after));
}

static void check_alignment(const struct packet *entry, const struct packet *exit)
{
	struct alignment a = align_packets(entry, exit);
	uint32_t last = 0;

	for (uint32_t i = 0; i < entry->caplen; i++) {
		uint32_t to = align_of(&a, i);

		must(to == UINT32_MAX || !i || !last || to > last);
		last = to == UINT32_MAX ? last : to;
	}
}

static void check(const struct packet *entry, const struct packet *exit)
{
	unsigned told = 0, n = changes(entry, exit, tell, &told);
	uint32_t both = min_of(entry->caplen, exit->caplen);

	must(n == told && n == changes(entry, exit, NULL, NULL));
	must(changes(entry, entry, NULL, NULL) == 0);
	must(n || (max_of(entry->len, entry->caplen) == max_of(exit->len, exit->caplen) &&
		   !memcmp(entry->data, exit->data, both)));
	check_alignment(entry, exit);
}

/* In memory of exactly its size, so that a sanitizer sees each step too far. */
static struct packet image(const uint8_t *data, size_t n, const uint8_t *more,
			   const struct iface *i)
{
	uint8_t *copy = malloc(n ? n : 1);
	struct packet p = { .data = copy, .caplen = n, .len = n + (more[0] << 8 | more[1]), .iface = i };

	must(copy);
	memcpy(copy, data, n);
	link_decode(&p);
	return p;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct packet entry, exit;
	struct iface iface = { .id = 0 };
	size_t n;

	if (size < HEAD)
		return 0;
	iface.linktype = linktypes[data[0] % array_size(linktypes)];
	n = min_of((size_t)(data[1] << 8 | data[2]), size - HEAD);
	entry = image(data + HEAD, n, data + 3, &iface);
	exit = image(data + HEAD + n, size - HEAD - n, data + 5, &iface);
	check(&entry, &exit);
	check(&exit, &entry);
	free((void *)(uintptr_t)entry.data);
	free((void *)(uintptr_t)exit.data);
	return 0;
}
