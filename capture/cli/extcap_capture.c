// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* A capture for Wireshark: one like any other, with a toolbar beside it. */
#include "capture/cli/capture.h"
#include "capture/cli/extcap.h"
#include "capture/cli/opts.h"
#include "capture/cli/pump.h"
#include "capture/cli/said.h"
#include "capture/cli/toolbar.h"

struct guest {
	struct said *said;
	struct toolbar *toolbar;
};

static void take_said(void *ctx)
{
	said_take(ctx);
}

static void take_controls(void *ctx)
{
	if (toolbar_take(ctx))
		log_complain("warning: what came from the toolbar made no sense; it is not listened to any more");
}

static const char *refilter(void *capture, const char *text)
{
	return capture_refilter(capture, text);
}

static int begin(void *ctx, struct pump *p, struct capture *l)
{
	struct guest *g = ctx;
	int err = loop_add(&p->loop, said_fd(g->said), take_said, g->said);

	if (!err && toolbar_fd(g->toolbar) >= 0)
		err = loop_add(&p->loop, toolbar_fd(g->toolbar), take_controls, g->toolbar);
	pump_stage(p, toolbar_mark, g->toolbar);
	toolbar_refilter(g->toolbar, refilter, l);
	return err;
}

static void look(void *ctx, uint64_t lost)
{
	toolbar_lost(((struct guest *)ctx)->toolbar, lost);
}

enum status extcap_capture(const struct opts *o, struct said *s, struct toolbar *t)
{
	struct guest g = { s, t };
	const struct capture_guest guest = { begin, look, &g };
	enum status status = capture_run_with(o, &guest);

	if (toolbar_marks(t))
		log_complain("warning: a mark is not in the capture, as no packet came behind it");
	return status;
}
