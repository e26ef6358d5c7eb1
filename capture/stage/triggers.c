// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Rates trigger when they cross their bound: not again before they have been on its other side. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/base/value.h"
#include "capture/filter/per_link.h"
#include "capture/packet/packet.h"
#include "capture/stage/triggers.h"

enum { OTHER_VERDICTS = 5 };

struct waiting {
	const struct trigger *is;
	struct per_link *filter;	/* of a FILTER */
	bool is_true;			/* of a RATE, DROPS */
};

struct triggers {
	struct waiting *v;
	unsigned n;
	bool for_packets;		/* one of them at least */
	unsigned n_expressions;
	/* packets that one of those was tried on here, and matched */
	uint64_t matches;
	uint64_t at_ns, packets, drops;	/* at the last look */
	bool has_looked;
	const char *error;
	char said[128];
};

/* "rate:>1000/s": what is behind the colon of @key; NULL: it is something else. */
static const char *value_of(const char *words, const char *key)
{
	const size_t n = strlen(key);

	return !strncmp(words, key, n) && words[n] == ':' ? words + n + 1 : NULL;
}

static bool parse_rate(const char *s, struct trigger *t)
{
	char number[24];
	size_t len;

	t->below = *s == '<';
	s += *s == '<' || *s == '>';
	len = strcspn(s, "/");
	if (len >= sizeof(number) || (s[len] && strcmp(s + len, "/s")))
		return false;
	snprintf(number, sizeof(number), "%.*s", (int)len, s);
	return value_number(number, 1, UINT64_MAX, &t->bound);
}

bool triggers_parse(const char *words, bool (*verdicts)(const char *list, unsigned *mask),
		    struct trigger *t)
{
	const char *value;

	*t = (struct trigger){ .kind = TRIGGER_FILTER, .words = words };
	if (!strcmp(words, "signal") || !strcmp(words, "down")) {
		t->kind = *words == 's' ? TRIGGER_SIGNAL : TRIGGER_DOWN;
		return true;
	}
	if ((value = value_of(words, "rate")) || (value = value_of(words, "drops"))) {
		t->kind = *words == 'r' ? TRIGGER_RATE : TRIGGER_DROPS;
		return parse_rate(value, t);
	}
	if ((value = value_of(words, "verdict"))) {
		t->kind = TRIGGER_VERDICT;
		return verdicts(value, &t->verdicts);
	}
	return words[strspn(words, " \t")];
}

static int open_filter(struct triggers *t, struct waiting *w, bool optimize, bool live)
{
	int err = per_link_open(&w->filter, w->is->words, NULL, optimize);

	if (!err)
		err = per_link_check(w->filter, NULL);
	if (err == -EINVAL) {
		t->error = per_link_error(w->filter);
		if (!live && !per_link_is_wrong(w->filter))
			err = 0;
	}
	return err ? err : per_link_prepare(w->filter);
}

int triggers_open(struct triggers **triggers, const struct trigger *list, unsigned n, bool optimize,
		  bool live)
{
	struct triggers *t = *triggers = calloc(1, sizeof(*t));
	int err = 0;

	if (!t)
		return -ENOMEM;
	t->v = calloc(n + 1, sizeof(*t->v));
	if (!t->v)
		return -ENOMEM;
	for (t->n = 0; !err && t->n < n; t->n++) {
		struct waiting *w = &t->v[t->n];

		/* what is below its bound from the start has not fallen */
		*w = (struct waiting){ .is = &list[t->n], .is_true = list[t->n].below };
		t->for_packets |= w->is->kind <= TRIGGER_VERDICT;
		t->n_expressions += w->is->kind == TRIGGER_FILTER;
		if (w->is->kind == TRIGGER_FILTER)
			err = open_filter(t, w, optimize, live);
	}
	return err;
}

static bool has_verdict(const struct packet *p, unsigned verdicts)
{
	const uint64_t action = min_of(p->verdict.action, (uint64_t)OTHER_VERDICTS);

	return p->has & PACKET_VERDICT && p->verdict.type == VERDICT_XDP && verdicts & 1u << action;
}

