// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Which images belong together, and which are alone; that what waits is bounded. */
#include <stdio.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/packet/packet.h"
#include "capture/report/pairs.h"

#include "tests/unit/unit.h"

enum { N_IFACES = 8 };

struct world {
	struct iface ifaces[N_IFACES];
	unsigned n_ifaces;
	char alone[256];	/* "entry 1, exit 2" */
	uint64_t n_alone;
};

static const struct iface *iface(void *ctx, uint32_t id)
{
	struct world *w = ctx;

	return id < w->n_ifaces ? &w->ifaces[id] : NULL;
}

static void alone(void *ctx, enum pairs_alone why, const struct packet *p)
{
	static const char *const words[] = {
		[PAIRS_ENTRY] = "entry", [PAIRS_EXIT] = "exit", [PAIRS_NO_ID] = "no id"
	};
	struct world *w = ctx;
	size_t len = strlen(w->alone);

	snprintf(w->alone + len, sizeof(w->alone) - len, "%s%s %u", len ? ", " : "", words[why],
		 p->data[0]);
	w->n_alone++;
	assert_int_equal(p->iface->linktype, LINKTYPE_ETHERNET);
}

/* "name;description" of each interface, between commas. */
static void describe(struct world *w, const char *ifaces)
{
	static char names[N_IFACES][64];

	*w = (struct world){ .n_ifaces = 0 };
	while (*ifaces) {
		char *name = names[w->n_ifaces], *colon;
		struct iface *i = &w->ifaces[w->n_ifaces];
		size_t n = strcspn(ifaces, ",");

		snprintf(name, sizeof(names[0]), "%.*s", (int)n, ifaces);
		ifaces += n + (ifaces[n] == ',');
		*i = (struct iface){ .id = w->n_ifaces++, .linktype = LINKTYPE_ETHERNET };
		colon = strchr(name, ';');
		if (colon) {
			*colon = '\0';
			i->description = colon + 1;
		}
		i->name = *name ? name : NULL;
	}
}

/*
 * Images: the number of the interface, the id (or - for none), V if it has a verdict, x if it does
 * not match; its bytes are its number in the row, from 1.
 */
static const struct pairs_case {
	const char *name, *ifaces, *images, *pairs, *alone;
} cases[] = {
	{ "entry_and_exit", "eth0,eth0;after lb", "0:1 1:1V", "1-2", "" },
	{ "an_exit_without_a_verdict", "eth0,eth0;after lb", "0:1 1:1", "1-2", "" },
	{ "many_wait", "eth0,eth0;after lb", "0:1 0:2 0:3 1:3V 1:1V 1:2V", "3-4 1-5 2-6", "" },
	{ "as_xdp_tools_has_it", "eth0:f()@fentry,eth0:f()@fexit", "0:1 1:1V", "1-2", "" },
	{ "an_exit_of_xdp_tools_without_a_verdict", "eth0:f()@fentry,eth0:f()@fexit", "0:1 1:1",
	  "1-2", "" },
	{ "programs_of_a_chain_share_ids", "e:a()@fentry,e:a()@fexit,e:b()@fentry,e:b()@fexit",
	  "0:1 2:1 3:1V 1:1V", "2-3 1-4", "" },
	{ "the_verdict_alone_tells", "eth0", "0:1 0:1V", "1-2", "" },
	{ "interfaces_without_names", ",;after lb", "0:1 1:1V", "1-2", "" },
	{ "an_exit_that_is_described_first", "eth0;after lb,eth0", "1:1 0:1V", "1-2", "" },
	{ "two_interfaces", "eth0,eth1,eth0;after lb,eth1;after fw", "0:1 1:1 3:1V 2:1V", "2-3 1-4",
	  "" },
	{ "two_files", "eth0,eth0;after lb,eth0,eth0;after lb", "0:1 2:1 3:1V 1:1V", "2-3 1-4",
	  "" },
	{ "other_descriptions", "eth0,eth0;uplink after noon", "0:1 1:1V", "", "entry 1, exit 2" },
	{ "names_that_begin_alike", "eth0,eth01;after lb", "0:1 1:1V", "", "exit 2, entry 1" },
	{ "the_same_id_again", "eth0,eth0;after lb", "0:1 0:1 1:1V 1:1V", "1-3 2-4", "" },
	{ "no_exit", "eth0,eth0;after lb", "0:1 0:2 1:2V", "2-3", "entry 1" },
	{ "no_entry", "eth0,eth0;after lb", "1:1V 0:2 1:2V", "2-3", "exit 1" },
	{ "the_exit_comes_first", "eth0,eth0;after lb", "1:1V 0:1", "", "exit 1, entry 2" },
	{ "a_verdict_on_an_interface_of_entries", "eth0,eth0;after lb", "0:1V", "", "exit 1" },
	{ "entries_with_verdicts_and_exits", "eth0,eth0;after lb", "0:1V 1:1V", "1-2", "" },
	{ "no_id", "eth0,eth0;after lb", "0:- 1:-V", "", "no id 1, no id 2" },
	{ "an_exit_that_does_not_match", "eth0,eth0;after lb", "0:1 1:1Vx", "1-2", "" },
	{ "an_entry_that_does_not_match", "eth0,eth0;after lb", "0:1x 1:1Vx", "", "" },
	{ "no_id_that_does_not_match", "eth0", "0:-x", "", "" },
	{ "ids_of_64_bits", "eth0,eth0;after lb",
	  "0:18446744073709551615 0:4294967295 1:18446744073709551615V", "1-3", "entry 2" },
};

