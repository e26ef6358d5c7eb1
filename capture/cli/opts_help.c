// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <stdio.h>
#include <string.h>

#include "capture/cli/opts_help.h"
#include "capture/cli/usage.h"


#define CODES	OPTION_CODES

/*
 * An option may be in several; a test looks that each is in one, and that the manual has the
 * sections.
 */
static const struct topic topics[] = {
	{ "capturing", "DESCRIPTION",
	  CODES('i', OPT_WAIT, 'c', 'a', 's', OPT_SAMPLE, OPT_RATE_LIMIT, OPT_FLOW_SAMPLE, OPT_FLOW_LIMIT, 'B', 'Q',
		OPT_PROCESS, 'P', 'p', OPT_HOOK, 'y', OPT_MIRROR_PORT, 'D', 'L', 'J', OPT_DEBUG) },
	{ "filter", "FILTER", CODES('F', 'd', 'y', 'O', OPT_VERDICT, OPT_EXIT_FILTER) },
	{ "output", "OUTPUT",
	  CODES('T', 'v', 'q', 'e', 'x', 'X', 'A', 'S', OPT_LENGTHS, OPT_OFFSETS, 't', OPT_MICRO, OPT_NANO,
		OPT_PRECISION, 'n', '#', OPT_COLOR, 'l', OPT_FLOWS, OPT_PRINT,
		OPT_STATS, OPT_STATS_FORMAT, OPT_METRICS) },
	{ "formats", "FORMATS", CODES('w', OPT_FORMAT, 'T', 'U', OPT_IMMEDIATE) },
	{ "network", "OVER THE NETWORK", CODES(OPT_TO, OPT_FORMAT, 'r') },
	{ "database", "INTO A DATABASE",
	  CODES(OPT_TO, OPT_TO_CONFIG, OPT_SPOOL, OPT_SPOOL_LIMIT, OPT_AT) },
	{ "rotation", "ROTATION", CODES('w', 'C', 'G', 'W', 'b', 'a') },
	{ "recorder", "FLIGHT RECORDER",
	  CODES(OPT_RECORDER, OPT_TRIGGER, OPT_BEFORE, OPT_AFTER, OPT_MAX_TRIGGERS, OPT_COOLDOWN, 'w', 'z',
		OPT_MAX_DISK) },
	{ "control", "CHANGED WHILE IT RUNS", CODES(OPT_CONTROL) },
	{ "compression", "COMPRESSION", CODES(OPT_COMPRESS, OPT_THREADS) },
	{ "finished", "FINISHED FILES",
	  CODES('z', 'Z', OPT_PART, OPT_MAX_DISK, OPT_MIN_FREE, OPT_SYNC,
		OPT_WRITE_BUFFER, OPT_IO, OPT_INDEX) },
	{ "reading", "READING FILES",
	  CODES('r', 'V', 'c', OPT_COUNT, OPT_SKIP, OPT_START, OPT_END, OPT_AT, OPT_OFFSETS, OPT_DEDUP,
		OPT_DEDUP_IGNORE, OPT_RECOVER, OPT_CONCATENATED, OPT_FOLLOW, OPT_INDEX, OPT_DISCARD_SECRETS,
		OPT_INJECT_SECRETS, OPT_INFO, OPT_HTML, OPT_DIFF, OPT_COMPARE, OPT_LOST, OPT_WINDOW, OPT_TOLERANCE) },
	{ "view", "LIVE VIEW", CODES(OPT_TOP) },
	{ "namespaces", "OTHER NETWORK NAMESPACES",
	  CODES(OPT_NETNS, OPT_PID, OPT_CONTAINER, 'i', 'D', OPT_ALL_NETNS) },
	{ "beside", "BESIDE ANOTHER PROGRAM",
	  CODES(OPT_OBSERVE, OPT_PROGRAM, OPT_AT, OPT_VERDICT, OPT_EXIT_FILTER, OPT_STYLE, OPT_RESTORE, 'D') },
	{ "card", "WHAT THE NETWORK CARD KNOWS", CODES('j', OPT_RX_HASH, 'J') },
	{ "running", "RUNNING A PROGRAM",
	  CODES(OPT_RUN, OPT_MAP, OPT_EXPECT, OPT_REPEAT, OPT_INGRESS, OPT_QUEUE, 'r', 'w', OPT_DIFF) },
	{ "sandbox", "SANDBOX", CODES(OPT_SANDBOX, 'Z') },
	{ "help", "OPTIONS", CODES('h', OPT_VERSION, OPT_COMPLETIONS) },
};

const struct topic *opts_help_topics(size_t *n)
{
	*n = array_size(topics);
	return topics;
}

static const struct topic *topic_of(const char *name)
{
	for (size_t i = 0; i < array_size(topics); i++)
		if (!strcmp(topics[i].name, name))
			return &topics[i];
	return NULL;
}

bool opts_help_take_topic(struct usage *p, const char *name)
{
	size_t len;

	p->o->topic = name;
	if (!name || topic_of(name))
		return true;
	usage_wrong(p, "--help %s: topics are", name);
	for (size_t i = 0; i < array_size(topics); i++) {
		len = strlen(p->error);
		snprintf(p->error + len, p->cap - len, "%s %s", i ? "," : "", topics[i].name);
	}
	return false;
}

static void print_row(const struct option_row *r)
{
	char head[64], letter[8] = "    ";
	const char *arg = r->arg ? r->arg : "";

	if (r->code < 256)
		snprintf(letter, sizeof(letter), "-%c, ", r->code);
	snprintf(head, sizeof(head), "%s--%s%s%s", letter, r->name, *arg && *arg != '[' ? " " : "",
		 arg);
	printf("  %-31s %s\n", head, r->help);
}

static void print_usage(void)
{
	printf("Usage: xdpdump [--netns NS] [-i IF] [-w FILE] [options] [expression] [-- command]\n"
	       "       xdpdump -r FILE [-w FILE] [options] [expression]\n"
	       "       xdpdump -r DIR [--start TIME] [--end TIME] [--index] [-w FILE] [options] [expression]\n"
	       "       xdpdump -r FILE --info [expression]\n"
	       "       xdpdump -r FILE --diff [expression]\n"
	       "       xdpdump --compare A B [expression]\n"
	       "       xdpdump --run OBJECT -r FILE [-w FILE] [--expect FILE] [options] [expression]\n"
	       "       xdpdump -d [-r FILE] [expression]\n"
	       "       xdpdump -D\n"
	       "       xdpdump --restore -i IF\n"
	       "       xdpdump ctl PATH COMMAND\n"
	       "Captures packets at XDP, writes pcapng, prints them, reads pcap and pcapng. The expression is that of\n"
	       "tcpdump, see pcap-filter(7).\n\n");
}

static bool is_in(const struct topic *t, int code)
{
	const int *c = t->codes;

	while (*c && *c != code)
		c++;
	return *c;
}

void opts_help(const char *topic)
{
	const struct topic *t = topic ? topic_of(topic) : NULL;
	size_t n;
	const struct option_row *rows = opts_table_rows(&n);

	if (t)
		printf("%s in xdpdump(8):\n\n", t->section);
	else
		print_usage();
	for (; n; n--, rows++)
		if (!t || is_in(t, rows->code))
			print_row(rows);
	if (t)
		return;
	printf("\nAccepted as in tcpdump, with nothing to be done for them: -f -K -N -u.\n"
	       "Some of these alone, xdpdump --help TOPIC:");
	for (size_t i = 0; i < array_size(topics); i++)
		printf("%s%s", i == 8 ? "\n" : " ", topics[i].name);
	putchar('\n');
}
