// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <stdlib.h>

#include "capture/cli/opts.h"

void opts_close(struct opts *o)
{
	free((char *)o->filter);
	free(o->reads);
	free(o->read_list);
	free(o->maps);
	o->filter = NULL;
	o->reads = NULL;
	o->read_list = NULL;
	o->maps = NULL;
}
