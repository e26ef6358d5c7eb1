// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Filters in the kernel against libpcap: each expression, optimised and not, and random classic
 * programs are translated, and what they return for a frame in BPF_PROG_TEST_RUN has to be what
 * libpcap's interpreter returns, at XDP and, for some frames, at tc. Then the capture program with
 * a filter in it: its counters. Takes the fixtures, cut at many lengths, and needs root. With the
 * argument "quick" only some frames, for machines that are emulated.
 */
#define PCAP_DONT_INCLUDE_PCAP_BPF_H
#include <bpf/bpf.h>
#include <errno.h>
#include <glob.h>
#include <linux/filter.h>
#include <linux/if_link.h>
#include <pcap/pcap.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bpf/event.h"
#include "capture/base/util.h"
#include "capture/filter/emit.h"
#include "capture/filter/expr.h"
#include "capture/filter/to_ebpf.h"
#include "capture/kernel/hook.h"
#include "capture/kernel/rings.h"
#include "capture/packet/packet.h"
#include "tests/unit/classic_codes.h"
#include "tests/unit/unit.h"

/* pcap/bpf.h clashes with linux/bpf.h; the instructions are the same. */
unsigned bpf_filter(const struct sock_filter *prog, const uint8_t *data, unsigned len,
		    unsigned caplen);
int bpf_validate(const struct sock_filter *prog, int n);

#define CASES	"tests/unit/test_filter_cases.txt"

enum {
	TEST_RUN_MIN	= 14,		/* bytes of a frame that BPF_PROG_TEST_RUN takes */
	LENGTHS		= 64,		/* of each frame */
	CASES_MIN	= 300,
	LO		= 1,
	N_RANDOM	= 3000,
	RANDOM_MAX	= 60,		/* instructions */
	RANDOM_FRAMES	= 320,		/* for all that are asked together */
	QUICK_STEP	= 37,
	QUICK_CUTS	= 5,
	QUICK_PART	= 8,		/* of the random programs, and of the frames for them */
	WHOLE		= 0,
	TOGETHER	= 64,		/* filters that a run asks, at most */
	LOOPS_TOGETHER	= 2,		/* of them, that have one */
	NO_FILTER	= 0x6e6f6e65,	/* a verdict: it was not asked */
	ALL_ASKED	= 0x616c6c,	/* what a run returns */
};

struct frame {
	uint8_t *data;
	uint32_t len;
};

static struct {
	struct frame *v;
	size_t n;
} fixtures;

static size_t step = 1;		/* each so many-th frame is taken */
static bool quick;		/* for a machine where all takes twenty times as long */
static unsigned long long n_verdicts;

/* ---- a filter in the kernel ---- */

/* The kinds of programs that a filter can be in. */
struct kind {
	enum bpf_prog_type type;
	enum bpf_attach_type attach;
	uint32_t flags;
	const struct filter_loads *loads;
	/* register 0 becomes the length of the frame, whose context is in register 1 */
	struct bpf_insn len;
	uint32_t ctx_size;
	/* of BPF_PROG_TEST_RUN, which wants an IP header to be whole in an skb */
	uint32_t frame_min, frame_max;
};

static const struct kind xdp = {
	.type = BPF_PROG_TYPE_XDP,
	.attach = BPF_XDP,
	.flags = BPF_F_XDP_HAS_FRAGS,
	.loads = &filter_loads_xdp,
	.len = { .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_xdp_get_buff_len },
	.ctx_size = sizeof(struct xdp_md),
	.frame_min = TEST_RUN_MIN,
	.frame_max = UINT32_MAX,
};

static const struct kind tc = {
	.type = BPF_PROG_TYPE_SCHED_CLS,
	.loads = &filter_loads_tc,
	.len = { .code = BPF_LDX | BPF_MEM | BPF_W,
		 .src_reg = BPF_REG_1,
		 .off = offsetof(struct __sk_buff, len) },
	.ctx_size = sizeof(struct __sk_buff),
	.frame_min = 54,
	.frame_max = 3000,
};

/*
 * What is run calls the program in the only place of @programs, which asks up to TOGETHER filters
 * and leaves what they return in @verdicts: a run is a system call, and they are millions. At XDP
 * it is attached to lo of a namespace of our own, which is down, and stays so: a run of a program
 * that is nowhere attached takes milliseconds, and so does each attachment.
 */
