/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The command line. One table is usage text, parser and, by a test, the list in the man page. */
#ifndef XDPDUMP_CLI_OPTS_H
#define XDPDUMP_CLI_OPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/base/codec.h"
#include "capture/cli/completions.h"
#include "capture/cli/extcap_options.h"
#include "capture/format/colour.h"
#include "capture/format/format.h"
#include "capture/format/text_settings.h"
#include "capture/kernel/map_option.h"
#include "capture/kernel/netns.h"
#include "capture/live/live_way.h"
#include "capture/live/observe.h"
#include "capture/packet/sample.h"
#include "capture/stage/select.h"
#include "capture/stage/triggers.h"
#include "capture/write/recorder.h"
#include "capture/write/retention.h"
#include "capture/write/rotate.h"

enum { OPTS_IFACES_MAX = 64, OPTS_SECRETS_MAX = 16, OPTS_TRIGGERS_MAX = 16 };

enum action {
	ACTION_LIVE,
	ACTION_OFFLINE,
	ACTION_INFO,
	ACTION_COMPARE,
	ACTION_DIFF,
	ACTION_RUN,
	ACTION_INDEX,
	ACTION_DUMP,
	ACTION_LIST,
	ACTION_LINK_TYPES,
	ACTION_STAMP_TYPES,
	ACTION_RESTORE,
	ACTION_HELP,
	ACTION_COMPLETIONS,
	ACTION_VERSION,
};

struct merge;

struct opts {
	enum action action;
	const char *ifaces[OPTS_IFACES_MAX];	/* -i, in order: names, or numbers of -D */
	unsigned n_ifaces;		/* 0, live: that of the default route */
	/* --netns and its like, in order, each once */
	struct netns_words netns[OPTS_IFACES_MAX];
	unsigned n_netns;
	/* of each of ifaces, and without any [0]: 0: ours, else one more than the place in netns */
	unsigned netns_of[OPTS_IFACES_MAX];
	/* -r, in order; with --compare the two files; freed by opts_close() */
	const char **reads;
	unsigned n_reads;		/* 0: live */
	/*
	 * those of --compare, if they are directories: the name of each, and how many of reads are
	 * its files; or 0
	 */
	struct { const char *name; unsigned n; } sides[2];
	/*
	 * Files of a directory have been opened, or @err. False: others stand there by now, and it
	 * is begun anew; nothing is said then. NULL: that is not asked
	 */
	bool (*holds)(void *ctx, const struct merge *in, int err);
	void *holds_ctx;
	/* the text of -V, into which they point; freed by opts_close() */
	char *read_list;
	const char *list_file;		/* where it comes from */
	bool recover;
	bool concatenated;		/* captures that stand one behind the other in a file */
	bool follow;			/* the file grows, and others take its place */
	bool discard_secrets;
	const char *secrets[OPTS_SECRETS_MAX];	/* --inject-secrets: TYPE:FILE, in order */
	unsigned n_secrets;
	bool count_only;		/* --count: the number of packets, and none of them */
	const char *write;		/* -w, NULL: text only */
	const char *to;			/* --to, as target_check(); NULL: nowhere */
	const char *spool;		/* of that, a directory; NULL: none */
	uint64_t spool_limit;		/* bytes */
	const char *to_config;		/* NULL: none */
	enum file_format format;	/* of that file, pcapng by default */
	struct codec codec;		/* its compression */
	struct rotate_options rotate;	/* its successors */
	bool part;			/* called *.part until they are complete */
	struct retention_options keep;	/* what becomes of it afterwards */
	/* bytes that wait for its disk at most; 0: each is waited for */
	uint64_t write_buffer;
	enum direct_when direct;	/* it is written past the page cache */
	/* that compress it, or make text of what is read; 0: as there are CPUs for */
	uint64_t threads;
	struct recorder_settings recorder;	/* memory 0: there is none */
	struct trigger triggers[OPTS_TRIGGERS_MAX];
	unsigned n_triggers;
	/* with a recorder: what stands behind "--"; NULL: nothing */
	char *const *command;
	const char *filter;		/* pcap-filter(7), NULL: none; freed by opts_close() */
	/* where it comes from, so that no word of it is shown; NULL: the command line */
	const char *filter_file;
	bool no_optimize;		/* -O */
	int dump;			/* -d: how often */
	uint16_t linktype;		/* LINKTYPE_...: -d for what, without -r; live: of -y */
	bool has_linktype;		/* it was given */
	bool top;			/* somebody looks at a terminal */
	bool text;			/* packets are printed */
	enum file_format screen;	/* as what; with --info the report */
	bool unbuffered;		/* -U */
	const char *user;		/* -Z, NULL: as we are */
	bool promiscuous;
	bool all_netns;			/* with -D */
	bool wait;			/* for interfaces that are not there */
	enum confine_how { CONFINE_AUTO, CONFINE_STRICT, CONFINE_OFF } sandbox;
	bool debug;
	uint64_t count;			/* 0: no limit */
	uint64_t skip;			/* packets before the first */
	uint64_t place;			/* -r --at: the packet that begins there, and no other */
	bool has_place;
	/*
	 * the first packet of the input, which times are relative to, is of this time; else it will
	 * show
	 */
	bool based;
	uint64_t base_ns;
	const char *const *spared;	/* other files that are not written to */
	unsigned n_spared;
	struct select_time start, end;
	/* copies among so many packets before are left out; 0: no matter */
	uint64_t dedup_packets;
	uint64_t dedup_ns;		/* or within this time */
	unsigned ignored;		/* what does not matter then: IMPRINT_... */
	const char *html;		/* --info: a page, in this file; NULL: text or JSON */
	bool lost;			/* --compare: as sets, within a window */
	uint64_t window_ns;
	const char *run;		/* --run, as run_object_open() takes it */
	struct map_option *maps;	/* --map, in order; freed by opts_close() */
	unsigned n_maps;
	uint32_t repeat;		/* --repeat: runs that are timed; 0: none is */
	const char *expect;		/* --expect; NULL: nothing is */
	const char *ingress;		/* --ingress-ifindex: a number or a name; NULL: lo */
	uint32_t queue;
	bool times_matter;		/* --compare: they may differ by tolerance_ns */
	uint64_t tolerance_ns;
	bool mirror_port;
	bool processes;			/* live: who has sent it */
	uint32_t snap;			/* bytes, live 1 to EVENT_SNAP_MAX; with -r 0: not cut */
	bool headers_only;		/* packets are cut behind their last header as well */
	struct sampling sampling;	/* live: what is left out on purpose */
	bool flows;			/* they are printed, at the end */
	uint64_t flows_ns;		/* live: and so often; 0: only then */
	size_t ring_bytes;		/* of all rings; 0: see rings_open() */
	uint64_t stats_ns;		/* interval, 0: none */
	bool stats;			/* at the end of -r as well */
	const char *control;		/* the path where it is told what to do; NULL: nowhere */
	const char *metrics;		/* where they are told, as listen_parse(); NULL: nowhere */
	bool stats_json;		/* as lines for machines */
	enum live_way hook;
	unsigned directions;		/* live: LIVE_RECEIVED, LIVE_SENT */
	/* what the adapter has to tell of packets: DEVICE_TIME, DEVICE_HASH */
	uint8_t device;
	struct observe_options observe;
	struct text_settings print;
	enum colour_when colour;	/* of that, on the screen */
	enum shell shell;		/* --completions */
	const char *topic;		/* of --help; NULL: of everything */
	struct extcap_options extcap;	/* what Wireshark asks for, if it does */
};

/* Of what opts_parse() has made. */
void opts_close(struct opts *o);

#endif
