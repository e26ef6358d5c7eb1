// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What is to be seen at once: what is dropped, refused, broken; then who begins, ends, and by
 * protocol.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/format/colour.h"
#include "capture/packet/packet.h"
#include "capture/packet/pcapng_options.h"

#define RED	"\033[31m"
#define BOLD_RED "\033[1;31m"
#define GREEN	"\033[32m"
#define YELLOW	"\033[33m"
#define BLUE	"\033[34m"
#define MAGENTA	"\033[35m"
#define CYAN	"\033[36m"

enum { TYPE_ARP = 0x0806, XDP_SAYS_ABORTED = 0, XDP_SAYS_DROP = 1, TC_SAYS_SHOT = 2 };

bool colour_by_name(enum colour_when *when, const char *name)
{
	static const char *const names[] = { "auto", "always", "never" };

	for (unsigned i = 0; i < array_size(names); i++)
		if (!strcmp(names[i], name)) {
			*when = i;
			return true;
		}
	return false;
}

/* https://no-color.org: set, and not empty. */
bool colour_wanted(enum colour_when when, int fd)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (when != COLOUR_AUTO)
		return when == COLOUR_ALWAYS;
	return isatty(fd) && !(no && *no) && term && strcmp(term, "dumb");
}

static bool is_dropped(const struct packet *p)
{
	struct verdict v;

	if (!pcapng_options_verdict(p, &v))
		return false;
	return v.type == VERDICT_XDP ? v.action == XDP_SAYS_ABORTED || v.action == XDP_SAYS_DROP
				     : v.action == TC_SAYS_SHOT;
}

static const char *of_tcp(unsigned flags)
{
	if (flags & PARSE_RST)
		return RED;
	if (flags & PARSE_SYN)
		return GREEN;
	return flags & PARSE_FIN ? YELLOW : NULL;
}

const char *colour_of(const struct packet *p)
{
	const struct parsed *h = &p->hdr;

	if (is_dropped(p) || h->end == PARSE_BAD)
		return BOLD_RED;
	if (!h->ip_version)
		return h->eth_type == TYPE_ARP ? BLUE : NULL;
	switch (h->ip_proto) {
	case PROTO_TCP:
		return of_tcp(h->flags);
	case PROTO_UDP:
		return CYAN;
	case PROTO_ICMP:
	case PROTO_ICMPV6:
		return MAGENTA;
	}
	return NULL;
}
