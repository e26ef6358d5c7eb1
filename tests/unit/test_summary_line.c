// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Lines for packets that nobody made: whatever the bytes are and wherever they are cut, a line is
 * printable, no longer than promised, and nothing is read that is not captured. What lines look
 * like is for the golden tests.
 */
#include <string.h>

#include "capture/base/text.h"
#include "capture/format/summary_line.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"

#include "tests/unit/unit.h"

enum { ROUNDS = 20000, LEN_MAX = 160 };

static const struct link_case {
	const char *name;
	uint16_t linktype;
	const char *head;	/* that makes decoding go on */
} links[] = {
	{ "ethernet_ipv4", LINKTYPE_ETHERNET, "0200000000020200000000010800" "4500" },
	{ "ethernet_ipv6", LINKTYPE_ETHERNET, "020000000002020000000001" "86dd" "60" },
	{ "ethernet_ipv6_with_extensions", LINKTYPE_ETHERNET,
	  "020000000002020000000001" "86dd" "60000000" "00002c40" "20010db8000000000000000000000001"
	  "20010db8000000000000000000000002" "3c" },
	{ "ethernet_with_tags", LINKTYPE_ETHERNET,
	  "020000000002020000000001" "8100" "0064" "88a8" },
	{ "ethernet_arp", LINKTYPE_ETHERNET, "0200000000020200000000010806" "0001080006040001" },
	{ "ethernet_of_any_kind", LINKTYPE_ETHERNET, "" },
	{ "raw_ip", LINKTYPE_RAW, "45" },
	{ "ipv4", LINKTYPE_IPV4, "45" },
	{ "ipv6", LINKTYPE_IPV6, "60" },
	{ "bsd_loopback", LINKTYPE_NULL, "02000000" "45" },
	{ "openbsd_loopback", LINKTYPE_LOOP, "00000002" "45" },
	{ "linux_cooked", LINKTYPE_LINUX_SLL, "00000001000602000000000100000800" "45" },
	{ "linux_cooked_v2", LINKTYPE_LINUX_SLL2,
	  "08000000" "000000020001040602000000" "00010000" "45" },
	{ "an_unknown_link_type", 65000, "" },
	{ "wireless", 105, "" },
};

static uint64_t noise(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
	return *seed >> 33;
}

static void check(const struct packet *p, int verbose)
{
	char buf[2 * LINE_MAX_BYTES];
	struct text t = text_in(buf, sizeof(buf));

	summary_line_direction(&t, p);
	summary_line_link(&t, p);
	summary_line_packet(&t, p, verbose);
	summary_line_verdict(&t, p);
	if (t.len == 0 || t.len > LINE_MAX_BYTES - 64)	/* number and time come before it */
		fail_msg("a line of %zu bytes", t.len);
	for (size_t i = 0; i < t.len; i++)
		if (buf[i] < 0x20 || buf[i] > 0x7e)
			fail_msg("byte %#x in '%.*s'", (uint8_t)buf[i], (int)t.len, buf);
}

static void lines_are_printable(void **state)
{
	const struct link_case *c = *state;
	struct iface i = { .linktype = c->linktype, .name = (char *)"e\x1b[31m\n" };
	uint64_t seed = c->linktype;
	size_t head_len;
	uint8_t *head = unit_bytes(c->head, &head_len);

	for (unsigned round = 0; round < ROUNDS; round++) {
		uint32_t n = noise(&seed) % LEN_MAX;
		uint8_t *data = malloc(n + 1);
		struct packet p = {
			.data = data,
			.caplen = n,
			.len = n + noise(&seed) % 3 * 100,
			.has = noise(&seed) & 31,
			.verdict = { VERDICT_XDP, noise(&seed) },
			.iface = &i,
			.queue = noise(&seed),
			.dropped = noise(&seed),
		};

		for (uint32_t k = 0; k < n; k++)
			data[k] = k < head_len ? head[k] : noise(&seed) % 4 ? noise(&seed) : 0;
		link_decode(&p);
		assert_true(p.hdr.hdr_len <= n);
		check(&p, (int)(round % 4) - 1);
		free(data);
	}
	free(head);
}

