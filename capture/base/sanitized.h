/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Are we built with the sanitizer of addresses, or that of threads? 1 or 0, of gcc and clang. */
#ifndef XDPDUMP_BASE_SANITIZED_H
#define XDPDUMP_BASE_SANITIZED_H

#ifdef __has_feature
#define SANITIZED_BY(feature)	__has_feature(feature)
#else
#define SANITIZED_BY(feature)	0
#endif

#if defined(__SANITIZE_ADDRESS__) || SANITIZED_BY(address_sanitizer)
#define SANITIZED_ADDRESS	1
#else
#define SANITIZED_ADDRESS	0
#endif

#if defined(__SANITIZE_THREAD__) || SANITIZED_BY(thread_sanitizer)
#define SANITIZED_THREAD	1
#else
#define SANITIZED_THREAD	0
#endif

#define SANITIZED	(SANITIZED_ADDRESS || SANITIZED_THREAD)

#endif