static struct {
	const struct kind *kind;
	int fd, link, programs, map;
	uint32_t *verdicts;		/* the memory of @map */
	/* the kernel can put the end of a small frame into fragments */
	bool has_short_buffers;
} runner;

/* A classic program, and what to call it. */
struct classic {
	char what[512];
	struct sock_filter *insns;
	size_t n;
};

/* What is to be asked together, until it is. */
static struct {
	struct classic v[TOGETHER];
	size_t n;
} waiting;

static void forget_waiting(void)
{
	while (waiting.n)
		free(waiting.v[--waiting.n].insns);
}

static int load_program(const char *name, const struct bpf_insn *insns, size_t n, char *log,
			size_t log_size)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .prog_flags = runner.kind->flags,
		    .expected_attach_type = runner.kind->attach, .log_buf = log,
		    .log_size = log_size, .log_level = !!log);

	return bpf_prog_load(runner.kind->type, name, "GPL", insns, n, &opts);
}

static int run(const uint8_t *data, uint32_t len, uint32_t linear);
static size_t use_filters(const struct classic *classics, size_t n);

static void close_runner(void)
{
	forget_waiting();	/* of a test that has failed */
	if (!runner.kind)
		return;
	if (runner.link >= 0)
		close(runner.link);
	close(runner.fd);
	close(runner.programs);
	munmap(runner.verdicts, TOGETHER * sizeof(*runner.verdicts));
	close(runner.map);
	runner.kind = NULL;
}

static void open_verdicts(void)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_MMAPABLE);
	const size_t size = TOGETHER * sizeof(*runner.verdicts);

	runner.map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "verdicts", 4, size, 1, &opts);
	assert_true(runner.map >= 0);
	runner.verdicts = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, runner.map, 0);
	assert_ptr_not_equal(runner.verdicts, MAP_FAILED);
}

static void open_runner(const struct kind *kind)
{
	LIBBPF_OPTS(bpf_link_create_opts, link_opts, .flags = XDP_FLAGS_SKB_MODE);
	struct sock_filter accept = BPF_STMT(BPF_RET | BPF_K, 1);
	struct bpf_insn insns[] = {
		{ .code = BPF_LD | BPF_IMM | BPF_DW, .dst_reg = BPF_REG_2,
		  .src_reg = BPF_PSEUDO_MAP_FD },
		{ .code = 0 },
		{ .code = BPF_ALU | BPF_MOV | BPF_K, .dst_reg = BPF_REG_3 },
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_tail_call },
		{ .code = BPF_ALU | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = NO_FILTER },
		{ .code = BPF_JMP | BPF_EXIT },
	};

	close_runner();
	runner.kind = kind;
	runner.link = -1;
	runner.programs = bpf_map_create(BPF_MAP_TYPE_PROG_ARRAY, "programs", 4, 4, 1, NULL);
	assert_true(runner.programs >= 0);
	open_verdicts();
	insns[0].imm = runner.programs;
	runner.fd = load_program("runner", insns, array_size(insns), NULL, 0);
	assert_true(runner.fd >= 0);
	if (kind == &xdp) {
		runner.link = bpf_link_create(runner.fd, LO, BPF_XDP, &link_opts);
		assert_true(runner.link >= 0);
	}
	use_filters(&(struct classic){ "accept", &accept, 1 }, 1);
	runner.has_short_buffers = !run((uint8_t[64]){ 0 }, 64, TEST_RUN_MIN);
}

/* The last words of the verifier. */
static void print_log(const struct bpf_insn *insns, size_t n)
{
	enum { LOG = 16 << 20, LINES = 30 };
	char *log = calloc(1, LOG), *start;
	int lines = LINES;

	assert_non_null(log);
	load_program("filters", insns, n, log, LOG);
	for (start = log + strlen(log); start > log && (start[-1] != '\n' || lines--); start--)
		;
	fputs(start, stdout);	/* cmocka would cut it */
	free(log);
}

#define INSTRUCTION(code_, dst_, src_, off_, imm_)	\
	{ .code = code_, .dst_reg = dst_, .src_reg = src_, .off = off_, .imm = imm_ }

