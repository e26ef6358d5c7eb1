// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Each FIFO is opened for reading and writing (fifo(7)): that waits for nobody, there is no end of
 * file before Wireshark has come, and no SIGPIPE when it goes. That it goes is seen at the FIFO of
 * the packets.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/base/text.h"
#include "capture/base/util.h"
#include "capture/cli/control.h"
#include "capture/cli/toolbar.h"
#include "capture/stage/marks.h"

enum { MARK, LOST, LOG, FILTER };

enum { MESSAGE_MAX = CONTROL_HEAD + CONTROL_VALUE_MAX, TEXT_MAX = 8192 };

struct toolbar {
	int in_fd, out_fd;		/* -1: none */
	uint8_t in[MESSAGE_MAX];	/* what has come of the next message */
	size_t n_in;
	struct marks marks;
	const char *(*refilter)(void *ctx, const char *text);	/* NULL: nobody is asked */
	void *ctx;
	/* what comes from now on is not what its fields have at the start */
	bool is_initialized;
	uint64_t lost;
	bool has_lost;			/* it was shown */
};

static void toolbar_closep(struct toolbar **t)
{
	toolbar_close(*t);
}

void toolbar_print(void)
{
	printf("control {number=%d}{type=string}{display=Mark}{placeholder=a comment on the next packet}"
	       "{tooltip=The next packet gets this text as a comment}\n"
	       "control {number=%d}{type=string}{display=Filter}{placeholder=another capture filter}"
	       "{tooltip=From now on only packets that match it are captured, all if it is empty}\n"
	       "control {number=%d}{type=string}{display=Lost}{default=0}"
	       "{tooltip=Packets that were lost between the interface and Wireshark}\n"
	       "control {number=%d}{type=button}{role=logger}{display=Log}{tooltip=What xdpdump has to say}\n",
	       MARK, FILTER, LOST, LOG);
}

/* ---- to Wireshark ---- */

static void tell(struct toolbar *t, uint8_t control, uint8_t command, const char *value, size_t len)
{
	const struct control_message m = { control, command, (const uint8_t *)value, len };
	uint8_t message[PIPE_BUF];	/* which is written whole or not at all */
	ssize_t ignored is_unused;

	if (t->out_fd >= 0)
		ignored = write(t->out_fd, message, control_put(message, sizeof(message), &m));
}

void toolbar_lost(struct toolbar *t, uint64_t n)
{
	char digits[24];

	if (t->has_lost && t->lost == n)
		return;
	t->has_lost = true;
	t->lost = n;
	tell(t, LOST, CONTROL_SET, digits,
	     snprintf(digits, sizeof(digits), "%llu", (unsigned long long)n));
}

void toolbar_log(struct toolbar *t, const char *line, size_t len)
{
	tell(t, LOG, CONTROL_ADD, line, len);
}

void toolbar_status(struct toolbar *t, const char *text, size_t len)
{
	tell(t, LOG, CONTROL_STATUS, text, len);
}

void toolbar_only_log(struct toolbar *t)
{
	tell(t, MARK, CONTROL_DISABLE, "", 0);
	tell(t, FILTER, CONTROL_DISABLE, "", 0);
	tell(t, LOST, CONTROL_SET, "", 0);
}

/* ---- from Wireshark ---- */

static void take_mark(struct toolbar *t, const struct control_message *m)
{
	const char *said = "the next packet gets the comment";

	if (!m->len)
		return;
	if (!marks_add(&t->marks, (const char *)m->value, m->len))
		said = "no more marks: no packet has come for those that there are";
	tell(t, MARK, CONTROL_SET, "", 0);
	toolbar_status(t, said, strlen(said));
}

/* Empty fields are no wish before somebody has emptied them. */
static void take_filter(struct toolbar *t, const struct control_message *m)
{
	char text[TEXT_MAX], said[512];
	const char *wrong;
	int len;

	if (!t->refilter || (!m->len && !t->is_initialized))
		return;
	text_utf8_clean(text, sizeof(text), (const char *)m->value, m->len);
	wrong = m->len < sizeof(text) ? t->refilter(t->ctx, text) : "the filter is too long";
	len = snprintf(said, sizeof(said), "%s",
		       !wrong	? "the filter is in force"
		       : *wrong ? wrong
				: "out of memory");
	toolbar_status(t, said, min_of((size_t)len, sizeof(said) - 1));
}

static int take_messages(struct toolbar *t)
{
	struct control_message m;
	size_t at = 0;
	ssize_t got;

	while ((got = control_next(t->in + at, t->n_in - at, &m)) > 0) {
		if (m.control == MARK && m.command == CONTROL_SET)
			take_mark(t, &m);
		else if (m.control == FILTER && m.command == CONTROL_SET)
			take_filter(t, &m);
		else if (m.command == CONTROL_INITIALIZED)
			t->is_initialized = true;
		at += got;
	}
	t->n_in -= at;
	memmove(t->in, t->in + at, t->n_in);
	return got;
}

int toolbar_take(struct toolbar *t)
{
	ssize_t n = 1;
	int err = 0;

	while (!err && n > 0) {
		n = read(t->in_fd, t->in + t->n_in, sizeof(t->in) - t->n_in);
		if (n > 0) {
			t->n_in += n;
			err = take_messages(t);
		}
	}
	if (err) {
		close(t->in_fd);
		t->in_fd = -1;
	}
	return err;
}

/* ---- packets ---- */

int toolbar_mark(void *toolbar, struct packet *p)
{
	return marks_pass(&((struct toolbar *)toolbar)->marks, p);
}

size_t toolbar_marks(const struct toolbar *t)
{
	return t->marks.n;
}

/* ---- the FIFOs ---- */

static int open_fifo(const char *path)
{
	int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (!fstat(fd, &st) && S_ISFIFO(st.st_mode))
		return fd;
	close(fd);
	return -ENOTSUP;
}

int toolbar_open(struct toolbar **out, const char *in_path, const char *out_path,
		 const char **failed)
{
	cleanup(toolbar_closep) struct toolbar *t = calloc(1, sizeof(*t));
	const struct { const char *path; int *fd; } fifos[] = {
		{ in_path, t ? &t->in_fd : NULL }, { out_path, t ? &t->out_fd : NULL },
	};

	*failed = NULL;
	if (!t)
		return -ENOMEM;
	t->in_fd = t->out_fd = -1;
	for (size_t i = 0; i < array_size(fifos); i++) {
		int fd = fifos[i].path ? open_fifo(fifos[i].path) : -1;

		*failed = fifos[i].path;
		if (fifos[i].path && fd < 0)
			return fd;
		*fifos[i].fd = fd;
	}
	tell(t, LOST, CONTROL_DISABLE, "", 0);
	*out = steal(&t);
	return 0;
}

void toolbar_refilter(struct toolbar *t, const char *(*refilter)(void *ctx, const char *text),
		      void *ctx)
{
	t->refilter = refilter;
	t->ctx = ctx;
}

int toolbar_fd(const struct toolbar *t)
{
	return t->in_fd;
}

struct toolbar *toolbar_close(struct toolbar *t)
{
	if (t && t->in_fd >= 0)
		close(t->in_fd);
	if (t && t->out_fd >= 0)
		close(t->out_fd);
	if (t)
		marks_close(&t->marks);
	free(t);
	return NULL;
}
