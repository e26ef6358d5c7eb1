/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The interfaces of a file, which number them from 0, each anew; and how many packets of each were
 * lost in all files of a run. An interface is known by its id, which it keeps from file to file.
 */
#ifndef XDPDUMP_WRITE_FILE_IFACES_H
#define XDPDUMP_WRITE_FILE_IFACES_H

#include <stdbool.h>
#include <stdint.h>

struct file_iface {
	/* the last one that it is in: counted from 1, 0: none. The next four are about that */
	uint64_t file;
	uint32_t number;
	uint32_t snaplen;	/* bytes, 0: no limit */
	/* of its description, a byte of the file; UINT64_MAX: there is none */
	uint64_t end;
	uint64_t told;		/* of its final statistics; 0: not written yet */
	uint64_t lost;		/* packets, of all files */
};

/* All zeros before the first file. */
struct file_ifaces {
	uint64_t file;			/* which one it is, from 1 */
	struct file_iface *known;	/* by their ids, those of all files */
	uint32_t n_known;
	uint32_t *ids;			/* of the interfaces of this file, by their numbers in it */
	uint32_t n;			/* of this file */
	uint32_t n_told;		/* of them: with final statistics */
	uint64_t lost;			/* packets of all interfaces and files */
};

/* A file in which there is none. */
void file_ifaces_next_file(struct file_ifaces *f);

/* Gives @id the next number in this file, where it has none. -ENOMEM. */
int file_ifaces_add(struct file_ifaces *f, uint32_t id, uint32_t snaplen);

static inline bool file_ifaces_has(const struct file_ifaces *f, uint32_t id)
{
	return id < f->n_known && f->known[id].file == f->file;
}

/* Counts a packet that is lost, of an interface that no file has described, too. */
void file_ifaces_lose(struct file_ifaces *f, uint32_t id);

uint64_t file_ifaces_lost(const struct file_ifaces *f, uint32_t id);

void file_ifaces_release(struct file_ifaces *f);

#endif
