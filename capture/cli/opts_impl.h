/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the parts of the command line's parser share. Only for opts*.c. */
#ifndef XDPDUMP_CLI_OPTS_IMPL_H
#define XDPDUMP_CLI_OPTS_IMPL_H

#include "capture/base/library.h"
#include "capture/base/util.h"
#include "capture/cli/opts.h"

/* Options without a letter. */
enum {
	OPT_STATS = 256,
	OPT_STATS_FORMAT,
	OPT_METRICS,
	OPT_CONTROL,
	OPT_PRINT,
	OPT_HOOK,
	OPT_MIRROR_PORT,
	OPT_SAMPLE,
	OPT_RATE_LIMIT,
	OPT_FLOW_SAMPLE,
	OPT_FLOW_LIMIT,
	OPT_FLOWS,
	OPT_SANDBOX,
	OPT_PROCESS,
	OPT_VERSION,
	OPT_DEBUG,
	OPT_TO,
	OPT_SPOOL,
	OPT_SPOOL_LIMIT,
	OPT_TO_CONFIG,
	OPT_FORMAT,
	OPT_COMPRESS,
	OPT_SYNC,
	OPT_MAX_DISK,
	OPT_MIN_FREE,
	OPT_WRITE_BUFFER,
	OPT_THREADS,
	OPT_IO,
	OPT_SKIP,
	OPT_START,
	OPT_END,
	OPT_DEDUP,
	OPT_INFO,
	OPT_HTML,
	OPT_TOP,
	OPT_COMPARE,
	OPT_DIFF,
	OPT_TOLERANCE,
	OPT_RECOVER,
	OPT_CONCATENATED,
	OPT_OFFSETS,
	OPT_INDEX,
	OPT_DEDUP_IGNORE,
	OPT_DISCARD_SECRETS,
	OPT_INJECT_SECRETS,
	OPT_PART,
	OPT_LOST,
	OPT_WINDOW,
	OPT_RESTORE,
	OPT_WAIT,
	OPT_FOLLOW,
	OPT_COUNT,
	OPT_LENGTHS,
	OPT_MICRO,
	OPT_NANO,
	OPT_PRECISION,
	OPT_IMMEDIATE,
	OPT_RUN,
	OPT_MAP,
	OPT_REPEAT,
	OPT_EXPECT,
	OPT_INGRESS,
	OPT_QUEUE,
	OPT_OBSERVE,
	OPT_AT,
	OPT_PROGRAM,
	OPT_VERDICT,
	OPT_EXIT_FILTER,
	OPT_STYLE,
	OPT_NETNS,
	OPT_PID,
	OPT_CONTAINER,
	OPT_ALL_NETNS,
	OPT_RX_HASH,
	OPT_RECORDER,
	OPT_TRIGGER,
	OPT_BEFORE,
	OPT_AFTER,
	OPT_MAX_TRIGGERS,
	OPT_COOLDOWN,
	OPT_COMPLETIONS,
	OPT_COLOR,
	OPT_EXTCAP_INTERFACES, /* and up to LOG_FILE: opts_extcap.c */
	OPT_EXTCAP_INTERFACE,
	OPT_EXTCAP_VERSION,
	OPT_EXTCAP_DLTS,
	OPT_EXTCAP_CONFIG,
	OPT_EXTCAP_RELOAD,
	OPT_EXTCAP_FILTER,
	OPT_EXTCAP_CAPTURE,
	OPT_EXTCAP_FIFO,
	OPT_EXTCAP_CONTROL_IN,
	OPT_EXTCAP_CONTROL_OUT,
	OPT_REMOTE_HOST,
	OPT_REMOTE_PORT,
	OPT_REMOTE_USER,
	OPT_REMOTE_KEY,
	OPT_REMOTE_INTERFACE,
	OPT_REMOTE_COMMAND,
	OPT_LOG_LEVEL,
	OPT_LOG_FILE,
	OPT_FOREIGN, /* and behind it, each its own: other tools' */
	N_CODES = OPT_FOREIGN + 16
};

struct parser {
	struct opts *o;
	char *error;
	size_t cap;
	const char *filter_file;
	uint64_t snap;
	/* as in opts.netns_of: of the -i that come; without one so far; the first that got none */
	unsigned netns, netns_open, netns_empty;
	bool extcap;			/* it is Wireshark that calls */
	unsigned times[N_CODES];	/* that an option was given, by letter or OPT_... */
};

