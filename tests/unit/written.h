/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * For tests of what writes captures: a directory of their own to stand in, numbered packets, and
 * what of them stands in which file afterwards, with what was said on stderr.
 */
#ifndef XDPDUMP_TESTS_WRITTEN_H
#define XDPDUMP_TESTS_WRITTEN_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/packet/packet.h"
#include "capture/packet/source.h"
#include "capture/read/capfile.h"

#include "tests/unit/unit.h"

enum { WRITTEN_IFACES = 2, WRITTEN_LEN_MAX = 2000 };

#define WRITTEN_SEC	UINT64_C(1000000000)

static const struct iface written_ifaces[WRITTEN_IFACES] = {
	{ .id = 0, .linktype = LINKTYPE_ETHERNET, .snaplen = 4096, .name = (char *)"v0" },
	{ .id = 1, .linktype = LINKTYPE_ETHERNET, .snaplen = 4096, .name = (char *)"v1" },
};

static struct {
	char old[256], dir[64];
	int stderr_fd, said_fd;
	char said[4096];
} written;

static is_unused int written_set_up(void **state)
{
	(void)state;
	snprintf(written.dir, sizeof(written.dir), "%s/xdpdump-test.XXXXXX",
		 access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	written.stderr_fd = dup(STDERR_FILENO);
	written.said_fd = memfd_create("stderr", MFD_CLOEXEC);
	return getcwd(written.old, sizeof(written.old)) && mkdtemp(written.dir) &&
			       !chdir(written.dir)
		       ? 0
		       : -1;
}

static is_unused int written_tear_down(void **state)
{
	char line[128];

	(void)state;
	close(written.stderr_fd);
	close(written.said_fd);
	snprintf(line, sizeof(line), "rm -r %s", written.dir);
	return chdir(written.old) || system(line) ? -1 : 0;
}

/* Between the two stderr is kept; the result is all that was said so far in this test. */
static is_unused void written_listen(void)
{
	dup2(written.said_fd, STDERR_FILENO);
}

static is_unused const char *written_said(void)
{
	ssize_t n = pread(written.said_fd, written.said, sizeof(written.said) - 1, 0);

	dup2(written.stderr_fd, STDERR_FILENO);
	written.said[n > 0 ? n : 0] = '\0';
	unit_patiently(written.said);
	return written.said;
}

/* Packet @number, which its first bytes tell. */
static is_unused struct packet written_packet(uint32_t number, uint64_t ts_ns, uint32_t len,
					      unsigned iface)
{
	static uint8_t data[WRITTEN_LEN_MAX];

	memcpy(data, &number, sizeof(number));
	return (struct packet){
		.ts_ns = ts_ns,
		.has = PACKET_TIME,
		.data = data,
		.caplen = len,
		.len = len,
		.iface = &written_ifaces[iface],
	};
}

/* Where they come from. */
struct written_source {
	struct source source;
	const struct iface *ifaces;
	unsigned n_ifaces;		/* that have appeared so far */
	uint64_t given[WRITTEN_IFACES];	/* packets */
	unsigned begun;			/* files */
	char warned[256];		/* the last sentence; "": none */
};

static is_unused void written_origin(struct source *source, struct origin *o)
{
	(void)o;
	((struct written_source *)source)->begun++;
}

static is_unused const struct iface *written_iface(struct source *source, uint32_t id)
{
	const struct written_source *from = (struct written_source *)source;

	return id < from->n_ifaces ? &from->ifaces[id] : NULL;
}

static is_unused bool written_stats(struct source *source, uint32_t id, uint64_t unwritten,
				    struct iface_stats *s)
{
	const struct written_source *from = (struct written_source *)source;

	*s = (struct iface_stats){ .ts_ns = 1, .has = 1 << STAT_RECEIVED | 1 << STAT_OS_DROP };
	s->value[STAT_RECEIVED] = from->given[id];
	s->value[STAT_OS_DROP] = unwritten;
	return true;
}

static is_unused void written_warn(struct source *source, const char *sentence)
{
	struct written_source *from = (struct written_source *)source;

	snprintf(from->warned, sizeof(from->warned), "%s", sentence);
}

static is_unused struct written_source written_source(void)
{
	static const struct source_ops ops = {
		.origin = written_origin,
		.iface = written_iface,
		.stats = written_stats,
		.warn = written_warn,
	};

	return (struct written_source){
		.source.ops = &ops,
		.ifaces = written_ifaces,
		.n_ifaces = WRITTEN_IFACES,
	};
}

static void written_add(char *list, size_t cap, const char *fmt, uint32_t a, uint32_t b)
{
	size_t len = strlen(list);

	snprintf(list + len, cap - len, fmt, a, b);
}

/* Packets of a file as "1-3,7", into @list; "empty" if it has no byte, "none" if it has no packet.
 */
static is_unused void written_file(const char *path, char *list, size_t cap)
{
	uint32_t number, first = 0, last = 0;
	struct capfile *r = NULL;
	FILE *f = fopen(path, "r");
	struct packet p;
	struct stat st;
	int err;

	if (!f)
		fail_msg("%s: %s", path, strerror(errno));
	if (!fstat(fileno(f), &st) && !st.st_size) {
		fclose(f);
		snprintf(list, cap, "empty");
		return;
	}
	*list = '\0';
	err = capfile_open(&r, f, NULL, NULL);
	while (!err && (err = capfile_next(r, &p)) > 0) {
		err = 0;
		memcpy(&number, p.data, sizeof(number));
		if (first && number == last + 1) {
			last++;
			continue;
		}
		if (first)
			written_add(list, cap, first < last ? "%u-%u," : "%u,", first, last);
		first = last = number;
	}
	if (err)
		fail_msg("%s: %s", path, capfile_error(r));
	written_add(list, cap, !first ? "none" : first < last ? "%u-%u" : "%u", first, last);
	capfile_close(r);
	fclose(f);
}

/* The number of the packet that begins at @offset of a file. */
static is_unused uint32_t written_at(const char *path, uint64_t offset)
{
	uint32_t number = 0;
	struct capfile *r = NULL;
	FILE *f = fopen(path, "r");
	struct packet p;

	assert_non_null(f);
	assert_int_equal(capfile_open(&r, f, NULL, NULL), 0);
	while (!number && capfile_next(r, &p) > 0)
		if (p.offset == offset)
			memcpy(&number, p.data, sizeof(number));
	if (!number)
		fail_msg("%s: no packet begins at %llu", path, (unsigned long long)offset);
	capfile_close(r);
	fclose(f);
	return number;
}

/* All files, "NAME=1-3 NAME=4". None may be larger than @max bytes. */
static is_unused const char *written_files(uint64_t max)
{
	static char list[4096];
	struct dirent **entries;
	int n = scandir(".", &entries, NULL, alphasort);
	struct stat st;

	*list = '\0';
	for (int i = 0; i < n; i++) {
		const char *name = entries[i]->d_name;

		if (!stat(name, &st) && S_ISREG(st.st_mode)) {
			size_t len = strlen(list);

			if (max && (uint64_t)st.st_size > max)
				fail_msg("%s has %zd bytes, more than %zu", name,
					 (ssize_t)st.st_size, (size_t)max);
			len += snprintf(list + len, sizeof(list) - len, "%s%s=", len ? " " : "",
					name);
			written_file(name, list + len, sizeof(list) - len);
		}
		free(entries[i]);
	}
	free(entries);
	return list;
}

/* How many interfaces a file describes; their snapshot length, and bytes of the last packet. */
static is_unused unsigned written_n_ifaces(const char *path, uint32_t *snaplen, uint32_t *caplen)
{
	struct capfile *r = NULL;
	FILE *f = fopen(path, "r");
	struct packet p = { .caplen = 0 };
	unsigned n = 0;
	int err;

	assert_non_null(f);
	err = capfile_open(&r, f, NULL, NULL);
	while (!err && (err = capfile_next(r, &p)) > 0)
		err = 0;
	assert_int_equal(err, 0);
	*caplen = p.caplen;
	for (; capfile_iface(r, n); n++)
		*snaplen = capfile_iface(r, n)->snaplen;
	capfile_close(r);
	fclose(f);
	return n;
}

/*
 * The packets of interface @id that the statistics of a file tell of, received and lost. False:
 * they tell nothing.
 */
static is_unused bool written_told(const char *path, uint32_t id, uint64_t *received,
				   uint64_t *lost)
{
	struct capfile *r = NULL;
	FILE *f = fopen(path, "r");
	const struct iface_stats *s = NULL;
	struct packet p;
	int err;

	assert_non_null(f);
	err = capfile_open(&r, f, NULL, NULL);
	while (!err && (err = capfile_next(r, &p)) > 0)
		err = 0;
	if (!err)
		s = capfile_stats(r, id);
	*received = s ? s->value[STAT_RECEIVED] : 0;
	*lost = s ? s->value[STAT_OS_DROP] : 0;
	capfile_close(r);
	fclose(f);
	return s;
}

static is_unused bool written_holds(const char *path, const void *bytes, size_t n)
{
	static uint8_t content[65536];
	FILE *f = fopen(path, "r");
	size_t len;

	assert_non_null(f);
	len = fread(content, 1, sizeof(content), f);
	fclose(f);
	return memmem(content, len, bytes, n);
}

#endif
