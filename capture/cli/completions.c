// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Which values an option has: by the word for it in the table of options, or words of its own. */
#include <string.h>

#include "capture/base/util.h"
#include "capture/cli/completions.h"
#include "capture/cli/completions_shells.h"
#include "capture/cli/opts_table.h"

static const struct { const char *arg; enum value_kind kind; } by_arg[] = {
	{ "IF", VALUE_INTERFACE }, { "NS", VALUE_NETNS }, { "FILE", VALUE_FILE },
	{ "A B", VALUE_FILE },
	{ "OBJECT", VALUE_FILE }, { "PATH", VALUE_FILE }, { "USER", VALUE_USER },
	{ "CMD", VALUE_COMMAND },
	{ "DIR", VALUE_FILE },
};

/* Those that stand in opts_take.c and its like; a test gives them to it. */
static const struct { int code; enum value_kind kind; const char *words; } by_code[] = {
	{ OPT_FORMAT, VALUE_WORDS, "pcapng pcap pcap-ns json csv text" },
	{ 'T', VALUE_WORDS, "text json csv" },
	{ OPT_TO, VALUE_WORDS, "tcp-listen: tcp: clickhouse: clickhouses: kafka:" },
	{ OPT_COMPRESS, VALUE_WORDS, "zstd gzip none" },
	{ 'b', VALUE_WORDS,
	  "duration: interval: filesize: files: packets: printname: nametimenum:" },
	{ 'a', VALUE_WORDS, "duration: filesize: files: packets:" },
	{ OPT_IO, VALUE_WORDS, "auto direct buffered" },
	{ OPT_SYNC, VALUE_WORDS, "close never" },
	{ OPT_RECORDER, VALUE_WORDS, "60s 256m" },
	{ OPT_TRIGGER, VALUE_WORDS, "signal down rate: drops: verdict:" },
	{ 's', VALUE_WORDS, "headers 0 256" },
	{ 'y', VALUE_WORDS, "EN10MB RAW" },
	{ 'j', VALUE_WORDS, "host adapter_unsynced" },
	{ 'Q', VALUE_WORDS, "in out inout" },
	{ OPT_DEDUP_IGNORE, VALUE_LIST, "ttl tos mac vlan checksum" },
	{ OPT_INJECT_SECRETS, VALUE_WORDS, "tls: ssh: wg: opcua:" },
	{ OPT_PRECISION, VALUE_WORDS, "micro nano" },
	{ OPT_HOOK, VALUE_WORDS, "auto native generic tc" },
	{ OPT_OBSERVE, VALUE_WORDS, "auto trace front" },
	{ OPT_AT, VALUE_WORDS, "entry exit both" },
	{ OPT_VERDICT, VALUE_LIST, "aborted drop pass tx redirect other" },
	{ OPT_STYLE, VALUE_WORDS, "own xdp-tools" },
	{ OPT_STATS_FORMAT, VALUE_WORDS, "text json" },
	{ OPT_COLOR, VALUE_WORDS, "auto always never" },
	{ OPT_SANDBOX, VALUE_WORDS, "auto strict off" },
	{ OPT_COMPLETIONS, VALUE_WORDS, "bash zsh fish" },
};

struct value_of completions_value(const struct option_row *row)
{
	struct value_of v = { row->arg ? VALUE_FREE : VALUE_NONE, row->arg && *row->arg == '[', "" };

	for (size_t i = 0; row->arg && i < array_size(by_arg); i++)
		if (!strcmp(by_arg[i].arg, row->arg))
			v.kind = by_arg[i].kind;
	for (size_t i = 0; row->arg && i < array_size(by_code); i++)
		if (by_code[i].code == row->code) {
			v.kind = by_code[i].kind;
			v.words = by_code[i].words;
		}
	return v;
}

bool completions_shell(enum shell *shell, const char *name)
{
	static const char *const names[SHELLS] = { "bash", "zsh", "fish" };

	for (*shell = SHELL_BASH; *shell < SHELLS; ++*shell)
		if (!strcmp(names[*shell], name))
			return true;
	return false;
}

void completions_print(enum shell shell)
{
	static void (*const print[SHELLS])(const struct option_row *, size_t) = {
		completions_bash, completions_zsh, completions_fish,
	};
	size_t n;
	const struct option_row *rows = opts_table_rows(&n);

	print[shell](rows, n);
}