static void they_belong_together(void **state)
{
	const struct pairs_case *c = *state;
	struct world w;
	struct pairs *s = NULL;
	char found[128] = "";
	uint8_t byte = 0;

	describe(&w, c->ifaces);
	assert_int_equal(pairs_open(&s, &(struct pairs_hooks){ .iface = iface, .alone = alone, .ctx = &w }), 0);
	for (const char *at = c->images; *at; at += strspn(at, " ")) {
		struct packet entry, p = { .data = &byte, .caplen = 1, .len = 1 };
		char *rest;
		int got;

		byte++;
		p.iface = &w.ifaces[strtoul(at, &rest, 10)];
		at = rest + 1;
		if (*at == '-') {
			at++;
		} else {
			p.id = strtoull(at, &rest, 10);
			p.has |= PACKET_ID;
			at = rest;
		}
		if (*at == 'V') {
			p.has |= PACKET_VERDICT;
			p.verdict = (struct verdict){ VERDICT_XDP, 2 };
			at++;
		}
		got = pairs_packet(s, &p, *at != 'x', &entry);
		at += *at == 'x';
		assert_true(got >= 0);
		if (got) {
			size_t len = strlen(found);

			snprintf(found + len, sizeof(found) - len, "%s%u-%u", len ? " " : "",
				 entry.data[0], byte);
			assert_int_equal(entry.iface->linktype, LINKTYPE_ETHERNET);
			assert_true(entry.id == p.id);
		}
	}
	pairs_end(s);
	assert_string_equal(found, c->pairs);
	assert_string_equal(w.alone, c->alone);
	pairs_close(s);
}

static int add(struct pairs *s, const struct iface *i, uint64_t id, const uint8_t *data, uint32_t n)
{
	struct packet entry, p = {
		.data = data, .caplen = n, .len = n, .iface = i, .id = id, .has = PACKET_ID,
	};
	int got = pairs_packet(s, &p, true, &entry);

	assert_true(got >= 0);
	return got;
}

