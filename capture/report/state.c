// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Letting go of it. */
#include <stdlib.h>

#include "capture/base/log.h"
#include "capture/base/util.h"
#include "capture/report/state.h"

struct state *state_close(struct state *s)
{
	if (!s)
		return NULL;
	for (size_t i = 0; i < s->n_ifaces; i++) {
		free(s->ifaces[i].name);
		free(s->ifaces[i].program);
	}
	free(s->ifaces);
	free(s->ring_used);
	free(s->directory);
	free(s);
	return NULL;
}

bool state_print(const struct state *s)
{
	size_t n;
	char *line = state_json(s, &n);

	if (line)
		log_record(line, n);
	free(line);
	return line;
}

const char *state_verdict_name(unsigned kind)
{
	static const char *const names[VERDICT_KINDS] = { "aborted", "drop",	 "pass",
							  "tx",	     "redirect", "other" };

	return names[kind];
}
