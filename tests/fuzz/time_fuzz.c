// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * libFuzzer target for the times of --start and --end: any text is a time or refused with one
 * sentence, and whatever the packets' times are, each is in the range or not as its time is, and a
 * later one is not before one that was in.
 *
 *	make fuzz-time		make check replays tests/fuzz/time
 *
 * Input: the time of the first packet and of a second one, 8 bytes each; the start up to a line
 * feed; the end.
 */
#include <string.h>
#include <time.h>

#include "capture/base/util.h"
#include "capture/packet/packet.h"
#include "capture/stage/select.h"

#include "tests/fuzz/fuzz.h"

enum { TIMES = 16 };

#define TIME_MAX	(((uint64_t)INT64_MAX / 1000000000 + 1) * 1000000000)

static bool parse(const char *s, struct select_time *t)
{
	char error[256] = "";
	bool ok = select_parse_time(s, t, error, sizeof(error));

	must(ok == !error[0]);
	return ok;
}

/* What is in the range of @s, of packets at @ns. */
static bool is_in(struct selection *s, uint64_t ns)
{
	const struct packet p = { .has = PACKET_TIME, .ts_ns = ns };
	int got;

	select_base(s, &p);
	got = select_packet(s, &p);
	must(got == 0 || got == 1);
	return got;
}

static void check_range(struct selection *s, const uint64_t ns[2])
{
	bool first = is_in(s, ns[0]), second = is_in(s, ns[1]);
	uint64_t low = min_of(ns[0], ns[1]), high = max_of(ns[0], ns[1]);

	must(s->based || (s->start.kind == SELECT_NONE && s->end.kind == SELECT_NONE));
	/* what lies between two that are in is in, and a time is in as often as it comes */
	if (first && second)
		must(is_in(s, low + (high - low) / 2));
	must(is_in(s, ns[0]) == first && is_in(s, ns[1]) == second);
	if (s->start.kind == SELECT_NONE && s->end.kind == SELECT_NONE)
		must(first && second);
	if (s->start.kind == SELECT_DATE && ns[0] < s->start.ns)
		must(!first);
	if (s->end.kind == SELECT_DATE && ns[0] >= s->end.ns)
		must(!first);
	if (s->start.kind == SELECT_LATER && s->start.ns)
		must(!first);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct selection s = { .skip = 0 };
	uint64_t ns[2];
	char *text, *end;

	setenv("TZ", "Europe/Berlin", 1);
	tzset();
	if (size < TIMES)
		return 0;
	memcpy(ns, data, TIMES);
	/* those that a reader gives: see time_unit.h */
	ns[0] %= TIME_MAX;
	ns[1] %= TIME_MAX;
	text = strndup((const char *)data + TIMES, size - TIMES);
	must(text);
	end = strchrnul(text, '\n');
	if (*end)
		*end++ = '\0';
	if ((!*text || parse(text, &s.start)) && (!*end || parse(end, &s.end))) {
		select_is_empty(&s.start, &s.end);
		check_range(&s, ns);
	}
	free(text);
	return 0;
}
