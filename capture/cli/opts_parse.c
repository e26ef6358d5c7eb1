// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "capture/cli/opts_extcap.h"
#include "capture/cli/opts_help.h"
#include "capture/cli/opts_parse.h"
#include "capture/cli/opts_settle.h"
#include "capture/cli/opts_suggest.h"
#include "capture/cli/opts_take.h"
#include "capture/cli/usage.h"
#include "capture/filter/expr.h"
#include "capture/packet/packet.h"

/*
 * A word that is the name of a capture: the shell has made several out of *.pcap behind one -r.
 * Nothing that libpcap knows looks like that, and what it would say is a syntax error.
 */
static bool is_stray_file(const char *word)
{
	static const char *const ends[] = { ".pcap", ".pcapng", ".cap", ".dmp", ".gz", ".zst" };
	struct stat st;
	size_t n = strlen(word);
	bool looks_so = strchr(word, '/');

	for (size_t i = 0; i < array_size(ends); i++)
		looks_so |= n > strlen(ends[i]) && !strcmp(word + n - strlen(ends[i]), ends[i]);
	return looks_so && !stat(word, &st) && !S_ISDIR(st.st_mode);
}

/* The expression is made of all @words that are no options; a blank one is none, as for tcpdump. */
static bool take_filter(struct usage *p, char *const *words)
{
	const char *file = p->filter_file;
	char *text = NULL;
	int err;

	if (file && *words)
		return usage_wrong(
			p,
			"-F %s and '%s': the filter expression comes from a file or from the command line",
			file, *words);
	for (char *const *w = words; *w; w++)
		if (is_stray_file(*w))
			return usage_wrong(
				p,
				"%s is a file, not a part of an expression: each one takes a -r of its own, -r A -r B, "
				"or --compare A B",
				*w);
	err = file ? expr_read(file, &text) : 0;
	if (err)
		return usage_wrong(p, "%s: cannot read the filter expression: %s", file,
				   strerror(-err));
	if (!file)
		text = expr_join(words);
	if (!text)
		return usage_wrong(p, "out of memory");
	if (text[strspn(text, " \t\r\n")])
		p->o->filter = steal(&text);
	p->o->filter_file = file;
	free(text);
	return true;
}

enum { MOST = N_CODES + 1 };	/* options: each has a code of its own, and one an older name */

/* What getopt_long() wants to know. */
struct grammar {
	struct option longs[MOST + 1];
	char shorts[2 * MOST + 2];
	size_t n_longs, n_shorts;
};

static void add_option(struct grammar *g, int code, const char *name, int has_arg)
{
	if (name)
		g->longs[g->n_longs++] = (struct option){ name, has_arg, NULL, code };
	if (code < 256)
		g->n_shorts += snprintf(g->shorts + g->n_shorts, sizeof(g->shorts) - g->n_shorts,
					"%c%s", code, has_arg == required_argument ? ":" : "");
}

static void make_grammar(struct grammar *g)
{
	size_t n_rows, n_foreign, n_hidden;
	const struct option_row *r = opts_table_rows(&n_rows);
	const struct foreign *f = opts_table_foreign(&n_foreign);
	const struct hidden *h = opts_table_hidden(&n_hidden);

	*g = (struct grammar){ .shorts = ":", .n_shorts = 1 };
	for (; n_rows; n_rows--, r++)
		add_option(g, r->code, r->name,
			   !r->arg	    ? no_argument
			   : *r->arg == '[' ? optional_argument
					    : required_argument);
	/* what it was called before there were other hooks than XDP's */
	add_option(g, OPT_HOOK, "mode", required_argument);
	for (; n_hidden; n_hidden--, h++)
		add_option(g, h->code, h->name, h->has_arg);
	for (; n_foreign; n_foreign--, f++)
		add_option(g, f->code, f->name, f->has_arg ? required_argument : no_argument);
}

/* What getopt_long() does not take, @word, with its optopt. */
static bool refuse(struct usage *p, const struct grammar *g, int code, const char *word)
{
	size_t len = strcspn(word, "=");

	if (code == ':')
		return usage_wrong(p, "option %s needs a value", word);
	/* a known letter here is that of a long name with a value it does not take */
	if (optopt > 0 && optopt < 256 && !strchr(g->shorts, optopt))
		return usage_wrong(p, "there is no option -%c", optopt);
	if (optopt)
		return usage_wrong(p, "option %.*s takes no value", (int)len, word);
	return opts_suggest_name(p, word, len);
}

static bool take_options(struct usage *p, int argc, char **argv)
{
	struct grammar g;
	int code;

	make_grammar(&g);
	opterr = 0;
	optind = 0;
	while ((code = getopt_long(argc, argv, g.shorts, g.longs, NULL)) != -1) {
		if (code == ':' || code == '?' ? !refuse(p, &g, code, argv[optind - 1])
					       : !opts_take(p, code, optarg))
			return false;
	}
	return true;
}

/* Behind the first "--". */
static unsigned words_behind(char *const *argv)
{
	unsigned n = 0;

	while (*argv && strcmp(*argv, "--"))
		argv++;
	if (*argv)
		while (argv[n + 1])
			n++;
	return n;
}

/*
 * The last @n words are a command, those of the expression stand before them, and the "--" before
 * these, where getopt_long() has put it: it makes room for an end of the expression.
 */
static void take_command(struct opts *o, char **argv, unsigned n)
{
	unsigned n_words = 0;

	if (!n || strcmp(argv[optind - 1], "--"))
		return;
	while (argv[optind + n_words])
		n_words++;
	n = min_of(n, n_words);		/* the first "--" may have been a value */
	n_words -= n;
	if (!n)
		return;
	o->command = argv + optind + n_words;
	memmove(&argv[optind - 1], &argv[optind], n_words * sizeof(*argv));
	optind--;
	argv[optind + n_words] = NULL;
}

enum { WRITE_BUFFER_DEFAULT = 128 * 1024 * 1024, SPOOL_DEFAULT = 1024 * 1024 * 1024 };

bool opts_parse(struct opts *o, int argc, char **argv, char *error, size_t cap)
{
	struct usage p = { .o = o, .error = error, .cap = cap,
			   .extcap = opts_extcap_is_meant(argv) };
	const unsigned n_behind = words_behind(argv);

	*o = (struct opts){ .format = FORMAT_PCAPNG,
			    .screen = FORMAT_TEXT,
			    .linktype = LINKTYPE_ETHERNET,
			    .directions = LIVE_RECEIVED,
			    .write_buffer = WRITE_BUFFER_DEFAULT,
			    .spool_limit = SPOOL_DEFAULT,
			    .direct = DIRECT_AUTO };
	if (!take_options(&p, argc, argv)) {
		opts_suggest_dashes(&p, argv + 1);
		return false;
	}
	if (o->action == ACTION_HELP && argv[optind] && argv[optind + 1])
		return usage_wrong(&p, "--help has one topic, and '%s' is another one",
				   argv[optind + 1]);
	if (o->action == ACTION_HELP)
		return opts_help_take_topic(&p, argv[optind]);
	if (o->action == ACTION_COMPARE) {
		if (!argv[optind])
			return usage_wrong(&p, "--compare needs two files");
		if (!opts_take_read(&p, argv[optind++]))
			return false;
	}
	if (o->recorder.memory)
		take_command(o, argv, n_behind);
	return take_filter(&p, argv + optind) && opts_settle(&p);
}
