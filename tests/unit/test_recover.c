// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Damaged files and what can be saved: a sound file reads as without recovery; each block or record
 * damaged in turn takes no other packet with it, whatever was done to it; and what a packet holds
 * is not taken for packets of the file.
 */
#include <stdio.h>
#include <string.h>

#include "tests/unit/image.h"

enum { PACKETS_MAX = 512 };

/* What makes a packet the same. */
struct saved {
	uint64_t ts_ns;
	uint32_t len, caplen, sum;
};

static struct reading {
	struct saved packets[PACKETS_MAX];
	unsigned n;
	int err;
	struct recovery recovery;
	char error[256];
} sound, damaged, plain;

static unsigned n_said;
static char said[600];

static void note(void *ctx, const char *sentence)
{
	(void)ctx;
	n_said++;
	snprintf(said, sizeof(said), "%s", sentence);
}

static void read_all(struct reading *to, const void *bytes, size_t n, bool recover)
{
	const struct capfile_hooks hooks = { .warn = note, .recover = recover, .buffer = 4096 };
	struct capfile *r = NULL;
	struct packet p;
	FILE *f = n ? fmemopen((void *)bytes, n, "r") : fopen("/dev/null", "r");

	n_said = 0;
	to->n = 0;
	to->err = capfile_open_with(&r, f, &hooks);
	while (!to->err && (to->err = capfile_next(r, &p)) > 0) {
		struct saved *s;

		to->err = 0;
		if (to->n++ >= PACKETS_MAX)
			continue;
		s = &to->packets[to->n - 1];
		*s = (struct saved){ .ts_ns = p.ts_ns, .len = p.len, .caplen = p.caplen };
		for (uint32_t i = 0; i < p.caplen; i++)
			s->sum = s->sum * 31 + p.data[i];
	}
	to->recovery = capfile_recovery(r);
	snprintf(to->error, sizeof(to->error), "%s", capfile_error(r));
	capfile_close(r);
	fclose(f);
}

/*
 * How many packets there may be: those of the sound file, or what reading without recovery makes of
 * zeros.
 */
static unsigned most(void)
{
	return plain.n > sound.n ? plain.n : sound.n;
}

static bool same(const struct saved *a, const struct saved *b)
{
	return a->ts_ns == b->ts_ns && a->len == b->len && a->caplen == b->caplen &&
	       a->sum == b->sum;
}

/* Which packet of @r, from @from on, is @p? r->n: none. */
static unsigned find_in(const struct reading *r, unsigned from, const struct saved *p)
{
	while (from < r->n && !same(&r->packets[from], p))
		from++;
	return from;
}

/*
 * Reads what is damaged with recovery and without it. With it there are never fewer packets, and
 * each of the sound file that is delivered without it is delivered with it as well, in the same
 * order.
 */
static void read_damaged(const void *bytes, size_t n, const char *name, const char *what)
{
	unsigned in_plain = 0, in_damaged = 0;

	read_all(&plain, bytes, n, false);
	read_all(&damaged, bytes, n, true);
	if (damaged.n < plain.n)
		fail_msg("%s %s: %u packets, and %u without recovery", name, what, damaged.n,
			 plain.n);
	for (unsigned i = 0; i < sound.n; i++) {
		unsigned k = find_in(&plain, in_plain, &sound.packets[i]);

		if (k == plain.n)
			continue;
		in_plain = k + 1;
		in_damaged = find_in(&damaged, in_damaged, &sound.packets[i]) + 1;
		if (in_damaged > damaged.n)
			fail_msg("%s %s: packet %u is delivered without recovery, and lost with it",
				 name, what, i);
	}
}

static const char *const fixtures[] = {
	"pcap_microseconds_little_endian.pcap", "pcap_nanoseconds_big_endian.pcap",
	"pcap_modified_big_endian.pcap",	"pcap_version_2_2_lengths_swapped.pcap",
	"pcapng_little_endian.pcapng",		"pcapng_big_endian.pcapng",
	"pcapng_options_everywhere.pcapng",	"pcapng_interface_between_packets.pcapng",
	"pcapng_interface_statistics.pcapng",	"pcapng_sections_of_both_byte_orders.pcapng",
	"pcapng_simple_packets.pcapng",		"pcapng_obsolete_packets.pcapng",
	"pcapng_unknown_blocks.pcapng",		"pcapng_name_resolution.pcapng",
	"pcapng_custom_blocks.pcapng",
};

