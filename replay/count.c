// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * For the bench: how many packets a capture holds, and how many bytes of them. In: a pcap or pcapng
 * file in the byte order of this machine. Out: one line, "PACKETS BYTES". It shares nothing with
 * the reader of xdpdump.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	SECTION		= 0x0a0d0d0a,	/* first word of a pcapng file */
	PCAP_US		= 0xa1b2c3d4,
	PCAP_NS		= 0xa1b23c4d,
	PCAP_HEAD	= 24,
	/* header of a packet; its captured length is the third word */
	PCAP_RECORD	= 16,
	BLOCK_MIN	= 12,
	PACKET_BLOCK	= 6,		/* its captured length is the sixth word */
};

struct tally {
	uint64_t packets, bytes;
};

static uint32_t word(const uint8_t *p)
{
	uint32_t w;

	memcpy(&w, p, sizeof(w));
	return w;
}

/* Both return false if the file does not end with a whole packet. */
static bool count_pcap(const uint8_t *p, size_t len, struct tally *t)
{
	size_t at = PCAP_HEAD;

	while (len >= at + PCAP_RECORD && len - at - PCAP_RECORD >= word(p + at + 8)) {
		t->packets++;
		t->bytes += word(p + at + 8);
		at += PCAP_RECORD + word(p + at + 8);
	}
	return at == len;
}

static bool count_pcapng(const uint8_t *p, size_t len, struct tally *t)
{
	size_t at = 0;

	while (len - at >= BLOCK_MIN && word(p + at + 4) >= BLOCK_MIN &&
	       word(p + at + 4) <= len - at) {
		if (word(p + at) == PACKET_BLOCK && word(p + at + 4) >= 32) {
			t->packets++;
			t->bytes += word(p + at + 20);
		}
		at += word(p + at + 4);
	}
	return at == len;
}

static int fail(const char *name, const char *why)
{
	fprintf(stderr, "count: %s: %s\n", name, why);
	return 1;
}

int main(int argc, char **argv)
{
	int fd = argc == 2 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
	struct tally t = { 0 };
	struct stat st;
	const uint8_t *p;
	bool whole;

	if (argc != 2) {
		fprintf(stderr, "usage: count FILE\n");
		return 2;
	}
	if (fd < 0 || fstat(fd, &st))
		return fail(argv[1], "cannot be opened");
	if (st.st_size < PCAP_HEAD)
		return fail(argv[1], "too short");
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return fail(argv[1], "cannot be mapped");
	if (word(p) == SECTION)
		whole = count_pcapng(p, (size_t)st.st_size, &t);
	else if (word(p) == PCAP_US || word(p) == PCAP_NS)
		whole = count_pcap(p, (size_t)st.st_size, &t);
	else
		return fail(argv[1], "neither pcap nor pcapng of this byte order");
	if (!whole)
		return fail(argv[1], "it ends inside a packet");
	printf("%" PRIu64 " %" PRIu64 "\n", t.packets, t.bytes);
	return fflush(stdout) ? fail("stdout", "cannot be written") : 0;
}
