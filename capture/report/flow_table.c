// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Open addressing, at most three quarters full; a place is empty as long as its key has
 * no version.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bpf/flow.h"
#include "capture/base/hash.h"
#include "capture/base/text.h"
#include "capture/base/util.h"
#include "capture/packet/names.h"
#include "capture/packet/packet.h"
#include "capture/report/flow_table.h"

enum { ROOM_FIRST = 1024, LINE_MAX_BYTES = 1024 };

struct flow_table {
	struct hash_key key;
	struct flow_entry *places;
	uint32_t room, count;	/* a power of two; flows */
	uint64_t packets;
	struct flow_rest rest;
};

int flow_table_open(struct flow_table **t)
{
	*t = calloc(1, sizeof(**t));
	if (!*t)
		return -ENOMEM;
	(*t)->places = calloc(ROOM_FIRST, sizeof(*(*t)->places));
	if (!(*t)->places) {
		*t = flow_table_close(*t);
		return -ENOMEM;
	}
	(*t)->room = ROOM_FIRST;
	hash_key_init(&(*t)->key);
	return 0;
}

/* Its place, or the empty one where it belongs. */
static struct flow_entry *find(const struct flow_table *t, const struct flow_key *k)
{
	uint64_t h = hash_bytes(&t->key, k, sizeof(*k)).a;

	for (;; h++) {
		struct flow_entry *e = &t->places[h & (t->room - 1)];

		if (!e->key.ip_version || flow_is_same(&e->key, k))
			return e;
	}
}

static bool grow(struct flow_table *t)
{
	struct flow_entry *before = t->places;
	const uint32_t room = t->room;

	t->places = calloc(2 * (size_t)room, sizeof(*t->places));
	if (!t->places) {
		t->places = before;
		return false;
	}
	t->room = 2 * room;
	for (uint32_t i = 0; i < room; i++)
		if (before[i].key.ip_version)
			*find(t, &before[i].key) = before[i];
	free(before);
	return true;
}

/* The entry of a flow, that of a new one with zeros behind its key; NULL: no room. */
static struct flow_entry *entry_of(struct flow_table *t, const struct flow_key *k)
{
	struct flow_entry *e = find(t, k);

	if (e->key.ip_version)
		return e;
	if (t->count == FLOW_TABLE_MAX)
		return NULL;
	if (t->count >= t->room / 4 * 3) {
		if (!grow(t))
			return NULL;
		e = find(t, k);
	}
	e->key = *k;
	t->count++;
	return e;
}

bool flow_table_add(struct flow_table *t, const struct flow_entry *more)
{
	const struct flow *f = &more->flow;
	struct flow_entry *e = more->key.ip_version ? entry_of(t, &more->key) : NULL;
	const uint64_t packets = f->packets[0] + f->packets[1];

	if (!e) {
		t->rest.no_room += packets;
		return false;
	}
	t->packets += packets;
	if (!e->flow.first_ns || f->first_ns < e->flow.first_ns) {
		e->flow.first_ns = f->first_ns;
		e->flow.first_way = f->first_way & 1;
	}
	e->flow.last_ns = max_of(e->flow.last_ns, f->last_ns);
	for (unsigned way = 0; way < FLOW_WAYS; way++) {
		e->flow.packets[way] += f->packets[way];
		e->flow.bytes[way] += f->bytes[way];
		e->flow.tcp_flags[way] |= f->tcp_flags[way];
	}
	return true;
}

void flow_table_packet(struct flow_table *t, const struct packet *p)
{
	const uint64_t ns = p->has & PACKET_TIME ? p->ts_ns : 0;
	struct flow_key key;
	struct flow_entry *e;
	uint32_t way;

	if (!p->hdr.ip_version) {
		t->rest.of_none++;
		return;
	}
	way = flow_key_of(&key, p->data + p->hdr.l3_off, &p->hdr,
			  min_of(p->iface->id, (uint32_t)UINT16_MAX));
	e = entry_of(t, &key);
	if (!e) {
		t->rest.no_room++;
		return;
	}
	t->packets++;
	if (!(e->flow.packets[0] + e->flow.packets[1]) || ns < e->flow.first_ns) {
		e->flow.first_ns = ns;
		e->flow.first_way = way;
	}
	e->flow.last_ns = max_of(e->flow.last_ns, ns);
	flow_count(&e->flow, way, &p->hdr, p->len);
}

