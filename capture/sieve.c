// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* A table of compiled filters, by link type and byte order. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "capture/decode.h"
#include "capture/expr.h"
#include "capture/packet.h"
#include "capture/sieve.h"

enum { MESHES_MAX = 64 };	/* link types of one input */

struct mesh {
	uint16_t linktype;
	bool swapped;
	struct expr *expr;
};

struct sieve {
	const char *filter;
	bool optimize;
	struct mesh meshes[MESHES_MAX];
	unsigned n_meshes;
	char error[1024];
};

int sieve_open(struct sieve **sieve, const char *filter, bool optimize)
{
	struct sieve *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->filter = filter;
	s->optimize = optimize;
	*sieve = s;
	return 0;
}

/* The filter was good for the first interface; of a further one it has to be said what is different. */
static int refuse(struct sieve *s, const struct iface *i, const char *sentence)
{
	char name[64];

	decode_linktype_name(i->linktype, name, sizeof(name));
	if (i->id)
		snprintf(s->error, sizeof(s->error), "link type %s: %s", name, sentence);
	else
		snprintf(s->error, sizeof(s->error), "%s", sentence);
	return -EINVAL;
}

static int add(struct sieve *s, const struct iface *i)
{
	struct mesh *m = &s->meshes[s->n_meshes];
	int err;

	if (s->n_meshes == MESHES_MAX)
		return refuse(s, i, "too many link types for a filter");
	s->n_meshes++;
	*m = (struct mesh){ .linktype = i->linktype, .swapped = i->swapped };
	err = expr_open_for(&m->expr, s->filter, i, s->optimize);
	return err == -EINVAL ? refuse(s, i, expr_error(m->expr)) : err;
}

static struct mesh *find(struct sieve *s, const struct iface *i)
{
	for (struct mesh *m = s->meshes; m < s->meshes + s->n_meshes; m++)
		if (m->linktype == i->linktype && m->swapped == i->swapped)
			return m;
	return NULL;
}

int sieve_packet(struct sieve *s, const struct packet *p)
{
	const struct mesh *m = find(s, p->iface);

	if (!m) {
		int err = add(s, p->iface);

		if (err)
			return err;
		m = &s->meshes[s->n_meshes - 1];
	}
	return expr_matches(m->expr, p->data, p->caplen, p->len);
}

int sieve_check(struct sieve *s, const struct iface *i)
{
	static const struct iface ethernet = { .linktype = LINKTYPE_ETHERNET };

	if (!i)
		i = &ethernet;
	return find(s, i) ? 0 : add(s, i);
}

unsigned sieve_count(const struct sieve *s)
{
	return s->n_meshes;
}

const char *sieve_error(const struct sieve *s)
{
	return s->error;
}

struct sieve *sieve_close(struct sieve *s)
{
	if (!s)
		return NULL;
	for (unsigned i = 0; i < s->n_meshes; i++)
		expr_close(s->meshes[i].expr);
	free(s);
	return NULL;
}
