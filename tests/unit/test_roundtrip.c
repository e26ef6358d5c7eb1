// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What the writer puts into a file, the reader finds there: packets of every size and kind,
 * interfaces, statistics.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "capture/packet/packet.h"
#include "capture/packet/pcapng_codes.h"
#include "capture/packet/pcapng_options.h"
#include "capture/read/capfile.h"
#include "capture/write/writer.h"

#include "tests/unit/out_file.h"
#include "tests/unit/unit.h"

enum { N_IFACES = 3, N_PACKETS = 3000, LEN_MAX = 70000 };

static char dir[64], path[80];
static uint8_t data[LEN_MAX];

/* Numbers without a pattern, the same on every run. */
static uint64_t noise(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
	return *seed >> 24;
}

static struct iface iface(uint32_t id, uint32_t snaplen)
{
	static const char *const names[] = { "v0", "eth\xc3\xa9", "" };

	return (struct iface){
		.id = id,
		.linktype = LINKTYPE_ETHERNET,
		.snaplen = snaplen,
		.name = (char *)names[id],
		.has_mac = id == 1,
		.mac = { 2, 0, 0, 0, 0, id },
		.speed_bps = id * 10000000000ull,
		.os = (char *)(id ? "Linux" : NULL),
		.hardware = (char *)"veth",
		.comment = (char *)(id ? NULL : "a=b"),
		.filter = (char *)(id ? "host a-b or udp port 53" : NULL),
	};
}

static struct packet packet(uint64_t *seed, const struct iface *ifaces)
{
	uint64_t kind = noise(seed);
	uint32_t len = kind % 100 == 0 ? noise(seed) % LEN_MAX : noise(seed) % 200;

	return (struct packet){
		.ts_ns = kind & 0x100 ? noise(seed) << 20 : 0,
		.has = (kind & 15) | (kind & 0x200 ? PACKET_VERDICT : 0) | (kind & 0x800 ? PACKET_HASH : 0) |
		       (kind & 0x1000 ? PACKET_PROCESS : 0),
		.pid = noise(seed),
		.tid = noise(seed),
		.verdict = { kind & 0x400 ? VERDICT_XDP : VERDICT_TC, noise(seed) << 32 | kind },
		.hash = { kind & 0x400 ? EPB_HASH_TOEPLITZ : EPB_HASH_XOR, 4, { kind, noise(seed), 1, 2 } },
		.caplen = len,
		.len = len + (kind & 16),
		.flags = noise(seed),
		.queue = noise(seed),
		.id = noise(seed) << 30,
		.dropped = kind & 32 ? noise(seed) : 0,
		.data = data + noise(seed) % (LEN_MAX - len + 1),
		.iface = &ifaces[noise(seed) % N_IFACES],
	};
}

static bool stats(void *ctx, uint32_t id, struct iface_stats *s)
{
	uint64_t seed = id;

	(void)ctx;
	if (id == 2)
		return false;
	*s = (struct iface_stats){ .ts_ns = noise(&seed),
				   .has = id ? (1 << N_STATS) - 1 : 1 << STAT_OS_DROP };
	snprintf(s->comment, sizeof(s->comment), "ring_full=%u", id);
	for (int i = 0; i < N_STATS; i++)
		s->value[i] = s->has >> i & 1 ? noise(&seed) << 10 : 0;
	return true;
}

static void write_all(const struct iface *ifaces, uint32_t snaplen)
{
	struct writer *w = NULL;
	uint64_t seed = 1;

	assert_int_equal(writer_open(&w, FORMAT_PCAPNG, NULL, path, -1), 0);
	assert_int_equal(writer_begin(w, &(struct origin){ .hardware = "x86_64", .os = "Linux" }),
			 0);
	for (unsigned i = 0; i < N_IFACES; i++)
		assert_int_equal(writer_iface(w, &ifaces[i], snaplen), 0);
	for (unsigned i = 0; i < N_PACKETS; i++) {
		struct packet p = packet(&seed, ifaces);

		assert_int_equal(writer_packet(w, &p), 0);
	}
	assert_int_equal(writer_finish(w, stats, NULL), 0);
	assert_int_equal(writer_lost_all(w), 0);
	writer_close(w);
}

