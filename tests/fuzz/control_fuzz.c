// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * libFuzzer target for messages of Wireshark's toolbar: no byte is read that is not there, none is
 * taken twice, and what was read builds the same bytes.
 *
 *	make fuzz-control	make check replays tests/fuzz/control
 */
#include <string.h>

#include "capture/cli/control.h"

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t again[CONTROL_HEAD + CONTROL_VALUE_MAX];
	struct control_message m;
	ssize_t taken;

	while ((taken = control_next(data, size, &m)) > 0) {
		must((size_t)taken <= size && m.len == taken - (size_t)CONTROL_HEAD);
		must(m.value == data + CONTROL_HEAD);
		must(control_put(again, sizeof(again), &m) == (size_t)taken &&
		     !memcmp(again, data, taken));
		data += taken;
		size -= taken;
	}
	must(!taken || *data != 'T' || size >= CONTROL_HEAD);
	return 0;
}
