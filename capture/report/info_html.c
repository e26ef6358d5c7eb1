// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The report as a page of its own: no script, nothing from elsewhere, and by its policy nothing can
 * come in. What a file says of itself is text, and nothing else.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/text.h"
#include "capture/base/util.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"
#include "capture/read/capfile.h"
#include "capture/report/info.h"
#include "capture/report/info_html.h"
#include "capture/report/plot.h"
#include "capture/report/talkers.h"

enum { TOP = 10, NAME_MAX_BYTES = 64, LABEL = 20 };

/* In the units of a picture, which is as wide as the page. */
enum { WIDTH = 1000, HEIGHT = 200, LEFT = 70, RIGHT = 20, ABOVE = 12, BELOW = 26, TICKS = 4 };

static const char head[] =
	"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
	"base-uri 'none'; form-action 'none'\">\n"
	"<meta name=\"referrer\" content=\"no-referrer\">\n"
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	"<meta name=\"color-scheme\" content=\"light dark\">\n"
	"<title>What is in a capture</title>\n<style>\n"
	":root{--page:#f6f7f9;--card:#fff;--ink:#1a1d21;--dim:#5d6673;--line:#dfe3e8;--one:#2563b8;--two:#c2570c}\n"
	"@media(prefers-color-scheme:dark){:root{--page:#14171b;--card:#1d2126;--ink:#e4e7eb;--dim:#98a1ad;"
	"--line:#343a42;--one:#6ea8f5;--two:#f0964e}}\n"
	"*{box-sizing:border-box}\n"
	"body{margin:0 auto;max-width:1120px;padding:16px;background:var(--page);color:var(--ink);"
	"font:15px/1.45 system-ui,sans-serif}\n"
	"h1{font-size:20px;margin:20px 0 12px;overflow-wrap:anywhere}\nh2{font-size:15px;margin:0 0 8px}\n"
	"h2 small{font-weight:normal;color:var(--dim)}\n"
	"section{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:14px 16px;"
	"margin:0 0 14px;overflow-x:auto}\n"
	".two{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));gap:0 14px}\n"
	"dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 18px;margin:0}\n"
	"dt{color:var(--dim)}\ndd{margin:0;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}\n"
	"table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}\n"
	"th{text-align:right;font-weight:normal;color:var(--dim);border-bottom:1px solid var(--line)}\n"
	"th,td{padding:3px 0 3px 14px;text-align:right;white-space:nowrap}\n"
	"th:first-child,td:first-child{text-align:left;padding-left:0}\n"
	".i th:nth-child(-n+4){text-align:left}\ntd.w{width:35%}\n"
	"td.t{white-space:normal;text-align:left;overflow-wrap:anywhere}\n"
	".bar{display:block;width:100%;height:12px}\nsvg{display:block;width:100%;height:auto}\n"
	".a{fill:var(--one)}\n.b{fill:var(--two)}\n.g{stroke:var(--line)}\n"
	"svg text{fill:var(--dim);font-size:12px}\n"
	".c{fill:var(--one);fill-opacity:.22;stroke:var(--one);stroke-width:1.5;stroke-linejoin:round}\n"
	".c.o{fill:var(--two);stroke:var(--two)}\n.h rect{fill:transparent}\n"
	".h rect:hover{fill:var(--ink);fill-opacity:.15}\n"
	".bad{border-color:var(--two)}\nfooter{color:var(--dim)}\n"
	"@media print{body{max-width:none}section{break-inside:avoid}}\n"
	"</style>\n</head>\n<body>\n";

/* @n bytes of which nobody knows what they are: as on a terminal, and no markup. */
static void put_bytes(FILE *out, const char *bytes, size_t n)
{
	cleanup(freep) char *buf = malloc(4 * n + 1);
	struct text t = text_in(buf, 4 * n + 1);

	if (!buf)
		return;
	text_escaped(&t, bytes, n);
	for (size_t i = 0; i < t.len; i++)
		if (strchr("&<>\"'", buf[i]))
			fprintf(out, "&#%d;", buf[i]);
		else
			fputc(buf[i], out);
}

