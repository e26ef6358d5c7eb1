// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * libFuzzer target for --info: of whatever can be read of a file the report is text that no
 * terminal obeys, one object of JSON in a line that another library takes, and a page in which
 * nothing of the file is markup.
 *
 *	make fuzz-info		make check replays tests/fuzz/info
 */
#include <jansson.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"
#include "capture/read/capfile.h"
#include "capture/report/info.h"
#include "capture/report/info_html.h"

#include "tests/fuzz/fuzz.h"

enum { PACKETS_MAX = 4096 };	/* a compressed file may hold any number */

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

/* A comment may hold a NUL, which is there as \u0000. */
static void check_json(const struct info *i, const struct info_source *s)
{
	size_t len;
	char *text = report(info_json, i, s, &len);
	json_error_t error;
	json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct capfile_hooks hooks = { .concatenated = size && data[size - 1] & 1 };
	FILE *f = fuzz_file(data, size);
	struct capfile *r = NULL;
	struct info i;
	struct packet p;
	struct stat stat = { .st_mode = S_IFREG | 0600, .st_size = size };
	int err = capfile_open_with(&r, f, &hooks);

	must(!info_open(&i));
	for (unsigned n = 0; !err && n < PACKETS_MAX && (err = capfile_next(r, &p)) > 0; n++) {
		link_decode(&p);
		must(!info_packet(&i, &p));
		err = 0;
	}
	if (r) {
		struct info_source s = {
			.name = "a<X>&\"'\n\x1b[31m\xff.pcap", .stat = &stat, .reader = r,
			.filter = "udp", .error = err ? capfile_error(r) : NULL,
		};

		check_text(&i, &s);
		check_json(&i, &s);
		check_html(&i, &s);
	}
	info_close(&i);
	capfile_close(r);
	fclose(f);
	return 0;
}
