/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What is asked of a place that packets go to, off the machine. */
#ifndef XDPDUMP_WRITE_TARGET_SETTINGS_H
#define XDPDUMP_WRITE_TARGET_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/format/format.h"

struct target_settings {
	const char *word;		/* of --to; lives as long as the sink */
	enum file_format format;	/* pcapng or pcap */
	uint32_t snap;			/* as in struct rotate_settings */
	bool live;			/* else whoever reads is waited for */
	/*
	 * in which file, and where, is the packet that comes next? As rotate_last().
	 * NULL: in none
	 */
	const char *(*place)(void *ctx, uint64_t *offset);
	void *place_ctx;
	/* a directory for what cannot be delivered now; NULL: there is none */
	const char *spool;
	uint64_t spool_limit;		/* bytes */
	const char *config;		/* the file of --to-config; NULL: there is none */
	bool sandbox;
	const void *head;		/* blocks behind the section header; the owner's */
	size_t head_len;
};

#endif