static void put(FILE *out, const char *s)
{
	put_bytes(out, s, strlen(s));
}

static void open_section(FILE *out, const char *title, const char *more)
{
	fprintf(out, "<section>\n<h2>%s <small>%s</small></h2>\n", title, more);
}

/* The first row of a table, whose cells are separated by "|". */
static void open_table(FILE *out, const char *cells)
{
	fputs("<table>\n<tr>", out);
	for (const char *end; *cells; cells = *end ? end + 1 : end) {
		end = cells + strcspn(cells, "|");
		fprintf(out, "<th>%.*s</th>", (int)(end - cells), cells);
	}
	fputs("</tr>\n", out);
}

static void close_table(FILE *out)
{
	fputs("</table>\n</section>\n", out);
}

static void put_u64(FILE *out, uint64_t v)
{
	fprintf(out, "<td>%" PRIu64 "</td>", v);
}

static double share(uint64_t part, uint64_t all)
{
	return all ? 100.0 * part / all : 0;
}

/* Two parts, one behind the other, of what would fill the cell. */
static void put_bar(FILE *out, double a, double b, double all)
{
	double scale = all > 0 ? 100 / all : 0;

	fprintf(out,
		"<td class=\"w\"><svg class=\"bar\" viewBox=\"0 0 100 1\" "
		"preserveAspectRatio=\"none\" aria-hidden=\"true\">"
		"<rect class=\"a\" width=\"%.2f\" height=\"1\"/>"
		"<rect class=\"b\" x=\"%.2f\" width=\"%.2f\" height=\"1\"/>"
		"</svg></td>",
		a * scale, a * scale, b * scale);
}

static void put_row(FILE *out, const char *name, const struct tally *t, const struct tally *all,
		    uint64_t most)
{
	fputs("<tr><td>", out);
	put(out, name);
	fputs("</td>", out);
	put_u64(out, t->packets);
	fprintf(out, "<td>%.1f %%</td>", share(t->packets, all->packets));
	put_u64(out, t->bytes);
	fprintf(out, "<td>%.1f %%</td>", share(t->bytes, all->bytes));
	put_bar(out, t->packets, 0, most);
	fputs("</tr>\n", out);
}

/* The lines that info_text() begins with. */
static void facts(FILE *out, const struct info *i, const struct info_source *s)
{
	cleanup(freep) char *text = NULL;
	size_t len = 0;
	FILE *lines = open_memstream(&text, &len);

	if (!lines)
		return;
	info_facts(i, s, lines);
	if (fclose(lines))
		return;
	fputs("<section>\n<dl>\n", out);
	for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
		size_t label = min_of(strcspn(line, ":"), (size_t)LABEL), value = LABEL + 1;

		if ((size_t)(end - line) < value)
			continue;
		fprintf(out, "<dt>%.*s</dt><dd>", (int)label, line);
		put_bytes(out, line + value, end - line - value);
		fputs("</dd>\n", out);
	}
	fputs("</dl>\n</section>\n", out);
}

/* ---- over time ---- */

struct chart {
	const struct timeline *t;
	double factor;		/* from a sum to what is drawn, beside the time */
	bool bytes;		/* else packets */
	double axis;		/* at the upper end */
	const char *unit;
};

static double rate_at(const struct chart *c, unsigned n)
{
	const struct tally *t = &c->t->columns[n];

	return (c->bytes ? t->bytes : t->packets) * c->factor / (timeline_step_ns(c->t) / 1e9);
}

static double x_of(const struct chart *c, double n)
{
	return LEFT + n / c->t->n * (WIDTH - LEFT - RIGHT);
}

static double y_of(const struct chart *c, double v)
{
	return ABOVE + (1 - v / c->axis) * (HEIGHT - ABOVE - BELOW);
}

