// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Counts; and at each tick, rates. */
#include <string.h>

#include "capture/base/util.h"
#include "capture/packet/packet.h"
#include "capture/view/model.h"

int model_open(struct model *m, bool live)
{
	*m = (struct model){ .live = live };
	if (tops_open(&m->flows, MODEL_ROOM))
		return -ENOMEM;
	if (tops_open(&m->talkers, MODEL_ROOM))
		return -ENOMEM;
	tops_set_ends(m->flows, m->talkers);
	return 0;
}

/* Its addresses; a version says that they are there. */
static void addresses(const struct packet *p, union party *flow)
{
	const uint8_t *ip = p->data + p->hdr.l3_off;

	if (p->hdr.ip_version == 4) {
		memcpy(flow->addr[0], ip + 12, 4);
		memcpy(flow->addr[1], ip + 16, 4);
	} else {
		memcpy(flow->addr[0], ip + 8, 16);
		memcpy(flow->addr[1], ip + 24, 16);
	}
	flow->version = p->hdr.ip_version;
}

/* Two addresses; the order is any, and always the same. */
static int compare(const uint64_t *a, const uint64_t *b)
{
	if (a[0] != b[0])
		return a[0] < b[0] ? -1 : 1;
	return a[1] == b[1] ? 0 : a[1] < b[1] ? -1 : 1;
}

/* Both ways are one flow. */
static void count_flow(struct model *m, const struct packet *p, union party *flow)
{
	int order = compare(flow->words, flow->words + 2);
	unsigned from = order ? order > 0 : p->hdr.sport > p->hdr.dport;

	flow->proto = p->hdr.ip_proto;
	if (p->hdr.flags & PARSE_PORTS) {
		flow->port[from] = p->hdr.sport;
		flow->port[!from] = p->hdr.dport;
	}
	if (from && order) {
		uint8_t kept[16];

		memcpy(kept, flow->addr[0], sizeof(kept));
		memcpy(flow->addr[0], flow->addr[1], sizeof(kept));
		memcpy(flow->addr[1], kept, sizeof(kept));
	}
	tops_add(m->flows, flow, p->len, from);
}

static void count_parties(struct model *m, const struct packet *p)
{
	union party flow = { .words = { 0 } };

	if (!p->hdr.ip_version)
		return;
	addresses(p, &flow);
	count_flow(m, p, &flow);
}

static void count_time(struct model *m, const struct packet *p)
{
	if (!(p->has & PACKET_TIME))
		return;
	m->first_ns = m->timeline.n ? min_of(m->first_ns, p->ts_ns) : p->ts_ns;
	timeline_add(&m->timeline, p->ts_ns, p->len);
	m->last_ns = max_of(m->last_ns, p->ts_ns);
}

void model_packet(struct model *m, const struct packet *p)
{
	tally_add(&m->all.sum, p->len);
	info_count_rows(m->rows, p);
	count_parties(m, p);
	if (p->has & PACKET_QUEUE)
		tally_add(&m->queues[min_of(p->queue, (uint32_t)MODEL_QUEUES)].sum, p->len);
	if (p->has & PACKET_VERDICT || p->options.len)
		verdicts_add(&m->verdicts, p);
	m->n_dropped += p->dropped;
	if (!m->live)
		count_time(m, p);
}

void model_now(struct model *m, uint64_t now_ns)
{
	history_update(&m->history, now_ns, &m->all.sum);
}

/* Of files all counts, in all of their time. */
static void tick(const struct model *m, struct gauge *g, double sec)
{
	if (sec <= 0)
		return;
	g->pps = (g->sum.packets - g->before.packets) / sec;
	g->bps = 8 * (g->sum.bytes - g->before.bytes) / sec;
	if (m->live)
		g->before = g->sum;
}

void model_tick(struct model *m, uint64_t now_ns)
{
	double sec;

	if (m->live) {
		model_now(m, now_ns);
		m->first_ns = m->first_ns ? m->first_ns : now_ns;
		m->ticked_ns = m->ticked_ns ? m->ticked_ns : now_ns;
		m->last_ns = now_ns;
	}
	sec = (m->live ? now_ns - m->ticked_ns : model_span_ns(m)) / 1e9;
	m->ticked_ns = now_ns;
	tick(m, &m->all, sec);
	for (unsigned i = 0; i < N_INFO_ROWS; i++) {
		m->protocols[i].sum = m->rows[i];
		tick(m, &m->protocols[i], sec);
	}
	for (unsigned i = 0; i <= MODEL_QUEUES; i++)
		tick(m, &m->queues[i], sec);
	tops_tick(m->flows, sec, !m->live);
	tops_tick(m->talkers, sec, !m->live);
}

uint64_t model_span_ns(const struct model *m)
{
	return m->last_ns - m->first_ns;
}

void model_clear(struct model *m)
{
	struct tops *flows = m->flows, *talkers = m->talkers;
	bool live = m->live;

	tops_clear(flows);
	tops_clear(talkers);
	*m = (struct model){ .live = live, .flows = flows, .talkers = talkers };
}

void model_close(struct model *m)
{
	m->flows = tops_close(m->flows);
	m->talkers = tops_close(m->talkers);
}
