/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The options of a TCP header (RFC 9293, 3.2), in the words of tcpdump. */
#ifndef XDPDUMP_FORMAT_TCP_OPTIONS_H
#define XDPDUMP_FORMAT_TCP_OPTIONS_H

struct packet;
struct text;

/*
 * " options [mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7]" of a packet of TCP whose fixed header is
 * captured; nothing if it has none. Where they are cut, or one has a length that cannot be, that
 * stands in place of the rest.
 */
void tcp_options(struct text *t, const struct packet *p);

#endif
