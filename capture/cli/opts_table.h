/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * All options there are: ours, as the list of -h has them, those of programs, and those of other
 * tools.
 */
#ifndef XDPDUMP_CLI_OPTS_TABLE_H
#define XDPDUMP_CLI_OPTS_TABLE_H

#include <stdbool.h>
#include <stddef.h>

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
	OPT_EXTCAP_INTERFACES, /* and up to LOG_FILE: those of Wireshark */
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

/* A list of them. */
#define OPTION_CODES(...)	(const int[]){ __VA_ARGS__, 0 }

/* An option of ours: a row of the list of -h. */
struct option_row {
	int code;		/* the letter, or OPT_... */
	const char *name;
	const char *arg;	/* NULL: takes none; "[=X]": may take one */
	const char *help;
};

const struct option_row *opts_table_rows(size_t *n);

/* An option that programs use, and people do not: it is not in the list of -h. */
struct hidden {
	int code;
	const char *name;
	int has_arg;		/* of getopt_long() */
	const char *help;
};

const struct hidden *opts_table_hidden(size_t *n);

/* An option that other tools have. */
struct foreign {
	int code;		/* the letter, or OPT_FOREIGN and more */
	const char *name;	/* NULL: none */
	bool has_arg;
	/* what to use instead; NULL: accepted, there is nothing to be done */
	const char *answer;
};

const struct foreign *opts_table_foreign(size_t *n);

/* An option as the user writes it: "-C", "--max-disk". */
const char *opts_table_name(int code);

/* The long name of an option that is not another tool's, and what it is for. */
const char *opts_table_long_name(int code);
const char *opts_table_help(int code);

/* All names of options, the @n-th one; NULL behind the last. */
const char *opts_table_nth_name(size_t n);

#endif
