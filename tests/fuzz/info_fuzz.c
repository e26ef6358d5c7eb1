// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * libFuzzer target for --info: of whatever can be read of a file the report is text that no
 * terminal obeys, one object of JSON in a line that another library takes, and a page in which
 * nothing of the file is markup. And it is the same if threads count parts of the file.
 *
 *	make fuzz-info		make check replays tests/fuzz/info
 */
#include <jansson.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"
#include "capture/read/capfile.h"
#include "capture/read/parts.h"
#include "capture/report/info.h"
#include "capture/report/info_html.h"

#include "tests/fuzz/fuzz.h"

enum { PACKETS_MAX = 4096 };	/* of a compressed file, which may hold any number */

typedef void (*report_fn)(const struct info *i, const struct info_source *s, FILE *out);

/* To be freed. */
static char *report(report_fn fn, const struct info *i, const struct info_source *s, size_t *len)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, len);

	must(out);
	fn(i, s, out);
	must(!fclose(out));
	return text;
}

static void check_text(const struct info *i, const struct info_source *s)
{
	size_t len;
	char *text = report(info_text, i, s, &len);

	must(fuzz_is_safe(text, len, "\n"));
	free(text);
}

/*
 * A comment may hold a NUL, which is there as \u0000, and a number all of 64 bits, for which JSON has
 * no bounds (RFC 8259, 6), but that library has.
 */
static void check_json(const struct info *i, const struct info_source *s)
{
	size_t len;
	char *text = report(info_json, i, s, &len);
	json_error_t error;
	json_t *root = json_loadb(
		text, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, &error);

	must(root && json_is_object(root));
	must(memchr(text, '\n', len) == text + len - 1);
	must(fuzz_is_utf8(text, len));
	json_decref(root);
	free(text);
}

/* Our own markup is small letters, and all else that looks like markup has to be escaped. */
static void check_html(const struct info *i, const struct info_source *s)
{
	size_t len;
	char *text = report(info_html, i, s, &len);

	must(fuzz_is_safe(text, len, "\n\t"));
	for (const char *at = text; (at = memchr(at, '<', text + len - at)); at++)
		must(at + 1 < text + len && (at[1] == '/' || (at[1] >= 'a' && at[1] <= 'z')));
	must(!strstr(text, "<script"));
	free(text);
}

/* ---- the same by several threads ---- */

static void *begin_part(void *ctx)
{
	struct info *i = malloc(sizeof(*i));

	(void)ctx;
	must(i && !info_open(i));
	return i;
}

static bool count_part(void *part, struct packet *p)
{
	return info_part_packet(part, p);
}

static bool add_part(void *ctx, void *part, uint64_t n)
{
	must(n == ((struct info *)part)->all.packets);
	return info_join(ctx, part);
}

static void end_part(void *part)
{
	info_close(part);
	free(part);
}

static bool goes_on(void *ctx)
{
	(void)ctx;
	return true;
}

static const struct parts_ops in_parts = { begin_part, count_part, add_part, end_part };

/* Of @parts, unless they are NULL. As capfile_next() at the end. */
static int count(struct capfile *r, struct info *i, struct parts *parts, size_t size)
{
	enum { LEAST = 32 };	/* bytes of a part */
	struct packet p;
	int got = 1;

	for (unsigned n = 0; got > 0 && (n < PACKETS_MAX || !capfile_compression(r)); n++) {
		if (n && parts && parts_are_due(parts))
			parts_take(parts, goes_on, NULL);
		got = capfile_next(r, &p);
		if (got <= 0)
			break;
		if (!n && parts)
			parts_begin(parts, r, size, LEAST, NULL, &in_parts, i);
		link_decode(&p);
		must(!info_packet(i, &p));
	}
	if (parts)
		parts_finish(parts);
	return min_of(got, 0);
}

struct reading {
	char said[4096];
	char *text;	/* NULL: nothing can be read */
	size_t len;
};

static void hear(void *ctx, const char *sentence)
{
	struct reading *r = ctx;

	strncat(r->said, sentence, sizeof(r->said) - 1 - strlen(r->said));
}

static void read_input(int fd, size_t size, bool concatenated, struct parts *parts,
		       struct reading *reading)
{
	const struct capfile_hooks hooks = { .warn = hear, .ctx = reading, .concatenated = concatenated };
	struct stat stat = { .st_mode = S_IFREG | 0600, .st_size = size };
	FILE *f;
	struct capfile *r = NULL;
	struct info i;
	int err;

	*reading = (struct reading){ .text = NULL };
	must(lseek(fd, 0, SEEK_SET) == 0 && (f = fdopen(dup(fd), "r")));
	err = capfile_open_with(&r, f, &hooks);
	must(!info_open(&i));
	if (!err)
		err = count(r, &i, parts, size);
	if (r) {
		struct info_source s = {
			.name = "a<X>&\"'\n\x1b[31m\xff.pcap", .stat = &stat, .reader = r,
			.filter = "udp", .error = err ? capfile_error(r) : NULL,
		};

		check_text(&i, &s);
		check_json(&i, &s);
		check_html(&i, &s);
		reading->text = report(info_json, &i, &s, &reading->len);
	}
	info_close(&i);
	capfile_close(r);
	fclose(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum { THREADS = 2 };
	static struct parts *parts;
	const bool concatenated = size && data[size - 1] & 1;
	struct reading alone, divided;
	int fd = memfd_create("input", 0);

	must(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	must(parts || !parts_open(&parts, THREADS));
	read_input(fd, size, concatenated, NULL, &alone);
	read_input(fd, size, concatenated, parts, &divided);
	must(!strcmp(alone.said, divided.said) && !alone.text == !divided.text);
	must(!alone.text || !strcmp(alone.text, divided.text));
	free(alone.text);
	free(divided.text);
	close(fd);
	return 0;
}
