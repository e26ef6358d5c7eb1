/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The consumer's end of the rings between the XDP program and us. Each CPU has one, so that no lock
 * is shared and no cache line is written by two CPUs; here they become one stream in the order of
 * time.
 */
#ifndef XDPDUMP_KERNEL_RINGS_H
#define XDPDUMP_KERNEL_RINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event;
struct rings;

enum {
	/*
	 * A record is held back for so long, because one that another CPU stamped before may not be
	 * complete yet.
	 */
	RING_WINDOW_NS	= 1000 * 1000,
};

/*
 * Makes rings of @total bytes in all for records with up to @snap bytes of data, words of metadata
 * included. Each CPU's has the
 * same size, rings_share(), so the sum may become larger. -errno; -E2BIG: beyond what there can be.
 */
int rings_open(struct rings **r, size_t total, uint32_t snap);

/*
 * The share of each of @n_cpus: a power of two that holds one record at least. Without a @total
 * (0): 16 MiB, or as much less as keeps the sum at 64 MiB, but not less than 1 MiB.
 */
size_t rings_share(size_t total, unsigned n_cpus, uint32_t snap);

/* @most bytes of data, or @least, if rings of @total would have to be larger for the former. */
uint32_t rings_room(size_t total, uint32_t least, uint32_t most);

/* For the maps of the program, and its ring_size. */
int rings_map_fd(const struct rings *r);
/* Also to wait on with epoll: readable when a packet came to the sleeper. */
int rings_bell_fd(const struct rings *r);
size_t rings_cpu_size(const struct rings *r);

/* The number of rings, each of one CPU. */
unsigned rings_n_cpus(const struct rings *r);

/* Bytes of all rings. */
size_t rings_size(const struct rings *r);

/*
 * Looks what has come. rings_take() then gives what was stamped up to RING_WINDOW_NS before @now_ns
 * (CLOCK_TAI), or, with UINT64_MAX, everything. Returns the bytes in use in the ring that has most.
 */
size_t rings_look(struct rings *r, uint64_t now_ns);

/*
 * The next records of those rings_look() found, up to @max. They stay where they are until
 * rings_release(). Returns their number.
 */
unsigned rings_take(struct rings *r, const struct event **records, unsigned max);

/* Gives the room of all records that were taken back to the program. */
void rings_release(struct rings *r);

/*
 * Gives back all room of the ring of @cpu without a look at what is there, as the CPU itself can,
 * for the bench: another thread may do so with another ring.
 */
void rings_drop(struct rings *r, unsigned cpu);

/* The next packet on any CPU shall make rings_bell_fd() readable. False: one is there already. */
bool rings_sleep(struct rings *r);

/*
 * Of the ring of @cpu: records taken, and bytes in use now. False: it has none, nor those behind
 * it.
 */
bool rings_cpu(const struct rings *r, unsigned cpu, uint64_t *taken, size_t *used);

/* Records taken behind one with a later stamp. */
uint64_t rings_late(const struct rings *r);

/* Times that a ring was given up to its head, because a record in it made no sense. */
uint64_t rings_broken(const struct rings *r);

struct rings *rings_close(struct rings *r);

#endif