/* frame_word() of bpf/capture.h, for an skb without a tag */
static const struct bpf_insn frame_word[] = {
	INSTRUCTION(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_6, BPF_REG_3, 0, 0),
	INSTRUCTION(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_4, BPF_REG_3, 0, 0),
	INSTRUCTION(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_3, BPF_REG_10, 0, 0),
	INSTRUCTION(BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_3, 0, 0, -8),
	INSTRUCTION(BPF_ST | BPF_MEM | BPF_DW, BPF_REG_10, 0, -8, 0),
	INSTRUCTION(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_skb_load_bytes),
	INSTRUCTION(BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_0, 0, 3, 0),
	INSTRUCTION(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 1),
	INSTRUCTION(BPF_ALU64 | BPF_LSH | BPF_K, BPF_REG_0, 0, 0, 32),
	INSTRUCTION(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	INSTRUCTION(BPF_LDX | BPF_MEM | BPF_W, BPF_REG_0, BPF_REG_10, -8, 0),
	INSTRUCTION(BPF_JMP | BPF_JNE | BPF_K, BPF_REG_6, 0, 1, 2),
	INSTRUCTION(BPF_ALU | BPF_END | BPF_TO_BE, BPF_REG_0, 0, 0, 16),
	INSTRUCTION(BPF_JMP | BPF_JNE | BPF_K, BPF_REG_6, 0, 1, 4),
	INSTRUCTION(BPF_ALU | BPF_END | BPF_TO_BE, BPF_REG_0, 0, 0, 32),
	INSTRUCTION(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
};

/*
 * Behind the filters, which begin at @start, if one calls that. Returns the number of
 * instructions.
 */
static size_t add_frame_word(struct bpf_insn *insns, size_t start, size_t n)
{
	bool calls = false;

	for (size_t i = start; i < n; i++)
		if (insns[i].code == (BPF_JMP | BPF_CALL) && insns[i].src_reg) {
			insns[i].imm = n - (i + 1);
			calls = true;
		}
	memcpy(insns + n, frame_word, sizeof(frame_word));
	return n + calls * array_size(frame_word);
}

static void print_program(const struct sock_filter *prog, size_t n)
{
	for (size_t i = 0; i < n && i < 200; i++)
		print_message("# (%03zu) %#04x jt %u jf %u k %#x\n", i, prog[i].code, prog[i].jt,
			      prog[i].jf, prog[i].k);
}

enum { HEAD = 3, PER_FILTER = 7, TAIL = 2 };	/* instructions that ask */

/* Those that ask filter @i, which begins at @start. They stand at @at. */
static void put_call(struct bpf_insn *insns, size_t at, size_t i, size_t start)
{
	const struct bpf_insn call[PER_FILTER] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = BPF_REG_1, .src_reg = BPF_REG_6 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = BPF_REG_2, .src_reg = BPF_REG_7 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_3 },
		{ .code = BPF_JMP | BPF_CALL, .src_reg = BPF_PSEUDO_CALL, .imm = start - (at + 4) },
		{ .code = BPF_LD | BPF_IMM | BPF_DW, .dst_reg = BPF_REG_1,
		  .src_reg = BPF_PSEUDO_MAP_VALUE,
		  .imm = runner.map },
		{ .imm = i * sizeof(*runner.verdicts) },
		{ .code = BPF_STX | BPF_MEM | BPF_W, .dst_reg = BPF_REG_1, .src_reg = BPF_REG_0 },
	};

	memcpy(insns + at, call, sizeof(call));
}

/* A program that asks @n of them, one after the other. */
static int load_filters(const struct filter *filters, size_t n, bool explain)
{
	const struct bpf_insn head[HEAD] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = BPF_REG_6, .src_reg = BPF_REG_1 },
		runner.kind->len,
		{ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = BPF_REG_7, .src_reg = BPF_REG_0 },
	};
	const struct bpf_insn tail[TAIL] = {
		{ .code = BPF_ALU | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = ALL_ASKED },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	size_t start = HEAD + n * PER_FILTER + TAIL, n_all = start;
	cleanup(freep) struct bpf_insn *all = NULL;
	int fd;

	for (size_t i = 0; i < n; i++)
		n_all += filters[i].n;
	all = malloc(n_all * sizeof(*all) + sizeof(frame_word));
	assert_non_null(all);
	memcpy(all, head, sizeof(head));
	memcpy(all + start - TAIL, tail, sizeof(tail));
	for (size_t i = 0; i < n; i++) {
		put_call(all, HEAD + i * PER_FILTER, i, start);
		memcpy(all + start, filters[i].insns, filters[i].n * sizeof(*all));
		start += filters[i].n;
	}
	n_all = add_frame_word(all, HEAD + n * PER_FILTER + TAIL, n_all);
	fd = load_program("filters", all, n_all, NULL, 0);
	if (fd < 0 && explain)
		print_log(all, n_all);
	return fd;
}

