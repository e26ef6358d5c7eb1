// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Captures that stand one behind the other in a file, as "cat a b" and ">>" leave them: where the
 * next one begins, and on to it.
 */
#include <errno.h>

#include "capture/base/util.h"
#include "capture/read/capfile_impl.h"
#include "capture/read/decompress.h"
#include "capture/read/magic.h"

/* Unpacking takes its time, so it is not tried at each record of a file that wants us to. */
static bool may_try(struct capfile *r)
{
	enum { ALWAYS = 16, FURTHER_BYTES = 64 * 1024 };

	if (r->n_tried >= ALWAYS + r->offset / FURTHER_BYTES)
		return false;
	r->n_tried++;
	return true;
}

/*
 * Four bytes are not much, and times of packets may look like that: what is unpacked has to begin
 * as a capture.
 */
static bool is_packed_capture(struct capfile *r)
{
	size_t n = 64;

	for (;; n *= 2) {
		bool more = stream_need(r, n);
		int is = decompress_is_capture(stream_bytes(r), min_of(stream_have(r), n));

		if (is != -EAGAIN || !more || n == DECOMPRESS_FIRST_MAX)
			return is == 1;
	}
}

bool another_is_here(struct capfile *r)
{
	switch (magic_of(stream_bytes(r), stream_have(r))) {
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
static int refuse(struct capfile *r)
{
	unsigned long long at = r->offset;
	const char *what;

	stream_need(r, MAGIC_LEN);
	what = magic_name(magic_of(stream_bytes(r), stream_have(r)));
	if (r->unpack)
		return capfile_fail(
			r,
			"another capture (%s) begins at byte %llu: --concatenated or --recover reads it as well; by "
			"itself: %s -dc FILE | tail -c +%llu | xdpdump -r -",
			what, at, capfile_compression(r), at + 1);
	return capfile_fail(
		r,
		"another capture (%s) begins at byte %llu: --concatenated or --recover reads it as well; by itself: "
		"tail -c +%llu FILE | xdpdump -r -",
		what, at, at + 1);
}

int another_next(struct capfile *r, struct packet *p)
{
	for (;;) {
		int err, got = r->next(r, p);
		bool behind = got == 0 && stream_is_behind(r);

		if (got == CAPFILE_AGAIN)
			continue;
		if (!behind && got != CAPFILE_ANOTHER)
			return got;
		err = behind ? stream_leave(r) : 0;
		if (!err)
			err = r->hooks.concatenated || r->hooks.recover ? capfile_begin(r)
									: refuse(r);
		if (err)
			return err;
	}
}
