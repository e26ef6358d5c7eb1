// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Packets in memory, against a list that has no end; and how far back is asked for. */
#include "capture/write/packet_memory.h"
#include "capture/write/reach.h"

#include "tests/unit/written.h"

#define P(n)	{ REACH_PACKETS, n }
#define B(n)	{ REACH_BYTES, n }
#define MS(n)	{ REACH_TIME, (n) * UINT64_C(1000000) }

/* ---- reach ---- */

static void reach_is_packets_bytes_or_time(void **state)
{
	static const struct { const char *words; bool good; struct reach r; } words[] = {
		{ "100p", true, P(100) }, { "0p", true, P(0) },
		{ "10s", true, MS(10000) }, { "250ms", true, MS(250) }, { "1h", true, MS(3600000) },
		{ "4m", true, B(4 << 20) }, { "1k", true, B(1024) }, { "2G", true, B(2ull << 30) },
		{ "10", false, P(0) }, { "", false, P(0) }, { "p", false, P(0) },
		{ "-1p", false, P(0) },
		{ "0s", false, P(0) }, { "1x", false, P(0) }, { "1.5p", false, P(0) },
		{ "10 s", false, P(0) },
		{ "99999999999999999999p", false, P(0) },
	};
	struct reach r;

	(void)state;
	for (size_t i = 0; i < array_size(words); i++) {
		bool good = reach_parse(words[i].words, &r);

		if (good != words[i].good ||
		    (good && (r.unit != words[i].r.unit || r.n != words[i].r.n)))
			fail_msg("'%s' is %d, %d %zu", words[i].words, good, (int)r.unit,
				 (size_t)r.n);
	}
}

/* ---- memory ---- */

static void check_same(const struct packet *a, const struct packet *b)
{
	assert_int_equal(a->ts_ns, b->ts_ns);
	assert_int_equal(a->dropped, b->dropped);
	assert_int_equal(a->id, b->id);
	assert_int_equal(a->caplen, b->caplen);
	assert_int_equal(a->len, b->len);
	assert_int_equal(a->flags, b->flags);
	assert_int_equal(a->queue, b->queue);
	assert_ptr_equal(a->iface, b->iface);
	assert_int_equal(a->has, b->has);
	assert_memory_equal(&a->verdict, &b->verdict, sizeof(a->verdict));
	assert_memory_equal(&a->hash, &b->hash, sizeof(a->hash));
	assert_int_equal(a->pid, b->pid);
	assert_int_equal(a->tid, b->tid);
	assert_int_equal(a->options.len, b->options.len);
	assert_memory_equal(a->options.bytes, b->options.bytes, b->options.len);
	assert_memory_equal(a->data, b->data, b->caplen);
}

static void all_of_a_packet_is_kept(void **state)
{
	uint8_t options[] = { 1, 0, 3, 0, 'a', 'b', 'c', 0 };
	struct packet p = written_packet(1, 7, 61, 1), out;
	struct packet_memory *m;

	(void)state;
	p.has = PACKET_TIME | PACKET_FLAGS | PACKET_QUEUE | PACKET_ID | PACKET_VERDICT |
		PACKET_HASH | PACKET_PROCESS;
	p.dropped = 3;
	p.id = 1ull << 63;
	p.len = 1514;
	p.flags = 5;
	p.queue = 6;
	p.verdict = (struct verdict){ VERDICT_XDP, 1 };
	p.hash = (struct packet_hash){ 2, 4, { 1, 2, 3, 4 } };
	p.pid = 10;
	p.tid = 11;
	p.process = "ping";
	p.options = (struct raw_options){ options, sizeof(options) };
	assert_int_equal(packet_memory_open(&m, PACKET_MEMORY_MIN), 0);
	assert_false(packet_memory_oldest(m, &out));
	assert_true(packet_memory_put(m, &p));
	assert_true(packet_memory_oldest(m, &out));
	check_same(&out, &p);
	assert_string_equal(out.process, "ping");
	packet_memory_drop(m);
	assert_int_equal(packet_memory_count(m), 0);
	packet_memory_close(m);
}

/* Against a list that has no end; any pattern of sizes, up to more than there is room for. */
static void it_is_a_ring(void **state)
{
	static uint8_t data[PACKET_MEMORY_MIN];
	static struct { uint32_t number, caplen; } list[100000];
	uint32_t first = 0, last = 0, n_full = 0, seed = 1;
	struct packet_memory *m;
	struct packet p;

	(void)state;
	assert_int_equal(packet_memory_open(&m, PACKET_MEMORY_MIN), 0);
	while (last < array_size(list)) {
		const uint32_t sizes[] = { 4, 60, 1514, 65535, 5, 300000, 4, 7 };

		seed = seed * 1103515245 + 12345;
		list[last].number = last;
		list[last].caplen = sizes[seed >> 16 & 7];
		memcpy(data, &last, sizeof(last));
		p = (struct packet){ .data = data,
				     .caplen = list[last].caplen,
				     .iface = &written_ifaces[0] };
		while (!packet_memory_put(m, &p)) {
			n_full++;
			assert_true(first < last);
			assert_true(packet_memory_oldest(m, &p));
			assert_memory_equal(p.data, &list[first].number, sizeof(uint32_t));
			assert_int_equal(p.caplen, list[first].caplen);
			packet_memory_drop(m);
			first++;
			p = (struct packet){ .data = data,
					     .caplen = list[last].caplen,
					     .iface = &written_ifaces[0] };
		}
		last++;
		assert_int_equal(packet_memory_count(m), last - first);
		if (seed >> 20 & 1)
			continue;
		packet_memory_drop(m);
		first++;
	}
	assert_true(n_full > 1000);
	p = (struct packet){ .data = data, .caplen = sizeof(data) };
	while (packet_memory_count(m))
		packet_memory_drop(m);
	assert_false(packet_memory_put(m, &p));
	packet_memory_close(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reach_is_packets_bytes_or_time),
		cmocka_unit_test(all_of_a_packet_is_kept),
		cmocka_unit_test(it_is_a_ring),
	};

	return unit_run("packet_memory", tests, array_size(tests));
}