static void same_packet(unsigned n, const struct packet *got, const struct packet *want,
			uint32_t snaplen)
{
	uint32_t caplen = snaplen && want->caplen > snaplen ? snaplen : want->caplen;
	struct packet_hash hash = { 0 };

	if (got->iface->id != want->iface->id || got->caplen != caplen || got->len != want->len)
		fail_msg("packet %u: interface %u, %u of %u bytes", n, got->iface->id, got->caplen,
			 got->len);
	if (memcmp(got->data, want->data, caplen))
		fail_msg("packet %u: other bytes", n);
	if (got->has != (want->has & ~PACKET_HASH) ||
	    (want->has & PACKET_TIME && got->ts_ns != want->ts_ns))
		fail_msg("packet %u: has %#x, time %zu", n, got->has, (size_t)got->ts_ns);
	if (got->dropped != want->dropped ||
	    (want->has & PACKET_FLAGS && got->flags != want->flags) ||
	    (want->has & PACKET_QUEUE && got->queue != want->queue) ||
	    (want->has & PACKET_ID && got->id != want->id) ||
	    (want->has & PACKET_PROCESS && (got->pid != want->pid || got->tid != want->tid)) ||
	    (want->has & PACKET_VERDICT && (got->verdict.type != want->verdict.type ||
					    got->verdict.action != want->verdict.action)))
		fail_msg("packet %u: other options", n);
	/* which is carried */
	if (pcapng_options_hash(got, &hash) != !!(want->has & PACKET_HASH) ||
	    (want->has & PACKET_HASH && memcmp(&hash, &want->hash, sizeof(hash))))
		fail_msg("packet %u: another hash", n);
}

static void same_string(const char *got, const char *want)
{
	if (want && *want)
		assert_string_equal(got, want);
	else
		assert_null(got);
}

static void same_interface(const struct iface *got, const struct iface *want, uint32_t snaplen)
{
	same_string(got->name, want->name);
	same_string(got->os, want->os);
	same_string(got->hardware, want->hardware);
	same_string(got->comment, want->comment);
	same_string(got->filter, want->filter);
	assert_int_equal(got->linktype, want->linktype);
	assert_int_equal(got->snaplen, snaplen);
	assert_int_equal(got->has_mac, want->has_mac);
	if (want->has_mac)
		assert_memory_equal(got->mac, want->mac, 6);
	assert_true(got->speed_bps == want->speed_bps);
}

static void no_warning(void *ctx, const char *sentence)
{
	(void)ctx;
	fail_msg("warned: %s", sentence);
}

static const struct snap_case {
	const char *name;
	uint32_t snaplen;	/* 0: no limit */
} snaps[] = {
	{ "whole_frames_come_back_equal", 0 },
	{ "frames_cut_to_96_bytes_come_back_equal", 96 },
	{ "frames_cut_to_1_byte_come_back_equal", 1 },
	{ "frames_cut_to_262144_bytes_come_back_equal", 262144 },
};

static void comes_back_equal(void **state)
{
	const struct snap_case *c = *state;
	struct iface ifaces[N_IFACES] = { iface(0, c->snaplen), iface(1, c->snaplen),
					  iface(2, c->snaplen) };
	struct capfile *r = NULL;
	struct packet got;
	uint64_t seed = 1;
	FILE *f;

	write_all(ifaces, c->snaplen);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_int_equal(capfile_open(&r, f, no_warning, NULL), 0);
	for (unsigned i = 0; i < N_PACKETS; i++) {
		struct packet want = packet(&seed, ifaces);

		assert_int_equal(capfile_next(r, &got), 1);
		same_packet(i, &got, &want, c->snaplen);
	}
	assert_int_equal(capfile_next(r, &got), 0);
	for (unsigned i = 0; i < N_IFACES; i++) {
		const struct iface_stats *s = capfile_stats(r, i);
		struct iface_stats want;

		same_interface(capfile_iface(r, i), &ifaces[i], c->snaplen);
		assert_int_equal(!!s, stats(NULL, i, &want));
		if (!s)
			continue;
		assert_memory_equal(s->value, want.value, sizeof(want.value));
		assert_true(s->ts_ns == want.ts_ns && s->has == want.has);
		assert_string_equal(s->comment, want.comment);
	}
	assert_string_equal(capfile_section(r, SHB_OS), "Linux");
	assert_null(capfile_section(r, SHB_USERAPPL));
	capfile_close(r);
	fclose(f);
}

static int prepare(void **state)
{
	uint64_t seed = 7;

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = noise(&seed);
	return make_dir(state);
}

int main(void)
{
	struct CMUnitTest tests[sizeof(snaps) / sizeof(snaps[0])];
	size_t n = 0;

	unit_of_table(snaps, comes_back_equal, tests, n);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return _cmocka_run_group_tests("roundtrip", tests, n, prepare, remove_dir);
}
