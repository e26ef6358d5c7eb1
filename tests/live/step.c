// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * For LD_PRELOAD: a machine whose clock is set by $STEP seconds, half a second after it was first
 * watched. The real one is left alone.
 */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <time.h>

static struct timespec when;	/* CLOCK_MONOTONIC; 0: not yet watched */
static int watch = -1;

static int real_clock(clockid_t id, struct timespec *ts)
{
	return ((int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime"))(id, ts);
}

static int is_set(void)
{
	struct timespec now;

	real_clock(CLOCK_MONOTONIC, &now);
	return when.tv_sec && (now.tv_sec > when.tv_sec ||
			       (now.tv_sec == when.tv_sec && now.tv_nsec >= when.tv_nsec));
}

int clock_gettime(clockid_t id, struct timespec *ts)
{
	int err = real_clock(id, ts);

	if ((id == CLOCK_REALTIME || id == CLOCK_TAI) && is_set())
		ts->tv_sec += atoi(getenv("STEP"));
	return err;
}

int timerfd_create(int id, int flags)
{
	int (*create)(int, int) = (int (*)(int, int))dlsym(RTLD_NEXT, "timerfd_create");
	int fd = create(id == CLOCK_REALTIME ? CLOCK_MONOTONIC : id, flags);

	if (id == CLOCK_REALTIME)
		watch = fd;
	return fd;
}

int timerfd_settime(int fd, int flags, const struct itimerspec *new, struct itimerspec *old)
{
	struct itimerspec set = *new;

	if (fd == watch && !when.tv_sec) {
		real_clock(CLOCK_MONOTONIC, &when);
		when.tv_nsec += 500000000;
		when.tv_sec += when.tv_nsec / 1000000000;
		when.tv_nsec %= 1000000000;
		set.it_value = when;
	}
	return ((int (*)(int, int, const struct itimerspec *, struct itimerspec *))dlsym(RTLD_NEXT, "timerfd_settime"))(
		fd, fd == watch ? flags & ~TFD_TIMER_CANCEL_ON_SET : flags, &set, old);
}