/* An option of ours: a row of the list of -h. */
struct option_row {
	int code;		/* the letter, or OPT_... */
	const char *name;
	const char *arg;	/* NULL: takes none; "[=X]": may take one */
	const char *help;
};

const struct option_row *opts_rows(size_t *n);

/* Options that belong together, as a section of the manual tells of them. */
struct topic {
	const char *name, *section;
	const int *codes;	/* a 0 behind the last */
};

const struct topic *opts_topics(size_t *n);

/* What stands behind --help; NULL: nothing. */
bool opts_take_topic(struct parser *p, const char *name);

/* An option that other tools have. */
struct foreign {
	int code;		/* the letter, or OPT_FOREIGN and more */
	const char *name;	/* NULL: none */
	bool has_arg;
	/* what to use instead; NULL: accepted, there is nothing to be done */
	const char *answer;
};

const struct foreign *opts_foreign(size_t *n);

/* An option that programs use, and people do not: it is not in the list of -h. */
struct hidden {
	int code;
	const char *name;
	int has_arg;		/* of getopt_long() */
	const char *help;
};

const struct hidden *opts_extcap(size_t *n);

/* Does Wireshark call with these words? */
bool opts_extcap_is_meant(char *const *argv);

/*
 * As opts_take() and opts_settle(), for those. The other one for any option of such a call: false,
 * it counts as not given.
 */
bool opts_take_extcap(struct parser *p, int code, const char *arg);
bool opts_extcap_note(struct parser *p, int code, const char *arg);
bool opts_settle_extcap(struct parser *p);

/*
 * Which options were meant by the long name @word ("--colour") of @len bytes, which is none;
 * returns false. And, added to the sentence, which one stands behind a single dash among the words
 * of @argv.
 */
bool opts_suggest_name(struct parser *p, const char *word, size_t len);
void opts_suggest_dashes(struct parser *p, char *const *argv);

/* All names of options, the @n-th one; NULL behind the last. */
const char *opts_nth_name(size_t n);

/* Sets the sentence; returns false. */
bool opts_wrong(struct parser *p, const char *fmt, ...) printf_like(2, 3);

/* An option as the user writes it: "-C", "--max-disk". */
const char *opts_name(int code);

/* A file that is read. */
bool opts_add_read(struct parser *p, const char *path);

/* One option, with its value or NULL. */
bool opts_take(struct parser *p, int code, const char *arg);

/* The same for those of opts_files.c. */
bool opts_take_files(struct parser *p, int code, const char *arg);

/* The same for those of opts_observe.c and opts_run.c, and what they mean together. */
bool opts_take_observe(struct parser *p, int code, const char *arg);
bool opts_settle_observe(struct parser *p);
bool opts_take_run(struct parser *p, int code, const char *arg);
bool opts_settle_run(struct parser *p);

/*
 * What --at and --offsets mean with the others; the second one once it is known what is printed and
 * written.
 */
bool opts_settle_place(struct parser *p);
bool opts_settle_rows(struct parser *p);

/* --index: of what -w writes, or alone; and what goes with it then. */
bool opts_choose_index(struct parser *p);
bool opts_settle_index(struct parser *p);

/* The same for those of opts_netns.c: where an interface is, and that of -i. */
bool opts_take_netns(struct parser *p, int code, const char *arg);
bool opts_take_iface(struct parser *p, const char *arg);
bool opts_settle_netns(struct parser *p);

/* "drop,aborted": the bits of them, as in struct program_settings. */
bool opts_verdicts(const char *list, unsigned *mask);

/* The same for those of opts_recorder.c. */
bool opts_take_recorder(struct parser *p, int code, const char *arg);
bool opts_settle_recorder(struct parser *p);

/* The number @s of @what, from @min to @max, into *@v. */
bool opts_number(struct parser *p, const char *what, const char *s, uint64_t min, uint64_t max,
		 uint64_t *v);

/* The time @s of @what, more than 0, in nanoseconds into *@ns. */
bool opts_span(struct parser *p, const char *what, const char *s, uint64_t *ns);

/* The first of @codes, which end with 0, that was given; 0: none. */
int opts_first_given(const struct parser *p, const int *codes);

/* Is the library there that option @code is made with? Else the sentence says what to install. */
bool opts_has_library(struct parser *p, int code, enum library l);

/* What the options mean together. */
bool opts_settle(struct parser *p);

#endif
