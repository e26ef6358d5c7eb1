// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* A table of compiled filters, by link type and byte order. */
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>

#include "capture/base/util.h"
#include "capture/filter/expr.h"
#include "capture/filter/expr_explain.h"
#include "capture/filter/per_link.h"
#include "capture/packet/packet.h"
#include "capture/packet/pcapng_codes.h"

enum { MESHES_MAX = 64, PREPARED_MAX = 11 };	/* link types of one input; of a filter with names */

struct mesh {
	uint16_t linktype;
	bool swapped;
	bool refused, told;	/* the filter, for this one; to who asked for a packet */
	bool lent;		/* expr is that of a prepared one */
	struct expr *expr;
};

struct per_link {
	const char *filter, *file;
	bool optimize;
	bool good;			/* for one of them */
	struct mesh meshes[MESHES_MAX + 1];
	/* the last one is for all link types that there is no room for */
	unsigned n_meshes;
	uint64_t n_undirected;
	/* what names mean was looked up, of these */
	struct mesh prepared[PREPARED_MAX];
	unsigned n_prepared;	/* 0: none has to be */
	bool wrong;		/* for any of them, and others */
	const char *error;
	char words[PATH_MAX + 256];	/* for it */
};

int per_link_open(struct per_link **per_link, const char *filter, const char *file, bool optimize)
{
	struct per_link *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->filter = filter;
	s->file = file;
	s->optimize = optimize;
	*per_link = s;
	return 0;
}

static int prepare(struct per_link *s, uint16_t linktype, bool swapped)
{
	struct mesh *m = &s->prepared[s->n_prepared];
	const struct iface i = { .linktype = linktype, .swapped = swapped };
	int err = expr_open_for(&m->expr, s->filter, &i, s->optimize);

	if (err && err != -EINVAL)
		return err;
	*m = (struct mesh){ .linktype = linktype, .swapped = swapped, .refused = err, .lent = true, .expr = m->expr };
	if (err && !s->n_prepared)
		s->wrong = expr_is_wrong(m->expr);
	s->n_prepared++;
	return 0;
}

int per_link_prepare(struct per_link *s)
{
	static const uint16_t usual[] = {
		LINKTYPE_ETHERNET, LINKTYPE_RAW,	LINKTYPE_LINUX_SLL, LINKTYPE_LINUX_SLL2,
		LINKTYPE_NULL,	   LINKTYPE_LOOP,	LINKTYPE_IPV4,	    LINKTYPE_IPV6,
		LINKTYPE_RAW_BSD,  LINKTYPE_IEEE802_11,
	};
	int err = 0;

	if (!expr_explain_has_names(s->filter))
		return 0;
	for (size_t i = 0; !err && i < array_size(usual) && !s->wrong; i++)
		err = prepare(s, usual[i], false);
	return err || s->wrong ? err : prepare(s, LINKTYPE_NULL, true);
}

/* What has names is not compiled any more. One that is wrong is so for all. */
static struct mesh find_prepared(const struct per_link *s, const struct iface *i)
{
	const bool swapped = i->swapped && i->linktype == LINKTYPE_NULL;

	for (const struct mesh *m = s->prepared; m < s->prepared + s->n_prepared; m++)
		if (s->wrong || (m->linktype == i->linktype && m->swapped == swapped))
			return *m;
	return (struct mesh){ .refused = true };
}

static int add(struct per_link *s, const struct iface *i, struct mesh **mesh)
{
	struct mesh *m = *mesh = &s->meshes[s->n_meshes];
	int err;

	if (s->n_meshes == MESHES_MAX) {
		m->refused = true;
		return 0;
	}
	*m = (struct mesh){ .refused = false };
	if (s->n_prepared) {
		*m = find_prepared(s, i);
	} else {
		err = expr_open_for(&m->expr, s->filter, i, s->optimize);
		if (err && err != -EINVAL)
			return err;
		m->refused = err;
	}
	m->linktype = i->linktype;
	m->swapped = i->swapped;
	s->good |= !m->refused;
	s->n_meshes++;
	return 0;
}

/* For the packets of @i. -ENOMEM. */
static int find(struct per_link *s, const struct iface *i, struct mesh **mesh)
{
	for (struct mesh *m = s->meshes; m < s->meshes + s->n_meshes; m++) {
		if (m->linktype == i->linktype && m->swapped == i->swapped) {
			*mesh = m;
			return 0;
		}
	}
	return add(s, i, mesh);
}

static int refused(struct per_link *s, const struct mesh *m)
{
	s->error =
		m->expr ? expr_error_in(m->expr, s->file, s->words, sizeof(s->words))
		: s->n_prepared
			? "what a name in the filter means was looked up for usual link types only"
			: "too many link types for a filter";
	return -EINVAL;
}

static int matches(struct per_link *s, const struct expr *e, const struct packet *p)
{
	const uint32_t direction = p->has & PACKET_FLAGS ? p->flags & EPB_DIRECTION : 0;

	if (!expr_is_directed(e) || direction == EPB_INBOUND)
		return expr_matches(e, p->data, p->caplen, p->len);
	if (direction == EPB_OUTBOUND)
		return expr_matches_sent(e, p->data, p->caplen, p->len);
	s->n_undirected++;
	return 0;
}

int per_link_packet(struct per_link *s, const struct packet *p)
{
	struct mesh *m;
	int err = find(s, p->iface, &m);

	if (err)
		return err;
	if (!m->refused)
		return matches(s, m->expr, p);
	err = m->told ? 0 : refused(s, m);
	m->told = true;
	return err;
}

int per_link_expr(struct per_link *s, const struct iface *i, const struct expr **e)
{
	static const struct iface ethernet = { .linktype = LINKTYPE_ETHERNET };
	struct mesh *m;
	int err = find(s, i ? i : &ethernet, &m);

	if (!err)
		*e = m->expr;
	return err ? err : m->refused ? refused(s, m) : 0;
}

int per_link_check(struct per_link *s, const struct iface *i)
{
	const struct expr *e;

	return per_link_expr(s, i, &e);
}

bool per_link_is_good(const struct per_link *s)
{
	return s->good;
}

bool per_link_is_wrong(const struct per_link *s)
{
	if (s->good || !s->n_meshes)
		return false;
	return s->n_prepared ? s->wrong : expr_is_wrong(s->meshes[0].expr);
}

uint64_t per_link_undirected(const struct per_link *s)
{
	return s->n_undirected;
}

const char *per_link_error(const struct per_link *s)
{
	return s->error;
}

struct per_link *per_link_close(struct per_link *s)
{
	if (!s)
		return NULL;
	for (unsigned i = 0; i < s->n_meshes; i++)
		if (!s->meshes[i].lent)
			expr_close(s->meshes[i].expr);
	for (unsigned i = 0; i < s->n_prepared; i++)
		expr_close(s->prepared[i].expr);
	free(s);
	return NULL;
}
