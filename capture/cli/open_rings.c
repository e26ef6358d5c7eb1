// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <errno.h>
#include <string.h>

#include "bpf/event.h"
#include "capture/cli/open_rings.h"
#include "capture/cli/opts.h"
#include "capture/kernel/rings.h"

enum { META_MAX = 8 * EVENT_META_MAX };	/* bytes; that number is of words */

uint32_t open_rings_snap_max(const struct opts *o)
{
	return o->control
		       ? rings_room(o->ring_bytes, o->snap + META_MAX, EVENT_SNAP_MAX + META_MAX) -
				 META_MAX
		       : o->snap;
}

enum status open_rings(struct rings **r, const struct opts *o, uint32_t snap_max)
{
	const size_t wanted = o->ring_bytes;
	int err = rings_open(r, wanted, snap_max + META_MAX);
	size_t kib;

	if (!err) {
		kib = rings_size(*r) / 1024;
		if (wanted && kib * 1024 != wanted)
			log_complain(
				"warning: the rings have %zu KiB: each CPU's is a power of two",
				kib);
		return STATUS_OK;
	}
	if (err == -E2BIG)
		return log_fail(STATUS_USAGE, "-B %zu: a CPU's ring can have 256 MiB at most",
				wanted / 1024);
	if (err == -ENOMEM)
		return log_fail(STATUS_RUNTIME, "cannot allocate the rings; -B asks for less");
	if (err == -EPERM || err == -EACCES)
		return log_fail(STATUS_PERMISSION, "the kernel does not let us make the rings: %s",
				strerror(-err));
	if (err == -EINVAL)
		return log_fail(STATUS_UNSUPPORTED,
				"this kernel has no BPF maps for the rings (Linux 5.8): %s",
				strerror(-err));
	return log_fail(STATUS_RUNTIME, "cannot make the rings: %s", strerror(-err));
}
