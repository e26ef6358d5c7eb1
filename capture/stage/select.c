// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Times as people write them, and the decision on each packet. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "capture/base/numbers.h"
#include "capture/base/value.h"
#include "capture/packet/packet.h"
#include "capture/stage/dedup.h"
#include "capture/stage/select.h"

enum { NS_PER_SEC = 1000000000 };

/* Text not yet read. Every function that takes one moves it on only if it returns true. */
struct scan {
	const char *p;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool literal(struct scan *s, char c)
{
	if (*s->p != c)
		return false;
	s->p++;
	return true;
}

/* Exactly @width digits. */
static bool digits(struct scan *s, unsigned width, int *v)
{
	*v = 0;
	for (unsigned i = 0; i < width; i++) {
		if (!is_digit(s->p[i]))
			return false;
		*v = *v * 10 + s->p[i] - '0';
	}
	s->p += width;
	return true;
}

/* Any number of digits, to a value that as seconds can be told in 64 bits of ns. */
static bool number(struct scan *s, uint64_t *v)
{
	const char *p = s->p;

	for (*v = 0; is_digit(*p); p++) {
		*v = *v * 10 + *p - '0';
		if (*v > INT64_MAX / NS_PER_SEC)
			return false;
	}
	if (p == s->p)
		return false;
	s->p = p;
	return true;
}

/* ".469", if it is there, in billionths. False: a point without one to nine digits. */
static bool fraction(struct scan *s, uint64_t *ns)
{
	const char *p = s->p;
	uint64_t unit = NS_PER_SEC;

	*ns = 0;
	if (*p != '.' && *p != ',')
		return true;
	for (p++; is_digit(*p) && unit > 1; p++) {
		unit /= 10;
		*ns += (*p - '0') * unit;
	}
	if (unit == NS_PER_SEC || is_digit(*p))
		return false;
	s->p = p;
	return true;
}

/* "Z", "+01:00", "-0800" or nothing. */
static bool zone(struct scan *s, bool *zoned, int32_t *sec)
{
	struct scan after = { s->p + 1 };
	int h, m;

	*zoned = *s->p != 0;
	*sec = 0;
	if (!*s->p || literal(s, 'Z') || literal(s, 'z'))
		return true;
	if ((*s->p != '+' && *s->p != '-') || !digits(&after, 2, &h))
		return false;
	literal(&after, ':');
	if (!digits(&after, 2, &m) || h > 23 || m > 59)
		return false;
	*sec = (*s->p == '-' ? -1 : 1) * (h * 3600 + m * 60);
	*s = after;
	return true;
}

/* "20:20:57.469" or "20:20". */
static bool clock_time(struct scan *s, struct tm *tm, uint64_t *ns)
{
	struct scan at = *s;

	*ns = 0;
	if (!digits(&at, 2, &tm->tm_hour) || !literal(&at, ':') || !digits(&at, 2, &tm->tm_min))
		return false;
	if (literal(&at, ':') && (!digits(&at, 2, &tm->tm_sec) || !fraction(&at, ns)))
		return false;
	if (tm->tm_hour > 23 || tm->tm_min > 59 || tm->tm_sec > 59)
		return false;
	*s = at;
	return true;
}

static bool date(struct scan *s, struct tm *tm)
{
	struct scan at = *s;
	int year, month, day;
	struct tm real;
	time_t sec;

	if (!digits(&at, 4, &year) || !literal(&at, '-') || !digits(&at, 2, &month) ||
	    !literal(&at, '-') || !digits(&at, 2, &day))
		return false;
	*tm = (struct tm){
		.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day, .tm_isdst = -1
	};
	real = *tm;
	sec = timegm(&real);
	/* the 30th of February */
	if (sec < 0 || real.tm_mon != tm->tm_mon || real.tm_mday != tm->tm_mday)
		return false;
	*s = at;
	return true;
}

/*
 * Seconds since 1970 of a date; @zone_sec counts if @zoned. False: before 1970 or beyond 64 bits of
 * ns.
 */
static bool seconds_of(struct tm tm, bool zoned, int32_t zone_sec, uint64_t *sec)
{
	time_t t = zoned ? timegm(&tm) - zone_sec : mktime(&tm);

	*sec = t;
	return t >= 0 && t < INT64_MAX / NS_PER_SEC;
}

static bool parse_date(struct scan s, struct select_time *t)
{
	struct tm tm;
	uint64_t sec, ns = 0;

	if (!date(&s, &tm))
		return false;
	if ((literal(&s, ' ') || literal(&s, 'T')) && !clock_time(&s, &tm, &ns))
		return false;
	if (!zone(&s, &t->zoned, &t->zone_sec) || *s.p ||
	    !seconds_of(tm, t->zoned, t->zone_sec, &sec))
		return false;
	t->kind = SELECT_DATE;
	t->ns = sec * NS_PER_SEC + ns;
	return true;
}

static bool parse_clock(struct scan s, struct select_time *t)
{
	struct tm tm = { 0 };
	uint64_t ns;

	if (!clock_time(&s, &tm, &ns) || !zone(&s, &t->zoned, &t->zone_sec) || *s.p)
		return false;
	t->kind = SELECT_CLOCK;
	t->ns = (tm.tm_hour * 3600 + tm.tm_min * 60 + tm.tm_sec) * (uint64_t)NS_PER_SEC + ns;
	return true;
}

static bool parse_epoch(struct scan s, struct select_time *t)
{
	uint64_t sec, ns;

	if (!number(&s, &sec) || !fraction(&s, &ns) || *s.p || sec == INT64_MAX / NS_PER_SEC)
		return false;
	t->kind = SELECT_DATE;
	t->ns = sec * NS_PER_SEC + ns;
	return true;
}

static bool parse_later(const char *string, struct select_time *t)
{
	t->kind = SELECT_LATER;
	return *string == '+' && value_span(string + 1, &t->ns);
}

bool select_parse_time(const char *string, struct select_time *t, char *error, size_t cap)
{
	const struct scan s = { string };

	*t = (struct select_time){ .kind = SELECT_NONE };
	if (parse_epoch(s, t) || parse_date(s, t) || parse_clock(s, t) || parse_later(string, t))
		return true;
	t->kind = SELECT_NONE;
	snprintf(
		error, cap,
		"'%s' is no time: give seconds since 1970 (1732393257.469), a date (2026-11-23 20:20:57.469, with "
		"Z or +01:00 if not local), a time on the day of the first packet (20:20:57), "
		"or one after it (+1.5, +10m)",
		string);
	return false;
}

/* A time of day, on the day of @first_ns. */
static uint64_t on_the_day(const struct select_time *t, uint64_t first_ns)
{
	time_t first = first_ns / NS_PER_SEC + (t->zoned ? t->zone_sec : 0);
	int sec_of_day = t->ns / NS_PER_SEC;
	struct tm tm = { 0 };
	uint64_t sec;

	if (t->zoned)
		gmtime_r(&first, &tm);
	else
		localtime_r(&first, &tm);
	tm.tm_hour = sec_of_day / 3600;
	tm.tm_min = sec_of_day / 60 % 60;
	tm.tm_sec = sec_of_day % 60;
	tm.tm_isdst = -1;
	if (!seconds_of(tm, t->zoned, t->zone_sec, &sec))
		/* early on the first day of 1970, or beyond 2262 */
		return (int64_t)sec < 0 ? 0 : UINT64_MAX;
	return sec * NS_PER_SEC + t->ns % NS_PER_SEC;
}

static uint64_t later(uint64_t first_ns, uint64_t ns)
{
	uint64_t sum;

	return __builtin_add_overflow(first_ns, ns, &sum) ? UINT64_MAX : sum;
}

static uint64_t resolve(const struct select_time *t, uint64_t first_ns, uint64_t none)
{
	switch (t->kind) {
	case SELECT_NONE:
		return none;
	case SELECT_CLOCK:
		return on_the_day(t, first_ns);
	case SELECT_LATER:
		return later(first_ns, t->ns);
	case SELECT_DATE:
		break;
	}
	return t->ns;
}

bool select_is_empty(const struct select_time *start, const struct select_time *end)
{
	if (start->kind != end->kind || start->kind == SELECT_NONE)
		return end->kind == SELECT_DATE && end->ns == 0;
	if (start->kind == SELECT_CLOCK &&
	    (start->zoned != end->zoned || start->zone_sec != end->zone_sec))
		return false;	/* the days may be two */
	return start->ns >= end->ns;
}

bool select_is_all(const struct selection *s)
{
	return !s->only && !s->dedup && !s->skip && s->start.kind == SELECT_NONE &&
	       s->end.kind == SELECT_NONE;
}

bool select_base(struct selection *s, const struct packet *p)
{
	if (s->based || !(p->has & PACKET_TIME))
		return true;
	s->start_ns = resolve(&s->start, p->ts_ns, 0);
	s->end_ns = resolve(&s->end, p->ts_ns, UINT64_MAX);
	s->based = true;
	return s->start_ns < s->end_ns || s->end.kind == SELECT_NONE;
}

static bool is_in_time(const struct selection *s, const struct packet *p)
{
	if (s->start.kind == SELECT_NONE && s->end.kind == SELECT_NONE)
		return true;
	return p->has & PACKET_TIME && p->ts_ns >= s->start_ns && p->ts_ns < s->end_ns;
}

int select_packet(struct selection *s, const struct packet *p)
{
	if (s->only && !numbers_has(s->only, s->n_seen++))
		return 0;
	if (!is_in_time(s, p))
		return 0;
	if (s->dedup) {
		int seen = dedup_packet(s->dedup, p);

		if (seen < 0)
			return seen;
		if (seen) {
			s->n_doubles++;
			return 0;
		}
	}
	if (s->skip) {
		s->skip--;
		return 0;
	}
	return 1;
}
