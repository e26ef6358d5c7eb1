// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Names out of a pattern, a time and a number. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "capture/base/util.h"
#include "capture/write/filenames.h"

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static unsigned n_slashes(const char *s)
{
	unsigned n = 0;

	while ((s = strchr(s, '/'))) {
		s++;
		n++;
	}
	return n;
}

static void local_time(uint64_t ns, struct tm *tm)
{
	time_t sec = ns / 1000000000;

	if (!localtime_r(&sec, tm))
		*tm = (struct tm){ .tm_mday = 1 };
}

/* A blank in front tells an empty result from one that is too long. */
static bool expand(const char *pattern, const struct tm *tm, char out[PATH_MAX])
{
	char format[PATH_MAX + 1], result[PATH_MAX + 1];

	if (snprintf(format, sizeof(format), " %s", pattern) >= (int)sizeof(format) ||
	    !strftime(result, sizeof(result), format, tm))
		return false;
	strcpy(out, result + 1);
	return n_slashes(out) == n_slashes(pattern);
}

bool filenames_init(struct filenames *s, const char *pattern, const struct rotate_options *o)
{
	struct tm tm;
	char name[PATH_MAX];

	*s = (struct filenames){
		.pattern = pattern,
		.ring = o->ring_names,
		.time_first = o->name_order > 1,
		.dated = (o->file_ns || o->on_demand) && !o->ring_names,
		.wrap = o->file_bytes && !o->file_ns && !o->ring_names ? o->n_files : 0,
	};
	if (o->file_bytes)
		for (unsigned highest = o->n_files ? o->n_files - 1 : 0; highest; highest /= 10)
			s->width++;
	local_time(0, &tm);
	return strlen(pattern) < PATH_MAX && (!s->dated || expand(pattern, &tm, name));
}

/*
 * out.pcapng.zst: both belong behind the number, but the dot of a hidden file does not begin a
 * suffix.
 */
static const char *suffix_of(const char *path)
{
	static const char *const packed[] = { ".gz", ".zst" };
	const char *name = last_part(path), *end = path + strlen(path), *dot = strrchr(name, '.');

	for (size_t i = 0; dot && dot > name && i < array_size(packed); i++) {
		const char *before = memrchr(name, '.', dot - name);

		if (!strcmp(dot, packed[i]) && before && before > name) {
			dot = before;
			break;
		}
	}
	return dot && dot > name ? dot : end;
}

static bool ring_name(struct filenames *s, const struct tm *tm, char name[PATH_MAX])
{
	const char *suffix = suffix_of(s->pattern);
	char date[32], number[32];

	strftime(date, sizeof(date), "%Y%m%d%H%M%S", tm);
	snprintf(number, sizeof(number), "%05llu", (unsigned long long)++s->number);
	return snprintf(name, PATH_MAX, "%.*s_%s_%s%s", (int)(suffix - s->pattern), s->pattern,
			s->time_first ? date : number, s->time_first ? number : date,
			suffix) < PATH_MAX;
}

/* Daylight saving time ends, or the clock is set back. */
static void note_time(struct filenames *s, struct tm *tm)
{
	uint64_t local_ns = (uint64_t)timegm(tm) * 1000000000;

	if (local_ns != s->last_ns)
		s->back = local_ns <= s->latest_ns;
	s->last_ns = local_ns;
	s->latest_ns = max_of(s->latest_ns, local_ns);
}

bool filenames_next(struct filenames *s, uint64_t ns, char name[PATH_MAX])
{
	char base[PATH_MAX];
	struct tm tm;

	local_time(ns, &tm);
	if (s->ring)
		return ring_name(s, &tm, name);
	if (!s->dated)
		strcpy(base, s->pattern);
	else if (!expand(s->pattern, &tm, base))
		return false;
	else
		note_time(s, &tm);
	s->number = strcmp(base, s->base) ? 0 : s->number + 1;
	strcpy(s->base, base);
	if (s->wrap)
		s->number %= s->wrap;
	if (!s->number && !s->width)
		strcpy(name, base);
	else if (snprintf(name, PATH_MAX, "%s%0*llu", base, s->width,
			  (unsigned long long)s->number) >= PATH_MAX)
		return false;
	return true;
}
