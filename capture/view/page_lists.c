// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The lists of a page, as far as there are rows for them. */
#include <inttypes.h>
#include <stdio.h>

#include "capture/base/text.h"
#include "capture/packet/names.h"
#include "capture/report/plot.h"
#include "capture/report/stats.h"
#include "capture/view/grid.h"
#include "capture/view/model.h"
#include "capture/view/page.h"

enum { WHO_MAX = 160, COLUMN = 10 };

static void put_end(struct text *t, const union party *who, unsigned end)
{
	if (who->version == 4)
		text_ipv4(t, who->addr[end]);
	else
		text_ipv6(t, who->addr[end]);
	if (who->port[end]) {
		text_char(t, who->version == 4 ? ':' : '.');
		text_u64(t, who->port[end]);
	}
}

/* From the end that has sent more. */
static void put_flow(char out[static WHO_MAX], const struct top *k)
{
	const char *name = names_protocol(k->who.proto);
	struct text t = text_in(out, WHO_MAX - 1);
	unsigned from = k->bytes[1] > k->bytes[0];

	if (name)
		text_str(&t, name);
	else
		text_u64(&t, k->who.proto);
	text_char(&t, ' ');
	put_end(&t, &k->who, from);
	text_str(&t, k->bytes[!from] ? " <-> " : " -> ");
	put_end(&t, &k->who, !from);
	out[t.len] = '\0';
}

/* Rates and sums in columns; how many there are, and the name of what is behind them. */
static void put_head(struct grid *g, unsigned row, unsigned n, const char *name)
{
	static const char *const heads[] = { "bit/s", "packets/s", "bytes", "packets" };

	for (unsigned i = 0; i < n; i++)
		grid_put(g, row, i * COLUMN, GRID_HEAD, "%*s", COLUMN, heads[i]);
	grid_put(g, row, n * COLUMN + 2, GRID_HEAD, "%s", name);
}

static void put_numbers(struct grid *g, unsigned row, const double v[static 4], unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		char number[16];

		plot_number(number, sizeof(number), v[i]);
		grid_put(g, row, i * COLUMN, GRID_PLAIN, "%*s", COLUMN, number);
	}
}

static void put_address(char out[static WHO_MAX], const struct top *k)
{
	struct text t = text_in(out, WHO_MAX - 64);
	char sent[16], received[16];

	put_end(&t, &k->who, 0);
	plot_number(sent, sizeof(sent), k->bytes[0]);
	plot_number(received, sizeof(received), k->bytes[1]);
	snprintf(out + t.len, 64, "  %s sent, %s received", sent, received);
}

/* On a narrow screen the two ends are worth more than the number of packets. */
static void tops(struct grid *g, unsigned row, const struct tops *t, bool flows,
		 enum tops_order order)
{
	struct top best[GRID_ROWS_MAX];
	unsigned n = row + 1 < g->rows ? tops_best(t, order, best, g->rows - row - 1) : 0;
	unsigned n_columns = g->cols < 100 ? 3 : 4;

	put_head(g, row, n_columns, flows ? "flow" : "address");
	for (unsigned i = 0; i < n; i++) {
		const struct top *k = &best[i];
		const double v[] = { k->bps, k->pps, k->bytes[0] + k->bytes[1], k->packets };
		char who[WHO_MAX];

		put_numbers(g, row + 1 + i, v, n_columns);
		if (flows)
			put_flow(who, k);
		else
			put_address(who, k);
		grid_put(g, row + 1 + i, n_columns * COLUMN + 2, GRID_PLAIN, "%s%s", who,
			 k->error ? "  (at least)" : "");
	}
}

static void gauge(struct grid *g, unsigned row, const struct gauge *v, const char *name)
{
	const double numbers[] = { v->bps, v->pps, v->sum.bytes, v->sum.packets };

	put_numbers(g, row, numbers, 4);
	grid_put(g, row, 4 * COLUMN + 2, GRID_PLAIN, "%s", name);
}

static void protocols(struct grid *g, unsigned row, const struct model *m)
{
	put_head(g, row++, 4, "protocol");
	for (enum info_row i = 0; i < N_INFO_ROWS; i++)
		if (m->rows[i].packets)
			gauge(g, row++, &m->protocols[i], info_row_name(i));
}

