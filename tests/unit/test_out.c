// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Compressed output: cuts fall between frames; a frame that is interrupted on its way into a pipe
 * goes on where it was; and every fixture comes back as it was given.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/packet/packet.h"
#include "capture/read/capfile.h"
#include "capture/read/decompress.h"
#include "capture/write/fileid.h"
#include "capture/write/out.h"
#include "capture/write/writer.h"

#include "tests/unit/out_file.h"
#include "tests/unit/unit.h"

static const struct codec_case {
	const char *name;
	struct codec codec;
} cut_cases[] = {
	{ "zstd_is_cut_between_frames", { CODEC_ZSTD, 1 } },
	{ "gzip_is_cut_between_members", { CODEC_GZIP, 1 } },
}, pipe_cases[] = {
	{ "a_zstd_frame_is_interrupted_and_goes_on", { CODEC_ZSTD, 1 } },
	{ "a_gzip_member_is_interrupted_and_goes_on", { CODEC_GZIP, 1 } },
}, fixture_cases[] = {
	{ "every_fixture_comes_back_from_zstd", { CODEC_ZSTD, 1 } },
	{ "every_fixture_comes_back_from_zstd_19", { CODEC_ZSTD, 19 } },
	{ "every_fixture_comes_back_from_gzip", { CODEC_GZIP, 1 } },
};

static uint8_t noise_at(uint64_t i)
{
	i = (i + 1) * UINT64_C(0x9e3779b97f4a7c15);
	i = (i ^ i >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	return i >> 56;
}

static void write_noise(struct out *o, uint64_t from, size_t n)
{
	uint8_t *data = malloc(n);

	for (size_t i = 0; i < n; i++)
		data[i] = noise_at(from + i);
	assert_int_equal(out_write(o, data, n), 0);
	free(data);
}

static ssize_t from_fd(void *ctx, void *buf, size_t n)
{
	ssize_t got = read(*(int *)ctx, buf, n);

	return got < 0 ? -errno : got;
}

/* Unpacks what can be read from @fd. */
static uint8_t *unpacked(int fd, enum codec_kind kind, size_t *n)
{
	struct decompress *u = NULL;
	uint8_t *bytes = NULL;
	ssize_t got;

	*n = 0;
	assert_int_equal(decompress_open(&u, kind, "", 0, from_fd, &fd), 0);
	do {
		bytes = realloc(bytes, *n + 65536);
		got = decompress_read(u, bytes + *n, 65536);
		*n += got > 0 ? got : 0;
	} while (got > 0);
	if (got < 0)
		fail_msg("%s", decompress_error(u));
	decompress_close(u);
	return bytes;
}

static void want_noise(int fd, enum codec_kind kind, size_t n)
{
	size_t have;
	uint8_t *bytes = unpacked(fd, kind, &have);

	assert_int_equal(have, n);
	for (size_t i = 0; i < n; i++)
		if (bytes[i] != noise_at(i))
			fail_msg("byte %zu of %zu is not as it was", i, n);
	free(bytes);
}

static void want_file(const struct out *o, enum codec_kind kind, size_t n)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	assert_int_equal(out_offset(o), n);
	fstat(fd, &st);
	assert_int_equal(out_size(o), st.st_size);
	want_noise(fd, kind, n);
	close(fd);
}

static void cuts(void **state)
{
	const struct codec_case *c = *state;
	struct out *o = NULL;

	assert_int_equal(out_open(&o, path, -1), 0);
	assert_int_equal(out_set_codec(o, c->codec), 0);
	assert_true(out_is_compressed(o));
	assert_int_equal(out_begin(o), 0);
	for (uint64_t at = 0; at < 1000; at += 100)
		write_noise(o, at, 100);
	want_file(o, c->codec.kind, 1000);
	assert_int_equal(out_cut(o, 1000), 0);
	want_file(o, c->codec.kind, 1000);
	assert_int_equal(out_cut(o, 999), 0);
	want_file(o, c->codec.kind, 900);
	assert_int_equal(out_cut(o, 700), 0);
	want_file(o, c->codec.kind, 700);
	write_noise(o, 700, 50);
	write_noise(o, 750, 50);
	assert_int_equal(out_cut(o, 760), 0);
	want_file(o, c->codec.kind, 750);
	assert_int_equal(out_cut(o, 99), 0);
	want_file(o, c->codec.kind, 0);
	write_noise(o, 0, 7);
	want_file(o, c->codec.kind, 7);
	out_close(o);
	unlink(path);
}

