/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The pcapng blocks that describe. */
#ifndef XDPDUMP_READ_DESCRIBE_H
#define XDPDUMP_READ_DESCRIBE_H

#include "capture/read/pcapng_state.h"

/*
 * Blocks that describe: a section (0, or 1: its version is unknown, and its blocks are to be
 * skipped), an interface, its statistics.
 */
int describe_section(struct pcapng *f, const struct body *b);
int describe_interface(struct pcapng *f, const struct body *b);
int describe_statistics(struct pcapng *f, const struct body *b);

/* An interface of the section, or NULL. */
static inline struct file_iface *describe_iface(struct pcapng *f, uint32_t id)
{
	return id < f->ifaces->n - f->first_iface ? ifaces_at(f->ifaces, f->first_iface + id)
						  : NULL;
}

/*
 * For recovery: an interface in place of one whose description is lost, like the one before it.
 * NULL: no memory.
 */
struct file_iface *describe_substitute_iface(struct pcapng *f);

#endif
