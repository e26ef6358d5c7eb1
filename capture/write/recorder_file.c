// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <errno.h>

#include "capture/base/clock.h"
#include "capture/base/log.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"
#include "capture/write/recorder_file.h"
#include "capture/write/recorder_memory.h"
#include "capture/write/rotate.h"

/* bytes into the file between two looks at the rings, and at the room for them */
enum { PORTION = 4 << 20, PIECE = 128 << 10 };

int recorder_file_begin(struct recorder_file *f)
{
	int err = rotate_begin(f->rotate, &f->told.source, f->run_ns,
			       f->live ? clock_now_ns() : f->asked_ns);

	if (err)
		return err;
	f->is_begun = true;
	f->n_files++;
	log_announce("%s: %s", rotate_path(f->rotate), f->why);
	return 0;
}

int recorder_file_end(struct recorder_file *f)
{
	int err = f->is_begun ? rotate_finish(f->rotate) : 0;

	f->has_file = f->is_begun = f->has_gap = false;
	return err;
}

int recorder_file_write_oldest(struct recorder_file *f)
{
	struct packet p;
	int err = f->is_begun ? 0 : recorder_file_begin(f);

	if (err)
		return err;
	recorder_memory_oldest(f->memory, &p);
	if (f->decodes)
		link_decode(&p);
	err = rotate_packet(f->rotate, &p);
	recorder_memory_wrote(f->memory, &p);
	return err;
}

/* So many packets and bytes, or what there is. */
static int write_some(struct recorder_file *f, uint64_t n_packets, uint64_t n_bytes)
{
	const uint64_t upto = f->memory->bytes > n_bytes ? f->memory->bytes - n_bytes : 0;
	int err = 0;

	while (!err && f->memory->n_wanted && n_packets-- && f->memory->bytes >= upto)
		err = recorder_file_write_oldest(f);
	return err == -EBUSY ? 0 : err;
}

int recorder_file_write_wanted(struct recorder_file *f)
{
	return write_some(f, UINT64_MAX, UINT64_MAX);
}

/* While the disk is slow they had better wait in memory, where others have room behind them. */
int recorder_file_write_if_room(struct recorder_file *f, uint64_t n_packets)
{
	return f->memory->n_wanted && rotate_has_room(f->rotate)
		       ? write_some(f, n_packets, PIECE)
		       : 0;
}

int recorder_file_write_portion(struct recorder_file *f)
{
	int err = 0;

	for (size_t n = 0; !err && n < PORTION && f->memory->n_wanted; n += PIECE)
		err = recorder_file_write_if_room(f, UINT64_MAX);
	return err;
}
