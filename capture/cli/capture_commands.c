// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/base/value.h"
#include "capture/cli/books.h"
#include "capture/cli/capture_change.h"
#include "capture/cli/capture_commands.h"
#include "capture/cli/line_server.h"
#include "capture/cli/pump.h"
#include "capture/cli/recording.h"
#include "capture/kernel/run_as.h"
#include "capture/live/live_iface.h"
#include "capture/report/state.h"

static const char *change_filter(struct capture_commands *c, const char *words, FILE *out is_unused)
{
	return capture_change_filter(c->change, words);
}

/* What is not captured cannot be captured in another way. */
static const char *change(struct capture_commands *c, const struct live_iface_settings *next)
{
	if (c->only_flows)
		return "only flows are told of, and no packets are captured";
	return capture_change_settings(c->change, next);
}

static const char *change_snap(struct capture_commands *c, const char *words, FILE *out is_unused)
{
	struct live_iface_settings next = *c->change->settings;
	uint64_t n;

	if (!value_number(words, 0, next.snap_max, &n)) {
		snprintf(c->said, sizeof(c->said),
			 "snap needs a number of bytes from 1 to %u, for which there is room, or 0 for that",
			 next.snap_max);
		return c->said;
	}
	next.snap = n ? n : next.snap_max;
	return change(c, &next);
}

static const char *change_sample(struct capture_commands *c, const char *words, FILE *out is_unused)
{
	struct live_iface_settings next = *c->change->settings;

	if (!strcmp(words, "all"))
		next.sampling.sample = 1;
	else if (!sample_parse(words, &next.sampling.sample)) {
		snprintf(c->said, sizeof(c->said), "sample needs 1/N, with N from 1 to %d, or all",
			 SAMPLE_MAX);
		return c->said;
	}
	return change(c, &next);
}

static const char *mark(struct capture_commands *c, const char *words, FILE *out is_unused)
{
	if (!*words)
		return "mark needs a text";
	return marks_add(&c->change->marks, words, strlen(words))
		       ? NULL
		       : "no packet has come for the marks that there are";
}

static const char *next_file(struct capture_commands *c, const char *words is_unused, FILE *out is_unused)
{
	if (c->recording->recorder)
		return "a recorder begins its files at triggers: trigger";
	if (!outputs_is_file(&c->pump->outputs))
		return "no file is written that another one could follow";
	outputs_next_file(&c->pump->outputs);
	return NULL;
}

static const char *trigger(struct capture_commands *c, const char *words, FILE *out is_unused)
{
	if (!c->recording->recorder)
		return "there is no --recorder";
	return recording_asked(c->recording, *words ? words : "asked for")
		       ? NULL
		       : "it is ignored, for --cooldown, --max-triggers or another one just before";
}

static const char *tell_stats(struct capture_commands *c, const char *words is_unused, FILE *out)
{
	struct state *s = books_state(c->books);
	size_t n;
	char *line = s ? state_json(s, &n) : NULL;

	state_close(s);
	if (!line)
		return "";
	fputs(line, out);
	free(line);
	return NULL;
}

static const char *stop(struct capture_commands *c, const char *words is_unused, FILE *out is_unused)
{
	c->pump->ended = true;
	return NULL;
}

static const struct command_row {
	const char *name;
	const char *(*run)(struct capture_commands *c, const char *words, FILE *out);
	bool takes_words;
} commands[] = {
	{ "filter", change_filter, true },
	{ "mark", mark, true },	     { "rotate", next_file, false },
	{ "sample", change_sample, true }, { "snap", change_snap, true },
	{ "stats", tell_stats, false },
	{ "stop", stop, false },	   { "trigger", trigger, true },
};

static const char *obey(void *ctx, const char *line, FILE *out)
{
	struct capture_commands *c = ctx;
	const size_t len = strcspn(line, " ");
	const char *words = line + len + strspn(line + len, " ");

	for (size_t i = 0; i < array_size(commands); i++) {
		if (strlen(commands[i].name) != len || strncmp(line, commands[i].name, len))
			continue;
		if (*words && !commands[i].takes_words) {
			snprintf(c->said, sizeof(c->said), "%s takes no words", commands[i].name);
			return c->said;
		}
		return commands[i].run(c, words, out);
	}
	return "commands are filter EXPRESSION, mark TEXT, rotate, sample 1/N, snap LEN, stats, stop, trigger [WHY]";
}

enum status capture_commands_open(struct capture_commands *c, const char *path,
				  const struct run_as *user)
{
	int err;

	if (!path)
		return STATUS_OK;
	err = run_as_enter(user);
	if (!err)
		err = line_server_open(&c->server, path, obey, c);
	run_as_leave(user);
	return err ? log_fail(STATUS_RUNTIME, "--control %s: cannot listen there: %s", path,
			      strerror(-err))
		   : STATUS_OK;
}

enum status capture_commands_begin(struct capture_commands *c)
{
	int err = c->server ? line_server_begin(c->server, &c->pump->loop) : 0;

	return err ? log_fail(STATUS_RUNTIME, "--control: cannot wait for commands: %s",
			      strerror(-err))
		   : STATUS_OK;
}

void capture_commands_close(struct capture_commands *c)
{
	c->server = line_server_close(c->server);
}
