// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Filters for the packets of a VLAN, on the frames of the device below: what libpcap's interpreter
 * returns for a frame has to be what it returns, by the program that is made, for the same frame
 * with a tag. Takes every expression of the filter tests, optimised and not, random programs, and
 * the fixtures.
 */
#define PCAP_DONT_INCLUDE_PCAP_BPF_H
#include <glob.h>
#include <linux/filter.h>
#include <pcap/pcap.h>
#include <stdio.h>

#include "capture/base/util.h"
#include "capture/filter/behind_tag.h"
#include "capture/filter/expr.h"
#include "capture/packet/packet.h"

#include "tests/unit/classic_codes.h"
#include "tests/unit/unit.h"

/* pcap/bpf.h clashes with linux/bpf.h; the instructions are the same. */
unsigned bpf_filter(const struct sock_filter *prog, const uint8_t *data, unsigned len,
		    unsigned caplen);
int bpf_validate(const struct sock_filter *prog, int n);

#define CASES	"tests/unit/test_filter_cases.txt"

enum { CASES_MIN = 300, FRAMES_MIN = 100, FRAME = 512, ADDRESSES = 12, TAG = 4, N_RANDOM = 3000, RANDOM_MAX = 60 };

static const uint16_t codes[] = { CLASSIC_CODES };

static const struct vlan_tag five = { 0x8100, 5 }, outer = { 0x88a8, 4094 };

struct frame {
	uint8_t data[FRAME], tagged[FRAME + TAG];
	uint32_t caplen, len;
};

static struct {
	struct frame *v;
	size_t n;
} frames;

/* In VLAN 5, with a priority. */
static void add_frame(const uint8_t *data, uint32_t caplen, uint32_t len)
{
	struct frame *f;

	if (caplen < ADDRESSES)
		return;
	frames.v = reallocarray(frames.v, frames.n + 1, sizeof(*frames.v));
	assert_non_null(frames.v);
	f = &frames.v[frames.n++];
	f->caplen = min_of(caplen, (uint32_t)FRAME);
	f->len = len;
	memcpy(f->data, data, f->caplen);
	memcpy(f->tagged, data, ADDRESSES);
	memcpy(f->tagged + ADDRESSES, "\x81\x00\x60\x05", TAG);
	memcpy(f->tagged + ADDRESSES + TAG, data + ADDRESSES, f->caplen - ADDRESSES);
}

static void add_file(const char *path)
{
	char error[PCAP_ERRBUF_SIZE];
	pcap_t *file = pcap_open_offline(path, error);
	struct pcap_pkthdr *head;
	const uint8_t *data;

	if (!file)
		return;
	while (pcap_datalink(file) == LINKTYPE_ETHERNET && pcap_next_ex(file, &head, &data) == 1)
		add_frame(data, head->caplen, head->len);
	pcap_close(file);
}

static int set_up(void **state is_unused)
{
	glob_t found;

	if (glob("tests/pcaps/*.pcap", 0, NULL, &found))
		return -1;
	for (size_t i = 0; i < found.gl_pathc; i++)
		add_file(found.gl_pathv[i]);
	globfree(&found);
	return frames.n < FRAMES_MIN;
}

static int tear_down(void **state is_unused)
{
	free(frames.v);
	return 0;
}

static void compare(const char *what, const struct sock_filter *prog,
		    const struct sock_filter *made)
{
	for (size_t i = 0; i < frames.n; i++) {
		const struct frame *f = &frames.v[i];
		const unsigned wanted = bpf_filter(prog, f->data, f->len, f->caplen),
			       found = bpf_filter(made, f->tagged, f->len + TAG, f->caplen + TAG);

		if (wanted != found)
			fail_msg("%s: frame %zu: %u without the tag, %u behind it", what, i, wanted,
				 found);
	}
}

