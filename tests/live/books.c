// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * For the live tests: what pcapng files say of themselves, in words that a shell can evaluate. It
 * shares nothing with the reader of xdpdump, and believes no more than that a file is ours: what is
 * not as we write it is an error.
 *
 * `books FILE`: for interface N epbN (blocks), dropsumN (sum of epb_dropcount), isbN (blocks), and
 * from the last of these ifrecvN, ifdropN, filteracceptN, osdropN, usrdelivN, starttimeN, endtimeN,
 * commentN; ifnameN, ifcommentN and ifqueueN, if it has them; and `torn`, the bytes behind the last
 * whole block.
 *
 * `books frames FILE...`: of the frames of xdpflood in them, one file after the other, packets,
 * others, sizes, flows, addresses, ports, and of their numbers first, last, missing (in between)
 * and turned (not larger than the one before); badsums: headers whose checksum is wrong.
 */
#include <endian.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	IDB = 1, ISB = 5, EPB = 6,
	COMMENT = 1, IF_NAME = 2, EPB_DROPCOUNT = 4,
	STARTTIME = 2, ENDTIME = 3,
	LENGTHS = 1 << 18,
};

struct bytes {
	const uint8_t *p;
	size_t n;
};

static _Noreturn void fail(const char *what, size_t at)
{
	fprintf(stderr, "%s, at %zu\n", what, at);
	exit(1);
}

static struct bytes map(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct bytes b = { NULL, 0 };
	struct stat st;

	if (fd < 0 || fstat(fd, &st)) {
		perror(path);
		exit(1);
	}
	b.n = st.st_size;
	if (b.n)
		b.p = mmap(NULL, b.n, PROT_READ, MAP_PRIVATE, fd, 0);
	if (b.p == MAP_FAILED) {
		perror(path);
		exit(1);
	}
	close(fd);
	return b;
}

/* ---- books ---- */

struct count {
	uint64_t n;
	bool is_there;
};

/* What options of statistics are called, by their codes. */
static const char *const counts[] = { [STARTTIME] = "starttime", "endtime",  "ifrecv",	"ifdrop",
				      "filteraccept",		 "osdrop", "usrdeliv" };

enum { N_COUNTS = sizeof(counts) / sizeof(*counts) };

struct iface {
	uint64_t epb, dropsum, isb;
	struct count counts[N_COUNTS];
	struct bytes name, about, comment;	/* @p is NULL: there is none */
	bool one_queue;
};

static struct {
	struct bytes file;
	bool is_swapped;
	struct iface *ifaces;
	size_t n;
} books;

static uint16_t half(size_t at)
{
	uint16_t h;

	memcpy(&h, books.file.p + at, sizeof(h));
	return books.is_swapped ? __builtin_bswap16(h) : h;
}

static uint32_t word(size_t at)
{
	uint32_t w;

	memcpy(&w, books.file.p + at, sizeof(w));
	return books.is_swapped ? __builtin_bswap32(w) : w;
}

static uint64_t number(struct bytes value, size_t at)
{
	uint64_t v;

	if (value.n != sizeof(v))
		fail("a number that has not 8 bytes", at);
	memcpy(&v, value.p, sizeof(v));
	return books.is_swapped ? __builtin_bswap64(v) : v;
}

/* Times are two words, the higher one first. */
static uint64_t option_time(struct bytes value, size_t at)
{
	if (value.n != 8)
		fail("a time that has not 8 bytes", at);
	return (uint64_t)word(at + 4) << 32 | word(at + 8);
}

static struct iface *iface_of(size_t at)
{
	if (word(at) >= books.n)
		fail("an interface that there is not", at);
	return &books.ifaces[word(at)];
}

/* It is said once, and not with each packet. */
static bool is_one_queue(struct bytes comment)
{
	static const char said[] = "queue=0";

	return comment.n == sizeof(said) - 1 && !memcmp(comment.p, said, comment.n);
}