/* "protochain" jumps back. */
static bool has_loop(const struct classic *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->insns[i].code == (BPF_JMP | BPF_JA) && (int32_t)c->insns[i].k < 0)
			return true;
	return false;
}

/*
 * How many of the first are to be tried together: the verifier follows each loop for a quarter of
 * the way that it goes at most.
 */
static size_t count_together(const struct classic *classics, size_t n)
{
	size_t i = 0;

	for (unsigned n_loops = 0; i < n && n_loops + has_loop(&classics[i]) <= LOOPS_TOGETHER; i++)
		n_loops += has_loop(&classics[i]);
	return i;
}

/*
 * Makes the first of them those that run() asks, as many as the verifier takes at once, and returns
 * how many they are.
 */
static size_t use_filters(const struct classic *classics, size_t n)
{
	struct filter filters[TOGETHER] = { 0 };
	uint32_t first = 0;
	int fd, err;

	n = count_together(classics, n);
	for (size_t i = 0; i < n; i++) {
		err = to_ebpf(&filters[i], runner.kind->loads, classics[i].insns, classics[i].n);
		if (err)
			print_program(classics[i].insns, classics[i].n);
		if (err)
			fail_msg("%s: cannot translate: %s", classics[i].what, strerror(-err));
	}
	while ((fd = load_filters(filters, n, n == 1)) < 0 && n > 1)
		for (size_t half = n / 2; n > half;)
			to_ebpf_free(&filters[--n]);
	for (size_t i = 0; i < n; i++)
		to_ebpf_free(&filters[i]);
	if (fd < 0) {
		print_program(classics->insns, classics->n);
		fail_msg("%s: cannot load: %s", classics->what, strerror(-fd));
	}
	assert_int_equal(bpf_map_update_elem(runner.programs, &first, &fd, BPF_ANY), 0);
	close(fd);
	return n;
}

/* @linear: bytes in the first buffer, the others in fragments; or WHOLE. */
static int run(const uint8_t *data, uint32_t len, uint32_t linear)
{
	char ctx[sizeof(struct __sk_buff)] = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = data, .data_size_in = len, .repeat = 1);
	int err;

	if (linear) {
		memcpy(ctx + runner.kind->loads->data_end, &linear, sizeof(linear));
		opts.ctx_in = ctx;
		opts.ctx_size_in = runner.kind->ctx_size;
	}
	for (unsigned i = 0; i < TOGETHER; i++)
		runner.verdicts[i] = NO_FILTER;
	err = bpf_prog_test_run_opts(runner.fd, &opts);
	return err ? err : opts.retval == ALL_ASKED ? 0 : -ENOENT;
}

/* One frame, one length: how many of the programs accept it. */
static unsigned compare(const struct classic *classics, size_t n, const struct frame *f,
			uint32_t len, uint32_t linear)
{
	int err = run(f->data, len, linear);
	unsigned accepted = 0;

	if (err)
		fail_msg("%s: BPF_PROG_TEST_RUN: %s", classics->what, strerror(-err));
	for (size_t i = 0; i < n; i++) {
		const struct classic *c = &classics[i];
		uint32_t want = bpf_filter(c->insns, f->data, len, len), found = runner.verdicts[i];

		accepted += !!want;
		if (found == want)
			continue;
		print_program(c->insns, c->n);
		fail_msg(
			"%s: fixture frame %zu, length %u, first buffer %u (0: all): kernel %u, libpcap %u",
			c->what, f - fixtures.v, len, linear, found, want);
	}
	n_verdicts += n;
	return accepted;
}

/* ---- numbers ---- */

/* Always the same numbers (Knuth, MMIX). */
static uint32_t below(uint64_t *seed, uint32_t n)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (*seed >> 33) % n;
}

/*
 * The n-th of the lengths at which a frame is cut: all, then those around its headers, then spread
 * over the rest.
 */
static uint32_t cut_at(const struct frame *f, unsigned n)
{
	uint32_t rest;

	if (f->len <= TEST_RUN_MIN + LENGTHS)
		return min_of(f->len, TEST_RUN_MIN + n);
	if (n < 48)
		return TEST_RUN_MIN + n;
	rest = f->len - TEST_RUN_MIN - 48;
	return TEST_RUN_MIN + 48 + (uint64_t)rest * (n - 47) / (LENGTHS - 48);
}

/* ---- expressions ---- */

