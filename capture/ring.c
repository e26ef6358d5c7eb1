// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * BPF_MAP_TYPE_RINGBUF as the kernel lays it out (kernel/bpf/ringbuf.c): a page with our position, a page with the
 * producer's, the data, and the data once more, so that a record which wraps can be read in one piece. Of that second
 * view only as much is mapped as the largest record needs: each mapped page counts as resident memory.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bpf/event.h"
#include "capture/ring.h"
#include "capture/util.h"

enum { RECORD_MAX = BPF_RINGBUF_HDR_SZ + sizeof(struct event) + EVENT_SNAP_MAX + 1 };

struct ring {
	int fd;
	size_t size, page;
	unsigned long *consumer;		/* written by us, read by the kernel */
	const unsigned long *producer;		/* the other way round; the data begins a page behind it */
	size_t producer_size;			/* of the mapping */
	unsigned long pos;			/* of the next record; counts bytes for ever */
};

static void ring_closep(struct ring **r)
{
	ring_close(*r);
}

size_t ring_round_size(size_t size)
{
	size_t rounded = sysconf(_SC_PAGESIZE);

	while (rounded < size && rounded < 1u << 31)
		rounded *= 2;
	return rounded;
}

int ring_open(struct ring **ring, size_t size)
{
	cleanup(ring_closep) struct ring *r = calloc(1, sizeof(*r));
	size_t second;
	void *p;

	if (!r)
		return -ENOMEM;
	r->page = sysconf(_SC_PAGESIZE);
	r->size = size;
	r->fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "xdpdump_ring", 0, 0, size, NULL);
	if (r->fd < 0)
		return r->fd;
	p = mmap(NULL, r->page, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, 0);
	if (p == MAP_FAILED)
		return -errno;
	r->consumer = p;
	second = min_of(size, (RECORD_MAX + r->page - 1) / r->page * r->page);
	r->producer_size = r->page + size + second;
	p = mmap(NULL, r->producer_size, PROT_READ, MAP_SHARED, r->fd, r->page);
	if (p == MAP_FAILED)
		return -errno;
	r->producer = p;
	*ring = steal(&r);
	return 0;
}

int ring_fd(const struct ring *r)
{
	return r->fd;
}

size_t ring_size(const struct ring *r)
{
	return r->size;
}

const void *ring_next(struct ring *r, uint32_t *len)
{
	const char *data = (const char *)r->producer + r->page;

	/* Acquire: behind the position the headers are to be seen, and behind a header without the busy bit the record. */
	while (r->pos < __atomic_load_n(r->producer, __ATOMIC_ACQUIRE)) {
		const char *record = data + (r->pos & (r->size - 1));
		uint32_t head = __atomic_load_n((const uint32_t *)record, __ATOMIC_ACQUIRE);
		uint32_t n = head & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);

		if (head & BPF_RINGBUF_BUSY_BIT)
			return NULL;
		r->pos += (n + BPF_RINGBUF_HDR_SZ + 7) & ~7ul;
		if (head & BPF_RINGBUF_DISCARD_BIT)
			continue;
		*len = n;
		return record + BPF_RINGBUF_HDR_SZ;
	}
	return NULL;
}

void ring_release(struct ring *r)
{
	/* Release: we have read the records before the program may write over them. */
	__atomic_store_n(r->consumer, r->pos, __ATOMIC_RELEASE);
}

size_t ring_used(const struct ring *r)
{
	return __atomic_load_n(r->producer, __ATOMIC_ACQUIRE) - r->pos;
}

uint64_t ring_position(const struct ring *r)
{
	return r->pos;
}

struct ring *ring_close(struct ring *r)
{
	if (!r)
		return NULL;
	if (r->consumer)
		munmap(r->consumer, r->page);
	if (r->producer)
		munmap((void *)r->producer, r->producer_size);
	if (r->fd >= 0)
		close(r->fd);
	free(r);
	return NULL;
}
