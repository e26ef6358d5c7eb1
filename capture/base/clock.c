// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* TAI to UTC. */
#include <errno.h>
#include <limits.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "capture/base/clock.h"

enum { STEP_MIN_NS = 10 * 1000 * 1000 };	/* two clocks cannot be read at once */

static uint64_t read_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

/*
 * It is whole seconds, and the clocks are set together: what lies between two looks at them, half a
 * second at most or they are looked at again, is rounded off. No system call, as adjtimex(2) is
 * one.
 */
static int64_t tai_offset_ns(void)
{
	const uint64_t second = 1000000000;
	uint64_t before, after, tai;

	do {
		before = read_ns(CLOCK_REALTIME);
		tai = read_ns(CLOCK_TAI);
		after = read_ns(CLOCK_REALTIME);
	} while (after - before > second / 2);
	return ((int64_t)(tai - before) + second / 2) / second * second;
}

/*
 * Only a step of the wall clock changes it: both clocks are slewed, and neither stands still in
 * suspend.
 */
static int64_t boot_ns(void)
{
	return read_ns(CLOCK_REALTIME) - read_ns(CLOCK_BOOTTIME);
}

void clock_init(struct clock *c)
{
	c->offset_ns = c->before_ns = tai_offset_ns();
	c->boot_ns = boot_ns();
}

int64_t clock_refresh(struct clock *c)
{
	int64_t offset = tai_offset_ns(), boot = boot_ns(), step = boot - c->boot_ns;

	if (offset != c->offset_ns) {
		c->before_ns = c->offset_ns;
		c->offset_ns = offset;
	}
	if (step > -STEP_MIN_NS && step < STEP_MIN_NS)
		return 0;
	c->boot_ns = boot;
	return step;
}

static uint64_t distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

uint64_t clock_wall_ns(const struct clock *c, uint64_t tai_ns, uint64_t now_ns)
{
	uint64_t wall = tai_ns - c->offset_ns, before = tai_ns - c->before_ns;

	if (wall == before)
		return wall;
	return distance(before, now_ns) < distance(wall, now_ns) ? before : wall;
}

uint64_t clock_now_ns(void)
{
	return read_ns(CLOCK_REALTIME);
}

uint64_t clock_monotonic_ns(void)
{
	return read_ns(CLOCK_MONOTONIC);
}

uint64_t clock_tai_ns(void)
{
	return read_ns(CLOCK_TAI);
}

/*
 * A date that never comes: only the cancellation is of interest (timerfd_create(2),
 * TFD_TIMER_CANCEL_ON_SET).
 */
int clock_watch_again(int fd)
{
	const struct itimerspec never = { .it_value.tv_sec = INT32_MAX * 4ll };

	return timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL)
		       ? -errno
		       : 0;
}

int clock_watch(void)
{
	int fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	int err;

	if (fd < 0)
		return -errno;
	err = clock_watch_again(fd);
	if (err) {
		close(fd);
		return err;
	}
	return fd;
}

int clock_ms_until(uint64_t end_ns)
{
	const uint64_t now = clock_monotonic_ns(),
		       left_ms = now < end_ns ? (end_ns - now - 1) / 1000000 + 1 : 0;

	return end_ns == UINT64_MAX ? -1 : left_ms < INT_MAX ? (int)left_ms : INT_MAX;
}
