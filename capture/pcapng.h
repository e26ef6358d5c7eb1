/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * pcapng blocks, built in memory: draft-ietf-opsawg-pcapng. Host byte order, times in ns, options in ascending order of
 * their codes, padding zeroed: the same input gives the same bytes. Where the bytes go is not known here.
 */
#ifndef XDPDUMP_PCAPNG_H
#define XDPDUMP_PCAPNG_H

#include <stddef.h>
#include <stdint.h>

struct iface;
struct iface_stats;
struct packet;

/* Block types and magic numbers, for the reader as well. */
enum {
	PCAPNG_IDB	= 1,
	PCAPNG_OPB	= 2,		/* Packet Block, obsolete */
	PCAPNG_SPB	= 3,
	PCAPNG_NRB	= 4,
	PCAPNG_ISB	= 5,
	PCAPNG_EPB	= 6,
	PCAPNG_SHB	= 0x0a0d0d0a,
	PCAPNG_MAGIC	= 0x1a2b3c4d,
};

/* Option codes. */
enum {
	OPT_END			= 0,
	OPT_COMMENT		= 1,
	SHB_HARDWARE		= 2,
	SHB_OS			= 3,
	SHB_USERAPPL		= 4,
	IF_NAME			= 2,
	IF_DESCRIPTION		= 3,
	IF_MACADDR		= 6,
	IF_SPEED		= 8,
	IF_TSRESOL		= 9,
	IF_FILTER		= 11,
	IF_OS			= 12,
	IF_TSOFFSET		= 14,
	IF_HARDWARE		= 15,
	EPB_FLAGS		= 2,
	EPB_DROPCOUNT		= 4,
	EPB_PACKETID		= 5,
	EPB_QUEUE		= 6,
	ISB_STARTTIME		= 2,
	ISB_ENDTIME		= 3,
	ISB_IFRECV		= 4,
	ISB_IFDROP		= 5,
	ISB_FILTERACCEPT	= 6,
	ISB_OSDROP		= 7,
	ISB_USRDELIV		= 8,
};

/* epb_flags: bits 0-1 direction, 2-4 kind of reception. */
enum {
	EPB_INBOUND	= 1,
	EPB_OUTBOUND	= 2,
	EPB_UNICAST	= 1 << 2,
	EPB_MULTICAST	= 2 << 2,
	EPB_BROADCAST	= 3 << 2,
	EPB_PROMISC	= 4 << 2,
};

enum {
	PCAPNG_STRING_MAX	= 1024,			/* longer option strings are cut */
	PCAPNG_FILTER_MAX	= 65534,		/* a longer if_filter is left out: cut it would be another one */
	PCAPNG_HEAD_MAX		= 8 * 1024,		/* room that is enough for any SHB, ISB, or IDB without a filter */
	PCAPNG_IDB_MAX		= PCAPNG_HEAD_MAX + PCAPNG_FILTER_MAX + 8,	/* and with one */
	PCAPNG_EPB_MAX		= 32 + 4 * 16 + 8,	/* and for an EPB, beside its packet bytes and their padding */
};

/* Each builds one block at @buf and returns its length, a multiple of 4. Strings may be NULL. */
size_t pcapng_shb(void *buf, const char *hardware, const char *os, const char *appl);
size_t pcapng_idb(void *buf, const struct iface *i);

/* @id: of the interface in the output. A packet without a time gets 0. The data is cut to @snaplen (0: no limit). */
size_t pcapng_epb(void *buf, uint32_t id, const struct packet *p, uint32_t snaplen);

size_t pcapng_isb(void *buf, uint32_t id, const struct iface_stats *s);

#endif
