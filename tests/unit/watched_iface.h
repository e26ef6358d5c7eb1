/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* An interface that has an XDP program of somebody else, which a test plays (played_kernel.h). */
#ifndef XDPDUMP_TESTS_WATCHED_IFACE_H
#define XDPDUMP_TESTS_WATCHED_IFACE_H

#include "tests/unit/played_kernel.h"

enum { ENTRY = 1 << POINT_ENTRY, EXIT = 1 << POINT_EXIT };

static struct live_iface entry, iface;

static int set_up(void **state)
{
	kernel_reset();
	entry = iface = (struct live_iface){ .point = POINT_ENTRY, .promiscuous_fd = -1 };
	return written_set_up(state);
}

static int tear_down(void **state)
{
	live_attach_close(&iface);
	live_attach_close(&entry);
	assert_int_equal(kernel.n_traced, 0);
	return written_tear_down(state);
}

#define with_iface(t)	cmocka_unit_test_setup_teardown(t, set_up, tear_down)

static struct live_iface_settings settings_of(const struct observe_options *o)
{
	return (struct live_iface_settings){
		.snap = 100, .observe = *o, .directions = LIVE_RECEIVED, .linktype = -1
	};
}

static enum status start(const struct live_iface_settings *s, const struct live_filters *filters)
{
	enum status status = live_attach_describe(&iface, "v0", 5, s);

	if (!status)
		status = live_program_load(&iface, NULL, s, filters);
	return status ? status : live_attach_begin(&iface, s);
}

#endif
