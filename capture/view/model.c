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

/* Both ways are one flow. */
static void count_flow(struct model *m, const struct packet *p)
{
	union party flow;
	unsigned from;

	if (!p->hdr.ip_version)
		return;
	from = flow_key_of(&flow.key, p->data + p->hdr.l3_off, &p->hdr, 0);
	tops_add(m->flows, &flow, p->len, from);
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
	count_flow(m, p);
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