/* An exit comes just in time, and one entry later it is too late. */
static void the_window_has_an_end(void **state is_unused)
{
	static const uint8_t data[1];

	for (unsigned late = 0; late < 2; late++) {
		struct world w;
		struct pairs *s = NULL;

		describe(&w, "eth0,eth0;after lb");
		assert_int_equal(pairs_open(&s, &(struct pairs_hooks){ .iface = iface, .ctx = &w }),
				 0);
		for (uint64_t id = 1; id <= PAIRS_WINDOW + late; id++)
			assert_int_equal(add(s, &w.ifaces[0], id, data, 1), 0);
		assert_int_equal(pairs_totals(s)->crowded, late);
		assert_int_equal(add(s, &w.ifaces[1], 1, data, 1), !late);
		assert_int_equal(add(s, &w.ifaces[1], 2, data, 1), 1);
		pairs_end(s);
		assert_int_equal(pairs_totals(s)->pairs, 2 - late);
		assert_int_equal(pairs_totals(s)->alone[PAIRS_EXIT], late);
		assert_int_equal(pairs_totals(s)->alone[PAIRS_ENTRY], PAIRS_WINDOW - 2 + 2 * late);
		pairs_close(s);
	}
}

static void bytes_that_wait_have_an_end(void **state is_unused)
{
	enum { LEN = 1 << 20, FIT = PAIRS_BYTES / LEN };
	uint8_t *data = calloc(1, LEN);
	struct pairs *s = NULL;
	struct world w;

	describe(&w, "eth0,eth0;after lb");
	assert_int_equal(pairs_open(&s, &(struct pairs_hooks){ .iface = iface, .ctx = &w }), 0);
	for (uint64_t id = 1; id <= FIT; id++)
		assert_int_equal(add(s, &w.ifaces[0], id, data, LEN), 0);
	assert_int_equal(pairs_totals(s)->crowded, 0);
	assert_int_equal(add(s, &w.ifaces[1], 2, data, LEN), 1);
	/* in the place of that one */
	assert_int_equal(add(s, &w.ifaces[0], FIT + 1, data, LEN), 0);
	assert_int_equal(pairs_totals(s)->crowded, 0);
	assert_int_equal(add(s, &w.ifaces[0], FIT + 2, data, 1), 0);
	assert_int_equal(pairs_totals(s)->crowded, 1);
	assert_int_equal(add(s, &w.ifaces[1], 1, data, LEN), 0);
	assert_int_equal(add(s, &w.ifaces[1], 3, data, LEN), 1);
	pairs_close(s);
	free(data);
}

/* Entries that nobody waits for any more make room, however many come. */
static void any_number_of_pairs_is_found(void **state is_unused)
{
	static const uint8_t data[64];
	struct pairs *s = NULL;
	struct world w;

	describe(&w, "eth0,eth0;after lb");
	assert_int_equal(pairs_open(&s, &(struct pairs_hooks){ .iface = iface, .ctx = &w }), 0);
	for (uint64_t id = 0; id < 5 * PAIRS_WINDOW; id++) {
		assert_int_equal(add(s, &w.ifaces[0], id, data, 64), 0);
		if (id >= 1000)
			assert_int_equal(add(s, &w.ifaces[1], id - 1000, data, 64), 1);
	}
	assert_int_equal(pairs_totals(s)->crowded, 0);
	assert_int_equal(pairs_totals(s)->pairs, 5 * PAIRS_WINDOW - 1000);
	pairs_close(s);
}

/* With a filter an exit may have an entry that is not wanted. */
static void of_some_entries_exits_are_not_missed(void **state is_unused)
{
	static const uint8_t data[1];
	struct pairs *s = NULL;
	struct world w;

	describe(&w, "eth0,eth0;after lb");
	assert_int_equal(pairs_open(&s, &(struct pairs_hooks){ .iface = iface, .alone = alone,
							       .ctx = &w, .some = true }), 0);
	assert_int_equal(add(s, &w.ifaces[1], 1, data, 1), 0);
	assert_int_equal(add(s, &w.ifaces[0], 2, data, 1), 0);
	pairs_end(s);
	assert_int_equal(pairs_totals(s)->alone[PAIRS_EXIT], 0);
	assert_int_equal(pairs_totals(s)->alone[PAIRS_ENTRY], 1);
	assert_int_equal(w.n_alone, 1);
	pairs_close(s);
}

