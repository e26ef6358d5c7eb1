/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What a message of DNS, multicast DNS or LLMNR asks and answers: RFC 1035, 4; 6762; 4795. */
#ifndef XDPDUMP_PACKET_DNS_H
#define XDPDUMP_PACKET_DNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/parse.h"

struct text;

enum {
	DNS_NAME_MAX	= 1024,		/* 255 bytes, each \DDD at worst */
	DNS_ANSWERS_MAX	= 512,
	DNS_N_ANSWERS	= 8,		/* that are told */
};

/*
 * Names are as in a zone file: printable ASCII, a byte that is not, or that has a meaning there,
 * as \DDD or with a backslash in front, without the dot at the end; "." is the root.
 */
struct dns {
	bool response, truncated;
	uint8_t opcode, rcode;
	uint16_t n_questions, n_answers;
	/* the first question or, if there is none, the name of the first answer */
	bool has_name, has_type;	/* has_name: of a cut one as much as is there */
	uint16_t type;
	size_t name_len, answers_len;
	char name[DNS_NAME_MAX];
	char answers[DNS_ANSWERS_MAX];	/* "CNAME a.example, 192.0.2.1, 3 more" */
	/*
	 * SHORT: the bytes end before that; BAD: a name or a length contradicts itself, and what
	 * was read up to there stays
	 */
	enum parse_end end;
};

/* @c is at the message, which ends with it. False: it is none. */
bool dns_read(struct cursor *c, struct dns *d);

/* "A", or "TYPE65534" of a type that has no short name here (RFC 3597, 5). */
void dns_put_type(struct text *t, uint16_t type);

/* "NXDOMAIN"; "Update", NULL for a query. */
const char *dns_rcode_name(uint8_t rcode);
const char *dns_opcode_name(uint8_t opcode);

#endif
