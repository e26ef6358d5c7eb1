// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * From above: what is captured, sums and rates, the curve with the protocols beside it, one of the
 * lists, a line for messages, the keys. On a low screen the curve is the first to go.
 */
#include <inttypes.h>
#include <stdio.h>

#include "capture/report/plot.h"
#include "capture/view/grid.h"
#include "capture/view/model.h"
#include "capture/view/page.h"

enum {
	TOP = 3, /* rows above the curve */
	CURVE = 6, /* its rows, and one for the axis */
	LABEL = 9, /* columns in front of it */
	SIDE = 27, /* columns of the protocols beside it */
	LIST_LEAST = 6, /* rows that a list wants */
	BELOW = 2, /* rows under it */
	COLUMNS_MAX = 256,
};

static void title(struct grid *g, const struct model *m, const struct page_facts *f,
		  const struct page_choice *c)
{
	uint64_t sec = model_span_ns(m) / 1000000000;
	unsigned col = grid_put(g, 0, 0, GRID_BAR, " xdpdump --top  %s  ", f->what);

	if (m->live || sec >= 60)
		col = grid_put(g, 0, col, GRID_BAR, "%" PRIu64 ":%02u:%02u", sec / 3600,
			       (unsigned)(sec / 60 % 60), (unsigned)(sec % 60));
	if (!m->live)
		col = grid_put(g, 0, col, GRID_BAR, "  %s", f->done ? "" : "reading");
	grid_fill(g, 0, GRID_BAR);
	if (c->paused)
		grid_put(g, 0, max_of(g->cols, 9u) - 9, GRID_BAR, " PAUSED");
}

/* What has come, and what has not. */
static void sums(struct grid *g, const struct model *m, const struct page_facts *f)
{
	char pps[24], bps[24], packets[24], bytes[24], each[24];
	const struct tally *all = &m->all.sum;
	const struct ledger *l = &f->ledger;
	uint64_t lost = f->has_ledger ? ledger_lost(l) + l->if_dropped + ledger_not_written(l) :
				       m->n_dropped;
	unsigned col;

	plot_unit(pps, sizeof(pps), m->all.pps, "pps");
	plot_unit(bps, sizeof(bps), m->all.bps, "bit/s");
	plot_unit(packets, sizeof(packets), all->packets, "packets");
	plot_unit(bytes, sizeof(bytes), all->bytes, "B");
	plot_unit(each, sizeof(each), all->packets ? (double)all->bytes / all->packets : 0, "B");
	col = grid_put(g, 1, 0, GRID_HEAD, "%s %s  %s", m->live ? "Now" : "All", pps, bps);
	col = grid_put(g, 1, max_of(col, 28u), GRID_PLAIN, "  %s, %s, %s each", packets, bytes,
		       each);
	grid_put(g, 1, max_of(col, 68u), lost ? GRID_ALARM : GRID_DIM, "  lost %" PRIu64, lost);
}

/*
 * Which packets these are: the filters, that of the capture and that of the eye, and what is left
 * out of them.
 */
static void filters(struct grid *g, const struct page_facts *f, const struct page_choice *c)
{
	unsigned col = grid_put(g, 2, 0, GRID_DIM, "Filter ");
	char limit[24];

	col = grid_put(g, 2, col, GRID_PLAIN, "%s", f->filter ? f->filter : "none");
	if (f->ledger.asked.sample > 1) {
		col = grid_put(g, 2, col, GRID_DIM, "   sample ");
		col = grid_put(g, 2, col, GRID_HEAD, "1/%u", f->ledger.asked.sample);
	}
	if (f->ledger.asked.flow.sample > 1) {
		col = grid_put(g, 2, col, GRID_DIM, "   flows ");
		col = grid_put(g, 2, col, GRID_HEAD, "1/%u", f->ledger.asked.flow.sample);
	}
	if (f->ledger.asked.flow.limit) {
		sample_flow_limit_to_text(&f->ledger.asked.flow, limit, sizeof(limit));
		col = grid_put(g, 2, col, GRID_DIM, "   of each ");
		col = grid_put(g, 2, col, GRID_HEAD, "%s", limit);
	}
	if (f->ledger.asked.rate) {
		col = grid_put(g, 2, col, GRID_DIM, "   limit ");
		col = grid_put(g, 2, col, GRID_HEAD, "%u/s", f->ledger.asked.rate);
	}
	if (c->shown) {
		col = grid_put(g, 2, col, GRID_DIM, "   shown ");
		col = grid_put(g, 2, col, GRID_HEAD, "%s", c->shown);
	}
	if (c->writing) {
		col = grid_put(g, 2, col, GRID_DIM, "   writing ");
		grid_put(g, 2, col, GRID_HEAD, "%s", c->writing);
	}
}

/* ---- the curve ---- */

struct curve {
	double pps[COLUMNS_MAX];
	unsigned n;
	double most;
	uint64_t step_ns;
};

/* From the right, which is now, to the left. */
static void live_curve(struct curve *c, const struct model *m, unsigned sec, unsigned n)
{
	struct tally sum;
	unsigned of;

	*c = (struct curve){ .n = n, .step_ns = sec * 1000000000ull };
	for (unsigned back = 0; back < n; back++)
		if (history_column(&m->history, sec, back, &sum, &of))
			c->pps[n - 1 - back] = (double)sum.packets / of;
}