enum { N_FIXTURES = sizeof(fixtures) / sizeof(fixtures[0]) };

/*
 * Where the blocks or records of the image begin, the header of a pcap file as the first; and where
 * the last ends.
 */
static size_t places[PACKETS_MAX];
static bool is_packet[PACKETS_MAX];
static unsigned n_places;

static uint32_t word(size_t at, bool swapped)
{
	uint32_t v;

	memcpy(&v, img.bytes + at, 4);
	return swapped ? __builtin_bswap32(v) : v;
}

static void find_places(void)
{
	bool pcapng = word(0, false) == PCAPNG_SHB, swapped = false;
	unsigned record = word(0, false) == 0xa1b2cd34 || word(0, true) == 0xa1b2cd34 ? 24 : 16;
	size_t at = 0;

	n_places = 0;
	if (!pcapng)
		swapped = img.bytes[0] != 0xd4 && img.bytes[0] != 0x4d && img.bytes[0] != 0x34;
	while (at < img.len) {
		uint32_t type;

		places[n_places] = at;
		if (pcapng && word(at, false) == PCAPNG_SHB)
			swapped = word(at + 8, false) != PCAPNG_MAGIC;
		type = pcapng ? word(at, swapped) : at ? PCAPNG_EPB : PCAPNG_SHB;
		is_packet[n_places++] = type == PCAPNG_EPB || type == PCAPNG_SPB ||
					type == PCAPNG_OPB;
		if (pcapng)
			at += word(at + 4, swapped);
		else if (at)
			at += record + (img.bytes[4] == 2 && img.bytes[6] == 2
						? word(at + 12, swapped)
						: word(at + 8, swapped));
		else
			at = 24;
	}
	places[n_places] = at;
}

static void load_sound(const char *name)
{
	load(name);
	find_places();
	read_all(&sound, img.bytes, img.len, false);
	if (sound.err)
		fail_msg("%s: %s", name, sound.error);
}

static void a_sound_file_reads_as_without_recovery(void **state)
{
	(void)state;
	for (unsigned f = 0; f < N_FIXTURES; f++) {
		load_sound(fixtures[f]);
		read_all(&damaged, img.bytes, img.len, true);
		assert_int_equal(damaged.err, 0);
		assert_int_equal(damaged.n, sound.n);
		assert_int_equal(damaged.recovery.packets, sound.n);
		assert_int_equal(damaged.recovery.places + damaged.recovery.mended, 0);
		for (unsigned i = 0; i < sound.n; i++)
			assert_true(same(&damaged.packets[i], &sound.packets[i]));
	}
}

/* Are all packets saved but number @lost, in their order, and not more than there were? */
static void saves_all_but(unsigned lost, const char *what, const char *name, unsigned place)
{
	unsigned k = 0;

	if (damaged.err)
		fail_msg("%s, place %u %s: refused: %s", name, place, what, damaged.error);
	if (damaged.n > most())
		fail_msg("%s, place %u %s: %u packets instead of %u", name, place, what, damaged.n,
			 sound.n);
	for (unsigned i = 0; i < sound.n; i++) {
		unsigned from = k;

		if (i == lost)
			continue;
		while (k < damaged.n && !same(&damaged.packets[k], &sound.packets[i]))
			k++;
		if (k == damaged.n)
			fail_msg(
				"%s, place %u %s: packet %u of %u is lost (%u saved; looked from %u)",
				name, place, what, i, sound.n, damaged.n, from);
		k++;
	}
}

/*
 * Ways to damage the @len bytes at @at of a copy of the image, in a buffer with 64 bytes to spare;
 * the new length.
 */
static size_t zero_all(uint8_t *copy, size_t size, size_t at, size_t len)
{
	memset(copy + at, 0, len);
	return size;
}

static size_t zero_head(uint8_t *copy, size_t size, size_t at, size_t len)
{
	memset(copy + at, 0, len < 12 ? len : 12);
	return size;
}

static size_t zero_second_word(uint8_t *copy, size_t size, size_t at, size_t len)
{
	(void)len;
	memset(copy + at + 4, 0, 4);
	return size;
}