static void compare_cuts(const struct classic *classics, size_t n, const struct frame *f)
{
	uint32_t len = 0;

	for (unsigned k = 0; k < LENGTHS && len < f->len; k += quick ? QUICK_CUTS : 1) {
		len = cut_at(f, k);
		if (len >= runner.kind->frame_min)
			compare(classics, n, f, len, WHOLE);
	}
}

static void compare_buffers(const struct classic *classics, size_t n, const struct frame *f)
{
	static const uint32_t linear[] = { 14, 15, 23, 34, 37, 54, 100 };

	for (size_t k = 0; runner.has_short_buffers && k < array_size(linear); k++)
		if (linear[k] <= f->len)
			compare(classics, n, f, f->len, linear[k]);
}

static void compare_frames(const struct classic *classics, size_t n)
{
	for (size_t i = 0; i < fixtures.n; i += step) {
		if (fixtures.v[i].len > runner.kind->frame_max)
			continue;
		compare_cuts(classics, n, &fixtures.v[i]);
		compare_buffers(classics, n, &fixtures.v[i]);
	}
}

static void compare_waiting(void (*frames)(const struct classic *classics, size_t n))
{
	for (size_t done = 0, n; done < waiting.n; done += n) {
		n = use_filters(waiting.v + done, waiting.n - done);
		frames(waiting.v + done, n);
	}
	forget_waiting();
}

static void add_classic(const char *what, const struct sock_filter *insns, size_t n,
			void (*frames)(const struct classic *classics, size_t n))
{
	struct classic *c = &waiting.v[waiting.n++];

	snprintf(c->what, sizeof(c->what), "%s", what);
	c->n = n;
	c->insns = malloc(n * sizeof(*insns));
	assert_non_null(c->insns);
	memcpy(c->insns, insns, n * sizeof(*insns));
	if (waiting.n == TOGETHER)
		compare_waiting(frames);
}

/* False: this libpcap does not know it. */
static bool add_expression(const char *text, bool optimize)
{
	const struct sock_filter *insns;
	struct expr *e;
	bool ok = !expr_open(&e, text, LINKTYPE_ETHERNET, optimize);
	size_t n;

	if (ok) {
		insns = expr_insns(e, &n);
		add_classic(text, insns, n, compare_frames);
	}
	expr_close(e);
	return ok;
}

/* At 64 lengths, and with first buffers that are too short where the kernel can make them. */
static void compare_expressions(void)
{
	FILE *f = fopen(CASES, "r");
	unsigned n_expressions = 0;
	char line[512];

	assert_non_null(f);
	n_verdicts = 0;
	while (fgets(line, sizeof(line), f)) {
		bool plain, optimized;

		line[strcspn(line, "\n")] = '\0';
		if (!*line || *line == '#')
			continue;
		plain = add_expression(line, false);
		optimized = add_expression(line, true);
		n_expressions += plain && optimized;
		if (!plain && !optimized)
			print_message("# not in this libpcap: %s\n", line);
	}
	fclose(f);
	compare_waiting(compare_frames);
	print_message("# %u expressions, %llu verdicts%s\n", n_expressions, n_verdicts,
		      runner.has_short_buffers ? "" : "; this kernel makes no short first buffers");
	assert_true(n_expressions >= CASES_MIN);
}

static void all_expressions_agree_on_all_fixtures(void **state is_unused)
{
	open_runner(&xdp);
	compare_expressions();
}

static void all_expressions_agree_at_tc(void **state is_unused)
{
	size_t asked = step;

	open_runner(&tc);
	step = QUICK_STEP * (quick ? QUICK_CUTS : 1);
	compare_expressions();
	step = asked;
}

/* ---- random programs ---- */

static const uint16_t random_codes[] = {
	BPF_LD | BPF_ABS | BPF_W,
	BPF_LD | BPF_ABS | BPF_H,
	BPF_LD | BPF_ABS | BPF_B,
	CLASSIC_CODES
};

/* Often small, sometimes at a border or anything. */
static uint32_t random_number(uint64_t *seed)
{
	static const uint32_t border[] = {
		0,	1,	31,	 32,	     0x7ffe,	 0x7fff,     0x8000,	 0xfffb,
		0xfffc, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffefffff, 0xfffffffc, 0xffffffff,
	};

	switch (below(seed, 8)) {
	case 0:
		return border[below(seed, array_size(border))];
	case 1:
		return below(seed, 1u << 31) * 2 + below(seed, 2);
	case 2:
		return below(seed, 2000);
	}
	return below(seed, 80);
}

