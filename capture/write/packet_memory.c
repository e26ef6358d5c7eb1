// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * A record is a head, what few packets have, and the bytes. None wraps around the end: what is left
 * there is skipped.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "capture/base/util.h"
#include "capture/packet/packet.h"
#include "capture/write/packet_memory.h"

enum { ALIGNMENT = 8 };

struct record {
	uint64_t ts_ns, id;
	const struct iface *iface;
	uint32_t size;		/* of all of it; 0: the next one is at the beginning */
	uint32_t caplen, len, flags, queue;
	uint16_t has;
	bool has_rare;
};

/* Behind the head, if it has any of that. The options and the name follow. */
struct rare {
	uint64_t dropped;
	struct verdict verdict;
	struct packet_hash hash;
	uint32_t pid, tid;
	uint32_t options_len, name_len;	/* with its NUL; 0: no name */
};

struct packet_memory {
	uint8_t *bytes;
	size_t size;
	size_t oldest, next;	/* places */
	uint64_t n;
};

static size_t aligned(size_t n)
{
	return (n + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
}

int packet_memory_open(struct packet_memory **memory, size_t bytes)
{
	struct packet_memory *m = calloc(1, sizeof(*m));

	if (!m)
		return -ENOMEM;
	m->size = aligned(bytes);
	m->bytes = mmap(NULL, m->size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (m->bytes == MAP_FAILED) {
		free(m);
		return -ENOMEM;
	}
	*memory = m;
	return 0;
}

static struct record *at(const struct packet_memory *m, size_t place)
{
	return (struct record *)(m->bytes + place);
}

/*
 * A place for @size bytes; the one behind it is never that of the oldest, which would
 * look empty.
 */
static bool find_place(struct packet_memory *m, size_t size)
{
	if (!m->n)
		m->oldest = m->next = 0;
	if (m->next < m->oldest)
		return m->next + size < m->oldest;
	if (m->next + size <= m->size)
		return true;
	if (size >= m->oldest)
		return false;
	if (m->next + sizeof(struct record) <= m->size)
		at(m, m->next)->size = 0;
	m->next = 0;
	return true;
}

static struct rare rare_of(const struct packet *p)
{
	const bool has_name = p->has & PACKET_PROCESS && p->process;

	return (struct rare){
		.dropped = p->dropped,
		.verdict = p->verdict,
		.hash = p->hash,
		.pid = p->pid,
		.tid = p->tid,
		.options_len = p->options.len,
		.name_len = has_name ? strlen(p->process) + 1 : 0,
	};
}

static uint8_t *append(uint8_t *to, const void *bytes, size_t n)
{
	if (n)
		memcpy(to, bytes, n);
	return to + n;
}

bool packet_memory_put(struct packet_memory *m, const struct packet *p)
{
	struct record r = {
		.ts_ns = p->ts_ns, .id = p->id, .iface = p->iface, .caplen = p->caplen,
		.len = p->len,
		.flags = p->flags, .queue = p->queue, .has = p->has,
		.has_rare = p->dropped || p->options.len || p->has & (PACKET_VERDICT | PACKET_HASH | PACKET_PROCESS),
	};
	struct rare rare;
	size_t size = sizeof(r) + p->caplen;
	uint8_t *to;

	if (r.has_rare) {
		rare = rare_of(p);
		size += sizeof(rare) + rare.options_len + rare.name_len;
	}
	size = aligned(size);
	if (!find_place(m, size))
		return false;
	r.size = size;
	to = append(m->bytes + m->next, &r, sizeof(r));
	if (r.has_rare) {
		to = append(to, &rare, sizeof(rare));
		to = append(to, p->options.bytes, rare.options_len);
		to = append(to, p->process, rare.name_len);
	}
	append(to, p->data, p->caplen);
	m->next += size;
	m->n++;
	return true;
}

static const uint8_t *take_rare(const uint8_t *from, struct packet *p)
{
	struct rare rare;

	memcpy(&rare, from, sizeof(rare));
	from += sizeof(rare);
	p->dropped = rare.dropped;
	p->verdict = rare.verdict;
	p->hash = rare.hash;
	p->pid = rare.pid;
	p->tid = rare.tid;
	p->options = (struct raw_options){ (uint8_t *)from, rare.options_len };
	from += rare.options_len;
	p->process = rare.name_len ? (const char *)from : NULL;
	return from + rare.name_len;
}

bool packet_memory_oldest(const struct packet_memory *m, struct packet *p)
{
	const struct record *r = at(m, m->oldest);
	const uint8_t *from = (const uint8_t *)(r + 1);

	if (!m->n)
		return false;
	*p = (struct packet){
		.ts_ns = r->ts_ns, .id = r->id, .iface = r->iface, .caplen = r->caplen,
		.len = r->len,
		.flags = r->flags, .queue = r->queue, .has = r->has,
	};
	p->data = r->has_rare ? take_rare(from, p) : from;
	return true;
}

uint64_t packet_memory_oldest_ns(const struct packet_memory *m)
{
	return at(m, m->oldest)->ts_ns;
}

void packet_memory_drop(struct packet_memory *m)
{
	m->oldest += at(m, m->oldest)->size;
	if (!--m->n)
		m->oldest = m->next = 0;
	else if (m->oldest + sizeof(struct record) > m->size || !at(m, m->oldest)->size)
		m->oldest = 0;
}

uint64_t packet_memory_count(const struct packet_memory *m)
{
	return m->n;
}

struct packet_memory *packet_memory_close(struct packet_memory *m)
{
	if (m)
		munmap(m->bytes, m->size);
	free(m);
	return NULL;
}