static size_t ones_in_second_word(uint8_t *copy, size_t size, size_t at, size_t len)
{
	(void)len;
	memset(copy + at + 4, 0xff, 4);
	return size;
}

static size_t ones_in_third_and_fourth_word(uint8_t *copy, size_t size, size_t at, size_t len)
{
	(void)len;
	memset(copy + at + 8, 0xff, 8);
	return size;
}

static size_t zero_trailer(uint8_t *copy, size_t size, size_t at, size_t len)
{
	memset(copy + at + len - 4, 0, 4);
	return size;
}

static size_t longer(uint8_t *copy, size_t size, size_t at, size_t len)
{
	(void)len;
	copy[at + 4] += 4;
	copy[at + 7] += 4;
	return size;
}

static size_t remove_bytes(uint8_t *copy, size_t size, size_t at, size_t n)
{
	memmove(copy + at, copy + at + n, size - at - n);
	return size - n;
}

static size_t insert_bytes(uint8_t *copy, size_t size, size_t at, size_t n)
{
	memmove(copy + at + n, copy + at, size - at);
	memset(copy + at, 'x', n);
	return size + n;
}

static size_t remove_1(uint8_t *copy, size_t size, size_t at, size_t len)
{
	return remove_bytes(copy, size, at + len / 2, 1);
}

static size_t remove_2(uint8_t *copy, size_t size, size_t at, size_t len)
{
	return remove_bytes(copy, size, at + len / 2, 2);
}

static size_t remove_7(uint8_t *copy, size_t size, size_t at, size_t len)
{
	return remove_bytes(copy, size, at + len / 2, 7);
}

static size_t remove_from_the_start(uint8_t *copy, size_t size, size_t at, size_t len)
{
	(void)len;
	return remove_bytes(copy, size, at, 5);
}

static size_t remove_all(uint8_t *copy, size_t size, size_t at, size_t len)
{
	return remove_bytes(copy, size, at, len);
}

static size_t insert_1(uint8_t *copy, size_t size, size_t at, size_t len)
{
	return insert_bytes(copy, size, at + len / 2, 1);
}

static size_t insert_13(uint8_t *copy, size_t size, size_t at, size_t len)
{
	return insert_bytes(copy, size, at + len / 2, 13);
}

static size_t insert_before(uint8_t *copy, size_t size, size_t at, size_t len)
{
	(void)len;
	return insert_bytes(copy, size, at, 50);
}

static const struct way {
	const char *name;
	size_t (*damage)(uint8_t *copy, size_t size, size_t at, size_t len);
} ways[] = {
	{ "zeroed", zero_all }, { "with its head zeroed", zero_head },
	{ "with its second word zeroed", zero_second_word },
	{ "with ones in its second word", ones_in_second_word },
	{ "with ones in its third and fourth word", ones_in_third_and_fourth_word },
	{ "with its last word zeroed", zero_trailer }, { "said to be longer", longer },
	{ "without a byte", remove_1 }, { "without two bytes", remove_2 },
	{ "without seven bytes", remove_7 },
	{ "without its first five bytes", remove_from_the_start }, { "removed", remove_all },
	{ "with a byte more", insert_1 }, { "with 13 bytes more", insert_13 },
	{ "with 50 bytes before it", insert_before },
};

static void a_damaged_packet_takes_no_other_with_it(void **state)
{
	(void)state;
	for (unsigned f = 0; f < N_FIXTURES; f++) {
		load_sound(fixtures[f]);
		for (size_t w = 0; w < array_size(ways); w++) {
			unsigned packet = 0;

			for (unsigned i = 0; i < n_places; i++) {
				uint8_t *copy = malloc(img.len + 64);
				size_t size;

				if (!is_packet[i]) {
					free(copy);
					continue;
				}
				memcpy(copy, img.bytes, img.len);
				size = ways[w].damage(copy, img.len, places[i],
						      places[i + 1] - places[i]);
				read_damaged(copy, size, fixtures[f], ways[w].name);
				saves_all_but(packet, ways[w].name, fixtures[f], i);
				packet++;
				free(copy);
			}
		}
	}
}

/* The same bytes, whatever has become of time and length on the wire. */
static bool same_bytes(const struct saved *a, const struct saved *b)
{
	return a->caplen == b->caplen && a->sum == b->sum;
}

