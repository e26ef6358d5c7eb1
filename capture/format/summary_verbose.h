/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The part of a line that -v adds, -S and --lengths some of it. */
#ifndef XDPDUMP_FORMAT_SUMMARY_VERBOSE_H
#define XDPDUMP_FORMAT_SUMMARY_VERBOSE_H

struct packet;
struct text;

/* Bytes of an interface's name that are shown with each packet, which may be any number. */
enum { SUMMARY_VERBOSE_NAME_MAX = 255 };

/* " ttl 64 id 1 DF win 64240", of tags, IP and what is above; more if @verbose is above 1. */
void summary_verbose_headers(struct text *t, const struct packet *p, int verbose);

/* " captured 60 queue 3 if eth0 In dropped 2", of that what there is. */
void summary_verbose_frame(struct text *t, const struct packet *p);

/* " seq N ack N", the absolute numbers of TCP, if they are captured; " captured N" bytes. */
void summary_verbose_sequence(struct text *t, const struct packet *p);
void summary_verbose_captured(struct text *t, const struct packet *p);

#endif
