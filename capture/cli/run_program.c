// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What a file says of an interface, or of a packet, is no matter to the program: it gets bytes. */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "capture/base/value.h"
#include "capture/cli/opts.h"
#include "capture/cli/run_program.h"
#include "capture/kernel/object.h"
#include "capture/kernel/run_object.h"
#include "capture/kernel/test_run.h"
#include "capture/packet/packet.h"
#include "capture/report/delays.h"

typedef unsigned long long ull;

/* ---- opening ---- */

static enum status no_interface(const struct opts *o)
{
	return log_fail(STATUS_INTERFACE,
			"--ingress-ifindex %s: no such interface in this network namespace",
			o->ingress);
}

static enum status find_interface(const struct opts *o, struct test_run_settings *s)
{
	uint64_t number = 0;

	s->queue = o->queue;
	if (!o->ingress)
		return STATUS_OK;
	if (!value_number(o->ingress, 1, INT32_MAX, &number))
		number = if_nametoindex(o->ingress);
	s->ifindex = number;
	return number ? STATUS_OK : no_interface(o);
}

static enum status test_failed(const struct opts *o, int err)
{
	if (err == -ENODEV)
		return no_interface(o);
	if (err == -EINVAL && o->ingress)
		return log_fail(STATUS_INTERFACE,
				"--queue %u: interface %s has no such receive queue", o->queue,
				o->ingress);
	return log_fail(err == -EPERM ? STATUS_PERMISSION : STATUS_UNSUPPORTED,
			"the kernel does not let us run programs: %s", strerror(-err));
}

enum status run_program_open(struct run_program *r, const struct opts *o)
{
	struct test_run_settings settings = { 0 };
	enum status status = find_interface(o, &settings);
	int err;

	*r = (struct run_program){ .opts = o };
	object_set_log(o->debug		      ? OBJECT_ALL
		       : o->print.verbose > 1 ? OBJECT_REFUSALS
					      : OBJECT_SILENT);
	if (!status)
		status = run_object_open(&r->object, o->run, o->maps, o->n_maps,
					 o->print.verbose > 1);
	if (status)
		return status;
	err = test_run_open(&r->test, run_object_fd(r->object), &settings);
	if (!err && o->repeat)
		err = delays_open(&r->times);
	return err ? test_failed(o, err) : STATUS_OK;
}

const char *run_program_name(const struct run_program *r)
{
	return run_object_name(r->object);
}

/* ---- packets ---- */

static void words_of(const struct run_program *r, enum run_reason why, char *out)
{
	uint32_t max = test_run_max(r->test);

	if (why == RUN_NOT_ETHERNET)
		snprintf(out, RUN_WORDS, "not run: an XDP program takes frames of Ethernet only");
	else if (why == RUN_TOO_SHORT)
		snprintf(out, RUN_WORDS,
			 "not run: shorter than %d bytes, with which the kernel runs no program",
			 TEST_RUN_MIN);
	else if (max < UINT32_MAX)
		snprintf(out, RUN_WORDS,
			 "not run: longer than %u bytes, the most for a program without xdp.frags",
			 max);
	else
		snprintf(out, RUN_WORDS, "not run: longer than the kernel takes");
}

/* N_RUN_REASONS: it can be run, as far as we know. */
static enum run_reason reason_against(const struct run_program *r, const struct packet *p)
{
	if (p->iface->linktype != LINKTYPE_ETHERNET)
		return RUN_NOT_ETHERNET;
	if (p->caplen < TEST_RUN_MIN)
		return RUN_TOO_SHORT;
	return p->caplen > test_run_max(r->test) ? RUN_TOO_LONG : N_RUN_REASONS;
}

static int leave_out(struct run_program *r, enum run_reason why, char *comment)
{
	r->n_not_run[why]++;
	words_of(r, why, comment);
	return 0;
}

static int run_failed(struct run_program *r, int err)
{
	if (err == -EINVAL)
		r->failed = log_fail(
			STATUS_UNSUPPORTED,
			"--run %s: the kernel runs no program of a device or CPU map, or bound to a device, by itself",
			r->opts->run);
	else
		r->failed = log_fail(STATUS_RUNTIME,
				     "--run %s: the kernel cannot run the program: %s",
				     r->opts->run, strerror(-err));
	return err;
}

static void measure(struct run_program *r)
{
	uint64_t ns;

	if (r->times && !test_run_time(r->test, r->opts->repeat, &ns))
		delays_add(r->times, ns);
}

/* What came out of what came in; bytes that were not captured are there still. */
static struct packet result_of(const struct packet *in, const struct test_run_result *result)
{
	struct packet out = *in;

	out.data = result->data;
	out.caplen = result->len;
	out.len = result->len + (in->len > in->caplen ? in->len - in->caplen : 0);
	out.dropped = 0;
	out.verdict = (struct verdict){ VERDICT_XDP, result->action };
	out.has = (in->has & (PACKET_TIME | PACKET_ID)) | PACKET_VERDICT;
	out.options = (struct raw_options){ NULL, 0 };
	return out;
}

int run_program_packet(struct run_program *r, const struct packet *in, struct packet *out,
		       bool *changed, char comment[static RUN_WORDS])
{
	enum run_reason why = reason_against(r, in);
	struct test_run_result result;
	int err;

	*comment = '\0';
	if (why != N_RUN_REASONS)
		return leave_out(r, why, comment);
	err = test_run_frame(r->test, in->data, in->caplen, &result);
	if (err)
		return err == -E2BIG ? leave_out(r, RUN_TOO_LONG, comment) : run_failed(r, err);
	*out = result_of(in, &result);
	*changed = result.changed;
	if (in->caplen < in->len) {
		r->n_cut++;
		snprintf(comment, RUN_WORDS, "cut: the program saw %u of %u bytes", in->caplen,
			 in->len);
	}
	verdicts_add(&r->verdicts, out);
	tally_add(&r->all, out->len);
	measure(r);
	return 1;
}

/* ---- the end ---- */

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static void report_odd_ones(const struct run_program *r)
{
	char words[RUN_WORDS];

	for (enum run_reason why = 0; why < N_RUN_REASONS; why++) {
		words_of(r, why, words);
		if (r->n_not_run[why])
			log_complain("warning: %llu packet%s %s", (ull)r->n_not_run[why],
				     plural(r->n_not_run[why]), words);
	}
	if (r->n_cut)
		log_complain(
			"warning: %llu packet%s cut by who captured: the program saw what is left",
			(ull)r->n_cut, plural(r->n_cut));
}

void run_program_report(const struct run_program *r)
{
	report_odd_ones(r);
	log_announce("%llu packet%s through %s", (ull)r->all.packets, plural(r->all.packets),
		     run_program_name(r));
	verdicts_text(&r->verdicts, &r->all, stderr);
	if (r->times && delays_count(r->times))
		log_announce("ns per packet above an empty program: min %lld, median %lld",
			     (long long)delays_percentile(r->times, 0),
			     (long long)delays_percentile(r->times, 50));
}

void run_program_close(struct run_program *r)
{
	delays_close(r->times);
	test_run_close(r->test);
	run_object_close(r->object);
}