int triggers_expression(const struct trigger *list, unsigned n, char **text)
{
	cleanup(freep) char *words = NULL;
	size_t len;
	FILE *out = open_memstream(&words, &len);
	bool any = false;

	*text = NULL;
	if (!out)
		return -ENOMEM;
	for (unsigned i = 0; i < n; i++) {
		if (list[i].kind == TRIGGER_FILTER)
			fprintf(out, "%s(%s)", any ? " or " : "", list[i].words);
		any |= list[i].kind == TRIGGER_FILTER;
	}
	if (fclose(out))
		return -ENOMEM;
	if (any)
		*text = steal(&words);
	return 0;
}

/* The first expression of all, or of those that the bytes that were captured match. NULL: none. */
static const struct waiting *expression(const struct triggers *t, const struct packet *p,
					bool by_bytes)
{
	for (unsigned i = 0; i < t->n; i++)
		if (t->v[i].filter && (!by_bytes || per_link_packet(t->v[i].filter, p) == 1))
			return &t->v[i];
	return NULL;
}

/* Of a link type that an expression is not for, no packet is it. */
static const struct waiting *matching(struct triggers *t, const struct packet *p)
{
	const struct waiting *w = NULL;

	if (p->has & PACKET_TRIED && !(p->has & PACKET_TRIGGERS))
		return NULL;
	if (t->n_expressions > 1 || !(p->has & PACKET_TRIED))
		w = expression(t, p, true);
	if (p->has & PACKET_TRIED)
		return w ? w : expression(t, p, false);
	t->matches += !!w;
	return w;
}

const char *triggers_packet(struct triggers *t, const struct packet *p)
{
	const struct waiting *w = t->for_packets ? matching(t, p) : NULL;

	for (unsigned i = 0; t->for_packets && i < t->n; i++)
		if (&t->v[i] == w ||
		    (t->v[i].is->kind == TRIGGER_VERDICT && has_verdict(p, t->v[i].is->verdicts)))
			return t->v[i].is->words;
	return NULL;
}

uint64_t triggers_matches(const struct triggers *t)
{
	return t->matches;
}

/* True: it has become true just now. */
static bool crosses(struct waiting *w, uint64_t rate)
{
	const bool before = w->is_true;

	w->is_true = w->is->below ? rate < w->is->bound : rate > w->is->bound;
	return w->is_true && !before;
}

const char *triggers_rates(struct triggers *t, uint64_t now, uint64_t packets, uint64_t drops)
{
	const double seconds = (now - t->at_ns) / 1e9;
	/* what a device counts may begin anew */
	const uint64_t rates[] = {
		seconds > 0 && packets > t->packets ? (packets - t->packets) / seconds : 0,
		seconds > 0 && drops > t->drops ? (drops - t->drops) / seconds : 0
	};
	const char *why = NULL;

	for (unsigned i = 0; t->has_looked && i < t->n; i++) {
		struct waiting *w = &t->v[i];
		const uint64_t rate = rates[w->is->kind == TRIGGER_DROPS];

		if ((w->is->kind != TRIGGER_RATE && w->is->kind != TRIGGER_DROPS) ||
		    !crosses(w, rate) || why)
			continue;
		snprintf(t->said, sizeof(t->said), "%.64s (%llu/s)", w->is->words,
			 (unsigned long long)rate);
		why = t->said;
	}
	t->has_looked = true;
	t->at_ns = now;
	t->packets = packets;
	t->drops = drops;
	return why;
}

bool triggers_has(const struct triggers *t, enum trigger_kind kind)
{
	for (unsigned i = 0; i < t->n; i++)
		if (t->v[i].is->kind == kind)
			return true;
	return false;
}

const char *triggers_error(const struct triggers *t)
{
	return t->error;
}

const char *triggers_useless(const struct triggers *t)
{
	for (unsigned i = 0; i < t->n; i++)
		if (t->v[i].filter && !per_link_is_good(t->v[i].filter))
			return per_link_error(t->v[i].filter);
	return NULL;
}

struct triggers *triggers_close(struct triggers *t)
{
	for (unsigned i = 0; t && i < t->n; i++)
		per_link_close(t->v[i].filter);
	if (t)
		free(t->v);
	free(t);
	return NULL;
}
