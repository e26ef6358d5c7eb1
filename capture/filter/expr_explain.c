// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * libpcap does not tell the place. Of a syntax error it is found by asking what an expression can
 * begin with; of other errors it is the word that the sentence names.
 */
#include <errno.h>
#include <pcap/pcap.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/nearest.h"
#include "capture/base/util.h"
#include "capture/filter/expr_explain.h"

/* characters of the expression on each side of the place, and of the place itself */
enum { SHOWN = 60 };

/*
 * A word that libpcap's scanner refuses, and names, when its parser asks for it: see
 * is_beginning().
 */
#define REFUSED "0:0:0:0:0:0:0:0:0:0:"

static const char blanks[] = " \t\r\n";

struct wrong {
	const char *text;
	const struct expr_packets *of;
};

static bool is_in(char c, const char *set)
{
	return c && strchr(set, c);
}

/*
 * Where the piece of an expression that starts at @pos ends: a word, a run of signs that may belong
 * together, or one sign. Some pieces are several tokens to libpcap, none is less than one.
 */
static size_t piece_end(const char *text, size_t pos)
{
	static const char signs[] = "&|=<>!", alone[] = "()[]+*/%^,;";

	if (is_in(text[pos], alone))
		return pos + 1;
	if (is_in(text[pos], signs))
		return pos + strspn(text + pos, signs);
	while (text[pos] && !is_in(text[pos], blanks) && !is_in(text[pos], signs) &&
	       !is_in(text[pos], alone))
		pos++;
	return pos;
}

struct piece {
	size_t start, end;
};

/* False behind the last one. A @p of zeros asks for the first. */
static bool next_piece(const char *text, struct piece *p)
{
	p->start = p->end + strspn(text + p->end, blanks);
	p->end = p->start + (text[p->start] ? piece_end(text, p->start) - p->start : 0);
	return p->end > p->start;
}

/*
 * Can an expression begin with the first @len bytes? If so libpcap's parser wants more, and its
 * scanner runs into the word we put there; if not, it says "syntax error" before.
 */
static bool is_beginning(const struct wrong *e, size_t len)
{
	char said[EXPR_COMPILE_SAID] = "";
	struct bpf_program program;
	cleanup(freep) char *text = NULL;

	if (asprintf(&text, "%.*s " REFUSED, (int)len, e->text) < 0) {
		text = NULL;
		return false;
	}
	if (!expr_compile(text, e->of, false, &program, said))
		pcap_freecode(&program);
	return strstr(said, REFUSED);
}

/* The @n-th piece, from 1; behind the last one an empty one at the end. */
static struct piece nth_piece(const char *text, size_t n)
{
	struct piece p = { 0 };

	while (n-- && next_piece(text, &p))
		;
	return p;
}

/*
 * The first piece that cannot follow those before it: the empty one at the end if something lacks
 * there. In a file there may be thousands, so each half of what is left is tried.
 */
static bool find_syntax_error(const struct wrong *e, struct piece *found)
{
	/* pieces that are a beginning; that are not, or all and one */
	size_t good = 0, bad = 1;

	if (!is_beginning(e, 0))	/* this libpcap scans in another way */
		return false;
	for (struct piece p = { 0 }; next_piece(e->text, &p);)
		bad++;
	while (good + 1 < bad) {
		size_t half = good + (bad - good) / 2;

		if (is_beginning(e, nth_piece(e->text, half).end))
			good = half;
		else
			bad = half;
	}
	*found = nth_piece(e->text, bad);
	return true;
}

/* Does the sentence name it: in quotes, or behind one of these words? */
static bool is_named(const char *sentence, const char *word, size_t len)
{
	static const struct { const char *before, *behind; } frames[] = {
		{ "'", "'" }, { "address ", "" }, { "protocol: ", "" }, { "number ", " " },
	};
	const char *at = sentence;

	while ((at = memmem(at, strlen(at), word, len))) {
		for (size_t i = 0; i < array_size(frames); i++) {
			size_t n = strlen(frames[i].before);

			if ((size_t)(at - sentence) >= n && !memcmp(at - n, frames[i].before, n) &&
			    at[len] == frames[i].behind[0])
				return true;
		}
		at++;
	}
	return false;
}

/* The only piece that the sentence names. */
static bool find_named(const struct wrong *e, const char *sentence, struct piece *found)
{
	struct piece p = { 0 };
	unsigned n = 0;

	while (next_piece(e->text, &p)) {
		if (!is_named(sentence, e->text + p.start, p.end - p.start))
			continue;
		*found = p;
		n++;
	}
	return n == 1;
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), n_end = strlen(end);

	return n >= n_end && !strcmp(s + n - n_end, end);
}

