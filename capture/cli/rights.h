/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Whose rights are used. Who has made root run us, by sudo(8) or the like, is who we are from the
 * beginning, or the user of -Z whom he names; root has left us no more than the capabilities that
 * it takes to attach, and these are in effect only between privilege_raise() and privilege_lower().
 */
#ifndef XDPDUMP_CLI_RIGHTS_H
#define XDPDUMP_CLI_RIGHTS_H

#include "capture/base/log.h"

struct opts;
struct run_as;

struct rights {
	struct run_as *caller;	/* NULL: nobody but us */
};

#define RIGHTS_INIT { NULL }

/* First of all: files that options name are the caller's from here on. Complains; the exit code. */
enum status rights_begin(struct rights *r);

/* As soon as it is known what is to be done. @words: the command line. Complains; the exit code. */
enum status rights_settle(struct rights *r, const struct opts *o, char *const *words);

void rights_close(struct rights *r);

/*
 * Who root names by -Z; *@a is NULL if that is nobody else, and to be closed. And from here on we
 * are that user. Both complain; the exit code.
 */
enum status rights_user(struct run_as **a, const struct opts *o);
enum status rights_become(const struct run_as *a, const struct opts *o);

#endif
