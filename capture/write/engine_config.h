/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The file of --to-config: lines of KEY=VALUE; "#" begins a comment, blanks around both are none of
 * them.
 */
#ifndef XDPDUMP_WRITE_ENGINE_CONFIG_H
#define XDPDUMP_WRITE_ENGINE_CONFIG_H

#include <stdbool.h>

#include "capture/write/engine.h"

/* False: it cannot be taken; a sentence may be in @said. */
typedef bool (*engine_config_fn)(void *ctx, const char *key, const char *value,
				 char said[static ENGINE_SAID_MAX]);

/*
 * Gives each line to @take. @path NULL: there is none, which is fine. False: @said has a
 * sentence.
 */
bool engine_config_read(const char *path, engine_config_fn take, void *ctx,
			char said[static ENGINE_SAID_MAX]);

#endif