static void put_grid(FILE *out, const struct chart *c)
{
	uint64_t span_ns = c->t->n * timeline_step_ns(c->t);
	char label[32];

	for (unsigned n = 0; n <= TICKS; n++) {
		double v = c->axis * n / TICKS, y = y_of(c, v),
		       x = x_of(c, (double)c->t->n * n / TICKS);

		plot_number(label, sizeof(label), v);
		fprintf(out,
			"<line class=\"g\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>"
			"<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
			LEFT, WIDTH - RIGHT, y, y, LEFT - 8, y + 4, label);
		plot_span(label, sizeof(label), span_ns / TICKS * n);
		fprintf(out, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%s</text>\n", x,
			HEIGHT - 6, n == TICKS ? "end" : "middle", n ? label : "0");
	}
}

/* A step for each column, and back along the bottom. */
static void put_curve(FILE *out, const struct chart *c)
{
	fprintf(out, "<path class=\"c%s\" d=\"M%.1f %.1f", c->bytes ? " o" : "", x_of(c, 0),
		y_of(c, 0));
	for (unsigned n = 0; n < c->t->n; n++)
		fprintf(out, "V%.1fH%.1f", y_of(c, rate_at(c, n)), x_of(c, n + 1));
	fprintf(out, "V%.1fZ\"/>\n", y_of(c, 0));
}

/* What the pointer finds. */
static void put_hints(FILE *out, const struct chart *c)
{
	char when[32], v[32];

	fputs("<g class=\"h\">\n", out);
	for (unsigned n = 0; n < c->t->n; n++) {
		plot_span(when, sizeof(when), n * timeline_step_ns(c->t));
		plot_number(v, sizeof(v), rate_at(c, n));
		fprintf(out,
			"<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"><title>%s: %s%s</title></rect>\n",
			x_of(c, n), ABOVE, x_of(c, 1) - x_of(c, 0), HEIGHT - ABOVE - BELOW, when, v,
			c->unit);
	}
	fputs("</g>\n", out);
}

static void put_chart(FILE *out, const char *title, struct chart *c)
{
	char more[64], step[32];
	double most = 0;

	for (unsigned n = 0; n < c->t->n; n++)
		most = max_of(most, rate_at(c, n));
	c->axis = plot_axis(most);
	plot_span(step, sizeof(step), timeline_step_ns(c->t));
	snprintf(more, sizeof(more), "in a second; each step is %s", step);
	open_section(out, title, more);
	fprintf(out, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s over time\">\n",
		WIDTH, HEIGHT, title);
	put_grid(out, c);
	put_curve(out, c);
	put_hints(out, c);
	fputs("</svg>\n</section>\n", out);
}

static void charts(FILE *out, const struct info *i)
{
	struct chart packets = { .t = &i->timeline, .factor = 1, .unit = " packets/s" };
	struct chart bits = { .t = &i->timeline, .factor = 8, .bytes = true, .unit = "bit/s" };

	if (!info_duration(i))
		return;
	put_chart(out, "Packets", &packets);
	put_chart(out, "Bits", &bits);
}

/* ---- tables ---- */

static void sizes(FILE *out, const struct info *i)
{
	unsigned first, n = info_sizes(i, &first);
	uint64_t most = 0;

	for (unsigned row = first; row < n; row++)
		most = max_of(most, (uint64_t)i->sizes[row].packets);
	open_section(out, "Sizes", "bytes in a packet on the wire");
	open_table(out, "Bytes|packets||bytes||");
	for (unsigned row = first; row < n; row++) {
		char label[32];

		info_size_label(label, sizeof(label), row);
		put_row(out, label, &i->sizes[row], &i->all, most);
	}
	close_table(out);
}

static void protocols(FILE *out, const struct info *i)
{
	open_section(out, "Protocols", "");
	open_table(out, "Protocol|packets||bytes||");
	for (enum info_row row = 0; row < N_INFO_ROWS; row++)
		if (i->rows[row].packets)
			put_row(out, info_row_name(row), &i->rows[row], &i->all, i->all.packets);
	close_table(out);
}

