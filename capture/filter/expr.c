// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * libpcap is shown the header of a capture file without packets: so it maps the link type and knows
 * the byte order itself, compiles as tcpdump -r does, and refuses what only a socket could tell
 * (ifindex). The direction is told by our records and by pcapng: an expression that asks for it
 * becomes two programs.
 */
#include <errno.h>
#include <pcap/pcap.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/nearest.h"
#include "capture/base/util.h"
#include "capture/filter/expr.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"

enum {
	SNAPLEN	= 262144,	/* what a program returns for packets that match */
	/* characters of the expression on each side of the place, and of the place itself */
	SHOWN	= 60,
};

/*
 * A word that libpcap's scanner refuses, and names, when its parser asks for it: see
 * is_beginning().
 */
#define REFUSED "0:0:0:0:0:0:0:0:0:0:"

_Static_assert(sizeof(struct bpf_insn) == sizeof(struct sock_filter) &&
	       offsetof(struct bpf_insn, code) == offsetof(struct sock_filter, code) &&
	       offsetof(struct bpf_insn, jt) == offsetof(struct sock_filter, jt) &&
	       offsetof(struct bpf_insn, jf) == offsetof(struct sock_filter, jf) &&
	       offsetof(struct bpf_insn, k) == offsetof(struct sock_filter, k),
	       "libpcap and the kernel mean the same by an instruction");

struct expr {
	char *text;
	uint16_t linktype;
	bool swapped;
	struct bpf_program program;
	/* for packets that were sent, if it asks for the direction; else without instructions */
	struct bpf_program sent;
	char error[1024];
	size_t place;		/* in the text, where it is wrong; SIZE_MAX: not known */
	/* whatever the link type is, as far as that is clear from what libpcap said */
	bool wrong;
};

static struct pcap_file_header file_header(uint16_t linktype, bool swapped)
{
	struct pcap_file_header h = {
		.magic = 0xa1b2c3d4,
		.version_major = 2,
		.version_minor = 4,
		.snaplen = SNAPLEN,
		.linktype = linktype,
	};

	/* as we decode it; libpcap knows it on OpenBSD only */
	if (linktype == LINKTYPE_RAW_OPENBSD)
		h.linktype = LINKTYPE_RAW;
	if (!swapped)
		return h;
	h.magic = __builtin_bswap32(h.magic);
	h.version_major = __builtin_bswap16(h.version_major);
	h.version_minor = __builtin_bswap16(h.version_minor);
	h.snaplen = __builtin_bswap32(h.snaplen);
	h.linktype = __builtin_bswap32(h.linktype);
	return h;
}

/* A load of what a socket says beside a packet, SKF_AD_... of linux/filter.h */
static bool asks_socket(const struct bpf_insn *in, uint32_t what)
{
	return BPF_CLASS(in->code) == BPF_LD && BPF_MODE(in->code) == BPF_ABS &&
	       in->k == (uint32_t)SKF_AD_OFF + what;
}

/*
 * Of a socket that captures libpcap takes the direction as the kernel tells it. It has no other
 * way of asking for that here: what it asks for besides is not known.
 */
static int compile_directed(int dlt, const char *text, bool optimize, struct bpf_program *program,
			    char error[static PCAP_ERRBUF_SIZE])
{
	pcap_t *p = pcap_open_dead(dlt, SNAPLEN);
	bool refused = p && pcap_compile(p, program, text, optimize, 0);

	if (refused)
		snprintf(error, PCAP_ERRBUF_SIZE, "%s", pcap_geterr(p));
	if (p)
		pcap_close(p);
	if (!p || refused)
		return p ? -EINVAL : -ENOMEM;
	for (unsigned i = 0; i < program->bf_len; i++)
		refused |= asks_socket(&program->bf_insns[i], SKF_AD_IFINDEX);
	if (!refused)
		return 0;
	pcap_freecode(program);
	snprintf(error, PCAP_ERRBUF_SIZE, "ifindex not supported on %s",
		 pcap_datalink_val_to_description_or_dlt(dlt));
	return -EINVAL;
}

