// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * libFuzzer target for several files as one: all packets of each come, in its own order, under the
 * interface that it gave them, and where the times of a file do not step back they never do.
 *
 *	make fuzz-merge		make check replays tests/fuzz/merge
 *
 * Input: files, each behind two bytes with its length; the last is what is left.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/packet/packet.h"
#include "capture/read/capfile.h"
#include "capture/read/merge.h"

#include "tests/fuzz/fuzz.h"

enum { FILES_MAX = 4, PACKETS_MAX = 4096 };

struct sums {
	unsigned n;
	uint64_t bytes;		/* of all packets, whatever their order */
	bool ordered;		/* each has a time, and none is before the one in front of it */
};

static uint64_t sum_of(const struct packet *p)
{
	uint64_t sum = 0xcbf29ce484222325;

	for (uint32_t i = 0; i < p->caplen; i++)
		sum = (sum ^ p->data[i]) * 0x100000001b3;
	return sum ^ p->len ^ (p->has & PACKET_TIME ? p->ts_ns : 0);
}

static void add(struct sums *s, const struct packet *p, uint64_t *last_ns)
{
	s->ordered &= p->has & PACKET_TIME && p->ts_ns >= *last_ns;
	*last_ns = p->ts_ns;
	s->bytes += sum_of(p);
	s->n++;
}

/* What a file alone holds. */
static void read_alone(const uint8_t *data, size_t size, struct sums *all)
{
	const struct capfile_hooks hooks = { .warn = NULL };
	FILE *f = fuzz_file(data, size);
	struct capfile *r = NULL;
	struct packet p;
	uint64_t last_ns = 0;
	int err = capfile_open_with(&r, f, &hooks);

	while (!err && all->n < PACKETS_MAX && capfile_next(r, &p) > 0)
		add(all, &p, &last_ns);
	capfile_close(r);
	fclose(f);
}

static int file_of(const uint8_t *data, size_t size)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	must(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	return fd;
}

static void check_packet(const struct merge *in, const struct packet *p)
{
	must(p->iface && p->iface == merge_iface(in, p->iface->id));
}

/* False: one of them is no capture, and all are refused. */
static bool read_together(const char *const *paths, unsigned n, struct sums *all)
{
	const struct merge_options o = { .copy = true };
	struct merge *in = NULL;
	struct packet p;
	uint64_t last_ns = 0;
	int err = merge_open(&in, paths, n, &o);
	bool opened;

	if (!err)
		err = merge_begin(in);
	opened = !err;
	while (!err && all->n < PACKETS_MAX && (err = merge_next(in, &p)) > 0) {
		check_packet(in, &p);
		add(all, &p, &last_ns);
		err = 0;
	}
	if (err) {
		const char *said = merge_error(in, 0);

		must(said && *said && fuzz_is_safe(said, strlen(said), ""));
	}
	merge_close(in);
	return opened;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char names[FILES_MAX][32];
	const char *paths[FILES_MAX];
	int fds[FILES_MAX];
	struct sums each = { .ordered = true }, all = each;
	unsigned n = 0;

	while (n < FILES_MAX && (size || !n)) {
		size_t len = size;

		if (n + 1 < FILES_MAX && size >= 2) {
			len = min_of((size_t)data[0] | (size_t)data[1] << 8, size - 2);
			data += 2;
			size -= 2;
		}
		read_alone(data, len, &each);
		fds[n] = file_of(data, len);
		snprintf(names[n], sizeof(names[n]), "/proc/self/fd/%d", fds[n]);
		paths[n] = names[n];
		n++;
		data += len;
		size -= len;
	}
	if (read_together(paths, n, &all) && each.n < PACKETS_MAX) {
		must(all.n == each.n && all.bytes == each.bytes);
		must(all.ordered || !each.ordered);
	}
	while (n--)
		close(fds[n]);
	return 0;
}