/* How far back is bounded, but everything can always be taken away. */
static void what_is_not_remembered_is_not_cut(void **state)
{
	struct out *o = NULL;
	uint64_t at = 0;

	(void)state;
	assert_int_equal(out_open(&o, path, -1), 0);
	assert_int_equal(out_set_codec(o, (struct codec){ CODEC_ZSTD, 1 }), 0);
	while (at < 10000)
		write_noise(o, at++, 1);
	assert_int_equal(out_cut(o, 10), -ERANGE);
	want_file(o, CODEC_ZSTD, 10000);
	assert_int_equal(out_cut(o, 8000), 0);
	want_file(o, CODEC_ZSTD, 8000);
	assert_int_equal(out_cut(o, 0), 0);
	for (at = 0; at < 20; at++)
		write_noise(o, at, 1);
	assert_int_equal(out_cut(o, 10), 0);
	want_file(o, CODEC_ZSTD, 10);
	out_close(o);
	unlink(path);
}

enum { PIECE = 300000 };

/* The reader takes nothing until the second call; the interruption is there all the time. */
static void interrupted(void **state)
{
	const struct codec_case *c = *state;
	int fds[2], interrupt = eventfd(1, EFD_CLOEXEC), file;
	uint8_t *data = malloc(2 * PIECE), *sent = malloc(4 * PIECE);
	struct out *o = NULL;
	size_t n = 0;
	int err, calls = 0;

	for (size_t i = 0; i < 2 * PIECE; i++)
		data[i] = noise_at(i);
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fds[1]);
	assert_int_equal(out_open(&o, path, interrupt), 0);
	snprintf(path, sizeof(path), "%s/out", dir);
	assert_int_equal(out_set_codec(o, c->codec), 0);
	assert_int_equal(out_write(o, data, PIECE), -EINTR);
	assert_int_equal(out_offset(o), 0);
	/* all the bytes again, and more behind them, as the writer does it */
	do {
		uint64_t done = out_offset(o);

		n += read(fds[0], sent + n, 65536);
		err = out_write(o, data + done, 2 * PIECE - done);
		calls++;
		assert_true(err == 0 || err == -EINTR);
		assert_true(out_offset(o) == 0 || out_offset(o) == PIECE ||
			    out_offset(o) == 2 * PIECE);
	} while (err);
	assert_true(calls > 4);
	assert_int_equal(out_offset(o), 2 * PIECE);
	out_close(o);
	close(fds[1]);
	for (ssize_t got; (got = read(fds[0], sent + n, 65536)) > 0;)
		n += got;
	file = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	assert_int_equal(write(file, sent, n), n);
	lseek(file, 0, SEEK_SET);
	want_noise(file, c->codec.kind, 2 * PIECE);
	close(file);
	close(fds[0]);
	close(interrupt);
	free(data);
	free(sent);
}

static bool no_stats(void *ctx, uint32_t id, struct iface_stats *s)
{
	(void)ctx, (void)id, (void)s;
	return false;
}

/* Copies the packets of a fixture, as far as it can be read, into a file. */
static void copy(const char *from, struct codec c)
{
	FILE *f = fopen(from, "re");
	struct writer *w = NULL;
	struct capfile *r = NULL;
	struct packet p;
	uint32_t n_ifaces = 0;
	int err;

	assert_int_equal(writer_open(&w, FORMAT_PCAPNG, NULL, path, -1), 0);
	assert_int_equal(writer_set_codec(w, c), 0);
	assert_int_equal(writer_begin(w, &(struct origin){ 0 }), 0);
	err = capfile_open(&r, f, NULL, NULL);
	while (!err && capfile_next(r, &p) > 0) {
		for (; capfile_iface(r, n_ifaces); n_ifaces++)
			assert_int_equal(writer_iface(w, capfile_iface(r, n_ifaces), 0), 0);
		assert_int_equal(writer_packet(w, &p), 0);
	}
	assert_int_equal(writer_finish(w, no_stats, NULL), 0);
	writer_close(w);
	capfile_close(r);
	fclose(f);
}