/* The netmask is that of tcpdump 4.99, none: "ip broadcast" knows 0.0.0.0 and 255.255.255.255. */
static int compile(const struct expr *e, const char *text, bool optimize,
		   struct bpf_program *program, char error[static PCAP_ERRBUF_SIZE])
{
	static const char no_direction[] = "inbound/outbound not supported";
	struct pcap_file_header h = file_header(e->linktype, e->swapped);
	FILE *f = fmemopen(&h, sizeof(h), "r");
	pcap_t *p;
	int err = 0;

	if (!f)
		return -ENOMEM;
	p = pcap_fopen_offline(f, error);
	if (!p) {
		fclose(f);
		return -EINVAL;
	}
	if (pcap_compile(p, program, text, optimize, 0)) {
		snprintf(error, PCAP_ERRBUF_SIZE, "%s", pcap_geterr(p));
		err = -EINVAL;
	}
	if (err && !strncmp(error, no_direction, strlen(no_direction)) && !e->swapped)
		err = compile_directed(pcap_datalink(p), text, optimize, program, error);
	pcap_close(p);
	return err;
}

static bool is_in(char c, const char *set)
{
	return c && strchr(set, c);
}

static bool is_blank(char c)
{
	return is_in(c, " \t\r\n");
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
	while (text[pos] && !is_blank(text[pos]) && !is_in(text[pos], signs) &&
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
	p->start = p->end + strspn(text + p->end, " \t\r\n");
	p->end = p->start + (text[p->start] ? piece_end(text, p->start) - p->start : 0);
	return p->end > p->start;
}

/*
 * Can an expression begin with the first @len bytes? If so libpcap's parser wants more, and its
 * scanner runs into the word we put there; if not, it says "syntax error" before.
 */
static bool is_beginning(const struct expr *e, size_t len)
{
	char error[PCAP_ERRBUF_SIZE] = "";
	struct bpf_program program;
	cleanup(freep) char *text = NULL;

	if (asprintf(&text, "%.*s " REFUSED, (int)len, e->text) < 0) {
		text = NULL;
		return false;
	}
	if (!compile(e, text, false, &program, error))
		pcap_freecode(&program);
	return strstr(error, REFUSED);
}

/*
 * The first piece that cannot follow those before it. Found empty at the end: the expression lacks
 * something. Each half of what is left is tried, up to the end of a piece: in a file there may be
 * thousands.
 */
static bool find_syntax_error(const struct expr *e, struct piece *found)
{
	size_t good = 0, bad = strlen(e->text);

	if (!is_beginning(e, 0))	/* this libpcap scans in another way */
		return false;
	*found = (struct piece){ bad, bad };
	if (is_beginning(e, bad))
		return true;
	while (good < bad) {
		struct piece p = { good, good };
		size_t before = good;

		while (next_piece(e->text, &p) && p.end < good + (bad - good) / 2)
			before = p.end;
		if (is_beginning(e, p.end)) {
			good = p.end;
		} else {
			*found = p;
			bad = before;
		}
	}
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
static bool find_named(const struct expr *e, const char *sentence, struct piece *found)
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

/*
 * A word of the language that is like the piece, "" if there is none or it is one, with a NUL into
 * @out.
 */
static void find_meant(const struct expr *e, const struct piece *p, char out[static NEAREST_MAX])
{
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
	char word[NEAREST_MAX];
	struct nearest n;

	snprintf(word, sizeof(word), "%.*s", (int)min_of(p->end - p->start, sizeof(word) - 1),
		 e->text + p->start);
	n = nearest_to(word);
	for (size_t i = 0; i < array_size(words); i++)
		nearest_try(&n, words[i]);
	strcpy(out, n.slips ? n.best : "");
}

/* What libpcap said, and the expression around the place it means, if that is known. */
static void explain(struct expr *e, char *said)
{
	static const char files[] = " when reading savefiles";
	size_t len = strlen(e->text), from, to;
	struct piece p = { 0 };
	char meant[NEAREST_MAX];
	bool found;

	if (ends_with(said, files))	/* true of captures at XDP as well */
		said[strlen(said) - strlen(files)] = '\0';
	found = ends_with(said, "syntax error") ? find_syntax_error(e, &p)
						: find_named(e, said, &p);
	if (!found)
		p = (struct piece){ 0 };
	e->place = found ? p.start : SIZE_MAX;
	from = p.start > SHOWN ? p.start - SHOWN : 0;
	to = min_of(p.end, p.start + SHOWN);
	find_meant(e, &p, meant);
	snprintf(e->error, sizeof(e->error), "%s%s: %s%.*s%s%.*s%s%.*s%s%s%s%s", said,
		 found && p.start == len ? " at the end" : "", from ? "..." : "",
		 (int)(p.start - from), e->text + from, to > p.start ? ">>>" : "",
		 (int)(to - p.start), e->text + p.start, to > p.start ? "<<<" : "", SHOWN,
		 e->text + to, len - to > SHOWN ? "..." : "", *meant ? "; did you mean " : "",
		 meant, *meant ? "?" : "");
}

/* Nobody understands it, or nobody could look it up, and to try again may take as long. */
static bool is_wrong(const char *said)
{
	static const char *const beginnings[] = { "unknown host", "unknown network" };

	for (size_t i = 0; i < array_size(beginnings); i++)
		if (!strncmp(said, beginnings[i], strlen(beginnings[i])))
			return true;
	return ends_with(said, "syntax error");
}

bool expr_is_wrong(const struct expr *e)
{
	static const uint16_t linktypes[] = {
		LINKTYPE_ETHERNET,   LINKTYPE_RAW,   LINKTYPE_LINUX_SLL, LINKTYPE_LINUX_SLL2,
		LINKTYPE_IEEE802_11, LINKTYPE_PFLOG, LINKTYPE_SUNATM,	 LINKTYPE_MTP2,
	};

	for (size_t i = 0; i < array_size(linktypes) && !e->wrong; i++) {
		const struct expr other = { .linktype = linktypes[i] };
		char error[PCAP_ERRBUF_SIZE];
		struct bpf_program program;

		if (compile(&other, e->text, false, &program, error))
			continue;
		pcap_freecode(&program);
		return false;
	}
	return true;
}

static void expr_closep(struct expr **e)
{
	expr_close(*e);
}

/* What the direction is becomes a constant. */
static void set_direction(struct bpf_program *program, uint32_t packet_type)
{
	for (unsigned i = 0; i < program->bf_len; i++)
		if (asks_socket(&program->bf_insns[i], SKF_AD_PKTTYPE)) {
			program->bf_insns[i].code = BPF_LD | BPF_IMM;
			program->bf_insns[i].k = packet_type;
		}
}

/* If it asks for it. */
static int part_directions(struct expr *e)
{
	const size_t size = e->program.bf_len * sizeof(*e->program.bf_insns);
	bool asks = false;

	for (unsigned i = 0; i < e->program.bf_len; i++)
		asks |= asks_socket(&e->program.bf_insns[i], SKF_AD_PKTTYPE);
	if (!asks)
		return 0;
	e->sent.bf_insns = malloc(size);
	if (!e->sent.bf_insns)
		return -ENOMEM;
	memcpy(e->sent.bf_insns, e->program.bf_insns, size);
	e->sent.bf_len = e->program.bf_len;
	set_direction(&e->program, PACKET_HOST);
	set_direction(&e->sent, PACKET_OUTGOING);
	return 0;
}

static int open_expr(struct expr **out, const char *text, uint16_t linktype, bool swapped,
		     bool optimize)
{
	cleanup(expr_closep) struct expr *e = calloc(1, sizeof(*e));
	char said[PCAP_ERRBUF_SIZE] = "";
	int err;

	*out = NULL;
	if (!e)
		return -ENOMEM;
	e->linktype = linktype;
	e->swapped = swapped;
	e->text = strdup(text);
	if (!e->text)
		return -ENOMEM;
	err = compile(e, text, optimize, &e->program, said);
	if (err == -EINVAL) {
		e->wrong = is_wrong(said);
		explain(e, said);
	}
	if (!err)
		err = part_directions(e);
	if (err != -ENOMEM)
		*out = steal(&e);
	return err;
}

int expr_open(struct expr **e, const char *text, uint16_t linktype, bool optimize)
{
	return open_expr(e, text, linktype, false, optimize);
}

int expr_open_for(struct expr **e, const char *text, const struct iface *i, bool optimize)
{
	return open_expr(e, text, i->linktype, i->swapped, optimize);
}

const char *expr_error(const struct expr *e)
{
	return e->error;
}

const char *expr_error_in(const struct expr *e, const char *file, char *out, size_t cap)
{
	unsigned line = 1, column = 1;
	char name[64];

	if (!file)
		return expr_error(e);
	link_type_name(e->linktype, name, sizeof(name));
	if (e->place == SIZE_MAX) {
		snprintf(out, cap,
			 "%s: libpcap does not take this filter expression for link type %s", file,
			 name);
	} else if (!e->text[e->place]) {
		snprintf(out, cap, "%s: the filter expression lacks something at its end", file);
	} else {
		for (size_t i = 0; i < e->place; i++) {
			column = e->text[i] == '\n' ? 1 : column + 1;
			line += e->text[i] == '\n';
		}
		snprintf(
			out, cap,
			"%s: line %u, column %u: libpcap does not take the filter expression from here on",
			file, line, column);
	}
	return out;
}

const char *expr_text(const struct expr *e)
{
	return e->text;
}

const struct sock_filter *expr_insns(const struct expr *e, size_t *n)
{
	*n = e->program.bf_len;
	return (const struct sock_filter *)e->program.bf_insns;
}

const struct sock_filter *expr_insns_sent(const struct expr *e, size_t *n)
{
	if (!expr_is_directed(e))
		return expr_insns(e, n);
	*n = e->sent.bf_len;
	return (const struct sock_filter *)e->sent.bf_insns;
}

bool expr_is_directed(const struct expr *e)
{
	return e->sent.bf_len;
}

bool expr_matches(const struct expr *e, const uint8_t *data, uint32_t caplen, uint32_t len)
{
	return bpf_filter(e->program.bf_insns, data, len, caplen);
}

bool expr_matches_sent(const struct expr *e, const uint8_t *data, uint32_t caplen, uint32_t len)
{
	return bpf_filter(expr_is_directed(e) ? e->sent.bf_insns : e->program.bf_insns, data, len,
			  caplen);
}

void expr_dump(const struct expr *e, int format)
{
	bpf_dump(&e->program, format);
}

struct expr *expr_close(struct expr *e)
{
	if (!e)
		return NULL;
	pcap_freecode(&e->program);
	free(e->sent.bf_insns);
	free(e->text);
	free(e);
	return NULL;
}

static void straighten(char *text)
{
	for (; *text; text++)
		if (is_blank(*text))
			*text = ' ';
}

char *expr_line(const char *text)
{
	char *line = strdup(text);

	if (line)
		straighten(line);
	return line;
}

char *expr_join(char *const *words)
{
	size_t size = 1;
	char *text, *to;

	for (char *const *w = words; *w; w++)
		size += strlen(*w) + 1;
	text = to = malloc(size);
	if (!text)
		return NULL;
	*to = '\0';
	for (char *const *w = words; *w; w++)
		to = stpcpy(w == words ? to : stpcpy(to, " "), *w);
	straighten(text);
	return text;
}

int expr_read(const char *path, char **text)
{
	FILE *f = fopen(path, "re");
	size_t cap = 0;
	int err = 0;

	*text = NULL;
	if (!f)
		return -errno;
	if (getdelim(text, &cap, '\0', f) < 0) {
		err = ferror(f) ? -errno : 0;
		free(*text);
		*text = err ? NULL : strdup("");
	}
	fclose(f);
	if (!err && !*text)
		return -ENOMEM;
	if (err)
		return err;
	for (char *c = *text; (c = strchr(c, '#'));)
		memset(c, ' ', strcspn(c, "\n"));
	return 0;
}