static const char *const words[] = {
	/* scanner.l of libpcap, the common ones first */
	"and",	      "not",	 "host",      "net",	"port",	     "proto",	"src",
	"dst",	      "tcp",	 "udp",	      "ip",	"icmp",	     "aarp",	"ah",
	"arp",	      "atalk",	 "broadcast", "clnp",	"decnet",    "esis",	"esp",
	"ether",      "fddi",	 "gateway",   "geneve", "greater",   "icmp6",	"ifindex",
	"igmp",	      "igrp",	 "inbound",   "ip6",	"isis",	     "iso",	"lat",
	"len",	      "less",	 "link",      "mask",	"mopdl",     "moprc",	"mpls",
	"multicast",  "netbeui", "outbound",  "pim",	"portrange", "pppoed",	"pppoes",
	"protochain", "rarp",	 "sca",	      "sctp",	"stp",	     "subtype", "type",
	"vlan",	      "vrrp",	 "wlan",
};

/*
 * A word of the language that is like the piece, "" if there is none or it is one, with a NUL into
 * @out.
 */
static void find_meant(const struct wrong *e, const struct piece *p, char out[static NEAREST_MAX])
{
	char word[NEAREST_MAX];
	struct nearest n;

	snprintf(word, sizeof(word), "%.*s", (int)min_of(p->end - p->start, sizeof(word) - 1),
		 e->text + p->start);
	n = nearest_to(word);
	for (size_t i = 0; i < array_size(words); i++)
		nearest_try(&n, words[i]);
	strcpy(out, n.slips ? n.best : "");
}

/* What libpcap said, and the expression around the place @p; none: its beginning. */
static void show(const struct wrong *e, const char *said, const struct piece *p, bool at_end,
		 char *out, size_t cap)
{
	size_t from = p->start > SHOWN ? p->start - SHOWN : 0,
	       to = min_of(p->end, p->start + SHOWN);
	bool marked = to > p->start, more = strlen(e->text) - to > SHOWN;
	char meant[NEAREST_MAX];

	find_meant(e, p, meant);
	snprintf(out, cap, "%s%s: %s%.*s%s%.*s%s%.*s%s%s%s%s", said, at_end ? " at the end" : "",
		 from ? "..." : "", (int)(p->start - from), e->text + from, marked ? ">>>" : "",
		 (int)(to - p->start), e->text + p->start, marked ? "<<<" : "", SHOWN, e->text + to,
		 more ? "..." : "", *meant ? "; did you mean " : "", meant, *meant ? "?" : "");
}

size_t expr_explain(const char *text, const struct expr_packets *of,
		    char said[static EXPR_COMPILE_SAID], char *out, size_t cap)
{
	static const char files[] = " when reading savefiles";
	const struct wrong e = { text, of };
	struct piece p = { 0 };
	bool found;

	if (ends_with(said, files))	/* true of captures at XDP as well */
		said[strlen(said) - strlen(files)] = '\0';
	found = ends_with(said, "syntax error") ? find_syntax_error(&e, &p)
						: find_named(&e, said, &p);
	if (!found)
		p = (struct piece){ 0 };
	show(&e, said, &p, found && !text[p.start], out, cap);
	return found ? p.start : SIZE_MAX;
}

/* A protocol that is asked for by its name is behind a backslash. */
bool expr_explain_has_names(const char *text)
{
	static const char
		first[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
		inside[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";

	while (*text) {
		size_t n = strspn(text, strchr(first, *text) ? inside : "0123456789abcdefABCDEFxX");
		bool is_known = !n || !strchr(first, *text) || (n == 2 && !strncmp(text, "or", n));

		for (size_t i = 0; !is_known && i < array_size(words); i++)
			is_known = strlen(words[i]) == n && !strncmp(text, words[i], n);
		if (!is_known || *text == '\\')
			return true;
		text += max_of(n, (size_t)1);
	}
	return false;
}

/* Nobody understands it, or nobody could look it up, and to try again may take as long. */
bool expr_explain_is_final(const char *said)
{
	static const char *const beginnings[] = { "unknown host", "unknown network" };

	for (size_t i = 0; i < array_size(beginnings); i++)
		if (!strncmp(said, beginnings[i], strlen(beginnings[i])))
			return true;
	return ends_with(said, "syntax error");
}
