// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Captures that stand one behind the other in a file, as "cat a b" and ">>" leave them: where the next one begins,
 * and on to it.
 */
#include <errno.h>

#include "capture/base/util.h"
#include "capture/read/capfile_impl.h"
#include "capture/read/decompress.h"
#include "capture/read/magic.h"

/* Unpacking takes its time, so it is not tried at each record of a file that wants us to. */
static bool may_try(struct reader *r)
{
	enum { ALWAYS = 16, FURTHER_BYTES = 64 * 1024 };

	if (r->n_tried >= ALWAYS + r->offset / FURTHER_BYTES)
		return false;
	r->n_tried++;
	return true;
}

/* Four bytes are not much, and times of packets may look like that: what is unpacked has to begin as a capture. */
static bool is_packed_capture(struct reader *r)
{
	size_t n = 64;

	for (;; n *= 2) {
		bool more = reader_need(r, n);
		int is = unpack_is_capture(reader_bytes(r), min_of(reader_have(r), n));

		if (is != -EAGAIN || !more || n == UNPACK_FIRST_MAX)
			return is == 1;
	}
}

bool reader_is_another(struct reader *r)
{
	switch (magic_of(reader_bytes(r), reader_have(r))) {
	case MAGIC_PCAP:
		return true;
	case MAGIC_PCAPNG:
		return !r->is_pcapng;
	case MAGIC_GZIP:
	case MAGIC_ZSTD:
		return may_try(r) && is_packed_capture(r);
	case MAGIC_NONE:
		break;
	}
	return false;
}

/* Tells where it begins, and how to get at it. */
static int refuse(struct reader *r)
{
	unsigned long long at = r->offset;
	const char *what;

	reader_need(r, MAGIC_LEN);
	what = magic_name(magic_of(reader_bytes(r), reader_have(r)));
	if (r->unpack)
		return reader_fail(r, "another capture (%s) begins at byte %llu: --concatenated or --recover reads it as well; by "
				   "itself: %s -dc FILE | tail -c +%llu | xdpdump -r -", what, at, reader_compression(r), at + 1);
	return reader_fail(r, "another capture (%s) begins at byte %llu: --concatenated or --recover reads it as well; by itself: "
			   "tail -c +%llu FILE | xdpdump -r -", what, at, at + 1);
}

int reader_next_of_all(struct reader *r, struct packet *p)
{
	for (;;) {
		int err, got = r->next(r, p);
		bool behind = got == 0 && reader_is_behind(r);

		if (got == READER_AGAIN)
			continue;
		if (!behind && got != READER_ANOTHER)
			return got;
		err = behind ? reader_leave(r) : 0;
		if (!err)
			err = r->hooks.concatenated || r->hooks.recover ? reader_begin(r) : refuse(r);
		if (err)
			return err;
	}
}
