/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Filter expressions in the language of pcap-filter(7). libpcap compiles them to classic BPF; what
 * it has to say about a bad one is kept as a sentence, with the place in the expression marked
 * where that can be found out.
 */
#ifndef XDPDUMP_FILTER_EXPR_H
#define XDPDUMP_FILTER_EXPR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct expr;
struct iface;
struct sock_filter;	/* <linux/filter.h> */

/*
 * Compiles @text for packets of @linktype (LINKTYPE_... of packet.h), as tcpdump -r does for a file
 * of that type. A blank text lets everything through. Names are looked up as libpcap does, which
 * may ask a name server. 0, -ENOMEM, or -EINVAL: libpcap refuses it, and *e is set for
 * expr_error(). Whatever it returns, *e is to be closed.
 */
int expr_open(struct expr **e, const char *text, uint16_t linktype, bool optimize);

/*
 * The same for the packets of an interface in a file, whose byte order is that of the header of
 * LINKTYPE_NULL, too.
 */
int expr_open_for(struct expr **e, const char *text, const struct iface *i, bool optimize);

/*
 * After -EINVAL: what is wrong with it, in the words of libpcap and with the text around the place.
 */
const char *expr_error(const struct expr *e);

/*
 * The same for one that comes from @file (NULL: from the user), without a word of it: we may have
 * more rights than the user, who must not read what he could not open. The place is told as line
 * and column. Into @out if need be.
 */
const char *expr_error_in(const struct expr *e, const char *file, char *out, size_t cap);

/* And is it wrong for packets of any link type? Asks libpcap about several. */
bool expr_is_wrong(const struct expr *e);

const char *expr_text(const struct expr *e);

/*
 * Does it ask for the direction of packets where their bytes do not have it ("inbound",
 * "outbound")? Then it is another program for packets that were received and for those that were
 * sent, and of others nothing can be said.
 */
bool expr_is_directed(const struct expr *e);

/* The program and its length; it returns 0 for packets that do not match. */
const struct sock_filter *expr_insns(const struct expr *e, size_t *n);
const struct sock_filter *expr_insns_sent(const struct expr *e, size_t *n);

/* @len: of the packet on the wire, of which @caplen bytes are at @data. */
bool expr_matches(const struct expr *e, const uint8_t *data, uint32_t caplen, uint32_t len);
bool expr_matches_sent(const struct expr *e, const uint8_t *data, uint32_t caplen, uint32_t len);

/*
 * The program on stdout, as tcpdump prints it with so many -d: 1 readable, 2 a fragment of C, 3
 * decimal numbers.
 */
void expr_dump(const struct expr *e, int format);

struct expr *expr_close(struct expr *e);

/* The words up to the NULL as one line with blanks between them, to be freed; NULL: no memory. */
char *expr_join(char *const *words);

/* A copy of the text as one line, to be freed; NULL: no memory. */
char *expr_line(const char *text);

/*
 * An expression from the file @path, to be freed. Comments, from # to the end of a line, become
 * blanks. 0 or -errno.
 */
int expr_read(const char *path, char **text);

#endif
