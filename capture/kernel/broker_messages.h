/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What broker.c and the process it starts, broker_process.c, say to each other. */
#ifndef XDPDUMP_KERNEL_BROKER_MESSAGES_H
#define XDPDUMP_KERNEL_BROKER_MESSAGES_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stdint.h>

#include "bpf/event.h"
#include "capture/base/fd_message.h"
#include "capture/kernel/object_load.h"

/* More instructions of classic BPF than jumps of eBPF reach over. */
enum { BROKER_INSNS_MAX = 1 << 16 };

enum { BROKER_FILTER, BROKER_TRIGGER, BROKER_FILTERS };

/* Memory that both have: pages that are not there before something is written to them. */
struct broker_shared {
	struct sock_filter insns[BROKER_FILTERS][BROKER_INSNS_MAX];
};

enum broker_verb { BROKER_LOAD, BROKER_PROMISCUOUS };

/* With the descriptors of maps, in the order of their bits. */
struct broker_request {
	uint32_t verb;
	/* of what becomes promiscuous, or that the program is bound to; 0: of none */
	int32_t ifindex;
	uint32_t program;	/* its number, see broker_programs.h */
	uint32_t maps;		/* 1 << enum object_map: which of them it is to use */
	uint32_t n_insns[BROKER_FILTERS];	/* 0: it has none */
	struct program_settings settings;
};

/* With the descriptors of the program and its maps, or of what keeps the device so. */
struct broker_answer {
	int32_t err;		/* 0 or -errno, and no descriptor */
	uint32_t maps;
};

_Static_assert(1 + OBJECT_MAPS <= FD_MESSAGE_MAX, "all of them fit into a message");

struct broker_grant;

/* All of it, in a child; @fd: its end of the socket pair. */
_Noreturn void broker_process(int fd, const struct broker_grant *grant,
			      const struct broker_shared *shared);

#endif
