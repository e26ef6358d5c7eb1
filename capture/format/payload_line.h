/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What a packet says, as words of its line. */
#ifndef XDPDUMP_FORMAT_PAYLOAD_LINE_H
#define XDPDUMP_FORMAT_PAYLOAD_LINE_H

struct packet;
struct text;

/*
 * " DNS A? www.example.com", " DNS A www.example.com: 192.0.2.80"; nothing if nothing is known.
 * What the bytes end in ends with " [CUT]", what contradicts itself with " [BAD]".
 */
void payload_line(struct text *t, const struct packet *p);

#endif
