// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* A table with one place for all numbers that end alike: of two of them the later one has it. */
#include <stdlib.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/packet/pcapng_codes.h"
#include "capture/read/order.h"
#include "capture/read/processes.h"

enum {
	BLOCK_MAX	= 64 << 10,	/* bytes; path and command line are in it, too */
	PLACES		= 4096,
	NAME_MAX_BYTES	= 64,
	/* all but the number of its maker is little-endian, in whichever order the file is */
	SWAPPED		= __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__,
};

struct processes {
	struct process {
		uint32_t pid;
		char name[NAME_MAX_BYTES + 1];	/* "": the place is empty */
	} at[PLACES];
};

bool processes_wants(uint32_t type, uint32_t len)
{
	return type == PCAPNG_CB && len <= BLOCK_MAX;
}

/* The entry of a block, without its padding. False: it is not about a process. */
static bool entry_of(const struct pcapng *f, const struct body *b, const uint8_t **entry,
		     size_t *len)
{
	if (!processes_wants(b->type, b->len) || b->torn || b->len < 16 ||
	    order_u32(f->swapped, b->data) != PEN_WIRESHARK ||
	    order_u32(SWAPPED, b->data + 4) != WIRESHARK_PROCESS)
		return false;
	*entry = b->data + 12;
	*len = order_u32(SWAPPED, b->data + 8);
	return *len >= 4 && *len <= b->len - 12;
}

/* Of the options behind the number. NULL: there is none. */
static const uint8_t *name_in(const uint8_t *entry, size_t len, size_t *name_len)
{
	for (size_t pos = 4; len - pos >= 4;) {
		unsigned code = order_u16(SWAPPED, entry + pos),
			 n = order_u16(SWAPPED, entry + pos + 2);

		if (code == OPT_END || n > len - pos - 4)
			return NULL;
		if (code == WIRESHARK_PROCESS_NAME) {
			*name_len = n;
			return entry + pos + 4;
		}
		pos = min_of(len, pos + 4 + ((n + 3u) & ~3u));
	}
	return NULL;
}

static struct processes *table_of(struct pcapng *f)
{
	if (!f->processes && stream_may_keep(f->s, sizeof(*f->processes)))
		f->processes = calloc(1, sizeof(*f->processes));
	return f->processes;
}

void processes_learn(struct pcapng *f, const struct body *b)
{
	const uint8_t *entry, *name;
	struct processes *known;
	struct process *to;
	size_t len, n = 0;

	if (!entry_of(f, b, &entry, &len) || !(known = table_of(f)))
		return;
	to = &known->at[order_u32(SWAPPED, entry) % PLACES];
	name = name_in(entry, len, &n);
	*to = (struct process){ .pid = order_u32(SWAPPED, entry) };
	if (name)
		memcpy(to->name, name, min_of(n, (size_t)NAME_MAX_BYTES));
}

const char *processes_name(const struct pcapng *f, uint32_t pid)
{
	const struct process *p = f->processes ? &f->processes->at[pid % PLACES] : NULL;

	return p && p->pid == pid && *p->name ? p->name : NULL;
}

void processes_forget(struct pcapng *f)
{
	if (f->processes)
		memset(f->processes, 0, sizeof(*f->processes));
}
