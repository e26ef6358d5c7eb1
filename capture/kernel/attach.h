/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The XDP program on one interface. Attached by a link, which goes away with the process, however
 * that ends: nothing is left on the interface.
 */
#ifndef XDPDUMP_KERNEL_ATTACH_H
#define XDPDUMP_KERNEL_ATTACH_H

#include <stdbool.h>
#include <stdint.h>

struct attach;
struct counters;
struct filter;
struct rings;

enum xdp_mode { XDP_MODE_AUTO, XDP_MODE_NATIVE, XDP_MODE_GENERIC, XDP_MODE_OFFLOAD };

/* What is attached at XDP. */
struct xdp_program {
	uint32_t id;
	enum xdp_mode mode;
	/* as the kernel has it, cut at 15 characters; "": not allowed to see */
	char name[16];
};

/*
 * What libbpf may say on stderr: nothing (its hints are for developers), why the kernel refuses a
 * program, or all.
 */
enum attach_log { ATTACH_SILENT, ATTACH_REFUSALS, ATTACH_ALL };

/* Call once. */
void attach_set_verbose(enum attach_log log);

/* What the program is to do. */
struct attach_settings {
	/* bytes of each packet that go into the ring, 1 to EVENT_SNAP_MAX, as for rings_open() */
	uint32_t snap;
	bool headers_only;	/* and none behind its last header */
	bool drop;		/* frames are not passed on: a mirror port */
	uint16_t iface;		/* number of the interface, for its records */
	const struct filter *filter;	/* only frames that it accepts are captured; NULL: all */
};

/*
 * Loads the program; its records go into @ring. Returns -errno of the kernel. With a filter not to
 * be called by two threads.
 */
int attach_open(struct attach **a, const struct rings *ring, const struct attach_settings *s);

/* Attaches it in @mode, native or generic. -EBUSY or -EEXIST: there is a program already. */
int attach_to(struct attach *a, int ifindex, enum xdp_mode mode);

/*
 * Has somebody else taken it off, or put another program in its place? The link tells, of which no
 * message is sent.
 */
bool attach_is_lost(const struct attach *a);

/* Takes it off; the counters stay readable. */
void attach_detach(struct attach *a);

/* The counters of the interface, summed over all CPUs. */
int attach_counters(const struct attach *a, struct counters *sum);

/* Of the program, for tests. */
int attach_program_fd(const struct attach *a);

struct attach *attach_close(struct attach *a);

/* What is attached to @ifindex: up to one for each mode. Returns the number, or -errno. */
int attach_query(int ifindex, struct xdp_program found[static 3]);

const char *xdp_mode_name(enum xdp_mode mode);

#endif