static const struct verdict_case {
	const char *name;
	struct verdict verdict;
	const char *line;
} verdicts[] = {
	{ "xdp_0_is_aborted", { VERDICT_XDP, 0 }, " => ABORTED" },
	{ "xdp_1_is_drop", { VERDICT_XDP, 1 }, " => DROP" },
	{ "xdp_2_is_pass", { VERDICT_XDP, 2 }, " => PASS" },
	{ "xdp_3_is_tx", { VERDICT_XDP, 3 }, " => TX" },
	{ "xdp_4_is_redirect", { VERDICT_XDP, 4 }, " => REDIRECT" },
	{ "xdp_5_is_a_number", { VERDICT_XDP, 5 }, " => 5" },
	{ "xdp_2_above_32_bits_is_a_number", { VERDICT_XDP, 1ull << 32 | 2 }, " => 4294967298" },
	{ "tc_minus_1_is_unspec", { VERDICT_TC, UINT64_MAX }, " => UNSPEC" },
	{ "tc_minus_2_is_a_number", { VERDICT_TC, UINT64_MAX - 1 }, " => -2" },
	{ "tc_0_is_ok", { VERDICT_TC, 0 }, " => OK" },
	{ "tc_2_is_shot", { VERDICT_TC, 2 }, " => SHOT" },
	{ "tc_7_is_redirect", { VERDICT_TC, 7 }, " => REDIRECT" },
	{ "tc_8_is_trap", { VERDICT_TC, 8 }, " => TRAP" },
	{ "tc_9_is_a_number", { VERDICT_TC, 9 }, " => 9" },
	{ "none_is_none", { VERDICT_HARDWARE, 1 }, "" },
};

static void a_verdict_is_a_word(void **state)
{
	const struct verdict_case *c = *state;
	struct packet p = { .verdict = c->verdict,
			    .has = c->verdict.type ? PACKET_VERDICT : 0 };
	char buf[64];
	struct text t = text_in(buf, sizeof(buf) - 1);

	summary_line_verdict(&t, &p);
	buf[t.len] = '\0';
	assert_string_equal(buf, c->line);
}

static const struct process_case {
	const char *name;
	uint32_t pid, tid;
	const char *process;
	int verbose;
	const char *line;
} processes[] = {
	{ "a_process_has_a_name_and_a_number", 1234, 1235, "curl", 0, " by curl (1234)" },
	{ "and_a_thread", 1234, 1235, "curl", 1, " by curl (1234, thread 1235)" },
	{ "a_thread_that_is_not_known", 1234, 0, "curl", 1, " by curl (1234)" },
	{ "without_a_name", 1234, 1235, NULL, 0, " by process 1234" },
	{ "a_name_that_would_steer_a_terminal", 1, 1, "a\33[31m", 0, " by a\\x1b[31m (1)" },
	{ "no_process_is_none", 0, 0, NULL, 0, "" },
};

static void a_process_is_named(void **state)
{
	const struct process_case *c = *state;
	struct packet p = { .pid = c->pid, .tid = c->tid, .process = c->process,
			    .has = PACKET_PROCESS };
	char buf[LINE_PROCESS_BYTES];
	struct text t = text_in(buf, sizeof(buf) - 1);

	summary_line_process(&t, &p, c->verbose);
	buf[t.len] = '\0';
	assert_string_equal(buf, c->line);
}

int main(void)
{
	struct CMUnitTest tests[sizeof(links) / sizeof(links[0]) +
				sizeof(verdicts) / sizeof(verdicts[0]) +
				sizeof(processes) / sizeof(processes[0])];
	size_t n = 0;

	unit_of_table_as(links, "lines_of_%s_are_printable", lines_are_printable, tests, n);
	unit_of_table(verdicts, a_verdict_is_a_word, tests, n);
	unit_of_table(processes, a_process_is_named, tests, n);
	return unit_run("summary_line", tests, n);
}
