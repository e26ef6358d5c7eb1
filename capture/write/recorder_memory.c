// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/packet/packet.h"
#include "capture/write/packet_memory.h"
#include "capture/write/recorder_memory.h"

int recorder_memory_open(struct recorder_memory *m, uint64_t bytes)
{
	return packet_memory_open(&m->packets, bytes);
}

int recorder_memory_note(struct recorder_memory *m, const struct packet *p)
{
	const uint32_t id = p->iface->id;

	if (id >= m->n_ifaces) {
		const size_t n = (id + 1ul) * 2;
		__typeof__(m->ifaces) more = realloc(m->ifaces, n * sizeof(*more));

		if (!more)
			return -ENOMEM;
		memset(more + m->n_ifaces, 0, (n - m->n_ifaces) * sizeof(*more));
		m->ifaces = more;
		m->n_ifaces = n;
	}
	m->ifaces[id].unwritten++;
	return 0;
}

bool recorder_memory_put(struct recorder_memory *m, const struct packet *p)
{
	if (!packet_memory_put(m->packets, p))
		return false;
	m->bytes += p->caplen;
	m->kept_bytes += p->caplen;
	return true;
}

uint64_t recorder_memory_count(const struct recorder_memory *m)
{
	return packet_memory_count(m->packets);
}

uint64_t recorder_memory_kept(const struct recorder_memory *m)
{
	return packet_memory_count(m->packets) - m->n_wanted;
}

void recorder_memory_want(struct recorder_memory *m)
{
	m->n_wanted = packet_memory_count(m->packets);
	m->kept_bytes = 0;
}

void recorder_memory_oldest(const struct recorder_memory *m, struct packet *p)
{
	packet_memory_oldest(m->packets, p);
}

void recorder_memory_wrote(struct recorder_memory *m, const struct packet *p)
{
	m->ifaces[p->iface->id].unwritten--;
	m->written++;
	m->bytes -= p->caplen;
	m->n_wanted--;
	packet_memory_drop(m->packets);
}

void recorder_memory_forget(struct recorder_memory *m)
{
	struct packet p;

	packet_memory_oldest(m->packets, &p);
	if (m->n_wanted) {
		m->n_wanted--;
		m->lost++;
		m->ifaces[p.iface->id].lost++;
	} else {
		m->kept_bytes -= p.caplen;
		m->forgotten++;
	}
	m->bytes -= p.caplen;
	packet_memory_drop(m->packets);
}

static bool is_older(const struct recorder_memory *m, uint64_t reach_ns, uint64_t now)
{
	return reach_ns && now > reach_ns && packet_memory_oldest_ns(m->packets) < now - reach_ns;
}

/*
 * Can no trigger that comes now ask for the oldest? Of those before it are @packets and @bytes, and
 * it is of @ts_ns.
 */
static bool is_out_of_reach(const struct recorder_memory *m, uint64_t packets, uint64_t bytes,
			    uint64_t ts_ns)
{
	const struct reach *before = &m->before;

	if (is_older(m, m->back_ns, ts_ns))
		return true;
	switch (before->unit) {
	case REACH_PACKETS:
		return packets > before->n;
	case REACH_BYTES:
		return bytes > before->n;
	case REACH_TIME:
		return is_older(m, before->n, ts_ns);
	case REACH_ALL:
		break;
	}
	return false;
}

/* Those that are wanted come first: as long as there are some, nothing is forgotten. */
bool recorder_memory_forget_old(struct recorder_memory *m, const struct packet *trigger,
				uint64_t ts_ns)
{
	const uint64_t itself = trigger ? 1 : 0, its_bytes = trigger ? trigger->caplen : 0;
	bool any = false;

	while (!m->n_wanted && recorder_memory_kept(m) > itself &&
	       is_out_of_reach(m, recorder_memory_kept(m) - itself, m->kept_bytes - its_bytes,
			       ts_ns)) {
		recorder_memory_forget(m);
		any = true;
	}
	return any;
}

uint64_t recorder_memory_back_ns(const struct recorder_memory *m, uint64_t newest_ns)
{
	const uint64_t oldest_ns =
		packet_memory_count(m->packets) ? packet_memory_oldest_ns(m->packets) : newest_ns;

	return newest_ns > oldest_ns ? newest_ns - oldest_ns : 0;
}

uint64_t recorder_memory_unwritten(const struct recorder_memory *m, uint32_t id)
{
	return id < m->n_ifaces ? m->ifaces[id].unwritten : 0;
}

uint64_t recorder_memory_lost(const struct recorder_memory *m, uint32_t id)
{
	return id < m->n_ifaces ? m->ifaces[id].lost : 0;
}

void recorder_memory_close(struct recorder_memory *m)
{
	packet_memory_close(m->packets);
	free(m->ifaces);
}