/* 1: it was made. */
static int check_expression(const char *text, bool optimize)
{
	const struct sock_filter *prog;
	struct sock_filter *made = NULL;
	struct expr *e;
	size_t n, n_made;
	int err = expr_open(&e, text, LINKTYPE_ETHERNET, optimize);

	if (!err) {
		prog = expr_insns(e, &n);
		err = behind_tag(prog, n, &five, &made, &n_made);
		assert_int_equal(err, 0);
		assert_true(bpf_validate(made, n_made));
		compare(text, prog, made);
		free(made);
	}
	expr_close(e);
	return !err;
}

static void each_expression_means_the_packet_behind_the_tag(void **state is_unused)
{
	FILE *cases = fopen(CASES, "r");
	char line[4096];
	int n = 0;

	assert_non_null(cases);
	while (fgets(line, sizeof(line), cases)) {
		line[strcspn(line, "\n")] = '\0';
		if (*line && *line != '#')
			n += check_expression(line, true) + check_expression(line, false);
	}
	fclose(cases);
	assert_true(n > 2 * CASES_MIN);
}

/* Jumps over more than a conditional one can reach. */
static void a_long_expression_means_the_same(void **state is_unused)
{
	enum { PARTS = 1000, WORD = 64 };
	char *text = calloc(PARTS + 1, WORD), *end = text;

	assert_non_null(text);
	for (int i = 0; i < PARTS; i++)
		end += snprintf(end, WORD, "ether[%d] = %d or len = %d or ", i % 60, i % 251, i);
	strcpy(end, "udp");
	assert_int_equal(check_expression(text, true) + check_expression(text, false), 2);
	free(text);
}

/*
 * Over loads that each become seven instructions; those that are jumped over change what is
 * returned.
 */
static void jumps_reach_over_what_has_grown(void **state is_unused)
{
	static const uint8_t far[] = { 1, 35, 36, 37, 38, 100, 255 };
	struct sock_filter prog[2 + 256 + 2], *made;
	size_t n_made;

	for (size_t i = 0; i < 2 * array_size(far); i++) {
		const uint8_t d = far[i / 2];
		size_t n = 0;

		prog[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0);
		prog[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 2,
							 i % 2 ? d : 0, i % 2 ? 0 : d);
		for (; n < 2u + d; n++)
			prog[n] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_B | BPF_IND, n % 8);
		prog[n++] = (struct sock_filter)BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 1000);
		prog[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_A, 0);
		assert_true(bpf_validate(prog, n));
		assert_int_equal(behind_tag(prog, n, &five, &made, &n_made), 0);
		assert_true(bpf_validate(made, n_made));
		compare("a jump", prog, made);
		free(made);
	}
}

/* Always the same numbers (Knuth, MMIX). */
static uint32_t below(uint64_t *seed, uint32_t n)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (*seed >> 33) % n;
}

/*
 * What would be in the midst of the tag is refused, or the frame is rejected; that is another
 * matter.
 */
static bool is_exact(const struct sock_filter *prog, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (BPF_CLASS(prog[i].code) == BPF_LD && BPF_MODE(prog[i].code) == BPF_IND &&
		    BPF_SIZE(prog[i].code) != BPF_B && prog[i].k < ADDRESSES)
			return false;
	return true;
}

static void random_programs_mean_the_same(void **state is_unused)
{
	struct sock_filter prog[RANDOM_MAX], *made;
	size_t n_made, n_compared = 0;
	uint64_t seed = 1;

	for (int i = 0; i < N_RANDOM; i++) {
		const size_t n = 2 + below(&seed, RANDOM_MAX - 2);
		int err;

		for (size_t k = 0; k + 1 < n; k++)
			prog[k] = (struct sock_filter){ codes[below(&seed, array_size(codes))],
							below(&seed, n - k - 1),
							below(&seed, n - k - 1), below(&seed, 24) };
		prog[n - 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_A, 0);
		if (!bpf_validate(prog, n))
			continue;
		err = behind_tag(prog, n, &five, &made, &n_made);
		if (err == -EOPNOTSUPP)
			continue;
		assert_int_equal(err, 0);
		assert_true(bpf_validate(made, n_made));
		if (is_exact(prog, n)) {
			compare("a random program", prog, made);
			n_compared++;
		}
		free(made);
	}
	assert_true(n_compared > 100);
}

