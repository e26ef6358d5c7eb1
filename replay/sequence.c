// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * In: a capture of the frames that send made; libpcap reads it, so nothing here depends on the
 * project's own reader. Out: one line: what was counted, and whether the times are as they should
 * be.
 */
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC		"XDPDSEND"
#define STAMP_LEN	24		/* magic, sequence number, time */
#define ETH_LEN		14
#define NS_PER_SEC	1000000000LL
#define LATE_NS		1000000

enum { GOOD = 0, BAD = 1, ERROR = 2 };

struct file {
	const char *name;
	pcap_t *pcap;		/* NULL: none */
	struct pcap_pkthdr *head;
	const u_char *data;
	uint64_t n;		/* packets read, the one in head and data included */
};

struct list {
	int64_t *item;
	size_t n, room;
};

struct sequence {
	struct list seqs;	/* in the order of capture */
	struct list delays;	/* capture time minus send time, ns */
	uint64_t others;	/* frames that are not from send */
};

static void file_close(struct file *f)
{
	if (f->pcap)
		pcap_close(f->pcap);
	f->pcap = NULL;
}

static int file_open(struct file *f, const char *name)
{
	char why[PCAP_ERRBUF_SIZE];

	*f = (struct file){ .name = name };
	f->pcap = pcap_open_offline_with_tstamp_precision(name, PCAP_TSTAMP_PRECISION_NANO, why);
	if (f->pcap)
		return 0;
	/* libpcap names the file for some causes and not for others */
	fprintf(stderr, "sequence: %s%s%s\n", strstr(why, name) ? "" : name,
		strstr(why, name) ? "" : ": ", why);
	return -EIO;
}

/* 1 with the next packet, 0 at the end, -EIO after a message. */
static int file_next(struct file *f)
{
	int ret = pcap_next_ex(f->pcap, &f->head, &f->data);

	if (ret == PCAP_ERROR_BREAK)
		return 0;
	if (ret != 1) {
		fprintf(stderr, "sequence: %s: after packet %" PRIu64 ": %s\n", f->name, f->n,
			pcap_geterr(f->pcap));
		return -EIO;
	}
	f->n++;
	return 1;
}

static int list_add(struct list *l, int64_t value)
{
	if (l->n == l->room) {
		size_t room = l->room ? 2 * l->room : 1024;
		int64_t *item = reallocarray(l->item, room, sizeof(*item));

		if (!item)
			return -ENOMEM;
		l->item = item;
		l->room = room;
	}
	l->item[l->n++] = value;
	return 0;
}

static int ascending(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void list_sort(struct list *l)
{
	if (l->n)
		qsort(l->item, l->n, sizeof(*l->item), ascending);
}

static uint64_t get64(const u_char *p)
{
	uint64_t v = 0;

	for (int i = 0; i < 8; i++)
		v = v << 8 | p[i];
	return v;
}

/* The payload of an IPv4 frame with UDP or TCP, or NULL; *len is what was captured of it. */
static const u_char *payload(const u_char *frame, size_t caplen, size_t *len)
{
	size_t l4 = ETH_LEN, off;

	if (caplen < ETH_LEN + 20 || frame[12] != 0x08 || frame[13] != 0x00)
		return NULL;
	l4 += (size_t)(frame[ETH_LEN] & 0x0f) * 4;
	if (caplen < l4 + 20)
		return NULL;
	off = l4 + (frame[ETH_LEN + 9] == IPPROTO_TCP ? (size_t)(frame[l4 + 12] >> 4) * 4 : 8);
	if (caplen < off)
		return NULL;
	*len = caplen - off;
	return frame + off;
}

static int sequence_add(struct sequence *s, const struct file *f)
{
	int64_t stamp_ns = f->head->ts.tv_sec * NS_PER_SEC + f->head->ts.tv_usec;
	size_t len = 0;
	const u_char *p = payload(f->data, f->head->caplen, &len);

	if (!p || len < 16 || memcmp(p, MAGIC, 8) || p[8] & 0x80) {
		s->others++;
		return 0;
	}
	if (list_add(&s->seqs, (int64_t)get64(p + 8)))
		return -ENOMEM;
	/* short frames have no room for the time */
	return len < STAMP_LEN ? 0 : list_add(&s->delays, stamp_ns - (int64_t)get64(p + 16));
}

static int sequence_read(struct sequence *s, struct file *f)
{
	int ret;

	while ((ret = file_next(f)) > 0) {
		if (sequence_add(s, f)) {
			fprintf(stderr, "sequence: %s: %s\n", f->name, strerror(ENOMEM));
			return -ENOMEM;
		}
	}
	return ret;
}

/* Numbers that came after a larger one, or again. */
static uint64_t backward(const struct list *seqs)
{
	int64_t highest = -1;
	uint64_t n = 0;

	for (size_t i = 0; i < seqs->n; i++) {
		if (seqs->item[i] > highest)
			highest = seqs->item[i];
		else
			n++;
	}
	return n;
}

/* Of a sorted list. */
static uint64_t doubles(const struct list *seqs)
{
	uint64_t n = 0;

	for (size_t i = 1; i < seqs->n; i++)
		n += seqs->item[i] == seqs->item[i - 1];
	return n;
}

/* True if the times are as they should be. */
static bool print_delays(struct list *delays)
{
	uint64_t before = 0;
	int64_t median;

	list_sort(delays);
	if (!delays->n) {
		printf(", no send times\n");
		return true;
	}
	while (before < delays->n && delays->item[before] < 0)
		before++;
	median = delays->item[delays->n / 2];
	printf(", stamp minus send: min %.3f us, median %.3f us, max %.3f us, %" PRIu64
	       " before the send\n",
	       (double)delays->item[0] / 1e3, (double)median / 1e3,
	       (double)delays->item[delays->n - 1] / 1e3, before);
	return !before && delays->item[0] < LATE_NS;
}

static int sequence_report(struct sequence *s)
{
	uint64_t turned = backward(&s->seqs), twice, missing;
	bool good;

	if (!s->seqs.n) {
		printf("0 packets from send, %" PRIu64 " others\n", s->others);
		return BAD;
	}
	list_sort(&s->seqs);
	twice = doubles(&s->seqs);
	missing = (uint64_t)s->seqs.item[s->seqs.n - 1] + 1 - (s->seqs.n - twice);
	printf("%zu packets, %" PRIu64 " missing", s->seqs.n, missing);
	if (twice)
		printf(", %" PRIu64 " double", twice);
	if (turned > twice)
		printf(", %" PRIu64 " out of order", turned - twice);
	if (s->others)
		printf(", %" PRIu64 " others", s->others);
	good = print_delays(&s->delays);
	return good && !missing && !turned ? GOOD : BAD;
}

static int check(const char *name)
{
	struct sequence s = { 0 };
	struct file f;
	int ret = ERROR;

	if (!file_open(&f, name) && !sequence_read(&s, &f))
		ret = sequence_report(&s);
	file_close(&f);
	free(s.seqs.item);
	free(s.delays.item);
	return ret;
}

int main(int argc, char **argv)
{
	int ret;

	if (argc != 2) {
		fprintf(stderr, "usage: sequence CAPTURED\n");
		return ERROR;
	}
	ret = check(argv[1]);
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "sequence: stdout: %s\n", strerror(errno));
		return ERROR;
	}
	return ret;
}