/* How many packets of the sound file were saved, in their order. */
static unsigned saved_bytes(void)
{
	unsigned k = 0, n = 0;

	for (unsigned i = 0; i < sound.n; i++) {
		unsigned at = k;

		while (at < damaged.n && !same_bytes(&damaged.packets[at], &sound.packets[i]))
			at++;
		if (at == damaged.n)
			continue;
		k = at + 1;
		n++;
	}
	return n;
}

/* Without its description a packet is still there, though perhaps not its time. */
static void a_damaged_description_takes_no_packet_with_it(void **state)
{
	(void)state;
	for (unsigned f = 0; f < N_FIXTURES; f++) {
		load_sound(fixtures[f]);
		for (size_t w = 0; w < array_size(ways); w++) {
			for (unsigned i = 0; i < n_places; i++) {
				uint8_t *copy = malloc(img.len + 64);
				size_t size, len = places[i + 1] - places[i];

				memcpy(copy, img.bytes, img.len);
				size = len < 16 ? img.len
						: ways[w].damage(copy, img.len, places[i], len);
				/* whose header cannot be guessed */
				if (!is_packet[i] && !((f == 2 || f == 3) && i == 0)) {
					read_damaged(copy, size, fixtures[f], ways[w].name);
					if (damaged.err || damaged.n < sound.n ||
					    damaged.n > most() || saved_bytes() != sound.n)
						fail_msg(
							"%s, place %u %s: %u of %u packets saved, %u found",
							fixtures[f], i, ways[w].name, saved_bytes(),
							sound.n, damaged.n);
				}
				free(copy);
			}
		}
	}
}

/* One byte is a packet at most. */
static void a_changed_byte_costs_one_packet_at_most(void **state)
{
	(void)state;
	for (unsigned f = 0; f < N_FIXTURES; f++) {
		load_sound(fixtures[f]);
		for (size_t i = 0; i < img.len; i++) {
			const uint8_t was = img.bytes[i],
				      others[] = { 0, 0xff, was ^ 1, was ^ 0x10, was ^ 0x80 };

			for (size_t k = 0; k < array_size(others); k++) {
				img.bytes[i] = others[k];
				read_damaged(img.bytes, img.len, fixtures[f],
					     "with a byte changed");
				/* whose header cannot be guessed */
				if ((f == 2 || f == 3) && i < 24)
					continue;
				if (damaged.err || damaged.n > most() ||
				    saved_bytes() + 1 < sound.n)
					fail_msg(
						"%s: byte %zu as %02x: %u of %u packets saved, %u found",
						fixtures[f], i, others[k], saved_bytes(), sound.n,
						damaged.n);
			}
			img.bytes[i] = was;
		}
	}
}

static void a_prefix_gives_what_is_whole_and_one_cut_packet(void **state)
{
	(void)state;
	for (unsigned f = 0; f < N_FIXTURES; f++) {
		load_sound(fixtures[f]);
		for (size_t n = 1; n < img.len; n++) {
			uint8_t *copy = malloc(n);
			unsigned whole;

			memcpy(copy, img.bytes, n);
			read_all(&damaged, copy, n, false);
			whole = damaged.n;
			read_all(&damaged, copy, n, true);
			if (damaged.n < whole || damaged.n > whole + 1)
				fail_msg("%s: %zu bytes: %u packets, %u of them whole", fixtures[f],
					 n, damaged.n, whole);
			for (unsigned i = 0; i < whole; i++)
				assert_true(same(&damaged.packets[i], &sound.packets[i]));
			if (damaged.n > whole) {
				assert_int_equal(damaged.packets[whole].len,
						 sound.packets[whole].len);
				assert_true(damaged.packets[whole].caplen <=
					    sound.packets[whole].caplen);
				assert_true(damaged.packets[whole].ts_ns ==
					    sound.packets[whole].ts_ns);
				assert_int_equal(damaged.err, 0);
			}
			free(copy);
		}
	}
}

/* A packet of a capture that somebody transferred. */
static void put_inner(const void *bytes, size_t n)
{
	begin(PCAPNG_EPB);
	put32(0);
	put64(0);
	put32(n);
	put32(n);
	put_padded(bytes, n);
	end();
}