uint32_t flow_table_count(const struct flow_table *t)
{
	return t->count;
}

uint64_t flow_table_packets(const struct flow_table *t)
{
	return t->packets;
}

struct flow_rest flow_table_rest(const struct flow_table *t)
{
	return t->rest;
}

/* ---- lines ---- */

static void put_time(struct text *t, uint64_t ns)
{
	struct tm date = { 0 };

	gmtime_r(&(time_t){ ns / 1000000000 }, &date);
	text_date(t, &date);
	text_char(t, 'T');
	text_clock(t, &date);
	text_char(t, '.');
	text_nanoseconds(t, ns % 1000000000);
	text_char(t, 'Z');
}

static void put_address(struct text *t, const struct flow_entry *e, unsigned end)
{
	const uint8_t *addr = (const uint8_t *)e->key.addr[end];

	if (e->key.ip_version == 4)
		text_ipv4(t, addr);
	else
		text_ipv6(t, addr);
}

/* From the right of the header on, as RFC 9293 has them. */
static void put_flags(struct text *t, uint16_t flags)
{
	for (unsigned i = 0; i < 9; i++)
		if (flags & 1u << i)
			text_char(t, "FSRPAUECN"[i]);
}

static void put_protocol(struct text *t, uint8_t proto)
{
	const char *name = names_protocol(proto);

	if (name)
		text_str(t, name);
	else
		text_u64(t, proto);
}

/* Fragments have none that are known. */
static bool knows_ports(const struct flow_entry *e)
{
	return has_ports(e->key.ip_proto) && (e->key.port[0] || e->key.port[1]);
}

static void put_end(struct text *t, const struct flow_entry *e, unsigned end)
{
	const bool brackets = e->key.ip_version == 6 && knows_ports(e);

	if (brackets)
		text_char(t, '[');
	put_address(t, e, end);
	if (brackets)
		text_char(t, ']');
	if (!knows_ports(e))
		return;
	text_char(t, ':');
	text_u64(t, e->key.port[end]);
}

static void put_way(struct text *t, const struct flow_entry *e, unsigned way)
{
	text_u64(t, e->flow.packets[way]);
	text_str(t, e->flow.packets[way] == 1 ? " packet, " : " packets, ");
	text_u64(t, e->flow.bytes[way]);
	text_str(t, " bytes");
	if (!e->flow.tcp_flags[way])
		return;
	text_str(t, " [");
	put_flags(t, e->flow.tcp_flags[way]);
	text_char(t, ']');
}

static void put_text(struct text *t, const struct flow_entry *e, const char *iface)
{
	const unsigned way = e->flow.first_way & 1;
	const uint64_t ns = e->flow.last_ns - e->flow.first_ns;

	put_time(t, e->flow.first_ns);
	text_char(t, ' ');
	text_u64(t, ns / 1000000000);
	text_char(t, '.');
	text_nanoseconds(t, ns % 1000000000);
	text_str(t, " s ");
	if (iface) {
		text_escaped(t, iface, strlen(iface));
		text_char(t, ' ');
	}
	put_protocol(t, e->key.ip_proto);
	text_char(t, ' ');
	put_end(t, e, way);
	text_str(t, " -> ");
	put_end(t, e, !way);
	text_str(t, ": ");
	put_way(t, e, way);
	text_str(t, "; back ");
	put_way(t, e, !way);
}

/* A field of JSON, or of CSV, where names are in the first line. What is a string is in quotes. */
struct row {
	struct text *t;
	bool json, first;
};

static void begin_field(struct row *r, const char *name)
{
	if (!r->first)
		text_char(r->t, ',');
	r->first = false;
	if (!r->json)
		return;
	text_char(r->t, '"');
	text_str(r->t, name);
	text_str(r->t, "\":");
}

static void put_number(struct row *r, const char *name, uint64_t v)
{
	begin_field(r, name);
	text_u64(r->t, v);
}

static void put_nothing(struct row *r, const char *name)
{
	begin_field(r, name);
	text_str(r->t, r->json ? "null" : "");
}

/* Opens, or closes, a string that needs no escapes. */
static void quote(struct row *r)
{
	if (r->json)
		text_char(r->t, '"');
}

static const char *const columns[] = {
	"first", "last", "interface", "protocol", "src", "srcport", "dst", "dstport", "packets", "bytes", "tcp_flags",
	"packets_back", "bytes_back", "tcp_flags_back",
};

