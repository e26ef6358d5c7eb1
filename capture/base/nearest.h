/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What somebody may have meant who typed a word that is not there: the candidate with the fewest
 * slips of the finger.
 */
#ifndef XDPDUMP_BASE_NEAREST_H
#define XDPDUMP_BASE_NEAREST_H

enum { NEAREST_MAX = 64 };	/* bytes of a word with its NUL; longer ones are near to none */

struct nearest {
	const char *word;		/* the caller's */
	unsigned slips;			/* of the best so far, or one more than are forgiven */
	char best[NEAREST_MAX];		/* "": none */
};

/*
 * A slip is a letter too many, missing, another one, or two that changed places. One is forgiven in
 * up to four letters, else two.
 */
struct nearest nearest_to(const char *word);

/* Another candidate. Of two that are equally near the first one stays. */
void nearest_try(struct nearest *n, const char *candidate);

#endif