static void take_option(uint32_t kind, struct iface *i, uint16_t code, struct bytes value,
			size_t at)
{
	if (kind == IDB && code == COMMENT && is_one_queue(value))
		i->one_queue = true;
	else if (kind == IDB && code == COMMENT)
		i->about = value;
	else if (kind == IDB && code == IF_NAME)
		i->name = value;
	else if (kind == EPB && code == EPB_DROPCOUNT)
		i->dropsum += number(value, at);
	else if (kind == ISB && code == COMMENT)
		i->comment = value;
	else if (kind == ISB && code < N_COUNTS && counts[code])
		i->counts[code] = (struct count){ code <= ENDTIME ? option_time(value, at)
								  : number(value, at),
						  true };
	else if (kind == ISB)
		fail("statistics with an unknown option", at);
}

static void take_options(uint32_t kind, struct iface *i, size_t at, size_t end)
{
	while (at + 4 <= end) {
		uint16_t code = half(at), n = half(at + 2);

		if (!code && (n || at + 4 != end))
			fail("bytes behind the end of options", at);
		if (!code)
			return;
		if (at + 4 + n > end)
			fail("option overruns its block", at);
		take_option(kind, i, code, (struct bytes){ books.file.p + at + 4, n }, at);
		at += 4 + ((n + 3u) & ~3u);
	}
	if (at != end)
		fail("options do not end with their block", at);
}

static struct iface *add_iface(void)
{
	books.ifaces = realloc(books.ifaces, (books.n + 1) * sizeof(*books.ifaces));
	if (!books.ifaces)
		fail("no memory", 0);
	books.ifaces[books.n] = (struct iface){ 0 };
	return &books.ifaces[books.n++];
}

/* @end: of what it holds. */
static void take_block(uint32_t kind, size_t at, size_t end)
{
	struct iface *i;

	if (kind == IDB) {
		take_options(kind, add_iface(), at + 16, end);
	} else if (kind == EPB) {
		i = iface_of(at + 8);
		i->epb++;
		take_options(kind, i, at + 28 + ((word(at + 20) + 3u) & ~3u), end);
	} else if (kind == ISB) {
		i = iface_of(at + 8);
		i->isb++;
		take_options(kind, i, at + 20, end);
	}
}

/* Returns where the last whole block ends. */
static size_t take_blocks(void)
{
	size_t at = 0, n;

	while (at + 12 <= books.file.n && at + word(at + 4) <= books.file.n) {
		n = word(at + 4);
		if (n < 12 || n % 4 || word(at + n - 4) != n)
			fail("the two lengths of a block", at);
		take_block(word(at), at, at + n - 4);
		at += n;
	}
	return at;
}

static void print_text(const char *name, size_t i, struct bytes text)
{
	if (!text.p)
		return;
	printf("%s%zu='", name, i);
	for (size_t k = 0; k < text.n; k++)
		if (text.p[k] == '\'')
			fputs("'\\''", stdout);
		else
			putchar(text.p[k]);
	puts("'");
}

static void print_iface(size_t n, const struct iface *i)
{
	print_text("ifcomment", n, i->about);
	print_text("ifname", n, i->name);
	if (i->one_queue)
		printf("ifqueue%zu=0\n", n);
	printf("epb%zu=%" PRIu64 "\ndropsum%zu=%" PRIu64 "\nisb%zu=%" PRIu64 "\n", n, i->epb, n,
	       i->dropsum, n, i->isb);
	print_text("comment", n, i->comment);
	for (size_t c = 0; c < N_COUNTS; c++)
		if (i->counts[c].is_there)
			printf("%s%zu=%" PRIu64 "\n", counts[c], n, i->counts[c].n);
}

static void print_books(const char *path)
{
	static const uint8_t little[] = { 0x4d, 0x3c, 0x2b, 0x1a };
	size_t end;

	books.file = map(path);
	books.is_swapped = books.file.n >= 12 && (memcmp(books.file.p + 8, little, 4) == 0) !=
							 (BYTE_ORDER == LITTLE_ENDIAN);
	end = take_blocks();
	for (size_t i = 0; i < books.n; i++)
		print_iface(i, &books.ifaces[i]);
	printf("torn=%zu\n", books.file.n - end);
}

/* ---- frames ---- */

enum { FRAME_MIN = 58, MARK_AT = 42, NUMBER_AT = 50 };	/* bytes of one of xdpflood's */