/*
 * @left: instructions behind this one. Memory has 4 words, which are set at the start: libpcap
 * leaves them to chance.
 */
static struct sock_filter random_insn(uint64_t *seed, uint32_t left)
{
	struct sock_filter in = { .code = random_codes[below(seed, array_size(random_codes))],
				  .k = random_number(seed) };
	uint8_t class = BPF_CLASS(in.code), op = BPF_OP(in.code);

	if (class == BPF_RET && below(seed, 8))
		in.code = BPF_LDX | BPF_MSH | BPF_B;
	if (class <= BPF_LDX && BPF_MODE(in.code) != BPF_IMM && below(seed, 16))
		in.k %= TEST_RUN_MIN - 4;
	if (class == BPF_ST || class == BPF_STX ||
	    (class <= BPF_LDX && BPF_MODE(in.code) == BPF_MEM))
		in.k %= 4;
	if (class == BPF_ALU && (op == BPF_LSH || op == BPF_RSH))
		in.k %= 32;
	if (class == BPF_ALU && (op == BPF_DIV || op == BPF_MOD) && !in.k)
		in.k = 7;
	if (class == BPF_JMP) {
		in.jt = below(seed, min_of(left, 8u));
		in.jf = below(seed, min_of(left, 8u));
		if (op == BPF_JA)
			in.k = below(seed, min_of(left, 8u));
	}
	return in;
}

static size_t random_program(uint64_t *seed, struct sock_filter prog[static RANDOM_MAX])
{
	size_t n = 6 + below(seed, RANDOM_MAX - 5);

	for (size_t i = 0; i < 4; i++)
		prog[i] = (struct sock_filter)BPF_STMT(BPF_ST, i);
	for (size_t i = 4; i < n - 1; i++)
		prog[i] = random_insn(seed, n - 1 - i);
	prog[n - 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_A, 0);
	return n;
}

static struct { uint64_t seed; unsigned long long n, accepted; } random_runs;

static void compare_random_frames(const struct classic *classics, size_t n)
{
	uint64_t *seed = &random_runs.seed;

	for (int k = 0; k < (quick ? RANDOM_FRAMES / QUICK_PART : RANDOM_FRAMES); k++) {
		const struct frame *f = &fixtures.v[below(seed, fixtures.n)];
		uint32_t least = runner.kind->frame_min,
			 most = min_of(f->len, runner.kind->frame_max);
		uint32_t len = least + below(seed, most < least ? 1 : most - least + 1);

		if (len > f->len)
			continue;
		random_runs.accepted += compare(classics, n, f, len, WHOLE);
		random_runs.n += n;
		if (runner.has_short_buffers)
			compare(classics, n, f, len,
				TEST_RUN_MIN + below(seed, len - TEST_RUN_MIN + 1));
	}
}

static void compare_random_programs(void)
{
	const int programs = quick ? N_RANDOM / QUICK_PART : N_RANDOM;
	struct sock_filter prog[RANDOM_MAX];
	char what[32];

	random_runs.seed = 1;
	random_runs.n = random_runs.accepted = 0;
	for (int i = 0; i < programs; i++) {
		size_t n = random_program(&random_runs.seed, prog);

		snprintf(what, sizeof(what), "random program %d", i);
		assert_true(bpf_validate(prog, n));
		add_classic(what, prog, n, compare_random_frames);
	}
	compare_waiting(compare_random_frames);
	print_message("# %d programs, %llu of %llu verdicts accepted\n", programs,
		      random_runs.accepted, random_runs.n);
	assert_in_range(random_runs.accepted, random_runs.n / 8, random_runs.n * 7 / 8);
}

static void random_programs_agree(void **state is_unused)
{
	open_runner(&xdp);
	compare_random_programs();
}

static void random_programs_agree_at_tc(void **state is_unused)
{
	open_runner(&tc);
	compare_random_programs();
}

/* ---- in the capture program ---- */

static struct rings *ring;
static struct hook *hook;

static void close_capture(void)
{
	hook = hook_close(hook);
	ring = rings_close(ring);
}