/* The bytes, options and interface of a packet are its source's: what waits has its own. */
static void an_entry_that_waits_needs_nothing_of_its_source(void **state is_unused)
{
	uint8_t data[] = "entry";
	struct packet entry = { 0 }, p = { .data = data, .caplen = 5, .len = 5, .id = 1, .has = PACKET_ID };
	struct pairs *s = NULL;
	struct iface own;
	struct world w;

	describe(&w, "eth0,eth0;after lb");
	assert_int_equal(pairs_open(&s, &(struct pairs_hooks){ .iface = iface, .alone = alone, .ctx = &w }), 0);
	own = w.ifaces[0];
	p.iface = &own;
	p.options = (struct raw_options){ .bytes = data, .len = 4 };
	assert_int_equal(pairs_packet(s, &p, true, &entry), 0);
	strcpy((char *)data, "gone!");
	own = (struct iface){ .id = 5, .linktype = LINKTYPE_RAW };
	p.iface = &w.ifaces[1];
	assert_int_equal(pairs_packet(s, &p, true, &entry), 1);
	assert_memory_equal(entry.data, "entry", 5);
	assert_int_equal(entry.options.len, 0);
	assert_string_equal(entry.iface->name, "eth0");
	assert_int_equal(entry.iface->linktype, LINKTYPE_ETHERNET);
	assert_int_equal(entry.iface->id, 0);
	pairs_end(s);
	pairs_close(s);
}

enum { NEAR = 256, CROWD = 2 * NEAR + 8 };	/* as in pairs.c */

static struct iface crowd[CROWD];

static const struct iface *iface_of_crowd(void *ctx is_unused, uint32_t id)
{
	return id < CROWD ? &crowd[id] : NULL;
}

/* Among thousands of interfaces the other one is looked for on either side, not everywhere. */
static void the_other_interface_is_looked_for_nearby(void **state is_unused)
{
	enum { MIDDLE = NEAR + 4 };
	static const struct { uint32_t entry; int is_found; } rows[] = {
		{ MIDDLE - 1, 1 }, { MIDDLE - NEAR, 1 }, { MIDDLE - NEAR - 1, 0 },
		{ MIDDLE + 1, 1 }, { MIDDLE + NEAR, 1 }, { MIDDLE + NEAR + 1, 0 },
	};
	static const uint8_t data[1];

	for (size_t i = 0; i < array_size(rows); i++) {
		struct world w = { .n_ifaces = 0 };
		struct pairs *s = NULL;

		for (uint32_t id = 0; id < CROWD; id++)
			crowd[id] = (struct iface){ .id = id,
						    .linktype = LINKTYPE_ETHERNET,
						    .name = (char *)"other" };
		crowd[MIDDLE].name = crowd[rows[i].entry].name = (char *)"eth0";
		crowd[MIDDLE].description = (char *)"after lb";
		assert_int_equal(pairs_open(&s, &(struct pairs_hooks){ .iface = iface_of_crowd,
								       .alone = alone,
								       .ctx = &w }), 0);
		assert_int_equal(add(s, &crowd[rows[i].entry], 1, data, 1), 0);
		assert_int_equal(add(s, &crowd[MIDDLE], 1, data, 1), rows[i].is_found);
		pairs_end(s);
		pairs_close(s);
	}
}

int main(void)
{
	struct CMUnitTest tests[64] = {
		cmocka_unit_test(the_window_has_an_end),
		cmocka_unit_test(bytes_that_wait_have_an_end),
		cmocka_unit_test(any_number_of_pairs_is_found),
		cmocka_unit_test(of_some_entries_exits_are_not_missed),
		cmocka_unit_test(an_entry_that_waits_needs_nothing_of_its_source),
		cmocka_unit_test(the_other_interface_is_looked_for_nearby),
	};
	size_t n = 6;

	unit_of_table(cases, they_belong_together, tests, n);
	return unit_run("pairs", tests, n);
}