static struct {
	uint64_t packets, others, badsums, first, last, missing, turned;
	uint64_t *flows;	/* source address and port of each packet */
	size_t cap;
	bool sizes[LENGTHS], ports[1 << 16];
} frames;

static uint16_t half_of(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

/* Of an IPv4 header, which is summed up with its checksum. */
static bool is_bad_sum(const uint8_t *ip)
{
	uint32_t sum = 0;

	for (int i = 0; i < 20; i += 2)
		sum += half_of(ip + i);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum != 0xffff;
}

static void add_flow(uint32_t address, uint16_t port)
{
	if (frames.packets == frames.cap) {
		frames.cap = frames.cap ? 2 * frames.cap : 1 << 16;
		frames.flows = realloc(frames.flows, frames.cap * sizeof(*frames.flows));
		if (!frames.flows)
			fail("no memory", 0);
	}
	frames.flows[frames.packets] = (uint64_t)address << 16 | port;
	frames.ports[port] = true;
}

static void take_number(uint64_t n)
{
	if (!frames.packets)
		frames.first = n;
	else if (n <= frames.last)
		frames.turned++;
	else
		frames.missing += n - frames.last - 1;
	frames.last = n;
}

static void take_frame(const uint8_t *p, uint32_t caplen, uint32_t len)
{
	const uint8_t *ip = p + 14;
	uint64_t n;

	if (caplen < FRAME_MIN || half_of(ip) != 0x4500 || memcmp(p + MARK_AT, "XDPFLOOD", 8)) {
		frames.others++;
		return;
	}
	memcpy(&n, p + NUMBER_AT, sizeof(n));
	frames.badsums += is_bad_sum(ip);
	frames.sizes[len < LENGTHS ? len : LENGTHS - 1] = true;
	add_flow((uint32_t)half_of(ip + 12) << 16 | half_of(ip + 14), half_of(ip + 20));
	take_number(be64toh(n));
	frames.packets++;
}

static void take_frames(const char *path)
{
	size_t n;

	books.file = map(path);
	for (size_t at = 0; at + 12 <= books.file.n; at += n) {
		n = word(at + 4);
		if (n < 12 || n > books.file.n - at)
			fail("a block that is not whole", at);
		if (word(at) == EPB && (n < 32 || word(at + 20) > n - 32))
			fail("a packet that is longer than its block", at);
		if (word(at) == EPB)
			take_frame(books.file.p + at + 28, word(at + 20), word(at + 24));
	}
}

static int by_value(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void print_frames(void)
{
	size_t flows = 0, addresses = 0, ports = 0;
	const char *gap = "";

	if (frames.packets)
		qsort(frames.flows, frames.packets, sizeof(*frames.flows), by_value);
	for (size_t i = 0; i < frames.packets; i++) {
		uint64_t flow = frames.flows[i], before = i ? frames.flows[i - 1] : ~flow;

		flows += flow != before;
		addresses += flow >> 16 != before >> 16;
	}
	for (size_t i = 0; i < sizeof(frames.ports); i++)
		ports += frames.ports[i];
	printf("packets=%" PRIu64 " others=%" PRIu64 " sizes='", frames.packets, frames.others);
	for (size_t i = 0; i < LENGTHS; i++)
		if (frames.sizes[i])
			printf("%s%zu", gap, i), gap = " ";
	printf("' flows=%zu addresses=%zu ports=%zu badsums=%" PRIu64, flows, addresses, ports,
	       frames.badsums);
	printf(" first=%" PRIu64 " last=%" PRIu64 " missing=%" PRIu64 " turned=%" PRIu64 "\n",
	       frames.first, frames.last, frames.missing, frames.turned);
}

int main(int argc, char **argv)
{
	if (argc > 2 && !strcmp(argv[1], "frames")) {
		for (int i = 2; i < argc; i++)
			take_frames(argv[i]);
		print_frames();
		return 0;
	}
	if (argc != 2) {
		fputs("usage: books FILE | books frames FILE...\n", stderr);
		return 2;
	}
	print_books(argv[1]);
	return 0;
}
