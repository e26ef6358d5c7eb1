/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * pcapng blocks, built in memory: draft-ietf-opsawg-pcapng. Host byte order, times in ns, options
 * in ascending order of their codes, behind them those that were carried here from another file,
 * padding zeroed: the same input gives the same bytes. Where the bytes go is not known here.
 */
#ifndef XDPDUMP_FORMAT_PCAPNG_H
#define XDPDUMP_FORMAT_PCAPNG_H

#include <stddef.h>
#include <stdint.h>

#include "capture/packet/packet.h"

enum {
	/* longer option strings are cut; their length has 16 bits */
	PCAPNG_STRING_MAX	= 65535,
	/* a longer if_filter is left out: cut it would be another one */
	PCAPNG_FILTER_MAX	= 65534,
	/* bytes of a packet that each reader takes, whatever its link type */
	PCAPNG_PLAIN_MAX	= 262144,
	/* room for any SHB or IDB beside its strings, and any ISB */
	PCAPNG_HEAD_MAX		= 2 * 1024,
	/* and for an EPB, beside its packet bytes, their padding and options */
	PCAPNG_EPB_MAX		= 32 + 7 * 16 + 28 + 8,
	/* of the name of a process, as the kernel has it, and of its block */
	PCAPNG_PROCESS_NAME_MAX	= EVENT_COMM - 1,
	PCAPNG_PROCESS_MAX	= 12 + 4 + 8 + 4 + 4 + EVENT_COMM + 4,
};

/*
 * Each builds one block at @buf and returns its length, a multiple of 4. Strings may be NULL. The
 * room that it needs, at most, is told by the function in front of it.
 */
size_t pcapng_shb_max(const struct origin *o);
size_t pcapng_shb(void *buf, const struct origin *o);

size_t pcapng_idb_max(const struct iface *i);
size_t pcapng_idb(void *buf, const struct iface *i);

/* @id: of the interface in the output. The data is cut to @snaplen (0: no limit). */
static inline size_t pcapng_epb_max(const struct packet *p)
{
	return PCAPNG_EPB_MAX + (size_t)p->caplen + p->options.len;
}
size_t pcapng_epb(void *buf, uint32_t id, const struct packet *p, uint32_t snaplen);

/*
 * The same as a block that has neither a time nor anything else: 0 if it cannot tell all there is.
 * @first_snaplen: of interface
 * 0, as it stands in the output, by which readers find out how many bytes were captured. Needs no
 * more room.
 */
size_t pcapng_spb(void *buf, uint32_t id, const struct packet *p, uint32_t snaplen,
		  uint32_t first_snaplen);

/*
 * The name of a process, in front of the packets that have its number: a custom block of Wireshark
 * 5.0 (block entry type 3), PCAPNG_PROCESS_MAX bytes at most.
 */
size_t pcapng_process(void *buf, uint32_t pid, const char *name);

size_t pcapng_isb_max(const struct iface_stats *s);
size_t pcapng_isb(void *buf, uint32_t id, const struct iface_stats *s);

#endif