static unsigned asked(const struct vlan_tag *tag, const char *bytes, size_t n)
{
	struct sock_filter *made;
	unsigned verdict;
	size_t n_made;

	assert_int_equal(behind_tag(NULL, 0, tag, &made, &n_made), 0);
	verdict = bpf_filter(made, (const uint8_t *)bytes, n, n);
	free(made);
	return verdict;
}

#define TO_FROM	"\2\0\0\0\0\1\2\0\0\0\0\2"

static void without_an_expression_it_is_the_tag_alone(void **state is_unused)
{
	assert_true(asked(&five, TO_FROM "\x81\0\0\5\x08\0", 18));
	assert_true(asked(&five, TO_FROM "\x81\0\xf0\5\x08\0", 18));	/* of a priority */
	assert_false(asked(&five, TO_FROM "\x81\0\0\6\x08\0", 18));
	assert_false(asked(&five, TO_FROM "\x88\xa8\0\5\x08\0", 18));
	assert_false(asked(&five, TO_FROM "\x08\0\0\5\x08\0", 18));
	assert_false(asked(&five, TO_FROM "\x81\0\0", 15));
	assert_true(asked(&outer, TO_FROM "\x88\xa8\x0f\xfe\x81\0\0\5\x08\0", 22));
	assert_false(asked(&outer, TO_FROM "\x81\0\0\5\x88\xa8\x0f\xfe\x08\0", 22));
}

static void a_number_with_the_tag_in_its_midst_is_refused(void **state is_unused)
{
	const struct sock_filter prog[] = { BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 10), BPF_STMT(BPF_RET | BPF_A, 0) },
				 by_x[] = { BPF_STMT(BPF_LDX | BPF_IMM, 3), BPF_STMT(BPF_LD | BPF_W | BPF_IND, 7),
					    BPF_STMT(BPF_RET | BPF_K, 1) },
				 x_is_len[] = { BPF_STMT(BPF_LDX | BPF_LEN, 0), BPF_STMT(BPF_RET | BPF_K, 1) };
	struct sock_filter *made;
	size_t n_made;

	assert_int_equal(behind_tag(prog, 2, &five, &made, &n_made), -EOPNOTSUPP);
	assert_int_equal(behind_tag(x_is_len, 2, &five, &made, &n_made), -EOPNOTSUPP);
	assert_int_equal(behind_tag(by_x, 3, &five, &made, &n_made), 0);
	assert_int_equal(bpf_filter(made, frames.v[0].tagged, FRAME, FRAME), 0);
	free(made);
}

static void a_jump_to_nowhere_is_refused(void **state is_unused)
{
	const struct sock_filter prog[] = { BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
					    BPF_STMT(BPF_RET | BPF_K, 0) },
				 back[] = { BPF_STMT(BPF_JMP | BPF_JA, -2u), BPF_STMT(BPF_RET | BPF_K, 0) };
	struct sock_filter *made;
	size_t n_made;

	assert_int_equal(behind_tag(prog, 2, &five, &made, &n_made), -EINVAL);
	assert_int_equal(behind_tag(back, 2, &five, &made, &n_made), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_expression_means_the_packet_behind_the_tag),
		cmocka_unit_test(a_long_expression_means_the_same),
		cmocka_unit_test(jumps_reach_over_what_has_grown),
		cmocka_unit_test(random_programs_mean_the_same),
		cmocka_unit_test(without_an_expression_it_is_the_tag_alone),
		cmocka_unit_test(a_number_with_the_tag_in_its_midst_is_refused),
		cmocka_unit_test(a_jump_to_nowhere_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("behind_tag", tests, set_up, tear_down);
}
