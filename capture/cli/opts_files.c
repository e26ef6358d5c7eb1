// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <string.h>

#include "capture/base/value.h"
#include "capture/cli/opts_files.h"
#include "capture/cli/usage.h"
#include "capture/write/target.h"

enum {
	FILES_MAX	= 1000000,
	THREADS_MAX	= 64,
	DUMPCAP_KB	= 1000,		/* bytes in a kB of dumpcap's filesize: */
	TCPDUMP_MB	= 1000000,	/* in one of tcpdump's -C */
};

static bool size(struct usage *p, const char *what, const char *s, uint64_t unit, uint64_t *bytes)
{
	if (value_size(s, unit, bytes))
		return true;
	return usage_wrong(
		p,
		"%s '%s' is not a size: a whole number of %s bytes, or one with k, m, g or t behind",
		what, s, unit == DUMPCAP_KB ? "1000" : "10^6");
}

/*
 * "KEY:VALUE" of -b and -a, with dumpcap's keys and units. A key that the option has not is NULL in
 * @to.
 */
struct criterion {
	uint64_t *duration, *interval, *bytes, *packets, *files, *name_order;
	const char **print_name;
};

/* What stands behind the colon of @key; NULL: it is another one. */
static const char *value_of(const char *arg, const char *key)
{
	size_t n = strlen(key);

	return !strncmp(arg, key, n) && arg[n] == ':' ? arg + n + 1 : NULL;
}

static bool take_criterion(struct usage *p, char letter, const char *arg,
			   const struct criterion *to)
{
	const char *value;

	if ((value = value_of(arg, "duration")))
		return usage_span(p, "duration", value, to->duration);
	if (to->interval && (value = value_of(arg, "interval")))
		return usage_span(p, "interval", value, to->interval);
	if ((value = value_of(arg, "filesize")))
		return size(p, "file size", value, DUMPCAP_KB, to->bytes);
	if ((value = value_of(arg, "packets")))
		return usage_number(p, "packet count", value, 1, UINT64_MAX, to->packets);
	if ((value = value_of(arg, "files")))
		return usage_number(p, "file count", value, 1, FILES_MAX, to->files);
	if (to->name_order && (value = value_of(arg, "nametimenum")))
		return usage_number(p, "order of names", value, 1, UINT64_MAX, to->name_order);
	if (to->print_name && (value = value_of(arg, "printname")) && *value) {
		*to->print_name = value;
		return true;
	}
	return usage_wrong(
		p, "-%c '%s' is none of duration:SEC, %sfilesize:KB, files:N and packets:N%s",
		letter, arg, to->interval ? "interval:SEC, " : "",
		to->print_name
			? ", printname:FILE, nametimenum:1 and 2 (tcpdump's -b, AS numbers of BGP, is not here)"
			: "");
}

/*
 * As dumpcap has it, what begins or counts files makes its names; how they are printed, or look,
 * does not.
 */
static bool take_ring_buffer(struct usage *p, const char *arg)
{
	struct rotate_options *r = &p->o->rotate;

	if (!value_of(arg, "printname") && !value_of(arg, "nametimenum"))
		r->ring_names = true;
	return take_criterion(p, 'b', arg,
			      &(struct criterion){
				      .duration = &r->file_ns,
				      .interval = &r->interval_ns,
				      .bytes = &r->file_bytes,
				      .packets = &r->file_packets,
				      .files = &r->n_files,
				      .name_order = &r->name_order,
				      .print_name = &p->o->keep.print_name,
			      });
}

static bool take_autostop(struct usage *p, const char *arg)
{
	struct rotate_options *r = &p->o->rotate;

	return take_criterion(p, 'a', arg,
			      &(struct criterion){ .duration = &r->stop_ns,
						   .bytes = &r->stop_bytes,
						   .packets = &p->o->count,
						   .files = &r->stop_files });
}

static bool take_sync(struct usage *p, const char *arg)
{
	struct retention_options *k = &p->o->keep;

	k->sync = !strcmp(arg, "never") ? RETENTION_SYNC_NEVER : RETENTION_SYNC_CLOSE;
	if (!strcmp(arg, "never") || !strcmp(arg, "close"))
		return true;
	k->sync = RETENTION_SYNC_EVERY;
	return (value_span(arg, &k->sync_ns) && k->sync_ns) ||
	       usage_wrong(p, "--sync '%s' is none of close, never and seconds", arg);
}

static bool take_write_buffer(struct usage *p, const char *arg)
{
	p->o->write_buffer = 0;
	if (!strcmp(arg, "none") || value_size(arg, TCPDUMP_MB, &p->o->write_buffer))
		return true;
	return usage_wrong(p, "write buffer '%s' is neither a size, as 64m, nor none", arg);
}

static bool take_io(struct usage *p, const char *arg)
{
	static const char *const words[] = {
		[DIRECT_NEVER] = "buffered", [DIRECT_AUTO] = "auto", [DIRECT_ALWAYS] = "direct",
	};

	for (size_t i = 0; i < array_size(words); i++) {
		if (strcmp(arg, words[i]))
			continue;
		p->o->direct = i;
		return true;
	}
	return usage_wrong(p, "--io '%s' is none of auto, direct and buffered", arg);
}

static bool take_codec(struct usage *p, const char *arg)
{
	return codec_parse(arg, &p->o->codec) ||
	       usage_wrong(p, "--compress '%s' is none of zstd[:1-19], gzip[:1-9] and none", arg);
}

bool opts_files_take(struct usage *p, int code, const char *arg)
{
	switch (code) {
	case 'w':
		p->o->write = arg;
		return *arg || usage_wrong(p, "the name of the output file is empty");
	case OPT_TO:
		p->o->to = arg;
		return target_check(arg, p->error, p->cap);
	case OPT_SPOOL:
		p->o->spool = arg;
		return *arg || usage_wrong(p, "the name of the spool is empty");
	case OPT_SPOOL_LIMIT:
		return size(p, "size of the spool", arg, TCPDUMP_MB, &p->o->spool_limit);
	case OPT_TO_CONFIG:
		p->o->to_config = arg;
		return *arg || usage_wrong(p, "the name of the file of --to-config is empty");
	case 'C':
		return size(p, "file size", arg, TCPDUMP_MB, &p->o->rotate.file_bytes);
	case 'G':
		return usage_span(p, "file time", arg, &p->o->rotate.file_ns);
	case 'W':
		return usage_number(p, "file count", arg, 1, FILES_MAX, &p->o->rotate.n_files);
	case 'b':
		return take_ring_buffer(p, arg);
	case 'a':
		return take_autostop(p, arg);
	case 'z':
		p->o->keep.command = arg;
		return *arg || usage_wrong(p, "the name of the command is empty");
	case OPT_MAX_DISK:
		return size(p, "disk space", arg, TCPDUMP_MB, &p->o->keep.max_disk);
	case OPT_MIN_FREE:
		return size(p, "disk space", arg, TCPDUMP_MB, &p->o->keep.min_free);
	case OPT_SYNC:
		return take_sync(p, arg);
	case OPT_WRITE_BUFFER:
		return take_write_buffer(p, arg);
	case OPT_IO:
		return take_io(p, arg);
	case OPT_COMPRESS:
		return take_codec(p, arg);
	case OPT_THREADS:
		return usage_number(p, "number of threads", arg, 1, THREADS_MAX, &p->o->threads);
	}
	return false;
}