static uint8_t *contents(size_t *n)
{
	uint8_t *bytes = malloc(1 << 20);
	FILE *f = fopen(path, "re");

	*n = fread(bytes, 1, 1 << 20, f);
	fclose(f);
	unlink(path);
	return bytes;
}

static void comes_back(const char *fixture, struct codec c)
{
	uint8_t *plain, *back;
	size_t n, n_back;
	int fd;

	copy(fixture, (struct codec){ CODEC_NONE, 0 });
	plain = contents(&n);
	copy(fixture, c);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	back = unpacked(fd, c.kind, &n_back);
	close(fd);
	unlink(path);
	if (n != n_back || memcmp(plain, back, n))
		fail_msg("%s: %zu bytes are %zu", fixture, n, n_back);
	free(plain);
	free(back);
}

static void fixtures_come_back(void **state)
{
	const struct codec_case *c = *state;
	glob_t found;

	assert_int_equal(glob("tests/pcaps/*.pcap", 0, NULL, &found), 0);
	assert_int_equal(glob("tests/pcaps/files/*", GLOB_APPEND, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++)
		comes_back(found.gl_pathv[i], c->codec);
	globfree(&found);
}

/* ---- a file that nothing was written to ---- */

static void put(const char *name, const char *content)
{
	FILE *f = fopen(name, "we");

	assert_non_null(f);
	fputs(content, f);
	fclose(f);
}

static void want_content(const char *name, const char *wanted)
{
	char found[64] = "";
	FILE *f = fopen(name, "re");

	if (!f)
		fail_msg("%s is not there", name);
	assert_int_equal(fread(found, 1, sizeof(found) - 1, f), strlen(wanted));
	fclose(f);
	assert_string_equal(found, wanted);
}

static void an_empty_file_goes_if_we_made_it(void **state)
{
	struct out *o = NULL;

	(void)state;
	assert_int_equal(out_open(&o, path, -1), 0);
	out_close(o);
	assert_int_equal(access(path, F_OK), -1);
	put(path, "");
	assert_int_equal(out_open(&o, path, -1), 0);
	out_close(o);
	want_content(path, "");
	unlink(path);
}

static void what_stands_in_the_place_of_an_empty_file_stays(void **state)
{
	struct out *o = NULL, *next = NULL;
	char moved[96];

	(void)state;
	snprintf(moved, sizeof(moved), "%s.1", path);
	assert_int_equal(out_open(&o, path, -1), 0);
	assert_int_equal(rename(path, moved), 0);
	put(path, "precious");
	out_close(o);
	want_content(path, "precious");
	want_content(moved, "");
	unlink(path);
	unlink(moved);
	/* logrotate: what comes behind the signal is ours as well */
	assert_int_equal(out_open(&o, path, -1), 0);
	assert_int_equal(rename(path, moved), 0);
	assert_int_equal(out_open(&next, path, -1), 0);
	out_close(o);
	assert_int_equal(out_write(next, "new", 3), 0);
	out_close(next);
	want_content(path, "new");
	want_content(moved, "");
	unlink(path);
	unlink(moved);
}

static void a_file_is_removed_by_what_it_is(void **state)
{
	struct out *o = NULL;

	(void)state;
	assert_int_equal(out_open(&o, path, -1), 0);
	assert_int_equal(out_write(o, "old", 3), 0);
	assert_int_equal(out_unlink(o), 0);
	assert_int_equal(out_unlink(o), -ENOENT);
	put(path, "precious");
	assert_int_equal(out_unlink(o), FILEID_ANOTHER);
	want_content(path, "precious");
	unlink(path);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_int_equal(out_unlink(o), FILEID_ANOTHER);
	out_close(o);
	unlink(path);
}

int main(void)
{
	struct CMUnitTest tests[16];
	size_t n = 0;

	unit_of_table(cut_cases, cuts, tests, n);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(what_is_not_remembered_is_not_cut);
	unit_of_table(pipe_cases, interrupted, tests, n);
	unit_of_table(fixture_cases, fixtures_come_back, tests, n);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(an_empty_file_goes_if_we_made_it);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(
		what_stands_in_the_place_of_an_empty_file_stays);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(a_file_is_removed_by_what_it_is);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return _cmocka_run_group_tests("out", tests, n, make_dir, remove_dir);
}
