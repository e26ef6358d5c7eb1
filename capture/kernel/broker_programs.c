// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <errno.h>
#include <stddef.h>

#include "capture/base/util.h"
#include "capture/kernel/broker_programs.h"
#include "capture/kernel/hook.h"

const struct object_program *broker_programs_nth(unsigned i, const struct hook_ops **ops)
{
	static const struct hook_ops *const all[] = { &hook_xdp, &hook_device, &hook_tc_in, &hook_tc_process };

	for (unsigned k = 0; k < array_size(all); i -= all[k++]->n_programs)
		if (i < all[k]->n_programs) {
			*ops = all[k];
			return &all[k]->programs[i];
		}
	return NULL;
}

int broker_programs_number(const struct object_program *program, uint32_t *number)
{
	const struct object_program *p;
	const struct hook_ops *ops;

	for (*number = 0; (p = broker_programs_nth(*number, &ops)); ++*number)
		if (p == program)
			return 0;
	return -EPERM;
}