/* The capture program with @text in it, of so many instructions */
static int open_capture(const char *text, bool optimize, bool drop, struct expr **e,
			size_t *n_insns)
{
	struct filter f = { .n = 0 };
	struct hook_settings settings = { .snap = 64, .drop = drop, .filter = &f };
	int err = expr_open(e, text, LINKTYPE_ETHERNET, optimize);
	const struct sock_filter *prog;
	size_t n;

	close_capture();
	assert_int_equal(err, 0);
	prog = expr_insns(*e, &n);
	assert_int_equal(to_ebpf(&f, hook_xdp.loads, prog, n), 0);
	*n_insns = f.n;
	err = rings_open(&ring, 4 << 20, settings.snap);
	assert_int_equal(err, 0);
	err = hook_open(&hook, &hook_xdp, ring, &settings);
	to_ebpf_free(&f);
	return err;
}

static int run_capture(const struct frame *f)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = f->data, .data_size_in = f->len,
		    .repeat = 1);
	int err = bpf_prog_test_run_opts(hook_program_fd(hook), &opts);

	return err ? err : (int)opts.retval;
}

static void check_capture(const char *text, bool drop)
{
	struct tally rejected = { 0 }, accepted = { 0 };
	struct counters c;
	struct expr *e;
	uint64_t records = 0;
	const struct event *record;
	size_t n;

	assert_int_equal(open_capture(text, true, drop, &e, &n), 0);
	for (size_t i = 0; i < fixtures.n; i++) {
		const struct frame *f = &fixtures.v[i];

		assert_int_equal(run_capture(f), drop ? XDP_DROP : XDP_PASS);
		tally_add(expr_matches(e, f->data, f->len, f->len) ? &accepted : &rejected, f->len);
	}
	assert_int_equal(hook_counters(hook, POINT_ENTRY, &c), 0);
	assert_int_equal(c.filtered.packets, rejected.packets);
	assert_int_equal(c.filtered.bytes, rejected.bytes);
	assert_int_equal(c.all.packets, accepted.packets);
	assert_int_equal(c.all.bytes, accepted.bytes);
	assert_int_equal(c.tcp.packets + c.udp.packets + c.other.packets, accepted.packets);
	assert_int_equal(c.ipv4.packets + c.ipv6.packets + c.non_ip.packets, accepted.packets);
	assert_int_equal(c.delivered + c.ring_full + c.error, accepted.packets);
	assert_int_equal(count_seen(&c), fixtures.n);
	for (rings_look(ring, UINT64_MAX); rings_take(ring, &record, 1); records++)
		;
	assert_int_equal(records, c.delivered);
	expr_close(e);
	close_capture();
}

static void each_frame_is_counted_as_filtered_or_as_accepted(void **state is_unused)
{
	static const char *const texts[] = {
		"tcp",	     "udp port 53", "not ip",	       "len > 100",
		"greater 0", "less 1",	    "ip6 protochain 6"
	};

	for (size_t i = 0; i < array_size(texts); i++)
		for (int drop = 0; drop < 2; drop++)
			check_capture(texts[i], drop);
}

/* Bytes of the machine's code of the program without the functions that it calls. */
static uint32_t main_size(int fd)
{
	uint32_t size = 0, len = sizeof(struct bpf_prog_info);
	struct bpf_prog_info info = { .nr_jited_func_lens = 1, .jited_func_lens = (uintptr_t)&size };

	assert_int_equal(bpf_obj_get_info_by_fd(fd, &info, &len), 0);
	return size;
}

static void check_long(const char *text, bool optimize)
{
	struct bpf_prog_info info = { .id = 0 };
	uint32_t len = sizeof(info);
	size_t n, n_insns;
	struct expr *e;
	int err = open_capture(text, optimize, false, &e, &n_insns);

	expr_insns(e, &n);
	if (err)
		fail_msg("%.60s..., optimised %d, %zu instructions: cannot load: %s", text,
			 optimize, n, strerror(-err));
	assert_int_equal(bpf_obj_get_info_by_fd(hook_program_fd(hook), &info, &len), 0);
	print_message(
		"# %.24s ..., optimised %d: %zu classic instructions, %u of eBPF, %u verified, %u bytes\n",
		text, optimize, n, info.xlated_prog_len / 8, info.verified_insns,
		info.jited_prog_len);
	/* a part of the program, as long as the jumps over it reach; then a function */
	assert_int_equal(main_size(hook_program_fd(hook)) > 2 * n_insns, n_insns <= EMIT_REACH);
	for (size_t i = 0; i < fixtures.n; i += 10) {
		struct counters before, after;
		const struct frame *f = &fixtures.v[i];

		assert_int_equal(hook_counters(hook, POINT_ENTRY, &before), 0);
		assert_int_equal(run_capture(f), XDP_PASS);
		assert_int_equal(hook_counters(hook, POINT_ENTRY, &after), 0);
		assert_int_equal(after.all.packets - before.all.packets,
				 expr_matches(e, f->data, f->len, f->len));
		assert_int_equal(count_seen(&after), count_seen(&before) + 1);
	}
	expr_close(e);
	close_capture();
}

