// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Triggers for the recorder. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "capture/cli/opts.h"
#include "capture/cli/pump.h"
#include "capture/cli/recording.h"
#include "capture/stage/triggers.h"
#include "capture/write/recorder.h"

/* between two looks at rates */
enum { RATES_NS = 1000 * 1000 * 1000 };

/* A stage (stage.h). */
static int look_at_packet(void *ctx, struct packet *p)
{
	struct recording *r = ctx;
	const char *why = triggers_packet(r->triggers, p);

	if (why)
		recorder_trigger_next(r->recorder, why);
	return 1;
}

/*
 * What is captured meanwhile is written if it has failed; then, or when its --after is over, all
 * ends.
 */
static void look_at_command(void *ctx)
{
	struct recording *r = ctx;
	char why[64];
	int status;

	/* whoever ends us at a terminal ends it as well, and that is no failure */
	if (!command_ended(&r->command, &status) || !loop_look(&r->pump->loop))
		return;
	r->command_status = status;
	if (status) {
		snprintf(why, sizeof(why), "the command failed: exit status %d", status);
		recorder_trigger_last(r->recorder, why);
	}
	r->pump->ended |= !status || !r->waits;
}

static enum status open_command(struct recording *r, const struct opts *o, struct pump *p,
				const struct run_as *user)
{
	int err = command_open(&r->command, o->command, user);

	if (err == -ENOENT)
		return log_fail(STATUS_USAGE, "%s: there is no such program", o->command[0]);
	if (!err)
		err = loop_add(&p->loop, r->command.pid_fd, look_at_command, r);
	return err ? log_fail(STATUS_RUNTIME, "%s: cannot be run: %s", o->command[0],
			      strerror(-err))
		   : STATUS_OK;
}

enum status recording_open(struct recording *r, const struct opts *o, struct pump *p,
			   const struct run_as *user)
{
	int err;

	r->recorder = p->outputs.recorder;
	if (!r->recorder)
		return STATUS_OK;
	err = triggers_open(&r->triggers, o->triggers, o->n_triggers, !o->no_optimize,
			    o->recorder.live);
	if (err) {
		enum status status = err == -EINVAL ? STATUS_USAGE : STATUS_RUNTIME;

		log_complain("--trigger: %s",
			     err == -EINVAL ? triggers_error(r->triggers) : strerror(-err));
		r->triggers = triggers_close(r->triggers);
		return status;
	}
	if (triggers_has(r->triggers, TRIGGER_FILTER) || triggers_has(r->triggers, TRIGGER_VERDICT))
		pump_stage(p, look_at_packet, r);
	r->pump = p;
	r->waits = o->recorder.after.unit == REACH_TIME;
	return o->command ? open_command(r, o, p, user) : STATUS_OK;
}

void recording_begin(struct recording *r)
{
	command_go(&r->command);
}

void recording_signal(struct recording *r)
{
	recorder_trigger(r->recorder, "signal");
}

bool recording_asked(struct recording *r, const char *why)
{
	return recorder_trigger(r->recorder, why);
}

void recording_down(struct recording *r, const char *iface)
{
	char why[64];

	if (!r->recorder || !triggers_has(r->triggers, TRIGGER_DOWN))
		return;
	snprintf(why, sizeof(why), "%s is down", iface);
	recorder_trigger(r->recorder, why);
}

bool recording_is_due(const struct recording *r, uint64_t now)
{
	return r->recorder && now - r->looked_ns >= RATES_NS &&
	       (triggers_has(r->triggers, TRIGGER_RATE) ||
		triggers_has(r->triggers, TRIGGER_DROPS));
}

void recording_rates(struct recording *r, uint64_t now, uint64_t packets, uint64_t drops)
{
	const char *why = triggers_rates(r->triggers, now, packets, drops);

	r->looked_ns = now;
	if (why)
		recorder_trigger(r->recorder, why);
}

void recording_close(struct recording *r)
{
	const char *useless = r->triggers ? triggers_useless(r->triggers) : NULL;

	if (useless)
		log_complain("warning: a trigger is for packets of another link type: %s", useless);
	r->triggers = triggers_close(r->triggers);
	command_close(&r->command);
}
