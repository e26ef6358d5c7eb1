/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The few words that every module uses. */
#ifndef XDPDUMP_BASE_UTIL_H
#define XDPDUMP_BASE_UTIL_H

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define cleanup(f)	__attribute__((cleanup(f)))
#define steal(pp)	__extension__ ({ __typeof__(*(pp)) stolen_ = *(pp); *(pp) = NULL; stolen_; })
#define array_size(a)	(sizeof(a) / sizeof((a)[0]))
#define min_of(a, b)	__extension__ ({ __typeof__(a) a_ = (a); __typeof__(b) b_ = (b); a_ < b_ ? a_ : b_; })
#define max_of(a, b)	__extension__ ({ __typeof__(a) a_ = (a); __typeof__(b) b_ = (b); a_ > b_ ? a_ : b_; })
#define is_unused		__attribute__((unused))
#define printf_like(fmt, args)	__attribute__((format(printf, fmt, args)))

/*
 * A system call that a file system (FUSE, NFS) lets fail with EINTR for any signal has done
 * nothing: again, but not for ever. Not for close(2), whose descriptor is gone then.
 */
#define uninterrupted(call)								\
	__extension__ ({								\
		unsigned tries_ = 0;							\
		__typeof__(call) result_;						\
											\
		do									\
			result_ = (call);						\
		while (result_ < 0 && errno == EINTR && ++tries_ < 1000);		\
		result_;								\
	})

enum { CACHE_LINE = 64 };

/*
 * Zeros, in lines of the cache that nothing else is in: for what one thread writes to all the time,
 * while others do so next to it. NULL: no memory.
 */
static inline is_unused void *calloc_lines(size_t bytes)
{
	const size_t whole = (bytes + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
	void *p = aligned_alloc(CACHE_LINE, whole);

	return p ? memset(p, 0, whole) : NULL;
}

/* For cleanup(): frees what the pointer at @pp points to. */
static inline is_unused void freep(void *pp)
{
	free(*(void **)pp);
}

#endif
