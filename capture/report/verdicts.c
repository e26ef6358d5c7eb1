// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Counts verdicts, and shows them as a table. */
#include "capture/base/util.h"
#include "capture/packet/packet.h"
#include "capture/packet/pcapng_options.h"
#include "capture/report/verdicts.h"

static const struct { const char *key, *name; } rows[N_VERDICTS] = {
	{ "xdp_aborted", "XDP ABORTED" },
	{ "xdp_drop", "XDP DROP" },
	{ "xdp_pass", "XDP PASS" },
	{ "xdp_tx", "XDP TX" },
	{ "xdp_redirect", "XDP REDIRECT" },
	{ "xdp_other", "XDP other" },
	{ "tc_unspec", "TC UNSPEC" },
	{ "tc_ok", "TC OK" },
	{ "tc_reclassify", "TC RECLASSIFY" },
	{ "tc_shot", "TC SHOT" },
	{ "tc_pipe", "TC PIPE" },
	{ "tc_stolen", "TC STOLEN" },
	{ "tc_queued", "TC QUEUED" },
	{ "tc_repeat", "TC REPEAT" },
	{ "tc_redirect", "TC REDIRECT" },
	{ "tc_trap", "TC TRAP" },
	{ "tc_other", "TC other" },
};

/* The first action of TC is -1. */
static unsigned row_of(const struct verdict *v)
{
	if (v->type == VERDICT_XDP)
		return min_of(v->action, (uint64_t)VERDICTS_XDP - 1);
	return VERDICTS_XDP + min_of(v->action + 1, (uint64_t)VERDICTS_TC - 1);
}

void verdicts_add(struct verdicts *v, const struct packet *p)
{
	struct verdict known;

	if (pcapng_options_verdict(p, &known))
		tally_add(&v->rows[row_of(&known)], p->len);
}

void verdicts_join(struct verdicts *v, const struct verdicts *more)
{
	for (unsigned row = 0; row < N_VERDICTS; row++)
		tally_join(&v->rows[row], &more->rows[row]);
}

const char *verdicts_key(unsigned row)
{
	return rows[row].key;
}

const char *verdicts_name(unsigned row)
{
	return rows[row].name;
}

static double share(uint64_t part, uint64_t all)
{
	return all ? 100.0 * part / all : 0;
}

void verdicts_text(const struct verdicts *v, const struct tally *all, FILE *out)
{
	bool begun = false;

	for (unsigned row = 0; row < N_VERDICTS; row++) {
		const struct tally *t = &v->rows[row];

		if (!t->packets)
			continue;
		if (!begun)
			fprintf(out, "%-20s %14s  %6s  %18s  %6s\n", "Verdicts:", "packets", "%",
				"bytes", "%");
		begun = true;
		fprintf(out, "  %-18s %14llu  %6.1f  %18llu  %6.1f\n", rows[row].name,
			(unsigned long long)t->packets, share(t->packets, all->packets),
			(unsigned long long)t->bytes, share(t->bytes, all->bytes));
	}
}
