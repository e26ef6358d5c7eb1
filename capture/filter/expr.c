// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The programs of an expression: one, or two if it asks for the direction, which is told by our
 * records and by pcapng.
 */
#include <errno.h>
#include <pcap/pcap.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/filter/expr.h"
#include "capture/filter/expr_compile.h"
#include "capture/filter/expr_explain.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"

_Static_assert(sizeof(struct bpf_insn) == sizeof(struct sock_filter) &&
	       offsetof(struct bpf_insn, code) == offsetof(struct sock_filter, code) &&
	       offsetof(struct bpf_insn, jt) == offsetof(struct sock_filter, jt) &&
	       offsetof(struct bpf_insn, jf) == offsetof(struct sock_filter, jf) &&
	       offsetof(struct bpf_insn, k) == offsetof(struct sock_filter, k),
	       "libpcap and the kernel mean the same by an instruction");

struct expr {
	char *text;
	struct expr_packets of;
	struct bpf_program program;
	/* for packets that were sent, if it asks for the direction; else without instructions */
	struct bpf_program sent;
	char error[1024];
	size_t place;		/* in the text, where it is wrong; SIZE_MAX: not known */
	/* whatever the link type is, as far as that is clear from what libpcap said */
	bool wrong;
};

bool expr_is_wrong(const struct expr *e)
{
	static const uint16_t linktypes[] = {
		LINKTYPE_ETHERNET,   LINKTYPE_RAW,   LINKTYPE_LINUX_SLL, LINKTYPE_LINUX_SLL2,
		LINKTYPE_IEEE802_11, LINKTYPE_PFLOG, LINKTYPE_SUNATM,	 LINKTYPE_MTP2,
	};

	for (size_t i = 0; i < array_size(linktypes) && !e->wrong; i++) {
		const struct expr_packets other = { .linktype = linktypes[i] };
		char said[EXPR_COMPILE_SAID];
		struct bpf_program program;

		if (expr_compile(e->text, &other, false, &program, said))
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
		if (expr_compile_asks(&program->bf_insns[i], SKF_AD_PKTTYPE)) {
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
		asks |= expr_compile_asks(&e->program.bf_insns[i], SKF_AD_PKTTYPE);
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

static int open_expr(struct expr **out, const char *text, const struct expr_packets *of,
		     bool optimize)
{
	cleanup(expr_closep) struct expr *e = calloc(1, sizeof(*e));
	char said[EXPR_COMPILE_SAID] = "";
	int err;

	*out = NULL;
	if (!e)
		return -ENOMEM;
	e->of = *of;
	e->text = strdup(text);
	if (!e->text)
		return -ENOMEM;
	err = expr_compile(text, of, optimize, &e->program, said);
	if (err == -EINVAL) {
		e->wrong = expr_explain_is_final(said);
		e->place = expr_explain(text, of, said, e->error, sizeof(e->error));
	}
	if (!err)
		err = part_directions(e);
	if (err != -ENOMEM)
		*out = steal(&e);
	return err;
}

int expr_open(struct expr **e, const char *text, uint16_t linktype, bool optimize)
{
	return open_expr(e, text, &(struct expr_packets){ linktype, false }, optimize);
}

int expr_open_for(struct expr **e, const char *text, const struct iface *i, bool optimize)
{
	return open_expr(e, text, &(struct expr_packets){ i->linktype, i->swapped }, optimize);
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
	link_type_name(e->of.linktype, name, sizeof(name));
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
	while ((text = strpbrk(text, "\t\r\n")))
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
