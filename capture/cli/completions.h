/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What shells complete behind xdpdump, out of the one table of options. */
#ifndef XDPDUMP_CLI_COMPLETIONS_H
#define XDPDUMP_CLI_COMPLETIONS_H

#include <stdbool.h>

enum shell { SHELL_BASH, SHELL_ZSH, SHELL_FISH, SHELLS };

/* False: there are none for the shell of that name. */
bool completions_shell(enum shell *shell, const char *name);

/* The script for it, on stdout. */
void completions_print(enum shell shell);

#endif
