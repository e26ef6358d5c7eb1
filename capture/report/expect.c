// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Verdicts first: what became of the bytes is a matter of them. */
#include <linux/bpf.h>
#include <stdio.h>

#include "capture/base/text.h"
#include "capture/base/util.h"
#include "capture/format/option_words.h"
#include "capture/format/summary_line.h"
#include "capture/packet/packet.h"
#include "capture/packet/pcapng_options.h"
#include "capture/report/compare.h"
#include "capture/report/expect.h"

/* Did it come out of a program? */
static bool is_exit(const struct packet *p, struct verdict *v)
{
	return pcapng_options_verdict(p, v) && v->type == VERDICT_XDP;
}

static void put_exit(struct text *t, bool exit, const struct verdict *v)
{
	if (exit)
		option_words_verdict(t, v);
	else
		text_str(t, "a packet that comes in");
}

/* "verdict DROP, expected PASS"; "a packet that comes in, expected one with verdict PASS" */
static void words_of_verdicts(bool wanted, const struct verdict *want, bool found,
			      const struct verdict *have, char *out, size_t cap)
{
	struct text t = text_in(out, cap - 1);

	text_str(&t, found ? "verdict " : "");
	put_exit(&t, found, have);
	text_str(&t, found || !wanted ? ", expected " : ", expected one with verdict ");
	put_exit(&t, wanted, want);
	out[t.len] = '\0';
}

static bool is_dropped(const struct verdict *v)
{
	return v->action == XDP_ABORTED || v->action == XDP_DROP;
}

static void words_of_bytes(enum compare_result r, const struct packet *wanted,
			   const struct packet *found, uint32_t offset, const char *way, char *out,
			   size_t cap)
{
	if (r == COMPARE_BYTES)
		snprintf(out, cap, "byte %u of what %s is 0x%02x, expected 0x%02x", offset, way,
			 found->data[offset], wanted->data[offset]);
	else if (r == COMPARE_LINK_TYPE)
		snprintf(out, cap, "what %s has another link type than expected", way);
	else if (r == COMPARE_LEN)
		snprintf(out, cap, "what %s has %u bytes, expected %u", way, found->len,
			 wanted->len);
	else
		snprintf(out, cap, "of what %s there are %u bytes, expected %u", way, found->caplen,
			 wanted->caplen);
}

bool expect_packet(const struct packet *wanted, const struct packet *found, char *out, size_t cap)
{
	static const struct compare_options exactly = { 0 };
	struct verdict want = { 0 }, have = { 0 };
	bool wants_exit = is_exit(wanted, &want), is_one = is_exit(found, &have);
	enum compare_result r;
	uint32_t offset;

	if (wants_exit != is_one || (is_one && want.action != have.action)) {
		words_of_verdicts(wants_exit, &want, is_one, &have, out, cap);
		return false;
	}
	if (is_one && is_dropped(&have))
		return true;
	r = compare_packets(&exactly, wanted, found, &offset);
	if (r == COMPARE_SAME || r == COMPARE_VERDICT)
		return true;
	words_of_bytes(r, wanted, found, offset, is_one ? "comes out" : "comes in", out, cap);
	return false;
}
