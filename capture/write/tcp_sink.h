/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * PCAP-over-IP: a capture as a stream, to whoever connects to us, or to one that we connect to.
 * Live nobody is waited for: who listens and is too slow is cut off, and the one that we have
 * connected to lacks packets, which are counted. Of files one reader gets all, and is waited for.
 * It complains itself.
 */
#ifndef XDPDUMP_WRITE_TCP_SINK_H
#define XDPDUMP_WRITE_TCP_SINK_H

#include "capture/base/log.h"
#include "capture/write/peers.h"

struct sink;
struct target_settings;

enum { TCP_SINK_CLIENTS = PEERS_MAX, TCP_SINK_FDS = TCP_SINK_CLIENTS + 2 };

/* As target_open(): "[ADDRESS:]PORT" and "HOST:PORT". */
enum status tcp_sink_listen(struct sink **k, const char *where, const struct target_settings *s,
			    int interrupt_fd);
enum status tcp_sink_connect(struct sink **k, const char *where, const struct target_settings *s,
			     int interrupt_fd);

#endif
