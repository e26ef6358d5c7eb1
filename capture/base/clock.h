/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * From the time the kernel takes (CLOCK_TAI) to wall clock. The two differ by whole seconds, which
 * NTP daemons set some time after boot. Follows steps and slewing of the wall clock, and no time
 * namespace gets in between.
 */
#ifndef XDPDUMP_BASE_CLOCK_H
#define XDPDUMP_BASE_CLOCK_H

#include <stdint.h>

struct clock {
	int64_t offset_ns;	/* TAI - UTC now */
	/* and before it last changed; records of that time may still be in the ring */
	int64_t before_ns;
	int64_t boot_ns;	/* wall clock when the machine started, as it is set now */
};

void clock_init(struct clock *c);

/*
 * After the wall clock was set: reads the offset again. Returns by how many ns it was set, 0 for
 * less than 10 ms.
 */
int64_t clock_refresh(struct clock *c);

/*
 * Wall clock in ns since 1970. A record from before a change takes the offset that puts it closest
 * to @now_ns.
 */
uint64_t clock_wall_ns(const struct clock *c, uint64_t tai_ns, uint64_t now_ns);

/* CLOCK_REALTIME, CLOCK_MONOTONIC and CLOCK_TAI in ns. */
uint64_t clock_now_ns(void);
uint64_t clock_monotonic_ns(void);
uint64_t clock_tai_ns(void);

/*
 * Milliseconds until clock_monotonic_ns() is @end_ns, rounded up, for poll(2); 0: it is past, -1:
 * UINT64_MAX, never.
 */
int clock_ms_until(uint64_t end_ns);

/*
 * A timerfd that becomes readable when somebody sets the wall clock; read() then fails with
 * ECANCELED. -errno.
 */
int clock_watch(void);

/* Arms the watch again. */
int clock_watch_again(int fd);

#endif
