// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Two packets. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "capture/base/text.h"
#include "capture/base/util.h"
#include "capture/format/option_words.h"
#include "capture/format/summary_line.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"
#include "capture/packet/pcapng_options.h"
#include "capture/report/compare.h"

enum { NS_PER_SEC = 1000000000 };

static uint32_t cut(const struct compare_options *o, uint32_t caplen)
{
	return o->snap ? min_of(caplen, o->snap) : caplen;
}

static uint64_t apart(const struct packet *a, const struct packet *b)
{
	return a->ts_ns > b->ts_ns ? a->ts_ns - b->ts_ns : b->ts_ns - a->ts_ns;
}

/* A time that is not known equals one that is not known either. */
static bool is_in_time(const struct compare_options *o, const struct packet *a,
		       const struct packet *b)
{
	if (!o->times_matter)
		return true;
	if ((a->has ^ b->has) & PACKET_TIME)
		return false;
	return !(a->has & PACKET_TIME) || apart(a, b) <= o->tolerance_ns;
}

/* A file that does not tell it contradicts nobody: only some captures are beside a program. */
static bool is_one_verdict(const struct packet *a, const struct packet *b)
{
	struct verdict va, vb;

	return !pcapng_options_verdict(a, &va) || !pcapng_options_verdict(b, &vb) ||
	       (va.type == vb.type && va.action == vb.action);
}

enum compare_result compare_packets(const struct compare_options *o, const struct packet *a,
				    const struct packet *b, uint32_t *offset)
{
	uint32_t a_len = cut(o, a->caplen), b_len = cut(o, b->caplen), n = min_of(a_len, b_len),
		 i = 0;

	if (a->iface->linktype != b->iface->linktype)
		return COMPARE_LINK_TYPE;
	if (a->len != b->len)
		return COMPARE_LEN;
	if (memcmp(a->data, b->data, n)) {
		while (a->data[i] == b->data[i])
			i++;
		*offset = i;
		return COMPARE_BYTES;
	}
	*offset = n;
	if (a_len != b_len)
		return COMPARE_CAPLEN;
	if (!is_one_verdict(a, b))
		return COMPARE_VERDICT;
	return is_in_time(o, a, b) ? COMPARE_SAME : COMPARE_TIME;
}

static void words_of_time(const struct packet *a, const struct packet *b, char *out, size_t cap)
{
	uint64_t ns = apart(a, b);

	if (a->has & b->has & PACKET_TIME)
		snprintf(out, cap, "times %" PRIu64 ".%09" PRIu64 " s apart", ns / NS_PER_SEC,
			 ns % NS_PER_SEC);
	else
		snprintf(out, cap, "only one has a time");
}

static void put_verdict(struct text *t, const struct packet *p)
{
	struct verdict v;

	if (!pcapng_options_verdict(p, &v))
		return;
	text_str(t, v.type == VERDICT_XDP ? "XDP " : "TC ");
	option_words_verdict(t, &v);
}

static void words_of_verdicts(const struct packet *a, const struct packet *b, char *out, size_t cap)
{
	struct text t = text_in(out, cap - 1);

	text_str(&t, "verdicts ");
	put_verdict(&t, a);
	text_str(&t, " and ");
	put_verdict(&t, b);
	out[t.len] = '\0';
}

void compare_words(enum compare_result r, const struct packet *a, const struct packet *b,
		   uint32_t offset, char *out, size_t cap)
{
	char a_name[64], b_name[64];

	switch (r) {
	case COMPARE_SAME:
		snprintf(out, cap, "the same");
		break;
	case COMPARE_LINK_TYPE:
		link_type_name(a->iface->linktype, a_name, sizeof(a_name));
		link_type_name(b->iface->linktype, b_name, sizeof(b_name));
		snprintf(out, cap, "link types %s and %s", a_name, b_name);
		break;
	case COMPARE_LEN:
		snprintf(out, cap, "lengths on the wire %u and %u", a->len, b->len);
		break;
	case COMPARE_BYTES:
		snprintf(out, cap, "byte %u is 0x%02x and 0x%02x", offset, a->data[offset],
			 b->data[offset]);
		break;
	case COMPARE_CAPLEN:
		snprintf(out, cap, "%u and %u bytes captured", a->caplen, b->caplen);
		break;
	case COMPARE_VERDICT:
		words_of_verdicts(a, b, out, cap);
		break;
	case COMPARE_TIME:
		words_of_time(a, b, out, cap);
		break;
	}
}