static void file_curve(struct curve *c, const struct timeline *t, unsigned n)
{
	unsigned together = (t->n + n - 1) / n;

	*c = (struct curve){ .step_ns = together * timeline_step_ns(t) };
	for (unsigned at = 0; at < t->n; at += together)
		c->pps[c->n++] = timeline_sum(t, at, together).packets / (c->step_ns / 1e9);
}

static void draw_curve(struct grid *g, unsigned row, const struct curve *c, bool live)
{
	char number[16], step[32], span[32];
	double axis = plot_axis(c->most);

	for (unsigned r = 0; r < CURVE; r++) {
		if (r % 2) {
			plot_number(number, sizeof(number), axis * (r + 1) / CURVE);
			grid_put(g, row + CURVE - 1 - r, 0, GRID_DIM, "%*s", LABEL - 2, number);
		}
		grid_put(g, row + CURVE - 1 - r, LABEL - 1, GRID_DIM, "|");
		for (unsigned k = 0; k < c->n; k++)
			grid_put(g, row + CURVE - 1 - r, LABEL + k, GRID_CURVE, "%c",
				 plot_cell(c->pps[k], axis, CURVE, r));
	}
	plot_span(step, sizeof(step), c->step_ns);
	plot_span(span, sizeof(span), c->n * c->step_ns);
	grid_put(g, row + CURVE, LABEL, GRID_DIM,
		 live ? "packets/s of the last %s, a column is %s"
		      : "packets/s of %s, a column is %s",
		 span, step);
}

static void curve(struct grid *g, unsigned row, unsigned cols, const struct model *m,
		  const struct page_choice *choice)
{
	unsigned n = min_of(cols - LABEL, (unsigned)COLUMNS_MAX);
	struct curve c;

	if (m->live)
		live_curve(&c, m, choice->column_sec, n);
	else
		file_curve(&c, &m->timeline, n);
	for (unsigned k = 0; k < c.n; k++)
		c.most = max_of(c.most, c.pps[k]);
	draw_curve(g, row, &c, m->live);
}

/* The largest, beside the curve. */
static void side(struct grid *g, unsigned row, unsigned col, const struct model *m)
{
	bool shown[N_INFO_ROWS] = { false };

	for (unsigned r = 0; r <= CURVE; r++) {
		unsigned best = N_INFO_ROWS;
		char pps[16];

		for (unsigned k = 0; k < N_INFO_ROWS; k++)
			if (!shown[k] && m->rows[k].packets &&
			    (best == N_INFO_ROWS || m->rows[k].packets > m->rows[best].packets))
				best = k;
		if (best == N_INFO_ROWS)
			return;
		shown[best] = true;
		plot_number(pps, sizeof(pps), m->protocols[best].pps);
		grid_put(g, row + r, col, GRID_PLAIN, "%-11.11s %5.1f%% %8s", info_row_name(best),
			 100.0 * m->rows[best].packets / m->all.sum.packets, pps);
	}
}

/* ---- below ---- */

static void tabs(struct grid *g, unsigned row, const struct page_choice *c)
{
	static const char *const names[PAGE_LISTS] = { "Flows", "Talkers", "Protocols", "Queues",
						       "Losses" };
	static const char *const orders[TOPS_ORDERS] = { "bit/s", "packets/s", "bytes", "packets" };
	unsigned col = 0;

	for (unsigned i = 0; i < PAGE_LISTS; i++)
		col = grid_put(g, row, col, i == c->list ? GRID_BAR : GRID_DIM, " %u %s ", i + 1,
			       names[i]);
	if (c->list <= PAGE_TALKERS)
		grid_put(g, row, col, GRID_DIM, "  by %s", orders[c->order]);
}

static void last_rows(struct grid *g, const struct model *m, const struct page_choice *c)
{
	unsigned row = g->rows - BELOW;

	if (c->prompt)
		grid_put(g, row, 0, GRID_HEAD, "%s: %s_", c->prompt, c->typed);
	else if (c->message)
		grid_put(g, row, 0, c->is_alarm ? GRID_ALARM : GRID_PLAIN, "%s", c->message);
	grid_put(
		g, row + 1, 0, GRID_BAR, "%s",
		c->prompt ? " Enter: take it   Esc: leave it"
		: m->live
			? " q quit  p pause  s sort  f filter  w write  + - time  c clear  Tab, 1-5 lists"
			: " q quit  s sort  f filter  w write  Tab, 1-5 lists");
	grid_fill(g, row + 1, GRID_BAR);
}

void page_draw(struct grid *g, const struct model *m, const struct page_facts *f,
	       const struct page_choice *c)
{
	bool is_wide = g->cols >= LABEL + 30 + SIDE, has_curve;
	unsigned row = TOP;

	if (g->rows < BELOW + 1)
		return;
	title(g, m, f, c);
	sums(g, m, f);
	filters(g, f, c);
	has_curve = g->rows >= TOP + CURVE + 1 + LIST_LEAST + BELOW && g->cols > LABEL;
	if (has_curve) {
		curve(g, row, is_wide ? g->cols - SIDE - 1 : g->cols, m, c);
		if (is_wide)
			side(g, row, g->cols - SIDE, m);
		row += CURVE + 1;
	}
	tabs(g, row, c);
	page_draw_list(g, row + 1, m, f, c);
	for (unsigned r = g->rows - BELOW; r < g->rows; r++)
		grid_put(g, r, 0, GRID_PLAIN, "%*s", (int)g->cols, "");
	last_rows(g, m, c);
}
