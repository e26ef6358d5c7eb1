/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The toolbar that Wireshark shows for us while it captures: a field whose text becomes a comment
 * on the next packet, one for another filter, the number of packets lost, and a log.
 */
#ifndef XDPDUMP_CLI_TOOLBAR_H
#define XDPDUMP_CLI_TOOLBAR_H

#include <stddef.h>
#include <stdint.h>

struct packet;
struct toolbar;

/* Its controls, as lines of the grammar of extcap(4), on stdout. */
void toolbar_print(void);

/*
 * Opens the FIFOs @in and @out, of which either may be NULL; nobody need have opened the other
 * ends. -errno, and in *@failed which of them it was; -ENOTSUP: it is no FIFO.
 */
int toolbar_open(struct toolbar **t, const char *in, const char *out, const char **failed);

/* Readable when the user has done something; -1: nothing comes. */
int toolbar_fd(const struct toolbar *t);

/*
 * Who is asked for another filter: NULL, or why it is not to be had, as capture_refilter().
 */
void toolbar_refilter(struct toolbar *t, const char *(*refilter)(void *ctx, const char *text),
		      void *ctx);

/* Deals with that. -EBADMSG: it was not in the words of the toolbar, and no more is read. */
int toolbar_take(struct toolbar *t);

/* A stage (stage.h): what was asked for becomes comments on @p. */
int toolbar_mark(void *toolbar, struct packet *p);

/* Bytes of marks that no packet has got yet. */
size_t toolbar_marks(const struct toolbar *t);

/*
 * What the user sees: packets lost so far, a line of the log with its end, a message below the
 * packets. What Wireshark is too slow to take is dropped.
 */
void toolbar_lost(struct toolbar *t, uint64_t n);
void toolbar_log(struct toolbar *t, const char *line, size_t len);
void toolbar_status(struct toolbar *t, const char *text, size_t len);

/* Packets are made elsewhere: only the log is of use. */
void toolbar_only_log(struct toolbar *t);

/* Returns NULL. */
struct toolbar *toolbar_close(struct toolbar *t);

#endif