/* Three packets; the second holds @n bytes of another capture, at the place that is returned. */
static size_t embed(const void *bytes, size_t n)
{
	size_t at;

	img.len = 0;
	img.swapped = false;
	shb();
	idb();
	epb(0, 1);
	at = img.len;
	put_inner(bytes, n);
	epb(0, 3);
	read_all(&sound, img.bytes, img.len, false);
	assert_int_equal(sound.n, 3);
	return at;
}

static void pcapng_within_a_packet_is_not_read_as_part_of_the_file(void **state)
{
	static uint8_t inner[4096];
	size_t n, at;

	(void)state;
	load("pcapng_little_endian.pcapng");
	n = img.len;
	assert_true(n <= sizeof(inner));
	memcpy(inner, img.bytes, n);
	at = embed(inner, n);
	for (size_t w = 0; w < 2; w++) {	/* its length, and its trailer */
		uint32_t was;
		size_t where = w ? at + n + 28 + (-n & 3) : at + 4;

		memcpy(&was, img.bytes + where, 4);
		memset(img.bytes + where, 0, 4);
		read_all(&damaged, img.bytes, img.len, true);
		memcpy(img.bytes + where, &was, 4);
		assert_int_equal(damaged.n, 3);
		for (unsigned i = 0; i < 3; i++)
			assert_true(same(&damaged.packets[i], &sound.packets[i]));
		assert_int_equal(damaged.recovery.mended, 1);
		assert_int_equal(damaged.recovery.places, 0);
	}
	/* and before other damage it is nothing to look into */
	memset(img.bytes + img.len - 36, 0, 36);
	read_all(&damaged, img.bytes, img.len, true);
	assert_int_equal(damaged.n, 2);
}

/*
 * Though its block has lost a byte, so that neither its length nor its trailer tells where the next
 * one begins.
 */
static void pcap_within_a_packet_is_no_end_of_pcapng(void **state)
{
	static uint8_t inner[4096];
	size_t n, at;

	(void)state;
	load("pcap_microseconds_little_endian.pcap");
	n = img.len;
	assert_true(n <= sizeof(inner));
	memcpy(inner, img.bytes, n);
	at = embed(inner, n);
	memmove(img.bytes + at + 20, img.bytes + at + 21, img.len - at - 21);
	img.len--;
	read_all(&damaged, img.bytes, img.len, true);
	assert_int_equal(damaged.n, 2);
	assert_true(same(&damaged.packets[0], &sound.packets[0]));
	assert_true(same(&damaged.packets[1], &sound.packets[2]));
}

static void pcap_within_a_packet_is_not_read_as_part_of_the_file(void **state)
{
	static uint8_t inner[4096], outer[8192];
	const uint32_t header[] = { 0xa1b2c3d4, 4 << 16 | 2, 0, 0, 65535, 1 };
	uint32_t head[4] = { 1000000, 1, 0, 0 };
	size_t n, len = 24, second = 0;

	(void)state;
	load("pcap_microseconds_little_endian.pcap");	/* which is of 2024 */
	n = img.len;
	memcpy(inner, img.bytes, n);
	memcpy(outer, header, 24);
	for (unsigned i = 0; i < 5; i++) {
		head[2] = head[3] = i == 1 ? n : 20;
		second = i == 1 ? len : second;
		memcpy(outer + len, head, 16);
		memcpy(outer + len + 16, inner, head[2]);
		len += 16 + head[2];
	}
	read_all(&sound, outer, len, false);
	assert_int_equal(sound.n, 5);
	memset(outer + second + 8, 0xff, 4);
	read_all(&damaged, outer, len, true);
	assert_int_equal(damaged.n, 4);
	assert_int_equal(saved_bytes(), 4);
}

/* It ends where another one does, so reading without recovery goes on as if nothing were wrong. */
static void a_length_that_swallows_a_whole_record_is_noticed(void **state)
{
	const uint32_t header[] = { 0xa1b2c3d4, 4 << 16 | 2, 0, 0, 65535, 1 };
	uint32_t head[4] = { 1000000, 1, 48, 48 };
	uint8_t bytes[24 + 8 * 64] = { 0 };
	const size_t third = 24 + 2 * 64;

	(void)state;
	memcpy(bytes, header, 24);
	for (unsigned i = 0; i < 8; i++, head[0]++)
		memcpy(bytes + 24 + i * 64, head, 16);
	read_all(&sound, bytes, sizeof(bytes), false);
	assert_int_equal(sound.n, 8);
	bytes[third + 8] = 48 + 64;
	read_all(&plain, bytes, sizeof(bytes), false);
	assert_int_equal(plain.n, 7);
	read_all(&damaged, bytes, sizeof(bytes), true);
	assert_int_equal(damaged.n, 8);
	for (unsigned i = 0; i < 8; i++)
		assert_true(i == 2 || same(&damaged.packets[i], &sound.packets[i]));
}