static void queues(struct grid *g, unsigned row, const struct model *m, const struct page_facts *f)
{
	put_head(g, row++, 4, "receive queue");
	for (unsigned i = 0; i <= MODEL_QUEUES; i++) {
		char name[32];

		if (!m->queues[i].sum.packets)
			continue;
		snprintf(name, sizeof(name), i < MODEL_QUEUES ? "queue %u" : "queue %u and above",
			 i);
		gauge(g, row++, &m->queues[i], name);
	}
	for (unsigned i = 0; i < f->n_cpus; i++) {
		char pps[16], taken[16];

		if (!f->cpus[i].taken)
			continue;
		plot_number(pps, sizeof(pps), f->cpus[i].pps);
		plot_number(taken, sizeof(taken), f->cpus[i].taken);
		grid_put(g, row++, COLUMN, GRID_PLAIN, "%*s%*s  CPU %u, its ring %.0f %% full",
			 COLUMN, pps, 2 * COLUMN, taken, i, 100 * f->cpus[i].used);
	}
}

/* Returns the row behind them. */
static unsigned program_verdicts(struct grid *g, unsigned row, const struct program_verdicts *v)
{
	for (unsigned i = 0; i < VERDICT_KINDS; i++)
		if (v->by[i].packets)
			grid_put(g, row++, 0, GRID_PLAIN,
				 "%20" PRIu64 "  %s, said by the program that is watched",
				 (uint64_t)v->by[i].packets, stats_verdict_name(i));
	return row;
}

static void losses(struct grid *g, unsigned row, const struct model *m, const struct page_facts *f)
{
	const struct ledger *l = &f->ledger;
	const struct {
		const char *what;	/* NULL: there is no such row */
		uint64_t n;
		bool is_loss;
	} rows[] = {
		{ "seen by the program", l->seen, false },
		{ "filtered out", l->filtered, false },
		{ l->asked.sample > 1 || l->asked.flow.sample > 1 || l->sampled_out ? "sampled out" : NULL,
		  l->sampled_out, false },
		{ l->asked.flow.limit ? "left out by the limit of flows" : NULL, l->flow_cut,
		  false },
		{ l->asked.rate ? "left out by the rate limit" : NULL, l->rate_limited, false },
		{ "lost: the ring was full", l->ring_full, true },
		{ "lost: could not be copied", l->copy_failed, true },
		{ "lost: dropped by the interface", l->if_dropped, true },
		{ "taken from the rings", l->taken, false },
		{ "not written", ledger_not_written(l), true },
	};

	grid_put(g, row++, 0, GRID_HEAD, "%20s  %s", "packets",
		 f->has_ledger ? "what became of them" : "");
	for (unsigned i = 0; f->has_ledger && i < array_size(rows); i++)
		if (rows[i].what)
			grid_put(g, row++, 0,
				 rows[i].is_loss && rows[i].n ? GRID_ALARM : GRID_PLAIN,
				 "%20" PRIu64 "  %s", rows[i].n, rows[i].what);
	if (!f->has_ledger)
		grid_put(g, row++, 0, m->n_dropped ? GRID_ALARM : GRID_PLAIN,
			 "%20" PRIu64 "  lost, say the packets behind them", m->n_dropped);
	row = program_verdicts(g, row, &f->verdicts);
	for (unsigned i = 0; i < N_VERDICTS; i++)
		if (m->verdicts.rows[i].packets)
			grid_put(g, row++, 0, GRID_PLAIN, "%20" PRIu64 "  %s",
				 (uint64_t)m->verdicts.rows[i].packets, verdicts_name(i));
}

void page_draw_list(struct grid *g, unsigned row, const struct model *m, const struct page_facts *f,
		    const struct page_choice *c)
{
	switch (c->list) {
	case PAGE_FLOWS:
	case PAGE_TALKERS:
		return tops(g, row, c->list == PAGE_FLOWS ? m->flows : m->talkers,
			    c->list == PAGE_FLOWS, c->order);
	case PAGE_PROTOCOLS: return protocols(g, row, m);
	case PAGE_QUEUES: return queues(g, row, m, f);
	default: return losses(g, row, m, f);
	}
}
