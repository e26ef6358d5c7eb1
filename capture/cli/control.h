/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The messages between Wireshark's toolbar and us: 'T', the length of what follows in three bytes
 * of network order, the number of a control, a command, and its value (doc/README.extcap of
 * Wireshark, "CONTROL PROTOCOL").
 */
#ifndef XDPDUMP_CLI_CONTROL_H
#define XDPDUMP_CLI_CONTROL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
	CONTROL_HEAD	  = 6,
	CONTROL_VALUE_MAX = 65535,
};

enum control_command {
	CONTROL_INITIALIZED,	/* what the user had set by then has been sent */
	CONTROL_SET,
	CONTROL_ADD,
	CONTROL_REMOVE,
	CONTROL_ENABLE,
	CONTROL_DISABLE,
	/* a message for the status bar; of these the control is no matter */
	CONTROL_STATUS,
	CONTROL_INFORMATION,	/* or in a window of its own */
	CONTROL_WARNING,
	CONTROL_ERROR,
};

struct control_message {
	uint8_t control;
	uint8_t command;
	const uint8_t *value;	/* in what it was read from */
	size_t len;
};

/*
 * The message that @n bytes begin with; how many it has. 0: not all are there; -EBADMSG: it is
 * none.
 */
ssize_t control_next(const uint8_t *bytes, size_t n, struct control_message *m);

/* Builds one of @cap bytes at most, CONTROL_HEAD at least: its value is cut. How long it is. */
size_t control_put(uint8_t *out, size_t cap, const struct control_message *m);

#endif