static void verdicts(FILE *out, const struct info *i)
{
	bool begun = false;

	for (unsigned row = 0; row < N_VERDICTS; row++) {
		if (!i->verdicts.rows[row].packets)
			continue;
		if (!begun) {
			open_section(out, "Verdicts", "of the programs that saw the packets");
			open_table(out, "Verdict|packets||bytes||");
		}
		begun = true;
		put_row(out, verdicts_name(row), &i->verdicts.rows[row], &i->all, i->all.packets);
	}
	if (begun)
		close_table(out);
}

static void put_talker(FILE *out, const struct talker *k, uint64_t most)
{
	char addr[64];
	struct text t = text_in(addr, sizeof(addr));

	if (k->version == 4)
		text_ipv4(&t, k->addr);
	else
		text_ipv6(&t, k->addr);
	fprintf(out, "<tr><td>%.*s</td>", (int)t.len, addr);
	put_u64(out, k->packets);
	put_u64(out, k->sent);
	put_u64(out, k->received);
	put_bar(out, k->sent, k->received, most);
	if (k->error)
		fprintf(out, "<td>or up to %" PRIu64 " more</td>", k->error);
	fputs("</tr>\n", out);
}

static void talkers(FILE *out, const struct info *i)
{
	struct talker top[TOP];
	unsigned n = talkers_top(i->talkers, top, TOP);

	if (!n)
		return;
	open_section(out, "Top talkers", "by bytes: sent, then received");
	open_table(out, "Address|packets|bytes sent|bytes received|");
	for (unsigned k = 0; k < n; k++)
		put_talker(out, &top[k], top[0].sent + top[0].received);
	close_table(out);
}

static void put_iface(FILE *out, const struct info *i, const struct iface *f,
		      const struct iface_stats *s)
{
	static const struct tally none;
	static const enum stat_field counters[] = { STAT_RECEIVED, STAT_IF_DROP, STAT_OS_DROP };
	const struct tally *t = f->id < i->n_ifaces ? &i->ifaces[f->id] : &none;
	char link[NAME_MAX_BYTES];

	link_type_name(f->linktype, link, sizeof(link));
	fprintf(out, "<tr><td>%u</td><td class=\"t\">", f->id);
	put(out, f->name ? f->name : "");
	fputs("</td><td class=\"t\">", out);
	put(out, f->description ? f->description : "");
	fputs("</td><td class=\"t\">", out);
	put(out, link);
	fputs("</td>", out);
	put_u64(out, t->packets);
	put_u64(out, t->bytes);
	for (unsigned n = 0; n < array_size(counters); n++)
		if (s && s->has & 1u << counters[n])
			put_u64(out, s->value[counters[n]]);
		else
			fputs("<td></td>", out);
	fputs("</tr>\n", out);
}

static void interfaces(FILE *out, const struct info *i, const struct capfile *r)
{
	const uint32_t n = info_n_ifaces(r);
	const struct iface *f;

	fputs("<div class=\"i\">\n", out);
	open_section(out, "Interfaces", "and what they have counted");
	open_table(out, "No.|name|description|link type|packets|bytes|received|dropped by interface|dropped by kernel");
	for (uint32_t id = 0; id < INFO_IFACES && (f = capfile_iface(r, id)); id++)
		put_iface(out, i, f, capfile_stats(r, id));
	close_table(out);
	if (n > INFO_IFACES)
		fprintf(out, "<p>and %u more</p>\n", n - INFO_IFACES);
	fputs("</div>\n", out);
}

void info_html_begin(FILE *out)
{
	fputs(head, out);
}

void info_html(const struct info *i, const struct info_source *s, FILE *out)
{
	fputs("<h1>", out);
	put(out, s->name);
	fputs("</h1>\n", out);
	if (s->error) {
		fputs("<section class=\"bad\">Not complete: ", out);
		put(out, s->error);
		fputs("</section>\n", out);
	}
	charts(out, i);
	fputs("<div class=\"two\">\n", out);
	sizes(out, i);
	protocols(out, i);
	fputs("</div>\n", out);
	verdicts(out, i);
	talkers(out, i);
	interfaces(out, i, s->reader);
	facts(out, i, s);
}

void info_html_end(FILE *out)
{
	fputs("<footer>Made by xdpdump --info --html</footer>\n</body>\n</html>\n", out);
}
