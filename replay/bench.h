/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the bench programs have in common: their command line, samples and medians, the table and
 * the JSON file.
 */
#ifndef XDPDUMP_BENCH_H
#define XDPDUMP_BENCH_H

#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <time.h>
#include <unistd.h>

#include "capture/base/util.h"

#define BENCH_TMPFS	"/dev/shm"	/* where every Linux has one; ours lies above it, seen by us alone */

enum { BENCH_ROUNDS = 5, BENCH_FIGURES_MAX = 16, BENCH_USAGE = 2, BENCH_PERMISSION = 3 };

/* One line of the table, a sample for each round. The name stands in the JSON file as it is. */
struct bench_row {
	const char *name;
	const char *unit;
	double sample[BENCH_ROUNDS];
	unsigned n;
};

struct bench_run {
	const char *name;	/* of the program */
	const char *json;	/* file to write, NULL: none */
	bool quick;
	struct {
		const char *key;
		double value;
	} figures[BENCH_FIGURES_MAX];
	unsigned n_figures;
};

/* One sentence, and the end. */
static inline is_unused __attribute__((noreturn)) printf_like(3, 4)
void bench_die(const struct bench_run *b, int status, const char *fmt, ...)
{
	va_list args;

	fprintf(stderr, "%s: ", b->name);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	exit(status);
}

/* The command line, and a refusal without root; @why: what root is needed for. */
static inline is_unused void bench_init(struct bench_run *b, int argc, char **argv, const char *why)
{
	*b = (struct bench_run){ .name = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1
							       : argv[0] };
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--quick"))
			b->quick = true;
		else if (!strcmp(argv[i], "--json") && i + 1 < argc)
			b->json = argv[++i];
		else
			bench_die(b, BENCH_USAGE, "usage: %s [--quick] [--json FILE]", b->name);
	}
	if (geteuid())
		bench_die(b, BENCH_PERMISSION, "needs root, %s", why);
}

static inline is_unused double bench_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

/* The calling thread, and what it starts, runs on @cpu alone. */
static inline is_unused void bench_pin(const struct bench_run *b, int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		bench_die(b, EXIT_FAILURE, "cannot run on CPU %d: %s", cpu, strerror(errno));
}

/* The first two CPUs that we may run on; false: there is only one, which is both. */
static inline is_unused bool bench_two_cpus(int cpu[2])
{
	cpu_set_t set;
	int n = 0;

	cpu[0] = cpu[1] = 0;
	sched_getaffinity(0, sizeof(set), &set);
	for (int i = 0; i < CPU_SETSIZE && n < 2; i++)
		if (CPU_ISSET(i, &set))
			cpu[n++] = i;
	if (n < 2)
		cpu[1] = cpu[0];
	return n == 2;
}

/* A mount namespace of our own, and in it an empty tmpfs, which is gone with the process. */
static inline is_unused void bench_tmpfs(const struct bench_run *b)
{
	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("bench", BENCH_TMPFS, "tmpfs", 0, NULL))
		bench_die(b, EXIT_FAILURE, "cannot mount a tmpfs of our own on %s: %s", BENCH_TMPFS,
			  strerror(errno));
}

static int bench_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Sorts @v. */
static inline is_unused double bench_median(double *v, unsigned n)
{
	if (!n)
		return 0;
	qsort(v, n, sizeof(*v), bench_compare);
	return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

static inline is_unused void bench_sample(struct bench_row *r, double value)
{
	if (r->n < BENCH_ROUNDS)
		r->sample[r->n++] = value;
}

struct bench_stats {
	double min, median, max;
};

/* Of the rounds. */
static inline is_unused struct bench_stats bench_stats(const struct bench_row *r)
{
	double v[BENCH_ROUNDS];
	double median;

	memcpy(v, r->sample, sizeof(v));
	median = bench_median(v, r->n);
	return (struct bench_stats){ .min = v[0], .median = median, .max = r->n ? v[r->n - 1] : 0 };
}

/* The median of what @r has above @base in the same round. */
static inline is_unused double bench_above(const struct bench_row *r, const struct bench_row *base)
{
	double v[BENCH_ROUNDS];
	unsigned n = min_of(r->n, base->n);

	for (unsigned i = 0; i < n; i++)
		v[i] = r->sample[i] - base->sample[i];
	return bench_median(v, n);
}

static inline is_unused void bench_print(const struct bench_row *r)
{
	struct bench_stats s = bench_stats(r);

	if (r->n)
		printf("  %-44s %8.2f %-8s %8.2f .. %.2f\n", r->name, s.median, r->unit, s.min,
		       s.max);
	else
		printf("  %-44s %8s\n", r->name, "skipped");
}

static inline is_unused void bench_figure(struct bench_run *b, const char *key, double value)
{
	b->figures[b->n_figures].key = key;
	b->figures[b->n_figures++].value = value;
	printf("%s %.3f\n", key, value);
}

/* The figures and all @rows that have samples. */
static inline is_unused void bench_finish(const struct bench_run *b,
					  const struct bench_row *const *rows, unsigned n_rows)
{
	const char *comma = "";
	FILE *f;

	if (!b->json)
		return;
	f = fopen(b->json, "w");
	if (!f)
		bench_die(b, EXIT_FAILURE, "%s: %s", b->json, strerror(errno));
	fprintf(f, "{\"figures\": {");
	for (unsigned i = 0; i < b->n_figures; i++)
		fprintf(f, "%s\"%s\": %.4f", i ? ", " : "", b->figures[i].key, b->figures[i].value);
	fprintf(f, "},\n \"rows\": [");
	for (unsigned i = 0; i < n_rows; i++) {
		const struct bench_row *r = rows[i];
		struct bench_stats s = bench_stats(r);

		if (!r->n)
			continue;
		fprintf(f,
			"%s\n  {\"name\": \"%s\", \"unit\": \"%s\", \"median\": %.4f, \"min\": %.4f, \"max\": %.4f}",
			comma, r->name, r->unit, s.median, s.min, s.max);
		comma = ",";
	}
	fprintf(f, "\n ]}\n");
	if (fclose(f))
		bench_die(b, EXIT_FAILURE, "%s: %s", b->json, strerror(errno));
}

#endif