static void put_name(struct row *r, const char *iface)
{
	if (!iface) {
		put_nothing(r, columns[2]);
		return;
	}
	begin_field(r, columns[2]);
	text_char(r->t, '"');
	if (r->json)
		text_json(r->t, iface, strlen(iface));
	else
		text_csv(r->t, iface, strlen(iface));
	text_char(r->t, '"');
}

static void put_row_time(struct row *r, const char *name, uint64_t ns)
{
	begin_field(r, name);
	quote(r);
	put_time(r->t, ns);
	quote(r);
}

static void put_row_end(struct row *r, const struct flow_entry *e, const char *const names[2],
			unsigned end)
{
	begin_field(r, names[0]);
	quote(r);
	put_address(r->t, e, end);
	quote(r);
	if (knows_ports(e))
		put_number(r, names[1], e->key.port[end]);
	else
		put_nothing(r, names[1]);
}

static void put_row_way(struct row *r, const struct flow_entry *e, const char *const names[3],
			unsigned way)
{
	put_number(r, names[0], e->flow.packets[way]);
	put_number(r, names[1], e->flow.bytes[way]);
	begin_field(r, names[2]);
	quote(r);
	put_flags(r->t, e->flow.tcp_flags[way]);
	quote(r);
}

static void put_row(struct text *t, const struct flow_entry *e, const char *iface, bool json)
{
	const unsigned way = e->flow.first_way & 1;
	struct row r = { t, json, true };

	if (json)
		text_char(t, '{');
	put_row_time(&r, columns[0], e->flow.first_ns);
	put_row_time(&r, columns[1], e->flow.last_ns);
	put_name(&r, iface);
	begin_field(&r, columns[3]);
	quote(&r);
	put_protocol(t, e->key.ip_proto);
	quote(&r);
	put_row_end(&r, e, columns + 4, way);
	put_row_end(&r, e, columns + 6, !way);
	put_row_way(&r, e, columns + 8, way);
	put_row_way(&r, e, columns + 11, !way);
	if (json)
		text_char(t, '}');
}

static uint64_t bytes_of(const struct flow_entry *e)
{
	return e->flow.bytes[0] + e->flow.bytes[1];
}

/* Most bytes first; else in an order that is always the same. */
static int compare(const void *a, const void *b)
{
	const struct flow_entry *x = a, *y = b;

	if (bytes_of(x) != bytes_of(y))
		return bytes_of(x) > bytes_of(y) ? -1 : 1;
	if (x->flow.first_ns != y->flow.first_ns)
		return x->flow.first_ns < y->flow.first_ns ? -1 : 1;
	return memcmp(&x->key, &y->key, sizeof(x->key));
}

/* They are brought to the front, as they stand: nothing is looked for until it is cleared. */
static void sort(struct flow_table *t)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < t->room; i++)
		if (t->places[i].key.ip_version)
			t->places[n++] = t->places[i];
	memset(t->places + n, 0, (t->room - n) * sizeof(*t->places));
	qsort(t->places, n, sizeof(*t->places), compare);
}

void flow_table_print(struct flow_table *t, const struct flow_lines *how, FILE *out)
{
	char line[LINE_MAX_BYTES];

	if (how->format == FORMAT_CSV && how->header)
		for (size_t i = 0; i < array_size(columns); i++)
			fprintf(out, "%s%s", columns[i], i + 1 < array_size(columns) ? "," : "\n");
	sort(t);
	for (uint32_t i = 0; i < t->count; i++) {
		struct text text = text_in(line, sizeof(line) - 1);
		const char *iface = how->iface(how->ctx, t->places[i].key.iface);

		if (how->format == FORMAT_JSON || how->format == FORMAT_CSV)
			put_row(&text, &t->places[i], iface, how->format == FORMAT_JSON);
		else
			put_text(&text, &t->places[i], iface);
		line[text.len] = '\n';
		fwrite(line, 1, text.len + 1, out);
	}
}

void flow_table_clear(struct flow_table *t)
{
	memset(t->places, 0, t->room * sizeof(*t->places));
	t->count = 0;
	t->packets = 0;
	t->rest = (struct flow_rest){ 0, 0 };
}

struct flow_table *flow_table_close(struct flow_table *t)
{
	if (!t)
		return NULL;
	free(t->places);
	free(t);
	return NULL;
}
