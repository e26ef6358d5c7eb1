// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Four bytes are not enough to tell a capture from data, so what is compressed is unpacked a
 * little.
 */
#include "capture/base/util.h"
#include "capture/read/another.h"
#include "capture/read/decompress.h"

/* Unpacking takes its time, so it is not tried at each record of a file that wants us to. */
static bool may_try(struct stream *s)
{
	enum { ALWAYS = 16, FURTHER_BYTES = 64 * 1024 };

	if (s->packed.n_tried >= ALWAYS + s->offset / FURTHER_BYTES)
		return false;
	s->packed.n_tried++;
	return true;
}

/*
 * Four bytes are not much, and times of packets may look like that: what is unpacked has to begin
 * as a capture.
 */
static bool is_packed_capture(struct stream *s)
{
	size_t n = 64;

	for (;; n *= 2) {
		bool more = stream_need(s, n);
		enum decompress_answer is = decompress_is_capture(stream_bytes(s),
								  min_of(stream_have(s), n));

		if (is != DECOMPRESS_TOO_FEW || !more || n == DECOMPRESS_FIRST_MAX)
			return is == DECOMPRESS_YES;
	}
}

bool another_is_here(struct stream *s, enum magic own)
{
	switch (magic_of(stream_bytes(s), stream_have(s))) {
	case MAGIC_PCAP:
		return true;
	case MAGIC_PCAPNG:
		return own != MAGIC_PCAPNG;
	case MAGIC_GZIP:
	case MAGIC_ZSTD:
		return s->is_part || (may_try(s) && is_packed_capture(s));
	case MAGIC_NONE:
		break;
	}
	return false;
}