/* "host 10.0.0.1 or host ..." */
static char *many(const char *prefix, const char *each, unsigned count, const char *suffix)
{
	size_t room = count * 64 + 256, len = snprintf(NULL, 0, "%s", prefix);
	char *text = malloc(room);

	assert_non_null(text);
	snprintf(text, room, "%s", prefix);
	for (unsigned i = 1; i <= count; i++) {
		len += snprintf(text + len, room - len, "%s", i > 1 ? " or " : "");
		len += snprintf(text + len, room - len, each, i / 250, i % 250);
	}
	snprintf(text + len, room - len, "%s", suffix);
	return text;
}

/*
 * Of 500, but for those for which the optimiser of libpcap would take ten seconds; and where all
 * takes long, without those that it takes one for.
 */
static void a_filter_of_500_hosts_loads(void **state is_unused)
{
	static const struct { const char *prefix, *each, *suffix; unsigned n; bool optimize, slow; } cases[] = {
		{ "", "host 10.0.%u.%u", "", 500, false, true },
		{ "", "host 10.0.%u.%u", "", 250, true, true },
		{ "", "ip host 10.0.%u.%u", "", 500, true, false },
		{ "(", "host 10.0.%u.%u", ") and tcp", 500, false, false },
		{ "(", "host 10.0.%u.%u", ") and tcp", 500, true, false },
		{ "not (", "host 10.0.%u.%u", ")", 250, true, true },
		{ "not (", "ip host 10.0.%u.%u", ")", 500, true, false },
		{ "", "net 10.%u.%u.0/24", "", 250, true, true },
		{ "", "ip net 10.%u.%u.0/24", "", 500, true, false },
		{ "", "ip6 host 2001:db8::%u:%u", "", 500, true, false },
	};

	for (size_t i = 0; i < array_size(cases); i++) {
		char *text;

		if (quick && cases[i].slow)
			continue;
		text = many(cases[i].prefix, cases[i].each, cases[i].n, cases[i].suffix);
		check_long(text, cases[i].optimize);
		free(text);
	}
}

static void add_fixture(const uint8_t *data, uint32_t len)
{
	struct frame *f;

	fixtures.v = realloc(fixtures.v, (fixtures.n + 1) * sizeof(*fixtures.v));
	assert_non_null(fixtures.v);
	f = &fixtures.v[fixtures.n++];
	*f = (struct frame){ malloc(len), len };
	assert_non_null(f->data);
	memcpy(f->data, data, len);
}

static int setup(void **state is_unused)
{
	char why[PCAP_ERRBUF_SIZE];
	glob_t found;

	assert_int_equal(glob("tests/pcaps/*.pcap", 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct pcap_pkthdr *h;
		const uint8_t *data;
		pcap_t *pcap = pcap_open_offline(found.gl_pathv[i], why);

		if (!pcap)
			fail_msg("%s", why);
		while (pcap_next_ex(pcap, &h, &data) == 1)
			if (h->caplen >= TEST_RUN_MIN)
				add_fixture(data, h->caplen);
		pcap_close(pcap);
	}
	globfree(&found);
	return fixtures.n ? 0 : -1;
}

static int teardown(void **state is_unused)
{
	close_capture();
	for (size_t i = 0; i < fixtures.n; i++)
		free(fixtures.v[i].data);
	free(fixtures.v);
	close_runner();
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_programs_agree),
		cmocka_unit_test(random_programs_agree_at_tc),
		cmocka_unit_test(each_frame_is_counted_as_filtered_or_as_accepted),
		cmocka_unit_test(a_filter_of_500_hosts_loads),
		cmocka_unit_test(all_expressions_agree_at_tc),
		cmocka_unit_test(all_expressions_agree_on_all_fixtures),
	};

	quick = argc > 1 && !strcmp(argv[1], "quick");
	if (quick)
		step = QUICK_STEP;
	object_set_log(OBJECT_SILENT);
	if (geteuid() || unshare(CLONE_NEWNET)) {
		puts("1..0 # SKIP needs root (CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON)");
		return 77;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