static void a_packet_of_wrong_length_with_its_trailer_is_read_all_the_same(void **state)
{
	(void)state;
	shb();
	idb();
	epb(0, 1);
	begin_epb(0, 2, 9);
	end();
	memset(img.bytes + img.block + 4, 0, 4);
	epb(0, 3);
	read_all(&damaged, img.bytes, img.len, true);
	assert_int_equal(damaged.n, 3);
	assert_int_equal(damaged.packets[1].caplen, 9);
	assert_int_equal(n_said, 1);
	assert_string_equal(
		said,
		"read all the same 44 bytes from byte 84: damaged at byte 84: a block of 0 bytes, where a "
		"multiple of 4, 12 or more, is needed");
}

static void what_is_skipped_is_said_and_counted(void **state)
{
	(void)state;
	shb();
	idb();
	epb(0, 1);
	put("garbage in the file", 19);
	epb(0, 2);
	put("\0\0\0", 3);
	read_all(&damaged, img.bytes, img.len, true);
	assert_int_equal(damaged.err, 0);
	assert_int_equal(damaged.recovery.packets, 2);
	assert_int_equal(damaged.recovery.places, 2);
	assert_int_equal(damaged.recovery.bytes, 22);
	assert_int_equal(n_said, 2);
	assert_string_equal(
		said,
		"skipped 3 bytes from byte 139: cut short at byte 142: 3 of the 8 bytes of a block header");
}

static void a_thousand_places_are_a_hundred_lines(void **state)
{
	(void)state;
	shb();
	idb();
	for (unsigned i = 0; i < 1000; i++) {
		epb(0, i);
		put("xxxx", 4);
	}
	read_all(&damaged, img.bytes, img.len, true);
	assert_int_equal(damaged.n, 1000);
	assert_int_equal(damaged.recovery.places, 1000);
	assert_int_equal(damaged.recovery.bytes, 4000);
	assert_int_equal(n_said, 100);
}

static void a_long_gap_is_passed_without_being_held(void **state)
{
	enum { GAP = 40 << 20 };
	uint64_t seed = 3;

	(void)state;
	shb();
	idb();
	epb(0, 1);
	for (unsigned i = 0; i < GAP; i += 8) {
		seed = seed * 6364136223846793005ull + 1442695040888963407ull;
		put(&seed, 8);
	}
	epb(0, 2);
	read_all(&damaged, img.bytes, img.len, true);
	assert_int_equal(damaged.n, 2);
	assert_true(damaged.recovery.bytes == GAP);
}

/* Longer than what others read, or are looked for in: but not damaged. */
static void long_blocks_are_read_as_without_recovery(void **state)
{
	enum { LONG = 17 << 20 };

	(void)state;
	for (unsigned known = 0; known < 2; known++) {
		img.len = 0;
		shb();
		idb();
		epb(0, 1);
		begin(known ? PCAPNG_EPB : 0xabcd);
		for (unsigned i = 0; i < 5; i++)
			put32(i > 2 && known ? 4 : 0);
		for (unsigned i = 0; i < LONG / 64; i++)
			put("0123456789 A long block that holds nothing known to us. 01234567", 64);
		end();
		epb(0, 3);
		read_damaged(img.bytes, img.len, "a long block", "");
		assert_int_equal(damaged.err, 0);
		assert_int_equal(damaged.n, plain.n);
		assert_int_equal(damaged.n, 2 + known);
		assert_int_equal(damaged.recovery.places + damaged.recovery.mended, 0);
		/* and with a wrong length at its end it takes no other with it */
		memset(img.bytes + img.block - 4 + 3, 1, 1);
		read_damaged(img.bytes, img.len, "a long block", "with a wrong length");
		assert_int_equal(damaged.n, 2 + known);
	}
}

