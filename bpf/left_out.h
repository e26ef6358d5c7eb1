/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Packets that the filter wants and that are left out on purpose: --sample, --rate-limit, and by
 * flows.h. A part of capture.h, whose settings and rings it uses.
 */
#ifndef XDPDUMP_LEFT_OUT_H
#define XDPDUMP_LEFT_OUT_H

/* A number from 1 to @n, each as likely as the others. */
static __always_inline __u32 draw(__u32 n)
{
	return 1 + ((__u64)bpf_get_prandom_u32() * n >> 32);
}

/*
 * The first one to be kept of a countdown that seems to have run for ever: k in 1 to 2n-1 as often
 * as there are two numbers from 1 to 2n of which it is the smaller one. With draw(2n-1) there would
 * be a third of a packet too few on each CPU.
 */
static __always_inline __u32 first_skip(__u32 n)
{
	__u32 a = draw(2 * n), b = draw(2 * n - 1);

	b += b >= a;
	return a < b ? a : b;
}

/*
 * Is this packet, which the filter wants, none of those that are kept? They are counted down on
 * each CPU, for all programs together, so that a packet costs no random number; from one that is
 * kept to the next it is 1 to 2n-1 packets, n in the mean, whatever pattern there is in what comes.
 * Where there is no ring there will be no record, and that is told as an error. A countdown for
 * another sample is not gone on with.
 */
static __always_inline int is_sampled_out(void)
{
	const __u32 n = setting(sample);
	struct cpu_ring *r;

	if (n <= 1 || !(r = own_ring()))
		return 0;
	if (!r->skip || r->skip_of != n) {
		r->skip = first_skip(n);
		r->skip_of = n;
	}
	r->skip--;
	if (r->skip)
		return 1;
	r->skip = draw(2 * n - 1);
	return 0;
}

/*
 * Are there too many at this time? A bucket for all CPUs and programs, as the time at which it will
 * be full again: each packet that is let through puts that off by gap_ns, from now on at least, and
 * there is none when it is BURST_NS, or one packet, away (the generic cell rate algorithm of ITU-T
 * I.371). What is let through writes there alone, so at most as often as is asked for.
 */
static __always_inline int is_over_rate(void)
{
	const __u64 gap = setting(gap_ns);
	struct cpu_ring *r;
	__u64 now, latest;

	if (!gap || !(r = only_value(&rings)))
		return 0;
	now = bpf_ktime_get_ns();
	latest = now + (gap > BURST_NS ? gap : BURST_NS);
#pragma unroll
	for (int i = 0; i < 4; i++) {
		const __u64 due = *(volatile __u64 *)&r->due_ns,
			    next = (due > now ? due : now) + gap;

		if (next > latest)
			return 1;
		if (__sync_bool_compare_and_swap(&r->due_ns, due, next))
			return 0;
	}
	return 1;	/* four others were, meanwhile */
}

/*
 * Is a packet that the filter wants left out on purpose? SAMPLED_OUT ...; 0: it is not. @told: of
 * its flow; one that is left out for that is none of those that are counted down, and takes no
 * token.
 */
static __always_inline __u32 left_out(__u32 told)
{
	if (told & FLOW_WHY || !setting(sample))
		return told & FLOW_WHY;
	return is_sampled_out() ? SAMPLED_OUT : is_over_rate() ? RATE_LIMITED : 0;
}

#endif
