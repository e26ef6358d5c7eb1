/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Who speaks in a message of NTP: RFC 5905, 7.3. */
#ifndef XDPDUMP_PACKET_NTP_H
#define XDPDUMP_PACKET_NTP_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/parse.h"

struct ntp {
	uint8_t version, mode, stratum;
};

/* @c is at the message. False: it is none that tells the time. */
bool ntp_read(struct cursor *c, struct ntp *n);

/* "client"; of every mode that ntp_read() takes. */
const char *ntp_mode_name(uint8_t mode);

#endif