static void blocks_without_a_header_are_read_in_either_order(void **state)
{
	(void)state;
	for (int swapped = 0; swapped < 2; swapped++) {
		img.len = 0;
		img.swapped = swapped;
		idb();
		epb(0, 1);
		epb(0, 2);
		read_all(&damaged, img.bytes, img.len, true);
		assert_int_equal(damaged.err, 0);
		assert_int_equal(damaged.n, 2);
		assert_true(damaged.packets[1].ts_ns == 2000);
	}
}

static void what_is_no_capture_stays_refused(void **state)
{
	uint64_t seed = 1;

	(void)state;
	read_all(&damaged, "", 0, true);
	assert_int_equal(damaged.err, -EBADMSG);
	assert_string_equal(damaged.error, "the file is empty");
	for (unsigned i = 0; i < 20000; i++)
		put("All work and no play makes Jack a dull boy.\n", 44);
	read_all(&damaged, img.bytes, img.len, true);
	assert_int_equal(damaged.err, -EBADMSG);
	assert_non_null(strstr(damaged.error,
			       "neither pcap nor pcapng: it starts with the bytes 41 6c 6c 20"));
	img.len = 0;
	for (unsigned i = 0; i < 100000; i++) {
		seed = seed * 6364136223846793005ull + 1442695040888963407ull;
		put((uint8_t *)&seed + 4, 4);
	}
	read_all(&damaged, img.bytes, img.len, true);
	assert_int_equal(damaged.err, -EBADMSG);
	assert_int_equal(damaged.n, 0);
	memset(img.bytes, 0, img.len);
	read_all(&damaged, img.bytes, img.len, true);
	assert_int_equal(damaged.err, -EBADMSG);
}

/* Holes, moves and noise anywhere, again and again: it ends, and finds no more than there was. */
static void much_damage_ends_and_invents_nothing(void **state)
{
	uint64_t seed = 11;

	(void)state;
	for (unsigned round = 0; round < 3000; round++) {
		uint8_t *copy;
		size_t size;

		if (round % 200 == 0)
			load_sound(fixtures[round / 200 % N_FIXTURES]);
		copy = malloc(img.len + 64);
		memcpy(copy, img.bytes, img.len);
		size = img.len;
		for (unsigned i = 0; i < 4; i++) {
			size_t at, n;

			seed = seed * 6364136223846793005ull + 1442695040888963407ull;
			at = (seed >> 33) % (size - 16);
			n = 1 + (seed >> 20) % 15;
			if (seed >> 62 == 0)
				size = remove_bytes(copy, size, at, n);
			else if (seed >> 62 == 1)
				size = insert_bytes(copy, size, at, n);
			else
				memset(copy + at, seed >> 10, n);
		}
		read_damaged(copy, size, fixtures[round / 200 % N_FIXTURES], "with much damage");
		if (damaged.n > most())
			fail_msg("round %u: %u packets of %u", round, damaged.n, sound.n);
		free(copy);
	}
}

#define one(t)	cmocka_unit_test_setup(t, fresh)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		one(a_sound_file_reads_as_without_recovery),
		one(a_damaged_packet_takes_no_other_with_it),
		one(a_damaged_description_takes_no_packet_with_it),
		one(a_changed_byte_costs_one_packet_at_most),
		one(a_prefix_gives_what_is_whole_and_one_cut_packet),
		one(pcapng_within_a_packet_is_not_read_as_part_of_the_file),
		one(pcap_within_a_packet_is_no_end_of_pcapng),
		one(pcap_within_a_packet_is_not_read_as_part_of_the_file),
		one(a_length_that_swallows_a_whole_record_is_noticed),
		one(a_packet_of_wrong_length_with_its_trailer_is_read_all_the_same),
		one(what_is_skipped_is_said_and_counted),
		one(a_thousand_places_are_a_hundred_lines),
		one(a_long_gap_is_passed_without_being_held),
		one(long_blocks_are_read_as_without_recovery),
		one(blocks_without_a_header_are_read_in_either_order),
		one(what_is_no_capture_stays_refused),
		one(much_damage_ends_and_invents_nothing),
	};
	int failed = unit_run("recover", tests, sizeof(tests) / sizeof(tests[0]));

	freed(NULL);
	return failed;
}
